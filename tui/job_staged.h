/* Staged rows on the command line: printing them, faults of rows, files. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_JOB_STAGED_H
#define TUI_JOB_STAGED_H

#include "../api/changeset.h"
#include "job_i.h"

/* Prints the staged rows of these allocations; ids NULL: all that are staged. */
GD_MUST_USE enum gd_rc job_print_staged(struct job *job, const struct id_list *ids, struct gd_error *err);

/* What is wrong with one row of several, on a line of its own. */
void job_row_fault(struct job *job, const char *name, const struct gd_error *why);

#endif
