/* Walking the leaves of an order. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "leaf_i.h"
#include "ledger_i.h"
#include "mem.h"

/* The leaf that holds a place is read whole; those after (before) it give their rows alone. */
#define FIND                                                                                                 \
    "SELECT d.first, l.rows, l.leaf FROM dir AS d JOIN leaf AS l ON l.leaf = d.leaf"                         \
    " WHERE d.tenant = ?1 AND d.sort = ?2 AND d.first <= ?3 ORDER BY d.first DESC LIMIT 1"
#define AFTER                                                                                                \
    "SELECT d.first, l.rows, l.leaf FROM dir AS d JOIN leaf AS l ON l.leaf = d.leaf"                         \
    " WHERE d.tenant = ?1 AND d.sort = ?2 AND d.first > ?3 ORDER BY d.first"
#define BEFORE                                                                                               \
    "SELECT d.first, l.rows, l.leaf FROM dir AS d JOIN leaf AS l ON l.leaf = d.leaf"                         \
    " WHERE d.tenant = ?1 AND d.sort = ?2 AND d.first < ?3 ORDER BY d.first DESC"

struct leaf_walk {
    struct gd_ledger *ledger;
    enum leaf_order order;
    sqlite3_stmt *find, *after, *before;
    sqlite3_stmt *at; /* of these, the one that holds the present leaf; NULL: none */
    bool back, begun;
    struct leaf_place from;    /* where the walk begins */
    const unsigned char *rows; /* given last */
    size_t skipped;            /* of the leaf's rows, before these */
    int64_t leaf;
    int64_t decoded; /* the leaf whose places are known; 0 none */
    struct leaf_places places;
};

enum gd_rc leaf_walk_new(struct gd_ledger *ledger, enum leaf_order order, struct leaf_walk **out,
                         struct gd_error *err)
{
    struct leaf_walk *walk = gd_calloc(1, sizeof *walk);

    *out = walk;
    if (walk == NULL)
        return gd_fail_memory(err);
    walk->ledger = ledger;
    walk->order = order;
    leaf_places_init(&walk->places);
    if (sqlite3_prepare_v2(ledger->db, FIND, -1, &walk->find, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(ledger->db, AFTER, -1, &walk->after, NULL) == SQLITE_OK &&
        sqlite3_prepare_v2(ledger->db, BEFORE, -1, &walk->before, NULL) == SQLITE_OK)
        return GD_OK;
    leaf_walk_free(out);
    return ledger_fail(ledger, err, "read the index of");
}

void leaf_walk_free(struct leaf_walk **out)
{
    struct leaf_walk *walk = *out;

    *out = NULL;
    if (walk == NULL)
        return;
    sqlite3_finalize(walk->find);
    sqlite3_finalize(walk->after);
    sqlite3_finalize(walk->before);
    leaf_places_free(&walk->places);
    gd_free(walk);
}

void leaf_walk_pause(struct leaf_walk *walk)
{
    sqlite3_reset(walk->find);
    sqlite3_reset(walk->after);
    sqlite3_reset(walk->before);
    walk->at = NULL;
    walk->decoded = 0;
    walk->begun = false;
}

static void bind(struct leaf_walk *walk, sqlite3_stmt *stmt, const void *first, size_t len)
{
    sqlite3_reset(stmt);
    sqlite3_bind_int64(stmt, 1, walk->ledger->tenant_no);
    sqlite3_bind_int(stmt, 2, (int)walk->order);
    sqlite3_bind_blob(stmt, 3, len > 0 ? first : "", (int)len, SQLITE_TRANSIENT);
}

/* The rows of the leaf that walk->at stands on. */
static size_t leaf_rows(struct leaf_walk *walk)
{
    walk->rows = sqlite3_column_blob(walk->at, 1);
    walk->leaf = sqlite3_column_int64(walk->at, 2);
    walk->skipped = 0;
    return (size_t)sqlite3_column_bytes(walk->at, 1) / 4;
}

/* Decodes the places of the present leaf, unless they are. */
static enum gd_rc decode(struct leaf_walk *walk, struct gd_error *err)
{
    sqlite3_stmt *stmt;
    enum gd_rc rc;

    if (walk->decoded == walk->leaf)
        return GD_OK;
    stmt = ledger_stmt(walk->ledger, SQL_LEAF_GET, err);
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, walk->leaf);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        rc = leaf_decode(&walk->places, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
                         sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1), err);
    else
        rc = ledger_fail(walk->ledger, err, "read the index of");
    sqlite3_reset(stmt);
    walk->decoded = rc == GD_OK ? walk->leaf : 0;
    return rc;
}

void leaf_walk_seek(struct leaf_walk *walk, const struct leaf_place *place, bool back)
{
    leaf_walk_pause(walk);
    walk->back = back;
    walk->begun = true;
    walk->from = *place;
    /* Without a place: the first leaf is that of the empty place, the last that of one above all. */
    if (place->len == 0 && back) {
        memset(walk->from.bytes, 0xff, sizeof walk->from.bytes);
        walk->from.len = sizeof walk->from.bytes;
    }
    bind(walk, walk->find, walk->from.bytes, walk->from.len);
}

/* How many places of the present leaf come before (up to and with: or at) the place. */
static enum gd_rc split(struct leaf_walk *walk, bool with, size_t *n, struct gd_error *err)
{
    size_t low = 0, high;
    enum gd_rc rc = decode(walk, err);

    if (rc != GD_OK)
        return rc;
    high = walk->places.n;
    while (low < high) {
        size_t middle = (low + high) / 2;
        int sign = leaf_bytes_compare(walk->places.at[middle], &walk->from.len);

        if (sign < 0 || (with && sign == 0))
            low = middle + 1;
        else
            high = middle;
    }
    *n = low;
    return GD_OK;
}

/* The part of the leaf that holds the place. */
static enum gd_rc first_rows(struct leaf_walk *walk, const unsigned char **rows, size_t *n,
                             struct gd_error *err)
{
    size_t at = 0;
    enum gd_rc rc;

    *n = leaf_rows(walk);
    rc = split(walk, walk->back, &at, err);
    if (rc != GD_OK)
        return rc;
    if (at > *n)
        at = *n;
    if (walk->back) {
        *n = at;
    } else {
        walk->skipped = at;
        walk->rows += 4 * at;
        *n -= at;
    }
    *rows = walk->rows;
    return GD_OK;
}

enum gd_rc leaf_walk_next(struct leaf_walk *walk, const unsigned char **rows, size_t *n, struct gd_error *err)
{
    sqlite3_stmt *on = walk->back ? walk->before : walk->after;
    int step = SQLITE_DONE;
    enum gd_rc rc = GD_OK;

    *n = 0;
    while (*n == 0 && rc == GD_OK) {
        bool first = walk->at == NULL;

        if (!first && walk->at == walk->find)
            bind(walk, on, sqlite3_column_blob(walk->find, 0), (size_t)sqlite3_column_bytes(walk->find, 0));
        walk->at = first ? walk->find : on;
        step = sqlite3_step(walk->at);
        if (step != SQLITE_ROW)
            break;
        if (first) {
            rc = first_rows(walk, rows, n, err);
        } else {
            *n = leaf_rows(walk);
            *rows = walk->rows;
        }
    }
    if (rc == GD_OK && step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(walk->ledger, err, "read the index of");
    return rc;
}

enum gd_rc leaf_walk_place(struct leaf_walk *walk, size_t i, struct leaf_place *place, struct gd_error *err)
{
    enum gd_rc rc = decode(walk, err);
    const unsigned char *bytes;

    if (rc != GD_OK)
        return rc;
    if (walk->skipped + i >= walk->places.n)
        return gd_fail(err, GD_IO, NULL, "the sorted index of the ledger is damaged");
    bytes = walk->places.at[walk->skipped + i];
    place->len = bytes[0];
    memcpy(place->bytes, bytes + 1, bytes[0]);
    return GD_OK;
}
