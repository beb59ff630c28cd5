/* Settings: the table, reading from people and answers, bodies with exactly what changed, rules, SMS,
 * snapshots. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/json.h"
#include "../../api/mem.h"
#include "../../api/setting.h"
#include "store.h"
#include "tap.h"

enum { EDITS = 2000 };

static json_t *json_of(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);

    if (value == NULL)
        bail_out("no JSON: %s", text);
    return value;
}

/* The example of a file of the contract; the caller decrefs. */
static json_t *example(const char *name)
{
    const char *top = getenv("abs_top_srcdir");
    char path[4096];
    json_t *value;

    snprintf(path, sizeof path, "%s/tests/contract/examples/%s", top != NULL ? top : ".", name);
    value = json_load_file(path, 0, NULL);
    if (value == NULL)
        bail_out("cannot read %s", path);
    return value;
}

static struct gd_settings taken(const json_t *sections, int64_t when)
{
    struct gd_settings settings = {0};
    struct gd_error err = {0};

    if (gd_settings_take(&settings, sections, when, &err) != GD_OK)
        bail_out("cannot take settings: %s", err.what);
    return settings;
}

/* ---- the table ---- */

static void test_table(void)
{
    json_t *request = example("settings.request.json"), *section;
    const char *name, *key;
    json_t *value;
    int n = 0;

    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        const struct gd_setting_row *row = &gd_setting_rows[id];
        char whole[GD_SETTING_NAME_MAX];
        struct gd_buf out;

        gd_setting_name(id, whole);
        gd_buf_init(&out, 4096);
        ok(row->label != NULL && row->takes != NULL && row->help != NULL, "%s: words", whole);
        is_int(gd_setting_find(whole), id, "%s: found by its whole name", whole);
        is_int(gd_setting_find(row->key), id, "%s: found by its key", whole);
        ok(row->example != NULL && gd_setting_parse(id, row->example, &out, NULL, NULL) == GD_OK,
           "%s: its example can be set", whole);
        gd_buf_clear(&out);
        ok(row->def == NULL || (gd_setting_parse(id, row->def, &out, NULL, NULL) == GD_OK &&
                                gd_setting_same(id, row->def, out.data)),
           "%s: its default can be set", whole);
        gd_buf_free(&out);
        ok(json_object_get(json_object_get(request, row->section), row->key) != NULL,
           "%s: is in the contract", whole);
    }
    json_object_foreach(request, name, section) json_object_foreach(section, key, value) n +=
        gd_setting_find(key) != GD_S__COUNT;
    is_int(n, GD_S__COUNT, "the contract's example holds exactly these");
    for (enum gd_callback c = 0; c < GD_CB__COUNT; c++)
        for (int part = 0; part < 3; part++)
            is_int(gd_setting_callback(gd_callback_rows[c].endpoint + (enum gd_setting)part), c,
                   "callback %d, part %d", c, part);
    is_int(gd_setting_callback(GD_S_COUNTRY), GD_CB__COUNT, "the country is of no callback");
    json_decref(request);
}

/* ---- from people ---- */

static const struct {
    enum gd_setting id;
    const char *typed, *value; /* NULL: refused */
    const char *part;          /* of the refusal, or of the warning; NULL none */
} typed[] = {
    {GD_S_TAG_ENABLED, "Yes", "true", NULL},
    {GD_S_TAG_ENABLED, "off", "false", NULL},
    {GD_S_TAG_ENABLED, "maybe", NULL, "common.tag_enabled is neither true nor false"},
    {GD_S_DELETION_TIME, "1800", "1800", NULL},
    {GD_S_DELETION_TIME, "30m", "1800", NULL},
    {GD_S_DELETION_TIME, "86401", NULL, "not from 0 to 86400"},
    {GD_S_DELETION_TIME, "-1", NULL, "no whole number"},
    {GD_S_DELETION_TIME, "", NULL, "no whole number"},
    {GD_S_APARTY_PIN_LENGTH, "9", "9", NULL},
    {GD_S_APARTY_PIN_LENGTH, "0", NULL, "not from 1 to 9"},
    {GD_S_APARTY_PIN_LENGTH, "4m", NULL, "no whole number"},
    {GD_S_MAX_DEALLOCATION_TIME, "no end", "-1", NULL},
    {GD_S_MAX_DEALLOCATION_TIME, "30d", "30d", NULL},
    {GD_S_MAX_DEALLOCATION_TIME, "1h30m", "5400s", NULL},
    {GD_S_MAX_DEALLOCATION_TIME, "171d", NULL, "more than 170 days"},
    {GD_S_MAX_DEALLOCATION_TIME, "soon", NULL, "no duration"},
    {GD_S_COUNTRY, "in", "IN", NULL},
    {GD_S_COUNTRY, "India", "IN", NULL},
    {GD_S_COUNTRY, "germ", "DE", NULL},
    {GD_S_COUNTRY, "XX", NULL, "no country"},
    {GD_S_DEFAULT_REGION, "karnataka", "KA", NULL},
    {GD_S_DEFAULT_REGION, "mu", "MU", NULL},
    {GD_S_DEFAULT_REGION, "ZZ", "ZZ", "no region known here"},
    {GD_S_DEFAULT_REGION, "a b", NULL, "no region's code"},
    {GD_S_TIMEZONE, "utc", "UTC", NULL},
    {GD_S_TIMEZONE, "CET", NULL, "none of its values"},
    {GD_S_APARTY_TAG, "", NULL, "cannot be empty"},
    {GD_S_APARTY_TAG, "a\tb", NULL, "control characters"},
    {GD_S_VN_CALL_ENDPOINT, "https://h.example/x", "https://h.example/x", NULL},
    {GD_S_VN_CALL_ENDPOINT, "http://h.example/x", "http://h.example/x", "unencrypted"},
    {GD_S_VN_CALL_ENDPOINT, "h.example", NULL, "does not begin"},
    {GD_S_VN_CALL_ENDPOINT, "https:///x", NULL, "names no host"},
    {GD_S_VN_CALL_ENDPOINT, "https://h.example/a b", NULL, "percent-encoded"},
    {GD_S_VN_CALL_ENDPOINT, "", NULL, "no way to switch a callback off"},
    {GD_S_VN_CALL_METHOD, "post_json", "POST_JSON", NULL},
    {GD_S_VN_CALL_METHOD, "PUT", NULL, "none of its values"},
    {GD_S_VN_CALL_HEADERS, "application/xml", "{\"content_type\": \"application/xml\"}", NULL},
    {GD_S_VN_CALL_HEADERS, "{\"content_type\":\"json\",\"x\":1}", "{\"content_type\":\"json\",\"x\":1}",
     NULL},
    {GD_S_VN_CALL_HEADERS, "{\"content_type\":\"text/html\"}", NULL, "no content_type"},
    {GD_S_VN_CALL_HEADERS, "text", NULL, "neither a content type nor"},
    {GD_S_SMS_CONFIG, "{\"A\": {}}", "{\"A\": {}}", NULL},
    {GD_S_SMS_CONFIG, "{\"A\": 1}", NULL, "A of common.sms_config is no object"},
    {GD_S_SMS_CONFIG, "[", NULL, "no JSON"},
    {GD_S_SMS_CONFIG, "{\"B\": {\"sms_enabled\": \"true\"}}", "{\"B\": {\"sms_enabled\": \"true\"}}",
     "sms_body is missing"},
};

static void test_typed(void)
{
    for (size_t i = 0; i < sizeof typed / sizeof *typed; i++) {
        struct gd_error err = {0};
        struct gd_buf out;
        char warning[200];
        enum gd_rc rc;

        gd_buf_init(&out, 4096);
        rc = gd_setting_parse(typed[i].id, typed[i].typed, &out, warning, &err);
        is_int(rc, typed[i].value != NULL ? GD_OK : GD_INPUT, "%s=%s", gd_setting_rows[typed[i].id].key,
               typed[i].typed);
        if (typed[i].value != NULL)
            is_str(out.data, typed[i].value, "is kept as it goes");
        if (typed[i].part != NULL)
            has_str(typed[i].value != NULL ? warning : err.what, typed[i].part, "and says why");
        else
            is_str(warning, "", "without a warning");
        gd_buf_free(&out);
    }
}

/* ---- from answers ---- */

static void test_answers(void)
{
    json_t *odd =
        json_of("{\"common\": {\"deletion_time\": \"1800\", \"tag_enabled\": true, \"default_region\":"
                " [\"KA\", \"MH\"], \"colour\": \"red\", \"country\": null, \"timezone\": \"CET\"},"
                " \"greenpin\": {\"aparty_pin_length\": 6.0}, \"greenvn\": [], \"extra\": {\"a\": 1}}");
    struct gd_settings settings = taken(odd, 77);
    json_t *out = gd_settings_json(&settings, false, true);

    is_str(settings.v[GD_S_DELETION_TIME], "1800", "an integer that came as text");
    is_str(settings.v[GD_S_TAG_ENABLED], "true", "a text that came as boolean");
    is_str(settings.v[GD_S_DEFAULT_REGION], "KA,MH", "regions that came as a list");
    is_str(settings.v[GD_S_APARTY_PIN_LENGTH], "6", "an integer that came as real");
    is_str(settings.v[GD_S_TIMEZONE], "CET", "an unknown value is kept as it came");
    is_str(settings.v[GD_S_COUNTRY], NULL, "null is not reported");
    is_int(settings.at[GD_S_DELETION_TIME], 77, "when it was reported");
    is_int(settings.at[GD_S_COUNTRY], 0, "what was not has no time");
    is_int(json_integer_value(gd_json_at(out, "common.deletion_time", 20)), 1800, "goes out as integer");
    is_str(json_string_value(json_object_get(json_object_get(out, "common"), "colour")), "red",
           "an unknown key is kept");
    ok(json_is_array(json_object_get(out, "greenvn")), "so is a section that is no object");
    is_int(json_integer_value(json_object_get(json_object_get(out, "extra"), "a")), 1,
           "and an unknown section");
    ok(json_object_get(json_object_get(out, "common"), "country") == NULL,
       "what is not reported is left out");
    json_decref(out);
    out = gd_settings_json(&settings, true, false);
    ok(json_is_null(json_object_get(json_object_get(out, "common"), "country")),
       "or null, where all are wanted");
    json_decref(out);
    gd_settings_clear(&settings);
    json_decref(odd);
}

static void test_example(void)
{
    json_t *request = example("settings.request.json"), *response = example("settings.response.json");
    struct gd_settings asked = taken(request, 1), answered = taken(json_object_get(response, "data"), 2);
    struct gd_settings nothing = {0};
    struct gd_error err = {0};
    json_t *body = NULL;

    is_int(gd_settings_body(&asked, &nothing, &body, &err), GD_OK, "the example's body can be made");
    ok(json_equal(body, request), "and is the example's");
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        if (answered.v[id] != NULL)
            ok(gd_setting_same(id, asked.v[id], answered.v[id]), "%s: the answer has what was asked",
               gd_setting_rows[id].key);
    is_str(answered.v[GD_S_PIN_FAILED_ENDPOINT], NULL, "what the answer leaves out is not reported");
    gd_settings_reduce(&asked, &answered);
    is_str(asked.v[GD_S_COUNTRY], NULL, "what the server has is no change");
    ok(asked.v[GD_S_PIN_FAILED_ENDPOINT] != NULL, "what it did not report may be one");
    json_decref(body);
    json_decref(request);
    json_decref(response);
    gd_settings_clear(&asked);
    gd_settings_clear(&answered);
}

/* ---- bodies ---- */

/* Whether a key has the type that the contract asks for. */
static bool has_type(enum gd_setting id, const json_t *value)
{
    return gd_setting_rows[id].type == GD_ST_INT ? json_is_integer(value) : json_is_string(value);
}

/* What the wire should hold of a setting; NULL nothing. */
static const char *wanted(enum gd_setting id, const struct gd_settings *change,
                          const struct gd_settings *known)
{
    enum gd_callback c = gd_setting_callback(id);
    enum gd_setting first = c != GD_CB__COUNT ? gd_callback_rows[c].endpoint : id;

    if (change->v[id] != NULL)
        return change->v[id];
    if (c == GD_CB__COUNT ||
        (change->v[first] == NULL && change->v[first + 1] == NULL && change->v[first + 2] == NULL))
        return NULL;
    return known->v[id];
}

/* Bounds by examples and defaults, and by random numbers within the row's bounds. */
static void random_value(struct store_random *random, enum gd_setting id, struct gd_settings *into)
{
    const struct gd_setting_row *row = &gd_setting_rows[id];
    struct gd_error err = {0};
    struct gd_buf out;
    char text[600];

    gd_buf_init(&out, 4096);
    if (row->type == GD_ST_INT)
        snprintf(text, sizeof text, "%lld",
                 (long long)row->min + store_random(random, (uint32_t)(row->max - row->min + 1)));
    else if (row->type == GD_ST_URL)
        snprintf(text, sizeof text, "https://h%u.example/%u", store_random(random, 9),
                 store_random(random, 9999));
    else if (row->type == GD_ST_TEXT)
        snprintf(text, sizeof text, "t \"\\%u é", store_random(random, 100));
    else
        snprintf(text, sizeof text, "%s",
                 row->def != NULL && store_random(random, 2) ? row->def : row->example);
    if (gd_setting_parse(id, text, &out, NULL, &err) != GD_OK ||
        gd_settings_set(into, id, out.data, &err) != GD_OK)
        bail_out("%s: %s", text, err.what);
    gd_buf_free(&out);
}

/* The body holds exactly what was changed, and the rest of a callback's three; or the change is refused where
 * that rest is not known. Whether it did. */
static bool one_edit(struct store_random *random, int *refused, int *sent)
{
    struct gd_settings change = {0}, known = {0};
    struct gd_error err = {0};
    json_t *body = NULL;
    bool good = true, lacks = false;
    size_t n = 0, have = 0;
    enum gd_rc rc;

    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (store_random(random, 5) > 0)
            random_value(random, id, &known);
        if (store_random(random, 12) == 0)
            random_value(random, id, &change);
    }
    if (gd_settings_empty(&change))
        random_value(random, (enum gd_setting)store_random(random, GD_S__COUNT), &change);
    rc = gd_settings_body(&change, &known, &body, &err);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        const struct gd_setting_row *row = &gd_setting_rows[id];
        enum gd_callback c = gd_setting_callback(id);
        const char *want = wanted(id, &change, &known);
        const json_t *got = json_object_get(json_object_get(body, row->section), row->key);
        char digits[32];

        if (c != GD_CB__COUNT && want == NULL)
            for (int part = 0; part < 3; part++)
                lacks |= change.v[gd_callback_rows[c].endpoint + (enum gd_setting)part] != NULL;
        n += want != NULL;
        if (rc != GD_OK)
            continue;
        snprintf(digits, sizeof digits, "%lld", (long long)json_integer_value(got));
        good &= (want != NULL) == (got != NULL) && (got == NULL || has_type(id, got)) &&
                (got == NULL || strcmp(json_is_integer(got) ? digits : json_string_value(got), want) == 0);
    }
    if (rc == GD_OK) {
        const char *name;
        json_t *section;

        json_object_foreach(body, name, section) have += json_object_size(section);
        good &= have == n && !lacks;
        ++*sent;
    } else {
        good &= rc == GD_INPUT && lacks && body == NULL;
        ++*refused;
    }
    json_decref(body);
    gd_settings_clear(&change);
    gd_settings_clear(&known);
    return good;
}

static void test_bodies(void)
{
    struct store_random random = {20261121};
    int refused = 0, sent = 0, bad = -1;

    for (int i = 0; i < EDITS && bad < 0; i++)
        if (!one_edit(&random, &refused, &sent))
            bad = i;
    is_int(bad, -1,
           "%d random edits: the body holds exactly the changed keys and the rest of their callbacks, with "
           "the types of the wire",
           EDITS);
    ok(refused > EDITS / 20 && sent > EDITS / 20, "both sorts were among them (%d sent, %d refused)", sent,
       refused);
}

static void test_assign(void)
{
    struct gd_settings change = {0}, known = {0};
    struct gd_error err = {0};
    char warning[200];
    json_t *file;

    is_int(gd_settings_assign(&change, "common.deletion_time=30m", warning, &err), GD_OK, "section and key");
    is_int(gd_settings_assign(&change, "default_flow_id=12", warning, &err), GD_OK, "a key alone");
    is_str(change.v[GD_S_DELETION_TIME], "1800", "is what was meant");
    is_int(gd_settings_assign(&change, "deletion_tme=1", warning, &err), GD_INPUT, "a key that is none");
    has_str(err.advice, "did you mean deletion_time?", "names the nearest");
    err = (struct gd_error){0};
    is_int(gd_settings_assign(&change, "deletion_time", warning, &err), GD_INPUT, "without =");
    err = (struct gd_error){0};
    is_int(gd_settings_assign(&change, "greenvn.greencall_complete_event_endpoint=https://h.example/",
                              warning, &err),
           GD_OK, "an endpoint");
    is_int(gd_settings_check(&change, &known, &err), GD_INPUT, "alone is refused");
    has_str(err.what, "the method of greenvn.greencall_complete_event_endpoint is not known", "by name");
    gd_settings_clear(&change);
    err = (struct gd_error){0};
    file =
        json_of("{\"common\": {\"default_region\": [\"MH\"], \"deletion_time\": \"60\", \"country\": null}}");
    is_int(gd_settings_template(&change, file, &err), GD_OK, "a file");
    is_str(change.v[GD_S_DEFAULT_REGION], "MH", "with a list of one");
    is_str(change.v[GD_S_COUNTRY], NULL, "null is left out");
    json_decref(file);
    file = json_of("{\"common\": {\"colour\": \"red\"}}");
    is_int(gd_settings_template(&change, file, &err), GD_INPUT, "a file with an unknown key");
    has_str(err.what, "common.colour", "is refused by name");
    json_decref(file);
    err = (struct gd_error){0};
    file = json_of("{\"comon\": {}}");
    is_int(gd_settings_template(&change, file, &err), GD_INPUT, "so is an unknown section");
    json_decref(file);
    gd_settings_clear(&change);
}

/* ---- rules ---- */

static const struct {
    const char *known, *change;
    int64_t longest;
    enum gd_setting id;
    const char *part;
} ruled[] = {
    {"", "max_deallocation_time=2h", 7300, GD_S_MAX_DEALLOCATION_TIME, "up to 2h1m left"},
    {"", "max_deallocation_time=-1", 0, GD_S_MAX_DEALLOCATION_TIME, "170 days"},
    {"", "deletion_time=0", 0, GD_S_DELETION_TIME, "next customer"},
    {"", "deletion_time=86400", 0, GD_S_DELETION_TIME, "none may be left"},
    {"tag_enabled=false", "aparty_tag=x", 0, GD_S_TAG_ENABLED, "stored, but not sent"},
    {"", "tag_enabled=true", 0, GD_S_TAG_ENABLED, "account manager"},
    {"intl_num_sup=false", "country=DE", 0, GD_S_INTL_NUM_SUP, "only those of Germany"},
    {"", "country=DE", 0, GD_S_COUNTRY, "+49"},
    {"", "timezone=UTC", 0, GD_S_TIMEZONE, "read as UTC"},
    {"aparty_pin_length=6,bparty_pin_length=4,common_pin_length=4", "common_pin_enabled=true", 0,
     GD_S_COMMON_PIN_ENABLED, "A 6, B 4, common 4"},
    {"", "aparty_pin_length=2", 0, GD_S_APARTY_PIN_LENGTH, "100 tries"},
    {"bparty_pin_enabled=false", "bparty_pin_length=6", 0, GD_S_BPARTY_PIN_LENGTH, "needs no PIN"},
    {"greencall_complete_event_headers=application/xml", "greencall_complete_event_method=POST_JSON", 0,
     GD_S_VN_CALL_HEADERS, "content type says XML"},
    {"", "default_flow_id=12", 0, GD_S_DEFAULT_FLOW_ID, "code 50"},
    {"", "default_region=ZZ", 0, GD_S_DEFAULT_REGION, "no region known"},
};

struct heard {
    enum gd_setting id;
    const char *part;
    bool found;
};

static void hear(void *arg, enum gd_setting id, const char *words)
{
    struct heard *heard = arg;

    heard->found |= id == heard->id && strstr(words, heard->part) != NULL;
}

static void assign_all(struct gd_settings *into, const char *list)
{
    char word[200];
    struct gd_error err = {0};
    size_t len;

    for (; *list != '\0'; list += len + (list[len] == ',')) {
        len = strcspn(list, ",");
        snprintf(word, sizeof word, "%.*s", (int)len, list);
        if (gd_settings_assign(into, word, NULL, &err) != GD_OK)
            bail_out("%s: %s", word, err.what);
    }
}

static void test_rules(void)
{
    struct gd_settings nothing = {0}, fine = {0};
    struct heard any = {GD_S_COUNTRY, "", false};

    for (size_t i = 0; i < sizeof ruled / sizeof *ruled; i++) {
        struct gd_settings known = {0}, change = {0};
        struct heard heard = {ruled[i].id, ruled[i].part, false};

        assign_all(&known, ruled[i].known);
        assign_all(&change, ruled[i].change);
        gd_settings_rules(&known, &change, ruled[i].longest, hear, &heard);
        ok(heard.found, "%s: %s", ruled[i].change, ruled[i].part);
        gd_settings_clear(&known);
        gd_settings_clear(&change);
    }
    assign_all(&fine, "deletion_time=1800,max_deallocation_time=30d,aparty_pin_length=6");
    gd_settings_rules(&nothing, &fine, 3600, hear, &any);
    ok(!any.found, "what needs no word gets none");
    gd_settings_clear(&fine);
}

int main(void)
{
    gd_mem_init();
    test_table();
    test_typed();
    test_answers();
    test_example();
    test_bodies();
    test_assign();
    test_rules();
    return done_testing();
}
