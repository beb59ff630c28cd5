/* One allocation out of an answer or an event: both dialects, mixtures, and whatever types come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "buf.h"
#include "change.h"
#include "json.h"
#include "mem.h"
#include "number.h"
#include "when.h"

#define NUMBER_TEXT_MAX 64 /* bytes of what can be one number in any notation */

void gd_envelope_clear(struct gd_envelope *envelope)
{
    gd_free(envelope->message);
    gd_free(envelope->request_id);
    *envelope = (struct gd_envelope){.code = -1};
}

/* ---- scalars ---- */

/* Whether the value stands for nothing: events say it as the text "null". */
static bool is_absent(const json_t *value)
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
    if (is_absent(value) || !add_scalar(value, &text))
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
    json_array_foreach(value, i, item) if (!is_absent(item) && !add_element(item, pins, out)) foreign++;
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
        if (is_absent(value) || !add_value(&gd_fields[field], value, text))
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

static enum gd_rc read_fields(const json_t *object, struct gd_alloc *alloc, struct gd_error *err)
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

/* ---- what stands in members of its own ---- */

static enum gd_state state_of(const char *raw)
{
    static const struct {
        const char *word;
        enum gd_state state;
    } words[] = {
        {"active", GD_ACTIVE},       {"expired", GD_EXPIRED},         {"vault", GD_DEALLOCATED},
        {"deleted", GD_DEALLOCATED}, {"deallocated", GD_DEALLOCATED},
    };

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(raw, words[i].word) == 0)
            return words[i].state;
    return GD_UNKNOWN;
}

static enum gd_rc read_state(const json_t *object, struct gd_alloc *alloc, struct gd_error *err)
{
    const json_t *value = json_object_get(object, "state");

    if (is_absent(value) || !json_is_string(value))
        value = json_object_get(object, "status");
    if (!json_is_string(value))
        return GD_OK;
    if (!gd_json_dup(value, &alloc->state_raw))
        return gd_fail_memory(err);
    alloc->state = alloc->state_raw != NULL ? state_of(alloc->state_raw) : GD_UNKNOWN;
    return GD_OK;
}

/* Reads a time; one that cannot be read is kept in *raw (can be NULL) as it came. */
static enum gd_rc read_when(const json_t *value, int zone_offset, int64_t *out, char **raw,
                            struct gd_error *err)
{
    if (is_absent(value))
        return GD_OK;
    if (json_is_string(value) && gd_when_parse(json_string_value(value), zone_offset, out, NULL) == GD_OK)
        return GD_OK;
    if (raw != NULL && *raw == NULL && !gd_json_dup(value, raw))
        return gd_fail_memory(err);
    return GD_OK;
}

static enum gd_rc read_times(const json_t *object, int zone_offset, struct gd_alloc *alloc,
                             struct gd_error *err)
{
    enum gd_rc rc = read_when(json_object_get(object, "deallocation_time"), zone_offset, &alloc->ends_at,
                              &alloc->ends_raw, err);

    if (rc == GD_OK && alloc->ends_at == 0)
        rc = read_when(json_object_get(object, "expires_at"), zone_offset, &alloc->ends_at, &alloc->ends_raw,
                       err);
    if (alloc->ends_at != 0) {
        gd_free(alloc->ends_raw);
        alloc->ends_raw = NULL;
    }
    if (rc == GD_OK)
        rc = read_when(json_object_get(object, "created_at"), zone_offset, &alloc->created_at, NULL, err);
    return rc;
}

/* How many of the keys (ended by NULL) the object has. */
static int keys_in(const json_t *object, const char *const *keys)
{
    int n = 0;

    for (; *keys != NULL; keys++)
        n += json_object_get(object, *keys) != NULL;
    return n;
}

static enum gd_kind kind_of(const json_t *object)
{
    static const char *const vn_keys[] = {"greenvn_id", "greenvn", "green_vn", "connection_id", NULL};

    if (is_absent(json_object_get(object, "greenvn_id")) &&
        !is_absent(json_object_get(object, "greenpin_id")))
        return GD_GREENPIN;
    return keys_in(object, vn_keys) > 0 ? GD_GREENVN : GD_GREENPIN;
}

/* The dialect that more of the keys belong to; the envelope's where they say nothing. */
static enum gd_dialect dialect_of(const json_t *object, enum gd_dialect envelope)
{
    static const char *const party[] = {"a",
                                        "b",
                                        "aparty_numbers",
                                        "bparty_numbers",
                                        "aparty_vns",
                                        "bparty_vns",
                                        "aparty_pins",
                                        "bparty_pins",
                                        "green_vn",
                                        "greenvn",
                                        "transaction_id",
                                        "connection_id",
                                        "transation_id",
                                        "usage",
                                        "state",
                                        "deallocation_time",
                                        NULL};
    static const char *const flat[] = {"from",       "to",         "virtual_number", "caller_id_number",
                                       "pin",        "status",     "expires_at",     "created_at",
                                       "record",     "call_count", "custom_field",   "max_pin_attempts",
                                       "deleted_at", NULL};
    int votes = keys_in(object, party) - keys_in(object, flat);

    return votes > 0 ? GD_PARTY : votes < 0 ? GD_FLAT : envelope;
}

static enum gd_rc read_alloc(const json_t *object, int zone_offset, enum gd_dialect envelope,
                             struct gd_alloc *alloc, struct gd_error *err)
{
    struct gd_buf raw;
    enum gd_rc rc;

    alloc->kind = kind_of(object);
    alloc->dialect = dialect_of(object, envelope);
    if (!gd_json_int(json_object_get(object, "call_count"), &alloc->call_count) || alloc->call_count < 0)
        alloc->call_count = -1;
    rc = read_fields(object, alloc, err);
    if (rc == GD_OK)
        rc = read_state(object, alloc, err);
    if (rc == GD_OK)
        rc = read_times(object, zone_offset, alloc, err);
    if (rc != GD_OK)
        return rc;
    gd_buf_init(&raw, SIZE_MAX / 4);
    gd_json_write(object, &raw);
    alloc->raw = gd_buf_take(&raw);
    return alloc->raw != NULL ? GD_OK : gd_fail_memory(err);
}

enum gd_rc gd_decode_alloc(const json_t *object, int zone_offset, struct gd_alloc *alloc,
                           struct gd_error *err)
{
    enum gd_rc rc;

    *alloc = (struct gd_alloc){.call_count = -1};
    if (!json_is_object(object))
        return gd_fail(err, GD_SERVER, NULL, "an allocation is missing where one should be");
    rc = read_alloc(object, zone_offset, GD_PARTY, alloc, err);
    if (rc != GD_OK)
        gd_alloc_clear(alloc);
    return rc;
}

/* ---- the answer around it ---- */

enum gd_rc gd_envelope_read(const json_t *object, struct gd_envelope *envelope, struct gd_error *err)
{
    int64_t n;

    *envelope = (struct gd_envelope){.code = -1};
    if (gd_json_int(json_object_get(object, "status"), &n) ||
        gd_json_int(json_object_get(object, "http_code"), &n))
        envelope->status = n > 0 && n < 1000 ? (int)n : 0;
    if (gd_json_int(json_object_get(object, "code"), &n) && n >= 0 && n < 1000000)
        envelope->code = (int)n;
    if (gd_json_dup(json_object_get(object, "message"), &envelope->message) &&
        gd_json_dup(json_object_get(object, "request_id"), &envelope->request_id))
        return GD_OK;
    gd_envelope_clear(envelope);
    return gd_fail_memory(err);
}

/* Where the allocation stands: under data or response (perhaps as the only one of a list), or at the top. */
static const json_t *payload_of(const json_t *object, enum gd_dialect *dialect)
{
    const json_t *data = json_object_get(object, "data");

    *dialect = GD_PARTY;
    if (data == NULL && (data = json_object_get(object, "response")) != NULL)
        *dialect = GD_FLAT;
    if (data == NULL &&
        (json_object_get(object, "greenpin_id") != NULL || json_object_get(object, "greenvn_id") != NULL))
        return object;
    if (json_is_array(data) && json_array_size(data) == 1)
        return json_array_get(data, 0);
    return data;
}

/* Whether the answer says that it went well; where it says nothing, whether it holds what was asked for. */
static bool success_of(const json_t *object, const struct gd_envelope *envelope, bool holds)
{
    const json_t *said = json_object_get(object, "success");

    if (json_is_boolean(said))
        return json_is_true(said);
    if (json_is_string(said))
        return strcasecmp(json_string_value(said), "true") == 0;
    if (envelope->status != 0)
        return envelope->status >= 200 && envelope->status < 300;
    return holds && envelope->code < 0;
}

static enum gd_rc read_answer(const json_t *object, int zone_offset, struct gd_envelope *envelope,
                              struct gd_alloc *alloc, struct gd_error *err)
{
    enum gd_dialect dialect;
    const json_t *data = payload_of(object, &dialect);
    enum gd_rc rc;

    if (!json_is_object(object) || (data == NULL && json_object_get(object, "success") == NULL))
        return gd_fail(err, GD_SERVER, NULL, "the answer is JSON, but holds neither data nor response");
    if (data != NULL && !json_is_object(data) && !json_is_null(data))
        return gd_fail(err, GD_SERVER, NULL,
                       "the answer holds something else where the allocation should be");
    rc = gd_envelope_read(object, envelope, err);
    if (rc != GD_OK)
        return rc;
    envelope->success = success_of(object, envelope, json_object_size(data) > 0);
    if (json_object_size(data) > 0)
        rc = read_alloc(data, zone_offset, dialect, alloc, err);
    return rc;
}

enum gd_rc gd_decode_answer(const char *text, size_t len, int zone_offset, struct gd_envelope *envelope,
                            struct gd_alloc *alloc, struct gd_error *err)
{
    json_t *object;
    enum gd_rc rc;

    *envelope = (struct gd_envelope){.code = -1};
    *alloc = (struct gd_alloc){.call_count = -1};
    rc = gd_json_parse(text, len, &object, err);
    if (rc != GD_OK)
        return rc;
    rc = read_answer(object, zone_offset, envelope, alloc, err);
    json_decref(object);
    if (rc != GD_OK) {
        gd_envelope_clear(envelope);
        gd_alloc_clear(alloc);
    }
    return rc;
}
