/* The ledger's tables: made, checked, upgraded step by step. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "ledger_i.h"

#define APPLICATION_ID 0x67646c31 /* "gdl1": says that an SQLite file is a ledger */

/* What one version adds to the one before; the columns of fields.def are added by ensure_fields. Numbers and
 * PINs stand in alloc, raw, event, op_row, staged and the index only (its five tables): what forget removes.
 */
static const char *const steps[] = {
    /* 1: all but the index of search and order */
    "CREATE TABLE tenant (tenant INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE, n INTEGER NOT NULL DEFAULT "
    "0,"
    " changes INTEGER NOT NULL DEFAULT 0);"
    "CREATE TABLE fact (tenant INTEGER NOT NULL, key TEXT NOT NULL, value TEXT, PRIMARY KEY (tenant, key))"
    " WITHOUT ROWID;"
    "CREATE TABLE alloc (row INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, id TEXT NOT NULL,"
    " kind INTEGER, dialect INTEGER, state INTEGER, state_raw TEXT, ends_raw TEXT, source TEXT,"
    " ends_at INTEGER, created_at INTEGER, read_at INTEGER, first_seen INTEGER, call_count INTEGER,"
    " changed_op INTEGER, UNIQUE (tenant, id));"
    "CREATE TABLE raw (row INTEGER PRIMARY KEY, json TEXT NOT NULL);"
    "CREATE TABLE event (event INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, kind TEXT NOT NULL,"
    " product INTEGER, at INTEGER, received_at INTEGER NOT NULL, id TEXT, transaction_id TEXT, call_sid TEXT,"
    " vn TEXT, caller TEXT, body TEXT NOT NULL, UNIQUE (tenant, kind, call_sid));"
    "CREATE INDEX event_id ON event (tenant, id) WHERE id IS NOT NULL;"
    "CREATE INDEX event_vn ON event (tenant, vn) WHERE id IS NULL;"
    "CREATE TABLE snapshot (snapshot INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, at INTEGER NOT NULL,"
    " source TEXT NOT NULL, body TEXT NOT NULL);"
    "CREATE INDEX snapshot_at ON snapshot (tenant, at);"
    "CREATE TABLE op (op INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, kind INTEGER NOT NULL,"
    " state INTEGER NOT NULL, dialect INTEGER NOT NULL, no_undo INTEGER NOT NULL, parent INTEGER NOT NULL,"
    " origin TEXT, reason TEXT, user TEXT, profile TEXT, pid INTEGER NOT NULL, created_at INTEGER NOT NULL,"
    " ended_at INTEGER NOT NULL DEFAULT 0, wish INTEGER NOT NULL DEFAULT 0, total INTEGER NOT NULL,"
    " pending INTEGER NOT NULL, sent INTEGER NOT NULL DEFAULT 0, applied INTEGER NOT NULL DEFAULT 0,"
    " failed INTEGER NOT NULL DEFAULT 0, unknown INTEGER NOT NULL DEFAULT 0, skipped INTEGER NOT NULL);"
    "CREATE TABLE op_row (op INTEGER NOT NULL, n INTEGER NOT NULL, id TEXT, alloc_kind INTEGER NOT NULL,"
    " before TEXT, want TEXT, state INTEGER NOT NULL, sent_at INTEGER NOT NULL DEFAULT 0,"
    " answered_at INTEGER NOT NULL DEFAULT 0, http_status INTEGER NOT NULL DEFAULT 0,"
    " code INTEGER NOT NULL DEFAULT -1, message TEXT, request_id TEXT, attempts INTEGER NOT NULL DEFAULT 0,"
    " not_applied INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (op, n));"
    "CREATE INDEX op_row_id ON op_row (id) WHERE id IS NOT NULL;"
    "CREATE TABLE holder (tenant INTEGER PRIMARY KEY, op INTEGER, pid INTEGER, user TEXT, since INTEGER);"
    "CREATE TABLE audit (audit INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, at INTEGER NOT NULL, user TEXT,"
    " profile TEXT, action TEXT, subject TEXT, result TEXT);",
    /* 2: the changeset; which operation took a row up again (retry, undo) */
    "CREATE TABLE staged (staged INTEGER PRIMARY KEY AUTOINCREMENT, tenant INTEGER NOT NULL, id TEXT NOT "
    "NULL,"
    " action INTEGER NOT NULL, kind INTEGER NOT NULL, base TEXT, want TEXT, held INTEGER NOT NULL DEFAULT 0,"
    " user TEXT, at INTEGER NOT NULL, UNIQUE (tenant, id));"
    "ALTER TABLE op_row ADD COLUMN again INTEGER NOT NULL DEFAULT 0;",
    /* 3: the index; all that is known waits for it (255: in no leaf of an order) */
    "ALTER TABLE tenant ADD COLUMN built INTEGER NOT NULL DEFAULT 0;"
    "CREATE TABLE pending (tenant INTEGER NOT NULL, row INTEGER NOT NULL, was BLOB NOT NULL,"
    " grams INTEGER NOT NULL, PRIMARY KEY (tenant, row)) WITHOUT ROWID;"
    "CREATE TABLE seg (seg INTEGER PRIMARY KEY, tenant INTEGER NOT NULL, n INTEGER NOT NULL,"
    " first INTEGER NOT NULL, rows BLOB, dead BLOB);"
    "CREATE TABLE post (id INTEGER PRIMARY KEY, list BLOB NOT NULL);"
    "CREATE TABLE dir (tenant INTEGER NOT NULL, sort INTEGER NOT NULL, first BLOB NOT NULL,"
    " leaf INTEGER NOT NULL, PRIMARY KEY (tenant, sort, first)) WITHOUT ROWID;"
    "CREATE TABLE leaf (leaf INTEGER PRIMARY KEY, rows BLOB NOT NULL, keys BLOB NOT NULL);"
    "INSERT INTO pending SELECT tenant, row, x'ffffffffffffff', 1 FROM alloc;",
};

#define SCHEMA ((int)(sizeof steps / sizeof *steps))

bool ledger_has_column(enum gd_field field)
{
    return field != GD_F_KIND && field != GD_F_STATE && field != GD_F_DURATION;
}

/* The one integer that sql gives. */
static enum gd_rc ask(struct gd_ledger *ledger, const char *sql, int64_t *out, struct gd_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum gd_rc rc = GD_OK;

    if (sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL) != SQLITE_OK || sqlite3_step(stmt) != SQLITE_ROW)
        rc = ledger_fail(ledger, err, "read");
    else
        *out = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return rc;
}

/* Adds the columns of fields that alloc does not have yet. */
static enum gd_rc ensure_fields(struct gd_ledger *ledger, struct gd_error *err)
{
    char sql[160];

    for (int f = 0; f < GD_F__COUNT; f++) {
        int64_t has = 0;
        enum gd_rc rc;

        if (!ledger_has_column((enum gd_field)f))
            continue;
        snprintf(sql, sizeof sql, "SELECT count(*) FROM pragma_table_info('alloc') WHERE name = '%s'",
                 gd_fields[f].column);
        rc = ask(ledger, sql, &has, err);
        snprintf(sql, sizeof sql, "ALTER TABLE alloc ADD COLUMN %s TEXT", gd_fields[f].column);
        if (rc == GD_OK && has == 0)
            rc = ledger_exec(ledger, sql, "upgrade", err);
        if (rc != GD_OK)
            return rc;
    }
    return GD_OK;
}

/* Says what the file is: a ledger of version *version, or an empty file (0); all else is refused. */
static enum gd_rc look(struct gd_ledger *ledger, int64_t *version, struct gd_error *err)
{
    int64_t application = 0, tables = 0;
    enum gd_rc rc = ask(ledger, "PRAGMA application_id", &application, err);

    if (rc == GD_OK)
        rc = ask(ledger, "PRAGMA user_version", version, err);
    if (rc == GD_OK)
        rc = ask(ledger, "SELECT count(*) FROM sqlite_schema", &tables, err);
    if (rc != GD_OK)
        return rc;
    if (application != APPLICATION_ID && (application != 0 || tables != 0 || *version != 0))
        return gd_fail(err, GD_IO,
                       "name another path with ledger = in the profile; this file was left as it is",
                       "%s is a database of another program", ledger->path);
    if (*version > SCHEMA)
        return gd_fail(err, GD_IO, "use that newer greendesk, or another ledger",
                       "%s was made by a newer greendesk (version %lld; this one knows %d)", ledger->path,
                       (long long)*version, SCHEMA);
    return GD_OK;
}

/* Brings the tables up to SCHEMA, in one transaction; another process may have done it meanwhile. */
static enum gd_rc upgrade(struct gd_ledger *ledger, struct gd_error *err)
{
    char sql[120];
    int64_t version = 0;
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    rc = look(ledger, &version, err);
    for (int64_t v = version; rc == GD_OK && v < SCHEMA; v++)
        rc = ledger_exec(ledger, steps[v], "make the tables", err);
    if (rc == GD_OK)
        rc = ensure_fields(ledger, err);
    snprintf(sql, sizeof sql, "PRAGMA application_id = %d; PRAGMA user_version = %d", APPLICATION_ID, SCHEMA);
    if (rc == GD_OK && version < SCHEMA)
        rc = ledger_exec(ledger, sql, "make the tables", err);
    return ledger_leave(ledger, own, rc, err);
}

static enum gd_rc find_tenant(struct gd_ledger *ledger, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_TENANT_FIND, err);
    int step;

    if (stmt == NULL)
        return GD_IO;
    ledger_bind_text(stmt, 1, ledger->tenant);
    step = sqlite3_step(stmt);
    if (step == SQLITE_ROW)
        ledger->tenant_no = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return step == SQLITE_ROW || step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read");
}

static enum gd_rc add_tenant(struct gd_ledger *ledger, struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    rc = find_tenant(ledger, err);
    stmt = ledger_stmt(ledger, SQL_TENANT_ADD, err);
    if (rc == GD_OK && stmt == NULL)
        rc = GD_IO;
    if (rc == GD_OK && ledger->tenant_no == 0) {
        ledger_bind_text(stmt, 1, ledger->tenant);
        rc = ledger_run(ledger, stmt, "add the tenant", err);
        ledger->tenant_no = sqlite3_last_insert_rowid(ledger->db);
    }
    return ledger_leave(ledger, own, rc, err);
}

enum gd_rc ledger_schema(struct gd_ledger *ledger, struct gd_error *err)
{
    int64_t version = 0;
    enum gd_rc rc = look(ledger, &version, err);

    /* An empty file takes its form from these two; they change nothing in a ledger that stands. */
    if (rc == GD_OK && version == 0)
        rc = ledger_exec(ledger, "PRAGMA page_size = 4096; PRAGMA auto_vacuum = NONE", "begin", err);
    if (rc == GD_OK)
        rc = ledger_exec(ledger, "PRAGMA journal_mode = WAL", "begin", err);
    if (rc == GD_OK && version < SCHEMA)
        rc = upgrade(ledger, err);
    if (rc == GD_OK)
        rc = find_tenant(ledger, err);
    if (rc == GD_OK && ledger->tenant_no == 0)
        rc = add_tenant(ledger, err);
    return rc;
}
