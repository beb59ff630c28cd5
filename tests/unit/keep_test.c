/* keep by age: what is old goes from everywhere, what is young, lives or belongs to others stays; it can be
 * interrupted and goes on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/keep.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/audit.h"
#include "../../api/event.h"
#include "../../api/journal.h"
#include "../../api/when.h"
#include "store.h"
#include "tap.h"

#define DAY 86400

static struct gd_loop *loop;

static void at_day(int64_t day)
{
    gd_clock_set((STORE_NOW + day * DAY) * 1000, 1000);
}

static void put(struct gd_ledger *ledger, const char *id, const char *more)
{
    char text[200];

    snprintf(text, sizeof text, "id=%s;a.numbers=+917000000001;b.pin=4711;%s", id, more);
    store_put(ledger, text);
}

static void keep_event(struct gd_ledger *ledger, const char *sid, const char *id)
{
    struct gd_error err = {0};
    struct gd_event event = {0};
    struct gd_event_kept kept;
    json_t *object = json_pack("{s:s,s:s,s:s,s:s}", "call_sid", sid, "greenpin_id", id, "from",
                               "+917000000001", "call_type", "completed");

    if (gd_event_decode(object, 0, gd_now(), &event, &err) != GD_OK ||
        gd_event_put(ledger, &event, &kept, &err) != GD_OK)
        bail_out("%s", err.what);
    gd_event_clear(&event);
    json_decref(object);
}

static int64_t journal(struct gd_ledger *ledger, const char *id)
{
    struct gd_error err = {0};
    char *copy = strdup(id), text[] = "+917000000001", kind[] = "update";
    struct gd_op op = {.kind = GD_OP_UPDATE, .origin = kind};
    struct gd_op_row row = {.id = copy, .code = -1};

    row.want.v[GD_F_A_NUMBERS] = text;
    if (gd_journal_create(ledger, &op, &row, 1, &err) != GD_OK ||
        gd_journal_state(ledger, op.op, GD_OPS_DONE, &err) != GD_OK)
        bail_out("%s", err.what);
    free(copy);
    return op.op;
}

/* Runs it to its end, as the program's loop does. */
static void run(struct gd_ledger *ledger, int64_t days)
{
    struct gd_error err = {0};
    struct gd_keep *keep = NULL;

    if (gd_keep_start(ledger, loop, "prod", days * DAY, &keep, &err) != GD_OK)
        bail_out("%s", err.what);
    while (gd_loop_busy(loop))
        if (gd_loop_turn(loop, 0, &err) != GD_OK)
            bail_out("%s", err.what);
    gd_keep_free(&keep);
}

static bool known(struct gd_ledger *ledger, const char *id)
{
    struct gd_error err = {0};
    struct gd_alloc alloc;
    bool found = false;

    if (gd_ledger_get(ledger, id, &alloc, &found, &err) != GD_OK)
        bail_out("%s", err.what);
    gd_alloc_clear(&alloc);
    return found;
}

static bool count(void *arg, const struct gd_event *event)
{
    (void)event;
    ++*(int *)arg;
    return true;
}

static int events(struct gd_ledger *ledger)
{
    struct gd_error err = {0};
    int n = 0, looked;

    if (gd_event_each(ledger, 0, 10000, count, &n, &looked, &err) != GD_OK)
        bail_out("%s", err.what);
    return n;
}

static bool blank(void *arg, struct gd_op_row *row)
{
    *(bool *)arg = row->id == NULL && row->want.v[GD_F_A_NUMBERS] == NULL;
    return true;
}

static bool is_blank(struct gd_ledger *ledger, int64_t op)
{
    struct gd_error err = {0};
    bool yes = false;

    if (gd_journal_each_row(ledger, op, 0, 0, blank, &yes, &err) != GD_OK)
        bail_out("%s", err.what);
    return yes;
}

static bool last(void *arg, const struct gd_audit_row *row)
{
    snprintf(arg, 200, "%s %s", row->action, row->result);
    return false;
}

static void check_what_goes(void)
{
    struct gd_ledger *ledger = store_open("keep.db", "acme"), *other = store_open("keep.db", "umbrella");
    struct gd_error err = {0};
    char said[200] = "";
    int64_t old_op, young_op;
    char ends[80];

    at_day(0);
    put(ledger, "old", "state=deallocated");
    put(ledger, "read", "state=active");
    snprintf(ends, sizeof ends, "state=active;ends=%lld", (long long)(STORE_NOW + 100 * DAY));
    put(ledger, "lives", ends);
    put(other, "theirs", "state=active");
    keep_event(ledger, "c1", "read");
    keep_event(other, "c1", "theirs");
    old_op = journal(ledger, "read");
    at_day(9);
    put(ledger, "young", "state=active");
    snprintf(ends, sizeof ends, "state=active;read=%lld", (long long)(STORE_NOW + 9 * DAY));
    put(ledger, "read", ends);
    keep_event(ledger, "c2", "read");
    young_op = journal(ledger, "read");
    at_day(10);
    run(ledger, 30);
    ok(known(ledger, "old"), "nothing is older than a month");
    run(ledger, 5);
    ok(!known(ledger, "old"), "what is older than five days is gone");
    ok(known(ledger, "read"), "what was read since is not");
    ok(known(ledger, "lives"), "nor what still lives");
    ok(known(ledger, "young"), "nor what is young");
    ok(known(other, "theirs"), "nor what is another tenant's");
    is_int(events(ledger), 1, "the old event is gone, of an allocation that stays too");
    is_int(events(other), 1, "another tenant's is not");
    ok(is_blank(ledger, old_op), "the old operation holds nobody's data");
    ok(!is_blank(ledger, young_op), "the young one does");
    is_int(gd_audit_each(ledger, last, said, &err), GD_OK, "looks at the audit trail");
    is_str(said, "keep done: 1 allocations, 1 events, 1 rows of operations forgotten", "which says how much");
    run(ledger, 5);
    ok(known(ledger, "read") && !is_blank(ledger, young_op), "again: nothing more goes");
    at_day(200);
    run(ledger, 5);
    ok(!known(ledger, "read") && !known(ledger, "lives") && !known(ledger, "young"), "later the others go");
    ok(is_blank(ledger, young_op), "with their journal");
    ok(known(other, "theirs"), "and never another tenant's");
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
}

/* More than a slice; stopped in the middle; nothing of the number is left in any byte of the files. */
static void check_slices(void)
{
    struct gd_ledger *ledger = store_open("slices.db", "acme");
    struct gd_error err = {0};
    struct gd_keep *keep = NULL;
    char id[20], path[300];
    const char *const ends[] = {"", "-wal"};
    int64_t n = 0, left = 0;

    at_day(0);
    if (gd_ledger_begin(ledger, &err) != GD_OK)
        bail_out("%s", err.what);
    for (int i = 0; i < 1000; i++) {
        snprintf(id, sizeof id, "gp-%d", i);
        put(ledger, id, "state=active");
    }
    if (gd_ledger_commit(ledger, &err) != GD_OK)
        bail_out("%s", err.what);
    at_day(10);
    if (gd_keep_start(ledger, loop, "prod", DAY, &keep, &err) != GD_OK ||
        gd_loop_turn(loop, 0, &err) != GD_OK)
        bail_out("%s", err.what);
    gd_keep_free(&keep);
    is_int(gd_ledger_count(ledger, &left, &err), GD_OK, "counts");
    ok(left > 0 && left < 1000, "stopped in the middle: %lld are left", (long long)left);
    if (gd_keep_start(ledger, loop, "prod", DAY, &keep, &err) != GD_OK)
        bail_out("%s", err.what);
    gd_clock_set(-1, -1);
    gd_keep_go_on(keep, 60000);
    gd_keep_free(&keep);
    is_int(gd_ledger_count(ledger, &n, &err), GD_OK, "counts");
    is_int(n, 0, "the next start goes on to the end, without the loop too");
    ok(!gd_loop_busy(loop), "and nothing is left of it on the loop");
    gd_ledger_close(&ledger);
    for (int i = 0; i < 2; i++) {
        char buf[4096 + 16] = "";
        size_t got, hits = 0;
        FILE *file;

        snprintf(path, sizeof path, "%s%s", store_path("slices.db"), ends[i]);
        file = fopen(path, "rb");
        while (file != NULL && (got = fread(buf, 1, 4096, file)) > 0)
            hits += memmem(buf, got, "917000000001", 12) != NULL;
        if (file != NULL)
            fclose(file);
        is_int((long long)hits, 0, "no byte of the ledger%s holds the number", ends[i]);
    }
}

int main(void)
{
    struct gd_error err = {0};

    if (gd_loop_new(&loop, &err) != GD_OK)
        bail_out("%s", err.what);
    check_what_goes();
    check_slices();
    gd_loop_free(&loop);
    return done_testing();
}
