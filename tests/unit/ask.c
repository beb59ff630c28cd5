/* Requests of a test to its scripted server. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ask.h"

#include <stdio.h>
#include <string.h>

#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

struct gd_loop *loop;
struct server server;

void ask_start(void)
{
    struct gd_error err = {0};

    gd_mem_init();
    if (gd_loop_new(&loop, &err) != GD_OK)
        bail_out("no loop");
    server_start(&server, loop, NULL, 0);
}

void ask_stop(void)
{
    server_stop(&server);
    gd_loop_free(&loop);
}

void on_answer(void *arg, const struct gd_http_answer *answer)
{
    struct result *result = arg;

    result->calls++;
    result->answer = *answer;
    result->answer.body = NULL;
    snprintf(result->body, sizeof result->body, "%s", answer->body);
}

void turn(void)
{
    struct gd_error err = {0};

    if (gd_loop_turn(loop, 100, &err) != GD_OK)
        bail_out("a turn failed: %s", err.what);
}

/* Turns until *what is at least so much, or 20 seconds have passed. */
void until(const int *what, int least)
{
    int64_t end = gd_mono_ms() + 20000;

    while (*what < least && gd_mono_ms() < end)
        turn();
    if (*what < least)
        diag("it did not come within 20 seconds");
}

struct gd_http *connect_with(struct gd_http_options options, int port)
{
    struct gd_http *http = NULL;
    struct gd_error err = {0};
    char url[100];

    snprintf(url, sizeof url, "http://127.0.0.1:%d/v1", port);
    if (options.base_url == NULL)
        options.base_url = url;
    options.user = "acme1";
    options.password = PASSWORD;
    if (options.concurrency == 0)
        options.concurrency = 4;
    if (gd_http_new(loop, &options, &http, &err) != GD_OK)
        bail_out("no connection: %s", err.what);
    return http;
}

struct gd_http *connect_to(int port)
{
    return connect_with((struct gd_http_options){.timeout = 10}, port);
}

void begin(struct gd_http *http, const char *method, const char *body, struct result *result)
{
    struct gd_error err = {0};

    memset(result, 0, sizeof *result);
    if (gd_http_send(http, method, "/tenants/acme/greenpin/gp-1", body, body != NULL ? strlen(body) : 0,
                     on_answer, result, &result->id, &err) != GD_OK)
        bail_out("not sent: %s", err.what);
}

struct result ask(struct gd_http *http, const char *method, const char *body)
{
    struct result result;

    begin(http, method, body, &result);
    until(&result.calls, 1);
    return result;
}

/* Lets the server see what is on its way, a closed connection say. */
void settle(void)
{
    struct gd_error err = {0};

    for (int i = 0; i < 5; i++) {
        if (gd_loop_turn(loop, 10, &err) != GD_OK)
            bail_out("a turn failed: %s", err.what);
    }
}
