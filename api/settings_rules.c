/* Rules across settings: what depends on what, in words for the person who is about to save. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "duration.h"
#include "number.h"
#include "setting.h"
#include "sms.h"

#define COOL_OFF_LONG 21600 /* seconds: from here on the pool of VNs is likely to run dry */

struct look {
    const struct gd_settings *known, *change;
    int64_t longest;
    gd_settings_rule_fn *fn;
    void *arg;
};

/* The value that will stand; "" where none is known. */
static const char *will(const struct look *look, enum gd_setting id)
{
    const char *value = look->change != NULL ? look->change->v[id] : NULL;

    if (value == NULL)
        value = look->known->v[id];
    return value != NULL ? value : "";
}

static bool touches(const struct look *look, enum gd_setting id)
{
    return look->change == NULL ? look->known->v[id] != NULL : look->change->v[id] != NULL;
}

static bool is_on(const struct look *look, enum gd_setting id)
{
    return strcmp(will(look, id), "true") == 0;
}

static void say(const struct look *look, enum gd_setting id, const char *fmt, ...) GD_PRINTF(3, 4);
static void say(const struct look *look, enum gd_setting id, const char *fmt, ...)
{
    char words[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(words, sizeof words, fmt, ap);
    va_end(ap);
    look->fn(look->arg, id, words);
}

static void longest_life(const struct look *look)
{
    int64_t most;
    char left[32];

    if (!touches(look, GD_S_MAX_DEALLOCATION_TIME) ||
        gd_duration_parse(will(look, GD_S_MAX_DEALLOCATION_TIME), &most, NULL) != GD_OK)
        return;
    if (most < 0)
        say(look, GD_S_MAX_DEALLOCATION_TIME,
            "without an end, allocations that ask for none live 170 days, and are billed so long");
    if (most > 0 && look->longest > most) {
        gd_duration_text(look->longest, left, sizeof left);
        say(look, GD_S_MAX_DEALLOCATION_TIME,
            "allocations known here have up to %s left: asking for as much will be refused or cut", left);
    }
}

static void cool_off(const struct look *look)
{
    long long rest = strtoll(will(look, GD_S_DELETION_TIME), NULL, 10);

    if (!touches(look, GD_S_DELETION_TIME))
        return;
    if (rest == 0)
        say(look, GD_S_DELETION_TIME,
            "without a cool-off a VN or PIN can be given out again at once: a late caller then reaches the "
            "next customer");
    else if (rest >= COOL_OFF_LONG)
        say(look, GD_S_DELETION_TIME,
            "VNs and PINs rest long: with many allocations none may be left to allocate (code 4)");
}

static void zone_and_country(const struct look *look)
{
    const struct gd_country *country = gd_country_find(will(look, GD_S_COUNTRY));

    if (touches(look, GD_S_TIMEZONE) && look->change != NULL)
        say(look, GD_S_TIMEZONE,
            "from now on, times without a zone are read as %s, ends of allocations among them",
            will(look, GD_S_TIMEZONE));
    if (touches(look, GD_S_COUNTRY) && look->change != NULL && country != NULL)
        say(look, GD_S_COUNTRY, "numbers typed in national form will be completed with +%s (%s)",
            country->code, country->name);
    if ((touches(look, GD_S_INTL_NUM_SUP) || touches(look, GD_S_COUNTRY)) &&
        !is_on(look, GD_S_INTL_NUM_SUP) && *will(look, GD_S_COUNTRY) != '\0' && look->change != NULL)
        say(look, GD_S_INTL_NUM_SUP, "international numbers are off: only those of %s are accepted",
            country != NULL ? country->name : will(look, GD_S_COUNTRY));
}

static void tags(const struct look *look)
{
    if ((touches(look, GD_S_APARTY_TAG) || touches(look, GD_S_BPARTY_TAG)) && look->change != NULL &&
        !is_on(look, GD_S_TAG_ENABLED))
        say(look, GD_S_TAG_ENABLED, "tags are off: the tags of A and B are stored, but not sent");
    if (touches(look, GD_S_TAG_ENABLED) && look->change != NULL && is_on(look, GD_S_TAG_ENABLED))
        say(look, GD_S_TAG_ENABLED, "tags work only once Exotel's account manager has enabled them");
}

static void pins(const struct look *look)
{
    static const enum gd_setting all[] = {GD_S_APARTY_PIN_LENGTH,  GD_S_BPARTY_PIN_LENGTH,
                                          GD_S_COMMON_PIN_LENGTH,  GD_S_APARTY_PIN_ENABLED,
                                          GD_S_BPARTY_PIN_ENABLED, GD_S_COMMON_PIN_ENABLED};
    const char *a = will(look, GD_S_APARTY_PIN_LENGTH), *b = will(look, GD_S_BPARTY_PIN_LENGTH);
    const char *both = will(look, GD_S_COMMON_PIN_LENGTH);
    bool touched = false;

    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        touched |= touches(look, all[i]);
    if (!touched)
        return;
    if (is_on(look, GD_S_COMMON_PIN_ENABLED) && (strcmp(a, both) != 0 || strcmp(b, both) != 0))
        say(look, GD_S_COMMON_PIN_ENABLED,
            "the common PIN is on, but the lengths differ (A %s, B %s, common %s): which of them wins is not "
            "published",
            *a ? a : "?", *b ? b : "?", *both ? both : "?");
    for (int i = 0; i < 3; i++)
        if (touches(look, all[i]) && *will(look, all[i]) != '\0' && strtol(will(look, all[i]), NULL, 10) < 4)
            say(look, all[i], "%s digits are guessed in %s tries", will(look, all[i]),
                strtol(will(look, all[i]), NULL, 10) == 1   ? "10"
                : strtol(will(look, all[i]), NULL, 10) == 2 ? "100"
                                                            : "1,000");
    for (int i = 0; i < 2; i++)
        if (look->change != NULL && touches(look, all[i]) && strcmp(will(look, all[i + 3]), "false") == 0 &&
            !is_on(look, GD_S_COMMON_PIN_ENABLED))
            say(look, all[i], "the %c-party needs no PIN at present: its length matters once it does",
                i == 0 ? 'A' : 'B');
}

static void content_types(const struct look *look)
{
    for (int c = 0; c < GD_CB__COUNT; c++) {
        enum gd_setting first = gd_callback_rows[c].endpoint;
        const char *method = will(look, first + 1), *headers = will(look, first + 2);

        if (!touches(look, first) && !touches(look, first + 1) && !touches(look, first + 2))
            continue;
        if (strcmp(method, "POST_JSON") == 0 && strstr(headers, "xml") != NULL)
            say(look, first + 2, "the body will be JSON, but the content type says XML");
        else if (strcmp(method, "POST_XML") == 0 && strstr(headers, "json") != NULL)
            say(look, first + 2, "the body will be XML, but the content type says JSON");
        if (strncmp(will(look, first), "http:", 5) == 0)
            say(look, first, "http: numbers and PINs of the events travel unencrypted");
    }
}

static void others(const struct look *look)
{
    struct gd_sms sms = {0};
    char words[200];

    if (touches(look, GD_S_DEFAULT_FLOW_ID) && look->change != NULL)
        say(look, GD_S_DEFAULT_FLOW_ID,
            "the flow must exist in the account, else creating a GreenVN fails (code 50)");
    if (touches(look, GD_S_DEFAULT_REGION) && *will(look, GD_S_DEFAULT_REGION) != '\0' &&
        strchr(will(look, GD_S_DEFAULT_REGION), ',') == NULL &&
        gd_region_name(will(look, GD_S_DEFAULT_REGION)) == NULL)
        say(look, GD_S_DEFAULT_REGION, "%.16s is no region known here: the server decides",
            will(look, GD_S_DEFAULT_REGION));
    if (touches(look, GD_S_SMS_CONFIG) && gd_sms_read(will(look, GD_S_SMS_CONFIG), &sms, NULL) == GD_OK) {
        gd_sms_warn(&sms, words, sizeof words);
        if (words[0] != '\0')
            say(look, GD_S_SMS_CONFIG, "%s", words);
    }
    gd_sms_clear(&sms);
}

void gd_settings_rules(const struct gd_settings *known, const struct gd_settings *change, int64_t longest,
                       gd_settings_rule_fn *fn, void *arg)
{
    const struct look look = {known, change, longest, fn, arg};

    longest_life(&look);
    cool_off(&look);
    zone_and_country(&look);
    tags(&look);
    pins(&look);
    content_types(&look);
    others(&look);
}
