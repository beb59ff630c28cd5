/* What the files of the list of allocations share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PANE_LIST_I_H
#define TUI_PANE_LIST_I_H

#include "../api/query.h"
#include "list.h"
#include "marks.h"
#include "panes.h"

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
    struct gd_buf cell;
};

/* ---- pane_list_draw.c ---- */

void pane_list_draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus);

#endif
