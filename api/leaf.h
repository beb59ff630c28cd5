/* The sorted index of the list: for each order a row of leaves, each with some hundred rows in order and
 * their keys. What is walked is the rows alone, so that a million are passed in a few milliseconds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LEAF_H
#define GD_LEAF_H

#include <endian.h>
#include <string.h>

#include "bits.h"
#include "buf.h"
#include "ledger.h"
#include "order.h"

/* The orders that have leaves: those by a value that nearly every row has to itself. The others follow from
 * the row's number and from the facts of the search index. */
enum leaf_order { LEAF_ID, LEAF_ORDER, LEAF_A, LEAF_B, LEAF_VN, LEAF_ENDS, LEAF_READ, LEAF__COUNT };

/* The sort key of an order, and the reverse: LEAF__COUNT where it has no leaves. */
enum gd_sort_key leaf_sort(enum leaf_order order);
enum leaf_order leaf_order(enum gd_sort_key sort);

/* A place as bytes that compare like it: key, 0 (which no key of a text holds, and keys of times are of one
 * length), row. */
struct leaf_place {
    unsigned char len;
    unsigned char bytes[ORDER_KEY_MAX + 5];
};

void leaf_place(const struct order_key *key, uint32_t row, struct leaf_place *out);
int leaf_compare(const struct leaf_place *one, const struct leaf_place *other);

/* ---- changing ---- */

/* Places to be removed or added. */
struct leaf_item {
    uint64_t head; /* first bytes, for a fast comparison */
    uint32_t at;   /* in bytes: its length and its bytes */
};

struct leaf_list {
    struct gd_buf bytes;
    struct leaf_item *items;
    size_t n, room;
};

void leaf_list_init(struct leaf_list *list);
void leaf_list_free(struct leaf_list *list); /* wipes */
void leaf_list_clear(struct leaf_list *list);
GD_MUST_USE enum gd_rc leaf_list_add(struct leaf_list *list, const struct leaf_place *place,
                                     struct gd_error *err);

/* Removes and adds places in one order, in the caller's transaction; sorts both. */
GD_MUST_USE enum gd_rc leaf_apply(struct gd_ledger *ledger, enum leaf_order order, struct leaf_list *remove,
                                  struct leaf_list *add, struct gd_error *err);

/* ---- walking ---- */

/* A walk over one order, in a transaction that the caller holds from seek to pause. */
struct leaf_walk;

GD_MUST_USE enum gd_rc leaf_walk_new(struct gd_ledger *ledger, enum leaf_order order, struct leaf_walk **out,
                                     struct gd_error *err);
void leaf_walk_free(struct leaf_walk **walk);

/* Begins at a place, or at the edge (len 0), upwards or downwards; the place itself is included. */
void leaf_walk_seek(struct leaf_walk *walk, const struct leaf_place *place, bool back);

/* The next n rows in ascending order (in a walk back they are to be read from the last to the first),
 * borrowed until the next call, for leaf_row; n 0: the end. */
GD_MUST_USE enum gd_rc leaf_walk_next(struct leaf_walk *walk, const unsigned char **rows, size_t *n,
                                      struct gd_error *err);

/* The i-th of these. */
static inline uint32_t leaf_row(const unsigned char *rows, size_t i)
{
    uint32_t row;

    memcpy(&row, rows + 4 * i, sizeof row);
    return le32toh(row);
}

/* The place of the i-th of these rows. */
GD_MUST_USE enum gd_rc leaf_walk_place(struct leaf_walk *walk, size_t i, struct leaf_place *place,
                                       struct gd_error *err);

/* Holds nothing of the ledger any more. */
void leaf_walk_pause(struct leaf_walk *walk);

/* Sets in rows (of words words) those whose places are from one (with it) to another (without it); len 0 in
 * to: to the end. */
GD_MUST_USE enum gd_rc leaf_range(struct gd_ledger *ledger, enum leaf_order order,
                                  const struct leaf_place *from, const struct leaf_place *to, uint64_t *rows,
                                  size_t words, struct gd_error *err);

#endif
