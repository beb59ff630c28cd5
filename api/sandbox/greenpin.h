/* GreenPin: one update, as a request of its own and as a row of a bulk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_GREENPIN_H
#define SB_GREENPIN_H

#include "body.h"
#include "request.h"

/* Reads what is asked (action: update or row), applies it inside the open transaction, and leaves the
 * allocation as it is then in out, which the caller clears with sb_update_clear. id is NULL for a row, which
 * names its own. */
struct sb_update {
    struct sb_change change;
    struct sb_alloc have; /* as it was; owns the texts */
    struct sb_alloc now;  /* as it is; borrows them */
};
bool sb_pin_apply(struct sb *sb, const struct sb_request *req, enum sb_action action, const char *id,
                  const json_t *body, struct sb_update *out, struct sb_no *no);
void sb_update_clear(struct sb_update *update);

#endif
