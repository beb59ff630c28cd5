/* The journal: operations and their rows, durable before bytes leave. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "journal.h"

#include <string.h>
#include <unistd.h>

#include "journal_i.h"
#include "ledger_i.h"
#include "mem.h"
#include "when.h"

void gd_op_clear(struct gd_op *op)
{
    gd_free(op->origin);
    gd_free(op->reason);
    gd_free(op->user);
    gd_free(op->profile);
    *op = (struct gd_op){0};
}

void gd_op_row_clear(struct gd_op_row *row)
{
    gd_free(row->id);
    gd_free(row->message);
    gd_free(row->request_id);
    gd_alloc_clear(&row->before);
    gd_alloc_clear(&row->want);
    *row = (struct gd_op_row){0};
}

const char *gd_op_kind_name(enum gd_op_kind kind)
{
    static const char *const names[] = {[GD_OP_UPDATE] = "update",
                                        [GD_OP_DEALLOCATE] = "deallocate",
                                        [GD_OP_CREATE] = "create",
                                        [GD_OP_VN] = "vn"};

    return names[kind];
}

const char *gd_op_state_name(enum gd_op_state state)
{
    static const char *const names[] = {[GD_OPS_RUNNING] = "running",
                                        [GD_OPS_PAUSED] = "paused",
                                        [GD_OPS_STOPPED] = "stopped",
                                        [GD_OPS_INTERRUPTED] = "interrupted",
                                        [GD_OPS_DONE] = "done"};

    return names[state];
}

const char *gd_row_state_name(enum gd_row_state state)
{
    static const char *const names[] = {
        [GD_ROW_PENDING] = "skipped", [GD_ROW_SENT] = "unknown",    [GD_ROW_APPLIED] = "applied",
        [GD_ROW_FAILED] = "failed",   [GD_ROW_UNKNOWN] = "unknown", [GD_ROW_SKIPPED] = "skipped"};

    return names[state];
}

/* ---- making an operation ---- */

static enum gd_rc add_op(struct gd_ledger *ledger, struct gd_op *op, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_ADD, err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int(stmt, 2, (int)op->kind);
    sqlite3_bind_int(stmt, 3, (int)op->state);
    sqlite3_bind_int(stmt, 4, (int)op->dialect);
    sqlite3_bind_int(stmt, 5, op->no_undo);
    sqlite3_bind_int64(stmt, 6, op->parent);
    ledger_bind_text(stmt, 7, op->origin);
    ledger_bind_text(stmt, 8, op->reason);
    ledger_bind_text(stmt, 9, op->user);
    ledger_bind_text(stmt, 10, op->profile);
    sqlite3_bind_int64(stmt, 11, op->pid);
    sqlite3_bind_int64(stmt, 12, op->created_at);
    sqlite3_bind_int64(stmt, 13, op->counts.total);
    sqlite3_bind_int64(stmt, 14, op->counts.pending);
    sqlite3_bind_int64(stmt, 15, op->counts.skipped);
    rc = ledger_run(ledger, stmt, "write the operation to", err);
    if (rc == GD_OK)
        op->op = sqlite3_last_insert_rowid(ledger->db);
    return rc;
}

static enum gd_rc add_row(struct gd_ledger *ledger, int64_t op, int64_t n, const struct gd_op_row *row,
                          struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_ROW_ADD, err);
    char *before = NULL, *want = NULL;
    enum gd_rc rc = stmt != NULL ? journal_pack(&row->before, &before, err) : GD_IO;

    if (rc == GD_OK)
        rc = journal_pack(&row->want, &want, err);
    if (rc == GD_OK) {
        sqlite3_bind_int64(stmt, 1, op);
        sqlite3_bind_int64(stmt, 2, n);
        ledger_bind_text(stmt, 3, row->id);
        sqlite3_bind_int(stmt, 4, (int)row->alloc_kind);
        ledger_bind_text(stmt, 5, before);
        ledger_bind_text(stmt, 6, want);
        sqlite3_bind_int(stmt, 7, (int)row->state);
        ledger_bind_text(stmt, 8, row->message);
        rc = ledger_run(ledger, stmt, "write the operation to", err);
    }
    gd_wipe_free(&before);
    gd_wipe_free(&want);
    return rc;
}

/* Notes on the parent's row that this operation takes it up again, so that no other one does. */
static enum gd_rc take_up(struct gd_ledger *ledger, const struct gd_op *op, const struct gd_op_row *row,
                          struct gd_error *err)
{
    sqlite3_stmt *stmt;

    if (row->from == 0)
        return GD_OK;
    stmt = ledger_stmt(ledger, SQL_OP_ROW_AGAIN, err);
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op->parent);
    sqlite3_bind_int64(stmt, 2, row->from - 1);
    sqlite3_bind_int64(stmt, 3, op->op);
    return ledger_run(ledger, stmt, "write the operation to", err);
}

/* A new operation's rows are pending, or skipped from the start. */
static void count_new(struct gd_op *op, const struct gd_op_row *rows, size_t n)
{
    op->counts = (struct gd_op_counts){.total = (int64_t)n};
    for (size_t i = 0; i < n; i++)
        if (rows[i].state == GD_ROW_SKIPPED)
            op->counts.skipped++;
    op->counts.pending = op->counts.total - op->counts.skipped;
}

enum gd_rc gd_journal_create(struct gd_ledger *ledger, struct gd_op *op, const struct gd_op_row *rows,
                             size_t n, struct gd_error *err)
{
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    if (op->created_at == 0)
        op->created_at = gd_now();
    if (op->pid == 0)
        op->pid = getpid();
    count_new(op, rows, n);
    rc = add_op(ledger, op, err);
    for (size_t i = 0; rc == GD_OK && i < n; i++) {
        rc = add_row(ledger, op->op, (int64_t)i, &rows[i], err);
        if (rc == GD_OK)
            rc = take_up(ledger, op, &rows[i], err);
    }
    if (rc == GD_OK && op->state == GD_OPS_RUNNING)
        rc = journal_hold(ledger, op->op, err);
    rc = ledger_leave(ledger, own, rc, err);
    if (rc != GD_OK)
        journal_release(ledger, op->op); /* the number is free again */
    return rc;
}

/* ---- rows ---- */

static enum gd_rc row_state(struct gd_ledger *ledger, int64_t op, int64_t n, int *state, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_ROW_STATE, err);
    int step;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op);
    sqlite3_bind_int64(stmt, 2, n);
    step = sqlite3_step(stmt);
    *state = step == SQLITE_ROW ? sqlite3_column_int(stmt, 0) : -1;
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        return ledger_fail(ledger, err, "read the journal in");
    sqlite3_reset(stmt);
    if (*state < 0 || *state > GD_ROW_SKIPPED)
        return gd_fail(err, GD_IO, NULL, "operation %lld has no row %lld in the ledger %s", (long long)op,
                       (long long)n, ledger->path);
    return GD_OK;
}

static enum gd_rc set_before(struct gd_ledger *ledger, int64_t op, const struct gd_op_row *row,
                             struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_ROW_BEFORE, err);
    char *before = NULL;
    enum gd_rc rc = stmt != NULL ? journal_pack(&row->before, &before, err) : GD_IO;

    if (rc == GD_OK) {
        sqlite3_bind_int64(stmt, 1, op);
        sqlite3_bind_int64(stmt, 2, row->n);
        ledger_bind_text(stmt, 3, before);
        rc = ledger_run(ledger, stmt, "write the journal in", err);
    }
    gd_wipe_free(&before);
    return rc;
}

static enum gd_rc set_row(struct gd_ledger *ledger, int64_t op, const struct gd_op_row *row,
                          struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_ROW_SET, err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op);
    sqlite3_bind_int64(stmt, 2, row->n);
    ledger_bind_text(stmt, 3, row->id);
    sqlite3_bind_int(stmt, 4, (int)row->state);
    sqlite3_bind_int64(stmt, 5, row->sent_at);
    sqlite3_bind_int64(stmt, 6, row->answered_at);
    sqlite3_bind_int(stmt, 7, row->http_status);
    sqlite3_bind_int(stmt, 8, row->code);
    ledger_bind_text(stmt, 9, row->message);
    ledger_bind_text(stmt, 10, row->request_id);
    sqlite3_bind_int(stmt, 11, row->attempts);
    sqlite3_bind_int(stmt, 12, row->not_applied);
    rc = ledger_run(ledger, stmt, "write the journal in", err);
    if (rc == GD_OK && row->before_changed)
        rc = set_before(ledger, op, row, err);
    if (rc == GD_OK && row->state == GD_ROW_APPLIED && row->id != NULL)
        rc = ledger_changed(ledger, row->id, op, err);
    return rc;
}

/* Adds what the rows' states changed to the operation's counts; by enum gd_row_state. */
static enum gd_rc set_counts(struct gd_ledger *ledger, int64_t op, const int64_t delta[GD_ROW_SKIPPED + 1],
                             struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_COUNTS, err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op);
    for (int i = 0; i <= GD_ROW_SKIPPED; i++)
        sqlite3_bind_int64(stmt, i + 2, delta[i]);
    return ledger_run(ledger, stmt, "write the journal in", err);
}

enum gd_rc gd_journal_rows(struct gd_ledger *ledger, int64_t op, const struct gd_op_row *const *rows,
                           size_t n, struct gd_error *err)
{
    int64_t delta[GD_ROW_SKIPPED + 1] = {0};
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    for (size_t i = 0; rc == GD_OK && i < n; i++) {
        int old = 0;

        rc = row_state(ledger, op, rows[i]->n, &old, err);
        if (rc != GD_OK)
            break;
        delta[old]--;
        delta[rows[i]->state]++;
        rc = set_row(ledger, op, rows[i], err);
    }
    if (rc == GD_OK)
        rc = set_counts(ledger, op, delta, err);
    return ledger_leave(ledger, own, rc, err);
}

/* ---- state and wish ---- */

enum gd_rc gd_journal_state(struct gd_ledger *ledger, int64_t op, enum gd_op_state state,
                            struct gd_error *err)
{
    bool own = false, over = state == GD_OPS_DONE || state == GD_OPS_STOPPED;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, SQL_OP_STATE, err);
    if (stmt == NULL) {
        rc = GD_IO;
    } else {
        sqlite3_bind_int64(stmt, 1, op);
        sqlite3_bind_int(stmt, 2, (int)state);
        sqlite3_bind_int64(stmt, 3, over ? gd_now() : 0);
        sqlite3_bind_int64(stmt, 4, getpid());
        rc = ledger_run(ledger, stmt, "write the journal in", err);
    }
    if (rc == GD_OK && state == GD_OPS_RUNNING)
        rc = journal_hold(ledger, op, err);
    rc = ledger_leave(ledger, own, rc, err);
    if (rc == GD_OK && state != GD_OPS_RUNNING)
        journal_release(ledger, op);
    return rc;
}

enum gd_rc gd_journal_wish_set(struct gd_ledger *ledger, int64_t op, enum gd_op_wish wish,
                               struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, SQL_OP_WISH_SET, err);
    if (stmt == NULL) {
        rc = GD_IO;
    } else {
        sqlite3_bind_int64(stmt, 1, op);
        sqlite3_bind_int(stmt, 2, (int)wish);
        rc = ledger_run(ledger, stmt, "write the journal in", err);
    }
    return ledger_leave(ledger, own, rc, err);
}

enum gd_op_wish gd_journal_wish(struct gd_ledger *ledger, int64_t op)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_WISH, NULL);
    int wish = GD_WISH_RUN;

    if (stmt == NULL)
        return GD_WISH_RUN;
    sqlite3_bind_int64(stmt, 1, op);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        wish = sqlite3_column_int(stmt, 0);
    sqlite3_reset(stmt);
    return wish >= GD_WISH_RUN && wish <= GD_WISH_STOP ? (enum gd_op_wish)wish : GD_WISH_PAUSE;
}

/* ---- for the ledger ---- */

/* Blanks one row, which stands in the state old. What was not sent stays unsent; what may have been applied
 * cannot be settled any more. */
static enum gd_rc forget_row(struct gd_ledger *ledger, int64_t op, int64_t n, int old, struct gd_error *err)
{
    int64_t delta[GD_ROW_SKIPPED + 1] = {0};
    int state = old == GD_ROW_PENDING ? GD_ROW_SKIPPED : old == GD_ROW_SENT ? GD_ROW_UNKNOWN : old;
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_ROW_FORGET, err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op);
    sqlite3_bind_int64(stmt, 2, n);
    sqlite3_bind_int(stmt, 3, state);
    ledger_bind_text(stmt, 4, "forgotten");
    rc = ledger_run(ledger, stmt, "write the journal in", err);
    delta[old]--;
    delta[state]++;
    return rc == GD_OK && state != old ? set_counts(ledger, op, delta, err) : rc;
}

enum gd_rc journal_forget(struct gd_ledger *ledger, const char *id, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    /* One row a turn: the row just blanked is found no more, so the statement can begin again. */
    for (;;) {
        sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_BY_ID, err);
        int64_t op, n;
        int step, state;

        if (stmt == NULL)
            return GD_IO;
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        ledger_bind_text(stmt, 2, id);
        step = sqlite3_step(stmt);
        op = sqlite3_column_int64(stmt, 0);
        n = sqlite3_column_int64(stmt, 1);
        state = journal_bounded(stmt, 2, GD_ROW_SKIPPED);
        if (step == SQLITE_ROW && sqlite3_column_int(stmt, 3) == GD_OPS_RUNNING && journal_held(ledger, op))
            rc = gd_fail(err, GD_REFUSED, "wait for it, or stop it first",
                         "%s cannot be forgotten: operation %lld is running with it", id, (long long)op);
        else if (step != SQLITE_ROW && step != SQLITE_DONE)
            rc = ledger_fail(ledger, err, "read the journal in");
        sqlite3_reset(stmt);
        if (rc != GD_OK || step == SQLITE_DONE)
            return rc;
        rc = forget_row(ledger, op, n, state, err);
        if (rc != GD_OK)
            return rc;
    }
}

enum gd_rc journal_forget_next(struct gd_ledger *ledger, int64_t op, int64_t from, int64_t *n, bool *found,
                               struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_KEEP_ROW, err);
    int step, state;

    *found = false;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, op);
    sqlite3_bind_int64(stmt, 2, from);
    step = sqlite3_step(stmt);
    *n = sqlite3_column_int64(stmt, 0);
    state = journal_bounded(stmt, 1, GD_ROW_SKIPPED);
    sqlite3_reset(stmt);
    if (step != SQLITE_ROW)
        return step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read the journal in");
    *found = true;
    return forget_row(ledger, op, *n, state, err);
}

int64_t journal_changed(struct gd_ledger *ledger, const char *id)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_OP_CHANGED, NULL);
    int64_t op = 0;

    if (stmt == NULL)
        return 0;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, id);
    sqlite3_bind_int(stmt, 3, GD_ROW_APPLIED);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        op = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    return op;
}
