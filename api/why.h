/* why: would this caller get through, to whom, with which PIN, and if not, why. A verdict with its ground;
 * pure. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_WHY_H
#define GD_WHY_H

#include "alloc.h"
#include "buf.h"

enum gd_why_reason {
#define REASON(id, ...) GD_WHY_##id,
#include "why.def"
#undef REASON
    GD_WHY__COUNT
};

/* Who the caller is to an allocation. */
enum gd_caller { GD_CALLER_A, GD_CALLER_B, GD_CALLER_ANYBODY };

struct gd_why_row {
    const struct gd_alloc *alloc; /* borrowed */
    enum gd_caller caller;
    enum gd_why_reason reason;
};

/* The verdict: of all allocations that know the caller, those that decide. */
struct gd_why {
    const char *caller, *vn; /* E.164, borrowed; vn NULL: not named */
    enum gd_why_reason reason;
    struct gd_why_row *rows; /* all that were judged, the deciding ones first */
    size_t n, deciding;
};

/* Judges n allocations that the ledger holds for the caller. now in seconds. GD_NO_MEMORY. */
GD_MUST_USE enum gd_rc gd_why_judge(const char *caller, const char *vn, const struct gd_alloc *const *allocs,
                                    size_t n, int64_t now, struct gd_why *out, struct gd_error *err);
void gd_why_clear(struct gd_why *why);

/* The verdict in words, a line or more, appended. reveal false masks numbers and PINs. */
void gd_why_text(const struct gd_why *why, bool reveal, int64_t now, struct gd_buf *out);

/* {"caller","vn","verdict":"yes|no|depends|unknown","reason","text",
 * "allocations":[{"id","caller","reason"}]}.
 */
json_t *gd_why_json(const struct gd_why *why, bool reveal, int64_t now);

#endif
