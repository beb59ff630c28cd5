/* Queries over the ledger: pages from any place in any order, counts in slices. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "filter_i.h"
#include "ledger_i.h"
#include "mem.h"
#include "query_i.h"

#define PAGE_MAX 4096 /* rows of one fetch */
#define LOOKS 16      /* rows looked at between two looks at the clock */

/* ---- making and freeing ---- */

static void drop_plan(struct gd_query *query)
{
    query_plan_clear(&query->plan);
    for (size_t i = 0; i < QUERY_GROUPS; i++)
        gd_free(query->groups[i].rows);
    memset(query->groups, 0, sizeof query->groups);
    query->groups_n = 0;
    gd_free(query->extra);
    query->extra = NULL;
    query->extra_n = query->extra_at = 0;
    query->version = -1;
}

enum gd_rc gd_query_new(struct gd_ledger *ledger, const struct gd_filter *filter, struct gd_sort sort,
                        struct gd_query **out, struct gd_error *err)
{
    struct gd_query *query = gd_calloc(1, sizeof *query);
    enum leaf_order order = leaf_order(sort.key);
    enum gd_rc rc;

    *out = query;
    if (query == NULL)
        return gd_fail_memory(err);
    query->ledger = ledger;
    query->filter = filter;
    query->sort = sort;
    query->version = query->count_version = -1;
    rc = ledger_row_stmt(ledger, &query->row_stmt, err);
    if (rc == GD_OK && order < LEAF__COUNT)
        rc = leaf_walk_new(ledger, order, &query->walk, err);
    if (rc != GD_OK)
        gd_query_free(out);
    return rc;
}

void gd_query_free(struct gd_query **out)
{
    struct gd_query *query = *out;

    *out = NULL;
    if (query == NULL)
        return;
    drop_plan(query);
    leaf_walk_free(&query->walk);
    sqlite3_finalize(query->row_stmt);
    gd_free(query->found);
    gd_free(query);
}

/* ---- reading ---- */

/* Microseconds of a clock that never jumps. */
int64_t query_now_us(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000000 + now.tv_nsec / 1000;
}

/* One state of the ledger from here on, until end. */
static enum gd_rc begin(struct gd_query *query, bool *own, struct gd_error *err)
{
    *own = sqlite3_get_autocommit(query->ledger->db) != 0;
    return *own ? ledger_exec(query->ledger, "BEGIN", "read", err) : GD_OK;
}

static void end(struct gd_query *query, bool own)
{
    sqlite3_reset(query->row_stmt);
    if (query->walk != NULL)
        leaf_walk_pause(query->walk);
    if (own)
        sqlite3_exec(query->ledger->db, "COMMIT", NULL, NULL, NULL);
}

/* Reads a row: *found, and its values borrowed until the next. */
enum gd_rc query_read_row(struct gd_query *query, int64_t row, struct gd_alloc *alloc, bool *found,
                          struct gd_error *err)
{
    int step;

    sqlite3_reset(query->row_stmt);
    sqlite3_bind_int64(query->row_stmt, 1, row);
    step = sqlite3_step(query->row_stmt);
    *found = step == SQLITE_ROW;
    if (*found)
        ledger_row_borrow(query->row_stmt, alloc);
    return *found || step == SQLITE_DONE ? GD_OK : ledger_fail(query->ledger, err, "read");
}

/* ---- slices ---- */

bool query_is_over(const struct query_slice *slice)
{
    return slice->deadline != 0 && query_now_us() >= slice->deadline;
}

bool query_looked(struct query_slice *slice)
{
    return ++slice->looks % LOOKS == 0 && query_is_over(slice);
}

/* ---- the plan ---- */

static int compare_places(const void *one, const void *other)
{
    return order_compare(one, other);
}

/* The places of the pending rows that match. */
static enum gd_rc place_extra(struct gd_query *query, struct gd_error *err)
{
    struct gd_alloc alloc;
    bool found;
    enum gd_rc rc = GD_OK;

    query->extra = gd_calloc(query->plan.extra_n + 1, sizeof *query->extra);
    if (query->extra == NULL)
        return gd_fail_memory(err);
    for (size_t i = 0; rc == GD_OK && i < query->plan.extra_n; i++) {
        struct order_place *place = &query->extra[query->extra_n];

        rc = query_read_row(query, query->plan.extra[i], &alloc, &found, err);
        if (rc != GD_OK || !found)
            continue;
        place->row = alloc.row;
        order_key(&alloc, query->sort.key, query->filter->now, &place->key);
        query->extra_n++;
    }
    qsort(query->extra, query->extra_n, sizeof *query->extra, compare_places);
    return rc;
}

/* Makes the plan, unless the one that stands still holds. */
static enum gd_rc make_plan(struct gd_query *query, struct gd_error *err)
{
    int64_t version = 0;
    enum gd_rc rc = ledger_changes(query->ledger, &version, err);

    if (rc != GD_OK || (version == query->version && !query->ledger->touched))
        return rc;
    drop_plan(query);
    rc = query_plan_make(query->ledger, query->filter, query->row_stmt, &query->plan, err);
    if (rc == GD_OK && query->walk != NULL)
        rc = place_extra(query, err);
    else if (rc == GD_OK)
        rc = query_plan_groups(query->ledger, &query->plan, query->sort.key, query->filter->now,
                               query->row_stmt, query->groups, &query->groups_n, err);
    sqlite3_reset(query->row_stmt);
    query->version = rc == GD_OK ? version : -1;
    return rc;
}

/* A row that was looked at in vain is not looked at again. */
static void rule_out(struct gd_query *query, int64_t row)
{
    if ((size_t)row / 64 < query->plan.words)
        bits_drop(query->plan.rows, (size_t)row);
    for (size_t g = 0; g < query->groups_n; g++)
        bits_drop(query->groups[g].rows, (size_t)row);
}

enum gd_rc query_look(struct gd_query *query, int64_t row, bool exact, struct order_place *place,
                      bool *matches, struct gd_error *err)
{
    struct gd_alloc alloc;
    enum gd_rc rc = query_read_row(query, row, &alloc, matches, err);

    if (rc != GD_OK || !*matches)
        return rc;
    *matches = exact || gd_filter_match(query->filter, &alloc);
    if (!*matches)
        rule_out(query, row);
    place->row = row;
    order_key(&alloc, query->sort.key, query->filter->now, &place->key);
    return GD_OK;
}

/* ---- a fetch ---- */

enum gd_rc gd_query_fetch(struct gd_query *query, int64_t place, bool back, bool with_place, int want,
                          struct gd_error *err)
{
    struct gd_alloc alloc;
    bool found = false;
    enum gd_rc rc = GD_OK;

    gd_free(query->found);
    query->want = want < 1 ? 1 : want > PAGE_MAX ? PAGE_MAX : (size_t)want;
    query->found = gd_calloc(query->want + 1, sizeof *query->found);
    if (query->found == NULL)
        return gd_fail_memory(err);
    query->found_n = query->given = query->extra_at = 0;
    query->next_few = 0;
    query->up = back == query->sort.descending;
    query->inclusive = with_place;
    if (place != 0)
        rc = query_read_row(query, place, &alloc, &found, err);
    if (found) {
        query->at.row = place;
        order_key(&alloc, query->sort.key, query->filter->now, &query->at.key);
    }
    sqlite3_reset(query->row_stmt);
    for (size_t i = 0; !found && place != 0 && i < QUERY_SEEN; i++)
        if (query->seen[i].row == place) {
            query->at = query->seen[i];
            found = true;
        }
    query->from_edge = !found;
    query->fetching = rc == GD_OK;
    return rc;
}

/* ---- stepping ---- */

static enum gd_rc find(struct gd_query *query, int64_t budget_us, bool *done, struct gd_error *err)
{
    struct query_slice slice = {.deadline = budget_us > 0 ? query_now_us() + budget_us : 0};
    enum gd_rc rc = make_plan(query, err);

    *done = true;
    return rc == GD_OK ? query_find(query, &slice, done, err) : rc;
}

/* Hands over what was found, outside of any transaction, so that the callback can do as it likes. */
static enum gd_rc hand_over(struct gd_query *query, gd_query_row_fn *fn, void *arg, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; rc == GD_OK && i < query->found_n; i++) {
        struct gd_alloc alloc;
        bool found;

        rc = query_read_row(query, query->found[i].row, &alloc, &found, err);
        if (rc != GD_OK || !found)
            continue;
        query->seen[query->seen_at++ % QUERY_SEEN] = query->found[i];
        fn(arg, &alloc);
    }
    sqlite3_reset(query->row_stmt);
    query->given += query->found_n;
    query->found_n = 0;
    return rc;
}

enum gd_rc gd_query_step(struct gd_query *query, int64_t budget_us, gd_query_row_fn *fn, void *arg,
                         bool *done, struct gd_error *err)
{
    bool own = false;
    enum gd_rc rc;

    *done = true;
    if (!query->fetching)
        return GD_OK;
    rc = begin(query, &own, err);
    if (rc == GD_OK)
        rc = find(query, budget_us, done, err);
    end(query, own);
    query->fetching = rc == GD_OK && !*done;
    return rc == GD_OK ? hand_over(query, fn, arg, err) : rc;
}

/* ---- counting ---- */

/* Looks at the rows that can match, from where the last slice ended. */
static enum gd_rc count_rows(struct gd_query *query, struct query_slice *slice, struct gd_error *err)
{
    const struct query_plan *plan = &query->plan;
    int64_t row = bits_next(plan->rows, plan->words, (size_t)query->count_row);
    enum gd_rc rc = GD_OK;

    for (; rc == GD_OK && row >= 0; row = bits_next(plan->rows, plan->words, (size_t)row + 1)) {
        struct order_place place;
        bool matches;

        rc = query_look(query, row, false, &place, &matches, err);
        query->counted += rc == GD_OK && matches;
        query->count_row = row + 1;
        if (query_looked(slice))
            return rc;
    }
    if (rc == GD_OK) {
        query->count_row = -1;
        query->plan.exact = true; /* what did not match has been ruled out */
    }
    return rc;
}

static enum gd_rc count(struct gd_query *query, struct query_slice *slice, struct gd_error *err)
{
    enum gd_rc rc = make_plan(query, err);

    if (rc != GD_OK)
        return rc;
    if (query->version != query->count_version) {
        query->count_version = query->version;
        query->counted = (int64_t)query->plan.extra_n;
        query->count_row = 0;
        if (query->plan.exact) {
            query->counted += (int64_t)bits_count(query->plan.rows, query->plan.words);
            query->count_row = -1;
        }
    }
    return query->count_row >= 0 ? count_rows(query, slice, err) : GD_OK;
}

enum gd_rc gd_query_count(struct gd_query *query, int64_t budget_us, int64_t *n, bool *done,
                          struct gd_error *err)
{
    struct query_slice slice = {.deadline = budget_us > 0 ? query_now_us() + budget_us : 0};
    bool own = false;
    enum gd_rc rc = begin(query, &own, err);

    if (rc == GD_OK)
        rc = count(query, &slice, err);
    end(query, own);
    *n = query->counted;
    *done = rc != GD_OK || query->count_row < 0;
    return rc;
}

/* ---- all of them ---- */

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

    each->last = row->row;
    each->n++;
    if (!each->stopped)
        each->stopped = !each->fn(each->arg, row);
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
    } while (rc == GD_OK && each.n > 0 && !each.stopped);
    return rc;
}
