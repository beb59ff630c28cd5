/* Retries: each method with each thing that can happen, and the waits between. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/retry.h"

#include "tap.h"

#define HALF 0x80000000u

static const char *const verdicts[] = {"done", "again", "give up", "unsettled"};

struct row {
    const char *what;
    enum gd_fault fault;
    bool sent;
    int status;
    bool undecodable;
    int64_t retry_after;
    enum gd_verdict read, write; /* after the first try */
};

static const struct row rows[] = {
    {"name not found", GD_FAULT_RESOLVE, false, 0, false, -1, GD_AGAIN, GD_AGAIN},
    {"refused", GD_FAULT_CONNECT, false, 0, false, -1, GD_AGAIN, GD_AGAIN},
    {"no connection in time", GD_FAULT_CONNECT_TIMEOUT, false, 0, false, -1, GD_AGAIN, GD_AGAIN},
    {"TLS handshake broke", GD_FAULT_TLS, false, 0, false, -1, GD_AGAIN, GD_AGAIN},
    {"certificate refused", GD_FAULT_CERTIFICATE, false, 0, false, -1, GD_GIVE_UP, GD_GIVE_UP},
    {"timeout before sending", GD_FAULT_TIMEOUT, false, 0, false, -1, GD_AGAIN, GD_AGAIN},
    {"timeout after sending", GD_FAULT_TIMEOUT, true, 0, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"broken after sending", GD_FAULT_BROKEN, true, 0, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"broken before sending", GD_FAULT_BROKEN, false, 0, false, -1, GD_AGAIN, GD_AGAIN},
    {"answer too large", GD_FAULT_TOO_LARGE, true, 0, false, -1, GD_GIVE_UP, GD_UNSETTLED},
    {"cancelled before sending", GD_FAULT_CANCELLED, false, 0, false, -1, GD_GIVE_UP, GD_GIVE_UP},
    {"cancelled after sending", GD_FAULT_CANCELLED, true, 0, false, -1, GD_GIVE_UP, GD_UNSETTLED},
    {"200", GD_FAULT_NONE, true, 200, false, -1, GD_DONE, GD_DONE},
    {"201", GD_FAULT_NONE, true, 201, false, -1, GD_DONE, GD_DONE},
    {"207", GD_FAULT_NONE, true, 207, false, -1, GD_DONE, GD_DONE},
    {"200 undecodable", GD_FAULT_NONE, true, 200, true, -1, GD_DONE, GD_UNSETTLED},
    {"302", GD_FAULT_NONE, true, 302, false, -1, GD_DONE, GD_DONE},
    {"400", GD_FAULT_NONE, true, 400, false, -1, GD_DONE, GD_DONE},
    {"401", GD_FAULT_NONE, true, 401, false, -1, GD_DONE, GD_DONE},
    {"402", GD_FAULT_NONE, true, 402, false, -1, GD_DONE, GD_DONE},
    {"403", GD_FAULT_NONE, true, 403, false, -1, GD_DONE, GD_DONE},
    {"404", GD_FAULT_NONE, true, 404, false, -1, GD_DONE, GD_DONE},
    {"404 with Retry-After", GD_FAULT_NONE, true, 404, false, 1000, GD_DONE, GD_DONE},
    {"408", GD_FAULT_NONE, true, 408, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"408 with Retry-After", GD_FAULT_NONE, true, 408, false, 1000, GD_AGAIN, GD_UNSETTLED},
    {"409", GD_FAULT_NONE, true, 409, false, -1, GD_DONE, GD_DONE},
    {"410", GD_FAULT_NONE, true, 410, false, -1, GD_DONE, GD_DONE},
    {"413", GD_FAULT_NONE, true, 413, false, -1, GD_DONE, GD_DONE},
    {"422", GD_FAULT_NONE, true, 422, false, -1, GD_DONE, GD_DONE},
    {"429", GD_FAULT_NONE, true, 429, false, -1, GD_AGAIN, GD_AGAIN},
    {"429 with Retry-After", GD_FAULT_NONE, true, 429, false, 2000, GD_AGAIN, GD_AGAIN},
    {"429, come back tomorrow", GD_FAULT_NONE, true, 429, false, 86400000, GD_GIVE_UP, GD_GIVE_UP},
    {"452", GD_FAULT_NONE, true, 452, false, -1, GD_DONE, GD_DONE},
    {"499", GD_FAULT_NONE, true, 499, false, -1, GD_DONE, GD_UNSETTLED},
    {"500", GD_FAULT_NONE, true, 500, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"501", GD_FAULT_NONE, true, 501, false, -1, GD_AGAIN, GD_DONE},
    {"502", GD_FAULT_NONE, true, 502, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"503", GD_FAULT_NONE, true, 503, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"503 with Retry-After", GD_FAULT_NONE, true, 503, false, 0, GD_AGAIN, GD_AGAIN},
    {"503, come back tomorrow", GD_FAULT_NONE, true, 503, false, 86400000, GD_GIVE_UP, GD_GIVE_UP},
    {"504", GD_FAULT_NONE, true, 504, false, -1, GD_AGAIN, GD_UNSETTLED},
    {"504 with Retry-After", GD_FAULT_NONE, true, 504, false, 1000, GD_AGAIN, GD_UNSETTLED},
    {"505", GD_FAULT_NONE, true, 505, false, -1, GD_AGAIN, GD_DONE},
    {"524", GD_FAULT_NONE, true, 524, false, -1, GD_AGAIN, GD_UNSETTLED},
};

static struct gd_try try_of(const struct row *row, bool write)
{
    return (struct gd_try){.write = write,
                           .tries = 1,
                           .fault = row->fault,
                           .sent = row->sent,
                           .status = row->status,
                           .undecodable = row->undecodable,
                           .retry_after = row->retry_after,
                           .random = HALF};
}

static void test_verdicts(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        for (int write = 0; write <= 1; write++) {
            struct gd_try made = try_of(&rows[i], write);
            enum gd_verdict want = write ? rows[i].write : rows[i].read;
            enum gd_verdict got = gd_retry_decide(&made).verdict;

            ok(got == want, "%s: %s is %s", write ? "write" : "read", rows[i].what, verdicts[want]);
            if (got != want)
                diag("got %s", verdicts[got]);
        }
    }
}

static struct gd_try refused(int tries, uint32_t random, int64_t spent_ms)
{
    return (struct gd_try){
        .tries = tries, .fault = GD_FAULT_CONNECT, .retry_after = -1, .random = random, .spent_ms = spent_ms};
}

static int64_t wait_of(struct gd_try made)
{
    struct gd_retry next = gd_retry_decide(&made);

    return next.verdict == GD_AGAIN ? next.wait_ms : -1;
}

static void test_backoff(void)
{
    static const int64_t most[] = {250, 500, 1000, 2000};

    for (int tries = 1; tries <= GD_RETRY_MAX; tries++) {
        is_int(wait_of(refused(tries, 0, 0)), 0, "after try %d at the least nothing", tries);
        is_int(wait_of(refused(tries, UINT32_MAX, 0)), most[tries - 1], "after try %d at the most", tries);
        is_int(wait_of(refused(tries, HALF, 0)), most[tries - 1] / 2, "after try %d half way", tries);
    }
    is_int(wait_of(refused(GD_RETRY_MAX + 1, 0, 0)), -1, "after the fifth try it is given up");
    is_int(wait_of(refused(1, 0, GD_RETRY_TOTAL_MS)), 0, "a try may begin as the time ends");
    is_int(wait_of(refused(1, 0, GD_RETRY_TOTAL_MS + 1)), -1, "and none begins later");
    is_int(wait_of(refused(1, UINT32_MAX, GD_RETRY_TOTAL_MS - 249)), -1, "the wait counts too");
}

static struct gd_try throttled(int64_t retry_after, uint32_t random)
{
    return (struct gd_try){
        .write = true, .tries = 1, .sent = true, .status = 429, .retry_after = retry_after, .random = random};
}

static void test_retry_after(void)
{
    struct gd_try broken = refused(1, 0, 0);

    is_int(wait_of(throttled(3000, 0)), 3000, "Retry-After is obeyed");
    is_int(wait_of(throttled(0, UINT32_MAX)), 250, "with a wait of our own where it asks for none");
    is_int(wait_of(throttled(GD_RETRY_TOTAL_MS, 0)), GD_RETRY_TOTAL_MS, "as long as the time allows");
    is_int(wait_of(throttled(GD_RETRY_AFTER_MAX_MS + 1, 0)), -1, "30 seconds are too long in any case");
    broken.retry_after = 5000;
    is_int(wait_of(broken), 0, "without an answer it means nothing");
}

int main(void)
{
    test_verdicts();
    test_backoff();
    test_retry_after();
    return done_testing();
}
