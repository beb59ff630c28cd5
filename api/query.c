/* Queries over the ledger: pages from any place in any order, counts in slices.
 *
 * The filter becomes a set of rows that can match (query_plan.c); then the order is walked from the place on,
 * passing over rows that are not in the set at about a nanosecond each, and looking at the others' own values
 * only where the set is no proof. Where few rows are in the set they are read and sorted instead. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "filter_i.h"
#include "index.h"
#include "leaf.h"
#include "ledger_i.h"
#include "mem.h"
#include "order.h"
#include "query_plan.h"

#define PAGE_MAX 4096 /* rows of one fetch */
#define LOOKS 16      /* rows looked at between two looks at the clock */
#define SEEN 512      /* places kept of rows handed over, for those that go away */

struct gd_query {
    struct gd_ledger *ledger;
    const struct gd_filter *filter;
    struct gd_sort sort;
    sqlite3_stmt *row_stmt;
    struct leaf_walk *walk; /* NULL: the order has no leaves */

    /* What holds while nothing changes. */
    int64_t version; /* of the ledger, for which the plan was made; -1 none */
    struct query_plan plan;
    struct query_group groups[QUERY_GROUPS]; /* of an order without leaves */
    size_t groups_n;
    struct order_place *extra; /* pending rows that match, in the order; with leaves */
    size_t extra_n;
    size_t extra_at; /* those before it, in the fetch's order, are behind */

    /* The fetch under way. */
    bool fetching, up, inclusive, from_edge;
    struct order_place at;     /* nothing up to it is wanted any more */
    struct order_place *found; /* to be handed over */
    size_t found_n, want, given;
    int64_t next_few; /* where few rows are read: the next one */

    struct order_place seen[SEEN]; /* a ring */
    size_t seen_at;

    /* The count under way. */
    int64_t counted, count_row, count_version;
};

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
static int64_t now_us(void)
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
static enum gd_rc read_row(struct gd_query *query, int64_t row, struct gd_alloc *alloc, bool *found,
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

        rc = read_row(query, query->plan.extra[i], &alloc, &found, err);
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
        rc = read_row(query, place, &alloc, &found, err);
    if (found) {
        query->at.row = place;
        order_key(&alloc, query->sort.key, query->filter->now, &query->at.key);
    }
    sqlite3_reset(query->row_stmt);
    for (size_t i = 0; !found && place != 0 && i < SEEN; i++)
        if (query->seen[i].row == place) {
            query->at = query->seen[i];
            found = true;
        }
    query->from_edge = !found;
    query->fetching = rc == GD_OK;
    return rc;
}

/* Whether a place is still to come. */
static bool is_ahead(const struct gd_query *query, const struct order_place *place)
{
    int sign = query->from_edge ? 1 : order_compare(place, &query->at);

    if (query->from_edge)
        return true;
    return sign == 0 ? query->inclusive : (sign > 0) == query->up;
}

/* All up to a place has been dealt with. */
static void pass(struct gd_query *query, const struct order_place *place)
{
    query->at = *place;
    query->from_edge = query->inclusive = false;
}

/* Takes a row into the page; true where the page is full. */
static bool take(struct gd_query *query, const struct order_place *place)
{
    query->found[query->found_n++] = *place;
    pass(query, place);
    return query->given + query->found_n == query->want;
}

/* A row that was looked at in vain is not looked at again. */
static void rule_out(struct gd_query *query, int64_t row)
{
    if ((size_t)row / 64 < query->plan.words)
        bits_drop(query->plan.rows, (size_t)row);
    for (size_t g = 0; g < query->groups_n; g++)
        bits_drop(query->groups[g].rows, (size_t)row);
}

/* Looks at a row that can match: *matches, and its place. */
static enum gd_rc look(struct gd_query *query, int64_t row, bool exact, struct order_place *place,
                       bool *matches, struct gd_error *err)
{
    struct gd_alloc alloc;
    enum gd_rc rc = read_row(query, row, &alloc, matches, err);

    if (rc != GD_OK || !*matches)
        return rc;
    *matches = exact || gd_filter_match(query->filter, &alloc);
    if (!*matches)
        rule_out(query, row);
    place->row = row;
    order_key(&alloc, query->sort.key, query->filter->now, &place->key);
    return GD_OK;
}

/* ---- few rows ---- */

/* Keeps a row if it is among the first that are ahead. found is in the fetch's order. */
static void offer(struct gd_query *query, const struct order_place *place)
{
    size_t at = query->found_n;

    if (!is_ahead(query, place))
        return;
    while (at > 0 && (order_compare(place, &query->found[at - 1]) > 0) != query->up)
        at--;
    if (at == query->want)
        return;
    memmove(&query->found[at + 1], &query->found[at], (query->found_n - at) * sizeof *query->found);
    query->found[at] = *place;
    if (query->found_n < query->want)
        query->found_n++;
}

/* Reads all rows that can match, and sorts them. The page is known at the end, so all of it is one slice: it
 * takes a millisecond. */
static enum gd_rc fetch_few(struct gd_query *query, struct gd_error *err)
{
    const struct query_plan *plan = &query->plan;
    enum gd_rc rc = GD_OK;

    for (int64_t row = bits_next(plan->rows, plan->words, 0); rc == GD_OK && row >= 0;
         row = bits_next(plan->rows, plan->words, (size_t)row + 1)) {
        struct order_place place;
        bool matches;

        rc = look(query, row, plan->exact, &place, &matches, err);
        if (rc == GD_OK && matches)
            offer(query, &place);
    }
    for (size_t i = 0; i < query->extra_n; i++)
        offer(query, &query->extra[i]);
    return rc;
}

/* ---- walking an order with leaves ---- */

/* Takes the pending rows up to a place (NULL: all that are left). True where the page is full. */
static bool take_extra(struct gd_query *query, const struct order_place *before)
{
    size_t n = query->extra_n;
    int sign;

    for (; query->extra_at < n; query->extra_at++) {
        const struct order_place *place =
            &query->extra[query->up ? query->extra_at : n - 1 - query->extra_at];

        if (!is_ahead(query, place))
            continue;
        if (before != NULL && (sign = order_compare(place, before)) != 0 && (sign < 0) != query->up)
            return false;
        if (take(query, place))
            return true;
    }
    return false;
}

/* A slice's end, and how many rows it looked at. */
struct slice {
    int64_t deadline; /* 0: none */
    unsigned looks;
};

static bool is_over(struct slice *slice)
{
    return slice->deadline != 0 && now_us() >= slice->deadline;
}

/* Remembers where the walk stands: at the i-th row of its present part, pending rows up to there taken. */
static enum gd_rc stop_at(struct gd_query *query, size_t i, bool *full, struct gd_error *err)
{
    struct leaf_place place;
    struct order_place at = {0};
    enum gd_rc rc = leaf_walk_place(query->walk, i, &place, err);

    if (rc != GD_OK)
        return rc;
    at.key.len = (unsigned char)(place.len - 5);
    memcpy(at.key.bytes, place.bytes, at.key.len);
    for (size_t b = place.len - (size_t)4; b < place.len; b++)
        at.row = at.row << 8 | place.bytes[b];
    *full = take_extra(query, &at);
    if (!*full && is_ahead(query, &at))
        pass(query, &at);
    return GD_OK;
}

/* Goes through one part of the order. *full: the page is; *late: the slice is over, and where it stands is
 * remembered. */
static enum gd_rc walk_part(struct gd_query *query, const unsigned char *rows, size_t n, struct slice *slice,
                            bool *full, bool *late, struct gd_error *err)
{
    const struct query_plan *plan = &query->plan;
    enum gd_rc rc = GD_OK;

    for (size_t k = 0; rc == GD_OK && k < n; k++) {
        size_t i = query->up ? k : n - 1 - k;
        uint32_t row = leaf_row(rows, i);
        struct order_place place;
        bool matches;

        if (row / 64 >= plan->words || !bits_has(plan->rows, row))
            continue;
        rc = look(query, row, plan->exact, &place, &matches, err);
        if (rc == GD_OK && matches && is_ahead(query, &place)) {
            *full = take_extra(query, &place) || take(query, &place);
            if (*full)
                return GD_OK;
        }
        if (rc == GD_OK && ++slice->looks % LOOKS == 0 && is_over(slice)) {
            *late = true;
            return stop_at(query, i, full, err);
        }
    }
    if (rc == GD_OK && is_over(slice)) {
        *late = true;
        rc = stop_at(query, query->up ? n - 1 : 0, full, err);
    }
    return rc;
}

static enum gd_rc walk_leaves(struct gd_query *query, struct slice *slice, bool *done, struct gd_error *err)
{
    struct leaf_place from = {0};
    const unsigned char *rows = NULL;
    size_t n = 0;
    bool full = false, late = false;
    enum gd_rc rc;

    if (!query->from_edge) /* the next row number stands right after a place */
        leaf_place(&query->at.key,
                   (uint32_t)(query->at.row + (query->inclusive ? 0
                                               : query->up      ? 1
                                                                : -1)),
                   &from);
    leaf_walk_seek(query->walk, &from, !query->up);
    do {
        rc = leaf_walk_next(query->walk, &rows, &n, err);
        if (rc == GD_OK && n > 0)
            rc = walk_part(query, rows, n, slice, &full, &late, err);
    } while (rc == GD_OK && n > 0 && !full && !late);
    if (rc == GD_OK && n == 0)
        (void)take_extra(query, NULL);
    *done = n == 0 || full;
    return rc;
}

/* ---- walking an order of groups ---- */

/* Where a group is entered: the row to begin with, -1 for none. */
static int64_t enter(const struct gd_query *query, const struct query_group *group)
{
    int64_t all = (int64_t)(query->plan.words * 64);
    unsigned rank = query->at.key.len > 0 ? query->at.key.bytes[0] : group->rank;

    if (query->from_edge || (group->rank != rank && (group->rank > rank) == query->up))
        return query->up ? 0 : all;
    if (group->rank != rank)
        return -1;
    return query->at.row + (query->inclusive ? 0 : query->up ? 1 : -1);
}

static enum gd_rc walk_group(struct gd_query *query, const struct query_group *group, struct slice *slice,
                             bool *full, bool *late, struct gd_error *err)
{
    size_t words = query->plan.words;
    int64_t row = enter(query, group);
    enum gd_rc rc = GD_OK;

    if (row < 0)
        return GD_OK;
    row = query->up ? bits_next(group->rows, words, (size_t)row) : bits_before(group->rows, words, row);
    while (rc == GD_OK && row >= 0 && !*full && !*late) {
        struct order_place place;
        bool matches;

        rc = look(query, row, query->plan.exact, &place, &matches, err);
        if (rc == GD_OK && matches) {
            *full = take(query, &place);
        } else if (rc == GD_OK && ++slice->looks % LOOKS == 0 && is_over(slice)) {
            *late = true;
            place = (struct order_place){.row = row, .key = {.len = query->sort.key != GD_SORT_FIRST_SEEN}};
            place.key.bytes[0] = (unsigned char)group->rank;
            pass(query, &place);
        }
        row = query->up ? bits_next(group->rows, words, (size_t)row + 1)
                        : bits_before(group->rows, words, row - 1);
    }
    return rc;
}

static enum gd_rc walk_groups(struct gd_query *query, struct slice *slice, bool *done, struct gd_error *err)
{
    bool full = false, late = false;
    enum gd_rc rc = GD_OK;

    for (size_t k = 0; rc == GD_OK && k < query->groups_n && !full && !late; k++) {
        size_t g = query->up ? k : query->groups_n - 1 - k;

        rc = walk_group(query, &query->groups[g], slice, &full, &late, err);
    }
    *done = !late;
    return rc;
}

/* ---- stepping ---- */

static enum gd_rc find(struct gd_query *query, int64_t budget_us, bool *done, struct gd_error *err)
{
    struct slice slice = {.deadline = budget_us > 0 ? now_us() + budget_us : 0};
    enum gd_rc rc = make_plan(query, err);

    *done = true;
    if (rc != GD_OK)
        return rc;
    if (query->walk == NULL)
        return walk_groups(query, &slice, done, err);
    if (query->given == 0 && bits_count(query->plan.rows, query->plan.words) <= index_sizes.few)
        return fetch_few(query, err);
    return walk_leaves(query, &slice, done, err);
}

/* Hands over what was found, outside of any transaction, so that the callback can do as it likes. */
static enum gd_rc hand_over(struct gd_query *query, gd_query_row_fn *fn, void *arg, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; rc == GD_OK && i < query->found_n; i++) {
        struct gd_alloc alloc;
        bool found;

        rc = read_row(query, query->found[i].row, &alloc, &found, err);
        if (rc != GD_OK || !found)
            continue;
        query->seen[query->seen_at++ % SEEN] = query->found[i];
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
static enum gd_rc count_rows(struct gd_query *query, struct slice *slice, struct gd_error *err)
{
    const struct query_plan *plan = &query->plan;
    int64_t row = bits_next(plan->rows, plan->words, (size_t)query->count_row);
    enum gd_rc rc = GD_OK;

    for (; rc == GD_OK && row >= 0; row = bits_next(plan->rows, plan->words, (size_t)row + 1)) {
        struct order_place place;
        bool matches;

        rc = look(query, row, false, &place, &matches, err);
        query->counted += rc == GD_OK && matches;
        query->count_row = row + 1;
        if (++slice->looks % LOOKS == 0 && is_over(slice))
            return rc;
    }
    if (rc == GD_OK) {
        query->count_row = -1;
        query->plan.exact = true; /* what did not match has been ruled out */
    }
    return rc;
}

static enum gd_rc count(struct gd_query *query, struct slice *slice, struct gd_error *err)
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
    struct slice slice = {.deadline = budget_us > 0 ? now_us() + budget_us : 0};
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
