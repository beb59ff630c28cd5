/* Inside a query: what it holds. Shared by query.c and query_walk.c only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_QUERY_I_H
#define GD_QUERY_I_H

#include "leaf.h"
#include "query.h"
#include "query_plan.h"

#define QUERY_SEEN 512 /* places kept of rows handed over, for those that go away */

struct gd_query {
    struct gd_ledger *ledger;
    const struct gd_filter *filter;
    struct gd_sort sort;
    sqlite3_stmt *row_stmt;
    struct leaf_walk *walk; /* NULL: the order has no leaves */

    /* What holds while nothing changes. */
    int64_t version; /* of the ledger, for which the plan was made; -1 none */
    struct query_plan plan;
    struct query_group groups[QUERY_GROUPS]; /* of an order without leaves */
    size_t groups_n;
    struct order_place *extra; /* pending rows that match, in the order; with leaves */
    size_t extra_n;
    size_t extra_at; /* those before it, in the fetch's order, are behind */

    /* The fetch under way. */
    bool fetching, up, inclusive, from_edge;
    struct order_place at;     /* nothing up to it is wanted any more */
    struct order_place *found; /* to be handed over */
    size_t found_n, want, given;
    int64_t next_few; /* where few rows are read: the next one */

    struct order_place seen[QUERY_SEEN]; /* a ring */
    size_t seen_at;

    /* The count under way. */
    int64_t counted, count_row, count_version;
};

/* A slice's end, and how many rows it looked at. */
struct query_slice {
    int64_t deadline; /* microseconds of query_now_us; 0: none */
    unsigned looks;
};

/* Microseconds of a clock that never jumps; whether the slice is over, and whether that is so after one look
 * more. */
int64_t query_now_us(void);
bool query_is_over(const struct query_slice *slice);
bool query_looked(struct query_slice *slice);

/* Reads a row: *found, and its values borrowed until the next. */
GD_MUST_USE enum gd_rc query_read_row(struct gd_query *query, int64_t row, struct gd_alloc *alloc,
                                      bool *found, struct gd_error *err);

/* Looks at a row that can match: *matches, and its place. */
GD_MUST_USE enum gd_rc query_look(struct gd_query *query, int64_t row, bool exact, struct order_place *place,
                                  bool *matches, struct gd_error *err);

/* Finds rows of the fetch under way, by the plan, until the page is full or the slice over. */
GD_MUST_USE enum gd_rc query_find(struct gd_query *query, struct query_slice *slice, bool *done,
                                  struct gd_error *err);

#endif
