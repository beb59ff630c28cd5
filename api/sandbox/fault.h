/* Faults that are asked for: which happen to the request at hand. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_FAULT_H
#define SB_FAULT_H

#include <stdbool.h>
#include <stdint.h>

#include "../buf.h"
#include "../error.h"

#define SB_RULES_MAX 32

enum sb_fault {
    SB_FAULT_NONE,
#define FAULT(name, text, scope, help) SB_FAULT_##name,
#include "faults.def"
#undef FAULT
    SB_FAULT_STATUS /* with a status of its own */
};

/* One KIND[@METHOD]:RATE. */
struct sb_rule {
    enum sb_fault kind;
    int status;     /* of SB_FAULT_STATUS */
    bool after;     /* the status is told after it was done */
    char method[8]; /* "" any, "bulk" bulk updates only, "write" all but GET */
    double share;   /* of requests; not used where count is not below 0 */
    int64_t count;  /* requests still to hit; -1 goes by share */
    int64_t hits;
};

struct sb_faults {
    struct sb_rule rules[SB_RULES_MAX];
    int count;
};

/* Sets the rules of "KIND[@METHOD]:RATE,…" in the place of those before; "" is none. GD_INPUT names the
 * fault, and then those before stay. */
GD_MUST_USE enum gd_rc sb_faults_set(struct sb_faults *faults, const char *text, struct gd_error *err);

/* The first rule that hits a request of this method, NULL none. Counts down. */
const struct sb_rule *sb_fault_pick(struct sb_faults *faults, const char *method, bool bulk);

/* Appends a line of help for each kind. */
void sb_faults_help(struct gd_buf *out);

/* Writes {"kind":hits,…}. */
void sb_faults_write(const struct sb_faults *faults, struct gd_buf *out);

#endif
