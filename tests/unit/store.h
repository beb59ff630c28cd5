/* Ledgers for tests: a folder of their own, allocations from short texts or from a seed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_STORE_H
#define TESTS_STORE_H

#include "../../api/ledger.h"

#define STORE_NOW 1790000000 /* the moment at which these tests stand, seconds */

/* A folder that is removed with all in it when the program ends. */
const char *store_folder(void);

/* path inside it; four can be in use at once. */
const char *store_path(const char *name);

/* Opens, or bails out. The clock is set to STORE_NOW. */
struct gd_ledger *store_open(const char *name, const char *tenant);

/* An allocation from "key=value;key=value": field keys, and state, ends, read, kind. The caller clears it. */
struct gd_alloc store_alloc(const char *text);

/* The same put into the ledger; its row. Bails out on failure. */
int64_t store_put(struct gd_ledger *ledger, const char *text);

/* Numbers from a seed: the same everywhere. */
struct store_random {
    uint64_t state;
};
uint32_t store_random(struct store_random *random, uint32_t below);

/* A random allocation with this id: values from small alphabets, so that filters find some, with absent,
 * empty, long and hostile ones among them. The caller clears it. */
struct gd_alloc store_random_alloc(struct store_random *random, const char *id);

/* A random filter that can be read, in text. */
void store_random_filter(struct store_random *random, char *out, size_t room);

#endif
