/* Makes a ledger of many allocations, the same from the same seed: store_gen FILE COUNT [BATCH]. */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Prints the seconds that it took. Terms to look for: "ord-0500000" stands in one row, "hub-37" in one of a
 * hundred that arrived one after another, "tag-37" in one of a hundred anywhere, "+91" and "lane" in all. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../../api/ledger.h"
#include "../../api/mem.h"

static uint64_t state = 42;

static uint32_t pick(uint32_t below)
{
    uint64_t x = state += 0x9e3779b97f4a7c15u;

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)(((x ^ x >> 31) >> 32) % below);
}

static double seconds(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void make(struct gd_alloc *alloc, char texts[8][64], uint32_t i, uint32_t count)
{
    uint32_t vn = pick(200);

    *alloc =
        (struct gd_alloc){.call_count = -1, .read_at = 1789000000 + i % 86400 * 7, .kind = pick(10) == 0};
    snprintf(texts[0], 64, "gp-%08x%04x", pick(UINT32_MAX), pick(65536));
    snprintf(texts[1], 64, "ORD-%07u", i);
    snprintf(texts[2], 64, "+919%09u", pick(50000) * 19997u % 1000000000u);
    snprintf(texts[3], 64, "+91%u%09u", 6 + pick(4), pick(1000000000));
    snprintf(texts[4], 64, "+9180%08u", 40000000 + vn * 9973);
    snprintf(texts[5], 64, "%04u", pick(10000));
    snprintf(texts[6], 64, "%04u", pick(10000));
    snprintf(texts[7], 64, "hub-%02u tag-%02u lane", (unsigned)((uint64_t)i * 100 / count), pick(100));
    alloc->v[GD_F_ID] = texts[0];
    alloc->v[GD_F_TRANSACTION_ID] = texts[1];
    alloc->v[GD_F_A_NUMBERS] = texts[2];
    alloc->v[GD_F_B_NUMBERS] = texts[3];
    alloc->v[GD_F_A_VNS] = texts[4];
    alloc->v[GD_F_B_VNS] = texts[4];
    alloc->v[GD_F_A_PIN] = texts[5];
    alloc->v[GD_F_B_PIN] = texts[6];
    alloc->v[GD_F_CUSTOM_FIELD] = texts[7];
    alloc->v[GD_F_USAGE] = pick(3) == 0 ? (char *)"oneway" : (char *)"twoway";
    alloc->state = pick(20) == 0 ? GD_DEALLOCATED : GD_ACTIVE;
    alloc->ends_at = 1790000000 - 1000000 + pick(3000000);
    alloc->source = (char *)"import";
}

int main(int argc, char **argv)
{
    uint32_t count = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 10) : 1000000;
    uint32_t batch = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 10) : 100000;
    struct gd_ledger *ledger;
    struct gd_error err = {0};
    double begin = seconds();
    enum gd_rc rc;

    if (argc < 2)
        return 2;
    rc = gd_ledger_open(argv[1], "acme", &ledger, &err);
    for (uint32_t i = 0; rc == GD_OK && i < count; i++) {
        struct gd_alloc alloc;
        char texts[8][64];

        if (i % batch == 0)
            rc = gd_ledger_begin(ledger, &err);
        make(&alloc, texts, i, count);
        if (rc == GD_OK)
            rc = gd_ledger_put(ledger, &alloc, NULL, &err);
        if (rc == GD_OK && (i % batch == batch - 1 || i == count - 1))
            rc = gd_ledger_commit(ledger, &err);
    }
    if (rc != GD_OK) {
        fprintf(stderr, "store_gen: %s\n", err.what);
        return 1;
    }
    gd_ledger_close(&ledger);
    printf("%.2f\n", seconds() - begin);
    return 0;
}
