/* What the files of the list of allocations share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PANE_LIST_I_H
#define TUI_PANE_LIST_I_H

#include "../api/query.h"
#include "list.h"
#include "marks.h"
#include "panes.h"

/* A row of the list: the allocation, and its cells as they were last made. */
struct list_item {
    struct gd_alloc alloc;
    char *text; /* of all cells, escaped, one behind the other; NULL before they were made */
    struct {
        uint16_t at, len;
        uint8_t width, role;
    } cell[COLUMN__COUNT];
    int64_t second; /* when */
    bool reveal;
};

/* The columns that are shown, and where. */
struct columns {
    enum column at[COLUMN__COUNT];
    int x[COLUMN__COUNT], w[COLUMN__COUNT], n;
};

struct pane_list {
    struct pane pane;
    struct list list;
    struct gd_filter *filter;
    struct gd_query *query;
    char *text; /* of the filter */
    struct gd_sort sort;
    int64_t matches;
    bool counted;
    int width[COLUMN__COUNT]; /* of each column, as its rows asked so far */
    int scrolled;             /* columns scrolled away on the left */
    struct marks marks;
    int64_t hidden; /* marks that the filter hides, as they were counted for … */
    size_t hidden_n;
    int64_t hidden_version;
    const struct gd_filter *hidden_filter;
    struct columns columns; /* of the last full draw */
    int drawn_top, drawn_cursor;
    struct gd_buf cell, cells; /* scratch */
};

/* ---- pane_list_draw.c ---- */

void pane_list_item_clear(struct list_item *item);
void pane_list_draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus);

#endif
