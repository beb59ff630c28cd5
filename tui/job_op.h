/* From a plan to its report: what every command that writes does with an operation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_JOB_OP_H
#define TUI_JOB_OP_H

#include "../api/op.h"
#include "job_i.h"

/* A plan, filled by a command. rows that are left out from the start (protected) are in state SKIPPED with a
 * message; all others are PENDING. */
struct job_plan {
    struct gd_op op; /* kind, dialect, parent, origin, no_undo, … */
    struct gd_op_row *rows;
    size_t n, room;
    char *text;            /* what the person is told before confirming; NULL none */
    int64_t canary;        /* do that many first, then ask; 0 all at once */
    bool staged;           /* the rows stand in the changeset, and leave it when the operation is made */
    struct job_plan *next; /* goes after this one, and is confirmed with it: owned; its text is not used */
};

/* Adds an empty row; NULL where memory ran out. */
struct gd_op_row *job_plan_add(struct job_plan *plan, struct gd_error *err);
void job_plan_clear(struct job_plan *plan);

/* How many rows of it would be sent. */
int64_t job_plan_rows(const struct job_plan *plan);

/* Leaves a row out from the start, and says why. */
GD_MUST_USE enum gd_rc job_plan_skip(struct gd_op_row *row, const char *why, struct gd_error *err);

/* Leaves out of a plan of deallocations what the profile protects. */
GD_MUST_USE enum gd_rc job_plan_protect(struct job *job, struct job_plan *plan);

/* Appends the ids of the rows in that state, the first ten of them. */
void job_plan_names(const struct job_plan *plan, enum gd_row_state state, struct gd_buf *out);

/* Appends what is to be known before deallocations are confirmed. */
GD_MUST_USE enum gd_rc job_plan_deallocation_text(struct job *job, const struct job_plan *plan,
                                                  struct gd_buf *out);

/* The operation that the command's only word names; op is cleared by the caller. GD_INPUT where there is
 * none. */
GD_MUST_USE enum gd_rc job_operation(struct job *job, int64_t *number, struct gd_op *op);

/* Checks the brakes, then shows the requests (--dry-run), or asks, journals, runs and prints the operation's
 * JSON, and ends the job. Takes the plan; replaces job->state. */
void job_operate(struct job *job, struct job_plan *plan);

/* Runs an operation that is in the journal and was confirmed; rows are those still open. reopen marks in the
 * journal the rows that are to be looked at again: in one transaction with the lock, so that an operation
 * that may not write stays as it was. */
typedef enum gd_rc job_open_fn(struct job *job, int64_t op);
void job_run_operation(struct job *job, int64_t op, int64_t rows, job_open_fn *reopen);

/* Prints an operation and its rows as they stand in the journal. *error gets the words for a failure. */
GD_MUST_USE enum gd_rc job_print_operation(struct job *job, int64_t op, struct gd_error *err);

#endif
