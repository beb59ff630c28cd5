/* Events: told apart by their fields, kept in the ledger, listed from it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "event.h"

#include <limits.h>
#include <string.h>

#include "codec.h"
#include "decode.h"
#include "json.h"
#include "ledger_i.h"
#include "mem.h"
#include "number.h"
#include "when.h"

static const char *const kind_names[GD_EVENT__COUNT] = {
    [GD_EVENT_CALL] = "call",
    [GD_EVENT_DEALLOCATION] = "deallocation",
    [GD_EVENT_VERIFIED] = "verified",
    [GD_EVENT_FAILED] = "failed-verification",
};

const char *gd_event_kind_name(enum gd_event_kind kind)
{
    return kind < GD_EVENT__COUNT ? kind_names[kind] : "unknown";
}

void gd_event_clear(struct gd_event *event)
{
    gd_free(event->id);
    gd_free(event->transaction_id);
    gd_free(event->call_sid);
    gd_wipe_free(&event->vn);
    gd_wipe_free(&event->caller);
    gd_wipe_free(&event->body);
    gd_alloc_clear(&event->alloc);
    *event = (struct gd_event){0};
}

/* ---- decoding ---- */

/* The first of the paths (by "|") that holds a scalar with something in it; *out NULL where none does. */
static enum gd_rc take_text(const json_t *object, const char *paths, char **out, struct gd_error *err)
{
    size_t len;

    for (; *out == NULL && *paths != '\0'; paths += len + (paths[len] == '|')) {
        const json_t *value;

        len = strcspn(paths, "|");
        value = gd_json_at(object, paths, len);
        if (json_is_array(value))
            value = json_array_get(value, 0);
        if (!gd_json_dup(value, out))
            return gd_fail_memory(err);
        if (*out != NULL && **out == '\0')
            gd_wipe_free(out);
    }
    return GD_OK;
}

/* The same of a number: in E.164 where it says its country. */
static enum gd_rc take_number(const json_t *object, const char *paths, char **out, struct gd_error *err)
{
    char number[GD_NUMBER_MAX];
    enum gd_rc rc = take_text(object, paths, out, err);

    if (rc != GD_OK || *out == NULL || gd_number_parse(*out, NULL, number, NULL, NULL) != GD_OK)
        return rc;
    gd_wipe_free(out);
    *out = gd_strdup(number);
    return *out != NULL ? GD_OK : gd_fail_memory(err);
}

static bool has_any(const json_t *object, const char *const *keys)
{
    for (; *keys != NULL; keys++)
        if (!gd_json_absent(json_object_get(object, *keys)))
            return true;
    return false;
}

/* A caller alone tells of a verification (a failed one belongs to its VN); what happened to a call, of a
 * call; parties and their end of a deallocation. */
static enum gd_rc kind_of(const json_t *object, struct gd_event *event, struct gd_error *err)
{
    static const char *const caller[] = {"caller", NULL};
    static const char *const call[] = {
        "call_type", "dial_call_status", "on_call_duration", "dial_call_duration", "direction", "from", NULL};
    static const char *const parties[] = {
        "aparty_numbers", "bparty_numbers", "aparty_vns", "bparty_vns", "aparty_pins",
        "bparty_pins",    "usage",          "state",      "status",     NULL};
    bool known = event->id != NULL || event->transaction_id != NULL;

    if (has_any(object, caller) && (known || event->vn != NULL))
        event->kind = known ? GD_EVENT_VERIFIED : GD_EVENT_FAILED;
    else if (event->call_sid != NULL && has_any(object, call))
        event->kind = GD_EVENT_CALL;
    else if (known && event->call_sid == NULL && has_any(object, parties))
        event->kind = GD_EVENT_DEALLOCATION;
    else if (has_any(object, call) && known)
        event->kind = GD_EVENT_CALL;
    else
        return gd_fail(err, GD_INPUT, "it was not kept",
                       "this is no event: its fields are those of no call, deallocation or verification");
    return GD_OK;
}

static enum gd_kind product_of(const json_t *object)
{
    static const char *const vn[] = {"greenvn_id", "greenvn", "green_vn", "connection_id", NULL};

    if (!gd_json_absent(json_object_get(object, "greenpin_id")))
        return GD_GREENPIN;
    return has_any(object, vn) ? GD_GREENVN : GD_GREENPIN;
}

/* When it happened: a call, as late as it says. */
static int64_t moment_of(const json_t *object, int zone_offset)
{
    static const char *const keys[] = {"current_time", "start_time", "deallocation_time", NULL};
    int64_t when;

    for (const char *const *key = keys; *key != NULL; key++) {
        const char *text = json_string_value(json_object_get(object, *key));

        if (text != NULL && gd_when_parse(text, zone_offset, &when, NULL) == GD_OK)
            return when;
    }
    return 0;
}

static enum gd_rc take_body(const json_t *object, struct gd_event *out, struct gd_error *err)
{
    struct gd_buf body;

    gd_buf_init(&body, SIZE_MAX / 4);
    gd_json_write(object, &body);
    out->body = gd_buf_take(&body);
    return out->body != NULL ? GD_OK : gd_fail_memory(err);
}

/* What it says of the allocation: all of it at its deallocation, else that there is one. */
static enum gd_rc take_alloc(const json_t *object, int zone_offset, struct gd_event *out,
                             struct gd_error *err)
{
    struct gd_alloc *alloc = &out->alloc;
    enum gd_rc rc;

    if (out->id == NULL)
        return GD_OK;
    if (out->kind == GD_EVENT_DEALLOCATION) {
        rc = gd_decode_alloc(object, zone_offset, alloc, err);
        gd_wipe_free(&alloc->raw); /* the event keeps it; the raw answer of a reading stays */
        alloc->state = GD_DEALLOCATED;
        alloc->read_at = out->received_at;
    } else {
        *alloc = (struct gd_alloc){.call_count = -1};
        rc = gd_alloc_set(alloc, GD_F_ID, out->id, err);
        if (rc == GD_OK)
            rc = gd_alloc_set(alloc, GD_F_TRANSACTION_ID, out->transaction_id, err);
    }
    alloc->kind = out->product;
    alloc->dialect = GD_PARTY;
    alloc->source = rc == GD_OK ? gd_strdup("event") : NULL;
    return rc != GD_OK || alloc->source != NULL ? rc : gd_fail_memory(err);
}

enum gd_rc gd_event_decode(const json_t *object, int zone_offset, int64_t received_at, struct gd_event *out,
                           struct gd_error *err)
{
    enum gd_rc rc;

    *out = (struct gd_event){.received_at = received_at};
    rc = take_text(object, gd_fields[GD_F_ID].read, &out->id, err);
    if (rc == GD_OK)
        rc = take_text(object, gd_fields[GD_F_TRANSACTION_ID].read, &out->transaction_id, err);
    if (rc == GD_OK)
        rc = take_text(object, "call_sid", &out->call_sid, err);
    if (rc == GD_OK)
        rc = take_number(object, "vn|greenvn|green_vn", &out->vn, err);
    if (rc == GD_OK)
        rc = kind_of(object, out, err);
    if (rc == GD_OK)
        rc = take_number(object, out->kind == GD_EVENT_CALL ? "from|caller" : "caller", &out->caller, err);
    if (rc == GD_OK)
        rc = take_body(object, out, err);
    if (rc == GD_OK) {
        out->product = product_of(object);
        out->at = moment_of(object, zone_offset);
        rc = take_alloc(object, zone_offset, out, err);
    }
    if (rc != GD_OK)
        gd_event_clear(out);
    return rc;
}

/* ---- keeping ---- */

/* Inserts it unless it came before. */
static enum gd_rc add(struct gd_ledger *ledger, struct gd_event *event, bool *fresh, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_EVENT_ADD, err);
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, kind_names[event->kind]);
    sqlite3_bind_int(stmt, 3, (int)event->product);
    if (event->at != 0)
        sqlite3_bind_int64(stmt, 4, event->at);
    sqlite3_bind_int64(stmt, 5, event->received_at);
    ledger_bind_text(stmt, 6, event->id);
    ledger_bind_text(stmt, 7, event->transaction_id);
    ledger_bind_text(stmt, 8, event->call_sid);
    ledger_bind_text(stmt, 9, event->vn);
    ledger_bind_text(stmt, 10, event->caller);
    ledger_bind_text(stmt, 11, event->body);
    rc = ledger_run(ledger, stmt, "keep an event in", err);
    *fresh = rc == GD_OK && sqlite3_changes(ledger->db) > 0;
    if (*fresh)
        event->event = sqlite3_last_insert_rowid(ledger->db);
    return rc;
}

/* Lays over what is known what the event says of its allocation. */
static enum gd_rc tell(struct gd_ledger *ledger, struct gd_event *event, struct gd_error *err)
{
    struct gd_alloc known;
    bool found = false;
    enum gd_rc rc = ledger_row_by_id(ledger, event->id, &known, &found, err);
    bool read = found && known.read_at != 0;

    if (read)
        event->alloc.dialect = known.dialect; /* an event is no answer: it does not say how the API speaks */
    sqlite3_reset(ledger->by_id);
    if (rc != GD_OK || (read && event->kind != GD_EVENT_DEALLOCATION))
        return rc;
    return gd_ledger_put(ledger, &event->alloc, NULL, err);
}

enum gd_rc gd_event_put(struct gd_ledger *ledger, struct gd_event *event, struct gd_event_kept *kept,
                        struct gd_error *err)
{
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    *kept = (struct gd_event_kept){0};
    if (rc != GD_OK)
        return rc;
    rc = add(ledger, event, &kept->fresh, err);
    if (rc == GD_OK && kept->fresh && event->id != NULL)
        rc = tell(ledger, event, err);
    kept->stale = kept->fresh && event->kind == GD_EVENT_VERIFIED && event->id != NULL;
    return ledger_leave(ledger, own, rc, err);
}

/* ---- listing ---- */

static enum gd_event_kind kind_named(const char *name)
{
    int kind = 0;

    while (kind + 1 < GD_EVENT__COUNT && (name == NULL || strcmp(kind_names[kind], name) != 0))
        kind++;
    return (enum gd_event_kind)kind;
}

/* A row, borrowed until the next step. */
static void borrow(sqlite3_stmt *stmt, struct gd_event *event)
{
    *event = (struct gd_event){
        .event = sqlite3_column_int64(stmt, 0),
        .kind = kind_named((const char *)sqlite3_column_text(stmt, 1)),
        .product = sqlite3_column_int(stmt, 2) == GD_GREENVN ? GD_GREENVN : GD_GREENPIN,
        .at = sqlite3_column_int64(stmt, 3),
        .received_at = sqlite3_column_int64(stmt, 4),
        .id = ledger_text(stmt, 5),
        .transaction_id = ledger_text(stmt, 6),
        .call_sid = ledger_text(stmt, 7),
        .vn = ledger_text(stmt, 8),
        .caller = ledger_text(stmt, 9),
        .body = ledger_text(stmt, 10),
    };
}

/* Walks the rows of a bound statement. */
static enum gd_rc walk(struct gd_ledger *ledger, sqlite3_stmt *stmt, gd_event_fn *fn, void *arg, int *n,
                       struct gd_error *err)
{
    struct gd_event event;
    bool more = true;
    int step = SQLITE_ROW;
    enum gd_rc rc = GD_OK;

    while (more && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        borrow(stmt, &event);
        ++*n;
        more = fn(arg, &event);
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the events in");
    sqlite3_reset(stmt);
    return rc;
}

enum gd_rc gd_event_each(struct gd_ledger *ledger, int64_t before, int limit, gd_event_fn *fn, void *arg,
                         int *n, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_EVENTS, err);

    *n = 0;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, before > 0 ? before : INT64_MAX);
    sqlite3_bind_int(stmt, 3, limit);
    return walk(ledger, stmt, fn, arg, n, err);
}

enum gd_rc gd_event_each_of(struct gd_ledger *ledger, const char *id, const char *vns, int limit,
                            gd_event_fn *fn, void *arg, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_EVENTS_OF, err);
    const char *vn;
    size_t len;
    int n = 0;
    enum gd_rc rc;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, id);
    sqlite3_bind_int(stmt, 3, limit);
    rc = walk(ledger, stmt, fn, arg, &n, err);
    while (rc == GD_OK && vns != NULL && (vn = gd_list_next(&vns, &len)) != NULL) {
        stmt = ledger_stmt(ledger, SQL_EVENTS_ON, err);
        if (stmt == NULL)
            return GD_IO;
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        sqlite3_bind_text(stmt, 2, vn, (int)len, SQLITE_STATIC);
        sqlite3_bind_int(stmt, 3, limit);
        rc = walk(ledger, stmt, fn, arg, &n, err);
    }
    return rc;
}
