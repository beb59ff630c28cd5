/* Rows of the ledger's main table, from and to the model. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "buf.h"
#include "ledger_i.h"
#include "mem.h"

#define SQL_MAX 4096

/* Names of the columns before the fields; an integer or a text each. */
static const char *const column_names[COL_FIELDS] = {
    [COL_ROW] = "row",
    [COL_KIND] = "kind",
    [COL_DIALECT] = "dialect",
    [COL_STATE] = "state",
    [COL_STATE_RAW] = "state_raw",
    [COL_ENDS_RAW] = "ends_raw",
    [COL_SOURCE] = "source",
    [COL_ENDS_AT] = "ends_at",
    [COL_CREATED_AT] = "created_at",
    [COL_READ_AT] = "read_at",
    [COL_FIRST_SEEN] = "first_seen",
    [COL_CALL_COUNT] = "call_count",
    [COL_CHANGED_OP] = "changed_op",
};

/* Joins what form makes of each column (its number from 0, its name) with commas. */
static void each_column(struct gd_buf *sql, int from,
                        void (*form)(struct gd_buf *sql, int n, const char *name))
{
    int n = from;

    for (int c = from; c < COL_FIELDS; c++, n++) {
        if (n > from)
            gd_buf_addc(sql, ',');
        form(sql, n, column_names[c]);
    }
    for (int f = 0; f < GD_F__COUNT; f++) {
        if (!ledger_has_column((enum gd_field)f))
            continue;
        gd_buf_addc(sql, ',');
        form(sql, n++, gd_fields[f].column);
    }
}

static void form_name(struct gd_buf *sql, int n, const char *name)
{
    (void)n;
    gd_buf_adds(sql, name);
}

/* Values are bound at the column's number; 1 + n leaves 1 to the row, or NULL for a new one. */
static void form_value(struct gd_buf *sql, int n, const char *name)
{
    (void)name;
    gd_buf_addf(sql, "?%d", n + 1);
}

static void form_set(struct gd_buf *sql, int n, const char *name)
{
    gd_buf_addf(sql, "%s = ?%d", name, n + 1);
}

static enum gd_rc prepare(struct gd_ledger *ledger, struct gd_buf *sql, sqlite3_stmt **out,
                          struct gd_error *err)
{
    enum gd_rc rc = gd_buf_check(sql, "a statement", err);

    if (rc == GD_OK &&
        sqlite3_prepare_v3(ledger->db, sql->data, -1, SQLITE_PREPARE_PERSISTENT, out, NULL) != SQLITE_OK)
        rc = ledger_fail(ledger, err, "read");
    gd_buf_clear(sql);
    return rc;
}

enum gd_rc ledger_row_stmt(struct gd_ledger *ledger, sqlite3_stmt **out, struct gd_error *err)
{
    struct gd_buf sql;
    enum gd_rc rc;

    gd_buf_init(&sql, SQL_MAX);
    gd_buf_adds(&sql, "SELECT ");
    each_column(&sql, 0, form_name);
    gd_buf_adds(&sql, " FROM alloc WHERE row = ?1");
    rc = prepare(ledger, &sql, out, err);
    gd_buf_free(&sql);
    return rc;
}

enum gd_rc ledger_row_prepare(struct gd_ledger *ledger, struct gd_error *err)
{
    struct gd_buf sql;
    enum gd_rc rc;

    gd_buf_init(&sql, SQL_MAX);
    gd_buf_adds(&sql, "SELECT ");
    each_column(&sql, 0, form_name);
    gd_buf_adds(&sql, " FROM alloc WHERE tenant = ?1 AND id = ?2");
    rc = prepare(ledger, &sql, &ledger->by_id, err);
    if (rc != GD_OK)
        goto out;
    rc = ledger_row_stmt(ledger, &ledger->by_row, err);
    if (rc != GD_OK)
        goto out;
    gd_buf_addf(&sql, "INSERT INTO alloc (tenant,");
    each_column(&sql, COL_KIND, form_name);
    gd_buf_adds(&sql, ") VALUES (?1,");
    each_column(&sql, COL_KIND, form_value);
    gd_buf_adds(&sql, ")");
    rc = prepare(ledger, &sql, &ledger->insert, err);
    if (rc != GD_OK)
        goto out;
    gd_buf_adds(&sql, "UPDATE alloc SET ");
    each_column(&sql, COL_KIND, form_set);
    gd_buf_adds(&sql, " WHERE row = ?1");
    rc = prepare(ledger, &sql, &ledger->update, err);
out:
    gd_buf_free(&sql);
    return rc;
}

void ledger_row_borrow(sqlite3_stmt *stmt, struct gd_alloc *alloc)
{
    int n = COL_FIELDS;

    *alloc = (struct gd_alloc){
        .row = sqlite3_column_int64(stmt, COL_ROW),
        .kind = (enum gd_kind)sqlite3_column_int(stmt, COL_KIND),
        .dialect = (enum gd_dialect)sqlite3_column_int(stmt, COL_DIALECT),
        .state = (enum gd_state)sqlite3_column_int(stmt, COL_STATE),
        .state_raw = ledger_text(stmt, COL_STATE_RAW),
        .ends_raw = ledger_text(stmt, COL_ENDS_RAW),
        .source = ledger_text(stmt, COL_SOURCE),
        .ends_at = sqlite3_column_int64(stmt, COL_ENDS_AT),
        .created_at = sqlite3_column_int64(stmt, COL_CREATED_AT),
        .read_at = sqlite3_column_int64(stmt, COL_READ_AT),
        .first_seen = sqlite3_column_int64(stmt, COL_FIRST_SEEN),
        .call_count = sqlite3_column_int64(stmt, COL_CALL_COUNT),
        .changed_op = sqlite3_column_int64(stmt, COL_CHANGED_OP),
    };
    for (int f = 0; f < GD_F__COUNT; f++)
        if (ledger_has_column((enum gd_field)f))
            alloc->v[f] = ledger_text(stmt, n++);
}

static enum gd_rc step_row(struct gd_ledger *ledger, sqlite3_stmt *stmt, struct gd_alloc *alloc, bool *found,
                           struct gd_error *err)
{
    int step = sqlite3_step(stmt);

    *found = step == SQLITE_ROW;
    if (*found)
        ledger_row_borrow(stmt, alloc);
    return *found || step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read");
}

enum gd_rc ledger_row_by_id(struct gd_ledger *ledger, const char *id, struct gd_alloc *alloc, bool *found,
                            struct gd_error *err)
{
    sqlite3_reset(ledger->by_id);
    sqlite3_bind_int64(ledger->by_id, 1, ledger->tenant_no);
    ledger_bind_text(ledger->by_id, 2, id);
    return step_row(ledger, ledger->by_id, alloc, found, err);
}

enum gd_rc ledger_row_by_row(struct gd_ledger *ledger, int64_t row, struct gd_alloc *alloc, bool *found,
                             struct gd_error *err)
{
    sqlite3_reset(ledger->by_row);
    sqlite3_bind_int64(ledger->by_row, 1, row);
    return step_row(ledger, ledger->by_row, alloc, found, err);
}

static void bind_columns(sqlite3_stmt *stmt, const struct gd_alloc *alloc)
{
    int n = COL_FIELDS;

    sqlite3_bind_int(stmt, COL_KIND + 1, (int)alloc->kind);
    sqlite3_bind_int(stmt, COL_DIALECT + 1, (int)alloc->dialect);
    sqlite3_bind_int(stmt, COL_STATE + 1, (int)alloc->state);
    ledger_bind_text(stmt, COL_STATE_RAW + 1, alloc->state_raw);
    ledger_bind_text(stmt, COL_ENDS_RAW + 1, alloc->ends_raw);
    ledger_bind_text(stmt, COL_SOURCE + 1, alloc->source);
    sqlite3_bind_int64(stmt, COL_ENDS_AT + 1, alloc->ends_at);
    sqlite3_bind_int64(stmt, COL_CREATED_AT + 1, alloc->created_at);
    sqlite3_bind_int64(stmt, COL_READ_AT + 1, alloc->read_at);
    sqlite3_bind_int64(stmt, COL_FIRST_SEEN + 1, alloc->first_seen);
    sqlite3_bind_int64(stmt, COL_CALL_COUNT + 1, alloc->call_count);
    sqlite3_bind_int64(stmt, COL_CHANGED_OP + 1, alloc->changed_op);
    for (int f = 0; f < GD_F__COUNT; f++)
        if (ledger_has_column((enum gd_field)f))
            ledger_bind_text(stmt, ++n, alloc->v[f]);
}

enum gd_rc ledger_row_write(struct gd_ledger *ledger, struct gd_alloc *alloc, struct gd_error *err)
{
    sqlite3_stmt *stmt = alloc->row == 0 ? ledger->insert : ledger->update;
    enum gd_rc rc;

    sqlite3_bind_int64(stmt, 1, alloc->row == 0 ? ledger->tenant_no : alloc->row);
    bind_columns(stmt, alloc);
    rc = ledger_run(ledger, stmt, "write to", err);
    if (rc == GD_OK && alloc->row == 0)
        alloc->row = sqlite3_last_insert_rowid(ledger->db);
    return rc;
}
