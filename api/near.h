/* The nearest of several names to a word that is none of them: "unknown command lsit; did you mean list?" */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_NEAR_H
#define GD_NEAR_H

#include <stddef.h>

/* Gathers the best name so far; zero-initialise it, then offer every name. */
struct gd_near {
    const char *best; /* NULL: none is near enough */
    size_t distance;
};

/* Offers a name. Near enough is a name that begins with the word, or one that differs in at most a third of
 * the word's letters (one at the least; two neighbours swapped count as one). */
void gd_near_offer(struct gd_near *near, const char *word, const char *name);

#endif
