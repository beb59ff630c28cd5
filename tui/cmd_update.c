/* update: changes one allocation now. What is known of it is the base of +=, -= and +2h, and of the before →
 * after that is confirmed; where the ledger has no reading, it is read first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/client.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "fetch.h"
#include "job_op.h"
#include "job_values.h"

struct update {
    struct job *job;
    char **assignments; /* owned: the words with standard input put in */
    int n_assignments;
    const char *id;
    enum gd_kind kind;
    bool kind_given;
    struct gd_alloc base;
    bool placed;       /* a value depends on the account's country or zone */
    bool elsewhere;    /* a number that can be read in another country only */
    bool known, fresh; /* base is a reading; it was read just now */
    bool relative;     /* +=, -= or +2h: what the ledger last saw is no ground for these */
    struct fetch *fetch;
    bool handed_over;
    struct gd_error unread; /* why it could not be read */
};

static void update_free(void *state)
{
    struct update *update = state;

    fetch_free(&update->fetch);
    gd_alloc_clear(&update->base);
    job_words_free(update->n_assignments, update->assignments);
    gd_free(update);
}

/* The assignments as a change, with numbers completed by what is known of the account now. */
static enum gd_rc parse(struct update *update, struct gd_change *change, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < update->n_assignments && rc == GD_OK; i++)
        rc = gd_change_parse(change, update->assignments[i], &update->job->desk->place, err);
    return rc;
}

/* What a GreenVN's update cannot do without: a list of numbers, sent along unchanged. */
static enum gd_rc add_numbers(const struct update *update, struct gd_alloc *want, struct gd_error *err)
{
    const char *b = update->base.v[GD_F_B_NUMBERS], *a = update->base.v[GD_F_A_NUMBERS];

    if (update->base.kind != GD_GREENVN || want->v[GD_F_A_NUMBERS] != NULL || want->v[GD_F_B_NUMBERS] != NULL)
        return GD_OK;
    if (b != NULL && *b != '\0')
        return gd_alloc_set(want, GD_F_B_NUMBERS, b, err);
    return a != NULL && *a != '\0' ? gd_alloc_set(want, GD_F_A_NUMBERS, a, err) : GD_OK;
}

static bool is_empty(const struct gd_alloc *want)
{
    for (enum gd_field field = 0; field < GD_F__COUNT; field++) {
        if (want->v[field] != NULL)
            return false;
    }
    return true;
}

static enum gd_rc resolve(struct update *update, struct gd_alloc *want, bool *nothing, struct gd_error *err)
{
    struct gd_change change = {0};
    enum gd_rc rc = parse(update, &change, err);

    if (rc == GD_OK)
        rc = gd_change_resolve(&change, &update->base, gd_now(), want, err);
    *nothing = rc == GD_OK && is_empty(want);
    if (rc == GD_OK && !*nothing)
        rc = add_numbers(update, want, err);
    gd_change_clear(&change);
    return rc;
}

static enum gd_rc check_shape(struct update *update, const struct gd_alloc *want, struct gd_error *err)
{
    return gd_encode_check(gd_shape_of(update->base.kind, gd_desk_dialect(update->job->desk)), GD_REQ_UPDATE,
                           want, err);
}

static bool is_relative(const struct gd_change *change)
{
    const char *duration = change->v[GD_F_DURATION];

    for (enum gd_field field = 0; field < GD_F__COUNT; field++) {
        if (change->how[field] == GD_HOW_ADD || change->how[field] == GD_HOW_TAKE)
            return true;
    }
    return duration != NULL && duration[strspn(duration, " ")] == '+';
}

/* Of an allocation that is not known: whether both lists of numbers, where both are given whole, go together.
 */
static enum gd_rc check_sides(const struct gd_change *change, struct gd_error *err)
{
    static const enum gd_field sides[] = {GD_F_A_NUMBERS, GD_F_B_NUMBERS};
    struct gd_alloc nothing = {0}, want = {0};
    struct gd_change both = {0}; /* borrows */
    enum gd_rc rc;

    for (size_t i = 0; i < 2; i++) {
        if (change->how[sides[i]] != GD_HOW_SET)
            return GD_OK;
        both.v[sides[i]] = change->v[sides[i]];
        both.how[sides[i]] = GD_HOW_SET;
    }
    rc = gd_change_resolve(&both, &nothing, gd_now(), &want, err);
    gd_alloc_clear(&want);
    return rc;
}

/* What can be found wrong before anything is asked of the service. */
static enum gd_rc check_early(struct update *update, struct gd_error *err)
{
    struct gd_alloc want = {0};
    struct gd_change change = {0};
    bool nothing = false;
    enum gd_rc rc = parse(update, &change, err);

    update->placed = change.placed || change.elsewhere;
    update->elsewhere = change.elsewhere;
    update->relative = is_relative(&change);
    if (rc == GD_OK)
        rc = update->known ? resolve(update, &want, &nothing, err) : check_sides(&change, err);
    /* How long it will live is not known yet: any duration stands for it. */
    for (enum gd_field field = 0; field < GD_F__COUNT && rc == GD_OK && !update->known; field++) {
        if (change.how[field] != GD_HOW_NONE)
            rc = gd_alloc_set(&want, field, field == GD_F_DURATION ? "3600" : change.v[field], err);
    }
    /* Nor is the list of numbers that a GreenVN's update sends along. */
    if (rc == GD_OK && !update->known && update->base.kind == GD_GREENVN && want.v[GD_F_A_NUMBERS] == NULL &&
        want.v[GD_F_B_NUMBERS] == NULL)
        rc = gd_alloc_set(&want, GD_F_B_NUMBERS, "+910000000000", err);
    if (rc == GD_OK && !nothing)
        rc = check_shape(update, &want, err);
    gd_change_clear(&change);
    gd_alloc_clear(&want);
    return rc;
}

/* It is so already, and was read just now: there is nothing to send, and no operation. */
static void print_nothing(struct update *update)
{
    struct job *job = update->job;
    struct gd_op_row row = {.id = (char *)(uintptr_t)update->id, .state = GD_ROW_SKIPPED, .code = -1};
    struct gd_op op = {.kind = GD_OP_UPDATE, .state = GD_OPS_DONE, .counts = {.total = 1, .skipped = 1}};
    json_t *rows = json_array(), *json;
    char message[] = "it is so already: nothing was sent";

    if (job->options.dry_run) {
        job_begin_requests(job);
        job_end_requests(job);
        job->sink->class->note(job->sink, "it is so already: nothing would be sent");
        json_decref(rows);
        job_done(job, GD_OK);
        return;
    }
    row.message = message;
    json_array_append_new(rows, gd_op_row_json(&row));
    json = gd_op_json(&op, rows);
    json_object_set_new(json, "operation", json_null());
    job->sink->class->begin(job->sink, &operation_shape);
    job->sink->class->row(job->sink, json);
    job->sink->class->end(job->sink);
    json_decref(json);
    job_done(job, GD_OK);
}

static void read_base(struct job *job);

static enum gd_rc fill_plan(struct update *update, struct gd_alloc *want, struct job_plan *plan)
{
    struct job *job = update->job;
    struct gd_op_row *row = job_plan_add(plan, &job->error);

    if (row == NULL)
        return job->error.rc;
    plan->op.kind = GD_OP_UPDATE;
    plan->op.dialect = gd_desk_dialect(job->desk);
    plan->op.origin = gd_strdup("update");
    plan->text = job_change_text(job, "Update", &update->base, want, GD_OP_UPDATE);
    row->id = gd_strdup(update->id);
    row->alloc_kind = update->base.kind;
    row->want = *want;
    *want = (struct gd_alloc){0};
    if (row->id == NULL || plan->op.origin == NULL || plan->text == NULL)
        return gd_fail_memory(&job->error);
    return gd_alloc_copy(&row->before, &update->base, &job->error);
}

static void go(struct job *job)
{
    struct update *update = job->state;
    struct job_plan plan = {0};
    struct gd_alloc want = {0};
    bool nothing = false;
    enum gd_rc rc = resolve(update, &want, &nothing, &job->error);

    if (rc == GD_OK && nothing) {
        if (update->fresh)
            print_nothing(update);
        else
            read_base(job); /* the ledger's reading may be old */
        return;
    }
    if (rc == GD_OK)
        rc = check_shape(update, &want, &job->error);
    if (rc == GD_OK)
        rc = fill_plan(update, &want, &plan);
    gd_alloc_clear(&want);
    if (rc == GD_OK) {
        job_operate(job, &plan);
        return;
    }
    job_plan_clear(&plan);
    job_done(job, rc);
}

/* ---- reading ---- */

static bool next(void *arg, struct fetch_item *item)
{
    struct update *update = arg;

    if (update->handed_over)
        return false;
    update->handed_over = true;
    *item = (struct fetch_item){.id = gd_strdup(update->id),
                                .kind = update->base.kind,
                                .kind_known = update->known || update->kind_given};
    return item->id != NULL;
}

static void got(void *arg, const struct fetch_item *item, const struct gd_reply *reply)
{
    struct update *update = arg;

    (void)item;
    if (reply->rc != GD_OK || reply->alloc == NULL) {
        update->unread = reply->error;
        return;
    }
    gd_alloc_clear(&update->base);
    if (gd_alloc_copy(&update->base, reply->alloc, &update->unread) == GD_OK)
        update->known = update->fresh = true;
}

static void idle(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct update *update = arg;
    struct job *job = update->job;

    job->cancel = NULL;
    if (rc == GD_OK && update->fresh) {
        go(job);
        return;
    }
    job->error = rc != GD_OK ? *err : update->unread;
    job_done(job, job->error.rc);
}

static void cancel(struct job *job)
{
    job_fail(job, GD_CANCELLED, NULL, "interrupted: nothing was sent");
}

static void read_base(struct job *job)
{
    struct update *update = job->state;
    struct fetch_hooks hooks = {.next = next, .got = got, .idle = idle, .arg = update};
    enum gd_rc rc = fetch_new(job->desk, &hooks, &update->fetch, &job->error);

    if (rc == GD_OK)
        rc = fetch_more(update->fetch, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}

static void placed(struct job *job)
{
    struct update *update = job->state;

    if (update->known && !update->relative)
        go(job);
    else
        read_base(job);
}

/* ---- starting ---- */

static enum gd_rc take_words(struct update *update)
{
    struct job *job = update->job;
    enum gd_rc rc;

    if (job->argc < 2)
        return gd_fail(&job->error, GD_INPUT, "update ID KEY=VALUE…: see help update",
                       job->argc == 0 ? "update wants an id and what to change"
                                      : "update wants what to change");
    update->id = job->argv[0];
    rc = job_values(job, job->argc - 1, job->argv + 1, &update->assignments, &job->error);
    update->n_assignments = rc == GD_OK ? job->argc - 1 : 0;
    return rc;
}

static enum gd_rc know_base(struct update *update)
{
    struct job *job = update->job;
    bool found = false;
    enum gd_rc rc = job_kind(job, &update->kind, &update->kind_given, &job->error);

    if (rc == GD_OK)
        rc = gd_ledger_get(job->desk->ledger, update->id, &update->base, &found, &job->error);
    update->known = rc == GD_OK && found && update->base.read_at > 0;
    if (update->kind_given || !found)
        update->base.kind = update->kind;
    return rc;
}

void cmd_UPDATE(struct job *job)
{
    struct update *update = gd_calloc(1, sizeof *update);
    enum gd_rc rc;

    if (update == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = update;
    job->state_free = update_free;
    update->job = job;
    rc = take_words(update);
    if (rc == GD_OK)
        rc = know_base(update);
    if (rc == GD_OK)
        rc = check_early(update, &job->error);
    rc = job_elsewhere(job, update->elsewhere, rc);
    if (rc == GD_OK)
        rc = gd_op_allowed(job->desk->profile, GD_OP_UPDATE, 1, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job_place(job, update->placed, placed);
}
