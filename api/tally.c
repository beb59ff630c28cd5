/* A tally: texts in a table by their hash, with a count each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "tally.h"

#include <stdlib.h>
#include <string.h>

#include "mem.h"

static uint64_t hash_of(const char *text, size_t len)
{
    uint64_t hash = 14695981039346656037u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211u;
    return hash ^ hash >> 32;
}

/* The slot that holds the text, or the free one where it belongs. */
static size_t *slot_of(const struct gd_tally *tally, const char *text, size_t len)
{
    size_t at = hash_of(text, len) & (tally->n_slots - 1);

    while (tally->slots[at] != 0) {
        const char *held = tally->rows[tally->slots[at] - 1].text;

        if (strncmp(held, text, len) == 0 && held[len] == '\0')
            break;
        at = (at + 1) & (tally->n_slots - 1);
    }
    return &tally->slots[at];
}

/* Twice the room; of the slots at most half are ever taken. */
static enum gd_rc grow(struct gd_tally *tally, struct gd_error *err)
{
    size_t room = tally->room != 0 ? 2 * tally->room : 64;
    struct gd_tally_row *rows = gd_realloc(tally->rows, room * sizeof *rows);
    size_t *slots;

    if (rows == NULL)
        return gd_fail_memory(err);
    tally->rows = rows;
    slots = gd_calloc(2 * room, sizeof *slots);
    if (slots == NULL)
        return gd_fail_memory(err);
    gd_free(tally->slots);
    tally->slots = slots;
    tally->n_slots = 2 * room;
    tally->room = room;
    for (size_t i = 0; i < tally->n; i++)
        *slot_of(tally, rows[i].text, strlen(rows[i].text)) = i + 1;
    return GD_OK;
}

enum gd_rc gd_tally_add(struct gd_tally *tally, const char *text, size_t len, struct gd_error *err)
{
    enum gd_rc rc = tally->n == tally->room ? grow(tally, err) : GD_OK;
    size_t *slot;
    char *copy;

    if (rc != GD_OK)
        return rc;
    slot = slot_of(tally, text, len);
    if (*slot != 0) {
        tally->rows[*slot - 1].n++;
        return GD_OK;
    }
    copy = gd_strndup(text, len);
    if (copy == NULL)
        return gd_fail_memory(err);
    tally->rows[tally->n++] = (struct gd_tally_row){copy, 1};
    *slot = tally->n;
    return GD_OK;
}

static int compare(const void *one, const void *other)
{
    const struct gd_tally_row *a = one, *b = other;

    return a->n != b->n ? (a->n < b->n ? 1 : -1) : strcmp(a->text, b->text);
}

void gd_tally_sort(struct gd_tally *tally)
{
    if (tally->n > 1)
        qsort(tally->rows, tally->n, sizeof *tally->rows, compare);
}

void gd_tally_clear(struct gd_tally *tally)
{
    for (size_t i = 0; i < tally->n; i++)
        gd_wipe_free(&tally->rows[i].text);
    gd_free(tally->rows);
    gd_free(tally->slots);
    *tally = (struct gd_tally){0};
}
