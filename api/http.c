/* HTTP: connections, their queues, and the life of a request. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http_part.h"
#include "log.h"
#include "mem.h"

#define CONCURRENCY_MAX 256

/* ---- making and freeing ---- */

static void add_base64(const unsigned char *bytes, size_t len, struct gd_buf *out)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

    for (size_t i = 0; i < len; i += 3) {
        size_t left = len - i;
        unsigned group = (unsigned)bytes[i] << 16 | (left > 1 ? (unsigned)bytes[i + 1] << 8 : 0) |
                         (left > 2 ? bytes[i + 2] : 0);

        gd_buf_addc(out, digits[group >> 18 & 63]);
        gd_buf_addc(out, digits[group >> 12 & 63]);
        gd_buf_addc(out, left > 1 ? digits[group >> 6 & 63] : '=');
        gd_buf_addc(out, left > 2 ? digits[group & 63] : '=');
    }
}

/* The Authorization header; NULL where memory ran out. Room is made first, so that no copy is left behind by
 * growing. */
static char *authorization_of(const char *user, const char *password)
{
    size_t len = strlen(user) + 1 + strlen(password);
    char *pair = gd_malloc(len + 1);
    struct gd_buf out;
    char *header;

    if (pair == NULL)
        return NULL;
    snprintf(pair, len + 1, "%s:%s", user, password);
    gd_buf_init(&out, len * 2 + 64);
    out.data = gd_malloc(out.max + 1);
    out.room = out.data != NULL ? out.max + 1 : 0;
    out.failed = out.data == NULL;
    gd_buf_adds(&out, "Authorization: Basic ");
    add_base64((const unsigned char *)pair, len, &out);
    gd_wipe_free(&pair);
    header = gd_buf_take(&out);
    return header;
}

static bool copy_text(char **to, const char *from)
{
    *to = from != NULL ? gd_strdup(from) : NULL;
    return from == NULL || *to != NULL;
}

static enum gd_rc fill(struct gd_http *http, const struct gd_http_options *options, struct gd_error *err)
{
    size_t len = strlen(options->base_url);

    while (len > 0 && options->base_url[len - 1] == '/')
        len--;
    http->base_url = gd_strndup(options->base_url, len);
    http->plain = strncasecmp(options->base_url, "http:", 5) == 0;
    http->authorization = authorization_of(options->user != NULL ? options->user : "",
                                           options->password != NULL ? options->password : "");
    http->concurrency = options->concurrency < 1 ? 1 : options->concurrency;
    if (http->concurrency > CONCURRENCY_MAX)
        http->concurrency = CONCURRENCY_MAX;
    http->connect_timeout = options->connect_timeout > 0 ? options->connect_timeout : 5;
    http->timeout = options->timeout > 0 ? options->timeout : 30;
    http->idle = gd_calloc((size_t)http->concurrency, sizeof(CURL *));
    http->queue_end = &http->queue;
    http->last_ms = -1;
    if (!copy_text(&http->ca_file, options->ca_file) ||
        !copy_text(&http->client_cert, options->client_cert) || !copy_text(&http->proxy, options->proxy) ||
        http->base_url == NULL || http->authorization == NULL || http->idle == NULL)
        return gd_fail_memory(err);
    return GD_OK;
}

enum gd_rc gd_http_new(struct gd_loop *loop, const struct gd_http_options *options, struct gd_http **out,
                       struct gd_error *err)
{
    struct gd_http *http;
    enum gd_rc rc = gd_http_check_url(options->base_url, err);

    *out = NULL;
    if (rc != GD_OK)
        return rc;
    if (options->user != NULL && strchr(options->user, ':') != NULL)
        return gd_fail(err, GD_INPUT, "correct account_sid in the profile",
                       "account_sid cannot hold a colon");
    http = gd_calloc(1, sizeof *http);
    if (http == NULL)
        return gd_fail_memory(err);
    http->loop = loop;
    rc = fill(http, options, err);
    if (rc != GD_OK)
        gd_http_free(&http);
    *out = http;
    return rc;
}

/* The headers of a request; type is that of its body. A name alone leaves out what libcurl would add: asking
 * leave before a larger body, the type of a form. The strings hold the credentials; libcurl's allocator wipes
 * what it frees. */
static enum gd_rc make_headers(const char *authorization, const char *type, struct curl_slist **list,
                               struct gd_error *err)
{
    const char *const lines[] = {"Accept: application/json", "Expect:", type, authorization};

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        struct curl_slist *longer = curl_slist_append(*list, lines[i]);

        if (longer == NULL) {
            curl_slist_free_all(*list);
            *list = NULL;
            return gd_fail_memory(err);
        }
        *list = longer;
    }
    return GD_OK;
}

/* Starts libcurl for this connection if that has not been done. */
static enum gd_rc begin(struct gd_http *http, struct gd_error *err)
{
    enum gd_rc rc = http->pool == NULL ? gd_pool_join(http, err) : GD_OK;

    if (rc == GD_OK && http->headers == NULL)
        rc = make_headers(http->authorization, "Content-Type:", &http->headers, err);
    if (rc == GD_OK && http->headers_body == NULL)
        rc = make_headers(http->authorization, "Content-Type: application/json", &http->headers_body, err);
    return rc;
}

/* Frees a transfer that stands in no list. */
static void free_transfer(struct gd_transfer *transfer)
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
static void take_handle(struct gd_transfer *transfer)
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

static void free_list(struct gd_transfer *list)
{
    while (list != NULL) {
        struct gd_transfer *next = list->next;

        take_handle(list);
        free_transfer(list);
        list = next;
    }
}

void gd_http_free(struct gd_http **pointer)
{
    struct gd_http *http = *pointer;

    if (http == NULL)
        return;
    *pointer = NULL;
    free_list(http->active);
    free_list(http->queue);
    if (http->pool != NULL)
        http->pool->outstanding -= http->n_active + http->n_queued;
    gd_pipe_ignore();
    for (int i = 0; i < http->n_idle; i++)
        curl_easy_cleanup(http->idle[i]);
    curl_slist_free_all(http->headers);
    curl_slist_free_all(http->headers_body);
    gd_pipe_restore();
    gd_pool_leave(http);
    gd_wipe_free(&http->authorization);
    gd_free(http->idle);
    gd_free(http->base_url);
    gd_free(http->ca_file);
    gd_free(http->client_cert);
    gd_free(http->proxy);
    gd_free(http);
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
    free_transfer(transfer);
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
    free_transfer(transfer);
    return NULL;
}

enum gd_rc gd_http_send(struct gd_http *http, const char *method, const char *path, const char *body,
                        size_t len, gd_http_fn *fn, void *arg, int *id, struct gd_error *err)
{
    struct gd_transfer *transfer;
    enum gd_rc rc = begin(http, err);

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
            free_transfer(transfer);
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
    struct gd_http_answer answer;

    gd_easy_result(transfer, result, &answer);
    take_out(http, transfer);
    take_handle(transfer);
    http->pool->outstanding--;
    if (answer.status != 0) {
        http->last_ms = answer.elapsed_ms;
        gd_log_body("<", answer.body, answer.len);
    }
    call_back(transfer, &answer);
}

static struct gd_transfer *find(struct gd_transfer *list, int id)
{
    while (list != NULL && list->id != id)
        list = list->next;
    return list;
}

void gd_http_cancel(struct gd_http *http, int id)
{
    struct gd_transfer *transfer = find(http->active, id);
    struct gd_http_answer answer;

    if (transfer == NULL)
        transfer = find(http->queue, id);
    if (transfer == NULL)
        return;
    if (transfer->easy != NULL)
        gd_easy_result(transfer, CURLE_ABORTED_BY_CALLBACK, &answer);
    else
        answer = (struct gd_http_answer){.retry_after = -1, .body = ""};
    answer.fault = GD_FAULT_CANCELLED;
    snprintf(answer.why, sizeof answer.why, "cancelled");
    take_out(http, transfer);
    take_handle(transfer);
    http->pool->outstanding--;
    call_back(transfer, &answer);
}

int gd_http_active(const struct gd_http *http)
{
    return http->n_active + http->n_queued;
}

int64_t gd_http_last_ms(const struct gd_http *http)
{
    return http->last_ms;
}
