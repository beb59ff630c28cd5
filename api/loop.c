/* The loop: one wait, then what is due in this order: descriptors, transfers, timers, one slice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "loop.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>

#include "loop_http.h"
#include "mem.h"
#include "when.h"

/* What a slice may take: well below the time in which a key should be answered. */
#define SLICE_US 1000

struct watch {
    int id; /* 0: dropped, to be taken out after the callbacks */
    int fd;
    short events;
    gd_fd_fn *fn;
    void *arg;
};

struct timer {
    int id;
    int64_t due;        /* of gd_mono_ms */
    unsigned long turn; /* in which it was set: it fires in a later one */
    gd_timer_fn *fn;
    void *arg;
};

struct slice {
    int id;
    gd_slice_fn *step;
    void *arg;
};

/* Three growing arrays: watches in any order, timers as a binary heap, slices in the order of their turns. */
struct gd_loop {
    struct watch *watches;
    struct timer *timers;
    struct slice *slices;
    struct pollfd *fds; /* as many as watches */
    size_t n_watches, n_timers, n_slices;
    size_t room_watches, room_timers, room_slices, room_fds;
    struct gd_loop_http *http;
    unsigned long turn;
    int last_id;
    bool turning; /* inside gd_loop_turn */
    bool held;    /* the slices made way for a descriptor in the last turn */
};

enum gd_rc gd_loop_new(struct gd_loop **out, struct gd_error *err)
{
    *out = gd_calloc(1, sizeof **out);
    return *out != NULL ? GD_OK : gd_fail_memory(err);
}

void gd_loop_free(struct gd_loop **loop)
{
    if (*loop == NULL)
        return;
    gd_free((*loop)->watches);
    gd_free((*loop)->timers);
    gd_free((*loop)->slices);
    gd_free((*loop)->fds);
    gd_free(*loop);
    *loop = NULL;
}

struct gd_loop_http *gd_loop_http(const struct gd_loop *loop)
{
    return loop->http;
}

void gd_loop_http_set(struct gd_loop *loop, struct gd_loop_http *http)
{
    loop->http = http;
}

/* Makes room for one more of size bytes beside n in *array. */
static enum gd_rc room_for_one(void **array, size_t n, size_t *room, size_t size)
{
    size_t more = *room > 0 ? *room * 2 : 8;
    void *grown;

    if (n < *room)
        return GD_OK;
    grown = gd_realloc(*array, more * size);
    if (grown == NULL)
        return GD_NO_MEMORY;
    *array = grown;
    *room = more;
    return GD_OK;
}

static int next_id(struct gd_loop *loop)
{
    loop->last_id = loop->last_id < INT_MAX ? loop->last_id + 1 : 1;
    return loop->last_id;
}

/* ---- descriptors ---- */

enum gd_rc gd_loop_fd(struct gd_loop *loop, int fd, short events, gd_fd_fn *fn, void *arg, int *id)
{
    void *array = loop->watches;
    enum gd_rc rc = room_for_one(&array, loop->n_watches, &loop->room_watches, sizeof *loop->watches);

    loop->watches = array;
    if (rc != GD_OK)
        return rc;
    *id = next_id(loop);
    loop->watches[loop->n_watches++] =
        (struct watch){.id = *id, .fd = fd, .events = events, .fn = fn, .arg = arg};
    return GD_OK;
}

static void take_out_watch(struct gd_loop *loop, size_t i)
{
    loop->n_watches--;
    memmove(loop->watches + i, loop->watches + i + 1, (loop->n_watches - i) * sizeof *loop->watches);
}

void gd_loop_fd_drop(struct gd_loop *loop, int id)
{
    for (size_t i = 0; id != 0 && i < loop->n_watches; i++) {
        if (loop->watches[i].id != id)
            continue;
        loop->watches[i].id = 0;
        if (!loop->turning)
            take_out_watch(loop, i);
        return;
    }
}

/* Fills the descriptors to wait for; those dropped since are taken out first. */
static enum gd_rc fill_fds(struct gd_loop *loop, struct gd_error *err)
{
    for (size_t i = loop->n_watches; i-- > 0;) {
        if (loop->watches[i].id == 0)
            take_out_watch(loop, i);
    }
    if (loop->room_fds < loop->n_watches) {
        struct pollfd *fds = gd_realloc(loop->fds, loop->room_watches * sizeof *fds);

        if (fds == NULL)
            return gd_fail_memory(err);
        loop->fds = fds;
        loop->room_fds = loop->room_watches;
    }
    for (size_t i = 0; i < loop->n_watches; i++)
        loop->fds[i] = (struct pollfd){.fd = loop->watches[i].fd, .events = loop->watches[i].events};
    return GD_OK;
}

/* Calls back for the n descriptors that were waited for; watches made meanwhile wait for the next turn. */
static bool call_fds(struct gd_loop *loop, size_t n)
{
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        struct watch watch = loop->watches[i];

        if (loop->fds[i].revents == 0 || watch.id == 0)
            continue;
        any = true;
        watch.fn(watch.arg, watch.fd, loop->fds[i].revents);
    }
    return any;
}

/* ---- timers ---- */

static bool earlier(const struct timer *one, const struct timer *other)
{
    if (one->due != other->due)
        return one->due < other->due;
    return one->turn < other->turn;
}

static void swap_timers(struct timer *one, struct timer *other)
{
    struct timer keep = *one;

    *one = *other;
    *other = keep;
}

static void sift_up(struct timer *timers, size_t i)
{
    for (; i > 0 && earlier(&timers[i], &timers[(i - 1) / 2]); i = (i - 1) / 2)
        swap_timers(&timers[i], &timers[(i - 1) / 2]);
}

static void sift_down(struct timer *timers, size_t n, size_t i)
{
    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && earlier(&timers[child + 1], &timers[child]))
            child++;
        if (!earlier(&timers[child], &timers[i]))
            return;
        swap_timers(&timers[child], &timers[i]);
        i = child;
    }
}

static void take_out_timer(struct gd_loop *loop, size_t i)
{
    loop->n_timers--;
    if (i == loop->n_timers)
        return;
    loop->timers[i] = loop->timers[loop->n_timers];
    sift_down(loop->timers, loop->n_timers, i);
    sift_up(loop->timers, i);
}

enum gd_rc gd_loop_after(struct gd_loop *loop, int64_t ms, gd_timer_fn *fn, void *arg, int *id)
{
    void *array = loop->timers;
    enum gd_rc rc = room_for_one(&array, loop->n_timers, &loop->room_timers, sizeof *loop->timers);

    loop->timers = array;
    if (rc != GD_OK)
        return rc;
    *id = next_id(loop);
    loop->timers[loop->n_timers] = (struct timer){
        .id = *id, .due = gd_mono_ms() + (ms > 0 ? ms : 0), .turn = loop->turn, .fn = fn, .arg = arg};
    sift_up(loop->timers, loop->n_timers++);
    return GD_OK;
}

void gd_loop_timer_drop(struct gd_loop *loop, int id)
{
    for (size_t i = 0; id != 0 && i < loop->n_timers; i++) {
        if (loop->timers[i].id != id)
            continue;
        take_out_timer(loop, i);
        return;
    }
}

/* Fires what is due. A timer set in this turn waits for the next: one that sets itself again, without a
 * wait, holds up nobody, and what is due behind it fires in that next turn too. */
static void fire_timers(struct gd_loop *loop)
{
    int64_t now = gd_mono_ms();

    while (loop->n_timers > 0 && loop->timers[0].due <= now && loop->timers[0].turn != loop->turn) {
        struct timer timer = loop->timers[0];

        take_out_timer(loop, 0);
        timer.fn(timer.arg);
    }
}

/* ---- slices ---- */

enum gd_rc gd_loop_slice(struct gd_loop *loop, gd_slice_fn *step, void *arg, int *id)
{
    void *array = loop->slices;
    enum gd_rc rc = room_for_one(&array, loop->n_slices, &loop->room_slices, sizeof *loop->slices);

    loop->slices = array;
    if (rc != GD_OK)
        return rc;
    *id = next_id(loop);
    loop->slices[loop->n_slices++] = (struct slice){.id = *id, .step = step, .arg = arg};
    return GD_OK;
}

void gd_loop_slice_drop(struct gd_loop *loop, int id)
{
    for (size_t i = 0; id != 0 && i < loop->n_slices; i++) {
        if (loop->slices[i].id != id)
            continue;
        loop->n_slices--;
        memmove(loop->slices + i, loop->slices + i + 1, (loop->n_slices - i) * sizeof *loop->slices);
        return;
    }
}

/* Lets the first slice work, then puts it last. It can have dropped itself or others meanwhile. */
static void step_slice(struct gd_loop *loop)
{
    struct slice slice = loop->slices[0];
    bool more = slice.step(slice.arg, SLICE_US);

    for (size_t i = 0; i < loop->n_slices; i++) {
        if (loop->slices[i].id != slice.id)
            continue;
        gd_loop_slice_drop(loop, slice.id);
        if (more)
            loop->slices[loop->n_slices++] = slice;
        return;
    }
}

/* ---- the turn ---- */

/* How long to wait at most: not at all while a slice has work, else until the first timer. */
static int wait_ms(const struct gd_loop *loop, int max_ms)
{
    int64_t left;

    if (loop->n_slices > 0)
        return 0;
    if (loop->n_timers == 0)
        return max_ms;
    left = loop->timers[0].due - gd_mono_ms();
    if (left < 0)
        left = 0;
    if (left > INT_MAX)
        left = INT_MAX;
    return max_ms < 0 || left < max_ms ? (int)left : max_ms;
}

static enum gd_rc plain_poll(struct pollfd *fds, size_t n, int ms, struct gd_error *err)
{
    if (poll(fds, (nfds_t)n, ms) >= 0)
        return GD_OK;
    for (size_t i = 0; i < n; i++)
        fds[i].revents = 0;
    if (errno == EINTR || errno == EAGAIN)
        return GD_OK;
    return gd_fail(err, GD_IO, NULL, "waiting for input failed: %s", strerror(errno));
}

/* The one wait. libcurl's reports neither hang-ups nor errors of the other descriptors, so these are asked
 * once more, without waiting. */
static enum gd_rc wait_for_all(struct gd_loop *loop, int ms, struct gd_error *err)
{
    if (loop->http != NULL) {
        enum gd_rc rc = loop->http->wait(loop->http, loop->fds, loop->n_watches, ms, err);

        if (rc != GD_OK)
            return rc;
        ms = 0;
    }
    return plain_poll(loop->fds, loop->n_watches, ms, err);
}

enum gd_rc gd_loop_turn(struct gd_loop *loop, int max_ms, struct gd_error *err)
{
    enum gd_rc rc;
    bool called;

    if (loop->turning)
        return gd_fail(err, GD_IO, NULL, "the loop was asked to turn inside one of its own callbacks");
    rc = fill_fds(loop, err);
    if (rc == GD_OK)
        rc = wait_for_all(loop, wait_ms(loop, max_ms), err);
    if (rc != GD_OK)
        return rc;
    loop->turn++;
    loop->turning = true;
    called = call_fds(loop, loop->n_watches);
    if (loop->http != NULL)
        loop->http->move(loop->http);
    fire_timers(loop);
    /* What a key started is shown before more background work is done, but a descriptor that is always ready
     * cannot starve the slices. */
    loop->held = called && !loop->held;
    if (loop->n_slices > 0 && !loop->held)
        step_slice(loop);
    loop->turning = false;
    return GD_OK;
}

bool gd_loop_busy(const struct gd_loop *loop)
{
    return loop->n_timers > 0 || loop->n_slices > 0 || (loop->http != NULL && loop->http->busy(loop->http));
}
