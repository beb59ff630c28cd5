/* The virtual numbers that GreenVN allocations are given from. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_POOL_H
#define SB_POOL_H

#include <stdbool.h>

#include "../error.h"
#include "model.h"

struct sb_vn {
    char number[SB_ITEM_MAX];
    char region[3];
    bool mobile;
};

struct sb_pool {
    struct sb_vn *vns;
    int count;
};

/* What a client would like; "" or 0 is no wish. */
struct sb_wish {
    char number[SB_ITEM_MAX];
    char region[3];
    char type; /* 'm' mobile, 'l' landline */
};

GD_MUST_USE enum gd_rc sb_pool_open(struct sb_pool *pool, int count, struct gd_error *err);
void sb_pool_close(struct sb_pool *pool);

/* The row of a number; NULL where the account does not own it. */
const struct sb_vn *sb_pool_find(const struct sb_pool *pool, const char *number);

/* How many of the wishes the VN meets, and how many there are. */
int sb_wish_met(const struct sb_wish *wish, const struct sb_vn *vn);
int sb_wish_count(const struct sb_wish *wish);

/* Whether the region is one that the service knows. */
bool sb_region_known(const char *region);

#endif
