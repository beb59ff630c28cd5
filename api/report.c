/* The report of an operation, in Markdown. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "report.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "code.h"
#include "duration.h"
#include "mem.h"
#include "text.h"
#include "when.h"

#define CAUSES_MAX 64
#define TEXT_MAX ((size_t)1 << 20)

/* A cell of a table: nothing in it is markup, nothing steers a terminal. */
static void add_cell(struct gd_buf *out, const char *text)
{
    struct gd_buf safe;

    if (text == NULL)
        return;
    gd_buf_init(&safe, TEXT_MAX);
    gd_text_escape(text, strlen(text), &safe);
    for (const char *c = safe.data; *c != '\0'; c++) {
        if (strchr("\\|`*_<>[]#~", *c) != NULL)
            gd_buf_addc(out, '\\');
        gd_buf_addc(out, *c);
    }
    gd_buf_free(&safe);
}

static void add_time(struct gd_buf *out, int64_t when, int zone)
{
    char text[GD_WHEN_MAX];

    if (when == 0)
        return;
    gd_when_format(when, zone, "%Y-%m-%d %H:%M:%S", text);
    gd_buf_adds(out, text);
}

/* ---- the head ---- */

static void add_line(struct gd_buf *out, const char *name, const char *value)
{
    gd_buf_addf(out, "- %s: ", name);
    add_cell(out, value != NULL && *value != '\0' ? value : "not given");
    gd_buf_addc(out, '\n');
}

static void add_head(const struct gd_op *op, const char *tenant, int zone, struct gd_buf *out)
{
    const struct gd_op_counts *c = &op->counts;

    gd_buf_addf(out, "# Operation %" PRId64 ": %s\n\n", op->op, gd_op_kind_name(op->kind));
    add_line(out, "Tenant", tenant);
    add_line(out, "Who", op->user);
    add_line(out, "Profile", op->profile);
    gd_buf_adds(out, "- When: ");
    add_time(out, op->created_at, zone);
    gd_buf_adds(out, op->ended_at != 0 ? " to " : ", not ended");
    add_time(out, op->ended_at, zone);
    gd_buf_addf(out, " (%s)\n", gd_zone_name(zone));
    add_line(out, "Why", op->reason);
    gd_buf_adds(out, "- By: ");
    add_cell(out, op->origin);
    if (op->parent > 0)
        gd_buf_addf(out, " of operation %" PRId64, op->parent);
    gd_buf_addf(out, "\n- State: %s\n- Dialect: %s\n\n", gd_op_state_name(op->state),
                gd_dialect_name(op->dialect));
    gd_buf_addf(out,
                "| rows | applied | failed | unknown | skipped |\n|--:|--:|--:|--:|--:|\n| %" PRId64
                " | %" PRId64 " | %" PRId64 " | %" PRId64 " | %" PRId64 " |\n",
                c->total, c->applied, c->failed, c->unknown + c->sent, c->skipped + c->pending);
}

/* ---- causes ---- */

struct cause {
    int status, code;
    bool unknown, not_applied;
    int64_t n;
};

struct causes {
    struct cause v[CAUSES_MAX];
    size_t n;
};

static bool count_cause(void *arg, struct gd_op_row *row)
{
    struct causes *causes = arg;
    bool unknown = row->state != GD_ROW_FAILED;
    size_t i;

    for (i = 0; i < causes->n; i++) {
        struct cause *cause = &causes->v[i];

        if (cause->status == row->http_status && cause->code == row->code && cause->unknown == unknown &&
            cause->not_applied == row->not_applied)
            break;
    }
    if (i == CAUSES_MAX)
        return true; /* the rows tell of the others */
    if (i == causes->n)
        causes->v[causes->n++] = (struct cause){row->http_status, row->code, unknown, row->not_applied, 0};
    causes->v[i].n++;
    return true;
}

static void add_causes(const struct causes *causes, struct gd_buf *out)
{
    if (causes->n == 0)
        return;
    gd_buf_adds(
        out,
        "\n## What went wrong\n\n| rows | HTTP | code | meaning | what to do |\n|--:|--:|--:|---|---|\n");
    for (size_t i = 0; i < causes->n; i++) {
        const struct cause *cause = &causes->v[i];
        struct gd_op_row row = {.state = cause->unknown ? GD_ROW_UNKNOWN : GD_ROW_FAILED,
                                .http_status = cause->status,
                                .code = cause->code,
                                .not_applied = cause->not_applied};
        char id[] = "x";

        row.id = id;
        gd_buf_addf(out, "| %" PRId64 " | ", cause->n);
        if (cause->status != 0)
            gd_buf_addf(out, "%d", cause->status);
        gd_buf_adds(out, " | ");
        if (cause->code >= 0)
            gd_buf_addf(out, "%d", cause->code);
        gd_buf_adds(out, " | ");
        add_cell(out, cause->unknown       ? "the outcome is not known"
                      : cause->not_applied ? "it was surely not applied"
                      : cause->status == 0 ? "it was not sent, or someone else changed it"
                                           : gd_code_find(cause->code, cause->status)->meaning);
        gd_buf_adds(out, " | ");
        add_cell(out, gd_op_advice(&row));
        gd_buf_adds(out, " |\n");
    }
}

/* ---- rows ---- */

struct rows {
    const struct gd_op *op;
    struct gd_buf *out;
    int zone;
};

static void add_value(struct gd_buf *out, enum gd_field field, const char *value)
{
    struct gd_buf shown;

    gd_buf_init(&shown, TEXT_MAX);
    if (value == NULL || *value == '\0')
        gd_buf_adds(&shown, "none");
    else
        gd_value_show(field, value, false, &shown);
    add_cell(out, shown.data);
    gd_buf_free(&shown);
}

/* Each field before → after; a PIN is only named. */
static void add_change(const struct rows *rows, const struct gd_op_row *row)
{
    bool first = true;

    for (int f = 0; f < GD_F__COUNT; f++) {
        if (row->want.v[f] == NULL)
            continue;
        gd_buf_addf(rows->out, "%s%s", first ? "" : "; ", gd_fields[f].key);
        first = false;
        if ((gd_fields[f].flags & GD_FF_SECRET) != 0)
            continue;
        gd_buf_adds(rows->out, ": ");
        if (rows->op->kind != GD_OP_CREATE && f != GD_F_DURATION) {
            add_value(rows->out, (enum gd_field)f, row->before.v[f]);
            gd_buf_adds(rows->out, " → ");
        }
        add_value(rows->out, (enum gd_field)f, row->want.v[f]);
        gd_buf_adds(rows->out, f == GD_F_DURATION ? " s" : "");
    }
}

static bool add_row(void *arg, struct gd_op_row *row)
{
    const struct rows *rows = arg;
    struct gd_buf *out = rows->out;

    gd_buf_addf(out, "| %" PRId64 " | ", row->n + 1);
    add_cell(out, row->id);
    gd_buf_addf(out, " | %s | ", gd_row_state_name(row->state));
    add_change(rows, row);
    gd_buf_adds(out, " | ");
    if (row->http_status != 0)
        gd_buf_addf(out, "%d", row->http_status);
    gd_buf_adds(out, " | ");
    if (row->code >= 0)
        gd_buf_addf(out, "%d", row->code);
    gd_buf_adds(out, " | ");
    add_cell(out, row->message);
    gd_buf_addf(out, " | %d | ", row->attempts);
    add_time(out, row->sent_at, rows->zone);
    gd_buf_adds(out, " | ");
    add_time(out, row->answered_at, rows->zone);
    gd_buf_adds(out, " | ");
    add_cell(out, row->request_id);
    if (row->again > 0)
        gd_buf_addf(out, " (taken up by operation %" PRId64 ")", row->again);
    gd_buf_adds(out, " |\n");
    return !out->failed;
}

enum gd_rc gd_report(struct gd_ledger *ledger, const struct gd_op *op, int zone_offset, struct gd_buf *out,
                     struct gd_error *err)
{
    struct rows rows = {.op = op, .out = out, .zone = zone_offset};
    struct causes *causes = gd_calloc(1, sizeof *causes);
    unsigned bad = 1u << GD_ROW_FAILED | 1u << GD_ROW_UNKNOWN | 1u << GD_ROW_SENT;
    enum gd_rc rc;

    if (causes == NULL)
        return gd_fail_memory(err);
    add_head(op, gd_ledger_tenant(ledger), zone_offset, out);
    rc = gd_journal_each_row(ledger, op->op, 0, bad, count_cause, causes, err);
    if (rc == GD_OK)
        add_causes(causes, out);
    gd_free(causes);
    gd_buf_adds(
        out, "\n## Rows\n\n| # | id | outcome | change | HTTP | code | message | attempts | sent | answered"
             " | request |\n|--:|---|---|---|--:|--:|---|--:|---|---|---|\n");
    if (rc == GD_OK)
        rc = gd_journal_each_row(ledger, op->op, 0, 0, add_row, &rows, err);
    return rc == GD_OK ? gd_buf_check(out, "the report", err) : rc;
}
