/* The ledger's door to SQLite: cached statements, and errors in words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "ledger_i.h"
#include "mem.h"

static const char *const sql_texts[SQL__COUNT] = {
#define STMT(id, sql) [SQL_##id] = (sql),
#include "ledger_sql.def"
#undef STMT
};

static const char *advice_for(int code)
{
    switch (code & 0xff) {
    case SQLITE_FULL:
        return "make room on the disk; nothing was written";
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        return "another program is writing to the ledger: try again when it is done";
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return "move the file away and import again, or bring back a copy; it was left as it is";
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_CANTOPEN:
        return "see to the permissions of the file and its folder";
    default:
        return "see to the disk and to the file";
    }
}

enum gd_rc ledger_fail(struct gd_ledger *ledger, struct gd_error *err, const char *doing)
{
    int code = sqlite3_extended_errcode(ledger->db);
    int system = sqlite3_system_errno(ledger->db);
    bool os = system != 0 && ((code & 0xff) == SQLITE_IOERR || (code & 0xff) == SQLITE_CANTOPEN);

    if ((code & 0xff) == SQLITE_NOMEM)
        return gd_fail_memory(err);
    return gd_fail(err, GD_IO, advice_for(code), "cannot %s the ledger %s: %s", doing, ledger->path,
                   os ? strerror(system) : sqlite3_errmsg(ledger->db));
}

sqlite3_stmt *ledger_stmt(struct gd_ledger *ledger, enum ledger_sql which, struct gd_error *err)
{
    sqlite3_stmt **stmt = &ledger->sql[which];

    if (*stmt == NULL && sqlite3_prepare_v3(ledger->db, sql_texts[which], -1, SQLITE_PREPARE_PERSISTENT, stmt,
                                            NULL) != SQLITE_OK) {
        (void)ledger_fail(ledger, err, "read");
        return NULL;
    }
    sqlite3_reset(*stmt);
    sqlite3_clear_bindings(*stmt);
    return *stmt;
}

enum gd_rc ledger_run(struct gd_ledger *ledger, sqlite3_stmt *stmt, const char *doing, struct gd_error *err)
{
    int step;
    enum gd_rc rc = GD_OK;

    do
        step = sqlite3_step(stmt);
    while (step == SQLITE_ROW);
    if (step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, doing);
    sqlite3_reset(stmt);
    sqlite3_clear_bindings(stmt);
    return rc;
}

enum gd_rc ledger_exec(struct gd_ledger *ledger, const char *sql, const char *doing, struct gd_error *err)
{
    if (sqlite3_exec(ledger->db, sql, NULL, NULL, NULL) != SQLITE_OK)
        return ledger_fail(ledger, err, doing);
    return GD_OK;
}

void ledger_bind_text(sqlite3_stmt *stmt, int at, const char *text)
{
    sqlite3_bind_text(stmt, at, text, -1, SQLITE_STATIC);
}

char *ledger_text(sqlite3_stmt *stmt, int column)
{
    return (char *)(uintptr_t)sqlite3_column_text(stmt, column);
}

char *ledger_text_dup(sqlite3_stmt *stmt, int column, bool *failed)
{
    const char *text = ledger_text(stmt, column);
    char *copy = text != NULL ? gd_strdup(text) : NULL;

    if (text != NULL && copy == NULL)
        *failed = true;
    return copy;
}
