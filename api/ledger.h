/* The ledger: allocations known here, in SQLite; the narrow door to the store. Journal, audit and settings
 * snapshots stand in the same file behind journal.h, audit.h and snapshot.h. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LEDGER_H
#define GD_LEDGER_H

#include "alloc.h"

struct gd_ledger;

/* Opens or makes the file (folders 0700, file 0600, WAL, synchronous FULL, busy timeout); upgrades an older
 * schema; refuses a newer one. tenant: every call below is about this tenant's rows only. GD_IO says which
 * path and why. */
GD_MUST_USE enum gd_rc gd_ledger_open(const char *path, const char *tenant, struct gd_ledger **out,
                                      struct gd_error *err);
void gd_ledger_close(struct gd_ledger **ledger);
const char *gd_ledger_path(const struct gd_ledger *ledger);
const char *gd_ledger_tenant(const struct gd_ledger *ledger);

/* One transaction around many calls, those of journal.h and audit.h too: they open one of their own only
 * where none is open. Not nested. Rollback never fails. */
GD_MUST_USE enum gd_rc gd_ledger_begin(struct gd_ledger *ledger, struct gd_error *err);

/* One view of the ledger for many readings in a row, which cost less so; nothing can be written meanwhile. */
void gd_ledger_view_begin(struct gd_ledger *ledger);
void gd_ledger_view_end(struct gd_ledger *ledger);

/* gd_ledger_begin for readings, which can be read again: a loss of power can take the last of them, nothing
 * else. */
GD_MUST_USE enum gd_rc gd_ledger_begin_readings(struct gd_ledger *ledger, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_ledger_commit(struct gd_ledger *ledger, struct gd_error *err);
void gd_ledger_rollback(struct gd_ledger *ledger);

/* Keeps a reading. A field absent in it leaves the known value; read_at older than the row's leaves the row
 * (and is no error): so what comes without a reading (read_at 0: an import) adds only to a row never read,
 * and an id alone only makes the row if it is new. alloc->row is set. *fresh (can be NULL): it is new. */
GD_MUST_USE enum gd_rc gd_ledger_put(struct gd_ledger *ledger, struct gd_alloc *alloc, bool *fresh,
                                     struct gd_error *err);

/* Marks a known allocation deallocated (source says by what) at the time when; unknown ids are no error. */
GD_MUST_USE enum gd_rc gd_ledger_gone(struct gd_ledger *ledger, const char *id, const char *source,
                                      int64_t when, struct gd_error *err);

/* Reads one by id; *found false and alloc empty where unknown here. */
GD_MUST_USE enum gd_rc gd_ledger_get(struct gd_ledger *ledger, const char *id, struct gd_alloc *alloc,
                                     bool *found, struct gd_error *err);

/* Removes an allocation everywhere: row, raw answer, events, journal rows, history, index. *found as above.
 */
GD_MUST_USE enum gd_rc gd_ledger_forget(struct gd_ledger *ledger, const char *id, bool *found,
                                        struct gd_error *err);

/* How many allocations of the tenant are known here; kept by the ledger, so cheap at any size. */
GD_MUST_USE enum gd_rc gd_ledger_count(struct gd_ledger *ledger, int64_t *n, struct gd_error *err);

/* A number that changes whenever anybody changed allocations in this ledger (any process): views compare it.
 */
int64_t gd_ledger_version(struct gd_ledger *ledger);

/* Small facts kept per tenant (the last dialect read, zone, country, place of the screen): NULL where unset;
 * caller frees. */
GD_MUST_USE enum gd_rc gd_ledger_fact_set(struct gd_ledger *ledger, const char *key, const char *value,
                                          struct gd_error *err);
char *gd_ledger_fact(struct gd_ledger *ledger, const char *key);

#endif
