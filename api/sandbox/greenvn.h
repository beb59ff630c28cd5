/* GreenVN: what others need of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_GREENVN_H
#define SB_GREENVN_H

#include <stdint.h>

#include "../error.h"

struct sb;

/* Makes allocations gvn-000001 to count of any tenant, those that are there left alone. */
GD_MUST_USE enum gd_rc sb_greenvn_seed(struct sb *sb, int64_t count, struct gd_error *err);

#endif
