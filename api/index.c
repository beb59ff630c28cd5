/* The index of a ledger, as it is written: pending rows, rows by the thousand, forgotten rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "index.h"

#include <stdlib.h>
#include <string.h>

#include "ledger_i.h"
#include "mem.h"

#define CHUNK 16384 /* pending rows indexed in one go */

#define NOT_IN 0xff /* stands for the length of a key, where the row is in no leaf of the order */
#define PASSES (LEAF__COUNT + 1)

struct index_sizes index_sizes = {.bulk = 1000, .pending = 2048, .tidy = 256, .leaf = 1536, .few = 384};

/* A change that waits for the commit's end. */
struct gd_index {
    /* of the transaction */
    size_t fresh;                       /* rows added */
    struct segment_builder *builder;    /* rows added after the first index_sizes.bulk; NULL: none yet */
    struct leaf_list add[LEAF__COUNT];  /* the same rows */
    struct leaf_list gone[LEAF__COUNT]; /* places of rows removed */
    int64_t *gone_rows;
    size_t gone_n, gone_room;
    size_t noted; /* rows made pending since they were last counted, in several transactions */
    bool written; /* segments or leaves changed */
    int pass;     /* of tidying: the order that comes next, then the segment */

    /* as read last */
    struct segments segments;
    int64_t built; /* the tenant's number of changes to them; -1 not read */
};

enum gd_rc index_new(struct gd_index **out, struct gd_error *err)
{
    struct gd_index *index = gd_calloc(1, sizeof *index);

    *out = index;
    if (index == NULL)
        return gd_fail_memory(err);
    index->built = -1;
    index->noted = index_sizes.pending; /* what others left is counted soon */
    for (int o = 0; o < LEAF__COUNT; o++) {
        leaf_list_init(&index->add[o]);
        leaf_list_init(&index->gone[o]);
    }
    return GD_OK;
}

static void forget_gathered(struct gd_index *index)
{
    segment_builder_free(&index->builder);
    for (int o = 0; o < LEAF__COUNT; o++) {
        leaf_list_free(&index->add[o]);
        leaf_list_free(&index->gone[o]);
    }
    index->fresh = index->gone_n = 0;
    index->written = false;
}

void index_free(struct gd_index **out)
{
    struct gd_index *index = *out;

    *out = NULL;
    if (index == NULL)
        return;
    forget_gathered(index);
    segment_clear_all(&index->segments);
    gd_free(index->gone_rows);
    gd_free(index);
}

void index_rollback(struct gd_ledger *ledger)
{
    forget_gathered(ledger->index);
}

/* ---- keys ---- */

/* The keys under which a row stands in the leaves, one after the other: length, bytes; or NOT_IN. */
#define KEYS_MAX (LEAF__COUNT * (ORDER_KEY_MAX + 1))

static void put_key(struct gd_buf *out, const struct order_key *key)
{
    gd_buf_addc(out, (char)key->len);
    gd_buf_add(out, key->bytes, key->len);
}

static void put_keys(struct gd_buf *out, const struct gd_alloc *alloc)
{
    struct order_key key;

    for (int o = 0; o < LEAF__COUNT; o++) {
        order_key(alloc, leaf_sort((enum leaf_order)o), 0, &key);
        put_key(out, &key);
    }
}

/* Reads the next key; false where the row is not in the order. */
static bool get_key(const unsigned char **at, const unsigned char *end, struct order_key *key)
{
    if (*at >= end)
        return false;
    key->len = *(*at)++;
    if (key->len > ORDER_KEY_MAX || (size_t)(end - *at) < key->len) {
        if (key->len != NOT_IN)
            *at = end;
        return false;
    }
    memcpy(key->bytes, *at, key->len);
    *at += key->len;
    return true;
}

/* ---- changes ---- */

/* Notes a pending row: was are its keys in the leaves, NULL for a row that is in none. What is noted already
 * stays: it says what the leaves hold. */
static enum gd_rc note(struct gd_ledger *ledger, int64_t row, const struct gd_buf *was, bool grams,
                       struct gd_error *err)
{
    static const unsigned char none[LEAF__COUNT] = {NOT_IN, NOT_IN, NOT_IN, NOT_IN, NOT_IN, NOT_IN, NOT_IN};
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_PENDING_ADD, err);

    if (stmt == NULL)
        return GD_IO;
    ledger->index->noted++;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, row);
    sqlite3_bind_blob(stmt, 3, was != NULL ? (const void *)was->data : none,
                      was != NULL ? (int)was->len : (int)sizeof none, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 4, grams);
    return ledger_run(ledger, stmt, "write the index of", err);
}

/* Writes the rows gathered to leaves and segment. */
static enum gd_rc write_gathered(struct gd_ledger *ledger, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    struct leaf_list none;
    enum gd_rc rc = GD_OK;

    if (index->builder == NULL || segment_builder_rows(index->builder) == 0)
        return GD_OK;
    leaf_list_init(&none);
    for (int o = 0; rc == GD_OK && o < LEAF__COUNT; o++) {
        rc = leaf_apply(ledger, (enum leaf_order)o, &none, &index->add[o], err);
        leaf_list_clear(&index->add[o]);
    }
    if (rc == GD_OK)
        rc = segment_builder_write(index->builder, ledger, err);
    index->written = true;
    return rc;
}

static enum gd_rc add_places(struct leaf_list lists[LEAF__COUNT], const struct gd_alloc *alloc,
                             struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int o = 0; rc == GD_OK && o < LEAF__COUNT; o++) {
        struct order_key key;
        struct leaf_place place;

        order_key(alloc, leaf_sort((enum leaf_order)o), 0, &key);
        leaf_place(&key, (uint32_t)alloc->row, &place);
        rc = leaf_list_add(&lists[o], &place, err);
    }
    return rc;
}

static enum gd_rc gather(struct gd_ledger *ledger, const struct gd_alloc *alloc, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    enum gd_rc rc = GD_OK;

    if (index->builder == NULL)
        rc = segment_builder_new(&index->builder, err);
    if (rc == GD_OK)
        rc = segment_builder_add(index->builder, alloc, err);
    if (rc == GD_OK)
        rc = add_places(index->add, alloc, err);
    if (rc == GD_OK && segment_builder_rows(index->builder) == SEGMENT_ROWS)
        rc = write_gathered(ledger, err);
    return rc;
}

enum gd_rc index_added(struct gd_ledger *ledger, const struct gd_alloc *alloc, struct gd_error *err)
{
    if (alloc->row > UINT32_MAX)
        return gd_fail(err, GD_IO, "begin another ledger", "the ledger %s is full", ledger->path);
    if (++ledger->index->fresh > index_sizes.bulk)
        return gather(ledger, alloc, err);
    return note(ledger, alloc->row, NULL, true, err);
}

enum gd_rc index_changed(struct gd_ledger *ledger, const struct gd_alloc *before,
                         const struct gd_alloc *after, struct gd_error *err)
{
    bool grams = !gram_same(before, after), keys = false;
    struct gd_buf was;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&was, KEYS_MAX);
    for (int o = 0; o < LEAF__COUNT; o++) {
        struct order_key one, other;

        order_key(before, leaf_sort((enum leaf_order)o), 0, &one);
        order_key(after, leaf_sort((enum leaf_order)o), 0, &other);
        keys = keys || order_key_compare(&one, &other) != 0;
        put_key(&was, &one);
    }
    if (was.failed)
        rc = gd_fail_memory(err);
    else if (keys || grams)
        rc = note(ledger, before->row, &was, grams, err);
    gd_buf_wipe(&was);
    return rc;
}

/* The keys under which a row that goes away stands in the leaves: noted, if it is pending. */
static enum gd_rc keys_of(struct gd_ledger *ledger, const struct gd_alloc *alloc, struct gd_buf *keys,
                          struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_PENDING_GET, err);
    int step;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, alloc->row);
    step = sqlite3_step(stmt);
    if (step == SQLITE_ROW)
        gd_buf_add(keys, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0));
    else if (step == SQLITE_DONE)
        put_keys(keys, alloc);
    else
        return ledger_fail(ledger, err, "read the index of");
    sqlite3_reset(stmt);
    return gd_buf_check(keys, "keys of a row", err);
}

static enum gd_rc drop_pending(struct gd_ledger *ledger, int64_t row, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_PENDING_DROP, err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, row);
    return ledger_run(ledger, stmt, "write the index of", err);
}

enum gd_rc index_removed(struct gd_ledger *ledger, const struct gd_alloc *before, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    struct gd_buf keys;
    const unsigned char *at;
    enum gd_rc rc;

    if (index->gone_n == index->gone_room) {
        size_t room = index->gone_room * 2 + 16;
        int64_t *rows = gd_realloc(index->gone_rows, room * sizeof *rows);

        if (rows == NULL)
            return gd_fail_memory(err);
        index->gone_rows = rows;
        index->gone_room = room;
    }
    index->gone_rows[index->gone_n++] = before->row;
    gd_buf_init(&keys, KEYS_MAX);
    rc = keys_of(ledger, before, &keys, err);
    at = (const unsigned char *)keys.data;
    for (int o = 0; rc == GD_OK && o < LEAF__COUNT; o++) {
        struct order_key key;
        struct leaf_place place;

        if (!get_key(&at, (const unsigned char *)keys.data + keys.len, &key))
            continue;
        leaf_place(&key, (uint32_t)before->row, &place);
        rc = leaf_list_add(&index->gone[o], &place, err);
    }
    gd_buf_wipe(&keys);
    return rc == GD_OK ? drop_pending(ledger, before->row, err) : rc;
}

static int by_number(const void *one, const void *other)
{
    const int64_t *a = one, *b = other;

    return *a < *b ? -1 : *a > *b;
}

static enum gd_rc write_gone(struct gd_ledger *ledger, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    struct leaf_list none;
    enum gd_rc rc = GD_OK;

    if (index->gone_n == 0)
        return GD_OK;
    leaf_list_init(&none);
    for (int o = 0; rc == GD_OK && o < LEAF__COUNT; o++)
        rc = leaf_apply(ledger, (enum leaf_order)o, &index->gone[o], &none, err);
    qsort(index->gone_rows, index->gone_n, sizeof *index->gone_rows, by_number);
    if (rc == GD_OK)
        rc = segment_forget(ledger, index->gone_rows, index->gone_n, err);
    index->written = true;
    return rc;
}

/* ---- indexing what is pending ---- */

/* One go: which orders, whether the segment too, and what comes of it. */
struct pass {
    struct gd_ledger *ledger;
    unsigned orders; /* bits by enum leaf_order */
    bool grams;
    struct leaf_list remove[LEAF__COUNT], add[LEAF__COUNT];
    struct segment_builder *builder;
    int64_t last; /* the last row looked at */
    size_t n;     /* rows looked at */
    struct gd_error *err;
};

/* Compares what the leaves hold of a row with what it is, and gathers what differs. now gets the keys that
 * the leaves hold afterwards; *clean: the row need not be pending any more. */
static enum gd_rc compare_row(struct pass *pass, sqlite3_stmt *stmt, const struct gd_alloc *alloc,
                              struct gd_buf *now, bool *clean)
{
    const unsigned char *at = sqlite3_column_blob(stmt, 1); /* NULL where it is empty */
    const unsigned char *end = at != NULL ? at + sqlite3_column_bytes(stmt, 1) : NULL;
    bool grams = sqlite3_column_int(stmt, 2) != 0;
    enum gd_rc rc = GD_OK;

    *clean = true;
    for (int o = 0; rc == GD_OK && o < LEAF__COUNT; o++) {
        struct order_key was, is;
        struct leaf_place place;
        bool in = get_key(&at, end, &was);

        order_key(alloc, leaf_sort((enum leaf_order)o), 0, &is);
        if (in && order_key_compare(&was, &is) == 0) {
            put_key(now, &is);
            continue;
        }
        if ((pass->orders & 1u << o) == 0) {
            *clean = false;
            if (in)
                put_key(now, &was);
            else
                gd_buf_addc(now, (char)NOT_IN);
            continue;
        }
        put_key(now, &is);
        if (in) {
            leaf_place(&was, (uint32_t)alloc->row, &place);
            rc = leaf_list_add(&pass->remove[o], &place, pass->err);
        }
        leaf_place(&is, (uint32_t)alloc->row, &place);
        if (rc == GD_OK)
            rc = leaf_list_add(&pass->add[o], &place, pass->err);
    }
    if (rc == GD_OK && grams && pass->grams)
        rc = segment_builder_add(pass->builder, alloc, pass->err);
    *clean = *clean && (!grams || pass->grams);
    return rc;
}

static enum gd_rc keep_pending(struct pass *pass, int64_t row, const struct gd_buf *now)
{
    sqlite3_stmt *stmt = ledger_stmt(pass->ledger, SQL_PENDING_SET, pass->err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, pass->ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, row);
    sqlite3_bind_blob(stmt, 3, now->data, (int)now->len, SQLITE_STATIC);
    sqlite3_bind_int(stmt, 4, pass->grams);
    return ledger_run(pass->ledger, stmt, "write the index of", pass->err);
}

static enum gd_rc one_pending(struct pass *pass, sqlite3_stmt *stmt)
{
    struct gd_ledger *ledger = pass->ledger;
    int64_t row = sqlite3_column_int64(stmt, 0);
    struct gd_alloc alloc;
    struct gd_buf now;
    bool found = false, clean = true;
    enum gd_rc rc;

    gd_buf_init(&now, KEYS_MAX);
    rc = ledger_row_by_row(ledger, row, &alloc, &found, pass->err);
    if (rc == GD_OK && found)
        rc = compare_row(pass, stmt, &alloc, &now, &clean);
    sqlite3_reset(ledger->by_row);
    if (rc == GD_OK)
        rc = clean ? drop_pending(ledger, row, pass->err) : keep_pending(pass, row, &now);
    gd_buf_wipe(&now);
    pass->last = row;
    pass->n++;
    return rc;
}

static enum gd_rc read_pending(struct pass *pass)
{
    sqlite3_stmt *stmt = ledger_stmt(pass->ledger, SQL_PENDING, pass->err);
    int step = SQLITE_DONE;
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, pass->ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, pass->last);
    sqlite3_bind_int(stmt, 3, CHUNK);
    while (rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = one_pending(pass, stmt);
    if (rc == GD_OK && step != SQLITE_DONE)
        rc = ledger_fail(pass->ledger, pass->err, "read the index of");
    sqlite3_reset(stmt);
    return rc;
}

/* Indexes up to CHUNK pending rows from pass->last on. */
static enum gd_rc run_pass(struct pass *pass)
{
    enum gd_rc rc = segment_builder_new(&pass->builder, pass->err);

    pass->n = 0;
    for (int o = 0; o < LEAF__COUNT; o++) {
        leaf_list_init(&pass->remove[o]);
        leaf_list_init(&pass->add[o]);
    }
    if (rc == GD_OK)
        rc = read_pending(pass);
    for (int o = 0; rc == GD_OK && o < LEAF__COUNT; o++)
        rc = leaf_apply(pass->ledger, (enum leaf_order)o, &pass->remove[o], &pass->add[o], pass->err);
    if (rc == GD_OK)
        rc = segment_builder_write(pass->builder, pass->ledger, pass->err);
    for (int o = 0; o < LEAF__COUNT; o++) {
        leaf_list_free(&pass->remove[o]);
        leaf_list_free(&pass->add[o]);
    }
    segment_builder_free(&pass->builder);
    pass->ledger->index->written = true;
    return rc;
}

static enum gd_rc count_pending(struct gd_ledger *ledger, int64_t *n, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_PENDING_COUNT, err);
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        *n = sqlite3_column_int64(stmt, 0);
    else
        rc = ledger_fail(ledger, err, "read the index of");
    sqlite3_reset(stmt);
    return rc;
}

/* Indexes all that is pending, if it is at least so much. */
static enum gd_rc flush(struct gd_ledger *ledger, size_t least, struct gd_error *err)
{
    struct pass pass = {.ledger = ledger, .orders = ~0u, .grams = true, .err = err};
    int64_t n = 0;
    bool merged = true;
    enum gd_rc rc = count_pending(ledger, &n, err);

    ledger->index->noted = (size_t)n;
    if (rc != GD_OK || (size_t)n < least)
        return rc;
    do
        rc = run_pass(&pass);
    while (rc == GD_OK && pass.n == CHUNK);
    while (rc == GD_OK && merged)
        rc = segment_merge(ledger, &merged, err);
    ledger->index->noted = 0;
    return rc;
}

enum gd_rc index_commit(struct gd_ledger *ledger, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    sqlite3_stmt *stmt;
    bool bulk = index->builder != NULL;
    enum gd_rc rc = write_gathered(ledger, err);

    if (rc == GD_OK)
        rc = write_gone(ledger, err);
    if (rc == GD_OK && (bulk || index->noted >= index_sizes.pending))
        rc = flush(ledger, bulk ? 0 : index_sizes.pending, err);
    if (rc != GD_OK || !index->written)
        return rc;
    stmt = ledger_stmt(ledger, SQL_BUILT_SET, err);
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    return ledger_run(ledger, stmt, "write the index of", err);
}

enum gd_rc index_tidy(struct gd_ledger *ledger, bool *more, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    struct pass pass = {.ledger = ledger, .err = err};
    int64_t n = 0;
    bool own = false, merged = false;
    enum gd_rc rc;

    *more = false;
    rc = count_pending(ledger, &n, err);
    if (rc != GD_OK || ((size_t)n < index_sizes.tidy && index->pass == 0))
        return rc;
    *more = true;
    rc = ledger_enter(ledger, &own, err);
    if (rc != GD_OK)
        return rc;
    pass.orders = index->pass < LEAF__COUNT ? 1u << index->pass : 0;
    pass.grams = index->pass == LEAF__COUNT;
    if (index->pass < PASSES)
        rc = run_pass(&pass);
    else
        rc = segment_merge(ledger, &merged, err);
    index->written = index->written || merged;
    rc = ledger_leave(ledger, own, rc, err);
    index->pass = index->pass < PASSES ? index->pass + 1 : merged ? PASSES : 0;
    return rc;
}

/* ---- reading ---- */

enum gd_rc index_segments(struct gd_ledger *ledger, const struct segments **out, struct gd_error *err)
{
    struct gd_index *index = ledger->index;
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_BUILT, err);
    int64_t built = -1;
    enum gd_rc rc = GD_OK;

    *out = &index->segments;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        built = sqlite3_column_int64(stmt, 0);
    else
        rc = ledger_fail(ledger, err, "read the index of");
    sqlite3_reset(stmt);
    if (rc != GD_OK || (built == index->built && !index->written))
        return rc;
    segment_clear_all(&index->segments);
    index->built = -1;
    rc = segment_load_all(ledger, &index->segments, err);
    if (rc == GD_OK && !index->written)
        index->built = built;
    return rc;
}

enum gd_rc index_pending(struct gd_ledger *ledger, index_pending_fn *fn, void *arg, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_PENDING, err);
    int step;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, 0);
    sqlite3_bind_int(stmt, 3, -1);
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW)
        fn(arg, sqlite3_column_int64(stmt, 0));
    sqlite3_reset(stmt);
    return step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read the index of");
}
