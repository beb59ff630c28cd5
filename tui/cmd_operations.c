/* operations: the journal, newest first; with a number that operation's rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../api/op.h"
#include "../api/when.h"
#include "job_op.h"

static const char *const columns[] = {"operation",      "kind",           "state",          "created_at",
                                      "user",           "counts.total",   "counts.applied", "counts.failed",
                                      "counts.unknown", "counts.skipped", "reason",         NULL};
static const char *const wide[] = {
    "operation",      "kind",          "state",          "origin",         "dialect",  "parent",
    "reason",         "user",          "profile",        "created_at",     "ended_at", "counts.total",
    "counts.applied", "counts.failed", "counts.unknown", "counts.skipped", NULL};
static const struct sink_shape shape = {.title = "Operations", .columns = columns, .wide = wide};

static json_t *time_or_null(int64_t when, int zone)
{
    char text[GD_WHEN_MAX];

    if (when == 0)
        return json_null();
    gd_when_rfc3339(when, zone, text);
    return json_string(text);
}

static json_t *op_row(const struct gd_op *op, int zone)
{
    const struct gd_op_counts *counts = &op->counts;

    return json_pack("{s:I,s:s,s:s,s:s?,s:s,s:o,s:s?,s:s?,s:s?,s:o,s:o,s:{s:I,s:I,s:I,s:I,s:I}}", "operation",
                     (json_int_t)op->op, "kind", gd_op_kind_name(op->kind), "state",
                     gd_op_state_name(op->state), "origin", op->origin, "dialect",
                     gd_dialect_name(op->dialect), "parent",
                     op->parent > 0 ? json_integer(op->parent) : json_null(), "reason", op->reason, "user",
                     op->user, "profile", op->profile, "created_at", time_or_null(op->created_at, zone),
                     "ended_at", time_or_null(op->ended_at, zone), "counts", "total",
                     (json_int_t)counts->total, "applied", (json_int_t)counts->applied, "failed",
                     (json_int_t)counts->failed, "unknown", (json_int_t)(counts->unknown + counts->sent),
                     "skipped", (json_int_t)(counts->skipped + counts->pending));
}

static bool print(void *arg, const struct gd_op *op)
{
    struct job *job = arg;
    json_t *row = op_row(op, job->desk->place.zone_offset);

    if (row != NULL)
        job->sink->class->row(job->sink, row);
    json_decref(row);
    return !job->sink->class->broken(job->sink);
}

static enum gd_rc print_all(struct job *job)
{
    enum gd_rc rc;

    job->sink->class->begin(job->sink, &shape);
    rc = gd_journal_each(job->desk->ledger, print, job, &job->error);
    job->sink->class->end(job->sink);
    return rc;
}

void cmd_OPERATIONS(struct job *job)
{
    struct gd_error words = {0}; /* of rows that failed: shown in the rows already */
    int64_t op;
    enum gd_rc rc;

    if (job->argc > 1) {
        job_fail(job, GD_INPUT, "give one number", "operations takes one operation");
        return;
    }
    if (job->argc == 0) {
        job_done(job, print_all(job));
        return;
    }
    rc = job_number(job->argv[0], "the operation", &op, &job->error);
    if (rc == GD_OK) {
        rc = job_print_operation(job, op, &words);
        if (rc != GD_OK)
            job->error = words;
    }
    job_done(job, rc);
}
