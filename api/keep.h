/* keep by age: what is older than the profile keeps is forgotten at start, in slices of the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_KEEP_H
#define GD_KEEP_H

#include "ledger.h"
#include "loop.h"

struct gd_keep;

/* Starts to forget: allocations first seen, last read and ended more than seconds ago, everywhere (row, raw
 * answer, events, journal, index); older events of the others; the data in operations that ended before. What
 * a running operation needs is left for another time. A failure is logged, and ends it. */
GD_MUST_USE enum gd_rc gd_keep_start(struct gd_ledger *ledger, struct gd_loop *loop, const char *profile,
                                     int64_t seconds, struct gd_keep **out, struct gd_error *err);

/* Goes on without the loop for at most budget_ms: at the end of a short command. NULL is none. */
void gd_keep_go_on(struct gd_keep *keep, int64_t budget_ms);

/* Stops it where it is; the next start goes on. */
void gd_keep_free(struct gd_keep **keep);

#endif
