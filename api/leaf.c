/* Leaves of the sorted index: places, lists of them, and one leaf as bytes.
 *
 * A leaf is two columns. rows: each row's number, 4 bytes, the lowest first. keys: the length and the bytes
 * of the beginning that all keys share, then each key's remaining length, then the remainders. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "leaf_i.h"
#include "mem.h"

#define LIST_MAX ((size_t)64 << 20)  /* bytes of places in a list */
#define PLACES_MAX ((size_t)8 << 20) /* bytes of places in a leaf */

static const enum gd_sort_key sorts[LEAF__COUNT] = {
    [LEAF_ID] = GD_SORT_ID, [LEAF_ORDER] = GD_SORT_ORDER, [LEAF_A] = GD_SORT_A,       [LEAF_B] = GD_SORT_B,
    [LEAF_VN] = GD_SORT_VN, [LEAF_ENDS] = GD_SORT_ENDS,   [LEAF_READ] = GD_SORT_READ,
};

enum gd_sort_key leaf_sort(enum leaf_order order)
{
    return sorts[order];
}

enum leaf_order leaf_order(enum gd_sort_key sort)
{
    int order = 0;

    while (order < LEAF__COUNT && sorts[order] != sort)
        order++;
    return (enum leaf_order)order;
}

/* ---- places ---- */

void leaf_place(const struct order_key *key, uint32_t row, struct leaf_place *out)
{
    unsigned char *end = out->bytes + key->len;

    memcpy(out->bytes, key->bytes, key->len);
    end[0] = 0;
    for (int i = 0; i < 4; i++)
        end[1 + i] = (unsigned char)(row >> (24 - 8 * i));
    out->len = (unsigned char)(key->len + 5);
}

int leaf_bytes_compare(const unsigned char *one, const unsigned char *other)
{
    size_t len = one[0] < other[0] ? one[0] : other[0];
    int sign = memcmp(one + 1, other + 1, len);

    return sign != 0 ? sign : (int)one[0] - (int)other[0];
}

int leaf_compare(const struct leaf_place *one, const struct leaf_place *other)
{
    return leaf_bytes_compare(&one->len, &other->len);
}

/* ---- lists ---- */

void leaf_list_init(struct leaf_list *list)
{
    *list = (struct leaf_list){0};
    gd_buf_init(&list->bytes, LIST_MAX);
}

void leaf_list_free(struct leaf_list *list)
{
    gd_buf_wipe(&list->bytes);
    gd_free(list->items);
    leaf_list_init(list);
}

void leaf_list_clear(struct leaf_list *list)
{
    gd_buf_clear(&list->bytes);
    list->n = 0;
}

enum gd_rc leaf_list_add(struct leaf_list *list, const struct leaf_place *place, struct gd_error *err)
{
    struct leaf_item *item;

    if (list->n == list->room) {
        size_t room = list->room > 0 ? list->room * 2 : 256;
        struct leaf_item *items = gd_realloc(list->items, room * sizeof *items);

        if (items == NULL)
            return gd_fail_memory(err);
        list->items = items;
        list->room = room;
    }
    item = &list->items[list->n++];
    *item = (struct leaf_item){.at = (uint32_t)list->bytes.len};
    for (size_t i = 0; i < 8; i++)
        item->head = item->head << 8 | (i < place->len ? place->bytes[i] : 0);
    gd_buf_add(&list->bytes, place, (size_t)place->len + 1);
    return gd_buf_check(&list->bytes, "a list of the index", err);
}

/* ---- a leaf ---- */

void leaf_places_init(struct leaf_places *places)
{
    *places = (struct leaf_places){0};
    gd_buf_init(&places->bytes, PLACES_MAX);
}

void leaf_places_free(struct leaf_places *places)
{
    gd_buf_wipe(&places->bytes);
    gd_free(places->at);
    leaf_places_init(places);
}

enum gd_rc leaf_places_room(struct leaf_places *places, size_t n, struct gd_error *err)
{
    const unsigned char **at;

    if (n <= places->room)
        return GD_OK;
    at = gd_realloc(places->at, n * sizeof *at);
    if (at == NULL)
        return gd_fail_memory(err);
    places->at = at;
    places->room = n;
    return GD_OK;
}

static void put_place(struct gd_buf *out, const unsigned char *prefix, size_t prefix_len,
                      const unsigned char *rest, size_t rest_len, const unsigned char *row)
{
    const unsigned char tail[5] = {0, row[3], row[2], row[1], row[0]};

    gd_buf_addc(out, (char)(prefix_len + rest_len + sizeof tail));
    gd_buf_add(out, prefix, prefix_len);
    gd_buf_add(out, rest, rest_len);
    gd_buf_add(out, tail, sizeof tail);
}

enum gd_rc leaf_decode(struct leaf_places *places, const void *rows, size_t rows_len, const void *keys,
                       size_t keys_len, struct gd_error *err)
{
    static const unsigned char none[1]; /* SQLite gives NULL for an empty blob */
    const unsigned char *begin = keys_len > 0 ? keys : none, *end = begin + keys_len, *at;
    size_t n = rows_len / 4, prefix_len = *begin;
    const unsigned char *prefix = begin + 1, *lens = prefix + prefix_len, *rest = lens + n;
    enum gd_rc rc = leaf_places_room(places, n, err);

    gd_buf_clear(&places->bytes);
    places->n = 0;
    if (rc != GD_OK || n == 0)
        return rc;
    if (keys_len < 1 + prefix_len + n)
        goto damaged;
    for (size_t i = 0; i < n; i++) {
        if (prefix_len + lens[i] > ORDER_KEY_MAX || (size_t)(end - rest) < lens[i])
            goto damaged;
        put_place(&places->bytes, prefix, prefix_len, rest, lens[i], (const unsigned char *)rows + 4 * i);
        rest += lens[i];
    }
    rc = gd_buf_check(&places->bytes, "a leaf of the index", err);
    at = (const unsigned char *)places->bytes.data;
    for (; rc == GD_OK && places->n < n; at += *at + 1)
        places->at[places->n++] = at;
    return rc;
damaged:
    return gd_fail(err, GD_IO, "move the ledger away and import again, or bring back a copy",
                   "the sorted index of the ledger is damaged");
}

void leaf_encode(const unsigned char *const *at, size_t n, struct gd_buf *rows, struct gd_buf *keys)
{
    const unsigned char *first = at[0], *last = at[n - 1];
    size_t shared = 0, least = (first[0] < last[0] ? first[0] : last[0]) - (size_t)5;

    while (shared < least && first[1 + shared] == last[1 + shared])
        shared++;
    gd_buf_addc(keys, (char)shared);
    gd_buf_add(keys, first + 1, shared);
    for (size_t i = 0; i < n; i++) {
        uint32_t row = leaf_bytes_row(at[i]);
        const unsigned char bytes[4] = {(unsigned char)row, (unsigned char)(row >> 8),
                                        (unsigned char)(row >> 16), (unsigned char)(row >> 24)};

        gd_buf_add(rows, bytes, sizeof bytes);
        gd_buf_addc(keys, (char)(at[i][0] - 5 - shared));
    }
    for (size_t i = 0; i < n; i++)
        gd_buf_add(keys, at[i] + 1 + shared, at[i][0] - 5 - shared);
}
