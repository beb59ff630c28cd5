/* Preview: calls of the last minutes, ends that come anyway, and how little the ledger may know. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "preview.h"

#include <inttypes.h>

#include "ledger_i.h"

/* The one number that the statement gives for the tenant, an id and a time. */
static enum gd_rc ask(struct gd_ledger *ledger, enum ledger_sql which, const char *id, int64_t since,
                      bool *yes, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, which, err);
    enum gd_rc rc = GD_OK;

    *yes = false;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (id != NULL) {
        ledger_bind_text(stmt, 2, id);
        sqlite3_bind_int64(stmt, 3, since);
    }
    if (sqlite3_step(stmt) == SQLITE_ROW)
        *yes = sqlite3_column_int(stmt, 0) != 0;
    else
        rc = ledger_fail(ledger, err, "read the events in");
    sqlite3_reset(stmt);
    return rc;
}

static enum gd_rc look(struct gd_ledger *ledger, const struct gd_op_row *row, int64_t now,
                       struct gd_preview *out, struct gd_error *err)
{
    enum gd_state state = gd_alloc_state(&row->before, now);
    bool called = false;
    enum gd_rc rc = GD_OK;

    out->rows++;
    out->unknown += row->before.read_at == 0;
    out->over += state == GD_EXPIRED || state == GD_DEALLOCATED;
    out->soon += row->before.ends_at > now && row->before.ends_at <= now + GD_PREVIEW_SOON;
    if (out->events && row->id != NULL)
        rc = ask(ledger, SQL_EVENT_CALLED, row->id, now - GD_PREVIEW_CALLS, &called, err);
    out->calls += called;
    return rc;
}

enum gd_rc gd_preview(struct gd_ledger *ledger, const struct gd_op_row *rows, size_t n, int64_t now,
                      struct gd_preview *out, struct gd_error *err)
{
    enum gd_rc rc;

    *out = (struct gd_preview){0};
    rc = ask(ledger, SQL_EVENT_ANY_CALL, NULL, 0, &out->events, err);
    if (rc == GD_OK)
        rc = gd_ledger_count(ledger, &out->known, err);
    for (size_t i = 0; rc == GD_OK && i < n; i++) {
        if (rows[i].state == GD_ROW_PENDING)
            rc = look(ledger, &rows[i], now, out, err);
        else
            out->left_out++;
    }
    return rc;
}

static const char *plural(int64_t n)
{
    return n == 1 ? "" : "s";
}

void gd_preview_text(const struct gd_preview *preview, struct gd_buf *out)
{
    const struct gd_preview *p = preview;

    if (!p->events)
        gd_buf_adds(out, "Whether calls are under way is not known: there is no event data here.\n");
    else if (p->calls > 0)
        gd_buf_addf(out, "%" PRId64 " of them had a call in the last 15 minutes.\n", p->calls);
    else
        gd_buf_adds(out, "None of them had a call in the last 15 minutes, by the events known here.\n");
    if (p->soon > 0)
        gd_buf_addf(out, "%" PRId64 " of them end%s within the hour anyway.\n", p->soon,
                    p->soon == 1 ? "s" : "");
    if (p->over > 0)
        gd_buf_addf(out, "%" PRId64 " of them %s over already, as far as is known here.\n", p->over,
                    p->over == 1 ? "is" : "are");
    if (p->unknown > 0)
        gd_buf_addf(out, "%" PRId64 " allocation%s of these %s never read here.\n", p->unknown,
                    plural(p->unknown), p->unknown == 1 ? "was" : "were");
    if (p->rows > 1)
        gd_buf_addf(out, "%" PRId64 " known here; the tenant may hold more.\n", p->known);
}
