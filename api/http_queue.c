/* Requests: queued, under way, ended or cancelled. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "http_part.h"
#include "log.h"
#include "mem.h"

/* Frees a transfer that stands in no list. */
void gd_transfer_free(struct gd_transfer *transfer)
{
    if (transfer->body != NULL)
        gd_wipe(transfer->body, transfer->len);
    gd_free(transfer->body);
    gd_free(transfer->method);
    gd_free(transfer->path);
    gd_buf_wipe(&transfer->answer);
    gd_free(transfer);
}

/* Takes the transfer's handle from libcurl; it rests for the next one. */
void gd_transfer_rest(struct gd_transfer *transfer)
{
    struct gd_http *http = transfer->http;

    if (transfer->easy == NULL)
        return;
    gd_pipe_ignore();
    curl_multi_remove_handle(http->pool->multi, transfer->easy);
    gd_pipe_restore();
    curl_easy_setopt(transfer->easy, CURLOPT_ERRORBUFFER, NULL);
    http->idle[http->n_idle++] = transfer->easy;
    transfer->easy = NULL;
}

/* ---- starting ---- */

static void log_request(const struct gd_transfer *transfer)
{
    struct gd_buf line;

    if (gd_log_level() < GD_LOG_BODIES)
        return;
    gd_buf_init(&line, 64 * 1024);
    gd_buf_addf(&line, "%s ", transfer->method);
    gd_log_mask_path(transfer->path, &line);
    gd_log(GD_LOG_BODIES, "> %s", line.data);
    if (transfer->body != NULL)
        gd_log_body(">", transfer->body, transfer->len);
    gd_buf_free(&line);
}

/* Gives a transfer that stands in no list to libcurl, and puts it among those under way. */
static enum gd_rc start(struct gd_http *http, struct gd_transfer *transfer, struct gd_error *err)
{
    CURL *easy = http->n_idle > 0 ? http->idle[--http->n_idle] : gd_easy_new(http);
    enum gd_rc rc;

    if (easy == NULL)
        return gd_fail_memory(err);
    transfer->easy = easy;
    rc = gd_easy_prepare(transfer, err);
    if (rc == GD_OK && curl_multi_add_handle(http->pool->multi, easy) != CURLM_OK)
        rc = gd_fail_memory(err);
    if (rc != GD_OK) {
        transfer->easy = NULL;
        gd_pipe_ignore();
        curl_easy_cleanup(easy);
        gd_pipe_restore();
        return rc;
    }
    transfer->next = http->active;
    http->active = transfer;
    http->n_active++;
    log_request(transfer);
    return GD_OK;
}

static void call_back(struct gd_transfer *transfer, const struct gd_http_answer *answer)
{
    gd_http_fn *fn = transfer->fn;
    void *arg = transfer->arg;

    fn(arg, answer);
    gd_transfer_free(transfer);
}

static struct gd_transfer *dequeue(struct gd_http *http)
{
    struct gd_transfer *first = http->queue;

    http->queue = first->next;
    if (http->queue == NULL)
        http->queue_end = &http->queue;
    first->next = NULL;
    http->n_queued--;
    return first;
}

bool gd_http_can_start(const struct gd_http *http)
{
    return http->queue != NULL && http->n_active < http->concurrency;
}

/* Memory can run out for one that was queued. It waits on while others are under way, else it fails. */
bool gd_http_start_queued(struct gd_http *http)
{
    while (gd_http_can_start(http)) {
        struct gd_transfer *first = dequeue(http);

        if (start(http, first, NULL) == GD_OK)
            continue;
        if (http->n_active > 0) {
            first->next = http->queue;
            http->queue = first;
            http->queue_end = first->next == NULL ? &first->next : http->queue_end;
            http->n_queued++;
            return true;
        }
        http->pool->outstanding--;
        call_back(first, &(struct gd_http_answer){
                             .fault = GD_FAULT_CONNECT,
                             .retry_after = -1,
                             .body = "",
                             .why = "memory ran out",
                         });
        return false;
    }
    return true;
}

static struct gd_transfer *new_transfer(struct gd_http *http, const char *method, const char *path,
                                        const char *body, size_t len)
{
    struct gd_transfer *transfer = gd_calloc(1, sizeof *transfer);

    if (transfer == NULL)
        return NULL;
    gd_buf_init(&transfer->answer, GD_ANSWER_MAX);
    transfer->http = http;
    transfer->method = gd_strdup(method);
    transfer->path = gd_strdup(path);
    transfer->body = body != NULL ? gd_strndup(body, len) : NULL;
    transfer->len = transfer->body != NULL ? len : 0;
    transfer->write = strcmp(method, "GET") != 0;
    transfer->retry_after = -1;
    if (transfer->method != NULL && transfer->path != NULL && (body == NULL || transfer->body != NULL))
        return transfer;
    gd_transfer_free(transfer);
    return NULL;
}

enum gd_rc gd_http_send(struct gd_http *http, const char *method, const char *path, const char *body,
                        size_t len, gd_http_fn *fn, void *arg, int *id, struct gd_error *err)
{
    struct gd_transfer *transfer;
    enum gd_rc rc = gd_http_begin(http, err);

    if (rc != GD_OK)
        return rc;
    transfer = new_transfer(http, method, path, body, len);
    if (transfer == NULL)
        return gd_fail_memory(err);
    transfer->fn = fn;
    transfer->arg = arg;
    http->last_id = http->last_id < INT_MAX ? http->last_id + 1 : 1;
    transfer->id = *id = http->last_id;
    if (http->n_active < http->concurrency && http->queue == NULL) {
        rc = start(http, transfer, err);
        if (rc != GD_OK) {
            gd_transfer_free(transfer);
            return rc;
        }
    } else {
        *http->queue_end = transfer;
        http->queue_end = &transfer->next;
        http->n_queued++;
    }
    http->pool->outstanding++;
    return GD_OK;
}

/* ---- ending ---- */

/* Takes the transfer out of the list that it stands in. */
static void take_out(struct gd_http *http, struct gd_transfer *transfer)
{
    for (struct gd_transfer **at = &http->active; *at != NULL; at = &(*at)->next) {
        if (*at != transfer)
            continue;
        *at = transfer->next;
        http->n_active--;
        return;
    }
    for (struct gd_transfer **at = &http->queue; *at != NULL; at = &(*at)->next) {
        if (*at != transfer)
            continue;
        *at = transfer->next;
        if (transfer->next == NULL)
            http->queue_end = at;
        http->n_queued--;
        return;
    }
}

void gd_http_ended(struct gd_transfer *transfer, CURLcode result)
{
    struct gd_http *http = transfer->http;
    struct gd_pool *pool = http->pool;

    gd_http_scrub(http, transfer->answer.data, transfer->answer.len);
    gd_http_scrub(http, transfer->request_id, strlen(transfer->request_id));
    gd_easy_result(transfer, result, &transfer->result);
    take_out(http, transfer);
    gd_transfer_rest(transfer);
    if (transfer->result.status != 0)
        http->last_ms = transfer->result.elapsed_ms;
    transfer->next = NULL;
    *pool->ended_end = transfer;
    pool->ended_end = &transfer->next;
}

static void take_ended(struct gd_pool *pool, struct gd_transfer **at)
{
    struct gd_transfer *transfer = *at;

    *at = transfer->next;
    if (transfer->next == NULL)
        pool->ended_end = at;
    pool->outstanding--;
}

void gd_http_call_back(struct gd_pool *pool)
{
    struct gd_transfer *transfer = pool->ended;

    take_ended(pool, &pool->ended);
    if (transfer->result.status != 0)
        gd_log_body("<", transfer->result.body, transfer->result.len);
    call_back(transfer, &transfer->result);
}

void gd_http_drop_ended(struct gd_http *http)
{
    struct gd_transfer *transfer;

    for (struct gd_transfer **at = &http->pool->ended; *at != NULL;) {
        transfer = *at;
        if (transfer->http != http) {
            at = &transfer->next;
            continue;
        }
        take_ended(http->pool, at);
        gd_transfer_free(transfer);
    }
}

/* One that has ended, and that nobody was called back for: it is cancelled all the same. */
static void cancel_ended(struct gd_pool *pool, const struct gd_http *http, int id)
{
    struct gd_transfer **at = &pool->ended, *transfer;

    while (*at != NULL && ((*at)->http != http || (*at)->id != id))
        at = &(*at)->next;
    transfer = *at;
    if (transfer == NULL)
        return;
    take_ended(pool, at);
    transfer->result.fault = GD_FAULT_CANCELLED;
    snprintf(transfer->result.why, sizeof transfer->result.why, "cancelled");
    call_back(transfer, &transfer->result);
}

static struct gd_transfer *find(struct gd_transfer *list, int id)
{
    while (list != NULL && list->id != id)
        list = list->next;
    return list;
}

void gd_http_hurry(struct gd_http *http, int id)
{
    struct gd_transfer *transfer = find(http->queue, id);

    if (transfer == NULL || transfer == http->queue)
        return;
    take_out(http, transfer);
    transfer->next = http->queue;
    http->queue = transfer;
    http->n_queued++;
}

void gd_http_cancel(struct gd_http *http, int id)
{
    struct gd_transfer *transfer = find(http->active, id);
    struct gd_http_answer answer;

    if (transfer == NULL)
        transfer = find(http->queue, id);
    if (transfer == NULL) {
        if (http->pool != NULL)
            cancel_ended(http->pool, http, id);
        return;
    }
    if (transfer->easy != NULL)
        gd_easy_result(transfer, CURLE_ABORTED_BY_CALLBACK, &answer);
    else
        answer = (struct gd_http_answer){.retry_after = -1, .body = ""};
    answer.fault = GD_FAULT_CANCELLED;
    snprintf(answer.why, sizeof answer.why, "cancelled");
    take_out(http, transfer);
    gd_transfer_rest(transfer);
    http->pool->outstanding--;
    call_back(transfer, &answer);
}
