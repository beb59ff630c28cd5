/* All rows of a part of an order, as a set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "leaf_i.h"
#include "ledger_i.h"

struct range {
    struct gd_ledger *ledger;
    const struct leaf_place *from, *to;
    uint64_t *rows;
    size_t words;
    struct gd_error *err;
};

static void add_row(struct range *range, uint32_t row)
{
    if (row / 64 < range->words)
        bits_add(range->rows, row);
}

static bool inside(const struct range *range, const unsigned char *place)
{
    return leaf_bytes_compare(place, &range->from->len) >= 0 &&
           (range->to->len == 0 || leaf_bytes_compare(place, &range->to->len) < 0);
}

static enum gd_rc add_some(struct range *range, sqlite3_stmt *stmt)
{
    struct leaf_places places;
    enum gd_rc rc;

    leaf_places_init(&places);
    rc = leaf_decode(&places, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
                     sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1), range->err);
    for (size_t i = 0; i < places.n; i++)
        if (inside(range, places.at[i]))
            add_row(range, leaf_bytes_row(places.at[i]));
    leaf_places_free(&places);
    return rc;
}

/* Adds a leaf's rows: all of them, or where the range begins or ends in it those that are inside. */
static enum gd_rc add_leaf(struct range *range, int64_t leaf, bool all)
{
    sqlite3_stmt *stmt = ledger_stmt(range->ledger, all ? SQL_LEAF_ROWS : SQL_LEAF_GET, range->err);
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, leaf);
    if (sqlite3_step(stmt) != SQLITE_ROW) {
        rc = ledger_fail(range->ledger, range->err, "read the index of");
    } else if (all) {
        const unsigned char *rows = sqlite3_column_blob(stmt, 0);
        size_t n = (size_t)sqlite3_column_bytes(stmt, 0) / 4;

        for (size_t i = 0; i < n; i++)
            add_row(range, leaf_row(rows, i));
    } else {
        rc = add_some(range, stmt);
    }
    sqlite3_reset(stmt);
    return rc;
}

enum gd_rc leaf_range(struct gd_ledger *ledger, enum leaf_order order, const struct leaf_place *from,
                      const struct leaf_place *to, uint64_t *rows, size_t words, struct gd_error *err)
{
    struct range range = {ledger, from, to, rows, words, err};
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_DIR_RANGE, err);
    struct leaf_place above = {.len = 1, .bytes = {0xff}}, begins = {0};
    int64_t leaf = 0, before;
    int step;
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int(stmt, 2, (int)order);
    sqlite3_bind_blob(stmt, 3, from->bytes, from->len, SQLITE_STATIC);
    above.len = sizeof above.bytes;
    memset(above.bytes, 0xff, sizeof above.bytes);
    if (to->len > 0)
        sqlite3_bind_blob(stmt, 4, to->bytes, to->len, SQLITE_STATIC);
    else
        sqlite3_bind_blob(stmt, 4, above.bytes, above.len, SQLITE_STATIC);
    /* A leaf is inside where it begins at or after from, and the next one begins before to. */
    while (rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        bool all = leaf != 0 && leaf_compare(&begins, from) >= 0 && (begins.len > 0 || from->len == 0);

        before = leaf;
        if (before != 0)
            rc = add_leaf(&range, before, all);
        leaf = sqlite3_column_int64(stmt, 1);
        begins.len = (unsigned char)sqlite3_column_bytes(stmt, 0);
        if (begins.len > sizeof begins.bytes)
            begins.len = sizeof begins.bytes;
        if (begins.len > 0)
            memcpy(begins.bytes, sqlite3_column_blob(stmt, 0), begins.len);
    }
    if (rc == GD_OK && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the index of");
    sqlite3_reset(stmt);
    return rc == GD_OK && leaf != 0 ? add_leaf(&range, leaf, false) : rc;
}
