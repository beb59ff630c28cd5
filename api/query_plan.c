/* What a filter comes to in the index. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "query_plan.h"

#include <string.h>

#include "filter_i.h"
#include "index.h"
#include "ledger_i.h"
#include "mem.h"

/* Making a plan. */
struct maker {
    struct gd_ledger *ledger;
    const struct segments *segments;
    const struct gd_filter *filter;
    sqlite3_stmt *row_stmt;
    struct query_plan *plan;
    size_t words;
    enum gd_rc rc;
    struct gd_error *err;
};

/* A set of the maker's size, empty; NULL (recorded) where memory ran out. */
static uint64_t *new_set(struct maker *maker)
{
    uint64_t *set = gd_calloc(maker->words, sizeof *set);

    if (set == NULL)
        maker->rc = gd_fail_memory(maker->err);
    return set;
}

static void join(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t w = 0; w < words; w++)
        to[w] |= from[w];
}

static void meet(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t w = 0; w < words; w++)
        to[w] &= from[w];
}

static void leave(uint64_t *to, const uint64_t *from, size_t words)
{
    for (size_t w = 0; w < words; w++)
        to[w] &= ~from[w];
}

static bool share(const uint64_t *one, const uint64_t *other, size_t words)
{
    for (size_t w = 0; w < words; w++)
        if ((one[w] & other[w]) != 0)
            return true;
    return false;
}

static void add_fact(struct maker *maker, uint32_t fact, uint64_t *rows)
{
    if (maker->rc == GD_OK)
        maker->rc = segment_fact(maker->ledger, maker->segments, fact, rows, maker->err);
}

/* ---- texts ---- */

/* The rows where all needles of a reading may be found. */
static void add_reading(struct maker *maker, const struct filter_reading *reading, unsigned classes,
                        uint64_t *rows, bool *exact)
{
    uint64_t *all = NULL, *one = NULL;

    for (size_t i = 0; maker->rc == GD_OK && i < reading->n; i++) {
        const struct filter_needle *needle = &reading->needles[i];

        one = new_set(maker);
        if (one == NULL)
            break;
        maker->rc = segment_find(maker->ledger, maker->segments, classes, needle->text, needle->len, one,
                                  exact, maker->err);
        if (all == NULL) {
            all = one;
        } else {
            meet(all, one, maker->words);
            gd_free(one);
        }
    }
    if (all != NULL)
        join(rows, all, maker->words);
    gd_free(all);
}

/* Usage is a fact in the index, and no text. *exact is left alone where the fact tells all. */
static void find_usage(struct maker *maker, const struct filter_term *term, uint64_t *rows, bool *exact)
{
    static const char *const usages[] = {"oneway", "twoway"};

    for (uint32_t u = 0; u < 2; u++) {
        struct gd_alloc alloc = {.v = {[GD_F_USAGE] = (char *)(uintptr_t)usages[u]}};

        if (filter_term_match(term, &alloc, 0))
            add_fact(maker, GRAM_USAGE + u, rows);
    }
    add_fact(maker, GRAM_USAGE + 2, rows);
    *exact = false;
}

static void find_text(struct maker *maker, const struct filter_term *term, uint64_t *rows, bool *exact)
{
    unsigned classes;

    if ((term->fields & ~filter_searchable()) != 0) {
        find_usage(maker, term, rows, exact);
        return;
    }
    classes = gram_classes(term->fields, exact);
    for (size_t r = 0; maker->rc == GD_OK && r < term->n; r++)
        add_reading(maker, &term->readings[r], classes, rows, exact);
}

/* ---- times and states ---- */

/* The rows whose time in an order is before or after a moment; absent ones are neither. */
static void find_time(struct maker *maker, enum leaf_order order, bool after, int64_t when, uint64_t *rows)
{
    struct order_key key;
    struct gd_alloc absent = {0}, at = {.ends_at = when < 1 ? 1 : when};
    struct leaf_place from = {0}, to = {0};

    order_key(&absent, GD_SORT_ENDS, 0, &key);
    leaf_place(&key, 0, &to);
    order_key(&at, GD_SORT_ENDS, 0, &key);
    if (after && when > 0)
        leaf_place(&key, UINT32_MAX, &from);
    else if (!after)
        leaf_place(&key, 0, &to);
    if (maker->rc == GD_OK && (after || when > 0))
        maker->rc = leaf_range(maker->ledger, order, &from, &to, rows, maker->words, maker->err);
}

/* The rows that were never read, or have no known end. */
static void find_absent(struct maker *maker, enum leaf_order order, uint64_t *rows)
{
    struct order_key key;
    struct gd_alloc absent = {0};
    struct leaf_place from, to = {0};

    order_key(&absent, GD_SORT_ENDS, 0, &key);
    leaf_place(&key, 0, &from);
    if (maker->rc == GD_OK)
        maker->rc = leaf_range(maker->ledger, order, &from, &to, rows, maker->words, maker->err);
}

/* The rows in one of some states, by the clock: an active one whose end has passed is expired. */
static void find_states(struct maker *maker, unsigned set, int64_t now, uint64_t *rows)
{
    bool active = (set >> GD_ACTIVE & 1) != 0, expired = (set >> GD_EXPIRED & 1) != 0;
    uint64_t *actives, *ended;

    for (uint32_t state = GD_UNKNOWN; state <= GD_DEALLOCATED; state++)
        if ((set >> state & 1) != 0 && (state != GD_ACTIVE || expired))
            add_fact(maker, GRAM_STATE + state, rows);
    if (active == expired)
        return; /* both: the clock does not matter; neither: there is no more */
    actives = new_set(maker);
    ended = new_set(maker);
    if (actives != NULL && ended != NULL) {
        add_fact(maker, GRAM_STATE + GD_ACTIVE, actives);
        find_time(maker, LEAF_ENDS, false, now + 1, ended);
        if (expired)
            meet(actives, ended, maker->words);
        else
            leave(actives, ended, maker->words);
        join(rows, actives, maker->words);
    }
    gd_free(actives);
    gd_free(ended);
}

static void find_term(struct maker *maker, const struct filter_term *term, uint64_t *rows, bool *exact)
{
    *exact = true;
    switch (term->what) {
    case FILTER_TEXT:
        find_text(maker, term, rows, exact);
        break;
    case FILTER_STATE:
        find_states(maker, term->set, maker->filter->now, rows);
        break;
    case FILTER_KIND:
        for (uint32_t kind = GD_GREENPIN; kind <= GD_GREENVN; kind++)
            if ((term->set >> kind & 1) != 0)
                add_fact(maker, GRAM_KIND + kind, rows);
        break;
    case FILTER_ENDS:
        find_time(maker, LEAF_ENDS, term->after, term->when, rows);
        break;
    case FILTER_READ:
        find_time(maker, LEAF_READ, term->after, term->when, rows);
        if (!term->after)
            find_absent(maker, LEAF_READ, rows);
        break;
    case FILTER_CHANGED:
        add_fact(maker, GRAM_CHANGED, rows);
        break;
    }
}

/* Takes a term into the plan. */
static void apply_term(struct maker *maker, const struct filter_term *term)
{
    struct query_plan *plan = maker->plan;
    uint64_t *found = new_set(maker);
    bool exact = true;

    if (found == NULL)
        return;
    find_term(maker, term, found, &exact);
    if (!term->exclude)
        meet(plan->rows, found, maker->words);
    else if (exact)
        leave(plan->rows, found, maker->words);
    else
        exact = !share(plan->rows, found, maker->words);
    plan->exact = plan->exact && exact;
    gd_free(found);
}

/* ---- pending rows ---- */

struct pending {
    struct maker *maker;
    int64_t *rows;
    size_t n, room;
};

static void take_pending(void *arg, int64_t row)
{
    struct pending *pending = arg;

    if (pending->n == pending->room) {
        size_t room = pending->room * 2 + 64;
        int64_t *rows = gd_realloc(pending->rows, room * sizeof *rows);

        if (rows == NULL) {
            pending->maker->rc = gd_fail_memory(pending->maker->err);
            return;
        }
        pending->rows = rows;
        pending->room = room;
    }
    pending->rows[pending->n++] = row;
}

/* Looks at a row itself. */
static bool row_matches(struct maker *maker, int64_t row)
{
    struct gd_alloc alloc;
    bool matches = false;
    int step;

    sqlite3_bind_int64(maker->row_stmt, 1, row);
    step = sqlite3_step(maker->row_stmt);
    if (step == SQLITE_ROW) {
        ledger_row_borrow(maker->row_stmt, &alloc);
        matches = gd_filter_match(maker->filter, &alloc);
    } else if (step != SQLITE_DONE) {
        maker->rc = ledger_fail(maker->ledger, maker->err, "read");
    }
    sqlite3_reset(maker->row_stmt);
    return matches;
}

/* Finds the pending rows, those of them that match, and how large the plan's sets are. */
static void find_pending(struct maker *maker)
{
    struct query_plan *plan = maker->plan;
    struct pending pending = {.maker = maker};
    int64_t last = 0;

    maker->rc = index_pending(maker->ledger, take_pending, &pending, maker->err);
    if (pending.n > 0)
        last = pending.rows[pending.n - 1];
    maker->words = maker->segments->words;
    if (BITS_WORDS((size_t)last + 1) > maker->words)
        maker->words = BITS_WORDS((size_t)last + 1);
    maker->words++; /* a segment that does not begin with a word spills over */
    plan->words = maker->words;
    plan->rows = maker->rc == GD_OK ? new_set(maker) : NULL;
    plan->pending = maker->rc == GD_OK ? new_set(maker) : NULL;
    plan->extra = gd_calloc(pending.n + 1, sizeof *plan->extra);
    if (plan->extra == NULL)
        maker->rc = gd_fail_memory(maker->err);
    for (size_t i = 0; maker->rc == GD_OK && i < pending.n; i++) {
        bits_add(plan->pending, (size_t)pending.rows[i]);
        if (row_matches(maker, pending.rows[i]))
            plan->extra[plan->extra_n++] = pending.rows[i];
    }
    gd_free(pending.rows);
}

enum gd_rc query_plan_make(struct gd_ledger *ledger, const struct gd_filter *filter, sqlite3_stmt *row_stmt,
                           struct query_plan *out, struct gd_error *err)
{
    struct maker maker = {.ledger = ledger, .filter = filter, .row_stmt = row_stmt, .plan = out, .err = err};

    *out = (struct query_plan){.exact = true};
    maker.rc = index_segments(ledger, &maker.segments, err);
    if (maker.rc == GD_OK)
        find_pending(&maker);
    if (maker.rc == GD_OK) {
        memcpy(out->rows, maker.segments->rows, maker.segments->words * sizeof *out->rows);
        leave(out->rows, out->pending, out->words);
    }
    for (size_t i = 0; maker.rc == GD_OK && i < filter->n; i++)
        apply_term(&maker, &filter->terms[i]);
    if (maker.rc != GD_OK)
        query_plan_clear(out);
    return maker.rc;
}

void query_plan_clear(struct query_plan *plan)
{
    gd_free(plan->rows);
    gd_free(plan->pending);
    gd_free(plan->extra);
    *plan = (struct query_plan){0};
}

/* ---- groups ---- */

/* Puts each matching pending row in its group. */
static void group_pending(struct maker *maker, enum gd_sort_key sort, int64_t now, struct query_group *groups,
                          size_t n)
{
    for (size_t i = 0; maker->rc == GD_OK && i < maker->plan->extra_n; i++) {
        struct gd_alloc alloc;
        struct order_key key;
        int64_t row = maker->plan->extra[i];

        sqlite3_bind_int64(maker->row_stmt, 1, row);
        if (sqlite3_step(maker->row_stmt) == SQLITE_ROW) {
            ledger_row_borrow(maker->row_stmt, &alloc);
            order_key(&alloc, sort, now, &key);
            for (size_t g = 0; g < n; g++)
                if (sort == GD_SORT_FIRST_SEEN || groups[g].rank == key.bytes[0])
                    bits_add(groups[g].rows, (size_t)row);
        }
        sqlite3_reset(maker->row_stmt);
    }
}

/* The rows of a key in the index, before the filter. */
static void find_group(struct maker *maker, enum gd_sort_key sort, unsigned rank, int64_t now, uint64_t *rows)
{
    if (sort == GD_SORT_STATE)
        find_states(maker, rank == ORDER_ABSENT ? 1u << GD_UNKNOWN : 1u << rank, now, rows);
    else if (sort == GD_SORT_USAGE && rank != ORDER_ABSENT)
        add_fact(maker, GRAM_USAGE + rank, rows);
    else if (sort == GD_SORT_KIND)
        add_fact(maker, GRAM_KIND + rank, rows);
}

enum gd_rc query_plan_groups(struct gd_ledger *ledger, const struct query_plan *plan, enum gd_sort_key sort,
                             int64_t now, sqlite3_stmt *row_stmt, struct query_group groups[QUERY_GROUPS],
                             size_t *n, struct gd_error *err)
{
    static const struct {
        enum gd_sort_key sort;
        unsigned ranks[QUERY_GROUPS];
        size_t n;
    } orders[] = {
        {GD_SORT_FIRST_SEEN, {0}, 1},
        {GD_SORT_STATE, {GD_ACTIVE, GD_EXPIRED, GD_DEALLOCATED, ORDER_ABSENT}, 4},
        {GD_SORT_USAGE, {0, 1, 2, ORDER_ABSENT}, 4},
        {GD_SORT_KIND, {GD_GREENPIN, GD_GREENVN}, 2},
    };
    struct query_plan same = *plan;
    struct maker maker = {
        .ledger = ledger, .row_stmt = row_stmt, .plan = &same, .words = plan->words, .err = err};
    size_t o = 0;

    *n = 0;
    maker.rc = index_segments(ledger, &maker.segments, err);
    while (orders[o].sort != sort)
        o++;
    for (; maker.rc == GD_OK && *n < orders[o].n; ++*n) {
        struct query_group *group = &groups[*n];

        *group = (struct query_group){.rank = orders[o].ranks[*n], .rows = new_set(&maker)};
        if (group->rows == NULL)
            break;
        find_group(&maker, sort, group->rank, now, group->rows);
        if (sort == GD_SORT_FIRST_SEEN)
            memcpy(group->rows, plan->rows, plan->words * sizeof *group->rows);
        else
            meet(group->rows, plan->rows, plan->words);
        if (sort == GD_SORT_USAGE && group->rank == ORDER_ABSENT) {
            /* those that no fact speaks of */
            memcpy(group->rows, plan->rows, plan->words * sizeof *group->rows);
            for (size_t g = 0; g < *n; g++)
                leave(group->rows, groups[g].rows, plan->words);
        }
    }
    if (maker.rc == GD_OK)
        group_pending(&maker, sort, now, groups, *n);
    return maker.rc;
}
