/* deallocate: ends allocations now, after confirmation. What undo needs is kept: the ledger's reading, or for
 * ids that are unknown here one made before. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/mem.h"
#include "fetch.h"
#include "job_op.h"
#include "select.h"

struct deallocate {
    struct job *job;
    struct job_plan plan;
    struct id_list ids;
    enum gd_kind kind;
    bool kind_given;
    struct fetch *fetch;
    size_t next; /* row to look at for reading */
};

static void deallocate_free(void *state)
{
    struct deallocate *d = state;

    fetch_free(&d->fetch);
    job_plan_clear(&d->plan);
    id_list_clear(&d->ids);
    gd_free(d);
}

/* ---- rows ---- */

static enum gd_rc add_row(struct deallocate *d, const char *id)
{
    struct job *job = d->job;
    struct gd_op_row *row = job_plan_add(&d->plan, &job->error);
    bool found = false;
    enum gd_rc rc;

    if (row == NULL)
        return job->error.rc;
    row->id = gd_strdup(id);
    if (row->id == NULL)
        return gd_fail_memory(&job->error);
    rc = gd_ledger_get(job->desk->ledger, id, &row->before, &found, &job->error);
    row->alloc_kind = found && row->before.read_at > 0 && !d->kind_given ? row->before.kind : d->kind;
    return rc;
}

static bool is_unknown(const struct deallocate *d, const struct gd_op_row *row)
{
    return row->before.read_at == 0 && !d->kind_given;
}

static char *confirm_text(struct deallocate *d)
{
    struct gd_buf out;

    gd_buf_init(&out, (size_t)1 << 20);
    if (job_plan_deallocation_text(d->job, &d->plan, &out) != GD_OK)
        gd_buf_adds(&out, "What is known of them could not be read here.\n");
    return gd_buf_take(&out);
}

static void go(struct job *job)
{
    struct deallocate *d = job->state;
    struct job_plan plan;
    size_t left_out = 0;
    enum gd_rc rc = job_plan_protect(job, &d->plan);

    for (size_t i = 0; i < d->plan.n; i++)
        left_out += d->plan.rows[i].state == GD_ROW_SKIPPED;
    if (rc == GD_OK && left_out == d->plan.n)
        rc = gd_fail(&job->error, GD_REFUSED, "change protected in the profile if it must be",
                     "all %zu are protected by the profile: nothing was sent", left_out);
    if (rc == GD_OK) {
        d->plan.op.kind = GD_OP_DEALLOCATE;
        d->plan.op.dialect = gd_desk_dialect(job->desk);
        d->plan.op.origin = gd_strdup("deallocate");
        d->plan.op.no_undo = job->options.no_undo;
        d->plan.text = confirm_text(d);
        if (d->plan.op.origin == NULL || d->plan.text == NULL)
            rc = gd_fail_memory(&job->error);
    }
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    plan = d->plan;
    d->plan = (struct job_plan){0};
    job_operate(job, &plan);
}

/* ---- reading what is unknown here ---- */

static bool next(void *arg, struct fetch_item *item)
{
    struct deallocate *d = arg;

    while (d->next < d->plan.n && !is_unknown(d, &d->plan.rows[d->next]))
        d->next++;
    if (d->next == d->plan.n)
        return false;
    *item = (struct fetch_item){.id = gd_strdup(d->plan.rows[d->next].id), .tag = (int64_t)d->next};
    d->next++;
    return item->id != NULL;
}

static void got(void *arg, const struct fetch_item *item, const struct gd_reply *reply)
{
    struct deallocate *d = arg;
    struct gd_op_row *row = &d->plan.rows[item->tag];

    if (reply->rc != GD_OK || reply->alloc == NULL)
        return; /* what cannot be read can perhaps be deallocated: the service decides */
    gd_alloc_clear(&row->before);
    if (gd_alloc_copy(&row->before, reply->alloc, &d->job->error) == GD_OK)
        row->alloc_kind = item->kind;
}

static void idle(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct deallocate *d = arg;
    struct job *job = d->job;

    job->cancel = NULL;
    fetch_free(&d->fetch);
    if (rc == GD_OK) {
        go(job);
        return;
    }
    job->error = *err;
    job_done(job, rc);
}

static void cancel(struct job *job)
{
    job_fail(job, GD_CANCELLED, NULL, "interrupted: nothing was sent");
}

static void placed(struct job *job)
{
    struct deallocate *d = job->state;
    struct fetch_hooks hooks = {.next = next, .got = got, .idle = idle, .arg = d};
    enum gd_rc rc;

    if (job->options.no_undo || job->options.dry_run) {
        go(job);
        return;
    }
    rc = fetch_new(job->desk, &hooks, &d->fetch, &job->error);
    if (rc == GD_OK)
        rc = fetch_more(d->fetch, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}

static void begin(struct job *job)
{
    struct deallocate *d = job->state;
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; i < d->ids.n && rc == GD_OK; i++)
        rc = add_row(d, d->ids.v[i]);
    /* The brakes first: what they refuse is not even read. */
    if (rc == GD_OK)
        rc = gd_op_allowed(job->desk->profile, GD_OP_DEALLOCATE, (int64_t)d->plan.n, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        placed(job);
}

void cmd_DEALLOCATE(struct job *job)
{
    struct deallocate *d = gd_calloc(1, sizeof *d);
    enum gd_rc rc;

    if (d == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = d;
    job->state_free = deallocate_free;
    d->job = job;
    rc = job_kind(job, &d->kind, &d->kind_given, &job->error);
    if (rc == GD_OK && job->options.canary != NULL)
        rc = job_number(job->options.canary, "--canary", &d->plan.canary, &job->error);
    if (rc == GD_OK)
        select_ids(job, &d->ids, begin);
    else
        job_done(job, rc);
}
