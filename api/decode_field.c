/* The fields of an allocation out of JSON: texts, numbers, lists of either, in whatever type they come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "change.h"
#include "decode.h"
#include "json.h"
#include "number.h"

#define NUMBER_TEXT_MAX 64 /* bytes of what can be one number in any notation */

/* ---- scalars ---- */

bool gd_json_absent(const json_t *value)
{
    return value == NULL || json_is_null(value) ||
           (json_is_string(value) && strcmp(json_string_value(value), "null") == 0);
}

bool gd_json_int(const json_t *value, int64_t *out)
{
    const char *text, *digits;
    size_t n;

    if (json_is_integer(value)) {
        *out = json_integer_value(value);
        return true;
    }
    if (!json_is_string(value))
        return false;
    text = json_string_value(value);
    digits = text + (*text == '-');
    n = strspn(digits, "0123456789");
    if (n == 0 || n > 18 || digits[n] != '\0')
        return false;
    *out = strtoll(text, NULL, 10);
    return true;
}

/* Appends a text or a whole number; false for other types, which stay in the raw record alone. */
static bool add_scalar(const json_t *value, struct gd_buf *out)
{
    if (json_is_string(value))
        gd_buf_add(out, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        gd_buf_addf(out, "%lld", (long long)json_integer_value(value));
    else
        return false;
    return true;
}

bool gd_json_dup(const json_t *value, char **out)
{
    struct gd_buf text;

    *out = NULL;
    gd_buf_init(&text, SIZE_MAX / 4);
    if (gd_json_absent(value) || !add_scalar(value, &text))
        return true;
    *out = gd_buf_take(&text);
    return *out != NULL;
}

/* ---- lists ---- */

static const char *trim(const char *item, size_t *len)
{
    while (*len > 0 && strchr(" \t\r\n", *item) != NULL) {
        item++;
        --*len;
    }
    while (*len > 0 && strchr(" \t\r\n", item[*len - 1]) != NULL)
        --*len;
    return item;
}

/* Appends a number: in E.164 where it says its country, else as it came. */
static void add_number(const char *item, size_t len, struct gd_buf *out)
{
    char text[NUMBER_TEXT_MAX], number[GD_NUMBER_MAX];

    item = trim(item, &len);
    if (len == 0 || (len == 4 && memcmp(item, "null", 4) == 0))
        return;
    if (len < sizeof text) {
        memcpy(text, item, len);
        text[len] = '\0';
        if (gd_number_parse(text, NULL, number, NULL, NULL) == GD_OK) {
            gd_list_add(out, number, strlen(number));
            return;
        }
    }
    gd_list_add(out, item, len);
}

static void add_pin(const char *item, size_t len, struct gd_buf *out)
{
    item = trim(item, &len);
    if (len > 0)
        gd_list_add(out, item, len);
}

/* Appends one element of a list: a text (which can itself hold several, by commas) or a number. */
static bool add_element(const json_t *value, bool pins, struct gd_buf *out)
{
    char digits[32];
    const char *item, *text;
    size_t len;
    struct gd_buf scalar;

    if (json_is_integer(value) && json_integer_value(value) < 0)
        return false;
    gd_buf_init(&scalar, sizeof digits);
    if (json_is_string(value)) {
        text = json_string_value(value);
    } else {
        if (!json_is_integer(value))
            return false;
        gd_buf_addf(&scalar, "%lld", (long long)json_integer_value(value));
        text = scalar.data;
        out->failed |= scalar.failed;
    }
    while ((item = gd_list_next(&text, &len)) != NULL) {
        if (pins)
            add_pin(item, len, out);
        else
            add_number(item, len, out);
    }
    gd_buf_free(&scalar);
    return true;
}

/* A text, a number, or a list of them with nulls among them. False where nothing of it could be read: an
 * empty list, or one of nulls alone, is read as empty. */
static bool add_list(const json_t *value, bool pins, struct gd_buf *out)
{
    const json_t *item;
    size_t i, foreign = 0;

    if (!json_is_array(value))
        return add_element(value, pins, out);
    json_array_foreach(value, i, item) if (!gd_json_absent(item) && !add_element(item, pins, out)) foreign++;
    return out->len > 0 || foreign == 0;
}

/* ---- fields ---- */

static bool add_bool(const json_t *value, struct gd_buf *out)
{
    bool yes = json_is_true(value), no = json_is_false(value);

    if (json_is_string(value)) {
        yes = strcasecmp(json_string_value(value), "true") == 0;
        no = strcasecmp(json_string_value(value), "false") == 0;
    }
    if (yes || no)
        gd_buf_adds(out, yes ? "true" : "false");
    return yes || no;
}

static bool add_int(const json_t *value, struct gd_buf *out)
{
    int64_t n;

    if (!gd_json_int(value, &n) || n < 0)
        return false;
    gd_buf_addf(out, "%lld", (long long)n);
    return true;
}

/* The value as the program keeps it; false where its type does not fit the field. */
static bool add_value(const struct gd_field_row *row, const json_t *value, struct gd_buf *out)
{
    switch (row->type) {
    case GD_T_NUMBERS:
    case GD_T_VNS:
        return add_list(value, false, out);
    case GD_T_PIN:
        return add_list(value, true, out);
    case GD_T_INT:
        return add_int(value, out);
    case GD_T_BOOL:
        return add_bool(value, out);
    case GD_T_TEXT:
    case GD_T_CHOICE:
    case GD_T_DURATION:
        break;
    }
    return add_scalar(value, out);
}

/* Reads a field from the first of its paths that holds something of the right type. */
static enum gd_rc read_field(const json_t *object, enum gd_field field, struct gd_buf *text,
                             struct gd_alloc *alloc, struct gd_error *err)
{
    const char *path = gd_fields[field].read;
    size_t len;

    for (; *path != '\0'; path += len + (path[len] == '|')) {
        const json_t *value;

        len = strcspn(path, "|");
        value = gd_json_at(object, path, len);
        gd_buf_clear(text);
        if (gd_json_absent(value) || !add_value(&gd_fields[field], value, text))
            continue;
        if (text->failed)
            return gd_fail_memory(err);
        return gd_alloc_set(alloc, field, text->data, err);
    }
    return GD_OK;
}

/* Whether the object tells of a call: its from, to and pin are then those of the call. */
static bool is_call(const json_t *object)
{
    return json_object_get(object, "call_sid") != NULL || json_object_get(object, "caller") != NULL;
}

enum gd_rc gd_decode_fields(const json_t *object, struct gd_alloc *alloc, struct gd_error *err)
{
    bool call = is_call(object);
    struct gd_buf text;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&text, SIZE_MAX / 4);
    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++)
        if (i != GD_F_STATE && gd_fields[i].read != NULL &&
            (!call || i == GD_F_ID || i == GD_F_TRANSACTION_ID))
            rc = read_field(object, (enum gd_field)i, &text, alloc, err);
    gd_buf_wipe(&text);
    if (rc == GD_OK && alloc->v[GD_F_ID] != NULL && alloc->v[GD_F_ID][0] == '\0')
        rc = gd_alloc_set(alloc, GD_F_ID, NULL, err);
    return rc;
}
