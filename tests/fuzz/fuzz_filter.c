/* Fuzz target: filters; what the ledger finds by one must be what it matches in memory, row by row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/index.h"
#include "../../api/query.h"
#include "../../api/when.h"
#include "../unit/store.h"
#include "fuzz.h"

#define ROWS 160
#define BATCH 32 /* rows of a transaction; divides ROWS */

static struct gd_ledger *ledger;
static struct gd_alloc rows[ROWS]; /* the same as in the ledger, as it reads them */

static void close_ledger(void)
{
    for (size_t i = 0; i < ROWS; i++)
        gd_alloc_clear(&rows[i]);
    gd_ledger_close(&ledger);
}

/* Fills a ledger with random allocations, hostile ones among them; once in a run. */
static void open_ledger(void)
{
    struct store_random random = {.state = 7};
    struct gd_error err = {0};
    bool found;
    char id[16];

    /* So few rows shall go through all of the index. */
    index_sizes = (struct index_sizes){.bulk = 16, .pending = 6, .tidy = 3, .leaf = 8, .few = 3};
    ledger = store_open("fuzz.db", "acme");
    for (size_t i = 0; i < ROWS; i++) {
        struct gd_alloc alloc;

        if (i % BATCH == 0)
            MUST(gd_ledger_begin(ledger, &err) == GD_OK);
        snprintf(id, sizeof id, "gp-%zu", i);
        alloc = store_random_alloc(&random, id);
        MUST(gd_ledger_put(ledger, &alloc, NULL, &err) == GD_OK);
        gd_alloc_clear(&alloc);
        if (i % BATCH == BATCH - 1)
            MUST(gd_ledger_commit(ledger, &err) == GD_OK);
        MUST(gd_ledger_get(ledger, id, &rows[i], &found, &err) == GD_OK && found);
    }
    atexit(close_ledger);
}

struct finding {
    const struct gd_filter *filter;
    int64_t n;
};

static bool find(void *arg, const struct gd_alloc *row)
{
    struct finding *finding = arg;

    MUST(gd_filter_match(finding->filter, row));
    finding->n++;
    return true;
}

static void check_found(const struct gd_filter *filter)
{
    struct finding finding = {.filter = filter};
    struct gd_error err = {0};
    struct gd_query *query;
    int64_t in_memory = 0, counted = 0;
    bool done = false;

    for (size_t i = 0; i < ROWS; i++)
        in_memory += gd_filter_match(filter, &rows[i]);
    MUST(!gd_filter_all(filter) || in_memory == ROWS);
    MUST(gd_query_new(ledger, filter, (struct gd_sort){.key = GD_SORT_ID}, &query, &err) == GD_OK);
    MUST(gd_query_count(query, 0, &counted, &done, &err) == GD_OK && done);
    MUST(counted == in_memory);
    MUST(gd_query_each(query, find, &finding, &err) == GD_OK && finding.n == in_memory);
    gd_query_free(&query);
}

void fuzz_filter(const char *text, size_t len)
{
    static const struct gd_place place = {.country = "IN", .zone_offset = GD_ZONE_IST};
    struct gd_filter_fault fault = {0};
    struct gd_filter *filter = NULL;
    struct gd_error err = {0};

    if (ledger == NULL)
        open_ledger();
    if (gd_filter_parse(text, &place, STORE_NOW, &filter, &fault, &err) == GD_OK) {
        check_found(filter);
    } else {
        MUST(filter == NULL && err.what[0] != '\0');
        MUST(fault.at <= len && fault.len <= len - fault.at);
    }
    gd_filter_free(&filter);
}
