/* KEY=VALUE words and the change they come to, in words for the person. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_JOB_VALUES_H
#define TUI_JOB_VALUES_H

#include "../api/journal.h"
#include "job_i.h"

/* Copies the assignments; a value "-" becomes the next line of standard input. Caller frees out by
 * job_words_free. GD_INPUT where a word is no assignment, or there is no line. */
GD_MUST_USE enum gd_rc job_values(struct job *job, int n, char *const *words, char ***out,
                                  struct gd_error *err);

/* Lines for a confirmation: what it is, each field before → after (masked unless revealed), old and new end,
 * cost, and what was assumed. Caller frees; NULL where memory ran out. */
char *job_change_text(struct job *job, const char *verb, const struct gd_alloc *before,
                      const struct gd_alloc *want, enum gd_op_kind kind);

/* Appends the line on the cost, none where nothing is billed or no price is set. */
void job_cost_text(struct job *job, enum gd_op_kind kind, int64_t rows, struct gd_buf *out);

#endif
