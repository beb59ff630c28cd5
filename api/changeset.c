/* The changeset: its rows in the ledger, and staging over what is known. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "changeset.h"

#include <string.h>

#include "audit.h"
#include "changeset_file.h"
#include "journal_i.h"
#include "ledger_i.h"
#include "mem.h"
#include "when.h"

#define EACH                                                                                                 \
    "SELECT staged, id, action, kind, base, want, held, user, at FROM staged WHERE tenant = ?1"              \
    " ORDER BY staged"

void gd_staged_clear(struct gd_staged *staged)
{
    gd_free(staged->id);
    gd_free(staged->user);
    gd_alloc_clear(&staged->base);
    gd_alloc_clear(&staged->want);
    gd_alloc_clear(&staged->now);
    *staged = (struct gd_staged){0};
}

/* ---- reading ---- */

/* A row as the statement gives it, with what the ledger says now. */
static enum gd_rc read_row(struct gd_ledger *ledger, sqlite3_stmt *stmt, struct gd_staged *staged,
                           struct gd_error *err)
{
    bool failed = false;
    enum gd_rc rc;

    *staged = (struct gd_staged){
        .n = sqlite3_column_int64(stmt, 0),
        .id = ledger_text_dup(stmt, 1, &failed),
        .action = (enum gd_stage_action)journal_bounded(stmt, 2, GD_STAGE_DEALLOCATE),
        .kind = (enum gd_kind)journal_bounded(stmt, 3, GD_GREENVN),
        .held = sqlite3_column_int(stmt, 6) != 0,
        .user = ledger_text_dup(stmt, 7, &failed),
        .at = sqlite3_column_int64(stmt, 8),
    };
    rc = failed ? gd_fail_memory(err) : journal_unpack(ledger_text(stmt, 4), &staged->base, err);
    if (rc == GD_OK)
        rc = journal_unpack(ledger_text(stmt, 5), &staged->want, err);
    if (rc == GD_OK && staged->id != NULL)
        rc = gd_ledger_get(ledger, staged->id, &staged->now, &staged->known, err);
    if (rc == GD_OK)
        gd_staged_compare(staged);
    else
        gd_staged_clear(staged);
    return rc;
}

enum gd_rc gd_changeset_get(struct gd_ledger *ledger, const char *id, struct gd_staged *out, bool *found,
                            struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_STAGED_GET, err);
    enum gd_rc rc = GD_OK;
    int step;

    *out = (struct gd_staged){0};
    *found = false;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, id);
    step = sqlite3_step(stmt);
    if (step == SQLITE_ROW) {
        rc = read_row(ledger, stmt, out, err);
        *found = rc == GD_OK;
    } else if (step != SQLITE_DONE) {
        rc = ledger_fail(ledger, err, "read the changeset in");
    }
    sqlite3_reset(stmt);
    return rc;
}

enum gd_rc gd_changeset_each(struct gd_ledger *ledger, gd_staged_fn *fn, void *arg, struct gd_error *err)
{
    sqlite3_stmt *stmt = NULL;
    enum gd_rc rc = GD_OK;
    bool more = true;
    int step = SQLITE_DONE;

    if (sqlite3_prepare_v2(ledger->db, EACH, -1, &stmt, NULL) != SQLITE_OK)
        return ledger_fail(ledger, err, "read the changeset in");
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    while (more && rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct gd_staged staged;

        rc = read_row(ledger, stmt, &staged, err);
        if (rc == GD_OK) {
            more = fn(arg, &staged);
            gd_staged_clear(&staged);
        }
    }
    if (rc == GD_OK && step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the changeset in");
    sqlite3_finalize(stmt);
    return rc;
}

enum gd_rc gd_changeset_count(struct gd_ledger *ledger, int64_t *n, int64_t *held, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_STAGED_COUNT, err);
    enum gd_rc rc = GD_OK;

    *n = *held = 0;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        *n = sqlite3_column_int64(stmt, 0);
        *held = sqlite3_column_int64(stmt, 1);
    } else {
        rc = ledger_fail(ledger, err, "read the changeset in");
    }
    sqlite3_reset(stmt);
    return rc;
}

/* ---- writing ---- */

static enum gd_rc put_row(struct gd_ledger *ledger, const struct gd_staged *staged, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_STAGED_PUT, err);
    char *base = NULL, *want = NULL;
    enum gd_rc rc = stmt != NULL ? journal_pack(&staged->base, &base, err) : GD_IO;

    if (rc == GD_OK)
        rc = journal_pack(&staged->want, &want, err);
    if (rc == GD_OK) {
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        ledger_bind_text(stmt, 2, staged->id);
        sqlite3_bind_int(stmt, 3, (int)staged->action);
        sqlite3_bind_int(stmt, 4, (int)staged->kind);
        ledger_bind_text(stmt, 5, base);
        ledger_bind_text(stmt, 6, want);
        sqlite3_bind_int(stmt, 7, staged->held);
        ledger_bind_text(stmt, 8, staged->user != NULL ? staged->user : gd_user_name());
        sqlite3_bind_int64(stmt, 9, staged->at != 0 ? staged->at : gd_now());
        rc = ledger_run(ledger, stmt, "write the changeset to", err);
    }
    gd_wipe_free(&base);
    gd_wipe_free(&want);
    ledger->touched = true;
    return rc;
}

enum gd_rc gd_changeset_put(struct gd_ledger *ledger, const struct gd_staged *staged, struct gd_error *err)
{
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc == GD_OK)
        rc = ledger_leave(ledger, own, put_row(ledger, staged, err), err);
    return rc;
}

enum gd_rc gd_changeset_drop(struct gd_ledger *ledger, const char *id, int64_t *n, struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    *n = 0;
    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, id != NULL ? SQL_STAGED_DROP : SQL_STAGED_DROP_ALL, err);
    if (stmt == NULL) {
        rc = GD_IO;
    } else {
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        if (id != NULL)
            ledger_bind_text(stmt, 2, id);
        rc = ledger_run(ledger, stmt, "write the changeset to", err);
        *n = sqlite3_changes(ledger->db);
        ledger->touched = true;
    }
    return ledger_leave(ledger, own, rc, err);
}

enum gd_rc gd_changeset_hold(struct gd_ledger *ledger, const char *id, bool held, bool *found,
                             struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    *found = false;
    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, SQL_STAGED_HOLD, err);
    if (stmt == NULL) {
        rc = GD_IO;
    } else {
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        ledger_bind_text(stmt, 2, id);
        sqlite3_bind_int(stmt, 3, held);
        rc = ledger_run(ledger, stmt, "write the changeset to", err);
        *found = sqlite3_changes(ledger->db) > 0;
        ledger->touched = true;
    }
    return ledger_leave(ledger, own, rc, err);
}

/* ---- staging ---- */

static bool is_empty(const struct gd_alloc *want)
{
    for (int f = 0; f < GD_F__COUNT; f++)
        if (want->v[f] != NULL)
            return false;
    return true;
}

/* Lays the wanted fields over an allocation; the duration is none of its fields. */
static enum gd_rc lay_over(struct gd_alloc *alloc, const struct gd_alloc *want, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int f = 0; rc == GD_OK && f < GD_F__COUNT; f++)
        if (f != GD_F_DURATION && want->v[f] != NULL)
            rc = gd_alloc_set(alloc, (enum gd_field)f, want->v[f], err);
    return rc;
}

/* Adds what the change came to to what is staged, and the base of the fields that it touches. */
static enum gd_rc merge(struct gd_staged *staged, const struct gd_alloc *seen, const struct gd_change *change,
                        const struct gd_alloc *resolved, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++) {
        enum gd_field field = (enum gd_field)i;

        if (change->how[i] == GD_HOW_NONE)
            continue;
        if (field == GD_F_DURATION) {
            staged->base.ends_at = seen->ends_at;
            rc = gd_alloc_set(&staged->want, field, change->v[i], err);
            continue;
        }
        rc = gd_alloc_set(&staged->base, field, seen->v[i], err);
        if (rc == GD_OK && resolved->v[i] != NULL)
            rc = gd_alloc_set(&staged->want, field, resolved->v[i], err);
        if (rc == GD_OK && staged->want.v[i] != NULL && seen->v[i] != NULL &&
            gd_value_same(field, staged->want.v[i], seen->v[i]))
            gd_wipe_free(&staged->want.v[i]);
    }
    return rc;
}

/* What is staged already, or a new row over what is known. */
static enum gd_rc begin(struct gd_ledger *ledger, const char *id, const struct gd_alloc *seen,
                        struct gd_staged *staged, struct gd_error *err)
{
    bool found = false;
    enum gd_rc rc = gd_changeset_get(ledger, id, staged, &found, err);

    if (rc == GD_OK && found && staged->action == GD_STAGE_UPDATE) {
        gd_free(staged->user);
        staged->user = NULL;
        staged->at = 0;
        return GD_OK;
    }
    gd_staged_clear(staged);
    if (rc == GD_OK)
        rc = gd_alloc_copy(&staged->base, seen, err);
    staged->id = gd_strdup(id);
    if (rc == GD_OK && staged->id == NULL)
        rc = gd_fail_memory(err);
    staged->want.call_count = -1;
    return rc;
}

static enum gd_rc see(struct gd_ledger *ledger, const char *id, enum gd_kind kind, struct gd_alloc *seen,
                      struct gd_error *err)
{
    bool found = false;
    enum gd_rc rc = gd_ledger_get(ledger, id, seen, &found, err);

    if (rc == GD_OK && (!found || seen->read_at == 0))
        seen->kind = kind;
    gd_free(seen->raw); /* the ledger keeps it */
    seen->raw = NULL;
    return rc;
}

/* Lays a change over what is known and what staged holds of it already. */
static enum gd_rc change_row(struct gd_staged *staged, const struct gd_alloc *seen,
                             const struct gd_change *change, int64_t now, bool *nothing, struct gd_error *err)
{
    struct gd_alloc over = {0}, resolved = {0};
    enum gd_rc rc = gd_alloc_copy(&over, seen, err);

    if (rc == GD_OK)
        rc = lay_over(&over, &staged->want, err);
    if (rc == GD_OK)
        rc = gd_change_resolve(change, &over, now, &resolved, err);
    if (rc == GD_OK)
        rc = merge(staged, seen, change, &resolved, err);
    staged->kind = seen->kind;
    *nothing = rc == GD_OK && is_empty(&staged->want);
    gd_alloc_clear(&over);
    gd_alloc_clear(&resolved);
    return rc;
}

static enum gd_rc stage(struct gd_ledger *ledger, const char *id, const struct gd_alloc *seen,
                        const struct gd_change *change, int64_t now, bool *nothing, struct gd_error *err)
{
    struct gd_staged staged = {0};
    int64_t dropped;
    enum gd_rc rc = begin(ledger, id, seen, &staged, err);

    if (rc == GD_OK)
        rc = change_row(&staged, seen, change, now, nothing, err);
    if (*nothing)
        rc = gd_changeset_drop(ledger, id, &dropped, err);
    else if (rc == GD_OK)
        rc = put_row(ledger, &staged, err);
    gd_staged_clear(&staged);
    return rc;
}

/* The base of the file in place of the ledger's, for the fields that are wanted. */
static enum gd_rc take_base(struct gd_staged *staged, const struct gd_file_row *row, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int f = 0; rc == GD_OK && f < GD_F__COUNT; f++)
        if (staged->want.v[f] != NULL)
            rc = gd_alloc_set(&staged->base, (enum gd_field)f, row->base.v[f], err);
    staged->base.ends_at = row->base.ends_at;
    staged->base.read_at = row->base.read_at;
    return rc;
}

enum gd_rc gd_file_row_staged(struct gd_ledger *ledger, const struct gd_file_row *row, int64_t now,
                              struct gd_staged *out, bool *nothing, struct gd_error *err)
{
    enum gd_rc rc;

    *out = (struct gd_staged){.action = row->action, .held = row->held, .at = now, .want.call_count = -1};
    *nothing = false;
    rc = see(ledger, row->id, row->kind, &out->now, err);
    out->known = rc == GD_OK && out->now.v[GD_F_ID] != NULL;
    out->kind = row->kind_given ? row->kind : out->now.kind;
    out->id = gd_strdup(row->id);
    if (rc == GD_OK && out->id == NULL)
        rc = gd_fail_memory(err);
    if (rc == GD_OK)
        rc = gd_alloc_copy(&out->base, &out->now, err);
    if (rc == GD_OK && row->action == GD_STAGE_UPDATE)
        rc = change_row(out, &out->now, &row->change, now, nothing, err);
    if (rc == GD_OK && row->has_base && row->action == GD_STAGE_UPDATE)
        rc = take_base(out, row, err);
    if (rc == GD_OK)
        gd_staged_compare(out);
    else
        gd_staged_clear(out);
    return rc;
}

enum gd_rc gd_changeset_stage(struct gd_ledger *ledger, const char *id, enum gd_kind kind,
                              const struct gd_change *change, int64_t now, bool *nothing,
                              struct gd_error *err)
{
    struct gd_alloc seen = {0};
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    *nothing = false;
    if (rc != GD_OK)
        return rc;
    rc = see(ledger, id, kind, &seen, err);
    if (rc == GD_OK)
        rc = stage(ledger, id, &seen, change, now, nothing, err);
    gd_alloc_clear(&seen);
    return ledger_leave(ledger, own, rc, err);
}

enum gd_rc gd_changeset_deallocate(struct gd_ledger *ledger, const char *id, enum gd_kind kind, int64_t now,
                                   struct gd_error *err)
{
    struct gd_staged staged = {.action = GD_STAGE_DEALLOCATE, .at = now, .want.call_count = -1};
    enum gd_rc rc = see(ledger, id, kind, &staged.base, err);

    staged.kind = staged.base.kind;
    staged.id = gd_strdup(id);
    if (rc == GD_OK && staged.id == NULL)
        rc = gd_fail_memory(err);
    if (rc == GD_OK)
        rc = gd_changeset_put(ledger, &staged, err);
    gd_staged_clear(&staged);
    return rc;
}

/* ---- conflicts ---- */

static enum gd_rc take_mine(struct gd_staged *staged, enum gd_field field, struct gd_error *err)
{
    if (field == GD_F_DURATION) {
        staged->base.ends_at = staged->now.ends_at;
        return GD_OK;
    }
    return gd_alloc_set(&staged->base, field, staged->now.v[field], err);
}

enum gd_rc gd_changeset_choose(struct gd_ledger *ledger, const char *id, enum gd_field field, bool mine,
                               bool *found, struct gd_error *err)
{
    struct gd_staged staged = {0};
    bool own = false;
    int64_t dropped;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    *found = false;
    if (rc != GD_OK)
        return rc;
    rc = gd_changeset_get(ledger, id, &staged, found, err);
    *found = *found && staged.want.v[field] != NULL;
    if (rc == GD_OK && *found) {
        if (mine)
            rc = take_mine(&staged, field, err);
        else
            gd_wipe_free(&staged.want.v[field]);
        if (rc == GD_OK)
            rc = is_empty(&staged.want) ? gd_changeset_drop(ledger, id, &dropped, err)
                                        : put_row(ledger, &staged, err);
    }
    gd_staged_clear(&staged);
    return ledger_leave(ledger, own, rc, err);
}
