/* profile: the profiles of the configuration, this one whole, or a check of its connection. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/client.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_i.h"

static const char *const list_columns[] = {"name",    "tenant",  "base_url", "role",
                                           "dialect", "protect", "default",  NULL};
static const struct sink_shape list_shape = {.title = "Profiles", .columns = list_columns};
static const struct sink_shape one_shape = {.title = "Profile", .columns = list_columns, .single = true};

static const char *const check_columns[] = {"name", "base_url", "tenant",   "ok",
                                            "ms",   "country",  "timezone", NULL};
static const struct sink_shape check_shape = {.title = "Check", .columns = check_columns, .single = true};

static json_t *profile_row(const struct gd_config *config, const struct gd_profile *profile)
{
    bool is_default = config->default_profile != NULL && strcmp(config->default_profile, profile->name) == 0;

    return json_pack("{s:s,s:s?,s:s?,s:s,s:s,s:b,s:b}", "name", profile->name, "tenant", profile->tenant,
                     "base_url", profile->base_url, "role", gd_role_name(profile->role), "dialect",
                     gd_dialect_name(profile->dialect), "protect", profile->protect, "default",
                     is_default || config->n_profiles == 1);
}

static void print_row(struct job *job, json_t *row)
{
    if (row != NULL)
        job->sink->class->row(job->sink, row);
    json_decref(row);
}

static void list(struct job *job)
{
    job->sink->class->begin(job->sink, &list_shape);
    for (size_t i = 0; i < job->config->n_profiles; i++)
        print_row(job, profile_row(job->config, &job->config->profiles[i]));
    job->sink->class->end(job->sink);
    job_done(job, GD_OK);
}

/* The profile that the job works with: the open desk's, or the one that would be. */
static struct gd_profile *current(struct job *job)
{
    struct gd_profile *profile = NULL;

    if (job->desk != NULL)
        return job->desk->profile;
    if (gd_config_profile(job->config, job->options.profile, &profile, &job->error) != GD_OK)
        return NULL;
    return profile;
}

static void show(struct job *job)
{
    struct gd_profile *profile = current(job);

    if (profile == NULL) {
        job_done(job, job->error.rc);
        return;
    }
    job->sink->class->begin(job->sink, &one_shape);
    print_row(job, profile_row(job->config, profile));
    job->sink->class->end(job->sink);
    job_done(job, GD_OK);
}

/* ---- check ---- */

struct check {
    struct job *job;
    struct gd_desk *desk, *own; /* own: opened here, for there was none */
    struct gd_call *call;
    int64_t began;
};

static void check_free(void *state)
{
    struct check *check = state;

    if (check->call != NULL) {
        check->job = NULL;
        gd_call_cancel(check->call);
    }
    gd_desk_close(&check->own);
    gd_free(check);
}

static const char *common(const json_t *settings, const char *key)
{
    return json_string_value(json_object_get(json_object_get(settings, "common"), key));
}

static void answered(void *arg, const struct gd_reply *reply)
{
    struct check *check = arg;
    struct job *job = check->job;
    const struct gd_profile *profile = check->desk->profile;

    check->call = NULL;
    if (job == NULL)
        return;
    if (reply->rc != GD_OK) {
        job->error = reply->error;
        job_done(job, reply->rc);
        return;
    }
    job->sink->class->begin(job->sink, &check_shape);
    print_row(job,
              json_pack("{s:s,s:s,s:s,s:b,s:I,s:s?,s:s?}", "name", profile->name, "base_url",
                        profile->base_url, "tenant", profile->tenant, "ok", 1, "ms",
                        (json_int_t)(gd_mono_ms() - check->began), "country",
                        common(reply->settings, "country"), "timezone", common(reply->settings, "timezone")));
    job->sink->class->end(job->sink);
    job_done(job, GD_OK);
}

static enum gd_rc start_check(struct check *check)
{
    struct job *job = check->job;
    struct gd_profile *profile = current(job);
    enum gd_rc rc = profile != NULL ? GD_OK : job->error.rc;

    check->desk = job->desk;
    if (rc == GD_OK && check->desk == NULL) {
        rc = gd_desk_open(profile, job->loop, &check->own, &job->error);
        check->desk = check->own;
    }
    check->began = gd_mono_ms();
    if (rc == GD_OK)
        rc = gd_call_settings_get(check->desk, answered, check, &check->call, &job->error);
    return rc;
}

static void check(struct job *job)
{
    struct check *state = gd_calloc(1, sizeof *state);
    enum gd_rc rc;

    if (state == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = state;
    job->state_free = check_free;
    state->job = job;
    rc = start_check(state);
    if (rc != GD_OK)
        job_done(job, rc);
}

void cmd_PROFILE(struct job *job)
{
    const char *what = job->argc > 0 ? job->argv[0] : "";

    if (job->argc > 1 || (*what != '\0' && strcmp(what, "list") != 0 && strcmp(what, "check") != 0))
        job_fail(job, GD_INPUT, "give list, check, or nothing", "profile does not take %.60s",
                 job->argv[job->argc - 1]);
    else if (*what == '\0')
        show(job);
    else if (*what == 'l')
        list(job);
    else
        check(job);
}
