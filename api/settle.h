/* Settling: what a reading says about a write that got no answer. Pure. Source: contract rules 11 and 12. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SETTLE_H
#define GD_SETTLE_H

#include "journal.h"

enum gd_settled {
    GD_SETTLED_APPLIED,     /* reads as wanted */
    GD_SETTLED_NOT_APPLIED, /* reads as before */
    GD_SETTLED_CHANGED,     /* neither: someone else changed it */
    GD_SETTLED_UNKNOWN      /* the reading does not tell */
};

/* What was read: one of gone, found, or neither (it could not be read). */
struct gd_seen {
    bool gone;                    /* 404, 410, code 1 or 22 */
    const struct gd_alloc *found; /* NULL where it was not read */
};

/* Judges a row that was sent and not answered. kind is the operation's; timeout (seconds) bounds how long the
 * request can have been under way. */
enum gd_settled gd_settle(enum gd_op_kind kind, const struct gd_op_row *row, const struct gd_seen *seen,
                          int timeout);

/* The keys in which an answer differs from what was asked, joined by ", " ("" where it does not); a field
 * that the answer does not report is no difference. sent_at and answered_at bound a new end. */
void gd_settle_differences(const struct gd_alloc *want, const struct gd_alloc *answer, int64_t sent_at,
                           int64_t answered_at, char *out, size_t room);

#endif
