/* events: what the service told of calls, verifications and deallocations; newest first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../api/event.h"
#include "../api/mem.h"
#include "job_i.h"

#define SLICE_ROWS 200 /* looked at between two looks at the keys */

static const char *const columns[] = {
    "at", "kind", "id", "vn", "caller", "to", "call_type", "on_call_duration", NULL};
static const char *const wide[] = {"event",
                                   "kind",
                                   "product",
                                   "at",
                                   "received_at",
                                   "id",
                                   "transaction_id",
                                   "call_sid",
                                   "vn",
                                   "caller",
                                   "to",
                                   "pin",
                                   "call_type",
                                   "dial_call_status",
                                   "on_call_duration",
                                   "dial_call_duration",
                                   "direction",
                                   "source",
                                   "recording_url",
                                   "disconnected_by",
                                   "usage",
                                   "state",
                                   NULL};
static const struct sink_shape shape = {.title = "Events", .columns = columns, .wide = wide};

struct events {
    struct job *job;
    struct gd_event_filter *filter;
    int64_t before;         /* the last one looked at; 0 none yet */
    int64_t printed, limit; /* limit 0: none */
    bool enough;
    int slice;
};

static void events_free(void *state)
{
    struct events *events = state;

    if (events->slice != 0)
        gd_loop_slice_drop(events->job->loop, events->slice);
    gd_event_filter_free(&events->filter);
    gd_free(events);
}

static bool print(void *arg, const struct gd_event *event)
{
    struct events *events = arg;
    struct job *job = events->job;
    json_t *json;

    events->before = event->event;
    if (!gd_event_filter_match(events->filter, event))
        return true;
    json = gd_event_json(event, job->options.reveal, job->desk->place.zone_offset);
    if (json == NULL) {
        events->enough = true;
        return gd_fail_memory(&job->error) == GD_OK;
    }
    job->sink->class->row(job->sink, json);
    json_decref(json);
    events->printed++;
    events->enough = job->sink->class->broken(job->sink) || events->printed == events->limit;
    return !events->enough;
}

static bool step(void *arg, int64_t budget_us)
{
    struct events *events = arg;
    struct job *job = events->job;
    int n = 0;
    enum gd_rc rc =
        gd_event_each(job->desk->ledger, events->before, SLICE_ROWS, print, events, &n, &job->error);

    (void)budget_us;
    if (rc == GD_OK)
        rc = job->error.rc;
    if (rc == GD_OK && !events->enough && n == SLICE_ROWS)
        return true;
    events->slice = 0;
    job->sink->class->end(job->sink);
    job_done(job, rc);
    return false;
}

static void cancel(struct job *job)
{
    job->sink->class->end(job->sink);
    job_fail(job, GD_CANCELLED, NULL, "interrupted");
}

void cmd_EVENTS(struct job *job)
{
    struct events *events = gd_calloc(1, sizeof *events);
    enum gd_rc rc = GD_OK;

    if (events == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = events;
    job->state_free = events_free;
    events->job = job;
    if (job->options.limit != NULL)
        rc = job_number(job->options.limit, "--limit", &events->limit, &job->error);
    if (rc == GD_OK)
        rc =
            gd_event_filter_new(job->argc, job->argv, job->desk->place.country, &events->filter, &job->error);
    if (rc == GD_OK && gd_loop_slice(job->loop, step, events, &events->slice) != GD_OK)
        rc = gd_fail_memory(&job->error);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    job->cancel = cancel;
    job->sink->class->begin(job->sink, &shape);
}
