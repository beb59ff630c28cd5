/* The journal: operations and one row per affected allocation, written before bytes leave and after the
 * answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_JOURNAL_H
#define GD_JOURNAL_H

#include "ledger.h"

enum gd_op_kind { GD_OP_UPDATE, GD_OP_DEALLOCATE, GD_OP_CREATE, GD_OP_VN };
enum gd_op_state { GD_OPS_RUNNING, GD_OPS_PAUSED, GD_OPS_STOPPED, GD_OPS_INTERRUPTED, GD_OPS_DONE };
enum gd_row_state {
    GD_ROW_PENDING, /* not sent */
    GD_ROW_SENT,    /* bytes may have left; no answer journaled: to be settled */
    GD_ROW_APPLIED,
    GD_ROW_FAILED,  /* the server refused it, or it was read as not applied */
    GD_ROW_UNKNOWN, /* could not be settled */
    GD_ROW_SKIPPED  /* left out: protected, stopped, nothing to change */
};

struct gd_op_counts {
    int64_t total, pending, sent, applied, failed, unknown, skipped;
};

struct gd_op {
    int64_t op; /* number from 1 per ledger */
    enum gd_op_kind kind;
    enum gd_op_state state;  /* INTERRUPTED: journaled as running, but its process is gone; one that paused in
                                order stays paused */
    enum gd_dialect dialect; /* fixed when planned */
    bool no_undo;            /* deallocate: what undo needs was not wanted */
    int64_t parent;          /* the operation that this one retries or undoes; 0 none */
    char *origin;            /* update, apply, deallocate, retry, undo, create, vn */
    char *reason, *user, *profile;
    int64_t pid, created_at, ended_at;
    struct gd_op_counts counts;
};

struct gd_op_row {
    int64_t n; /* place in the operation, from 0 */
    char *id;  /* allocation; NULL for a create that has no answer yet */
    enum gd_kind alloc_kind;
    struct gd_alloc before; /* what was known when it was planned, read before, or in DELETE's answer */
    bool before_changed;    /* for gd_journal_rows: before is newer than what the journal holds */
    struct gd_alloc want;   /* fields wanted (update, create, vn) */
    enum gd_row_state state;
    int64_t sent_at, answered_at; /* seconds; 0 not yet */
    int http_status, code;        /* 0 and -1 where none */
    char *message, *request_id;
    int attempts;     /* times its bytes left */
    bool not_applied; /* settled by reading: surely not applied, may be sent again */
    int64_t again;    /* the operation that took the row up again (retry, undo); 0 none */
    int64_t from;     /* for gd_journal_create: 1 + the place in the parent of the row that this one takes up;
                         0 none */
};

void gd_op_clear(struct gd_op *op);
void gd_op_row_clear(struct gd_op_row *row);
const char *gd_op_kind_name(enum gd_op_kind kind);
const char *gd_op_state_name(enum gd_op_state state);
const char *gd_row_state_name(
    enum gd_row_state state); /* PENDING reads skipped in results of a stopped operation */

/* Makes an operation of n rows (id, alloc_kind, before, want are read), all in one transaction; op->op gets
 * its number. */
GD_MUST_USE enum gd_rc gd_journal_create(struct gd_ledger *ledger, struct gd_op *op,
                                         const struct gd_op_row *rows, size_t n, struct gd_error *err);

/* Writes changed rows durably in one transaction: state, times, answer, attempts, not_applied, id, and before
 * where it changed. Before sending: state SENT, sent_at. A failure here means nothing may be sent. */
GD_MUST_USE enum gd_rc gd_journal_rows(struct gd_ledger *ledger, int64_t op,
                                       const struct gd_op_row *const *rows, size_t n, struct gd_error *err);

GD_MUST_USE enum gd_rc gd_journal_state(struct gd_ledger *ledger, int64_t op, enum gd_op_state state,
                                        struct gd_error *err);

/* What other processes ask of an operation: run, pause or stop; polled by its runner between chunks. */
enum gd_op_wish { GD_WISH_RUN, GD_WISH_PAUSE, GD_WISH_STOP };
GD_MUST_USE enum gd_rc gd_journal_wish_set(struct gd_ledger *ledger, int64_t op, enum gd_op_wish wish,
                                           struct gd_error *err);
enum gd_op_wish gd_journal_wish(struct gd_ledger *ledger, int64_t op);

/* One operation with its counts; op 0: the newest that can be resumed (interrupted, paused or stopped).
 * *found false: none. */
GD_MUST_USE enum gd_rc gd_journal_get(struct gd_ledger *ledger, int64_t op, struct gd_op *out, bool *found,
                                      struct gd_error *err);

/* Operations newest first; rows of one in order, from row first, in the states of mask (bits 1 << state; 0
 * all; with GD_ROWS_OUTCOME their before and want are left empty, which takes a fraction of the time). fn
 * returns false to stop; what it gets is borrowed. */
#define GD_ROWS_OUTCOME (1u << 31)
typedef bool gd_journal_op_fn(void *arg, const struct gd_op *op);
typedef bool gd_journal_row_fn(void *arg, struct gd_op_row *row);
GD_MUST_USE enum gd_rc gd_journal_each(struct gd_ledger *ledger, gd_journal_op_fn *fn, void *arg,
                                       struct gd_error *err);
GD_MUST_USE enum gd_rc gd_journal_each_row(struct gd_ledger *ledger, int64_t op, int64_t first, unsigned mask,
                                           gd_journal_row_fn *fn, void *arg, struct gd_error *err);

/* The writer's lock of this tenant and ledger: held by at most one operation, void at once when its process
 * dies. GD_REFUSED says who holds it and since when. holder op is shown to the others. Unlock does nothing
 * where another one holds it. */
GD_MUST_USE enum gd_rc gd_journal_lock(struct gd_ledger *ledger, int64_t op, struct gd_error *err);
void gd_journal_unlock(struct gd_ledger *ledger, int64_t op);

/* The operation that writes now, and its kind; *op 0: none. */
void gd_journal_writer(struct gd_ledger *ledger, int64_t *op, enum gd_op_kind *kind);

/* A deallocation waits for the lock, or writes: whatever else writes gives way at its next chunk, and comes
 * back when none is urgent any more. Each call of begin wants one of end; a process that dies has ended. */
GD_MUST_USE enum gd_rc gd_journal_urgent_begin(struct gd_ledger *ledger, struct gd_error *err);
void gd_journal_urgent_end(struct gd_ledger *ledger);
bool gd_journal_urgent(struct gd_ledger *ledger);

/* Ends, without a word in the journal, this process's running of an operation: the others see it as
 * interrupted. */
void gd_journal_leave(struct gd_ledger *ledger, int64_t op);

#endif
