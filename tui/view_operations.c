/* View 3, operations: the journal, newest first, with counts, rate and time left of what runs; and the rows
 * of one operation with outcome and advice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/code.h"
#include "../api/mem.h"
#include "../api/op.h"
#include "../api/when.h"
#include "table.h"

enum { OP, KIND, STATE, TOTAL, APPLIED, FAILED, UNKNOWN, PROGRESS, AT, WHO };
enum { SAMPLES = 8, SAMPLE_MS = 700 };

/* How far a running operation was when it was first looked at. */
struct sample {
    int64_t op, over, at_ms;
};

struct operations {
    struct sample samples[SAMPLES];
    int next;
};

static const struct table_column columns[] = {
    {.head = "OP", .least = 3, .most = 8, .keep = 9, .fit = FIT_RIGHT},
    {.head = "WHAT", .least = 6, .most = 10, .keep = 8},
    {.head = "STATE", .least = 7, .most = 11, .keep = 8},
    {.head = "ROWS", .least = 4, .most = 9, .keep = 7, .fit = FIT_RIGHT},
    {.head = "APPLIED", .least = 7, .most = 9, .keep = 7, .fit = FIT_RIGHT},
    {.head = "FAILED", .least = 6, .most = 9, .keep = 7, .fit = FIT_RIGHT},
    {.head = "UNKNOWN", .least = 7, .most = 9, .keep = 5, .fit = FIT_RIGHT},
    {.head = "PROGRESS", .least = 24, .keep = 6},
    {.head = "BEGUN", .least = 11, .most = 11, .keep = 3},
    {.head = "BY", .least = 4, .most = 14, .keep = 2},
    {0},
};
_Static_assert(sizeof columns / sizeof *columns <= TABLE_COLUMNS + 1, "room for all columns");

static int64_t over_of(const struct gd_op_counts *counts)
{
    return counts->applied + counts->failed + counts->unknown + counts->skipped;
}

static struct sample *sample_of(struct operations *self, int64_t op, int64_t over)
{
    struct sample *sample;

    for (int i = 0; i < SAMPLES; i++)
        if (self->samples[i].op == op)
            return &self->samples[i];
    sample = &self->samples[self->next++ % SAMPLES];
    *sample = (struct sample){op, over, gd_mono_ms()};
    return sample;
}

/* "45% 12/s, 40 s left  ━━━━──────" of one that runs; the reason of the others. */
static void progress(struct operations *self, const struct gd_op *op, char *out, size_t room)
{
    static const char full[] = "━━━━━━━━━━", empty[] = "──────────";
    int64_t over = over_of(&op->counts), total = op->counts.total, ms, left, seconds;
    const struct sample *sample;
    int tenth = total ? (int)(10 * over / total) : 10;
    double rate = 0;
    char span[40] = "", percent[12], bar[64];

    snprintf(percent, sizeof percent, "%d%%", total ? (int)(100 * over / total) : 100);
    snprintf(bar, sizeof bar, "%.*s%.*s", 3 * tenth, full, 3 * (10 - tenth), empty);
    if (op->state != GD_OPS_RUNNING) {
        snprintf(out, room, "%4s %s  %.200s", percent, bar, op->reason ? op->reason : "");
        return;
    }
    sample = sample_of(self, op->op, over);
    ms = gd_mono_ms() - sample->at_ms;
    seconds = gd_now() - op->created_at;
    if (ms >= SAMPLE_MS && over > sample->over)
        rate = (double)(over - sample->over) * 1000 / (double)ms;
    else if (seconds > 0)
        rate = (double)over / (double)seconds;
    if (rate <= 0) {
        snprintf(out, room, "%4s %s", percent, bar);
        return;
    }
    left = (int64_t)((double)(total - over) / rate) + 1;
    describe_span(left, span, sizeof span);
    snprintf(out, room, "%4s %.*f/s, %s left  %s", percent, rate < 10 ? 1 : 0, rate, span, bar);
}

static enum role state_role(enum gd_op_state state)
{
    switch (state) {
    case GD_OPS_RUNNING:
        return ROLE_CHANGED;
    case GD_OPS_DONE:
        return ROLE_GOOD;
    case GD_OPS_PAUSED:
    case GD_OPS_STOPPED:
    case GD_OPS_INTERRUPTED:
        break;
    }
    return ROLE_WARN;
}

static void count_cell(struct table_row *row, int column, enum role role, int64_t n)
{
    char text[32];

    describe_count(n, text, sizeof text);
    table_cell(row, column, n ? role : ROLE_DIM, text);
}

static bool add(void *arg, const struct gd_op *op)
{
    struct table *table = arg;
    char key[32], at[GD_WHEN_MAX], how[300];
    struct table_row *row;

    snprintf(key, sizeof key, "%" PRId64, op->op);
    row = table_add(table, key);
    if (!row)
        return true;
    row->n = op->op;
    progress(table->arg, op, how, sizeof how);
    gd_when_format(op->created_at, table->pane.console->desk->place.zone_offset, "%d %b %H:%M", at);
    table_cell(row, OP, ROLE_ID, key);
    table_cell(row, KIND, op->kind == GD_OP_DEALLOCATE ? ROLE_DANGER : ROLE_TEXT,
               op->origin && (strcmp(op->origin, "undo") == 0 || strcmp(op->origin, "retry") == 0)
                   ? op->origin
                   : gd_op_kind_name(op->kind));
    table_cell(row, STATE, state_role(op->state), gd_op_state_name(op->state));
    count_cell(row, TOTAL, ROLE_TEXT, op->counts.total);
    count_cell(row, APPLIED, ROLE_GOOD, op->counts.applied);
    count_cell(row, FAILED, ROLE_ERROR, op->counts.failed);
    count_cell(row, UNKNOWN, ROLE_WARN, op->counts.unknown + op->counts.sent);
    table_cell(row, PROGRESS, ROLE_TEXT, how);
    table_cell(row, AT, ROLE_DIM, at);
    table_cell(row, WHO, ROLE_DIM, op->user);
    return true;
}

static enum gd_rc read_operations(struct table *table, struct gd_error *err)
{
    return gd_journal_each(table->pane.console->desk->ledger, add, table, err);
}

/* ---- one operation ---- */

static void what_now(const struct gd_op *op, struct prose *out)
{
    if (op->state == GD_OPS_RUNNING)
        table_pair(out, "Next", ROLE_TEXT, "p pauses it and S stops it, each after what is under way");
    else if (op->counts.pending + op->counts.sent > 0)
        table_pair(out, "Next", ROLE_WARN,
                   "R goes on with what is open; rows without an answer are read before they are sent again");
    if (op->counts.failed + op->counts.unknown > 0)
        table_pair(
            out, "Next", ROLE_WARN,
            "Enter shows each row with its advice; t sends again what can succeed, s stages the failed "
            "rows to be edited");
    if (op->state != GD_OPS_RUNNING && op->counts.applied > 0)
        table_pair(out, "Next", ROLE_TEXT, "U shows what undoing it would do, and asks; w writes a report");
}

static void describe_op(const struct table *table, const struct gd_op *op, struct prose *out)
{
    int zone = table->pane.console->desk->place.zone_offset;
    char at[GD_WHEN_MAX], text[300];

    prose_addf(out, ROLE_ID, "Operation %" PRId64, op->op);
    prose_addf(out, ROLE_TEXT, "  %s, %s", gd_op_kind_name(op->kind), gd_op_state_name(op->state));
    snprintf(text, sizeof text,
             "%" PRId64 " applied, %" PRId64 " failed, %" PRId64 " unknown, %" PRId64 " skipped, %" PRId64
             " not sent, of %" PRId64,
             op->counts.applied, op->counts.failed, op->counts.unknown + op->counts.sent, op->counts.skipped,
             op->counts.pending, op->counts.total);
    table_pair(out, "Rows", op->counts.failed + op->counts.unknown ? ROLE_WARN : ROLE_TEXT, text);
    gd_when_format(op->created_at, zone, "%Y-%m-%d %H:%M:%S", at);
    snprintf(text, sizeof text, "%s by %.80s, with %.60s", at, op->user ? op->user : "?",
             op->profile ? op->profile : "?");
    table_pair(out, "Begun", ROLE_TEXT, text);
    if (op->ended_at) {
        gd_when_format(op->ended_at, zone, "%Y-%m-%d %H:%M:%S", at);
        table_pair(out, "Ended", ROLE_TEXT, at);
    }
    table_pair(out, "Reason", ROLE_TEXT, op->reason);
    if (op->parent) {
        snprintf(text, sizeof text, "%s of operation %" PRId64, op->origin ? op->origin : "comes",
                 op->parent);
        table_pair(out, "From", ROLE_TEXT, text);
    }
    what_now(op, out);
}

static void detail(struct table *table, const struct table_row *row, struct prose *out)
{
    struct gd_op op = {0};
    struct gd_error err = {0};
    bool found = false;

    if (gd_journal_get(table->pane.console->desk->ledger, row->n, &op, &found, &err) == GD_OK && found)
        describe_op(table, &op, out);
    else
        prose_words(out, 0, ROLE_ERROR, err.what);
    gd_op_clear(&op);
}

/* The keys that act on an operation, here and among its rows. */
static bool act_on(struct table *table, int64_t op, enum gd_command_id id)
{
    char number[32];

    switch (id) {
    case GD_C_PAUSE:
    case GD_C_STOP:
    case GD_C_RESUME:
    case GD_C_RETRY:
    case GD_C_UNDO:
    case GD_C_REPORT:
    case GD_C_RESTAGE:
        snprintf(number, sizeof number, "%" PRId64, op);
        table_run(table, gd_commands[id].name, number, NULL);
        return true;
    default:
        return false;
    }
}

static bool act(struct table *table, const struct table_row *row, const struct act *act, struct gd_error *err)
{
    if (!row)
        return false;
    if (act->id == GD_C_OPEN) {
        console_push(table->pane.console, view_rows_new(table->pane.console, row->n, err));
        return true;
    }
    return act_on(table, row->n, act->id);
}

/* Counts and rates change all the time. */
static bool always(struct table *table)
{
    (void)table;
    return true;
}

static const struct hint hints[] = {
    {GD_C_OPEN, NULL, "rows"},     {GD_C_PAUSE, NULL, "pause"}, {GD_C_RESUME, NULL, "resume"},
    {GD_C_STOP, NULL, "stop"},     {GD_C_RETRY, NULL, "retry"}, {GD_C_UNDO, NULL, "undo"},
    {GD_C_REPORT, NULL, "report"}, {GD_C_BACK, NULL, "back"},   {0},
};

static const struct table_view view = {
    .name = "operations",
    .columns = columns,
    .hints = hints,
    .empty = "Nothing was sent yet from this ledger.\n\n"
             "What is applied, deallocated, created or undone stands here, row by row.",
    .read = read_operations,
    .detail = detail,
    .act = act,
    .stale = always,
    .free = gd_free,
};

struct pane *view_operations_new(struct console *console, struct gd_error *err)
{
    struct operations *self = gd_calloc(1, sizeof *self);

    if (!self) {
        (void)gd_fail_memory(err);
        return NULL;
    }
    return table_new(console, &view, self, "Operations", err);
}

/* ---- the rows of one ---- */

enum { ROW_ID, OUTCOME, HTTP, CODE, SAYS };

struct op_rows {
    int64_t op;
    unsigned mask;          /* states that are shown; 0 all */
    enum gd_op_state state; /* as they were read */
    struct gd_op_counts counts;
};

static const struct table_column row_columns[] = {
    {.head = "ID", .least = 9, .most = 26, .keep = 9},
    {.head = "OUTCOME", .least = 8, .most = 8, .keep = 8},
    {.head = "HTTP", .least = 4, .most = 4, .keep = 3, .fit = FIT_RIGHT},
    {.head = "CODE", .least = 4, .most = 6, .keep = 4, .fit = FIT_RIGHT},
    {.head = "WHAT CAME OF IT", .least = 20, .keep = 7},
    {0},
};

static enum role outcome_role(enum gd_row_state state)
{
    switch (state) {
    case GD_ROW_APPLIED:
        return ROLE_GOOD;
    case GD_ROW_FAILED:
        return ROLE_ERROR;
    case GD_ROW_UNKNOWN:
    case GD_ROW_SENT:
        return ROLE_WARN;
    case GD_ROW_PENDING:
    case GD_ROW_SKIPPED:
        break;
    }
    return ROLE_DIM;
}

static const char *outcome_name(const struct gd_op_row *row)
{
    return row->state == GD_ROW_PENDING ? "waits"
           : row->state == GD_ROW_SENT  ? "sent"
                                        : gd_row_state_name(row->state);
}

static bool add_row(void *arg, struct gd_op_row *op_row)
{
    struct table *table = arg;
    bool bad = op_row->state == GD_ROW_FAILED || op_row->state == GD_ROW_UNKNOWN;
    const char *advice = bad ? gd_op_advice(op_row) : NULL;
    char key[32];
    struct table_row *row;

    snprintf(key, sizeof key, "%" PRId64, op_row->n);
    row = table_add(table, op_row->id ? op_row->id : key);
    if (!row)
        return true;
    row->n = op_row->n;
    table_cell(row, ROW_ID, ROLE_ID, op_row->id ? op_row->id : "new");
    table_cell(row, OUTCOME, outcome_role(op_row->state), outcome_name(op_row));
    if (op_row->http_status)
        table_cellf(row, HTTP, ROLE_TEXT, "%d", op_row->http_status);
    if (op_row->code >= 0)
        table_cellf(row, CODE, ROLE_TEXT, "%d", op_row->code);
    table_cellf(row, SAYS, bad ? ROLE_TEXT : ROLE_DIM, "%.300s%s%.250s",
                op_row->message ? op_row->message : "", op_row->message && advice ? " → " : "",
                advice ? advice : "");
    return true;
}

static enum gd_rc read_rows(struct table *table, struct gd_error *err)
{
    struct op_rows *self = table->arg;
    struct gd_ledger *ledger = table->pane.console->desk->ledger;
    struct gd_op op = {0};
    bool found;
    enum gd_rc rc = gd_journal_get(ledger, self->op, &op, &found, err);

    if (rc == GD_OK && found)
        snprintf(table->right, sizeof table->right,
                 "%s%s, %" PRId64 " applied, %" PRId64 " failed, %" PRId64 " unknown, of %" PRId64,
                 self->mask ? "failed only, " : "", gd_op_state_name(op.state), op.counts.applied,
                 op.counts.failed, op.counts.unknown + op.counts.sent, op.counts.total);
    self->state = op.state;
    self->counts = op.counts;
    gd_op_clear(&op);
    return rc == GD_OK ? gd_journal_each_row(ledger, self->op, 0, self->mask, add_row, table, err) : rc;
}

struct one_row {
    const struct table *table;
    struct prose *out;
};

static void add_wanted(const struct gd_op_row *row, bool reveal, struct prose *out)
{
    struct gd_buf value;

    gd_buf_init(&value, 64 * 1024);
    for (int f = 0; f < GD_F__COUNT; f++) {
        if (!row->want.v[f])
            continue;
        gd_buf_clear(&value);
        if (f != GD_F_DURATION && row->before.v[f]) {
            gd_value_show((enum gd_field)f, row->before.v[f], reveal, &value);
            gd_buf_adds(&value, " → ");
        }
        gd_value_show((enum gd_field)f, row->want.v[f], reveal, &value);
        if (f == GD_F_DURATION)
            gd_buf_adds(&value, " s from when it was sent");
        table_pair(out, gd_fields[f].label, ROLE_TEXT, value.failed ? "" : value.data);
    }
    gd_buf_wipe(&value);
}

static bool describe_row(void *arg, struct gd_op_row *row)
{
    struct one_row *one = arg;
    const struct console *console = one->table->pane.console;
    char at[GD_WHEN_MAX], text[200];

    prose_add(one->out, ROLE_ID, row->id ? row->id : "a new allocation");
    prose_addf(one->out, outcome_role(row->state), "  %s", outcome_name(row));
    if (row->state == GD_ROW_FAILED && row->http_status)
        table_pair(one->out, "Meaning", ROLE_TEXT, gd_code_find(row->code, row->http_status)->meaning);
    table_pair(one->out, "Message", ROLE_TEXT, row->message);
    if (row->state == GD_ROW_FAILED || row->state == GD_ROW_UNKNOWN)
        table_pair(one->out, "Advice", ROLE_WARN, gd_op_advice(row));
    add_wanted(row, console_revealed(console, row->before.row), one->out);
    if (row->answered_at) {
        gd_when_format(row->answered_at, console->desk->place.zone_offset, "%Y-%m-%d %H:%M:%S", at);
        snprintf(text, sizeof text, "%s, after %d attempt%s%s%.90s", at, row->attempts,
                 row->attempts == 1 ? "" : "s", row->request_id ? ", request " : "",
                 row->request_id ? row->request_id : "");
        table_pair(one->out, "Answered", ROLE_TEXT, text);
    }
    if (row->again) {
        snprintf(text, sizeof text, "taken up again by operation %" PRId64, row->again);
        table_pair(one->out, "Since", ROLE_TEXT, text);
    }
    return false;
}

static void row_detail(struct table *table, const struct table_row *row, struct prose *out)
{
    struct op_rows *self = table->arg;
    struct one_row one = {table, out};
    struct gd_error err = {0};

    if (gd_journal_each_row(table->pane.console->desk->ledger, self->op, row->n, 0, describe_row, &one,
                            &err) != GD_OK)
        prose_words(out, 0, ROLE_ERROR, err.what);
}

static bool rows_stale(struct table *table)
{
    struct op_rows *self = table->arg;
    struct gd_op op = {0};
    struct gd_error ignored = {0};
    bool found, stale;

    stale = gd_journal_get(table->pane.console->desk->ledger, self->op, &op, &found, &ignored) == GD_OK &&
            found && (op.state != self->state || memcmp(&op.counts, &self->counts, sizeof op.counts) != 0);
    gd_op_clear(&op);
    return stale;
}

static bool row_act(struct table *table, const struct table_row *row, const struct act *act,
                    struct gd_error *err)
{
    struct op_rows *self = table->arg;

    (void)row;
    (void)err;
    if (act->id == GD_C_FAILED_ONLY) {
        self->mask = self->mask ? 0 : 1u << GD_ROW_FAILED | 1u << GD_ROW_UNKNOWN | 1u << GD_ROW_SENT;
        table_read(table);
        return true;
    }
    return act_on(table, self->op, act->id);
}

static const struct hint row_hints[] = {
    {GD_C_OPEN, NULL, "all of it"}, {GD_C_FAILED_ONLY, NULL, "failed only"},
    {GD_C_PAUSE, NULL, "pause"},    {GD_C_STOP, NULL, "stop"},
    {GD_C_RETRY, NULL, "retry"},    {GD_C_RESTAGE, NULL, "stage failed"},
    {GD_C_BACK, NULL, "back"},      {0},
};

static const struct table_view rows_view = {
    .name = "rows",
    .columns = row_columns,
    .hints = row_hints,
    .empty = "No row is like that.",
    .read = read_rows,
    .detail = row_detail,
    .act = row_act,
    .picks = true,
    .stale = rows_stale,
    .free = gd_free,
};

struct pane *view_rows_new(struct console *console, int64_t op, struct gd_error *err)
{
    struct op_rows *self = gd_calloc(1, sizeof *self);
    char title[60];

    if (!self) {
        (void)gd_fail_memory(err);
        return NULL;
    }
    self->op = op;
    snprintf(title, sizeof title, "Operation %" PRId64, op);
    return table_new(console, &rows_view, self, title, err);
}
