/* Request bodies of both dialects, written from the table of fields. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "encode.h"

#include <stdlib.h>
#include <string.h>

#include "json.h"

static json_t *list_of(const char *text, bool integers)
{
    json_t *list = json_array();
    const char *item;
    size_t len;

    while (list != NULL && (item = gd_list_next(&text, &len)) != NULL)
        if (json_array_append_new(list, integers ? json_integer(strtoll(item, NULL, 10))
                                                 : gd_json_textn(item, len)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *duration_of(const char *seconds, enum gd_shape shape)
{
    if (gd_shape_dialect(shape) == GD_FLAT)
        return json_integer(strtoll(seconds, NULL, 10));
    return json_sprintf("%ss", seconds);
}

/* The value as the wire wants it; NULL where memory ran out. */
static json_t *value_of(enum gd_field field, const char *text, enum gd_shape shape, enum gd_request which)
{
    const struct gd_field_row *row = &gd_fields[field];

    switch (row->type) {
    case GD_T_NUMBERS:
    case GD_T_VNS:
        /* A flat create takes a number where there is one, and a list only where there are more. */
        if (gd_encode_single(row, shape, which) ||
            (shape == GD_PIN_FLAT && which == GD_REQ_CREATE && gd_list_count(text) == 1))
            return gd_json_text(text);
        return list_of(text, false);
    case GD_T_PIN:
        return gd_shape_kind(shape) == GD_GREENVN ? list_of(text, true) : gd_json_text(text);
    case GD_T_INT:
        return json_integer(strtoll(text, NULL, 10));
    case GD_T_BOOL:
        if ((row->flags & GD_FF_AS_TEXT) == 0)
            return json_boolean(strcmp(text, "true") == 0);
        break;
    case GD_T_DURATION:
        return duration_of(text, shape);
    case GD_T_TEXT:
    case GD_T_CHOICE:
        break;
    }
    return gd_json_text(text);
}

/* A given PIN has its own length: none is sent beside it. */
static bool is_idle(const struct gd_alloc *want, int field)
{
    return (field == GD_F_A_PIN_LENGTH && want->v[GD_F_A_PIN] != NULL) ||
           (field == GD_F_B_PIN_LENGTH && want->v[GD_F_B_PIN] != NULL);
}

/* Puts all wanted fields into the object; false where memory ran out. */
static bool put_fields(json_t *object, enum gd_shape shape, enum gd_request which,
                       const struct gd_alloc *want)
{
    for (int i = 0; i < GD_F__COUNT; i++) {
        enum gd_field field = (enum gd_field)i;

        if (want->v[i] != NULL && !is_idle(want, i) &&
            !gd_json_put_at(object, gd_encode_path(&gd_fields[i], shape, which),
                            value_of(field, want->v[i], shape, which)))
            return false;
    }
    return true;
}

/* Appends the body (taken) unless building it failed. */
static enum gd_rc write_body(json_t *body, bool good, struct gd_buf *out, struct gd_error *err)
{
    if (good)
        gd_json_write(body, out);
    json_decref(body);
    return good ? gd_buf_check(out, "the request", err) : gd_fail_memory(err);
}

static enum gd_rc encode(enum gd_shape shape, enum gd_request which, const struct gd_alloc *want,
                         struct gd_buf *out, struct gd_error *err)
{
    enum gd_rc rc = gd_encode_check(shape, which, want, err);
    json_t *body;

    if (rc != GD_OK)
        return rc;
    body = json_object();
    return write_body(body, body != NULL && put_fields(body, shape, which, want), out, err);
}

enum gd_rc gd_encode_create(enum gd_shape shape, const struct gd_alloc *want, struct gd_buf *out,
                            struct gd_error *err)
{
    return encode(shape, GD_REQ_CREATE, want, out, err);
}

enum gd_rc gd_encode_update(enum gd_shape shape, const struct gd_alloc *want, struct gd_buf *out,
                            struct gd_error *err)
{
    return encode(shape, GD_REQ_UPDATE, want, out, err);
}

enum gd_rc gd_encode_vn(enum gd_shape shape, const struct gd_alloc *want, struct gd_buf *out,
                        struct gd_error *err)
{
    for (int i = 0; i < GD_F__COUNT; i++)
        if (want->v[i] != NULL)
            return encode(shape, GD_REQ_VN, want, out, err);
    return gd_encode_check(shape, GD_REQ_VN, want, err);
}

static enum gd_rc check_row(enum gd_dialect dialect, const char *id, const struct gd_alloc *want,
                            struct gd_error *err)
{
    struct gd_error why = {0};
    enum gd_rc rc = gd_encode_check(gd_shape_of(GD_GREENPIN, dialect), GD_REQ_UPDATE, want, &why);

    return rc == GD_OK ? GD_OK : gd_fail(err, rc, why.advice, "%.60s: %s", id, why.what);
}

static json_t *row_of(enum gd_dialect dialect, const char *id, const struct gd_alloc *want)
{
    json_t *row = json_object();

    if (gd_json_put(row, "greenpin_id", gd_json_text(id)) &&
        put_fields(row, gd_shape_of(GD_GREENPIN, dialect), GD_REQ_UPDATE, want))
        return row;
    json_decref(row);
    return NULL;
}

enum gd_rc gd_encode_bulk(enum gd_dialect dialect, const char *const *ids, const struct gd_alloc *const *want,
                          size_t n, struct gd_buf *out, struct gd_error *err)
{
    json_t *rows, *body;
    bool good = true;

    for (size_t i = 0; i < n; i++) {
        enum gd_rc rc = check_row(dialect, ids[i], want[i], err);

        if (rc != GD_OK)
            return rc;
    }
    if (n == 0)
        return gd_fail(err, GD_INPUT, NULL, "a bulk update of no allocation");
    rows = json_array();
    for (size_t i = 0; good && i < n; i++)
        good = json_array_append_new(rows, row_of(dialect, ids[i], want[i])) == 0;
    if (dialect == GD_FLAT)
        return write_body(rows, good, out, err);
    body = json_object();
    good = gd_json_put(body, "greenpins", json_incref(rows)) && good;
    json_decref(rows);
    return write_body(body, good, out, err);
}
