/* The journal: rows survive a process that is killed, its locks do not; counts, wishes, a full disk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/journal.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "../../api/filter.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "store.h"
#include "tap.h"

#define ROWS 5

/* Makes an update of rows gp-0, gp-1, …; its number. */
static int64_t make_op(struct gd_ledger *ledger, const char *reason)
{
    struct gd_op op = {.kind = GD_OP_UPDATE, .dialect = GD_FLAT, .parent = 7, .no_undo = true};
    struct gd_op_row rows[ROWS] = {0};
    struct gd_error err = {0};
    int64_t number;

    op.origin = gd_strdup("apply");
    op.reason = reason != NULL ? gd_strdup(reason) : NULL;
    op.user = gd_strdup("tester");
    op.profile = gd_strdup("acme");
    for (int i = 0; i < ROWS; i++) {
        char id[20];

        snprintf(id, sizeof id, "gp-%d", i);
        rows[i].id = gd_strdup(id);
        rows[i].code = -1;
        rows[i].before =
            store_alloc("id=gp-0;a.numbers=+919876546144;a.pin=0482;state=active;ends=1790000600;"
                        "kind=greenvn;source=get;custom_field=क \"x\"\n\x01");
        rows[i].before.dialect = GD_FLAT;
        rows[i].want = store_alloc("b.numbers=+914440000625,+914440000626;duration=7200;read=0");
        rows[i].state = i == 4 ? GD_ROW_SKIPPED : GD_ROW_PENDING;
    }
    if (gd_journal_create(ledger, &op, rows, ROWS, &err) != GD_OK)
        bail_out("cannot make an operation: %s", err.what);
    for (int i = 0; i < ROWS; i++)
        gd_op_row_clear(&rows[i]);
    number = op.op;
    gd_op_clear(&op);
    return number;
}

static struct gd_op get(struct gd_ledger *ledger, int64_t number)
{
    struct gd_op op;
    struct gd_error err = {0};
    bool found;

    if (gd_journal_get(ledger, number, &op, &found, &err) != GD_OK)
        bail_out("cannot read an operation: %s", err.what);
    if (!found)
        op.op = -1;
    return op;
}

static int state_of(struct gd_ledger *ledger, int64_t number)
{
    struct gd_op op = get(ledger, number);
    int state = (int)op.state;

    gd_op_clear(&op);
    return state;
}

static bool keep_row(void *arg, struct gd_op_row *row)
{
    struct gd_op_row *rows = arg;

    rows[row->n] = *row; /* its texts are ours from here on */
    memset(row, 0, sizeof *row);
    return true;
}

static void load(struct gd_ledger *ledger, int64_t number, unsigned mask, struct gd_op_row rows[ROWS])
{
    struct gd_error err = {0};

    memset(rows, 0, ROWS * sizeof *rows);
    if (gd_journal_each_row(ledger, number, 0, mask, keep_row, rows, &err) != GD_OK)
        bail_out("cannot read rows: %s", err.what);
}

static void clear(struct gd_op_row rows[ROWS])
{
    for (int i = 0; i < ROWS; i++)
        gd_op_row_clear(&rows[i]);
}

static enum gd_rc set(struct gd_ledger *ledger, int64_t number, struct gd_op_row *row,
                      enum gd_row_state state, struct gd_error *err)
{
    const struct gd_op_row *one = row;

    row->state = state;
    return gd_journal_rows(ledger, number, &one, 1, err);
}

static void test_round_trip(void)
{
    struct gd_ledger *ledger = store_open("round.db", "acme");
    struct gd_op_row rows[ROWS];
    struct gd_error err = {0};
    struct gd_op op;

    is_int(make_op(ledger, "one"), 1, "operations are numbered from 1");
    is_int(make_op(ledger, NULL), 2, "and on");
    op = get(ledger, 1);
    is_int(op.kind, GD_OP_UPDATE, "kind");
    is_int(op.dialect, GD_FLAT, "dialect");
    is_int(op.parent, 7, "parent");
    ok(op.no_undo, "no_undo");
    is_str(op.origin, "apply", "origin");
    is_str(op.reason, "one", "reason");
    is_str(op.user, "tester", "user");
    is_str(op.profile, "acme", "profile");
    is_int(op.pid, getpid(), "process");
    is_int(op.created_at, STORE_NOW, "when");
    is_int(op.counts.total, 5, "five rows");
    is_int(op.counts.pending, 4, "four pending");
    is_int(op.counts.skipped, 1, "one left out");
    gd_op_clear(&op);

    load(ledger, 1, 0, rows);
    is_str(rows[3].id, "gp-3", "id");
    is_str(rows[3].before.v[GD_F_A_NUMBERS], "+919876546144", "what was known: numbers");
    is_str(rows[3].before.v[GD_F_A_PIN], "0482", "a pin");
    is_str(rows[3].before.v[GD_F_CUSTOM_FIELD], "क \"x\"\n\x01", "any text");
    is_int(rows[3].before.ends_at, 1790000600, "end");
    is_int(rows[3].before.kind, GD_GREENVN, "kind");
    is_int(rows[3].before.dialect, GD_FLAT, "dialect");
    is_int(rows[3].before.state, GD_ACTIVE, "state");
    is_int(rows[3].before.call_count, -1, "no count of calls");
    is_str(rows[3].before.source, "get", "source");
    is_str(rows[3].want.v[GD_F_DURATION], "7200", "what is wanted: duration");
    ok(rows[3].want.v[GD_F_A_NUMBERS] == NULL, "what is not wanted is absent");

    rows[0].sent_at = STORE_NOW + 1;
    is_int(set(ledger, 1, &rows[0], GD_ROW_SENT, &err), GD_OK, "a row is sent");
    rows[0].answered_at = STORE_NOW + 2;
    rows[0].http_status = 207;
    rows[0].code = 19;
    rows[0].message = gd_strdup("no");
    rows[0].request_id = gd_strdup("req-1");
    rows[0].attempts = 2;
    rows[0].not_applied = true;
    gd_alloc_clear(&rows[0].before);
    rows[0].before = store_alloc("id=gp-0;a.pin=9");
    rows[0].before_changed = true;
    is_int(set(ledger, 1, &rows[0], GD_ROW_FAILED, &err), GD_OK, "and answered");
    clear(rows);
    load(ledger, 1, 1u << GD_ROW_FAILED, rows);
    ok(rows[0].sent_at == STORE_NOW + 1 && rows[0].answered_at == STORE_NOW + 2, "times are kept");
    ok(rows[0].http_status == 207 && rows[0].code == 19 && rows[0].attempts == 2, "numbers are kept");
    ok(rows[0].not_applied, "so is what settling found");
    is_str(rows[0].message, "no", "and the message");
    is_str(rows[0].request_id, "req-1", "and the request id");
    is_str(rows[0].before.v[GD_F_A_PIN], "9", "and what was read before sending");
    ok(rows[1].id == NULL, "rows in other states were not asked for");
    clear(rows);
    op = get(ledger, 1);
    ok(op.counts.failed == 1 && op.counts.pending == 3 && op.counts.sent == 0, "the counts follow");
    gd_op_clear(&op);
    gd_ledger_close(&ledger);
}

static bool count_op(void *arg, const struct gd_op *op)
{
    int64_t *ops = arg;

    ops[ops[0]++ + 1] = op->op;
    return ops[0] < 3;
}

static void test_states(void)
{
    struct gd_ledger *ledger = store_open("states.db", "acme"), *tenant = store_open("states.db", "umbrella");
    struct gd_ledger *other = store_open("states.db", "acme");
    struct gd_error err = {0};
    struct gd_op op;
    int64_t ops[5] = {0}, a = make_op(ledger, "a"), b = make_op(ledger, "b"), c = make_op(ledger, "c");

    make_op(ledger, "d");
    is_int(gd_journal_each(ledger, count_op, ops, &err), GD_OK, "walks operations");
    ok(ops[0] == 3 && ops[1] == 4 && ops[3] == 2, "newest first, until told to stop");
    is_int(state_of(other, a), GD_OPS_RUNNING, "another console sees it running");
    is_int(gd_journal_state(ledger, a, GD_OPS_DONE, &err), GD_OK, "one is done");
    is_int(gd_journal_state(ledger, b, GD_OPS_PAUSED, &err), GD_OK, "one is paused");
    is_int(gd_journal_state(ledger, c, GD_OPS_STOPPED, &err), GD_OK, "one is stopped");
    op = get(other, a);
    ok(op.state == GD_OPS_DONE && op.ended_at == STORE_NOW, "done, and when");
    gd_op_clear(&op);
    op = get(other, 0);
    is_int(op.op, c, "the newest that can be resumed is the stopped one");
    gd_op_clear(&op);
    is_int(gd_journal_state(ledger, c, GD_OPS_DONE, &err), GD_OK, "done too");
    op = get(other, 0);
    is_int(op.op, b, "then the paused one");
    gd_op_clear(&op);
    is_int(get(tenant, 0).op, -1, "another tenant has none");
    is_int(get(tenant, a).op, -1, "not by number either");
    is_int(gd_journal_wish(ledger, b), GD_WISH_RUN, "nobody wishes anything");
    is_int(gd_journal_wish_set(other, b, GD_WISH_STOP, &err), GD_OK, "another console wishes a stop");
    is_int(gd_journal_wish(ledger, b), GD_WISH_STOP, "its runner hears it");
    gd_ledger_close(&ledger);
    is_int(state_of(other, 4), GD_OPS_INTERRUPTED, "running, but its process is gone: interrupted");
    is_int(state_of(other, b), GD_OPS_PAUSED, "paused in order stays paused");
    op = get(other, 0);
    is_int(op.op, 4, "the interrupted one can be resumed");
    gd_op_clear(&op);
    is_int(gd_journal_state(other, 4, GD_OPS_RUNNING, &err), GD_OK, "and is");
    is_int(state_of(tenant, 4), 0, "(not seen by the other tenant)");
    is_int(state_of(other, 4), GD_OPS_RUNNING, "running again");
    gd_ledger_close(&other);
    gd_ledger_close(&tenant);
}

static void test_lock(void)
{
    struct gd_ledger *ledger = store_open("lock.db", "acme"), *other = store_open("lock.db", "acme");
    struct gd_ledger *tenant = store_open("lock.db", "umbrella");
    struct gd_error err = {0};
    int64_t a = make_op(ledger, "a"), b = make_op(other, "b"), c = make_op(tenant, "c");

    is_int(gd_journal_lock(ledger, a, &err), GD_OK, "takes the writer's lock");
    is_int(gd_journal_lock(tenant, c, &err), GD_OK, "another tenant's is apart");
    is_int(gd_journal_lock(other, b, &err), GD_REFUSED, "a second writer is refused");
    has_str(err.what, "operation 1 of tester", "it says who writes");
    has_str(err.what, "since 2026-09-21T14:13:20Z", "and since when");
    err = (struct gd_error){0};
    is_int(gd_journal_lock(ledger, b, &err), GD_REFUSED, "in the same process too");
    gd_journal_unlock(ledger, a);
    err = (struct gd_error){0};
    is_int(gd_journal_lock(other, b, &err), GD_OK, "then it is free");
    gd_journal_unlock(other, b);
    is_int(gd_journal_state(other, a, GD_OPS_RUNNING, &err), GD_REFUSED,
           "an operation runs in one place only");
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
    gd_ledger_close(&tenant);
}

/* A child writes round after round and is killed with no warning: what it journaled is there, its locks are
 * void, the file is whole. */
static void test_killed(int round)
{
    char name[40], byte;
    int pipes[2], status;
    struct gd_ledger *ledger;
    struct gd_error err = {0};
    struct gd_op_row rows[ROWS];
    int64_t told = 0;
    pid_t child;

    snprintf(name, sizeof name, "killed-%d.db", round);
    if (pipe(pipes) != 0 || (child = fork()) < 0)
        bail_out("no child");
    if (child == 0) {
        ledger = store_open(name, "acme");
        int64_t op = make_op(ledger, "child");

        load(ledger, op, 0, rows);
        if (gd_journal_lock(ledger, op, &err) != GD_OK)
            _exit(1);
        for (int i = 0;; i++) {
            rows[i % ROWS].attempts = i + 1;
            if (set(ledger, op, &rows[i % ROWS], i % 2 == 0 ? GD_ROW_SENT : GD_ROW_APPLIED, &err) != GD_OK ||
                write(pipes[1], "x", 1) != 1)
                _exit(2);
        }
    }
    close(pipes[1]);
    while (told < 5 + 7 * round && read(pipes[0], &byte, 1) == 1)
        told++;
    kill(child, SIGKILL);
    waitpid(child, &status, 0);
    while (read(pipes[0], &byte, 1) == 1)
        told++;
    close(pipes[0]);

    ledger = store_open(name, "acme");
    is_int(state_of(ledger, 1), GD_OPS_INTERRUPTED, "its operation is interrupted");
    load(ledger, 1, 0, rows);
    int64_t last = 0;
    for (int i = 0; i < ROWS; i++)
        last = rows[i].attempts > last ? rows[i].attempts : last;
    ok(last == told || last == told + 1, "the last row told is journaled (%lld of %lld)", (long long)last,
       (long long)told);
    clear(rows);
    is_int(gd_journal_lock(ledger, 1, &err), GD_OK, "its lock is void");
    is_int(gd_journal_state(ledger, 1, GD_OPS_RUNNING, &err), GD_OK, "it can be resumed");
    gd_ledger_close(&ledger);
}

static void test_full_disk(void)
{
    struct gd_ledger *ledger = store_open("full.db", "acme");
    struct gd_op_row rows[ROWS];
    struct gd_error err = {0};
    struct rlimit old, small;
    int64_t op = make_op(ledger, "full");
    struct gd_op after;

    load(ledger, op, 0, rows);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){.rlim_cur = 1, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    is_int(set(ledger, op, &rows[0], GD_ROW_SENT, &err), GD_IO,
           "a full disk is told before anything is sent");
    has_str(err.what, "cannot write", "and what could not be written");
    setrlimit(RLIMIT_FSIZE, &old);
    after = get(ledger, op);
    ok(after.counts.pending == 4 && after.counts.sent == 0, "the journal says not sent");
    gd_op_clear(&after);
    err = (struct gd_error){0};
    is_int(set(ledger, op, &rows[0], GD_ROW_SENT, &err), GD_OK, "with room it goes on");
    rows[1].n = 99;
    is_int(set(ledger, op, &rows[1], GD_ROW_SENT, &err), GD_IO, "a row that is not there is told");
    clear(rows);
    gd_ledger_close(&ledger);
}

static bool matches(struct gd_ledger *ledger, const char *id, const char *text)
{
    static const struct gd_place place = {.country = "IN"};
    struct gd_filter *filter;
    struct gd_alloc alloc;
    struct gd_error err = {0};
    bool found, yes;

    if (gd_filter_parse(text, &place, STORE_NOW, &filter, NULL, &err) != GD_OK ||
        gd_ledger_get(ledger, id, &alloc, &found, &err) != GD_OK)
        bail_out("%s", err.what);
    yes = found && gd_filter_match(filter, &alloc);
    gd_alloc_clear(&alloc);
    gd_filter_free(&filter);
    return yes;
}

/* changed: and forget reach into the journal. */
static void test_with_ledger(void)
{
    struct gd_ledger *ledger = store_open("with.db", "acme"), *other = store_open("with.db", "acme");
    struct gd_op_row rows[ROWS];
    struct gd_error err = {0};
    int64_t op = make_op(ledger, "r");
    bool found;
    struct gd_op after;

    store_put(ledger, "id=gp-0");
    store_put(ledger, "id=gp-1");
    load(ledger, op, 0, rows);
    ok(!matches(ledger, "gp-0", "changed:"), "nothing is changed yet");
    is_int(set(ledger, op, &rows[0], GD_ROW_APPLIED, &err), GD_OK, "a row is applied");
    is_int(set(ledger, op, &rows[2], GD_ROW_APPLIED, &err), GD_OK, "one that the ledger does not know too");
    ok(matches(ledger, "gp-0", "changed:"), "changed: finds it");
    ok(!matches(ledger, "gp-1", "changed:"), "and not the others");
    store_put(ledger, "id=gp-2");
    ok(matches(ledger, "gp-2", "changed:"), "one that comes into the ledger later is known as changed");
    is_int(gd_ledger_forget(other, "gp-1", &found, &err), GD_REFUSED, "what a running operation needs stays");
    has_str(err.what, "operation 1 is running", "it says why");
    is_int(set(ledger, op, &rows[3], GD_ROW_SENT, &err), GD_OK, "one is sent");
    is_int(gd_journal_state(ledger, op, GD_OPS_STOPPED, &err), GD_OK, "it stops");
    clear(rows);
    err = (struct gd_error){0};
    is_int(gd_ledger_forget(other, "gp-1", &found, &err), GD_OK, "then it goes");
    is_int(gd_ledger_forget(other, "gp-0", &found, &err), GD_OK, "the changed one too");
    is_int(gd_ledger_forget(other, "gp-3", &found, &err), GD_OK, "one known to the journal only too");
    load(ledger, op, 0, rows);
    ok(rows[0].id == NULL && rows[0].before.v[GD_F_A_PIN] == NULL && rows[0].want.v[GD_F_B_NUMBERS] == NULL,
       "its row in the journal holds nothing of it");
    is_int(rows[0].state, GD_ROW_APPLIED, "but what became of it");
    is_int(rows[1].state, GD_ROW_SKIPPED, "what was not sent is left out");
    is_int(rows[3].state, GD_ROW_UNKNOWN, "what was sent can not be settled any more");
    is_str(rows[2].id, "gp-2", "others are as they were");
    clear(rows);
    after = get(ledger, op);
    ok(after.counts.pending == 0 && after.counts.skipped == 2 && after.counts.unknown == 1 &&
           after.counts.applied == 2 && after.counts.sent == 0,
       "the counts follow");
    gd_op_clear(&after);
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
}

int main(void)
{
    setenv("USER", "tester", 1);
    signal(SIGXFSZ, SIG_IGN);
    test_round_trip();
    test_states();
    test_lock();
    for (int round = 0; round < 3; round++)
        test_killed(round);
    test_full_disk();
    test_with_ledger();
    is_str(gd_op_kind_name(GD_OP_DEALLOCATE), "deallocate", "names: kinds");
    is_str(gd_op_state_name(GD_OPS_INTERRUPTED), "interrupted", "states");
    is_str(gd_row_state_name(GD_ROW_SENT), "unknown", "a row without an answer reads unknown");
    is_str(gd_row_state_name(GD_ROW_PENDING), "skipped", "one that was not sent skipped");
    return done_testing();
}
