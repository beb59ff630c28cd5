/* Allocations in the store, or as seeded where they never changed; and what they claim on their VNs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_RECORDS_H
#define SB_RECORDS_H

#include "model.h"
#include "sb.h"

enum sb_found { SB_NONE, SB_FOUND, SB_BROKEN /* the store or memory failed */ };

/* The allocation with this id as the tenant sees it (tenant NULL: any kind and tenant); cleared by the caller
 * whatever comes back. */
enum sb_found sb_find(struct sb *sb, const char *tenant, enum sb_kind kind, const char *id,
                      struct sb_alloc *out);

/* Ends the transaction: commits where good holds and can be kept, else all is as before; says which. */
GD_MUST_USE bool sb_finish(struct sb *sb, bool good);

/* Writes a new one and its claims; seq is filled in. Inside a transaction, as all that follows. */
GD_MUST_USE bool sb_insert(struct sb *sb, struct sb_alloc *alloc);

/* Gives a seeded one its row before it changes; nothing where it has one. */
GD_MUST_USE bool sb_settle(struct sb *sb, struct sb_alloc *alloc);

/* Writes what changed: the row, the claims that came, and those that went. */
GD_MUST_USE bool sb_save(struct sb *sb, const struct sb_alloc *before, const struct sb_alloc *after);

/* Counts applied updates and deletes of one, durably. */
GD_MUST_USE bool sb_bill(struct sb *sb, const struct sb_alloc *alloc, int updates, int deletes);

/* Whether a living allocation of the tenant has this transaction or connection id. */
bool sb_ident_taken(struct sb *sb, const char *tenant, enum sb_kind kind, const char *ident);

/* Whether another allocation holds the value (a PIN; "*" the whole VN) on the VN, or did until cool seconds
 * ago. */
bool sb_claimed(struct sb *sb, const struct sb_alloc *alloc, const char *vn, const char *value, int64_t cool);

/* Whether the number stands on the VN in another living allocation, with a PIN of its side other than pin. */
bool sb_number_elsewhere(struct sb *sb, const struct sb_alloc *alloc, const char *vn, const char *number,
                         const char *pin);

#endif
