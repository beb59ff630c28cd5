/* Times of the API, and the clocks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "when.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

#define LAST 253402300799 /* 9999-12-31T23:59:59Z */
#define TAKES "write it as 2026-12-01 18:00:00 or 2026-12-01T18:00:00+05:30"

static int64_t set_wall = -1, set_mono = -1; /* milliseconds; -1: the real clock */

static int64_t read_clock(clockid_t clock)
{
    struct timespec at;

    clock_gettime(clock, &at);
    return (int64_t)at.tv_sec * 1000 + at.tv_nsec / 1000000;
}

int64_t gd_now_ms(void)
{
    return set_wall >= 0 ? set_wall : read_clock(CLOCK_REALTIME);
}

int64_t gd_now(void)
{
    return gd_now_ms() / 1000;
}

int64_t gd_mono_ms(void)
{
    return set_mono >= 0 ? set_mono : read_clock(CLOCK_MONOTONIC);
}

void gd_clock_set(int64_t wall_ms, int64_t mono_ms)
{
    set_wall = wall_ms;
    set_mono = mono_ms;
}

/* Reads exactly n digits that make a value of least to most. */
static bool read_digits(const char **at, int n, int least, int most, int *out)
{
    *out = 0;
    for (int i = 0; i < n; i++, ++*at) {
        if (**at < '0' || **at > '9')
            return false;
        *out = *out * 10 + (**at - '0');
    }
    return *out >= least && *out <= most;
}

static bool read_char(const char **at, const char *any_of)
{
    if (**at == '\0' || strchr(any_of, **at) == NULL)
        return false;
    ++*at;
    return true;
}

static int month_days(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return days[month - 1] + (month == 2 && leap);
}

/* Days since 1970-01-01 of a date from 1970 on. */
static int64_t days_since(int year, int month, int day)
{
    int64_t before = year - 1;
    int64_t days = before * 365 + before / 4 - before / 100 + before / 400 - 719162;

    for (int m = 1; m < month; m++)
        days += month_days(year, m);
    return days + day - 1;
}

/* Reads "Z", "+05:30", "+0530", "+05", or nothing (then offset stays). */
static bool read_zone(const char **at, int *offset)
{
    int hours, minutes = 0, sign;

    if (**at == '\0')
        return true;
    if (read_char(at, "Zz")) {
        *offset = 0;
        return true;
    }
    sign = **at == '-' ? -1 : 1;
    if (!read_char(at, "+-") || !read_digits(at, 2, 0, 23, &hours))
        return false;
    if (**at != '\0') {
        read_char(at, ":");
        if (!read_digits(at, 2, 0, 59, &minutes))
            return false;
    }
    *offset = sign * (hours * 3600 + minutes * 60);
    return true;
}

static bool read_when(const char *at, int offset, int64_t *out)
{
    int year, month, day, hour, minute, second = 0;
    int64_t when;

    if (!read_digits(&at, 4, 1970, 9999, &year) || !read_char(&at, "-") ||
        !read_digits(&at, 2, 1, 12, &month) || !read_char(&at, "-") ||
        !read_digits(&at, 2, 1, month_days(year, month), &day) || !read_char(&at, " Tt") ||
        !read_digits(&at, 2, 0, 23, &hour) || !read_char(&at, ":") || !read_digits(&at, 2, 0, 59, &minute))
        return false;
    if (read_char(&at, ":")) {
        if (!read_digits(&at, 2, 0, 60, &second))
            return false;
        if (read_char(&at, ".")) {
            if (*at < '0' || *at > '9')
                return false;
            at += strspn(at, "0123456789");
        }
    }
    if (!read_zone(&at, &offset) || *at != '\0')
        return false;
    when = days_since(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset;
    if (when < 0 || when > LAST)
        return false;
    *out = when;
    return true;
}

enum gd_rc gd_when_parse(const char *text, int zone_offset, int64_t *out, struct gd_error *err)
{
    if (text != NULL && read_when(text, zone_offset, out))
        return GD_OK;
    return gd_fail(err, GD_INPUT, TAKES, "'%.60s' is no time", text != NULL ? text : "");
}

bool gd_when_zoned(const char *text)
{
    return strnlen(text, 11) > 10 && strpbrk(text + 10, "Zz+-") != NULL; /* behind the date's own dashes */
}

void gd_when_format(int64_t when, int zone_offset, const char *format, char out[GD_WHEN_MAX])
{
    /* By a pointer, since the compiler checks the format where it is written: at the caller. */
    size_t (*const form)(char *, size_t, const char *, const struct tm *) = strftime;
    time_t shifted = (time_t)(when + zone_offset);
    struct tm parts;

    if (gmtime_r(&shifted, &parts) == NULL || form(out, GD_WHEN_MAX, format, &parts) == 0)
        out[0] = '\0';
}

/* "+05:30" of an offset in seconds, into room for it. */
static void offset_text(int zone_offset, char *out, size_t room)
{
    unsigned minutes = (unsigned)(zone_offset < 0 ? -zone_offset : zone_offset) / 60;

    snprintf(out, room, "%c%02u:%02u", zone_offset < 0 ? '-' : '+', minutes / 60 % 100, minutes % 60);
}

void gd_when_rfc3339(int64_t when, int zone_offset, char out[GD_WHEN_MAX])
{
    size_t n;

    if (when > LAST - zone_offset) /* the year would have five digits there, which nobody reads */
        zone_offset = GD_ZONE_UTC;
    gd_when_format(when, zone_offset, "%Y-%m-%dT%H:%M:%S", out);
    n = strlen(out);
    if (zone_offset == GD_ZONE_UTC)
        snprintf(out + n, GD_WHEN_MAX - n, "Z");
    else
        offset_text(zone_offset, out + n, GD_WHEN_MAX - n);
}

int gd_zone_offset(const char *name)
{
    if (name != NULL && strcasecmp(name, "IST") == 0)
        return GD_ZONE_IST;
    if (name != NULL && strcasecmp(name, "UTC") == 0)
        return GD_ZONE_UTC;
    return -1;
}

const char *gd_zone_name(int zone_offset)
{
    static char other[12];

    if (zone_offset == GD_ZONE_IST)
        return "IST";
    if (zone_offset == GD_ZONE_UTC)
        return "UTC";
    offset_text(zone_offset, other, sizeof other);
    return other;
}
