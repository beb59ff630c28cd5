/* Forgetting by age. Rows, events and operations are numbered as they came, so the old ones stand first: each
 * part ends at the first that is young, and a start with nothing to forget looks at one of each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keep.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "audit.h"
#include "journal.h"
#include "ledger_i.h"
#include "log.h"
#include "mem.h"
#include "when.h"

#define LOOK_ROWS 200     /* looked at in one slice */
#define DROP_ROWS 30      /* forgotten in one transaction: some milliseconds */
#define FACT_OP "kept_op" /* the last operation whose data is gone */

enum part { PART_ALLOCS, PART_EVENTS, PART_OPS, PART_DONE };

struct gd_keep {
    struct gd_ledger *ledger;
    struct gd_loop *loop;
    char *profile;
    int64_t before; /* seconds: what is older goes */
    enum part part;
    int64_t at;                   /* the last row, event or operation looked at */
    int64_t row;                  /* of an operation: the next row to look at */
    int64_t allocs, events, rows; /* forgotten */
    int slice;
};

/* What one look found: numbers of what goes, with the id of an allocation. */
struct found {
    char *ids[DROP_ROWS];
    int64_t numbers[DROP_ROWS];
    int n;
    bool end; /* nothing old is left behind the last */
};

static void found_clear(struct found *found)
{
    for (int i = 0; i < found->n; i++)
        gd_free(found->ids[i]);
}

/* Steps over the oldest: number, tenant, youngest moment, moment that ends the part, id. */
static enum gd_rc look(struct gd_keep *keep, enum ledger_sql which, struct found *found, struct gd_error *err)
{
    struct gd_ledger *ledger = keep->ledger;
    sqlite3_stmt *stmt = ledger_stmt(ledger, which, err);
    bool failed = false;
    int step = SQLITE_ROW, looked = 0;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, keep->at);
    sqlite3_bind_int(stmt, 2, LOOK_ROWS);
    while (!failed && found->n < DROP_ROWS && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        looked++;
        found->end = sqlite3_column_int64(stmt, 3) >= keep->before;
        if (found->end)
            break;
        keep->at = sqlite3_column_int64(stmt, 0);
        if (sqlite3_column_int64(stmt, 1) != ledger->tenant_no ||
            sqlite3_column_int64(stmt, 2) >= keep->before)
            continue;
        found->numbers[found->n] = keep->at;
        found->ids[found->n++] = ledger_text_dup(stmt, 4, &failed);
    }
    found->end = found->end || (step == SQLITE_DONE && looked < LOOK_ROWS);
    sqlite3_reset(stmt);
    if (failed)
        return gd_fail_memory(err);
    return step == SQLITE_ROW || step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read");
}

/* One allocation; what a running operation needs stays. */
static enum gd_rc drop_alloc(struct gd_keep *keep, const char *id, struct gd_error *err)
{
    struct gd_error why = {0};
    bool found = false;
    enum gd_rc rc = gd_ledger_forget(keep->ledger, id, &found, &why);

    if (rc == GD_REFUSED)
        return GD_OK;
    keep->allocs += rc == GD_OK && found;
    if (rc != GD_OK)
        return gd_fail(err, rc, why.advice, "%s", why.what);
    return GD_OK;
}

static enum gd_rc drop_event(struct gd_keep *keep, int64_t event, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(keep->ledger, SQL_EVENT_DROP, err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, event);
    keep->events++;
    keep->ledger->forgot = true;
    return ledger_run(keep->ledger, stmt, "write to", err);
}

static enum gd_rc drop_found(struct gd_keep *keep, const struct found *found, struct gd_error *err)
{
    enum gd_rc rc = found->n > 0 ? gd_ledger_begin(keep->ledger, err) : GD_OK;

    if (rc != GD_OK || found->n == 0)
        return rc;
    for (int i = 0; rc == GD_OK && i < found->n; i++)
        rc = keep->part == PART_ALLOCS ? drop_alloc(keep, found->ids[i], err)
                                       : drop_event(keep, found->numbers[i], err);
    return ledger_leave(keep->ledger, true, rc, err);
}

/* One slice over allocations or events. */
static enum gd_rc forget_some(struct gd_keep *keep, enum ledger_sql which, struct gd_error *err)
{
    struct found found = {0};
    enum gd_rc rc = look(keep, which, &found, err);

    if (rc == GD_OK)
        rc = drop_found(keep, &found, err);
    if (rc == GD_OK && found.end) {
        keep->part++;
        keep->at = 0;
    }
    found_clear(&found);
    return rc;
}

/* ---- operations ---- */

/* The next operation after at that is old and over; *op 0: none. */
static enum gd_rc next_op(struct gd_keep *keep, int64_t *op, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(keep->ledger, SQL_KEEP_OP, err);
    int step;

    *op = 0;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, keep->ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, keep->at);
    step = sqlite3_step(stmt);
    if (step == SQLITE_ROW && sqlite3_column_int64(stmt, 1) < keep->before)
        *op = sqlite3_column_int64(stmt, 0);
    sqlite3_reset(stmt);
    if (*op != 0 && journal_held(keep->ledger, *op))
        *op = 0;
    return step == SQLITE_ROW || step == SQLITE_DONE ? GD_OK : ledger_fail(keep->ledger, err, "read");
}

static enum gd_rc note_op(struct gd_keep *keep, int64_t op, struct gd_error *err)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, op);
    keep->at = op;
    keep->row = 0;
    return gd_ledger_fact_set(keep->ledger, FACT_OP, text, err);
}

/* Takes the data out of some rows of an operation. */
static enum gd_rc blank_rows(struct gd_keep *keep, int64_t op, struct gd_error *err)
{
    int64_t n = 0;
    bool more = false;
    enum gd_rc rc = gd_ledger_begin(keep->ledger, err);

    if (rc != GD_OK)
        return rc;
    for (int i = 0; rc == GD_OK && i < DROP_ROWS; i++) {
        rc = journal_forget_next(keep->ledger, op, keep->row, &n, &more, err);
        if (rc != GD_OK || !more)
            break;
        keep->row = n + 1;
        keep->rows++;
    }
    keep->ledger->forgot = keep->ledger->forgot || more;
    if (rc == GD_OK && !more)
        rc = note_op(keep, op, err);
    return ledger_leave(keep->ledger, true, rc, err);
}

static enum gd_rc forget_op(struct gd_keep *keep, struct gd_error *err)
{
    char *fact;
    int64_t op = 0;
    enum gd_rc rc;

    if (keep->at == 0 && (fact = gd_ledger_fact(keep->ledger, FACT_OP)) != NULL) {
        keep->at = strtoll(fact, NULL, 10);
        gd_free(fact);
    }
    rc = next_op(keep, &op, err);
    if (rc == GD_OK && op == 0)
        keep->part = PART_DONE;
    return rc == GD_OK && op != 0 ? blank_rows(keep, op, err) : rc;
}

/* ---- all ---- */

/* What was forgotten stands in the audit trail, as counts. */
static void report(struct gd_keep *keep)
{
    struct gd_error ignored = {0};
    char text[160];

    if (keep->allocs + keep->events + keep->rows == 0)
        return;
    snprintf(text, sizeof text,
             "done: %" PRId64 " allocations, %" PRId64 " events, %" PRId64 " rows of operations forgotten",
             keep->allocs, keep->events, keep->rows);
    keep->allocs = keep->events = keep->rows = 0;
    if (gd_audit(keep->ledger, keep->profile, "keep", "by age", text, &ignored) != GD_OK)
        gd_log(GD_LOG_REQUESTS, "%s", ignored.what);
}

/* One slice; false when there is no more. */
static bool step(struct gd_keep *keep)
{
    struct gd_error err = {0};
    enum gd_rc rc = GD_OK;

    if (keep->ledger->in_tx) /* somebody's transaction is open over a turn of the loop: another time */
        return true;
    switch (keep->part) {
    case PART_ALLOCS:
        rc = forget_some(keep, SQL_KEEP_ALLOCS, &err);
        break;
    case PART_EVENTS:
        rc = forget_some(keep, SQL_KEEP_EVENTS, &err);
        break;
    case PART_OPS:
        rc = forget_op(keep, &err);
        break;
    case PART_DONE:
        break;
    }
    if (rc != GD_OK) {
        gd_log(GD_LOG_REQUESTS, "keep: %s", err.what);
        keep->part = PART_DONE;
    }
    if (keep->part == PART_DONE)
        report(keep);
    return keep->part != PART_DONE;
}

static bool step_slice(void *arg, int64_t budget_us)
{
    struct gd_keep *keep = arg;
    bool more = step(keep);

    (void)budget_us;
    if (!more)
        keep->slice = 0;
    return more;
}

enum gd_rc gd_keep_start(struct gd_ledger *ledger, struct gd_loop *loop, const char *profile, int64_t seconds,
                         struct gd_keep **out, struct gd_error *err)
{
    struct gd_keep *keep = gd_calloc(1, sizeof *keep);
    enum gd_rc rc = GD_OK;

    *out = keep;
    if (keep == NULL)
        return gd_fail_memory(err);
    *keep = (struct gd_keep){.ledger = ledger, .loop = loop, .before = gd_now() - seconds};
    keep->profile = gd_strdup(profile != NULL ? profile : "");
    if (keep->profile == NULL)
        rc = gd_fail_memory(err);
    if (rc == GD_OK)
        rc = gd_loop_slice(loop, step_slice, keep, &keep->slice);
    if (rc != GD_OK) {
        gd_keep_free(out);
        return gd_fail_memory(err);
    }
    return GD_OK;
}

void gd_keep_go_on(struct gd_keep *keep, int64_t budget_ms)
{
    int64_t until = gd_mono_ms() + budget_ms;

    while (keep != NULL && keep->slice != 0 && !keep->ledger->in_tx && gd_mono_ms() < until)
        if (!step(keep)) {
            gd_loop_slice_drop(keep->loop, keep->slice);
            keep->slice = 0;
        }
}

void gd_keep_free(struct gd_keep **out)
{
    struct gd_keep *keep = *out;

    *out = NULL;
    if (keep == NULL)
        return;
    if (keep->slice != 0) {
        gd_loop_slice_drop(keep->loop, keep->slice);
        if (!keep->ledger->in_tx)
            report(keep);
    }
    gd_free(keep->profile);
    gd_free(keep);
}
