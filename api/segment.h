/* Segments of the search index: the rows that were indexed together, and for each gram those that hold it.
 *
 * A segment is written once. A row that changes is indexed anew in a later segment, and only the latest one
 * that holds it speaks of it; merging leaves out what is outdated. Forgetting alone changes a segment. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SEGMENT_H
#define GD_SEGMENT_H

#include "gram.h"
#include "ledger.h"
#include "postings.h"

/* ---- building ---- */

struct segment_builder;

GD_MUST_USE enum gd_rc segment_builder_new(struct segment_builder **out, struct gd_error *err);
void segment_builder_free(struct segment_builder **builder);

/* Adds a row; rows come in ascending order, SEGMENT_ROWS at most. */
GD_MUST_USE enum gd_rc segment_builder_add(struct segment_builder *builder, const struct gd_alloc *alloc,
                                           struct gd_error *err);
size_t segment_builder_rows(const struct segment_builder *builder);

/* Writes the segment, if it has rows, and empties the builder. */
GD_MUST_USE enum gd_rc segment_builder_write(struct segment_builder *builder, struct gd_ledger *ledger,
                                             struct gd_error *err);

/* ---- reading ---- */

struct segment {
    int64_t number;
    uint32_t n;     /* ranks */
    uint32_t first; /* row of rank 0 */
    uint32_t *rows; /* by rank; NULL where they follow one another */
    uint64_t *live; /* ranks of which this segment speaks; NULL: all */
    uint64_t *dead; /* ranks that were forgotten; NULL: none */
};

/* All segments of the tenant, the latest first. */
struct segments {
    struct segment *list;
    size_t n;
    size_t words;   /* of a set of the tenant's rows */
    uint64_t *rows; /* all rows that some segment speaks of */
};

GD_MUST_USE enum gd_rc segment_load_all(struct gd_ledger *ledger, struct segments *out, struct gd_error *err);
void segment_clear_all(struct segments *segments);

static inline uint32_t segment_row(const struct segment *segment, size_t rank)
{
    return segment->rows != NULL ? segment->rows[rank] : segment->first + (uint32_t)rank;
}

/* Sets in rows those that may hold the text (folded, not empty) in some class (bits by enum gram_class); all
 * that do hold it are among them. *exact is set to false unless all of them do. */
GD_MUST_USE enum gd_rc segment_find(struct gd_ledger *ledger, const struct segments *segments,
                                    unsigned classes, const char *text, size_t len, uint64_t *rows,
                                    bool *exact, struct gd_error *err);

/* Sets in rows those with the fact. */
GD_MUST_USE enum gd_rc segment_fact(struct gd_ledger *ledger, const struct segments *segments, uint32_t fact,
                                    uint64_t *rows, struct gd_error *err);

/* ---- keeping ---- */

/* Merges the smallest segments into one where there are many; *merged: it did. In the caller's transaction,
 * as all below. */
GD_MUST_USE enum gd_rc segment_merge(struct gd_ledger *ledger, bool *merged, struct gd_error *err);

/* Takes rows (ascending) out of all segments, from the bytes too. */
GD_MUST_USE enum gd_rc segment_forget(struct gd_ledger *ledger, const int64_t *rows, size_t n,
                                      struct gd_error *err);

#endif
