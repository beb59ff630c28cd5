/* Completion from the tables: commands, options, field keys and their choices, filter keys. Free of curses
 * and of readline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_COMPLETE_H
#define TUI_COMPLETE_H

#include <stddef.h>

/* A line_complete_fn for filters. */
char **complete_filter(void *arg, const char *text, size_t cursor, size_t *from);

/* The same for : lines. */
char **complete_command(void *arg, const char *text, size_t cursor, size_t *from);

void complete_free(char **texts);

#endif
