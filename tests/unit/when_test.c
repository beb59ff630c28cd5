/* Times of the API in every form, their zones, and the clock that can be set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/when.h"

#include <string.h>

#include "tap.h"

#define NEVER INT64_MIN

static const struct {
    const char *text;
    int zone;
    int64_t want; /* NEVER: refused */
} times[] = {
    {"2020-03-27 12:17:09", GD_ZONE_UTC, 1585311429},
    {"2020-03-27 12:17:09", GD_ZONE_IST, 1585311429 - GD_ZONE_IST},
    {"2020-03-27T12:17:09Z", GD_ZONE_IST, 1585311429},
    {"2020-03-27t12:17:09z", GD_ZONE_IST, 1585311429},
    {"2020-03-27T12:17:09.123456Z", GD_ZONE_IST, 1585311429},
    {"2024-06-15T10:30:00+05:30", GD_ZONE_UTC, 1718427600},
    {"2024-06-15T10:30:00+0530", GD_ZONE_UTC, 1718427600},
    {"2024-06-15T10:30+05", GD_ZONE_UTC, 1718429400},
    {"2024-06-15T00:00:00-05:00", GD_ZONE_UTC, 1718427600},
    {"2024-06-15 10:30", GD_ZONE_IST, 1718427600},
    {"1970-01-01 00:00:00", GD_ZONE_UTC, 0},
    {"2000-02-29 00:00:00", GD_ZONE_UTC, 951782400},
    {"2024-12-31 23:59:60", GD_ZONE_UTC, 1735689600},
    {"9999-12-31 23:59:59", GD_ZONE_UTC, 253402300799},
    {"9999-12-31 23:59:60", GD_ZONE_UTC, NEVER},
    {"9999-12-31 23:59:59-01:00", GD_ZONE_UTC, NEVER},
    {"1970-01-01 00:00:00", GD_ZONE_IST, NEVER},
    {"2023-02-29 00:00:00", GD_ZONE_UTC, NEVER},
    {"1900-02-01 00:00:00", GD_ZONE_UTC, NEVER},
    {"2024-13-01 00:00:00", GD_ZONE_UTC, NEVER},
    {"2024-00-01 00:00:00", GD_ZONE_UTC, NEVER},
    {"2024-04-31 00:00:00", GD_ZONE_UTC, NEVER},
    {"2024-04-30 24:00:00", GD_ZONE_UTC, NEVER},
    {"2024-04-30 23:60:00", GD_ZONE_UTC, NEVER},
    {"2024-04-30 23:59:61", GD_ZONE_UTC, NEVER},
    {"2024-04-30", GD_ZONE_UTC, NEVER},
    {"2024-04-30 ", GD_ZONE_UTC, NEVER},
    {"2024-04-30  12:00:00", GD_ZONE_UTC, NEVER},
    {"2024-4-30 12:00:00", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00 ", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00.", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00+", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00+5", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00+05:3", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00+24:00", GD_ZONE_UTC, NEVER},
    {"2024-04-30 12:00:00Zulu", GD_ZONE_UTC, NEVER},
    {"12/04/2024 12:00:00", GD_ZONE_UTC, NEVER},
    {"soon", GD_ZONE_UTC, NEVER},
    {"null", GD_ZONE_UTC, NEVER},
    {"", GD_ZONE_UTC, NEVER},
    {NULL, GD_ZONE_UTC, NEVER},
};

static void test_parse(void)
{
    for (size_t i = 0; i < sizeof times / sizeof *times; i++) {
        struct gd_error err = {0};
        int64_t when = NEVER;
        enum gd_rc rc = gd_when_parse(times[i].text, times[i].zone, &when, &err);

        is_int(rc, times[i].want == NEVER ? GD_INPUT : GD_OK, "'%s'",
               times[i].text ? times[i].text : "(null)");
        is_int(when, times[i].want, "its seconds since 1970");
    }
}

/* What is written is read again as the same second, over days of every month and leap years. */
static void test_round(void)
{
    char out[GD_WHEN_MAX];
    struct gd_error err = {0};
    int wrong = 0;

    for (int64_t when = 0; when < 253402300799; when += 86399 * 37) {
        int64_t again = NEVER;

        gd_when_rfc3339(when, GD_ZONE_IST, out);
        if (gd_when_parse(out, GD_ZONE_UTC, &again, &err) != GD_OK || again != when)
            wrong++;
    }
    is_int(wrong, 0, "RFC 3339 reads back as what was written");
    gd_when_rfc3339(1718427600, GD_ZONE_IST, out);
    is_str(out, "2024-06-15T10:30:00+05:30", "RFC 3339 in IST");
    gd_when_rfc3339(1718427600, GD_ZONE_UTC, out);
    is_str(out, "2024-06-15T05:00:00Z", "in UTC");
    gd_when_rfc3339(1718427600, -9000, out);
    is_str(out, "2024-06-15T02:30:00-02:30", "west of it");
    gd_when_rfc3339(253402300799, GD_ZONE_IST, out);
    is_str(out, "9999-12-31T23:59:59Z", "where a year would have five digits, in UTC");
    gd_when_format(1718427600, GD_ZONE_IST, "%H:%M", out);
    is_str(out, "10:30", "a short form");
    gd_when_format(INT64_MAX / 2, 0, "%Y", out);
    is_str(out, "", "beyond any calendar nothing");
}

static void test_zones(void)
{
    is_int(gd_zone_offset("IST"), 19800, "IST");
    is_int(gd_zone_offset("utc"), 0, "UTC");
    is_int(gd_zone_offset("CET"), -1, "no other name");
    is_int(gd_zone_offset(NULL), -1, "nor none");
    is_str(gd_zone_name(19800), "IST", "the name of 19800");
    is_str(gd_zone_name(0), "UTC", "of 0");
    is_str(gd_zone_name(-12600), "-03:30", "of another");
}

static void test_clock(void)
{
    int64_t mono = gd_mono_ms();

    ok(gd_now() > 1700000000, "the clock is past 2023");
    ok(gd_mono_ms() >= mono, "the other never goes back");
    gd_clock_set(1718427600999, 5);
    is_int(gd_now(), 1718427600, "a clock that was set, in seconds");
    is_int(gd_now_ms(), 1718427600999, "in milliseconds");
    is_int(gd_mono_ms(), 5, "and the other one");
    gd_clock_set(-1, -1);
    ok(gd_now() != 1718427600 && gd_mono_ms() >= mono, "given back");
}

int main(void)
{
    test_parse();
    test_round();
    test_zones();
    test_clock();
    return done_testing();
}
