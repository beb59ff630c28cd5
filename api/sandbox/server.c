/* The HTTP side: libmicrohttpd without threads of its own, its descriptor in one poll beside signals and
 * standard input. Latency and answers that never come are suspended connections in a queue ordered by when
 * they are due. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <microhttpd.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "../mem.h"
#include "../when.h"
#include "request.h"

#define HANG_MS 120000 /* an answer that never comes: longer than clients wait */
#define SWALLOW_MAX ((size_t)1 << 30)

/* One request on its way. */
struct conn {
    struct MHD_Connection *wire;
    char *uri;
    struct gd_buf body;
    size_t body_seen;
    bool started, answered, waiting;
    int64_t since_ms;
    int64_t due_ms;
    struct sb_reply reply;
    struct conn *next; /* in a queue */
};

/* All of one queue wait equally long, so the first is due first. */
struct queue {
    struct conn *first, **last;
};

struct sb_server {
    struct sb *sb;
    struct MHD_Daemon *daemon;
    struct queue late, hung;
    int signals;
    sigset_t old_mask;
    bool guard_ended;
};

static void *on_uri(void *cls, const char *uri, struct MHD_Connection *wire)
{
    struct sb_server *server = cls;
    struct conn *conn = gd_calloc(1, sizeof *conn);
    if (conn == NULL)
        return NULL;
    conn->wire = wire;
    conn->uri = gd_strdup(uri);
    conn->since_ms = gd_mono_ms();
    gd_buf_init(&conn->body, (size_t)server->sb->opt.body_limit);
    sb_reply_init(&conn->reply);
    return conn;
}

static void on_completed(void *cls, struct MHD_Connection *wire, void **state,
                         enum MHD_RequestTerminationCode how)
{
    struct conn *conn = *state;
    (void)cls;
    (void)wire;
    (void)how;
    if (conn == NULL)
        return;
    gd_free(conn->uri);
    gd_buf_free(&conn->body);
    sb_reply_free(&conn->reply);
    gd_free(conn);
    *state = NULL;
}

static size_t leave_escapes(void *cls, struct MHD_Connection *wire, char *text)
{
    (void)cls;
    (void)wire;
    return strlen(text);
}

static void push(struct queue *queue, struct conn *conn, int64_t due_ms)
{
    conn->due_ms = due_ms;
    conn->next = NULL;
    conn->waiting = true;
    *queue->last = conn;
    queue->last = &conn->next;
    MHD_suspend_connection(conn->wire);
}

static void resume_due(struct queue *queue, int64_t now_ms)
{
    while (queue->first != NULL && queue->first->due_ms <= now_ms) {
        struct conn *conn = queue->first;
        queue->first = conn->next;
        if (queue->first == NULL)
            queue->last = &queue->first;
        conn->waiting = false;
        MHD_resume_connection(conn->wire);
    }
}

/* A reset, now: leaving the connection to the ordinary close would end it in order first. */
static enum MHD_Result reset(struct conn *conn)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(conn->wire, MHD_CONNECTION_INFO_CONNECTION_FD);
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (info != NULL && connect(info->connect_fd, &nowhere, sizeof nowhere) != 0)
        return MHD_NO;
    return MHD_NO;
}

static ssize_t read_streamed(void *cls, uint64_t at, char *out, size_t room)
{
    struct conn *conn = cls;
    (void)at;
    ssize_t many = conn->reply.next(conn->reply.state, out, room);
    return many > 0 ? many : MHD_CONTENT_READER_END_OF_STREAM;
}

/* Half of what was announced, then the end. */
static ssize_t read_half(void *cls, uint64_t at, char *out, size_t room)
{
    struct conn *conn = cls;
    size_t half = conn->reply.body.len / 2, left = at < half ? half - (size_t)at : 0;
    size_t many = left < room ? left : room;
    if (many == 0)
        return MHD_CONTENT_READER_END_WITH_ERROR;
    memcpy(out, conn->reply.body.data + at, many);
    return (ssize_t)many;
}

/* The body stays with conn, which outlives the response. */
static struct MHD_Response *response_of(struct conn *conn)
{
    struct sb_reply *reply = &conn->reply;
    if (reply->next != NULL)
        return MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, 32768, read_streamed, conn, NULL);
    if (reply->act == SB_CUT)
        return MHD_create_response_from_callback(reply->body.len, 32768, read_half, conn, NULL);
    return MHD_create_response_from_buffer(reply->body.len, reply->body.data, MHD_RESPMEM_PERSISTENT);
}

static enum MHD_Result send_reply(struct conn *conn)
{
    struct sb_reply *reply = &conn->reply;
    if (reply->act == SB_RESET)
        return reset(conn);
    if (reply->act == SB_HANG)
        return MHD_NO;
    struct MHD_Response *response = response_of(conn);
    if (response == NULL)
        return MHD_NO;
    MHD_add_response_header(response, "Content-Type", reply->type != NULL ? reply->type : "application/json");
    if (reply->retry_after != NULL)
        MHD_add_response_header(response, "Retry-After", reply->retry_after);
    if (reply->status == 405 && reply->allow != NULL)
        MHD_add_response_header(response, "Allow", reply->allow);
    if (reply->status == 401)
        MHD_add_response_header(response, "WWW-Authenticate", "Basic realm=\"ExoBridge\"");
    enum MHD_Result rc = MHD_queue_response(conn->wire, (unsigned)reply->status, response);
    MHD_destroy_response(response);
    return rc;
}

static const char *version_header(struct MHD_Connection *wire)
{
    const char *version = MHD_lookup_connection_value(wire, MHD_HEADER_KIND, "Accept-Version");
    return version != NULL ? version : MHD_lookup_connection_value(wire, MHD_HEADER_KIND, "X-Api-Version");
}

static void say(const struct sb *sb, const struct conn *conn, const char *method)
{
    char line[400];
    if (sb->say == NULL)
        return;
    int used = snprintf(line, sizeof line, "%s %.300s %d %lld ms", method, conn->uri, conn->reply.status,
                        (long long)(gd_mono_ms() - conn->since_ms));
    for (int i = 0; i < used && i < (int)sizeof line - 1; i++) {
        if (line[i] < ' ' || line[i] > '~')
            line[i] = '?';
    }
    sb->say(line);
}

static void answer(struct sb_server *server, struct conn *conn, const char *method)
{
    struct sb_wire wire = {.method = method,
                           .uri = conn->uri,
                           .auth = MHD_lookup_connection_value(conn->wire, MHD_HEADER_KIND, "Authorization"),
                           .version = version_header(conn->wire),
                           .type = MHD_lookup_connection_value(conn->wire, MHD_HEADER_KIND, "Content-Type"),
                           .body = conn->body.data,
                           .body_len = conn->body.len,
                           .too_large = conn->body.failed};
    sb_handle(server->sb, &wire, &conn->reply);
    conn->answered = true;
    say(server->sb, conn, method);
}

/* Called when the headers are there, for each piece of the body, at its end, and again after a suspension. */
static enum MHD_Result on_request(void *cls, struct MHD_Connection *wire, const char *url, const char *method,
                                  const char *version, const char *data, size_t *size, void **state)
{
    struct sb_server *server = cls;
    struct conn *conn = *state;
    (void)wire;
    (void)url;
    (void)version;
    if (conn == NULL || conn->uri == NULL)
        return MHD_NO;
    if (!conn->started) {
        conn->started = true;
        return MHD_YES;
    }
    if (*size > 0) {
        gd_buf_add(&conn->body, data, *size);
        conn->body_seen += *size;
        *size = 0;
        return conn->body_seen <= SWALLOW_MAX ? MHD_YES : MHD_NO;
    }
    if (!conn->answered) {
        answer(server, conn, method);
        bool control = strncmp(conn->uri, "/_sandbox/", 10) == 0;
        if (conn->reply.act == SB_HANG)
            push(&server->hung, conn, gd_mono_ms() + HANG_MS);
        else if (server->sb->opt.latency_ms > 0 && !control)
            push(&server->late, conn, gd_mono_ms() + server->sb->opt.latency_ms);
        if (conn->waiting)
            return MHD_YES;
    }
    return send_reply(conn);
}

static bool loopback(const char *text, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;
    memset(out, 0, sizeof *out);
    if (strcmp(text, "localhost") == 0)
        text = "127.0.0.1";
    if (inet_pton(AF_INET, text, &v4->sin_addr) == 1) {
        v4->sin_family = AF_INET;
        return ntohl(v4->sin_addr.s_addr) >> 24 == 127;
    }
    if (inet_pton(AF_INET6, text, &v6->sin6_addr) == 1) {
        v6->sin6_family = AF_INET6;
        return IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr);
    }
    return false;
}

static struct MHD_Daemon *start(struct sb_server *server, const struct sockaddr_storage *where)
{
    unsigned flags =
        MHD_USE_EPOLL | MHD_ALLOW_SUSPEND_RESUME | (where->ss_family == AF_INET6 ? MHD_USE_IPv6 : 0u);
    return MHD_start_daemon(flags, (uint16_t)server->sb->opt.port, NULL, NULL, on_request, server,
                            MHD_OPTION_SOCK_ADDR, where, MHD_OPTION_URI_LOG_CALLBACK, on_uri, server,
                            MHD_OPTION_NOTIFY_COMPLETED, on_completed, server, MHD_OPTION_UNESCAPE_CALLBACK,
                            leave_escapes, NULL, MHD_OPTION_CONNECTION_LIMIT, 4096u,
                            MHD_OPTION_CONNECTION_TIMEOUT, 120u, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
                            (size_t)65536, MHD_OPTION_LISTEN_BACKLOG_SIZE, 1024u, MHD_OPTION_END);
}

enum gd_rc sb_server_open(struct sb *sb, struct sb_server **out, int *port, struct gd_error *err)
{
    struct sockaddr_storage where;
    sigset_t mask;
    if (!loopback(sb->opt.bind, &where))
        return gd_fail(err, GD_INPUT, "give 127.0.0.1 or ::1", "--bind %s is no loopback address",
                       sb->opt.bind);
    if (where.ss_family == AF_INET)
        ((struct sockaddr_in *)&where)->sin_port = htons((uint16_t)sb->opt.port);
    else
        ((struct sockaddr_in6 *)&where)->sin6_port = htons((uint16_t)sb->opt.port);
    struct sb_server *server = gd_calloc(1, sizeof *server);
    if (server == NULL)
        return gd_fail_memory(err);
    server->sb = sb;
    server->late.last = &server->late.first;
    server->hung.last = &server->hung.first;
    sigemptyset(&mask);
    sigaddset(&mask, SIGTERM);
    sigaddset(&mask, SIGINT);
    sigaddset(&mask, SIGHUP);
    sigprocmask(SIG_BLOCK, &mask, &server->old_mask);
    server->signals = signalfd(-1, &mask, SFD_CLOEXEC | SFD_NONBLOCK);
    signal(SIGPIPE, SIG_IGN);
    server->daemon = server->signals >= 0 ? start(server, &where) : NULL;
    if (server->daemon == NULL) {
        int fault = errno;
        sb_server_close(&server);
        return gd_fail(err, GD_NO_ANSWER, "choose another --port", "cannot listen on %s port %d: %s",
                       sb->opt.bind, sb->opt.port, strerror(fault));
    }
    *port = (int)MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_BIND_PORT)->port;
    *out = server;
    return GD_OK;
}

static int wait_ms(struct sb_server *server)
{
    MHD_UNSIGNED_LONG_LONG timeout;
    int64_t wait = MHD_get_timeout(server->daemon, &timeout) == MHD_YES ? (int64_t)timeout : 60000;
    const struct queue *queues[] = {&server->late, &server->hung};
    for (int i = 0; i < 2; i++) {
        int64_t left = queues[i]->first != NULL ? queues[i]->first->due_ms - gd_mono_ms() : wait;
        wait = left < wait ? left : wait;
    }
    return wait < 0 ? 0 : wait > 60000 ? 60000 : (int)wait;
}

/* Taken off the queue, so that it does not strike when the signals are let in again. */
static bool told_to_end(const struct sb_server *server)
{
    struct signalfd_siginfo info;
    return read(server->signals, &info, sizeof info) > 0;
}

static bool stdin_ended(short events)
{
    char bytes[256];
    if (events == 0)
        return false;
    ssize_t many = read(STDIN_FILENO, bytes, sizeof bytes);
    return many == 0 || (many < 0 && errno != EAGAIN && errno != EINTR);
}

void sb_server_run(struct sb_server *server)
{
    int wire = MHD_get_daemon_info(server->daemon, MHD_DAEMON_INFO_EPOLL_FD)->epoll_fd;
    struct pollfd polled[] = {{.fd = wire, .events = POLLIN},
                              {.fd = server->signals, .events = POLLIN},
                              {.fd = server->sb->opt.stdin_guard ? STDIN_FILENO : -1, .events = POLLIN}};
    for (;;) {
        if (poll(polled, 3, wait_ms(server)) < 0 && errno != EINTR)
            return;
        if ((polled[1].revents != 0 && told_to_end(server)) || stdin_ended(polled[2].revents))
            return;
        int64_t now = gd_mono_ms();
        resume_due(&server->late, now);
        resume_due(&server->hung, now);
        MHD_run(server->daemon);
    }
}

void sb_server_close(struct sb_server **at)
{
    struct sb_server *server = *at;
    if (server == NULL)
        return;
    resume_due(&server->late, INT64_MAX);
    resume_due(&server->hung, INT64_MAX);
    if (server->daemon != NULL)
        MHD_stop_daemon(server->daemon);
    if (server->signals >= 0)
        close(server->signals);
    sigprocmask(SIG_SETMASK, &server->old_mask, NULL);
    gd_free(server);
    *at = NULL;
}
