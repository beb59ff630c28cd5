/* A tenant's settings: the whole of them as JSON, and those that allocations obey as values. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_ACCOUNT_H
#define SB_ACCOUNT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../buf.h"
#include "model.h"
#include "reply.h"

#define SB_ACCOUNTS_KEPT 16

struct sb;

/* What allocations obey. */
struct sb_account {
    char tenant[SB_TENANT_MAX];
    char country[3];
    bool intl;          /* numbers of other countries are taken */
    int64_t max_life;   /* seconds; -1 no end */
    int zone;           /* seconds east of UTC */
    int64_t cool;       /* seconds before a PIN or VN is given again */
    int pin_length[2];  /* by side */
    bool pin_wanted[2]; /* a side whose PIN is neither made nor told where false */
};

/* Those read last; the oldest gives way. */
struct sb_accounts {
    struct sb_account kept[SB_ACCOUNTS_KEPT];
    int count;
    int next;
};

/* The tenant's settings; stands until the next call. */
const struct sb_account *sb_account(struct sb *sb, const char *tenant);

/* Checks what a PUT sends, and stores it. */
bool sb_settings_check(const json_t *body, struct sb_no *no);
GD_MUST_USE bool sb_settings_store(struct sb *sb, const char *tenant, const json_t *body);

/* Writes {"greenvn":{…},"greenpin":{…},"common":{…}}. */
void sb_settings_write(struct sb *sb, const char *tenant, struct gd_buf *out);

#endif
