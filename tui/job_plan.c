/* Plans of operations: their rows, what the profile protects, and what the person is told before confirming.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/filter.h"
#include "../api/mem.h"
#include "../api/preview.h"
#include "../api/when.h"
#include "job_op.h"
#include "job_values.h"

#define NAMED_MAX 10 /* ids named in a confirmation */

struct gd_op_row *job_plan_add(struct job_plan *plan, struct gd_error *err)
{
    if (plan->n == plan->room) {
        size_t room = plan->room > 0 ? plan->room * 2 : 4;
        struct gd_op_row *more = gd_realloc(plan->rows, room * sizeof *more);

        if (more == NULL) {
            gd_fail_memory(err);
            return NULL;
        }
        plan->rows = more;
        plan->room = room;
    }
    plan->rows[plan->n] = (struct gd_op_row){.n = (int64_t)plan->n, .code = -1};
    return &plan->rows[plan->n++];
}

void job_plan_clear(struct job_plan *plan)
{
    for (size_t i = 0; i < plan->n; i++)
        gd_op_row_clear(&plan->rows[i]);
    gd_free(plan->rows);
    gd_op_clear(&plan->op);
    gd_free(plan->text);
    if (plan->next != NULL)
        job_plan_clear(plan->next);
    gd_free(plan->next);
    *plan = (struct job_plan){0};
}

int64_t job_plan_rows(const struct job_plan *plan)
{
    int64_t n = 0;

    for (size_t i = 0; i < plan->n; i++)
        n += plan->rows[i].state == GD_ROW_PENDING;
    return n;
}

enum gd_rc job_plan_skip(struct gd_op_row *row, const char *why, struct gd_error *err)
{
    row->state = GD_ROW_SKIPPED;
    gd_free(row->message);
    row->message = gd_strdup(why);
    return row->message != NULL ? GD_OK : gd_fail_memory(err);
}

enum gd_rc job_plan_protect(struct job *job, struct job_plan *plan)
{
    const char *text = job->desk->profile->protected;
    struct gd_filter *filter = NULL;
    enum gd_rc rc;

    if (text == NULL || *text == '\0')
        return GD_OK;
    rc = job_filter(job, text, &filter, &job->error);
    for (size_t i = 0; i < plan->n && rc == GD_OK; i++) {
        struct gd_op_row *row = &plan->rows[i];

        if (row->before.v[GD_F_ID] != NULL && gd_filter_match(filter, &row->before))
            rc = job_plan_skip(row, "protected by the profile: left out", &job->error);
    }
    gd_filter_free(&filter);
    return rc;
}

void job_plan_names(const struct job_plan *plan, enum gd_row_state state, struct gd_buf *out)
{
    size_t named = 0, n = 0;

    for (size_t i = 0; i < plan->n; i++) {
        if (plan->rows[i].state != state)
            continue;
        if (n++ >= NAMED_MAX)
            continue;
        gd_buf_addf(out, "%s%s", named > 0 ? ", " : "",
                    plan->rows[i].id != NULL ? plan->rows[i].id : "one without an id");
        named++;
    }
    if (n > named)
        gd_buf_addf(out, " and %zu more", n - named);
}

enum gd_rc job_plan_deallocation_text(struct job *job, const struct job_plan *plan, struct gd_buf *out)
{
    struct gd_preview preview;
    int64_t n = job_plan_rows(plan);
    enum gd_rc rc = gd_preview(job->desk->ledger, plan->rows, plan->n, gd_now(), &preview, &job->error);

    gd_buf_addf(out, "Deallocate %" PRId64 " allocation%s of %s: ", n, n == 1 ? "" : "s",
                job->desk->profile->tenant);
    job_plan_names(plan, GD_ROW_PENDING, out);
    gd_buf_adds(out, ".\n");
    if (preview.left_out > 0) {
        gd_buf_addf(out, "Left out, protected by the profile: %" PRId64 " (", preview.left_out);
        job_plan_names(plan, GD_ROW_SKIPPED, out);
        gd_buf_adds(out, ").\n");
    }
    gd_preview_text(&preview, out);
    if (plan->op.no_undo)
        gd_buf_adds(out, "What undo needs is not read before.\n");
    return rc;
}
