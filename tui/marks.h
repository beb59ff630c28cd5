/* Marked rows: a set of the ledger's row ids with the allocations' ids. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_MARKS_H
#define TUI_MARKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gd_filter;
struct gd_ledger;

struct mark {
    int64_t row;
    char *id; /* NULL: an empty place */
};

struct marks {
    struct mark *table; /* open addressing; room is a power of two */
    size_t n, room;
};

void marks_init(struct marks *marks);
void marks_free(struct marks *marks);
void marks_clear(struct marks *marks);

bool marks_has(const struct marks *marks, int64_t row);
/* false where memory ran out. */
bool marks_add(struct marks *marks, int64_t row, const char *id);
void marks_toggle(struct marks *marks, int64_t row, const char *id);

/* How many the filter hides; reads them from the ledger. */
int64_t marks_hidden(const struct marks *marks, const struct gd_filter *filter, struct gd_ledger *ledger);

/* Calls fn with each id, in the order of the rows' ids, until it returns false. */
void marks_each(const struct marks *marks, bool (*fn)(void *arg, const char *id), void *arg);

#endif
