/* Operations: plans of billed writes that are journaled, confirmed, sent, settled and reported row by row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_OP_H
#define GD_OP_H

#include "desk.h"
#include "journal.h"

/* What rows of that kind may cost (thousandths of the currency's unit; 0 where nothing is billed or no price
 * is set), and such a cost as text ("60.00 INR"). */
int64_t gd_op_cost(const struct gd_profile *profile, enum gd_op_kind kind, int64_t rows);
void gd_op_cost_text(const struct gd_profile *profile, int64_t cost, char *out, size_t room);

/* Whether the profile's role and brakes (max_rows, max_cost) let rows of that kind be sent. GD_REFUSED says
 * which and how much. */
GD_MUST_USE enum gd_rc gd_op_allowed(const struct gd_profile *profile, enum gd_op_kind kind, int64_t rows,
                                     struct gd_error *err);

/* The same with another right than the kind's own. */
GD_MUST_USE enum gd_rc gd_op_allowed_by(const struct gd_profile *profile, enum gd_right right,
                                        enum gd_op_kind kind, int64_t rows, struct gd_error *err);

/* The right that an operation needs of this profile: its kind's; for an undo, that of what it undoes does
 * too: who may deallocate may put back what should not have gone, and who may create may take it away again.
 */
enum gd_right gd_op_right(const struct gd_profile *profile, const struct gd_op *op);

/* The word that confirms: "y", the count in decimal, or the tenant's name in a protected profile. */
void gd_op_word(const struct gd_profile *profile, int64_t rows, char *out, size_t room);

/* A run of one operation in this process. */
struct gd_run;

struct gd_run_hooks {
    void (*row)(void *arg, const struct gd_op_row *row); /* a row has its outcome */
    void (*note)(void *arg, const char *text); /* a line for the person: waiting, settling, paused */
    /* The run is over and may be freed; rc as gd_op_rc says, or what broke it: then err holds the words. */
    void (*done)(void *arg, const struct gd_op *op, enum gd_rc rc, const struct gd_error *err);
    void *arg;
};

/* Runs a journaled operation on the desk's loop: settles rows left as sent, sends pending ones, journals each
 * before and after. Takes the writer's lock (GD_REFUSED names the holder); a deallocation waits until another
 * kind of operation has given way, which goes on when it is over. Can be called in a transaction of the
 * ledger, together with the operation's making. Hooks are called from gd_loop_turn. */
GD_MUST_USE enum gd_rc gd_run_start(struct gd_desk *desk, int64_t op, const struct gd_run_hooks *hooks,
                                    struct gd_run **out, struct gd_error *err);

/* The same, but nothing is sent: rows that are unknown or were left as sent are read, and the operation stays
 * in the state that it is in. */
GD_MUST_USE enum gd_rc gd_run_settle(struct gd_desk *desk, int64_t op, const struct gd_run_hooks *hooks,
                                     struct gd_run **out, struct gd_error *err);

/* Lets it send that many rows, then pauses it (a canary). Call it before the loop turns. */
void gd_run_limit(struct gd_run *run, int64_t rows);

/* Asks it to pause, go on or stop at the next chunk. */
void gd_run_wish(struct gd_run *run, enum gd_op_wish wish);
void gd_run_free(struct gd_run **run); /* abandons it: rows under way stay SENT in the journal */

/* What an operation came to: GD_OK all applied; one row: GD_SERVER refused, GD_NO_ANSWER unknown; several:
 * GD_PARTIAL. */
enum gd_rc gd_op_rc(const struct gd_op_counts *counts, bool no_answer);

/* Whether a row that did not apply had no answer that says so. */
bool gd_op_unanswered(const struct gd_op_row *row);

/* Whether a failed row can succeed when it is sent again as it is, and no other operation has taken it up: it
 * was surely not applied, or the code's row says so. */
bool gd_op_can_retry(const struct gd_op_row *row);

/* The row's advice: from its code, or what to do with an unknown one. */
const char *gd_op_advice(const struct gd_op_row *row);

/* The JSON of design for an operation's rows; and a row of it. */
json_t *gd_op_json(const struct gd_op *op, json_t *rows);
json_t *gd_op_row_json(const struct gd_op_row *row);

#endif
