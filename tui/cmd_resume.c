/* resume: goes on with an operation that was interrupted, paused or stopped: what was sent is read before
 * anything is sent again. It was confirmed before, so that a yes is enough. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "../api/mem.h"
#include "job_op.h"

struct resume {
    struct gd_op op;
    int64_t rows; /* still open */
};

static void resume_free(void *state)
{
    struct resume *resume = state;

    gd_op_clear(&resume->op);
    gd_free(resume);
}

/* ---- which rows are open ---- */

struct opening {
    int64_t open;
    struct job_plan *again; /* rows to be read again are moved here; NULL: they are only counted */
    struct gd_error *err;
    enum gd_rc rc;
};

/* Rows whose outcome is not known, and rows that were read as not applied: both are settled by reading, then
 * sent where they read as before. A create without an id cannot be read. */
static bool is_open(const struct gd_op_row *row)
{
    if (row->state == GD_ROW_PENDING || row->state == GD_ROW_SENT)
        return true;
    return row->id != NULL && row->again == 0 &&
           (row->state == GD_ROW_UNKNOWN || (row->state == GD_ROW_FAILED && row->not_applied));
}

static bool open_row(void *arg, struct gd_op_row *row)
{
    struct opening *opening = arg;
    struct gd_op_row *mine;

    if (!is_open(row))
        return true;
    opening->open++;
    if (opening->again == NULL || row->state == GD_ROW_PENDING || row->state == GD_ROW_SENT)
        return true;
    mine = job_plan_add(opening->again, opening->err);
    if (mine == NULL) {
        opening->rc = GD_NO_MEMORY;
        return false;
    }
    *mine = *row; /* its texts are ours from here on */
    *row = (struct gd_op_row){0};
    mine->state = GD_ROW_SENT;
    mine->not_applied = false;
    return true;
}

static enum gd_rc open_rows(struct job *job, int64_t op, struct job_plan *again, int64_t *open)
{
    struct opening opening = {.again = again, .err = &job->error};
    unsigned mask = 1u << GD_ROW_PENDING | 1u << GD_ROW_SENT | 1u << GD_ROW_UNKNOWN | 1u << GD_ROW_FAILED;
    enum gd_rc rc = gd_journal_each_row(job->desk->ledger, op, 0, mask, open_row, &opening, &job->error);

    *open = opening.open;
    return rc != GD_OK ? rc : opening.rc;
}

/* Rows to be read again go back to sent. */
static enum gd_rc open_again(struct job *job, int64_t op)
{
    struct job_plan again = {0};
    int64_t open;
    const struct gd_op_row **rows = NULL;
    enum gd_rc rc = open_rows(job, op, &again, &open);

    if (rc == GD_OK && again.n > 0) {
        rows = gd_calloc(again.n, sizeof(*rows));
        for (size_t i = 0; rows != NULL && i < again.n; i++)
            rows[i] = &again.rows[i];
        rc = rows != NULL ? gd_journal_rows(job->desk->ledger, op, rows, again.n, &job->error)
                          : gd_fail_memory(&job->error);
    }
    gd_free(rows);
    job_plan_clear(&again);
    return rc;
}

/* ---- which operation ---- */

struct finding {
    struct job *job;
    int64_t op;
    enum gd_rc rc;
};

static bool is_open_op(void *arg, const struct gd_op *op)
{
    struct finding *finding = arg;
    const struct gd_op_counts *counts = &op->counts;
    int64_t open = 0;

    if (op->state == GD_OPS_RUNNING || counts->pending + counts->sent + counts->unknown + counts->failed == 0)
        return true;
    finding->rc = open_rows(finding->job, op->op, NULL, &open);
    if (open > 0)
        finding->op = op->op;
    return finding->rc == GD_OK && open == 0;
}

/* The operation named, or the newest with open rows; 0: none. */
static enum gd_rc find(struct job *job, int64_t *op)
{
    struct finding finding = {.job = job};
    enum gd_rc rc;

    *op = 0;
    if (job->argc > 1)
        return gd_fail(&job->error, GD_INPUT, "give one number", "resume takes one operation");
    if (job->argc == 1)
        return job_number(job->argv[0], "the operation", op, &job->error);
    rc = gd_journal_each(job->desk->ledger, is_open_op, &finding, &job->error);
    *op = finding.op;
    return rc != GD_OK ? rc : finding.rc;
}

/* ---- going on ---- */

static void go(struct job *job)
{
    struct resume *resume = job->state;

    job_run_operation(job, resume->op.op, resume->rows, open_again);
}

static void placed(struct job *job)
{
    struct resume *resume = job->state;
    char text[200];

    snprintf(text, sizeof text,
             "Resume operation %" PRId64 " (%s): %" PRId64 " of %" PRId64
             " rows are open; what was sent is read first.\n",
             resume->op.op, gd_op_kind_name(resume->op.kind), resume->rows, resume->op.counts.total);
    if (job->options.yes)
        go(job);
    else
        job_confirm(job, resume->rows, text, go);
}

static void nothing(struct job *job)
{
    job->sink->class->note(job->sink, "nothing to resume");
    job_done(job, GD_OK);
}

void cmd_RESUME(struct job *job)
{
    struct resume *resume = gd_calloc(1, sizeof *resume);
    bool found = false;
    int64_t op;
    enum gd_rc rc;

    if (resume == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = resume;
    job->state_free = resume_free;
    rc = find(job, &op);
    if (rc == GD_OK && op == 0) {
        nothing(job);
        return;
    }
    if (rc == GD_OK)
        rc = gd_journal_get(job->desk->ledger, op, &resume->op, &found, &job->error);
    if (rc == GD_OK && !found)
        rc = gd_fail(&job->error, GD_INPUT, "operations lists them", "there is no operation %" PRId64, op);
    if (rc == GD_OK && resume->op.state == GD_OPS_RUNNING)
        rc = gd_fail(&job->error, GD_REFUSED, "wait for its end, or stop it there",
                     "operation %" PRId64 " is running, in process %" PRId64, op, resume->op.pid);
    if (rc == GD_OK)
        rc = open_rows(job, op, NULL, &resume->rows);
    if (rc == GD_OK && resume->rows == 0) {
        nothing(job);
        return;
    }
    if (rc == GD_OK)
        rc = gd_op_allowed_by(job->desk->profile, gd_op_right(job->desk->profile, &resume->op),
                              resume->op.kind, resume->rows, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        placed(job);
}
