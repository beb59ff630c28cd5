/* Reading the journal: operations with their counts, and their rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal.h"

#include "journal_i.h"
#include "ledger_i.h"

#define OP_COLUMNS                                                                                           \
    "SELECT op, kind, state, dialect, no_undo, parent, origin, reason, user, profile, pid, created_at, "     \
    "ended_at, total, pending, sent, applied, failed, unknown, skipped FROM op WHERE tenant = ?1"
#define ROW_COLUMNS                                                                                          \
    "SELECT n, id, alloc_kind, before, want, state, sent_at, answered_at, http_status, code, message, "      \
    "request_id, attempts, not_applied, again FROM op_row"

/* Prepares a statement of its own, so that what a callback does here cannot disturb it. */
static sqlite3_stmt *own_stmt(struct gd_ledger *ledger, const char *sql, struct gd_error *err)
{
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(ledger->db, sql, -1, &stmt, NULL) != SQLITE_OK)
        (void)ledger_fail(ledger, err, "read the journal in");
    return stmt;
}

static enum gd_rc read_op(struct gd_ledger *ledger, sqlite3_stmt *stmt, struct gd_op *op,
                          struct gd_error *err)
{
    bool failed = false;

    *op = (struct gd_op){
        .op = sqlite3_column_int64(stmt, 0),
        .kind = (enum gd_op_kind)journal_bounded(stmt, 1, GD_OP_VN),
        .state = (enum gd_op_state)journal_bounded(stmt, 2, GD_OPS_DONE),
        .dialect = (enum gd_dialect)journal_bounded(stmt, 3, GD_AUTO),
        .no_undo = sqlite3_column_int(stmt, 4) != 0,
        .parent = sqlite3_column_int64(stmt, 5),
        .origin = ledger_text_dup(stmt, 6, &failed),
        .reason = ledger_text_dup(stmt, 7, &failed),
        .user = ledger_text_dup(stmt, 8, &failed),
        .profile = ledger_text_dup(stmt, 9, &failed),
        .pid = sqlite3_column_int64(stmt, 10),
        .created_at = sqlite3_column_int64(stmt, 11),
        .ended_at = sqlite3_column_int64(stmt, 12),
        .counts = {sqlite3_column_int64(stmt, 13), sqlite3_column_int64(stmt, 14),
                   sqlite3_column_int64(stmt, 15), sqlite3_column_int64(stmt, 16),
                   sqlite3_column_int64(stmt, 17), sqlite3_column_int64(stmt, 18),
                   sqlite3_column_int64(stmt, 19)},
    };
    if (failed) {
        gd_op_clear(op);
        return gd_fail_memory(err);
    }
    if (op->state == GD_OPS_RUNNING && !journal_held(ledger, op->op))
        op->state = GD_OPS_INTERRUPTED;
    return GD_OK;
}

/* Walks what stmt gives; take decides whether an operation is wanted, and is told last. */
static enum gd_rc walk_ops(struct gd_ledger *ledger, sqlite3_stmt *stmt, gd_journal_op_fn *fn, void *arg,
                           struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    bool more = true;
    int step = SQLITE_DONE;

    while (more && rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct gd_op op;

        rc = read_op(ledger, stmt, &op, err);
        if (rc == GD_OK)
            more = fn(arg, &op);
        gd_op_clear(&op);
    }
    if (rc == GD_OK && step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the journal in");
    sqlite3_finalize(stmt);
    return rc;
}

struct wanted {
    int64_t op;
    struct gd_op *out;
    bool found, failed;
};

static bool take_wanted(void *arg, const struct gd_op *op)
{
    struct wanted *wanted = arg;
    struct gd_op *mine = (struct gd_op *)(uintptr_t)op; /* walk_ops clears what is left in it */

    if (wanted->op == 0 && (op->state == GD_OPS_RUNNING || op->state == GD_OPS_DONE))
        return true;
    *wanted->out = *mine;
    *mine = (struct gd_op){0};
    wanted->found = true;
    return false;
}

enum gd_rc gd_journal_get(struct gd_ledger *ledger, int64_t op, struct gd_op *out, bool *found,
                          struct gd_error *err)
{
    struct wanted wanted = {.op = op, .out = out};
    sqlite3_stmt *stmt =
        own_stmt(ledger, op != 0 ? OP_COLUMNS " AND op = ?2" : OP_COLUMNS " ORDER BY op DESC", err);
    enum gd_rc rc;

    *out = (struct gd_op){0};
    *found = false;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (op != 0)
        sqlite3_bind_int64(stmt, 2, op);
    rc = walk_ops(ledger, stmt, take_wanted, &wanted, err);
    *found = wanted.found;
    return rc;
}

enum gd_rc gd_journal_each(struct gd_ledger *ledger, gd_journal_op_fn *fn, void *arg, struct gd_error *err)
{
    sqlite3_stmt *stmt = own_stmt(ledger, OP_COLUMNS " ORDER BY op DESC", err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    return walk_ops(ledger, stmt, fn, arg, err);
}

static enum gd_rc read_row(sqlite3_stmt *stmt, bool outcome, struct gd_op_row *row, struct gd_error *err)
{
    bool failed = false;
    enum gd_rc rc;

    *row = (struct gd_op_row){
        .n = sqlite3_column_int64(stmt, 0),
        .id = ledger_text_dup(stmt, 1, &failed),
        .alloc_kind = (enum gd_kind)journal_bounded(stmt, 2, GD_GREENVN),
        .state = (enum gd_row_state)journal_bounded(stmt, 5, GD_ROW_SKIPPED),
        .sent_at = sqlite3_column_int64(stmt, 6),
        .answered_at = sqlite3_column_int64(stmt, 7),
        .http_status = sqlite3_column_int(stmt, 8),
        .code = sqlite3_column_int(stmt, 9),
        .message = ledger_text_dup(stmt, 10, &failed),
        .request_id = ledger_text_dup(stmt, 11, &failed),
        .attempts = sqlite3_column_int(stmt, 12),
        .not_applied = sqlite3_column_int(stmt, 13) != 0,
        .again = sqlite3_column_int64(stmt, 14),
    };
    rc = failed ? gd_fail_memory(err) : GD_OK;
    if (rc == GD_OK && !outcome)
        rc = journal_unpack(ledger_text(stmt, 3), &row->before, err);
    if (rc == GD_OK && !outcome)
        rc = journal_unpack(ledger_text(stmt, 4), &row->want, err);
    if (rc != GD_OK)
        gd_op_row_clear(row);
    return rc;
}

enum gd_rc gd_journal_each_row(struct gd_ledger *ledger, int64_t op, int64_t first, unsigned mask,
                               gd_journal_row_fn *fn, void *arg, struct gd_error *err)
{
    sqlite3_stmt *stmt = own_stmt(ledger,
                                  ROW_COLUMNS " WHERE op = ?1 AND n >= ?2 AND (?3 = 0 OR ((?3 >> state) & 1))"
                                              " ORDER BY n",
                                  err);
    bool more = true;
    int step = SQLITE_DONE;
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op);
    sqlite3_bind_int64(stmt, 2, first);
    sqlite3_bind_int64(stmt, 3, (int64_t)(mask & ~GD_ROWS_OUTCOME));
    while (more && rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct gd_op_row row;

        rc = read_row(stmt, (mask & GD_ROWS_OUTCOME) != 0, &row, err);
        if (rc == GD_OK)
            more = fn(arg, &row);
        gd_op_row_clear(&row);
    }
    if (rc == GD_OK && step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the journal in");
    sqlite3_finalize(stmt);
    return rc;
}
