/* pause, stop: asks an operation, in whichever process it runs, to end at its next chunk, and waits for it.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>

#include "../api/mem.h"
#include "../api/when.h"
#include "job_op.h"

#define POLL_MS 50
#define PATIENCE_MS 60000

struct pausing {
    struct job *job;
    int64_t op;
    int64_t until; /* of the clock that never jumps */
    int timer;
};

static void pausing_free(void *state)
{
    struct pausing *p = state;

    if (p->timer != 0)
        gd_loop_timer_drop(p->job->loop, p->timer);
    gd_free(p);
}

static void look(void *arg);

static void look_later(struct pausing *p)
{
    struct job *job = p->job;

    if (gd_loop_after(job->loop, POLL_MS, look, p, &p->timer) != GD_OK)
        job_done(job, gd_fail_memory(&job->error));
}

static void look(void *arg)
{
    struct pausing *p = arg;
    struct job *job = p->job;
    struct gd_op op = {0};
    bool found = false;
    char text[120];
    enum gd_rc rc = gd_journal_get(job->desk->ledger, p->op, &op, &found, &job->error);
    bool running = rc == GD_OK && found && op.state == GD_OPS_RUNNING;

    p->timer = 0;
    if (rc == GD_OK && found && !running) {
        snprintf(text, sizeof text, "operation %" PRId64 " is %s", p->op, gd_op_state_name(op.state));
        job->sink->class->note(job->sink, text);
    }
    gd_op_clear(&op);
    if (running && gd_mono_ms() < p->until)
        look_later(p);
    else if (running)
        job_fail(job, GD_NO_ANSWER, "operations shows when it has",
                 "operation %" PRId64 " was asked, and has requests under way still", p->op);
    else
        job_done(job, rc);
}

/* One that runs nowhere can be stopped at once; what is done or stopped already stays as it is. */
static enum gd_rc not_running(struct job *job, const struct gd_op *op, bool stop)
{
    if (op->state == GD_OPS_DONE || (!stop && op->state == GD_OPS_INTERRUPTED))
        return gd_fail(&job->error, GD_REFUSED, "operations shows what runs", "operation %" PRId64 " is %s",
                       op->op, gd_op_state_name(op->state));
    if (!stop || op->state == GD_OPS_STOPPED)
        return GD_OK;
    return gd_journal_state(job->desk->ledger, op->op, GD_OPS_STOPPED, &job->error);
}

static void ask(struct job *job, enum gd_op_wish wish)
{
    struct pausing *p = gd_calloc(1, sizeof *p);
    struct gd_op op = {0};
    bool running;
    enum gd_rc rc;

    if (p == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = p;
    job->state_free = pausing_free;
    p->job = job;
    p->until = gd_mono_ms() + PATIENCE_MS;
    rc = job_operation(job, &p->op, &op);
    running = rc == GD_OK && op.state == GD_OPS_RUNNING;
    if (running)
        rc = gd_journal_wish_set(job->desk->ledger, p->op, wish, &job->error);
    else if (rc == GD_OK)
        rc = not_running(job, &op, wish == GD_WISH_STOP);
    gd_op_clear(&op);
    if (rc == GD_OK) {
        job_subject(job, "operation %" PRId64, p->op);
        rc = job_audit(job, job->command->name, "asked", &job->error);
    }
    if (rc == GD_OK && running)
        look_later(p);
    else
        job_done(job, rc);
}

void cmd_PAUSE(struct job *job)
{
    ask(job, GD_WISH_PAUSE);
}

void cmd_STOP(struct job *job)
{
    ask(job, GD_WISH_STOP);
}
