/* Rules of both products: what a change does to an allocation, what may still be done to it, reading,
 * deallocating. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "change.h"

#include <string.h>

bool sb_broken(struct sb_no *no)
{
    return sb_refuse(no, 0, "the sandbox's store failed");
}

int64_t sb_life_end(const struct sb_account *account, int64_t asked, int64_t fallback, int64_t now)
{
    int64_t life = asked > 0 ? asked : fallback;
    if (account->max_life >= 0 && (life <= 0 || life > account->max_life))
        life = account->max_life;
    return life > 0 ? now + life : 0;
}

void sb_change_apply(const struct sb_account *account, const struct sb_change *change, int64_t now,
                     struct sb_alloc *alloc)
{
    for (int side = 0; side < 2; side++) {
        const struct sb_side_change *from = &change->side[side];
        if (from->numbers)
            alloc->side[side].numbers = from->party.numbers;
        if (from->vns)
            alloc->side[side].vns = from->party.vns;
        if (from->pins)
            alloc->side[side].pins = from->party.pins;
    }
    if (change->usage)
        alloc->oneway = change->oneway;
    if (change->recording)
        alloc->record = change->record;
    if (change->attempts != 0)
        alloc->attempts = change->attempts;
    if (change->custom != NULL)
        alloc->custom = (char *)change->custom;
    if (change->duration != 0)
        alloc->ends_at = sb_life_end(account, change->duration, 0, now);
}

bool sb_check_sides(const struct sb_alloc *alloc, struct sb_no *no)
{
    for (int i = 0; i < alloc->side[SB_A].numbers.count; i++) {
        if (sb_list_has(&alloc->side[SB_B].numbers, alloc->side[SB_A].numbers.item[i]))
            return sb_refuse(no, 14, NULL);
    }
    return true;
}

bool sb_need(struct sb *sb, const char *tenant, enum sb_kind kind, const char *id, struct sb_alloc *out,
             struct sb_no *no)
{
    enum sb_found found = sb_find(sb, tenant, kind, id, out);
    if (found == SB_BROKEN)
        return sb_broken(no);
    return found == SB_FOUND || sb_refuse(no, 1, NULL);
}

bool sb_need_alive(const struct sb *sb, const struct sb_alloc *alloc, enum sb_dialect dialect,
                   struct sb_no *no)
{
    if (sb_alloc_alive(alloc, sb_now(sb)))
        return true;
    const char *how = alloc->deleted_at != 0 ? "deleted" : "expired";
    if (dialect == SB_FLAT)
        return sb_refuse_http(no, 409, "The allocation is %s.", how);
    return sb_refuse(no, 22, alloc->deleted_at != 0 ? NULL : "it was deallocated by its policy");
}

static void answer(struct sb *sb, const struct sb_request *req, const struct sb_alloc *alloc,
                   enum sb_view view, struct sb_reply *reply)
{
    struct sb_shape shape = {.dialect = sb_spoken(sb, SB_BOTH, alloc->born),
                             .view = view,
                             .method = req->method,
                             .account = sb_account(sb, req->tenant),
                             .now = sb_now(sb)};
    sb_write_answer(&reply->body, &shape, alloc);
}

static bool still_told(const struct sb *sb, const struct sb_alloc *alloc, struct sb_no *no)
{
    if (sb->opt.gone == SB_GONE_VAULT || sb_alloc_alive(alloc, sb_now(sb)))
        return true;
    return sb_refuse(no, sb->opt.gone == SB_GONE_404 ? 1 : 22, NULL);
}

bool sb_read_one(struct sb *sb, const struct sb_request *req, enum sb_kind kind, struct sb_reply *reply,
                 struct sb_no *no)
{
    struct sb_alloc alloc;
    sb->history.counts.gets++;
    bool good = sb_need(sb, req->tenant, kind, req->id, &alloc, no) && still_told(sb, &alloc, no);
    if (good)
        answer(sb, req, &alloc, SB_VIEW_READ, reply);
    sb_alloc_clear(&alloc);
    return good;
}

static bool delete_row(struct sb *sb, struct sb_alloc *alloc)
{
    bool good = sb_begin(&sb->store) && sb_settle(sb, alloc);
    alloc->deleted_at = sb_now(sb);
    return sb_finish(sb, good && sb_save(sb, alloc, alloc) && sb_bill(sb, alloc, 0, 1));
}

bool sb_delete_one(struct sb *sb, const struct sb_request *req, enum sb_kind kind, struct sb_reply *reply,
                   struct sb_no *no)
{
    struct sb_alloc alloc;
    bool good = sb_need(sb, req->tenant, kind, req->id, &alloc, no) &&
                sb_need_alive(sb, &alloc, sb_spoken(sb, SB_BOTH, alloc.born), no) &&
                (delete_row(sb, &alloc) || sb_broken(no));
    if (good)
        answer(sb, req, &alloc, SB_VIEW_DELETED, reply);
    sb_alloc_clear(&alloc);
    return good;
}
