/* settings diff: compares two of: a number of the history, now, a file, another profile's tenant. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <string.h>
#include <unistd.h>

#include "../api/json.h"
#include "../api/mem.h"
#include "settings_job.h"

struct diff {
    struct job *job;
    char *const *names; /* the two words */
    int at;             /* which of them is being read */
    struct gd_settings sides[2];
    struct gd_desk *other; /* another profile's desk, while it is read */
    struct gd_settings_work *work;
};

static void diff_free(void *state)
{
    struct diff *diff = state;

    if (diff->work != NULL)
        gd_settings_cancel(diff->work);
    gd_desk_close(&diff->other);
    gd_settings_clear(&diff->sides[0]);
    gd_settings_clear(&diff->sides[1]);
    gd_free(diff);
}

static const char *const columns[] = {"setting", "a", "b", NULL};
static const struct sink_shape shape = {.title = "Settings compared", .columns = columns};

static void print_unknown(struct job *job, const struct diff *diff)
{
    json_t *a = diff->sides[0].other, *b = diff->sides[1].other, *row;

    if ((a == NULL && b == NULL) || (a != NULL && b != NULL && json_equal(a, b)))
        return;
    row = json_pack("{s:s,s:O?,s:O?}", "setting", "keys unknown here", "a", a, "b", b);
    if (row != NULL)
        job->sink->class->row(job->sink, row);
    json_decref(row);
}

static void print(struct diff *diff)
{
    struct job *job = diff->job;

    job->sink->class->begin(job->sink, &shape);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        char name[GD_SETTING_NAME_MAX];
        json_t *row;

        if (gd_setting_same(id, diff->sides[0].v[id], diff->sides[1].v[id]))
            continue;
        row = json_pack("{s:s,s:o,s:o}", "setting", gd_setting_name(id, name), "a",
                        gd_setting_json(id, diff->sides[0].v[id]), "b",
                        gd_setting_json(id, diff->sides[1].v[id]));
        if (row != NULL)
            job->sink->class->row(job->sink, row);
        json_decref(row);
    }
    print_unknown(job, diff);
    job->sink->class->end(job->sink);
    job_done(job, GD_OK);
}

static void next_side(struct diff *diff);

static void on_read(void *arg, const struct gd_settings_reading *reading)
{
    struct diff *diff = arg;
    enum gd_rc rc = reading->rc;

    diff->work = NULL;
    if (rc != GD_OK)
        diff->job->error = reading->error;
    else
        settings_tell_source(diff->job, reading);
    if (rc == GD_OK)
        rc = gd_settings_copy(&diff->sides[diff->at], &reading->known, &diff->job->error);
    if (rc != GD_OK) {
        job_done(diff->job, rc);
        return;
    }
    diff->at++;
    next_side(diff);
}

static bool is_number(const char *name)
{
    return *name != '\0' && name[strspn(name, "0123456789")] == '\0';
}

static enum gd_rc from_history(struct diff *diff, const char *name)
{
    struct job *job = diff->job;
    struct gd_snapshot snapshot = {0};
    int64_t id;
    enum gd_rc rc = job_number(name, "the number of a snapshot", &id, &job->error);

    if (rc == GD_OK)
        rc = gd_snapshot_get(job->desk->ledger, id, &snapshot, &job->error);
    if (rc == GD_OK && snapshot.id == 0)
        rc = gd_fail(&job->error, GD_INPUT, "settings history shows them",
                     "there is no snapshot %.20s of the settings", name);
    gd_snapshot_clear(&snapshot);
    if (rc == GD_OK)
        rc = gd_snapshot_known(job->desk->ledger, id, &diff->sides[diff->at], NULL, &job->error);
    return rc;
}

static enum gd_rc from_file(struct diff *diff, const char *name)
{
    json_t *sections = NULL;
    enum gd_rc rc = settings_file(diff->job, name, &sections, &diff->job->error);

    if (rc == GD_OK)
        rc = gd_settings_take(&diff->sides[diff->at], sections, 0, &diff->job->error);
    json_decref(sections);
    return rc;
}

/* Whether the word names a profile. */
static bool is_profile(const struct job *job, const char *name)
{
    for (size_t i = 0; i < job->config->n_profiles; i++)
        if (strcmp(job->config->profiles[i].name, name) == 0)
            return true;
    return false;
}

/* Begins to read the present settings of this desk, or of another profile's. */
static enum gd_rc from_service(struct diff *diff, const char *name)
{
    struct job *job = diff->job;
    struct gd_profile *profile;
    enum gd_rc rc = GD_OK;

    gd_desk_close(&diff->other);
    if (strcmp(name, "now") != 0) {
        rc = gd_config_profile(job->config, name, &profile, &job->error);
        if (rc == GD_OK)
            rc = gd_desk_open(profile, job->loop, &diff->other, &job->error);
    }
    if (rc == GD_OK)
        rc = gd_settings_read(diff->other != NULL ? diff->other : job->desk, on_read, diff, &diff->work,
                              &job->error);
    return rc;
}

/* Reads the next side; what comes at once needs no callback. */
static void next_side(struct diff *diff)
{
    struct job *job = diff->job;
    enum gd_rc rc = GD_OK;

    for (; diff->at < 2 && rc == GD_OK; diff->at++) {
        const char *name = diff->names[diff->at];

        if (is_number(name)) {
            rc = from_history(diff, name);
        } else if (strcmp(name, "now") == 0 || (is_profile(job, name) && strchr(name, '/') == NULL)) {
            rc = from_service(diff, name);
            if (rc == GD_OK)
                return;
        } else if (strcmp(name, "-") == 0 || access(name, F_OK) == 0 || strpbrk(name, "/.") != NULL) {
            rc = from_file(diff, name);
        } else {
            rc = gd_fail(&job->error, GD_INPUT,
                         "give a number of settings history, now, a file, or the name of a profile",
                         "there is nothing called %.80s to compare", name);
        }
    }
    if (rc == GD_OK)
        print(diff);
    else
        job_done(job, rc);
}

static void stop(struct job *job)
{
    job_fail(job, GD_CANCELLED, NULL, "interrupted");
}

static void begin(struct job *job)
{
    job->cancel = stop;
    next_side(job->state);
}

void settings_diff(struct job *job, int n, char *const *words)
{
    struct diff *diff = gd_calloc(1, sizeof *diff);

    (void)n;
    if (diff == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    diff->job = job;
    diff->names = words;
    job->state = diff;
    job->state_free = diff_free;
    job_later(job, begin);
}
