/* Reading a setting from what a person typed: one reader per type. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "duration.h"
#include "json.h"
#include "number.h"
#include "setting.h"
#include "sms.h"
#include "text.h"

#define URL_MAX 2048   /* bytes */
#define JSON_MAX 65536 /* bytes of JSON inside a text */

struct reading {
    enum gd_setting id;
    const struct gd_setting_row *row;
    const char *text;
    struct gd_buf *out;
    char *warning; /* of 200 bytes; NULL: nobody cares */
    struct gd_error *err;
};

/* The setting named, what is wrong with it, and what it takes. */
static enum gd_rc no(const struct reading *reading, const char *why)
{
    return gd_fail(reading->err, GD_INPUT, reading->row->takes, "%s.%s %s", reading->row->section,
                   reading->row->key, why);
}

static void warn(const struct reading *reading, const char *fmt, ...) GD_PRINTF(2, 3);
static void warn(const struct reading *reading, const char *fmt, ...)
{
    va_list ap;

    if (reading->warning == NULL)
        return;
    va_start(ap, fmt);
    vsnprintf(reading->warning, 200, fmt, ap);
    va_end(ap);
}

/* Counts characters; -1 where the text holds control characters or is no UTF-8. */
static int64_t characters(const char *text)
{
    size_t left = strlen(text), step;
    int64_t n = 0;
    int rune;

    for (; left > 0; text += step, left -= step, n++) {
        step = gd_utf8_next(text, left, &rune);
        if (rune < ' ' || rune == 127)
            return -1;
    }
    return n;
}

static enum gd_rc read_text(const struct reading *reading)
{
    int64_t n = characters(reading->text);
    char why[80];

    if (n < 0)
        return no(reading, "cannot hold control characters");
    if (n < reading->row->min)
        return no(reading, "cannot be empty");
    snprintf(why, sizeof why, "is longer than %lld characters", (long long)reading->row->max);
    if (reading->row->max > 0 && n > reading->row->max)
        return no(reading, why);
    gd_buf_adds(reading->out, reading->text);
    return GD_OK;
}

static enum gd_rc read_bool(const struct reading *reading)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcasecmp(words[i], reading->text) == 0) {
            gd_buf_adds(reading->out, words[i % 2]);
            return GD_OK;
        }
    }
    return no(reading, "is neither true nor false");
}

static enum gd_rc read_int(const struct reading *reading)
{
    const struct gd_setting_row *row = reading->row;
    struct gd_span span;
    char *end, why[80];
    long long n;

    errno = 0;
    n = strtoll(reading->text, &end, 10);
    if (!isdigit((unsigned char)reading->text[0]) || *end != '\0' || errno != 0) {
        if (row->unit == NULL || strcmp(row->unit, "s") != 0 ||
            gd_span_parse(reading->text, 0, &span, NULL) != GD_OK || span.form != GD_SPAN_FOR)
            return no(reading, "is no whole number");
        n = span.value;
    }
    snprintf(why, sizeof why, "is not from %lld to %lld", (long long)row->min, (long long)row->max);
    if (n < row->min || n > row->max)
        return no(reading, why);
    gd_buf_addf(reading->out, "%lld", n);
    return GD_OK;
}

static enum gd_rc read_choice(const struct reading *reading)
{
    size_t len, want = strlen(reading->text);

    for (const char *at = reading->row->choices; *at != '\0'; at += len + (at[len] == '|')) {
        len = strcspn(at, "|");
        if (len == want && strncasecmp(at, reading->text, len) == 0) {
            gd_buf_add(reading->out, at, len);
            return GD_OK;
        }
    }
    return no(reading, "is none of its values");
}

static enum gd_rc read_duration(const struct reading *reading)
{
    static const char *const no_end[] = {"-1", "no end", "none", "never"};
    struct gd_span span = {0};
    int64_t seconds;

    for (size_t i = 0; i < sizeof no_end / sizeof *no_end; i++) {
        if (strcasecmp(no_end[i], reading->text) == 0) {
            gd_buf_adds(reading->out, "-1");
            return GD_OK;
        }
    }
    if (gd_duration_parse(reading->text, &seconds, NULL) == GD_OK) {
        if (seconds <= reading->row->max) {
            gd_buf_adds(reading->out, reading->text);
            return GD_OK;
        }
        return no(reading, "is more than 170 days");
    }
    if (gd_span_parse(reading->text, 0, &span, NULL) != GD_OK || span.form != GD_SPAN_FOR)
        return no(reading, "is no duration");
    if (span.value > reading->row->max)
        return no(reading, "is more than 170 days");
    gd_buf_addf(reading->out, "%llds", (long long)span.value);
    return GD_OK;
}

static enum gd_rc read_country(const struct reading *reading)
{
    const struct gd_country *row = gd_country_find(reading->text), *found = NULL;
    size_t len = strlen(reading->text);
    int several = 0;

    for (size_t i = 0; row == NULL && len > 2 && gd_country_at(i) != NULL; i++) {
        const struct gd_country *one = gd_country_at(i);

        if (strcasecmp(one->name, reading->text) == 0)
            row = one;
        else if (strncasecmp(one->name, reading->text, len) == 0) {
            found = one;
            several++;
        }
    }
    if (row == NULL && several == 1)
        row = found;
    if (row == NULL)
        return no(reading, several > 1 ? "begins several names" : "is no country");
    gd_buf_adds(reading->out, row->iso);
    return GD_OK;
}

static enum gd_rc read_region(const struct reading *reading)
{
    const char *name, *code, *at;
    size_t len = strlen(reading->text);

    for (size_t i = 0; (code = gd_region_at(i, &name)) != NULL; i++) {
        if (strcasecmp(code, reading->text) == 0 || strcasecmp(name, reading->text) == 0 ||
            (len > 3 && strncasecmp(name, reading->text, len) == 0)) {
            gd_buf_adds(reading->out, code);
            return GD_OK;
        }
    }
    for (at = reading->text; isalnum((unsigned char)*at) || *at == '-' || *at == '_'; at++)
        ;
    if (*at != '\0' || len < 1 || len > 16)
        return no(reading, "is no region's code");
    for (at = reading->text; *at != '\0'; at++)
        gd_buf_addc(reading->out, (char)toupper((unsigned char)*at));
    warn(reading, "%.16s is no region known here (DL MU MH WB AP TN GJ KA KL RJ MP); the server decides",
         reading->text);
    return GD_OK;
}

static enum gd_rc read_url(const struct reading *reading)
{
    const char *text = reading->text, *host;
    size_t len = strlen(text);
    bool secure = strncasecmp(text, "https://", 8) == 0;

    if (len == 0)
        return no(reading, "cannot be empty: the service names no way to switch a callback off");
    if (!secure && strncasecmp(text, "http://", 7) != 0)
        return no(reading, "does not begin with https:// or http://");
    host = text + (secure ? 8 : 7);
    if (strcspn(host, "/?#@: ") == 0)
        return no(reading, "names no host");
    if (len > URL_MAX)
        return no(reading, "is longer than 2048 bytes");
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] <= ' ' || (unsigned char)text[i] >= 127)
            return no(reading, "holds a blank or another character that must be percent-encoded");
    if (!secure)
        warn(reading, "http: numbers and PINs of the events travel unencrypted");
    gd_buf_adds(reading->out, text);
    return GD_OK;
}

/* Whether len bytes are one of the choices, in any case; then *at is how it is written. */
static bool is_choice(const char *choices, const char *text, const char **at, size_t *len)
{
    for (*at = choices; **at != '\0'; *at += *len + ((*at)[*len] == '|')) {
        *len = strcspn(*at, "|");
        if (*len == strlen(text) && strncasecmp(*at, text, *len) == 0)
            return true;
    }
    return false;
}

static enum gd_rc read_headers(const struct reading *reading)
{
    json_t *headers = NULL;
    const char *type, *at;
    size_t len;
    enum gd_rc rc = GD_OK;

    if (is_choice(reading->row->choices, reading->text, &at, &len)) {
        gd_buf_addf(reading->out, "{\"content_type\": \"%.*s\"}", (int)len, at);
        return GD_OK;
    }
    if (gd_json_parse(reading->text, strlen(reading->text), &headers, NULL) != GD_OK ||
        !json_is_object(headers)) {
        json_decref(headers);
        return no(reading, "is neither a content type nor a JSON object");
    }
    type = json_string_value(json_object_get(headers, "content_type"));
    if (type == NULL || !is_choice(reading->row->choices, type, &at, &len))
        rc = no(reading, "has no content_type of json, application/json or application/xml");
    json_decref(headers);
    if (rc == GD_OK)
        gd_buf_adds(reading->out, reading->text);
    return rc;
}

static enum gd_rc read_sms(const struct reading *reading)
{
    struct gd_sms sms = {0};
    enum gd_rc rc;

    if (strlen(reading->text) > JSON_MAX)
        return no(reading, "is longer than 64 KiB");
    rc = gd_sms_read(reading->text, &sms, reading->err);
    if (rc == GD_OK)
        gd_buf_adds(reading->out, reading->text);
    if (rc == GD_OK && reading->warning != NULL)
        gd_sms_warn(&sms, reading->warning, 200);
    gd_sms_clear(&sms);
    return rc;
}

enum gd_rc gd_setting_parse(enum gd_setting id, const char *text, struct gd_buf *out, char warning[200],
                            struct gd_error *err)
{
    static enum gd_rc (*const readers[])(const struct reading *) = {
        [GD_ST_TEXT] = read_text,     [GD_ST_BOOL] = read_bool,         [GD_ST_INT] = read_int,
        [GD_ST_CHOICE] = read_choice, [GD_ST_DURATION] = read_duration, [GD_ST_COUNTRY] = read_country,
        [GD_ST_REGION] = read_region, [GD_ST_URL] = read_url,           [GD_ST_HEADERS] = read_headers,
        [GD_ST_SMS] = read_sms,
    };
    struct reading reading = {id, &gd_setting_rows[id], text, out, warning, err};
    enum gd_rc rc;

    if (warning != NULL)
        warning[0] = '\0';
    rc = readers[reading.row->type](&reading);
    return rc == GD_OK ? gd_buf_check(out, "the value", err) : rc;
}
