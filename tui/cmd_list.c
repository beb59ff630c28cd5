/* list: prints what the ledger knows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/near.h"
#include "../api/query.h"
#include "job_i.h"

struct list {
    struct job *job;
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

static enum gd_rc run(struct job *job, const char *filter_text, struct gd_sort sort, int64_t limit)
{
    struct list list = {.job = job, .limit = limit};
    struct gd_filter *filter = NULL;
    struct gd_query *query = NULL;
    enum gd_rc rc = job_filter(job, filter_text, &filter, &job->error);

    if (rc == GD_OK)
        rc = gd_query_new(job->desk->ledger, filter, sort, &query, &job->error);
    if (rc == GD_OK) {
        job->sink->class->begin(job->sink, allocation_shape());
        rc = gd_query_each(query, print, &list, &job->error);
        job->sink->class->end(job->sink);
    }
    if (rc == GD_OK)
        note_partial(job);
    gd_query_free(&query);
    gd_filter_free(&filter);
    return rc;
}

void cmd_LIST(struct job *job)
{
    char *filter = job_joined_words(job);
    struct gd_sort sort;
    int64_t limit = 0;
    enum gd_rc rc = filter != NULL ? GD_OK : gd_fail_memory(&job->error);

    if (rc == GD_OK)
        rc = read_sort(job->options.sort, &sort, &job->error);
    if (rc == GD_OK && job->options.limit != NULL)
        rc = job_number(job->options.limit, "--limit", &limit, &job->error);
    if (rc == GD_OK)
        rc = run(job, filter, sort, limit);
    gd_free(filter);
    job_done(job, rc);
}
