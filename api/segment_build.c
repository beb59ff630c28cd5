/* Building a segment of the search index in memory, and writing it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "ledger_i.h"
#include "mem.h"
#include "segment_i.h"

#define SLOTS_FIRST 32768
#define GRAMS 256

/* Grams found so far: an open hash of places in lists, 0 free. */
struct segment_builder {
    struct postings *lists;
    size_t n, room;
    uint32_t *slots;
    size_t slots_n; /* a power of 2 */
    uint32_t rows[SEGMENT_ROWS];
    uint32_t rows_n;
    uint32_t grams[GRAMS]; /* of the row that is being added */
    size_t grams_n;
    bool failed; /* out of memory */
};

enum gd_rc segment_builder_new(struct segment_builder **out, struct gd_error *err)
{
    struct segment_builder *builder = gd_calloc(1, sizeof *builder);

    if (builder != NULL) {
        builder->slots_n = SLOTS_FIRST;
        builder->slots = gd_calloc(builder->slots_n, sizeof *builder->slots);
    }
    *out = builder;
    if (builder != NULL && builder->slots != NULL)
        return GD_OK;
    segment_builder_free(out);
    return gd_fail_memory(err);
}

static void empty(struct segment_builder *builder)
{
    for (size_t i = 0; i < builder->n; i++)
        postings_clear(&builder->lists[i]);
    if (builder->slots != NULL)
        memset(builder->slots, 0, builder->slots_n * sizeof *builder->slots);
    builder->n = 0;
    builder->rows_n = 0;
}

void segment_builder_free(struct segment_builder **out)
{
    struct segment_builder *builder = *out;

    *out = NULL;
    if (builder == NULL)
        return;
    empty(builder);
    gd_free(builder->lists);
    gd_free(builder->slots);
    gd_free(builder);
}

static size_t first_slot(const struct segment_builder *builder, uint32_t gram)
{
    return (size_t)(gram * 0x9e3779b1u) >> 8 & (builder->slots_n - 1);
}

static size_t slot_of(const struct segment_builder *builder, uint32_t gram)
{
    size_t at = first_slot(builder, gram);

    while (builder->slots[at] != 0 && builder->lists[builder->slots[at] - 1].gram != gram)
        at = (at + 1) & (builder->slots_n - 1);
    return at;
}

static bool more_slots(struct segment_builder *builder)
{
    uint32_t *slots = gd_calloc(builder->slots_n * 2, sizeof *slots);

    if (slots == NULL)
        return false;
    gd_free(builder->slots);
    builder->slots = slots;
    builder->slots_n *= 2;
    for (size_t i = 0; i < builder->n; i++)
        builder->slots[slot_of(builder, builder->lists[i].gram)] = (uint32_t)i + 1;
    return true;
}

/* The list of a gram, made where it is new; NULL where memory ran out. */
static struct postings *list_of(struct segment_builder *builder, uint32_t gram)
{
    size_t at = slot_of(builder, gram);

    if (builder->slots[at] != 0)
        return &builder->lists[builder->slots[at] - 1];
    if (builder->n * 2 >= builder->slots_n) {
        if (!more_slots(builder))
            return NULL;
        at = slot_of(builder, gram);
    }
    if (builder->n == builder->room) {
        size_t room = builder->room > 0 ? builder->room * 2 : 4096;
        struct postings *lists = gd_realloc(builder->lists, room * sizeof *lists);

        if (lists == NULL)
            return NULL;
        builder->lists = lists;
        builder->room = room;
    }
    builder->lists[builder->n] = (struct postings){.gram = gram};
    builder->slots[at] = (uint32_t)++builder->n;
    return &builder->lists[builder->n - 1];
}

/* Adds the present row to the lists of the grams gathered. Lists lie all over the memory: each is called for
 * well before it is used. */
static void add_gathered(struct segment_builder *builder)
{
    uint32_t *grams = builder->grams;
    size_t n = builder->grams_n;

    for (size_t i = 0; i < n; i++)
        __builtin_prefetch(&builder->slots[first_slot(builder, grams[i])]);
    for (size_t i = 0; i < n; i++) {
        uint32_t at = builder->slots[first_slot(builder, grams[i])];

        if (at != 0)
            __builtin_prefetch(&builder->lists[at - 1]);
    }
    for (size_t i = 0; i < n; i++) {
        uint32_t at = builder->slots[first_slot(builder, grams[i])];

        if (at != 0)
            __builtin_prefetch(builder->lists[at - 1].gaps + builder->lists[at - 1].len);
    }
    for (size_t i = 0; i < n; i++) {
        struct postings *list = list_of(builder, grams[i]);

        if (list == NULL || !postings_add(list, builder->rows_n))
            builder->failed = true;
    }
    builder->grams_n = 0;
}

static void gather_gram(void *arg, uint32_t gram)
{
    struct segment_builder *builder = arg;

    if (builder->grams_n == GRAMS)
        add_gathered(builder);
    builder->grams[builder->grams_n++] = gram;
}

enum gd_rc segment_builder_add(struct segment_builder *builder, const struct gd_alloc *alloc,
                               struct gd_error *err)
{
    gram_each(alloc, gather_gram, builder);
    add_gathered(builder);
    builder->rows[builder->rows_n++] = (uint32_t)alloc->row;
    return builder->failed ? gd_fail_memory(err) : GD_OK;
}

size_t segment_builder_rows(const struct segment_builder *builder)
{
    return builder->rows_n;
}

static int by_gram(const void *one, const void *other)
{
    const struct postings *a = one, *b = other;

    return a->gram < b->gram ? -1 : a->gram > b->gram;
}

static enum gd_rc write_lists(struct segment_builder *builder, struct gd_ledger *ledger, int64_t number,
                              struct gd_error *err)
{
    struct gd_buf bytes;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&bytes, SEGMENT_ROWS);
    qsort(builder->lists, builder->n, sizeof *builder->lists, by_gram);
    for (size_t i = 0; rc == GD_OK && i < builder->n; i++) {
        gd_buf_clear(&bytes);
        postings_finish(&builder->lists[i], builder->rows_n, &bytes);
        rc = segment_put_list(ledger, number, builder->lists[i].gram, &bytes, err);
    }
    gd_buf_free(&bytes);
    return rc;
}

enum gd_rc segment_builder_write(struct segment_builder *builder, struct gd_ledger *ledger,
                                 struct gd_error *err)
{
    int64_t number = 0;
    enum gd_rc rc = GD_OK;

    if (builder->rows_n > 0)
        rc = segment_put(ledger, builder->rows, builder->rows_n, &number, err);
    if (rc == GD_OK && builder->rows_n > 0)
        rc = write_lists(builder, ledger, number, err);
    empty(builder);
    return rc;
}
