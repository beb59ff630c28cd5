/* The parser of JSON from outside: what it takes, mends and refuses; and that it agrees with jansson on
 * everything that jansson takes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/json.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "tap.h"

#define MUTATIONS 40000

static const struct {
    const char *text, *want; /* as compact JSON with sorted keys; NULL: refused */
} cases[] = {
    {"{}", "{}"},
    {"[]", "[]"},
    {" \t\r\n[ 1 , 2 ]\n ", "[1,2]"},
    {"\xef\xbb\xbf{}", "{}"},
    {"{\"a\":1,\"a\":2}", "{\"a\":2}"},
    {"{\"a\":{\"b\":[true,false,null]}}", "{\"a\":{\"b\":[true,false,null]}}"},
    {"[0,-0,-1,9223372036854775807,-9223372036854775808]",
     "[0,0,-1,9223372036854775807,-9223372036854775808]"},
    {"[9223372036854775808,-9223372036854775809]", "[\"9223372036854775808\",\"-9223372036854775809\"]"},
    {"[123456789012345678901234567890]", "[\"123456789012345678901234567890\"]"},
    {"[1.5,1e2,-2.5E-1]", "[1.5,100.0,-0.25]"},
    {"[1e999]", "[\"1e999\"]"},
    {"[\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"]", "[\"\\\"\\\\/\\b\\f\\n\\r\\t\"]"},
    {"[\"\\u00e9\\u20ac\\ud83d\\ude00\"]", "[\"\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80\"]"},
    {"[\"a\\u0000b\"]", "[\"a\xef\xbf\xbd"
                        "b\"]"},
    {"[\"\\ud83d\"]", "[\"\xef\xbf\xbd\"]"},
    {"[\"\\ude00x\"]", "[\"\xef\xbf\xbdx\"]"},
    {"[\"\\ud83d\\u0041\"]", "[\"\xef\xbf\xbd"
                             "A\"]"},
    {"[\"\\ud83d\\ud83d\\ude00\"]", "[\"\xef\xbf\xbd\xf0\x9f\x98\x80\"]"},
    {"[\"\xff\xfe\"]", "[\"\xef\xbf\xbd\xef\xbf\xbd\"]"},
    {"[\"a\xc3\"]", "[\"a\xef\xbf\xbd\"]"},
    {"[\"\xed\xa0\x80\"]", "[\"\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\"]"},
    {"{\"k\xff\":1}", "{\"k\xef\xbf\xbd\":1}"},
    {"[\"a\nb\"]", "[\"a\\nb\"]"},
    {"", NULL},
    {"  ", NULL},
    {"1", NULL},
    {"\"text\"", NULL},
    {"null", NULL},
    {"<html>", NULL},
    {"{", NULL},
    {"{\"a\"}", NULL},
    {"{\"a\":}", NULL},
    {"{\"a\":1,}", NULL},
    {"{a:1}", NULL},
    {"{'a':1}", NULL},
    {"[1,]", NULL},
    {"[1 2]", NULL},
    {"[1]]", NULL},
    {"[1]x", NULL},
    {"[01]", NULL},
    {"[-]", NULL},
    {"[+1]", NULL},
    {"[.5]", NULL},
    {"[1.]", NULL},
    {"[1e]", NULL},
    {"[tru]", NULL},
    {"[True]", NULL},
    {"[\"", NULL},
    {"[\"\\", NULL},
    {"[\"\\x41\"]", NULL},
    {"[\"\\u12g4\"]", NULL},
    {"[\"\\u12", NULL},
    {"{\"data\":{\"greenpin_id\":\"x\"", NULL},
};

static char *dump(const json_t *value)
{
    return json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS);
}

static void test_cases(void)
{
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gd_error err = {0};
        json_t *value;
        enum gd_rc rc = gd_json_parse(cases[i].text, strlen(cases[i].text), &value, &err);

        if (cases[i].want == NULL) {
            is_int(rc, GD_SERVER, "refused: %s", cases[i].text);
            ok(value == NULL && strstr(err.what, "line") != NULL, "it says where: %s", err.what);
        } else if (is_int(rc, GD_OK, "taken: %s", cases[i].text)) {
            char *got = dump(value);

            is_str(got, cases[i].want, "as what it means");
            gd_free(got);
        }
        json_decref(value);
    }
}

static void test_deep(void)
{
    char text[300];

    for (int depth = 63; depth <= 100; depth += depth == 65 ? 35 : 1) {
        struct gd_error err = {0};
        json_t *value;
        enum gd_rc rc;

        memset(text, '[', (size_t)depth);
        memset(text + depth, ']', (size_t)depth);
        rc = gd_json_parse(text, 2 * (size_t)depth, &value, &err);
        is_int(rc, depth <= 64 ? GD_OK : GD_SERVER, "%d levels are %s", depth,
               depth <= 64 ? "taken" : "refused");
        json_decref(value);
    }
}

/* Depth is that of one branch: a hundred lists beside each other are two levels. */
static void test_wide(void)
{
    struct gd_error err = {0};
    json_t *value;
    char text[302] = "[[]";

    for (int i = 0; i < 99; i++)
        memcpy(text + 3 + 3 * i, ",[]", 4);
    text[300] = ']';
    is_int(gd_json_parse(text, 301, &value, &err), GD_OK, "a hundred lists in a list: %s", err.what);
    is_int((long long)json_array_size(value), 100, "are all there");
    json_decref(value);
}

static void test_nul(void)
{
    struct gd_error err = {0};
    json_t *value;

    is_int(gd_json_parse("[\"a\0b\"]", 7, &value, &err), GD_OK, "a NUL in a text is mended");
    is_str(json_string_value(json_array_get(value, 0)),
           "a\xef\xbf\xbd"
           "b",
           "to U+FFFD");
    json_decref(value);
    is_int(gd_json_parse("[1\0]", 4, &value, &err), GD_SERVER, "elsewhere it is refused");
    value = gd_json_textn("a\0b\xff", 4);
    is_str(json_string_value(value),
           "a\xef\xbf\xbd"
           "b\xef\xbf\xbd",
           "a text is made of any bytes");
    json_decref(value);
}

static void test_paths(void)
{
    json_t *object = json_object();

    ok(gd_json_put_at(object, "a.b.c", json_integer(1)) && gd_json_put_at(object, "a.b.d", json_integer(2)) &&
           gd_json_put_at(object, "e", json_integer(3)),
       "values are put at paths");
    ok(!gd_json_put_at(object, "x.y", NULL) && !gd_json_put(object, "x", NULL), "none at all is refused");
    is_int(json_integer_value(gd_json_at(object, "a.b.d", 5)), 2, "and found there");
    is_int(json_integer_value(gd_json_at(object, "e|f", 1)), 3, "by the length given");
    ok(gd_json_at(object, "a.x.c", 5) == NULL && gd_json_at(object, "e.x", 3) == NULL &&
           gd_json_at(NULL, "e", 1) == NULL,
       "or not");
    json_decref(object);
}

/* A small generator of its own, so that a failure can be repeated. */
static unsigned long seed = 20260101;

static unsigned roll(unsigned below)
{
    seed = seed * 6364136223846793005UL + 1442695040888963407UL;
    return (unsigned)(seed >> 33) % below;
}

/* Changes some bytes of the text, in a way that JSON can survive. */
static size_t mutate(char *text, size_t len)
{
    static const char bytes[] = "{}[]\",:0123456789.-+eE\\untfalsr \n\xc3\xa9\xff";

    for (unsigned n = roll(3); n < 3; n++) {
        size_t at = roll((unsigned)len), size = 1 + roll(8);

        if (roll(3) == 0 && at + size < len) {
            memmove(text + at, text + at + size, len - at - size);
            len -= size;
        } else {
            text[at] = bytes[roll(sizeof bytes - 1)];
        }
    }
    return len;
}

/* What jansson takes, this parser takes too, with the same result; but for the depth. */
static void test_agreement(void)
{
    static const char source[] = "{\"success\": true, \"status\": 200, \"code\": null, \"n\": [1, -2.5e3, 0, "
                                 "1234567890123], \"data\": "
                                 "{\"a\": {\"vns\": [\"+916292134471\"], \"pin\": "
                                 "\"0123\\u00e9\\n\\ud83d\\ude00\"}, \"usage\": \"\xc3\xa9\"}}";
    char text[sizeof source];
    int taken = 0, differ = 0;

    for (int i = 0; i < MUTATIONS; i++) {
        json_t *theirs, *ours = NULL;
        size_t len;

        memcpy(text, source, sizeof source);
        len = mutate(text, sizeof source - 1);
        theirs = json_loadb(text, len, 0, NULL);
        if (gd_json_parse(text, len, &ours, NULL) != GD_OK && theirs != NULL)
            differ++;
        if (theirs != NULL && !json_equal(theirs, ours)) {
            diag("differs: %.*s", (int)len, text);
            differ++;
        }
        taken += theirs != NULL;
        json_decref(theirs);
        json_decref(ours);
    }
    is_int(differ, 0, "it agrees with jansson wherever jansson takes a text");
    ok(taken > MUTATIONS / 20, "which was often enough: %d of %d", taken, MUTATIONS);
}

int main(void)
{
    gd_mem_init();
    test_cases();
    test_deep();
    test_wide();
    test_nul();
    test_paths();
    test_agreement();
    return done_testing();
}
