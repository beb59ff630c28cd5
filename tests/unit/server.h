/* A server on a loopback port that does what a test's script says, one reaction per request, on the test's
 * own loop: nothing races, and each request is counted and kept. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SERVER_H
#define SERVER_H

#include "../../api/buf.h"
#include "../../api/loop.h"

enum server_end {
    SERVER_KEEP,  /* the connection stays open for the next request */
    SERVER_CLOSE, /* it is closed in order */
    SERVER_RESET, /* it is reset */
    SERVER_HOLD   /* neither: it stays open and silent */
};

struct reaction {
    const char *text;    /* written as it is; NULL nothing */
    size_t len;          /* of text; 0: it is a C string */
    size_t filler;       /* so many bytes more of the letter x */
    size_t pieces;       /* written in pieces of so many bytes; 0 at once */
    enum server_end end; /* behind that */
};

struct server {
    struct gd_loop *loop;
    int listener, watch, port;
    const struct reaction *script; /* the last one goes on for ever */
    size_t n_script;
    bool reset_new;            /* every connection is reset as it comes */
    int connections, requests; /* ever */
    int open, most_open;       /* connections */
    int waiting, most_waiting; /* requests that came and were not answered */
    struct gd_buf last;        /* the last request, head and body */
    struct server_link *links;
};

/* Listens on a free port of 127.0.0.1; bails out where that fails. */
void server_start(struct server *server, struct gd_loop *loop, const struct reaction *script, size_t n);
/* A new script from its first reaction on, and all counts at 0; connections stay. */
void server_script(struct server *server, const struct reaction *script, size_t n);
/* Closes the connections that wait for a request. */
void server_close_idle(struct server *server);
/* Lets those held have their answer. */
void server_release(struct server *server, const char *text);
void server_stop(struct server *server);

#endif
