/* HTTP on curl_multi: connections reused, bounded concurrency, cancel, timeouts, bounded answers, no
 * redirects. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_HTTP_H
#define GD_HTTP_H

#include "buf.h"
#include "loop.h"

#define GD_ANSWER_MAX ((size_t)32 * 1024 * 1024)

/* Where and how to connect; texts are copied. */
struct gd_http_options {
    const char *base_url; /* https, or http to a loopback address only */
    const char *user, *password;
    const char *ca_file, *client_cert, *proxy; /* NULL: none; no proxy is taken from the environment */
    int concurrency;                           /* transfers at once */
    int connect_timeout, timeout;              /* seconds */
};

enum gd_fault {
    GD_FAULT_NONE,
    GD_FAULT_RESOLVE,         /* name not found: nothing was sent */
    GD_FAULT_CONNECT,         /* refused or unreachable: nothing was sent */
    GD_FAULT_CONNECT_TIMEOUT, /* nothing was sent */
    GD_FAULT_CERTIFICATE,     /* the server's or our own is not accepted: nothing was sent */
    GD_FAULT_TLS,             /* the handshake broke: nothing was sent */
    GD_FAULT_TIMEOUT,         /* after sending began */
    GD_FAULT_BROKEN,          /* the connection broke after sending began */
    GD_FAULT_TOO_LARGE,       /* the answer exceeds GD_ANSWER_MAX */
    GD_FAULT_CANCELLED
};

struct gd_http_answer {
    enum gd_fault fault;
    bool sent;           /* bytes of the request may have left this machine */
    int status;          /* 0 where no answer came */
    int64_t retry_after; /* milliseconds; -1 where the header is absent or unreadable */
    int64_t elapsed_ms;
    const char *body; /* of len bytes, NUL behind them; valid during the callback only */
    size_t len;
    char request_id[80]; /* of an x-request-id header, "" none */
    char why[200];       /* the fault in words, "" none */
};

struct gd_http;
typedef void gd_http_fn(void *arg, const struct gd_http_answer *answer);

/* GD_INPUT for a URL that is not acceptable (plain http beyond loopback, credentials in it, another scheme).
 */
GD_MUST_USE enum gd_rc gd_http_new(struct gd_loop *loop, const struct gd_http_options *options,
                                   struct gd_http **out, struct gd_error *err);
void gd_http_free(struct gd_http **http); /* cancels what is under way, without callbacks */

/* Whether base_url may be spoken to; the same check as in gd_http_new. */
GD_MUST_USE enum gd_rc gd_http_check_url(const char *base_url, struct gd_error *err);

/* Queues a request; fn is called once, from gd_loop_turn. path is appended to base_url and must be
 * percent-encoded; body is copied (NULL: none) and wiped afterwards. *id serves gd_http_cancel (which calls
 * fn with GD_FAULT_CANCELLED at once). */
GD_MUST_USE enum gd_rc gd_http_send(struct gd_http *http, const char *method, const char *path,
                                    const char *body, size_t len, gd_http_fn *fn, void *arg, int *id,
                                    struct gd_error *err);
void gd_http_cancel(struct gd_http *http, int id);

/* Puts a queued request before the others; nothing where it is under way. */
void gd_http_hurry(struct gd_http *http, int id);

/* How many are queued or under way; the time of the last answer in milliseconds, -1 before any. */
int gd_http_active(const struct gd_http *http);
int64_t gd_http_last_ms(const struct gd_http *http);

/* Percent-encodes a path part (everything but unreserved characters), appended to out. */
void gd_http_encode(const char *part, struct gd_buf *out);

#endif
