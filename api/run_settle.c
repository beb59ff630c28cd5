/* A run's settling: rows that were sent and not answered are read, not before the request can no longer be
 * under way. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "mem.h"
#include "run_i.h"
#include "settle.h"
#include "when.h"

struct unit *run_next_settle(struct gd_run *run, int64_t now)
{
    struct work *work = STAILQ_FIRST(&run->to_settle);
    struct unit *unit;

    if (work == NULL || work->due > now)
        return NULL;
    unit = run_unit_new(run, UNIT_SETTLE);
    if (unit == NULL) {
        gd_fail_memory(&run->error);
        return NULL;
    }
    run_unit_take(unit, &run->to_settle);
    return unit;
}

static void say(struct work *work, const char *text)
{
    gd_free(work->row.message);
    work->row.message = gd_strdup(text);
}

/* What a judgement makes of the row. */
static void judged(struct gd_run *run, struct work *work, enum gd_settled settled)
{
    switch (settled) {
    case GD_SETTLED_APPLIED:
        say(work, "no answer came; read afterwards, it was applied");
        run_over(run, work, GD_ROW_APPLIED);
        return;
    case GD_SETTLED_NOT_APPLIED:
        if (work->resumed) {
            work->resumed = false;
            work->row.state = GD_ROW_PENDING;
            STAILQ_INSERT_TAIL(&run->changed, work, link);
            run_soon(run);
            return;
        }
        say(work, "no answer came; read afterwards, it was not applied");
        work->row.not_applied = true;
        run_over(run, work, GD_ROW_FAILED);
        return;
    case GD_SETTLED_CHANGED:
        say(work,
            "no answer came; read afterwards, it is neither as before nor as asked: someone else changed it");
        run_over(run, work, GD_ROW_FAILED);
        return;
    case GD_SETTLED_UNKNOWN:
        break;
    }
    say(work, "no answer came, and a reading does not tell whether it was applied");
    run_over(run, work, GD_ROW_UNKNOWN);
}

static void seen(void *arg, const struct gd_reply *reply)
{
    struct unit *unit = arg;
    struct gd_run *run = unit->run;
    struct gd_seen now = {.gone = reply->gone, .found = reply->rc == GD_OK ? reply->alloc : NULL};
    struct work *work = STAILQ_FIRST(&unit->rows);

    unit->call = NULL;
    if (run != NULL && reply->rc != GD_CANCELLED) {
        STAILQ_REMOVE_HEAD(&unit->rows, link);
        if (now.found != NULL)
            run_keep(run, work, now.found, "get");
        work->gone = now.gone || (now.found != NULL && now.found->state == GD_DEALLOCATED);
        work->source = "get";
        judged(run, work, gd_settle(run->op.kind, &work->row, &now, run->desk->profile->timeout));
        run_soon(run);
    }
    run_unit_free(unit);
}

void run_settle_start(struct gd_run *run, struct unit *unit)
{
    struct work *work = STAILQ_FIRST(&unit->rows);
    struct gd_error err = {0};

    if (work->row.id != NULL &&
        gd_call_get(run->desk, work->row.alloc_kind, work->row.id, seen, unit, &unit->call, &err) == GD_OK)
        return;
    STAILQ_REMOVE_HEAD(&unit->rows, link);
    judged(run, work, gd_settle(run->op.kind, &work->row, &(struct gd_seen){0}, run->desk->profile->timeout));
    run_unit_free(unit);
}
