/* One allocation out of an answer or an event: both dialects, mixtures, and whatever types come. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "decode.h"

#include <strings.h>

#include "buf.h"
#include "json.h"
#include "mem.h"
#include "when.h"

void gd_envelope_clear(struct gd_envelope *envelope)
{
    gd_free(envelope->message);
    gd_free(envelope->request_id);
    *envelope = (struct gd_envelope){.code = -1};
}

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

    if (gd_json_absent(value) || !json_is_string(value))
        value = json_object_get(object, "status");
    if (!json_is_string(value))
        return GD_OK;
    if (!gd_json_dup(value, &alloc->state_raw))
        return gd_fail_memory(err);
    alloc->state = alloc->state_raw != NULL ? state_of(alloc->state_raw) : GD_UNKNOWN;
    return GD_OK;
}

/* Reads a time; one that cannot be read is kept in *raw (can be NULL) as it came. */
static enum gd_rc read_when(const json_t *value, int zone_offset, struct gd_alloc *alloc, int64_t *out,
                            char **raw, struct gd_error *err)
{
    const char *text = json_string_value(value);

    if (gd_json_absent(value))
        return GD_OK;
    if (text != NULL && gd_when_parse(text, zone_offset, out, NULL) == GD_OK) {
        alloc->zoneless = alloc->zoneless || !gd_when_zoned(text);
        return GD_OK;
    }
    if (raw != NULL && *raw == NULL && !gd_json_dup(value, raw))
        return gd_fail_memory(err);
    return GD_OK;
}

static enum gd_rc read_times(const json_t *object, int zone_offset, struct gd_alloc *alloc,
                             struct gd_error *err)
{
    enum gd_rc rc = read_when(json_object_get(object, "deallocation_time"), zone_offset, alloc,
                              &alloc->ends_at, &alloc->ends_raw, err);

    if (rc == GD_OK && alloc->ends_at == 0)
        rc = read_when(json_object_get(object, "expires_at"), zone_offset, alloc, &alloc->ends_at,
                       &alloc->ends_raw, err);
    if (alloc->ends_at != 0) {
        gd_free(alloc->ends_raw);
        alloc->ends_raw = NULL;
    }
    if (rc == GD_OK)
        rc = read_when(json_object_get(object, "created_at"), zone_offset, alloc, &alloc->created_at, NULL,
                       err);
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

    if (gd_json_absent(json_object_get(object, "greenvn_id")) &&
        !gd_json_absent(json_object_get(object, "greenpin_id")))
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
    rc = gd_decode_fields(object, alloc, err);
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
