/* What a job waits for between its steps: the person's yes, the account's place, the next turn of the loop. A
 * wait outlives a job that was stopped meanwhile, and then does nothing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/op.h"
#include "job_i.h"

struct job_wait {
    struct job *job; /* NULL: stopped */
    job_step_fn *go;
    job_step_fn *no; /* of a question; NULL: the job ends as refused */
    bool asks;       /* the sink's question is open */
};

static void stop_waiting(struct job *job)
{
    struct job_wait *wait = job->wait;

    job->wait = NULL;
    wait->job = NULL;
    if (wait->asks) {
        job->sink->class->unask(job->sink);
        gd_free(wait);
    }
    gd_fail(&job->error, GD_CANCELLED, NULL, "interrupted: nothing was sent");
    job_done(job, GD_CANCELLED);
}

static struct job_wait *begin_wait(struct job *job, job_step_fn *go)
{
    struct job_wait *wait = gd_calloc(1, sizeof *wait);

    if (wait == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return NULL;
    }
    wait->job = job;
    wait->go = go;
    job->wait = wait;
    job->cancel = stop_waiting;
    return wait;
}

/* Ends the wait; the job that goes on, or NULL. */
static struct job *end_wait(struct job_wait *wait, job_step_fn **go)
{
    struct job *job = wait->job;

    *go = wait->go;
    gd_free(wait);
    if (job != NULL) {
        job->wait = NULL;
        job->cancel = NULL;
    }
    return job;
}

static void go_on(void *arg)
{
    job_step_fn *go;
    struct job *job = end_wait(arg, &go);

    if (job != NULL)
        go(job);
}

void job_place(struct job *job, bool placed, job_step_fn *go)
{
    struct job_wait *wait;
    enum gd_rc rc;

    job->placed = placed;
    if (!placed || gd_desk_placed(job->desk)) {
        go(job);
        return;
    }
    wait = begin_wait(job, go);
    if (wait == NULL)
        return;
    rc = gd_desk_place(job->desk, go_on, wait, &job->error);
    if (rc == GD_OK)
        return;
    end_wait(wait, &go);
    job_done(job, rc);
}

enum gd_rc job_elsewhere(struct job *job, bool elsewhere, enum gd_rc rc)
{
    if (rc != GD_INPUT || !elsewhere || gd_desk_placed(job->desk))
        return rc;
    job->error = (struct gd_error){0};
    return GD_OK;
}

void job_later(struct job *job, job_step_fn *go)
{
    struct job_wait *wait = begin_wait(job, go);
    int timer;
    enum gd_rc rc;

    if (wait == NULL)
        return;
    rc = gd_loop_after(job->loop, 0, go_on, wait, &timer);
    if (rc == GD_OK)
        return;
    end_wait(wait, &go);
    gd_fail_memory(&job->error);
    job_done(job, rc);
}

/* ---- confirmation ---- */

static void answered(void *arg, bool yes)
{
    job_step_fn *go, *no = ((struct job_wait *)arg)->no;
    struct job *job = end_wait(arg, &go);

    if (yes)
        go(job);
    else if (no != NULL)
        no(job);
    else
        job_fail(job, GD_REFUSED, "nothing was sent", "not confirmed");
}

bool job_ask(struct job *job, int64_t rows, const char *text, job_step_fn *go, job_step_fn *no)
{
    char word[300];
    struct job_wait *wait;

    if (!job->sink->class->asks(job->sink))
        return false;
    gd_op_word(job->desk->profile, rows, word, sizeof word);
    wait = begin_wait(job, go);
    if (wait == NULL)
        return true;
    wait->no = no;
    wait->asks = true;
    job->sink->class->ask(job->sink, &(struct sink_question){.text = text, .word = word, .rows = rows},
                          answered, wait);
    return true;
}

/* Whether the options answer the question. A count is an answer for one row too: scripts compute it. */
static bool options_answer(const struct job *job, const char *word, int64_t rows)
{
    const char *given = job->options.confirm;
    bool plain = strcmp(word, "y") == 0;
    char count[24];

    if (plain && job->options.yes)
        return true;
    snprintf(count, sizeof count, "%lld", (long long)rows);
    return given != NULL && (strcmp(given, word) == 0 || (plain && strcmp(given, count) == 0));
}

static void refuse_unasked(struct job *job, const char *word, int64_t rows, job_step_fn *no)
{
    char advice[400];

    if (strcmp(word, "y") == 0)
        snprintf(advice, sizeof advice, "give -y (--yes) to confirm it");
    else
        snprintf(advice, sizeof advice, "give --confirm=%.150s to confirm it", word);
    if (job->options.confirm != NULL)
        gd_fail(&job->error, GD_REFUSED, advice, "--confirm=%.60s does not confirm %lld row%s",
                job->options.confirm, (long long)rows, rows == 1 ? "" : "s");
    else
        gd_fail(&job->error, GD_REFUSED, advice, "%s of %lld row%s wants a confirmation", job->command->name,
                (long long)rows, rows == 1 ? "" : "s");
    if (no != NULL)
        no(job);
    else
        job_done(job, GD_REFUSED);
}

void job_confirm(struct job *job, int64_t rows, const char *text, job_step_fn *go)
{
    job_confirm_else(job, rows, text, go, NULL);
}

void job_confirm_else(struct job *job, int64_t rows, const char *text, job_step_fn *go, job_step_fn *no)
{
    char word[300];

    gd_op_word(job->desk->profile, rows, word, sizeof word);
    if (options_answer(job, word, rows)) {
        go(job);
        return;
    }
    /* A wrong answer on the line is a no, not a reason to ask. */
    if (job->options.confirm != NULL || !job_ask(job, rows, text, go, no))
        refuse_unasked(job, word, rows, no);
}
