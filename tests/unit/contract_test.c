/* The codec over every example of the contract: each request can be produced, each answer decodes to the
 * model that is named here; and each of them again with every allocation failing in turn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

#define TRIES_MAX 100000

enum what { CREATE, UPDATE, ANOTHER_VN, BULK_REQUEST, ANSWER, EVENT, BULK_ANSWER, FAILURE, SETTINGS };

/* What a request is made of, or the JSON that an answer comes to. */
struct example {
    const char *file;
    enum what what;
    enum gd_shape shape;
    const char *rows[3][12]; /* requests: assignments; of a bulk request the first is the id */
    const char *json;        /* answers */
};

#define NONE_A "'a':{'numbers':[],'vns':[],'pin':null,'pin_length':null},"
#define NONE_B "'b':{'numbers':[],'vns':[],'pin':null,'pin_length':null},"
#define NO_FLAT                                                                                              \
    "'created_at':null,'record':null,'max_pin_attempts':null,'call_count':null,'custom_field':null,"
#define NO_LIFE "'usage':null,'state':'unknown','state_raw':null,'ends_at':null," NO_FLAT
#define ACTIVE "'state':'active','state_raw':'active',"
#define TAIL "'read_at':null,'source':null}"
#define HEAD(id, kind, order) "{'id':" id ",'kind':'" kind "','tenant':'t','transaction_id':" order ","
#define PIN_AB                                                                                               \
    "'a':{'numbers':['+917987686144'],'vns':['+916292134471','+916292134464'],'pin':'123','pin_length':"     \
    "null},"                                                                                                 \
    "'b':{'numbers':['+919956555625'],'vns':['+916292134465','+916292134464'],'pin':null,'pin_length':null}" \
    ","                                                                                                      \
    "'usage':'twoway'," ACTIVE "'ends_at':'2020-03-27T12:17:09+05:30'," NO_FLAT TAIL
#define PIN_GOOD(id) HEAD("'" id "'", "greenpin", "'random_string'") PIN_AB
#define FLAT_PIN(to, ends, flat)                                                                             \
    HEAD("'gp_abc123xyz'", "greenpin", "null")                                                               \
    "'a':{'numbers':['+919900123456'],'vns':['+914000123456'],'pin':null,'pin_length':null},"                \
    "'b':{'numbers':['" to "'],'vns':['+914000123456'],'pin':'4821','pin_length':null},"                     \
    "'usage':null," ACTIVE "'ends_at':'" ends "','created_at':'2024-06-15T10:30:00+05:30'," flat TAIL
#define PARTY_ROW                                                                                            \
    "a.vns=6292134471,6292134464", "a.numbers=7987686144", "a.pin=123", "a.pin_length=3",                    \
        "b.vns=6292134465,6292134464", "b.numbers=9956555625", "b.pin=234", "b.pin_length=3",                \
        "usage=twoway", "duration=1200s"

static const struct example examples[] = {
    {"event-greenpin-call.json", EVENT,
     .json = HEAD("'6447bb53-70c3-40ea-850b-de2fd3c585ee'", "greenpin", "'random_string'")
         NONE_A NONE_B NO_LIFE TAIL},
    {"event-greenpin-deallocation.json", EVENT,
     .json = HEAD("'a62b5590-1111-4a33-a511-fbaedaa5dd51'", "greenpin",
                  "'client\\'s identifier of the allocation'") "'a':{'numbers':['+917981234144'],'vns':['+"
                                                               "916291234471','+916291234464'],'pin':'713','"
                                                               "pin_length':null},"
                                                               "'b':{'numbers':['+919951234625'],'vns':['+"
                                                               "916291234465','+916291234464'],'pin':'884','"
                                                               "pin_length':null},"
                                                               "'usage':'twoway'," ACTIVE
                                                               "'ends_at':null," NO_FLAT TAIL},
    {"event-greenpin-failed-verification.json", EVENT,
     .json = HEAD("null", "greenpin", "null") NONE_A NONE_B NO_LIFE TAIL},
    {"event-greenpin-verified.json", EVENT,
     .json =
         HEAD("'aaaaaae3-105f-4fba-89c0-7842df249313'", "greenpin", "'order-id'") NONE_A NONE_B NO_LIFE TAIL},
    {"event-greenvn-call.json", EVENT,
     .json =
         HEAD("'6360bbb7-1111-410c-1111-0c6ec70cc442'", "greenvn", "'Sample_ID'") NONE_A NONE_B NO_LIFE TAIL},
    {"event-greenvn-deallocation.json", EVENT,
     .json = HEAD("'fffe1797-b738-483f-a5a6-757ddfb15e78'", "greenvn",
                  "'YOUR_CONNECTION_ID'") "'a':{'numbers':['+917317678172'],'vns':['+919831234195'],'pin':"
                                          "null,'pin_length':null},"
                                          "'b':{'numbers':['+918400047000'],'vns':['+919831234195'],'pin':"
                                          "null,'pin_length':null},"
                                          "'usage':'twoway','state':'deallocated','state_raw':'vault','ends_"
                                          "at':null," NO_FLAT TAIL},
    {"event-greenvn-failed-verification.json", EVENT,
     .json = HEAD("null", "greenvn", "null") NONE_A NONE_B NO_LIFE TAIL},
    {"event-greenvn-verified.json", EVENT,
     .json =
         HEAD("'aaaaaae3-105f-4fba-89c0-7842df249313'", "greenvn", "'order-id'") NONE_A NONE_B NO_LIFE TAIL},
    {"flat-bulk.request.json", BULK_REQUEST, GD_PIN_FLAT,
     .rows = {{"gp_abc123xyz", "b.numbers=+917700123456", "duration=2h"},
              {"gp_def456uvw", "record=yes", "custom_field=campaign=summer_sale"}}},
    {"flat-bulk.response.json", BULK_ANSWER,
     .json =
         "{'request_id':null,'total':-1,'success':-1,'failed':-1,'rows':["
         "{'id':'gp_abc123xyz','mute':false,'success':true,'status':0,'code':-1,'message':null,'alloc':null},"
         "{'id':'gp_def456uvw','mute':false,'success':true,'status':0,'code':-1,'message':null,'alloc':null}]"
         "}"},
    {"flat-greenpin-create.request.json", CREATE, GD_PIN_FLAT,
     .rows = {{"a.vns=+914000123456", "a.numbers=+919900123456", "b.numbers=+918800123456", "duration=3600s",
               "max_pin_attempts=3", "record=false"}}},
    {"flat-greenpin-create.response.json", ANSWER,
     .json = FLAT_PIN("+918800123456", "2024-06-15T11:30:00+05:30",
                      "'record':null,'max_pin_attempts':null,'call_count':null,'custom_field':null,")},
    {"flat-greenpin-delete.response.json", ANSWER,
     .json = HEAD("'gp_abc123xyz'", "greenpin", "null") NONE_A NONE_B
     "'usage':null,'state':'deallocated','state_raw':'deleted','ends_at':null," NO_FLAT TAIL},
    {"flat-greenpin-get.response.json", ANSWER,
     .json = FLAT_PIN("+917700123456", "2024-06-15T13:00:00+05:30",
                      "'record':null,'max_pin_attempts':null,'call_count':2,"
                      "'custom_field':'order_id=12345&updated=true',")},
    {"flat-greenpin-update.request.json", UPDATE, GD_PIN_FLAT,
     .rows = {{"b.numbers=7700123456", "duration=7200", "record=on",
               "custom_field=order_id=12345&updated=true"}}},
    {"flat-greenpin-update.response.json", ANSWER,
     .json = FLAT_PIN("+917700123456", "2024-06-15T13:00:00+05:30",
                      "'record':true,'max_pin_attempts':null,'call_count':null,"
                      "'custom_field':'order_id=12345&updated=true',")},
    {"flat-greenvn-get.response.json", ANSWER,
     .json = HEAD(
         "'gvn_abc123'", "greenvn",
         "null") "'a':{'numbers':['+919900123456'],'vns':['+914000123456'],'pin':null,'pin_length':null},"
                 "'b':{'numbers':['+918800123456'],'vns':['+914000123456'],'pin':null,'pin_length':null},"
                 "'usage':null," ACTIVE
                 "'ends_at':'2024-06-16T10:30:00+05:30','created_at':'2024-06-15T10:30:00+05:30',"
                 "'record':true,'max_pin_attempts':null,'call_count':3,'custom_field':'order_id=ORD-20240615'"
                 "," TAIL},
    {"party-bulk-partial.response.json", BULK_ANSWER,
     .json =
         "{'request_id':'b45f202x5a65f8713','total':3,'success':1,'failed':2,'rows':["
         "{'id':null,'mute':false,'success':false,'status':404,'code':1,"
         "'message':'Could not find the given GreenPin','alloc':null},"
         "{'id':'yabadan-c861-4bda-a024-9cef1ae2f2a8','mute':false,'success':true,'status':200,'code':-1,"
         "'message':null,'alloc':" PIN_GOOD(
             "yabadan-c861-4bda-a024-9cef1ae2f2a8") "},"
                                                    "{'id':null,'mute':false,'success':false,'status':409,'"
                                                    "code':14,'message':"
                                                    "'a-party numbers and b-party numbers cannot contain the "
                                                    "same number for an allocation.','alloc':null}]}"},
    {"party-bulk.request.json", BULK_REQUEST, GD_PIN_PARTY,
     .rows = {{"GREENPIN_ID1", PARTY_ROW}, {"GREENPIN_ID2", PARTY_ROW}}},
    {"party-bulk.response.json", BULK_ANSWER,
     .json =
         "{'request_id':'b45f202x5a65f8712','total':2,'success':2,'failed':0,'rows':["
         "{'id':'ibitifda-c861-4bda-a024-9cef1ae2f2a8','mute':false,'success':true,'status':200,'code':-1,"
         "'message':null,'alloc':" PIN_GOOD(
             "ibitifda-c861-4bda-a024-9cef1ae2f2a8") "},"
                                                     "{'id':'yabadan-c861-4bda-a024-9cef1ae2f2a8','mute':"
                                                     "false,'success':true,'status':200,'code':-1,"
                                                     "'message':null,'alloc':" PIN_GOOD(
                                                         "yabadan-c861-4bda-a024-9cef1ae2f2a8") "}]}"},
    {"party-error.response.json", FAILURE,
     .json =
         "{'status':409,'code':18,'message':'Allocation exists for this connection id.','request_id':null}"},
    {"party-greenpin-create.request.json", CREATE, GD_PIN_PARTY,
     .rows = {{"transaction_id=random_string", PARTY_ROW}}},
    {"party-greenpin-update.request.json", UPDATE, GD_PIN_PARTY, .rows = {{PARTY_ROW}}},
    {"party-greenpin-update.response.json", ANSWER, .json = PIN_GOOD("d7ffd4b3-c861-4bda-a024-9cef1ae2f2a8")},
    {"party-greenpin.response.json", ANSWER, .json = PIN_GOOD("d7ffd4b3-c861-4bda-a024-9cef1ae2f2a8")},
    {"party-greenvn-call-party.request.json", UPDATE, GD_VN_PARTY,
     .rows = {{"a.numbers=09951234640, 09912345641", "b.numbers=+917981234840;+917981234841", "a.pin=12340",
               "b.pin=2340", "usage=oneway"}}},
    {"party-greenvn-create.request.json", CREATE, GD_VN_PARTY,
     .rows = {{"transaction_id=Sample_Connection", "a.numbers=+919176226528", "b.numbers=+918136966620",
               "a.pin=1234", "b.pin=2345", "strict=false", "pin_code=560041", "usage=twoway",
               "flow_id=441181", "duration=10m"}}},
    {"party-greenvn-create.response.json", ANSWER,
     .json = HEAD("'xysysue7-4c2c-b671-d1156d0faf5f'", "greenvn",
                  "'Sample_Connection'") "'a':{'numbers':['+919176226528'],'vns':['+914048212136'],'pin':['"
                                         "1234'],'pin_length':null},"
                                         "'b':{'numbers':['+918136966620'],'vns':['+914048212136'],'pin':['"
                                         "2345'],'pin_length':null},"
                                         "'usage':'twoway'," ACTIVE "'ends_at':null," NO_FLAT TAIL},
    {"party-greenvn-vn.request.json", ANOTHER_VN, GD_VN_PARTY,
     .rows = {{"strict=off", "greenvn=+917205827365", "region=ka", "type=landline"}}},
    {"party-greenvn-vn.response.json", ANSWER,
     .json = HEAD("'123456'", "greenvn",
                  "'abcd12345'") "'a':{'numbers':['+919176226528','+911234567891'],'vns':['+917205827365'],'"
                                 "pin':null,'pin_length':null},"
                                 "'b':{'numbers':['+918136966620'],'vns':['+917205827365'],'pin':null,'pin_"
                                 "length':null},"
                                 "'usage':'twoway'," ACTIVE "'ends_at':null," NO_FLAT TAIL},
    {"settings.request.json", SETTINGS, .json = NULL},
    {"settings.response.json", SETTINGS, .json = NULL},
};

#define EXAMPLES (sizeof examples / sizeof *examples)

/* ---- reading ---- */

static void path_of(const char *file, char *out, size_t room)
{
    const char *top = getenv("abs_top_srcdir");

    snprintf(out, room, "%s/tests/contract/examples/%s", top != NULL ? top : ".", file);
}

/* The whole file; ends the program where it cannot be read. */
static char *read_file(const char *file, size_t *len)
{
    static char text[1 << 16];
    char path[4096];
    FILE *in;

    path_of(file, path, sizeof path);
    in = fopen(path, "r");
    if (in == NULL)
        bail_out("%s cannot be read", path);
    *len = fread(text, 1, sizeof text - 1, in);
    fclose(in);
    text[*len] = '\0';
    return text;
}

/* JSON written with ' for ", and \' for '. */
static json_t *parse_quoted(const char *text)
{
    static char plain[1 << 14];
    size_t n = 0;
    json_t *value;
    json_error_t err;

    for (; *text != '\0' && n + 1 < sizeof plain; text++) {
        if (text[0] == '\\' && text[1] == '\'')
            plain[n++] = *++text;
        else
            plain[n++] = *text == '\'' ? '"' : *text;
    }
    plain[n] = '\0';
    value = json_loads(plain, 0, &err);
    if (value == NULL)
        bail_out("the table holds bad JSON: %s at %d", err.text, err.position);
    return value;
}

/* One case: the two values (taken) are the same, keys in any order. */
static void same_json(json_t *got, json_t *want, const char *name)
{
    if (!ok(got != NULL && json_equal(got, want), "%s", name)) {
        char *one = got != NULL ? json_dumps(got, JSON_SORT_KEYS) : NULL,
             *other = json_dumps(want, JSON_SORT_KEYS);

        diag("got  %.900s", one != NULL ? one : "(none)");
        diag("want %.900s", other);
        free(one);
        free(other);
    }
    json_decref(got);
    json_decref(want);
}

/* ---- requests ---- */

static const struct gd_place india = {.country = "IN", .zone_offset = GD_ZONE_IST};

static enum gd_kind kind_of(enum gd_shape shape)
{
    return shape == GD_VN_PARTY || shape == GD_VN_FLAT ? GD_GREENVN : GD_GREENPIN;
}

/* The assignments as what is wanted of an allocation of which nothing is known. */
static void want_of(const struct example *example, const char *const *assignments, struct gd_alloc *want)
{
    struct gd_alloc base = {.kind = kind_of(example->shape)};
    struct gd_change change = {0};
    struct gd_error err = {0};

    for (; *assignments != NULL; assignments++)
        if (gd_change_parse(&change, *assignments, &india, &err) != GD_OK)
            bail_out("%s: %s", *assignments, err.what);
    if (gd_change_resolve(&change, &base, 1700000000, want, &err) != GD_OK)
        bail_out("%s: %s", example->file, err.what);
    gd_change_clear(&change);
}

static enum gd_rc encode(const struct example *example, const struct gd_alloc *wants, size_t n,
                         struct gd_buf *out, struct gd_error *err)
{
    const struct gd_alloc *const pointers[] = {&wants[0], &wants[1], &wants[2]};
    const char *const ids[] = {example->rows[0][0], example->rows[1][0], example->rows[2][0]};

    switch (example->what) {
    case CREATE:
        return gd_encode_create(example->shape, wants, out, err);
    case UPDATE:
        return gd_encode_update(example->shape, wants, out, err);
    case ANOTHER_VN:
        return gd_encode_vn(example->shape, wants, out, err);
    default:
        return gd_encode_bulk(example->shape == GD_PIN_FLAT ? GD_FLAT : GD_PARTY, ids, pointers, n, out, err);
    }
}

/* Completes national numbers in place, and leaves out a pin_length beside a pin, as the contract allows. */
static void settle(json_t *value)
{
    const char *key;
    json_t *item;
    size_t i;

    if (json_is_object(value) && json_object_get(value, "pin") != NULL)
        json_object_del(value, "pin_length");
    json_object_foreach(value, key, item) settle(item);
    json_array_foreach(value, i, item)
    {
        if (json_is_string(item) && strlen(json_string_value(item)) == 10)
            json_array_set_new(value, i, json_sprintf("+91%s", json_string_value(item)));
        else
            settle(item);
    }
}

static void test_request(const struct example *example)
{
    struct gd_alloc wants[3] = {{.kind = GD_GREENPIN}, {.kind = GD_GREENPIN}, {.kind = GD_GREENPIN}};
    struct gd_error err = {0};
    struct gd_buf out;
    size_t n = 0, len;
    json_t *want = json_loads(read_file(example->file, &len), 0, NULL);
    long tries = 0;

    for (; n < 3 && example->rows[n][0] != NULL; n++)
        want_of(example, example->rows[n] + (example->what == BULK_REQUEST), &wants[n]);
    gd_buf_init(&out, 1 << 20);
    is_int(encode(example, wants, n, &out, &err), GD_OK, "%s can be produced", example->file);
    settle(want);
    same_json(json_loads(out.data, 0, NULL), want, "and is the same");
    for (bool failed = true; failed && tries < TRIES_MAX;) {
        enum gd_rc rc;

        gd_buf_free(&out);
        err = (struct gd_error){0};
        gd_mem_fail_after(++tries);
        rc = encode(example, wants, n, &out, &err);
        failed = gd_mem_fail_after(0) == 0;
        if (rc != (failed ? GD_NO_MEMORY : GD_OK))
            ok(false, "%s with allocation %ld failing gives %d", example->file, tries, rc);
    }
    ok(tries > 5 && tries < TRIES_MAX, "%s survives each of its allocations failing", example->file);
    gd_buf_free(&out);
    for (size_t i = 0; i < 3; i++)
        gd_alloc_clear(&wants[i]);
}

/* ---- answers ---- */

static json_t *alloc_json(const struct gd_alloc *alloc)
{
    return gd_alloc_json(alloc, "t", true, GD_ZONE_IST, 0);
}

static json_t *text_or_null(const char *text)
{
    return text != NULL ? json_string(text) : json_null();
}

static json_t *bulk_json(const struct gd_bulk *bulk)
{
    json_t *rows = json_array();

    for (size_t i = 0; i < bulk->n; i++) {
        const struct gd_bulk_row *row = &bulk->rows[i];

        json_array_append_new(
            rows, json_pack("{s:o, s:b, s:b, s:i, s:i, s:o, s:o}", "id", text_or_null(row->id), "mute",
                            row->mute, "success", row->envelope.success, "status", row->envelope.status,
                            "code", row->envelope.code, "message", text_or_null(row->envelope.message),
                            "alloc", row->alloc.v[GD_F_ID] != NULL ? alloc_json(&row->alloc) : json_null()));
    }
    return json_pack("{s:o, s:i, s:i, s:i, s:o}", "request_id", text_or_null(bulk->request_id), "total",
                     bulk->total, "success", bulk->success, "failed", bulk->failed, "rows", rows);
}

/* Decodes the file; *out is what it came to, as JSON, or NULL. */
static enum gd_rc decode(const struct example *example, const char *text, size_t len, json_t **out,
                         struct gd_error *err)
{
    struct gd_envelope envelope = {.code = -1};
    struct gd_alloc alloc = {.kind = GD_GREENPIN};
    struct gd_bulk bulk = {.rows = NULL};
    json_t *object = NULL;
    enum gd_rc rc = GD_OK;
    long left;

    *out = NULL;
    if (example->what == ANSWER)
        rc = gd_decode_answer(text, len, GD_ZONE_IST, &envelope, &alloc, err);
    else if (example->what == BULK_ANSWER)
        rc = gd_decode_bulk(text, len, GD_ZONE_IST, &bulk, err);
    else if (example->what == SETTINGS)
        rc = gd_decode_settings(text, len, &envelope, out, err);
    else if (example->what == FAILURE)
        gd_decode_failure(text, len, &envelope);
    else if ((rc = gd_json_parse(text, len, &object, err)) == GD_OK)
        rc = gd_decode_alloc(object, GD_ZONE_IST, &alloc, err);
    left = gd_mem_fail_after(0);
    if (rc == GD_OK && example->what == BULK_ANSWER)
        *out = bulk_json(&bulk);
    else if (rc == GD_OK && example->what == FAILURE)
        *out = json_pack("{s:i, s:i, s:o, s:o}", "status", envelope.status, "code", envelope.code, "message",
                         text_or_null(envelope.message), "request_id", text_or_null(envelope.request_id));
    else if (rc == GD_OK && example->what != SETTINGS)
        *out = alloc_json(&alloc);
    gd_mem_fail_after(left);
    json_decref(object);
    gd_envelope_clear(&envelope);
    gd_alloc_clear(&alloc);
    gd_bulk_clear(&bulk);
    return rc;
}

static json_t *wanted(const struct example *example, const char *text)
{
    json_t *file, *want;

    if (example->what != SETTINGS)
        return parse_quoted(example->json);
    file = json_loads(text, 0, NULL);
    want = json_incref(json_object_get(file, "data") != NULL ? json_object_get(file, "data") : file);
    json_decref(file);
    return want;
}

static void test_answer(const struct example *example)
{
    struct gd_error err = {0};
    size_t len;
    const char *text = read_file(example->file, &len);
    json_t *got;
    long tries = 0;

    is_int(decode(example, text, len, &got, &err), GD_OK, "%s is decoded", example->file);
    same_json(got, wanted(example, text), "to what is expected");
    for (bool failed = true; failed && tries < TRIES_MAX;) {
        enum gd_rc rc;

        err = (struct gd_error){0};
        gd_mem_fail_after(++tries);
        rc = decode(example, text, len, &got, &err);
        failed = gd_mem_fail_after(0) == 0;
        json_decref(got);
        if (example->what != FAILURE && rc != (failed ? GD_NO_MEMORY : GD_OK))
            ok(false, "%s with allocation %ld failing gives %d: %s", example->file, tries, rc, err.what);
    }
    ok(tries > 5 && tries < TRIES_MAX, "%s survives each of its allocations failing", example->file);
}

/* ---- all of them ---- */

static const struct example *find(const char *file)
{
    for (size_t i = 0; i < EXAMPLES; i++)
        if (strcmp(examples[i].file, file) == 0)
            return &examples[i];
    return NULL;
}

/* Each file has a row. */
static void test_folder(void)
{
    const struct dirent *entry;
    char path[4096];
    size_t files = 0;
    DIR *folder;

    path_of("", path, sizeof path);
    folder = opendir(path);
    if (folder == NULL)
        bail_out("%s cannot be read", path);
    while ((entry = readdir(folder)) != NULL)
        if (entry->d_name[0] != '.') {
            ok(find(entry->d_name) != NULL, "%s is in the table", entry->d_name);
            files++;
        }
    closedir(folder);
    is_int((long long)files, EXAMPLES, "and every row has its file");
}

int main(void)
{
    gd_mem_init();
    test_folder();
    for (size_t i = 0; i < EXAMPLES; i++)
        if (examples[i].what <= BULK_REQUEST)
            test_request(&examples[i]);
        else
            test_answer(&examples[i]);
    return done_testing();
}
