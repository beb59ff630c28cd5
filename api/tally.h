/* A tally: how often each text came. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_TALLY_H
#define GD_TALLY_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct gd_tally_row {
    char *text; /* owned by the tally */
    int64_t n;
};

/* Zero-initialised it is empty. */
struct gd_tally {
    struct gd_tally_row *rows; /* in the order of coming, or sorted */
    size_t n, room;
    size_t *slots; /* 1 + place in rows; 0 free */
    size_t n_slots;
};

/* Counts len bytes of text once more. Not after gd_tally_sort. */
GD_MUST_USE enum gd_rc gd_tally_add(struct gd_tally *tally, const char *text, size_t len,
                                    struct gd_error *err);

/* The most frequent first, the same often by text. */
void gd_tally_sort(struct gd_tally *tally);

/* Wipes and frees the texts. */
void gd_tally_clear(struct gd_tally *tally);

#endif
