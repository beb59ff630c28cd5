/* The orders of the list: a key for each allocation, compared as bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_ORDER_H
#define GD_ORDER_H

#include "query.h"

#define ORDER_ABSENT 0xff /* begins the key of what is not there */
#define ORDER_KEY_MAX 48  /* bytes; longer texts are ordered by their beginnings, then by row */

struct order_key {
    unsigned char len;
    unsigned char bytes[ORDER_KEY_MAX];
};

/* An allocation's place in an order: key, then row. */
struct order_place {
    struct order_key key;
    int64_t row;
};

/* The key of an allocation. What is absent comes after all that is present. now: seconds, for the state by
 * the clock. */
void order_key(const struct gd_alloc *alloc, enum gd_sort_key sort, int64_t now, struct order_key *out);

/* Below, at or above 0: as memcmp; rows decide between equal keys. */
int order_key_compare(const struct order_key *one, const struct order_key *other);
int order_compare(const struct order_place *one, const struct order_place *other);

#endif
