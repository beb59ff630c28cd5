/* The timeline of an allocation: all that the ledger knows to have happened to it, in order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_TIMELINE_H
#define GD_TIMELINE_H

#include "ledger.h"

enum gd_moment_kind {
    GD_MOMENT_CREATED,
    GD_MOMENT_KNOWN, /* first seen here */
    GD_MOMENT_READ,
    GD_MOMENT_END,   /* by the clock, in the past */
    GD_MOMENT_EVENT, /* of the service */
    GD_MOMENT_ROW,   /* of an operation of the journal */
    GD_MOMENT_AUDIT
};

struct gd_moment {
    int64_t at; /* seconds; 0 where nothing says when */
    enum gd_moment_kind kind;
    int64_t op;        /* ROW: the operation; 0 else */
    const char *words; /* untrusted: to be escaped; numbers masked unless revealed */
};

/* Newest first, at most limit; fn returns false to stop; what it gets is borrowed. alloc is of this ledger.
 */
typedef bool gd_timeline_fn(void *arg, const struct gd_moment *moment);
GD_MUST_USE enum gd_rc gd_timeline(struct gd_ledger *ledger, const struct gd_alloc *alloc, bool reveal,
                                   int64_t now, int limit, gd_timeline_fn *fn, void *arg,
                                   struct gd_error *err);

#endif
