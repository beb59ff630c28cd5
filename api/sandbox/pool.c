/* The virtual numbers of an account: a few known ones, then the regions in turn, landline and mobile. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "pool.h"

#include <stdio.h>
#include <string.h>

#include "../mem.h"

struct region {
    const char *name;
    long long first; /* its first landline, national: area code, 48, and zeros */
};

static const struct region regions[] = {
    {"KA", 8048000000}, {"DL", 1148000000}, {"MU", 2248000000}, {"MH", 2048000000},
    {"WB", 3348000000}, {"AP", 4048000000}, {"TN", 4448000000}, {"GJ", 7948000000},
    {"KL", 4844800000}, {"RJ", 1414800000}, {"MP", 7554800000},
};
#define REGIONS (int)(sizeof regions / sizeof regions[0])

static const struct sb_vn known[] = {
    {"+917205827365", "KA", true}, {"+914048212136", "AP", false}, {"+914000123456", "AP", false}};
#define KNOWN (int)(sizeof known / sizeof known[0])

static void make(int i, struct sb_vn *vn)
{
    const struct region *region = &regions[i % REGIONS];
    vn->mobile = i / REGIONS % 2 == 1;
    snprintf(vn->region, sizeof vn->region, "%s", region->name);
    snprintf(vn->number, sizeof vn->number, "+91%lld",
             (vn->mobile ? 7205800000 : region->first) + i % 100000);
}

enum gd_rc sb_pool_open(struct sb_pool *pool, int count, struct gd_error *err)
{
    pool->count = count;
    pool->vns = gd_calloc((size_t)count, sizeof *pool->vns);
    if (pool->vns == NULL)
        return gd_fail_memory(err);
    for (int i = 0; i < count; i++) {
        if (i < KNOWN)
            pool->vns[i] = known[i];
        else
            make(i - KNOWN, &pool->vns[i]);
    }
    return GD_OK;
}

void sb_pool_close(struct sb_pool *pool)
{
    gd_free(pool->vns);
    pool->vns = NULL;
    pool->count = 0;
}

const struct sb_vn *sb_pool_find(const struct sb_pool *pool, const char *number)
{
    for (int i = 0; i < pool->count; i++) {
        if (strcmp(pool->vns[i].number, number) == 0)
            return &pool->vns[i];
    }
    return NULL;
}

int sb_wish_met(const struct sb_wish *wish, const struct sb_vn *vn)
{
    int met = 0;
    if (wish->number[0] != '\0' && strcmp(wish->number, vn->number) == 0)
        met++;
    if (wish->region[0] != '\0' && strcmp(wish->region, vn->region) == 0)
        met++;
    if (wish->type != 0 && (wish->type == 'm') == vn->mobile)
        met++;
    return met;
}

int sb_wish_count(const struct sb_wish *wish)
{
    return (wish->number[0] != '\0') + (wish->region[0] != '\0') + (wish->type != 0);
}

bool sb_region_known(const char *name)
{
    for (int i = 0; i < REGIONS; i++) {
        if (strcmp(regions[i].name, name) == 0)
            return true;
    }
    return false;
}
