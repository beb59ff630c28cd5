/* Queries against a plain evaluation in memory: random ledgers, filters and orders; pages forward and back
 * from any place, counts, in slices of any size, while rows come, change and go. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/query.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/index.h"
#include "../../api/mem.h"
#include "../../api/order.h"
#include "../../api/when.h"
#include "store.h"
#include "tap.h"

#define ROWS_MAX 3000
#define PAGE_MAX 4000

static const struct gd_place india = {.country = "IN", .zone_offset = GD_ZONE_IST};

/* What the ledger should hold, by id number; an allocation without an id is not there. */
static struct gd_alloc model[ROWS_MAX];
static size_t model_n;

/* Rows that match, in order: by the model. */
static struct order_place wanted[ROWS_MAX];
static size_t wanted_n;

/* Rows that a fetch gave. */
static int64_t got[PAGE_MAX];
static size_t got_n;

static struct gd_sort sort_now;

static void clear_model(void)
{
    for (size_t i = 0; i < model_n; i++)
        gd_alloc_clear(&model[i]);
    model_n = 0;
}

/* Puts a random allocation in ledger and model: a new one, or a newer reading of a known one. */
static void put_random(struct gd_ledger *ledger, struct store_random *random, size_t n)
{
    char id[40];
    struct gd_alloc alloc;
    struct gd_error err = {0};

    snprintf(id, sizeof id, "%s-%zu", n % 3 == 0 ? "ID" : "id", n);
    alloc = store_random_alloc(random, id);
    if (n < model_n && model[n].row != 0 && alloc.read_at < model[n].read_at)
        alloc.read_at = model[n].read_at;
    if (gd_ledger_put(ledger, &alloc, NULL, &err) != GD_OK)
        bail_out("%s", err.what);
    gd_alloc_clear(&alloc);
    if (n >= model_n)
        model_n = n + 1;
    gd_alloc_clear(&model[n]);
    bool found;
    if (gd_ledger_get(ledger, id, &model[n], &found, &err) != GD_OK || !found)
        bail_out("%s is not there: %s", id, err.what);
}

static void forget_random(struct gd_ledger *ledger, struct store_random *random)
{
    size_t n = store_random(random, (uint32_t)model_n);
    struct gd_error err = {0};
    bool found;

    if (model[n].row == 0)
        return;
    if (gd_ledger_forget(ledger, model[n].v[GD_F_ID], &found, &err) != GD_OK || !found)
        bail_out("cannot forget: %s", err.what);
    gd_alloc_clear(&model[n]);
}

static int compare(const void *one, const void *other)
{
    int sign = order_compare(one, other);

    return sort_now.descending ? -sign : sign;
}

/* Fills wanted from the model. */
static void evaluate(const struct gd_filter *filter, struct gd_sort sort)
{
    wanted_n = 0;
    sort_now = sort;
    for (size_t i = 0; i < model_n; i++) {
        if (model[i].row == 0 || !gd_filter_match(filter, &model[i]))
            continue;
        wanted[wanted_n].row = model[i].row;
        order_key(&model[i], sort.key, STORE_NOW, &wanted[wanted_n++].key);
    }
    qsort(wanted, wanted_n, sizeof *wanted, compare);
}

static void take(void *arg, const struct gd_alloc *row)
{
    (void)arg;
    if (got_n < PAGE_MAX)
        got[got_n++] = row->row;
}

/* Fetches in slices of budget_us into got. */
static void fetch(struct gd_query *query, int64_t place, bool back, bool with_place, int want,
                  int64_t budget_us)
{
    struct gd_error err = {0};
    bool done = false;
    int turns = 0;

    got_n = 0;
    if (gd_query_fetch(query, place, back, with_place, want, &err) != GD_OK)
        bail_out("fetch: %s", err.what);
    while (!done && turns++ < 100000)
        if (gd_query_step(query, budget_us, take, NULL, &done, &err) != GD_OK)
            bail_out("step: %s", err.what);
    if (!done)
        bail_out("a fetch does not end");
}

/* Whether got is what stands in wanted from index from on, want rows at most; back: downwards. */
static bool page_is(size_t from, bool back, size_t want)
{
    size_t there = back ? (from == (size_t)-1 ? 0 : from + 1) : wanted_n > from ? wanted_n - from : 0;

    if (got_n != (want < there ? want : there))
        return false;
    for (size_t i = 0; i < got_n; i++)
        if (got[i] != wanted[back ? from - i : from + i].row)
            return false;
    return true;
}

/* The place of a row among all that are there, matching or not: the index in wanted of the first that does
 * not come before it. */
static size_t index_of(const struct gd_alloc *alloc, bool *itself)
{
    struct order_place place = {.row = alloc->row};
    size_t i = 0;

    order_key(alloc, sort_now.key, STORE_NOW, &place.key);
    while (i < wanted_n && compare(&wanted[i], &place) < 0)
        i++;
    *itself = i < wanted_n && wanted[i].row == alloc->row;
    return i;
}

static bool pages_from_row(struct gd_query *query, struct store_random *random)
{
    const struct gd_alloc *at = &model[store_random(random, (uint32_t)model_n)];
    int want = 1 + (int)store_random(random, 50);
    bool with = store_random(random, 2) == 0, itself;
    int64_t budget = store_random(random, 2) == 0 ? 0 : 1;
    size_t i;

    if (at->row == 0)
        return true;
    i = index_of(at, &itself);
    fetch(query, at->row, false, with, want, budget);
    if (!page_is(itself && !with ? i + 1 : i, false, (size_t)want))
        return false;
    fetch(query, at->row, true, with, want, budget);
    return page_is(itself && with ? i : i - 1, true, (size_t)want);
}

/* Walks the whole list in pages, forward or back, each from the last row of the page before. */
static bool walks(struct gd_query *query, struct store_random *random, bool back)
{
    int64_t place = 0;
    size_t seen = 0;
    int want = 1 + (int)store_random(random, 200);

    if (wanted_n > 300)
        want += (int)wanted_n / 4;
    do {
        fetch(query, place, back, false, want, 0);
        if (!page_is(back ? wanted_n - 1 - seen : seen, back, (size_t)want))
            return false;
        seen += got_n;
        place = got_n > 0 ? got[got_n - 1] : 0;
    } while (got_n > 0 && seen < wanted_n);
    return seen == wanted_n;
}

static bool counts(struct gd_query *query, int64_t budget_us)
{
    struct gd_error err = {0};
    bool done = false;
    int64_t n = -1, before = 0;

    for (int turns = 0; !done && turns < 100000; turns++) {
        if (gd_query_count(query, budget_us, &n, &done, &err) != GD_OK)
            bail_out("count: %s", err.what);
        if (n < before)
            return false;
        before = n;
    }
    return done && n == (int64_t)wanted_n;
}

static bool take_each(void *arg, const struct gd_alloc *row)
{
    size_t *most = arg;

    take(NULL, row);
    return got_n < *most;
}

static bool each(struct gd_query *query, size_t most)
{
    struct gd_error err = {0};

    got_n = 0;
    if (gd_query_each(query, take_each, &most, &err) != GD_OK)
        bail_out("each: %s", err.what);
    return page_is(0, false, most);
}

/* One filter in one order; true where all agrees. */
static bool agrees(struct gd_ledger *ledger, struct store_random *random, const char *text,
                   struct gd_sort sort)
{
    struct gd_filter *filter;
    struct gd_query *query;
    struct gd_error err = {0};
    const char *wrong = NULL;

    if (gd_filter_parse(text, &india, STORE_NOW, &filter, NULL, &err) != GD_OK ||
        gd_query_new(ledger, filter, sort, &query, &err) != GD_OK)
        bail_out("%s: %s", text, err.what);
    evaluate(filter, sort);
    if (!walks(query, random, false))
        wrong = "pages forward";
    else if (!walks(query, random, true))
        wrong = "pages back";
    else if (!counts(query, store_random(random, 2) == 0 ? 0 : 1))
        wrong = "count";
    else if (!each(query, 1 + store_random(random, PAGE_MAX)))
        wrong = "each";
    for (int i = 0; wrong == NULL && i < 4; i++)
        if (!pages_from_row(query, random))
            wrong = "pages from a row";
    if (wrong != NULL)
        diag("\"%s\" by %s%s: %s: got %zu (first %lld), %zu match", text, gd_sort_name(sort.key),
             sort.descending ? " descending" : "", wrong, got_n, got_n > 0 ? (long long)got[0] : 0LL,
             wanted_n);
    gd_query_free(&query);
    gd_filter_free(&filter);
    return wrong == NULL;
}

/* Cases with random filters and orders; how many disagree. */
static int disagreements(struct gd_ledger *ledger, struct store_random *random, int cases)
{
    int wrong = 0;

    for (int i = 0; i < cases; i++) {
        struct gd_sort sort = {(enum gd_sort_key)store_random(random, GD_SORT__COUNT),
                               store_random(random, 2) == 0};
        char text[300] = "";

        if (store_random(random, 8) > 0)
            store_random_filter(random, text, sizeof text);
        wrong += !agrees(ledger, random, text, sort);
    }
    return wrong;
}

/* A life: rows come, change and go in batches, with questions between. */
static void test_life(uint64_t seed, size_t rows, int turns, int cases)
{
    struct store_random random = {seed};
    char name[40];
    struct gd_ledger *ledger, *other;
    struct gd_error err = {0};

    snprintf(name, sizeof name, "life-%llu.db", (unsigned long long)seed);
    ledger = store_open(name, "acme");
    other = store_open(name, "umbrella");
    store_put(other, "id=id-1;a.numbers=+917010000000;custom_field=vip");
    for (int turn = 0; turn < turns; turn++) {
        bool more = store_random(&random, 3) == 0;
        bool tx = store_random(&random, 3) > 0;

        if (tx && gd_ledger_begin(ledger, &err) != GD_OK)
            bail_out("%s", err.what);
        for (size_t i = 0; i < rows / (size_t)turns; i++) {
            size_t n = store_random(&random, 4) > 0 || model_n == 0
                           ? model_n
                           : store_random(&random, (uint32_t)model_n);

            if (n < ROWS_MAX)
                put_random(ledger, &random, n);
            if (store_random(&random, 20) == 0)
                forget_random(ledger, &random);
        }
        if (tx && gd_ledger_commit(ledger, &err) != GD_OK)
            bail_out("%s", err.what);
        while (more)
            if (index_tidy(ledger, &more, &err) != GD_OK)
                bail_out("%s", err.what);
        is_int(disagreements(ledger, &random, cases), 0, "seed %llu, %zu rows: %d filters agree",
               (unsigned long long)seed, model_n, cases);
    }
    clear_model();
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
}

/* Every order, without a filter and with one. */
static void test_orders(void)
{
    struct store_random random = {99};
    char name[40];
    struct gd_ledger *ledger;

    snprintf(name, sizeof name, "orders-%zu.db", index_sizes.leaf);
    ledger = store_open(name, "acme");

    for (size_t n = 0; n < 300; n++)
        put_random(ledger, &random, n);
    for (int key = 0; key < GD_SORT__COUNT; key++)
        for (int down = 0; down < 2; down++) {
            struct gd_sort sort = {(enum gd_sort_key)key, down != 0};

            ok(agrees(ledger, &random, "", sort) && agrees(ledger, &random, "91 -zz", sort), "by %s%s",
               gd_sort_name(sort.key), down != 0 ? " descending" : "");
        }
    clear_model();
    gd_ledger_close(&ledger);
}

/* The order of a few rows, said by hand. */
static void test_by_hand(void)
{
    static const struct {
        enum gd_sort_key key;
        const char *order; /* of ids, ascending */
    } cases[] = {
        {GD_SORT_FIRST_SEEN, "bcad"}, {GD_SORT_ID, "abcd"},   {GD_SORT_ORDER, "cabd"},
        {GD_SORT_A, "bcad"},          {GD_SORT_VN, "acbd"},   {GD_SORT_STATE, "abcd"},
        {GD_SORT_ENDS, "bacd"},       {GD_SORT_READ, "dbac"}, {GD_SORT_USAGE, "cbad"},
        {GD_SORT_KIND, "bcda"},
    };
    struct gd_ledger *ledger = store_open("hand.db", "acme");
    struct gd_filter *filter;
    struct gd_error err = {0};

    store_put(ledger, "id=b;transaction_id=Zebra;a.numbers=+1111111;b.vns=+99;state=active;ends=1789999999;"
                      "read=1789999998;usage=twoway");
    store_put(ledger, "id=C;transaction_id=10;a.numbers=+2222222;a.vns=+55;state=deallocated;usage=oneway");
    store_put(ledger,
              "id=a;kind=greenvn;transaction_id=apple;a.vns=+11;b.vns=+99;state=active;ends=1790009999;"
              "read=1789999999;usage=other");
    store_put(ledger, "id=d;read=1789999000");
    if (gd_filter_parse("", &india, STORE_NOW, &filter, NULL, &err) != GD_OK)
        bail_out("%s", err.what);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct gd_query *query;
        char ids[8] = "";
        static const char letters[] = "?bcad"; /* by row, which are numbered from 1 */

        if (gd_query_new(ledger, filter, (struct gd_sort){cases[i].key, false}, &query, &err) != GD_OK)
            bail_out("%s", err.what);
        fetch(query, 0, false, false, 10, 0);
        for (size_t r = 0; r < got_n && r < 7; r++)
            ids[r] = got[r] < 5 ? letters[got[r]] : '?';
        is_str(ids, cases[i].order, "by %s", gd_sort_name(cases[i].key));
        gd_query_free(&query);
    }
    gd_filter_free(&filter);
    gd_ledger_close(&ledger);
}

/* Where the row at the place has gone, its old place counts. */
static void test_gone_place(void)
{
    struct gd_ledger *ledger = store_open("gone.db", "acme");
    struct gd_filter *filter;
    struct gd_query *query;
    struct gd_error err = {0};
    char text[40];
    bool found;

    for (int i = 1; i <= 30; i++) {
        snprintf(text, sizeof text, "id=g-%02d", 31 - i);
        store_put(ledger, text);
    }
    if (gd_filter_parse("g-", &india, STORE_NOW, &filter, NULL, &err) != GD_OK ||
        gd_query_new(ledger, filter, (struct gd_sort){GD_SORT_ID, false}, &query, &err) != GD_OK)
        bail_out("%s", err.what);
    fetch(query, 0, false, false, 20, 0); /* g-01 (row 30) to g-20 (row 11) */
    is_int(got[9], 21, "g-10 is row 21");
    if (gd_ledger_forget(ledger, "g-10", &found, &err) != GD_OK)
        bail_out("%s", err.what);
    fetch(query, 21, false, true, 3, 0);
    ok(got_n == 3 && got[0] == 20 && got[1] == 19, "forward from a row that is gone: the next one");
    fetch(query, 21, true, true, 3, 0);
    ok(got_n == 3 && got[0] == 22 && got[1] == 23, "back from it: the one before");
    fetch(query, 777, false, true, 3, 0);
    ok(got_n == 3 && got[0] == 30, "a row that was never seen is the edge");
    fetch(query, 777, true, true, 3, 0);
    ok(got_n == 3 && got[0] == 1, "backwards the last one");
    gd_query_free(&query);
    gd_filter_free(&filter);
    gd_ledger_close(&ledger);
}

int main(void)
{
    test_by_hand();
    test_orders();
    test_gone_place();
    for (uint64_t seed = 1; seed <= 4; seed++)
        test_life(seed, 60, 4, 30);
    test_life(10, 1500, 6, 60);
    index_sizes = (struct index_sizes){.bulk = 20, .pending = 30, .tidy = 3, .leaf = 8, .few = 5};
    test_orders();
    for (uint64_t seed = 20; seed < 24; seed++)
        test_life(seed, 400, 20, 20);
    index_sizes = (struct index_sizes){.bulk = 2, .pending = 3, .tidy = 1, .leaf = 20, .few = 0};
    for (uint64_t seed = 30; seed < 34; seed++)
        test_life(seed, 500, 25, 20);
    test_life(40, 2500, 10, 60);
    return done_testing();
}
