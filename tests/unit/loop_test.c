/* The loop: descriptors, timers and slices, their order, and what is dropped inside callbacks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/loop.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "../../api/when.h"
#include "tap.h"

static struct gd_loop *loop;
static char seen[200]; /* a letter per callback */

static void note(char letter)
{
    size_t len = strlen(seen);

    if (len < sizeof seen - 1)
        seen[len] = letter;
}

static void forget(void)
{
    memset(seen, 0, sizeof seen);
}

static void turn(int max_ms)
{
    struct gd_error err = {0};

    if (gd_loop_turn(loop, max_ms, &err) != GD_OK)
        bail_out("a turn failed: %s", err.what);
}

static void on_timer(void *arg)
{
    note(*(const char *)arg);
}

static int after(int64_t ms, gd_timer_fn *fn, const char *letter)
{
    int id = 0;

    if (gd_loop_after(loop, ms, fn, (void *)(uintptr_t)letter, &id) != GD_OK || id == 0)
        bail_out("no timer");
    return id;
}

/* ---- timers ---- */

static void test_timer_order(void)
{
    static const char letters[] = "0123456789";
    static const int order[] = {7, 2, 9, 0, 4, 8, 1, 6, 3, 5};
    int dropped = 0;

    forget();
    gd_clock_set(-1, 1000);
    for (size_t i = 0; i < sizeof order / sizeof *order; i++) {
        int id = after(10 * (order[i] + 1), on_timer, &letters[order[i]]);

        dropped = order[i] == 4 ? id : dropped;
    }
    turn(0);
    is_str(seen, "", "none fires before its time");
    gd_loop_timer_drop(loop, dropped);
    gd_clock_set(-1, 1039);
    turn(0);
    is_str(seen, "012", "they fire by time, not by the order of setting");
    gd_clock_set(-1, 5000);
    turn(0);
    is_str(seen, "012356789", "all of them in the end, but the dropped one");
    ok(!gd_loop_busy(loop), "then the loop is idle");
    gd_loop_timer_drop(loop, dropped);
    gd_loop_timer_drop(loop, 0);
    gd_clock_set(-1, -1);
}

static int rearmed;

static void rearm(void *arg)
{
    note(*(const char *)arg);
    if (++rearmed < 3)
        after(0, rearm, arg);
}

static int victim;

static void drop_victim(void *arg)
{
    note(*(const char *)arg);
    gd_loop_timer_drop(loop, victim);
}

static void test_timers_inside_timers(void)
{
    forget();
    after(0, rearm, "r");
    turn(0);
    is_str(seen, "r", "one set again inside waits for the next turn");
    turn(0);
    turn(0);
    is_str(seen, "rrr", "and fires there");
    forget();
    gd_clock_set(-1, 1000);
    after(1, drop_victim, "d");
    victim = after(2, on_timer, "v");
    gd_clock_set(-1, 1010);
    turn(0);
    is_str(seen, "d", "one that is due is dropped by another");
    gd_clock_set(-1, -1);
}

static void test_timer_ends_wait(void)
{
    int64_t began = gd_mono_ms();

    forget();
    after(20, on_timer, "t");
    for (int i = 0; i < 100 && seen[0] == '\0'; i++)
        turn(10000);
    is_str(seen, "t", "a wait ends with the next timer");
    ok(gd_mono_ms() - began >= 20 && gd_mono_ms() - began < 5000, "not before, not much later");
}

/* ---- descriptors ---- */

static int pair[2], watch_id, other_id;
static short last_events;

static void on_fd(void *arg, int fd, short events)
{
    char byte;

    note(*(const char *)arg);
    last_events = events;
    if ((events & POLLIN) != 0 && read(fd, &byte, 1) < 0)
        bail_out("read");
}

static void drop_both(void *arg, int fd, short events)
{
    on_fd(arg, fd, events);
    gd_loop_fd_drop(loop, watch_id);
    gd_loop_fd_drop(loop, other_id);
}

static void poke(void)
{
    if (write(pair[1], "xy", 2) != 2)
        bail_out("write");
}

static void watch(gd_fd_fn *fn, const char *letter, int *id)
{
    if (gd_loop_fd(loop, pair[0], POLLIN, fn, (void *)(uintptr_t)letter, id) != GD_OK)
        bail_out("no watch");
}

static void test_fds(void)
{
    int id;

    forget();
    if (pipe(pair) != 0)
        bail_out("pipe");
    watch(on_fd, "a", &id);
    turn(0);
    is_str(seen, "", "nothing is ready");
    ok(!gd_loop_busy(loop), "a descriptor alone is no work");
    poke();
    turn(-1);
    is_str(seen, "a", "a ready one ends an endless wait");
    turn(-1);
    is_str(seen, "aa", "as long as there is something to read");
    turn(0);
    is_str(seen, "aa", "and no longer");
    poke();
    gd_loop_fd_drop(loop, id);
    turn(0);
    is_str(seen, "aa", "a dropped one is not called");
    watch(drop_both, "b", &watch_id);
    watch(on_fd, "c", &other_id);
    turn(0);
    is_str(seen, "aab", "inside a callback a later one is dropped, and itself");
    turn(0);
    is_str(seen, "aab", "for good");
    close(pair[1]);
    watch(on_fd, "h", &id);
    turn(-1); /* the byte that is left */
    forget();
    turn(-1);
    ok(seen[0] == 'h' && (last_events & POLLHUP) != 0, "a hang-up is reported");
    gd_loop_fd_drop(loop, id);
    close(pair[0]);
}

static void on_alarm(int sig)
{
    (void)sig;
}

static void test_signal(void)
{
    struct sigaction act = {.sa_handler = on_alarm}, before;
    struct itimerval soon = {.it_value = {.tv_usec = 20000}};
    int64_t began = gd_mono_ms();

    sigaction(SIGALRM, &act, &before);
    setitimer(ITIMER_REAL, &soon, NULL);
    turn(20000);
    ok(gd_mono_ms() - began < 10000, "a signal ends the wait");
    sigaction(SIGALRM, &before, NULL);
}

/* ---- slices ---- */

struct work {
    char letter;
    int left, id, drop;
};

static bool work_on(void *arg, int64_t budget_us)
{
    struct work *work = arg;

    if (budget_us <= 0)
        bail_out("no budget");
    note(work->letter);
    gd_loop_slice_drop(loop, work->drop);
    return --work->left > 0;
}

static void add_work(struct work *work)
{
    if (gd_loop_slice(loop, work_on, work, &work->id) != GD_OK)
        bail_out("no slice");
}

static void test_slices(void)
{
    struct work a = {.letter = 'a', .left = 3}, b = {.letter = 'b', .left = 2};
    struct work c = {.letter = 'c', .left = 9};

    forget();
    add_work(&a);
    add_work(&b);
    ok(gd_loop_busy(loop), "a slice is work");
    for (int i = 0; i < 20 && gd_loop_busy(loop); i++)
        turn(60000);
    is_str(seen, "ababa", "slices take turns until they are done, and nothing waits meanwhile");
    forget();
    a = (struct work){.letter = 'a', .left = 1};
    add_work(&a);
    add_work(&c);
    a.drop = c.id;
    turn(0);
    turn(0);
    is_str(seen, "a", "one drops another");
    c = (struct work){.letter = 'c', .left = 9};
    add_work(&c);
    c.drop = c.id;
    turn(0);
    turn(0);
    is_str(seen, "ac", "one drops itself");
    ok(!gd_loop_busy(loop), "and the loop is idle");
}

static void on_always(void *arg, int fd, short events)
{
    (void)fd, (void)events;
    note(*(const char *)arg);
}

/* Keys first, but what is always ready leaves the slices every second turn. */
static void test_slices_and_fds(void)
{
    struct work a = {.letter = 'a', .left = 9};
    int id;

    forget();
    if (pipe(pair) != 0)
        bail_out("pipe");
    poke();
    if (gd_loop_fd(loop, pair[0], POLLIN, on_always, (void *)(uintptr_t) "k", &id) != GD_OK)
        bail_out("no watch");
    add_work(&a);
    for (int i = 0; i < 4; i++)
        turn(0);
    is_str(seen, "kkakka", "a descriptor holds up the slices for one turn");
    gd_loop_fd_drop(loop, id);
    gd_loop_slice_drop(loop, a.id);
    close(pair[0]);
    close(pair[1]);
}

static enum gd_rc nested;

static void turn_inside(void *arg)
{
    (void)arg;
    nested = gd_loop_turn(loop, 0, NULL);
}

int main(void)
{
    struct gd_error err = {0};

    if (gd_loop_new(&loop, &err) != GD_OK)
        bail_out("no loop");
    test_timer_order();
    test_timers_inside_timers();
    test_timer_ends_wait();
    test_fds();
    test_signal();
    test_slices();
    test_slices_and_fds();
    after(0, turn_inside, "n");
    turn(0);
    ok(nested != GD_OK, "a turn inside a turn is refused");
    gd_loop_free(&loop);
    ok(loop == NULL, "freed");
    return done_testing();
}
