/* Fuzz targets: the decoders of answers, bulk answers, failures and settings, and the program's own JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "../../api/setting.h"
#include "../../api/when.h"
#include "fuzz.h"

#define NOW 1893456000 /* 2030-01-01 */

/* What must hold of every allocation, wherever it came from. */
static void check_alloc(const struct gd_alloc *alloc)
{
    json_t *json = gd_alloc_json(alloc, "acme", true, GD_ZONE_IST, NOW);
    char *text = json != NULL ? json_dumps(json, JSON_COMPACT) : NULL;

    MUST(text != NULL);
    free(text);
    json_decref(json);
    json = gd_alloc_json(alloc, "acme", false, GD_ZONE_UTC, NOW);
    MUST(json != NULL);
    json_decref(json);
    for (int field = 0; field < GD_F__COUNT; field++)
        MUST(gd_value_same((enum gd_field)field, alloc->v[field], alloc->v[field]));
    MUST(gd_state_name(gd_alloc_state(alloc, NOW)) != NULL);
}

/* A reading of its own raw object gives the same allocation. */
static void check_raw(const struct gd_alloc *alloc)
{
    struct gd_alloc again = {0};
    struct gd_error err = {0};
    json_t *object = NULL;

    if (alloc->raw == NULL)
        return;
    MUST(gd_json_parse(alloc->raw, strlen(alloc->raw), &object, &err) == GD_OK);
    MUST(gd_decode_alloc(object, GD_ZONE_IST, &again, &err) == GD_OK);
    for (int field = 0; field < GD_F__COUNT; field++) {
        bool both = (again.v[field] != NULL) == (alloc->v[field] != NULL);

        MUST(both && (again.v[field] == NULL || strcmp(again.v[field], alloc->v[field]) == 0));
    }
    MUST(again.state == alloc->state && again.ends_at == alloc->ends_at && again.kind == alloc->kind);
    gd_alloc_clear(&again);
    json_decref(object);
}

void fuzz_answer(const char *text, size_t len)
{
    struct gd_envelope envelope = {0};
    struct gd_alloc alloc = {0};
    struct gd_error err = {0};
    enum gd_rc rc = gd_decode_answer(text, len, GD_ZONE_IST, &envelope, &alloc, &err);

    MUST((rc == GD_OK) == (err.rc == GD_OK));
    if (rc == GD_OK) {
        check_alloc(&alloc);
        check_raw(&alloc);
    } else {
        MUST(err.what[0] != '\0');
    }
    gd_alloc_clear(&alloc);
    gd_envelope_clear(&envelope);
}

/* No row of the answer serves two of the ids that were sent, and each that names one serves that. */
static void check_match(const struct gd_bulk *bulk, const char *const *ids, size_t n)
{
    long match[8];

    MUST(n <= sizeof match / sizeof match[0]);
    (void)gd_bulk_match(bulk, ids, n, match);
    for (size_t i = 0; i < n; i++) {
        MUST(match[i] >= -1 && match[i] < (long)bulk->n);
        if (match[i] < 0)
            continue;
        MUST(!bulk->rows[match[i]].mute);
        MUST(bulk->rows[match[i]].id == NULL || strcmp(bulk->rows[match[i]].id, ids[i]) == 0);
        for (size_t other = 0; other < i; other++)
            MUST(match[other] != match[i]);
    }
}

void fuzz_bulk(const char *text, size_t len)
{
    static const char *const ids[] = {"gp_abc123xyz", "yabadan-c861-4bda-a024-9cef1ae2f2a8", "gp_def456uvw",
                                      "ibitifda-c861-4bda-a024-9cef1ae2f2a8", "1"};
    struct gd_bulk bulk = {0};
    struct gd_error err = {0};
    enum gd_rc rc = gd_decode_bulk(text, len, GD_ZONE_UTC, &bulk, &err);

    MUST((rc == GD_OK) == (err.rc == GD_OK));
    if (rc == GD_OK) {
        for (size_t i = 0; i < bulk.n; i++)
            check_alloc(&bulk.rows[i].alloc);
        for (size_t n = 0; n <= sizeof ids / sizeof ids[0]; n++)
            check_match(&bulk, ids, n);
    }
    gd_bulk_clear(&bulk);
}

void fuzz_failure(const char *text, size_t len)
{
    struct gd_envelope envelope = {0};

    gd_decode_failure(text, len, &envelope);
    MUST(envelope.code >= -1);
    gd_envelope_clear(&envelope);
}

/* What was taken is the same after it was written as JSON and taken again. */
static void check_settings(const json_t *data)
{
    struct gd_settings settings = {0}, again = {0};
    struct gd_error err = {0};
    json_t *json;

    MUST(gd_settings_take(&settings, data, NOW, &err) == GD_OK);
    json = gd_settings_json(&settings, true, true);
    MUST(json != NULL && gd_settings_take(&again, json, NOW, &err) == GD_OK);
    for (int id = 0; id < GD_S__COUNT; id++)
        MUST(gd_setting_same((enum gd_setting)id, settings.v[id], again.v[id]));
    json_decref(json);
    gd_settings_clear(&settings);
    gd_settings_clear(&again);
}

void fuzz_settings(const char *text, size_t len)
{
    struct gd_envelope envelope = {0};
    struct gd_error err = {0};
    json_t *data = NULL;
    enum gd_rc rc = gd_decode_settings(text, len, &envelope, &data, &err);

    MUST((rc == GD_OK) == (err.rc == GD_OK));
    if (data != NULL) {
        MUST(rc == GD_OK && json_is_object(data));
        check_settings(data);
        json_decref(data);
    }
    gd_envelope_clear(&envelope);
}

/* A file of ours: what is read from it and written again reads the same, as far as it is written. */
void fuzz_shape(const char *text, size_t len)
{
    struct gd_alloc alloc = {0}, again = {0};
    struct gd_error err = {0};
    json_t *object = NULL, *json;

    if (gd_json_parse(text, len, &object, &err) != GD_OK)
        return;
    if (gd_alloc_from_json(object, &alloc, &err) == GD_OK) {
        check_alloc(&alloc);
        json = gd_alloc_json(&alloc, "acme", true, GD_ZONE_IST, NOW);
        MUST(gd_alloc_from_json(json, &again, &err) == GD_OK);
        for (int field = 0; field <= GD_F_USAGE; field++)
            MUST(gd_value_same((enum gd_field)field, alloc.v[field], again.v[field]));
        json_decref(json);
    }
    gd_alloc_clear(&alloc);
    gd_alloc_clear(&again);
    json_decref(object);
}
