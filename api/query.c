/* Queries over the ledger: pages from any place in any order, counts in slices. Every row is looked at. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query.h"

#include <string.h>

#include "filter_i.h"
#include "ledger_i.h"
#include "mem.h"
#include "order.h"
#include "when.h"

#define PAGE_MAX 4096   /* rows kept of one fetch */
#define ROWS_BETWEEN 64 /* rows between two looks at the clock */
#define SEEN 512        /* places kept of rows handed over, for those that go away */

struct gd_query {
    struct gd_ledger *ledger;
    const struct gd_filter *filter;
    struct gd_sort sort;
    int64_t now;

    struct order_place *best; /* of the fetch under way, in its order */
    size_t n, want;
    int sign; /* 1: rows above the anchor, ascending; -1: below it, descending */
    bool from_edge, with_place, fetching;
    struct order_place anchor;
    int64_t scanned;               /* last row that the fetch looked at */
    struct order_place seen[SEEN]; /* of the last rows handed over, a ring */
    size_t seen_at;

    int64_t counted, count_row, count_version;
};

enum gd_rc gd_query_new(struct gd_ledger *ledger, const struct gd_filter *filter, struct gd_sort sort,
                        struct gd_query **out, struct gd_error *err)
{
    struct gd_query *query = gd_calloc(1, sizeof *query);

    *out = query;
    if (query == NULL)
        return gd_fail_memory(err);
    query->ledger = ledger;
    query->filter = filter;
    query->sort = sort;
    query->now = filter->now;
    query->count_version = -1;
    return GD_OK;
}

void gd_query_free(struct gd_query **query)
{
    if (*query != NULL)
        gd_free((*query)->best);
    gd_free(*query);
    *query = NULL;
}

enum gd_rc gd_query_fetch(struct gd_query *query, int64_t place, bool back, bool with_place, int want,
                          struct gd_error *err)
{
    struct gd_alloc alloc;
    bool found = false;
    enum gd_rc rc = GD_OK;

    gd_free(query->best);
    query->want = want < 1 ? 1 : want > PAGE_MAX ? PAGE_MAX : (size_t)want;
    query->best = gd_calloc(query->want + 1, sizeof *query->best);
    if (query->best == NULL)
        return gd_fail_memory(err);
    query->n = 0;
    query->scanned = 0;
    query->sign = back != query->sort.descending ? -1 : 1;
    query->with_place = with_place;
    if (place != 0)
        rc = ledger_row_by_row(query->ledger, place, &alloc, &found, err);
    if (found) {
        query->anchor.row = place;
        order_key(&alloc, query->sort.key, query->now, &query->anchor.key);
    }
    sqlite3_reset(query->ledger->by_row);
    for (size_t i = 0; !found && place != 0 && i < SEEN; i++)
        if (query->seen[i].row == place) {
            query->anchor = query->seen[i];
            found = true;
        }
    query->from_edge = !found;
    query->fetching = true;
    return rc;
}

/* Keeps a matching row if it is among the first after the anchor. */
static void offer(struct gd_query *query, const struct gd_alloc *alloc)
{
    struct order_place place = {.row = alloc->row};
    size_t at;
    int sign;

    order_key(alloc, query->sort.key, query->now, &place.key);
    sign = query->from_edge ? 1 : query->sign * order_compare(&place, &query->anchor);
    if (sign < 0 || (sign == 0 && !query->with_place))
        return;
    for (at = query->n; at > 0 && query->sign * order_compare(&place, &query->best[at - 1]) < 0; at--)
        ;
    if (at == query->want)
        return;
    memmove(&query->best[at + 1], &query->best[at], (query->n - at) * sizeof *query->best);
    query->best[at] = place;
    if (query->n < query->want)
        query->n++;
}

/* Looks at rows after *row until the budget is used; calls take for each that matches. *done: none is left.
 */
static enum gd_rc scan(struct gd_query *query, int64_t *row, int64_t budget_us,
                       void (*take)(struct gd_query *query, const struct gd_alloc *alloc), bool *done,
                       struct gd_error *err)
{
    struct gd_ledger *ledger = query->ledger;
    int64_t deadline = gd_mono_ms() * 1000 + budget_us;
    struct gd_alloc alloc;
    sqlite3_stmt *next = ledger_stmt(ledger, SQL_ROWS_AFTER, err);
    enum gd_rc rc = GD_OK;
    int step = SQLITE_ROW;
    bool found;

    if (next == NULL)
        return GD_IO;
    sqlite3_bind_int64(next, 1, ledger->tenant_no);
    sqlite3_bind_int64(next, 2, *row);
    for (int n = 0; rc == GD_OK && (step = sqlite3_step(next)) == SQLITE_ROW; n++) {
        *row = sqlite3_column_int64(next, 0);
        rc = ledger_row_by_row(ledger, *row, &alloc, &found, err);
        if (rc == GD_OK && found && gd_filter_match(query->filter, &alloc))
            take(query, &alloc);
        if (budget_us > 0 && n % ROWS_BETWEEN == ROWS_BETWEEN - 1 && gd_mono_ms() * 1000 >= deadline)
            break;
    }
    *done = step == SQLITE_DONE;
    if (rc == GD_OK && step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read");
    sqlite3_reset(next);
    sqlite3_reset(ledger->by_row);
    return rc;
}

enum gd_rc gd_query_step(struct gd_query *query, int64_t budget_us, gd_query_row_fn *fn, void *arg,
                         bool *done, struct gd_error *err)
{
    struct gd_alloc alloc;
    bool found;
    enum gd_rc rc;

    *done = true;
    if (!query->fetching)
        return GD_OK;
    rc = scan(query, &query->scanned, budget_us, offer, done, err);
    if (rc != GD_OK || !*done)
        return rc;
    query->fetching = false;
    for (size_t i = 0; rc == GD_OK && i < query->n; i++) {
        rc = ledger_row_by_row(query->ledger, query->best[i].row, &alloc, &found, err);
        query->seen[query->seen_at++ % SEEN] = query->best[i];
        if (rc == GD_OK && found)
            fn(arg, &alloc);
    }
    sqlite3_reset(query->ledger->by_row);
    return rc;
}

static void count_one(struct gd_query *query, const struct gd_alloc *alloc)
{
    (void)alloc;
    query->counted++;
}

enum gd_rc gd_query_count(struct gd_query *query, int64_t budget_us, int64_t *n, bool *done,
                          struct gd_error *err)
{
    int64_t version = gd_ledger_version(query->ledger);
    enum gd_rc rc = GD_OK;

    if (gd_filter_all(query->filter)) {
        *done = true;
        return gd_ledger_count(query->ledger, n, err);
    }
    if (version != query->count_version)
        query->counted = query->count_row = 0;
    query->count_version = version;
    *done = query->count_row < 0;
    if (!*done)
        rc = scan(query, &query->count_row, budget_us, count_one, done, err);
    if (*done)
        query->count_row = -1;
    *n = query->counted;
    return rc;
}

struct each {
    gd_query_each_fn *fn;
    void *arg;
    int64_t last;
    size_t n;
    bool stopped;
};

static void each_row(void *arg, const struct gd_alloc *row)
{
    struct each *each = arg;

    if (!each->stopped)
        each->stopped = !each->fn(each->arg, row);
    each->last = row->row;
    each->n++;
}

enum gd_rc gd_query_each(struct gd_query *query, gd_query_each_fn *fn, void *arg, struct gd_error *err)
{
    struct each each = {.fn = fn, .arg = arg};
    bool done;
    enum gd_rc rc;

    do {
        each.n = 0;
        rc = gd_query_fetch(query, each.last, false, false, PAGE_MAX, err);
        if (rc == GD_OK)
            rc = gd_query_step(query, 0, each_row, &each, &done, err);
    } while (rc == GD_OK && each.n == PAGE_MAX && !each.stopped);
    return rc;
}
