/* The command table: one row per command in commands.def feeds the shell, the : line, keys, help, completion
 * and the manual. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_COMMAND_H
#define GD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "profile.h"

enum gd_command_id {
#define COMMAND(id, ...) GD_C_##id,
#include "commands.def"
#undef COMMAND
    GD_C__COUNT
};

enum gd_command_flags {
    GD_CF_SHELL = 1 << 0,   /* may be run from the shell */
    GD_CF_CONSOLE = 1 << 1, /* may be run in the console (after : or on a key) */
    GD_CF_ROW = 1 << 2,     /* in the console, without ids it takes the row under the cursor */
    GD_CF_MARKED = 1 << 3,  /* … or, where rows are marked, all of these */
    GD_CF_NETWORK = 1 << 4, /* speaks to the API */
    GD_CF_WRITES = 1 << 5,  /* changes something at the API */
    GD_CF_BILLED = 1 << 6,
    GD_CF_LEDGER = 1 << 7, /* needs the ledger open (all with a profile do) */
    GD_CF_PANE = 1 << 8    /* its keys are first offered to the pane on top; only then to another command */
};

struct gd_command {
    const char *name;
    const char *args; /* usage behind the name: "ID KEY=VALUE…"; "" none */
    unsigned flags;
    enum gd_right right; /* the role's right that it needs (GD_MAY_READ where nothing special) */
    const char *options; /* long names of the options it takes besides the general ones, blank separated */
    const char *keys;    /* default keys: blank separated, each KEY or KEY:arguments */
    const char *group;   /* heading in help: Allocations, Bulk, Settings, Move, Panes, Program */
    const char *help;    /* one line */
    const char *more;    /* a paragraph for help COMMAND and the manual; NULL none */
};

extern const struct gd_command gd_commands[GD_C__COUNT];

/* By exact name, or by an unambiguous beginning; NULL where there is none, *several (can be NULL) says it was
 * ambiguous. */
const struct gd_command *gd_command_find(const char *name, bool *several);

#endif
