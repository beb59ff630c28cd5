/* apply: sends what is staged, or a changeset file. Rows in conflict are left out and stay staged; a file is
 * sent whole or not at all. Updates and deallocations are two operations, confirmed together. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/changeset_file.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_op.h"
#include "job_staged.h"
#include "job_values.h"

struct apply {
    struct job *job;
    struct job_plan updates, deallocations;
    struct gd_buf file;
    const char *path; /* NULL: what is staged */
    int64_t nothing, held, conflicts, bad;
    int64_t now;
    enum gd_rc rc;
};

static void apply_free(void *state)
{
    struct apply *apply = state;

    job_plan_clear(&apply->updates);
    job_plan_clear(&apply->deallocations);
    gd_buf_wipe(&apply->file);
    gd_free(apply);
}

/* ---- rows ---- */

/* A row that cannot be sent: the others are looked at too, and then nothing is sent. */
static void bad_row(struct apply *apply, const char *name, const struct gd_error *why)
{
    apply->bad++;
    job_row_fault(apply->job, name, why);
}

static enum gd_rc add_row(struct apply *apply, const struct gd_staged *staged, struct gd_error *why)
{
    struct job *job = apply->job;
    struct job_plan *plan = staged->action == GD_STAGE_UPDATE ? &apply->updates : &apply->deallocations;
    struct gd_op_row *row = job_plan_add(plan, &job->error);
    char keys[300], text[400];
    size_t len = 0;
    enum gd_rc rc;

    if (row == NULL)
        return apply->rc = job->error.rc;
    rc = gd_staged_row(staged, gd_desk_dialect(job->desk), apply->now, row, why);
    if (rc != GD_OK) {
        gd_op_row_clear(row);
        plan->n--;
        return rc;
    }
    if (staged->action == GD_STAGE_DEALLOCATE || staged->conflicts == 0)
        return GD_OK;
    for (int f = 0; f < GD_F__COUNT && len < sizeof keys; f++)
        if ((staged->conflicts & (UINT64_C(1) << f)) != 0)
            len += (size_t)snprintf(keys + len, sizeof keys - len, "%s%s", len > 0 ? ", " : "",
                                    gd_fields[f].key);
    apply->conflicts++;
    job_row_fault(job, staged->id,
                  &(struct gd_error){.rc = GD_REFUSED,
                                     .what = "left out: it was changed by someone else since it was staged",
                                     .advice = "see staged, then choose mine or theirs"});
    snprintf(text, sizeof text, "left out: changed by someone else since it was staged: %s", keys);
    return job_plan_skip(row, text, why);
}

static bool take_staged(void *arg, struct gd_staged *staged)
{
    struct apply *apply = arg;
    struct gd_error why = {0};

    if (staged->held) {
        apply->held++;
        return true;
    }
    if (add_row(apply, staged, &why) != GD_OK && apply->rc == GD_OK)
        bad_row(apply, staged->id, &why);
    return apply->rc == GD_OK;
}

static void take_file_row(void *arg, struct gd_file_row *row)
{
    struct apply *apply = arg;
    struct gd_staged staged = {0};
    struct gd_error why = {0};
    bool nothing = false;
    char name[160];
    enum gd_rc rc;

    if (apply->rc != GD_OK)
        return;
    snprintf(name, sizeof name, "%.60s:%" PRId64 ": %.80s", apply->path, row->line, row->id);
    rc = gd_file_row_staged(apply->job->desk->ledger, row, apply->now, &staged, &nothing, &why);
    if (rc == GD_OK && nothing)
        apply->nothing++;
    else if (rc == GD_OK && staged.held)
        apply->held++;
    else if (rc == GD_OK)
        rc = add_row(apply, &staged, &why);
    gd_staged_clear(&staged);
    if (rc != GD_OK && apply->rc == GD_OK)
        bad_row(apply, name, &why);
}

static void bad_file_row(void *arg, int64_t line, const struct gd_error *why)
{
    struct apply *apply = arg;
    char name[120];

    snprintf(name, sizeof name, "%.60s:%" PRId64, apply->path, line);
    if (why->rc == GD_REFUSED && apply->rc == GD_OK)
        apply->rc = gd_fail(&apply->job->error, GD_REFUSED, why->advice, "%s: %s", name, why->what);
    else
        bad_row(apply, name, why);
}

static int by_id(const void *one, const void *other)
{
    const struct gd_op_row *const *a = one, *const *b = other;

    return strcmp((*a)->id, (*b)->id);
}

/* A row that stands twice would be billed twice. */
static enum gd_rc refuse_doubles(struct apply *apply)
{
    size_t n = apply->updates.n + apply->deallocations.n, at = 0;
    const struct gd_op_row **rows = gd_calloc(n + 1, sizeof(*rows));
    enum gd_rc rc = rows != NULL ? GD_OK : gd_fail_memory(&apply->job->error);

    for (size_t i = 0; rc == GD_OK && i < apply->updates.n; i++)
        rows[at++] = &apply->updates.rows[i];
    for (size_t i = 0; rc == GD_OK && i < apply->deallocations.n; i++)
        rows[at++] = &apply->deallocations.rows[i];
    if (rc == GD_OK)
        qsort(rows, n, sizeof *rows, by_id);
    for (size_t i = 1; rc == GD_OK && i < n; i++)
        if (strcmp(rows[i]->id, rows[i - 1]->id) == 0)
            rc = gd_fail(&apply->job->error, GD_INPUT, "put what is wanted of it in one row",
                         "%.60s: %.100s stands there twice: nothing was sent", apply->path, rows[i]->id);
    gd_free(rows);
    return rc;
}

/* ---- the file ---- */

static enum gd_rc read_file(struct apply *apply)
{
    struct gd_error *err = &apply->job->error;
    bool input = strcmp(apply->path, "-") == 0;
    FILE *file = input ? stdin : fopen(apply->path, "rbe");
    char bytes[65536];
    size_t n;
    enum gd_rc rc;

    if (file == NULL)
        return gd_fail(err, GD_INPUT, "name a changeset file, JSON or CSV", "cannot read %.300s: %s",
                       apply->path, strerror(errno));
    while ((n = fread(bytes, 1, sizeof bytes, file)) > 0)
        gd_buf_add(&apply->file, bytes, n);
    rc = ferror(file) ? gd_fail(err, GD_IO, NULL, "cannot read %.300s: %s", apply->path, strerror(errno))
                      : gd_buf_check(&apply->file, apply->path, err);
    if (!input)
        fclose(file);
    return rc;
}

static void pass_over_row(void *arg, struct gd_file_row *row)
{
    (void)arg;
    (void)row;
}

static void pass_over_bad(void *arg, int64_t line, const struct gd_error *why)
{
    (void)arg;
    (void)line;
    (void)why;
}

/* Whether a value of the file depends on the account's country or zone. */
static bool is_placed(const struct apply *apply)
{
    struct gd_file_hooks hooks = {.row = pass_over_row, .bad = pass_over_bad};
    struct gd_desk *desk = apply->job->desk;
    struct gd_error ignored = {0};
    bool placed = false;

    return apply->path != NULL &&
           gd_changeset_read(apply->file.data, apply->file.len, desk->profile->tenant, &desk->place, &hooks,
                             &placed, &ignored) == GD_OK &&
           placed;
}

static enum gd_rc take_file(struct apply *apply)
{
    struct gd_file_hooks hooks = {.row = take_file_row, .bad = bad_file_row, .arg = apply};
    struct gd_desk *desk = apply->job->desk;
    struct gd_error why = {0};
    bool placed;
    enum gd_rc rc;

    gd_ledger_view_begin(desk->ledger);
    rc = gd_changeset_read(apply->file.data, apply->file.len, desk->profile->tenant, &desk->place, &hooks,
                           &placed, &why);
    gd_ledger_view_end(desk->ledger);
    if (apply->rc != GD_OK)
        return apply->rc;
    if (rc != GD_OK)
        return gd_fail(&apply->job->error, rc, why.advice, "%.200s: %s", apply->path, why.what);
    return apply->bad == 0 ? refuse_doubles(apply) : GD_OK;
}

/* ---- the confirmation ---- */

static void add_note(struct gd_buf *out, int64_t n, const char *one, const char *several)
{
    if (n > 0)
        gd_buf_addf(out, "%" PRId64 " %s.\n", n, n == 1 ? one : several);
}

/* How many ends would come earlier than they are set now. */
static int64_t count_earlier(const struct apply *apply)
{
    int64_t n = 0;

    for (size_t i = 0; i < apply->updates.n; i++) {
        const struct gd_op_row *row = &apply->updates.rows[i];
        const char *seconds = row->want.v[GD_F_DURATION];

        n += row->state == GD_ROW_PENDING && seconds != NULL &&
             row->before.ends_at > apply->now + strtoll(seconds, NULL, 10);
    }
    return n;
}

static int64_t count_over(const struct apply *apply)
{
    int64_t n = 0;

    for (size_t i = 0; i < apply->updates.n; i++) {
        const struct gd_op_row *row = &apply->updates.rows[i];
        enum gd_state state = gd_alloc_state(&row->before, apply->now);

        n += row->state == GD_ROW_PENDING && (state == GD_EXPIRED || state == GD_DEALLOCATED);
    }
    return n;
}

static void add_updates(struct apply *apply, struct gd_buf *out)
{
    struct job *job = apply->job;
    const struct job_plan *plan = &apply->updates;
    int64_t rows = job_plan_rows(plan);
    char *one;

    if (rows == 0)
        return;
    if (plan->n == 1) {
        one = job_change_text(job, "Update", &plan->rows[0].before, &plan->rows[0].want, GD_OP_UPDATE);
        gd_buf_adds(out, one != NULL ? one : "");
        gd_free(one);
        return;
    }
    gd_buf_addf(out, "Update %" PRId64 " allocation%s of %s: ", rows, rows == 1 ? "" : "s",
                job->desk->profile->tenant);
    job_plan_names(plan, GD_ROW_PENDING, out);
    gd_buf_adds(out, ".\n");
    add_note(out, count_over(apply), "is over already, as far as is known here",
             "are over already, as far as is known here");
    add_note(out, count_earlier(apply), "would end earlier than now set", "would end earlier than now set");
    job_cost_text(job, GD_OP_UPDATE, rows, out);
}

static char *confirm_text(struct apply *apply)
{
    struct gd_buf out;

    gd_buf_init(&out, (size_t)1 << 20);
    if (apply->deallocations.n > 0 &&
        job_plan_deallocation_text(apply->job, &apply->deallocations, &out) != GD_OK)
        gd_buf_adds(&out, "What is known of them could not be read here.\n");
    add_updates(apply, &out);
    add_note(&out, apply->nothing, "row changes nothing and is dropped",
             "rows change nothing and are dropped");
    add_note(&out, apply->held, "row is held and stays", "rows are held and stay");
    add_note(&out, apply->conflicts, "row is in conflict and is left out",
             "rows are in conflict and are left out");
    return gd_buf_take(&out);
}

/* ---- going ---- */

/* Nothing is left to send: said plainly, in the shape of an operation that does not exist. */
static void print_nothing(struct apply *apply)
{
    struct job *job = apply->job;
    struct gd_op op = {.kind = GD_OP_UPDATE, .state = GD_OPS_DONE};
    char text[160];
    json_t *json;

    op.counts.skipped = op.counts.total = apply->nothing;
    if (apply->nothing > 0)
        snprintf(text, sizeof text, "nothing to apply: %" PRId64 " rows change nothing", apply->nothing);
    else
        snprintf(text, sizeof text, "nothing to apply%s", apply->held > 0 ? ": all of it is held" : "");
    job->sink->class->note(job->sink, text);
    json = gd_op_json(&op, json_array());
    if (json != NULL)
        json_object_set_new(json, "operation", json_null());
    job->sink->class->begin(job->sink, &operation_shape);
    if (json != NULL)
        job->sink->class->row(job->sink, json);
    job->sink->class->end(job->sink);
    json_decref(json);
    job_done(job, GD_OK);
}

static enum gd_rc finish_plan(struct apply *apply, struct job_plan *plan, enum gd_op_kind kind)
{
    struct job *job = apply->job;

    plan->op.kind = kind;
    plan->op.dialect = gd_desk_dialect(job->desk);
    plan->op.origin = gd_strdup("apply");
    plan->op.no_undo = kind == GD_OP_DEALLOCATE && job->options.no_undo;
    plan->staged = apply->path == NULL;
    if (plan->op.origin == NULL)
        return gd_fail_memory(&job->error);
    return job->options.canary != NULL
               ? job_number(job->options.canary, "--canary", &plan->canary, &job->error)
               : GD_OK;
}

/* One plan, or the deallocations with the updates behind them. */
static enum gd_rc join_plans(struct apply *apply, struct job_plan *out)
{
    struct job *job = apply->job;
    int64_t updates = job_plan_rows(&apply->updates), deallocations = job_plan_rows(&apply->deallocations);
    enum gd_rc rc = finish_plan(apply, &apply->updates, GD_OP_UPDATE);
    char *text;

    if (rc == GD_OK)
        rc = finish_plan(apply, &apply->deallocations, GD_OP_DEALLOCATE);
    if (rc != GD_OK)
        return rc;
    text = confirm_text(apply);
    if (text == NULL)
        return gd_fail_memory(&job->error);
    if (updates > 0 && deallocations > 0) {
        apply->deallocations.next = gd_malloc(sizeof(struct job_plan));
        if (apply->deallocations.next == NULL) {
            gd_free(text);
            return gd_fail_memory(&job->error);
        }
        *apply->deallocations.next = apply->updates;
        apply->updates = (struct job_plan){0};
    }
    *out = deallocations > 0 ? apply->deallocations : apply->updates;
    *(deallocations > 0 ? &apply->deallocations : &apply->updates) = (struct job_plan){0};
    out->text = text;
    return GD_OK;
}

static enum gd_rc plan_rows(struct apply *apply)
{
    struct job *job = apply->job;
    enum gd_rc rc = apply->path != NULL
                        ? take_file(apply)
                        : gd_changeset_each(job->desk->ledger, take_staged, apply, &job->error);

    if (rc == GD_OK)
        rc = apply->rc;
    if (rc == GD_OK && apply->bad > 0)
        rc = gd_fail(&job->error, GD_INPUT, apply->path != NULL ? "mend them" : "unstage, hold or mend them",
                     "%" PRId64 " row%s cannot be sent: nothing was sent", apply->bad,
                     apply->bad == 1 ? "" : "s");
    return rc == GD_OK ? job_plan_protect(job, &apply->deallocations) : rc;
}

static void go(struct job *job)
{
    struct apply *apply = job->state;
    struct job_plan plan = {0};
    enum gd_rc rc;

    apply->now = gd_now();
    rc = plan_rows(apply);
    if (rc == GD_OK && apply->updates.n + apply->deallocations.n == 0) {
        print_nothing(apply);
        return;
    }
    if (rc == GD_OK && job_plan_rows(&apply->updates) + job_plan_rows(&apply->deallocations) == 0)
        rc = gd_fail(&job->error, GD_REFUSED, "see staged; change protected in the profile if it must be",
                     "every row is in conflict or protected: nothing was sent");
    if (rc == GD_OK)
        rc = join_plans(apply, &plan);
    if (rc == GD_OK) {
        job_operate(job, &plan);
        return;
    }
    job_plan_clear(&plan);
    job_done(job, rc);
}

void cmd_APPLY(struct job *job)
{
    struct apply *apply = gd_calloc(1, sizeof *apply);
    enum gd_rc rc = GD_OK;

    if (apply == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    gd_buf_init(&apply->file, GD_CHANGESET_FILE_MAX);
    job->state = apply;
    job->state_free = apply_free;
    apply->job = job;
    if (job->argc > 1)
        rc = gd_fail(&job->error, GD_INPUT, "apply [FILE]", "apply takes one file");
    if (rc == GD_OK && job->argc == 1) {
        apply->path = job->argv[0];
        if (job->console != NULL && strcmp(apply->path, "-") == 0)
            rc = gd_fail(&job->error, GD_INPUT, "name a file", "in the console there is no standard input");
        else
            rc = read_file(apply);
    }
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job_place(job, is_placed(apply), go);
}
