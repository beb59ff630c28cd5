/* The pool: libcurl's multi handle of one loop, started with the first request. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <malloc.h>
#include <signal.h>
#include <string.h>

#include "http_part.h"
#include "mem.h"

/* ---- memory: libcurl frees copies of the credentials, so what it frees is wiped ---- */

static void wipe_free(void *ptr)
{
    if (ptr == NULL)
        return;
    gd_wipe(ptr, malloc_usable_size(ptr));
    gd_free(ptr);
}

static void *wipe_realloc(void *old, size_t size)
{
    size_t had = old != NULL ? malloc_usable_size(old) : 0;
    void *grown;

    if (old != NULL && size <= had && size > had / 2)
        return old;
    grown = gd_malloc(size);
    if (grown == NULL)
        return NULL;
    if (old != NULL)
        memcpy(grown, old, had < size ? had : size);
    wipe_free(old);
    return grown;
}

/* ---- SIGPIPE ---- */

static struct sigaction pipe_before;

static int pipe_depth;

void gd_pipe_ignore(void)
{
    struct sigaction ignore = {.sa_handler = SIG_IGN};

    if (pipe_depth++ == 0)
        sigaction(SIGPIPE, &ignore, &pipe_before);
}

void gd_pipe_restore(void)
{
    if (--pipe_depth == 0)
        sigaction(SIGPIPE, &pipe_before, NULL);
}

/* ---- what the loop calls ---- */

static short to_curl(short events)
{
    return (short)((events & POLLIN ? CURL_WAIT_POLLIN : 0) | (events & POLLPRI ? CURL_WAIT_POLLPRI : 0) |
                   (events & POLLOUT ? CURL_WAIT_POLLOUT : 0));
}

static enum gd_rc pool_wait(struct gd_loop_http *self, const struct pollfd *fds, size_t n, int ms,
                            struct gd_error *err)
{
    struct gd_pool *pool = (struct gd_pool *)self;
    CURLMcode code;

    if (n > pool->room_waits) {
        struct curl_waitfd *waits = gd_realloc(pool->waits, n * 2 * sizeof *waits);

        if (waits == NULL)
            return gd_fail_memory(err);
        pool->waits = waits;
        pool->room_waits = n * 2;
    }
    for (size_t i = 0; i < n; i++)
        pool->waits[i] = (struct curl_waitfd){.fd = fds[i].fd, .events = to_curl(fds[i].events)};
    for (const struct gd_http *http = pool->users; http != NULL; http = http->next)
        ms = gd_http_can_start(http) ? 0 : ms;
    /* libcurl takes no endless wait; a long one comes to the same. */
    code = curl_multi_poll(pool->multi, pool->waits, (unsigned)n, ms >= 0 ? ms : 1000 * 3600, NULL);
    if (code == CURLM_OK)
        return GD_OK;
    return gd_fail(err, code == CURLM_OUT_OF_MEMORY ? GD_NO_MEMORY : GD_IO, NULL,
                   "waiting for the network failed: %s", curl_multi_strerror(code));
}

static void pool_free(struct gd_pool *pool)
{
    gd_loop_http_set(pool->loop, NULL);
    gd_pipe_ignore();
    curl_multi_cleanup(pool->multi);
    curl_global_cleanup();
    gd_pipe_restore();
    gd_free(pool->waits);
    gd_free(pool);
}

/* A callback for one that could not be started can change the list of users: then from the beginning. */
static void start_queued(struct gd_pool *pool)
{
    struct gd_http *http = pool->users;

    while (http != NULL)
        http = gd_http_start_queued(http) ? http->next : pool->users;
}

/* Lets libcurl move what it can, and puts aside what has come to its end. */
static void perform(struct gd_pool *pool)
{
    struct gd_transfer *transfer;
    const CURLMsg *message;
    int left;

    curl_multi_perform(pool->multi, &left);
    while ((message = curl_multi_info_read(pool->multi, &left)) != NULL) {
        CURLcode result = message->data.result;

        if (message->msg == CURLMSG_DONE &&
            curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &transfer) == CURLE_OK)
            gd_http_ended(transfer, result);
    }
}

/* The next requests leave before the answers are worked on: the service works meanwhile. */
static void pool_move(struct gd_loop_http *self)
{
    struct gd_pool *pool = (struct gd_pool *)self;

    pool->moving = true;
    gd_pipe_ignore();
    perform(pool);
    if (pool->ended != NULL) {
        start_queued(pool);
        perform(pool);
    }
    gd_pipe_restore();
    while (pool->ended != NULL)
        gd_http_call_back(pool);
    start_queued(pool);
    pool->moving = false;
    if (pool->users == NULL)
        pool_free(pool);
}

static bool pool_busy(const struct gd_loop_http *self)
{
    return ((const struct gd_pool *)self)->outstanding > 0;
}

/* ---- joining and leaving ---- */

static enum gd_rc pool_new(struct gd_loop *loop, struct gd_pool **out, struct gd_error *err)
{
    struct gd_pool *pool = gd_calloc(1, sizeof *pool);

    if (pool == NULL)
        return gd_fail_memory(err);
    if (curl_global_init_mem(CURL_GLOBAL_DEFAULT, gd_malloc, wipe_free, wipe_realloc, gd_strdup, gd_calloc) !=
        CURLE_OK) {
        gd_free(pool);
        return gd_fail(err, GD_IO, "look at the installation of libcurl", "libcurl could not be started");
    }
    pool->multi = curl_multi_init();
    if (pool->multi == NULL) {
        curl_global_cleanup();
        gd_free(pool);
        return gd_fail_memory(err);
    }
    pool->calls = (struct gd_loop_http){.wait = pool_wait, .move = pool_move, .busy = pool_busy};
    pool->loop = loop;
    pool->ended_end = &pool->ended;
    gd_loop_http_set(loop, &pool->calls);
    *out = pool;
    return GD_OK;
}

static void set_limits(struct gd_pool *pool)
{
    curl_multi_setopt(pool->multi, CURLMOPT_MAX_TOTAL_CONNECTIONS, pool->concurrency);
    curl_multi_setopt(pool->multi, CURLMOPT_MAXCONNECTS, pool->concurrency);
}

enum gd_rc gd_pool_join(struct gd_http *http, struct gd_error *err)
{
    struct gd_pool *pool = (struct gd_pool *)gd_loop_http(http->loop);
    enum gd_rc rc = GD_OK;

    if (pool == NULL)
        rc = pool_new(http->loop, &pool, err);
    if (rc != GD_OK)
        return rc;
    http->next = pool->users;
    pool->users = http;
    pool->concurrency += http->concurrency;
    set_limits(pool);
    http->pool = pool;
    return GD_OK;
}

void gd_pool_leave(struct gd_http *http)
{
    struct gd_pool *pool = http->pool;
    struct gd_http **at;

    http->pool = NULL;
    if (pool == NULL)
        return;
    for (at = &pool->users; *at != http; at = &(*at)->next)
        ;
    *at = http->next;
    pool->concurrency -= http->concurrency;
    if (pool->users != NULL)
        set_limits(pool);
    else if (!pool->moving)
        pool_free(pool);
}
