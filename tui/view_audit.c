/* View 7, audit: who did what, and what was refused; newest first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/audit.h"
#include "../api/when.h"
#include "table.h"

enum { AT, USER, PROFILE, ACTION, SUBJECT, RESULT };

static const struct table_column columns[] = {
    {.head = "AT", .least = 19, .most = 19, .keep = 8},
    {.head = "USER", .least = 5, .most = 14, .keep = 6},
    {.head = "PROFILE", .least = 7, .most = 14, .keep = 2},
    {.head = "ACTION", .least = 8, .most = 17, .keep = 7},
    {.head = "SUBJECT", .least = 10, .most = 40, .keep = 5},
    {.head = "RESULT", .least = 10, .keep = 6},
    {0},
};

static enum role result_role(const char *result)
{
    return strncmp(result, "refused", 7) == 0  ? ROLE_WARN
           : strncmp(result, "failed", 6) == 0 ? ROLE_ERROR
                                               : ROLE_TEXT;
}

static bool add(void *arg, const struct gd_audit_row *audit)
{
    struct table *table = arg;
    char at[GD_WHEN_MAX], key[80];
    const char *result = audit->result ? audit->result : "";
    struct table_row *row;

    gd_when_format(audit->at, table->pane.console->desk->place.zone_offset, "%Y-%m-%d %H:%M:%S", at);
    snprintf(key, sizeof key, "%s %.40s", at, audit->action ? audit->action : "");
    row = table_add(table, key);
    if (!row)
        return table->n < TABLE_ROWS_MOST;
    table_cell(row, AT, ROLE_DIM, at);
    table_cell(row, USER, ROLE_TEXT, audit->user);
    table_cell(row, PROFILE, ROLE_DIM, audit->profile);
    table_cell(row, ACTION,
               strcmp(audit->action ? audit->action : "", "reveal") == 0 ? ROLE_REVEALED : ROLE_TEXT,
               audit->action);
    table_cell(row, SUBJECT, ROLE_ID, audit->subject);
    table_cell(row, RESULT, result_role(result), result);
    return true;
}

static enum gd_rc read_audit(struct table *table, struct gd_error *err)
{
    return gd_audit_each(table->pane.console->desk->ledger, add, table, err);
}

static const char *const labels[] = {"At", "User", "Profile", "Action", "Subject", "Result"};

static void detail(struct table *table, const struct table_row *row, struct prose *out)
{
    (void)table;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        table_pair(out, labels[i], (enum role)row->roles[i], row->cells[i]);
}

static const struct hint hints[] = {
    {GD_C_OPEN, NULL, "all of it"},    {GD_C_FILTER, NULL, "search"}, {GD_C_NEXT, NULL, "next"},
    {GD_C_PREVIOUS, NULL, "previous"}, {GD_C_BACK, NULL, "back"},     {0},
};

static const struct table_view view = {
    .name = "audit",
    .columns = columns,
    .hints = hints,
    .empty = "Nothing was done yet.",
    .read = read_audit,
    .detail = detail,
};

struct pane *view_audit_new(struct console *console, struct gd_error *err)
{
    return table_new(console, &view, NULL, "Audit", err);
}
