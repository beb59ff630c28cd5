/* sms_config, read and written without loss, and segments of a message. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sms.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "codec.h"
#include "json.h"
#include "mem.h"
#include "text.h"

const struct gd_sms_row gd_sms_rows[GD_SMS__COUNT] = {
#define SMS_FIELD(id, ...) [GD_SMS_##id] = {__VA_ARGS__},
#include "sms.def"
#undef SMS_FIELD
};

static const char *const parties[GD_SMS_PARTIES] = {"A", "B"};
static const char *const statuses[] = {"busy", "no-answer", "failed", "canceled"};

void gd_sms_clear(struct gd_sms *sms)
{
    json_decref(sms->raw);
    for (int p = 0; p < GD_SMS_PARTIES; p++)
        for (int f = 0; f < GD_SMS__COUNT; f++)
            gd_free(sms->v[p][f]);
    *sms = (struct gd_sms){0};
}

/* ---- reading ---- */

/* A member as text; NULL where it is absent or null. */
static char *member_text(const json_t *value, bool *failed)
{
    struct gd_buf text;
    char *out;

    if (value == NULL || json_is_null(value))
        return NULL;
    gd_buf_init(&text, (size_t)1 << 20);
    if (json_is_string(value)) {
        gd_buf_adds(&text, json_string_value(value));
    } else if (json_is_array(value)) {
        for (size_t i = 0; i < json_array_size(value); i++) {
            const json_t *item = json_array_get(value, i);

            gd_buf_adds(&text, i > 0 ? "," : "");
            if (json_is_string(item))
                gd_buf_adds(&text, json_string_value(item));
            else
                gd_json_write(item, &text);
        }
    } else {
        gd_json_write(value, &text);
    }
    out = gd_buf_take(&text);
    *failed |= out == NULL;
    return out;
}

enum gd_rc gd_sms_read(const char *text, struct gd_sms *sms, struct gd_error *err)
{
    bool failed = false;
    struct gd_error why = {0};

    *sms = (struct gd_sms){0};
    if (text[strspn(text, " \t\r\n")] == '\0')
        sms->raw = json_object();
    else if (gd_json_parse(text, strlen(text), &sms->raw, &why) != GD_OK)
        return gd_fail(err, GD_INPUT, "it takes {\"A\":{…},\"B\":{…}}",
                       "common.sms_config is no JSON: %.300s", why.what);
    if (!json_is_object(sms->raw)) {
        gd_sms_clear(sms);
        return gd_fail(err, GD_INPUT, "it takes {\"A\":{…},\"B\":{…}}", "common.sms_config is no object");
    }
    for (int p = 0; p < GD_SMS_PARTIES; p++) {
        const json_t *party = json_object_get(sms->raw, parties[p]);

        if (party != NULL && !json_is_object(party)) {
            gd_sms_clear(sms);
            return gd_fail(err, GD_INPUT, "it takes {\"A\":{…},\"B\":{…}}",
                           "%s of common.sms_config is no object", parties[p]);
        }
        for (int f = 0; f < GD_SMS__COUNT; f++)
            sms->v[p][f] = member_text(json_object_get(party, gd_sms_rows[f].key), &failed);
    }
    if (failed) {
        gd_sms_clear(sms);
        return gd_fail_memory(err);
    }
    return GD_OK;
}

/* ---- changing ---- */

static enum gd_rc check_statuses(const char *text, struct gd_error *err)
{
    size_t len;
    const char *item;

    for (const char *at = text; (item = gd_list_next(&at, &len)) != NULL;) {
        bool known = false;

        for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
            known |= strlen(statuses[i]) == len && strncmp(statuses[i], item, len) == 0;
        if (!known)
            return gd_fail(err, GD_INPUT, gd_sms_rows[GD_SMS_ON_STATUS].takes, "%.*s is no status of a call",
                           (int)(len < 40 ? len : 40), item);
    }
    return GD_OK;
}

static enum gd_rc check_member(enum gd_sms_field field, const char *text, struct gd_error *err)
{
    if (field == GD_SMS_ENABLED && strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
        return gd_fail(err, GD_INPUT, "give true or false", "sms_enabled is neither true nor false");
    if (field == GD_SMS_ON_STATUS)
        return check_statuses(text, err);
    if (field == GD_SMS_SENDER && (strlen(text) < 3 || strlen(text) > 11))
        return gd_fail(err, GD_INPUT, NULL, "a sender has 3 to 11 characters");
    return GD_OK;
}

enum gd_rc gd_sms_set(struct gd_sms *sms, enum gd_sms_party party, enum gd_sms_field field, const char *text,
                      struct gd_error *err)
{
    char *copy = NULL;
    enum gd_rc rc = GD_OK;

    if (text != NULL && *text != '\0') {
        rc = check_member(field, text, err);
        if (rc != GD_OK)
            return rc;
        copy = gd_strdup(text);
        if (copy == NULL)
            return gd_fail_memory(err);
    }
    gd_free(sms->v[party][field]);
    sms->v[party][field] = copy;
    return GD_OK;
}

static json_t *list_json(const char *text)
{
    json_t *list = json_array();
    const char *item;
    size_t len;

    for (const char *at = text; (item = gd_list_next(&at, &len)) != NULL;)
        json_array_append_new(list, gd_json_textn(item, len));
    return list;
}

/* Writes the members that are not as they were read. */
static bool write_party(const struct gd_sms *sms, int p, json_t *object)
{
    bool failed = false;

    for (int f = 0; f < GD_SMS__COUNT; f++) {
        const char *key = gd_sms_rows[f].key, *now = sms->v[p][f];
        char *was = member_text(json_object_get(object, key), &failed);

        if (now == NULL)
            json_object_del(object, key);
        else if (was == NULL || strcmp(was, now) != 0)
            failed |= !gd_json_put(object, key, f == GD_SMS_ON_STATUS ? list_json(now) : gd_json_text(now));
        gd_free(was);
    }
    return !failed;
}

enum gd_rc gd_sms_write(const struct gd_sms *sms, struct gd_buf *out, struct gd_error *err)
{
    json_t *whole = sms->raw != NULL ? json_deep_copy(sms->raw) : json_object();
    char *text = NULL;
    bool good = whole != NULL;

    for (int p = 0; p < GD_SMS_PARTIES && good; p++) {
        if (!json_is_object(json_object_get(whole, parties[p])))
            good = gd_json_put(whole, parties[p], json_object());
        good = good && write_party(sms, p, json_object_get(whole, parties[p]));
    }
    if (good)
        text = json_dumps(whole, JSON_PRESERVE_ORDER);
    json_decref(whole);
    if (text == NULL)
        return gd_fail_memory(err);
    gd_buf_adds(out, text);
    gd_free(text);
    return gd_buf_check(out, "the SMS configuration", err);
}

void gd_sms_warn(const struct gd_sms *sms, char *out, size_t room)
{
    static const enum gd_sms_field needed[] = {GD_SMS_BODY, GD_SMS_SENDER, GD_SMS_TEMPLATE, GD_SMS_ENTITY,
                                               GD_SMS_ON_STATUS};

    out[0] = '\0';
    for (int p = 0; p < GD_SMS_PARTIES; p++) {
        const char *enabled = sms->v[p][GD_SMS_ENABLED];

        if (enabled == NULL || strcmp(enabled, "true") != 0)
            continue;
        for (size_t i = 0; i < sizeof needed / sizeof *needed; i++) {
            if (sms->v[p][needed[i]] == NULL) {
                snprintf(out, room, "SMS to %s are on, but %s is missing: none will arrive", parties[p],
                         gd_sms_rows[needed[i]].key);
                return;
            }
        }
    }
}

/* ---- segments ---- */

/* GSM 03.38 beyond ASCII: one septet each; and those that take two, by the escape. */
static const int gsm_more[] = {
    0xa3,  0xa5,  0xe8,  0xe9,  0xf9,  0xec,  0xf2,  0xc7,  0xd8,  0xf8, 0xc5, 0xe5, 0x394,
    0x3a6, 0x393, 0x39b, 0x3a9, 0x3a0, 0x3a8, 0x3a3, 0x398, 0x39e, 0xc6, 0xe6, 0xdf, 0xc9,
    0xa4,  0xa1,  0xc4,  0xd6,  0xd1,  0xdc,  0xa7,  0xbf,  0xe4,  0xf6, 0xf1, 0xfc, 0xe0,
};
static const int gsm_two[] = {'^', '{', '}', '\\', '[', '~', ']', '|', '\f', 0x20ac};

static bool is_among(const int *set, size_t n, int rune)
{
    for (size_t i = 0; i < n; i++)
        if (set[i] == rune)
            return true;
    return false;
}

/* Septets that a character takes; 0 where GSM 03.38 has none. */
static int septets(int rune)
{
    if (is_among(gsm_two, sizeof gsm_two / sizeof *gsm_two, rune))
        return 2;
    if ((rune >= ' ' && rune <= '~' && rune != '`') || rune == '\n' || rune == '\r' ||
        is_among(gsm_more, sizeof gsm_more / sizeof *gsm_more, rune))
        return 1;
    return 0;
}

/* Units of one character in the given alphabet. */
static int units_of(int rune, bool unicode)
{
    if (!unicode)
        return septets(rune);
    return rune > 0xffff ? 2 : 1;
}

struct gd_sms_size gd_sms_measure(const char *text)
{
    struct gd_sms_size size = {0};
    size_t len = strlen(text), step;
    int rune, most, used = 0;

    for (size_t at = 0; at < len; at += step) {
        step = gd_utf8_next(text + at, len - at, &rune);
        size.unicode |= septets(rune) == 0;
    }
    for (size_t at = 0; at < len; at += step) {
        step = gd_utf8_next(text + at, len - at, &rune);
        size.units += units_of(rune, size.unicode);
    }
    most = size.unicode ? 70 : 160;
    if (size.units > most)
        most = size.unicode ? 67 : 153; /* a header joins the segments */
    size.segments = size.units > 0;
    /* a character of two units is not cut in two */
    for (size_t at = 0; at < len; at += step) {
        int units;

        step = gd_utf8_next(text + at, len - at, &rune);
        units = units_of(rune, size.unicode);
        if (used + units > most) {
            size.segments++;
            used = 0;
        }
        used += units;
    }
    size.left = most - used;
    return size;
}
