/* Bulk answers: what each row says, and which row answers which id, however they come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "tap.h"

#define GOOD(id) "{\"success\":true,\"status\":200,\"data\":{\"greenpin_id\":\"" id "\"}}"
#define BAD(id) "{\"success\":false,\"status\":404,\"code\":1,\"message\":\"no\",\"greenpin_id\":\"" id "\"}"
#define BAD_UNNAMED "{\"success\":false,\"status\":404,\"code\":1,\"message\":\"no\",\"data\":null}"
#define GOOD_UNNAMED "{\"success\":true,\"status\":200,\"data\":{\"usage\":\"oneway\"}}"
#define MUTE(id) "{\"greenpin_id\":\"" id "\"}"

/* Ids A, B, C were sent. */
static const struct {
    const char *name, *rows;
    long match[3];
    size_t surplus;
} matches[] = {
    {"in order", GOOD("A") "," GOOD("B") "," GOOD("C"), {0, 1, 2}, 0},
    {"shuffled", GOOD("C") "," GOOD("A") "," GOOD("B"), {1, 2, 0}, 0},
    {"failures without id, in order", BAD_UNNAMED "," GOOD("B") "," BAD_UNNAMED, {0, 1, 2}, 0},
    {"all without id", BAD_UNNAMED "," BAD_UNNAMED "," GOOD_UNNAMED, {0, 1, 2}, 0},
    {"one missing at the end", GOOD("A") "," GOOD("B"), {0, 1, -1}, 0},
    {"one missing in the middle", GOOD("A") "," GOOD("C"), {0, -1, 1}, 0},
    {"none", "", {-1, -1, -1}, 0},
    {"one twice", GOOD("A") "," GOOD("A") "," GOOD("C"), {0, -1, 2}, 1},
    {"one twice that contradicts itself", GOOD("A") "," GOOD("B") "," GOOD("C") "," BAD("A"), {-1, 1, 2}, 1},
    {"thrice", GOOD("A") "," BAD("A") "," BAD("A"), {-1, -1, -1}, 2},
    {"a stranger", GOOD("A") "," GOOD("B") "," GOOD("C") "," GOOD("X"), {0, 1, 2}, 1},
    {"a stranger in place of one", GOOD("A") "," GOOD("X") "," GOOD("C"), {0, -1, 2}, 1},
    {"surplus without id", GOOD("A") "," GOOD("B") "," GOOD("C") "," BAD_UNNAMED, {0, 1, 2}, 1},
    {"shuffled, a failure by elimination", GOOD("C") "," BAD_UNNAMED "," GOOD("A"), {2, 1, 0}, 0},
    {"shuffled, failures by elimination", BAD_UNNAMED "," GOOD("A") "," BAD_UNNAMED, {1, 0, 2}, 0},
    {"shuffled, a success that could be anybody's", GOOD("C") "," GOOD_UNNAMED "," BAD("A"), {2, -1, 0}, 1},
    {"shuffled and one missing", GOOD("B") "," BAD_UNNAMED, {-1, 0, -1}, 1},
    {"one says nothing", GOOD("A") "," MUTE("B") "," GOOD("C"), {0, -1, 2}, 0},
    {"one is no object", GOOD("A") ",null," GOOD("C"), {0, -1, 2}, 0},
};

static void test_matches(void)
{
    static const char *const ids[] = {"A", "B", "C"};

    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        struct gd_error err = {0};
        struct gd_bulk bulk;
        struct gd_buf text;
        long match[3];

        gd_buf_init(&text, 10000);
        gd_buf_addf(&text, "{\"response\":[%s]}", matches[i].rows);
        if (gd_decode_bulk(text.data, text.len, 0, &bulk, &err) != GD_OK)
            bail_out("%s: %s", matches[i].name, err.what);
        is_int((long long)gd_bulk_match(&bulk, ids, 3, match), (long long)matches[i].surplus, "%s: surplus",
               matches[i].name);
        for (int j = 0; j < 3; j++)
            is_int(match[j], matches[i].match[j], "%s: row of %s", matches[i].name, ids[j]);
        gd_bulk_clear(&bulk);
        gd_buf_free(&text);
    }
}

static const struct {
    const char *row;
    bool success, mute;
    const char *message;
} says[] = {
    {"{\"success\":true}", true, false, NULL},
    {"{\"success\":\"true\",\"status\":\"200\"}", true, false, NULL},
    {"{\"success\":false}", false, false, NULL},
    {"{\"success\":true,\"status\":404}", true, true, NULL},
    {"{\"success\":false,\"status\":200}", false, true, NULL},
    {"{\"status\":200}", true, false, NULL},
    {"{\"status\":500,\"message\":\"oh\"}", false, false, "oh"},
    {"{\"code\":14}", false, false, NULL},
    {"{\"status\":\"updated\"}", true, false, NULL},
    {"{\"status\":\"not_found\"}", false, false, "not_found"},
    {"{\"status\":\"failed\",\"message\":\"why\"}", false, false, "why"},
    {"{}", false, true, NULL},
    {"7", false, true, NULL},
};

static void test_says(void)
{
    for (size_t i = 0; i < sizeof says / sizeof *says; i++) {
        struct gd_error err = {0};
        struct gd_bulk bulk;
        struct gd_buf text;

        gd_buf_init(&text, 1000);
        gd_buf_addf(&text, "[%s]", says[i].row);
        if (gd_decode_bulk(text.data, text.len, 0, &bulk, &err) != GD_OK || bulk.n != 1)
            bail_out("%s: %s", says[i].row, err.what);
        is_int(bulk.rows[0].envelope.success, says[i].success, "success of %s", says[i].row);
        is_int(bulk.rows[0].mute, says[i].mute, "whether it says so");
        is_str(bulk.rows[0].envelope.message, says[i].message, "its words");
        gd_bulk_clear(&bulk);
        gd_buf_free(&text);
    }
}

static void test_whole(void)
{
    static const char text[] =
        "{\"request_id\":\"r\",\"http_code\":207,\"metadata\":{\"total\":\"3\",\"success\":1,"
        "\"failed\":-1},\"data\":[" BAD("A") "]}";
    struct gd_error err = {0};
    struct gd_bulk bulk;

    is_int(gd_decode_bulk(text, sizeof text - 1, 0, &bulk, &err), GD_OK, "rows under data");
    is_str(bulk.request_id, "r", "request id");
    is_int(bulk.total, 3, "a count as text");
    is_int(bulk.success, 1, "a count");
    is_int(bulk.failed, -1, "and one that is none");
    is_str(bulk.rows[0].id, "A", "the id beside the data");
    is_int(bulk.rows[0].envelope.code, 1, "the code");
    gd_bulk_clear(&bulk);
    ok(bulk.rows == NULL && bulk.n == 0, "and cleared");
    is_int(gd_decode_bulk("{\"response\":{}}", 15, 0, &bulk, &err), GD_SERVER, "no list is no bulk answer");
}

int main(void)
{
    gd_mem_init();
    test_matches();
    test_says();
    test_whole();
    return done_testing();
}
