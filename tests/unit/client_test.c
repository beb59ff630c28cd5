/* Calls against a scripted server: what is sent, and what answers of every kind come to. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../../api/mem.h"
#include "call.h"
#include "tap.h"

/* ---- requests ---- */

static void check_request(const char *what, const char *line, const char *body)
{
    const char *end = strstr(server.last.data, "\r\n\r\n");
    char head[200];

    snprintf(head, sizeof head, "%s HTTP/1.1\r\n", line);
    ok(strncmp(server.last.data, head, strlen(head)) == 0, "%s: %s", what, line);
    is_str(end != NULL ? end + 4 : NULL, body, "its body");
}

static void test_requests(void)
{
    const struct reaction script[] = {{.text = answer(0, "404 No", "", "{\"code\":1}")}};
    struct gd_alloc want = want_of(GD_F_B_NUMBERS, "+919123456780"), none = {0};
    struct gd_error err = {0};
    struct said said = {0};
    json_t *settings = json_pack("{s:{s:s}}", "common", "country", "IN");

    server_script(&server, script, 1);
    open_desk(server.port);
    call(GET);
    check_request("get", "GET /v1/tenants/acme/greenpin/gp-1", "");
    call(DELETE);
    check_request("delete", "DELETE /v1/tenants/acme/greenpin/gp-1", "");
    call(UPDATE);
    check_request("update", "PUT /v1/tenants/acme/greenpin/gp-1",
                  "{\"b\":{\"numbers\":[\"+919123456780\"]}}");
    call(BULK);
    check_request("bulk", "PUT /v1/tenants/acme/greenpin",
                  "{\"greenpins\":[{\"greenpin_id\":\"gp-1\",\"b\":{\"numbers\":[\"+919123456780\"]}},"
                  "{\"greenpin_id\":\"gp-2\",\"b\":{\"numbers\":[\"+919123456780\"]}}]}");
    profile.dialect = GD_FLAT;
    call(BULK);
    check_request("bulk, flat", "PUT /v1/tenants/acme/greenpin",
                  "[{\"greenpin_id\":\"gp-1\",\"to\":[\"+919123456780\"]},"
                  "{\"greenpin_id\":\"gp-2\",\"to\":[\"+919123456780\"]}]");
    profile.dialect = GD_PARTY;
    call(CREATE);
    check_request("create", "POST /v1/tenants/acme/greenpin",
                  "{\"transaction_id\":\"ORD-1\",\"a\":{\"vns\":[\"+918012345678\"]},"
                  "\"b\":{\"numbers\":[\"+919123456780\"]}}");
    call(SETTINGS);
    check_request("settings", "GET /v1/tenants/acme/settings", "");
    call(VN);
    check_request("vn without wishes", "PUT /v1/tenants/acme/greenvn/gp-1/vn", "");
    if (gd_call_settings_put(&desk, settings, on_reply, &said, NULL, &err) != GD_OK)
        bail_out("not sent");
    until(&said.calls, 1);
    check_request("settings set", "PUT /v1/tenants/acme/settings", "{\"common\":{\"country\":\"IN\"}}");
    said = (struct said){0};
    if (gd_call_update(&desk, GD_PARTY, GD_GREENVN, "a/b?c", &want, on_reply, &said, NULL, &err) != GD_OK)
        bail_out("not sent");
    until(&said.calls, 1);
    check_request("update of a GreenVN with an odd id", "PUT /v1/tenants/acme/greenvn/a%2Fb%3Fc/call-party",
                  "{\"bparty_numbers\":[\"+919123456780\"]}");
    is_int(server.requests, 10, "each left once");
    json_decref(settings);
    gd_alloc_clear(&want);
    gd_alloc_clear(&none);
    close_desk();
}

static void test_refused_here(void)
{
    static const char *const ids[] = {"", ".", ".."};
    struct gd_error err = {0};
    struct said said;

    open_desk(server.port);
    server_script(&server, &(struct reaction){.text = OK_ANSWER}, 1);
    for (size_t i = 0; i < COUNT(ids); i++)
        ok(begin_call(DELETE, ids[i], &said, NULL, NULL) == GD_INPUT, "\"%s\" is no id", ids[i]);
    profile.dialect = GD_FLAT;
    ok(begin_call(CREATE, NULL, &said, NULL, &err) == GD_INPUT, "what the dialect cannot carry is refused");
    profile.dialect = GD_PARTY;
    settle();
    ok(server.requests == 0 && said.calls == 0, "nothing is sent, nobody is called");
    close_desk();
}

static void test_texts(void)
{
    struct gd_alloc want = want_of(GD_F_B_NUMBERS, "+919123456780");
    const struct gd_alloc *const wants[] = {&want, &want};
    struct gd_request_text text;
    struct gd_error err = {0};

    open_desk(1);
    if (gd_call_text(&desk, GD_CALL_UPDATE, GD_PARTY, GD_GREENPIN, "gp 1", &want, &text, &err) != GD_OK)
        bail_out("no text");
    is_str(text.method, "PUT", "a request as text: method");
    is_str(text.path, "/tenants/acme/greenpin/gp%201", "path");
    is_str(text.body, "{\"b\":{\"numbers\":[\"+919123456780\"]}}", "body");
    gd_request_text_clear(&text);
    if (gd_call_text(&desk, GD_CALL_DELETE, GD_PARTY, GD_GREENVN, "7", NULL, &text, &err) != GD_OK)
        bail_out("no text");
    ok(strcmp(text.path, "/tenants/acme/greenvn/7") == 0 && text.body == NULL, "one without a body");
    gd_request_text_clear(&text);
    if (gd_call_bulk_text(&desk, GD_FLAT, bulk_ids, wants, 1, &text, &err) != GD_OK)
        bail_out("no text");
    is_str(text.body, "[{\"greenpin_id\":\"gp-1\",\"to\":[\"+919123456780\"]}]", "a bulk request as text");
    gd_request_text_clear(&text);
    ok(gd_call_text(&desk, GD_CALL_GET, GD_PARTY, GD_GREENPIN, "..", NULL, &text, NULL) == GD_INPUT &&
           text.path == NULL,
       "one that cannot be made");
    gd_alloc_clear(&want);
    close_desk();
}

/* ---- answers ---- */

/* One answer to one call. */
struct row {
    const char *name;
    enum what what;
    enum gd_dialect dialect;
    const char *status, *headers, *body;
    enum gd_rc rc;
    enum gd_verdict verdict;
    bool gone;
    int http_status;
    const char *words; /* in the error; NULL none */
};

static const struct row rows[] = {
    {"read", GET, GD_PARTY, "200 OK", "", PARTY_GET, GD_OK, GD_DONE, false, 200, NULL},
    {"read an id that is unknown", GET, GD_PARTY, "404 No", "X-Request-Id: h-9\r\n",
     "{\"success\":false,\"status\":404,\"code\":1,\"message\":\"Could not find it\"}", GD_SERVER, GD_DONE,
     true, 404, "404 code 1: no such allocation; server says \"Could not find it\" (request id h-9)"},
    {"read what is deleted", GET, GD_FLAT, "410 Gone", "", "", GD_SERVER, GD_DONE, true, 410,
     "410: gone already"},
    {"read another", GET, GD_PARTY, "200 OK", "",
     "{\"success\":true,\"data\":{\"greenpin_id\":\"gp-2\",\"state\":\"active\"}}", GD_SERVER, GD_DONE, false,
     200, "200, but the answer is about another allocation, gp-2"},
    {"read nothing", GET, GD_PARTY, "200 OK", "", "{\"success\":true,\"data\":null}", GD_SERVER, GD_DONE,
     false, 200, "holds no allocation"},
    {"read HTML", GET, GD_PARTY, "200 OK", "", "<html>hello</html>", GD_SERVER, GD_DONE, false, 200,
     "200, but "},
    {"read a failure inside a 200", GET, GD_PARTY, "200 OK", "",
     "{\"success\":false,\"status\":404,\"code\":1,\"message\":\"no\",\"data\":null}", GD_SERVER, GD_DONE,
     true, 404, "404 code 1: no such allocation"},
    {"read without a right", GET, GD_PARTY, "403 No", "", "{\"code\":8}", GD_SERVER, GD_DONE, false, 403,
     "403 code 8: "},
    {"read, and the password is wrong", GET, GD_PARTY, "401 No", "", "", GD_SERVER, GD_DONE, false, 401,
     "401: "},
    {"read, and come back tomorrow", GET, GD_PARTY, "429 Slow", "Retry-After: 86400\r\n", "", GD_SERVER,
     GD_GIVE_UP, false, 429, "; it asks to wait 86400 s"},
    {"update", UPDATE, GD_PARTY, "200 OK", "", PARTY_GET, GD_OK, GD_DONE, false, 200, NULL},
    {"update, and a conflict", UPDATE, GD_PARTY, "409 No", "",
     "{\"request_id\":\"r\\u001b[2J\",\"success\":false,\"status\":409,\"code\":18,\"message\":\"it "
     "\\u0007is\"}",
     GD_SERVER, GD_DONE, false, 409,
     "409 code 18: an allocation exists for this connection or transaction id; server says \"it \\x07is\" "
     "(request id r\\x1b[2J)"},
    {"update, and an inner error", UPDATE, GD_PARTY, "500 Oops", "", "{\"code\":0}", GD_SERVER, GD_UNSETTLED,
     false, 500, "500 code 0: "},
    {"update, and an inner error inside a 200", UPDATE, GD_PARTY, "200 OK", "",
     "{\"success\":false,\"code\":0,\"data\":null}", GD_SERVER, GD_UNSETTLED, false, 500, "500 code 0: "},
    {"update, and a gateway gives up", UPDATE, GD_PARTY, "504 Late", "", "<html/>", GD_SERVER, GD_UNSETTLED,
     false, 504, "504: "},
    {"update, and HTML", UPDATE, GD_PARTY, "200 OK", "", "<html>hello</html>", GD_SERVER, GD_UNSETTLED, false,
     200, "200, but "},
    {"update, and another", UPDATE, GD_PARTY, "200 OK", "",
     "{\"success\":true,\"data\":{\"greenpin_id\":\"gp-2\",\"state\":\"active\"}}", GD_SERVER, GD_UNSETTLED,
     false, 200, "about another allocation"},
    {"update one that is gone", UPDATE, GD_PARTY, "410 No", "", "{\"code\":22}", GD_SERVER, GD_DONE, true,
     410, "410 code 22: "},
    {"update, and a number is not in it", UPDATE, GD_PARTY, "404 No", "", "{\"code\":20}", GD_SERVER, GD_DONE,
     false, 404, "404 code 20: "},
    {"update, and a redirect", UPDATE, GD_PARTY, "302 There", "Location: http://127.0.0.1:1/\r\n", "",
     GD_SERVER, GD_DONE, false, 302, "302: "},
    {"deallocate", DELETE, GD_PARTY, "200 OK", "", PARTY_GET, GD_OK, GD_DONE, false, 200, NULL},
    {"deallocate, flat", DELETE, GD_FLAT, "200 OK", "",
     "{\"response\":{\"greenpin_id\":\"gp-1\",\"status\":\"deleted\"}}", GD_OK, GD_DONE, false, 200, NULL},
    {"deallocate, and silence", DELETE, GD_PARTY, "204 OK", "", "", GD_OK, GD_DONE, false, 204, NULL},
    {"deallocate what is unknown", DELETE, GD_PARTY, "404 No", "", "{\"code\":1}", GD_OK, GD_DONE, true, 404,
     ""},
    {"deallocate what is gone", DELETE, GD_PARTY, "410 No", "", "{\"code\":22}", GD_OK, GD_DONE, true, 410,
     ""},
    {"deallocate what is gone, flat", DELETE, GD_FLAT, "409 No", "", "{\"message\":\"no\"}", GD_OK, GD_DONE,
     true, 409, NULL},
    {"deallocate, and a conflict", DELETE, GD_PARTY, "409 No", "", "{\"message\":\"no\"}", GD_SERVER, GD_DONE,
     false, 409, "409: "},
    {"deallocate, and it is bad", DELETE, GD_FLAT, "400 No", "", "{\"message\":\"no\"}", GD_SERVER, GD_DONE,
     false, 400, "400: "},
    {"deallocate, and HTML", DELETE, GD_PARTY, "200 OK", "", "<html>hello</html>", GD_SERVER, GD_UNSETTLED,
     false, 200, "200, but "},
    {"create", CREATE, GD_PARTY, "201 Made", "", PARTY_GET, GD_OK, GD_DONE, false, 201, NULL},
    {"create, and no id", CREATE, GD_PARTY, "200 OK", "",
     "{\"success\":true,\"data\":{\"transaction_id\":\"ORD-1\",\"state\":\"active\"}}", GD_SERVER,
     GD_UNSETTLED, false, 200, "does not name the new allocation's id"},
    {"create, and none is free", CREATE, GD_PARTY, "452 None", "", "{\"code\":4}", GD_SERVER, GD_DONE, false,
     452, "452 code 4: "},
    {"create at a wrong address", CREATE, GD_PARTY, "404 No", "", "<html/>", GD_SERVER, GD_DONE, false, 404,
     "404: "},
    {"bulk", BULK, GD_PARTY, "207 Multi", "", BULK_207, GD_OK, GD_DONE, false, 207, NULL},
    {"bulk, flat", BULK, GD_FLAT, "200 OK", "",
     "{\"response\":[{\"greenpin_id\":\"gp-1\",\"status\":\"updated\"},"
     "{\"greenpin_id\":\"gp-2\",\"status\":\"updated\"}]}",
     GD_OK, GD_DONE, false, 200, NULL},
    {"bulk, too large", BULK, GD_PARTY, "413 Large", "", "{\"code\":17}", GD_SERVER, GD_DONE, false, 413,
     "413 code 17: "},
    {"bulk, too large inside a 200", BULK, GD_PARTY, "200 OK", "",
     "{\"success\":false,\"status\":413,\"code\":17}", GD_SERVER, GD_DONE, false, 413, "413 code 17: "},
    {"bulk, and HTML", BULK, GD_PARTY, "200 OK", "", "<html/>", GD_SERVER, GD_UNSETTLED, false, 200,
     "200, but "},
    {"settings", SETTINGS, GD_PARTY, "200 OK", "",
     "{\"success\":true,\"status\":200,\"data\":{\"common\":{\"country\":\"IN\"}}}", GD_OK, GD_DONE, false,
     200, NULL},
    {"settings that are missing", SETTINGS, GD_PARTY, "404 No", "", "", GD_SERVER, GD_DONE, false, 404,
     "404: "},
};

static void check_row(const struct row *row)
{
    struct reaction script = {.text = answer(0, row->status, row->headers, row->body)};
    struct said said;

    if (strncmp(row->status, "204", 3) == 0)
        script.text = "HTTP/1.1 204 None\r\n\r\n";
    server_script(&server, &script, 1);
    profile.dialect = row->dialect;
    said = call(row->what);
    profile.dialect = GD_PARTY;
    is_int(said.rc, row->rc, "%s: result", row->name);
    is_int(said.verdict, row->verdict, "verdict");
    ok(said.gone == row->gone, "%s", row->gone ? "it is gone" : "it is not gone");
    is_int(said.http_status, row->http_status, "status");
    is_int(server.requests, 1, "one try");
    if (row->words != NULL)
        has_str(said.what, row->words, "in words");
    else
        is_str(said.what, "", "no words of an error");
    ok(row->rc == GD_OK || said.advice[0] != '\0', "and what to do");
}

static void test_rows(void)
{
    open_desk(server.port);
    for (size_t i = 0; i < COUNT(rows); i++)
        check_row(&rows[i]);
    close_desk();
}

static void test_contents(void)
{
    struct reaction script = {.text = answer(0, "200 OK", "", PARTY_GET)};
    struct said said;

    open_desk(server.port);
    server_script(&server, &script, 1);
    said = call(GET);
    is_str(said.id, "gp-1", "a reading names its id");
    is_str(said.pin, "0815", "and holds its fields");
    is_str(said.request_id, "r1", "and the request id");
    is_int(said.state, GD_ACTIVE, "it is active");
    ok(said.read_at > 0 && said.read_at == said.sent_at, "as of when it was asked for");
    is_int(call(DELETE).state, GD_DEALLOCATED, "a deallocation means deallocated, whatever the answer says");
    script.text =
        answer(0, "200 OK", "", "{\"response\":{\"virtual_number\":\"+918012345678\",\"pin\":\"12\"}}");
    said = call(UPDATE);
    is_str(said.id, "gp-1", "an answer without an id is about the one that was asked");
    said = call(BULK);
    ok(said.rc == GD_SERVER && said.verdict == GD_UNSETTLED, "one that should be of many is no bulk answer");
    script.text = answer(0, "207 OK", "", BULK_207);
    said = call(BULK);
    ok(said.has_bulk && said.rows == 2, "a bulk answer gives its rows");
    is_str(said.request_id, "b1", "and its request id");
    close_desk();
}

int main(void)
{
    ask_start();
    test_requests();
    test_refused_here();
    test_texts();
    test_rows();
    test_contents();
    gd_wipe_free(&profile.token);
    ask_stop();
    return done_testing();
}
