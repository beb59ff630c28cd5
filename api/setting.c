/* The table of settings, and one setting at a time: found by name, read from a person, compared, shown. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setting.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "duration.h"
#include "near.h"
#include "number.h"

const struct gd_setting_row gd_setting_rows[GD_S__COUNT] = {
#define SETTING(id, ...) [GD_S_##id] = {__VA_ARGS__},
#include "settings.def"
#undef SETTING
};

const struct gd_callback_row gd_callback_rows[GD_CB__COUNT] = {
#define CALLBACK(id, section_, stem_, label_, when_)                                                         \
    [GD_CB_##id] = {GD_S_##id##_ENDPOINT, section_, label_, when_},
#include "settings.def"
#undef CALLBACK
};

static const struct {
    const char *code, *name;
} regions[] = {
#define REGION(code, name) {code, name},
#include "regions.def"
#undef REGION
};

#define N_REGIONS (sizeof regions / sizeof *regions)

enum gd_callback gd_setting_callback(enum gd_setting id)
{
    for (int i = 0; i < GD_CB__COUNT; i++)
        if (id >= gd_callback_rows[i].endpoint && id < gd_callback_rows[i].endpoint + 3)
            return (enum gd_callback)i;
    return GD_CB__COUNT;
}

const char *gd_setting_name(enum gd_setting id, char out[GD_SETTING_NAME_MAX])
{
    snprintf(out, GD_SETTING_NAME_MAX, "%s.%s", gd_setting_rows[id].section, gd_setting_rows[id].key);
    return out;
}

enum gd_setting gd_setting_find(const char *name)
{
    char whole[GD_SETTING_NAME_MAX];

    for (int i = 0; i < GD_S__COUNT; i++)
        if (strcmp(gd_setting_rows[i].key, name) == 0 ||
            strcmp(gd_setting_name((enum gd_setting)i, whole), name) == 0)
            return (enum gd_setting)i;
    return GD_S__COUNT;
}

enum gd_rc gd_setting_of(const char *name, enum gd_setting *out, struct gd_error *err)
{
    static char names[GD_S__COUNT][GD_SETTING_NAME_MAX]; /* for the nearest one; the same each time */
    struct gd_near near = {0};
    char advice[160];

    *out = gd_setting_find(name);
    if (*out != GD_S__COUNT)
        return GD_OK;
    for (int i = 0; i < GD_S__COUNT; i++) {
        gd_near_offer(&near, name, gd_setting_rows[i].key);
        gd_near_offer(&near, name, gd_setting_name((enum gd_setting)i, names[i]));
    }
    if (near.best != NULL)
        snprintf(advice, sizeof advice, "did you mean %s?", near.best);
    else
        snprintf(advice, sizeof advice, "settings shows all keys");
    return gd_fail(err, GD_INPUT, advice, "there is no setting %.80s", name);
}

const char *gd_region_name(const char *code)
{
    for (size_t i = 0; i < N_REGIONS; i++)
        if (strcasecmp(regions[i].code, code) == 0)
            return regions[i].name;
    return NULL;
}

const char *gd_region_at(size_t i, const char **name)
{
    *name = i < N_REGIONS ? regions[i].name : NULL;
    return i < N_REGIONS ? regions[i].code : NULL;
}

/* ---- comparing ---- */

/* JSON within a text; NULL where it is none. The caller decrefs. */
static json_t *inner_json(const char *text)
{
    json_t *value = NULL;

    if (gd_json_parse(text, strlen(text), &value, NULL) != GD_OK)
        return NULL;
    return value;
}

static bool same_json(const char *one, const char *other)
{
    json_t *a = inner_json(one), *b = inner_json(other);
    bool same = a != NULL && b != NULL && json_equal(a, b);

    json_decref(a);
    json_decref(b);
    return same;
}

static bool same_seconds(const char *one, const char *other)
{
    int64_t a, b;

    return gd_duration_parse(one, &a, NULL) == GD_OK && gd_duration_parse(other, &b, NULL) == GD_OK && a == b;
}

bool gd_setting_same(enum gd_setting id, const char *one, const char *other)
{
    if (one == NULL || other == NULL)
        return one == other;
    if (strcmp(one, other) == 0)
        return true;
    switch (gd_setting_rows[id].type) {
    case GD_ST_DURATION:
        return same_seconds(one, other);
    case GD_ST_HEADERS:
    case GD_ST_SMS:
        return same_json(one, other);
    default:
        return false;
    }
}

bool gd_setting_differs(enum gd_setting id, const char *value)
{
    const char *def = gd_setting_rows[id].def;

    if (value == NULL)
        return false;
    return def != NULL ? !gd_setting_same(id, value, def) : *value != '\0';
}

/* ---- showing ---- */

static void show_duration(const char *value, struct gd_buf *out)
{
    int64_t seconds;
    char text[32];

    if (gd_duration_parse(value, &seconds, NULL) != GD_OK) {
        gd_buf_adds(out, value);
        return;
    }
    if (seconds < 0) {
        gd_buf_adds(out, "no end");
        return;
    }
    gd_duration_text(seconds, text, sizeof text);
    gd_buf_adds(out, value);
    if (strcmp(text, value) != 0)
        gd_buf_addf(out, " (%s)", text);
}

static void show_integer(const struct gd_setting_row *row, const char *value, struct gd_buf *out)
{
    char text[32];
    long long n = strtoll(value, NULL, 10);

    gd_buf_adds(out, value);
    if (row->unit == NULL)
        return;
    gd_buf_addf(out, " %s", row->unit);
    if (strcmp(row->unit, "s") == 0 && n >= 60) {
        gd_duration_text(n, text, sizeof text);
        gd_buf_addf(out, " (%s)", text);
    }
}

/* Codes joined by commas, each with its name. */
static void show_regions(const char *value, struct gd_buf *out)
{
    size_t len;

    for (const char *at = value; *at != '\0'; at += len + (at[len] == ',')) {
        char code[16] = "";
        const char *name;

        len = strcspn(at, ",");
        gd_buf_addf(out, "%s%.*s", at == value ? "" : ", ", (int)len, at);
        if (len < sizeof code)
            memcpy(code, at, len);
        name = gd_region_name(code);
        if (name != NULL)
            gd_buf_addf(out, " (%s)", name);
    }
}

static void show_headers(const char *value, struct gd_buf *out)
{
    json_t *headers = inner_json(value);
    const char *type = json_string_value(json_object_get(headers, "content_type"));

    gd_buf_adds(out, type != NULL && json_object_size(headers) == 1 ? type : value);
    json_decref(headers);
}

void gd_setting_show(enum gd_setting id, const char *value, struct gd_buf *out)
{
    const struct gd_setting_row *row = &gd_setting_rows[id];
    const struct gd_country *country;

    if (value == NULL) {
        gd_buf_adds(out, "not reported");
        return;
    }
    switch (row->type) {
    case GD_ST_DURATION:
        show_duration(value, out);
        break;
    case GD_ST_INT:
        show_integer(row, value, out);
        break;
    case GD_ST_COUNTRY:
        country = gd_country_find(value);
        gd_buf_adds(out, value);
        if (country != NULL)
            gd_buf_addf(out, " (%s, +%s)", country->name, country->code);
        break;
    case GD_ST_REGION:
        show_regions(value, out);
        break;
    case GD_ST_HEADERS:
        show_headers(value, out);
        break;
    default:
        gd_buf_adds(out, value);
        break;
    }
}
