/* Inside the ledger: the SQLite handle, cached statements, transactions. For the store's own files only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LEDGER_I_H
#define GD_LEDGER_I_H

#include <sqlite3.h>

#include "ledger.h"

/* Every statement that is not built from the field table, prepared once per connection. */
enum ledger_sql {
#define STMT(id, sql) SQL_##id,
#include "ledger_sql.def"
#undef STMT
    SQL__COUNT
};

/* Columns of alloc that are no field of fields.def, in the order of every SELECT, INSERT and UPDATE. */
enum ledger_column {
    COL_ROW,
    COL_KIND,
    COL_DIALECT,
    COL_STATE,
    COL_STATE_RAW,
    COL_ENDS_RAW,
    COL_SOURCE,
    COL_ENDS_AT,
    COL_CREATED_AT,
    COL_READ_AT,
    COL_FIRST_SEEN,
    COL_CALL_COUNT,
    COL_CHANGED_OP,
    COL_FIELDS /* the fields follow, in their order, without those that have a column above */
};

struct gd_index;

struct gd_ledger {
    sqlite3 *db;
    struct gd_index *index;
    char *path, *tenant;
    int64_t tenant_no;
    sqlite3_stmt *sql[SQL__COUNT];
    sqlite3_stmt *by_id, *by_row, *insert, *update; /* built from the field table */
    bool lazy;                                      /* commits do not wait for the disk: see begin_readings */
    bool in_tx;                                     /* of the caller, or of one call */
    bool touched;                                   /* allocations changed in this transaction */
    int64_t more;                                   /* allocations gained in this transaction */
    bool forgot;                   /* something was forgotten: old pages of the log must go */
    int lock_fd;                   /* beside the file, see journal_lock.c; -1 before use */
    int64_t writer;                /* the operation of this process that holds the writer's lock; 0 none */
    int urgent;                    /* deallocations of this process that wait or write */
    int64_t version, data_version; /* gd_ledger_version's last answer, and when it was true */
};

/* Whether a field has a column of its own name in alloc. */
bool ledger_has_column(enum gd_field field);

/* Records what SQLite says of the last call: "cannot DOING: why", with what to do. Returns GD_IO or
 * GD_NO_MEMORY. */
enum gd_rc ledger_fail(struct gd_ledger *ledger, struct gd_error *err, const char *doing);

/* A cached statement, reset and without values; NULL (recorded) where it cannot be prepared. */
sqlite3_stmt *ledger_stmt(struct gd_ledger *ledger, enum ledger_sql which, struct gd_error *err);

/* Runs a statement that gives no rows, and resets it. */
GD_MUST_USE enum gd_rc ledger_run(struct gd_ledger *ledger, sqlite3_stmt *stmt, const char *doing,
                                  struct gd_error *err);

/* Runs plain SQL. */
GD_MUST_USE enum gd_rc ledger_exec(struct gd_ledger *ledger, const char *sql, const char *doing,
                                   struct gd_error *err);

/* Binds a text (NULL stays NULL), borrowed until the statement has run. */
void ledger_bind_text(sqlite3_stmt *stmt, int at, const char *text);

/* A column as text that lasts until the next step. NULL where it is NULL. */
char *ledger_text(sqlite3_stmt *stmt, int column);

/* A copy of a column's text; *failed is set where memory ran out. */
char *ledger_text_dup(sqlite3_stmt *stmt, int column, bool *failed);

/* Opens a transaction unless the caller has one; leave ends it if enter opened it: commits where rc is GD_OK.
 */
GD_MUST_USE enum gd_rc ledger_enter(struct gd_ledger *ledger, bool *own, struct gd_error *err);
GD_MUST_USE enum gd_rc ledger_leave(struct gd_ledger *ledger, bool own, enum gd_rc rc, struct gd_error *err);

/* ---- ledger_schema.c ---- */

/* Makes, checks and upgrades the tables; finds or makes the tenant. */
GD_MUST_USE enum gd_rc ledger_schema(struct gd_ledger *ledger, struct gd_error *err);

/* ---- ledger_row.c ---- */

/* Prepares the statements over alloc's columns. */
GD_MUST_USE enum gd_rc ledger_row_prepare(struct gd_ledger *ledger, struct gd_error *err);

/* Borrows a row of alloc from a statement that selects its columns from the first on: the texts last until
 * the next step, so the object is never cleared. */
void ledger_row_borrow(sqlite3_stmt *stmt, struct gd_alloc *alloc);

/* A statement of the caller's own that gives the row whose number is bound to 1. */
GD_MUST_USE enum gd_rc ledger_row_stmt(struct gd_ledger *ledger, sqlite3_stmt **out, struct gd_error *err);

/* Steps by_id or by_row: *found, and the row borrowed. The statement must be reset by the caller. */
GD_MUST_USE enum gd_rc ledger_row_by_id(struct gd_ledger *ledger, const char *id, struct gd_alloc *alloc,
                                        bool *found, struct gd_error *err);
GD_MUST_USE enum gd_rc ledger_row_by_row(struct gd_ledger *ledger, int64_t row, struct gd_alloc *alloc,
                                         bool *found, struct gd_error *err);

/* Writes a row: inserts it (row 0; sets row) or updates it. */
GD_MUST_USE enum gd_rc ledger_row_write(struct gd_ledger *ledger, struct gd_alloc *alloc,
                                        struct gd_error *err);

/* ---- ledger.c, for queries and the journal ---- */

/* How many transactions changed the tenant's allocations, as the present transaction sees it. */
GD_MUST_USE enum gd_rc ledger_changes(struct gd_ledger *ledger, int64_t *n, struct gd_error *err);

/* Notes on an allocation, if it is known, that an operation changed it. */
GD_MUST_USE enum gd_rc ledger_changed(struct gd_ledger *ledger, const char *id, int64_t op,
                                      struct gd_error *err);

/* ---- journal.c, for ledger.c ---- */

/* Takes an allocation's data out of the journal. GD_REFUSED where a running operation still needs it. */
GD_MUST_USE enum gd_rc journal_forget(struct gd_ledger *ledger, const char *id, struct gd_error *err);

/* Takes the data out of the next row of an operation, from row from on, that holds any; its place in *n. */
GD_MUST_USE enum gd_rc journal_forget_next(struct gd_ledger *ledger, int64_t op, int64_t from, int64_t *n,
                                           bool *found, struct gd_error *err);

/* The last operation that changed the allocation, for one that comes back into the ledger; 0 none. */
int64_t journal_changed(struct gd_ledger *ledger, const char *id);

/* ---- journal_lock.c ---- */

/* Holds, while this process lives, the sign that it runs the operation; and whether anybody does. */
GD_MUST_USE enum gd_rc journal_hold(struct gd_ledger *ledger, int64_t op, struct gd_error *err);
void journal_release(struct gd_ledger *ledger, int64_t op);
bool journal_held(struct gd_ledger *ledger, int64_t op);

#endif
