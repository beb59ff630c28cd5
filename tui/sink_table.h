/* A table of text in aligned columns that streams: the first rows settle the widths, later ones only widen
 * them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SINK_TABLE_H
#define TUI_SINK_TABLE_H

#include <jansson.h>
#include <stdio.h>

#include "../api/error.h"

struct sink_table;

/* columns: dotted paths, NULL ends; borrowed. NULL where memory ran out. */
struct sink_table *sink_table_new(FILE *out, const char *const *columns);
void sink_table_row(struct sink_table *table, const json_t *row);

/* Prints what is held back and frees; the heading is printed even where there were no rows. */
void sink_table_end(struct sink_table **table);

/* Terminal columns that an escaped text takes. */
int sink_width(const char *text);

#endif
