/* Panes: each is a const table of functions with a state of its own. A new one is one file and one call of
 * console_push. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PANE_H
#define TUI_PANE_H

#include <stdbool.h>

#include "../api/command.h"
#include "canvas.h"
#include "input.h"

struct console;
struct job;
struct pane;

/* A console-only command on its way to who can do it. */
struct act {
    enum gd_command_id id;
    int argc;
    char *const *argv;
};

/* What the foot says about the pane's keys: the key is looked up, so that it is the one that is bound. */
struct hint {
    enum gd_command_id command;
    const char *key;   /* where it is no command's key; NULL else */
    const char *words; /* NULL ends a list of hints */
};

enum pane_place {
    PLACE_FIRST,  /* the list's place */
    PLACE_SECOND, /* the detail's */
    PLACE_BODY,   /* over both */
    PLACE_BOX,    /* in the middle, of the size that the pane wants */
    PLACE_FOOT    /* the line at the bottom, and what pops up above it */
};

struct pane_class {
    const char *name;
    enum pane_place place;
    bool modal; /* keys that it does not take go no further, but for a few that always work */
    const struct hint *hints;
    /* Draws all of it into area. */
    void (*draw)(struct pane *pane, struct canvas *canvas, struct area area, bool focus);
    /* Takes a key or a paste before the bindings do; false: not mine. NULL: takes none. */
    bool (*event)(struct pane *pane, const struct event *event);
    /* Does a console command; false: not mine. A failure is recorded in err. NULL: does none. */
    bool (*act)(struct pane *pane, const struct act *act, struct gd_error *err);
    /* The size wanted of a screen of w x h (PLACE_BOX). */
    void (*size)(struct pane *pane, int *w, int *h);
    /* A command has ended that may have changed what the pane shows. NULL: nothing to do. */
    void (*changed)(struct pane *pane);
    void (*free)(struct pane *pane);
    /* What it shows may be another now: a second went by, a command ended, the ledger changed.
     * NULL: no matter.
     */
    void (*refresh)(struct pane *pane);
    /* Names, by job_pick_add, the allocations that a command without ids is about; false: err says why none.
     * NULL: those of the list are. */
    bool (*pick)(struct pane *pane, struct job *job, struct gd_error *err);
};

struct pane {
    const struct pane_class *class;
    struct console *console;
};

#endif
