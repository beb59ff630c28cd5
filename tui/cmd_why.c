/* why: would this caller get through, to whom, with which PIN, and if not, why. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "../api/mem.h"
#include "../api/number.h"
#include "../api/when.h"
#include "../api/why.h"
#include "select.h"

#define MOST 2000 /* allocations of one caller, or on one VN, that are judged */

struct why {
    struct job *job;
    struct select *select;
    char caller[GD_NUMBER_MAX], vn[GD_NUMBER_MAX];
    bool has_vn, by_vn; /* by_vn: now those on the VN that anybody can use */
    struct gd_alloc **found;
    size_t n;
};

static void why_free(void *state)
{
    struct why *why = state;

    select_free(&why->select);
    for (size_t i = 0; i < why->n; i++) {
        gd_alloc_clear(why->found[i]);
        gd_free(why->found[i]);
    }
    gd_free(why->found);
    gd_free(why);
}

static bool is_known(const struct why *why, const struct gd_alloc *row)
{
    for (size_t i = 0; i < why->n; i++)
        if (why->found[i]->row == row->row)
            return true;
    return false;
}

static bool gather(void *arg, const struct gd_alloc *row)
{
    struct why *why = arg;
    struct gd_alloc *copy;

    if (is_known(why, row))
        return true;
    copy = gd_calloc(1, sizeof *copy);
    if (copy == NULL || gd_alloc_copy(copy, row, &why->job->error) != GD_OK) {
        gd_free(copy);
        gd_fail_memory(&why->job->error);
        return false;
    }
    why->found[why->n++] = copy;
    return why->n < MOST;
}

static void print(struct job *job, const struct gd_why *verdict)
{
    static const struct sink_shape shape = {.title = "Why", .single = true};
    struct sink *sink = job->sink;
    struct gd_buf text;
    json_t *json;

    if (job->options.format == OUTPUT_TABLE) {
        gd_buf_init(&text, 1 << 20);
        gd_why_text(verdict, job->options.reveal, gd_now(), &text);
        sink->class->text(sink, text.data);
        gd_buf_wipe(&text);
        return;
    }
    json = gd_why_json(verdict, job->options.reveal, gd_now());
    sink->class->begin(sink, &shape);
    if (json != NULL)
        sink->class->row(sink, json);
    sink->class->end(sink);
    json_decref(json);
}

static void tell(struct why *why)
{
    struct job *job = why->job;
    struct gd_why verdict;
    enum gd_rc rc;

    if (why->n == MOST)
        job->sink->class->note(job->sink, "there are more allocations of it than are looked at: name the VN");
    rc = gd_why_judge(why->caller, why->has_vn ? why->vn : NULL, (const struct gd_alloc *const *)why->found,
                      why->n, gd_now(), &verdict, &job->error);
    if (rc == GD_OK)
        print(job, &verdict);
    gd_why_clear(&verdict);
    job_done(job, rc);
}

static void gathered(void *arg, enum gd_rc rc, const struct gd_error *err);

static enum gd_rc select_now(struct why *why, struct gd_error *err)
{
    struct select_hooks hooks = {.row = gather, .done = gathered, .arg = why};
    struct gd_sort newest = {.key = GD_SORT_FIRST_SEEN, .descending = true};
    char filter[80];

    select_free(&why->select);
    snprintf(filter, sizeof filter, why->by_vn ? "vn:%s state:active" : "number:%s",
             why->by_vn ? why->vn : why->caller);
    return select_start(why->job, filter, newest, &hooks, &why->select, err);
}

static void gathered(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct why *why = arg;
    struct job *job = why->job;

    if (rc == GD_OK)
        rc = job->error.rc;
    else
        job->error = *err;
    if (rc == GD_OK && why->has_vn && !why->by_vn && why->n < MOST) {
        why->by_vn = true;
        rc = select_now(why, &job->error);
        if (rc == GD_OK)
            return;
    }
    if (rc == GD_OK)
        tell(why);
    else
        job_done(job, rc);
}

static void start(struct job *job)
{
    struct why *why = job->state;
    const char *country = job->desk->place.country;
    enum gd_rc rc = gd_number_parse(job->argv[0], country, why->caller, NULL, &job->error);

    if (rc == GD_OK && why->has_vn)
        rc = gd_number_parse(job->argv[1], country, why->vn, NULL, &job->error);
    if (rc == GD_OK)
        rc = select_now(why, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
}

void cmd_WHY(struct job *job)
{
    struct why *why;

    if (job->argc < 1 || job->argc > 2) {
        job_fail(job, GD_INPUT, "quote a number that holds blanks",
                 "why takes a caller's number, and a VN or none");
        return;
    }
    why = gd_calloc(1, sizeof *why);
    if (why != NULL)
        why->found = gd_calloc(MOST, sizeof(*why->found));
    if (why == NULL || why->found == NULL) {
        gd_free(why);
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    why->job = job;
    why->has_vn = job->argc == 2;
    job->state = why;
    job->state_free = why_free;
    job_subject(job, "%s", "a caller");
    start(job);
}
