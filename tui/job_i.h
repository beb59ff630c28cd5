/* What commands share while they run: failing, asking, waiting for the account's place, ids, printing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_JOB_I_H
#define TUI_JOB_I_H

#include "job.h"

/* cmd_ID of every row; those of the console only do not exist. */
#define COMMAND(id, ...) job_fn cmd_##id;
#include "../api/commands.def"
#undef COMMAND

typedef void job_step_fn(struct job *job);

/* Ends the job with an error in words. */
void job_fail(struct job *job, enum gd_rc rc, const char *advice, const char *fmt, ...) GD_PRINTF(4, 5);

/* Asks for word-of-yes as the profile and the count of rows demand it, by the options or the person; goes on
 * with go, or ends the job as refused. text is copied. */
void job_confirm(struct job *job, int64_t rows, const char *text, job_step_fn *go);

/* The same; without a yes the job goes on with no (job->error says why where nobody could be asked). */
void job_confirm_else(struct job *job, int64_t rows, const char *text, job_step_fn *go, job_step_fn *no);

/* Asks the person only, whatever the options say; no (can be NULL: refused) where the answer is another.
 * false where nobody can be asked: nothing happens. */
GD_MUST_USE bool job_ask(struct job *job, int64_t rows, const char *text, job_step_fn *go, job_step_fn *no);

/* Goes on with go, at once unless what was asked for (placed) depends on the account's country or zone: then
 * when these are known, or assumed for good. */
void job_place(struct job *job, bool placed, job_step_fn *go);

/* Where what was asked for could not be read (rc), but could in another country, and the account's is not
 * known yet: clears the error, so that it is read again when it is known. */
GD_MUST_USE enum gd_rc job_elsewhere(struct job *job, bool elsewhere, enum gd_rc rc);

/* Goes on with go at the next turn of the loop. */
void job_later(struct job *job, job_step_fn *go);

/* What the audit trail calls the thing acted on; digits that could be a number are masked. */
void job_subject(struct job *job, const char *fmt, ...) GD_PRINTF(2, 3);

/* An action of its own in the audit trail (a reveal, an operation's number). */
GD_MUST_USE enum gd_rc job_audit(struct job *job, const char *action, const char *result,
                                 struct gd_error *err);

/* Reads --kind; *given false where it was not. GD_INPUT. */
GD_MUST_USE enum gd_rc job_kind(const struct job *job, enum gd_kind *kind, bool *given, struct gd_error *err);

/* Reads a count from a text of decimal digits, 1 or more. GD_INPUT names what. */
GD_MUST_USE enum gd_rc job_number(const char *text, const char *what, int64_t *out, struct gd_error *err);

/* A count for people: "12,480". */
#define COUNT_MAX 32
const char *job_count(int64_t n, char out[COUNT_MAX]);

/* Ids in order, without doubles. */
struct id_list {
    char **v;
    size_t n, room;
};
void id_list_clear(struct id_list *list);
GD_MUST_USE enum gd_rc id_list_add(struct id_list *list, const char *id, struct gd_error *err);

/* The ids that the job names: its words, or what the console picked. GD_INPUT where there are none at all. A
 * command that takes --filter too calls select_ids (select.h). */
GD_MUST_USE enum gd_rc job_ids(struct job *job, struct id_list *out, struct gd_error *err);

/* The words joined by blanks: one filter. Caller frees; NULL where memory ran out. */
char *job_joined_words(const struct job *job);

/* Parses a filter for this desk, saying where it cannot be read. */
struct gd_filter;
GD_MUST_USE enum gd_rc job_filter(struct job *job, const char *text, struct gd_filter **out,
                                  struct gd_error *err);

/* Shapes that several commands print: allocations, and an operation with its rows. */
const struct sink_shape *allocation_shape(void);
extern const struct sink_shape operation_shape;

/* Prints one allocation by the job's options; to the job's own sink, or another. */
void job_print_alloc(struct job *job, const struct gd_alloc *alloc);
void job_print_alloc_to(struct job *job, struct sink *sink, const struct gd_alloc *alloc);

/* Prints requests that would be sent (--dry-run): begin, each, end. */
struct gd_request_text;
void job_begin_requests(struct job *job);
void job_print_request(struct job *job, const struct gd_request_text *request);
void job_end_requests(struct job *job);

#endif
