/* The audit trail: every action, refusal and reveal: when, who, profile, what, result. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_AUDIT_H
#define GD_AUDIT_H

#include "ledger.h"

struct gd_audit_row {
    int64_t at; /* seconds */
    const char *user, *profile, *action, *subject, *result;
};

/* Appends a row; action is a command name or reveal, subject an id or a filter (never a number or PIN),
 * result done, refused: … or failed: …. user is taken from the environment. */
GD_MUST_USE enum gd_rc gd_audit(struct gd_ledger *ledger, const char *profile, const char *action,
                                const char *subject, const char *result, struct gd_error *err);

/* Newest first; fn returns false to stop. */
typedef bool gd_audit_fn(void *arg, const struct gd_audit_row *row);
GD_MUST_USE enum gd_rc gd_audit_each(struct gd_ledger *ledger, gd_audit_fn *fn, void *arg,
                                     struct gd_error *err);

/* The name of the person: $USER, else the account's name. */
const char *gd_user_name(void);

#endif
