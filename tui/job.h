/* A job: one run of a command, from the shell, the : line or a key. All of them end by job_done; long ones
 * work on the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_JOB_H
#define TUI_JOB_H

#include "../api/command.h"
#include "../api/desk.h"
#include "options.h"
#include "sink.h"

struct job_wait;
struct console; /* the screen's part; NULL from the shell */

struct job {
    const struct gd_command *command;
    int argc;    /* without the name */
    char **argv; /* owned copies; wiped when freed (values can be PINs) */
    char **ids;  /* what pick chose, owned; NULL where the line named its own */
    size_t n_ids;
    struct options options;
    struct gd_desk *desk;     /* borrowed; NULL for commands that need none */
    struct gd_config *config; /* borrowed */
    struct gd_loop *loop;     /* borrowed */
    struct sink *sink;        /* borrowed */
    struct console *console;
    struct gd_error error;
    char subject[256];     /* what the audit trail calls the thing acted on; "" the words */
    bool placed;           /* what it asks for was read by the account's country or zone */
    struct job_wait *wait; /* what the job waits for (job_wait.c), NULL nothing */
    void *gathering;       /* ids by a filter, under way (select.c), NULL none */
    void *state;           /* the command's own */
    void (*state_free)(void *state);
    void (*cancel)(struct job *job); /* Ctrl-C: set by a command that can be stopped */
    void (*done)(struct job *job, enum gd_rc rc, void *arg); /* set by whoever runs it; frees the job */
    void *done_arg;
    /* The console's choice for commands that take rows where the line names none and has no --filter: appends
     * with job_pick_add the marked rows (GD_CF_MARKED) or the one under the cursor (GD_CF_ROW). NULL from the
     * shell. */
    enum gd_rc (*pick)(struct job *job, struct gd_error *err);
};

/* An empty job; NULL where memory ran out. job_free frees all it owns, its state too, and wipes its words. */
struct job *job_new(void);
void job_free(struct job **job);

/* Runs a command line of words (options among them): finds the command, checks where it may run, its options,
 * role and preconditions, writes refusals to the audit trail, and starts it. What stands in job->options
 * already was given on the program's own line. job->done is called exactly once, perhaps before this
 * returns. */
void job_run(struct job *job, int argc, char *const *argv);

/* Splits a : line into words: blanks separate, quotes and backslash keep. Frees with job_words_free.
 * GD_INPUT: open quote. */
GD_MUST_USE enum gd_rc job_words(const char *line, int *argc, char ***argv, struct gd_error *err);
void job_words_free(int argc, char **argv);

/* Adds an id to what pick chose. */
GD_MUST_USE enum gd_rc job_pick_add(struct job *job, const char *id, struct gd_error *err);

/* Asks it to stop: the command's own way, or at once. A second call gives up what the first let finish. */
void job_stop(struct job *job);

/* Ends the job. rc not GD_OK: job->error holds the words (what is only there row by row has none). */
void job_done(struct job *job, enum gd_rc rc);

/* The function of each command by its id, cmd_ID in cmd_*.c or console_*.c; bound in commands.c. */
typedef void job_fn(struct job *job);
job_fn *job_function(enum gd_command_id id);

#endif
