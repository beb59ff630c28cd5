/* Preview: what the ledger can say about the rows of a plan before it is confirmed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_PREVIEW_H
#define GD_PREVIEW_H

#include "buf.h"
#include "journal.h"

#define GD_PREVIEW_CALLS 900 /* seconds: a call in the last 15 minutes */
#define GD_PREVIEW_SOON 3600 /* seconds: ends within the hour anyway */

struct gd_preview {
    int64_t rows;     /* that would be sent */
    int64_t left_out; /* rows skipped from the start: protected, in conflict */
    int64_t unknown;  /* rows that the ledger has no reading of */
    int64_t calls;    /* rows with a call in the last 15 minutes */
    int64_t soon;     /* rows that end within the hour anyway */
    int64_t over;     /* rows that are over already, by state or by the clock */
    int64_t known;    /* allocations in the ledger, all together */
    bool events;      /* the ledger holds events of calls at all: else calls says nothing */
};

/* Looks at the rows of a plan (pending ones, and how many are skipped). now in seconds. */
GD_MUST_USE enum gd_rc gd_preview(struct gd_ledger *ledger, const struct gd_op_row *rows, size_t n,
                                  int64_t now, struct gd_preview *out, struct gd_error *err);

/* The facts as lines for a person. */
void gd_preview_text(const struct gd_preview *preview, struct gd_buf *out);

#endif
