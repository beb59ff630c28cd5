/* Grams of an allocation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "gram.h"

#include <string.h>

#include "bits.h"
#include "filter_i.h"

int gram_usage(const char *usage)
{
    if (usage == NULL || *usage == '\0')
        return -1;
    return strcmp(usage, "oneway") == 0 ? 0 : strcmp(usage, "twoway") == 0 ? 1 : 2;
}

enum gram_class gram_class(enum gd_field field)
{
    switch (field) {
    case GD_F_ID:
        return GRAM_ID;
    case GD_F_TRANSACTION_ID:
        return GRAM_ORDER;
    case GD_F_A_NUMBERS:
        return GRAM_A;
    case GD_F_B_NUMBERS:
        return GRAM_B;
    case GD_F_A_VNS:
    case GD_F_B_VNS:
        return GRAM_VN;
    case GD_F_A_PIN:
    case GD_F_B_PIN:
        return GRAM_PIN;
    default:
        return GRAM_CUSTOM;
    }
}

unsigned gram_classes(uint32_t fields, bool *exact)
{
    unsigned in = 0, out = 0;

    for (int f = 0; f < GD_F__COUNT; f++) {
        if ((gd_fields[f].flags & GD_FF_SEARCH) == 0)
            continue;
        if ((fields & 1u << f) != 0)
            in |= 1u << gram_class((enum gd_field)f);
        else
            out |= 1u << gram_class((enum gd_field)f);
    }
    *exact = (in & out) == 0;
    return in;
}

/* Each byte of a text begins a gram, so that two bytes are found by the grams that begin with them; single
 * bytes have lists of their own. */
static void text_grams(enum gd_field field, const char *text, gram_fn *fn, void *arg, uint64_t bytes[4])
{
    bool number = filter_is_number(field);
    enum gram_class class = gram_class(field);
    int a = GRAM_END, b = GRAM_END, c;

    do {
        c = filter_next(number, &text);
        if (c < 0)
            c = FILTER_GAP;
        else
            bits_add(bytes, (size_t)c);
        if (a != GRAM_END)
            fn(arg, GRAM(class, a, b, c));
        if (c == FILTER_GAP && b != GRAM_END)
            fn(arg, GRAM(class, b, GRAM_END, GRAM_END));
        a = c == FILTER_GAP ? GRAM_END : b;
        b = c;
    } while (*text != '\0' || c != FILTER_GAP);
}

void gram_each(const struct gd_alloc *alloc, gram_fn *fn, void *arg)
{
    int usage = gram_usage(alloc->v[GD_F_USAGE]);
    uint64_t bytes[4] = {0};

    for (int f = 0; f < GD_F__COUNT; f++)
        if ((gd_fields[f].flags & GD_FF_SEARCH) != 0 && alloc->v[f] != NULL)
            text_grams((enum gd_field)f, alloc->v[f], fn, arg, bytes);
    for (int64_t b = bits_next(bytes, 4, 0); b >= 0; b = bits_next(bytes, 4, (size_t)b + 1))
        fn(arg, GRAM_BYTE + (uint32_t)b);
    fn(arg, GRAM_STATE + (uint32_t)alloc->state);
    fn(arg, GRAM_KIND + (uint32_t)alloc->kind);
    if (usage >= 0)
        fn(arg, GRAM_USAGE + (uint32_t)usage);
    if (alloc->changed_op != 0)
        fn(arg, GRAM_CHANGED);
}

bool gram_same(const struct gd_alloc *one, const struct gd_alloc *other)
{
    for (int f = 0; f < GD_F__COUNT; f++) {
        const char *a = one->v[f], *b = other->v[f];

        if ((gd_fields[f].flags & GD_FF_SEARCH) != 0 && a != b &&
            (a == NULL || b == NULL || strcmp(a, b) != 0))
            return false;
    }
    return one->state == other->state && one->kind == other->kind &&
           (one->changed_op != 0) == (other->changed_op != 0) &&
           gram_usage(one->v[GD_F_USAGE]) == gram_usage(other->v[GD_F_USAGE]);
}
