/* report: an operation in Markdown, for the incident channel. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../api/report.h"
#include "job_op.h"

void cmd_REPORT(struct job *job)
{
    struct gd_op op = {0};
    struct gd_buf text;
    int64_t number = 0;
    enum gd_rc rc = job_operation(job, &number, &op);

    gd_buf_init(&text, GD_REPORT_MAX);
    if (rc == GD_OK)
        rc = gd_report(job->desk->ledger, &op, job->desk->place.zone_offset, &text, &job->error);
    if (rc == GD_OK)
        job->sink->class->text(job->sink, text.data);
    gd_buf_wipe(&text);
    gd_op_clear(&op);
    job_done(job, rc);
}
