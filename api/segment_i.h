/* Inside the segments: rows of their tables. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SEGMENT_I_H
#define GD_SEGMENT_I_H

#include "segment.h"

/* A list stands in table post under its segment's number and its gram, in one integer. */
#define POST_ID(segment, gram) ((segment) << 27 | (int64_t)(gram))

/* Adds a segment of these rows; *number is the new one's, above all others. */
GD_MUST_USE enum gd_rc segment_put(struct gd_ledger *ledger, const uint32_t *rows, size_t n, int64_t *number,
                                   struct gd_error *err);

/* Adds or replaces one list; an empty one is removed. */
GD_MUST_USE enum gd_rc segment_put_list(struct gd_ledger *ledger, int64_t number, uint32_t gram,
                                        const struct gd_buf *list, struct gd_error *err);

/* Removes a segment and its lists. */
GD_MUST_USE enum gd_rc segment_drop(struct gd_ledger *ledger, int64_t number, struct gd_error *err);

#endif
