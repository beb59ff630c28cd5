/* Allocations in words: the cells of the list, the lines of the detail. Free of curses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_DESCRIBE_H
#define TUI_DESCRIBE_H

#include "../api/alloc.h"
#include "../api/query.h"
#include "prose.h"

enum column {
#define COLUMN(id, ...) COLUMN_##id,
#include "columns.def"
#undef COLUMN
    COLUMN__COUNT
};

struct column_row {
    const char *head;
    enum gd_sort_key sort;
    int least, most, keep; /* columns of the screen; see columns.def */
    enum fit fit;
};
extern const struct column_row column_rows[COLUMN__COUNT];

/* What words depend on besides the allocation. */
struct view {
    int64_t now;     /* seconds */
    int zone_offset; /* seconds */
    bool assumed;    /* the zone is a guess */
    bool reveal;     /* numbers and PINs whole */
};

/* A cell of the list, appended (untrusted text), and its role. */
void describe_cell(enum column column, const struct gd_alloc *alloc, const struct view *view,
                   struct gd_buf *out);
enum role describe_cell_role(enum column column, const struct gd_alloc *alloc, const struct view *view);

/* All that is known, as lines. */
void describe_alloc(const struct gd_alloc *alloc, const struct view *view, struct prose *out);

/* A span of seconds as people read it: "1 h 58 m". */
void describe_span(int64_t seconds, char *out, size_t room);

/* A count with its thousands apart: 12,480. */
void describe_count(int64_t n, char *out, size_t room);

#endif
