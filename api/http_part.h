/* What the files of the HTTP module share: a transfer, a connection, and the pool of one loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_HTTP_PART_H
#define GD_HTTP_PART_H

#include <curl/curl.h>

#include "http.h"
#include "loop_http.h"

/* The libcurl of one loop: made with the first request, gone with the last connection. */
struct gd_pool {
    struct gd_loop_http calls; /* first: what the loop holds */
    struct gd_loop *loop;
    CURLM *multi;
    struct curl_waitfd *waits;
    size_t room_waits;
    struct gd_http *users;                  /* the connections that share it */
    long concurrency;                       /* theirs, added */
    struct gd_transfer *ended, **ended_end; /* answered, not yet called back for */
    int outstanding;                        /* requests queued, under way or ended */
    bool moving;                            /* inside move: then it is freed at its end */
};

/* One request. It stands in its connection's queue, then among those under way. */
struct gd_transfer {
    struct gd_transfer *next;
    struct gd_http *http;
    CURL *easy; /* NULL while queued */
    int id;
    bool write; /* not to be sent twice */
    char *method, *path;
    char *body; /* NULL none; wiped */
    size_t len;
    gd_http_fn *fn;
    void *arg;

    struct gd_buf answer;
    size_t header_bytes;
    int64_t retry_after;
    char request_id[80];
    char words[CURL_ERROR_SIZE]; /* libcurl's */
    bool begun;                  /* a connection stood, the request was about to leave */
    long size_before;            /* bytes sent until then: a proxy's CONNECT */
    bool head_ended;             /* the answer's head came to its end */
    bool too_large;
    struct gd_http_answer result; /* once it has ended */
};

struct gd_http {
    struct gd_http *next; /* of the pool's users */
    struct gd_loop *loop;
    struct gd_pool *pool; /* NULL before the first request */
    char *base_url;       /* without a slash at its end */
    bool plain;           /* http: to loopback only */
    char *authorization;  /* the header; secret */
    char *password;       /* secret */
    char *ca_file, *client_cert, *proxy;
    int concurrency, connect_timeout, timeout;
    struct curl_slist *headers, *headers_body; /* both hold the authorization */
    struct gd_transfer *queue, **queue_end;
    struct gd_transfer *active;
    CURL **idle; /* easy handles at rest, with all options set that do not change */
    int n_idle, n_active, n_queued, last_id;
    int64_t last_ms;
};

/* Joins the loop's pool, making it (and starting libcurl) where there is none. */
GD_MUST_USE enum gd_rc gd_pool_join(struct gd_http *http, struct gd_error *err);
void gd_pool_leave(struct gd_http *http);

/* Starts libcurl for this connection if that has not been done. */
GD_MUST_USE enum gd_rc gd_http_begin(struct gd_http *http, struct gd_error *err);

/* Takes the transfer's handle from libcurl; it rests for the next one. Frees a transfer that stands in no
 * list. */
void gd_transfer_rest(struct gd_transfer *transfer);
void gd_transfer_free(struct gd_transfer *transfer);

/* Ends a transfer that libcurl has finished with result: puts it among the pool's ended ones. */
void gd_http_ended(struct gd_transfer *transfer, CURLcode result);
/* Calls back for the first of the ended ones, and frees it; its connection can be gone then. */
void gd_http_call_back(struct gd_pool *pool);
/* Frees the ended ones of a connection without callbacks. */
void gd_http_drop_ended(struct gd_http *http);

/* Whether a queued request can be started; starts what can be. False: one could not and was called back for
 * (then http can be gone). */
bool gd_http_can_start(const struct gd_http *http);
bool gd_http_start_queued(struct gd_http *http);

/* Overwrites the connection's password and credentials wherever they stand in what came back. */
void gd_http_scrub(const struct gd_http *http, char *bytes, size_t len);

/* libcurl writes to sockets that may be closed: SIGPIPE is ignored between these two. */
void gd_pipe_ignore(void);
void gd_pipe_restore(void);

/* A new easy handle with the options of this connection; NULL where memory ran out. */
CURL *gd_easy_new(struct gd_http *http);
/* Sets what differs from request to request. */
GD_MUST_USE enum gd_rc gd_easy_prepare(struct gd_transfer *transfer, struct gd_error *err);
/* Reads what became of the transfer into answer; its body and texts are borrowed from the transfer. */
void gd_easy_result(struct gd_transfer *transfer, CURLcode result, struct gd_http_answer *answer);

/* What a failure of libcurl means; *words gets a clause for people. */
enum gd_fault gd_fault_of(CURLcode code, bool sent, const char **words);

/* A Retry-After header's value in milliseconds from now; -1 where it is neither seconds nor a date. */
int64_t gd_retry_after_parse(const char *value, size_t len, int64_t now);

#endif
