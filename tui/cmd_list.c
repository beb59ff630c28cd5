/* list: prints what the ledger knows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/near.h"
#include "select.h"

struct list {
    struct job *job;
    struct select *select;
    int64_t printed, limit; /* limit 0: none */
};

static bool print(void *arg, const struct gd_alloc *row)
{
    struct list *list = arg;
    struct sink *sink = list->job->sink;

    job_print_alloc(list->job, row);
    list->printed++;
    return !sink->class->broken(sink) && list->printed != list->limit;
}

static enum gd_rc read_sort(const char *text, struct gd_sort *sort, struct gd_error *err)
{
    struct gd_near near = {0};
    char advice[200];

    *sort = (struct gd_sort){.key = GD_SORT_FIRST_SEEN, .descending = true};
    if (text == NULL)
        return GD_OK;
    sort->descending = *text == '-';
    text += sort->descending;
    for (sort->key = 0; sort->key < GD_SORT__COUNT; sort->key++) {
        if (strcmp(gd_sort_name(sort->key), text) == 0)
            return GD_OK;
        gd_near_offer(&near, text, gd_sort_name(sort->key));
    }
    snprintf(advice, sizeof advice, "did you mean %s?", near.best != NULL ? near.best : gd_sort_name(0));
    return gd_fail(err, GD_INPUT, advice, "nothing can be sorted by %.40s", text);
}

/* The list is of this ledger, not of the tenant: a person at a terminal is told. */
static void note_partial(struct job *job)
{
    int64_t known;
    char text[120], count[COUNT_MAX];

    if (gd_ledger_count(job->desk->ledger, &known, &job->error) != GD_OK)
        return;
    snprintf(text, sizeof text, "%s known here; the tenant may hold more", job_count(known, count));
    job->sink->class->note(job->sink, text);
}

static void finish(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct list *list = arg;
    struct job *job = list->job;

    job->cancel = NULL;
    job->sink->class->end(job->sink);
    if (rc != GD_OK)
        job->error = *err;
    else
        note_partial(job);
    job_done(job, job->error.rc);
}

static void cancel(struct job *job)
{
    job->sink->class->end(job->sink);
    job_fail(job, GD_CANCELLED, NULL, "interrupted");
}

static void list_free(void *state)
{
    struct list *list = state;

    select_free(&list->select);
    gd_free(list);
}

static enum gd_rc start(struct list *list)
{
    struct job *job = list->job;
    struct select_hooks hooks = {.row = print, .done = finish, .arg = list};
    char *filter = job_joined_words(job);
    struct gd_sort sort;
    enum gd_rc rc = filter != NULL ? GD_OK : gd_fail_memory(&job->error);

    if (rc == GD_OK)
        rc = read_sort(job->options.sort, &sort, &job->error);
    if (rc == GD_OK && job->options.limit != NULL)
        rc = job_number(job->options.limit, "--limit", &list->limit, &job->error);
    if (rc == GD_OK)
        rc = select_start(job, filter, sort, &hooks, &list->select, &job->error);
    gd_free(filter);
    return rc;
}

void cmd_LIST(struct job *job)
{
    struct list *list = gd_calloc(1, sizeof *list);
    enum gd_rc rc;

    if (list == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = list;
    job->state_free = list_free;
    list->job = job;
    rc = start(list);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    job->cancel = cancel;
    job->sink->class->begin(job->sink, allocation_shape());
}
