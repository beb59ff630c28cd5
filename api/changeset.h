/* The changeset: changes that were collected and not sent yet, one row per allocation, in the ledger. It is
 * shared by all consoles on the ledger and survives exit and crash. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CHANGESET_H
#define GD_CHANGESET_H

#include "journal.h"

enum gd_stage_action { GD_STAGE_UPDATE, GD_STAGE_DEALLOCATE };

/* A staged row. base is what the ledger said when it was staged (read_at 0: nothing was known). want holds
 * the fields wanted, lists whole; its duration stands as it was typed, since it counts from the sending. Owns
 * its texts. */
struct gd_staged {
    int64_t n; /* order of staging */
    char *id;
    enum gd_stage_action action;
    enum gd_kind kind;
    struct gd_alloc base, want;
    bool held; /* stays behind when the changeset is applied */
    char *user;
    int64_t at;          /* seconds */
    bool known;          /* the ledger knows the allocation now: */
    struct gd_alloc now; /* as it stands there */
    uint64_t conflicts;  /* bits 1 << field: what the ledger says is neither the base nor what is wanted */
};

void gd_staged_clear(struct gd_staged *staged);
const char *gd_stage_action_name(enum gd_stage_action action);
bool gd_stage_action_parse(const char *text, enum gd_stage_action *out);

/* Stages a change over what is known and what is staged already of the allocation; kind counts where the
 * ledger does not know it. *nothing: all is so already, and no row is left of it. GD_INPUT as
 * gd_change_resolve. */
GD_MUST_USE enum gd_rc gd_changeset_stage(struct gd_ledger *ledger, const char *id, enum gd_kind kind,
                                          const struct gd_change *change, int64_t now, bool *nothing,
                                          struct gd_error *err);

/* Stages a deallocation, in place of whatever was staged. */
GD_MUST_USE enum gd_rc gd_changeset_deallocate(struct gd_ledger *ledger, const char *id, enum gd_kind kind,
                                               int64_t now, struct gd_error *err);

/* Writes a row as it is (a loaded file, the failed rows of an operation), in place of what was staged. */
GD_MUST_USE enum gd_rc gd_changeset_put(struct gd_ledger *ledger, const struct gd_staged *staged,
                                        struct gd_error *err);

/* One row by the allocation's id; all rows in the order of staging (borrowed; false stops). */
GD_MUST_USE enum gd_rc gd_changeset_get(struct gd_ledger *ledger, const char *id, struct gd_staged *out,
                                        bool *found, struct gd_error *err);
typedef bool gd_staged_fn(void *arg, struct gd_staged *staged);
GD_MUST_USE enum gd_rc gd_changeset_each(struct gd_ledger *ledger, gd_staged_fn *fn, void *arg,
                                         struct gd_error *err);

/* How many rows are staged, and how many of these are held. */
GD_MUST_USE enum gd_rc gd_changeset_count(struct gd_ledger *ledger, int64_t *n, int64_t *held,
                                          struct gd_error *err);

/* Drops the row of an allocation, or (id NULL) all; *n how many went. */
GD_MUST_USE enum gd_rc gd_changeset_drop(struct gd_ledger *ledger, const char *id, int64_t *n,
                                         struct gd_error *err);

/* Holds a row, or releases it; *found false: nothing is staged for it. */
GD_MUST_USE enum gd_rc gd_changeset_hold(struct gd_ledger *ledger, const char *id, bool held, bool *found,
                                         struct gd_error *err);

/* Ends a conflict of one field: mine (what the ledger says becomes the base) or theirs (the field is not
 * changed; a row without fields goes). *found false: the row is not there or does not want the field. */
GD_MUST_USE enum gd_rc gd_changeset_choose(struct gd_ledger *ledger, const char *id, enum gd_field field,
                                           bool mine, bool *found, struct gd_error *err);

/* ---- of one row ---- */

/* Compares base, want and now: sets conflicts. */
void gd_staged_compare(struct gd_staged *staged);

/* What would be sent at the moment now: want with the duration in seconds, and for a GreenVN the list of
 * numbers that its update cannot do without. GD_INPUT where it cannot be sent in that dialect. The caller
 * clears want. */
GD_MUST_USE enum gd_rc gd_staged_want(const struct gd_staged *staged, enum gd_dialect dialect, int64_t now,
                                      struct gd_alloc *want, struct gd_error *err);

/* The row of an operation for it, pending. */
GD_MUST_USE enum gd_rc gd_staged_row(const struct gd_staged *staged, enum gd_dialect dialect, int64_t now,
                                     struct gd_op_row *row, struct gd_error *err);

/* {"id","action","kind","held","changes":{key:{"before","after","now"?}},"conflicts":[key…],"end_before",
 * "user","staged_at"}; numbers and PINs masked unless reveal. */
json_t *gd_staged_json(const struct gd_staged *staged, bool reveal, int zone_offset);

#endif
