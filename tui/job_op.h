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
    char *text;     /* what the person is told before confirming; NULL none */
    int64_t canary; /* do that many first, then ask; 0 all at once */
};

/* Adds an empty row; NULL where memory ran out. */
struct gd_op_row *job_plan_add(struct job_plan *plan, struct gd_error *err);
void job_plan_clear(struct job_plan *plan);

/* Checks the brakes, then shows the requests (--dry-run), or asks, journals, runs and prints the operation's
 * JSON, and ends the job. Takes the plan; replaces job->state. */
void job_operate(struct job *job, struct job_plan *plan);

/* Runs an operation that is in the journal and was confirmed; rows are those still open. */
void job_run_operation(struct job *job, int64_t op, int64_t rows);

/* Prints an operation and its rows as they stand in the journal. *error gets the words for a failure. */
GD_MUST_USE enum gd_rc job_print_operation(struct job *job, int64_t op, struct gd_error *err);

#endif
