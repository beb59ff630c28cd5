/* CSV in memory, cell by cell: RFC 4180, with commas, semicolons or tabs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CSV_H
#define GD_CSV_H

#include <stdbool.h>
#include <stdint.h>

#include "buf.h"

struct gd_csv {
    const char *at, *end; /* borrowed */
    char delimiter;       /* whichever of them the first line has first */
    int64_t line;         /* of what comes next, from 1 */
};

/* Begins with a text, behind its byte order mark. */
void gd_csv_open(struct gd_csv *csv, const char *text, size_t len);

/* Skips blank lines; false at the end of the text. */
bool gd_csv_more(struct gd_csv *csv);

/* Reads one cell into an emptied buffer; *last: the record ends with it. GD_INPUT where a quote stands where
 * none can, or is not closed: the reading is then behind that line. */
GD_MUST_USE enum gd_rc gd_csv_cell(struct gd_csv *csv, struct gd_buf *cell, bool *last, struct gd_error *err);

/* Goes behind the end of the line. */
void gd_csv_skip_line(struct gd_csv *csv);

#endif
