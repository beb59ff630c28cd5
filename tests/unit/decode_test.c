/* Answers that are mixed, odd, hostile or no answers at all: decoded as far as they can be, never worse. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

/* One object, and what a field of it comes to. */
static const struct {
    const char *json;
    enum gd_field field;
    const char *want;
} fields[] = {
    /* Dialects, and mixtures of them. */
    {"{'from':'+919876546144'}", GD_F_A_NUMBERS, "+919876546144"},
    {"{'from':['+919876546144','+919876546145']}", GD_F_A_NUMBERS, "+919876546144,+919876546145"},
    {"{'to':'+919876546144,+919876546145'}", GD_F_B_NUMBERS, "+919876546144,+919876546145"},
    {"{'a':{'vns':['+916292134471']},'virtual_number':'+916292134472'}", GD_F_A_VNS, "+916292134471"},
    {"{'a':{'vns':['+916292134471']},'virtual_number':'+916292134472'}", GD_F_B_VNS, "+916292134472"},
    {"{'a':{'vns':null},'virtual_number':'+916292134472'}", GD_F_A_VNS, "+916292134472"},
    {"{'a':7,'from':'+919876546144'}", GD_F_A_NUMBERS, "+919876546144"},
    {"{'a':{'numbers':{'x':1}},'from':'+919876546144'}", GD_F_A_NUMBERS, "+919876546144"},
    {"{'greenvn':'+916292134472'}", GD_F_A_VNS, "+916292134472"},
    {"{'green_vn':'+916292134472'}", GD_F_B_VNS, "+916292134472"},
    {"{'transation_id':'o'}", GD_F_TRANSACTION_ID, "o"},
    {"{'connection_id':'o'}", GD_F_TRANSACTION_ID, "o"},
    {"{'transaction_id':123}", GD_F_TRANSACTION_ID, "123"},
    {"{'pin':'0123'}", GD_F_B_PIN, "0123"},
    {"{'pin':'0123'}", GD_F_A_PIN, NULL},
    /* Numbers. */
    {"{'from':'+91 98765-46144'}", GD_F_A_NUMBERS, "+919876546144"},
    {"{'from':'9876546144'}", GD_F_A_NUMBERS, "9876546144"},
    {"{'from':9876546144}", GD_F_A_NUMBERS, "9876546144"},
    {"{'from':['9876546144',null,'null','',7,{},'+919876546144','+919876546144']}", GD_F_A_NUMBERS,
     "9876546144,7,+919876546144"},
    {"{'from':[]}", GD_F_A_NUMBERS, ""},
    {"{'from':[null]}", GD_F_A_NUMBERS, ""},
    {"{'from':[{}]}", GD_F_A_NUMBERS, NULL},
    {"{'from':{}}", GD_F_A_NUMBERS, NULL},
    {"{'from':true}", GD_F_A_NUMBERS, NULL},
    {"{'from':1.5}", GD_F_A_NUMBERS, NULL},
    {"{'from':-5}", GD_F_A_NUMBERS, NULL},
    {"{'from':null}", GD_F_A_NUMBERS, NULL},
    {"{'from':'null'}", GD_F_A_NUMBERS, NULL},
    {"{'from':' , '}", GD_F_A_NUMBERS, ""},
    /* PINs. */
    {"{'a':{'pin':123}}", GD_F_A_PIN, "123"},
    {"{'a':{'pin':null}}", GD_F_A_PIN, NULL},
    {"{'a':{'pin':'null'}}", GD_F_A_PIN, NULL},
    {"{'a':{'pin':{}}}", GD_F_A_PIN, NULL},
    {"{'aparty_pins':[123,'0456',null]}", GD_F_A_PIN, "123,0456"},
    {"{'bparty_pins':[null]}", GD_F_B_PIN, ""},
    {"{'bparty_pins':'12'}", GD_F_B_PIN, "12"},
    /* Whole numbers, booleans, texts. */
    {"{'a':{'pin_length':'3'}}", GD_F_A_PIN_LENGTH, "3"},
    {"{'a':{'pin_length':3}}", GD_F_A_PIN_LENGTH, "3"},
    {"{'a':{'pin_length':'x'}}", GD_F_A_PIN_LENGTH, NULL},
    {"{'a':{'pin_length':[]}}", GD_F_A_PIN_LENGTH, NULL},
    {"{'max_pin_attempts':99999999999999999999}", GD_F_MAX_PIN_ATTEMPTS, NULL},
    {"{'record':true}", GD_F_RECORD, "true"},
    {"{'record':'False'}", GD_F_RECORD, "false"},
    {"{'record':'perhaps'}", GD_F_RECORD, NULL},
    {"{'record':1}", GD_F_RECORD, NULL},
    {"{'usage':'threeway'}", GD_F_USAGE, "threeway"},
    {"{'usage':{}}", GD_F_USAGE, NULL},
    {"{'custom_field':''}", GD_F_CUSTOM_FIELD, ""},
    {"{'custom_field':42}", GD_F_CUSTOM_FIELD, "42"},
    {"{'custom_field':[1]}", GD_F_CUSTOM_FIELD, NULL},
    {"{'greenpin_id':''}", GD_F_ID, NULL},
    {"{'greenpin_id':7}", GD_F_ID, "7"},
    {"{'greenpin_id':['x']}", GD_F_ID, NULL},
    /* Events of calls: the numbers are the call's. */
    {"{'greenpin_id':'x','call_sid':'c','from':'+919876546144','vn':'+916292134471'}", GD_F_ID, "x"},
    {"{'greenpin_id':'x','call_sid':'c','from':'+919876546144','vn':'+916292134471'}", GD_F_A_NUMBERS, NULL},
    {"{'greenpin_id':'x','call_sid':'c','from':'+919876546144','vn':'+916292134471'}", GD_F_A_VNS, NULL},
    {"{'greenpin_id':'x','caller':'c','pin':'1234'}", GD_F_B_PIN, NULL},
};

/* JSON with ' for ". */
static json_t *quoted(const char *text)
{
    char *plain = gd_strdup(text);
    json_t *value = NULL;
    struct gd_error err = {0};

    for (char *at = plain; at != NULL && *at != '\0'; at++)
        if (*at == '\'')
            *at = '"';
    if (plain == NULL || gd_json_parse(plain, strlen(plain), &value, &err) != GD_OK)
        bail_out("%s: %s", text, err.what);
    gd_free(plain);
    return value;
}

static void decode(const char *text, struct gd_alloc *alloc)
{
    struct gd_error err = {0};
    json_t *value = quoted(text);

    if (gd_decode_alloc(value, GD_ZONE_IST, alloc, &err) != GD_OK)
        bail_out("%s: %s", text, err.what);
    json_decref(value);
}

static void test_fields(void)
{
    struct gd_alloc alloc;

    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        decode(fields[i].json, &alloc);
        is_str(alloc.v[fields[i].field], fields[i].want, "%s of %s", gd_fields[fields[i].field].key,
               fields[i].json);
        ok(alloc.raw != NULL, "the raw record is kept");
        gd_alloc_clear(&alloc);
    }
}

static void test_states(void)
{
    static const struct {
        const char *json;
        enum gd_state state;
        const char *raw;
    } rows[] = {
        {"{'state':'active'}", GD_ACTIVE, "active"},
        {"{'status':'Active'}", GD_ACTIVE, "Active"},
        {"{'state':'vault'}", GD_DEALLOCATED, "vault"},
        {"{'status':'deleted'}", GD_DEALLOCATED, "deleted"},
        {"{'status':'expired'}", GD_EXPIRED, "expired"},
        {"{'state':'frozen'}", GD_UNKNOWN, "frozen"},
        {"{'state':null,'status':'active'}", GD_ACTIVE, "active"},
        {"{'state':'null','status':'active'}", GD_ACTIVE, "active"},
        {"{'state':7}", GD_UNKNOWN, NULL},
        {"{}", GD_UNKNOWN, NULL},
    };
    struct gd_alloc alloc;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        decode(rows[i].json, &alloc);
        is_int(alloc.state, rows[i].state, "state of %s", rows[i].json);
        is_str(alloc.state_raw, rows[i].raw, "as it came");
        gd_alloc_clear(&alloc);
    }
}

static void test_times(void)
{
    static const struct {
        const char *json;
        int64_t ends;
        const char *raw;
    } rows[] = {
        {"{'deallocation_time':'2020-03-27 12:17:09'}", 1585311429 - GD_ZONE_IST, NULL},
        {"{'expires_at':'2020-03-27T12:17:09Z'}", 1585311429, NULL},
        {"{'deallocation_time':'soon','expires_at':'2020-03-27T12:17:09Z'}", 1585311429, NULL},
        {"{'deallocation_time':null,'expires_at':'2020-03-27T12:17:09Z'}", 1585311429, NULL},
        {"{'deallocation_time':'27/03/2020'}", 0, "27/03/2020"},
        {"{'expires_at':1585311429}", 0, "1585311429"},
        {"{'expires_at':'null'}", 0, NULL},
        {"{'expires_at':{}}", 0, NULL},
    };
    struct gd_alloc alloc;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        decode(rows[i].json, &alloc);
        is_int(alloc.ends_at, rows[i].ends, "end of %s", rows[i].json);
        is_str(alloc.ends_raw, rows[i].raw, "as it came, where it cannot be read");
        gd_alloc_clear(&alloc);
    }
    decode("{'call_count':'7','created_at':'2020-03-27T12:17:09Z'}", &alloc);
    is_int(alloc.call_count, 7, "a count as text");
    is_int(alloc.created_at, 1585311429, "the time of creation");
    gd_alloc_clear(&alloc);
    decode("{'call_count':-3}", &alloc);
    is_int(alloc.call_count, -1, "no count below 0");
    gd_alloc_clear(&alloc);
}

static void test_kinds(void)
{
    static const struct {
        const char *json;
        enum gd_kind kind;
        enum gd_dialect dialect;
    } rows[] = {
        {"{'greenpin_id':'x','a':{},'state':'active'}", GD_GREENPIN, GD_PARTY},
        {"{'greenpin_id':'x','from':'','status':'active'}", GD_GREENPIN, GD_FLAT},
        {"{'greenvn_id':'x','connection_id':'o'}", GD_GREENVN, GD_PARTY},
        {"{'greenvn_id':'x','virtual_number':'','status':'active'}", GD_GREENVN, GD_FLAT},
        {"{'connection_id':'o'}", GD_GREENVN, GD_PARTY},
        {"{'greenpin_id':'x','a':{},'b':{},'state':'active','custom_field':'y'}", GD_GREENPIN, GD_PARTY},
        {"{'greenpin_id':'x'}", GD_GREENPIN, GD_PARTY},
    };
    struct gd_alloc alloc;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        decode(rows[i].json, &alloc);
        is_int(alloc.kind, rows[i].kind, "kind of %s", rows[i].json);
        is_int(alloc.dialect, rows[i].dialect, "and its dialect");
        gd_alloc_clear(&alloc);
    }
    decode("{'greenpin_id':'x','new_key':{'deep':[1,null]},'usage':'odd'}", &alloc);
    is_str(alloc.raw, "{\"greenpin_id\":\"x\",\"new_key\":{\"deep\":[1,null]},\"usage\":\"odd\"}",
           "unknown keys stay in the raw record");
    gd_alloc_clear(&alloc);
}

/* ---- whole answers ---- */

static void test_answers(void)
{
    static const struct {
        const char *json;
        enum gd_rc rc;
        bool success;
        int status, code;
        const char *id;
        enum gd_dialect dialect;
    } rows[] = {
        {"{'success':true,'status':200,'code':null,'data':{'greenpin_id':'x'}}", GD_OK, true, 200, -1, "x",
         GD_PARTY},
        {"{'success':'true','status':'200','code':'null','data':{'greenpin_id':'x'}}", GD_OK, true, 200, -1,
         "x", GD_PARTY},
        {"{'response':{'greenpin_id':'x'}}", GD_OK, true, 0, -1, "x", GD_FLAT},
        {"{'response':[{'greenpin_id':'x'}]}", GD_OK, true, 0, -1, "x", GD_FLAT},
        {"{'data':{'greenpin_id':'x'}}", GD_OK, true, 0, -1, "x", GD_PARTY},
        {"{'greenpin_id':'x','status':'active'}", GD_OK, true, 0, -1, "x", GD_FLAT},
        {"{'success':false,'status':404,'code':'1','data':null}", GD_OK, false, 404, 1, NULL, GD_PARTY},
        {"{'success':false}", GD_OK, false, 0, -1, NULL, GD_PARTY},
        {"{'status':409,'code':18,'data':null}", GD_OK, false, 409, 18, NULL, GD_PARTY},
        {"{'success':true,'data':{}}", GD_OK, true, 0, -1, NULL, GD_PARTY},
        {"{'response':{}}", GD_OK, false, 0, -1, NULL, GD_PARTY},
        {"{}", GD_SERVER, false, 0, -1, NULL, GD_PARTY},
        {"[]", GD_SERVER, false, 0, -1, NULL, GD_PARTY},
        {"{'message':'x'}", GD_SERVER, false, 0, -1, NULL, GD_PARTY},
        {"{'data':'x'}", GD_SERVER, false, 0, -1, NULL, GD_PARTY},
        {"{'response':[]}", GD_SERVER, false, 0, -1, NULL, GD_PARTY},
        {"{'response':[{'greenpin_id':'x'},{'greenpin_id':'y'}]}", GD_SERVER, false, 0, -1, NULL, GD_PARTY},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        json_t *value = quoted(rows[i].json);
        char *text = json_dumps(value, JSON_COMPACT);
        struct gd_envelope envelope;
        struct gd_error err = {0};
        struct gd_alloc alloc;

        is_int(gd_decode_answer(text, strlen(text), 0, &envelope, &alloc, &err), rows[i].rc, "%s",
               rows[i].json);
        is_int(envelope.success, rows[i].success, "success");
        is_int(envelope.status, rows[i].status, "status");
        is_int(envelope.code, rows[i].code, "code");
        is_str(alloc.v[GD_F_ID], rows[i].id, "id");
        is_int(alloc.dialect, rows[i].dialect, "dialect");
        gd_envelope_clear(&envelope);
        gd_alloc_clear(&alloc);
        gd_free(text);
        json_decref(value);
    }
}

static void test_nonsense(void)
{
    static const char *const texts[] = {"",
                                        "<html><body>502</body></html>",
                                        "{\"data\":{\"greenpin_id\":\"x\"",
                                        "OK",
                                        "\xff\xfe\x01",
                                        "null",
                                        "{\"data\":"};

    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        struct gd_envelope envelope;
        struct gd_error err = {0};
        struct gd_alloc alloc;
        struct gd_bulk bulk;
        json_t *data;

        is_int(gd_decode_answer(texts[i], strlen(texts[i]), 0, &envelope, &alloc, &err), GD_SERVER,
               "no answer: %s", texts[i]);
        ok(err.what[0] != '\0', "in words: %s", err.what);
        is_int(gd_decode_bulk(texts[i], strlen(texts[i]), 0, &bulk, &err), GD_SERVER, "nor a bulk answer");
        ok(bulk.n == 0 && bulk.rows == NULL && bulk.total == -1, "which is empty then");
        is_int(gd_decode_settings(texts[i], strlen(texts[i]), &envelope, &data, &err), GD_SERVER,
               "nor settings");
        ok(data == NULL, "of which there are none");
    }
}

static void test_failures(void)
{
    static const struct {
        const char *text;
        int status, code;
        const char *message, *request_id;
    } rows[] = {
        {"{\"success\":false,\"status\":409,\"code\":18,\"message\":\"Exists.\",\"request_id\":\"r1\"}", 409,
         18, "Exists.", "r1"},
        {"{\"error\":\"no way\"}", 0, -1, "no way", NULL},
        {"{\"error\":{\"message\":\"no way\",\"code\":5}}", 0, -1, "no way", NULL},
        {"{\"errors\":[{\"detail\":\"bad\"}]}", 0, -1, "bad", NULL},
        {"{\"RestException\":{\"Status\":401,\"Message\":\"who?\"}}", 0, -1, "who?", NULL},
        {"{\"response\":{\"code\":22,\"message\":\"gone\",\"status\":410}}", 410, 22, "gone", NULL},
        {"{\"message\":null,\"description\":\"d\"}", 0, -1, "d", NULL},
        {"{\"a\":{\"b\":{\"c\":1}}}", 0, -1, NULL, NULL},
        {"{\"error\":{\"error\":{\"error\":{\"error\":{\"error\":\"too deep\"}}}}}", 0, -1, NULL, NULL},
        {"[]", 0, -1, NULL, NULL},
        {"", 0, -1, NULL, NULL},
        {"<html><head><TITLE>502 Bad\n Gateway</TITLE></head><body><h1>x</h1></body></html>", 0, -1,
         "502 Bad Gateway", NULL},
        {"<html><body><h1>Sorry</h1><p>try   later</p></body>", 0, -1, "Sorry try later", NULL},
        {"  upstream timed out\n", 0, -1, "upstream timed out", NULL},
        {"<", 0, -1, NULL, NULL},
        {"<title>", 0, -1, NULL, NULL},
    };
    char page[3001];
    struct gd_envelope envelope;

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        gd_decode_failure(rows[i].text, strlen(rows[i].text), &envelope);
        is_int(envelope.status, rows[i].status, "status of %s", rows[i].text);
        is_int(envelope.code, rows[i].code, "code");
        is_str(envelope.message, rows[i].message, "words");
        is_str(envelope.request_id, rows[i].request_id, "request id");
        ok(!envelope.success, "never a success");
        gd_envelope_clear(&envelope);
    }
    for (size_t i = 0; i < sizeof page - 1; i += 3)
        memcpy(page + i, "\xe2\x82\xac", 3);
    gd_decode_failure(page, sizeof page - 1, &envelope);
    ok(strlen(envelope.message) <= 500 && strlen(envelope.message) % 3 == 0,
       "a long page is cut between characters");
    gd_envelope_clear(&envelope);
}

static void test_settings(void)
{
    static const char refused[] = "{\"success\":false,\"status\":403,\"code\":8,\"data\":null}";
    static const char bare[] = "{\"common\":{\"country\":\"IN\"},\"extra\":{}}";
    struct gd_envelope envelope;
    struct gd_error err = {0};
    json_t *data;

    is_int(gd_decode_settings(refused, sizeof refused - 1, &envelope, &data, &err), GD_OK,
           "settings refused");
    ok(data == NULL && !envelope.success && envelope.code == 8, "are no settings");
    gd_envelope_clear(&envelope);
    is_int(gd_decode_settings(bare, sizeof bare - 1, &envelope, &data, &err), GD_OK,
           "settings without envelope");
    ok(envelope.success && json_object_get(data, "extra") != NULL, "with unknown sections kept");
    json_decref(data);
    gd_envelope_clear(&envelope);
}

int main(void)
{
    gd_mem_init();
    test_fields();
    test_states();
    test_times();
    test_kinds();
    test_answers();
    test_nonsense();
    test_failures();
    test_settings();
    return done_testing();
}
