/* Undo: creating again from what was kept, and the inverse of an update. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "undo.h"

#include <stdio.h>
#include <string.h>

#include "codec.h"
#include "duration.h"
#include "mem.h"
#include "when.h"

static bool has(const struct gd_alloc *alloc, enum gd_field field)
{
    return alloc->v[field] != NULL && alloc->v[field][0] != '\0';
}

/* A PIN that is given makes its length moot; a preference is made below. */
static bool is_left_out(const struct gd_alloc *before, enum gd_field field)
{
    return field == GD_F_KIND || field == GD_F_ID || field == GD_F_STATE || field == GD_F_DURATION ||
           field == GD_F_GREENVN || (field == GD_F_A_PIN_LENGTH && has(before, GD_F_A_PIN)) ||
           (field == GD_F_B_PIN_LENGTH && has(before, GD_F_B_PIN));
}

static enum gd_rc copy_fields(const struct gd_alloc *before, enum gd_shape shape, struct gd_alloc *want,
                              struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++) {
        enum gd_field field = (enum gd_field)i;

        if (has(before, field) && (gd_fields[i].create & GD_IN(shape)) != 0 && !is_left_out(before, field))
            rc = gd_alloc_set(want, field, before->v[i], err);
    }
    /* The VN that a GreenVN had is asked for as a preference. */
    if (rc == GD_OK && (gd_fields[GD_F_GREENVN].create & GD_IN(shape)) != 0 &&
        gd_list_count(before->v[GD_F_A_VNS]) == 1)
        rc = gd_alloc_set(want, GD_F_GREENVN, before->v[GD_F_A_VNS], err);
    return rc;
}

/* The life that was left, in what the request can carry. */
static enum gd_rc copy_end(const struct gd_alloc *before, enum gd_shape shape, int64_t now,
                           struct gd_alloc *want, struct gd_error *err)
{
    int64_t left = before->ends_at - now;
    char text[24];

    if (before->ends_at == 0 || (gd_fields[GD_F_DURATION].create & GD_IN(shape)) == 0)
        return GD_OK;
    if (left <= 0)
        return gd_fail(err, GD_INPUT, NULL, "left out: it would have ended by now anyway");
    if (want->dialect == GD_FLAT && left < GD_DURATION_MIN)
        left = GD_DURATION_MIN;
    if (left > GD_DURATION_MAX)
        left = GD_DURATION_MAX;
    snprintf(text, sizeof text, "%lld", (long long)left);
    return gd_alloc_set(want, GD_F_DURATION, text, err);
}

enum gd_rc gd_undo_create(const struct gd_op_row *row, enum gd_dialect dialect, int64_t now,
                          struct gd_alloc *want, struct gd_error *err)
{
    enum gd_shape shape = gd_shape_of(row->alloc_kind, dialect);
    struct gd_error why = {0};
    enum gd_rc rc;

    *want = (struct gd_alloc){.kind = row->alloc_kind, .dialect = dialect, .call_count = -1};
    if (!has(&row->before, GD_F_A_NUMBERS) && !has(&row->before, GD_F_B_NUMBERS))
        return gd_fail(err, GD_INPUT, NULL, "left out: what it was is not known here");
    rc = copy_fields(&row->before, shape, want, &why);
    if (rc == GD_OK)
        rc = copy_end(&row->before, shape, now, want, &why);
    if (rc == GD_OK && gd_encode_check(shape, GD_REQ_CREATE, want, &why) != GD_OK) {
        gd_fail(err, GD_INPUT, why.advice, "left out: %s", why.what);
        rc = GD_INPUT;
    } else if (rc != GD_OK) {
        gd_fail(err, rc, why.advice, "%s", why.what);
    }
    if (rc != GD_OK)
        gd_alloc_clear(want);
    return rc;
}

/* The end from before, as a moment: it was counted from a request that is past. */
static enum gd_rc put_end(const struct gd_op_row *row, int64_t now, struct gd_staged *out, int *lost,
                          struct gd_error *err)
{
    char text[GD_WHEN_MAX + 8], when[GD_WHEN_MAX];

    if (row->before.ends_at <= now) {
        ++*lost;
        return GD_OK;
    }
    gd_when_rfc3339(row->before.ends_at, GD_ZONE_UTC, when);
    snprintf(text, sizeof text, "until %s", when);
    out->base.ends_at = out->now.ends_at;
    return gd_alloc_set(&out->want, GD_F_DURATION, text, err);
}

static enum gd_rc put_before(const struct gd_op_row *row, enum gd_field field, struct gd_staged *out,
                             int *lost, struct gd_error *err)
{
    enum gd_rc rc;

    if (!has(&row->before, field)) {
        ++*lost;
        return GD_OK;
    }
    if (out->now.v[field] != NULL && gd_value_same(field, row->before.v[field], out->now.v[field]))
        return GD_OK; /* it is so again */
    rc = gd_alloc_set(&out->want, field, row->before.v[field], err);
    return rc == GD_OK ? gd_alloc_set(&out->base, field, row->want.v[field], err) : rc;
}

enum gd_rc gd_undo_update(struct gd_ledger *ledger, const struct gd_op_row *row, int64_t now,
                          struct gd_staged *out, int *lost, bool *nothing, struct gd_error *err)
{
    enum gd_rc rc;

    *out = (struct gd_staged){.action = GD_STAGE_UPDATE, .kind = row->alloc_kind, .want.call_count = -1};
    *lost = 0;
    *nothing = true;
    out->id = gd_strdup(row->id);
    if (out->id == NULL)
        return gd_fail_memory(err);
    rc = gd_ledger_get(ledger, row->id, &out->now, &out->known, err);
    if (rc == GD_OK)
        rc = gd_alloc_copy(&out->base, &out->now, err);
    for (int i = 0; rc == GD_OK && i < GD_F__COUNT; i++) {
        if (row->want.v[i] == NULL)
            continue;
        rc = i == GD_F_DURATION ? put_end(row, now, out, lost, err)
                                : put_before(row, (enum gd_field)i, out, lost, err);
        *nothing = *nothing && out->want.v[i] == NULL;
    }
    if (rc == GD_OK)
        gd_staged_compare(out);
    return rc;
}
