/* GreenPin: create, read, update, deallocate. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "greenpin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../when.h"
#include "change.h"
#include "pins.h"

#define FLAT_LIFE 86400 /* seconds, where a flat create names none */
#define FLAT_ATTEMPTS 3

static bool check_mandatory(const struct sb_change *change, struct sb_no *no)
{
    const struct sb_side_change *a = &change->side[SB_A], *b = &change->side[SB_B];
    if (change->dialect == SB_FLAT) {
        if (!a->vns || !a->numbers)
            return sb_refuse(no, 3, "%s", a->vns ? "from" : "caller_id_number");
        return true;
    }
    if (change->ident == NULL)
        return sb_refuse(no, 3, "transaction_id");
    if (!a->numbers && !b->numbers)
        return sb_refuse(no, 3, "a.numbers or b.numbers");
    if (!a->vns && !b->vns)
        return sb_refuse(no, 3, "a.vns or b.vns");
    return true;
}

static void name_new(struct sb_alloc *alloc)
{
    char text[37];
    if (alloc->born == SB_FLAT) {
        sb_random_text(text, 12, "abcdefghijklmnopqrstuvwxyz0123456789");
        snprintf(alloc->id, sizeof alloc->id, "gp_%s", text);
        return;
    }
    sb_uuid(text);
    snprintf(alloc->id, sizeof alloc->id, "%s", text);
}

static void fill_new(struct sb *sb, const struct sb_request *req, const struct sb_account *account,
                     const struct sb_change *change, struct sb_alloc *out)
{
    int64_t now = sb_now(sb);
    memset(out, 0, sizeof *out);
    out->kind = SB_PIN;
    out->born = change->dialect == SB_FLAT ? SB_FLAT : SB_PARTY;
    snprintf(out->tenant, sizeof out->tenant, "%s", req->tenant);
    name_new(out);
    out->ident = (char *)change->ident;
    out->attempts = FLAT_ATTEMPTS;
    out->created_at = now;
    sb_change_apply(account, change, now, out);
    out->ends_at = sb_life_end(account, change->duration, out->born == SB_FLAT ? FLAT_LIFE : 0, now);
    for (int side = 0; side < 2; side++) {
        if (out->side[side].vns.count == 0)
            out->side[side].vns = out->side[1 - side].vns;
    }
}

static bool insert(struct sb *sb, struct sb_alloc *alloc)
{
    bool good = sb_begin(&sb->store) && sb_insert(sb, alloc) && sb_count(&sb->store, "creates", 1);
    return sb_finish(sb, good);
}

bool sb_pin_create(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    const struct sb_account *account = sb_account(sb, req->tenant);
    struct sb_change change;
    struct sb_alloc made;
    if (!sb_body_read(account, SB_PIN, SB_DO_CREATE, sb->opt.dialect, req->json, &change, no) ||
        !check_mandatory(&change, no))
        return false;
    if (change.ident != NULL && sb_ident_taken(sb, req->tenant, SB_PIN, change.ident))
        return sb_refuse(no, 18, NULL);
    fill_new(sb, req, account, &change, &made);
    if (!sb_check_sides(&made, no) || !sb_pins_settle(sb, account, &change, true, &made, no))
        return false;
    if (!insert(sb, &made))
        return sb_broken(no);
    struct sb_shape shape = {.dialect = sb_spoken(sb, change.dialect, made.born),
                             .view = SB_VIEW_CREATED,
                             .method = req->method,
                             .account = account,
                             .now = sb_now(sb),
                             .text = {change.side[SB_A].as_text, change.side[SB_B].as_text}};
    reply->status = shape.dialect == SB_FLAT ? 201 : 200;
    sb_write_answer(&reply->body, &shape, &made);
    return true;
}

bool sb_pin_get(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    return sb_read_one(sb, req, SB_PIN, reply, no);
}

bool sb_pin_delete(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    return sb_delete_one(sb, req, SB_PIN, reply, no);
}

void sb_update_clear(struct sb_update *update)
{
    sb_alloc_clear(&update->have);
    memset(update, 0, sizeof *update);
}

/* A row may repeat the transaction_id: it must be the allocation's own. */
static bool check_ident(const struct sb_change *change, const struct sb_alloc *alloc, struct sb_no *no)
{
    if (change->ident == NULL || (alloc->ident != NULL && strcmp(change->ident, alloc->ident) == 0))
        return true;
    return sb_refuse(no, 20, "the transaction_id is not that of %.60s", alloc->id);
}

static bool write_change(struct sb *sb, struct sb_update *update)
{
    update->now.stored = true;
    return sb_settle(sb, &update->have) && sb_save(sb, &update->have, &update->now) &&
           sb_bill(sb, &update->now, 1, 0);
}

bool sb_pin_apply(struct sb *sb, const struct sb_request *req, enum sb_action action, const char *id,
                  const json_t *body, struct sb_update *out, struct sb_no *no)
{
    const struct sb_account *account = sb_account(sb, req->tenant);
    memset(out, 0, sizeof *out);
    if (!sb_body_read(account, SB_PIN, action, sb->opt.dialect, body, &out->change, no))
        return false;
    if (id == NULL && (id = out->change.id) == NULL)
        return sb_refuse(no, 3, "greenpin_id");
    if (json_object_size(body) <= (size_t)(out->change.id != NULL) + (size_t)(out->change.ident != NULL))
        return sb_refuse(no, 3, "at least one field to change");
    if (!sb_need(sb, req->tenant, SB_PIN, id, &out->have, no) || !check_ident(&out->change, &out->have, no) ||
        !sb_need_alive(sb, &out->have, sb_spoken(sb, out->change.dialect, out->have.born), no))
        return false;
    out->now = out->have;
    sb_change_apply(account, &out->change, sb_now(sb), &out->now);
    if (!sb_check_sides(&out->now, no) || !sb_pins_settle(sb, account, &out->change, false, &out->now, no))
        return false;
    return write_change(sb, out) || sb_broken(no);
}

bool sb_pin_update(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    struct sb_update update;
    bool counted = sb_begin(&sb->store) && sb_count(&sb->store, "update_rows_sent", 1);
    bool good = sb_pin_apply(sb, req, SB_DO_UPDATE, req->id, req->json, &update, no);
    bool kept = sb_finish(sb, counted && no->http != 500);
    if (good && !kept)
        good = sb_broken(no);
    if (good) {
        struct sb_shape shape = {.dialect = sb_spoken(sb, update.change.dialect, update.now.born),
                                 .view = SB_VIEW_UPDATED,
                                 .method = req->method,
                                 .account = sb_account(sb, req->tenant),
                                 .now = sb_now(sb)};
        sb_write_answer(&reply->body, &shape, &update.now);
    }
    sb_update_clear(&update);
    return good;
}

static bool read_date(const char *query, const char *key, int64_t *out)
{
    char text[64];
    struct gd_error err = {0};
    return !sb_query_get(query, key, text, sizeof text) ||
           gd_when_parse(text, GD_ZONE_IST, out, &err) == GD_OK;
}

/* Nothing lists allocations; the filters of the search that the codes hint at are all refused, each as it
 * deserves. */
bool sb_pin_search(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    (void)sb;
    int64_t start = 0, end = INT64_MAX;
    char text[64];
    const char *query = req->query != NULL ? req->query : "";
    bool dates = sb_query_get(query, "start_date", text, sizeof text) ||
                 sb_query_get(query, "end_date", text, sizeof text);
    if (*query != '\0' && !dates)
        return sb_refuse(no, 2, NULL);
    if (!read_date(query, "start_date", &start) || !read_date(query, "end_date", &end) || start > end)
        return sb_refuse(no, 23, NULL);
    reply->allow = "POST, PUT";
    return sb_refuse_http(no, 405, "Method Not Allowed");
}
