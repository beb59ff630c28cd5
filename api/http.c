/* HTTP: connections, made and freed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "http_part.h"
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
    if (!copy_text(&http->password, options->password) || !copy_text(&http->ca_file, options->ca_file) ||
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
enum gd_rc gd_http_begin(struct gd_http *http, struct gd_error *err)
{
    enum gd_rc rc = http->pool == NULL ? gd_pool_join(http, err) : GD_OK;

    if (rc == GD_OK && http->headers == NULL)
        rc = make_headers(http->authorization, "Content-Type:", &http->headers, err);
    if (rc == GD_OK && http->headers_body == NULL)
        rc = make_headers(http->authorization, "Content-Type: application/json", &http->headers_body, err);
    return rc;
}

static void free_list(struct gd_transfer *list)
{
    while (list != NULL) {
        struct gd_transfer *next = list->next;

        gd_transfer_rest(list);
        gd_transfer_free(list);
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
        gd_http_drop_ended(http);
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
    gd_wipe_free(&http->password);
    gd_free(http->idle);
    gd_free(http->base_url);
    gd_free(http->ca_file);
    gd_free(http->client_cert);
    gd_free(http->proxy);
    gd_free(http);
}

int gd_http_active(const struct gd_http *http)
{
    return http->n_active + http->n_queued;
}

int64_t gd_http_last_ms(const struct gd_http *http)
{
    return http->last_ms;
}
