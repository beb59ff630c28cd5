/* What a person reads before settings are saved: each change, what it leads to, what others changed
 * meanwhile. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/when.h"
#include "settings_save.h"

#define TEXT_MAX ((size_t)1 << 20)

static void add_rule(void *arg, enum gd_setting id, const char *words)
{
    char name[GD_SETTING_NAME_MAX];

    gd_buf_addf(arg, "! %s: %s\n", gd_setting_name(id, name), words);
}

/* Appends what someone else changed since the last reading. */
static bool add_meanwhile(const struct job *job, const struct gd_settings_reading *reading,
                          struct gd_buf *out)
{
    char at[GD_WHEN_MAX];
    bool any = false;

    if (reading->from_ledger || reading->before_at == 0)
        return false;
    gd_when_format(reading->before_at, job->desk->place.zone_offset, "%Y-%m-%d %H:%M", at);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (reading->before.v[id] == NULL || reading->known.v[id] == NULL ||
            gd_setting_same(id, reading->before.v[id], reading->known.v[id]))
            continue;
        gd_buf_addf(out, "%s", any ? "" : "Changed by someone else since the reading of ");
        if (!any)
            gd_buf_addf(out, "%s:\n", at);
        gd_buf_adds(out, "  ");
        settings_arrow(id, reading->before.v[id], reading->known.v[id], out);
        gd_buf_addc(out, '\n');
        any = true;
    }
    return any;
}

/* The same on standard error, for whoever answered beforehand and sees no question. */
void settings_tell_meanwhile(struct job *job, const struct gd_settings_reading *reading)
{
    struct gd_error told = {0};

    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        struct gd_buf words;

        if (reading->before.v[id] == NULL || reading->known.v[id] == NULL ||
            gd_setting_same(id, reading->before.v[id], reading->known.v[id]))
            continue;
        gd_buf_init(&words, TEXT_MAX);
        settings_arrow(id, reading->before.v[id], reading->known.v[id], &words);
        told = (struct gd_error){0};
        gd_fail(&told, GD_SERVER, NULL, "changed by someone else since the last reading: %.400s", words.data);
        job->sink->class->fault(job->sink, &told);
        gd_buf_free(&words);
    }
}

/* A callback as one: method, URL and content type. */
static void add_three(const struct save *save, enum gd_setting first, bool wanted, struct gd_buf *out)
{
    static const int order[] = {1, 0, 2};

    for (int i = 0; i < 3; i++) {
        enum gd_setting id = first + (enum gd_setting)order[i];
        const char *value = wanted && save->change.v[id] != NULL ? save->change.v[id] : save->known.v[id];

        if (i > 0)
            gd_buf_addc(out, ' ');
        gd_setting_show(id, value, out);
    }
}

static void add_callback(const struct save *save, enum gd_callback callback, struct gd_buf *out)
{
    enum gd_setting first = gd_callback_rows[callback].endpoint;
    const char *key = gd_setting_rows[first].key;

    if (save->change.v[first] == NULL && save->change.v[first + 1] == NULL &&
        save->change.v[first + 2] == NULL)
        return;
    gd_buf_addf(out, "  %s.%.*s  ", gd_setting_rows[first].section, (int)(strlen(key) - strlen("_endpoint")),
                key);
    if (save->known.v[first] == NULL)
        gd_buf_adds(out, "not reported");
    else
        add_three(save, first, false, out);
    gd_buf_adds(out, " → ");
    add_three(save, first, true, out);
    gd_buf_addc(out, '\n');
}

void settings_review(const struct save *save, const struct gd_settings_reading *reading, struct gd_buf *out)
{
    struct job *job = save->job;

    gd_buf_addf(out, "Save settings of %s:\n", job->desk->profile->tenant);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        enum gd_callback callback = gd_setting_callback(id);

        if (callback != GD_CB__COUNT && gd_callback_rows[callback].endpoint == id)
            add_callback(save, callback, out);
        if (callback != GD_CB__COUNT || save->change.v[id] == NULL)
            continue;
        gd_buf_adds(out, "  ");
        settings_arrow(id, save->known.v[id], save->change.v[id], out);
        gd_buf_addc(out, '\n');
    }
    gd_settings_rules(&save->known, &save->change, gd_settings_longest(job->desk), add_rule, out);
    (void)add_meanwhile(job, reading, out);
    if (!save->fresh)
        gd_buf_adds(out, "The service does not let the settings be read: others may have changed since.\n");
}
