/* Keeping the segments few, and what is outdated out of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "ledger_i.h"
#include "mem.h"
#include "segment_i.h"

#define MERGE_LEAST 8 /* segments that are worth merging */

/* ---- merging ---- */

/* A row of the new segment, and where it comes from. */
struct source {
    uint32_t row;
    uint16_t input, rank;
};

/* A segment that goes into the new one. */
struct input {
    const struct segment *segment;
    size_t live;
    uint16_t *to;        /* by rank: its rank in the new one */
    sqlite3_stmt *lists; /* on its present list; NULL: none is left */
    uint32_t gram;
};

struct merge {
    struct gd_ledger *ledger;
    struct input *inputs;
    size_t n;
    struct source *rows;
    size_t rows_n;
    struct gd_buf list;
    struct gd_error *err;
};

static size_t live_count(const struct segment *segment)
{
    return segment->live != NULL ? bits_count(segment->live, BITS_WORDS(segment->n)) : segment->n;
}

static int by_live(const void *one, const void *other)
{
    const struct input *a = one, *b = other;

    return a->live < b->live ? -1 : a->live > b->live;
}

static int by_row(const void *one, const void *other)
{
    const struct source *a = one, *b = other;

    return a->row < b->row ? -1 : a->row > b->row;
}

/* Gathers the rows of which the inputs speak, and each one's rank in the new segment. */
static bool gather_rows(struct merge *merge)
{
    for (size_t i = 0; i < merge->n; i++)
        merge->rows_n += merge->inputs[i].live;
    merge->rows = gd_calloc(merge->rows_n, sizeof *merge->rows);
    if (merge->rows == NULL)
        return false;
    merge->rows_n = 0;
    for (size_t i = 0; i < merge->n; i++) {
        const struct segment *segment = merge->inputs[i].segment;

        merge->inputs[i].to = gd_calloc(segment->n, sizeof *merge->inputs[i].to);
        if (merge->inputs[i].to == NULL)
            return false;
        for (size_t rank = 0; rank < segment->n; rank++)
            if (segment->live == NULL || bits_has(segment->live, rank))
                merge->rows[merge->rows_n++] =
                    (struct source){segment_row(segment, rank), (uint16_t)i, (uint16_t)rank};
    }
    qsort(merge->rows, merge->rows_n, sizeof *merge->rows, by_row);
    for (size_t i = 0; i < merge->rows_n; i++)
        merge->inputs[merge->rows[i].input].to[merge->rows[i].rank] = (uint16_t)i;
    return true;
}

static enum gd_rc put_rows(struct merge *merge, int64_t *number)
{
    uint32_t *rows = gd_calloc(merge->rows_n, sizeof *rows);
    enum gd_rc rc;

    if (rows == NULL)
        return gd_fail_memory(merge->err);
    for (size_t i = 0; i < merge->rows_n; i++)
        rows[i] = merge->rows[i].row;
    rc = segment_put(merge->ledger, rows, merge->rows_n, number, merge->err);
    gd_free(rows);
    return rc;
}

/* Goes to an input's next list. */
static enum gd_rc next_list(struct merge *merge, struct input *input)
{
    int step = sqlite3_step(input->lists);

    if (step == SQLITE_ROW) {
        input->gram = (uint32_t)(sqlite3_column_int64(input->lists, 0) - POST_ID(input->segment->number, 0));
        return GD_OK;
    }
    if (step != SQLITE_DONE)
        return ledger_fail(merge->ledger, merge->err, "read the index of");
    sqlite3_finalize(input->lists);
    input->lists = NULL;
    return GD_OK;
}

static enum gd_rc open_lists(struct merge *merge)
{
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; rc == GD_OK && i < merge->n; i++) {
        struct input *input = &merge->inputs[i];

        if (sqlite3_prepare_v2(merge->ledger->db,
                               "SELECT id, list FROM post WHERE id >= ?1 AND id < ?2 ORDER BY id", -1,
                               &input->lists, NULL) != SQLITE_OK)
            return ledger_fail(merge->ledger, merge->err, "read the index of");
        sqlite3_bind_int64(input->lists, 1, POST_ID(input->segment->number, 0));
        sqlite3_bind_int64(input->lists, 2, POST_ID(input->segment->number + 1, 0));
        rc = next_list(merge, input);
    }
    return rc;
}

/* Adds an input's list to bits, in the new ranks. */
static void add_list(const struct input *input, uint64_t *bits)
{
    uint64_t old[SEGMENT_WORDS];
    size_t words = BITS_WORDS(input->segment->n);

    memset(old, 0, words * sizeof *old);
    postings_get(sqlite3_column_blob(input->lists, 1), (size_t)sqlite3_column_bytes(input->lists, 1), old,
                 input->segment->n);
    for (size_t w = 0; input->segment->live != NULL && w < words; w++)
        old[w] &= input->segment->live[w];
    for (int64_t r = bits_next(old, words, 0); r >= 0; r = bits_next(old, words, (size_t)r + 1))
        bits_add(bits, input->to[r]);
}

static enum gd_rc put_gram(struct merge *merge, int64_t number, uint32_t gram)
{
    uint64_t bits[SEGMENT_WORDS];
    enum gd_rc rc = GD_OK;

    memset(bits, 0, BITS_WORDS(merge->rows_n) * sizeof *bits);
    for (size_t i = 0; rc == GD_OK && i < merge->n; i++)
        if (merge->inputs[i].lists != NULL && merge->inputs[i].gram == gram) {
            add_list(&merge->inputs[i], bits);
            rc = next_list(merge, &merge->inputs[i]);
        }
    gd_buf_clear(&merge->list);
    postings_put(&merge->list, bits, merge->rows_n);
    if (rc == GD_OK && merge->list.len > 0)
        rc = segment_put_list(merge->ledger, number, gram, &merge->list, merge->err);
    return rc;
}

static enum gd_rc put_grams(struct merge *merge, int64_t number)
{
    enum gd_rc rc = open_lists(merge);

    while (rc == GD_OK) {
        uint32_t least = UINT32_MAX;

        for (size_t i = 0; i < merge->n; i++)
            if (merge->inputs[i].lists != NULL && merge->inputs[i].gram < least)
                least = merge->inputs[i].gram;
        if (least == UINT32_MAX)
            break;
        rc = put_gram(merge, number, least);
    }
    for (size_t i = 0; i < merge->n; i++)
        sqlite3_finalize(merge->inputs[i].lists);
    return rc;
}

static enum gd_rc run(struct merge *merge)
{
    int64_t number = 0;
    enum gd_rc rc = GD_OK;

    if (!gather_rows(merge))
        return gd_fail_memory(merge->err);
    if (merge->rows_n > 0)
        rc = put_rows(merge, &number);
    if (rc == GD_OK && merge->rows_n > 0)
        rc = put_grams(merge, number);
    for (size_t i = 0; rc == GD_OK && i < merge->n; i++)
        rc = segment_drop(merge->ledger, merge->inputs[i].segment->number, merge->err);
    return rc;
}

/* Chooses the smallest segments that fit in one; none where they are too few to be worth it. */
static void choose(struct merge *merge, const struct segments *segments)
{
    size_t rows = 0;

    for (size_t i = 0; i < segments->n; i++)
        merge->inputs[i] =
            (struct input){.segment = &segments->list[i], .live = live_count(&segments->list[i])};
    qsort(merge->inputs, segments->n, sizeof *merge->inputs, by_live);
    while (merge->n < segments->n && rows + merge->inputs[merge->n].live <= SEGMENT_ROWS)
        rows += merge->inputs[merge->n++].live;
    if (merge->n < MERGE_LEAST && (merge->n == 0 || merge->inputs[0].live > 0))
        merge->n = 0;
}

enum gd_rc segment_merge(struct gd_ledger *ledger, bool *merged, struct gd_error *err)
{
    struct merge merge = {.ledger = ledger, .err = err};
    struct segments segments;
    enum gd_rc rc = segment_load_all(ledger, &segments, err);

    *merged = false;
    if (rc != GD_OK)
        return rc;
    gd_buf_init(&merge.list, SEGMENT_ROWS);
    merge.inputs = gd_calloc(segments.n + 1, sizeof *merge.inputs);
    if (merge.inputs != NULL)
        choose(&merge, &segments);
    else
        rc = gd_fail_memory(err);
    if (rc == GD_OK && merge.n > 0) {
        *merged = true;
        rc = run(&merge);
    }
    for (size_t i = 0; i < merge.n; i++)
        gd_free(merge.inputs[i].to);
    gd_free(merge.inputs);
    gd_free(merge.rows);
    gd_buf_free(&merge.list);
    segment_clear_all(&segments);
    return rc;
}

/* ---- forgetting ---- */

/* Takes ranks out of one list; *list is left empty where they are not in it. */
static void list_without(sqlite3_stmt *stmt, const struct segment *segment, const uint64_t *gone,
                         struct gd_buf *list, bool *changed)
{
    uint64_t bits[SEGMENT_WORDS];
    size_t words = BITS_WORDS(segment->n);

    memset(bits, 0, words * sizeof *bits);
    postings_get(sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1), bits, segment->n);
    gd_buf_clear(list);
    *changed = false;
    for (size_t w = 0; w < words; w++) {
        *changed = *changed || (bits[w] & gone[w]) != 0;
        bits[w] &= ~gone[w];
    }
    if (*changed)
        postings_put(list, bits, segment->n);
}

/* Takes ranks out of all lists of a segment: which grams a row had is not asked, it may have changed. */
static enum gd_rc forget_lists(struct gd_ledger *ledger, const struct segment *segment, const uint64_t *gone,
                               struct gd_error *err)
{
    sqlite3_stmt *stmt = NULL;
    struct gd_buf list;
    int64_t last = POST_ID(segment->number, 0) - 1;
    int step = SQLITE_DONE;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&list, SEGMENT_ROWS);
    if (sqlite3_prepare_v2(ledger->db, "SELECT id, list FROM post WHERE id > ?1 AND id < ?2 ORDER BY id", -1,
                           &stmt, NULL) != SQLITE_OK)
        return ledger_fail(ledger, err, "read the index of");
    sqlite3_bind_int64(stmt, 1, last);
    sqlite3_bind_int64(stmt, 2, POST_ID(segment->number + 1, 0));
    while (rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        bool changed;

        last = sqlite3_column_int64(stmt, 0);
        list_without(stmt, segment, gone, &list, &changed);
        if (changed)
            rc = segment_put_list(ledger, segment->number, (uint32_t)(last - POST_ID(segment->number, 0)),
                                  &list, err);
    }
    if (rc == GD_OK && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the index of");
    sqlite3_finalize(stmt);
    gd_buf_free(&list);
    return rc;
}

static enum gd_rc set_dead(struct gd_ledger *ledger, const struct segment *segment, const uint64_t *dead,
                           struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_SEG_DEAD, err);
    struct gd_buf list;
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    gd_buf_init(&list, SEGMENT_ROWS);
    postings_put(&list, dead, segment->n);
    rc = gd_buf_check(&list, "a list of the index", err);
    if (rc == GD_OK) {
        sqlite3_bind_int64(stmt, 1, segment->number);
        sqlite3_bind_blob(stmt, 2, list.data, (int)list.len, SQLITE_STATIC);
        rc = ledger_run(ledger, stmt, "write the index of", err);
    }
    gd_buf_free(&list);
    return rc;
}

/* The rank of a row in the segment, or -1. */
static int64_t rank_of(const struct segment *segment, int64_t row)
{
    size_t low = 0, high = segment->n;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (segment_row(segment, middle) < row)
            low = middle + 1;
        else
            high = middle;
    }
    return low < segment->n && segment_row(segment, low) == row ? (int64_t)low : -1;
}

static enum gd_rc forget_in(struct gd_ledger *ledger, const struct segment *segment, const int64_t *rows,
                            size_t n, struct gd_error *err)
{
    uint64_t gone[SEGMENT_WORDS] = {0};
    size_t found = 0;
    enum gd_rc rc;

    for (size_t i = 0; i < n; i++) {
        int64_t rank = rank_of(segment, rows[i]);

        if (rank < 0)
            continue;
        bits_add(gone, (size_t)rank);
        found++;
    }
    if (found == 0)
        return GD_OK;
    rc = forget_lists(ledger, segment, gone, err);
    for (size_t w = 0; segment->dead != NULL && w < SEGMENT_WORDS; w++)
        gone[w] |= segment->dead[w];
    if (rc == GD_OK && bits_count(gone, SEGMENT_WORDS) == segment->n)
        return segment_drop(ledger, segment->number, err);
    return rc == GD_OK ? set_dead(ledger, segment, gone, err) : rc;
}

enum gd_rc segment_forget(struct gd_ledger *ledger, const int64_t *rows, size_t n, struct gd_error *err)
{
    struct segments segments;
    enum gd_rc rc = segment_load_all(ledger, &segments, err);

    for (size_t i = 0; rc == GD_OK && i < segments.n; i++)
        rc = forget_in(ledger, &segments.list[i], rows, n, err);
    segment_clear_all(&segments);
    return rc;
}
