/* Segments of the search index in their tables: loading, and finding texts in them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ledger_i.h"
#include "mem.h"
#include "segment_i.h"

#define ROWS_MAX (SEGMENT_ROWS * 5) /* bytes of a segment's rows */

/* ---- writing ---- */

enum gd_rc segment_put(struct gd_ledger *ledger, const uint32_t *rows, size_t n, int64_t *number,
                       struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_SEG_ADD, err);
    struct gd_buf bytes;
    bool gap = false;
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    gd_buf_init(&bytes, ROWS_MAX);
    for (size_t i = 1; i < n && !gap; i++)
        gap = rows[i] != rows[i - 1] + 1;
    for (size_t i = 1; gap && i < n; i++)
        postings_varint_put(&bytes, rows[i] - rows[i - 1] - 1);
    rc = gd_buf_check(&bytes, "a segment", err);
    if (rc == GD_OK) {
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        sqlite3_bind_int64(stmt, 2, (int64_t)n);
        sqlite3_bind_int64(stmt, 3, rows[0]);
        sqlite3_bind_blob(stmt, 4, gap ? bytes.data : NULL, (int)bytes.len, SQLITE_STATIC);
        rc = ledger_run(ledger, stmt, "write the index of", err);
        *number = sqlite3_last_insert_rowid(ledger->db);
    }
    gd_buf_free(&bytes);
    return rc;
}

enum gd_rc segment_put_list(struct gd_ledger *ledger, int64_t number, uint32_t gram,
                            const struct gd_buf *list, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, list->len > 0 ? SQL_POST_SET : SQL_POST_DROP, err);
    enum gd_rc rc = gd_buf_check(list, "a list of the index", err);

    if (stmt == NULL || rc != GD_OK)
        return stmt == NULL ? GD_IO : rc;
    sqlite3_bind_int64(stmt, 1, POST_ID(number, gram));
    if (list->len > 0)
        sqlite3_bind_blob(stmt, 2, list->data, (int)list->len, SQLITE_STATIC);
    return ledger_run(ledger, stmt, "write the index of", err);
}

enum gd_rc segment_drop(struct gd_ledger *ledger, int64_t number, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_POST_DROP_ALL, err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, POST_ID(number, 0));
    sqlite3_bind_int64(stmt, 2, POST_ID(number + 1, 0));
    rc = ledger_run(ledger, stmt, "write the index of", err);
    stmt = rc == GD_OK ? ledger_stmt(ledger, SQL_SEG_DROP, err) : NULL;
    if (stmt == NULL)
        return rc == GD_OK ? GD_IO : rc;
    sqlite3_bind_int64(stmt, 1, number);
    return ledger_run(ledger, stmt, "write the index of", err);
}

/* ---- loading ---- */

static enum gd_rc damaged(struct gd_ledger *ledger, struct gd_error *err)
{
    return gd_fail(err, GD_IO, "move it away and import again, or bring back a copy",
                   "the search index of the ledger %s is damaged", ledger->path);
}

/* Reads the rows, which ascend; they are NULL where they follow one another. */
static enum gd_rc read_rows(struct gd_ledger *ledger, sqlite3_stmt *stmt, struct segment *segment,
                            struct gd_error *err)
{
    const unsigned char *at = sqlite3_column_blob(stmt, 3), *end;
    uint64_t gap = 0, row = segment->first;

    if (at == NULL)
        return row + segment->n <= UINT32_MAX ? GD_OK : damaged(ledger, err);
    end = at + sqlite3_column_bytes(stmt, 3);
    segment->rows = gd_calloc(segment->n, sizeof *segment->rows);
    if (segment->rows == NULL)
        return gd_fail_memory(err);
    segment->rows[0] = segment->first;
    for (uint32_t i = 1; i < segment->n; i++) {
        if (!postings_varint_get(&at, end, &gap) || gap >= UINT32_MAX - row)
            return damaged(ledger, err);
        segment->rows[i] = (uint32_t)(row += gap + 1);
    }
    return GD_OK;
}

static bool read_dead(sqlite3_stmt *stmt, struct segment *segment)
{
    const void *list = sqlite3_column_blob(stmt, 4);

    if (list == NULL)
        return true;
    segment->dead = gd_calloc(SEGMENT_WORDS, sizeof *segment->dead);
    if (segment->dead != NULL)
        postings_get(list, (size_t)sqlite3_column_bytes(stmt, 4), segment->dead, segment->n);
    return segment->dead != NULL;
}

static enum gd_rc read_segment(struct gd_ledger *ledger, sqlite3_stmt *stmt, struct segment *segment,
                               struct gd_error *err)
{
    int64_t n = sqlite3_column_int64(stmt, 1), first = sqlite3_column_int64(stmt, 2);
    enum gd_rc rc;

    *segment = (struct segment){.number = sqlite3_column_int64(stmt, 0)};
    if (n < 1 || n > SEGMENT_ROWS || first < 0 || first > UINT32_MAX)
        return damaged(ledger, err);
    segment->n = (uint32_t)n;
    segment->first = (uint32_t)first;
    rc = read_rows(ledger, stmt, segment, err);
    return rc == GD_OK && !read_dead(stmt, segment) ? gd_fail_memory(err) : rc;
}

static enum gd_rc read_all(struct gd_ledger *ledger, struct segments *segments, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_SEGS, err);
    enum gd_rc rc = GD_OK;
    int step = SQLITE_DONE;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    while (rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct segment *list = gd_realloc(segments->list, (segments->n + 1) * sizeof *list);

        if (list != NULL)
            segments->list = list;
        rc = list != NULL ? read_segment(ledger, stmt, &list[segments->n++], err) : gd_fail_memory(err);
    }
    if (rc == GD_OK && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the index of");
    sqlite3_reset(stmt);
    return rc;
}

/* Says of which ranks a segment speaks: not of those forgotten, nor of those in seen, a later one. */
static bool find_live(struct segment *segment, uint64_t *seen)
{
    bool all = segment->dead == NULL;

    for (size_t r = 0; all && r < segment->n; r++)
        all = !bits_has(seen, segment_row(segment, r));
    if (!all) {
        segment->live = gd_calloc(SEGMENT_WORDS, sizeof *segment->live);
        if (segment->live == NULL)
            return false;
    }
    for (size_t r = 0; r < segment->n; r++) {
        uint32_t row = segment_row(segment, r);

        if (!all && (bits_has(seen, row) || (segment->dead != NULL && bits_has(segment->dead, r))))
            continue;
        bits_add(seen, row);
        if (!all)
            bits_add(segment->live, r);
    }
    return true;
}

enum gd_rc segment_load_all(struct gd_ledger *ledger, struct segments *out, struct gd_error *err)
{
    uint32_t last = 0;
    enum gd_rc rc;

    *out = (struct segments){0};
    rc = read_all(ledger, out, err);
    for (size_t i = 0; i < out->n; i++)
        if (segment_row(&out->list[i], out->list[i].n - 1) > last)
            last = segment_row(&out->list[i], out->list[i].n - 1);
    out->words = BITS_WORDS((size_t)last + 1);
    if (rc == GD_OK) {
        out->rows = gd_calloc(out->words, sizeof *out->rows);
        if (out->rows == NULL)
            rc = gd_fail_memory(err);
    }
    for (size_t i = 0; rc == GD_OK && i < out->n; i++)
        if (!find_live(&out->list[i], out->rows))
            rc = gd_fail_memory(err);
    if (rc != GD_OK)
        segment_clear_all(out);
    return rc;
}

void segment_clear_all(struct segments *segments)
{
    for (size_t i = 0; i < segments->n; i++) {
        gd_free(segments->list[i].rows);
        gd_free(segments->list[i].live);
        gd_free(segments->list[i].dead);
    }
    gd_free(segments->list);
    gd_free(segments->rows);
    *segments = (struct segments){0};
}

/* ---- finding ---- */

/* Sets in rows what bits says of the ranks. */
static void spread(const struct segment *segment, const uint64_t *bits, uint64_t *rows)
{
    size_t words = BITS_WORDS(segment->n), shift = segment->first % 64, to = segment->first / 64;

    if (segment->rows != NULL) {
        for (int64_t r = bits_next(bits, words, 0); r >= 0; r = bits_next(bits, words, (size_t)r + 1))
            bits_add(rows, segment->rows[r]);
        return;
    }
    for (size_t w = 0; w < words; w++) {
        rows[to + w] |= bits[w] << shift;
        if (shift > 0 && bits[w] >> (64 - shift) != 0)
            rows[to + w + 1] |= bits[w] >> (64 - shift);
    }
}

static void keep_live(const struct segment *segment, uint64_t *bits)
{
    for (size_t w = 0; segment->live != NULL && w < BITS_WORDS(segment->n); w++)
        bits[w] &= segment->live[w];
}

/* Sets in bits the ranks of the lists from one gram to before another. */
static enum gd_rc get_lists(struct gd_ledger *ledger, const struct segment *segment, uint32_t from,
                            uint32_t to, uint64_t *bits, struct gd_error *err)
{
    bool one = to == from + 1;
    sqlite3_stmt *stmt = ledger_stmt(ledger, one ? SQL_POST_GET : SQL_POST_RANGE, err);
    int step;

    if (stmt == NULL)
        return GD_IO;
    memset(bits, 0, BITS_WORDS(segment->n) * sizeof *bits);
    sqlite3_bind_int64(stmt, 1, POST_ID(segment->number, from));
    if (!one)
        sqlite3_bind_int64(stmt, 2, POST_ID(segment->number, to));
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW)
        postings_get(sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0), bits, segment->n);
    sqlite3_reset(stmt);
    return step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read the index of");
}

/* The first gram of a class that stands for the text's first bytes. */
static uint32_t gram_at(unsigned class, const char *text, size_t len)
{
    const unsigned char *t = (const unsigned char *)text;

    return GRAM(class, t[0], t[1], len > 2 ? t[2] : 0);
}

/* Enough for a page: what is left is looked at row by row. */
#define FEW 16

/* Adds to bits the ranks where one class may hold a text of at least two bytes. Grams three bytes apart come
 * first, as they say most; once few rows are left, the rest of them is not worth its reading. */
static enum gd_rc find_in(struct gd_ledger *ledger, const struct segment *segment, unsigned class,
                          const char *text, size_t len, uint64_t *bits, struct gd_error *err)
{
    uint64_t all[SEGMENT_WORDS], other[SEGMENT_WORDS];
    size_t words = BITS_WORDS(segment->n), grams = len > 3 ? len - 2 : 1, left;
    uint32_t gram = gram_at(class, text, len);
    enum gd_rc rc = get_lists(ledger, segment, gram, gram + (len == 2 ? 256 : 1), all, err);

    left = bits_count(all, words);
    for (size_t start = 0; start < 3; start++)
        for (size_t at = start == 0 ? 3 : start; at < grams && rc == GD_OK && left > (start == 0 ? 0 : FEW);
             at += 3) {
            gram = gram_at(class, text + at, 3);
            rc = get_lists(ledger, segment, gram, gram + 1, other, err);
            for (size_t w = 0; w < words; w++)
                all[w] &= other[w];
            left = bits_count(all, words);
        }
    for (size_t w = 0; w < words; w++)
        bits[w] |= all[w];
    return rc;
}

enum gd_rc segment_find(struct gd_ledger *ledger, const struct segments *segments, unsigned classes,
                        const char *text, size_t len, uint64_t *rows, bool *exact, struct gd_error *err)
{
    uint64_t bits[SEGMENT_WORDS];
    bool byte = len == 1;
    enum gd_rc rc = GD_OK;

    if (len > 3 || (byte && classes != (1u << GRAM__CLASSES) - 1))
        *exact = false;
    if (byte)
        return segment_fact(ledger, segments, (uint32_t)GRAM_BYTE + (unsigned char)text[0], rows, err);
    for (size_t i = 0; rc == GD_OK && i < segments->n; i++) {
        const struct segment *segment = &segments->list[i];

        memset(bits, 0, BITS_WORDS(segment->n) * sizeof *bits);
        for (unsigned class = 0; class < GRAM__CLASSES && rc == GD_OK; class ++)
            if ((classes >> class & 1) != 0)
                rc = find_in(ledger, segment, class, text, len, bits, err);
        keep_live(segment, bits);
        if (rc == GD_OK)
            spread(segment, bits, rows);
    }
    return rc;
}

enum gd_rc segment_fact(struct gd_ledger *ledger, const struct segments *segments, uint32_t fact,
                        uint64_t *rows, struct gd_error *err)
{
    uint64_t bits[SEGMENT_WORDS];
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; rc == GD_OK && i < segments->n; i++) {
        rc = get_lists(ledger, &segments->list[i], fact, fact + 1, bits, err);
        keep_live(&segments->list[i], bits);
        if (rc == GD_OK)
            spread(&segments->list[i], bits, rows);
    }
    return rc;
}
