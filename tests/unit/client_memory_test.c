/* Each allocation of a call fails in turn, libcurl's too: an error or a reply, never a crash. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../api/http.h"
#include "../../api/mem.h"
#include "call.h"
#include "tap.h"

#define CYCLES_MAX 5000
#define GOOD_ENOUGH 20 /* so many cycles without a failure in a row: there is no further allocation */

/* The server has memory of its own: a child of this process. */
static pid_t serve(int *port)
{
    static const struct reaction script[] = {{.text = "HTTP/1.1 200 OK\r\nContent-Length: 220\r\n"
                                                      "X-Request-Id: r1\r\n\r\n" PARTY_GET}};
    char text[20] = "";
    int ends[2];
    pid_t child;

    if (pipe(ends) != 0 || (child = fork()) < 0)
        bail_out("no child");
    if (child > 0) {
        close(ends[1]);
        if (read(ends[0], text, sizeof text - 1) <= 0 || sscanf(text, "%d", port) != 1)
            bail_out("no port");
        close(ends[0]);
        return child;
    }
    alarm(300); /* it does not outlive its test by much, however that ends */
    ask_start();
    server_script(&server, script, 1);
    dprintf(ends[1], "%d\n", server.port);
    close(ends[0]);
    close(ends[1]);
    for (;;)
        turn();
}

/* Waits for the reply; a call that waits for its next try is cancelled. */
static void await(struct said *said, struct gd_call *under_way)
{
    struct gd_error err = {0};

    for (int i = 0; i < 2000 && said->calls == 0; i++) {
        if (gd_loop_turn(loop, 5, &err) != GD_OK)
            err = (struct gd_error){0}; /* memory ran out in there: the next turn has it again */
        if (said->calls == 0 && gd_http_active(desk.http) == 0)
            gd_call_cancel(under_way);
    }
}

/* One call from the connection's making to its end with the n-th allocation failing: whether it went well. */
static bool cycle(long n, int port, const struct gd_alloc *want, int *bad)
{
    struct gd_call *under_way = NULL;
    struct gd_error err = {0};
    struct said said = {0};
    enum gd_rc rc;

    gd_mem_fail_after(n);
    if (gd_loop_new(&loop, &err) != GD_OK) {
        gd_mem_fail_after(0);
        return false;
    }
    open_desk(port);
    rc = want != NULL
             ? gd_call_update(&desk, GD_PARTY, GD_GREENPIN, "gp-1", want, on_reply, &said, &under_way, &err)
             : gd_call_get(&desk, GD_GREENPIN, "gp-1", on_reply, &said, &under_way, &err);
    if (rc == GD_OK)
        await(&said, under_way);
    *bad += rc == GD_OK ? said.calls != 1 : err.what[0] == '\0';
    gd_mem_fail_after(0);
    gd_calls_drop(&desk);
    gd_http_free(&desk.http);
    gd_loop_free(&loop);
    return rc == GD_OK && said.rc == GD_OK && said.has_alloc;
}

static void test_all(const char *what, int port, const struct gd_alloc *want)
{
    int good = 0, bad = 0;
    long n = 0;

    while (good < GOOD_ENOUGH && n < CYCLES_MAX)
        good = cycle(++n, port, want, &bad) ? good + 1 : 0;
    ok(n > 50 && n < CYCLES_MAX, "%s: each allocation failed in turn (%ld)", what, n - good);
    is_int(bad, 0, "each time with an error or with one reply");
}

int main(void)
{
    struct gd_alloc want;
    int port = 0;
    pid_t child = serve(&port);

    gd_mem_init();
    profile.token = gd_strdup(PASSWORD);
    want = want_of(GD_F_B_NUMBERS, "+919123456780");
    test_all("a read", port, NULL);
    test_all("a write", port, &want);
    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    gd_alloc_clear(&want);
    gd_wipe_free(&profile.token);
    return done_testing();
}
