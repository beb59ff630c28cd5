/* GreenVN: create, read, deallocate, other parties, another VN. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "greenvn.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../mem.h"
#include "change.h"

#define FLAT_LIFE 86400 /* seconds, where a flat create names none */

static bool vn_free(struct sb *sb, const struct sb_account *account, const struct sb_alloc *alloc,
                    const char *number)
{
    return !sb_claimed(sb, alloc, number, "*", account->cool);
}

/* The free VN that meets the most wishes; NULL where all are taken. A VN that the allocation has is no other
 * one. */
static const struct sb_vn *best_vn(struct sb *sb, const struct sb_account *account,
                                   const struct sb_alloc *alloc, const struct sb_wish *wish)
{
    const struct sb_vn *best = NULL;
    for (int i = 0; i < sb->pool.count; i++) {
        const struct sb_vn *vn = &sb->pool.vns[i];
        if (best != NULL && sb_wish_met(wish, vn) <= sb_wish_met(wish, best))
            continue;
        if (!sb_list_has(&alloc->side[SB_A].vns, vn->number) && vn_free(sb, account, alloc, vn->number))
            best = vn;
    }
    return best;
}

static void give(struct sb_alloc *alloc, const char *number)
{
    for (int side = 0; side < 2; side++) {
        alloc->side[side].vns.count = 0;
        sb_list_add(&alloc->side[side].vns, number);
    }
}

/* Party: by wishes; strict means all of them. A strict wish for a number that is not the account's is
 * code 20. */
static bool give_wished(struct sb *sb, const struct sb_account *account, const struct sb_change *change,
                        struct sb_alloc *alloc, struct sb_no *no)
{
    const struct sb_wish *wish = &change->wish;
    if (change->strict && wish->number[0] != '\0' && sb_pool_find(&sb->pool, wish->number) == NULL)
        return sb_refuse(no, 20, "%s is no number of this account", wish->number);
    const struct sb_vn *vn = best_vn(sb, account, alloc, wish);
    if (vn == NULL)
        return sb_refuse(no, 4, NULL);
    if (change->strict && sb_wish_met(wish, vn) < sb_wish_count(wish))
        return sb_refuse(no, 4, "no free one meets every preference");
    give(alloc, vn->number);
    return true;
}

/* Flat: the very number of caller_id_number. */
static bool give_named(struct sb *sb, const struct sb_account *account, const char *number,
                       struct sb_alloc *alloc, struct sb_no *no)
{
    if (!vn_free(sb, account, alloc, number))
        return sb_refuse_http(no, 409, "The virtual number %s is in use or cooling off.", number);
    give(alloc, number);
    return true;
}

static bool check_mandatory(const struct sb_change *change, struct sb_no *no)
{
    const struct sb_side_change *a = &change->side[SB_A], *b = &change->side[SB_B];
    bool flat = change->dialect == SB_FLAT;
    if (flat && !a->vns)
        return sb_refuse(no, 3, "caller_id_number");
    if (!flat && change->ident == NULL)
        return sb_refuse(no, 3, "connection_id");
    if (!a->numbers)
        return sb_refuse(no, 3, "%s", flat ? "from" : "aparty_numbers");
    if (!b->numbers)
        return sb_refuse(no, 3, "%s", flat ? "to" : "bparty_numbers");
    if (!flat && !change->usage)
        return sb_refuse(no, 3, "usage");
    return true;
}

static void fill_new(struct sb *sb, const struct sb_request *req, const struct sb_account *account,
                     const struct sb_change *change, struct sb_alloc *out)
{
    char text[37];
    int64_t now = sb_now(sb);
    memset(out, 0, sizeof *out);
    out->kind = SB_VN;
    out->born = change->dialect == SB_FLAT ? SB_FLAT : SB_PARTY;
    snprintf(out->tenant, sizeof out->tenant, "%s", req->tenant);
    out->ident = (char *)change->ident;
    out->created_at = now;
    sb_change_apply(account, change, now, out);
    out->ends_at = sb_life_end(account, change->duration, out->born == SB_FLAT ? FLAT_LIFE : 0, now);
    for (int side = 0; side < 2; side++)
        out->side[side].vns.count = 0;
    if (out->born == SB_FLAT)
        sb_random_text(text, 12, "abcdefghijklmnopqrstuvwxyz0123456789");
    else
        sb_uuid(text);
    snprintf(out->id, sizeof out->id, out->born == SB_FLAT ? "gvn_%s" : "%s", text);
}

static bool insert(struct sb *sb, struct sb_alloc *alloc)
{
    bool good = sb_begin(&sb->store) && sb_insert(sb, alloc) && sb_count(&sb->store, "creates", 1);
    return sb_finish(sb, good);
}

static void answer(struct sb *sb, const struct sb_request *req, const struct sb_change *change,
                   const struct sb_alloc *alloc, enum sb_view view, struct sb_reply *reply)
{
    struct sb_shape shape = {.dialect = sb_spoken(sb, change->dialect, alloc->born),
                             .view = view,
                             .method = req->method,
                             .account = sb_account(sb, req->tenant),
                             .now = sb_now(sb)};
    if (view == SB_VIEW_CREATED && shape.dialect == SB_FLAT)
        reply->status = 201;
    sb_write_answer(&reply->body, &shape, alloc);
}

bool sb_vn_create(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    const struct sb_account *account = sb_account(sb, req->tenant);
    struct sb_change change;
    struct sb_alloc made;
    if (!sb_body_read(account, SB_VN, SB_DO_CREATE, sb->opt.dialect, req->json, &change, no) ||
        !check_mandatory(&change, no))
        return false;
    if (change.ident != NULL && sb_ident_taken(sb, req->tenant, SB_VN, change.ident))
        return sb_refuse(no, 18, NULL);
    fill_new(sb, req, account, &change, &made);
    bool given =
        sb_check_sides(&made, no) &&
        (made.born == SB_FLAT ? give_named(sb, account, change.side[SB_A].party.vns.item[0], &made, no)
                              : give_wished(sb, account, &change, &made, no));
    if (!given)
        return false;
    if (!insert(sb, &made))
        return sb_broken(no);
    answer(sb, req, &change, &made, SB_VIEW_CREATED, reply);
    return true;
}

bool sb_vn_get(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    return sb_read_one(sb, req, SB_VN, reply, no);
}

bool sb_vn_delete(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    return sb_delete_one(sb, req, SB_VN, reply, no);
}

/* Reads the body and finds the allocation, which must live. */
static bool begin_change(struct sb *sb, const struct sb_request *req, enum sb_action action,
                         struct sb_change *change, struct sb_alloc *have, struct sb_no *no)
{
    const struct sb_account *account = sb_account(sb, req->tenant);
    memset(have, 0, sizeof *have);
    memset(change, 0, sizeof *change);
    change->dialect = SB_BOTH;
    if (req->json != NULL && !sb_body_read(account, SB_VN, action, sb->opt.dialect, req->json, change, no))
        return false;
    return sb_need(sb, req->tenant, SB_VN, req->id, have, no) &&
           sb_need_alive(sb, have, sb_spoken(sb, change->dialect, have->born), no);
}

/* Writes the change and counts it; a refusal is counted as sent too. */
static bool end_change(struct sb *sb, const struct sb_alloc *have, const struct sb_alloc *now,
                       const char *counter, bool good, struct sb_no *no)
{
    bool kept = sb_begin(&sb->store) && sb_count(&sb->store, "update_rows_sent", 1);
    if (good)
        kept = kept && sb_save(sb, have, now) && sb_bill(sb, now, 1, 0) && sb_count(&sb->store, counter, 1);
    return sb_finish(sb, kept) ? good : sb_broken(no);
}

bool sb_vn_parties(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    struct sb_change change;
    struct sb_alloc have, now;
    bool good = begin_change(sb, req, SB_DO_PARTIES, &change, &have, no);
    if (good && !change.side[SB_A].numbers && !change.side[SB_B].numbers)
        good = sb_refuse(no, 3, "one list of numbers at the least");
    now = have;
    if (good) {
        sb_change_apply(sb_account(sb, req->tenant), &change, sb_now(sb), &now);
        good = sb_check_sides(&now, no);
    }
    good = end_change(sb, &have, &now, "party_changes", good, no);
    if (good)
        answer(sb, req, &change, &now, SB_VIEW_UPDATED, reply);
    sb_alloc_clear(&have);
    return good;
}

bool sb_vn_number(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    const struct sb_account *account = sb_account(sb, req->tenant);
    struct sb_change change;
    struct sb_alloc have, now;
    bool good = begin_change(sb, req, SB_DO_NUMBER, &change, &have, no);
    now = have;
    if (good && change.side[SB_A].vns)
        good = give_named(sb, account, change.side[SB_A].party.vns.item[0], &now, no);
    else if (good)
        good = give_wished(sb, account, &change, &now, no);
    good = end_change(sb, &have, &now, "vn_changes", good, no);
    if (good)
        answer(sb, req, &change, &now, SB_VIEW_NUMBER, reply);
    sb_alloc_clear(&have);
    return good;
}

static bool seed_one(struct sb *sb, int64_t i)
{
    struct sb_alloc alloc = {
        .kind = SB_VN, .created_at = sb_now(sb) - 600 * i, .ends_at = sb_now(sb) + 86400 * i};
    char text[40];
    snprintf(alloc.id, sizeof alloc.id, "gvn-%06" PRId64, i);
    snprintf(text, sizeof text, "CONN-%" PRId64, 1000 + i);
    alloc.ident = text;
    alloc.oneway = i % 5 == 3;
    alloc.born = sb->seed.born;
    alloc.calls = i % 4;
    for (int side = 0; side < 2; side++) {
        char number[SB_ITEM_MAX];
        snprintf(number, sizeof number, "+91%d%09" PRId64, 8 + side, 176000000 + i * 7919 % 1000000);
        sb_list_add(&alloc.side[side].numbers, number);
    }
    give(&alloc, sb->pool.vns[sb->pool.count - i].number);
    return sb_insert(sb, &alloc);
}

enum gd_rc sb_greenvn_seed(struct sb *sb, int64_t count, struct gd_error *err)
{
    if (count >= sb->pool.count)
        return gd_fail(err, GD_INPUT, "give a larger --vn-pool",
                       "--seed-vn %" PRId64 " is more than the pool of %d", count, sb->pool.count);
    bool good = sb_begin(&sb->store);
    for (int64_t i = 1; good && i <= count; i++) {
        struct sb_alloc there;
        char id[SB_ID_MAX];
        snprintf(id, sizeof id, "gvn-%06" PRId64, i);
        enum sb_found found = sb_find(sb, NULL, SB_VN, id, &there);
        good = found == SB_FOUND || (found == SB_NONE && seed_one(sb, i));
        sb_alloc_clear(&there);
    }
    return sb_finish(sb, good) ? GD_OK : gd_fail(err, GD_IO, NULL, "the GreenVN seeds cannot be stored");
}
