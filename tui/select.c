/* Selecting by a filter, for commands: pages of the query in slices of the loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "select.h"

#include "../api/mem.h"

#define PAGE 4096 /* rows */

struct select {
    struct job *job;
    struct select_hooks hooks;
    struct gd_filter *filter;
    struct gd_query *query;
    int slice;
    int64_t last; /* the place of the last row handed over */
    int n;        /* rows of this page so far */
    bool fetching, enough;
};

static void take(void *arg, const struct gd_alloc *row)
{
    struct select *select = arg;

    select->last = row->row;
    select->n++;
    if (!select->enough)
        select->enough = !select->hooks.row(select->hooks.arg, row);
}

static bool finish(struct select *select, enum gd_rc rc, const struct gd_error *err)
{
    select->slice = 0;
    select->hooks.done(select->hooks.arg, rc, err);
    return false;
}

/* One slice: the next page is asked for, or worked on. */
static bool step(void *arg, int64_t budget_us)
{
    struct select *select = arg;
    struct gd_error err = {0};
    bool done = false;
    enum gd_rc rc = GD_OK;

    if (!select->fetching) {
        select->fetching = true;
        select->n = 0;
        rc = gd_query_fetch(select->query, select->last, false, false, PAGE, &err);
    }
    if (rc == GD_OK)
        rc = gd_query_step(select->query, budget_us, take, select, &done, &err);
    if (rc != GD_OK || select->enough || (done && select->n < PAGE))
        return finish(select, rc, &err);
    select->fetching = !done;
    return true;
}

enum gd_rc select_start(struct job *job, const char *filter, struct gd_sort sort,
                        const struct select_hooks *hooks, struct select **out, struct gd_error *err)
{
    struct select *select = gd_calloc(1, sizeof *select);
    enum gd_rc rc;

    *out = NULL;
    if (select == NULL)
        return gd_fail_memory(err);
    select->job = job;
    select->hooks = *hooks;
    rc = job_filter(job, filter, &select->filter, err);
    if (rc == GD_OK)
        rc = gd_query_new(job->desk->ledger, select->filter, sort, &select->query, err);
    if (rc == GD_OK && gd_loop_slice(job->loop, step, select, &select->slice) != GD_OK)
        rc = gd_fail_memory(err);
    if (rc != GD_OK)
        select_free(&select);
    *out = select;
    return rc;
}

void select_free(struct select **out)
{
    struct select *select = *out;

    *out = NULL;
    if (select == NULL)
        return;
    if (select->slice != 0)
        gd_loop_slice_drop(select->job->loop, select->slice);
    gd_query_free(&select->query);
    gd_filter_free(&select->filter);
    gd_free(select);
}

/* ---- ids ---- */

/* Stands behind job->gathering while the filter is worked on. */
struct gathering {
    struct job *job;
    struct id_list *out;
    job_step_fn *go;
    struct select *select;
    struct gd_error err;
};

static void gathering_free(struct job *job)
{
    struct gathering *gathering = job->gathering;

    job->gathering = NULL;
    job->cancel = NULL;
    select_free(&gathering->select);
    gd_free(gathering);
}

static bool gather(void *arg, const struct gd_alloc *row)
{
    struct gathering *gathering = arg;

    return id_list_add(gathering->out, row->v[GD_F_ID], &gathering->err) == GD_OK;
}

static void gathered(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct gathering *gathering = arg;
    struct job *job = gathering->job;
    job_step_fn *go = gathering->go;
    size_t n = gathering->out->n;

    if (rc != GD_OK)
        job->error = *err;
    else if (gathering->err.rc != GD_OK)
        job->error = gathering->err;
    gathering_free(job);
    if (job->error.rc != GD_OK)
        job_done(job, job->error.rc);
    else if (n == 0)
        job_fail(job, GD_INPUT, "see list with the same filter", "nothing in the ledger matches %.200s",
                 job->options.filter);
    else
        go(job);
}

static void stop_gathering(struct job *job)
{
    gathering_free(job);
    job_fail(job, GD_CANCELLED, NULL, "interrupted: nothing was sent");
}

static void gather_by_filter(struct job *job, struct id_list *out, job_step_fn *go)
{
    struct gathering *gathering = gd_calloc(1, sizeof *gathering);
    struct select_hooks hooks = {.row = gather, .done = gathered, .arg = gathering};
    enum gd_rc rc;

    if (gathering == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    *gathering = (struct gathering){.job = job, .out = out, .go = go};
    job->gathering = gathering;
    rc = select_start(job, job->options.filter, (struct gd_sort){.descending = true}, &hooks,
                      &gathering->select, &job->error);
    if (rc == GD_OK) {
        job->cancel = stop_gathering;
        return;
    }
    gathering_free(job);
    job_done(job, rc);
}

void select_ids(struct job *job, struct id_list *out, job_step_fn *go)
{
    enum gd_rc rc = GD_OK;

    if (job->argc > 0 && job->options.filter != NULL)
        rc = gd_fail(&job->error, GD_INPUT, "give one of them", "ids and --filter were both given");
    if (rc == GD_OK && job->options.filter != NULL) {
        gather_by_filter(job, out, go);
        return;
    }
    if (rc == GD_OK)
        rc = job_ids(job, out, &job->error);
    if (rc == GD_OK)
        go(job);
    else
        job_done(job, rc);
}
