/* Operations: what may be sent, the word that confirms it, and what came of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "op.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "text.h"

/* What each kind of operation is, one row each. */
static const struct kind_row {
    enum gd_right right;
    bool billed;
} kinds[] = {
    [GD_OP_UPDATE] = {GD_MAY_UPDATE, true},
    [GD_OP_DEALLOCATE] = {GD_MAY_DEALLOCATE, false},
    [GD_OP_CREATE] = {GD_MAY_CREATE, true},
    [GD_OP_VN] = {GD_MAY_VN, true},
};

int64_t gd_op_cost(const struct gd_profile *profile, enum gd_op_kind kind, int64_t rows)
{
    return kinds[kind].billed ? profile->unit_price * rows : 0;
}

void gd_op_cost_text(const struct gd_profile *profile, int64_t cost, char *out, size_t room)
{
    snprintf(out, room, "%" PRId64 ".%02d %s", cost / 1000, (int)(cost % 1000 / 10), profile->currency);
}

enum gd_right gd_op_right(const struct gd_profile *profile, const struct gd_op *op)
{
    bool undoes = op->origin != NULL && strcmp(op->origin, "undo") == 0;

    if (undoes && !gd_role_may(profile->role, kinds[op->kind].right)) {
        if (op->kind == GD_OP_CREATE)
            return GD_MAY_DEALLOCATE;
        if (op->kind == GD_OP_DEALLOCATE)
            return GD_MAY_CREATE;
    }
    return kinds[op->kind].right;
}

enum gd_rc gd_op_allowed(const struct gd_profile *profile, enum gd_op_kind kind, int64_t rows,
                         struct gd_error *err)
{
    return gd_op_allowed_by(profile, kinds[kind].right, kind, rows, err);
}

enum gd_rc gd_op_allowed_by(const struct gd_profile *profile, enum gd_right right, enum gd_op_kind kind,
                            int64_t rows, struct gd_error *err)
{
    int64_t cost = gd_op_cost(profile, kind, rows);
    char text[64];
    enum gd_rc rc = gd_role_check(profile, right, err);

    if (rc != GD_OK)
        return rc;
    if (profile->max_rows > 0 && rows > profile->max_rows)
        return gd_fail(err, GD_REFUSED, "split it, or raise max_rows in the profile",
                       "%" PRId64 " rows are more than max_rows = %" PRId64
                       " of profile %s: nothing was sent",
                       rows, profile->max_rows, profile->name);
    if (profile->max_cost > 0 && cost > profile->max_cost) {
        gd_op_cost_text(profile, cost, text, sizeof text);
        return gd_fail(err, GD_REFUSED, "split it, or raise max_cost in the profile",
                       "it may cost %s, more than max_cost of profile %s: nothing was sent", text,
                       profile->name);
    }
    return GD_OK;
}

void gd_op_word(const struct gd_profile *profile, int64_t rows, char *out, size_t room)
{
    if (profile->protect)
        snprintf(out, room, "%s", profile->tenant);
    else if (rows == 1)
        snprintf(out, room, "y");
    else
        snprintf(out, room, "%" PRId64, rows);
}

enum gd_rc gd_op_rc(const struct gd_op_counts *counts, bool no_answer)
{
    int64_t bad = counts->failed + counts->unknown + counts->sent + counts->pending;

    if (bad == 0)
        return GD_OK;
    if (counts->total > 1)
        return GD_PARTIAL;
    return no_answer || counts->failed == 0 ? GD_NO_ANSWER : GD_SERVER;
}

bool gd_op_unanswered(const struct gd_op_row *row)
{
    return row->http_status == 0 || (row->not_applied && row->http_status != 503);
}

/* Statuses after which a write is read: one that failed all the same was changed by someone else meanwhile.
 */
static bool was_settled(int status)
{
    return status < 300 || status == 408 || status == 499 ||
           (status >= 500 && status != 501 && status != 505);
}

bool gd_op_can_retry(const struct gd_op_row *row)
{
    const struct gd_code *code;

    if (row->state != GD_ROW_FAILED || row->again != 0)
        return false;
    if (row->not_applied)
        return true;
    if (row->http_status == 0 && row->code < 0)
        return false;
    code = gd_code_find(row->code, row->http_status);
    return !was_settled(row->http_status != 0 ? row->http_status : code->http) && code->retry;
}

const char *gd_op_advice(const struct gd_op_row *row)
{
    switch (row->state) {
    case GD_ROW_UNKNOWN:
    case GD_ROW_SENT:
        return row->id != NULL ? "resume reads it again, and sends it only where it was surely not applied"
                               : "look for it by its order before creating it again";
    case GD_ROW_FAILED:
        if (row->not_applied)
            return "resume sends it again";
        return row->http_status != 0 ? gd_code_find(row->code, row->http_status)->advice
                                     : "see that the service can be reached, then retry";
    default:
        return NULL;
    }
}

/* Text made safe for any reader, or null. */
static json_t *safe_text(const char *text)
{
    struct gd_buf safe;
    json_t *json;

    if (text == NULL)
        return json_null();
    gd_buf_init(&safe, 65536);
    gd_text_escape(text, strlen(text), &safe);
    json = json_stringn(safe.data, safe.len);
    gd_buf_free(&safe);
    return json;
}

static json_t *number_or_null(int n, int none)
{
    return n != none ? json_integer(n) : json_null();
}

json_t *gd_op_row_json(const struct gd_op_row *row)
{
    return json_pack("{s:o,s:s,s:o,s:o,s:o,s:o,s:i,s:o}", "id", safe_text(row->id), "outcome",
                     gd_row_state_name(row->state), "http_status", number_or_null(row->http_status, 0),
                     "code", number_or_null(row->code, -1), "message", safe_text(row->message), "advice",
                     safe_text(gd_op_advice(row)), "attempts", row->attempts, "request_id",
                     safe_text(row->request_id));
}

json_t *gd_op_json(const struct gd_op *op, json_t *rows)
{
    const struct gd_op_counts *counts = &op->counts;

    return json_pack("{s:I,s:s,s:s,s:{s:I,s:I,s:I,s:I},s:o}", "operation", (json_int_t)op->op, "kind",
                     gd_op_kind_name(op->kind), "state", gd_op_state_name(op->state), "counts", "applied",
                     (json_int_t)counts->applied, "failed", (json_int_t)counts->failed, "unknown",
                     (json_int_t)(counts->unknown + counts->sent), "skipped",
                     (json_int_t)(counts->skipped + counts->pending), "rows", rows);
}
