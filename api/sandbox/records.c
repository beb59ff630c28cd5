/* Allocations in the store: rows to and from the model, seeded ones given a row when they first change. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "records.h"

#include <stdio.h>
#include <string.h>

#include "../mem.h"

static const char *column_text(sqlite3_stmt *stmt, int at)
{
    return (const char *)sqlite3_column_text(stmt, at);
}

static bool column_dup(sqlite3_stmt *stmt, int at, char **out)
{
    const char *text = column_text(stmt, at);
    *out = text != NULL ? gd_strdup(text) : NULL;
    return text == NULL || *out != NULL;
}

static void column_copy(sqlite3_stmt *stmt, int at, char *out, size_t room)
{
    const char *text = column_text(stmt, at);
    snprintf(out, room, "%s", text != NULL ? text : "");
}

/* In the order of SB_COLUMNS. */
static enum sb_found read_row(sqlite3_stmt *stmt, struct sb_alloc *out)
{
    memset(out, 0, sizeof *out);
    out->stored = true;
    out->seq = sqlite3_column_int64(stmt, 0);
    column_copy(stmt, 1, out->id, sizeof out->id);
    column_copy(stmt, 2, out->tenant, sizeof out->tenant);
    out->kind = (enum sb_kind)sqlite3_column_int(stmt, 3);
    out->born = (enum sb_dialect)sqlite3_column_int(stmt, 4);
    bool good = column_dup(stmt, 5, &out->ident) && column_dup(stmt, 6, &out->custom);
    for (int side = 0; side < 2; side++) {
        sb_list_split(&out->side[side].numbers, column_text(stmt, 7 + side * 3));
        sb_list_split(&out->side[side].vns, column_text(stmt, 8 + side * 3));
        sb_list_split(&out->side[side].pins, column_text(stmt, 9 + side * 3));
    }
    out->oneway = sqlite3_column_int(stmt, 13) != 0;
    out->record = sqlite3_column_int(stmt, 14) != 0;
    out->attempts = sqlite3_column_int(stmt, 15);
    out->calls = sqlite3_column_int64(stmt, 16);
    out->created_at = sqlite3_column_int64(stmt, 17);
    out->ends_at = sqlite3_column_int64(stmt, 18);
    out->deleted_at = sqlite3_column_int64(stmt, 19);
    return good ? SB_FOUND : SB_BROKEN;
}

static enum sb_found read_one(sqlite3_stmt *stmt, struct sb_alloc *out)
{
    if (stmt == NULL)
        return SB_BROKEN;
    int rc = sqlite3_step(stmt);
    enum sb_found found = rc == SQLITE_ROW ? read_row(stmt, out) : rc == SQLITE_DONE ? SB_NONE : SB_BROKEN;
    sb_sql_done(stmt);
    return found;
}

/* Row i as it is by now: seeded still, or changed. */
static enum sb_found find_seq(struct sb *sb, int64_t seq, struct sb_alloc *out)
{
    memset(out, 0, sizeof *out);
    if (seq <= sb->seed.count && !sb_seed_touched(&sb->seed, seq))
        return sb_seed_make(&sb->seed, seq, out) ? SB_FOUND : SB_BROKEN;
    return read_one(sb_sql(&sb->store, SB_SQL_FIND_SEQ, "i", seq), out);
}

enum sb_found sb_find(struct sb *sb, const char *tenant, enum sb_kind kind, const char *id,
                      struct sb_alloc *out)
{
    memset(out, 0, sizeof *out);
    int64_t i = kind == SB_PIN || tenant == NULL ? sb_seed_by_id(&sb->seed, id) : 0;
    if (i != 0)
        return find_seq(sb, i, out);
    if (tenant == NULL)
        return read_one(sb_sql(&sb->store, SB_SQL_FIND_ANY, "t", id), out);
    return read_one(sb_sql(&sb->store, SB_SQL_FIND, "tit", id, (int64_t)kind, tenant), out);
}

/* Whether the allocation claims the value on the VN: a side's PINs and numbers, or "*" for a VN of its own.
 */
static bool claims(const struct sb_alloc *alloc, const char *vn, const char *value)
{
    for (int side = 0; side < 2; side++) {
        const struct sb_party *party = &alloc->side[side];
        if (sb_list_has(&party->vns, vn) &&
            (alloc->kind == SB_VN ? strcmp(value, "*") == 0
                                  : sb_list_has(&party->pins, value) || sb_list_has(&party->numbers, value)))
            return true;
    }
    return false;
}

/* Claims the value, or frees it where at is the time of that; left alone where other has it too. */
static bool move_claim(struct sb *sb, const struct sb_alloc *alloc, const struct sb_alloc *other, int64_t at,
                       const char *vn, const char *value)
{
    if (*value == '\0' || (other != NULL && claims(other, vn, value)))
        return true;
    if (at != 0)
        return sb_run(&sb->store, SB_SQL_UNCLAIM, "itti", at, vn, value, alloc->seq);
    return sb_run(&sb->store, SB_SQL_CLAIM, "tti", vn, value, alloc->seq);
}

static bool move_list(struct sb *sb, const struct sb_alloc *alloc, const struct sb_alloc *other, int64_t at,
                      const char *vn, const struct sb_list *values)
{
    for (int i = 0; i < values->count; i++) {
        if (!move_claim(sb, alloc, other, at, vn, values->item[i]))
            return false;
    }
    return true;
}

/* Moves all claims of the allocation that other (NULL: nobody) does not have. */
static bool move_claims(struct sb *sb, const struct sb_alloc *alloc, const struct sb_alloc *other, int64_t at)
{
    if (alloc->kind == SB_VN)
        return move_claim(sb, alloc, other, at, alloc->side[SB_A].vns.item[0], "*");
    for (int side = 0; side < 2; side++) {
        const struct sb_party *party = &alloc->side[side];
        for (int i = 0; i < party->vns.count; i++) {
            if (!move_list(sb, alloc, other, at, party->vns.item[i], &party->pins) ||
                !move_list(sb, alloc, other, at, party->vns.item[i], &party->numbers))
                return false;
        }
    }
    return true;
}

struct joined {
    char numbers[2][SB_JOINED_MAX], vns[2][SB_JOINED_MAX], pins[2][SB_JOINED_MAX];
};

static void join_all(const struct sb_alloc *alloc, struct joined *to)
{
    for (int side = 0; side < 2; side++) {
        sb_list_join(&alloc->side[side].numbers, to->numbers[side]);
        sb_list_join(&alloc->side[side].vns, to->vns[side]);
        sb_list_join(&alloc->side[side].pins, to->pins[side]);
    }
}

static bool insert_row(struct sb *sb, const struct sb_alloc *alloc)
{
    struct joined j;
    join_all(alloc, &j);
    return sb_run(&sb->store, SB_SQL_INSERT, "ittiittttttttiiiiiii", alloc->seq, alloc->id, alloc->tenant,
                  (int64_t)alloc->kind, (int64_t)alloc->born, alloc->ident, alloc->custom, j.numbers[0],
                  j.vns[0], j.pins[0], j.numbers[1], j.vns[1], j.pins[1], (int64_t)alloc->oneway,
                  (int64_t)alloc->record, (int64_t)alloc->attempts, alloc->calls, alloc->created_at,
                  alloc->ends_at, alloc->deleted_at) &&
           move_claims(sb, alloc, NULL, 0);
}

bool sb_finish(struct sb *sb, bool good)
{
    if (sb_end(&sb->store, good))
        return true;
    sb_seed_reload(&sb->seed, &sb->store);
    return false;
}

bool sb_insert(struct sb *sb, struct sb_alloc *alloc)
{
    alloc->seq = sb->next_seq++;
    alloc->stored = true;
    return insert_row(sb, alloc);
}

/* The mark is set before the transaction ends; sb_finish takes it back should that fail. */
bool sb_settle(struct sb *sb, struct sb_alloc *alloc)
{
    if (alloc->stored)
        return true;
    if (!insert_row(sb, alloc))
        return false;
    alloc->stored = true;
    sb_seed_touch(&sb->seed, alloc->seq);
    return true;
}

bool sb_save(struct sb *sb, const struct sb_alloc *before, const struct sb_alloc *after)
{
    struct joined j;
    join_all(after, &j);
    return sb_run(&sb->store, SB_SQL_CHANGE, "ttttttttiiiiii", after->ident, after->custom, j.numbers[0],
                  j.vns[0], j.pins[0], j.numbers[1], j.vns[1], j.pins[1], (int64_t)after->oneway,
                  (int64_t)after->record, (int64_t)after->attempts, after->ends_at, after->deleted_at,
                  after->seq) &&
           move_claims(sb, before, after, sb_now(sb)) && move_claims(sb, after, before, 0);
}

bool sb_bill(struct sb *sb, const struct sb_alloc *alloc, int updates, int deletes)
{
    return sb_run(&sb->store, SB_SQL_BILL, "iii", (int64_t)updates, (int64_t)deletes, alloc->seq) &&
           sb_count(&sb->store, "updates", updates) && sb_count(&sb->store, "deletes", deletes);
}

static bool any_row(sqlite3_stmt *stmt)
{
    bool any = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW;
    sb_sql_done(stmt);
    return any;
}

bool sb_ident_taken(struct sb *sb, const char *tenant, enum sb_kind kind, const char *ident)
{
    int64_t i = kind == SB_PIN ? sb_seed_by_order(&sb->seed, ident) : 0;
    if (i != 0 && !sb_seed_touched(&sb->seed, i)) {
        struct sb_alloc seeded;
        bool alive = sb_seed_make(&sb->seed, i, &seeded) && sb_alloc_alive(&seeded, sb_now(sb));
        sb_alloc_clear(&seeded);
        if (alive)
            return true;
    }
    return any_row(sb_sql(&sb->store, SB_SQL_IDENT, "ttii", ident, tenant, (int64_t)kind, sb_now(sb)));
}

static bool has_pin(const struct sb_alloc *alloc, const char *vn, const char *pin)
{
    for (int side = 0; side < 2; side++) {
        if (sb_list_has(&alloc->side[side].vns, vn) && sb_list_has(&alloc->side[side].pins, pin))
            return true;
    }
    return false;
}

/* A seeded row that never changed can only have been freed by its end. */
static bool seed_claims(struct sb *sb, const struct sb_alloc *alloc, const char *vn, const char *pin,
                        int64_t cool)
{
    int64_t i = sb_seed_by_pin(&sb->seed, vn, pin);
    if (i == 0 || i == alloc->seq || sb_seed_touched(&sb->seed, i))
        return false;
    struct sb_alloc seeded;
    bool claims = sb_seed_make(&sb->seed, i, &seeded) && has_pin(&seeded, vn, pin) &&
                  seeded.ends_at + cool > sb_now(sb);
    sb_alloc_clear(&seeded);
    return claims;
}

bool sb_claimed(struct sb *sb, const struct sb_alloc *alloc, const char *vn, const char *value, int64_t cool)
{
    return seed_claims(sb, alloc, vn, value, cool) ||
           any_row(sb_sql(&sb->store, SB_SQL_CLAIMED, "ttitii", vn, value, alloc->seq, alloc->tenant, cool,
                          sb_now(sb)));
}

/* Whether the one at seq has the number on the VN, on a side whose PIN is another. */
static bool other_pin(struct sb *sb, const struct sb_alloc *alloc, int64_t seq, const char *vn,
                      const char *number, const char *pin)
{
    if (seq == alloc->seq)
        return false;
    struct sb_alloc other;
    bool found = false;
    if (find_seq(sb, seq, &other) == SB_FOUND && sb_alloc_alive(&other, sb_now(sb))) {
        for (int side = 0; side < 2; side++) {
            const struct sb_party *party = &other.side[side];
            found = found || (sb_list_has(&party->vns, vn) && sb_list_has(&party->numbers, number) &&
                              party->pins.count > 0 && !sb_list_has(&party->pins, pin));
        }
    }
    sb_alloc_clear(&other);
    return found;
}

bool sb_number_elsewhere(struct sb *sb, const struct sb_alloc *alloc, const char *vn, const char *number,
                         const char *pin)
{
    int64_t i;
    for (int64_t nth = 0; (i = sb_seed_by_number(&sb->seed, number, nth)) != 0; nth++) {
        if (!sb_seed_touched(&sb->seed, i) && other_pin(sb, alloc, i, vn, number, pin))
            return true;
    }
    bool found = false;
    sqlite3_stmt *stmt = sb_sql(&sb->store, SB_SQL_CLAIMANTS, "ttti", vn, number, alloc->tenant, sb_now(sb));
    while (!found && stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
        found = other_pin(sb, alloc, sqlite3_column_int64(stmt, 0), vn, number, pin);
    sb_sql_done(stmt);
    return found;
}
