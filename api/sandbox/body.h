/* What a request's body asks for, in either dialect. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_BODY_H
#define SB_BODY_H

#include <jansson.h>

#include "account.h"
#include "model.h"
#include "pool.h"
#include "reply.h"

/* What is asked of an allocation; bits, so that a key can name those it may stand in. */
enum sb_action {
    SB_DO_CREATE = 1,
    SB_DO_UPDATE = 2,
    SB_DO_ROW = 4,     /* one row of a bulk update */
    SB_DO_PARTIES = 8, /* call-party of a GreenVN */
    SB_DO_NUMBER = 16  /* another VN for a GreenVN */
};

/* What one side of the allocation is to become. */
struct sb_side_change {
    bool numbers, vns, pins; /* which lists of the party were sent */
    struct sb_party party;
    int pin_length; /* 0 unsaid */
    bool as_text;   /* the number came as a text instead of a list (flat create) */
};

/* Texts are borrowed from the JSON body. */
struct sb_change {
    enum sb_dialect dialect; /* SB_BOTH where the body does not tell */
    const char *id;          /* greenpin_id of a row */
    const char *ident;       /* transaction_id or connection_id */
    const char *custom;
    const char *flow;
    struct sb_side_change side[2];
    bool usage, oneway; /* usage: oneway was said */
    bool recording, record;
    int attempts;     /* 0 unsaid */
    int64_t duration; /* seconds; 0 unsaid */
    bool strict;
    struct sb_wish wish;
};

/* The dialect that a body's keys belong to; SB_BOTH where none tells. */
enum sb_dialect sb_body_dialect(enum sb_kind kind, enum sb_action action, const json_t *body);

/* Reads the body of one allocation; only says whether it is well formed, not whether it suits the allocation.
 */
bool sb_body_read(const struct sb_account *account, enum sb_kind kind, enum sb_action action,
                  enum sb_dialect spoken, const json_t *body, struct sb_change *out, struct sb_no *no);

#endif
