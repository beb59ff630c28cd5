/* undo: creates again what was deallocated, deallocates what was created, asks for the VN from before, and
 * stages the inverse of an update. What will differ is said first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/undo.h"
#include "../api/when.h"
#include "job_op.h"
#include "job_staged.h"
#include "job_values.h"

struct undo {
    struct job *job;
    struct gd_op op;
    enum gd_dialect dialect;
    struct job_plan plan;
    struct id_list staged;
    int64_t taken, same, lost, new_pins;
    int64_t now;
    enum gd_rc rc;
};

static void undo_free(void *state)
{
    struct undo *undo = state;

    job_plan_clear(&undo->plan);
    id_list_clear(&undo->staged);
    gd_op_clear(&undo->op);
    gd_free(undo);
}

/* ---- rows ---- */

static struct gd_op_row *add_row(struct undo *undo, const struct gd_op_row *row, bool same_id)
{
    struct gd_error *err = &undo->job->error;
    struct gd_op_row *mine = job_plan_add(&undo->plan, err);

    if (mine == NULL)
        return NULL;
    mine->from = row->n + 1;
    mine->alloc_kind = row->alloc_kind;
    mine->id = same_id ? gd_strdup(row->id) : NULL;
    if (!same_id || mine->id != NULL)
        return mine;
    gd_fail_memory(err);
    return NULL;
}

/* A row that cannot be put back stands in the plan as left out, with the reason. */
static enum gd_rc leave_out(struct gd_op_row *mine, enum gd_rc rc, const struct gd_error *why,
                            struct gd_error *err)
{
    if (rc == GD_INPUT)
        return job_plan_skip(mine, why->what, err);
    return rc != GD_OK ? gd_fail(err, rc, why->advice, "%s", why->what) : GD_OK;
}

static enum gd_rc create_again(struct undo *undo, const struct gd_op_row *row)
{
    struct gd_op_row *mine = add_row(undo, row, false);
    struct gd_error why = {0};
    enum gd_rc rc;

    if (mine == NULL)
        return undo->job->error.rc;
    rc = gd_undo_create(row, undo->dialect, undo->now, &mine->want, &why);
    if (rc == GD_OK && ((row->before.v[GD_F_A_PIN] != NULL && mine->want.v[GD_F_A_PIN] == NULL) ||
                        (row->before.v[GD_F_B_PIN] != NULL && mine->want.v[GD_F_B_PIN] == NULL)))
        undo->new_pins++;
    return leave_out(mine, rc, &why, &undo->job->error);
}

static enum gd_rc take_away(struct undo *undo, const struct gd_op_row *row)
{
    struct gd_op_row *mine = row->id != NULL ? add_row(undo, row, true) : NULL;
    bool found;

    if (row->id == NULL)
        return GD_OK;
    return mine != NULL
               ? gd_ledger_get(undo->job->desk->ledger, row->id, &mine->before, &found, &undo->job->error)
               : undo->job->error.rc;
}

static enum gd_rc vn_again(struct undo *undo, const struct gd_op_row *row)
{
    struct gd_op_row *mine = add_row(undo, row, true);
    struct gd_error *err = &undo->job->error;
    bool found;
    enum gd_rc rc;

    if (mine == NULL)
        return err->rc;
    if (gd_list_count(row->before.v[GD_F_A_VNS]) != 1)
        return job_plan_skip(mine, "left out: the VN that it had is not known here", err);
    mine->want.call_count = -1;
    mine->want.kind = GD_GREENVN;
    rc = gd_alloc_set(&mine->want, GD_F_GREENVN, row->before.v[GD_F_A_VNS], err);
    return rc == GD_OK ? gd_ledger_get(undo->job->desk->ledger, row->id, &mine->before, &found, err) : rc;
}

static enum gd_rc stage_inverse(struct undo *undo, const struct gd_op_row *row)
{
    struct gd_ledger *ledger = undo->job->desk->ledger;
    struct gd_error *err = &undo->job->error;
    struct gd_staged staged;
    bool nothing;
    int lost;
    enum gd_rc rc = gd_undo_update(ledger, row, undo->now, &staged, &lost, &nothing, err);

    undo->lost += lost;
    undo->same += nothing;
    if (rc == GD_OK && !nothing)
        rc = gd_changeset_put(ledger, &staged, err);
    if (rc == GD_OK && !nothing)
        rc = id_list_add(&undo->staged, row->id, err);
    gd_staged_clear(&staged);
    return rc;
}

static bool take_row(void *arg, struct gd_op_row *row)
{
    struct undo *undo = arg;

    if (row->again != 0) {
        undo->taken++;
        return true;
    }
    switch (undo->op.kind) {
    case GD_OP_DEALLOCATE:
        undo->rc = create_again(undo, row);
        break;
    case GD_OP_CREATE:
        undo->rc = take_away(undo, row);
        break;
    case GD_OP_VN:
        undo->rc = vn_again(undo, row);
        break;
    case GD_OP_UPDATE:
        undo->rc = stage_inverse(undo, row);
        break;
    }
    return undo->rc == GD_OK;
}

static enum gd_rc take_rows(struct undo *undo)
{
    enum gd_rc rc = gd_journal_each_row(undo->job->desk->ledger, undo->op.op, 0, 1u << GD_ROW_APPLIED,
                                        take_row, undo, &undo->job->error);

    return rc == GD_OK ? undo->rc : rc;
}

/* ---- an update: staged ---- */

static void stage_all(struct undo *undo)
{
    struct job *job = undo->job;
    char text[200];
    enum gd_rc rc = gd_ledger_begin(job->desk->ledger, &job->error);

    if (rc == GD_OK) {
        rc = take_rows(undo);
        if (rc == GD_OK && job->options.dry_run)
            rc = job_print_staged(job, &undo->staged, &job->error);
        else if (rc == GD_OK)
            rc = gd_ledger_commit(job->desk->ledger, &job->error);
        if (rc != GD_OK || job->options.dry_run)
            gd_ledger_rollback(job->desk->ledger);
    }
    if (rc == GD_OK && !job->options.dry_run)
        rc = job_print_staged(job, &undo->staged, &job->error);
    if (rc == GD_OK) {
        snprintf(text, sizeof text,
                 "%zu staged: apply sends them; %" PRId64 " are so again already; %" PRId64
                 " values from before are not known",
                 undo->staged.n, undo->same, undo->lost);
        job->sink->class->note(job->sink, text);
    }
    job_done(job, rc);
}

/* ---- all others: an operation ---- */

static void add_note(struct gd_buf *out, int64_t n, const char *one, const char *several)
{
    if (n > 0)
        gd_buf_addf(out, "%" PRId64 " %s.\n", n, n == 1 ? one : several);
}

static char *confirm_text(struct undo *undo)
{
    static const char *const verbs[] = {[GD_OP_CREATE] = "deallocate",
                                        [GD_OP_DEALLOCATE] = "create again",
                                        [GD_OP_VN] = "ask for the VN from before of",
                                        [GD_OP_UPDATE] = "stage"};
    int64_t rows = job_plan_rows(&undo->plan), left_out = (int64_t)undo->plan.n - rows;
    struct gd_buf out;

    gd_buf_init(&out, (size_t)1 << 20);
    gd_buf_addf(&out, "Undo operation %" PRId64 " (%s) of %s: %s %" PRId64 " allocation%s.\n", undo->op.op,
                gd_op_kind_name(undo->op.kind), undo->job->desk->profile->tenant, verbs[undo->op.kind], rows,
                rows == 1 ? "" : "s");
    if (undo->op.kind == GD_OP_DEALLOCATE) {
        gd_buf_adds(&out, "They will have new ids.\n");
        gd_buf_adds(
            &out, "A VN or PIN may have been taken meanwhile, or wait for its cool-off: such a row fails.\n");
        add_note(&out, undo->new_pins, "gets a new PIN: this dialect cannot choose it",
                 "get new PINs: this dialect cannot choose them");
    } else if (undo->op.kind == GD_OP_VN) {
        gd_buf_adds(&out, "The VN may have been taken meanwhile, or wait for its cool-off.\n");
    }
    add_note(&out, left_out, "is left out; its row says why", "are left out; their rows say why");
    add_note(&out, undo->taken, "was undone or retried before", "were undone or retried before");
    job_cost_text(undo->job, undo->plan.op.kind, rows, &out);
    return gd_buf_take(&out);
}

static void nothing(struct undo *undo)
{
    struct job *job = undo->job;
    struct gd_error why = {0};

    for (size_t i = 0; i < undo->plan.n; i++) {
        gd_fail(&why, GD_INPUT, NULL, "%s", undo->plan.rows[i].message);
        break;
    }
    if (undo->plan.n > 0)
        job_fail(job, GD_REFUSED, "operations shows the rows",
                 "nothing of operation %" PRId64 " can be put back: %.300s", undo->op.op, why.what);
    else if (undo->taken > 0)
        job_fail(job, GD_REFUSED, "operations lists them", "operation %" PRId64 " was undone before",
                 undo->op.op);
    else
        job_fail(job, GD_REFUSED, "operations shows the rows", "operation %" PRId64 " changed nothing",
                 undo->op.op);
}

static void operate(struct undo *undo)
{
    static const enum gd_op_kind inverse[] = {[GD_OP_CREATE] = GD_OP_DEALLOCATE,
                                              [GD_OP_DEALLOCATE] = GD_OP_CREATE,
                                              [GD_OP_VN] = GD_OP_VN,
                                              [GD_OP_UPDATE] = GD_OP_UPDATE};
    struct job *job = undo->job;
    struct job_plan plan;
    enum gd_rc rc = take_rows(undo);

    undo->plan.op.kind = inverse[undo->op.kind];
    if (rc == GD_OK && undo->plan.op.kind == GD_OP_DEALLOCATE)
        rc = job_plan_protect(job, &undo->plan);
    if (rc == GD_OK && job_plan_rows(&undo->plan) == 0) {
        nothing(undo);
        return;
    }
    if (rc == GD_OK && job->options.canary != NULL)
        rc = job_number(job->options.canary, "--canary", &undo->plan.canary, &job->error);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    undo->plan.op.dialect = undo->dialect;
    undo->plan.op.parent = undo->op.op;
    undo->plan.op.origin = gd_strdup("undo");
    undo->plan.text = confirm_text(undo);
    plan = undo->plan;
    undo->plan = (struct job_plan){0};
    job_operate(job, &plan);
}

static void placed(struct job *job)
{
    struct undo *undo = job->state;

    undo->now = gd_now();
    undo->dialect = gd_desk_dialect(job->desk);
    if (undo->op.kind == GD_OP_UPDATE)
        stage_all(undo);
    else
        operate(undo);
}

void cmd_UNDO(struct job *job)
{
    struct undo *undo = gd_calloc(1, sizeof *undo);
    int64_t number = 0;
    enum gd_rc rc;

    if (undo == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = undo;
    job->state_free = undo_free;
    undo->job = job;
    rc = job_operation(job, &number, &undo->op);
    if (rc == GD_OK)
        rc = gd_role_check(job->desk->profile, gd_op_right(job->desk->profile, &undo->op), &job->error);
    if (rc == GD_OK && undo->op.state == GD_OPS_RUNNING)
        rc = gd_fail(&job->error, GD_REFUSED, "wait for its end, or stop it",
                     "operation %" PRId64 " is running, in process %" PRId64, number, undo->op.pid);
    if (rc == GD_OK && undo->op.state == GD_OPS_INTERRUPTED)
        rc = gd_fail(&job->error, GD_REFUSED, "resume it first: what it came to is not known yet",
                     "operation %" PRId64 " was interrupted", number);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job_place(job, false, placed);
}
