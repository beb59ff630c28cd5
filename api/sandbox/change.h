/* Rules that hold for both products when an allocation is made, changed, read or deallocated. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_CHANGE_H
#define SB_CHANGE_H

#include "body.h"
#include "encode.h"
#include "records.h"
#include "request.h"

/* Puts what was sent into the allocation: lists, usage, recording, end. custom is borrowed from the change.
 */
void sb_change_apply(const struct sb_account *account, const struct sb_change *change, int64_t now,
                     struct sb_alloc *alloc);

/* The end of a life that begins now: seconds asked for (0: unsaid, then fallback), capped by the account; 0
 * none. */
int64_t sb_life_end(const struct sb_account *account, int64_t asked, int64_t fallback, int64_t now);

/* Code 14 where one number stands on both sides. */
bool sb_check_sides(const struct sb_alloc *alloc, struct sb_no *no);

/* Finds one, or refuses with code 1 (or 0 where the store failed). The caller clears out in any case. */
bool sb_need(struct sb *sb, const char *tenant, enum sb_kind kind, const char *id, struct sb_alloc *out,
             struct sb_no *no);

/* Refuses a change of what no longer lives: code 22 in party, 409 in flat. */
bool sb_need_alive(const struct sb *sb, const struct sb_alloc *alloc, enum sb_dialect dialect,
                   struct sb_no *no);

/* GET and DELETE are the same for both products. */
bool sb_read_one(struct sb *sb, const struct sb_request *req, enum sb_kind kind, struct sb_reply *reply,
                 struct sb_no *no);
bool sb_delete_one(struct sb *sb, const struct sb_request *req, enum sb_kind kind, struct sb_reply *reply,
                   struct sb_no *no);

/* Code 0. Returns false. */
bool sb_broken(struct sb_no *no);

#endif
