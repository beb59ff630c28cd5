/* Inside the leaves: one leaf as bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LEAF_I_H
#define GD_LEAF_I_H

#include "leaf.h"

/* The places of a leaf, each its length and its bytes. */
struct leaf_places {
    struct gd_buf bytes;
    const unsigned char **at;
    size_t n, room;
};

void leaf_places_init(struct leaf_places *places);
void leaf_places_free(struct leaf_places *places);

/* Reads a leaf's two columns. GD_IO where they are damaged. */
GD_MUST_USE enum gd_rc leaf_decode(struct leaf_places *places, const void *rows, size_t rows_len,
                                   const void *keys, size_t keys_len, struct gd_error *err);

/* Appends n places, in order, as a leaf's two columns. */
void leaf_encode(const unsigned char *const *at, size_t n, struct gd_buf *rows, struct gd_buf *keys);

/* As memcmp, of two places that begin with their length. */
int leaf_bytes_compare(const unsigned char *one, const unsigned char *other);

/* The row of a place. */
static inline uint32_t leaf_bytes_row(const unsigned char *place)
{
    const unsigned char *row = place + 1 + place[0] - 4;

    return (uint32_t)row[0] << 24 | (uint32_t)row[1] << 16 | (uint32_t)row[2] << 8 | row[3];
}

/* Makes room for n places. */
GD_MUST_USE enum gd_rc leaf_places_room(struct leaf_places *places, size_t n, struct gd_error *err);

#endif
