/* Fuzz targets: what people type and paste: numbers, durations, times, assignments, and text to be shown. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../../api/alloc.h"
#include "../../api/codec.h"
#include "../../api/duration.h"
#include "../../api/http_part.h"
#include "../../api/log.h"
#include "../../api/number.h"
#include "../../api/text.h"
#include "../../api/when.h"
#include "fuzz.h"

#define NOW 1893456000 /* 2030-01-01 */

void fuzz_number(const char *text, size_t len)
{
    static const char *const countries[] = {"IN", "US", "GB", "IT", "SG", "xx", ""};
    char number[GD_NUMBER_MAX], again[GD_NUMBER_MAX], mask[GD_MASKED_MAX], digits[8];
    bool completed;

    for (size_t i = 0; i < sizeof countries / sizeof countries[0]; i++) {
        struct gd_error err = {0};

        if (gd_number_parse(text, countries[i], number, &completed, &err) != GD_OK)
            continue;
        MUST(gd_number_valid(number) && gd_number_like(number));
        MUST(gd_number_parse(number, countries[i], again, &completed, &err) == GD_OK);
        MUST(strcmp(again, number) == 0 && !completed);
    }
    gd_number_mask(text, mask);
    gd_pin_mask(text, mask);
    (void)gd_number_like(text);
    MUST(gd_number_digits(text, digits, sizeof digits) <= len);
}

void fuzz_duration(const char *text, size_t len)
{
    struct gd_error err = {0};
    struct gd_span span;
    int64_t seconds = 0;
    char shown[16];

    (void)len;
    if (gd_span_parse(text, GD_ZONE_IST, &span, &err) == GD_OK &&
        gd_span_seconds(&span, NOW, NOW + 3600, &seconds, &err) == GD_OK)
        MUST(seconds > 0);
    gd_duration_text(seconds, shown, sizeof shown);
    err = (struct gd_error){0};
    if (gd_duration_parse(text, &seconds, &err) == GD_OK)
        MUST(seconds == -1 || seconds >= 0);
    gd_duration_text(seconds, shown, sizeof shown);
}

void fuzz_when(const char *text, size_t len)
{
    char shown[GD_WHEN_MAX];
    struct gd_error err = {0};
    int64_t when, again;

    (void)len;
    if (gd_when_parse(text, GD_ZONE_IST, &when, &err) != GD_OK)
        return;
    gd_when_rfc3339(when, GD_ZONE_IST, shown);
    MUST(gd_when_parse(shown, GD_ZONE_UTC, &again, &err) == GD_OK && again == when);
    gd_when_format(when, GD_ZONE_UTC, "%Y-%m-%d %H:%M", shown);
    (void)gd_zone_offset(text);
}

/* What is wanted stays the same through the journal's JSON, and every request of it is JSON or refused. */
static void check_want(const struct gd_alloc *want)
{
    struct gd_alloc again = {0};
    struct gd_error err = {0};
    json_t *json = gd_want_json(want);

    MUST(json != NULL && gd_want_from_json(json, &again, &err) == GD_OK);
    for (int field = 0; field < GD_F__COUNT; field++)
        MUST(gd_value_same((enum gd_field)field, want->v[field], again.v[field]));
    json_decref(json);
    for (int shape = 0; shape < GD_SHAPE__COUNT; shape++) {
        struct gd_buf body;

        gd_buf_init(&body, 1 << 20);
        err = (struct gd_error){0};
        if (gd_encode_update((enum gd_shape)shape, &again, &body, &err) == GD_OK) {
            MUST(gd_json_parse(body.data, body.len, &json, &err) == GD_OK);
            json_decref(json);
        } else {
            MUST(err.what[0] != '\0');
        }
        gd_buf_wipe(&body);
    }
    gd_alloc_clear(&again);
}

/* Assignments, one a line, in the order in which a form or a command line gives them. */
void fuzz_change(const char *text, size_t len)
{
    static const struct gd_place place = {.country = "IN", .zone_offset = GD_ZONE_IST};
    struct gd_alloc base = {.ends_at = NOW + 600, .call_count = -1}, want = {0};
    struct gd_change change = {0};
    struct gd_error err = {0};
    char line[512];

    MUST(gd_alloc_set(&base, GD_F_A_NUMBERS, "+919810000001,+919810000002", &err) == GD_OK);
    MUST(gd_alloc_set(&base, GD_F_B_NUMBERS, "+919820000002", &err) == GD_OK);
    for (size_t at = 0; at < len;) {
        size_t part = strcspn(text + at, "\n");

        if (part < sizeof line) {
            memcpy(line, text + at, part);
            line[part] = '\0';
            err = (struct gd_error){0};
            if (gd_change_parse(&change, line, &place, &err) != GD_OK)
                MUST(err.what[0] != '\0');
        }
        at += part + 1;
    }
    err = (struct gd_error){0};
    if (gd_change_resolve(&change, &base, NOW, &want, &err) == GD_OK)
        check_want(&want);
    gd_alloc_clear(&want);
    gd_alloc_clear(&base);
    gd_change_clear(&change);
}

/* Nothing that could steer a terminal is left: no controls, no DEL, and only whole characters. */
static void check_escaped(const struct gd_buf *out)
{
    for (size_t at = 0; at < out->len;) {
        int rune;

        at += gd_utf8_next(out->data + at, out->len - at, &rune);
        MUST(rune >= 0x20 && (rune < 0x7f || rune > 0x9f));
        MUST(rune != 0x200e && rune != 0x200f && (rune < 0x202a || rune > 0x202e));
    }
}

void fuzz_text(const char *text, size_t len)
{
    struct gd_buf out;

    gd_buf_init(&out, len * 16 + 16);
    gd_text_escape(text, len, &out);
    MUST(!out.failed);
    check_escaped(&out);
    gd_buf_clear(&out);
    gd_text_csv(text, &out);
    MUST(!out.failed && (out.len == 0 || strchr("=@\t\r", out.data[0]) == NULL));
    gd_buf_free(&out);
}

/* No run of digits that could be somebody's number is left in what the log gets; the digits of an escape of
 * JSON are none. */
static void check_masked(const struct gd_buf *out, size_t most)
{
    size_t run = 0;

    for (size_t i = 0; i < out->len; i++) {
        if (strncmp(out->data + i, "\\u00", 4) == 0) {
            i += strlen("u00") + 2;
            run = 0;
            continue;
        }
        run = out->data[i] >= '0' && out->data[i] <= '9' ? run + 1 : 0;
        MUST(run <= most);
    }
}

void fuzz_mask(const char *text, size_t len)
{
    struct gd_buf out;

    gd_buf_init(&out, len * 32 + 256);
    gd_log_mask(text, len, &out);
    check_masked(&out, 6);
    gd_buf_clear(&out);
    gd_log_mask_digits(text, len, 7, &out);
    check_masked(&out, 6);
    gd_buf_clear(&out);
    gd_log_mask_path(text, &out);
    check_masked(&out, 9);
    gd_buf_wipe(&out);
}

/* The header as it comes: not ended by a NUL where the value ends. */
void fuzz_retry_after(const char *text, size_t len)
{
    int64_t wait = gd_retry_after_parse(text, len, NOW);

    MUST(wait >= -1);
    if (len > 1)
        MUST(gd_retry_after_parse(text + 1, len - 1, NOW) >= -1);
}
