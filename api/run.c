/* A run of an operation: rows flow from the journal through requests and back, a transaction a round. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"
#include "run_i.h"
#include "when.h"

#define WINDOW 2000  /* rows loaded from the journal at once */
#define LAST_ROWS 50 /* rows that pause_at looks back on */
#define ROUND_MS 4   /* that a round waits for more answers, while enough requests are under way */
#define POLL_MS 50   /* between looks at a lock that another holds */
#define WISH_MS 500  /* between looks at wishes while nothing else happens */

static void go_on(void *arg);

void run_note(struct gd_run *run, const char *fmt, ...)
{
    char text[300];
    va_list ap;

    if (run->hooks.note == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    run->hooks.note(run->hooks.arg, text);
}

static void wake_in(struct gd_run *run, int64_t ms)
{
    if (run->timer != 0)
        gd_loop_timer_drop(run->desk->loop, run->timer);
    run->timer = 0;
    run->timer_at = gd_mono_ms() + ms;
    if (gd_loop_after(run->desk->loop, ms, go_on, run, &run->timer) != GD_OK)
        gd_fail_memory(&run->error);
}

/* A round costs a write to the disk: while the service has enough to do, it waits for more answers. */
void run_soon(struct gd_run *run)
{
    int64_t ms = run->active * 2 > (size_t)run->desk->profile->concurrency ? ROUND_MS : 0;

    if (run->timer == 0 || run->timer_at > gd_mono_ms() + ms)
        wake_in(run, ms);
}

static void work_free(struct work *work)
{
    gd_op_row_clear(&work->row);
    gd_alloc_clear(&work->answer);
    gd_free(work);
}

static void works_free(struct works *works)
{
    struct work *work;

    while ((work = STAILQ_FIRST(works)) != NULL) {
        STAILQ_REMOVE_HEAD(works, link);
        work_free(work);
    }
}

/* ---- outcomes ---- */

static void count_outcome(struct gd_run *run, bool failed)
{
    size_t at = run->last_at++ % LAST_ROWS;

    run->failed_of_last += (int)failed - (int)run->last[at];
    run->last[at] = failed;
}

void run_over(struct gd_run *run, struct work *work, enum gd_row_state state)
{
    work->row.state = state;
    work->row.answered_at = gd_now();
    if (state == GD_ROW_FAILED || state == GD_ROW_UNKNOWN)
        run->no_answer = gd_op_unanswered(&work->row);
    count_outcome(run, state == GD_ROW_FAILED || state == GD_ROW_UNKNOWN);
    STAILQ_INSERT_TAIL(&run->changed, work, link);
    run_soon(run);
}

void run_unsettled(struct gd_run *run, struct work *work)
{
    work->due = work->row.sent_at + run->desk->profile->timeout + 1;
    STAILQ_INSERT_TAIL(&run->to_settle, work, link);
    run_soon(run);
}

/* ---- units ---- */

struct unit *run_unit_new(struct gd_run *run, enum unit_step step)
{
    struct unit *unit = gd_calloc(1, sizeof *unit);

    if (unit == NULL)
        return NULL;
    unit->run = run;
    unit->step = step;
    STAILQ_INIT(&unit->rows);
    LIST_INSERT_HEAD(&run->units, unit, link);
    run->active++;
    return unit;
}

void run_unit_take(struct unit *unit, struct works *from)
{
    struct work *work = STAILQ_FIRST(from);

    STAILQ_REMOVE_HEAD(from, link);
    STAILQ_INSERT_TAIL(&unit->rows, work, link);
    unit->n++;
}

void run_unit_free(struct unit *unit)
{
    works_free(&unit->rows);
    if (unit->run != NULL) {
        LIST_REMOVE(unit, link);
        unit->run->active--;
    }
    gd_free(unit);
}

/* ---- loading ---- */

static bool load_row(void *arg, struct gd_op_row *row)
{
    struct gd_run *run = arg;
    struct work *work = gd_calloc(1, sizeof *work);

    if (work == NULL) {
        gd_fail_memory(&run->error);
        return false;
    }
    work->row = *row; /* the row's texts are ours from here on */
    memset(row, 0, sizeof *row);
    run->next_row = work->row.n + 1;
    if (run->settle_only) {
        work->row.state = GD_ROW_SENT;
        run_unsettled(run, work);
        return run->next_row % WINDOW != 0;
    }
    work->read_before = run->op.kind != GD_OP_DEALLOCATE || run->op.dialect != GD_FLAT || run->op.no_undo;
    if (work->row.state == GD_ROW_SENT) {
        work->resumed = true;
        run_unsettled(run, work);
    } else {
        STAILQ_INSERT_TAIL(&run->to_send, work, link);
    }
    return run->next_row % WINDOW != 0;
}

static void load(struct gd_run *run)
{
    unsigned open = run->settle_only ? 1u << GD_ROW_UNKNOWN | 1u << GD_ROW_SENT
                                     : 1u << GD_ROW_PENDING | 1u << GD_ROW_SENT;

    while (!run->loaded && STAILQ_EMPTY(&run->to_send) && run->wish == GD_WISH_RUN &&
           run->error.rc == GD_OK) {
        int64_t first = run->next_row;

        if (gd_journal_each_row(run->desk->ledger, run->op.op, first, open, load_row, run, &run->error) !=
            GD_OK)
            return;
        run->loaded = run->next_row == first;
    }
}

/* ---- a round ---- */

/* The rows of the round: those that changed, and those of units about to be sent. */
static size_t gather(struct gd_run *run, const struct gd_op_row **rows)
{
    struct work *work;
    struct unit *unit;
    size_t n = 0;

    STAILQ_FOREACH (work, &run->changed, link)
        rows[n++] = &work->row;
    LIST_FOREACH (unit, &run->units, link)
        if (unit->call == NULL && unit->step == UNIT_SEND)
            STAILQ_FOREACH (work, &unit->rows, link)
                rows[n++] = &work->row;
    return n;
}

/* Keeps in the ledger what the answer about a row showed. */
static enum gd_rc keep_answer(struct gd_run *run, struct work *work)
{
    enum gd_rc rc = GD_OK;

    if (work->answer.v[GD_F_ID] != NULL)
        rc = gd_desk_keep(run->desk, &work->answer, work->source, &run->error);
    if (rc == GD_OK && work->gone && work->row.id != NULL)
        rc = gd_ledger_gone(run->desk->ledger, work->row.id, work->source, gd_now(), &run->error);
    gd_alloc_clear(&work->answer);
    work->gone = false;
    return rc;
}

/* Writes what changed and what is about to be sent, with the readings that came along, in one transaction. */
static bool journal_round(struct gd_run *run, size_t n)
{
    const struct gd_op_row **rows = gd_calloc(n, sizeof(*rows));
    struct gd_ledger *ledger = run->desk->ledger;
    struct work *work;
    enum gd_rc rc;

    if (rows == NULL) {
        gd_fail_memory(&run->error);
        return false;
    }
    rc = gd_ledger_begin(ledger, &run->error);
    if (rc != GD_OK)
        goto out;
    rc = gd_journal_rows(ledger, run->op.op, rows, gather(run, rows), &run->error);
    STAILQ_FOREACH (work, &run->changed, link)
        if (rc == GD_OK)
            rc = keep_answer(run, work);
    if (rc == GD_OK)
        rc = gd_ledger_commit(ledger, &run->error);
    if (rc != GD_OK)
        gd_ledger_rollback(ledger);
out:
    gd_free(rows);
    return rc == GD_OK;
}

/* Hands over the rows that are over; those given back (chunk too large, not applied) go first again. */
static void hand_over(struct gd_run *run)
{
    struct works over = STAILQ_HEAD_INITIALIZER(over), back = STAILQ_HEAD_INITIALIZER(back);
    struct work *work;

    STAILQ_CONCAT(&over, &run->changed);
    while ((work = STAILQ_FIRST(&over)) != NULL) {
        STAILQ_REMOVE_HEAD(&over, link);
        if (work->row.state == GD_ROW_PENDING) {
            STAILQ_INSERT_TAIL(&back, work, link);
            continue;
        }
        if (run->hooks.row != NULL)
            run->hooks.row(run->hooks.arg, &work->row);
        work_free(work);
    }
    if (!STAILQ_EMPTY(&back))
        run_soon(run);
    STAILQ_CONCAT(&back, &run->to_send);
    STAILQ_CONCAT(&run->to_send, &back);
}

static size_t count_works(const struct works *works)
{
    const struct work *work;
    size_t n = 0;

    STAILQ_FOREACH (work, works, link)
        n++;
    return n;
}

static bool at_limit(const struct gd_run *run)
{
    return run->limit > 0 && run->begun >= run->limit;
}

/* Whether a deallocation wants to write while this one does something else. */
static bool gives_way(const struct gd_run *run)
{
    return run->op.kind != GD_OP_DEALLOCATE && gd_journal_urgent(run->desk->ledger);
}

/* Makes the units of this round and marks the rows that will be sent. Returns how many rows those are. */
static size_t plan_round(struct gd_run *run)
{
    int64_t now = gd_now();
    size_t limit = (size_t)run->desk->profile->concurrency, marked = 0;
    struct unit *unit;
    struct work *work;

    if (run->error.rc != GD_OK || run->wish != GD_WISH_RUN || gives_way(run))
        return 0;
    while (run->active < limit && (unit = run_next_settle(run, now)) != NULL)
        ;
    while (run->active < limit && !at_limit(run) && (unit = run_next_send(run)) != NULL) {
        if (unit->step != UNIT_SEND)
            continue;
        STAILQ_FOREACH (work, &unit->rows, link) {
            work->row.state = GD_ROW_SENT;
            work->row.sent_at = now;
            work->row.attempts++; /* journaled before the bytes leave, so that a crash does not lose it */
        }
        marked += unit->n;
        run->begun += (int64_t)unit->n;
    }
    if (at_limit(run))
        run->wish = GD_WISH_PAUSE;
    return marked;
}

static void start_units(struct gd_run *run)
{
    struct unit *unit, *next;

    for (unit = LIST_FIRST(&run->units); unit != NULL; unit = next) {
        next = LIST_NEXT(unit, link);
        if (unit->call != NULL)
            continue;
        if (unit->step == UNIT_SETTLE)
            run_settle_start(run, unit);
        else
            run_start_unit(run, unit);
    }
}

/* Drops the units that were planned and not started: the journal could not be written, so nothing is sent. */
static void drop_unstarted(struct gd_run *run)
{
    struct unit *unit, *next;

    for (unit = LIST_FIRST(&run->units); unit != NULL; unit = next) {
        next = LIST_NEXT(unit, link);
        if (unit->call == NULL)
            run_unit_free(unit);
    }
}

/* ---- the end ---- */

static bool is_over(const struct gd_run *run)
{
    if (run->active > 0 || !STAILQ_EMPTY(&run->changed))
        return false;
    if (run->error.rc != GD_OK || run->wish != GD_WISH_RUN)
        return true;
    return run->loaded && STAILQ_EMPTY(&run->to_send) && STAILQ_EMPTY(&run->to_settle);
}

/* Gives back the lock, and the claim on it. */
static void let_go(struct gd_run *run)
{
    if (run->locked)
        gd_journal_unlock(run->desk->ledger, run->op.op);
    if (run->urgent)
        gd_journal_urgent_end(run->desk->ledger);
    run->locked = run->urgent = false;
}

static void finish(struct gd_run *run)
{
    enum gd_op_state state = run->wish == GD_WISH_STOP    ? GD_OPS_STOPPED
                             : run->wish == GD_WISH_PAUSE ? GD_OPS_PAUSED
                                                          : GD_OPS_DONE;
    struct gd_op op = {0};
    bool found = false;
    struct gd_error err = run->error;
    enum gd_rc rc = err.rc;

    if (run->settle_only)
        state = run->op.state;
    if (rc == GD_OK)
        rc = gd_journal_state(run->desk->ledger, run->op.op, state, &err);
    let_go(run);
    if (gd_journal_get(run->desk->ledger, run->op.op, &op, &found, &err) != GD_OK || !found)
        op = (struct gd_op){.op = run->op.op, .kind = run->op.kind, .state = GD_OPS_INTERRUPTED};
    if (rc == GD_OK)
        rc = gd_op_rc(&op.counts, run->no_answer);
    run->finished = true;
    run->hooks.done(run->hooks.arg, &op, rc, &err);
    gd_op_clear(&op);
}

/* Pauses by itself where too many of the last rows failed. */
static void watch_failures(struct gd_run *run)
{
    int limit = run->desk->profile->pause_at * LAST_ROWS / 100;

    if (run->one_row || run->settle_only || run->wish != GD_WISH_RUN || run->failed_of_last <= limit ||
        (run->loaded && STAILQ_EMPTY(&run->to_send)))
        return;
    run->wish = GD_WISH_PAUSE;
    run_note(run, "paused: %d of the last %d rows failed (pause_at = %d %%); resume %" PRId64 " goes on",
             run->failed_of_last, LAST_ROWS, run->desk->profile->pause_at, run->op.op);
}

/* Waits for the moment at which the next row may be read for settling. */
static void wait_for_settling(struct gd_run *run)
{
    const struct work *first = STAILQ_FIRST(&run->to_settle);
    int64_t wait;

    if (first == NULL || run->active >= (size_t)run->desk->profile->concurrency || run->wish != GD_WISH_RUN)
        return;
    wait = first->due - gd_now();
    if (wait > 0 && first->due > run->settle_told) {
        run->settle_told = first->due;
        run_note(run,
                 "no answer for %zu of the rows; in %" PRId64 " s they are read to see what became of them",
                 count_works(&run->to_settle), wait);
    }
    wake_in(run, wait <= 0 ? 0 : wait * 1000 < WISH_MS ? wait * 1000 : WISH_MS);
}

/* Takes the lock that another operation holds or has asked for; false: not yet, or the run is over. */
static bool take_lock(struct gd_run *run)
{
    struct gd_error err = {0};
    enum gd_rc rc = GD_REFUSED;

    if (run->wish != GD_WISH_RUN) {
        finish(run);
        return false;
    }
    if (!gives_way(run))
        rc = gd_journal_lock(run->desk->ledger, run->op.op, &err);
    if (rc == GD_OK) {
        run->locked = true;
        if (run->waits)
            run_note(run, "operation %" PRId64 " goes on", run->op.op);
        run->waits = false;
        return true;
    }
    if (rc != GD_REFUSED) {
        run->error = err;
        finish(run);
        return false;
    }
    if (!run->waits && run->urgent)
        run_note(run, "%s: it is asked to give way", err.what);
    run->waits = true;
    wake_in(run, POLL_MS);
    return false;
}

/* Leaves the lock to a deallocation, once nothing is under way; true where it did. */
static bool give_way(struct gd_run *run)
{
    if (run->active > 0 || !STAILQ_EMPTY(&run->changed) || run->error.rc != GD_OK || !gives_way(run))
        return false;
    gd_journal_unlock(run->desk->ledger, run->op.op);
    run->locked = false;
    run->waits = true;
    run_note(run, "operation %" PRId64 " gives way to a deallocation and goes on after it", run->op.op);
    wake_in(run, POLL_MS);
    return true;
}

static void go_on(void *arg)
{
    struct gd_run *run = arg;
    size_t marked, changed;

    run->timer = 0;
    if (run->wish == GD_WISH_RUN)
        run->wish = gd_journal_wish(run->desk->ledger, run->op.op);
    if (!run->locked && !take_lock(run))
        return;
    watch_failures(run);
    load(run);
    marked = plan_round(run);
    changed = count_works(&run->changed);
    if (marked + changed > 0 && !journal_round(run, marked + changed)) {
        drop_unstarted(run);
        works_free(&run->changed);
    }
    hand_over(run);
    if (run->error.rc == GD_OK)
        start_units(run);
    if (is_over(run))
        finish(run);
    else if (!give_way(run) && run->timer == 0)
        wait_for_settling(run);
}

/* Takes the lock at once, or for a deallocation as soon as what else writes has given way. */
static enum gd_rc begin_writing(struct gd_run *run, struct gd_error *err)
{
    struct gd_ledger *ledger = run->desk->ledger;
    struct gd_error why = {0};
    enum gd_op_kind kind;
    int64_t writer;
    enum gd_rc rc;

    if (run->op.kind == GD_OP_DEALLOCATE) {
        rc = gd_journal_urgent_begin(ledger, err);
        if (rc != GD_OK)
            return rc;
        run->urgent = true;
    }
    rc = gd_journal_lock(ledger, run->op.op, &why);
    run->locked = rc == GD_OK;
    if (rc == GD_REFUSED && run->urgent) {
        gd_journal_writer(ledger, &writer, &kind);
        if (writer == 0 || kind != GD_OP_DEALLOCATE) {
            run->waits = true;
            run_note(run, "%s: it is asked to give way", why.what);
            return GD_OK;
        }
    }
    return rc != GD_OK ? gd_fail(err, rc, why.advice, "%s", why.what) : GD_OK;
}

static enum gd_rc start(struct gd_desk *desk, int64_t op, bool settle_only, const struct gd_run_hooks *hooks,
                        struct gd_run **out, struct gd_error *err)
{
    struct gd_run *run = gd_calloc(1, sizeof *run);
    bool found = false;
    enum gd_rc rc;

    *out = NULL;
    if (run == NULL)
        return gd_fail_memory(err);
    run->desk = desk;
    run->hooks = *hooks;
    run->settle_only = settle_only;
    run->chunk = (size_t)desk->profile->bulk_chunk;
    STAILQ_INIT(&run->to_send);
    STAILQ_INIT(&run->to_settle);
    STAILQ_INIT(&run->changed);
    LIST_INIT(&run->units);
    rc = gd_journal_get(desk->ledger, op, &run->op, &found, err);
    if (rc == GD_OK && !found)
        rc = gd_fail(err, GD_INPUT, "operations lists them", "no operation %" PRId64 " is known here", op);
    run->one_row = run->op.counts.total == 1;
    if (rc == GD_OK)
        rc = begin_writing(run, err);
    if (rc == GD_OK)
        rc = gd_journal_wish_set(desk->ledger, op, GD_WISH_RUN, err);
    if (rc == GD_OK)
        rc = gd_journal_state(desk->ledger, op, GD_OPS_RUNNING, err);
    if (rc == GD_OK)
        rc = gd_loop_after(desk->loop, 0, go_on, run, &run->timer);
    if (rc != GD_OK) {
        let_go(run);
        run->finished = true; /* it never began */
        gd_run_free(&run);
    }
    *out = run;
    return rc;
}

enum gd_rc gd_run_start(struct gd_desk *desk, int64_t op, const struct gd_run_hooks *hooks,
                        struct gd_run **out, struct gd_error *err)
{
    return start(desk, op, false, hooks, out, err);
}

enum gd_rc gd_run_settle(struct gd_desk *desk, int64_t op, const struct gd_run_hooks *hooks,
                         struct gd_run **out, struct gd_error *err)
{
    return start(desk, op, true, hooks, out, err);
}

void gd_run_limit(struct gd_run *run, int64_t rows)
{
    run->limit = rows;
}

void gd_run_wish(struct gd_run *run, enum gd_op_wish wish)
{
    run->wish = wish;
    run_soon(run);
}

void gd_run_free(struct gd_run **out)
{
    struct gd_run *run = *out;
    struct unit *unit;

    *out = NULL;
    if (run == NULL)
        return;
    if (run->timer != 0)
        gd_loop_timer_drop(run->desk->loop, run->timer);
    while ((unit = LIST_FIRST(&run->units)) != NULL) {
        LIST_REMOVE(unit, link);
        unit->run = NULL;
        if (unit->call != NULL)
            gd_call_cancel(unit->call); /* its callback frees the unit */
        else
            run_unit_free(unit);
    }
    works_free(&run->to_send);
    works_free(&run->to_settle);
    works_free(&run->changed);
    let_go(run);
    if (!run->finished)
        gd_journal_leave(run->desk->ledger, run->op.op);
    gd_op_clear(&run->op);
    gd_free(run);
}
