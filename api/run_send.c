/* A run's requests: which rows go together, and what an answer says of each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "duration.h"
#include "mem.h"
#include "run_i.h"
#include "settle.h"
#include "when.h"

/* Whether the operation's rows of that kind go in bulk requests. */
static bool in_bulk(const struct gd_run *run, const struct work *work)
{
    return run->op.kind == GD_OP_UPDATE && !run->one_row && work->row.alloc_kind == GD_GREENPIN;
}

struct unit *run_next_send(struct gd_run *run)
{
    struct work *work = STAILQ_FIRST(&run->to_send);
    struct unit *unit;
    size_t room;
    bool bulk;

    if (work == NULL)
        return NULL;
    bulk = in_bulk(run, work);
    if (bulk && !run->chunk_proved && run->active > 0)
        return NULL; /* one chunk finds out which size the service takes */
    unit = run_unit_new(run, work->read_before ? UNIT_SEND : UNIT_READ_BEFORE);
    if (unit == NULL) {
        gd_fail_memory(&run->error);
        return NULL;
    }
    run_unit_take(unit, &run->to_send);
    room = run->chunk;
    if (run->limit > 0 && (int64_t)room > run->limit - run->begun)
        room = (size_t)(run->limit - run->begun);
    while (bulk && unit->n < room && (work = STAILQ_FIRST(&run->to_send)) != NULL && in_bulk(run, work))
        run_unit_take(unit, &run->to_send);
    return unit;
}

static void replace_text(char **into, const char *text)
{
    gd_free(*into);
    *into = text != NULL ? gd_strdup(text) : NULL;
}

void run_take_envelope(struct gd_op_row *row, int http_status, const struct gd_envelope *envelope,
                       const char *request_id)
{
    row->http_status = http_status;
    row->code = envelope->code;
    replace_text(&row->message, envelope->message);
    replace_text(&row->request_id, envelope->request_id != NULL ? envelope->request_id : request_id);
}

void run_keep(struct gd_run *run, struct work *work, const struct gd_alloc *alloc, const char *source)
{
    struct gd_error err = {0};

    gd_alloc_clear(&work->answer);
    if (gd_alloc_copy(&work->answer, alloc, &err) != GD_OK)
        run_note(run, "a reading was not kept: %s", err.what);
    work->source = source;
}

/* Notes on the row where the answer is not what was asked. */
static void note_differences(struct work *work, const struct gd_alloc *answer)
{
    char keys[200], text[300];

    gd_settle_differences(&work->row.want, answer, work->row.sent_at, gd_now(), keys, sizeof keys);
    if (keys[0] == '\0')
        return;
    snprintf(text, sizeof text, "applied, but the answer differs from what was asked in: %s", keys);
    replace_text(&work->row.message, text);
}

/* What the ledger can be told where an answer confirms without showing the allocation (flat bulk). */
static void keep_wanted(struct gd_run *run, struct work *work)
{
    struct gd_alloc alloc = {0};
    struct gd_error err = {0};
    const char *duration = work->row.want.v[GD_F_DURATION];
    int64_t seconds;
    char text[40];

    if (gd_alloc_copy(&alloc, &work->row.want, &err) != GD_OK ||
        gd_alloc_set(&alloc, GD_F_ID, work->row.id, &err) != GD_OK)
        goto out;
    alloc.kind = work->row.alloc_kind;
    alloc.dialect = run->op.dialect;
    alloc.call_count = -1;
    alloc.read_at = gd_now();
    if (duration != NULL) {
        snprintf(text, sizeof text, "%ss", duration);
        if (gd_duration_parse(text, &seconds, &err) == GD_OK)
            alloc.ends_at = alloc.read_at + seconds;
    }
    run_keep(run, work, &alloc, "update");
out:
    gd_alloc_clear(&alloc);
}

/* An update, create or vn went through. */
static void applied(struct gd_run *run, struct work *work, const struct gd_alloc *answer)
{
    static const char *const sources[] = {[GD_OP_UPDATE] = "update",
                                          [GD_OP_CREATE] = "create",
                                          [GD_OP_VN] = "update",
                                          [GD_OP_DEALLOCATE] = "deallocate"};

    if (answer != NULL && answer->v[GD_F_ID] != NULL) {
        if (work->row.id == NULL)
            replace_text(&work->row.id, answer->v[GD_F_ID]);
        note_differences(work, answer);
        run_keep(run, work, answer, sources[run->op.kind]);
    } else if (work->row.id != NULL) {
        keep_wanted(run, work);
    }
    run_over(run, work, GD_ROW_APPLIED);
}

/* A deallocation went through, or it was gone already. */
static void deallocated(struct gd_run *run, struct work *work, const struct gd_alloc *answer)
{
    struct gd_error err = {0};
    struct gd_alloc whole = {0};

    if (answer != NULL && answer->raw != NULL && run->op.dialect == GD_PARTY &&
        gd_alloc_copy(&whole, answer, &err) == GD_OK) {
        gd_alloc_clear(&work->row.before);
        work->row.before = whole;
        work->row.before_changed = true;
    }
    work->gone = true;
    work->source = "deallocate";
    run_over(run, work, GD_ROW_APPLIED);
}

/* The answer to a request about one row. */
static void one_answered(struct gd_run *run, struct work *work, const struct gd_reply *reply)
{
    work->row.attempts += reply->attempts - 1; /* the first was counted when it was marked */
    run_take_envelope(&work->row, reply->http_status, &reply->envelope, NULL);
    if (reply->verdict == GD_UNSETTLED || (run->op.kind == GD_OP_DEALLOCATE && reply->http_status == 400)) {
        if (run->op.kind == GD_OP_CREATE)
            run_over(run, work, GD_ROW_UNKNOWN); /* there is no id to read */
        else
            run_unsettled(run, work);
        return;
    }
    if (run->op.kind == GD_OP_DEALLOCATE && (reply->rc == GD_OK || reply->gone)) {
        deallocated(run, work, reply->alloc);
        return;
    }
    if (reply->rc == GD_OK) {
        applied(run, work, reply->alloc);
        return;
    }
    if (work->row.message == NULL)
        replace_text(&work->row.message, reply->error.what);
    /* It surely did not happen: no connection, or the service said when to come back. */
    work->row.not_applied =
        reply->verdict == GD_GIVE_UP && (reply->http_status == 0 || reply->http_status == 503);
    work->gone = reply->gone;
    work->source = "update";
    run_over(run, work, GD_ROW_FAILED);
}

/* Whether a row's own status, or that of its code, leaves open what happened. */
static bool leaves_open(int status, int code)
{
    if (status == 0 && code >= 0)
        status = gd_code_find(code, 0)->http;
    return status == 408 || status == 499 || (status >= 500 && status != 501 && status != 505);
}

static void bulk_row_answered(struct gd_run *run, struct work *work, struct gd_bulk_row *row,
                              const char *request_id)
{
    int status = row->envelope.status != 0 ? row->envelope.status : row->envelope.success ? 200 : 0;

    run_take_envelope(&work->row, status, &row->envelope, request_id);
    if (row->envelope.success) {
        applied(run, work, row->alloc.v[GD_F_ID] != NULL ? &row->alloc : NULL);
    } else if (leaves_open(status, row->envelope.code)) {
        run_unsettled(run, work);
    } else {
        work->gone = row->envelope.code == 1 || row->envelope.code == 22;
        work->source = "update";
        run_over(run, work, GD_ROW_FAILED);
    }
}

/* Says where the answer contradicts itself; the rows are trusted. */
static void note_bulk(struct gd_run *run, const struct gd_bulk *bulk, size_t sent, size_t surplus)
{
    int good = 0;

    for (size_t i = 0; i < bulk->n; i++)
        good += bulk->rows[i].envelope.success;
    if (surplus > 0)
        run_note(run, "the answer holds %zu rows that were not asked for, or came twice", surplus);
    if (bulk->success >= 0 && (bulk->success != good || bulk->total != (int)sent))
        run_note(run, "the answer's metadata says %d of %d, its rows say %d of %zu: the rows are trusted",
                 bulk->success, bulk->total, good, sent);
}

static void bulk_answered(struct gd_run *run, struct unit *unit, const struct gd_reply *reply)
{
    const char **ids = gd_calloc(unit->n, sizeof *ids);
    long *match = gd_calloc(unit->n, sizeof *match);
    struct work *work;
    size_t i = 0;

    if (ids != NULL)
        STAILQ_FOREACH (work, &unit->rows, link)
            ids[i++] = work->row.id;
    if (ids != NULL && match != NULL)
        note_bulk(run, reply->bulk, unit->n, gd_bulk_match(reply->bulk, ids, unit->n, match));
    for (i = 0; (work = STAILQ_FIRST(&unit->rows)) != NULL; i++) {
        STAILQ_REMOVE_HEAD(&unit->rows, link);
        work->row.attempts += reply->attempts - 1; /* the first was counted when it was marked */
        if (ids != NULL && match != NULL && match[i] >= 0)
            bulk_row_answered(run, work, &reply->bulk->rows[match[i]], reply->bulk->request_id);
        else
            run_unsettled(run, work);
    }
    run->chunk_proved = true;
    gd_free(ids);
    gd_free(match);
}

/* The service takes fewer rows at once: halve, and give the rows back. */
static void chunk_too_large(struct gd_run *run, struct unit *unit)
{
    struct work *work;

    if (run->chunk > unit->n / 2)
        run->chunk = unit->n / 2;
    run->chunk_proved = false;
    run_note(run, "the service takes fewer than %zu rows at once: going on with %zu", unit->n, run->chunk);
    while ((work = STAILQ_FIRST(&unit->rows)) != NULL) {
        STAILQ_REMOVE_HEAD(&unit->rows, link);
        work->row.state = GD_ROW_PENDING;
        STAILQ_INSERT_TAIL(&run->changed, work, link);
    }
    run_soon(run);
}

static void chunk_answered(struct gd_run *run, struct unit *unit, const struct gd_reply *reply)
{
    struct work *work;

    if (reply->rc == GD_OK && reply->bulk != NULL) {
        bulk_answered(run, unit, reply);
        return;
    }
    if (unit->n > 1 && (reply->http_status == 413 || reply->envelope.code == 17)) {
        chunk_too_large(run, unit);
        return;
    }
    while ((work = STAILQ_FIRST(&unit->rows)) != NULL) {
        STAILQ_REMOVE_HEAD(&unit->rows, link);
        one_answered(run, work, reply);
    }
}

/* What undo needs was read, or it is gone already. */
static void read_before(struct gd_run *run, struct work *work, const struct gd_reply *reply)
{
    struct gd_error err = {0};

    work->read_before = true;
    if (reply->gone) {
        run_take_envelope(&work->row, reply->http_status, &reply->envelope, NULL);
        deallocated(run, work, NULL);
        return;
    }
    if (reply->rc != GD_OK || reply->alloc == NULL) {
        run_take_envelope(&work->row, reply->http_status, &reply->envelope, NULL);
        replace_text(&work->row.message, "it could not be read before, so it was not deallocated");
        work->row.not_applied = true;
        run_over(run, work, GD_ROW_FAILED);
        return;
    }
    gd_alloc_clear(&work->row.before);
    if (gd_alloc_copy(&work->row.before, reply->alloc, &err) != GD_OK)
        run->error = err;
    work->row.before_changed = true;
    run_keep(run, work, reply->alloc, "get");
    STAILQ_INSERT_HEAD(&run->to_send, work, link);
    run_soon(run);
}

static void answered(void *arg, const struct gd_reply *reply)
{
    struct unit *unit = arg;
    struct gd_run *run = unit->run;
    struct work *work;

    unit->call = NULL;
    if (run == NULL || reply->rc == GD_CANCELLED) {
        run_unit_free(unit);
        return;
    }
    if (unit->step == UNIT_SEND && in_bulk(run, STAILQ_FIRST(&unit->rows))) {
        chunk_answered(run, unit, reply);
    } else {
        work = STAILQ_FIRST(&unit->rows);
        STAILQ_REMOVE_HEAD(&unit->rows, link);
        if (unit->step == UNIT_SEND)
            one_answered(run, work, reply);
        else
            read_before(run, work, reply);
    }
    run_unit_free(unit);
    run_soon(run);
}

static enum gd_rc start_bulk(struct gd_run *run, struct unit *unit, struct gd_error *err)
{
    const char **ids = gd_calloc(unit->n, sizeof *ids);
    const struct gd_alloc **want = gd_calloc(unit->n, sizeof(*want));
    struct work *work;
    size_t i = 0;
    enum gd_rc rc;

    if (ids == NULL || want == NULL) {
        rc = gd_fail_memory(err);
        goto out;
    }
    STAILQ_FOREACH (work, &unit->rows, link) {
        ids[i] = work->row.id;
        want[i++] = &work->row.want;
    }
    rc = gd_call_bulk(run->desk, run->op.dialect, ids, want, unit->n, answered, unit, &unit->call, err);
out:
    gd_free(ids);
    gd_free(want);
    return rc;
}

static enum gd_rc start_one(struct gd_run *run, struct unit *unit, struct gd_error *err)
{
    const struct gd_op_row *row = &STAILQ_FIRST(&unit->rows)->row;

    if (unit->step == UNIT_READ_BEFORE)
        return gd_call_get(run->desk, row->alloc_kind, row->id, answered, unit, &unit->call, err);
    switch (run->op.kind) {
    case GD_OP_UPDATE:
        return gd_call_update(run->desk, run->op.dialect, row->alloc_kind, row->id, &row->want, answered,
                              unit, &unit->call, err);
    case GD_OP_CREATE:
        return gd_call_create(run->desk, run->op.dialect, row->alloc_kind, &row->want, answered, unit,
                              &unit->call, err);
    case GD_OP_VN:
        return gd_call_vn(run->desk, run->op.dialect, row->id, &row->want, answered, unit, &unit->call, err);
    case GD_OP_DEALLOCATE:
        break;
    }
    return gd_call_delete(run->desk, row->alloc_kind, row->id, answered, unit, &unit->call, err);
}

void run_start_unit(struct gd_run *run, struct unit *unit)
{
    struct gd_error err = {0};
    struct work *work;
    enum gd_rc rc;

    if (unit->step == UNIT_SEND && in_bulk(run, STAILQ_FIRST(&unit->rows)))
        rc = start_bulk(run, unit, &err);
    else
        rc = start_one(run, unit, &err);
    if (rc == GD_OK)
        return;
    while ((work = STAILQ_FIRST(&unit->rows)) != NULL) {
        STAILQ_REMOVE_HEAD(&unit->rows, link);
        replace_text(&work->row.message, err.what);
        run_over(run, work, GD_ROW_FAILED);
    }
    run_unit_free(unit);
}
