/* Selecting by a filter, for commands: the ledger's rows in slices of the loop, so that a million of them
 * hold up neither a key nor an interrupt. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SELECT_H
#define TUI_SELECT_H

#include "../api/query.h"
#include "job_i.h"

struct select;

struct select_hooks {
    /* A row (borrowed, without raw); false: enough. */
    bool (*row)(void *arg, const struct gd_alloc *row);
    /* The end, called once; the select may be freed in it. err holds the words where rc is not GD_OK. */
    void (*done)(void *arg, enum gd_rc rc, const struct gd_error *err);
    void *arg;
};

/* Starts it; hooks are called from gd_loop_turn. GD_INPUT where the filter cannot be read. */
GD_MUST_USE enum gd_rc select_start(struct job *job, const char *filter, struct gd_sort sort,
                                    const struct select_hooks *hooks, struct select **out,
                                    struct gd_error *err);

/* Ends it without a word. */
void select_free(struct select **select);

/* The ids that a job is about (its words, what the console picked, or what --filter matches) into out, which
 * must live as long as the job; then go, at once where there is no filter. Ends the job where there are none
 * at all. */
void select_ids(struct job *job, struct id_list *out, job_step_fn *go);

#endif
