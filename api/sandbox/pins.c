/* PINs of GreenPin allocations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pins.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "records.h"

#define TRIES 64
#define SCAN_MAX                                                                                             \
    100000 /* PINs of five digits are looked through one by one; longer ones never run out here */

static bool free_on_vns(struct sb *sb, const struct sb_account *account, const struct sb_alloc *alloc,
                        int side, const char *pin)
{
    const struct sb_list *vns = &alloc->side[side].vns;
    for (int i = 0; i < vns->count; i++) {
        if (sb_claimed(sb, alloc, vns->item[i], pin, account->cool))
            return false;
    }
    return true;
}

static bool try_pin(struct sb *sb, const struct sb_account *account, struct sb_alloc *alloc, int side,
                    const char *pin)
{
    if (sb_list_has(&alloc->side[1 - side].pins, pin) || !free_on_vns(sb, account, alloc, side, pin))
        return false;
    alloc->side[side].pins.count = 0;
    return sb_list_add(&alloc->side[side].pins, pin);
}

static bool make_pin(struct sb *sb, const struct sb_account *account, int length, struct sb_alloc *alloc,
                     int side, struct sb_no *no)
{
    char pin[SB_ITEM_MAX];
    uint64_t many = 1;
    for (int i = 0; i < length; i++)
        many *= 10;
    for (int i = 0; i < TRIES; i++) {
        snprintf(pin, sizeof pin, "%0*" PRIu64, length, sb_random(many));
        if (try_pin(sb, account, alloc, side, pin))
            return true;
    }
    for (uint64_t i = 0; many <= SCAN_MAX && i < many; i++) {
        snprintf(pin, sizeof pin, "%0*" PRIu64, length, i);
        if (try_pin(sb, account, alloc, side, pin))
            return true;
    }
    return sb_refuse(no, 4, "every PIN of length %d is in use or cooling off", length);
}

/* A PIN that was sent for numbers of which one has another PIN on the same VN. */
static bool check_numbers(struct sb *sb, const struct sb_alloc *alloc, int side, struct sb_no *no)
{
    const struct sb_party *party = &alloc->side[side];
    for (int v = 0; v < party->vns.count; v++) {
        for (int n = 0; n < party->numbers.count; n++) {
            if (sb_number_elsewhere(sb, alloc, party->vns.item[v], party->numbers.item[n],
                                    party->pins.item[0]))
                return sb_refuse(no, 19, "%s on %s", party->numbers.item[n], party->vns.item[v]);
        }
    }
    return true;
}

static bool keep_pin(struct sb *sb, const struct sb_account *account, const struct sb_alloc *alloc, int side,
                     struct sb_no *no)
{
    if (alloc->side[side].pins.count == 0 ||
        free_on_vns(sb, account, alloc, side, alloc->side[side].pins.item[0]))
        return true;
    return sb_refuse(no, 4, "the %c party's PIN is in use or cooling off on one of its VNs", 'A' + side);
}

bool sb_pins_settle(struct sb *sb, const struct sb_account *account, const struct sb_change *change,
                    bool created, struct sb_alloc *alloc, struct sb_no *no)
{
    for (int side = 0; side < 2; side++) {
        const struct sb_side_change *asked = &change->side[side];
        bool due = created ? account->pin_wanted[side] && (side == SB_B || change->dialect != SB_FLAT)
                           : asked->pin_length != 0;
        bool good = true;
        if (asked->pins)
            good = keep_pin(sb, account, alloc, side, no) && check_numbers(sb, alloc, side, no);
        else if (due)
            good =
                make_pin(sb, account, asked->pin_length != 0 ? asked->pin_length : account->pin_length[side],
                         alloc, side, no);
        else if (asked->vns)
            good = keep_pin(sb, account, alloc, side, no);
        if (!good)
            return false;
    }
    return true;
}
