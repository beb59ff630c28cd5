/* Durations in and out of seconds. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "duration.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "when.h"

#define MINUTE 60
#define HOUR (60 * MINUTE)
#define DAY (24 * HOUR)
#define SPAN_MAX ((int64_t)36500 * DAY) /* a hundred years: no sum of two can overflow */
#define TAKES "write it as 1200s, 90m, 2h, 1h30m, 2d, +2h (from the present end), or until 2026-12-01 18:00"

static const struct {
    char letter;
    int64_t seconds;
} units[] = {{'d', DAY}, {'h', HOUR}, {'m', MINUTE}, {'s', 1}};

#define UNITS (sizeof units / sizeof *units)

/* Reads digits; false where there are none, or the count is beyond any duration. */
static bool read_count(const char **at, int64_t *count)
{
    const char *start = *at;

    *count = 0;
    for (; **at >= '0' && **at <= '9'; ++*at) {
        *count = *count * 10 + (**at - '0');
        if (*count > SPAN_MAX)
            return false;
    }
    return *at > start;
}

/* The index of a unit's letter, or UNITS. */
static size_t unit_of(char letter)
{
    size_t i = 0;

    while (i < UNITS && units[i].letter != letter)
        i++;
    return i;
}

/* Reads "1h30m", units falling, or a bare count of seconds. */
static bool read_length(const char *text, int64_t *seconds)
{
    size_t unit, least = 0;
    int64_t count;

    *seconds = 0;
    for (const char *at = text; *at != '\0' || at == text;) {
        if (!read_count(&at, &count))
            return false;
        if (*at == '\0' && least == 0) {
            *seconds = count;
            return true;
        }
        unit = unit_of(*at);
        if (unit == UNITS || unit < least || count > SPAN_MAX / units[unit].seconds)
            return false;
        *seconds += count * units[unit].seconds;
        if (*seconds > SPAN_MAX)
            return false;
        least = unit + 1;
        at++;
    }
    return true;
}

static const char *after_blanks(const char *text)
{
    return text + strspn(text, " ");
}

enum gd_rc gd_span_parse(const char *text, int zone_offset, struct gd_span *out, struct gd_error *err)
{
    const char *at = after_blanks(text);
    struct gd_error unused = {0};

    if (strncasecmp(at, "until ", 6) == 0) {
        out->form = GD_SPAN_UNTIL;
        if (gd_when_parse(after_blanks(at + 6), zone_offset, &out->value, &unused) != GD_OK)
            return gd_fail(err, GD_INPUT, TAKES, "'%.60s' is no duration: no time can be read after until",
                           text);
        return GD_OK;
    }
    out->form = *at == '+' ? GD_SPAN_PLUS : GD_SPAN_FOR;
    if (*at == '+')
        at = after_blanks(at + 1);
    if (!read_length(at, &out->value))
        return gd_fail(err, GD_INPUT, TAKES, "'%.60s' is no duration", text);
    if (out->value == 0)
        return gd_fail(err, GD_INPUT, TAKES, "a duration of 0 is too short: it begins at 1 second");
    return GD_OK;
}

enum gd_rc gd_span_seconds(const struct gd_span *span, int64_t now, int64_t present_end, int64_t *seconds,
                           struct gd_error *err)
{
    switch (span->form) {
    case GD_SPAN_FOR:
        *seconds = span->value;
        break;
    case GD_SPAN_PLUS:
        if (present_end == 0)
            return gd_fail(err, GD_INPUT, "read it first, or give the duration from now, as in 2h",
                           "the present end is not known, so nothing can be added to it");
        *seconds = present_end - now + span->value;
        break;
    case GD_SPAN_UNTIL:
        *seconds = span->value - now;
        break;
    }
    if (*seconds <= 0)
        return gd_fail(err, GD_INPUT, "give a later end; to end it at once, deallocate it",
                       "the duration would end before now");
    return GD_OK;
}

enum gd_rc gd_duration_parse(const char *text, int64_t *seconds, struct gd_error *err)
{
    const char *at = text;
    size_t unit;
    int64_t count;

    if (strcmp(text, "-1") == 0) {
        *seconds = -1;
        return GD_OK;
    }
    if (!read_count(&at, &count) || count == 0 || *at == '\0' || at[1] != '\0' ||
        (unit = unit_of(*at)) == UNITS || count > SPAN_MAX / units[unit].seconds)
        return gd_fail(err, GD_INPUT, "write it as 170d, 12h, 90m or 1200s, or -1 for no end",
                       "'%.40s' is no duration of the service", text);
    *seconds = count * units[unit].seconds;
    return GD_OK;
}

void gd_duration_text(int64_t seconds, char *out, size_t room)
{
    /* Negated as unsigned, so that the least value has an opposite. */
    uint64_t left = seconds < 0 ? 0 - (uint64_t)seconds : (uint64_t)seconds, length, count;
    const char *sign = seconds < 0 ? "-" : "";
    size_t i = 0;

    while (i + 1 < UNITS && left < (uint64_t)units[i].seconds)
        i++;
    length = (uint64_t)units[i].seconds;
    count = left / length;
    left %= length;
    if (i + 1 < UNITS && left >= (uint64_t)units[i + 1].seconds)
        snprintf(out, room, "%s%llu%c%llu%c", sign, (unsigned long long)count, units[i].letter,
                 (unsigned long long)(left / (uint64_t)units[i + 1].seconds), units[i + 1].letter);
    else
        snprintf(out, room, "%s%llu%c", sign, (unsigned long long)count, units[i].letter);
}
