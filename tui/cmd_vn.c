/* vn: another VN for a GreenVN: any free one, or one by preferences; journaled as an operation of one row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/client.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_op.h"
#include "job_values.h"

struct vn {
    struct job *job;
    const char *id;
    struct gd_alloc known; /* by the ledger; empty where it knows none */
    char **assignments;
    int n_assignments;
    bool placed;    /* a value depends on the account's country or zone */
    bool elsewhere; /* a number that can be read in another country only */
};

static void vn_free(void *state)
{
    struct vn *vn = state;

    gd_alloc_clear(&vn->known);
    job_words_free(vn->n_assignments, vn->assignments);
    gd_free(vn);
}

/* The preferences; they are resolved against nothing, since a wish for the present VN is a wish too. */
static enum gd_rc want_of(struct vn *vn, struct gd_alloc *want, struct gd_error *err)
{
    struct gd_alloc nothing = {.kind = GD_GREENVN, .call_count = -1};
    struct gd_change change = {0};
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < vn->n_assignments && rc == GD_OK; i++)
        rc = gd_change_parse(&change, vn->assignments[i], &vn->job->desk->place, err);
    vn->placed = change.placed || change.elsewhere;
    vn->elsewhere = change.elsewhere;
    if (rc == GD_OK)
        rc = gd_change_resolve(&change, &nothing, gd_now(), want, err);
    if (rc == GD_OK)
        rc = gd_encode_check(gd_shape_of(GD_GREENVN, gd_desk_dialect(vn->job->desk)), GD_REQ_VN, want, err);
    gd_change_clear(&change);
    want->kind = GD_GREENVN;
    return rc;
}

static enum gd_rc fill_plan(struct vn *vn, struct gd_alloc *want, struct job_plan *plan)
{
    struct job *job = vn->job;
    struct gd_op_row *row = job_plan_add(plan, &job->error);

    if (row == NULL)
        return job->error.rc;
    plan->op.kind = GD_OP_VN;
    plan->op.dialect = gd_desk_dialect(job->desk);
    plan->op.origin = gd_strdup("vn");
    plan->text = job_change_text(job, "Another VN for", &vn->known, want, GD_OP_VN);
    row->id = gd_strdup(vn->id);
    row->alloc_kind = GD_GREENVN;
    row->want = *want;
    *want = (struct gd_alloc){0};
    if (row->id == NULL || plan->op.origin == NULL || plan->text == NULL)
        return gd_fail_memory(&job->error);
    return gd_alloc_copy(&row->before, &vn->known, &job->error);
}

static void go(struct job *job)
{
    struct vn *vn = job->state;
    struct job_plan plan = {0};
    struct gd_alloc want = {0};
    enum gd_rc rc = want_of(vn, &want, &job->error);

    if (rc == GD_OK)
        rc = fill_plan(vn, &want, &plan);
    gd_alloc_clear(&want);
    if (rc == GD_OK) {
        job_operate(job, &plan);
        return;
    }
    job_plan_clear(&plan);
    job_done(job, rc);
}

/* Copies the words behind the id; "strict" alone is strict=true. */
static enum gd_rc take_words(struct vn *vn)
{
    struct job *job = vn->job;
    enum gd_rc rc = GD_OK;

    if (job->argc == 0)
        return gd_fail(&job->error, GD_INPUT, "vn ID [greenvn=N] [region=R] [type=T] [strict]: see help vn",
                       "vn wants the id of a GreenVN");
    vn->id = job->argv[0];
    for (int i = 1; i < job->argc && rc == GD_OK; i++) {
        if (strcmp(job->argv[i], "strict") == 0) {
            gd_free(job->argv[i]);
            job->argv[i] = gd_strdup("strict=true");
            rc = job->argv[i] != NULL ? GD_OK : gd_fail_memory(&job->error);
        }
    }
    if (rc == GD_OK)
        rc = job_values(job, job->argc - 1, job->argv + 1, &vn->assignments, &job->error);
    vn->n_assignments = vn->assignments != NULL ? job->argc - 1 : 0;
    return rc;
}

static enum gd_rc know(struct vn *vn)
{
    struct job *job = vn->job;
    bool found = false;
    enum gd_rc rc = gd_ledger_get(job->desk->ledger, vn->id, &vn->known, &found, &job->error);

    if (rc == GD_OK && found && vn->known.read_at > 0 && vn->known.kind != GD_GREENVN)
        return gd_fail(&job->error, GD_INPUT, "for a GreenPin, update its a.vns or b.vns",
                       "%s is a GreenPin: only a GreenVN owns its VN", vn->id);
    vn->known.kind = GD_GREENVN;
    return rc == GD_OK && !found ? gd_alloc_set(&vn->known, GD_F_ID, vn->id, &job->error) : rc;
}

void cmd_VN(struct job *job)
{
    struct vn *vn = gd_calloc(1, sizeof *vn);
    struct gd_alloc want = {0};
    enum gd_rc rc;

    if (vn == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = vn;
    job->state_free = vn_free;
    vn->job = job;
    rc = take_words(vn);
    if (rc == GD_OK)
        rc = know(vn);
    if (rc == GD_OK)
        rc = want_of(vn, &want, &job->error);
    gd_alloc_clear(&want);
    rc = job_elsewhere(job, vn->elsewhere, rc);
    if (rc == GD_OK)
        rc = gd_op_allowed(job->desk->profile, GD_OP_VN, 1, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job_place(job, vn->placed, go);
}
