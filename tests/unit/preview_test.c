/* Preview: what is said of rows before they are confirmed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/preview.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "../../api/mem.h"
#include "store.h"
#include "tap.h"

#define N 5

static struct gd_op_row rows[N];

static void make_rows(void)
{
    static const char *const known[N] = {
        "id=gp-0;state=active;ends=1790001800;read=1789999000", /* ends in half an hour */
        "id=gp-1;state=active;ends=1790100000;read=1789999000",
        "id=gp-2;state=deallocated;ends=1790100000;read=1789999000",
        "id=gp-3;state=active;ends=1790100000;read=1789999000",
        "id=gp-4",
    };

    for (int i = 0; i < N; i++) {
        char id[20];

        snprintf(id, sizeof id, "gp-%d", i);
        rows[i] = (struct gd_op_row){.id = gd_strdup(id), .before = store_alloc(known[i])};
    }
    rows[3].state = GD_ROW_SKIPPED;
    rows[4].before.read_at = 0;
}

/* An event of a call, as the receiver keeps it. */
static void add_call(const char *id, long long at)
{
    sqlite3 *db = NULL;
    char sql[400];

    snprintf(sql, sizeof sql,
             "INSERT INTO event (tenant, kind, at, received_at, id, call_sid, body)"
             " SELECT tenant, 'call', %lld, %lld, '%s', '%s-%lld', '{}' FROM tenant WHERE name = 'acme'",
             at, at, id, id, at);
    if (sqlite3_open(store_path("preview.db"), &db) != SQLITE_OK ||
        sqlite3_exec(db, sql, 0, 0, 0) != SQLITE_OK)
        bail_out("cannot add an event: %s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

static struct gd_preview look(struct gd_ledger *ledger, char *text, size_t room)
{
    struct gd_preview preview;
    struct gd_error err = {0};
    struct gd_buf out;

    if (gd_preview(ledger, rows, N, STORE_NOW, &preview, &err) != GD_OK)
        bail_out("%s", err.what);
    gd_buf_init(&out, 4096);
    gd_preview_text(&preview, &out);
    snprintf(text, room, "%s", out.data);
    gd_buf_free(&out);
    return preview;
}

int main(void)
{
    struct gd_ledger *ledger = store_open("preview.db", "acme");
    struct gd_preview preview;
    char text[2000];

    make_rows();
    store_put(ledger, "id=gp-0;state=active;read=1789999000");
    preview = look(ledger, text, sizeof text);
    is_int(preview.rows, 4, "rows that would be sent");
    is_int(preview.left_out, 1, "rows left out");
    is_int(preview.soon, 1, "ends within the hour");
    is_int(preview.over, 1, "over already");
    is_int(preview.unknown, 1, "never read here");
    is_int(preview.known, 1, "known here, all together");
    has_str(text, "there is no event data", "no event data is said plainly");
    has_str(text, "1 known here; the tenant may hold more", "that more may exist, too");
    add_call("gp-1", STORE_NOW - 901);
    preview = look(ledger, text, sizeof text);
    is_int(preview.calls, 0, "a call of 15 minutes and a second ago");
    has_str(text, "None of them had a call", "is said not to count");
    add_call("gp-1", STORE_NOW - 60);
    add_call("gp-1", STORE_NOW - 30);
    add_call("gp-3", STORE_NOW - 30);
    preview = look(ledger, text, sizeof text);
    is_int(preview.calls, 1, "rows with a call are counted, not calls, nor rows left out");
    has_str(text, "1 of them had a call in the last 15 minutes", "and told");
    for (int i = 0; i < N; i++)
        gd_op_row_clear(&rows[i]);
    gd_ledger_close(&ledger);
    return done_testing();
}
