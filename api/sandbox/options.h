/* The sandbox's command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_OPTIONS_H
#define SB_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../buf.h"
#include "../error.h"
#include "model.h"

#define SB_TENANTS_MAX 32

/* How a GET answers for what was deallocated or has expired. */
enum sb_gone { SB_GONE_VAULT, SB_GONE_404, SB_GONE_410 };

/* All texts are borrowed from argv. */
struct sb_options {
    int port;
    const char *bind;
    enum sb_dialect dialect;
    int64_t seed;
    int64_t seed_vn;
    int64_t seed_value;
    int latency_ms;
    int bulk_limit;
    int64_t body_limit;
    int vn_pool;
    const char *db;
    const char *tenants[SB_TENANTS_MAX];
    int tenant_count;
    const char *user;
    const char *token;
    int rate_limit;
    const char *fail;
    enum sb_gone gone;
    bool settings_get;
    bool settings_odd;
    bool verbose;
    bool die_with_parent;
    bool stdin_guard;
    bool help;
    bool version;
};

/* Fills in the defaults and reads argv. GD_INPUT names the option at fault. */
GD_MUST_USE enum gd_rc sb_options_read(int argc, char **argv, struct sb_options *out, struct gd_error *err);

/* Appends the text of --help, made from the same rows that are read. */
void sb_options_help(struct gd_buf *out);

#endif
