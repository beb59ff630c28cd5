/* Grams: what the search index knows of an allocation. Three bytes that follow one another in a searchable
 * text, as search sees it; and a few facts that filters ask for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_GRAM_H
#define GD_GRAM_H

#include "alloc.h"

#define GRAM_END '\n' /* fills the grams at the end of a text: no text holds it */

/* The gram of three bytes. */
#define GRAM(a, b, c) ((uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* Facts, above all grams of texts. */
enum gram_fact {
    GRAM_STATE = 1 << 24,       /* + enum gd_state, as stored */
    GRAM_KIND = GRAM_STATE + 8, /* + enum gd_kind */
    GRAM_USAGE = GRAM_KIND + 8, /* + the rank that usage sorts by; none where it is absent */
    GRAM_CHANGED = GRAM_USAGE + 8,
    GRAM_BYTE = GRAM_STATE + 256, /* + a byte that stands in a text */
    GRAM__END = 1 << 25
};

/* Usage as the list sorts it: oneway, twoway, any other; -1 absent. */
int gram_usage(const char *usage);

/* Calls fn for each gram and fact of the allocation; one can come several times. */
typedef void gram_fn(void *arg, uint32_t gram);
void gram_each(const struct gd_alloc *alloc, gram_fn *fn, void *arg);

/* Whether two allocations have the same grams and facts. */
bool gram_same(const struct gd_alloc *one, const struct gd_alloc *other);

#endif
