/* The nearest of several names to a word that is none of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "near.h"

#include <string.h>

#define NEAR_MAX 40 /* longer words are nobody's slip */

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Edits (one letter more, less, another, or two swapped) that turn one into the other. */
static size_t distance(const char *one, const char *other)
{
    size_t a = strlen(one), b = strlen(other), row[3][NEAR_MAX + 1];

    if (a > NEAR_MAX || b > NEAR_MAX)
        return NEAR_MAX;
    for (size_t j = 0; j <= b; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a; i++) {
        size_t *now = row[i % 3], *last = row[(i + 2) % 3], *before = row[(i + 1) % 3];

        now[0] = i;
        for (size_t j = 1; j <= b; j++) {
            now[j] = least(least(last[j], now[j - 1]) + 1, last[j - 1] + (one[i - 1] != other[j - 1]));
            if (i > 1 && j > 1 && one[i - 1] == other[j - 2] && one[i - 2] == other[j - 1])
                now[j] = least(now[j], before[j - 2] + 1);
        }
    }
    return row[a % 3][b];
}

void gd_near_offer(struct gd_near *near, const char *word, const char *name)
{
    size_t len = strlen(word), far = distance(word, name), enough = len / 3 > 1 ? len / 3 : 1;

    if (len >= 2 && strncmp(name, word, len) == 0)
        far = 0;
    if (far > enough || (near->best != NULL && near->distance <= far))
        return;
    near->best = name;
    near->distance = far;
}
