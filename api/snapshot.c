/* Snapshots of settings in the ledger's file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "snapshot.h"

#include <string.h>

#include "audit.h"
#include "codec.h"
#include "json.h"
#include "ledger_i.h"
#include "mem.h"

#define BODY_MAX ((size_t)64 * 1024 * 1024)

void gd_snapshot_clear(struct gd_snapshot *snapshot)
{
    gd_free(snapshot->source);
    gd_free(snapshot->user);
    json_decref(snapshot->sections);
    *snapshot = (struct gd_snapshot){0};
}

/* The row that a statement stands on: snapshot, at, source, body. The body holds sections, user and read_at.
 */
static enum gd_rc read_row(sqlite3_stmt *stmt, struct gd_snapshot *out, struct gd_error *err)
{
    bool failed = false;
    const char *text = ledger_text(stmt, 3), *user;
    json_t *body = NULL;
    enum gd_rc rc = gd_json_parse(text != NULL ? text : "", text != NULL ? strlen(text) : 0, &body, err);

    *out = (struct gd_snapshot){.id = sqlite3_column_int64(stmt, 0), .at = sqlite3_column_int64(stmt, 1)};
    if (rc != GD_OK)
        return rc == GD_NO_MEMORY ? rc : GD_IO;
    out->source = ledger_text_dup(stmt, 2, &failed);
    user = json_string_value(json_object_get(body, "user"));
    if (user != NULL) {
        out->user = gd_strdup(user);
        failed |= out->user == NULL;
    }
    out->read_at = json_integer_value(json_object_get(body, "read_at"));
    out->sections = json_incref(json_object_get(body, "sections"));
    json_decref(body);
    if (!failed)
        return GD_OK;
    gd_snapshot_clear(out);
    return gd_fail_memory(err);
}

/* Runs a statement whose second value is a number, and reads its one row. */
static enum gd_rc get(struct gd_ledger *ledger, enum ledger_sql which, int64_t id, struct gd_snapshot *out,
                      struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, which, err);
    enum gd_rc rc = GD_OK;
    int step;

    *out = (struct gd_snapshot){0};
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, id);
    step = sqlite3_step(stmt);
    if (step == SQLITE_ROW)
        rc = read_row(stmt, out, err);
    else if (step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read settings in");
    sqlite3_reset(stmt);
    return rc;
}

enum gd_rc gd_snapshot_get(struct gd_ledger *ledger, int64_t id, struct gd_snapshot *out,
                           struct gd_error *err)
{
    return id == 0 ? get(ledger, SQL_SNAPSHOT_BEFORE, INT64_MAX, out, err)
                   : get(ledger, SQL_SNAPSHOT_GET, id, out, err);
}

enum gd_rc gd_snapshot_before(struct gd_ledger *ledger, int64_t id, struct gd_snapshot *out,
                              struct gd_error *err)
{
    return get(ledger, SQL_SNAPSHOT_BEFORE, id, out, err);
}

/* ---- keeping ---- */

static enum gd_rc write_body(const json_t *sections, int64_t when, const char *user, struct gd_buf *out,
                             struct gd_error *err)
{
    json_t *body = json_pack("{s:I, s:o, s:O}", "read_at", (json_int_t)when, "user", gd_json_text(user),
                             "sections", (json_t *)(uintptr_t)sections);

    if (body == NULL)
        return gd_fail_memory(err);
    gd_json_write(body, out);
    json_decref(body);
    return gd_buf_check(out, "the settings", err);
}

static enum gd_rc add(struct gd_ledger *ledger, const char *body, const char *source, int64_t when,
                      struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_SNAPSHOT_ADD, err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, when);
    ledger_bind_text(stmt, 3, source);
    ledger_bind_text(stmt, 4, body);
    return ledger_run(ledger, stmt, "write settings in", err);
}

static enum gd_rc update(struct gd_ledger *ledger, int64_t id, const char *body, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_SNAPSHOT_SET, err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, id);
    ledger_bind_text(stmt, 2, body);
    return ledger_run(ledger, stmt, "write settings in", err);
}

enum gd_rc gd_snapshot_keep(struct gd_ledger *ledger, const json_t *sections, const char *source,
                            int64_t when, bool *fresh, struct gd_error *err)
{
    struct gd_snapshot last = {0};
    struct gd_buf body;
    bool own = false, same = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    gd_buf_init(&body, BODY_MAX);
    rc = gd_snapshot_get(ledger, 0, &last, err);
    same = rc == GD_OK && last.id != 0 && json_equal(last.sections, sections);
    if (rc == GD_OK)
        rc = write_body(sections, when, same && last.user != NULL ? last.user : gd_user_name(), &body, err);
    if (rc == GD_OK && same)
        rc = update(ledger, last.id, body.data, err);
    else if (rc == GD_OK)
        rc = add(ledger, body.data, source, when, err);
    if (fresh != NULL)
        *fresh = !same;
    gd_snapshot_clear(&last);
    gd_buf_free(&body);
    return ledger_leave(ledger, own, rc, err);
}

/* ---- walking ---- */

enum gd_rc gd_snapshot_each(struct gd_ledger *ledger, gd_snapshot_fn *fn, void *arg, struct gd_error *err)
{
    struct gd_snapshot snapshot = {0};
    enum gd_rc rc = gd_snapshot_get(ledger, 0, &snapshot, err);

    while (rc == GD_OK && snapshot.id != 0 && fn(arg, &snapshot)) {
        int64_t id = snapshot.id;

        gd_snapshot_clear(&snapshot);
        rc = gd_snapshot_before(ledger, id, &snapshot, err);
    }
    gd_snapshot_clear(&snapshot);
    return rc;
}

struct gathering {
    struct gd_settings *known;
    int64_t upto, read_at;
    struct gd_error *err;
    enum gd_rc rc;
};

static bool all_known(const struct gd_settings *known)
{
    for (int i = 0; i < GD_S__COUNT; i++)
        if (known->v[i] == NULL)
            return false;
    return true;
}

/* Takes from an older snapshot what the newer ones did not report. */
static bool gather(void *arg, const struct gd_snapshot *snapshot)
{
    struct gathering *gathering = arg;
    struct gd_settings *known = gathering->known, older = {0};
    bool first = gathering->read_at == 0;

    if (gathering->upto != 0 && snapshot->id > gathering->upto)
        return true;
    gathering->rc = gd_settings_take(&older, snapshot->sections, snapshot->read_at, gathering->err);
    if (first) {
        gathering->read_at = snapshot->read_at;
        known->other = json_incref(older.other);
    }
    for (int i = 0; i < GD_S__COUNT; i++) {
        if (known->v[i] != NULL || older.v[i] == NULL)
            continue;
        known->v[i] = older.v[i];
        known->at[i] = older.at[i];
        known->old[i] = !first;
        older.v[i] = NULL;
    }
    gd_settings_clear(&older);
    return gathering->rc == GD_OK && !all_known(known);
}

enum gd_rc gd_snapshot_known(struct gd_ledger *ledger, int64_t upto, struct gd_settings *known,
                             int64_t *read_at, struct gd_error *err)
{
    struct gathering gathering = {.known = known, .upto = upto, .err = err};
    enum gd_rc rc;

    *known = (struct gd_settings){0};
    rc = gd_snapshot_each(ledger, gather, &gathering, err);
    if (rc == GD_OK)
        rc = gathering.rc;
    if (read_at != NULL)
        *read_at = gathering.read_at;
    if (rc != GD_OK)
        gd_settings_clear(known);
    return rc;
}

/* ---- taking back ---- */

/* change: what must be set so that later becomes earlier. */
static enum gd_rc towards(const struct gd_settings *earlier, const struct gd_settings *later,
                          struct gd_settings *change, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < GD_S__COUNT && rc == GD_OK; i++)
        if (earlier->v[i] != NULL && !gd_setting_same((enum gd_setting)i, earlier->v[i], later->v[i]))
            rc = gd_settings_set(change, (enum gd_setting)i, earlier->v[i], err);
    return rc;
}

enum gd_rc gd_snapshot_inverse(struct gd_ledger *ledger, int64_t id, struct gd_settings *change,
                               struct gd_error *err)
{
    struct gd_snapshot snapshot = {0}, before = {0};
    struct gd_settings earlier = {0}, later = {0};
    enum gd_rc rc = gd_snapshot_get(ledger, id, &snapshot, err);

    if (rc == GD_OK && (id <= 0 || snapshot.id == 0))
        rc = gd_fail(err, GD_INPUT, "settings history shows them",
                     "there is no snapshot %lld of the settings", (long long)id);
    if (rc == GD_OK)
        rc = gd_snapshot_before(ledger, id, &before, err);
    if (rc == GD_OK)
        rc = gd_snapshot_known(ledger, before.id != 0 ? before.id : id, &earlier, NULL, err);
    if (rc == GD_OK)
        rc = gd_snapshot_known(ledger, before.id != 0 ? id : 0, &later, NULL, err);
    if (rc == GD_OK)
        rc = towards(&earlier, &later, change, err);
    gd_snapshot_clear(&snapshot);
    gd_snapshot_clear(&before);
    gd_settings_clear(&earlier);
    gd_settings_clear(&later);
    return rc;
}
