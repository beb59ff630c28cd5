/* PINs of GreenPin allocations: made, and checked against the others on their VNs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_PINS_H
#define SB_PINS_H

#include "account.h"
#include "body.h"
#include "sb.h"

/* Gives each side the PIN that it is to have: the one sent, or where one is due a new one of the right length
 * that nobody else has on its VNs. Code 4 where the one sent is taken or cooling off, or none is left; code
 * 19 where one of the numbers has another PIN on the VN already. */
bool sb_pins_settle(struct sb *sb, const struct sb_account *account, const struct sb_change *change,
                    bool created, struct sb_alloc *alloc, struct sb_no *no);

#endif
