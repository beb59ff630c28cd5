/* create: makes one new allocation, journaled as an operation of one row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/client.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_op.h"
#include "job_values.h"

struct create {
    struct job *job;
    char **assignments;
    int n_assignments;
    enum gd_kind kind;
    bool placed;    /* a value depends on the account's country or zone */
    bool elsewhere; /* a number that can be read in another country only */
};

static void create_free(void *state)
{
    struct create *create = state;

    job_words_free(create->n_assignments, create->assignments);
    gd_free(create);
}

/* The kind can be said as kind=greenvn too: it is a field like others, but only a new allocation has a
 * choice. */
static enum gd_rc take_kind(struct create *create, const char *value, struct gd_error *err)
{
    if (gd_kind_parse(value, &create->kind))
        return GD_OK;
    return gd_fail(err, GD_INPUT, "give greenpin or greenvn", "there is no kind %.40s", value);
}

static enum gd_rc want_of(struct create *create, struct gd_alloc *want, struct gd_error *err)
{
    struct gd_change change = {0};
    struct gd_alloc nothing = {0};
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < create->n_assignments && rc == GD_OK; i++) {
        if (strncmp(create->assignments[i], "kind=", 5) == 0)
            rc = take_kind(create, create->assignments[i] + 5, err);
        else
            rc = gd_change_parse(&change, create->assignments[i], &create->job->desk->place, err);
    }
    create->placed = change.placed || change.elsewhere;
    create->elsewhere = change.elsewhere;
    nothing.kind = create->kind;
    if (rc == GD_OK)
        rc = gd_change_resolve(&change, &nothing, gd_now(), want, err);
    gd_change_clear(&change);
    want->kind = create->kind;
    return rc;
}

static enum gd_rc check_request(struct create *create, const struct gd_alloc *want, struct gd_error *err)
{
    struct gd_buf body;
    enum gd_rc rc;

    gd_buf_init(&body, (size_t)1 << 20);
    rc = gd_encode_create(gd_shape_of(create->kind, gd_desk_dialect(create->job->desk)), want, &body, err);
    gd_buf_wipe(&body);
    return rc;
}

static enum gd_rc fill_plan(struct create *create, struct gd_alloc *want, struct job_plan *plan)
{
    struct job *job = create->job;
    struct gd_op_row *row = job_plan_add(plan, &job->error);
    struct gd_alloc nothing = {0};

    if (row == NULL)
        return job->error.rc;
    plan->op.kind = GD_OP_CREATE;
    plan->op.dialect = gd_desk_dialect(job->desk);
    plan->op.origin = gd_strdup("create");
    plan->text = job_change_text(job, "Create", &nothing, want, GD_OP_CREATE);
    row->alloc_kind = create->kind;
    row->want = *want;
    *want = (struct gd_alloc){0};
    if (plan->op.origin == NULL || plan->text == NULL)
        return gd_fail_memory(&job->error);
    return GD_OK;
}

static void go(struct job *job)
{
    struct create *create = job->state;
    struct job_plan plan = {0};
    struct gd_alloc want = {0};
    enum gd_rc rc = want_of(create, &want, &job->error);

    if (rc == GD_OK)
        rc = check_request(create, &want, &job->error);
    if (rc == GD_OK)
        rc = fill_plan(create, &want, &plan);
    gd_alloc_clear(&want);
    if (rc == GD_OK) {
        job_operate(job, &plan);
        return;
    }
    job_plan_clear(&plan);
    job_done(job, rc);
}

/* The same check as in go, before the account's settings are asked for. */
static enum gd_rc check_early(struct create *create, struct gd_error *err)
{
    struct gd_alloc want = {0};
    enum gd_rc rc = want_of(create, &want, err);

    if (rc == GD_OK)
        rc = check_request(create, &want, err);
    gd_alloc_clear(&want);
    return rc;
}

void cmd_CREATE(struct job *job)
{
    struct create *create = gd_calloc(1, sizeof *create);
    bool given;
    enum gd_rc rc;

    if (create == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = create;
    job->state_free = create_free;
    create->job = job;
    rc = job_kind(job, &create->kind, &given, &job->error);
    if (rc == GD_OK && job->argc == 0)
        rc = gd_fail(&job->error, GD_INPUT, "see help create for the keys", "create wants KEY=VALUE words");
    if (rc == GD_OK)
        rc = job_values(job, job->argc, job->argv, &create->assignments, &job->error);
    create->n_assignments = create->assignments != NULL ? job->argc : 0;
    if (rc == GD_OK)
        rc = check_early(create, &job->error);
    rc = job_elsewhere(job, create->elsewhere, rc);
    if (rc == GD_OK)
        rc = gd_op_allowed(job->desk->profile, GD_OP_CREATE, 1, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job_place(job, create->placed, go);
}
