/* A change applied to what is known of an allocation: what is wanted, and the rules across fields. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "alloc.h"
#include "buf.h"
#include "change.h"
#include "duration.h"
#include "json.h"
#include "mem.h"
#include "number.h"

/* The whole list that += or -= comes to. */
static enum gd_rc resolve_list(enum gd_field field, enum gd_how how, const char *value, const char *known,
                               struct gd_buf *out, struct gd_error *err)
{
    if (known == NULL)
        return gd_fail(err, GD_INPUT, "read the allocation first, or give the whole list with =",
                       "%s is not known, so nothing can be %s", gd_fields[field].key,
                       how == GD_HOW_ADD ? "added to it" : "taken from it");
    gd_list_add_all(out, known, how == GD_HOW_TAKE ? value : NULL);
    if (how == GD_HOW_ADD)
        gd_list_add_all(out, value, NULL);
    return GD_OK;
}

static enum gd_rc resolve_duration(const char *typed, const struct gd_alloc *base, int64_t now,
                                   struct gd_buf *out, struct gd_error *err)
{
    struct gd_error why = {0};
    struct gd_span span;
    int64_t seconds;

    /* A time got its zone when it was typed: the zone here is never used. */
    if (gd_span_parse(typed, 0, &span, &why) != GD_OK ||
        gd_span_seconds(&span, now, base->ends_at, &seconds, &why) != GD_OK)
        return gd_fail(err, why.rc, why.advice, "duration: %s", why.what);
    gd_buf_addf(out, "%lld", (long long)seconds);
    return GD_OK;
}

static enum gd_rc resolve_field(const struct gd_change *change, enum gd_field field,
                                const struct gd_alloc *base, int64_t now, struct gd_alloc *want,
                                struct gd_error *err)
{
    enum gd_how how = (enum gd_how)change->how[field];
    struct gd_buf text;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&text, GD_VALUE_MAX);
    if (field == GD_F_DURATION)
        rc = resolve_duration(change->v[field], base, now, &text, err);
    else if (how == GD_HOW_SET)
        gd_buf_adds(&text, change->v[field]);
    else
        rc = resolve_list(field, how, change->v[field], base->v[field], &text, err);
    if (rc == GD_OK)
        rc = gd_buf_check(&text, gd_fields[field].key, err);
    if (rc == GD_OK && (field == GD_F_DURATION || base->v[field] == NULL ||
                        !gd_value_same(field, base->v[field], text.data)))
        rc = gd_alloc_set(want, field, text.data, err);
    gd_buf_wipe(&text);
    return rc;
}

/* ---- rules across fields ---- */

/* The value as it would be afterwards; NULL where it is not known. */
static const char *after(const struct gd_alloc *base, const struct gd_alloc *want, enum gd_field field)
{
    return want->v[field] != NULL ? want->v[field] : base->v[field];
}

static enum gd_rc check_sides(const struct gd_alloc *base, const struct gd_alloc *want, struct gd_error *err)
{
    const char *a = after(base, want, GD_F_A_NUMBERS), *b = after(base, want, GD_F_B_NUMBERS), *item;
    char number[GD_NUMBER_MAX], masked[GD_MASKED_MAX];
    size_t len;

    if (want->v[GD_F_A_NUMBERS] == NULL && want->v[GD_F_B_NUMBERS] == NULL)
        return GD_OK;
    if (a != NULL && b != NULL && *a == '\0' && *b == '\0')
        return gd_fail(err, GD_INPUT, "leave a number on one side; to end the allocation, deallocate it",
                       "a.numbers and b.numbers would both be empty");
    while ((item = gd_list_next(&a, &len)) != NULL)
        if (gd_list_has(b, item, len)) {
            len = len < sizeof number ? len : sizeof number - 1;
            memcpy(number, item, len);
            number[len] = '\0';
            gd_number_mask(number, masked);
            return gd_fail(err, GD_INPUT, "take it out of one of them",
                           "%s would stand in both a.numbers and b.numbers", masked);
        }
    return GD_OK;
}

static enum gd_rc check_pins(enum gd_kind kind, enum gd_field field, const char *value, struct gd_error *err)
{
    const char *key = gd_fields[field].key, *item;
    size_t len;

    if (kind == GD_GREENPIN)
        return gd_list_count(value) == 1 ? GD_OK
                                         : gd_fail(err, GD_INPUT, gd_fields[field].takes,
                                                   "%s takes one PIN: only a GreenVN can have several", key);
    while ((item = gd_list_next(&value, &len)) != NULL)
        if (*item == '0')
            return gd_fail(err, GD_INPUT, "choose a PIN that begins with 1 to 9",
                           "%s holds a PIN with a leading zero, which a GreenVN would lose", key);
    return GD_OK;
}

static enum gd_rc check_want(const struct gd_alloc *base, const struct gd_alloc *want, struct gd_error *err)
{
    enum gd_rc rc = check_sides(base, want, err);

    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++) {
        if (want->v[i] == NULL)
            continue;
        rc = gd_list_check((enum gd_field)i, want->v[i], err);
        if (rc == GD_OK && gd_fields[i].type == GD_T_PIN)
            rc = check_pins(base->kind, (enum gd_field)i, want->v[i], err);
    }
    return rc;
}

enum gd_rc gd_change_resolve(const struct gd_change *change, const struct gd_alloc *base, int64_t now,
                             struct gd_alloc *want, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    *want = (struct gd_alloc){.kind = base->kind, .dialect = base->dialect, .call_count = -1};
    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++)
        if (change->how[i] != GD_HOW_NONE)
            rc = resolve_field(change, (enum gd_field)i, base, now, want, err);
    if (rc == GD_OK)
        rc = check_want(base, want, err);
    if (rc != GD_OK)
        gd_alloc_clear(want);
    return rc;
}

/* ---- for journal and changesets ---- */

json_t *gd_want_json(const struct gd_alloc *want)
{
    json_t *out = json_object();

    for (int i = 0; out != NULL && i < GD_F__COUNT; i++)
        if (want->v[i] != NULL && !gd_json_put(out, gd_fields[i].key, gd_json_text(want->v[i]))) {
            json_decref(out);
            out = NULL;
        }
    return out;
}

enum gd_rc gd_want_from_json(const json_t *object, struct gd_alloc *want, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *key;
    json_t *value;

    *want = (struct gd_alloc){.call_count = -1};
    if (!json_is_object(object))
        return gd_fail(err, GD_INPUT, NULL, "what is wanted is no JSON object");
    json_object_foreach((json_t *)object, key, value)
    {
        enum gd_field field = gd_field_find(key);

        if (field == GD_F__COUNT)
            rc = gd_fail(err, GD_INPUT, NULL, "unknown key '%.60s'", key);
        else if (!json_is_string(value))
            rc = gd_fail(err, GD_INPUT, NULL, "%s is no text", key);
        else
            rc = gd_alloc_set(want, field, json_string_value(value), err);
        if (rc != GD_OK)
            break;
    }
    if (rc != GD_OK)
        gd_alloc_clear(want);
    return rc;
}
