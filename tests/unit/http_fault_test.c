/* HTTP against a server that breaks off: a write leaves once, and each fault is told for what it is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ask.h"
#include "tap.h"

/* ---- writes leave once ---- */

static void check_once(const char *method, const char *body, enum server_end end, const char *what)
{
    const struct reaction script[] = {{.text = OK_ANSWER}, {.end = end}, {.text = OK_ANSWER}};
    struct gd_http *http;
    struct result result;

    server_script(&server, script, COUNT(script));
    http = connect_to(server.port);
    ask(http, "GET", NULL);
    result = ask(http, method, body);
    is_int(server.requests, 2, "%s on a kept connection that is %s without an answer leaves once", method,
           what);
    is_int(result.answer.fault, GD_FAULT_BROKEN, "it is broken");
    ok(result.answer.sent, "and may have happened");
    is_int(result.answer.status, 0, "there is no status");
    ok(result.answer.why[0] != '\0', "the fault is told in words");
    is_int(ask(http, "GET", NULL).answer.status, 200, "the next request is made");
    is_int(server.requests, 3, "once");
    gd_http_free(&http);
    settle();
}

static void test_once(void)
{
    static char large[200001];

    memset(large, 'b', sizeof large - 1);
    check_once("PUT", "{\"b\":1}", SERVER_CLOSE, "closed");
    check_once("PUT", "{\"b\":1}", SERVER_RESET, "reset");
    check_once("PUT", NULL, SERVER_CLOSE, "closed");
    check_once("PUT", NULL, SERVER_RESET, "reset");
    check_once("POST", "{\"b\":1}", SERVER_CLOSE, "closed");
    check_once("POST", large, SERVER_CLOSE, "closed");
    check_once("POST", large, SERVER_RESET, "reset");
    check_once("DELETE", NULL, SERVER_CLOSE, "closed");
    check_once("DELETE", NULL, SERVER_RESET, "reset");
}

/* A connection that was closed while nothing was under way does no harm to a write. */
static void test_closed_while_idle(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct gd_http *http;
    struct result result;

    server_script(&server, script, COUNT(script));
    http = connect_to(server.port);
    ask(http, "GET", NULL);
    settle();
    server_close_idle(&server);
    settle();
    result = ask(http, "PUT", "{}");
    is_int(result.answer.status, 200, "a write after the server closed the kept connection is answered");
    is_int(server.requests, 2, "and left once");
    is_int(server.connections, 2, "on a new connection");
    gd_http_free(&http);
    settle();
}

/* A read may be repeated by libcurl; what matters is that it is answered. */
static void test_read_again(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}, {.end = SERVER_CLOSE}, {.text = OK_ANSWER}};
    struct gd_http *http;

    server_script(&server, script, COUNT(script));
    http = connect_to(server.port);
    ask(http, "GET", NULL);
    is_int(ask(http, "GET", NULL).answer.status, 200, "a read on a connection that closes is made again");
    gd_http_free(&http);
    settle();
}

/* ---- faults ---- */

static int free_port(void)
{
    struct server gone;
    int port;

    server_start(&gone, loop, NULL, 0);
    port = gone.port;
    server_stop(&gone);
    return port;
}

static void test_refused(void)
{
    struct gd_http *http = connect_to(free_port());
    struct result result = ask(http, "PUT", "{}");

    is_int(result.answer.fault, GD_FAULT_CONNECT, "nobody listens: refused");
    ok(!result.answer.sent, "nothing left");
    ok(result.answer.why[0] != '\0', "told in words");
    gd_http_free(&http);
}

/* Of a write, on a new connection. */
static void check_fault(const char *what, const struct reaction *reaction, enum gd_fault fault)
{
    struct gd_http *http;
    struct result result;

    server_script(&server, reaction, 1);
    http = connect_with((struct gd_http_options){.timeout = fault == GD_FAULT_TIMEOUT ? 1 : 20}, server.port);
    result = ask(http, "PUT", "{}");
    is_int(result.answer.fault, fault, "%s", what);
    ok(result.answer.sent, "it may have happened");
    is_int(result.answer.status, 0, "no status is given");
    is_int(server.requests, 1, "it left once");
    is_int(result.calls, 1, "and is told once");
    gd_http_free(&http);
    settle();
}

static void test_faults(void)
{
    static const struct reaction rows[] = {
        {.end = SERVER_CLOSE},
        {.end = SERVER_RESET},
        {.text = "HTTP/1.1 200 OK\r\nContent-Le", .end = SERVER_CLOSE},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\"", .end = SERVER_CLOSE},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\"", .end = SERVER_RESET},
        {.text = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{\"ok\"\r\n",
         .end = SERVER_CLOSE},
        {.text = "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnone"},
        {.text = "{\"ok\":true}", .end = SERVER_CLOSE},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n{\"ok\"", .end = SERVER_HOLD},
        {.end = SERVER_HOLD},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 67108864\r\n\r\n", .filler = 64 << 20},
        {.text = "HTTP/1.1 200 OK\r\n\r\n", .filler = 64 << 20, .end = SERVER_CLOSE},
        {.text = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n", .end = SERVER_CLOSE},
        {.text = "HTTP/1.1 404 No\r\n", .end = SERVER_CLOSE},
    };

    check_fault("closed without an answer", &rows[0], GD_FAULT_BROKEN);
    check_fault("reset without an answer", &rows[1], GD_FAULT_BROKEN);
    check_fault("cut inside the head", &rows[2], GD_FAULT_BROKEN);
    check_fault("cut inside the body", &rows[3], GD_FAULT_BROKEN);
    check_fault("reset inside the body", &rows[4], GD_FAULT_BROKEN);
    check_fault("cut between chunks", &rows[5], GD_FAULT_BROKEN);
    check_fault("said to be gzip, and is not", &rows[6], GD_FAULT_BROKEN);
    check_fault("no HTTP at all", &rows[7], GD_FAULT_BROKEN);
    check_fault("silent inside the body", &rows[8], GD_FAULT_TIMEOUT);
    check_fault("silent from the beginning", &rows[9], GD_FAULT_TIMEOUT);
    check_fault("64 MiB", &rows[10], GD_FAULT_TOO_LARGE);
    check_fault("64 MiB of unsaid length", &rows[11], GD_FAULT_TOO_LARGE);
    check_fault("cut before the end of the head", &rows[12], GD_FAULT_BROKEN);
    check_fault("a refusal cut so", &rows[13], GD_FAULT_BROKEN);
}

/* Heads without an end: many lines, each of them bearable. */
static void test_endless_headers(void)
{
    struct gd_buf text;
    struct reaction reaction = {.end = SERVER_HOLD};

    gd_buf_init(&text, (size_t)1 << 22);
    gd_buf_adds(&text, "HTTP/1.1 200 OK\r\n");
    for (int i = 0; i < 10000; i++)
        gd_buf_addf(&text, "X-Row-%d: a line of a head that does not come to its end\r\n", i);
    reaction.text = text.data;
    check_fault("a head of 600 kB", &reaction, GD_FAULT_TOO_LARGE);
    gd_buf_free(&text);
}

/* Bits of a deflate stream, least significant first. */
struct bits {
    struct gd_buf *out;
    unsigned held, n;
};

static void put_bit(struct bits *bits, unsigned bit)
{
    bits->held |= bit << bits->n++;
    if (bits->n < 8)
        return;
    gd_buf_addc(bits->out, (char)bits->held);
    bits->held = bits->n = 0;
}

/* A Huffman code stands with its most significant bit first. */
static void put_code(struct bits *bits, unsigned code, int len)
{
    while (len-- > 0)
        put_bit(bits, code >> len & 1);
}

/* 64 MiB of zeros in 0.4 MB of gzip: one block of fixed codes, a zero and then copies of 258 zeros. */
static void test_gzip_bomb(void)
{
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
    struct gd_buf zip, text;
    struct bits bits = {.out = &zip};
    struct reaction reaction = {.end = SERVER_KEEP};

    gd_buf_init(&zip, (size_t)1 << 22);
    gd_buf_init(&text, (size_t)1 << 22);
    gd_buf_add(&zip, head, sizeof head - 1);
    put_bit(&bits, 1);
    put_bit(&bits, 1);
    put_bit(&bits, 0);
    put_code(&bits, 0x30, 8);
    for (int i = 0; i < (64 << 20) / 258; i++) {
        put_code(&bits, 0xc5, 8);
        put_code(&bits, 0, 5);
    }
    for (int i = 0; i < 32; i++)
        put_code(&bits, 0, 7);
    gd_buf_addf(&text, "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %zu\r\n\r\n", zip.len);
    gd_buf_add(&text, zip.data, zip.len);
    reaction.text = text.data;
    reaction.len = text.len;
    check_fault("64 MiB of zeros in a gzip of 0.4 MB", &reaction, GD_FAULT_TOO_LARGE);
    gd_buf_free(&zip);
    gd_buf_free(&text);
}

static void test_no_name(void)
{
    /* A name that this machine's resolver refuses without asking anybody: no label may be empty. */
    struct gd_http *http =
        connect_with((struct gd_http_options){.base_url = "https://a..b/v1", .connect_timeout = 5}, 0);
    struct result result = ask(http, "PUT", "{}");

    is_int(result.answer.fault, GD_FAULT_RESOLVE, "a name that is not found");
    ok(!result.answer.sent, "nothing left");
    gd_http_free(&http);
}

/* A listener whose queue is full answers no more to whoever knocks. */
static void test_no_connection_in_time(void)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t len = sizeof to;
    int listener = socket(AF_INET, SOCK_STREAM, 0), knocking[8];
    struct gd_http *http;
    struct result result;

    if (listener < 0 || bind(listener, (struct sockaddr *)&to, len) != 0 || listen(listener, 0) != 0 ||
        getsockname(listener, (struct sockaddr *)&to, &len) != 0)
        bail_out("no listener");
    for (size_t i = 0; i < COUNT(knocking); i++) {
        knocking[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        (void)!connect(knocking[i], (struct sockaddr *)&to, len);
    }
    http = connect_with((struct gd_http_options){.connect_timeout = 1, .timeout = 10}, ntohs(to.sin_port));
    result = ask(http, "PUT", "{}");
    is_int(result.answer.fault, GD_FAULT_CONNECT_TIMEOUT, "no connection in time");
    ok(!result.answer.sent, "nothing left");
    gd_http_free(&http);
    for (size_t i = 0; i < COUNT(knocking); i++)
        close(knocking[i]);
    close(listener);
}

static void test_reset_as_it_comes(void)
{
    static const struct reaction script[] = {{.text = OK_ANSWER}};
    struct gd_http *http;
    struct result result;

    server_script(&server, script, COUNT(script));
    server.reset_new = true;
    http = connect_to(server.port);
    result = ask(http, "PUT", "{}");
    ok(result.answer.fault == GD_FAULT_BROKEN || result.answer.fault == GD_FAULT_CONNECT,
       "a connection that is reset as it comes is a fault");
    ok(result.answer.sent == (result.answer.fault == GD_FAULT_BROKEN),
       "sent is said where bytes may have left");
    server.reset_new = false;
    gd_http_free(&http);
    settle();
}

int main(void)
{
    ask_start();
    test_once();
    test_closed_while_idle();
    test_read_again();
    test_refused();
    test_faults();
    test_endless_headers();
    test_gzip_bomb();
    test_no_name();
    test_no_connection_in_time();
    test_reset_as_it_comes();
    ask_stop();
    return done_testing();
}
