/* stage, stage-deallocate: collects changes in the ledger's changeset; nothing is sent. All of it is staged,
 * or nothing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/changeset.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_staged.h"
#include "job_values.h"
#include "select.h"

struct stage {
    struct job *job;
    struct id_list ids;
    char **assignments; /* owned */
    int n_assignments;
    enum gd_kind kind;
    bool kind_given;
    bool placed; /* a value depends on the account's country or zone */
};

static void stage_free(void *state)
{
    struct stage *stage = state;

    id_list_clear(&stage->ids);
    job_words_free(stage->n_assignments, stage->assignments);
    gd_free(stage);
}

/* Whether a word is KEY=VALUE and not an id: what stands before the = begins like a key. */
static bool is_assignment(const char *word)
{
    return strchr(word, '=') != NULL && strchr("abcdefghijklmnopqrstuvwxyz", *word) != NULL;
}

/* Parts the words into ids and assignments; the ids stay with the job. */
static enum gd_rc part_words(struct stage *stage)
{
    struct job *job = stage->job;
    char **values = gd_calloc((size_t)job->argc + 1, sizeof *values);
    int n = 0, ids = 0;
    enum gd_rc rc;

    if (values == NULL)
        return gd_fail_memory(&job->error);
    for (int i = 0; i < job->argc; i++) {
        if (is_assignment(job->argv[i]))
            values[n++] = job->argv[i];
        else
            job->argv[ids++] = job->argv[i];
    }
    rc = n > 0 ? job_values(job, n, values, &stage->assignments, &job->error)
               : gd_fail(&job->error, GD_INPUT, "stage ID… KEY=VALUE…: see help stage",
                         "stage wants what to change");
    stage->n_assignments = rc == GD_OK ? n : 0;
    for (int i = 0; i < n; i++) {
        gd_wipe(values[i], strlen(values[i]));
        gd_free(values[i]);
    }
    job->argc = ids;
    job->argv[ids] = NULL;
    gd_free(values);
    /* The console's rows count where the line names none. */
    if (rc == GD_OK && ids == 0 && job->n_ids == 0 && job->pick != NULL && job->options.filter == NULL)
        rc = job->pick(job, &job->error);
    return rc;
}

static enum gd_rc parse(struct stage *stage, struct gd_change *change)
{
    struct job *job = stage->job;
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < stage->n_assignments && rc == GD_OK; i++)
        rc = gd_change_parse(change, stage->assignments[i], &job->desk->place, &job->error);
    return rc;
}

/* Reads the values before the account's settings are known, to see whether they depend on them. */
static enum gd_rc look_ahead(struct stage *stage)
{
    struct gd_change change = {0};
    enum gd_rc rc = parse(stage, &change);

    rc = job_elsewhere(stage->job, change.elsewhere, rc);
    stage->placed = change.placed || change.elsewhere;
    gd_change_clear(&change);
    return rc;
}

/* Whether what is now staged can be sent at all, so that it is said here and not when it is applied. */
static enum gd_rc check_staged(struct stage *stage, const char *id, struct gd_error *err)
{
    struct gd_staged staged;
    struct gd_alloc want = {0};
    bool found;
    enum gd_rc rc = gd_changeset_get(stage->job->desk->ledger, id, &staged, &found, err);

    if (rc == GD_OK && found)
        rc = gd_staged_want(&staged, gd_desk_dialect(stage->job->desk), gd_now(), &want, err);
    gd_alloc_clear(&want);
    gd_staged_clear(&staged);
    return rc;
}

static enum gd_rc stage_one(struct stage *stage, const struct gd_change *change, const char *id,
                            bool *nothing, struct gd_error *err)
{
    struct gd_ledger *ledger = stage->job->desk->ledger;
    enum gd_rc rc;

    *nothing = false;
    if (change == NULL)
        return gd_changeset_deallocate(ledger, id, stage->kind, gd_now(), err);
    rc = gd_changeset_stage(ledger, id, stage->kind, change, gd_now(), nothing, err);
    return rc == GD_OK && !*nothing ? check_staged(stage, id, err) : rc;
}

/* Stages each; what is wrong with a row is told row by row. */
static enum gd_rc stage_all(struct stage *stage, const struct gd_change *change, size_t *same)
{
    struct job *job = stage->job;
    enum gd_rc worst = GD_OK;

    *same = 0;
    for (size_t i = 0; i < stage->ids.n; i++) {
        struct gd_error why = {0};
        bool nothing = false;
        enum gd_rc rc = stage_one(stage, change, stage->ids.v[i], &nothing, &why);

        *same += nothing;
        if (rc == GD_OK)
            continue;
        if (stage->ids.n == 1 || rc != GD_INPUT) {
            gd_fail(&job->error, rc, why.advice, "%.100s: %s", stage->ids.v[i], why.what);
            return rc;
        }
        job_row_fault(job, stage->ids.v[i], &why);
        worst = GD_INPUT;
    }
    if (worst != GD_OK)
        gd_fail(&job->error, worst, "mend them, or stage the others without them",
                "some rows cannot be staged: nothing was");
    return worst;
}

/* In the console a line is enough: the list stays where it is, view 2 has the rows. */
static void tell(struct stage *stage, size_t same)
{
    struct job *job = stage->job;
    char text[200], now[COUNT_MAX], all[COUNT_MAX], not_[60] = "";
    int64_t n = 0, held;
    struct gd_error ignored = {0};

    if (gd_changeset_count(job->desk->ledger, &n, &held, &ignored) != GD_OK)
        n = 0;
    if (same > 0)
        snprintf(not_, sizeof not_, ", %zu would not change", same);
    snprintf(text, sizeof text, "%s staged%s; %s in all: 2 shows %s, a reviews and applies",
             job_count((int64_t)(stage->ids.n - same), now), not_, job_count(n, all), n == 1 ? "it" : "them");
    job->sink->class->note(job->sink, text);
}

static void run(struct job *job)
{
    struct stage *stage = job->state;
    bool deallocates = job->command == &gd_commands[GD_C_STAGE_DEALLOCATE];
    struct gd_change change = {0};
    size_t same = 0;
    char text[120];
    enum gd_rc rc = deallocates ? GD_OK : parse(stage, &change);

    if (rc == GD_OK)
        rc = gd_ledger_begin(job->desk->ledger, &job->error);
    if (rc == GD_OK) {
        rc = stage_all(stage, deallocates ? NULL : &change, &same);
        if (rc == GD_OK && !job->options.dry_run)
            rc = gd_ledger_commit(job->desk->ledger, &job->error);
        else if (rc == GD_OK)
            rc = job_print_staged(job, &stage->ids, &job->error);
        if (rc != GD_OK || job->options.dry_run)
            gd_ledger_rollback(job->desk->ledger);
    }
    gd_change_clear(&change);
    if (rc == GD_OK && job->console != NULL && !job->options.dry_run) {
        tell(stage, same);
    } else if (rc == GD_OK && same > 0) {
        snprintf(text, sizeof text, "%zu of %zu rows would not change and are not staged", same,
                 stage->ids.n);
        job->sink->class->note(job->sink, text);
    }
    if (rc == GD_OK && job->console == NULL && !job->options.dry_run)
        rc = job_print_staged(job, &stage->ids, &job->error);
    job_done(job, rc);
}

static void selected(struct job *job)
{
    struct stage *stage = job->state;

    job_place(job, stage->placed, run);
}

static void begin(struct job *job, bool assigns)
{
    struct stage *stage = gd_calloc(1, sizeof *stage);
    enum gd_rc rc;

    if (stage == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = stage;
    job->state_free = stage_free;
    stage->job = job;
    rc = job_kind(job, &stage->kind, &stage->kind_given, &job->error);
    if (rc == GD_OK && assigns)
        rc = part_words(stage);
    if (rc == GD_OK && assigns)
        rc = look_ahead(stage);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        select_ids(job, &stage->ids, selected);
}

void cmd_STAGE(struct job *job)
{
    begin(job, true);
}

void cmd_STAGE_DEALLOCATE(struct job *job)
{
    begin(job, false);
}
