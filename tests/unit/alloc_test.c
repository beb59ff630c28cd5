/* The model: its state by the clock, its lists, what is shown of it, and its JSON both ways. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/alloc.h"

#include <string.h>

#include "../../api/buf.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

#define DOT "\xe2\x80\xa2"
#define DOTS DOT DOT DOT DOT DOT
#define END 1718427600 /* 2024-06-15T10:30:00+05:30 */

static void set(struct gd_alloc *alloc, enum gd_field field, const char *text)
{
    struct gd_error err = {0};

    if (gd_alloc_set(alloc, field, text, &err) != GD_OK)
        bail_out("%s", err.what);
}

static void fill(struct gd_alloc *alloc, enum gd_kind kind)
{
    *alloc = (struct gd_alloc){.kind = kind, .state = GD_ACTIVE, .ends_at = END, .call_count = -1};
    set(alloc, GD_F_ID, "gp-1");
    set(alloc, GD_F_A_NUMBERS, "+919876546144,+919876546145");
    set(alloc, GD_F_A_VNS, "+916292134471");
    set(alloc, GD_F_B_PIN, kind == GD_GREENVN ? "123,456" : "0123");
    set(alloc, GD_F_B_PIN_LENGTH, "4");
    set(alloc, GD_F_RECORD, "true");
    alloc->state_raw = gd_strdup("active");
    alloc->source = gd_strdup("get");
}

static void test_state(void)
{
    struct gd_alloc alloc = {.state = GD_ACTIVE, .ends_at = END};
    enum gd_state state = GD_UNKNOWN;

    is_int(gd_alloc_state(&alloc, END - 1), GD_ACTIVE, "active before its end");
    is_int(gd_alloc_state(&alloc, END), GD_EXPIRED, "expired by the clock at its end");
    alloc.ends_at = 0;
    is_int(gd_alloc_state(&alloc, END), GD_ACTIVE, "active without an end");
    alloc = (struct gd_alloc){.state = GD_DEALLOCATED, .ends_at = END};
    is_int(gd_alloc_state(&alloc, END), GD_DEALLOCATED, "deallocated stays so");
    for (int i = 0; i < 4; i++)
        ok(gd_state_parse(gd_state_name((enum gd_state)i), &state) && (int)state == i,
           "%s is read as written", gd_state_name((enum gd_state)i));
    ok(!gd_state_parse("vault", &state) && !gd_state_parse(NULL, &state), "nothing else is a state");
}

static void test_lists(void)
{
    const char *at = ",a,,bc,", *item;
    size_t len;

    item = gd_list_next(&at, &len);
    ok(item != NULL && len == 1 && *item == 'a', "the first item");
    item = gd_list_next(&at, &len);
    ok(item != NULL && len == 2 && *item == 'b', "the second");
    ok(gd_list_next(&at, &len) == NULL, "and no third");
    at = NULL;
    ok(gd_list_next(&at, &len) == NULL, "none in no list");
    is_int((long long)gd_list_count("a,b,c"), 3, "they are counted");
    is_int((long long)gd_list_count(""), 0, "also none");
    ok(gd_list_has("ab,c", "c", 1) && !gd_list_has("ab,c", "a", 1) && !gd_list_has(NULL, "a", 1),
       "and found whole");
}

static void test_same(void)
{
    static const struct {
        enum gd_field field;
        const char *one, *other;
        bool same;
    } rows[] = {
        {GD_F_A_NUMBERS, "+919876546144,+919876546145", "+919876546145,+919876546144", true},
        {GD_F_A_NUMBERS, "+919876546144", "9876546144", true},
        {GD_F_A_NUMBERS, "09876546144", "+919876546144", true},
        {GD_F_A_NUMBERS, "919876546144", "+919876546144", true},
        {GD_F_A_NUMBERS, "+919876546144", "46144", false},
        {GD_F_A_NUMBERS, "+919876546144", "+919876546145", false},
        {GD_F_A_NUMBERS, "+919876546144", "+449876546144", false},
        {GD_F_A_NUMBERS, "+919876546144", "+919876546144,+919876546145", false},
        {GD_F_A_NUMBERS, NULL, "", true},
        {GD_F_A_NUMBERS, NULL, NULL, true},
        {GD_F_A_NUMBERS, NULL, "+919876546144", false},
        {GD_F_A_PIN, "123,456", "456,123", true},
        {GD_F_A_PIN, "0123", "123", false},
        {GD_F_USAGE, "oneway", "twoway", false},
        {GD_F_CUSTOM_FIELD, "a,b", "b,a", false},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        is_int(gd_value_same(rows[i].field, rows[i].one, rows[i].other), rows[i].same,
               "row %zu of what is the same", i);
        is_int(gd_value_same(rows[i].field, rows[i].other, rows[i].one), rows[i].same,
               "and the other way round");
    }
}

static void test_show(void)
{
    static const struct {
        enum gd_field field;
        const char *value, *want;
    } rows[] = {
        {GD_F_A_NUMBERS, "+919876546144,+12025550143", "+91" DOTS "6144,+1" DOTS "0143"},
        {GD_F_B_NUMBERS, "x", DOTS},
        {GD_F_A_PIN, "0123", DOT DOT DOT DOT},
        {GD_F_A_PIN, "12,345", DOT DOT "," DOT DOT DOT},
        {GD_F_A_VNS, "+916292134471", "+916292134471"},
        {GD_F_CUSTOM_FIELD, "plain", "plain"},
        {GD_F_A_NUMBERS, NULL, ""},
    };
    char longer[700];
    struct gd_buf out;

    gd_buf_init(&out, 2000);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gd_buf_clear(&out);
        gd_value_show(rows[i].field, rows[i].value, false, &out);
        is_str(out.data, rows[i].want, "masked, row %zu", i);
        gd_buf_clear(&out);
        gd_value_show(rows[i].field, rows[i].value, true, &out);
        is_str(out.data, rows[i].value != NULL ? rows[i].value : "", "revealed");
    }
    memset(longer, '7', sizeof longer);
    longer[sizeof longer - 1] = '\0';
    gd_buf_clear(&out);
    gd_value_show(GD_F_A_NUMBERS, longer, false, &out);
    is_str(out.data, DOTS "7777", "however long it is");
    gd_buf_free(&out);
}

static void test_copy(void)
{
    struct gd_alloc one, other;
    struct gd_error err = {0};
    enum gd_rc rc;
    long n = 0;

    fill(&one, GD_GREENPIN);
    is_int(gd_alloc_copy(&other, &one, &err), GD_OK, "a copy is made");
    ok(other.v[GD_F_ID] != one.v[GD_F_ID] && strcmp(other.v[GD_F_ID], "gp-1") == 0 && other.ends_at == END &&
           other.source != one.source,
       "of everything");
    gd_alloc_clear(&other);
    ok(other.v[GD_F_ID] == NULL && other.source == NULL && other.ends_at == 0, "and cleared");
    do {
        gd_mem_fail_after(++n);
        rc = gd_alloc_copy(&other, &one, &err);
        gd_alloc_clear(&other);
    } while (gd_mem_fail_after(0) == 0 && rc == GD_NO_MEMORY && n < 100);
    is_int(rc, GD_OK, "a copy survives each of %ld allocations failing", n);
    gd_alloc_clear(&one);
}

static void is_json(const struct gd_alloc *alloc, bool reveal, const char *want, const char *name)
{
    json_t *value = gd_alloc_json(alloc, "acme", reveal, GD_ZONE_IST, END - 10);
    char *text = json_dumps(value, JSON_COMPACT);

    is_str(text, want, "%s", name);
    gd_free(text);
    json_decref(value);
}

static void test_json(void)
{
    struct gd_alloc alloc;

    fill(&alloc, GD_GREENPIN);
    is_json(&alloc, false,
            "{\"id\":\"gp-1\",\"kind\":\"greenpin\",\"tenant\":\"acme\",\"transaction_id\":null,"
            "\"a\":{\"numbers\":[\"+91" DOTS "6144\",\"+91" DOTS
            "6145\"],\"vns\":[\"+916292134471\"],\"pin\":null,"
            "\"pin_length\":null},\"b\":{\"numbers\":[],\"vns\":[],\"pin\":\"" DOT DOT DOT DOT
            "\",\"pin_length\":4},\"usage\":null,\"state\":\"active\",\"state_raw\":\"active\","
            "\"ends_at\":\"2024-06-15T10:30:00+05:30\",\"created_at\":null,\"record\":true,"
            "\"max_pin_attempts\":null,\"call_count\":null,\"custom_field\":null,\"read_at\":null,\"source\":"
            "\"get\"}",
            "the JSON, masked, keys in order");
    gd_alloc_clear(&alloc);
    fill(&alloc, GD_GREENVN);
    alloc.call_count = 2;
    alloc.read_at = END;
    set(&alloc, GD_F_MAX_PIN_ATTEMPTS, "3");
    set(&alloc, GD_F_CUSTOM_FIELD, "bad \xff");
    is_json(
        &alloc, true,
        "{\"id\":\"gp-1\",\"kind\":\"greenvn\",\"tenant\":\"acme\",\"transaction_id\":null,"
        "\"a\":{\"numbers\":[\"+919876546144\",\"+919876546145\"],\"vns\":[\"+916292134471\"],\"pin\":null,"
        "\"pin_length\":null},\"b\":{\"numbers\":[],\"vns\":[],\"pin\":[\"123\",\"456\"],\"pin_length\":4},"
        "\"usage\":null,\"state\":\"active\",\"state_raw\":\"active\","
        "\"ends_at\":\"2024-06-15T10:30:00+05:30\",\"created_at\":null,\"record\":true,"
        "\"max_pin_attempts\":3,\"call_count\":2,\"custom_field\":\"bad \xef\xbf\xbd\","
        "\"read_at\":\"2024-06-15T10:30:00+05:30\",\"source\":\"get\"}",
        "the JSON of a GreenVN, revealed");
    gd_alloc_clear(&alloc);
}

static void test_round(void)
{
    struct gd_alloc one, other;
    struct gd_error err = {0};
    json_t *value, *again;

    for (int kind = 0; kind < 2; kind++) {
        fill(&one, (enum gd_kind)kind);
        value = gd_alloc_json(&one, "acme", true, GD_ZONE_IST, 0);
        is_int(gd_alloc_from_json(value, &other, &err), GD_OK, "the JSON is read again");
        again = gd_alloc_json(&other, "acme", true, GD_ZONE_IST, 0);
        ok(json_equal(value, again), "to the same");
        gd_alloc_clear(&other);
        json_decref(value);
        json_decref(again);
        value = gd_alloc_json(&one, "acme", false, GD_ZONE_IST, 0);
        is_int(gd_alloc_from_json(value, &other, &err), GD_OK, "a masked one too");
        ok(other.v[GD_F_A_NUMBERS] == NULL && other.v[GD_F_B_PIN] == NULL, "but bullets are no values");
        is_str(other.v[GD_F_A_VNS], "+916292134471", "VNs are");
        gd_alloc_clear(&other);
        gd_alloc_clear(&one);
        json_decref(value);
    }
}

static void test_files(void)
{
    static const struct {
        const char *text, *fault; /* NULL: taken */
    } rows[] = {
        {"{\"id\":\"x\"}", NULL},
        {"{\"id\":12}", NULL},
        {"{\"id\":\"x\",\"kind\":\"greenvn\",\"a.numbers\":[\"+919876546144\"],\"b.pin\":\"0123\"}", NULL},
        {"{\"id\":\"x\",\"a\":{\"numbers\":[]},\"ends_at\":\"2024-06-15T10:30:00+05:30\"}", NULL},
        {"{\"id\":\"x\",\"a\":null}", "a"},
        {"{}", "without an id"},
        {"{\"id\":\"\"}", "without an id"},
        {"[]", "object"},
        {"{\"id\":\"x\",\"nonsense\":1}", "nonsense"},
        {"{\"id\":\"x\",\"a\":{\"colour\":1}}", "a.colour"},
        {"{\"id\":\"x\",\"kind\":\"blue\"}", "kind"},
        {"{\"id\":\"x\",\"state\":\"odd\"}", "state"},
        {"{\"id\":\"x\",\"usage\":{}}", "usage"},
        {"{\"id\":\"x\",\"ends_at\":\"soon\"}", "ends_at"},
        {"{\"id\":\"x\",\"ends_at\":5}", "ends_at"},
        {"{\"id\":\"x\",\"call_count\":-1}", "call_count"},
        {"{\"id\":\"x\",\"source\":[]}", "source"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *value = json_loads(rows[i].text, 0, NULL);
        struct gd_error err = {0};
        struct gd_alloc alloc;
        enum gd_rc rc = gd_alloc_from_json(value, &alloc, &err);

        is_int(rc, rows[i].fault == NULL ? GD_OK : GD_INPUT, "%s", rows[i].text);
        if (rows[i].fault != NULL)
            has_str(err.what, rows[i].fault, "names the fault");
        gd_alloc_clear(&alloc);
        json_decref(value);
    }
}

int main(void)
{
    gd_mem_init();
    test_state();
    test_lists();
    test_same();
    test_show();
    test_copy();
    test_json();
    test_round();
    test_files();
    return done_testing();
}
