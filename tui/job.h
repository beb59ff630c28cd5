/* A job: one run of a command, from the shell, the : line or a key. All of them end by job_done; long ones
 * work on the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_JOB_H
#define TUI_JOB_H

#include "../api/command.h"
#include "../api/desk.h"
#include "options.h"
#include "sink.h"

struct console; /* the screen's part; NULL from the shell */

struct job {
    const struct gd_command *command;
    int argc;    /* without the name */
    char **argv; /* owned copies; wiped when freed (values can be PINs) */
    struct options options;
    struct gd_desk *desk;     /* NULL for commands that need none */
    struct gd_config *config; /* borrowed */
    struct sink *sink;        /* borrowed */
    struct console *console;
    struct gd_error error;
    void *state; /* the command's own */
    void (*state_free)(void *state);
    void (*cancel)(struct job *job); /* Ctrl-C: set by a command that can be stopped */
    void (*done)(struct job *job, enum gd_rc rc, void *arg); /* set by whoever runs it; frees the job */
    void *done_arg;
};

/* Runs a command line of words (argv[0] is its name): looks it up, checks where it may run, its options, role
 * and preconditions, writes refusals to the audit trail, and starts it. done is called exactly once, perhaps
 * before this returns. */
void job_run(struct job *job, int argc, char *const *argv);

/* Splits a : line into words: blanks separate, quotes and backslash keep. Frees with job_words_free.
 * GD_INPUT: open quote. */
GD_MUST_USE enum gd_rc job_words(const char *line, int *argc, char ***argv, struct gd_error *err);
void job_words_free(int argc, char **argv);

/* Ends the job. rc not GD_OK: job->error holds the words. */
void job_done(struct job *job, enum gd_rc rc);

/* The function of each command, bound by name in commands.c; cmd_ID in cmd_*.c. */
typedef void job_fn(struct job *job);

#endif
