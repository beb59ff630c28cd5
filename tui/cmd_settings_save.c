/* settings set, apply and revert: a change of settings, reviewed, confirmed, saved and compared with what the
 * server made of it; for several profiles one by one, with a result for each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/json.h"
#include "../api/mem.h"
#include "../api/op.h"
#include "../api/when.h"
#include "job_values.h"
#include "settings_save.h"

#define TEXT_MAX ((size_t)1 << 20)

static void save_free(void *state)
{
    struct save *save = state;

    if (save->work != NULL)
        gd_settings_cancel(save->work);
    gd_settings_clear(&save->wanted);
    gd_settings_clear(&save->change);
    gd_settings_clear(&save->known);
    job_words_free(save->profiles != NULL ? save->n : 0, save->profiles);
    gd_desk_close(&save->other);
    gd_free(save);
}

static void next_profile(struct save *save);

/* ---- results ---- */

static const char *const columns[] = {"profile", "setting", "was", "asked", "now", "outcome", NULL};
static const char *const wide[] = {"profile", "tenant",  "setting", "was", "asked",
                                   "now",     "outcome", "message", NULL};
static const struct sink_shape shape = {.title = "Settings saved", .columns = columns, .wide = wide};

static void begin_output(struct save *save)
{
    if (!save->begun)
        save->job->sink->class->begin(save->job->sink, &shape);
    save->begun = true;
}

/* A row of the result: of one setting, or (id GD_S__COUNT) of a whole profile. */
static void print_row(struct save *save, enum gd_setting id, const char *now, const char *outcome,
                      const char *message)
{
    struct job *job = save->job;
    char name[GD_SETTING_NAME_MAX];
    bool one = id != GD_S__COUNT;
    json_t *row =
        json_pack("{s:s,s:s,s:s?,s:o,s:o,s:o,s:s,s:o}", "profile", job->desk->profile->name, "tenant",
                  job->desk->profile->tenant, "setting", one ? gd_setting_name(id, name) : NULL, "was",
                  one ? gd_setting_json(id, save->known.v[id]) : json_null(), "asked",
                  one ? gd_setting_json(id, save->wanted.v[id]) : json_null(), "now",
                  one ? gd_setting_json(id, now) : json_null(), "outcome", outcome, "message",
                  gd_json_text_or_null(message));

    begin_output(save);
    if (row != NULL)
        job->sink->class->row(job->sink, row);
    json_decref(row);
}

/* What the audit trail says of the change: keys, and the values that hold no address and no text. */
static void describe_change(const struct save *save, const char *verb, char *out, size_t room)
{
    size_t len = (size_t)snprintf(out, room, "%s", verb);

    for (enum gd_setting id = 0; id < GD_S__COUNT && len < room; id++) {
        const struct gd_setting_row *row = &gd_setting_rows[id];
        bool plain = row->type != GD_ST_URL && row->type != GD_ST_SMS && row->type != GD_ST_HEADERS;

        if (save->change.v[id] == NULL)
            continue;
        len += (size_t)snprintf(out + len, room - len, " %s.%s%s%s", row->section, row->key, plain ? "=" : "",
                                plain ? save->change.v[id] : "");
    }
}

/* Several profiles have an entry each in their own trail; one alone is in that of the job's end. */
static void audit_profile(struct save *save, enum gd_rc rc)
{
    struct job *job = save->job;
    char subject[256], result[700];
    struct gd_error err = {0};

    describe_change(save, job->argv[0], subject, sizeof subject);
    job_subject(job, "%s", subject);
    if (!save->several)
        return;
    if (rc == GD_OK)
        snprintf(result, sizeof result, "%s", job->options.dry_run ? "done (dry run)" : "done");
    else
        snprintf(result, sizeof result, "%s: %s", rc == GD_REFUSED ? "refused" : "failed", job->error.what);
    if (job_audit(job, job->command->name, result, &err) != GD_OK)
        job->sink->class->fault(job->sink, &err);
}

/* One profile is done with; rc and job->error tell how. One alone ends the job so; of several, each has its
 * row. */
static void profile_over(struct save *save, enum gd_rc rc)
{
    struct job *job = save->job;

    audit_profile(save, rc);
    if (rc == GD_OK) {
        save->good++;
    } else {
        save->bad++;
        save->last = rc;
        if (save->several) {
            print_row(save, GD_S__COUNT, NULL, rc == GD_REFUSED ? "refused" : "failed", job->error.what);
            job->sink->class->fault(job->sink, &job->error);
            job->error = (struct gd_error){0};
        }
    }
    next_profile(save);
}

static void all_over(struct save *save)
{
    struct job *job = save->job;
    enum gd_rc rc = GD_OK;

    job->desk = save->home;
    if (save->begun)
        job->sink->class->end(job->sink);
    if (save->bad > 0)
        rc = save->several ? GD_PARTIAL : save->last;
    if (save->several)
        job_subject(job, "%s for %d profiles", job->argv[0], save->n);
    job_done(job, rc);
}

/* ---- saving ---- */

/* "common.deletion_time: asked 1800, server has 0" */
static void tell_difference(struct save *save, enum gd_setting id, const char *now)
{
    struct gd_error told = {0};
    struct gd_buf asked, has;
    char name[GD_SETTING_NAME_MAX];

    gd_buf_init(&asked, TEXT_MAX);
    gd_buf_init(&has, TEXT_MAX);
    gd_setting_show(id, save->change.v[id], &asked);
    gd_setting_show(id, now, &has);
    gd_fail(&told, GD_SERVER, NULL, "%s: asked %.200s, server has %.200s", gd_setting_name(id, name),
            asked.data, has.data);
    save->job->sink->class->fault(save->job->sink, &told);
    gd_buf_free(&asked);
    gd_buf_free(&has);
}

static int count_asked(const struct save *save)
{
    int n = 0;

    for (int id = 0; id < GD_S__COUNT; id++)
        n += save->change.v[id] != NULL;
    return n;
}

/* What someone changed while this was under way, in the answer. */
static void tell_surprises(struct save *save, const struct gd_settings *now)
{
    struct gd_buf words;
    struct gd_error told = {0};

    if (!save->fresh)
        return;
    gd_buf_init(&words, TEXT_MAX);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (save->change.v[id] != NULL || now->v[id] == NULL || save->known.v[id] == NULL ||
            gd_setting_same(id, now->v[id], save->known.v[id]))
            continue;
        gd_buf_adds(&words, words.len > 0 ? "; " : "");
        settings_arrow(id, save->known.v[id], now->v[id], &words);
    }
    gd_fail(&told, GD_SERVER, NULL, "the answer also changes what was not asked for: %.400s", words.data);
    if (words.len > 0)
        save->job->sink->class->fault(save->job->sink, &told);
    gd_buf_free(&words);
}

static void on_saved(void *arg, const struct gd_settings_saved *saved)
{
    struct save *save = arg;
    struct job *job = save->job;
    enum gd_rc rc = saved->rc;
    int asked = count_asked(save);

    save->work = NULL;
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (save->change.v[id] == NULL)
            continue;
        if (saved->outcome[id] == GD_SO_NONE) {
            print_row(save, id, NULL, "failed", saved->error.what);
            continue;
        }
        print_row(save, id, saved->now.v[id], gd_setting_outcome_name(saved->outcome[id]),
                  saved->by_reading ? "settled by reading" : NULL);
        if (saved->outcome[id] == GD_SO_DIFFERS && rc == GD_OK)
            tell_difference(save, id, saved->now.v[id]);
    }
    if (rc == GD_OK) {
        tell_surprises(save, &saved->now);
        if (saved->differ > 0)
            rc = gd_fail(&job->error, saved->differ < asked ? GD_PARTIAL : GD_SERVER,
                         "see what the account may have, or ask Exotel's account manager",
                         "%d of %d settings are not as asked", saved->differ, asked);
    } else {
        job->error = saved->error;
    }
    profile_over(save, rc);
}

static void stop(struct job *job);

static void send_change(struct job *job)
{
    struct save *save = job->state;
    enum gd_rc rc =
        gd_settings_save(job->desk, &save->change, &save->known, on_saved, save, &save->work, &job->error);

    job->cancel = stop;
    if (rc != GD_OK)
        profile_over(save, rc);
}

static void not_confirmed(struct job *job)
{
    gd_fail(&job->error, GD_REFUSED, "nothing was sent", "not confirmed");
    profile_over(job->state, GD_REFUSED);
}

/* ---- review ---- */

static enum gd_rc show_request(struct save *save)
{
    struct job *job = save->job;
    struct gd_request_text text = {0};
    json_t *body = NULL;
    enum gd_rc rc = gd_settings_body(&save->change, &save->known, &body, &job->error);

    if (rc == GD_OK)
        rc = gd_call_settings_text(job->desk, body, &text, &job->error);
    job_begin_requests(job);
    if (rc == GD_OK)
        job_print_request(job, &text);
    job_end_requests(job);
    gd_request_text_clear(&text);
    json_decref(body);
    return rc;
}

static void review(struct save *save, const struct gd_settings_reading *reading)
{
    struct job *job = save->job;
    struct gd_buf text;

    if (job->options.dry_run) {
        profile_over(save, show_request(save));
        return;
    }
    if (job->options.yes || job->options.confirm != NULL)
        settings_tell_meanwhile(job, reading);
    gd_buf_init(&text, TEXT_MAX);
    settings_review(save, reading, &text);
    job_confirm_else(job, 1, text.data, send_change, not_confirmed);
    gd_buf_free(&text);
}

/* Nothing differs: that is what was wanted. */
static void nothing_to_do(struct save *save)
{
    char note[300];

    snprintf(note, sizeof note, "nothing to save: the settings of %.200s are so already",
             save->job->desk->profile->tenant);
    save->job->sink->class->note(save->job->sink, note);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        if (save->wanted.v[id] != NULL)
            print_row(save, id, save->known.v[id], "same", NULL);
    profile_over(save, GD_OK);
}

static void on_read(void *arg, const struct gd_settings_reading *reading)
{
    struct save *save = arg;
    struct job *job = save->job;
    enum gd_rc rc = reading->rc;

    save->work = NULL;
    gd_settings_clear(&save->known);
    gd_settings_clear(&save->change);
    save->fresh = !reading->from_ledger;
    /* Where the service offers no reading and nothing is known, what is asked for can be sent all the same.
     */
    if (rc != GD_OK && reading->not_offered)
        rc = GD_OK;
    if (rc != GD_OK)
        job->error = reading->error;
    if (rc == GD_OK)
        rc = gd_settings_copy(&save->known, &reading->known, &job->error);
    if (rc == GD_OK)
        rc = gd_settings_copy(&save->change, &save->wanted, &job->error);
    if (rc == GD_OK && save->fresh)
        gd_settings_reduce(&save->change, &save->known);
    if (rc == GD_OK)
        rc = gd_settings_check(&save->change, &save->known, &job->error);
    if (rc != GD_OK)
        profile_over(save, rc);
    else if (gd_settings_empty(&save->change))
        nothing_to_do(save);
    else
        review(save, reading);
}

/* ---- one profile after the other ---- */

/* Opens the desk of the next profile; the first is the job's own. */
static enum gd_rc open_profile(struct save *save)
{
    struct job *job = save->job;
    struct gd_profile *profile;
    enum gd_rc rc = GD_OK;

    job->desk = save->home;
    gd_desk_close(&save->other);
    if (save->at > 0) {
        rc = gd_config_profile(job->config, save->profiles[save->at], &profile, &job->error);
        if (rc == GD_OK)
            rc = gd_desk_open(profile, job->loop, &save->other, &job->error);
        if (rc == GD_OK)
            job->desk = save->other;
    }
    return rc;
}

static void stop(struct job *job)
{
    struct save *save = job->state;

    job->desk = save->home;
    if (save->begun)
        job->sink->class->end(job->sink);
    job_fail(job, GD_CANCELLED, "settings shows what the server has",
             "interrupted: %d of %d profiles were saved; one request may be under way", save->good, save->n);
}

static void read_profile(struct job *job)
{
    struct save *save = job->state;
    enum gd_rc rc = open_profile(save);

    job->cancel = stop;
    save->at++;
    gd_settings_clear(&save->known);
    gd_settings_clear(&save->change);
    if (rc == GD_OK)
        rc = gd_role_check(job->desk->profile, GD_MAY_SETTINGS, &job->error);
    if (rc == GD_OK)
        rc = gd_settings_read(job->desk, on_read, save, &save->work, &job->error);
    if (rc != GD_OK)
        profile_over(save, rc);
}

static void next_profile(struct save *save)
{
    if (save->at == save->n) {
        all_over(save);
        return;
    }
    job_later(save->job, read_profile);
}

/* Splits --profile at its commas. */
static enum gd_rc split_profiles(struct save *save, struct gd_error *err)
{
    const char *list = save->job->options.profile;
    size_t len;

    save->n = 1;
    if (list == NULL || strchr(list, ',') == NULL)
        return GD_OK;
    save->profiles = gd_calloc(strlen(list) + 1, sizeof *save->profiles);
    if (save->profiles == NULL)
        return gd_fail_memory(err);
    save->several = true;
    save->n = 0;
    for (const char *at = list; *at != '\0'; at += len + (at[len] == ',')) {
        len = strcspn(at, ",");
        if (len == 0)
            continue;
        save->profiles[save->n] = gd_strndup(at, len);
        if (save->profiles[save->n++] == NULL)
            return gd_fail_memory(err);
    }
    /* All must be there before the first is touched. */
    for (int i = 0; i < save->n; i++) {
        struct gd_profile *profile;
        enum gd_rc rc = gd_config_profile(save->job->config, save->profiles[i], &profile, err);

        if (rc != GD_OK)
            return rc;
    }
    return GD_OK;
}

static struct save *begin_save(struct job *job)
{
    struct save *save = gd_calloc(1, sizeof *save);
    enum gd_rc rc;

    if (save == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return NULL;
    }
    save->job = job;
    save->home = job->desk;
    job->state = save;
    job->state_free = save_free;
    rc = gd_role_check(job->desk->profile, GD_MAY_SETTINGS, &job->error);
    if (rc == GD_OK)
        rc = split_profiles(save, &job->error);
    if (rc == GD_OK)
        return save;
    job_done(job, rc);
    return NULL;
}

void settings_set(struct job *job, int n, char *const *words)
{
    struct save *save = begin_save(job);
    char **values = NULL, warning[200];
    enum gd_rc rc;

    if (save == NULL)
        return;
    rc = job_values(job, n, words, &values, &job->error);
    for (int i = 0; i < n && rc == GD_OK; i++)
        rc = gd_settings_assign(&save->wanted, values[i], warning, &job->error);
    job_words_free(values != NULL ? n : 0, values);
    if (rc == GD_OK)
        next_profile(save);
    else
        job_done(job, rc);
}

void settings_apply(struct job *job, int n, char *const *words)
{
    struct save *save = begin_save(job);
    json_t *sections = NULL;
    enum gd_rc rc;

    (void)n;
    if (save == NULL)
        return;
    rc = settings_file(job, words[0], &sections, &job->error);
    if (rc == GD_OK)
        rc = gd_settings_template(&save->wanted, sections, &job->error);
    json_decref(sections);
    if (rc == GD_OK && gd_settings_empty(&save->wanted))
        rc = gd_fail(&job->error, GD_INPUT, "settings export writes such a file", "%.200s holds no setting",
                     words[0]);
    if (rc == GD_OK)
        next_profile(save);
    else
        job_done(job, rc);
}

void settings_revert(struct job *job, int n, char *const *words)
{
    struct save *save = begin_save(job);
    int64_t id;
    enum gd_rc rc;

    (void)n;
    if (save == NULL)
        return;
    rc = job_number(words[0], "the number of a snapshot", &id, &job->error);
    if (rc == GD_OK)
        rc = gd_snapshot_inverse(job->desk->ledger, id, &save->wanted, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
    else if (gd_settings_empty(&save->wanted))
        job_fail(job, GD_INPUT, "settings history says what each one changed",
                 "snapshot %.20s changed nothing that can be taken back", words[0]);
    else
        next_profile(save);
}
