/* An allocation as the JSON that people get, and back from files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "json.h"
#include "mem.h"
#include "when.h"

#define BULLET "\xe2\x80\xa2"

/* What the building functions share. */
struct writer {
    const struct gd_alloc *alloc;
    struct gd_buf text; /* of one value */
    bool reveal;
    int zone_offset;
};

/* ---- writing ---- */

/* The value as a person may see it; valid until the next call. NULL where absent. */
static const char *shown(struct writer *w, enum gd_field field)
{
    if (w->alloc->v[field] == NULL)
        return NULL;
    gd_buf_clear(&w->text);
    gd_value_show(field, w->alloc->v[field], w->reveal, &w->text);
    return w->text.data;
}

static json_t *list_of(const char *text)
{
    json_t *list = json_array();
    const char *item;
    size_t len;

    while (list != NULL && (item = gd_list_next(&text, &len)) != NULL)
        if (json_array_append_new(list, gd_json_textn(item, len)) != 0) {
            json_decref(list);
            return NULL;
        }
    return list;
}

static json_t *int_of(const char *text)
{
    return text != NULL && *text != '\0' ? json_integer(strtoll(text, NULL, 10)) : json_null();
}

static json_t *bool_of(const char *text)
{
    return text != NULL && *text != '\0' ? json_boolean(strcmp(text, "true") == 0) : json_null();
}

static json_t *pin_of(struct writer *w, enum gd_field field)
{
    const char *text = shown(w, field);

    if (text == NULL || *text == '\0')
        return json_null();
    return w->alloc->kind == GD_GREENVN ? list_of(text) : gd_json_text(text);
}

static json_t *when_of(const struct writer *w, int64_t when)
{
    char text[GD_WHEN_MAX];

    if (when == 0)
        return json_null();
    gd_when_rfc3339(when, w->zone_offset, text);
    return json_string(text);
}

static json_t *party_of(struct writer *w, enum gd_field numbers, enum gd_field vns, enum gd_field pin,
                        enum gd_field pin_length)
{
    json_t *party = json_object();

    if (gd_json_put(party, "numbers", list_of(shown(w, numbers))) &&
        gd_json_put(party, "vns", list_of(shown(w, vns))) && gd_json_put(party, "pin", pin_of(w, pin)) &&
        gd_json_put(party, "pin_length", int_of(w->alloc->v[pin_length])))
        return party;
    json_decref(party);
    return NULL;
}

json_t *gd_alloc_json(const struct gd_alloc *alloc, const char *tenant, bool reveal, int zone_offset,
                      int64_t now)
{
    struct writer w = {.alloc = alloc, .reveal = reveal, .zone_offset = zone_offset};
    char *const *v = alloc->v;
    json_t *out = json_object(),
           *calls = alloc->call_count < 0 ? json_null() : json_integer(alloc->call_count);
    bool good;

    gd_buf_init(&w.text, 1 << 20);
    good = gd_json_put(out, "id", gd_json_text_or_null(v[GD_F_ID])) &&
           gd_json_put(out, "kind", json_string(gd_kind_name(alloc->kind))) &&
           gd_json_put(out, "tenant", gd_json_text_or_null(tenant)) &&
           gd_json_put(out, "transaction_id", gd_json_text_or_null(v[GD_F_TRANSACTION_ID])) &&
           gd_json_put(out, "a", party_of(&w, GD_F_A_NUMBERS, GD_F_A_VNS, GD_F_A_PIN, GD_F_A_PIN_LENGTH)) &&
           gd_json_put(out, "b", party_of(&w, GD_F_B_NUMBERS, GD_F_B_VNS, GD_F_B_PIN, GD_F_B_PIN_LENGTH)) &&
           gd_json_put(out, "usage", gd_json_text_or_null(v[GD_F_USAGE])) &&
           gd_json_put(out, "state", json_string(gd_state_name(gd_alloc_state(alloc, now)))) &&
           gd_json_put(out, "state_raw", gd_json_text_or_null(alloc->state_raw)) &&
           gd_json_put(out, "ends_at", when_of(&w, alloc->ends_at)) &&
           gd_json_put(out, "created_at", when_of(&w, alloc->created_at)) &&
           gd_json_put(out, "record", bool_of(v[GD_F_RECORD])) &&
           gd_json_put(out, "max_pin_attempts", int_of(v[GD_F_MAX_PIN_ATTEMPTS])) &&
           gd_json_put(out, "call_count", json_incref(calls)) &&
           gd_json_put(out, "custom_field", gd_json_text_or_null(v[GD_F_CUSTOM_FIELD])) &&
           gd_json_put(out, "read_at", when_of(&w, alloc->read_at)) &&
           gd_json_put(out, "source", gd_json_text_or_null(alloc->source)) && !w.text.failed;
    json_decref(calls);
    gd_buf_wipe(&w.text);
    if (good)
        return out;
    json_decref(out);
    return NULL;
}

/* ---- reading ---- */

/* Appends a scalar as text; false for other types. */
static bool add_scalar(const json_t *value, struct gd_buf *out)
{
    if (json_is_string(value))
        gd_buf_add(out, json_string_value(value), json_string_length(value));
    else if (json_is_integer(value))
        gd_buf_addf(out, "%lld", (long long)json_integer_value(value));
    else if (json_is_boolean(value))
        gd_buf_adds(out, json_is_true(value) ? "true" : "false");
    else
        return false;
    return true;
}

/* A scalar, or a list of them joined by commas. */
static bool add_value(const json_t *value, struct gd_buf *out)
{
    const json_t *item;
    size_t i;

    if (!json_is_array(value))
        return add_scalar(value, out);
    json_array_foreach(value, i, item)
    {
        if (i > 0)
            gd_buf_addc(out, ',');
        if (!add_scalar(item, out))
            return false;
    }
    return true;
}

/* Takes the value of a field; null, and what a masked export left of it, are absent. */
static enum gd_rc take_field(enum gd_field field, const json_t *value, struct gd_alloc *out,
                             struct gd_error *err)
{
    const struct gd_field_row *row = &gd_fields[field];
    struct gd_buf text;
    enum gd_rc rc = GD_OK;

    if (json_is_null(value))
        return GD_OK;
    gd_buf_init(&text, 1 << 20);
    if (!add_value(value, &text))
        rc = gd_fail(err, GD_INPUT, NULL, "%s is neither a text, a number, true, false nor a list of them",
                     row->key);
    if (rc == GD_OK)
        rc = gd_buf_check(&text, row->key, err);
    if (rc == GD_OK && field == GD_F_KIND && !gd_kind_parse(text.data, &out->kind))
        rc = gd_fail(err, GD_INPUT, NULL, "kind is neither greenpin nor greenvn");
    if (rc == GD_OK && field == GD_F_STATE && !gd_state_parse(text.data, &out->state))
        rc = gd_fail(err, GD_INPUT, NULL, "state is none of active, expired, deallocated, unknown");
    if (rc == GD_OK && field != GD_F_KIND && field != GD_F_STATE && field != GD_F_DURATION &&
        !((row->flags & (GD_FF_SECRET | GD_FF_PERSON)) != 0 && strstr(text.data, BULLET) != NULL))
        rc = gd_alloc_set(out, field, text.data, err);
    gd_buf_wipe(&text);
    return rc;
}

static enum gd_rc take_when(const char *key, const json_t *value, int64_t *out, struct gd_error *err)
{
    if (json_is_null(value))
        return GD_OK;
    if (!json_is_string(value) || gd_when_parse(json_string_value(value), GD_ZONE_UTC, out, NULL) != GD_OK)
        return gd_fail(err, GD_INPUT, "write it as 2026-12-01T18:00:00+05:30", "%s is no time", key);
    return GD_OK;
}

static enum gd_rc take_text(const char *key, const json_t *value, char **out, struct gd_error *err)
{
    if (json_is_null(value))
        return GD_OK;
    if (!json_is_string(value))
        return gd_fail(err, GD_INPUT, NULL, "%s is no text", key);
    gd_free(*out);
    *out = gd_strdup(json_string_value(value));
    return *out != NULL ? GD_OK : gd_fail_memory(err);
}

static enum gd_rc take_calls(const json_t *value, struct gd_alloc *out, struct gd_error *err)
{
    if (json_is_null(value))
        return GD_OK;
    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return gd_fail(err, GD_INPUT, NULL, "call_count is no count");
    out->call_count = json_integer_value(value);
    return GD_OK;
}

/* What is no field stands in members of its own. */
static enum gd_rc take_member(const char *key, const json_t *value, struct gd_alloc *out,
                              struct gd_error *err)
{
    if (strcmp(key, "ends_at") == 0)
        return take_when(key, value, &out->ends_at, err);
    if (strcmp(key, "created_at") == 0)
        return take_when(key, value, &out->created_at, err);
    if (strcmp(key, "read_at") == 0)
        return take_when(key, value, &out->read_at, err);
    if (strcmp(key, "state_raw") == 0)
        return take_text(key, value, &out->state_raw, err);
    if (strcmp(key, "source") == 0)
        return take_text(key, value, &out->source, err);
    if (strcmp(key, "call_count") == 0)
        return take_calls(value, out, err);
    if (strcmp(key, "tenant") == 0)
        return GD_OK;
    return gd_fail(err, GD_INPUT, "use the keys of a JSON export, or the field keys", "unknown key '%.60s'",
                   key);
}

/* One key of the object; prefix is "a.", "b." or "". */
static enum gd_rc take(const char *prefix, const char *key, const json_t *value, struct gd_alloc *out,
                       struct gd_error *err)
{
    char full[80] = "";
    size_t before = strlen(prefix), len = strlen(key);
    enum gd_field field;

    if (before + len < sizeof full) {
        memcpy(full, prefix, before);
        memcpy(full + before, key, len + 1);
    }
    field = gd_field_find(full);
    if (field != GD_F__COUNT)
        return take_field(field, value, out, err);
    return take_member(full[0] != '\0' ? full : key, value, out, err);
}

static enum gd_rc take_party(const char *prefix, json_t *party, struct gd_alloc *out, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *key;
    json_t *value;

    json_object_foreach(party, key, value) if (rc == GD_OK) rc = take(prefix, key, value, out, err);
    return rc;
}

enum gd_rc gd_alloc_from_json(const json_t *object, struct gd_alloc *out, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *key;
    json_t *value;

    *out = (struct gd_alloc){.call_count = -1};
    if (!json_is_object(object))
        return gd_fail(err, GD_INPUT, NULL, "an allocation is a JSON object");
    json_object_foreach((json_t *)object, key, value)
    {
        if (rc != GD_OK)
            break;
        if ((strcmp(key, "a") == 0 || strcmp(key, "b") == 0) && json_is_object(value))
            rc = take_party(key[0] == 'a' ? "a." : "b.", value, out, err);
        else
            rc = take("", key, value, out, err);
    }
    if (rc == GD_OK && (out->v[GD_F_ID] == NULL || out->v[GD_F_ID][0] == '\0'))
        rc = gd_fail(err, GD_INPUT, "give it an id", "an allocation without an id");
    if (rc != GD_OK)
        gd_alloc_clear(out);
    return rc;
}
