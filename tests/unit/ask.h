/* Requests of a test to its scripted server, and what comes of them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef ASK_H
#define ASK_H

#include "../../api/http.h"
#include "server.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define OK_ANSWER "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\":true}"
#define PASSWORD "s3cr3t-t0k3n"
#define AUTHORIZATION "Basic YWNtZTE6czNjcjN0LXQwazNu"

extern struct gd_loop *loop;
extern struct server server;

/* What came of one request. */
struct result {
    int calls, id;
    struct gd_http_answer answer; /* its body is not valid any more: see body */
    char body[4000];
};

/* Makes the loop and the server; takes them down. */
void ask_start(void);
void ask_stop(void);

/* A callback of gd_http_send that fills a result. */
void on_answer(void *arg, const struct gd_http_answer *answer);

/* One turn of the loop; turns until *what is at least so much, or 20 seconds have passed; a few turns that
 * let the server see what is on its way. */
void turn(void);
void until(const int *what, int least);
void settle(void);

/* A connection to the port of 127.0.0.1, or to the base_url of the options. */
struct gd_http *connect_with(struct gd_http_options options, int port);
struct gd_http *connect_to(int port);

/* Sends a request; sends it and waits for its result. */
void begin(struct gd_http *http, const char *method, const char *body, struct result *result);
struct result ask(struct gd_http *http, const char *method, const char *body);

#endif
