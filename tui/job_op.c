/* From a plan to its report: brakes, dry run, confirmation, journal, run, and the words of the end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job_op.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../api/audit.h"
#include "../api/changeset.h"
#include "../api/client.h"
#include "../api/code.h"
#include "../api/mem.h"
#include "../api/when.h"

struct operating {
    struct job *job;
    struct job_plan plan;
    struct gd_run *run;
    int64_t op, total, over; /* rows of the operation; rows that came to an end in this run */
    int64_t before;          /* the operation that went before this one; 0 none */
    enum gd_rc before_rc;
    bool canary; /* the run under way is only the first rows */
    bool stopping;
};

static void operating_free(void *state)
{
    struct operating *o = state;

    gd_run_free(&o->run);
    job_plan_clear(&o->plan);
    gd_free(o);
}

/* ---- reporting ---- */

/* A failed or unknown row in words: what the service said, and its meaning. */
static void describe_row(const struct gd_op_row *row, enum gd_rc rc, struct gd_error *err)
{
    const char *name = row->id != NULL ? row->id : "the new allocation";
    const char *advice = gd_op_advice(row);
    char code[24] = "", request[120] = "";

    if (row->http_status == 0 || row->state != GD_ROW_FAILED) {
        gd_fail(err, rc, advice, "%s: %s", name, row->message != NULL ? row->message : "no answer came");
        return;
    }
    if (row->code >= 0)
        snprintf(code, sizeof code, ", code %d", row->code);
    if (row->request_id != NULL)
        snprintf(request, sizeof request, " (request %s)", row->request_id);
    gd_fail(err, rc, advice, "%s: %d%s: %s%s%s%s", name, row->http_status, code,
            gd_code_find(row->code, row->http_status)->meaning,
            row->message != NULL ? "; the service says: " : "", row->message != NULL ? row->message : "",
            request);
}

struct printing {
    json_t *rows;
    const struct gd_op *op;
    struct gd_error *err;
    bool failed;
};

static bool add_row(void *arg, struct gd_op_row *row)
{
    struct printing *printing = arg;
    bool good = row->state == GD_ROW_APPLIED || row->state == GD_ROW_SKIPPED || row->state == GD_ROW_PENDING;

    if (!good && printing->op->counts.total == 1)
        describe_row(row, row->state == GD_ROW_FAILED && !gd_op_unanswered(row) ? GD_SERVER : GD_NO_ANSWER,
                     printing->err);
    if (json_array_append_new(printing->rows, gd_op_row_json(row)) != 0) {
        printing->failed = true;
        return false;
    }
    return true;
}

/* Several rows: one line for all of them. */
static void describe_counts(const struct gd_op *op, struct gd_error *err)
{
    const struct gd_op_counts *counts = &op->counts;
    int64_t unknown = counts->unknown + counts->sent;
    char advice[120];

    if (counts->total <= 1 || counts->failed + unknown == 0)
        return;
    snprintf(advice, sizeof advice, "operations %" PRId64 " shows each row and what to do", op->op);
    gd_fail(err, GD_PARTIAL, advice, "of %" PRId64 " rows %" PRId64 " failed and %" PRId64 " are unknown",
            counts->total, counts->failed, unknown);
}

static enum gd_rc operation_json(struct job *job, int64_t number, json_t **out, struct gd_error *err)
{
    struct gd_op op = {0};
    struct printing printing = {.rows = json_array(), .op = &op, .err = err};
    bool found = false;
    struct gd_error broken = {0};
    enum gd_rc rc = gd_journal_get(job->desk->ledger, number, &op, &found, &broken);

    *out = NULL;
    if (rc == GD_OK && !found)
        rc = gd_fail(&broken, GD_INPUT, "operations lists them", "there is no operation %" PRId64, number);
    if (rc == GD_OK)
        rc = gd_journal_each_row(job->desk->ledger, number, 0, GD_ROWS_OUTCOME, add_row, &printing, &broken);
    if (rc == GD_OK && (printing.rows == NULL || printing.failed))
        rc = gd_fail_memory(&broken);
    if (rc == GD_OK) {
        describe_counts(&op, err);
        *out = gd_op_json(&op, printing.rows); /* takes the rows */
    } else {
        *err = broken;
        json_decref(printing.rows);
    }
    gd_op_clear(&op);
    return rc;
}

static void print_one(struct job *job, const struct sink_shape *shape, const json_t *json)
{
    job->sink->class->begin(job->sink, shape);
    if (json != NULL)
        job->sink->class->row(job->sink, json);
    job->sink->class->end(job->sink);
}

enum gd_rc job_print_operation(struct job *job, int64_t number, struct gd_error *err)
{
    json_t *json;
    enum gd_rc rc = operation_json(job, number, &json, err);

    if (rc == GD_OK)
        print_one(job, &operation_shape, json);
    json_decref(json);
    return rc;
}

/* Two operations of one command: a list where it is read by a program, else one after the other. */
static enum gd_rc print_both(struct job *job, int64_t one, int64_t other, struct gd_error *err)
{
    static const struct sink_shape shape = {.title = "Operations", .rows_key = "rows"};
    json_t *first = NULL, *second = NULL;
    enum gd_rc rc = operation_json(job, one, &first, err);

    if (rc == GD_OK)
        rc = operation_json(job, other, &second, err);
    if (rc == GD_OK && job->options.format_given &&
        (job->options.format == OUTPUT_JSON || job->options.format == OUTPUT_JSONL)) {
        job->sink->class->begin(job->sink, &shape);
        job->sink->class->row(job->sink, first);
        job->sink->class->row(job->sink, second);
        job->sink->class->end(job->sink);
    } else if (rc == GD_OK) {
        print_one(job, &operation_shape, first);
        print_one(job, &operation_shape, second);
    }
    json_decref(first);
    json_decref(second);
    return rc;
}

enum gd_rc job_operation(struct job *job, int64_t *number, struct gd_op *op)
{
    bool found = false;
    enum gd_rc rc = job->argc == 1 ? job_number(job->argv[0], "the operation", number, &job->error)
                                   : gd_fail(&job->error, GD_INPUT, "operations lists them",
                                             "%s wants the number of an operation", job->command->name);

    if (rc == GD_OK)
        rc = gd_journal_get(job->desk->ledger, *number, op, &found, &job->error);
    if (rc == GD_OK && !found)
        rc = gd_fail(&job->error, GD_INPUT, "operations lists them", "there is no operation %" PRId64,
                     *number);
    return rc;
}

/* ---- running ---- */

static void start_run(struct job *job);
static void run_next(struct operating *o, enum gd_rc rc);

static void name_subject(struct operating *o)
{
    const char *id = o->plan.n > 0 && o->plan.rows[0].id != NULL ? o->plan.rows[0].id : NULL;

    if (o->plan.n > 1)
        job_subject(o->job, "operation %" PRId64 ": %.150s and %zu more", o->op, id != NULL ? id : "",
                    o->plan.n - 1);
    else
        job_subject(o->job, "operation %" PRId64 "%s%.150s", o->op, id != NULL ? ": " : "",
                    id != NULL ? id : "");
}

static void report(struct operating *o, enum gd_rc rc)
{
    struct job *job = o->job;
    struct gd_error words = {0};
    enum gd_rc printed =
        o->before != 0 ? print_both(job, o->before, o->op, &words) : job_print_operation(job, o->op, &words);

    if (rc == GD_OK && o->before != 0 && o->before_rc != GD_OK)
        rc = GD_PARTIAL;
    if (printed != GD_OK)
        rc = printed;
    if (job->error.rc == GD_OK)
        job->error = rc != GD_OK ? words : (struct gd_error){0};
    job_done(job, rc);
}

static void end_paused(struct job *job)
{
    struct operating *o = job->state;
    char advice[80];

    snprintf(advice, sizeof advice, "resume %" PRId64 " goes on with the rest", o->op);
    gd_fail(&job->error, GD_PARTIAL, advice,
            "operation %" PRId64 " is paused after %" PRId64 " of %" PRId64 " rows", o->op, o->over,
            o->total);
    report(o, GD_PARTIAL);
}

/* The first rows are through: the person looks at them, and says whether the rest goes too. */
static void ask_after_canary(struct operating *o, const struct gd_op *op)
{
    struct gd_buf text;
    int64_t left = op->counts.pending;
    bool asked;

    gd_buf_init(&text, 4096);
    gd_buf_addf(&text,
                "%" PRId64 " of %" PRId64 " rows are through: %" PRId64 " applied, %" PRId64
                " failed, %" PRId64 " unknown.\n%" PRId64 " are left.\n",
                op->counts.total - left, op->counts.total, op->counts.applied, op->counts.failed,
                op->counts.unknown + op->counts.sent, left);
    asked = job_ask(o->job, left, text.data, start_run, end_paused);
    gd_buf_free(&text);
    if (!asked)
        end_paused(o->job);
}

static void run_row(void *arg, const struct gd_op_row *row)
{
    struct operating *o = arg;
    char text[120], over[COUNT_MAX], total[COUNT_MAX];

    (void)row;
    o->over++;
    if (o->total <= 1)
        return;
    snprintf(text, sizeof text, "%s of %s rows", job_count(o->over, over), job_count(o->total, total));
    o->job->sink->class->note(o->job->sink, text);
}

static void run_note(void *arg, const char *text)
{
    struct operating *o = arg;

    o->job->sink->class->note(o->job->sink, text);
}

static void run_done(void *arg, const struct gd_op *op, enum gd_rc rc, const struct gd_error *err)
{
    struct operating *o = arg;
    struct job *job = o->job;

    job->cancel = NULL;
    gd_run_free(&o->run);
    if (err->rc != GD_OK)
        job->error = *err;
    else if (o->canary && op->state == GD_OPS_PAUSED && !o->stopping && op->counts.pending > 0) {
        o->canary = false;
        ask_after_canary(o, op);
        return;
    } else if (op->state == GD_OPS_STOPPED || op->state == GD_OPS_PAUSED) {
        char advice[80];

        rc = o->stopping ? GD_CANCELLED : GD_PARTIAL;
        snprintf(advice, sizeof advice, "resume %" PRId64 " goes on with the rest", o->op);
        gd_fail(&job->error, rc, advice,
                "operation %" PRId64 " is %s: %" PRId64 " applied, %" PRId64 " not sent", o->op,
                gd_op_state_name(op->state), op->counts.applied, op->counts.pending);
    } else if (o->plan.next != NULL) {
        run_next(o, rc);
        return;
    }
    report(o, rc);
}

/* The first time it stops after what is under way; the second time it waits for nothing. */
static void stop_run(struct job *job)
{
    struct operating *o = job->state;
    char advice[80];

    if (!o->stopping) {
        o->stopping = true;
        gd_run_wish(o->run, GD_WISH_STOP);
        job->sink->class->note(job->sink,
                               "stopping after the requests under way; once more waits for nothing");
        return;
    }
    gd_run_free(&o->run);
    snprintf(advice, sizeof advice, "resume %" PRId64 " reads what became of it, then goes on", o->op);
    job_fail(job, GD_CANCELLED, advice, "operation %" PRId64 " was left while requests were under way",
             o->op);
}

static void start_run(struct job *job)
{
    struct operating *o = job->state;
    struct gd_run_hooks hooks = {.row = run_row, .note = run_note, .done = run_done, .arg = o};
    enum gd_rc rc = gd_run_start(job->desk, o->op, &hooks, &o->run, &job->error);

    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = stop_run;
}

/* ---- planning ---- */

static char *dup_or_null(const char *text)
{
    return text != NULL ? gd_strdup(text) : NULL;
}

/* The rows that go leave the changeset; those that are left out stay in it. */
static enum gd_rc unstage(struct operating *o)
{
    const struct job_plan *plan = &o->plan;
    enum gd_rc rc = GD_OK;
    int64_t n;

    for (size_t i = 0; plan->staged && i < plan->n && rc == GD_OK; i++) {
        if (plan->rows[i].state == GD_ROW_PENDING)
            rc = gd_changeset_drop(o->job->desk->ledger, plan->rows[i].id, &n, &o->job->error);
    }
    return rc;
}

/* Makes the operation and takes the lock in one transaction: what may not write was never made. */
static enum gd_rc make_and_start(struct operating *o)
{
    struct gd_run_hooks hooks = {.row = run_row, .note = run_note, .done = run_done, .arg = o};
    struct gd_desk *desk = o->job->desk;
    struct gd_error *err = &o->job->error;
    enum gd_rc rc = gd_ledger_begin(desk->ledger, err);

    if (rc != GD_OK)
        return rc;
    o->plan.op.op = 0;
    rc = gd_journal_create(desk->ledger, &o->plan.op, o->plan.rows, o->plan.n, err);
    o->op = rc == GD_OK ? o->plan.op.op : 0;
    if (rc == GD_OK)
        rc = unstage(o);
    if (rc == GD_OK)
        rc = gd_run_start(desk, o->op, &hooks, &o->run, err);
    if (rc == GD_OK)
        rc = gd_ledger_commit(desk->ledger, err);
    if (rc == GD_OK)
        return rc;
    gd_ledger_rollback(desk->ledger);
    gd_run_free(&o->run);
    if (o->op != 0)
        gd_journal_leave(desk->ledger, o->op);
    return rc;
}

static void journal_and_run(struct job *job)
{
    struct operating *o = job->state;
    struct gd_op *op = &o->plan.op;
    enum gd_rc rc;

    op->reason = dup_or_null(job->options.reason);
    op->user = gd_strdup(gd_user_name());
    op->profile = gd_strdup(job->desk->profile->name);
    op->pid = getpid();
    op->created_at = gd_now();
    rc = make_and_start(o);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    name_subject(o);
    o->canary = o->plan.canary > 0 && o->plan.canary < o->total;
    if (o->canary)
        gd_run_limit(o->run, o->plan.canary);
    job->cancel = stop_run;
}

/* The second operation of the command; it was confirmed with the first. */
static void run_next(struct operating *o, enum gd_rc rc)
{
    struct job_plan *next = o->plan.next;

    o->plan.next = NULL;
    job_plan_clear(&o->plan);
    o->plan = *next;
    gd_free(next);
    o->before = o->op;
    o->before_rc = rc;
    o->total = job_plan_rows(&o->plan);
    o->over = 0;
    journal_and_run(o->job);
}

static enum gd_rc request_of(struct job *job, const struct job_plan *plan, const struct gd_op_row *row,
                             struct gd_request_text *text)
{
    static const enum gd_call_kind calls[] = {[GD_OP_UPDATE] = GD_CALL_UPDATE,
                                              [GD_OP_DEALLOCATE] = GD_CALL_DELETE,
                                              [GD_OP_CREATE] = GD_CALL_CREATE,
                                              [GD_OP_VN] = GD_CALL_VN};

    return gd_call_text(job->desk, calls[plan->op.kind], plan->op.dialect, row->alloc_kind, row->id,
                        &row->want, text, &job->error);
}

/* Whether the row goes in a bulk request, as the run decides it. */
static bool in_bulk(const struct job_plan *plan, const struct gd_op_row *row)
{
    return plan->op.kind == GD_OP_UPDATE && plan->n > 1 && row->alloc_kind == GD_GREENPIN;
}

/* The bulk request of the rows from *at on; *at moves behind them. */
static enum gd_rc chunk_request(struct job *job, const struct job_plan *plan, size_t *at,
                                struct gd_request_text *text)
{
    size_t room = (size_t)job->desk->profile->bulk_chunk, n = 0;
    const char **ids = gd_calloc(room, sizeof *ids);
    const struct gd_alloc **want = gd_calloc(room, sizeof(*want));
    enum gd_rc rc = ids != NULL && want != NULL ? GD_OK : gd_fail_memory(&job->error);

    for (; rc == GD_OK && *at < plan->n && n < room; ++*at) {
        const struct gd_op_row *row = &plan->rows[*at];

        if (row->state != GD_ROW_PENDING)
            continue;
        if (!in_bulk(plan, row))
            break;
        ids[n] = row->id;
        want[n++] = &row->want;
    }
    if (rc == GD_OK)
        rc = gd_call_bulk_text(job->desk, plan->op.dialect, ids, want, n, text, &job->error);
    gd_free(ids);
    gd_free(want);
    return rc;
}

/* In flat the answer to a DELETE holds only the id: what undo needs is read before. */
static enum gd_rc print_read_before(struct job *job, const struct job_plan *plan, const struct gd_op_row *row)
{
    struct gd_request_text text = {0};
    enum gd_rc rc;

    if (plan->op.kind != GD_OP_DEALLOCATE || plan->op.dialect != GD_FLAT || plan->op.no_undo)
        return GD_OK;
    rc = gd_call_text(job->desk, GD_CALL_GET, plan->op.dialect, row->alloc_kind, row->id, NULL, &text,
                      &job->error);
    if (rc == GD_OK)
        job_print_request(job, &text);
    gd_request_text_clear(&text);
    return rc;
}

/* The request of the row at *at, or of the chunk that begins there. */
static enum gd_rc next_request(struct job *job, const struct job_plan *plan, size_t *at, bool print)
{
    const struct gd_op_row *row = &plan->rows[*at];
    struct gd_request_text text = {0};
    enum gd_rc rc = GD_OK;

    if (in_bulk(plan, row)) {
        rc = chunk_request(job, plan, at, &text);
    } else {
        ++*at;
        if (print)
            rc = print_read_before(job, plan, row);
        if (rc == GD_OK)
            rc = request_of(job, plan, row, &text);
    }
    if (rc == GD_OK && print)
        job_print_request(job, &text);
    gd_request_text_clear(&text);
    return rc;
}

/* Builds every request once, so that what cannot be sent is found before anything is; print: --dry-run. */
static enum gd_rc try_requests(struct job *job, const struct job_plan *plan, bool print)
{
    enum gd_rc rc = GD_OK;

    if (print)
        job_begin_requests(job);
    for (; plan != NULL && rc == GD_OK; plan = plan->next) {
        for (size_t i = 0; i < plan->n && rc == GD_OK;) {
            if (plan->rows[i].state == GD_ROW_PENDING)
                rc = next_request(job, plan, &i, print);
            else
                i++;
        }
    }
    if (print)
        job_end_requests(job);
    return rc;
}

static struct operating *begin(struct job *job, struct job_plan *plan)
{
    struct operating *o = gd_calloc(1, sizeof *o);

    if (o == NULL) {
        job_plan_clear(plan);
        job_done(job, gd_fail_memory(&job->error));
        return NULL;
    }
    o->job = job;
    o->plan = *plan;
    *plan = (struct job_plan){0};
    if (job->state != NULL && job->state_free != NULL)
        job->state_free(job->state);
    job->state = o;
    job->state_free = operating_free;
    return o;
}

/* Rights and brakes of all that is planned, together and apart. */
static enum gd_rc check_allowed(struct job *job, const struct job_plan *plan, int64_t *rows)
{
    enum gd_rc rc = GD_OK;

    *rows = 0;
    for (; plan != NULL && rc == GD_OK; plan = plan->next) {
        int64_t own = job_plan_rows(plan);

        *rows += own;
        rc = gd_op_allowed_by(job->desk->profile, gd_op_right(job->desk->profile, &plan->op), plan->op.kind,
                              own, &job->error);
        if (rc == GD_OK)
            rc = gd_op_allowed_by(job->desk->profile, gd_op_right(job->desk->profile, &plan->op),
                                  GD_OP_DEALLOCATE, *rows, &job->error);
    }
    return rc;
}

void job_operate(struct job *job, struct job_plan *plan)
{
    struct operating *o = begin(job, plan);
    int64_t rows;
    enum gd_rc rc;

    if (o == NULL)
        return;
    o->total = job_plan_rows(&o->plan);
    rc = check_allowed(job, &o->plan, &rows);
    if (rc == GD_OK)
        rc = try_requests(job, &o->plan, job->options.dry_run);
    if (rc != GD_OK || job->options.dry_run)
        job_done(job, rc);
    else
        job_confirm(job, rows, o->plan.text != NULL ? o->plan.text : "", journal_and_run);
}

void job_run_operation(struct job *job, int64_t op, int64_t rows, job_open_fn *reopen)
{
    struct job_plan none = {0};
    struct operating *o = begin(job, &none);
    struct gd_run_hooks hooks = {.row = run_row, .note = run_note, .done = run_done, .arg = o};
    struct gd_ledger *ledger = job->desk->ledger;
    enum gd_rc rc;

    if (o == NULL)
        return;
    o->op = op;
    o->total = rows;
    name_subject(o);
    rc = gd_ledger_begin(ledger, &job->error);
    if (rc == GD_OK) {
        rc = reopen(job, op);
        if (rc == GD_OK)
            rc = gd_run_start(job->desk, op, &hooks, &o->run, &job->error);
        if (rc == GD_OK)
            rc = gd_ledger_commit(ledger, &job->error);
        if (rc != GD_OK)
            gd_ledger_rollback(ledger);
    }
    if (rc == GD_OK) {
        job->cancel = stop_run;
        return;
    }
    gd_run_free(&o->run);
    job_done(job, rc);
}
