/* Calls: a request, its tries and the waits between them, and the one reply. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client.h"

#include <string.h>
#include <sys/random.h>

#include "client_i.h"
#include "log.h"
#include "mem.h"
#include "when.h"

/* A call under way: with the connection, or waiting for its next try. */
struct gd_call {
    struct gd_call *next, **link; /* among all calls of this process */
    struct gd_desk *desk;
    struct gd_http *http;
    struct gd_request_parts request;
    struct gd_question question;
    char *id;        /* question.id points here */
    gd_reply_fn *fn; /* NULL: dropped */
    void *arg;
    int http_id; /* 0 while it waits */
    int timer;   /* 0 while it is with the connection */
    int tries;
    int64_t spent_ms;  /* in tries and waits; not in the connection's queue */
    bool once;         /* no second try */
    struct held *held; /* an answer that waits for the account's zone */
};

/* An answer that came, until the zone of its times is known. */
struct held {
    struct gd_http_answer answer; /* body is owned */
    enum gd_verdict verdict;
    int64_t sent_at;
};

static struct gd_call *calls;

/* ---- life ---- */

static struct gd_call *call_new(struct gd_desk *desk, struct gd_http *http, struct gd_request_parts *request,
                                const struct gd_question *question)
{
    struct gd_call *call = gd_calloc(1, sizeof *call);

    if (call == NULL)
        return NULL;
    call->id = question->id != NULL ? gd_strdup(question->id) : NULL;
    if (question->id != NULL && call->id == NULL) {
        gd_free(call);
        return NULL;
    }
    call->desk = desk;
    call->http = http;
    call->request = *request;
    gd_request_init(request, request->method); /* its buffers are the call's now */
    call->question = *question;
    call->question.id = call->id;
    call->next = calls;
    call->link = &calls;
    if (calls != NULL)
        calls->link = &call->next;
    calls = call;
    return call;
}

static void call_unlink(struct gd_call *call)
{
    if (call->link == NULL)
        return;
    *call->link = call->next;
    if (call->next != NULL)
        call->next->link = call->link;
    call->link = NULL;
}

static void held_free(struct gd_call *call)
{
    if (call->held == NULL)
        return;
    gd_wipe((char *)(uintptr_t)call->held->answer.body, call->held->answer.len);
    gd_free((char *)(uintptr_t)call->held->answer.body);
    gd_free(call->held);
    call->held = NULL;
}

static void call_free(struct gd_call *call)
{
    call_unlink(call);
    held_free(call);
    gd_request_clear(&call->request);
    gd_free(call->id);
    gd_free(call);
}

static bool is_write(const struct gd_call *call)
{
    return strcmp(call->request.method, "GET") != 0;
}

/* ---- the reply ---- */

static void log_call(const struct gd_call *call, const struct gd_http_answer *answer,
                     const struct gd_reply *reply)
{
    struct gd_buf path;

    if (gd_log_level() == GD_LOG_OFF)
        return;
    gd_buf_init(&path, 64 * 1024);
    gd_log_mask_path(call->request.path.data, &path);
    gd_log(GD_LOG_REQUESTS, "%s %s %d %lld ms, request id %s, tries %d%s%s", call->request.method, path.data,
           answer->status, (long long)answer->elapsed_ms,
           reply->envelope.request_id != NULL ? reply->envelope.request_id : "-", reply->attempts,
           answer->why[0] != '\0' ? ": " : "", answer->why);
    gd_buf_free(&path);
}

/* The one callback. The call stands in no list any more: its desk can be closed in there. */
static void finish(struct gd_call *call, const struct gd_http_answer *answer, struct gd_reading *reading,
                   struct gd_reply *reply)
{
    reply->attempts = call->tries;
    if (!reply->gone || call->question.what != GD_CALL_DELETE)
        gd_reply_words(answer, reading, is_write(call), reply);
    log_call(call, answer, reply);
    call_unlink(call);
    if (call->fn != NULL)
        call->fn(call->arg, reply);
    gd_envelope_clear(&reply->envelope);
    gd_reading_clear(reading);
    call_free(call);
}

/* ---- tries ---- */

static enum gd_rc try_again(struct gd_call *call, int64_t wait_ms);

static uint32_t some_random(void)
{
    uint32_t random;

    if (getrandom(&random, sizeof random, GRND_NONBLOCK) != (ssize_t)sizeof random)
        random = (uint32_t)gd_now_ms() * 2654435761u;
    return random;
}

static struct gd_retry decide(const struct gd_call *call, const struct gd_http_answer *answer,
                              const struct gd_reading *reading, const struct gd_reply *reply)
{
    struct gd_try made = {
        .write = is_write(call),
        .tries = call->once ? GD_RETRY_MAX + 1 : call->tries,
        .fault = answer->fault,
        .sent = answer->sent,
        .status = reply->http_status,
        .undecodable = reading->undecodable,
        .retry_after = answer->retry_after,
        .spent_ms = call->spent_ms,
    };

    if (answer->fault == GD_FAULT_NONE && !reading->undecodable && reply->http_status < 400)
        return (struct gd_retry){.verdict = GD_DONE};
    made.random = some_random();

    return gd_retry_decide(&made);
}

/* ---- the zone ---- */

/* Whether a time of the answer names no zone. */
static bool wants_zone(const struct gd_reading *reading)
{
    bool wants = reading->alloc.zoneless;

    for (size_t i = 0; i < reading->bulk.n && !wants; i++)
        wants = reading->bulk.rows[i].alloc.zoneless;
    return wants;
}

/* The zone is known now, or as well as it can be: the answer is read again. */
static void zone_came(void *arg)
{
    struct gd_call *call = arg;
    struct gd_reading reading = {0};
    struct gd_reply reply = {.sent_at = call->held->sent_at, .verdict = call->held->verdict};

    call->question.zone_offset = call->desk->place.zone_offset;
    gd_read_answer(&call->question, &call->held->answer, &reading, &reply);
    finish(call, &call->held->answer, &reading, &reply);
}

/* Keeps the answer until the zone is known; false where memory ran out: then the assumed one must do. */
static bool hold(struct gd_call *call, const struct gd_http_answer *answer, const struct gd_reply *reply)
{
    char *body = gd_strndup(answer->body, answer->len);
    struct held *held = gd_calloc(1, sizeof *held);

    if (held == NULL || body == NULL || gd_desk_place(call->desk, zone_came, call, NULL) != GD_OK) {
        gd_free(held);
        gd_free(body);
        return false;
    }
    *held = (struct held){.answer = *answer, .verdict = reply->verdict, .sent_at = reply->sent_at};
    held->answer.body = body;
    call->held = held;
    return true;
}

static void on_answer(void *arg, const struct gd_http_answer *answer)
{
    struct gd_call *call = arg;
    struct gd_reading reading = {0};
    struct gd_reply reply = {.sent_at = (gd_now_ms() - answer->elapsed_ms) / 1000};
    struct gd_retry next;

    call->http_id = 0;
    call->spent_ms += answer->elapsed_ms;
    call->question.zone_offset = call->desk->place.zone_offset;
    gd_read_answer(&call->question, answer, &reading, &reply);
    next = decide(call, answer, &reading, &reply);
    if (next.verdict == GD_AGAIN && call->fn != NULL && try_again(call, next.wait_ms) == GD_OK) {
        gd_log(GD_LOG_BODIES, "try %d: %d %s; again in %lld ms", call->tries, answer->status, answer->why,
               (long long)next.wait_ms);
        gd_envelope_clear(&reply.envelope);
        gd_reading_clear(&reading);
        return;
    }
    reply.verdict = next.verdict == GD_AGAIN ? GD_GIVE_UP : next.verdict;
    if (call->fn != NULL && wants_zone(&reading) && !gd_desk_placed(call->desk) &&
        hold(call, answer, &reply)) {
        gd_envelope_clear(&reply.envelope);
        gd_reading_clear(&reading);
        return;
    }
    finish(call, answer, &reading, &reply);
}

static enum gd_rc send_call(struct gd_call *call, struct gd_error *err)
{
    const struct gd_buf *body = &call->request.body;
    enum gd_rc rc =
        gd_http_send(call->http, call->request.method, call->request.path.data,
                     body->len > 0 ? body->data : NULL, body->len, on_answer, call, &call->http_id, err);

    if (rc == GD_OK)
        call->tries++;
    return rc;
}

/* Memory can run out for a try after the first: then there is no answer either. */
static void on_timer(void *arg)
{
    struct gd_call *call = arg;
    struct gd_http_answer none = {
        .fault = GD_FAULT_CONNECT, .retry_after = -1, .body = "", .why = "out of memory"};
    struct gd_reading reading = {0};
    struct gd_reply reply = {.verdict = GD_GIVE_UP, .envelope.code = -1, .sent_at = gd_now()};

    call->timer = 0;
    if (send_call(call, NULL) != GD_OK)
        finish(call, &none, &reading, &reply);
}

static enum gd_rc try_again(struct gd_call *call, int64_t wait_ms)
{
    enum gd_rc rc = gd_loop_after(call->desk->loop, wait_ms, on_timer, call, &call->timer);

    if (rc == GD_OK)
        call->spent_ms += wait_ms;
    return rc;
}

void gd_call_cancel(struct gd_call *call)
{
    struct gd_http_answer none = {.fault = GD_FAULT_CANCELLED, .retry_after = -1, .body = ""};
    struct gd_reading reading = {0};
    struct gd_reply reply = {.verdict = GD_GIVE_UP, .envelope.code = -1, .sent_at = gd_now()};

    if (call->http_id != 0) {
        gd_http_cancel(call->http, call->http_id);
        return;
    }
    if (call->held != NULL) { /* it was answered, but nobody has heard of it */
        reply.verdict = is_write(call) ? GD_UNSETTLED : GD_GIVE_UP;
        gd_desk_place_drop(call->desk, call);
    } else {
        gd_loop_timer_drop(call->desk->loop, call->timer);
    }
    finish(call, &none, &reading, &reply);
}

void gd_calls_drop(struct gd_desk *desk)
{
    desk->settings = NULL;
    for (struct gd_call *call = calls, *next; call != NULL; call = next) {
        next = call->next;
        if (call->desk != desk)
            continue;
        call->fn = NULL;
        gd_call_cancel(call);
    }
}

/* ---- the calls ---- */

/* Sends a request (its buffers are taken or cleared). */
static enum gd_rc start(struct gd_desk *desk, struct gd_request_parts *request, struct gd_question *question,
                        gd_reply_fn *fn, void *arg, struct gd_call **out, struct gd_error *err)
{
    struct gd_http *http = NULL;
    struct gd_call *call = NULL;
    enum gd_rc rc = gd_desk_http(desk, &http, err);

    question->flat = question->what == GD_CALL_DELETE && gd_desk_dialect(desk) == GD_FLAT;
    if (rc == GD_OK) {
        call = call_new(desk, http, request, question);
        rc = call != NULL ? GD_OK : gd_fail_memory(err);
    }
    gd_request_clear(request);
    if (rc != GD_OK)
        return rc;
    call->fn = fn;
    call->arg = arg;
    rc = send_call(call, err);
    if (rc != GD_OK) {
        call_free(call);
        return rc;
    }
    if (out != NULL)
        *out = call;
    return GD_OK;
}

static enum gd_rc start_one(struct gd_desk *desk, const struct gd_target *to, const struct gd_alloc *want,
                            gd_reply_fn *fn, void *arg, struct gd_call **call, struct gd_error *err)
{
    struct gd_question question = {.expect = GD_EXPECT_ALLOC,
                                   .what = to->what,
                                   .kind = to->kind,
                                   .id = to->what != GD_CALL_CREATE ? to->id : NULL};
    struct gd_request_parts request;
    enum gd_rc rc = gd_request_one(&request, desk, to, want, err);

    return rc == GD_OK ? start(desk, &request, &question, fn, arg, call, err) : rc;
}

enum gd_rc gd_call_get(struct gd_desk *desk, enum gd_kind kind, const char *id, gd_reply_fn *fn, void *arg,
                       struct gd_call **call, struct gd_error *err)
{
    struct gd_target to = {.what = GD_CALL_GET, .kind = kind, .id = id};

    return start_one(desk, &to, NULL, fn, arg, call, err);
}

enum gd_rc gd_call_create(struct gd_desk *desk, enum gd_dialect dialect, enum gd_kind kind,
                          const struct gd_alloc *want, gd_reply_fn *fn, void *arg, struct gd_call **call,
                          struct gd_error *err)
{
    struct gd_target to = {.what = GD_CALL_CREATE, .dialect = dialect, .kind = kind};

    return start_one(desk, &to, want, fn, arg, call, err);
}

enum gd_rc gd_call_update(struct gd_desk *desk, enum gd_dialect dialect, enum gd_kind kind, const char *id,
                          const struct gd_alloc *want, gd_reply_fn *fn, void *arg, struct gd_call **call,
                          struct gd_error *err)
{
    struct gd_target to = {.what = GD_CALL_UPDATE, .dialect = dialect, .kind = kind, .id = id};

    return start_one(desk, &to, want, fn, arg, call, err);
}

enum gd_rc gd_call_delete(struct gd_desk *desk, enum gd_kind kind, const char *id, gd_reply_fn *fn, void *arg,
                          struct gd_call **call, struct gd_error *err)
{
    struct gd_target to = {.what = GD_CALL_DELETE, .kind = kind, .id = id};

    return start_one(desk, &to, NULL, fn, arg, call, err);
}

enum gd_rc gd_call_vn(struct gd_desk *desk, enum gd_dialect dialect, const char *id,
                      const struct gd_alloc *want, gd_reply_fn *fn, void *arg, struct gd_call **call,
                      struct gd_error *err)
{
    struct gd_target to = {.what = GD_CALL_VN, .dialect = dialect, .kind = GD_GREENVN, .id = id};

    return start_one(desk, &to, want, fn, arg, call, err);
}

enum gd_rc gd_call_bulk(struct gd_desk *desk, enum gd_dialect dialect, const char *const *ids,
                        const struct gd_alloc *const *want, size_t n, gd_reply_fn *fn, void *arg,
                        struct gd_call **call, struct gd_error *err)
{
    struct gd_question question = {.expect = GD_EXPECT_BULK, .what = GD_CALL_UPDATE, .kind = GD_GREENPIN};
    struct gd_request_parts request;
    enum gd_rc rc = gd_request_bulk(&request, desk, dialect, ids, want, n, err);

    return rc == GD_OK ? start(desk, &request, &question, fn, arg, call, err) : rc;
}

static enum gd_rc start_settings(struct gd_desk *desk, const json_t *body, gd_reply_fn *fn, void *arg,
                                 struct gd_call **call, struct gd_error *err)
{
    struct gd_question question = {.expect = GD_EXPECT_SETTINGS,
                                   .what = body != NULL ? GD_CALL_UPDATE : GD_CALL_GET};
    struct gd_request_parts request;
    enum gd_rc rc = gd_request_settings(&request, desk, body, err);

    return rc == GD_OK ? start(desk, &request, &question, fn, arg, call, err) : rc;
}

enum gd_rc gd_call_settings_get(struct gd_desk *desk, gd_reply_fn *fn, void *arg, struct gd_call **call,
                                struct gd_error *err)
{
    return start_settings(desk, NULL, fn, arg, call, err);
}

enum gd_rc gd_call_settings_once(struct gd_desk *desk, gd_reply_fn *fn, void *arg, struct gd_call **call,
                                 struct gd_error *err)
{
    struct gd_call *started;
    enum gd_rc rc = start_settings(desk, NULL, fn, arg, &started, err);

    if (rc != GD_OK)
        return rc;
    started->once = true;
    gd_http_hurry(started->http, started->http_id);
    *call = started;
    return GD_OK;
}

enum gd_rc gd_call_settings_put(struct gd_desk *desk, const json_t *body, gd_reply_fn *fn, void *arg,
                                struct gd_call **call, struct gd_error *err)
{
    return start_settings(desk, body, fn, arg, call, err);
}
