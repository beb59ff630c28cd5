/* The scripted server of the tests of HTTP. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tap.h"

/* A connection: reads until a request is whole, then writes its reaction. */
struct server_link {
    struct server_link *next;
    struct server *server;
    int fd, watch;
    bool writing, held;
    struct gd_buf in, out;
    size_t filler, pieces;
    enum server_end end;
};

static void on_link(void *arg, int fd, short events);

static void watch_for(struct server_link *link, short events)
{
    gd_loop_fd_drop(link->server->loop, link->watch);
    if (gd_loop_fd(link->server->loop, link->fd, events, on_link, link, &link->watch) != GD_OK)
        bail_out("the server cannot watch a connection");
}

static void close_link(struct server_link *link, bool reset)
{
    struct linger now = {.l_onoff = 1};
    struct server_link **at = &link->server->links;

    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    link->server->open--;
    if (link->writing || link->held)
        link->server->waiting--;
    if (reset)
        setsockopt(link->fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
    gd_loop_fd_drop(link->server->loop, link->watch);
    close(link->fd);
    gd_buf_free(&link->in);
    gd_buf_free(&link->out);
    free(link);
}

/* The length of the whole request at the beginning of text, 0 while it is not there. */
static size_t request_len(const char *text, size_t len)
{
    const char *end = strstr(text, "\r\n\r\n");
    const char *line;
    size_t body = 0;

    if (end == NULL)
        return 0;
    for (line = strstr(text, "\r\n"); line != NULL && line < end; line = strstr(line + 2, "\r\n")) {
        if (strncasecmp(line + 2, "content-length:", 15) == 0)
            body = strtoul(line + 17, NULL, 10);
    }
    body += (size_t)(end + 4 - text);
    return len >= body ? body : 0;
}

static void take_request(struct server_link *link, size_t len)
{
    struct server *server = link->server;
    size_t which =
        (size_t)server->requests < server->n_script ? (size_t)server->requests : server->n_script - 1;
    const struct reaction *reaction = &server->script[which];

    server->requests++;
    server->waiting++;
    if (server->waiting > server->most_waiting)
        server->most_waiting = server->waiting;
    gd_buf_clear(&server->last);
    gd_buf_add(&server->last, link->in.data, len);
    gd_buf_clear(&link->in); /* no client here sends two at once */
    if (reaction->text != NULL)
        gd_buf_add(&link->out, reaction->text, reaction->len > 0 ? reaction->len : strlen(reaction->text));
    link->filler = reaction->filler;
    link->pieces = reaction->pieces;
    link->end = reaction->end;
    link->writing = true;
    watch_for(link, POLLOUT);
}

static void end_reaction(struct server_link *link)
{
    if (link->end == SERVER_CLOSE || link->end == SERVER_RESET) {
        close_link(link, link->end == SERVER_RESET);
        return;
    }
    link->held = link->end == SERVER_HOLD;
    if (!link->held)
        link->server->waiting--;
    link->writing = false;
    watch_for(link, POLLIN);
}

static void write_more(struct server_link *link)
{
    static char filler[65536];
    const char *bytes = link->out.data;
    size_t len = link->out.len;
    ssize_t wrote;

    if (filler[0] == '\0')
        memset(filler, 'x', sizeof filler);
    if (len == 0) {
        bytes = filler;
        len = link->filler < sizeof filler ? link->filler : sizeof filler;
    }
    if (len == 0) {
        end_reaction(link);
        return;
    }
    if (link->pieces > 0 && len > link->pieces)
        len = link->pieces;
    wrote = send(link->fd, bytes, len, MSG_NOSIGNAL);
    if (wrote < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (wrote < 0) {
        close_link(link, false);
    } else if (bytes == filler) {
        link->filler -= (size_t)wrote;
    } else {
        link->out.len -= (size_t)wrote;
        memmove(link->out.data, link->out.data + wrote, link->out.len);
    }
}

static void read_more(struct server_link *link)
{
    char bytes[16384];
    ssize_t got = recv(link->fd, bytes, sizeof bytes, 0);
    size_t len;

    if (got < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (got <= 0) {
        close_link(link, false);
        return;
    }
    gd_buf_add(&link->in, bytes, (size_t)got);
    len = request_len(link->in.data, link->in.len);
    if (len > 0)
        take_request(link, len);
}

static void on_link(void *arg, int fd, short events)
{
    struct server_link *link = arg;

    (void)fd;
    if (link->writing)
        write_more(link);
    else if ((events & (POLLIN | POLLHUP | POLLERR)) != 0)
        read_more(link);
}

static void on_listener(void *arg, int fd, short events)
{
    struct server *server = arg;
    struct server_link *link = calloc(1, sizeof *link);
    int yes = 1;

    (void)events;
    if (link == NULL)
        bail_out("no memory");
    link->server = server;
    link->fd = accept4(fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (link->fd < 0) {
        free(link);
        return;
    }
    setsockopt(link->fd, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    gd_buf_init(&link->in, (size_t)1 << 26);
    gd_buf_init(&link->out, (size_t)1 << 26);
    link->next = server->links;
    server->links = link;
    server->connections++;
    server->open++;
    if (server->open > server->most_open)
        server->most_open = server->open;
    if (server->reset_new)
        close_link(link, true);
    else
        watch_for(link, POLLIN);
}

void server_script(struct server *server, const struct reaction *script, size_t n)
{
    server->script = script;
    server->n_script = n;
    server->connections = server->requests = 0;
    server->most_open = server->open;
    server->most_waiting = server->waiting;
    gd_buf_clear(&server->last);
}

void server_start(struct server *server, struct gd_loop *loop, const struct reaction *script, size_t n)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof to;

    memset(server, 0, sizeof *server);
    gd_buf_init(&server->last, (size_t)1 << 26);
    server->loop = loop;
    server->listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (server->listener < 0 || bind(server->listener, (struct sockaddr *)&to, len) != 0 ||
        listen(server->listener, 64) != 0 ||
        getsockname(server->listener, (struct sockaddr *)&to, &len) != 0 ||
        gd_loop_fd(loop, server->listener, POLLIN, on_listener, server, &server->watch) != GD_OK)
        bail_out("no server: %s", strerror(errno));
    server->port = ntohs(to.sin_port);
    server_script(server, script, n);
}

void server_close_idle(struct server *server)
{
    for (struct server_link *link = server->links, *next; link != NULL; link = next) {
        next = link->next;
        if (!link->writing && !link->held)
            close_link(link, false);
    }
}

void server_release(struct server *server, const char *text)
{
    for (struct server_link *link = server->links; link != NULL; link = link->next) {
        if (!link->held)
            continue;
        gd_buf_adds(&link->out, text);
        link->held = false;
        link->writing = true;
        link->end = SERVER_KEEP;
        watch_for(link, POLLOUT);
    }
}

void server_stop(struct server *server)
{
    while (server->links != NULL)
        close_link(server->links, false);
    gd_loop_fd_drop(server->loop, server->watch);
    close(server->listener);
    gd_buf_free(&server->last);
}
