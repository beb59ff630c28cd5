/* Queries over the ledger for a list that never holds more than a page: pages from any place in any order,
 * counts in slices. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_QUERY_H
#define GD_QUERY_H

#include "filter.h"
#include "ledger.h"

/* What a list can be sorted by. */
enum gd_sort_key {
    GD_SORT_FIRST_SEEN, /* newest first is the default order */
    GD_SORT_ID,
    GD_SORT_ORDER, /* transaction_id */
    GD_SORT_A,
    GD_SORT_B,
    GD_SORT_VN,
    GD_SORT_STATE,
    GD_SORT_ENDS,
    GD_SORT_READ,
    GD_SORT_USAGE,
    GD_SORT_KIND,
    GD_SORT__COUNT
};

struct gd_sort {
    enum gd_sort_key key;
    bool descending;
};

const char *gd_sort_name(enum gd_sort_key key);

/* A query lives as long as its filter and order; it reads nothing until asked. The filter is borrowed and
 * must outlive it. */
struct gd_query;
GD_MUST_USE enum gd_rc gd_query_new(struct gd_ledger *ledger, const struct gd_filter *filter,
                                    struct gd_sort sort, struct gd_query **out, struct gd_error *err);
void gd_query_free(struct gd_query **query);

/* A fetch: up to want rows from a place, forward or back. The place is a ledger row id (0: from the edge: the
 * first row forward, the last one back); with_place includes the row itself where it still matches. A row
 * that is gone counts at its old place if known, else the edge. One fetch a query is under way; a new one
 * ends the old. Rows of a back fetch come in reverse order. */
GD_MUST_USE enum gd_rc gd_query_fetch(struct gd_query *query, int64_t place, bool back, bool with_place,
                                      int want, struct gd_error *err);

/* Works at most budget_us (0: until done) and hands over the rows found (borrowed during the call; without
 * raw). *done: the fetch is complete. */
typedef void gd_query_row_fn(void *arg, const struct gd_alloc *row);
GD_MUST_USE enum gd_rc gd_query_step(struct gd_query *query, int64_t budget_us, gd_query_row_fn *fn,
                                     void *arg, bool *done, struct gd_error *err);

/* Counts the matching rows in slices: *n so far, *done when exact. */
GD_MUST_USE enum gd_rc gd_query_count(struct gd_query *query, int64_t budget_us, int64_t *n, bool *done,
                                      struct gd_error *err);

/* All matching ids in the query's order, in one go (operations, export); fn returns false to stop. */
typedef bool gd_query_each_fn(void *arg, const struct gd_alloc *row);
GD_MUST_USE enum gd_rc gd_query_each(struct gd_query *query, gd_query_each_fn *fn, void *arg,
                                     struct gd_error *err);

#endif
