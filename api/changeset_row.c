/* One staged row: its conflicts, what would be sent of it, its JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "buf.h"
#include "changeset.h"
#include "codec.h"
#include "duration.h"
#include "json.h"
#include "mem.h"
#include "when.h"

#define BIT(field) (UINT64_C(1) << (field))

static_assert(GD_F__COUNT <= 64, "the conflicts of a row are the bits of one number");

static const char *const names[] = {[GD_STAGE_UPDATE] = "update", [GD_STAGE_DEALLOCATE] = "deallocate"};

const char *gd_stage_action_name(enum gd_stage_action action)
{
    return names[action];
}

bool gd_stage_action_parse(const char *text, enum gd_stage_action *out)
{
    for (int i = GD_STAGE_UPDATE; i <= GD_STAGE_DEALLOCATE; i++)
        if (strcmp(text, names[i]) == 0) {
            *out = (enum gd_stage_action)i;
            return true;
        }
    return false;
}

/* ---- conflicts ---- */

static bool is_conflict(const struct gd_staged *staged, enum gd_field field)
{
    const char *base = staged->base.v[field], *now = staged->now.v[field];

    if (field == GD_F_DURATION)
        return staged->base.ends_at != 0 && staged->now.ends_at != staged->base.ends_at;
    if (now == NULL) /* a reading without it says nothing */
        return false;
    return !gd_value_same(field, base, now) && !gd_value_same(field, staged->want.v[field], now);
}

void gd_staged_compare(struct gd_staged *staged)
{
    staged->conflicts = 0;
    if (!staged->known || staged->base.read_at == 0)
        return;
    for (int f = 0; f < GD_F__COUNT; f++)
        if (staged->want.v[f] != NULL && is_conflict(staged, (enum gd_field)f))
            staged->conflicts |= BIT(f);
}

/* ---- what would be sent ---- */

/* The newest that is known of the allocation. */
static const struct gd_alloc *latest(const struct gd_staged *staged)
{
    return staged->known && staged->now.read_at >= staged->base.read_at ? &staged->now : &staged->base;
}

static enum gd_rc resolve_duration(const struct gd_staged *staged, int64_t now, struct gd_alloc *want,
                                   struct gd_error *err)
{
    struct gd_span span;
    int64_t seconds;
    char text[24];
    enum gd_rc rc;

    if (staged->want.v[GD_F_DURATION] == NULL)
        return GD_OK;
    rc = gd_span_parse(staged->want.v[GD_F_DURATION], GD_ZONE_UTC, &span, err);
    if (rc == GD_OK)
        rc = gd_span_seconds(&span, now, latest(staged)->ends_at, &seconds, err);
    if (rc != GD_OK)
        return rc;
    snprintf(text, sizeof text, "%lld", (long long)seconds);
    return gd_alloc_set(want, GD_F_DURATION, text, err);
}

/* A GreenVN's update cannot do without a list of numbers: an unchanged one is sent along. */
static enum gd_rc add_numbers(const struct gd_alloc *known, struct gd_alloc *want, struct gd_error *err)
{
    const char *b = known->v[GD_F_B_NUMBERS], *a = known->v[GD_F_A_NUMBERS];

    if (want->v[GD_F_A_NUMBERS] != NULL || want->v[GD_F_B_NUMBERS] != NULL)
        return GD_OK;
    if (b != NULL && *b != '\0')
        return gd_alloc_set(want, GD_F_B_NUMBERS, b, err);
    return a != NULL && *a != '\0' ? gd_alloc_set(want, GD_F_A_NUMBERS, a, err) : GD_OK;
}

enum gd_rc gd_staged_want(const struct gd_staged *staged, enum gd_dialect dialect, int64_t now,
                          struct gd_alloc *want, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    *want = (struct gd_alloc){.call_count = -1};
    if (staged->action == GD_STAGE_DEALLOCATE)
        return GD_OK;
    rc = gd_alloc_copy(want, &staged->want, err);
    if (rc == GD_OK)
        rc = resolve_duration(staged, now, want, err);
    if (rc == GD_OK && staged->kind == GD_GREENVN)
        rc = add_numbers(latest(staged), want, err);
    want->kind = staged->kind;
    want->dialect = dialect;
    if (rc == GD_OK)
        rc = gd_encode_check(gd_shape_of(staged->kind, dialect), GD_REQ_UPDATE, want, err);
    if (rc != GD_OK)
        gd_alloc_clear(want);
    return rc;
}

enum gd_rc gd_staged_row(const struct gd_staged *staged, enum gd_dialect dialect, int64_t now,
                         struct gd_op_row *row, struct gd_error *err)
{
    enum gd_rc rc = gd_staged_want(staged, dialect, now, &row->want, err);

    if (rc != GD_OK)
        return rc;
    row->alloc_kind = staged->kind;
    row->state = GD_ROW_PENDING;
    row->code = -1;
    row->id = gd_strdup(staged->id);
    if (row->id == NULL)
        return gd_fail_memory(err);
    return gd_alloc_copy(&row->before, latest(staged), err);
}

/* ---- JSON ---- */

static json_t *shown(enum gd_field field, const char *value, bool reveal)
{
    struct gd_buf text;
    json_t *json;

    if (value == NULL)
        return json_null();
    gd_buf_init(&text, (size_t)1 << 20);
    gd_value_show(field, value, reveal, &text);
    json = gd_json_text(text.data);
    gd_buf_wipe(&text);
    return json;
}

static json_t *moment(int64_t when, int zone_offset)
{
    char text[GD_WHEN_MAX];

    if (when == 0)
        return json_null();
    gd_when_rfc3339(when, zone_offset, text);
    return json_string(text);
}

static json_t *change_json(const struct gd_staged *staged, enum gd_field field, bool reveal, int zone_offset)
{
    json_t *change = json_object();
    bool good, ends = field == GD_F_DURATION;

    good = gd_json_put(change, "before",
                       ends ? moment(staged->base.ends_at, zone_offset)
                            : shown(field, staged->base.v[field], reveal));
    good = good && gd_json_put(change, "after", shown(field, staged->want.v[field], reveal));
    if (good && (staged->conflicts & BIT(field)) != 0)
        good = gd_json_put(change, "now",
                           ends ? moment(staged->now.ends_at, zone_offset)
                                : shown(field, staged->now.v[field], reveal));
    if (good)
        return change;
    json_decref(change);
    return NULL;
}

json_t *gd_staged_json(const struct gd_staged *staged, bool reveal, int zone_offset)
{
    json_t *changes = json_object(), *conflicts = json_array(), *json;
    bool good = changes != NULL && conflicts != NULL;

    for (int f = 0; good && f < GD_F__COUNT; f++) {
        if (staged->want.v[f] == NULL)
            continue;
        good = gd_json_put(changes, gd_fields[f].key,
                           change_json(staged, (enum gd_field)f, reveal, zone_offset));
        if (good && (staged->conflicts & BIT(f)) != 0)
            good = json_array_append_new(conflicts, json_string(gd_fields[f].key)) == 0;
    }
    json = json_object();
    good = good && gd_json_put(json, "id", gd_json_text(staged->id));
    good = good && gd_json_put(json, "action", json_string(names[staged->action]));
    good = good && gd_json_put(json, "kind", json_string(gd_kind_name(staged->kind)));
    good = good && gd_json_put(json, "held", json_boolean(staged->held));
    good = good && gd_json_put(json, "changes", json_incref(changes));
    good = good && gd_json_put(json, "conflicts", json_incref(conflicts));
    good = good && gd_json_put(json, "user", gd_json_text_or_null(staged->user));
    good = good && gd_json_put(json, "staged_at", moment(staged->at, zone_offset));
    json_decref(changes);
    json_decref(conflicts);
    if (good)
        return json;
    json_decref(json);
    return NULL;
}
