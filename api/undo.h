/* Undo: what would put back the rows of an operation. Nothing is sent here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_UNDO_H
#define GD_UNDO_H

#include "changeset.h"

/* What a deallocated row wants to be created again, by what was kept of it: every field that the dialect's
 * create can carry, the PINs where they can be chosen, and the life that was left. GD_INPUT says why it
 * cannot be. The caller clears want. */
GD_MUST_USE enum gd_rc gd_undo_create(const struct gd_op_row *row, enum gd_dialect dialect, int64_t now,
                                      struct gd_alloc *want, struct gd_error *err);

/* The inverse of an updated row, to be staged: the values from before, over what the ledger says now; base is
 * what the operation made of them, so that a later change by someone else is a conflict. *lost: fields whose
 * value from before is not known or cannot be sent (an empty list). *nothing: none is left. The caller clears
 * out. */
GD_MUST_USE enum gd_rc gd_undo_update(struct gd_ledger *ledger, const struct gd_op_row *row, int64_t now,
                                      struct gd_staged *out, int *lost, bool *nothing, struct gd_error *err);

#endif
