/* Seeded allocations: row i is computed from i, so a million costs neither time nor memory until one is
 * changed. Every value can be traced back to its row, so that duplicates are found among them too. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_SEED_H
#define SB_SEED_H

#include <stdbool.h>
#include <stdint.h>

#include "../error.h"
#include "model.h"
#include "store.h"

struct sb_seed {
    int64_t count;
    uint64_t value;       /* other values make other seeds */
    int64_t base;         /* seconds since 1970 that the lives are counted from */
    enum sb_dialect born; /* the dialect that they pass for being created in */
    int pin_length;
    unsigned char *touched; /* one bit per row that stands in the store by now */
};

/* Begins with count rows, or goes on with those of the store (another count or value than its own is
 * GD_INPUT). */
GD_MUST_USE enum gd_rc sb_seed_open(struct sb_seed *seed, struct sb_store *store, int64_t count,
                                    int64_t value, int64_t now, enum sb_dialect born, struct gd_error *err);
void sb_seed_close(struct sb_seed *seed);

/* Row i (1 to count) as it was seeded; false where memory ran out. */
GD_MUST_USE bool sb_seed_make(const struct sb_seed *seed, int64_t i, struct sb_alloc *out);

/* Whether the row has been moved to the store; mark it so. */
bool sb_seed_touched(const struct sb_seed *seed, int64_t i);
void sb_seed_touch(struct sb_seed *seed, int64_t i);

/* Marks anew by what the store holds: after a transaction that did not come to its end. */
void sb_seed_reload(struct sb_seed *seed, struct sb_store *store);

/* The row with this id, or this order; 0 none. */
int64_t sb_seed_by_id(const struct sb_seed *seed, const char *id);
int64_t sb_seed_by_order(const struct sb_seed *seed, const char *order);

/* The row that may have this PIN on this VN; 0 none. The caller looks whether it has. */
int64_t sb_seed_by_pin(const struct sb_seed *seed, const char *vn, const char *pin);

/* The nth row (from 0) that may have this number; 0 ends it. The caller looks whether it has. */
int64_t sb_seed_by_number(const struct sb_seed *seed, const char *number, int64_t nth);

/* Writes the id of row i. */
void sb_seed_id(int64_t i, char out[SB_ID_MAX]);

#endif
