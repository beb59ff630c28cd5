/* forget: allocations out of the ledger, with raw answers, events and history. The service is not asked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "../api/mem.h"
#include "select.h"

#define SLICE_ROWS 20 /* forgotten in one transaction, between two looks at the keys */

struct forget {
    struct job *job;
    struct id_list ids;
    size_t at;
    int64_t forgotten, unknown;
    int slice;
};

static void forget_free(void *state)
{
    struct forget *forget = state;

    if (forget->slice != 0)
        gd_loop_slice_drop(forget->job->loop, forget->slice);
    id_list_clear(&forget->ids);
    gd_free(forget);
}

static enum gd_rc forget_one(struct forget *forget, const char *id)
{
    struct gd_error unknown = {0};
    bool found = false;
    enum gd_rc rc = gd_ledger_forget(forget->job->desk->ledger, id, &found, &forget->job->error);

    if (rc != GD_OK)
        return rc;
    forget->forgotten += found;
    forget->unknown += !found;
    if (!found) {
        gd_fail(&unknown, GD_INPUT, "list shows what is", "%.200s is not known here", id);
        forget->job->sink->class->fault(forget->job->sink, &unknown);
    }
    return GD_OK;
}

static void finish(struct forget *forget, enum gd_rc rc)
{
    struct job *job = forget->job;
    char text[80], count[COUNT_MAX];

    forget->slice = 0;
    snprintf(text, sizeof text, "%s forgotten", job_count(forget->forgotten, count));
    job->sink->class->note(job->sink, text);
    if (rc == GD_OK && forget->unknown > 0)
        rc = forget->forgotten > 0 ? GD_PARTIAL : GD_INPUT;
    job_done(job, rc);
}

static bool step(void *arg, int64_t budget_us)
{
    struct forget *forget = arg;
    enum gd_rc rc = GD_OK;

    (void)budget_us;
    for (int i = 0; rc == GD_OK && i < SLICE_ROWS && forget->at < forget->ids.n; i++)
        rc = forget_one(forget, forget->ids.v[forget->at++]);
    if (rc == GD_OK && forget->at < forget->ids.n)
        return true;
    finish(forget, rc);
    return false;
}

static void cancel(struct job *job)
{
    struct forget *forget = job->state;
    char count[COUNT_MAX];

    job_fail(job, GD_CANCELLED, NULL, "interrupted: %s are forgotten", job_count(forget->forgotten, count));
}

static void begin(struct job *job)
{
    struct forget *forget = job->state;

    job->cancel = cancel;
    if (gd_loop_slice(job->loop, step, forget, &forget->slice) != GD_OK)
        job_done(job, gd_fail_memory(&job->error));
}

static void confirm(struct job *job)
{
    struct forget *forget = job->state;
    char text[200], count[COUNT_MAX];

    if (job->options.dry_run) {
        snprintf(text, sizeof text, "%s would be forgotten", job_count((int64_t)forget->ids.n, count));
        job->sink->class->note(job->sink, text);
        job_done(job, GD_OK);
        return;
    }
    snprintf(text, sizeof text,
             "Forget %s here: row, raw answer, events and history; what undo needs is gone with it.\n"
             "At the service nothing changes.",
             job_count((int64_t)forget->ids.n, count));
    job_confirm(job, (int64_t)forget->ids.n, text, begin);
}

void cmd_FORGET(struct job *job)
{
    struct forget *forget = gd_calloc(1, sizeof *forget);

    if (forget == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = forget;
    job->state_free = forget_free;
    forget->job = job;
    select_ids(job, &forget->ids, confirm);
}
