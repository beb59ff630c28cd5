/* What a request can carry and what it needs: a field is refused here by name, before anything is sent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "encode.h"
#include "number.h"

#define CALLER_ID "caller_id_number"

enum gd_kind gd_shape_kind(enum gd_shape shape)
{
    return shape == GD_VN_PARTY || shape == GD_VN_FLAT ? GD_GREENVN : GD_GREENPIN;
}

enum gd_dialect gd_shape_dialect(enum gd_shape shape)
{
    return shape == GD_PIN_FLAT || shape == GD_VN_FLAT ? GD_FLAT : GD_PARTY;
}

static unsigned carriers(const struct gd_field_row *row, enum gd_request which)
{
    return which == GD_REQ_CREATE ? row->create : which == GD_REQ_UPDATE ? row->update : row->vn;
}

const char *gd_encode_path(const struct gd_field_row *row, enum gd_shape shape, enum gd_request which)
{
    if (which == GD_REQ_VN && shape == GD_VN_PARTY && row->send_vn != NULL)
        return row->send_vn;
    return row->send[shape];
}

bool gd_encode_single(const struct gd_field_row *row, enum gd_shape shape, enum gd_request which)
{
    return (row->flags & GD_FF_LIST) == 0 || strcmp(gd_encode_path(row, shape, which), CALLER_ID) == 0;
}

/* ---- what can be carried ---- */

static const char *request_name(enum gd_shape shape, enum gd_request which)
{
    static const char *const names[][2] = {
        [GD_REQ_CREATE] = {"creating a GreenPin", "creating a GreenVN"},
        [GD_REQ_UPDATE] = {"an update of a GreenPin", "an update of a GreenVN"},
        [GD_REQ_VN] = {"another VN of a GreenPin", "another VN of a GreenVN"},
    };

    return names[which][gd_shape_kind(shape) == GD_GREENVN];
}

/* A field that the request has no place for: says which way there is. */
static enum gd_rc refuse_field(enum gd_field field, enum gd_shape shape, enum gd_request which,
                               struct gd_error *err)
{
    const struct gd_field_row *row = &gd_fields[field];
    enum gd_dialect dialect = gd_shape_dialect(shape), other = dialect == GD_FLAT ? GD_PARTY : GD_FLAT;
    enum gd_kind kind = gd_shape_kind(shape);
    const char *name = request_name(shape, which), *dialect_name = gd_dialect_name(dialect);

    if (field == GD_F_DURATION && kind == GD_GREENVN)
        return gd_fail(err, GD_INPUT, "deallocate it, or create another GreenVN with the duration wanted",
                       "duration: the life of a GreenVN cannot be changed");
    if ((carriers(row, which) & GD_IN(gd_shape_of(kind, other))) != 0)
        return gd_fail(err, GD_INPUT,
                       other == GD_FLAT ? "set dialect = flat in the profile to send it, or leave it out"
                                        : "set dialect = party in the profile to send it, or leave it out",
                       "the %s dialect cannot carry %s in %s", dialect_name, row->key, name);
    if (which == GD_REQ_UPDATE && (row->vn & GD_IN(shape)) != 0)
        return gd_fail(err, GD_INPUT, "ask for another VN instead: vn ID, with greenvn, region or type",
                       "%s cannot be part of %s", row->key, name);
    if (which != GD_REQ_CREATE && (row->create & GD_IN(shape)) != 0)
        return gd_fail(err, GD_INPUT, "leave it out, or create another allocation",
                       "%s is fixed when an allocation is created: it cannot be part of %s", row->key, name);
    return gd_fail(err, GD_INPUT, "leave it out", "%s cannot be part of %s", row->key, name);
}

static enum gd_rc check_numbers(const struct gd_field_row *row, const char *value, bool single,
                                struct gd_error *err)
{
    const char *item, *at = value;
    char number[GD_NUMBER_MAX];
    size_t len, n = 0;

    for (; (item = gd_list_next(&at, &len)) != NULL; n++) {
        if (len < sizeof number) {
            memcpy(number, item, len);
            number[len] = '\0';
        }
        if (len >= sizeof number || !gd_number_valid(number))
            return gd_fail(err, GD_INPUT, "give it in full, as in +919876543210",
                           "%s holds a number that is not complete, the one ending in %.*s", row->key,
                           len < 4 ? 0 : 4, len < 4 ? "" : item + len - 4);
    }
    if (n == 0)
        return gd_fail(err, GD_INPUT, "give at least one number, or leave it out",
                       "%s cannot be emptied: the service takes no empty list", row->key);
    if (single && n > 1)
        return gd_fail(err, GD_INPUT, "give one number", "the request can carry one number in %s, not %zu",
                       row->key, n);
    if (row->max > 0 && n > (size_t)row->max)
        return gd_fail(err, GD_INPUT, row->takes, "%s holds %zu numbers, at most %lld can be sent", row->key,
                       n, (long long)row->max);
    return GD_OK;
}

static enum gd_rc check_pins(const struct gd_field_row *row, const char *value, enum gd_kind kind,
                             struct gd_error *err)
{
    const char *item, *at = value;
    size_t len, n = 0;

    for (; (item = gd_list_next(&at, &len)) != NULL; n++) {
        if (len > 9 || strspn(item, "0123456789") < len)
            return gd_fail(err, GD_INPUT, row->takes, "%s holds what is no PIN", row->key);
        if (kind == GD_GREENVN && *item == '0')
            return gd_fail(err, GD_INPUT, "choose a PIN that begins with 1 to 9",
                           "%s holds a PIN with a leading zero, which a GreenVN would lose", row->key);
    }
    if (n == 0 || (n > 1 && kind == GD_GREENPIN))
        return gd_fail(err, GD_INPUT, row->takes, "%s takes one PIN", row->key);
    return GD_OK;
}

/* The value of a whole number within the bounds, or -1. */
static int64_t int_within(const char *text, int64_t min, int64_t max)
{
    size_t n = strlen(text);
    int64_t value;

    if (n == 0 || n > 18 || strspn(text, "0123456789") < n)
        return -1;
    value = strtoll(text, NULL, 10);
    return value >= min && value <= max ? value : -1;
}

static enum gd_rc check_int(const struct gd_field_row *row, const char *value, int64_t min, int64_t max,
                            struct gd_error *err)
{
    if (int_within(value, min, max) >= 0)
        return GD_OK;
    return gd_fail(err, GD_INPUT, row->takes, "%s must be from %lld to %lld%s, not %.40s", row->key,
                   (long long)min, (long long)max, row->type == GD_T_DURATION ? " seconds" : "", value);
}

/* Whether the text is one of the row's choices (where it has any) and not over its length. */
static enum gd_rc check_text(const struct gd_field_row *row, const char *value, struct gd_error *err)
{
    size_t n = strlen(value), chars = 0;

    for (size_t i = 0; i < n; i++)
        chars += ((unsigned char)value[i] & 0xc0) != 0x80;
    if (n == 0 && (row->min > 0 || row->type == GD_T_CHOICE))
        return gd_fail(err, GD_INPUT, row->takes, "%s cannot be empty", row->key);
    if (row->max > 0 && chars > (size_t)row->max)
        return gd_fail(err, GD_INPUT, row->takes, "%s has %zu characters, at most %lld can be sent", row->key,
                       chars, (long long)row->max);
    return GD_OK;
}

static enum gd_rc check_value(enum gd_field field, const char *value, enum gd_shape shape,
                              enum gd_request which, struct gd_error *err)
{
    const struct gd_field_row *row = &gd_fields[field];
    bool flat = gd_shape_dialect(shape) == GD_FLAT;

    switch (row->type) {
    case GD_T_NUMBERS:
    case GD_T_VNS:
        return check_numbers(row, value, gd_encode_single(row, shape, which), err);
    case GD_T_PIN:
        return check_pins(row, value, gd_shape_kind(shape), err);
    case GD_T_INT:
        return check_int(row, value, row->min, row->max, err);
    case GD_T_DURATION:
        return check_int(row, value, flat ? GD_DURATION_MIN : 1, flat ? GD_DURATION_MAX : INT32_MAX, err);
    case GD_T_BOOL:
        if (strcmp(value, "true") != 0 && strcmp(value, "false") != 0)
            return gd_fail(err, GD_INPUT, row->takes, "%s must be true or false", row->key);
        return GD_OK;
    case GD_T_TEXT:
    case GD_T_CHOICE:
        break;
    }
    return check_text(row, value, err);
}

/* ---- what must be there ---- */

static enum gd_rc need(const struct gd_alloc *want, enum gd_field field, enum gd_shape shape,
                       enum gd_request which, struct gd_error *err)
{
    if (want->v[field] != NULL)
        return GD_OK;
    return gd_fail(err, GD_INPUT, gd_fields[field].takes, "%s in the %s dialect needs %s",
                   request_name(shape, which), gd_dialect_name(gd_shape_dialect(shape)),
                   gd_fields[field].key);
}

static enum gd_rc need_either(const struct gd_alloc *want, enum gd_field one, enum gd_field other,
                              enum gd_shape shape, enum gd_request which, struct gd_error *err)
{
    if (want->v[one] != NULL || want->v[other] != NULL)
        return GD_OK;
    return gd_fail(err, GD_INPUT, gd_fields[one].takes, "%s in the %s dialect needs %s or %s",
                   request_name(shape, which), gd_dialect_name(gd_shape_dialect(shape)), gd_fields[one].key,
                   gd_fields[other].key);
}

static enum gd_rc check_create(enum gd_shape shape, const struct gd_alloc *want, struct gd_error *err)
{
    static const enum gd_field party_vn[] = {GD_F_TRANSACTION_ID, GD_F_A_NUMBERS, GD_F_B_NUMBERS, GD_F_USAGE};
    static const enum gd_field flat_vn[] = {GD_F_A_VNS, GD_F_A_NUMBERS, GD_F_B_NUMBERS};
    static const enum gd_field party_pin[] = {GD_F_TRANSACTION_ID};
    static const enum gd_field flat_pin[] = {GD_F_A_VNS, GD_F_A_NUMBERS};
    static const struct {
        const enum gd_field *fields;
        size_t n;
    } needed[GD_SHAPE__COUNT] = {
        [GD_PIN_PARTY] = {party_pin, sizeof party_pin / sizeof *party_pin},
        [GD_PIN_FLAT] = {flat_pin, sizeof flat_pin / sizeof *flat_pin},
        [GD_VN_PARTY] = {party_vn, sizeof party_vn / sizeof *party_vn},
        [GD_VN_FLAT] = {flat_vn, sizeof flat_vn / sizeof *flat_vn},
    };
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; rc == GD_OK && i < needed[shape].n; i++)
        rc = need(want, needed[shape].fields[i], shape, GD_REQ_CREATE, err);
    if (rc == GD_OK && shape == GD_PIN_PARTY)
        rc = need_either(want, GD_F_A_NUMBERS, GD_F_B_NUMBERS, shape, GD_REQ_CREATE, err);
    if (rc == GD_OK && shape == GD_PIN_PARTY)
        rc = need_either(want, GD_F_A_VNS, GD_F_B_VNS, shape, GD_REQ_CREATE, err);
    return rc;
}

static enum gd_rc check_needed(enum gd_shape shape, enum gd_request which, const struct gd_alloc *want,
                               size_t fields, struct gd_error *err)
{
    if (which == GD_REQ_CREATE)
        return check_create(shape, want, err);
    if (which == GD_REQ_UPDATE && fields == 0)
        return gd_fail(err, GD_INPUT, "give at least one field to change", "%s that changes nothing",
                       request_name(shape, which));
    if (which == GD_REQ_UPDATE && gd_shape_kind(shape) == GD_GREENVN)
        return need_either(want, GD_F_A_NUMBERS, GD_F_B_NUMBERS, shape, which, err);
    return GD_OK;
}

enum gd_rc gd_encode_check(enum gd_shape shape, enum gd_request which, const struct gd_alloc *want,
                           struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    size_t fields = 0;

    if (which == GD_REQ_VN && gd_shape_kind(shape) != GD_GREENVN)
        return gd_fail(err, GD_INPUT, "update its a.vns or b.vns instead",
                       "only a GreenVN can get another VN");
    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++) {
        if (want->v[i] == NULL)
            continue;
        fields++;
        if ((carriers(&gd_fields[i], which) & GD_IN(shape)) == 0)
            rc = refuse_field((enum gd_field)i, shape, which, err);
        else
            rc = check_value((enum gd_field)i, want->v[i], shape, which, err);
    }
    return rc == GD_OK ? check_needed(shape, which, want, fields, err) : rc;
}
