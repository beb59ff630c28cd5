/* audit: who did what, and what was refused; newest first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>

#include "../api/audit.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_i.h"

static const char *const columns[] = {"at", "user", "profile", "action", "subject", "result", NULL};
static const struct sink_shape shape = {.title = "Audit", .columns = columns};

/* Every word must stand somewhere in the row; capitals do not matter. */
static bool matches(const struct job *job, const struct gd_audit_row *row)
{
    const char *const texts[] = {row->user, row->profile, row->action, row->subject, row->result};

    for (int i = 0; i < job->argc; i++) {
        bool found = false;

        for (size_t t = 0; t < sizeof texts / sizeof *texts && !found; t++)
            found = texts[t] != NULL && strcasestr(texts[t], job->argv[i]) != NULL;
        if (!found)
            return false;
    }
    return true;
}

static bool print(void *arg, const struct gd_audit_row *row)
{
    struct job *job = arg;
    char at[GD_WHEN_MAX];
    json_t *json;

    if (!matches(job, row))
        return true;
    gd_when_rfc3339(row->at, job->desk->place.zone_offset, at);
    json = json_pack("{s:s,s:s?,s:s?,s:s?,s:s?,s:s?}", "at", at, "user", row->user, "profile", row->profile,
                     "action", row->action, "subject", row->subject, "result", row->result);
    if (json != NULL)
        job->sink->class->row(job->sink, json);
    json_decref(json);
    return !job->sink->class->broken(job->sink);
}

void cmd_AUDIT(struct job *job)
{
    enum gd_rc rc;

    job->sink->class->begin(job->sink, &shape);
    rc = gd_audit_each(job->desk->ledger, print, job, &job->error);
    job->sink->class->end(job->sink);
    job_done(job, rc);
}
