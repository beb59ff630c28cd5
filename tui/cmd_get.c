/* get: reads allocations from the API, keeps them in the ledger and prints them in the order asked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/when.h"
#include "fetch.h"
#include "job_i.h"
#include "select.h"

/* What became of one id; rows wait here until all before them are printed. */
struct place {
    struct gd_alloc alloc; /* with an id: to be printed */
    bool over;
};

struct get {
    struct job *job;
    struct fetch *fetch;
    struct id_list ids;
    struct place *places;
    size_t asked, printed; /* places handed to the fetch; places printed or passed over */
    size_t failed;
    enum gd_kind kind;
    bool kind_given;
    bool begun;    /* the output is: not before there is something to print */
    enum gd_rc rc; /* of the last failure */
};

static void get_free(void *state)
{
    struct get *get = state;

    fetch_free(&get->fetch);
    for (size_t i = 0; get->places != NULL && i < get->ids.n; i++)
        gd_alloc_clear(&get->places[i].alloc);
    gd_free(get->places);
    id_list_clear(&get->ids);
    gd_free(get);
}

/* The kind to ask for: as said, as known here, or to be found out. */
static void choose_kind(const struct get *get, struct fetch_item *item)
{
    struct gd_alloc known = {0};
    struct gd_error ignored = {0};
    bool found = false;

    item->kind = get->kind;
    item->kind_known = get->kind_given;
    if (!get->kind_given &&
        gd_ledger_get(get->job->desk->ledger, item->id, &known, &found, &ignored) == GD_OK && found &&
        known.read_at > 0) {
        item->kind = known.kind;
        item->kind_known = true;
    }
    gd_alloc_clear(&known);
}

static bool next(void *arg, struct fetch_item *item)
{
    struct get *get = arg;

    if (get->asked == get->ids.n)
        return false;
    item->id = gd_strdup(get->ids.v[get->asked]);
    if (item->id == NULL)
        return false;
    item->tag = (int64_t)get->asked++;
    choose_kind(get, item);
    return true;
}

static void begin_output(struct get *get)
{
    if (!get->begun)
        get->job->sink->class->begin(get->job->sink, allocation_shape());
    get->begun = true;
}

static void print_ready(struct get *get)
{
    for (; get->printed < get->ids.n && get->places[get->printed].over; get->printed++) {
        struct place *place = &get->places[get->printed];

        if (place->alloc.v[GD_F_ID] != NULL) {
            begin_output(get);
            job_print_alloc(get->job, &place->alloc);
        }
        gd_alloc_clear(&place->alloc);
    }
}

static void got(void *arg, const struct fetch_item *item, const struct gd_reply *reply)
{
    struct get *get = arg;
    struct place *place = &get->places[item->tag];

    place->over = true;
    if (reply->rc == GD_OK && reply->alloc != NULL &&
        gd_alloc_copy(&place->alloc, reply->alloc, &get->job->error) == GD_OK) {
        gd_free(place->alloc.source);
        place->alloc.source = gd_strdup("get");
    } else {
        get->failed++;
        get->rc = reply->rc;
        if (get->ids.n == 1)
            get->job->error = reply->error;
        else
            get->job->sink->class->fault(get->job->sink, &reply->error);
    }
    print_ready(get);
}

static void idle(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct get *get = arg;
    struct job *job = get->job;

    if (get->ids.n > 1)
        begin_output(get);
    if (get->begun)
        job->sink->class->end(job->sink);
    if (rc != GD_OK)
        job->error = *err;
    else if (get->failed > 0)
        rc = get->ids.n == 1 ? get->rc : GD_PARTIAL;
    job_done(job, rc);
}

static void cancel(struct job *job)
{
    struct get *get = job->state;

    fetch_free(&get->fetch);
    if (get->begun)
        job->sink->class->end(job->sink);
    job_fail(job, GD_CANCELLED, NULL, "interrupted: %zu of %zu were read", get->printed, get->ids.n);
}

static void begin(struct job *job)
{
    struct get *get = job->state;
    struct fetch_hooks hooks = {.next = next, .got = got, .idle = idle, .arg = get};
    enum gd_rc rc = fetch_new(job->desk, &hooks, &get->fetch, &job->error);

    if (rc == GD_OK)
        rc = fetch_more(get->fetch, &job->error);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    job->cancel = cancel;
}

/* --dry-run: the requests, in their order; of unknown kind only the first that would be tried. */
static void show_requests(struct job *job)
{
    struct get *get = job->state;
    struct fetch_item item;
    enum gd_rc rc = GD_OK;

    job_begin_requests(job);
    while (rc == GD_OK && next(get, &item)) {
        struct gd_request_text text = {0};

        rc = gd_call_text(job->desk, GD_CALL_GET, gd_desk_dialect(job->desk), item.kind, item.id, NULL, &text,
                          &job->error);
        if (rc == GD_OK)
            job_print_request(job, &text);
        gd_request_text_clear(&text);
        gd_free(item.id);
    }
    job_end_requests(job);
    job_done(job, rc);
}

static void go(struct job *job)
{
    struct get *get = job->state;

    get->places = gd_calloc(get->ids.n, sizeof *get->places);
    if (get->places == NULL)
        job_done(job, gd_fail_memory(&job->error));
    else if (job->options.dry_run)
        show_requests(job);
    else
        begin(job);
}

void cmd_GET(struct job *job)
{
    struct get *get = gd_calloc(1, sizeof *get);
    enum gd_rc rc;

    if (get == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = get;
    job->state_free = get_free;
    get->job = job;
    rc = job_kind(job, &get->kind, &get->kind_given, &job->error);
    if (rc == GD_OK)
        select_ids(job, &get->ids, go);
    else
        job_done(job, rc);
}
