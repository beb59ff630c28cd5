/* Calls against a scripted server: their tries, how they end before their time, and their lines in the log.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../api/log.h"
#include "../../api/mem.h"
#include "call.h"
#include "tap.h"

static void test_tries(void)
{
    const struct reaction twice[] = {{.text = answer(0, "500 Oops", "", "")},
                                     {.end = SERVER_RESET},
                                     {.text = answer(1, "200 OK", "", PARTY_GET)}};
    const struct reaction throttled[] = {{.text = answer(2, "429 Slow", "Retry-After: 0\r\n", "")},
                                         {.text = answer(3, "503 Not now", "Retry-After: 0\r\n", "")},
                                         {.text = answer(1, "200 OK", "", PARTY_GET)}};
    const struct reaction lost[] = {{.end = SERVER_CLOSE}, {.text = answer(1, "200 OK", "", PARTY_GET)}};
    struct said said;

    open_desk(server.port);
    server_script(&server, twice, COUNT(twice));
    said = call(GET);
    ok(said.rc == GD_OK && said.attempts >= 2, "a read is tried until it is answered");
    is_int(server.requests, 3, "each try is one request");
    server_script(&server, throttled, COUNT(throttled));
    said = call(UPDATE);
    ok(said.rc == GD_OK && said.attempts == 3, "a write too, where it surely did not happen");
    server_script(&server, lost, COUNT(lost));
    said = call(UPDATE);
    is_int(said.rc, GD_NO_ANSWER, "a write that is not answered has no answer");
    is_int(said.verdict, GD_UNSETTLED, "it may have happened");
    is_int(server.requests, 1, "it is not sent again");
    has_str(said.advice, "it may have been done", "and that is said");
    close_desk();
}

static void test_refused(void)
{
    struct server gone;
    struct said said;

    server_start(&gone, loop, NULL, 0);
    open_desk(gone.port);
    server_stop(&gone);
    said = call(CREATE);
    is_int(said.rc, GD_NO_ANSWER, "nobody listens");
    is_int(said.verdict, GD_GIVE_UP, "it surely did not happen");
    is_int(said.attempts, 1 + GD_RETRY_MAX, "it was tried again");
    has_str(said.what, ", after 5 tries", "which is said");
    close_desk();
}

/* ---- cancelling, dropping ---- */

static void test_cancel(void)
{
    const struct reaction hold[] = {{.end = SERVER_HOLD}};
    const struct reaction slow[] = {{.text = answer(0, "429 Slow", "Retry-After: 15\r\n", "")}};
    struct gd_error err = {0};
    struct gd_call *under_way = NULL;
    struct said said;

    open_desk(server.port);
    server_script(&server, hold, 1);
    if (begin_call(UPDATE, "gp-1", &said, &under_way, &err) != GD_OK)
        bail_out("not sent");
    until(&server.requests, 1);
    gd_call_cancel(under_way);
    ok(said.calls == 1 && said.rc == GD_CANCELLED, "a call under way is cancelled at once");
    is_int(said.verdict, GD_UNSETTLED, "as a write it may have happened");
    if (begin_call(GET, "gp-1", &said, &under_way, &err) != GD_OK)
        bail_out("not sent");
    gd_call_cancel(under_way);
    ok(said.calls == 1 && said.rc == GD_CANCELLED && said.verdict == GD_GIVE_UP,
       "as a read it does not matter");
    server_script(&server, slow, 1);
    if (begin_call(UPDATE, "gp-1", &said, &under_way, &err) != GD_OK)
        bail_out("not sent");
    until(&server.requests, 1);
    while (gd_http_active(desk.http) > 0)
        turn();
    is_int(said.calls, 0, "one that waits for its next try");
    gd_call_cancel(under_way);
    ok(said.calls == 1 && said.rc == GD_CANCELLED && said.verdict == GD_GIVE_UP,
       "is cancelled, and not done");
    ok(!gd_loop_busy(loop), "nothing is left");
    if (begin_call(UPDATE, "gp-1", &said, NULL, &err) != GD_OK)
        bail_out("not sent");
    gd_calls_drop(&desk);
    is_int(said.calls, 0, "dropped with its desk it calls nobody");
    ok(!gd_loop_busy(loop), "and leaves nothing");
    close_desk();
}

static void close_inside(void *arg, const struct gd_reply *reply)
{
    on_reply(arg, reply);
    gd_calls_drop(&desk);
    gd_http_free(&desk.http);
}

static void test_close_inside(void)
{
    struct reaction script = {.text = answer(0, "200 OK", "", PARTY_GET)};
    struct said said = {0}, other = {0};
    struct gd_error err = {0};

    open_desk(server.port);
    server_script(&server, &script, 1);
    if (gd_call_get(&desk, GD_GREENPIN, "gp-1", close_inside, &said, NULL, &err) != GD_OK ||
        gd_call_get(&desk, GD_GREENPIN, "gp-1", close_inside, &other, NULL, &err) != GD_OK)
        bail_out("not sent");
    until(&said.calls, 1);
    settle();
    is_int(said.calls + other.calls, 1, "a desk is closed inside a callback: the other call is not answered");
    ok(!gd_loop_busy(loop), "and nothing is left");
}

/* ---- the log ---- */

static void test_log(void)
{
    const struct reaction script[] = {{.text = answer(0, "500 Oops", "", "")},
                                      {.text = answer(1, "200 OK", "", PARTY_GET)}};
    char path[] = "/tmp/greendesk-log-XXXXXX", text[5000];
    int fd = mkstemp(path);
    struct gd_error err = {0};
    struct said said;
    ssize_t len;

    if (fd < 0)
        bail_out("no file for the log");
    unlink(path);
    open_desk(server.port);
    server_script(&server, script, COUNT(script));
    gd_log_open(fd, GD_LOG_REQUESTS);
    call(GET);
    if (begin_call(GET, "+919876543210", &said, NULL, &err) != GD_OK)
        bail_out("not sent");
    until(&said.calls, 1);
    gd_log_open(-1, GD_LOG_OFF);
    len = pread(fd, text, sizeof text - 1, 0);
    text[len > 0 ? len : 0] = '\0';
    close(fd);
    has_str(text, " GET /tenants/acme/greenpin/gp-1 200 ", "one line for a request");
    has_str(text, " ms, request id r1, tries 2\n", "with all its tries");
    has_str(text, " GET /tenants/acme/greenpin/%2B•••••3210 200 ", "a number for an id is masked");
    is_int(strchr(strchr(text, '\n') + 1, '\n')[1], '\0', "two requests, two lines");
    close_desk();
}

int main(void)
{
    ask_start();
    test_tries();
    test_refused();
    test_cancel();
    test_close_inside();
    test_log();
    gd_wipe_free(&profile.token);
    ask_stop();
    return done_testing();
}
