/* HTTP against a scripted server: what leaves, where it goes, what comes back, many at once, the log. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../api/log.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "ask.h"
#include "tap.h"

/* ---- the exact request, the whole answer ---- */

static void test_exchange(void)
{
    static const struct reaction script[] = {
        {.text =
             "HTTP/1.1 100 Continue\r\nX-Request-Id: not-this\r\n\r\n"
             "HTTP/1.1 429 Slow\r\nx-request-ID:  r-17 \r\nRetry-After: 7\r\nContent-Length: 4\r\n\r\nwait"},
        {.text = "HTTP/1.1 204 None\r\n\r\n"},
        {.text = OK_ANSWER},
    };
    struct gd_http *http;
    struct result result;

    server_script(&server, script, COUNT(script));
    http = connect_to(server.port);
    is_int(gd_http_last_ms(http), -1, "no answer yet");
    result = ask(http, "PUT", "{\"b\":1}");
    has_str(server.last.data, "PUT /v1/tenants/acme/greenpin/gp-1 HTTP/1.1\r\n", "the request line");
    has_str(server.last.data, "\r\nAuthorization: Basic YWNtZTE6czNjcjN0LXQwazNu\r\n", "who asks");
    has_str(server.last.data, "\r\nContent-Type: application/json\r\n", "the type of the body");
    has_str(server.last.data, "\r\nContent-Length: 7\r\n", "its length");
    has_str(server.last.data, "\r\nAccept: application/json\r\n", "the type that is wanted");
    has_str(server.last.data, "\r\nUser-Agent: greendesk/" PACKAGE_VERSION "\r\n", "the program");
    has_str(server.last.data, "\r\n\r\n{\"b\":1}", "the body");
    ok(strstr(server.last.data, "Expect") == NULL, "no leave is asked");
    is_int(result.answer.status, 429, "the last status counts");
    is_str(result.body, "wait", "the body");
    is_str(result.answer.request_id, "r-17", "its request id");
    is_int(result.answer.retry_after, 7000, "when to come back");
    is_int(result.answer.fault, GD_FAULT_NONE, "no fault");
    ok(gd_http_last_ms(http) >= 0, "the time that it took");
    result = ask(http, "PUT", NULL);
    has_str(server.last.data, "\r\nContent-Length: 0\r\n", "a PUT without a body says so");
    ok(strstr(server.last.data, "Content-Type") == NULL, "and names no type");
    is_int(result.answer.status, 204, "no content");
    is_str(result.body, "", "is an empty body");
    is_int(result.answer.retry_after, -1, "and the header from before is forgotten");
    is_str(result.answer.request_id, "", "the request id too");
    result = ask(http, "DELETE", NULL);
    has_str(server.last.data, "DELETE /v1/tenants/acme/greenpin/gp-1 HTTP/1.1\r\n", "DELETE");
    ok(strstr(server.last.data, "Content-Length") == NULL, "has no body");
    result = ask(http, "GET", NULL);
    has_str(server.last.data, "GET /v1/tenants/acme/greenpin/gp-1 HTTP/1.1\r\n", "GET");
    result = ask(http, "POST", "{}");
    has_str(server.last.data, "POST /v1/tenants/acme/greenpin/gp-1 HTTP/1.1\r\n", "POST");
    is_int(server.connections, 1, "all on one connection");
    is_int(server.requests, 5, "each once");
    is_int(gd_http_active(http), 0, "nothing is under way");
    ok(!gd_loop_busy(loop), "the loop is idle");
    gd_http_free(&http);
    settle();
}

/* The body of 100,000 bytes is sent whole, and at once. */
static void test_large_body(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct gd_http *http;
    struct result result;
    char *body = gd_malloc(100001);

    if (body == NULL)
        bail_out("no memory");
    memset(body, 'b', 100000);
    body[100000] = '\0';
    server_script(&server, script, COUNT(script));
    http = connect_to(server.port);
    result = ask(http, "PUT", body);
    is_int(result.answer.status, 200, "a large body is taken");
    ok(server.last.len > 100000 && strcmp(server.last.data + server.last.len - 100000, body) == 0, "whole");
    gd_http_free(&http);
    gd_free(body);
    settle();
}

/* ---- encodings ---- */

static void test_encodings(void)
{
    static const char zip[] =
        "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 31\r\n\r\n"
        "\x1f\x8b\x08\0\0\0\0\0\x02\x03\xabV\xca\xcfV\xb2*)*M\xad\x05\0\x90_\xd4\xa7\x0b\0\0\0";
    static const struct reaction script[] = {
        {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                 "1\r\n{\r\n1\r\n}\r\n0\r\n\r\n",
         .pieces = 1},
        {.text = zip, .len = sizeof zip - 1},
        {.text = "HTTP/1.1 200 OK\r\n\r\n{\"no\":\"length\"}", .end = SERVER_CLOSE},
    };
    struct gd_http *http;
    struct result result;

    server_script(&server, script, COUNT(script));
    http = connect_to(server.port);
    is_str(ask(http, "GET", NULL).body, "{}", "chunks that come byte by byte");
    result = ask(http, "GET", NULL);
    is_str(result.body, "{\"ok\":true}", "gzip is taken out");
    is_int((long long)result.answer.len, 11, "the length is that of the text");
    has_str(server.last.data, "\r\nAccept-Encoding: gzip\r\n", "and was asked for");
    is_str(ask(http, "GET", NULL).body, "{\"no\":\"length\"}", "an answer that ends with the connection");
    gd_http_free(&http);
    settle();
}

/* ---- where requests go ---- */

static void test_redirect(void)
{
    static const struct reaction elsewhere[] = {{.text = OK_ANSWER}};
    struct server other;
    char text[200];
    struct reaction script = {.text = text};
    struct gd_http *http;
    struct result result;

    server_start(&other, loop, elsewhere, COUNT(elsewhere));
    snprintf(text, sizeof text,
             "HTTP/1.1 307 There\r\nLocation: http://127.0.0.1:%d/v1\r\nContent-Length: 0\r\n\r\n",
             other.port);
    server_script(&server, &script, 1);
    http = connect_to(server.port);
    result = ask(http, "PUT", "{}");
    is_int(result.answer.status, 307, "a redirect is an answer");
    settle();
    is_int(other.connections, 0, "that is not followed");
    gd_http_free(&http);
    settle();
    server_stop(&other);
}

static void test_environment(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct server proxy;
    struct gd_http *http;
    char url[100];

    server_start(&proxy, loop, script, COUNT(script));
    server_script(&server, script, COUNT(script));
    snprintf(url, sizeof url, "http://127.0.0.1:%d", proxy.port);
    setenv("http_proxy", url, 1);
    setenv("ALL_PROXY", url, 1);
    http = connect_to(server.port);
    is_int(ask(http, "GET", NULL).answer.status, 200, "with a proxy in the environment");
    is_int(proxy.connections, 0, "it is not used");
    gd_http_free(&http);
    setenv("no_proxy", "*", 1);
    http = connect_with((struct gd_http_options){.proxy = url, .timeout = 10}, server.port);
    is_int(ask(http, "GET", NULL).answer.status, 200, "with a proxy in the profile");
    is_int(proxy.requests, 1, "it is used");
    unsetenv("http_proxy");
    unsetenv("ALL_PROXY");
    unsetenv("no_proxy");
    gd_http_free(&http);
    settle();
    server_stop(&proxy);
}

/* What is said to the proxy is not the request: none of it has left. */
static void test_proxy_refuses(void)
{
    static const struct reaction script[] = {
        {.text = "HTTP/1.1 403 No\r\nContent-Length: 0\r\n\r\n"},
        {.text = "HTTP/1.1 200 Go\r\n\r\nthis is no TLS at all", .end = SERVER_CLOSE},
    };
    struct gd_http *http;
    struct result result;
    char url[100];

    server_script(&server, script, COUNT(script));
    snprintf(url, sizeof url, "http://127.0.0.1:%d", server.port);
    http =
        connect_with((struct gd_http_options){.base_url = "https://leadassist.invalid/v1", .proxy = url}, 0);
    result = ask(http, "PUT", "{\"pin\":\"4711\"}");
    has_str(server.last.data, "CONNECT leadassist.invalid:443 HTTP/1.1\r\n", "a proxy is asked for a tunnel");
    ok(strstr(server.last.data, "YWNtZTE6") == NULL && strstr(server.last.data, "4711") == NULL,
       "and sees neither credentials nor body");
    ok(!result.answer.sent, "where it refuses, nothing was sent");
    is_int(result.answer.fault, GD_FAULT_CONNECT, "as no connection came about");
    result = ask(http, "PUT", "{\"pin\":\"4711\"}");
    ok(!result.answer.sent, "neither where the tunnel leads to no TLS");
    is_int(result.answer.fault, GD_FAULT_TLS, "and that is what is said");
    gd_http_free(&http);
    settle();
}

static void test_tls_to_plain(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct gd_http *http;
    struct result result;
    char url[100];

    server_script(&server, script, COUNT(script));
    snprintf(url, sizeof url, "https://127.0.0.1:%d/v1", server.port);
    server.reset_new = true; /* it would wait for the end of a request in what is a handshake */
    http = connect_with((struct gd_http_options){.base_url = url, .timeout = 10}, 0);
    result = ask(http, "PUT", "{}");
    ok(result.answer.fault == GD_FAULT_TLS || result.answer.fault == GD_FAULT_CONNECT, "TLS to a plain port");
    ok(!result.answer.sent, "nothing left");
    server.reset_new = false;
    gd_http_free(&http);
    settle();
}

/* ---- many at once ---- */

static void test_concurrency(void)
{
    static const struct reaction script[] = {{.end = SERVER_HOLD}};
    struct result results[20];
    struct gd_http *http;
    int done = 0;

    server_script(&server, script, COUNT(script));
    http = connect_with((struct gd_http_options){.concurrency = 3, .timeout = 20}, server.port);
    for (size_t i = 0; i < COUNT(results); i++)
        begin(http, "GET", NULL, &results[i]);
    is_int(gd_http_active(http), 20, "queued and under way together");
    for (int i = 0; i < 200 && done < 20; i++) {
        turn();
        server_release(&server, OK_ANSWER);
        done = 0;
        for (size_t k = 0; k < COUNT(results); k++)
            done += results[k].calls == 1 && results[k].answer.status == 200;
    }
    is_int(done, 20, "all are answered, each once");
    is_int(server.most_waiting, 3, "never more than three at once");
    is_int(server.connections, 3, "on three connections");
    gd_http_free(&http);
    settle();
}

/* ---- cancelling and freeing ---- */

static void test_cancel(void)
{
    static const struct reaction script[] = {{.end = SERVER_HOLD}, {.text = OK_ANSWER}};
    struct result first, second, third, fourth;
    struct gd_http *http;

    server_script(&server, script, COUNT(script));
    http = connect_with((struct gd_http_options){.concurrency = 1, .timeout = 20}, server.port);
    begin(http, "PUT", "{}", &first);
    begin(http, "PUT", "{}", &second);
    begin(http, "PUT", "{}", &third);
    begin(http, "PUT", "{}", &fourth);
    gd_http_cancel(http, fourth.id);
    is_int(fourth.calls, 1, "one that waits is cancelled at once");
    is_int(fourth.answer.fault, GD_FAULT_CANCELLED, "and says so");
    ok(!fourth.answer.sent, "it never left");
    begin(http, "PUT", "{}", &fourth);
    until(&server.requests, 1);
    gd_http_cancel(http, second.id);
    ok(second.calls == 1 && !second.answer.sent, "one in the middle of the queue too");
    gd_http_cancel(http, first.id);
    is_int(first.calls, 1, "one under way is cancelled at once");
    ok(first.answer.fault == GD_FAULT_CANCELLED && first.answer.sent, "it may have happened");
    gd_http_cancel(http, first.id);
    gd_http_cancel(http, 999);
    is_int(first.calls, 1, "only once");
    until(&third.calls, 1);
    is_int(third.answer.status, 200, "the next goes on");
    until(&fourth.calls, 1);
    is_int(fourth.answer.status, 200, "and the one behind it");
    is_int(server.requests, 3, "three have left");
    gd_http_free(&http);
    settle();
}

static struct gd_http *doomed;

static void free_it(void *arg, const struct gd_http_answer *answer)
{
    on_answer(arg, answer);
    gd_http_free(&doomed);
}

static void test_free_inside(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}, {.end = SERVER_HOLD}};
    struct result result = {0}, other = {0};
    struct gd_error err = {0};

    server_script(&server, script, COUNT(script));
    doomed = connect_to(server.port);
    if (gd_http_send(doomed, "GET", "/x", NULL, 0, free_it, &result, &result.id, &err) != GD_OK)
        bail_out("not sent");
    begin(doomed, "GET", NULL, &other);
    until(&result.calls, 1);
    ok(doomed == NULL, "a connection is freed inside its own callback");
    settle();
    is_int(other.calls, 0, "what was under way is not called back");
    ok(!gd_loop_busy(loop), "the loop is idle");
    doomed = connect_to(server.port);
    begin(doomed, "GET", NULL, &other);
    gd_http_free(&doomed);
    settle();
    is_int(other.calls, 0, "freed before it began");
}

/* A callback that asks again, and one that cancels another. */
static struct gd_http *again;
static struct result again_result;
static int victim;

static void ask_again(void *arg, const struct gd_http_answer *answer)
{
    struct result *result = arg;

    on_answer(result, answer);
    gd_http_cancel(again, victim);
    if (result->calls < 5 &&
        gd_http_send(again, "GET", "/x", NULL, 0, ask_again, result, &result->id, NULL) != GD_OK)
        bail_out("not sent");
}

static void test_send_inside(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct result other;

    server_script(&server, script, COUNT(script));
    again = connect_with((struct gd_http_options){.concurrency = 1, .timeout = 10}, server.port);
    if (gd_http_send(again, "GET", "/x", NULL, 0, ask_again, &again_result, &again_result.id, NULL) != GD_OK)
        bail_out("not sent");
    begin(again, "GET", NULL, &other);
    victim = other.id;
    until(&again_result.calls, 5);
    is_int(again_result.calls, 5, "a callback asks again");
    ok(other.calls == 1 && other.answer.fault == GD_FAULT_CANCELLED, "and cancels another");
    gd_http_free(&again);
    settle();
}

/* Two connections on one loop share its wait. */
static void test_two(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct gd_http *one, *two;

    server_script(&server, script, COUNT(script));
    one = connect_to(server.port);
    two = connect_to(server.port);
    is_int(ask(one, "GET", NULL).answer.status, 200, "the first of two connections");
    is_int(ask(two, "GET", NULL).answer.status, 200, "the second");
    gd_http_free(&one);
    is_int(ask(two, "GET", NULL).answer.status, 200, "which outlives the first");
    gd_http_free(&two);
    settle();
}

static void on_alarm(int sig)
{
    (void)sig;
}

static void on_readable(void *arg, int fd, short events)
{
    int *seen = arg;

    (void)fd;
    *seen = events;
}

/* The one wait of both: a signal ends it, a descriptor too, and a hang-up is told as such. */
static void test_wait(void)
{
    static const struct reaction script[] = {{.end = SERVER_HOLD}};
    struct sigaction act = {.sa_handler = on_alarm}, before;
    struct itimerval soon = {.it_value = {.tv_usec = 50000}};
    struct gd_error err = {0};
    struct gd_http *http;
    struct result result;
    int pair[2], seen = 0, id;
    int64_t began;

    server_script(&server, script, COUNT(script));
    http = connect_with((struct gd_http_options){.timeout = 60}, server.port);
    begin(http, "GET", NULL, &result);
    until(&server.requests, 1);
    settle();
    began = gd_mono_ms();
    sigaction(SIGALRM, &act, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    ok(gd_loop_turn(loop, 20000, &err) == GD_OK && gd_mono_ms() - began < 10000,
       "a signal ends the wait while a request is under way");
    sigaction(SIGALRM, &before, NULL);
    if (pipe(pair) != 0 || gd_loop_fd(loop, pair[0], POLLIN, on_readable, &seen, &id) != GD_OK)
        bail_out("no pipe");
    close(pair[1]);
    ok(gd_loop_turn(loop, 20000, &err) == GD_OK && (seen & POLLHUP) != 0, "a hang-up too, and it is told");
    gd_loop_fd_drop(loop, id);
    close(pair[0]);
    gd_http_free(&http);
    settle();
}

/* ---- the log ---- */

static void test_log(void)
{
    static const struct reaction script[] = {
        {.text =
             "HTTP/1.1 200 OK\r\nSet-Cookie: sid=hidden\r\nX-Caller: +919876543210\r\nContent-Length: 83\r\n"
             "\r\n{\"data\":{\"a\":{\"numbers\":[\"+919876543210\"],\"pin\":\"0815\"},\"aparty_pins\":[1234,"
             "null]}}"},
        {.text = "HTTP/1.1 404 No\r\nContent-Length: 23\r\n\r\n<html>pin 4711</html>\r\n"},
    };
    static const char *const secrets[] = {PASSWORD, "YWNtZTE6", "9876543210", "0815",
                                          "1234",   "4711",     "hidden",     "9123456780"};
    char path[] = "/tmp/greendesk-log-XXXXXX", text[20000];
    int fd = mkstemp(path);
    struct gd_http *http;
    ssize_t len;

    if (fd < 0)
        bail_out("no file for the log");
    unlink(path);
    server_script(&server, script, COUNT(script));
    gd_log_open(fd, GD_LOG_BODIES);
    http = connect_to(server.port);
    ask(http, "PUT", "{\"b\":{\"pin\":\"4711\",\"numbers\":[\"+919123456780\"]}}");
    ask(http, "GET", NULL);
    gd_http_free(&http);
    settle();
    gd_log_open(-1, GD_LOG_OFF);
    len = pread(fd, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    close(fd);
    has_str(text, "PUT /tenants/acme/greenpin/gp-1", "the log names the request");
    has_str(text, "\"b\":{\"pin\":", "its body");
    has_str(text, "< HTTP/1.1 200 OK\n", "the answer's head");
    has_str(text, "aparty_pins", "and its body");
    has_str(text, "Set-Cookie: •••\n", "a header of credentials by its name alone");
    for (size_t i = 0; i < COUNT(secrets); i++)
        ok(strstr(text, secrets[i]) == NULL, "and never %s", secrets[i]);
}

int main(void)
{
    ask_start();
    test_exchange();
    test_large_body();
    test_encodings();
    test_redirect();
    test_environment();
    test_proxy_refuses();
    test_tls_to_plain();
    test_concurrency();
    test_cancel();
    test_free_inside();
    test_send_inside();
    test_two();
    test_wait();
    test_log();
    ask_stop();
    return done_testing();
}
