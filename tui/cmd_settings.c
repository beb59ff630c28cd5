/* settings: shows the tenant's settings and their history, and writes them to a file; the verbs that change
 * or compare them stand in files of their own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../api/codec.h"
#include "../api/json.h"
#include "../api/mem.h"
#include "../api/near.h"
#include "../api/when.h"
#include "settings_job.h"

#define FILE_MAX_BYTES ((size_t)16 * 1024 * 1024)
#define WORDS_MAX ((size_t)1 << 20)

/* ---- what verbs share ---- */

static void when_text(const struct job *job, int64_t when, char out[GD_WHEN_MAX])
{
    gd_when_format(when, job->desk->place.zone_offset, "%Y-%m-%d %H:%M", out);
}

void settings_tell_source(struct job *job, const struct gd_settings_reading *reading)
{
    struct gd_error told = {0};
    char at[GD_WHEN_MAX];

    if (!reading->from_ledger || reading->read_at == 0)
        return;
    when_text(job, reading->read_at, at);
    gd_fail(&told, GD_SERVER, NULL, "the service does not let the settings be read; these are from %s %s", at,
            gd_zone_name(job->desk->place.zone_offset));
    job->sink->class->fault(job->sink, &told);
}

void settings_arrow(enum gd_setting id, const char *old, const char *new, struct gd_buf *out)
{
    char name[GD_SETTING_NAME_MAX];

    gd_buf_addf(out, "%s  ", gd_setting_name(id, name));
    gd_setting_show(id, old, out);
    gd_buf_adds(out, " → ");
    gd_setting_show(id, new, out);
}

static enum gd_rc read_all(int fd, const char *name, struct gd_buf *out, struct gd_error *err)
{
    char piece[65536];
    ssize_t n;

    while ((n = read(fd, piece, sizeof piece)) > 0)
        gd_buf_add(out, piece, (size_t)n);
    if (n < 0)
        return gd_fail(err, GD_INPUT, "name a file that can be read", "%.200s: %s", name, strerror(errno));
    return gd_buf_check(out, "the file", err);
}

/* An answer of the API serves too: its data are the sections. */
static void unwrap(json_t **sections)
{
    json_t *data = json_object_get(*sections, "data");

    if (!json_is_object(data) || json_object_get(*sections, "success") == NULL)
        return;
    json_incref(data);
    json_decref(*sections);
    *sections = data;
}

enum gd_rc settings_file(const struct job *job, const char *path, json_t **out, struct gd_error *err)
{
    bool standard = strcmp(path, "-") == 0;
    const char *name = standard ? "standard input" : path;
    struct gd_error why = {0};
    struct gd_buf text;
    int fd;
    enum gd_rc rc;

    *out = NULL;
    if (standard && job->console != NULL)
        return gd_fail(err, GD_INPUT, "name a file", "in the console there is no standard input");
    fd = standard ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (fd < 0)
        return gd_fail(err, GD_INPUT, "name a file that can be read", "%.200s: %s", path, strerror(errno));
    gd_buf_init(&text, FILE_MAX_BYTES);
    rc = read_all(fd, name, &text, err);
    if (!standard)
        close(fd);
    if (rc == GD_OK && gd_json_parse(text.data, text.len, out, &why) != GD_OK)
        rc = gd_fail(err, GD_INPUT, "settings export writes such a file", "%.200s: %.300s", name, why.what);
    if (rc == GD_OK)
        unwrap(out);
    gd_buf_free(&text);
    return rc;
}

/* ---- show and export: read, then print or write ---- */

struct showing {
    struct job *job;
    struct gd_settings_work *work;
    const char *file;               /* of export; NULL show */
    bool wanted[GD_S__COUNT], only; /* show KEY…: these alone */
};

static void showing_free(void *state)
{
    struct showing *showing = state;

    if (showing->work != NULL)
        gd_settings_cancel(showing->work);
    gd_free(showing);
}

static const char *const show_columns[] = {"setting", "value", "means", "state", NULL};
static const char *const show_wide[] = {"section", "key", "value", "default", "state", "reported_at", NULL};
static const struct sink_shape show_shape = {.title = "Settings", .columns = show_columns, .wide = show_wide};
static const struct sink_shape object_shape = {.title = "Settings", .columns = show_columns, .single = true};

static bool is_tabular(const struct job *job)
{
    return job->options.format != OUTPUT_JSON && job->options.format != OUTPUT_JSONL;
}

/* Whether a value is the default, and when it was reported where not now. */
static void state_text(const struct job *job, const struct gd_settings_reading *reading, enum gd_setting id,
                       char out[80])
{
    const char *value = reading->known.v[id];
    char at[GD_WHEN_MAX];

    out[0] = '\0';
    if (value == NULL)
        snprintf(out, 80, "not reported");
    else if (gd_setting_rows[id].def != NULL)
        snprintf(out, 80, "%s", gd_setting_differs(id, value) ? "not default" : "default");
    if (value == NULL || !reading->known.old[id])
        return;
    when_text(job, reading->known.at[id], at);
    snprintf(out + strlen(out), 80 - strlen(out), "%sreported %s", out[0] != '\0' ? "; " : "", at);
}

static void print_setting(const struct showing *showing, const struct gd_settings_reading *reading,
                          enum gd_setting id)
{
    struct job *job = showing->job;
    const struct gd_setting_row *row = &gd_setting_rows[id];
    const char *value = reading->known.v[id];
    char name[GD_SETTING_NAME_MAX], state[80], at[GD_WHEN_MAX] = "";
    struct gd_buf means;
    json_t *json;

    gd_buf_init(&means, WORDS_MAX);
    if (value != NULL)
        gd_setting_show(id, value, &means);
    state_text(job, reading, id, state);
    if (value != NULL)
        gd_when_rfc3339(reading->known.at[id], job->desk->place.zone_offset, at);
    json = json_pack("{s:s,s:s,s:s,s:o,s:o,s:o,s:s,s:o}", "setting", gd_setting_name(id, name), "section",
                     row->section, "key", row->key, "value", gd_setting_json(id, value), "means",
                     value != NULL && strcmp(means.data, value) != 0 ? gd_json_text(means.data) : json_null(),
                     "default", gd_setting_json(id, row->def), "state", state, "reported_at",
                     at[0] != '\0' ? gd_json_text(at) : json_null());
    if (json != NULL)
        job->sink->class->row(job->sink, json);
    json_decref(json);
    gd_buf_free(&means);
}

static void print_others(const struct showing *showing, json_t *other)
{
    const char *section, *key;
    json_t *keys, *value, *row;
    struct job *job = showing->job;

    json_object_foreach(other, section, keys)
    {
        if (!json_is_object(keys)) {
            row = json_pack("{s:s,s:s,s:O,s:s}", "setting", section, "section", section, "value", keys,
                            "state", "unknown here");
            if (row != NULL)
                job->sink->class->row(job->sink, row);
            json_decref(row);
            continue;
        }
        json_object_foreach(keys, key, value)
        {
            row = json_pack("{s:s++,s:s,s:s,s:O,s:s}", "setting", section, ".", key, "section", section,
                            "key", key, "value", value, "state", "unknown here");
            if (row != NULL)
                job->sink->class->row(job->sink, row);
            json_decref(row);
        }
    }
}

static void print_table(const struct showing *showing, const struct gd_settings_reading *reading)
{
    struct job *job = showing->job;

    job->sink->class->begin(job->sink, &show_shape);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        if (!showing->only || showing->wanted[id])
            print_setting(showing, reading, id);
    if (!showing->only && reading->known.other != NULL)
        print_others(showing, reading->known.other);
    job->sink->class->end(job->sink);
}

/* Leaves only the wanted keys. */
static void narrow(const struct showing *showing, json_t *sections)
{
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        if (!showing->wanted[id])
            json_object_del(json_object_get(sections, gd_setting_rows[id].section), gd_setting_rows[id].key);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        if (json_object_size(json_object_get(sections, gd_setting_rows[id].section)) == 0)
            json_object_del(sections, gd_setting_rows[id].section);
}

static void print_object(const struct showing *showing, const struct gd_settings_reading *reading)
{
    struct job *job = showing->job;
    json_t *sections = gd_settings_json(&reading->known, true, !showing->only);

    if (showing->only)
        narrow(showing, sections);
    job->sink->class->begin(job->sink, &object_shape);
    if (sections != NULL)
        job->sink->class->row(job->sink, sections);
    job->sink->class->end(job->sink);
    json_decref(sections);
}

/* Writes a new file beside the old one and puts it in its place. */
static enum gd_rc write_file(const char *path, const char *text, struct gd_error *err)
{
    struct gd_buf temp;
    FILE *file;
    bool good;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&temp, 8192);
    gd_buf_addf(&temp, "%s.%ld.new", path, (long)getpid());
    file = temp.failed ? NULL : fopen(temp.data, "wex");
    good = file != NULL && fputs(text, file) >= 0 && fputc('\n', file) != EOF;
    good = (file == NULL || fclose(file) == 0) && good;
    if (!good || rename(temp.data, path) != 0) {
        rc = gd_fail(err, GD_IO, "name another file", "%.200s cannot be written: %s", path, strerror(errno));
        if (file != NULL)
            unlink(temp.data);
    }
    gd_buf_free(&temp);
    return rc;
}

static enum gd_rc export_to(const struct showing *showing, const struct gd_settings_reading *reading)
{
    struct job *job = showing->job;
    json_t *sections = gd_settings_json(&reading->known, false, false);
    char *text = sections != NULL ? json_dumps(sections, JSON_INDENT(2) | JSON_PRESERVE_ORDER) : NULL;
    char note[400];
    enum gd_rc rc = GD_OK;

    json_decref(sections);
    if (text == NULL)
        return gd_fail_memory(&job->error);
    if (strcmp(showing->file, "-") == 0) {
        job->sink->class->text(job->sink, text);
    } else {
        rc = write_file(showing->file, text, &job->error);
        snprintf(note, sizeof note, "the settings of %.100s are in %.200s", job->desk->profile->tenant,
                 showing->file);
        if (rc == GD_OK)
            job->sink->class->note(job->sink, note);
    }
    gd_free(text);
    return rc;
}

static void on_read(void *arg, const struct gd_settings_reading *reading)
{
    struct showing *showing = arg;
    struct job *job = showing->job;
    enum gd_rc rc = reading->rc;

    showing->work = NULL;
    if (rc != GD_OK) {
        job->error = reading->error;
        job_done(job, rc);
        return;
    }
    settings_tell_source(job, reading);
    if (showing->file != NULL)
        rc = export_to(showing, reading);
    else if (is_tabular(job))
        print_table(showing, reading);
    else
        print_object(showing, reading);
    job_done(job, rc);
}

static void stop_reading(struct job *job)
{
    job_fail(job, GD_CANCELLED, NULL, "interrupted");
}

/* --dry-run: the request that would be sent. */
static void show_request(struct job *job)
{
    struct gd_request_text text = {0};
    enum gd_rc rc = gd_call_settings_text(job->desk, NULL, &text, &job->error);

    job_begin_requests(job);
    if (rc == GD_OK)
        job_print_request(job, &text);
    job_end_requests(job);
    gd_request_text_clear(&text);
    job_done(job, rc);
}

static struct showing *begin_showing(struct job *job)
{
    struct showing *showing = gd_calloc(1, sizeof *showing);

    if (showing == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return NULL;
    }
    showing->job = job;
    job->state = showing;
    job->state_free = showing_free;
    return showing;
}

static void start_reading(struct showing *showing)
{
    struct job *job = showing->job;
    enum gd_rc rc;

    if (job->options.dry_run) {
        show_request(job);
        return;
    }
    job->cancel = stop_reading;
    rc = gd_settings_read(job->desk, on_read, showing, &showing->work, &job->error);
    if (rc != GD_OK)
        job_done(job, rc);
}

static void settings_show(struct job *job, int n, char *const *words)
{
    struct showing *showing = begin_showing(job);

    if (showing == NULL)
        return;
    showing->only = n > 0;
    for (int i = 0; i < n; i++) {
        enum gd_setting id;
        enum gd_rc rc = gd_setting_of(words[i], &id, &job->error);

        if (rc != GD_OK) {
            job_done(job, rc);
            return;
        }
        showing->wanted[id] = true;
    }
    start_reading(showing);
}

static void settings_export(struct job *job, int n, char *const *words)
{
    struct showing *showing = begin_showing(job);

    (void)n;
    if (showing == NULL)
        return;
    showing->file = words[0];
    start_reading(showing);
}

/* ---- history ---- */

static const char *const history_columns[] = {"snapshot", "at", "source", "changes", "keys", NULL};
static const char *const history_wide[] = {"snapshot", "at",      "read_at", "source",
                                           "user",     "changes", "keys",    NULL};
static const struct sink_shape history_shape = {
    .title = "History of settings", .columns = history_columns, .wide = history_wide};

/* What a snapshot changed: the keys, by what was known before and with it. */
static json_t *changed_keys(struct job *job, int64_t id, struct gd_error *err)
{
    struct gd_snapshot before = {0};
    struct gd_settings earlier = {0}, later = {0};
    json_t *keys = json_array();
    enum gd_rc rc = gd_snapshot_before(job->desk->ledger, id, &before, err);

    if (rc == GD_OK && before.id != 0)
        rc = gd_snapshot_known(job->desk->ledger, before.id, &earlier, NULL, err);
    if (rc == GD_OK && before.id != 0)
        rc = gd_snapshot_known(job->desk->ledger, id, &later, NULL, err);
    for (enum gd_setting at = 0; at < GD_S__COUNT && rc == GD_OK; at++) {
        char name[GD_SETTING_NAME_MAX];

        if (!gd_setting_same(at, earlier.v[at], later.v[at]))
            json_array_append_new(keys, json_string(gd_setting_name(at, name)));
    }
    gd_snapshot_clear(&before);
    gd_settings_clear(&earlier);
    gd_settings_clear(&later);
    return keys;
}

static bool print_snapshot(void *arg, const struct gd_snapshot *snapshot)
{
    struct job *job = arg;
    json_t *keys = changed_keys(job, snapshot->id, &job->error), *row;
    char at[GD_WHEN_MAX], read_at[GD_WHEN_MAX];

    gd_when_rfc3339(snapshot->at, job->desk->place.zone_offset, at);
    gd_when_rfc3339(snapshot->read_at, job->desk->place.zone_offset, read_at);
    row = json_pack("{s:I,s:s,s:s,s:s?,s:s?,s:I,s:O}", "snapshot", (json_int_t)snapshot->id, "at", at,
                    "read_at", read_at, "source", snapshot->source, "user", snapshot->user, "changes",
                    (json_int_t)json_array_size(keys), "keys", keys);
    if (row != NULL)
        job->sink->class->row(job->sink, row);
    json_decref(row);
    json_decref(keys);
    return job->error.rc == GD_OK && !job->sink->class->broken(job->sink);
}

static void settings_history(struct job *job, int n, char *const *words)
{
    enum gd_rc rc;

    (void)n;
    (void)words;
    job->sink->class->begin(job->sink, &history_shape);
    rc = gd_snapshot_each(job->desk->ledger, print_snapshot, job, &job->error);
    job->sink->class->end(job->sink);
    job_done(job, rc == GD_OK ? job->error.rc : rc);
}

/* ---- verbs ---- */

static const struct verb {
    const char *name;
    int least, most; /* words behind it; most -1: any */
    bool several;    /* works with several profiles */
    settings_verb_fn *run;
    const char *usage;
} verbs[] = {
    {"show", 0, -1, false, settings_show, "settings show [KEY…]"},
    {"set", 1, -1, true, settings_set, "settings set KEY=VALUE…"},
    {"diff", 2, 2, false, settings_diff, "settings diff A B"},
    {"export", 1, 1, false, settings_export, "settings export FILE"},
    {"apply", 1, 1, true, settings_apply, "settings apply FILE"},
    {"history", 0, 0, false, settings_history, "settings history"},
    {"revert", 1, 1, false, settings_revert, "settings revert N"},
};

#define N_VERBS (sizeof verbs / sizeof *verbs)

static const struct verb *find_verb(struct job *job, const char *name)
{
    struct gd_near near = {0};
    char advice[160];

    for (size_t i = 0; i < N_VERBS; i++) {
        if (strcmp(verbs[i].name, name) == 0)
            return &verbs[i];
        gd_near_offer(&near, name, verbs[i].name);
    }
    if (near.best != NULL)
        snprintf(advice, sizeof advice, "did you mean settings %s?", near.best);
    else
        snprintf(advice, sizeof advice, "give show, set, diff, export, apply, history or revert");
    job_fail(job, GD_INPUT, advice, "settings cannot %.60s", name);
    return NULL;
}

void cmd_SETTINGS(struct job *job)
{
    const struct verb *verb = job->argc > 0 ? find_verb(job, job->argv[0]) : &verbs[0];
    const char *profiles;
    int n;

    if (verb == NULL)
        return; /* the job is over, and gone */
    profiles = job->options.profile;
    n = job->argc > 0 ? job->argc - 1 : 0;
    job_subject(job, "%s", verb->name);
    if (n < verb->least || (verb->most >= 0 && n > verb->most))
        job_fail(job, GD_INPUT, "see greendesk help settings", "it is %s", verb->usage);
    else if (!verb->several && profiles != NULL && strchr(profiles, ',') != NULL)
        job_fail(job, GD_INPUT, "give one profile; set and apply take several",
                 "settings %s works with one profile, not with %.100s", verb->name, profiles);
    else
        verb->run(job, n, job->argv + 1);
}
