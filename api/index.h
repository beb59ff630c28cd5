/* The index of a ledger: what makes searching and sorting fast. All of it follows from the allocations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* New and changed rows are pending at first, and looked at one by one by every query; when they are many they
 * go into the leaves of the orders and into a segment of the search index. Rows that come by the thousand go
 * there at once. */
#ifndef GD_INDEX_H
#define GD_INDEX_H

#include "leaf.h"
#include "segment.h"

struct gd_index;

GD_MUST_USE enum gd_rc index_new(struct gd_index **out, struct gd_error *err);
void index_free(struct gd_index **index);

/* ---- writing, inside a transaction ---- */

/* A row was added, changed (before: as it was), or removed (as it was). */
GD_MUST_USE enum gd_rc index_added(struct gd_ledger *ledger, const struct gd_alloc *alloc,
                                   struct gd_error *err);
GD_MUST_USE enum gd_rc index_changed(struct gd_ledger *ledger, const struct gd_alloc *before,
                                     const struct gd_alloc *after, struct gd_error *err);
GD_MUST_USE enum gd_rc index_removed(struct gd_ledger *ledger, const struct gd_alloc *before,
                                     struct gd_error *err);

/* Writes what the transaction gathered; before its commit. */
GD_MUST_USE enum gd_rc index_commit(struct gd_ledger *ledger, struct gd_error *err);

/* Forgets what the transaction gathered; after its commit too. */
void index_rollback(struct gd_ledger *ledger);

/* Does a part of the work that is pending, in a transaction of its own; *more: some is left. */
GD_MUST_USE enum gd_rc index_tidy(struct gd_ledger *ledger, bool *more, struct gd_error *err);

/* ---- reading, inside a transaction ---- */

/* The segments as they are now; they last until the next call. */
GD_MUST_USE enum gd_rc index_segments(struct gd_ledger *ledger, const struct segments **out,
                                      struct gd_error *err);

/* Calls fn for each pending row. */
typedef void index_pending_fn(void *arg, int64_t row);
GD_MUST_USE enum gd_rc index_pending(struct gd_ledger *ledger, index_pending_fn *fn, void *arg,
                                     struct gd_error *err);

/* The sizes at which the index goes another way. Tests make them small. */
struct index_sizes {
    size_t bulk;    /* rows added in one transaction, after which more go to the index at once */
    size_t pending; /* pending rows that a commit does not leave */
    size_t tidy;    /* pending rows that tidying leaves */
    size_t leaf;    /* rows of a leaf, above which it is split */
    size_t few;     /* rows that are sooner read than an order walked */
};

extern struct index_sizes index_sizes;

#endif
