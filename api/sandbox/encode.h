/* Allocations as the service writes them, in either dialect. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_ENCODE_H
#define SB_ENCODE_H

#include "account.h"
#include "body.h"
#include "model.h"
#include "reply.h"

/* What the answer is given to: its members differ. */
enum sb_view { SB_VIEW_CREATED, SB_VIEW_READ, SB_VIEW_UPDATED, SB_VIEW_NUMBER, SB_VIEW_DELETED };

/* What encoding depends on beside the allocation. */
struct sb_shape {
    enum sb_dialect dialect;
    enum sb_view view;
    const char *method;               /* the request's, for the envelope */
    const struct sb_account *account; /* its zone, and which PINs are told */
    int64_t now;
    bool text[2]; /* flat: a side's number is answered as a text, as it came */
};

/* The whole answer: envelope and allocation. */
void sb_write_answer(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc);

/* The allocation alone, for the rows of a bulk answer. */
void sb_write_alloc(struct gd_buf *out, const struct sb_shape *shape, const struct sb_alloc *alloc);

#endif
