/* The settings of a tenant together: taken from answers and files, made JSON, changed, checked before
 * sending. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "json.h"
#include "mem.h"
#include "setting.h"

#define VALUE_MAX ((size_t)1 << 20)

void gd_settings_clear(struct gd_settings *settings)
{
    for (int i = 0; i < GD_S__COUNT; i++)
        gd_free(settings->v[i]);
    json_decref(settings->other);
    *settings = (struct gd_settings){0};
}

enum gd_rc gd_settings_set(struct gd_settings *settings, enum gd_setting id, const char *value,
                           struct gd_error *err)
{
    char *copy = value != NULL ? gd_strdup(value) : NULL;

    if (value != NULL && copy == NULL)
        return gd_fail_memory(err);
    gd_free(settings->v[id]);
    settings->v[id] = copy;
    return GD_OK;
}

enum gd_rc gd_settings_copy(struct gd_settings *to, const struct gd_settings *from, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    *to = (struct gd_settings){0};
    for (int i = 0; i < GD_S__COUNT && rc == GD_OK; i++) {
        rc = gd_settings_set(to, (enum gd_setting)i, from->v[i], err);
        to->at[i] = from->at[i];
        to->old[i] = from->old[i];
    }
    to->other = json_incref(from->other);
    if (rc != GD_OK)
        gd_settings_clear(to);
    return rc;
}

bool gd_settings_empty(const struct gd_settings *settings)
{
    for (int i = 0; i < GD_S__COUNT; i++)
        if (settings->v[i] != NULL)
            return false;
    return true;
}

/* ---- from JSON ---- */

static enum gd_setting find_in(const char *section, const char *key)
{
    for (int i = 0; i < GD_S__COUNT; i++)
        if (strcmp(gd_setting_rows[i].section, section) == 0 && strcmp(gd_setting_rows[i].key, key) == 0)
            return (enum gd_setting)i;
    return GD_S__COUNT;
}

static bool is_section(const char *name)
{
    for (int i = 0; i < GD_S__COUNT; i++)
        if (strcmp(gd_setting_rows[i].section, name) == 0)
            return true;
    return false;
}

/* An integer in another dress ("1800", 1800.0) as plain digits; all else as it is. */
static void add_integer(const char *text, struct gd_buf *out)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    if (end == text || errno != 0 || end[strspn(end, " ")] != '\0')
        gd_buf_adds(out, text);
    else
        gd_buf_addf(out, "%lld", n);
}

static void add_text(enum gd_setting id, const char *text, struct gd_buf *out)
{
    if (gd_setting_rows[id].type == GD_ST_INT)
        add_integer(text, out);
    else if (gd_setting_rows[id].type == GD_ST_BOOL && strcasecmp(text, "true") == 0)
        gd_buf_adds(out, "true");
    else if (gd_setting_rows[id].type == GD_ST_BOOL && strcasecmp(text, "false") == 0)
        gd_buf_adds(out, "false");
    else
        gd_buf_adds(out, text);
}

/* Appends the JSON as the wire's text would hold it. */
static void add_dump(const json_t *value, struct gd_buf *out)
{
    char *text = json_dumps(value, JSON_ENCODE_ANY);

    if (text == NULL)
        out->failed = true;
    else
        gd_buf_adds(out, text);
    gd_free(text);
}

static void add_list(const json_t *list, struct gd_buf *out)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const json_t *item = json_array_get(list, i);

        gd_buf_adds(out, i > 0 ? "," : "");
        if (json_is_string(item))
            gd_buf_adds(out, json_string_value(item));
        else
            add_dump(item, out);
    }
}

/* The value as text. */
static void add_value(enum gd_setting id, const json_t *value, struct gd_buf *out)
{
    double real = json_real_value(value);

    if (json_is_string(value))
        add_text(id, json_string_value(value), out);
    else if (json_is_boolean(value))
        gd_buf_adds(out, json_is_true(value) ? "true" : "false");
    else if (json_is_real(value) && real > -1e15 && real < 1e15 && (double)(long long)real == real)
        gd_buf_addf(out, "%lld", (long long)real);
    else if (json_is_array(value) && gd_setting_rows[id].type == GD_ST_REGION)
        add_list(value, out);
    else
        add_dump(value, out);
}

static enum gd_rc take_value(struct gd_settings *settings, enum gd_setting id, const json_t *value,
                             int64_t when, struct gd_error *err)
{
    struct gd_buf text;
    enum gd_rc rc;

    if (json_is_null(value))
        return GD_OK;
    gd_buf_init(&text, VALUE_MAX);
    add_value(id, value, &text);
    rc = gd_buf_check(&text, "a setting", err);
    if (rc == GD_OK)
        rc = gd_settings_set(settings, id, text.data, err);
    gd_buf_free(&text);
    settings->at[id] = when;
    return rc;
}

/* Keeps what no row knows. */
static enum gd_rc keep_other(json_t *other, const char *section, const char *key, json_t *value,
                             struct gd_error *err)
{
    json_t *inner = json_object_get(other, section);
    bool good = true;

    if (key == NULL)
        return json_object_set(other, section, value) == 0 ? GD_OK : gd_fail_memory(err);
    if (inner == NULL) {
        inner = json_object();
        good = gd_json_put(other, section, inner);
    }
    return good && json_object_set(inner, key, value) == 0 ? GD_OK : gd_fail_memory(err);
}

enum gd_rc gd_settings_take(struct gd_settings *settings, const json_t *sections, int64_t when,
                            struct gd_error *err)
{
    json_t *other = json_object(), *section, *value;
    const char *name, *key;
    enum gd_rc rc = other != NULL ? GD_OK : gd_fail_memory(err);

    json_object_foreach((json_t *)(uintptr_t)sections, name, section)
    {
        if (rc == GD_OK && (!is_section(name) || !json_is_object(section)))
            rc = keep_other(other, name, NULL, section, err);
        else if (rc == GD_OK)
            json_object_foreach(section, key, value)
            {
                enum gd_setting id = find_in(name, key);

                if (rc == GD_OK && id != GD_S__COUNT)
                    rc = take_value(settings, id, value, when, err);
                else if (rc == GD_OK)
                    rc = keep_other(other, name, key, value, err);
            }
    }
    json_decref(settings->other);
    settings->other = json_object_size(other) > 0 ? json_incref(other) : NULL;
    json_decref(other);
    return rc;
}

/* ---- to JSON ---- */

json_t *gd_setting_json(enum gd_setting id, const char *value)
{
    long long n;
    char *end;

    if (value == NULL)
        return json_null();
    if (gd_setting_rows[id].type == GD_ST_INT) {
        errno = 0;
        n = strtoll(value, &end, 10);
        if ((isdigit((unsigned char)*value) || *value == '-') && *end == '\0' && errno == 0)
            return json_integer(n);
    }
    return gd_json_text(value);
}

static bool put_value(json_t *sections, enum gd_setting id, const char *value)
{
    const char *section = gd_setting_rows[id].section;

    if (json_object_get(sections, section) == NULL && !gd_json_put(sections, section, json_object()))
        return false;
    return gd_json_put(json_object_get(sections, section), gd_setting_rows[id].key,
                       gd_setting_json(id, value));
}

/* Adds what no row knows, where nothing stands in its place. */
static bool put_other(json_t *sections, json_t *other)
{
    const char *name;
    json_t *section;

    json_object_foreach(other, name, section)
    {
        json_t *there = json_object_get(sections, name);

        if (there == NULL ? json_object_set(sections, name, section) != 0
                          : json_object_update_missing(there, section) != 0 && json_is_object(section))
            return false;
    }
    return true;
}

json_t *gd_settings_json(const struct gd_settings *settings, bool with_nulls, bool with_other)
{
    json_t *sections = json_object();
    bool good = sections != NULL;

    for (int i = 0; i < GD_S__COUNT && good; i++)
        if (with_nulls || settings->v[i] != NULL)
            good = put_value(sections, (enum gd_setting)i, settings->v[i]);
    if (good && with_other && settings->other != NULL)
        good = put_other(sections, settings->other);
    if (good)
        return sections;
    json_decref(sections);
    return NULL;
}

/* ---- changes ---- */

enum gd_rc gd_settings_assign(struct gd_settings *change, const char *assignment, char warning[200],
                              struct gd_error *err)
{
    const char *equals = strchr(assignment, '=');
    char name[GD_SETTING_NAME_MAX];
    enum gd_setting id;
    struct gd_buf value;
    enum gd_rc rc;

    if (equals == NULL)
        return gd_fail(err, GD_INPUT, "write it as KEY=VALUE", "%.80s is no KEY=VALUE", assignment);
    snprintf(name, sizeof name, "%.*s", (int)(equals - assignment), assignment);
    rc = gd_setting_of(name, &id, err);
    if (rc != GD_OK)
        return rc;
    gd_buf_init(&value, VALUE_MAX);
    rc = gd_setting_parse(id, equals + 1, &value, warning, err);
    if (rc == GD_OK)
        rc = gd_settings_set(change, id, value.data, err);
    gd_buf_free(&value);
    return rc;
}

/* One value of a file; what was exported as a list or a number is read as text. */
static enum gd_rc template_value(struct gd_settings *change, enum gd_setting id, const json_t *value,
                                 struct gd_error *err)
{
    struct gd_buf text, parsed;
    enum gd_rc rc;

    gd_buf_init(&text, VALUE_MAX);
    gd_buf_init(&parsed, VALUE_MAX);
    add_value(id, value, &text);
    rc = gd_buf_check(&text, "a setting", err);
    if (rc == GD_OK)
        rc = gd_setting_parse(id, text.data, &parsed, NULL, err);
    if (rc == GD_OK)
        rc = gd_settings_set(change, id, parsed.data, err);
    gd_buf_free(&text);
    gd_buf_free(&parsed);
    return rc;
}

static enum gd_rc template_section(struct gd_settings *change, const char *name, json_t *section,
                                   struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *key;
    json_t *value;

    if (!is_section(name))
        return gd_fail(err, GD_INPUT, "sections are common, greenvn and greenpin",
                       "there is no section %.60s of settings", name);
    if (!json_is_object(section))
        return gd_fail(err, GD_INPUT, "write it as {\"common\": {\"country\": \"IN\"}}", "%s is no object",
                       name);
    json_object_foreach(section, key, value)
    {
        char whole[GD_SETTING_NAME_MAX];
        enum gd_setting id = find_in(name, key);

        snprintf(whole, sizeof whole, "%s.%.60s", name, key);
        if (rc == GD_OK && id == GD_S__COUNT)
            rc = gd_setting_of(whole, &id, err);
        else if (rc == GD_OK && !json_is_null(value))
            rc = template_value(change, id, value, err);
    }
    return rc;
}

enum gd_rc gd_settings_template(struct gd_settings *change, const json_t *sections, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *name;
    json_t *section;

    if (!json_is_object(sections))
        return gd_fail(err, GD_INPUT, "write it as {\"common\": {\"country\": \"IN\"}}",
                       "settings in a file are an object of sections");
    json_object_foreach((json_t *)(uintptr_t)sections, name, section)
    {
        if (rc == GD_OK)
            rc = template_section(change, name, section, err);
    }
    return rc;
}

void gd_settings_reduce(struct gd_settings *change, const struct gd_settings *known)
{
    for (int i = 0; i < GD_S__COUNT; i++) {
        if (change->v[i] == NULL || !gd_setting_same((enum gd_setting)i, change->v[i], known->v[i]))
            continue;
        gd_free(change->v[i]);
        change->v[i] = NULL;
    }
}

/* Whether any of a callback's three is changed. */
static bool callback_changes(const struct gd_settings *change, enum gd_setting first)
{
    return change->v[first] != NULL || change->v[first + 1] != NULL || change->v[first + 2] != NULL;
}

static bool is_known(const struct gd_settings *change, const struct gd_settings *known, int id)
{
    const char *value = change->v[id] != NULL ? change->v[id] : known->v[id];

    return value != NULL && *value != '\0';
}

enum gd_rc gd_settings_check(const struct gd_settings *change, const struct gd_settings *known,
                             struct gd_error *err)
{
    static const char *const parts[] = {"endpoint", "method", "headers"};

    for (int c = 0; c < GD_CB__COUNT; c++) {
        enum gd_setting first = gd_callback_rows[c].endpoint;
        char name[GD_SETTING_NAME_MAX], advice[240];

        if (!callback_changes(change, first))
            continue;
        for (int part = 0; part < 3; part++) {
            if (is_known(change, known, (int)first + part))
                continue;
            gd_setting_name(first + (enum gd_setting)part, name);
            snprintf(advice, sizeof advice, "give %s=%s too", name,
                     gd_setting_rows[first + (enum gd_setting)part].example);
            return gd_fail(err, GD_INPUT, advice,
                           "a callback is sent with its endpoint, method and headers together, and the %s of "
                           "%s.%s is not known",
                           parts[part], gd_callback_rows[c].section, gd_setting_rows[first].key);
        }
    }
    return GD_OK;
}

enum gd_rc gd_settings_body(const struct gd_settings *change, const struct gd_settings *known, json_t **out,
                            struct gd_error *err)
{
    enum gd_rc rc = gd_settings_check(change, known, err);
    json_t *body;
    bool good;

    *out = NULL;
    if (rc != GD_OK)
        return rc;
    if (gd_settings_empty(change))
        return gd_fail(err, GD_INPUT, NULL, "nothing is changed");
    body = json_object();
    good = body != NULL;
    for (int i = 0; i < GD_S__COUNT && good; i++) {
        enum gd_callback callback = gd_setting_callback((enum gd_setting)i);
        const char *value = change->v[i];

        if (value == NULL && callback != GD_CB__COUNT &&
            callback_changes(change, gd_callback_rows[callback].endpoint))
            value = known->v[i];
        if (value != NULL)
            good = put_value(body, (enum gd_setting)i, value);
    }
    if (!good) {
        json_decref(body);
        return gd_fail_memory(err);
    }
    *out = body;
    return GD_OK;
}
