/* Changes: what people type, and what it comes to against what is known. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../../api/alloc.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

#define NOW 1718427600 /* 2024-06-15T10:30:00+05:30 */

static const struct gd_place india = {.country = "IN", .zone_offset = GD_ZONE_IST};

/* ---- reading one assignment ---- */

static const struct {
    const char *text;
    enum gd_how how;
    enum gd_field field;
    const char *want; /* the value kept; refused: what the error says */
} parses[] = {
    {"a.numbers=098765 46144", GD_HOW_SET, GD_F_A_NUMBERS, "+919876546144"},
    {"a.numbers=+91 98765-46144, 9876546145;\n9876546144", GD_HOW_SET, GD_F_A_NUMBERS,
     "+919876546144,+919876546145"},
    {"b.numbers+=9876546144", GD_HOW_ADD, GD_F_B_NUMBERS, "+919876546144"},
    {"b.numbers-=9876546144", GD_HOW_TAKE, GD_F_B_NUMBERS, "+919876546144"},
    {"a.numbers=", GD_HOW_SET, GD_F_A_NUMBERS, ""},
    {"a.vns=+916292134471", GD_HOW_SET, GD_F_A_VNS, "+916292134471"},
    {"a.pin=0123", GD_HOW_SET, GD_F_A_PIN, "0123"},
    {"a.pin= 12, 34 ", GD_HOW_SET, GD_F_A_PIN, "12,34"},
    {"a.pin_length=9", GD_HOW_SET, GD_F_A_PIN_LENGTH, "9"},
    {"usage=OneWay", GD_HOW_SET, GD_F_USAGE, "oneway"},
    {"region=ka", GD_HOW_SET, GD_F_REGION, "KA"},
    {"record=Yes", GD_HOW_SET, GD_F_RECORD, "true"},
    {"record=off", GD_HOW_SET, GD_F_RECORD, "false"},
    {"strict=TRUE", GD_HOW_SET, GD_F_STRICT, "true"},
    {"duration=+2h", GD_HOW_SET, GD_F_DURATION, "+2h"},
    {"duration=1200s", GD_HOW_SET, GD_F_DURATION, "1200s"},
    {"duration=until 2026-12-01 18:00", GD_HOW_SET, GD_F_DURATION, "until 2026-12-01T18:00:00+05:30"},
    {"custom_field=a=b&c=d", GD_HOW_SET, GD_F_CUSTOM_FIELD, "a=b&c=d"},
    {"custom_field=", GD_HOW_SET, GD_F_CUSTOM_FIELD, ""},
    {"transaction_id=\xe0\xa4\x95", GD_HOW_SET, GD_F_TRANSACTION_ID, "\xe0\xa4\x95"},
    {"greenvn=6292134471", GD_HOW_SET, GD_F_GREENVN, "+916292134471"},
    {"a.numbers", GD_HOW_NONE, GD_F__COUNT, "no assignment"},
    {"=x", GD_HOW_NONE, GD_F__COUNT, "no assignment"},
    {"+=x", GD_HOW_NONE, GD_F__COUNT, "no assignment"},
    {"a.number=1", GD_HOW_NONE, GD_F__COUNT, "unknown key 'a.number'"},
    {"a.numbers=12345", GD_HOW_NONE, GD_F__COUNT, "a.numbers: '12345'"},
    {"a.numbers=98765x46144", GD_HOW_NONE, GD_F__COUNT, "a.numbers"},
    {"a.numbers=1,2,3", GD_HOW_NONE, GD_F__COUNT, "a.numbers"},
    {"a.numbers=+919876546101,+919876546102,+919876546103,+919876546104,+919876546105,+919876546106,+"
     "919876546107,"
     "+919876546108,+919876546109,+919876546110,+919876546111",
     GD_HOW_NONE, GD_F__COUNT, "11 numbers"},
    {"greenvn=6292134471,6292134472", GD_HOW_NONE, GD_F__COUNT, "greenvn would hold 2"},
    {"a.pin=", GD_HOW_NONE, GD_F__COUNT, "a.pin"},
    {"a.pin=12a", GD_HOW_NONE, GD_F__COUNT, "a.pin"},
    {"a.pin=1234567890", GD_HOW_NONE, GD_F__COUNT, "a.pin"},
    {"a.pin_length=0", GD_HOW_NONE, GD_F__COUNT, "from 1 to 9"},
    {"a.pin_length=10", GD_HOW_NONE, GD_F__COUNT, "from 1 to 9"},
    {"a.pin_length=3x", GD_HOW_NONE, GD_F__COUNT, "from 1 to 9"},
    {"a.pin_length=99999999999999999999999", GD_HOW_NONE, GD_F__COUNT, "from 1 to 9"},
    {"max_pin_attempts=-1", GD_HOW_NONE, GD_F__COUNT, "max_pin_attempts"},
    {"usage=both", GD_HOW_NONE, GD_F__COUNT, "usage cannot be 'both'"},
    {"usage=", GD_HOW_NONE, GD_F__COUNT, "usage"},
    {"record=maybe", GD_HOW_NONE, GD_F__COUNT, "record takes true or false"},
    {"duration=soon", GD_HOW_NONE, GD_F__COUNT, "duration: 'soon'"},
    {"duration+=5", GD_HOW_NONE, GD_F__COUNT, "duration is no list"},
    {"usage-=oneway", GD_HOW_NONE, GD_F__COUNT, "usage is no list"},
    {"custom_field=a\nb", GD_HOW_NONE, GD_F__COUNT, "control character"},
    {"custom_field=\xc2\x9b", GD_HOW_NONE, GD_F__COUNT, "control character"},
    {"custom_field=\xff", GD_HOW_NONE, GD_F__COUNT, "UTF-8"},
    {"transaction_id=", GD_HOW_NONE, GD_F__COUNT, "transaction_id has 0 characters"},
    {"kind=greenvn", GD_HOW_NONE, GD_F__COUNT, "kind"},
    {"id=x", GD_HOW_NONE, GD_F__COUNT, "id is given by the service"},
    {"state=active", GD_HOW_NONE, GD_F__COUNT, "state is given by the service"},
};

static void test_parse(void)
{
    for (size_t i = 0; i < sizeof parses / sizeof *parses; i++) {
        struct gd_change change = {0};
        struct gd_error err = {0};
        enum gd_rc rc = gd_change_parse(&change, parses[i].text, &india, &err);

        is_int(rc, parses[i].how == GD_HOW_NONE ? GD_INPUT : GD_OK, "%s", parses[i].text);
        if (parses[i].how == GD_HOW_NONE) {
            has_str(err.what, parses[i].want, "the fault is named");
            ok(gd_change_empty(&change), "nothing is kept");
        } else {
            is_str(change.v[parses[i].field], parses[i].want, "the value is kept");
            is_int(change.how[parses[i].field], parses[i].how, "and how");
        }
        gd_change_clear(&change);
    }
}

static void test_lengths(void)
{
    struct gd_change change = {0};
    struct gd_error err = {0};
    char text[1100] = "custom_field=";
    size_t n = strlen(text);

    for (int i = 0; i < 256; i++, n += 3)
        memcpy(text + n, "\xe0\xa4\x95", 4);
    is_int(gd_change_parse(&change, text, &india, &err), GD_OK, "256 characters of three bytes are 256");
    memcpy(text + n, "x", 2);
    is_int(gd_change_parse(&change, text, &india, &err), GD_INPUT, "257 are too many");
    has_str(err.what, "257 characters", "it says how many");
    gd_change_clear(&change);
    err = (struct gd_error){0};
    is_int(gd_change_parse(&change, "usge=oneway", &india, &err), GD_INPUT, "a slip of the finger");
    has_str(err.advice, "usage", "is answered with the nearest key");
}

/* ---- against what is known ---- */

struct resolve {
    const char *name;
    enum gd_kind kind;
    const char *known[4]; /* key=value */
    int64_t ends_at;
    const char *asked[5]; /* assignments */
    const char *want;     /* key=value … of what is wanted, joined by blanks; refused: NULL */
    const char *fault;
};

static const struct resolve resolves[] = {
    {"a plain value", GD_GREENPIN, {"usage=twoway"}, 0, {"usage=oneway"}, "usage=oneway", NULL},
    {"the same value again", GD_GREENPIN, {"usage=oneway"}, 0, {"usage=oneway"}, "", NULL},
    {"the same list in another order",
     GD_GREENPIN,
     {"a.numbers=+919876546144,+919876546145"},
     0,
     {"a.numbers=9876546145,9876546144"},
     "",
     NULL},
    {"more on a list",
     GD_GREENPIN,
     {"b.numbers=+919876546144"},
     0,
     {"b.numbers+=9876546145,9876546144"},
     "b.numbers=+919876546144,+919876546145",
     NULL},
    {"less on a list",
     GD_GREENPIN,
     {"b.numbers=+919876546144,+919876546145"},
     0,
     {"b.numbers-=9876546144"},
     "b.numbers=+919876546145",
     NULL},
    {"what is not there is taken away",
     GD_GREENPIN,
     {"b.numbers=+919876546144"},
     0,
     {"b.numbers-=9876546149"},
     "",
     NULL},
    {"added twice",
     GD_GREENPIN,
     {"b.numbers=+919876546144"},
     0,
     {"b.numbers+=9876546145", "b.numbers+=9876546146"},
     "b.numbers=+919876546144,+919876546145,+919876546146",
     NULL},
    {"set, then added",
     GD_GREENPIN,
     {"b.numbers=+919876546144"},
     0,
     {"b.numbers=9876546145", "b.numbers+=9876546146"},
     "b.numbers=+919876546145,+919876546146",
     NULL},
    {"set, then taken",
     GD_GREENPIN,
     {"b.numbers=+919876546144"},
     0,
     {"b.numbers=9876546145,9876546147", "b.numbers-=9876546145"},
     "b.numbers=+919876546147",
     NULL},
    {"added to an unknown list",
     GD_GREENPIN,
     {NULL},
     0,
     {"b.numbers+=9876546145"},
     NULL,
     "b.numbers is not known"},
    {"taken from an unknown list", GD_GREENPIN, {NULL}, 0, {"a.vns-=9876546145"}, NULL, "a.vns is not known"},
    {"for a time", GD_GREENPIN, {NULL}, 0, {"duration=2h"}, "duration=7200", NULL},
    {"for longer than now", GD_GREENPIN, {NULL}, NOW + 600, {"duration=+2h"}, "duration=7800", NULL},
    {"for longer than nobody knows",
     GD_GREENPIN,
     {NULL},
     0,
     {"duration=+2h"},
     NULL,
     "duration: the present end"},
    {"until a time", GD_GREENPIN, {NULL}, 0, {"duration=until 2024-06-15 10:40"}, "duration=600", NULL},
    {"until a time gone by", GD_GREENPIN, {NULL}, 0, {"duration=until 2024-06-15 10:20"}, NULL, "before now"},
    {"one number on both sides",
     GD_GREENPIN,
     {"a.numbers=+919876546144"},
     0,
     {"b.numbers=9876546144"},
     NULL,
     "+91\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
     "6144 would stand in both"},
    {"swapped in one change",
     GD_GREENPIN,
     {"a.numbers=+919876546144", "b.numbers=+919876546145"},
     0,
     {"a.numbers=9876546145", "b.numbers=9876546144"},
     "a.numbers=+919876546145 b.numbers=+919876546144",
     NULL},
    {"an old fault elsewhere is not this change's",
     GD_GREENPIN,
     {"a.numbers=+919876546144", "b.numbers=+919876546144"},
     0,
     {"usage=oneway"},
     "usage=oneway",
     NULL},
    {"nobody left",
     GD_GREENPIN,
     {"a.numbers=+919876546144", "b.numbers="},
     0,
     {"a.numbers-=9876546144"},
     NULL,
     "both be empty"},
    {"over ten",
     GD_GREENPIN,
     {"a.numbers=+919876546101,+919876546102,+919876546103,+919876546104,+919876546105,+919876546106,+"
      "919876546107,"
      "+919876546108,+919876546109,+919876546110"},
     0,
     {"a.numbers+=9876546111"},
     NULL,
     "11 numbers"},
    {"several PINs", GD_GREENPIN, {NULL}, 0, {"a.pin=12,34"}, NULL, "a.pin takes one PIN"},
    {"several PINs of a GreenVN", GD_GREENVN, {NULL}, 0, {"a.pin=12,34"}, "a.pin=12,34", NULL},
    {"a leading zero", GD_GREENPIN, {NULL}, 0, {"a.pin=0012"}, "a.pin=0012", NULL},
    {"a leading zero of a GreenVN",
     GD_GREENVN,
     {NULL},
     0,
     {"b.pin=12,034"},
     NULL,
     "b.pin holds a PIN with a leading"},
    {"one more PIN of a GreenVN", GD_GREENVN, {"b.pin=12"}, 0, {"b.pin+=34"}, "b.pin=12,34", NULL},
    {"one more PIN of a GreenPin", GD_GREENPIN, {"b.pin=12"}, 0, {"b.pin+=34"}, NULL, "b.pin takes one PIN"},
    {"several at once",
     GD_GREENPIN,
     {"usage=twoway", "a.pin=1234"},
     0,
     {"usage=oneway", "a.pin=1234", "custom_field=x", "a.pin_length=5"},
     "a.pin_length=5 usage=oneway custom_field=x",
     NULL},
};

static void know(struct gd_alloc *base, const struct resolve *row)
{
    *base = (struct gd_alloc){.kind = row->kind, .ends_at = row->ends_at};
    for (int i = 0; i < 4 && row->known[i] != NULL; i++) {
        const char *equals = strchr(row->known[i], '=');
        struct gd_error err = {0};
        char key[40];

        snprintf(key, sizeof key, "%.*s", (int)(equals - row->known[i]), row->known[i]);
        if (gd_alloc_set(base, gd_field_find(key), equals + 1, &err) != GD_OK)
            bail_out("%s", err.what);
    }
}

/* What is wanted as "key=value key=value". */
static void tell(const struct gd_alloc *want, char *out, size_t room)
{
    size_t n = 0;

    out[0] = '\0';
    for (int i = 0; i < GD_F__COUNT; i++)
        if (want->v[i] != NULL)
            n += (size_t)snprintf(out + n, room - n, "%s%s=%s", n > 0 ? " " : "", gd_fields[i].key,
                                  want->v[i]);
}

static void test_resolve(void)
{
    for (size_t i = 0; i < sizeof resolves / sizeof *resolves; i++) {
        const struct resolve *row = &resolves[i];
        struct gd_change change = {0};
        struct gd_error err = {0};
        struct gd_alloc base, want;
        char text[1000];
        enum gd_rc rc;

        know(&base, row);
        for (int j = 0; j < 5 && row->asked[j] != NULL; j++)
            if (gd_change_parse(&change, row->asked[j], &india, &err) != GD_OK)
                bail_out("%s: %s", row->name, err.what);
        rc = gd_change_resolve(&change, &base, NOW, &want, &err);
        is_int(rc, row->want == NULL ? GD_INPUT : GD_OK, "%s", row->name);
        tell(&want, text, sizeof text);
        is_str(text, row->want == NULL ? "" : row->want, "comes to what is wanted");
        if (row->want == NULL)
            has_str(err.what, row->fault, "names the fault");
        gd_change_clear(&change);
        gd_alloc_clear(&base);
        gd_alloc_clear(&want);
    }
}

static void test_clash(void)
{
    struct gd_change change = {0};
    struct gd_error err = {0};

    is_int(gd_change_parse(&change, "a.vns+=6292134471", &india, &err), GD_OK, "one more");
    is_int(gd_change_parse(&change, "a.vns-=6292134472", &india, &err), GD_INPUT, "and one less at once");
    has_str(err.what, "a.vns", "is refused by name");
    is_str(change.v[GD_F_A_VNS], "+916292134471", "the first stands");
    gd_change_clear(&change);
}

static void test_want_json(void)
{
    struct gd_alloc want = {0}, again;
    struct gd_error err = {0};
    json_t *value;
    char *text;

    if (gd_alloc_set(&want, GD_F_A_PIN, "0123", &err) != GD_OK ||
        gd_alloc_set(&want, GD_F_DURATION, "7200", &err) != GD_OK)
        bail_out("%s", err.what);
    value = gd_want_json(&want);
    text = json_dumps(value, JSON_COMPACT);
    is_str(text, "{\"a.pin\":\"0123\",\"duration\":\"7200\"}", "what is wanted as JSON");
    is_int(gd_want_from_json(value, &again, &err), GD_OK, "is read again");
    is_str(again.v[GD_F_A_PIN], "0123", "with the PIN");
    is_str(again.v[GD_F_DURATION], "7200", "and the duration");
    gd_free(text);
    json_decref(value);
    gd_alloc_clear(&again);
    gd_alloc_clear(&want);
    value = json_pack("{s:s}", "colour", "red");
    is_int(gd_want_from_json(value, &again, &err), GD_INPUT, "an unknown key is refused");
    has_str(err.what, "colour", "by name");
    json_decref(value);
    err = (struct gd_error){0};
    value = json_pack("{s:s, s:i}", "usage", "oneway", "a.pin", 123);
    is_int(gd_want_from_json(value, &again, &err), GD_INPUT, "what is no text too");
    ok(again.v[GD_F_USAGE] == NULL, "and nothing is kept");
    json_decref(value);
}

/* Reading, resolving and writing with each allocation failing in turn. */
static void test_memory(void)
{
    struct gd_alloc base = {.kind = GD_GREENPIN}, want;
    struct gd_error err = {0};
    bool failed = true;
    long n = 0;

    if (gd_alloc_set(&base, GD_F_A_NUMBERS, "+919876546144", &err) != GD_OK)
        bail_out("%s", err.what);
    while (failed && n < 1000) {
        struct gd_change change = {0};
        json_t *value = NULL;
        enum gd_rc rc;

        want = (struct gd_alloc){0};
        err = (struct gd_error){0};
        gd_mem_fail_after(++n);
        rc = gd_change_parse(&change, "a.numbers+=9876546145", &india, &err);
        if (rc == GD_OK)
            rc = gd_change_parse(&change, "duration=2h", &india, &err);
        if (rc == GD_OK)
            rc = gd_change_resolve(&change, &base, NOW, &want, &err);
        if (rc == GD_OK && (value = gd_want_json(&want)) == NULL)
            rc = GD_NO_MEMORY;
        failed = gd_mem_fail_after(0) == 0;
        if (rc != (failed ? GD_NO_MEMORY : GD_OK))
            ok(false, "with allocation %ld failing it gives %d: %s", n, rc, err.what);
        json_decref(value);
        gd_change_clear(&change);
        gd_alloc_clear(&want);
    }
    ok(n > 10 && n < 1000, "a change survives each of its %ld allocations failing", n);
    gd_alloc_clear(&base);
}

int main(void)
{
    gd_mem_init();
    test_parse();
    test_lengths();
    test_resolve();
    test_clash();
    test_want_json();
    test_memory();
    return done_testing();
}
