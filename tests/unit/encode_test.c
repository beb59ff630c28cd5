/* Requests: what each dialect carries, what it cannot and says by name, and what must be there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "tap.h"

#define A "a.numbers=+919876546144"
#define B "b.numbers=+919876546145"
#define VN "a.vns=+916292134471"

struct row {
    enum gd_shape shape;
    enum gd_request which;
    const char *want[8]; /* key=value, as the program keeps them */
    const char *body;    /* refused: NULL */
    const char *fault;   /* what the error says */
    const char *advice;
};

static const struct row rows[] = {
    /* What goes out. */
    {GD_PIN_PARTY,
     GD_REQ_CREATE,
     {"transaction_id=o", A, "b.vns=+916292134471"},
     "{\"transaction_id\":\"o\",\"a\":{\"numbers\":[\"+919876546144\"]},\"b\":{\"vns\":[\"+916292134471\"]}}",
     NULL,
     NULL},
    {GD_PIN_PARTY,
     GD_REQ_CREATE,
     {"transaction_id=o", VN, B, "b.pin=0012", "b.pin_length=6", "a.pin_length=3"},
     "{\"transaction_id\":\"o\",\"a\":{\"vns\":[\"+916292134471\"],\"pin_length\":3},"
     "\"b\":{\"numbers\":[\"+919876546145\"],\"pin\":\"0012\"}}",
     NULL,
     NULL},
    {GD_PIN_PARTY,
     GD_REQ_UPDATE,
     {"duration=1"},
     "{\"deallocation_policy\":{\"duration\":\"1s\"}}",
     NULL,
     NULL},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.pin_length=5"}, "{\"a\":{\"pin_length\":5}}", NULL, NULL},
    {GD_PIN_FLAT,
     GD_REQ_CREATE,
     {VN, A},
     "{\"from\":\"+919876546144\",\"caller_id_number\":\"+916292134471\"}",
     NULL,
     NULL},
    {GD_PIN_FLAT,
     GD_REQ_CREATE,
     {VN, "a.numbers=+919876546144,+919876546146", B, "custom_field="},
     "{\"from\":[\"+919876546144\",\"+919876546146\"],\"caller_id_number\":\"+916292134471\","
     "\"to\":\"+919876546145\",\"custom_field\":\"\"}",
     NULL,
     NULL},
    {GD_PIN_FLAT,
     GD_REQ_UPDATE,
     {A, "duration=300", "record=false", "max_pin_attempts=5"},
     "{\"from\":[\"+919876546144\"],\"duration\":300,\"record\":false,\"max_pin_attempts\":5}",
     NULL,
     NULL},
    {GD_PIN_FLAT, GD_REQ_UPDATE, {"duration=14688000"}, "{\"duration\":14688000}", NULL, NULL},
    {GD_VN_PARTY,
     GD_REQ_CREATE,
     {"transaction_id=o", A, B, "usage=twoway", "a.pin=12,345", "strict=true", "type=mobile"},
     "{\"connection_id\":\"o\",\"aparty_numbers\":[\"+919876546144\"],\"aparty_pins\":[12,345],"
     "\"bparty_numbers\":[\"+919876546145\"],\"usage\":\"twoway\",\"strictness\":\"true\","
     "\"preferences\":{\"type\":\"mobile\"}}",
     NULL,
     NULL},
    {GD_VN_FLAT,
     GD_REQ_CREATE,
     {VN, A, B},
     "{\"from\":[\"+919876546144\"],\"caller_id_number\":\"+916292134471\",\"to\":[\"+919876546145\"]}",
     NULL,
     NULL},
    {GD_VN_FLAT, GD_REQ_UPDATE, {B}, "{\"to\":[\"+919876546145\"]}", NULL, NULL},
    {GD_VN_PARTY,
     GD_REQ_VN,
     {"type=landline", "region=KA"},
     "{\"preferences\":{\"region\":\"KA\",\"number_type\":\"landline\"}}",
     NULL,
     NULL},
    {GD_VN_FLAT,
     GD_REQ_VN,
     {"greenvn=+916292134471"},
     "{\"caller_id_number\":\"+916292134471\"}",
     NULL,
     NULL},
    {GD_VN_PARTY, GD_REQ_VN, {NULL}, "", NULL, NULL},
    {GD_VN_FLAT, GD_REQ_VN, {NULL}, "", NULL, NULL},

    /* What has no place there. */
    {GD_PIN_FLAT,
     GD_REQ_UPDATE,
     {"usage=oneway"},
     NULL,
     "the flat dialect cannot carry usage in an update of a GreenPin",
     "dialect = party"},
    {GD_PIN_FLAT,
     GD_REQ_UPDATE,
     {"b.pin=1234"},
     NULL,
     "the flat dialect cannot carry b.pin",
     "dialect = party"},
    {GD_PIN_FLAT,
     GD_REQ_CREATE,
     {VN, A, "transaction_id=o"},
     NULL,
     "cannot carry transaction_id in creating a GreenPin",
     "dialect = party"},
    {GD_PIN_FLAT,
     GD_REQ_CREATE,
     {VN, A, "b.vns=+916292134471"},
     NULL,
     "cannot carry b.vns",
     "dialect = party"},
    {GD_PIN_PARTY,
     GD_REQ_UPDATE,
     {"record=true"},
     NULL,
     "the party dialect cannot carry record",
     "dialect = flat"},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"custom_field=x"}, NULL, "cannot carry custom_field", "dialect = flat"},
    {GD_PIN_PARTY,
     GD_REQ_UPDATE,
     {"max_pin_attempts=3"},
     NULL,
     "cannot carry max_pin_attempts",
     "dialect = flat"},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"transaction_id=o"}, NULL, "transaction_id is fixed", "create another"},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"region=KA"}, NULL, "region cannot be part of", "leave it out"},
    {GD_VN_PARTY,
     GD_REQ_UPDATE,
     {A, "duration=7200"},
     NULL,
     "the life of a GreenVN cannot be changed",
     "deallocate"},
    {GD_VN_FLAT,
     GD_REQ_UPDATE,
     {A, "duration=7200"},
     NULL,
     "the life of a GreenVN cannot be changed",
     "deallocate"},
    {GD_VN_PARTY,
     GD_REQ_UPDATE,
     {A, "region=KA"},
     NULL,
     "region cannot be part of an update of a GreenVN",
     "vn ID"},
    {GD_VN_FLAT,
     GD_REQ_UPDATE,
     {A, "usage=oneway"},
     NULL,
     "the flat dialect cannot carry usage",
     "dialect = party"},
    {GD_VN_FLAT, GD_REQ_UPDATE, {A, "record=true"}, NULL, "record is fixed", "create another"},
    {GD_VN_FLAT,
     GD_REQ_VN,
     {"region=KA"},
     NULL,
     "the flat dialect cannot carry region in another VN",
     "dialect = party"},
    {GD_PIN_PARTY, GD_REQ_VN, {NULL}, NULL, "only a GreenVN", "a.vns"},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"id=x"}, NULL, "id cannot be part of", "leave it out"},

    /* What must be there. */
    {GD_PIN_PARTY, GD_REQ_CREATE, {A, VN}, NULL, "needs transaction_id", ""},
    {GD_PIN_PARTY, GD_REQ_CREATE, {"transaction_id=o", VN}, NULL, "needs a.numbers or b.numbers", ""},
    {GD_PIN_PARTY, GD_REQ_CREATE, {"transaction_id=o", B}, NULL, "needs a.vns or b.vns", ""},
    {GD_PIN_FLAT, GD_REQ_CREATE, {A}, NULL, "needs a.vns", ""},
    {GD_PIN_FLAT, GD_REQ_CREATE, {VN, B}, NULL, "needs a.numbers", ""},
    {GD_VN_PARTY, GD_REQ_CREATE, {A, B, "usage=oneway"}, NULL, "needs transaction_id", ""},
    {GD_VN_PARTY, GD_REQ_CREATE, {"transaction_id=o", A, "usage=oneway"}, NULL, "needs b.numbers", ""},
    {GD_VN_PARTY, GD_REQ_CREATE, {"transaction_id=o", B, "usage=oneway"}, NULL, "needs a.numbers", ""},
    {GD_VN_PARTY, GD_REQ_CREATE, {"transaction_id=o", A, B}, NULL, "needs usage", ""},
    {GD_VN_FLAT, GD_REQ_CREATE, {A, B}, NULL, "needs a.vns", ""},
    {GD_VN_FLAT, GD_REQ_CREATE, {VN, B}, NULL, "needs a.numbers", ""},
    {GD_VN_FLAT, GD_REQ_CREATE, {VN, A}, NULL, "needs b.numbers", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {NULL}, NULL, "changes nothing", "at least one"},
    {GD_VN_PARTY, GD_REQ_UPDATE, {"usage=oneway"}, NULL, "needs a.numbers or b.numbers", ""},
    {GD_VN_PARTY, GD_REQ_UPDATE, {"a.pin=12"}, NULL, "needs a.numbers or b.numbers", ""},

    /* Values that cannot go out. */
    {GD_PIN_FLAT,
     GD_REQ_CREATE,
     {"a.vns=+916292134471,+916292134472", A},
     NULL,
     "one number in a.vns, not 2",
     ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.numbers="}, NULL, "a.numbers cannot be emptied", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.numbers=9876546144"}, NULL, "the one ending in 6144", "in full"},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.pin=12,34"}, NULL, "a.pin takes one PIN", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.pin="}, NULL, "a.pin takes one PIN", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.pin=12x"}, NULL, "a.pin holds what is no PIN", ""},
    {GD_VN_PARTY, GD_REQ_UPDATE, {A, "a.pin=012"}, NULL, "a.pin holds a PIN with a leading zero", "1 to 9"},
    {GD_PIN_FLAT, GD_REQ_UPDATE, {"duration=299"}, NULL, "duration must be from 300 to 14688000 seconds", ""},
    {GD_PIN_FLAT, GD_REQ_UPDATE, {"duration=14688001"}, NULL, "duration must be from 300", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"duration=0"}, NULL, "duration must be from 1", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"duration=x"}, NULL, "duration must be", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"a.pin_length=10"}, NULL, "a.pin_length must be from 1 to 9", ""},
    {GD_PIN_FLAT, GD_REQ_UPDATE, {"record=maybe"}, NULL, "record must be true or false", ""},
    {GD_PIN_PARTY, GD_REQ_UPDATE, {"usage="}, NULL, "usage cannot be empty", ""},
};

static void fill(struct gd_alloc *want, const char *const *values)
{
    *want = (struct gd_alloc){.call_count = -1};
    for (int i = 0; i < 8 && values[i] != NULL; i++) {
        const char *equals = strchr(values[i], '=');
        struct gd_error err = {0};
        char key[40];

        snprintf(key, sizeof key, "%.*s", (int)(equals - values[i]), values[i]);
        if (gd_alloc_set(want, gd_field_find(key), equals + 1, &err) != GD_OK)
            bail_out("%s", err.what);
    }
}

static enum gd_rc encode(const struct row *row, const struct gd_alloc *want, struct gd_buf *out,
                         struct gd_error *err)
{
    if (row->which == GD_REQ_CREATE)
        return gd_encode_create(row->shape, want, out, err);
    return row->which == GD_REQ_UPDATE ? gd_encode_update(row->shape, want, out, err)
                                       : gd_encode_vn(row->shape, want, out, err);
}

static void test_rows(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gd_error err = {0}, check = {0};
        struct gd_alloc want;
        struct gd_buf out;
        enum gd_rc rc;

        gd_buf_init(&out, 10000);
        fill(&want, rows[i].want);
        rc = encode(&rows[i], &want, &out, &err);
        is_int(rc, rows[i].body == NULL ? GD_INPUT : GD_OK, "row %zu %s", i,
               rows[i].body == NULL ? rows[i].fault : "goes out");
        is_str(out.data, rows[i].body == NULL ? "" : rows[i].body, "as it should");
        is_int(gd_encode_check(rows[i].shape, rows[i].which, &want, &check), rc, "the check says the same");
        is_str(check.what, err.what, "in the same words");
        if (rows[i].body == NULL) {
            has_str(err.what, rows[i].fault, "names the fault");
            has_str(err.advice, rows[i].advice, "and what to do");
        }
        gd_alloc_clear(&want);
        gd_buf_free(&out);
    }
}

static void test_bulk(void)
{
    static const char *const one[8] = {A}, *const other[8] = {"usage=oneway"};
    const char *const ids[] = {"gp\"1", "gp-2"};
    struct gd_alloc wants[2];
    const struct gd_alloc *const pointers[] = {&wants[0], &wants[1]};
    struct gd_error err = {0};
    struct gd_buf out;

    gd_buf_init(&out, 10000);
    fill(&wants[0], one);
    fill(&wants[1], other);
    is_int(gd_encode_bulk(GD_PARTY, ids, pointers, 2, &out, &err), GD_OK, "a bulk update, party");
    is_str(out.data,
           "{\"greenpins\":[{\"greenpin_id\":\"gp\\\"1\",\"a\":{\"numbers\":[\"+919876546144\"]}},"
           "{\"greenpin_id\":\"gp-2\",\"usage\":\"oneway\"}]}",
           "rows under greenpins");
    gd_buf_clear(&out);
    is_int(gd_encode_bulk(GD_FLAT, ids, pointers, 1, &out, &err), GD_OK, "flat");
    is_str(out.data, "[{\"greenpin_id\":\"gp\\\"1\",\"from\":[\"+919876546144\"]}]", "as a list");
    is_int(gd_encode_bulk(GD_FLAT, ids, pointers, 2, &out, &err), GD_INPUT, "a row that flat cannot carry");
    has_str(err.what, "gp-2: the flat dialect cannot carry usage", "is named with its id");
    err = (struct gd_error){0};
    is_int(gd_encode_bulk(GD_FLAT, ids, pointers, 0, &out, &err), GD_INPUT, "no row is no bulk update");
    gd_buf_free(&out);
    gd_buf_init(&out, 20);
    err = (struct gd_error){0};
    is_int(gd_encode_bulk(GD_PARTY, ids, pointers, 2, &out, &err), GD_NO_MEMORY,
           "a body over the buffer's bound");
    gd_buf_free(&out);
    gd_alloc_clear(&wants[0]);
    gd_alloc_clear(&wants[1]);
}

int main(void)
{
    gd_mem_init();
    test_rows();
    test_bulk();
    return done_testing();
}
