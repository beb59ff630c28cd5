/* What the files of the console share: its state, and what panes may ask of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_CONSOLE_I_H
#define TUI_CONSOLE_I_H

#include "../api/desk.h"
#include "canvas.h"
#include "console.h"
#include "input.h"
#include "job.h"
#include "keys.h"
#include "layout.h"
#include "lineedit.h"
#include "pane.h"
#include "theme.h"

enum { PANES_MOST = 8 };

/* What must be drawn. */
enum dirty {
    DIRTY_HEADER = 1 << 0,
    DIRTY_FIRST = 1 << 1,
    DIRTY_SECOND = 1 << 2,
    DIRTY_FOOT = 1 << 3,
    DIRTY_OVER = 1 << 4,
    DIRTY_CURSOR = 1 << 5, /* of the list, and nothing else of it */
    DIRTY_ALL = (1 << 6) - 1
};

struct terminal;
struct script;
struct console_job;

struct console {
    struct gd_desk *desk;
    struct gd_loop *loop;
    struct gd_config *config;
    const struct options *options;
    struct demo *demo;

    struct canvas canvas;
    struct theme theme;
    struct keymap keymap;
    struct input input;
    struct terminal *terminal; /* NULL: a script without a screen */
    struct layout layout;
    unsigned dirty;

    struct pane *list, *detail;
    int focus; /* 0 list, 1 detail */
    bool zoom;
    struct pane *over[PANES_MOST]; /* what lies over them, the topmost last */
    int n_over;

    struct console_job *jobs;
    struct script *script;
    struct line_history filters;

    char said[1024]; /* the message in the foot */
    enum role said_role;
    int64_t said_until; /* milliseconds of gd_mono_ms; 0: until the next key */

    int64_t known;         /* allocations in the ledger */
    int64_t staged, held;  /* rows of the changeset, and how many of them stay behind */
    int64_t version;       /* of the ledger, as it was shown */
    int64_t reread_at;     /* not before */
    int64_t reveal_row;    /* the ledger's row shown unmasked; 0 none */
    int64_t reveal_until;  /* milliseconds of gd_mono_ms */
    int64_t tick_at;       /* the next second */
    int64_t input_late_at; /* when a lone Esc is Esc; 0: nothing pends */
    int key_code;          /* the last key, when it came, and since when it is held down (milliseconds) */
    int64_t key_ms, pressed_ms;
    bool quitting;
    bool first_drawn;
    bool waiting;                     /* for the demo's ids */
    bool working;                     /* a slice reads rows or counts */
    int work_id, input_id, signal_id; /* of the loop */
    int64_t step_ms;                  /* when the script did its last step */
    int status;                       /* of the process */
};

/* ---- console.c: the loop's side ---- */

void console_dirty(struct console *console, unsigned what);
/* What lies in the changeset, and what panes show of the ledger, is looked at anew. */
void console_refresh(struct console *console);
bool console_revealed(const struct console *console, int64_t row);

/* ---- console_draw.c ---- */

/* Draws what is dirty to the canvas, then to the terminal. */
void console_draw(struct console *console);
void console_layout(struct console *console);

/* ---- console_keys.c ---- */

/* A key or a paste, from the terminal or a script. */
void console_event(struct console *console, const struct event *event);

/* The key bound to a command, as text; "" none. */
const char *console_key(const struct console *console, enum gd_command_id command);

/* ---- console_panes.c ---- */

/* Puts a pane over the others (owned from here on; freed where there is no room), takes one away (and frees
 * it). */
void console_push(struct console *console, struct pane *pane);
void console_drop(struct console *console, struct pane *pane);
struct pane *console_top(const struct console *console); /* NULL: none over list and detail */
struct pane *console_focus(const struct console *console);
bool console_holds(const struct console *console, const struct pane *pane);

/* ---- console_say.c ---- */

/* A message in the foot; an error with its advice. */
void console_say(struct console *console, enum role role, const char *fmt, ...) GD_PRINTF(3, 4);
void console_fail(struct console *console, const struct gd_error *error);

/* ---- console_jobs.c ---- */

/* Called when a job that was started here is over. */
typedef void console_then_fn(void *arg, enum gd_rc rc, const struct gd_error *error);

/* Runs a command line, or words; then (can be NULL) is called once, perhaps at once. quiet: no pane opens for
 * its output. */
void console_run_line(struct console *console, const char *line);
void console_run_words(struct console *console, int argc, char *const *argv, bool quiet,
                       console_then_fn *then, void *arg);
/* How many jobs run; how many of these wait for an answer to a question. */
int console_jobs(const struct console *console, int *asking);
/* Stops the newest job; false where none runs. */
bool console_stop_job(struct console *console);
void console_free_jobs(struct console *console);

/* ---- console_commands.c ---- */

/* Does a console-only command: the pane on top, the one with the focus, or the console itself. */
enum gd_rc console_act(struct console *console, const struct act *act, struct gd_error *err);

/* Shows an allocation whole for 20 s, and records that; refused where the profile says reveal = no. */
struct gd_alloc;
GD_MUST_USE enum gd_rc console_reveal(struct console *console, const struct gd_alloc *alloc,
                                      struct gd_error *err);

#endif
