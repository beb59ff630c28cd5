/* What a filter comes to in the index: the set of rows that can match it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_QUERY_PLAN_H
#define GD_QUERY_PLAN_H

#include <sqlite3.h>

#include "bits.h"
#include "filter.h"
#include "order.h"

/* A plan holds for one state of the ledger, and for one moment: the filter's now. */
struct query_plan {
    uint64_t *rows;    /* that can match, pending ones left out */
    uint64_t *pending; /* rows that the index does not show as they are */
    size_t words;
    bool exact;     /* all of rows do match: none need be looked at */
    int64_t *extra; /* pending rows that match, ascending */
    size_t extra_n, extra_room;
};

/* Makes the plan, in the caller's reading transaction; rows is a statement of ledger_row_stmt. */
GD_MUST_USE enum gd_rc query_plan_make(struct gd_ledger *ledger, const struct gd_filter *filter,
                                       sqlite3_stmt *row_stmt, struct query_plan *out, struct gd_error *err);
void query_plan_clear(struct query_plan *plan);

/* A set of the plan's rows that share the key of an order without leaves. */
struct query_group {
    unsigned rank; /* the key's byte */
    uint64_t *rows;
};

#define QUERY_GROUPS 4

/* Divides the plan's rows (with the pending ones that match) into the groups of an order, the lowest first;
 * *n groups, whose rows the caller frees. */
GD_MUST_USE enum gd_rc query_plan_groups(struct gd_ledger *ledger, const struct query_plan *plan,
                                         enum gd_sort_key sort, int64_t now, sqlite3_stmt *row_stmt,
                                         struct query_group groups[QUERY_GROUPS], size_t *n,
                                         struct gd_error *err);

#endif
