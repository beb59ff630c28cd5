/* Inside a run: rows in memory, requests under way. Shared by run.c, run_send.c and run_settle.c only. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_RUN_I_H
#define GD_RUN_I_H

#include <sys/queue.h>

#include "client.h"
#include "op.h"

/* A row of the operation while it is in memory; it stands in one queue at a time. */
struct work {
    STAILQ_ENTRY(work) link;
    struct gd_op_row row;
    int64_t due;            /* seconds: not to be read for settling before */
    struct gd_alloc answer; /* a reading to be kept in the ledger with the row; empty: none */
    const char *source;     /* of that reading */
    bool gone;              /* it was found deallocated */
    bool read_before;       /* what undo needs has been read, or need not be */
    bool resumed; /* was sent by an earlier run: where it reads as before, this one sends it again */
};
STAILQ_HEAD(works, work);

enum unit_step { UNIT_SEND, UNIT_READ_BEFORE, UNIT_SETTLE };

/* A request under way, with the rows that it is about. */
struct unit {
    LIST_ENTRY(unit) link;
    struct gd_run *run; /* NULL once the run was abandoned */
    struct gd_call *call;
    struct works rows;
    size_t n;
    enum unit_step step;
};

struct gd_run {
    struct gd_desk *desk;
    struct gd_run_hooks hooks;
    struct gd_op op;
    struct works to_send, to_settle;
    struct works changed;    /* to be journaled; those that are over are then handed over and freed */
    LIST_HEAD(, unit) units; /* under way */
    size_t active;
    int64_t next_row;  /* first row not yet loaded from the journal */
    bool loaded;       /* none is left there */
    size_t chunk;      /* rows in one bulk request */
    bool chunk_proved; /* one of that size went through: more can go at once */
    enum gd_op_wish wish;
    int64_t settle_told;  /* the moment to which the person was told that it waits */
    int64_t limit, begun; /* rows that may be sent before it pauses (0: all); rows sent in this run */
    bool locked;          /* it holds the writer's lock */
    bool urgent;          /* a deallocation: what else writes gives way to it */
    bool waits;           /* for the lock; the person was told */
    bool finished;        /* done was called */
    bool settle_only;     /* nothing is sent: rows without a known outcome are read */
    bool one_row;
    bool no_answer;         /* the last row that did not apply had no answer */
    unsigned char last[50]; /* 1 for a failed row, of the last ones that came to an end */
    size_t last_at;
    int failed_of_last;
    int timer;
    int64_t timer_at;      /* when it is due, ms of the clock that never jumps */
    struct gd_error error; /* why the run ends early */
};

/* Reports a line to the person. */
void run_note(struct gd_run *run, const char *fmt, ...) GD_PRINTF(2, 3);

/* Sets a row's outcome and queues it for the journal. */
void run_over(struct gd_run *run, struct work *work, enum gd_row_state state);

/* Queues a row for settling by a reading. */
void run_unsettled(struct gd_run *run, struct work *work);

/* Goes on at the next turn of the loop. */
void run_soon(struct gd_run *run);

/* Takes rows from the queues into a new unit; NULL where none is due or memory ran out. Rows to be sent are
 * not marked yet. */
struct unit *run_next_settle(struct gd_run *run, int64_t now);
struct unit *run_next_send(struct gd_run *run);

/* A unit for the rows given to it next; and its end. */
struct unit *run_unit_new(struct gd_run *run, enum unit_step step);
void run_unit_free(struct unit *unit);
void run_unit_take(struct unit *unit, struct works *from);

/* Starts the request of a unit; its rows get an outcome at once where it cannot be built. */
void run_start_unit(struct gd_run *run, struct unit *unit);
void run_settle_start(struct gd_run *run, struct unit *unit);

/* Copies the outcome of an answer into a row: status, code, message, request id. */
void run_take_envelope(struct gd_op_row *row, int http_status, const struct gd_envelope *envelope,
                       const char *request_id);

/* Gives the row a reading that the ledger keeps when the row is journaled; copies it. */
void run_keep(struct gd_run *run, struct work *work, const struct gd_alloc *alloc, const char *source);

#endif
