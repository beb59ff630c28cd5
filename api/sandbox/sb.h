/* All that one sandbox is made of; passed to whatever handles a request. One thread uses it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_H
#define SB_H

#include <stdint.h>

#include "account.h"
#include "fault.h"
#include "history.h"
#include "options.h"
#include "pool.h"
#include "seed.h"
#include "store.h"

struct sb {
    struct sb_options opt;
    struct sb_store store;
    struct sb_seed seed;
    struct sb_pool pool;
    struct sb_faults faults;
    struct sb_accounts accounts;
    struct sb_history history;
    int64_t clock_offset; /* seconds that its clock runs ahead of the machine's */
    int64_t next_seq;
    int64_t rate_second; /* the second that is being counted, and what was let in during it */
    int rate_used;
    void (*say)(const char *line); /* prints a line of --verbose; NULL prints none */
};

/* Makes a sandbox of the options; on failure nothing is left open. */
GD_MUST_USE enum gd_rc sb_open(struct sb *sb, const struct sb_options *opt, struct gd_error *err);
void sb_close(struct sb *sb);

/* Seconds since 1970 by the sandbox's own clock. */
int64_t sb_now(const struct sb *sb);

/* Random: below limit (at least 1), and text: hex digits, a UUID. */
uint64_t sb_random(uint64_t limit);
void sb_random_text(char *out, size_t len, const char *alphabet);
void sb_uuid(char out[37]);

#endif
