/* Grams: what the search index knows of an allocation. Three bytes that follow one another in a searchable
 * text, as search sees it; and a few facts that filters ask for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_GRAM_H
#define GD_GRAM_H

#include "alloc.h"

#define GRAM_END '\n' /* fills the grams at the end of a text: no text holds it */

/* Where a text stands: grams of different classes never meet, so that a text is found in one field only. */
enum gram_class { GRAM_ID, GRAM_ORDER, GRAM_CUSTOM, GRAM_A, GRAM_B, GRAM_VN, GRAM_PIN, GRAM__CLASSES };

/* The gram of three bytes in a class. */
#define GRAM(class, a, b, c)                                                                                 \
    ((uint32_t)(class) << 24 | (uint32_t)(a) << 16 | (uint32_t)(b) << 8 | (uint32_t)(c))

/* Facts, above all grams of texts. */
enum gram_fact {
    GRAM_STATE = GRAM__CLASSES << 24, /* + enum gd_state, as stored */
    GRAM_KIND = GRAM_STATE + 8,       /* + enum gd_kind */
    GRAM_USAGE = GRAM_KIND + 8,       /* + the rank that usage sorts by; none where it is absent */
    GRAM_CHANGED = GRAM_USAGE + 8,
    GRAM_BYTE = GRAM_STATE + 256, /* + a byte that stands in some text */
    GRAM__END = 1 << 27
};

/* The class of a searchable field. */
enum gram_class gram_class(enum gd_field field);

/* The classes that fields (bits by enum gd_field) stand in, bits by enum gram_class; *exact: they hold no
 * other field. */
unsigned gram_classes(uint32_t fields, bool *exact);

/* Usage as the list sorts it: oneway, twoway, any other; -1 absent. */
int gram_usage(const char *usage);

/* Calls fn for each gram and fact of the allocation; one can come several times. */
typedef void gram_fn(void *arg, uint32_t gram);
void gram_each(const struct gd_alloc *alloc, gram_fn *fn, void *arg);

/* Whether two allocations have the same grams and facts. */
bool gram_same(const struct gd_alloc *one, const struct gd_alloc *other);

#endif
