/* retry: a new operation with the failed rows of another that can succeed as they are. Rows whose outcome is
 * unknown are read first: what was not applied goes again, what was applied is told as that. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "job_op.h"
#include "job_values.h"

struct retry {
    struct job *job;
    struct gd_op op;
    struct gd_run *run; /* that settles what is unknown */
    struct job_plan plan;
    int64_t hopeless, unknown, taken;
    enum gd_rc rc;
};

static void retry_free(void *state)
{
    struct retry *retry = state;

    gd_run_free(&retry->run);
    job_plan_clear(&retry->plan);
    gd_op_clear(&retry->op);
    gd_free(retry);
}

/* ---- the plan ---- */

static bool take_row(void *arg, struct gd_op_row *row)
{
    struct retry *retry = arg;
    struct gd_error *err = &retry->job->error;
    struct gd_op_row *mine;

    if (row->again != 0)
        retry->taken++;
    else if (row->state == GD_ROW_UNKNOWN || row->state == GD_ROW_SENT)
        retry->unknown++;
    else if (row->state == GD_ROW_FAILED && !gd_op_can_retry(row))
        retry->hopeless++;
    if (!gd_op_can_retry(row))
        return true;
    mine = job_plan_add(&retry->plan, err);
    if (mine == NULL) {
        retry->rc = err->rc;
        return false;
    }
    mine->from = row->n + 1;
    mine->alloc_kind = row->alloc_kind;
    mine->id = row->id;
    mine->before = row->before;
    mine->want = row->want;
    row->id = NULL; /* they are the plan's from here on */
    row->before = row->want = (struct gd_alloc){0};
    return true;
}

static void add_note(struct gd_buf *out, int64_t n, const char *what)
{
    if (n > 0)
        gd_buf_addf(out, "%" PRId64 " %s.\n", n, what);
}

static char *confirm_text(struct retry *retry)
{
    int64_t rows = (int64_t)retry->plan.n;
    struct gd_buf out;

    gd_buf_init(&out, 65536);
    gd_buf_addf(&out, "Retry %" PRId64 " row%s of operation %" PRId64 " (%s): ", rows, rows == 1 ? "" : "s",
                retry->op.op, gd_op_kind_name(retry->op.kind));
    job_plan_names(&retry->plan, GD_ROW_PENDING, &out);
    gd_buf_adds(&out, ".\n");
    add_note(&out, retry->hopeless, "failed and cannot succeed as they are: restage them to change them");
    add_note(&out, retry->unknown, "stay unknown: they are not sent again");
    add_note(&out, retry->taken, "were taken up by another operation before");
    job_cost_text(retry->job, retry->op.kind, rows, &out);
    return gd_buf_take(&out);
}

static void nothing(struct retry *retry)
{
    struct job *job = retry->job;
    char text[200];

    snprintf(text, sizeof text,
             "nothing to retry: %" PRId64 " cannot succeed as they are, %" PRId64 " stay unknown, %" PRId64
             " were taken up before",
             retry->hopeless, retry->unknown, retry->taken);
    job->sink->class->note(job->sink, text);
    job_done(job, job_print_operation(job, retry->op.op, &job->error));
}

static void plan(struct job *job)
{
    struct retry *retry = job->state;
    struct job_plan plan;
    const char *origin = retry->op.origin != NULL && strcmp(retry->op.origin, "undo") == 0 ? "undo" : "retry";
    enum gd_rc rc = gd_journal_each_row(job->desk->ledger, retry->op.op, 0, 0, take_row, retry, &job->error);

    if (rc == GD_OK)
        rc = retry->rc;
    if (rc == GD_OK && retry->plan.n == 0) {
        nothing(retry);
        return;
    }
    if (rc == GD_OK && retry->op.kind == GD_OP_DEALLOCATE)
        rc = job_plan_protect(job, &retry->plan);
    if (rc == GD_OK && job->options.canary != NULL)
        rc = job_number(job->options.canary, "--canary", &retry->plan.canary, &job->error);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    retry->plan.op.kind = retry->op.kind;
    retry->plan.op.dialect = retry->op.dialect;
    retry->plan.op.no_undo = retry->op.no_undo;
    retry->plan.op.parent = retry->op.op;
    retry->plan.op.origin = gd_strdup(origin);
    retry->plan.text = confirm_text(retry);
    plan = retry->plan;
    retry->plan = (struct job_plan){0};
    job_operate(job, &plan);
}

/* ---- settling first ---- */

static void settle_note(void *arg, const char *text)
{
    struct retry *retry = arg;

    retry->job->sink->class->note(retry->job->sink, text);
}

static void settled(void *arg, const struct gd_op *op, enum gd_rc rc, const struct gd_error *err)
{
    struct retry *retry = arg;
    struct job *job = retry->job;

    (void)op;
    (void)rc; /* of the rows, which are looked at next */
    job->cancel = NULL;
    gd_run_free(&retry->run);
    if (err->rc == GD_OK) {
        plan(job);
        return;
    }
    job->error = *err;
    job_done(job, err->rc);
}

static void cancel(struct job *job)
{
    job_fail(job, GD_CANCELLED, NULL, "interrupted: nothing was sent");
}

static void placed(struct job *job)
{
    struct retry *retry = job->state;
    struct gd_run_hooks hooks = {.note = settle_note, .done = settled, .arg = retry};
    enum gd_rc rc;

    if (retry->op.counts.unknown + retry->op.counts.sent == 0 || job->options.dry_run) {
        plan(job);
        return;
    }
    rc = gd_run_settle(job->desk, retry->op.op, &hooks, &retry->run, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}

void cmd_RETRY(struct job *job)
{
    struct retry *retry = gd_calloc(1, sizeof *retry);
    int64_t number = 0;
    enum gd_rc rc;

    if (retry == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = retry;
    job->state_free = retry_free;
    retry->job = job;
    rc = job_operation(job, &number, &retry->op);
    if (rc == GD_OK)
        rc = gd_role_check(job->desk->profile, gd_op_right(job->desk->profile, &retry->op), &job->error);
    if (rc == GD_OK && retry->op.state == GD_OPS_RUNNING)
        rc = gd_fail(&job->error, GD_REFUSED, "wait for its end, or stop it",
                     "operation %" PRId64 " is running, in process %" PRId64, number, retry->op.pid);
    if (rc == GD_OK && retry->op.state == GD_OPS_INTERRUPTED)
        rc = gd_fail(&job->error, GD_REFUSED, "resume it first", "operation %" PRId64 " was interrupted",
                     number);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job_place(job, false, placed);
}
