/* The timeline of an allocation: readings, events, rows of operations and the audit trail. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "timeline.h"

#include <stdlib.h>

#include "event.h"
#include "journal.h"
#include "journal_i.h"
#include "ledger_i.h"
#include "mem.h"

#define WORDS_MAX 2000 /* bytes of one moment's words */

struct line {
    struct gd_moment *moments; /* with words of their own */
    size_t n, room;
    bool reveal;
    struct gd_error *err;
};

/* Takes the words of the buffer, which is freed. */
static enum gd_rc add(struct line *line, int64_t at, enum gd_moment_kind kind, int64_t op,
                      struct gd_buf *words)
{
    if (line->n == line->room) {
        size_t room = line->room != 0 ? 2 * line->room : 32;
        struct gd_moment *grown = gd_realloc(line->moments, room * sizeof *grown);

        if (grown == NULL) {
            gd_buf_wipe(words);
            return gd_fail_memory(line->err);
        }
        line->moments = grown;
        line->room = room;
    }
    line->moments[line->n] = (struct gd_moment){at, kind, op, gd_buf_take(words)};
    gd_buf_free(words);
    if (line->moments[line->n].words == NULL)
        return gd_fail_memory(line->err);
    line->n++;
    return GD_OK;
}

static enum gd_rc add_said(struct line *line, int64_t at, enum gd_moment_kind kind, const char *said,
                           const char *more)
{
    struct gd_buf words;

    gd_buf_init(&words, WORDS_MAX);
    gd_buf_addf(&words, "%s%.400s", said, more);
    return add(line, at, kind, 0, &words);
}

static enum gd_rc add_readings(struct line *line, const struct gd_alloc *alloc, int64_t now)
{
    const char *source = alloc->source != NULL ? alloc->source : "?";
    enum gd_rc rc = GD_OK;

    if (alloc->created_at != 0)
        rc = add_said(line, alloc->created_at, GD_MOMENT_CREATED, "created at the service", "");
    if (rc == GD_OK && alloc->first_seen != 0)
        rc = add_said(line, alloc->first_seen, GD_MOMENT_KNOWN, "first known here", "");
    if (rc == GD_OK && alloc->read_at != 0)
        rc = add_said(line, alloc->read_at, GD_MOMENT_READ, "last reading, by ", source);
    if (rc == GD_OK && alloc->ends_at != 0 && alloc->ends_at <= now && alloc->state != GD_DEALLOCATED)
        rc = add_said(line, alloc->ends_at, GD_MOMENT_END, "its end, by the clock", "");
    return rc;
}

static bool add_event(void *arg, const struct gd_event *event)
{
    struct line *line = arg;
    struct gd_buf words;

    gd_buf_init(&words, WORDS_MAX);
    gd_event_words(event, line->reveal, &words);
    return add(line, event->at != 0 ? event->at : event->received_at, GD_MOMENT_EVENT, 0, &words) == GD_OK;
}

/* Both sides' VNs in one list. */
static enum gd_rc add_events(struct line *line, struct gd_ledger *ledger, const struct gd_alloc *alloc,
                             int limit)
{
    const char *a = alloc->v[GD_F_A_VNS], *b = alloc->v[GD_F_B_VNS], *at = b, *vn;
    struct gd_buf vns;
    size_t len;
    enum gd_rc rc;

    gd_buf_init(&vns, SIZE_MAX / 4);
    gd_buf_adds(&vns, a != NULL ? a : "");
    while (b != NULL && (vn = gd_list_next(&at, &len)) != NULL)
        if (a == NULL || !gd_list_has(a, vn, len)) {
            gd_buf_addc(&vns, ',');
            gd_buf_add(&vns, vn, len);
        }
    rc = gd_buf_check(&vns, "list of VNs", line->err);
    if (rc == GD_OK)
        rc = gd_event_each_of(ledger, alloc->v[GD_F_ID], vns.data, limit, add_event, line, line->err);
    gd_buf_wipe(&vns);
    return rc == GD_OK ? line->err->rc : rc;
}

/* One row of the journal: op, kind, state, when, status, message. */
static enum gd_rc add_row(struct line *line, sqlite3_stmt *stmt)
{
    int64_t op = sqlite3_column_int64(stmt, 0);
    int status = sqlite3_column_int(stmt, 4);
    const char *message = ledger_text(stmt, 5), *user = ledger_text(stmt, 6);
    struct gd_buf words;

    gd_buf_init(&words, WORDS_MAX);
    gd_buf_addf(&words, "%s by operation %lld",
                gd_op_kind_name((enum gd_op_kind)journal_bounded(stmt, 1, GD_OP_VN)), (long long)op);
    if (user != NULL)
        gd_buf_addf(&words, " of %.60s", user);
    gd_buf_addf(&words, ": %s",
                gd_row_state_name((enum gd_row_state)journal_bounded(stmt, 2, GD_ROW_SKIPPED)));
    if (status != 0)
        gd_buf_addf(&words, ", HTTP %d", status);
    if (message != NULL)
        gd_buf_addf(&words, ", %.300s", message);
    return add(line, sqlite3_column_int64(stmt, 3), GD_MOMENT_ROW, op, &words);
}

static enum gd_rc add_audit(struct line *line, sqlite3_stmt *stmt)
{
    const char *user = ledger_text(stmt, 1), *action = ledger_text(stmt, 2), *result = ledger_text(stmt, 3);
    struct gd_buf words;

    gd_buf_init(&words, WORDS_MAX);
    gd_buf_addf(&words, "%.60s by %.60s: %.200s", action != NULL ? action : "?", user != NULL ? user : "?",
                result != NULL ? result : "?");
    return add(line, sqlite3_column_int64(stmt, 0), GD_MOMENT_AUDIT, 0, &words);
}

/* Adds the rows that a statement over tenant, id and limit gives. */
static enum gd_rc add_each(struct line *line, struct gd_ledger *ledger, enum ledger_sql which, const char *id,
                           int limit, enum gd_rc (*take)(struct line *line, sqlite3_stmt *stmt))
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, which, line->err);
    int step = SQLITE_ROW;
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, id);
    sqlite3_bind_int(stmt, 3, limit);
    while (rc == GD_OK && (step = sqlite3_step(stmt)) == SQLITE_ROW)
        rc = take(line, stmt);
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, line->err, "read the timeline in");
    sqlite3_reset(stmt);
    return rc;
}

/* Newest first; what happened in the same second, latest in the order of kinds first. */
static int compare(const void *one, const void *other)
{
    const struct gd_moment *a = one, *b = other;

    if (a->at != b->at)
        return a->at < b->at ? 1 : -1;
    if (a->kind != b->kind)
        return a->kind < b->kind ? 1 : -1;
    return a->op < b->op ? 1 : a->op > b->op ? -1 : 0;
}

static void line_clear(struct line *line)
{
    for (size_t i = 0; i < line->n; i++) {
        char *words = (char *)(uintptr_t)line->moments[i].words; /* its own */

        gd_wipe_free(&words);
    }
    gd_free(line->moments);
}

enum gd_rc gd_timeline(struct gd_ledger *ledger, const struct gd_alloc *alloc, bool reveal, int64_t now,
                       int limit, gd_timeline_fn *fn, void *arg, struct gd_error *err)
{
    struct gd_error ignored = {0};
    struct line line = {.reveal = reveal, .err = err != NULL ? err : &ignored};
    const char *id = alloc->v[GD_F_ID];
    enum gd_rc rc = add_readings(&line, alloc, now);

    if (rc == GD_OK)
        rc = add_events(&line, ledger, alloc, limit);
    if (rc == GD_OK)
        rc = add_each(&line, ledger, SQL_TIMELINE_ROWS, id, limit, add_row);
    if (rc == GD_OK)
        rc = add_each(&line, ledger, SQL_TIMELINE_AUDIT, id, limit, add_audit);
    if (rc == GD_OK && line.n > 0)
        qsort(line.moments, line.n, sizeof *line.moments, compare);
    for (size_t i = 0; rc == GD_OK && i < line.n && i < (size_t)limit && fn(arg, &line.moments[i]); i++)
        ;
    line_clear(&line);
    return rc;
}
