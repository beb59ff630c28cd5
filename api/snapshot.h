/* Snapshots of a tenant's settings in the ledger: one for each reading that differs from the one before. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SNAPSHOT_H
#define GD_SNAPSHOT_H

#include "ledger.h"
#include "setting.h"

/* Owns all; cleared by gd_snapshot_clear. */
struct gd_snapshot {
    int64_t id;      /* its number, growing; 0 none */
    int64_t at;      /* when it was first read so, seconds */
    int64_t read_at; /* when it was last read so */
    char *source;    /* get, put */
    char *user;
    json_t *sections; /* as they came */
};

void gd_snapshot_clear(struct gd_snapshot *snapshot);

/* Keeps a reading: a new snapshot where it differs from the last one, else only its time. *fresh (can be
 * NULL): it is new. */
GD_MUST_USE enum gd_rc gd_snapshot_keep(struct gd_ledger *ledger, const json_t *sections, const char *source,
                                        int64_t when, bool *fresh, struct gd_error *err);

/* Reads one by its number, 0: the last one; id 0 in out where there is none. */
GD_MUST_USE enum gd_rc gd_snapshot_get(struct gd_ledger *ledger, int64_t id, struct gd_snapshot *out,
                                       struct gd_error *err);
/* The one before; id 0 in out where there is none. */
GD_MUST_USE enum gd_rc gd_snapshot_before(struct gd_ledger *ledger, int64_t id, struct gd_snapshot *out,
                                          struct gd_error *err);

/* Newest first; fn returns false to stop. */
typedef bool gd_snapshot_fn(void *arg, const struct gd_snapshot *snapshot);
GD_MUST_USE enum gd_rc gd_snapshot_each(struct gd_ledger *ledger, gd_snapshot_fn *fn, void *arg,
                                        struct gd_error *err);

/* What is known: the last reported value of each key with its time, up to a snapshot (0: the last); *read_at
 * (can be NULL): when the settings were last read at all, 0 never. known is overwritten. */
GD_MUST_USE enum gd_rc gd_snapshot_known(struct gd_ledger *ledger, int64_t upto, struct gd_settings *known,
                                         int64_t *read_at, struct gd_error *err);

/* The change that takes back what a snapshot changed; of the first one, everything since. Keys that were not
 * reported before cannot be taken back. GD_INPUT where there is no such snapshot. */
GD_MUST_USE enum gd_rc gd_snapshot_inverse(struct gd_ledger *ledger, int64_t id, struct gd_settings *change,
                                           struct gd_error *err);

#endif
