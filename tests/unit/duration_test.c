/* Durations: what people type, what the API says, what people read. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/duration.h"

#include "../../api/when.h"
#include "tap.h"

#define NOW 1780000000
#define END (NOW + 600)

static const struct {
    const char *text;
    int64_t want; /* seconds from NOW with the present end END; -1: refused */
} spans[] = {
    {"1200s", 1200},
    {"90m", 5400},
    {"2h", 7200},
    {"1h30m", 5400},
    {"1d2h3m4s", 93784},
    {"2d", 172800},
    {"170d", GD_DURATION_MAX},
    {"3600", 3600},
    {" 2h", 7200},
    {"+2h", 7800},
    {"+ 2h", 7800},
    {"+60", 660},
    {"until 2026-05-28 20:27", 20}, /* UTC 20:26:40 is NOW */
    {"UNTIL  2026-05-28T20:27:40Z", 60},
    {"until 2026-05-29T02:00:00+05:30", 200},
    {"until 2026-05-28 20:26", -1},
    {"until", -1},
    {"until tomorrow", -1},
    {"", -1},
    {"+", -1},
    {"0", -1},
    {"0s", -1},
    {"2", 2},
    {"2x", -1},
    {"h", -1},
    {"2h2h", -1},
    {"30m1h", -1},
    {"1h30", -1},
    {"-5", -1},
    {"-1", -1},
    {"1.5h", -1},
    {"2h ", -1},
    {"99999999999999999999", -1},
    {"36500d", 3153600000},
    {"36500d1s", -1},
    {"9999999999d", -1},
};

static void test_spans(void)
{
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        struct gd_error err = {0};
        struct gd_span span;
        int64_t seconds = -1;
        enum gd_rc rc = gd_span_parse(spans[i].text, GD_ZONE_UTC, &span, &err);

        if (rc == GD_OK)
            rc = gd_span_seconds(&span, NOW, END, &seconds, &err);
        is_int(rc, spans[i].want < 0 ? GD_INPUT : GD_OK, "'%s' is %s", spans[i].text,
               spans[i].want < 0 ? "refused" : "read");
        if (spans[i].want >= 0)
            is_int(seconds, spans[i].want, "it ends in %lld s", (long long)spans[i].want);
        else
            ok(err.what[0] != '\0' && err.advice[0] != '\0', "in words: %s", err.what);
    }
}

static void test_ends(void)
{
    struct gd_error err = {0};
    struct gd_span span;
    int64_t seconds;

    is_int(gd_span_parse("until 2026-05-29 02:00", GD_ZONE_IST, &span, &err), GD_OK, "a time in the zone");
    is_int(gd_span_seconds(&span, NOW, 0, &seconds, &err), GD_OK, "needs no present end");
    is_int(seconds, 200, "and is read in it");
    is_int(gd_span_parse("+2h", 0, &span, &err), GD_OK, "+2h is read");
    is_int(gd_span_seconds(&span, NOW, 0, &seconds, &err), GD_INPUT, "but needs the present end");
    has_str(err.what, "present end", "says so");
    err = (struct gd_error){0};
    is_int(gd_span_seconds(&span, NOW, NOW - 8000, &seconds, &err), GD_INPUT,
           "added to an end long past it is refused");
}

static void test_service(void)
{
    static const struct {
        const char *text;
        int64_t want; /* 0: refused */
    } rows[] = {
        {"170d", GD_DURATION_MAX},
        {"12h", 43200},
        {"90m", 5400},
        {"1200s", 1200},
        {"-1", -1},
        {"0s", 0},
        {"", 0},
        {"s", 0},
        {"1200", 0},
        {"1h30m", 0},
        {"-2", 0},
        {"+1s", 0},
        {"1w", 0},
        {"1s ", 0},
        {"99999999999999999999s", 0},
    };
    int64_t seconds;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gd_error err = {0};
        enum gd_rc rc = gd_duration_parse(rows[i].text, &seconds, &err);

        is_int(rc, rows[i].want == 0 ? GD_INPUT : GD_OK, "the service's '%s'", rows[i].text);
        if (rc == GD_OK)
            is_int(seconds, rows[i].want, "in seconds");
    }
}

static void test_text(void)
{
    static const struct {
        int64_t seconds;
        const char *want;
    } rows[] = {
        {0, "0s"},
        {45, "45s"},
        {60, "1m"},
        {61, "1m1s"},
        {7080, "1h58m"},
        {7085, "1h58m"},
        {3605, "1h"},
        {GD_DURATION_MAX, "170d"},
        {187200, "2d4h"},
        {86400 + 59 * 60, "1d"},
        {-7080, "-1h58m"},
        {-1, "-1s"},
        {INT64_MAX, "106751991167300d15h"},
        {INT64_MIN, "-106751991167300d15h"},
    };
    char out[32];

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gd_duration_text(rows[i].seconds, out, sizeof out);
        is_str(out, rows[i].want, "%lld s for people", (long long)rows[i].seconds);
    }
    gd_duration_text(7080, out, 4);
    is_str(out, "1h5", "never more than there is room for");
}

int main(void)
{
    test_spans();
    test_ends();
    test_service();
    test_text();
    return done_testing();
}
