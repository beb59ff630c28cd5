/* Changing the leaves of an order: the leaves that are touched are read, merged with what comes and goes, and
 * written, each once however much of it changes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "index.h"
#include "leaf_i.h"
#include "ledger_i.h"
#include "mem.h"

#define COLUMN_MAX ((size_t)1 << 20) /* bytes of a leaf's column */

/* A leaf's entry in the directory: the place that it begins with; the first leaf's is empty. Each leaf's
 * entry is exactly its first place, so that nothing of a removed row is left there. */
struct entry {
    struct leaf_place first;
    int64_t leaf;
};

struct apply {
    struct gd_ledger *ledger;
    enum leaf_order order;
    struct entry *dir;
    size_t dir_n;
    struct leaf_places old, merged;
    struct gd_buf rows, keys;
    struct gd_error *err;
};

/* ---- the directory ---- */

static void take_place(sqlite3_stmt *stmt, int column, struct leaf_place *place)
{
    int len = sqlite3_column_bytes(stmt, column);

    if (len > (int)sizeof place->bytes)
        len = (int)sizeof place->bytes;
    place->len = (unsigned char)len;
    if (len > 0)
        memcpy(place->bytes, sqlite3_column_blob(stmt, column), (size_t)len);
}

static enum gd_rc load_dir(struct apply *apply)
{
    sqlite3_stmt *stmt = ledger_stmt(apply->ledger, SQL_DIR, apply->err);
    size_t room = 0;
    int step;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, apply->ledger->tenant_no);
    sqlite3_bind_int(stmt, 2, (int)apply->order);
    while ((step = sqlite3_step(stmt)) == SQLITE_ROW) {
        if (apply->dir_n == room) {
            struct entry *dir = gd_realloc(apply->dir, (room = room * 2 + 64) * sizeof *dir);

            if (dir == NULL) {
                sqlite3_reset(stmt);
                return gd_fail_memory(apply->err);
            }
            apply->dir = dir;
        }
        take_place(stmt, 0, &apply->dir[apply->dir_n].first);
        apply->dir[apply->dir_n++].leaf = sqlite3_column_int64(stmt, 1);
    }
    sqlite3_reset(stmt);
    return step == SQLITE_DONE ? GD_OK : ledger_fail(apply->ledger, apply->err, "read the index of");
}

static enum gd_rc set_dir(struct apply *apply, enum ledger_sql which, const struct leaf_place *first,
                          int64_t leaf)
{
    sqlite3_stmt *stmt = ledger_stmt(apply->ledger, which, apply->err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, apply->ledger->tenant_no);
    sqlite3_bind_int(stmt, 2, (int)apply->order);
    sqlite3_bind_blob(stmt, 3, first->bytes, first->len, SQLITE_STATIC);
    if (which == SQL_DIR_ADD)
        sqlite3_bind_int64(stmt, 4, leaf);
    return ledger_run(apply->ledger, stmt, "write the index of", apply->err);
}

/* ---- leaves ---- */

static enum gd_rc read_leaf(struct apply *apply, int64_t leaf)
{
    sqlite3_stmt *stmt = ledger_stmt(apply->ledger, SQL_LEAF_GET, apply->err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, leaf);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        rc = leaf_decode(&apply->old, sqlite3_column_blob(stmt, 0), (size_t)sqlite3_column_bytes(stmt, 0),
                         sqlite3_column_blob(stmt, 1), (size_t)sqlite3_column_bytes(stmt, 1), apply->err);
    else
        rc = ledger_fail(apply->ledger, apply->err, "read the index of");
    sqlite3_reset(stmt);
    return rc;
}

/* Writes n places as a leaf; *leaf 0: as a new one, whose number it gets. */
static enum gd_rc write_leaf(struct apply *apply, const unsigned char *const *at, size_t n, int64_t *leaf)
{
    sqlite3_stmt *stmt = ledger_stmt(apply->ledger, SQL_LEAF_SET, apply->err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    gd_buf_clear(&apply->rows);
    gd_buf_clear(&apply->keys);
    if (n > 0)
        leaf_encode(at, n, &apply->rows, &apply->keys);
    if (gd_buf_check(&apply->rows, "a leaf", apply->err) != GD_OK ||
        gd_buf_check(&apply->keys, "a leaf", apply->err) != GD_OK)
        return GD_NO_MEMORY;
    if (*leaf != 0)
        sqlite3_bind_int64(stmt, 1, *leaf);
    sqlite3_bind_blob(stmt, 2, apply->rows.data, (int)apply->rows.len, SQLITE_STATIC);
    sqlite3_bind_blob(stmt, 3, apply->keys.data, (int)apply->keys.len, SQLITE_STATIC);
    rc = ledger_run(apply->ledger, stmt, "write the index of", apply->err);
    if (*leaf == 0)
        *leaf = sqlite3_last_insert_rowid(apply->ledger->db);
    return rc;
}

static enum gd_rc drop_leaf(struct apply *apply, const struct entry *entry)
{
    sqlite3_stmt *stmt = ledger_stmt(apply->ledger, SQL_LEAF_DROP, apply->err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, entry->leaf);
    rc = ledger_run(apply->ledger, stmt, "write the index of", apply->err);
    return rc == GD_OK ? set_dir(apply, SQL_DIR_DROP, &entry->first, 0) : rc;
}

/* Sets the directory's entry of a leaf to the place that it begins with. */
static enum gd_rc rename_leaf(struct apply *apply, const struct entry *entry, const unsigned char *first)
{
    const struct leaf_place *place = (const struct leaf_place *)first; /* the same bytes: length, bytes */
    enum gd_rc rc;

    if (leaf_bytes_compare(&entry->first.len, first) == 0)
        return GD_OK;
    rc = set_dir(apply, SQL_DIR_DROP, &entry->first, 0);
    return rc == GD_OK ? set_dir(apply, SQL_DIR_ADD, place, entry->leaf) : rc;
}

/* Writes merged into the leaf of an entry, and into new ones after it where it is too long. */
static enum gd_rc write_merged(struct apply *apply, const struct entry *entry)
{
    size_t n = apply->merged.n, fill = index_sizes.leaf * 3 / 4;
    size_t parts = n > index_sizes.leaf ? (n + fill - 1) / fill : 1;
    const unsigned char *const *at = apply->merged.at;
    enum gd_rc rc = GD_OK;

    if (n == 0 && entry->first.len > 0)
        return drop_leaf(apply, entry);
    for (size_t part = 0; rc == GD_OK && part < parts; part++) {
        size_t from = n * part / parts, to = n * (part + 1) / parts;
        int64_t leaf = part == 0 ? entry->leaf : 0;

        rc = write_leaf(apply, at + from, to - from, &leaf);
        if (rc == GD_OK && part > 0)
            rc = set_dir(apply, SQL_DIR_ADD, (const struct leaf_place *)at[from], leaf);
        else if (rc == GD_OK && entry->first.len > 0)
            rc = rename_leaf(apply, entry, at[0]);
    }
    return rc;
}

/* ---- merging ---- */

/* A list under way: what is before at has been used. */
struct side {
    const struct leaf_list *list;
    size_t at;
};

static const unsigned char *peek(const struct side *side)
{
    const struct leaf_list *list = side->list;

    return side->at < list->n ? (const unsigned char *)list->bytes.data + list->items[side->at].at : NULL;
}

/* Counts the places of a side before end (NULL: all). */
static size_t before(const struct side *side, const unsigned char *end)
{
    struct side walk = *side;
    const unsigned char *place;

    while ((place = peek(&walk)) != NULL && (end == NULL || leaf_bytes_compare(place, end) < 0))
        walk.at++;
    return walk.at - side->at;
}

/* Fills merged with the old places without those removed and with those added, before end. */
static enum gd_rc merge(struct apply *apply, struct side *remove, struct side *add, size_t remove_n,
                        size_t add_n)
{
    struct leaf_places *to = &apply->merged;
    size_t remove_end = remove->at + remove_n, add_end = add->at + add_n;
    enum gd_rc rc = leaf_places_room(to, apply->old.n + add_n, apply->err);

    to->n = 0;
    for (size_t i = 0; rc == GD_OK && i < apply->old.n; i++) {
        const unsigned char *place = apply->old.at[i];

        while (add->at < add_end && leaf_bytes_compare(peek(add), place) < 0) {
            to->at[to->n++] = peek(add);
            add->at++;
        }
        if (add->at < add_end && leaf_bytes_compare(peek(add), place) == 0)
            add->at++; /* it is there */
        while (remove->at < remove_end && leaf_bytes_compare(peek(remove), place) < 0)
            remove->at++;
        if (remove->at < remove_end && leaf_bytes_compare(peek(remove), place) == 0)
            continue;
        to->at[to->n++] = place;
    }
    while (rc == GD_OK && add->at < add_end) {
        to->at[to->n++] = peek(add);
        add->at++;
    }
    remove->at = remove_end;
    return rc;
}

static enum gd_rc apply_all(struct apply *apply, struct side remove, struct side add)
{
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; rc == GD_OK && i < apply->dir_n; i++) {
        const unsigned char *end = i + 1 < apply->dir_n ? &apply->dir[i + 1].first.len : NULL;
        size_t remove_n = before(&remove, end), add_n = before(&add, end);

        if (remove_n == 0 && add_n == 0)
            continue;
        rc = read_leaf(apply, apply->dir[i].leaf);
        if (rc == GD_OK)
            rc = merge(apply, &remove, &add, remove_n, add_n);
        if (rc == GD_OK)
            rc = write_merged(apply, &apply->dir[i]);
    }
    return rc;
}

/* The first leaf of an order, which stands from then on, empty or not. */
static enum gd_rc begin_dir(struct apply *apply)
{
    struct entry *entry;
    enum gd_rc rc;

    if (apply->dir_n > 0)
        return GD_OK;
    if (apply->dir == NULL)
        apply->dir = gd_calloc(1, sizeof *apply->dir);
    if (apply->dir == NULL)
        return gd_fail_memory(apply->err);
    entry = &apply->dir[apply->dir_n++];
    *entry = (struct entry){.leaf = 0};
    rc = write_leaf(apply, NULL, 0, &entry->leaf);
    return rc == GD_OK ? set_dir(apply, SQL_DIR_ADD, &entry->first, entry->leaf) : rc;
}

/* ---- sorting ---- */

static int compare_items(const void *one, const void *other, void *bytes)
{
    const struct leaf_item *a = one, *b = other;
    const unsigned char *all = bytes;

    if (a->head != b->head)
        return a->head < b->head ? -1 : 1;
    return leaf_bytes_compare(all + a->at, all + b->at);
}

static void sort_list(struct leaf_list *list)
{
    for (size_t i = 1; i < list->n; i++)
        if (compare_items(&list->items[i - 1], &list->items[i], list->bytes.data) > 0) {
            qsort_r(list->items, list->n, sizeof *list->items, compare_items, list->bytes.data);
            return;
        }
}

enum gd_rc leaf_apply(struct gd_ledger *ledger, enum leaf_order order, struct leaf_list *remove,
                      struct leaf_list *add, struct gd_error *err)
{
    struct apply apply = {.ledger = ledger, .order = order, .err = err};
    enum gd_rc rc;

    if (remove->n == 0 && add->n == 0)
        return GD_OK;
    leaf_places_init(&apply.old);
    leaf_places_init(&apply.merged);
    gd_buf_init(&apply.rows, COLUMN_MAX);
    gd_buf_init(&apply.keys, COLUMN_MAX);
    sort_list(remove);
    sort_list(add);
    rc = load_dir(&apply);
    if (rc == GD_OK)
        rc = begin_dir(&apply);
    if (rc == GD_OK)
        rc = apply_all(&apply, (struct side){.list = remove}, (struct side){.list = add});
    leaf_places_free(&apply.old);
    leaf_places_free(&apply.merged);
    gd_buf_wipe(&apply.rows);
    gd_buf_wipe(&apply.keys);
    gd_free(apply.dir);
    return rc;
}
