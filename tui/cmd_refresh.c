/* refresh: reads allocations of the ledger again, and marks those that are gone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/when.h"
#include "fetch.h"
#include "select.h"

#define NOTE_EVERY 100 /* ms between two words on the progress */

struct target {
    char *id;
    enum gd_kind kind;
    bool kind_known;
};

struct refresh {
    struct job *job;
    struct select *select;
    struct fetch *fetch;
    struct target *targets;
    size_t n, room, next;
    size_t read, gone, failed;
    int64_t noted;         /* when the progress was last told, ms */
    struct gd_error first; /* the first failure that stopped one */
};

static void refresh_free(void *state)
{
    struct refresh *refresh = state;

    select_free(&refresh->select);
    fetch_free(&refresh->fetch);
    for (size_t i = 0; i < refresh->n; i++)
        gd_free(refresh->targets[i].id);
    gd_free(refresh->targets);
    gd_free(refresh);
}

static bool gather(void *arg, const struct gd_alloc *row)
{
    struct refresh *refresh = arg;
    struct target *more = refresh->targets;

    if (refresh->n == refresh->room) {
        size_t room = refresh->room > 0 ? refresh->room * 2 : 64;

        more = gd_realloc(refresh->targets, room * sizeof *more);
        if (more == NULL) {
            gd_fail_memory(&refresh->job->error);
            return false;
        }
        refresh->targets = more;
        refresh->room = room;
    }
    more[refresh->n] =
        (struct target){.id = gd_strdup(row->v[GD_F_ID]), .kind = row->kind, .kind_known = row->read_at > 0};
    if (more[refresh->n].id == NULL) {
        gd_fail_memory(&refresh->job->error);
        return false;
    }
    refresh->n++;
    return true;
}

/* The rows that the console chose. */
static enum gd_rc gather_picked(struct refresh *refresh)
{
    struct job *job = refresh->job;
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; i < job->n_ids && rc == GD_OK; i++) {
        struct gd_alloc known = {0};
        bool found = false;

        rc = gd_ledger_get(job->desk->ledger, job->ids[i], &known, &found, &job->error);
        if (rc == GD_OK && found && !gather(refresh, &known))
            rc = job->error.rc;
        gd_alloc_clear(&known);
    }
    return rc;
}

static bool next(void *arg, struct fetch_item *item)
{
    struct refresh *refresh = arg;
    struct target *target;

    if (refresh->next == refresh->n)
        return false;
    target = &refresh->targets[refresh->next++];
    *item = (struct fetch_item){.id = target->id, .kind = target->kind, .kind_known = target->kind_known};
    target->id = NULL;
    return true;
}

static void got(void *arg, const struct fetch_item *item, const struct gd_reply *reply)
{
    struct refresh *refresh = arg;
    struct sink *sink = refresh->job->sink;
    char text[120], done[COUNT_MAX], all[COUNT_MAX];
    int64_t now = gd_mono_ms();

    (void)item;
    if (reply->rc == GD_OK && reply->alloc != NULL) {
        refresh->read++;
    } else if (reply->gone) {
        refresh->gone++;
    } else {
        refresh->failed++;
        if (refresh->first.rc == GD_OK)
            refresh->first = reply->error;
        if (refresh->n > 1)
            sink->class->fault(sink, &reply->error);
    }
    if (refresh->n == 1 || now - refresh->noted < NOTE_EVERY)
        return;
    refresh->noted = now;
    snprintf(text, sizeof text, "%s of %s read",
             job_count((int64_t)(refresh->read + refresh->gone + refresh->failed), done),
             job_count((int64_t)refresh->n, all));
    sink->class->note(sink, text);
}

static const char *const columns[] = {"asked", "read", "gone", "failed", NULL};
static const struct sink_shape shape = {.title = "Refresh", .columns = columns, .single = true};

static void print(struct refresh *refresh)
{
    struct sink *sink = refresh->job->sink;
    json_t *row =
        json_pack("{s:I,s:I,s:I,s:I}", "asked", (json_int_t)refresh->n, "read", (json_int_t)refresh->read,
                  "gone", (json_int_t)refresh->gone, "failed", (json_int_t)refresh->failed);

    sink->class->begin(sink, &shape);
    if (row != NULL)
        sink->class->row(sink, row);
    sink->class->end(sink);
    json_decref(row);
}

static void idle(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct refresh *refresh = arg;
    struct job *job = refresh->job;

    if (rc != GD_OK) {
        job->error = *err;
    } else if (refresh->failed > 0 && refresh->n == 1) {
        job->error = refresh->first;
        rc = refresh->first.rc;
    } else {
        print(refresh);
        rc = refresh->failed > 0 ? GD_PARTIAL : GD_OK;
    }
    job_done(job, rc);
}

static void cancel(struct job *job)
{
    struct refresh *refresh = job->state;

    fetch_free(&refresh->fetch);
    job_fail(job, GD_CANCELLED, NULL, "interrupted: %zu of %zu were read", refresh->read + refresh->gone,
             refresh->n);
}

static void begin(struct job *job)
{
    struct refresh *refresh = job->state;
    struct fetch_hooks hooks = {.next = next, .got = got, .idle = idle, .arg = refresh};
    enum gd_rc rc = fetch_new(job->desk, &hooks, &refresh->fetch, &job->error);

    if (rc == GD_OK)
        rc = fetch_more(refresh->fetch, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}

/* --dry-run: how many, since each is the same request. */
static void show_count(struct refresh *refresh)
{
    char text[80], count[COUNT_MAX];

    snprintf(text, sizeof text, "%s allocation%s would be read.", job_count((int64_t)refresh->n, count),
             refresh->n == 1 ? "" : "s");
    refresh->job->sink->class->text(refresh->job->sink, text);
    job_done(refresh->job, GD_OK);
}

/* All that is to be read is known. */
static void go(struct refresh *refresh)
{
    struct job *job = refresh->job;

    if (job->options.dry_run) {
        show_count(refresh);
    } else if (refresh->n == 0) {
        print(refresh);
        job_done(job, GD_OK);
    } else {
        begin(job);
    }
}

static void gathered(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct refresh *refresh = arg;
    struct job *job = refresh->job;

    job->cancel = NULL;
    select_free(&refresh->select);
    if (rc != GD_OK)
        job->error = *err;
    if (job->error.rc != GD_OK)
        job_done(job, job->error.rc);
    else
        go(refresh);
}

static void start(struct refresh *refresh)
{
    struct job *job = refresh->job;
    struct select_hooks hooks = {.row = gather, .done = gathered, .arg = refresh};
    struct gd_sort newest = {.key = GD_SORT_FIRST_SEEN, .descending = true};
    char *filter;
    enum gd_rc rc = GD_OK;

    if (job->options.filter != NULL && job->argc > 0) {
        job_fail(job, GD_INPUT, "give one of them", "a filter and --filter were both given");
        return;
    }
    if (job->n_ids > 0) {
        rc = gather_picked(refresh);
        if (rc == GD_OK)
            go(refresh);
        else
            job_done(job, rc);
        return;
    }
    filter = job->options.filter != NULL ? gd_strdup(job->options.filter) : job_joined_words(job);
    rc = filter != NULL ? select_start(job, filter, newest, &hooks, &refresh->select, &job->error)
                        : gd_fail_memory(&job->error);
    gd_free(filter);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}

void cmd_REFRESH(struct job *job)
{
    struct refresh *refresh = gd_calloc(1, sizeof *refresh);

    if (refresh == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = refresh;
    job->state_free = refresh_free;
    refresh->job = job;
    start(refresh);
}
