/* The sandbox's SQLite store: schema, prepared statements and transactions. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store.h"

#include <stdarg.h>
#include <string.h>

static const char *const texts[] = {
#define STATEMENT(name, text) [SB_SQL_##name] = text,
#include "statements.def"
#undef STATEMENT
};

static const char schema[] =
    "CREATE TABLE IF NOT EXISTS meta(key TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS counter(name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS allocation(seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, tenant TEXT NOT "
    "NULL,"
    " kind INTEGER NOT NULL, born INTEGER NOT NULL, ident TEXT, custom TEXT,"
    " a_numbers TEXT NOT NULL, a_vns TEXT NOT NULL, a_pins TEXT NOT NULL,"
    " b_numbers TEXT NOT NULL, b_vns TEXT NOT NULL, b_pins TEXT NOT NULL,"
    " oneway INTEGER NOT NULL, record INTEGER NOT NULL, attempts INTEGER NOT NULL, calls INTEGER NOT NULL,"
    " created_at INTEGER NOT NULL, ends_at INTEGER NOT NULL, deleted_at INTEGER NOT NULL,"
    " updates INTEGER NOT NULL DEFAULT 0, deletes INTEGER NOT NULL DEFAULT 0);"
    "CREATE INDEX IF NOT EXISTS allocation_ident ON allocation(ident) WHERE ident IS NOT NULL;"
    "CREATE TABLE IF NOT EXISTS claim(vn TEXT NOT NULL, value TEXT NOT NULL, seq INTEGER NOT NULL,"
    " freed_at INTEGER NOT NULL, PRIMARY KEY(vn, value, seq)) WITHOUT ROWID;"
    "CREATE TABLE IF NOT EXISTS setting(tenant TEXT NOT NULL, section TEXT NOT NULL, key TEXT NOT NULL,"
    " value TEXT NOT NULL, PRIMARY KEY(tenant, section, key)) WITHOUT ROWID;";

/* What was committed outlives a killed process, which is what is promised; power loss is not. */
static const char pragmas[] =
    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = MEMORY;";

enum gd_rc sb_store_open(struct sb_store *store, const char *path, struct gd_error *err)
{
    memset(store, 0, sizeof *store);
    const char *name = path != NULL ? path : ":memory:";
    if (sqlite3_open_v2(name, &store->db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK ||
        sqlite3_exec(store->db, pragmas, NULL, NULL, NULL) != SQLITE_OK ||
        sqlite3_exec(store->db, schema, NULL, NULL, NULL) != SQLITE_OK) {
        enum gd_rc rc = gd_fail(err, GD_IO, "name another file with --db, or end whoever holds it",
                                "the store %s cannot be opened: %s", name, sqlite3_errmsg(store->db));
        sb_store_close(store);
        return rc;
    }
    return GD_OK;
}

void sb_store_close(struct sb_store *store)
{
    for (int i = 0; i < SB_SQL__COUNT; i++)
        sqlite3_finalize(store->made[i]);
    sqlite3_close(store->db);
    memset(store, 0, sizeof *store);
}

static sqlite3_stmt *ready(struct sb_store *store, enum sb_sql which)
{
    if (store->made[which] == NULL)
        sqlite3_prepare_v3(store->db, texts[which], -1, SQLITE_PREPARE_PERSISTENT, &store->made[which], NULL);
    else
        sqlite3_reset(store->made[which]);
    return store->made[which];
}

/* Texts are bound without a copy: they must stand until the statement is reset or bound again. */
sqlite3_stmt *sb_sql(struct sb_store *store, enum sb_sql which, const char *types, ...)
{
    sqlite3_stmt *stmt = ready(store, which);
    va_list args;
    va_start(args, types);
    for (int i = 1; stmt != NULL && types[i - 1] != '\0'; i++) {
        int rc = types[i - 1] == 't'
                     ? sqlite3_bind_text(stmt, i, va_arg(args, const char *), -1, SQLITE_STATIC)
                     : sqlite3_bind_int64(stmt, i, va_arg(args, int64_t));
        if (rc != SQLITE_OK)
            stmt = NULL;
    }
    va_end(args);
    return stmt;
}

void sb_sql_done(sqlite3_stmt *stmt)
{
    sqlite3_reset(stmt);
}

bool sb_run_made(sqlite3_stmt *stmt)
{
    if (stmt == NULL)
        return false;
    int rc = sqlite3_step(stmt);
    sqlite3_reset(stmt);
    return rc == SQLITE_DONE;
}

bool sb_begin(struct sb_store *store)
{
    return sb_run(store, SB_SQL_BEGIN, "");
}

bool sb_end(struct sb_store *store, bool good)
{
    if (good && sb_run(store, SB_SQL_COMMIT, ""))
        return true;
    if (!sqlite3_get_autocommit(store->db) && !sb_run(store, SB_SQL_ROLLBACK, ""))
        return false;
    return false;
}

bool sb_count(struct sb_store *store, const char *name, int64_t by)
{
    return by == 0 || sb_run(store, SB_SQL_COUNT, "ti", name, by);
}

int64_t sb_meta_get(struct sb_store *store, const char *key)
{
    sqlite3_stmt *stmt = sb_sql(store, SB_SQL_META_GET, "t", key);
    int64_t value = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sb_sql_done(stmt);
    return value;
}

bool sb_meta_set(struct sb_store *store, const char *key, int64_t value)
{
    return sb_run(store, SB_SQL_META_SET, "ti", key, value);
}
