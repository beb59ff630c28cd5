/* An allocation as JSON text in the journal: every known field under its key, and the members beside them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "journal_i.h"
#include "json.h"
#include "mem.h"

#define PACKED_MAX ((size_t)64 << 20) /* bytes of one allocation */

/* The members that are no field, by name; the texts first. */
#define TEXTS(X) X(state_raw) X(ends_raw) X(source)
#define NUMBERS(X) X(ends_at) X(created_at) X(read_at) X(first_seen) X(call_count)

static bool is_empty(const struct gd_alloc *alloc)
{
    for (int f = 0; f < GD_F__COUNT; f++)
        if (alloc->v[f] != NULL)
            return false;
    return alloc->read_at == 0 && alloc->source == NULL;
}

/* Sets a text; one that is no UTF-8 is left out rather than losing the row. */
static bool set_text(json_t *object, const char *key, const char *text)
{
    json_t *value;

    if (text == NULL)
        return true;
    value = json_string(text);
    return value == NULL || json_object_set_new(object, key, value) == 0;
}

static bool fill(json_t *object, const struct gd_alloc *alloc)
{
    bool good = true;

    for (int f = 0; f < GD_F__COUNT; f++)
        good = good && set_text(object, gd_fields[f].key, alloc->v[f]);
#define X(name) good = good && set_text(object, "." #name, alloc->name);
    TEXTS(X)
#undef X
#define X(name) good = good && json_object_set_new(object, "." #name, json_integer(alloc->name)) == 0;
    NUMBERS(X)
#undef X
    good = good && json_object_set_new(object, ".kind", json_integer(alloc->kind)) == 0;
    good = good && json_object_set_new(object, ".dialect", json_integer(alloc->dialect)) == 0;
    return good && json_object_set_new(object, ".state", json_integer(alloc->state)) == 0;
}

enum gd_rc journal_pack(const struct gd_alloc *alloc, char **out, struct gd_error *err)
{
    struct gd_buf text;
    json_t *object;

    *out = NULL;
    if (is_empty(alloc))
        return GD_OK;
    object = json_object();
    gd_buf_init(&text, PACKED_MAX);
    /* Not by json_dumps: where memory runs out under it, what it gives can lack a part. */
    if (object != NULL && fill(object, alloc)) {
        gd_json_write(object, &text);
        *out = gd_buf_take(&text);
    }
    gd_buf_wipe(&text);
    json_decref(object);
    return *out != NULL ? GD_OK : gd_fail_memory(err);
}

static int64_t number(const json_t *object, const char *key, int64_t least, int64_t most)
{
    int64_t value = json_integer_value(json_object_get(object, key));

    return value < least ? least : value > most ? most : value;
}

static bool take_text(const json_t *object, const char *key, char **out)
{
    const char *text = json_string_value(json_object_get(object, key));

    *out = text != NULL ? gd_strdup(text) : NULL;
    return text == NULL || *out != NULL;
}

static bool take(const json_t *object, struct gd_alloc *alloc)
{
    bool good = true;

    for (int f = 0; f < GD_F__COUNT; f++)
        good = good && take_text(object, gd_fields[f].key, &alloc->v[f]);
#define X(name) good = good && take_text(object, "." #name, &alloc->name);
    TEXTS(X)
#undef X
#define X(name) alloc->name = number(object, "." #name, INT64_MIN, INT64_MAX);
    NUMBERS(X)
#undef X
    alloc->kind = (enum gd_kind)number(object, ".kind", GD_GREENPIN, GD_GREENVN);
    alloc->dialect = (enum gd_dialect)number(object, ".dialect", GD_PARTY, GD_AUTO);
    alloc->state = (enum gd_state)number(object, ".state", GD_UNKNOWN, GD_DEALLOCATED);
    return good;
}

enum gd_rc journal_unpack(const char *text, struct gd_alloc *alloc, struct gd_error *err)
{
    json_error_t fault;
    json_t *object;
    enum gd_rc rc = GD_OK;

    *alloc = (struct gd_alloc){.call_count = -1};
    if (text == NULL)
        return GD_OK;
    object = json_loads(text, 0, &fault);
    if (object == NULL)
        return gd_fail(err, GD_IO, NULL, "a row of the journal is damaged: %s", fault.text);
    if (!take(object, alloc)) {
        gd_alloc_clear(alloc);
        rc = gd_fail_memory(err);
    }
    json_decref(object);
    return rc;
}
