/* Reading and saving settings over the API. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settings_call.h"

#include <string.h>

#include "ledger_i.h"
#include "loop.h"
#include "mem.h"
#include "snapshot.h"
#include "when.h"

struct gd_settings_work {
    struct gd_desk *desk;
    struct gd_call *call; /* NULL while none is under way */
    int timer;            /* 0 none */
    gd_settings_read_fn *read_fn;
    gd_settings_saved_fn *saved_fn;
    void *arg;
    struct gd_settings change, known; /* of a save */
    struct gd_error why;              /* a save without an answer: what happened */
    int64_t sent_at;
    bool waited; /* the reading under way is the last one */
};

static void work_free(struct gd_settings_work *work)
{
    gd_settings_clear(&work->change);
    gd_settings_clear(&work->known);
    gd_free(work);
}

void gd_settings_cancel(struct gd_settings_work *work)
{
    if (work->timer != 0)
        gd_loop_timer_drop(work->desk->loop, work->timer);
    work->timer = 0;
    work->read_fn = NULL;
    work->saved_fn = NULL;
    if (work->call != NULL)
        gd_call_cancel(work->call); /* its callback frees the work */
    else
        work_free(work);
}

static struct gd_settings_work *work_new(struct gd_desk *desk, void *arg, struct gd_error *err)
{
    struct gd_settings_work *work = gd_calloc(1, sizeof *work);

    if (work == NULL) {
        (void)gd_fail_memory(err);
        return NULL;
    }
    work->desk = desk;
    work->arg = arg;
    return work;
}

/* ---- reading ---- */

/* The service offers no GET here. */
static bool is_not_offered(const struct gd_reply *reply)
{
    return reply->http_status == 405 || reply->http_status == 501;
}

/* What the ledger knows; a failure of the ledger is the reading's. */
static void recall(struct gd_desk *desk, struct gd_settings *known, int64_t *read_at,
                   struct gd_settings_reading *reading)
{
    struct gd_error err = {0};

    if (gd_snapshot_known(desk->ledger, 0, known, read_at, &err) == GD_OK)
        return;
    reading->rc = err.rc;
    reading->error = err;
}

static void on_read(void *arg, const struct gd_reply *reply)
{
    struct gd_settings_work *work = arg;
    struct gd_settings_reading reading = {.rc = reply->rc, .error = reply->error};

    work->call = NULL;
    if (work->read_fn == NULL) {
        work_free(work);
        return;
    }
    recall(work->desk, &reading.before, &reading.before_at, &reading);
    if (reading.rc == GD_OK && reply->settings != NULL)
        reading.rc = gd_desk_keep_settings(work->desk, reply->settings, "get", gd_now(), &reading.error);
    else
        reading.from_ledger = true;
    recall(work->desk, &reading.known, &reading.read_at, &reading);
    reading.not_offered = is_not_offered(reply);
    if (reading.not_offered && reading.read_at > 0)
        reading.rc = GD_OK;
    work->read_fn(work->arg, &reading);
    gd_settings_clear(&reading.known);
    gd_settings_clear(&reading.before);
    work_free(work);
}

enum gd_rc gd_settings_read(struct gd_desk *desk, gd_settings_read_fn *fn, void *arg,
                            struct gd_settings_work **out, struct gd_error *err)
{
    struct gd_settings_work *work = work_new(desk, arg, err);
    enum gd_rc rc;

    if (work == NULL)
        return GD_NO_MEMORY;
    work->read_fn = fn;
    rc = gd_call_settings_get(desk, on_read, work, &work->call, err);
    if (rc != GD_OK)
        work_free(work);
    else if (out != NULL)
        *out = work;
    return rc;
}

/* ---- saving ---- */

const char *gd_setting_outcome_name(enum gd_setting_outcome outcome)
{
    static const char *const names[] = {"", "applied", "differs", "not reported", "not applied", "unknown"};

    return names[outcome];
}

/* Compares what is reported with what was asked; whether all of it is there. */
static bool compare(const struct gd_settings_work *work, struct gd_settings_saved *saved)
{
    bool all = true;

    saved->differ = 0;
    for (int i = 0; i < GD_S__COUNT; i++) {
        const char *asked = work->change.v[i];

        if (asked == NULL)
            continue;
        if (saved->now.v[i] == NULL)
            saved->outcome[i] = GD_SO_UNREPORTED;
        else if (gd_setting_same((enum gd_setting)i, asked, saved->now.v[i]))
            saved->outcome[i] = GD_SO_APPLIED;
        else
            saved->outcome[i] = GD_SO_DIFFERS;
        saved->differ += saved->outcome[i] == GD_SO_DIFFERS;
        all &= saved->outcome[i] == GD_SO_APPLIED;
    }
    return all;
}

static void tell(struct gd_settings_work *work, struct gd_settings_saved *saved)
{
    if (work->saved_fn != NULL)
        work->saved_fn(work->arg, saved);
    gd_settings_clear(&saved->now);
    work_free(work);
}

/* No answer came, and reading is no help. */
static void tell_unknown(struct gd_settings_work *work, const struct gd_error *why)
{
    struct gd_settings_saved saved = {.rc = work->why.rc != GD_OK ? work->why.rc : GD_NO_ANSWER};

    for (int i = 0; i < GD_S__COUNT; i++)
        if (work->change.v[i] != NULL)
            saved.outcome[i] = GD_SO_UNKNOWN;
    gd_fail(&saved.error, saved.rc, "look again with settings, before sending it anew",
            "whether it was saved is not known: %.250s; and reading it failed: %.200s", work->why.what,
            why->what);
    tell(work, &saved);
}

static void read_to_settle(struct gd_settings_work *work);

static void on_time(void *arg)
{
    struct gd_settings_work *work = arg;

    work->timer = 0;
    work->waited = true;
    read_to_settle(work);
}

/* Waits until the request can no longer be under way. */
static void wait_to_settle(struct gd_settings_work *work)
{
    int64_t ms = (work->sent_at + work->desk->profile->timeout - gd_now()) * 1000;

    if (gd_loop_after(work->desk->loop, ms > 0 ? ms : 0, on_time, work, &work->timer) != GD_OK)
        tell_unknown(work, &(struct gd_error){.what = "out of memory"});
}

/* Whether everything that was asked still reads as it was known before. */
static bool as_before(const struct gd_settings_work *work, const struct gd_settings *now)
{
    for (int i = 0; i < GD_S__COUNT; i++)
        if (work->change.v[i] != NULL && !gd_setting_same((enum gd_setting)i, work->known.v[i], now->v[i]))
            return false;
    return true;
}

static void settle(struct gd_settings_work *work, const json_t *sections)
{
    struct gd_settings_saved saved = {.by_reading = true};
    struct gd_error err = {0};
    bool all;

    if (gd_desk_keep_settings(work->desk, sections, "get", gd_now(), &err) != GD_OK ||
        gd_settings_take(&saved.now, sections, gd_now(), &err) != GD_OK) {
        gd_settings_clear(&saved.now);
        tell_unknown(work, &err);
        return;
    }
    all = compare(work, &saved);
    if (!all && !work->waited) {
        gd_settings_clear(&saved.now);
        wait_to_settle(work);
        return;
    }
    if (!all && as_before(work, &saved.now)) {
        for (int i = 0; i < GD_S__COUNT; i++)
            if (work->change.v[i] != NULL)
                saved.outcome[i] = GD_SO_NOT_DONE;
        saved.rc = work->why.rc;
        gd_fail(&saved.error, saved.rc, "it can be sent again", "nothing was saved, as reading shows: %.500s",
                work->why.what);
    }
    tell(work, &saved);
}

static void on_settling(void *arg, const struct gd_reply *reply)
{
    struct gd_settings_work *work = arg;

    work->call = NULL;
    if (work->saved_fn == NULL)
        work_free(work);
    else if (reply->rc == GD_OK && reply->settings != NULL)
        settle(work, reply->settings);
    else if (!work->waited && !is_not_offered(reply))
        wait_to_settle(work);
    else
        tell_unknown(work, &reply->error);
}

static void read_to_settle(struct gd_settings_work *work)
{
    struct gd_error err = {0};

    if (gd_call_settings_get(work->desk, on_settling, work, &work->call, &err) != GD_OK)
        tell_unknown(work, &err);
}

static void on_put(void *arg, const struct gd_reply *reply)
{
    struct gd_settings_work *work = arg;
    struct gd_settings_saved saved = {.rc = reply->rc, .error = reply->error};

    work->call = NULL;
    work->why = reply->error;
    work->sent_at = reply->sent_at;
    if (work->saved_fn == NULL) {
        work_free(work);
        return;
    }
    if (reply->rc != GD_OK && reply->verdict == GD_UNSETTLED) {
        read_to_settle(work);
        return;
    }
    if (reply->rc == GD_OK && reply->settings != NULL) {
        /* It is saved, whether or not the ledger can note it. */
        saved.rc = gd_desk_keep_settings(work->desk, reply->settings, "put", gd_now(), &saved.error);
        if (saved.rc == GD_OK)
            saved.rc = gd_settings_take(&saved.now, reply->settings, gd_now(), &saved.error);
        compare(work, &saved);
    }
    tell(work, &saved);
}

enum gd_rc gd_settings_save(struct gd_desk *desk, const struct gd_settings *change,
                            const struct gd_settings *known, gd_settings_saved_fn *fn, void *arg,
                            struct gd_settings_work **out, struct gd_error *err)
{
    struct gd_settings_work *work = work_new(desk, arg, err);
    json_t *body = NULL;
    enum gd_rc rc;

    if (work == NULL)
        return GD_NO_MEMORY;
    work->saved_fn = fn;
    rc = gd_settings_body(change, known, &body, err);
    if (rc == GD_OK)
        rc = gd_settings_copy(&work->change, change, err);
    if (rc == GD_OK)
        rc = gd_settings_copy(&work->known, known, err);
    if (rc == GD_OK)
        rc = gd_call_settings_put(desk, body, on_put, work, &work->call, err);
    json_decref(body);
    if (rc != GD_OK)
        work_free(work);
    else if (out != NULL)
        *out = work;
    return rc;
}

int64_t gd_settings_longest(struct gd_desk *desk)
{
    struct gd_ledger *ledger = desk->ledger;
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_LONGEST_LEFT, NULL);
    int64_t now = gd_now(), left = 0;

    if (stmt == NULL)
        return 0;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int(stmt, 2, GD_ACTIVE);
    sqlite3_bind_int64(stmt, 3, now);
    if (sqlite3_step(stmt) == SQLITE_ROW && sqlite3_column_type(stmt, 0) == SQLITE_INTEGER)
        left = sqlite3_column_int64(stmt, 0) - now;
    sqlite3_reset(stmt);
    return left;
}
