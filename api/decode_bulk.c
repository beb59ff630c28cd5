/* Bulk answers: their rows, and which row answers which id. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>

#include "decode.h"
#include "mem.h"

#define UNANSWERED (-1L)
#define CONTRADICTED (-2L) /* while matching: rows of this id disagree, so it stays unknown */

void gd_bulk_clear(struct gd_bulk *bulk)
{
    for (size_t i = 0; i < bulk->n; i++) {
        gd_free(bulk->rows[i].id);
        gd_envelope_clear(&bulk->rows[i].envelope);
        gd_alloc_clear(&bulk->rows[i].alloc);
    }
    gd_free(bulk->rows);
    gd_free(bulk->request_id);
    *bulk = (struct gd_bulk){.total = -1, .success = -1, .failed = -1};
}

/* ---- decoding ---- */

static bool dup_id(const json_t *object, char **out)
{
    if (!gd_json_dup(json_object_get(object, "greenpin_id"), out))
        return false;
    if (*out == NULL && !gd_json_dup(json_object_get(object, "greenvn_id"), out))
        return false;
    if (*out != NULL && **out == '\0') {
        gd_free(*out);
        *out = NULL;
    }
    return true;
}

/* Decides from success, status and code; a row that says nothing, or two things at once, is mute. */
static void judge(const json_t *object, struct gd_bulk_row *row)
{
    const json_t *success = json_object_get(object, "success"), *status = json_object_get(object, "status");
    struct gd_envelope *envelope = &row->envelope;
    int by_success = -1, by_status = -1;

    if (json_is_boolean(success))
        by_success = json_is_true(success);
    else if (json_is_string(success))
        by_success = strcasecmp(json_string_value(success), "true") == 0;
    if (envelope->status != 0)
        by_status = envelope->status >= 200 && envelope->status < 300;
    else if (json_is_string(status))
        by_status = strcasecmp(json_string_value(status), "updated") == 0;
    if (by_success < 0)
        by_success = by_status;
    if (by_success < 0 && envelope->code >= 0)
        by_success = 0;
    envelope->success = by_success == 1;
    row->mute = by_success < 0 || (by_status >= 0 && by_status != by_success);
}

/* The server's words: the message, else (of a flat row that failed) the status itself. */
static bool fill_message(const json_t *object, struct gd_envelope *envelope)
{
    const json_t *status = json_object_get(object, "status");

    if (envelope->success || envelope->message != NULL || envelope->status != 0 || !json_is_string(status))
        return true;
    return gd_json_dup(status, &envelope->message);
}

static enum gd_rc read_row(const json_t *object, int zone_offset, struct gd_bulk_row *row,
                           struct gd_error *err)
{
    const json_t *data = json_object_get(object, "data");
    enum gd_rc rc;

    row->envelope.code = -1;
    row->alloc.call_count = -1;
    row->mute = true;
    if (!json_is_object(object))
        return GD_OK;
    rc = gd_envelope_read(object, &row->envelope, err);
    if (rc != GD_OK)
        return rc;
    judge(object, row);
    if (!dup_id(data, &row->id) || (row->id == NULL && !dup_id(object, &row->id)) ||
        !fill_message(object, &row->envelope))
        return gd_fail_memory(err);
    return json_object_size(data) > 0 ? gd_decode_alloc(data, zone_offset, &row->alloc, err) : GD_OK;
}

static int count_of(const json_t *metadata, const char *key)
{
    int64_t n;

    return gd_json_int(json_object_get(metadata, key), &n) && n >= 0 && n < INT32_MAX ? (int)n : -1;
}

/* The array of rows: the answer itself, or under response or data. */
static const json_t *rows_of(const json_t *answer)
{
    if (json_is_array(answer))
        return answer;
    if (json_is_array(json_object_get(answer, "response")))
        return json_object_get(answer, "response");
    return json_object_get(answer, "data");
}

static enum gd_rc read_bulk(const json_t *answer, int zone_offset, struct gd_bulk *bulk, struct gd_error *err)
{
    const json_t *rows = rows_of(answer), *metadata = json_object_get(answer, "metadata");
    size_t n = json_array_size(rows);
    enum gd_rc rc = GD_OK;

    if (!json_is_array(rows))
        return gd_fail(err, GD_SERVER, NULL, "the answer is JSON, but holds no list of results");
    bulk->total = count_of(metadata, "total");
    bulk->success = count_of(metadata, "success");
    bulk->failed = count_of(metadata, "failed");
    if (!gd_json_dup(json_object_get(answer, "request_id"), &bulk->request_id))
        return gd_fail_memory(err);
    if (n == 0)
        return GD_OK;
    bulk->rows = gd_calloc(n, sizeof *bulk->rows);
    if (bulk->rows == NULL)
        return gd_fail_memory(err);
    for (; rc == GD_OK && bulk->n < n; bulk->n++)
        rc = read_row(json_array_get(rows, bulk->n), zone_offset, &bulk->rows[bulk->n], err);
    return rc;
}

enum gd_rc gd_decode_bulk(const char *text, size_t len, int zone_offset, struct gd_bulk *bulk,
                          struct gd_error *err)
{
    json_t *answer;
    enum gd_rc rc;

    *bulk = (struct gd_bulk){.total = -1, .success = -1, .failed = -1};
    rc = gd_json_parse(text, len, &answer, err);
    if (rc != GD_OK)
        return rc;
    rc = read_bulk(answer, zone_offset, bulk, err);
    json_decref(answer);
    if (rc != GD_OK)
        gd_bulk_clear(bulk);
    return rc;
}

/* ---- matching ---- */

/* The place of the id, sought at its own place first; n where it was not sent. */
static size_t place_of(const char *id, const char *const *ids, size_t n, size_t likely)
{
    size_t i = 0;

    if (likely < n && strcmp(ids[likely], id) == 0)
        return likely;
    while (i < n && strcmp(ids[i], id) != 0)
        i++;
    return i;
}

/* Rows that name their id. *displaced: one of them does not stand at its id's place. */
static size_t match_named(const struct gd_bulk *bulk, const char *const *ids, size_t n, long *match,
                          bool *displaced)
{
    size_t surplus = 0;

    *displaced = false;
    for (size_t row = 0; row < bulk->n; row++) {
        size_t i;

        if (bulk->rows[row].id == NULL)
            continue;
        i = place_of(bulk->rows[row].id, ids, n, row);
        if (i != row)
            *displaced = true;
        if (i == n) {
            surplus++;
        } else if (match[i] == UNANSWERED) {
            match[i] = (long)row;
        } else {
            surplus++;
            if (match[i] >= 0 && bulk->rows[match[i]].envelope.success != bulk->rows[row].envelope.success)
                match[i] = CONTRADICTED;
        }
    }
    return surplus;
}

/* Whether places can be trusted although named rows stand elsewhere: every open id has its row, and these
 * rows all say that they failed, so that none can be taken for applied that is not. */
static bool places_hold(const struct gd_bulk *bulk, size_t n, const long *match)
{
    size_t unnamed = 0, open = 0;

    for (size_t row = 0; row < bulk->n; row++)
        if (bulk->rows[row].id == NULL) {
            unnamed++;
            if (bulk->rows[row].mute || bulk->rows[row].envelope.success)
                return false;
        }
    for (size_t i = 0; i < n; i++)
        open += match[i] == UNANSWERED;
    return unnamed == open;
}

/* Rows that name no id: by their place; where that is taken (rows are out of order), the next open one. */
static size_t match_unnamed(const struct gd_bulk *bulk, size_t n, long *match, bool displaced)
{
    bool trusted = !displaced || places_hold(bulk, n, match);
    size_t surplus = 0, open = 0;

    for (size_t row = 0; row < bulk->n; row++)
        if (bulk->rows[row].id == NULL && trusted && row < n && match[row] == UNANSWERED)
            match[row] = (long)row;
        else if (bulk->rows[row].id == NULL && (!trusted || !displaced))
            surplus++;
    if (!trusted || !displaced)
        return surplus;
    for (size_t row = 0; row < bulk->n; row++) {
        if (bulk->rows[row].id != NULL || (row < n && match[row] == (long)row))
            continue;
        while (open < n && match[open] != UNANSWERED)
            open++;
        if (open < n)
            match[open] = (long)row;
    }
    return surplus;
}

size_t gd_bulk_match(const struct gd_bulk *bulk, const char *const *ids, size_t n, long *match)
{
    size_t surplus;
    bool displaced;

    for (size_t i = 0; i < n; i++)
        match[i] = UNANSWERED;
    surplus = match_named(bulk, ids, n, match, &displaced);
    surplus += match_unnamed(bulk, n, match, displaced);
    for (size_t i = 0; i < n; i++)
        if (match[i] >= 0 && bulk->rows[match[i]].mute)
            match[i] = UNANSWERED;
        else if (match[i] == CONTRADICTED)
            match[i] = UNANSWERED;
    return surplus;
}
