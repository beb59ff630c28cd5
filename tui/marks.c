/* Marked rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "marks.h"

#include <stdlib.h>
#include <string.h>

#include "../api/filter.h"
#include "../api/ledger.h"
#include "../api/mem.h"

void marks_init(struct marks *marks)
{
    *marks = (struct marks){0};
}

void marks_clear(struct marks *marks)
{
    for (size_t i = 0; i < marks->room; i++)
        gd_free(marks->table[i].id);
    gd_free(marks->table);
    *marks = (struct marks){0};
}

void marks_free(struct marks *marks)
{
    marks_clear(marks);
}

static size_t hash(int64_t row)
{
    return (size_t)((uint64_t)row * 0x9e3779b97f4a7c15u >> 20);
}

/* The row's place, or the empty one where it would go. */
static struct mark *place(const struct marks *marks, int64_t row)
{
    size_t i = hash(row) & (marks->room - 1);

    while (marks->table[i].id && marks->table[i].row != row)
        i = (i + 1) & (marks->room - 1);
    return &marks->table[i];
}

bool marks_has(const struct marks *marks, int64_t row)
{
    return marks->n > 0 && place(marks, row)->id != NULL;
}

static bool grow(struct marks *marks)
{
    struct marks bigger = {.room = marks->room ? 2 * marks->room : 64};

    bigger.table = gd_calloc(bigger.room, sizeof *bigger.table);
    if (!bigger.table)
        return false;
    for (size_t i = 0; i < marks->room; i++)
        if (marks->table[i].id)
            *place(&bigger, marks->table[i].row) = marks->table[i];
    bigger.n = marks->n;
    gd_free(marks->table);
    *marks = bigger;
    return true;
}

bool marks_add(struct marks *marks, int64_t row, const char *id)
{
    struct mark *mark;

    if (2 * (marks->n + 1) > marks->room && !grow(marks))
        return false;
    mark = place(marks, row);
    if (mark->id)
        return true;
    mark->id = gd_strdup(id);
    if (!mark->id)
        return false;
    mark->row = row;
    marks->n++;
    return true;
}

/* Takes one out: the ones behind it in the same run are put in again. */
static void take_out(struct marks *marks, struct mark *mark)
{
    size_t i = (size_t)(mark - marks->table);

    gd_free(mark->id);
    mark->id = NULL;
    marks->n--;
    for (i = (i + 1) & (marks->room - 1); marks->table[i].id; i = (i + 1) & (marks->room - 1)) {
        struct mark again = marks->table[i];

        marks->table[i].id = NULL;
        *place(marks, again.row) = again;
    }
}

void marks_toggle(struct marks *marks, int64_t row, const char *id)
{
    if (marks_has(marks, row))
        take_out(marks, place(marks, row));
    else
        marks_add(marks, row, id);
}

int64_t marks_hidden(const struct marks *marks, const struct gd_filter *filter, struct gd_ledger *ledger)
{
    int64_t hidden = 0;

    for (size_t i = 0; i < marks->room; i++) {
        struct gd_alloc alloc = {0};
        struct gd_error ignored = {0};
        bool found = false;

        if (!marks->table[i].id)
            continue;
        if (gd_ledger_get(ledger, marks->table[i].id, &alloc, &found, &ignored) != GD_OK || !found ||
            !gd_filter_match(filter, &alloc))
            hidden++;
        gd_alloc_clear(&alloc);
    }
    return hidden;
}

static int by_row(const void *a, const void *b)
{
    const struct mark *one = a, *other = b;

    return (one->row > other->row) - (one->row < other->row);
}

void marks_each(const struct marks *marks, bool (*fn)(void *arg, const char *id), void *arg)
{
    struct mark *sorted = marks->n ? gd_calloc(marks->n, sizeof *sorted) : NULL;
    size_t n = 0;

    for (size_t i = 0; sorted && i < marks->room; i++)
        if (marks->table[i].id)
            sorted[n++] = marks->table[i];
    if (sorted)
        qsort(sorted, n, sizeof *sorted, by_row);
    for (size_t i = 0; i < n && fn(arg, sorted[i].id); i++)
        ;
    gd_free(sorted);
}
