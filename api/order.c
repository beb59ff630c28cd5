/* The orders of the list. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "order.h"

#include <string.h>

#include "filter_i.h"
#include "gram.h"

const char *gd_sort_name(enum gd_sort_key key)
{
    static const char *const names[GD_SORT__COUNT] = {
        [GD_SORT_FIRST_SEEN] = "seen",
        [GD_SORT_ID] = "id",
        [GD_SORT_ORDER] = "order",
        [GD_SORT_A] = "a",
        [GD_SORT_B] = "b",
        [GD_SORT_VN] = "vn",
        [GD_SORT_STATE] = "state",
        [GD_SORT_ENDS] = "ends",
        [GD_SORT_READ] = "read",
        [GD_SORT_USAGE] = "usage",
        [GD_SORT_KIND] = "kind",
    };

    return names[key];
}

static void byte_key(struct order_key *out, unsigned rank)
{
    out->len = 1;
    out->bytes[0] = (unsigned char)rank;
}

static void text_key(struct order_key *out, const char *text)
{
    if (text == NULL || *text == '\0') {
        byte_key(out, ORDER_ABSENT);
        return;
    }
    for (out->len = 0; *text != '\0' && out->len < ORDER_KEY_MAX; text++)
        out->bytes[out->len++] = filter_fold((unsigned char)*text);
    if (out->bytes[0] == ORDER_ABSENT)
        out->bytes[0]--; /* no UTF-8 begins so */
}

/* A moment, the earliest first; before 1970 is as good as then. */
static void time_key(struct order_key *out, int64_t when)
{
    if (when == 0) {
        byte_key(out, ORDER_ABSENT);
        return;
    }
    if (when < 0)
        when = 0;
    out->len = 8;
    for (int i = 0; i < 8; i++)
        out->bytes[i] = (unsigned char)((uint64_t)when >> (56 - 8 * i));
}

static unsigned state_rank(enum gd_state state)
{
    return state == GD_UNKNOWN ? ORDER_ABSENT : (unsigned)state;
}

static unsigned usage_rank(const char *usage)
{
    int rank = gram_usage(usage);

    return rank < 0 ? ORDER_ABSENT : (unsigned)rank;
}

void order_key(const struct gd_alloc *alloc, enum gd_sort_key sort, int64_t now, struct order_key *out)
{
    switch (sort) {
    case GD_SORT_ID:
        text_key(out, alloc->v[GD_F_ID]);
        return;
    case GD_SORT_ORDER:
        text_key(out, alloc->v[GD_F_TRANSACTION_ID]);
        return;
    case GD_SORT_A:
        text_key(out, alloc->v[GD_F_A_NUMBERS]);
        return;
    case GD_SORT_B:
        text_key(out, alloc->v[GD_F_B_NUMBERS]);
        return;
    case GD_SORT_VN:
        text_key(out, alloc->v[GD_F_A_VNS] != NULL ? alloc->v[GD_F_A_VNS] : alloc->v[GD_F_B_VNS]);
        return;
    case GD_SORT_STATE:
        byte_key(out, state_rank(gd_alloc_state(alloc, now)));
        return;
    case GD_SORT_ENDS:
        time_key(out, alloc->ends_at);
        return;
    case GD_SORT_READ:
        time_key(out, alloc->read_at);
        return;
    case GD_SORT_USAGE:
        byte_key(out, usage_rank(alloc->v[GD_F_USAGE]));
        return;
    case GD_SORT_KIND:
        byte_key(out, (unsigned)alloc->kind);
        return;
    case GD_SORT_FIRST_SEEN:
    case GD_SORT__COUNT:
        break;
    }
    out->len = 0; /* rows are numbered as they are first seen */
}

int order_key_compare(const struct order_key *one, const struct order_key *other)
{
    size_t len = one->len < other->len ? one->len : other->len;
    int sign = memcmp(one->bytes, other->bytes, len);

    return sign != 0 ? sign : (int)one->len - (int)other->len;
}

int order_compare(const struct order_place *one, const struct order_place *other)
{
    int sign = order_key_compare(&one->key, &other->key);

    return sign != 0 ? sign : one->row < other->row ? -1 : one->row > other->row;
}
