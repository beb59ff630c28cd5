/* Seeds: PINs are never shared on a VN, couriers never stand twice on one, and every way back from
 * a value leads to its row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "../../api/sandbox/seed.h"
#include "tap.h"

struct entry {
    char key[SB_ITEM_MAX * 2];
    int64_t row;
};

static int by_key(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;
    int order = strcmp(x->key, y->key);
    return order != 0 ? order : (x->row > y->row) - (x->row < y->row);
}

struct table {
    struct entry *entries;
    size_t count, room;
};

static void note(struct table *table, const char *vn, const char *value, int64_t row)
{
    if (table->count == table->room) {
        table->room = table->room * 2 + 1024;
        table->entries = realloc(table->entries, table->room * sizeof *table->entries);
        if (table->entries == NULL)
            bail_out("no memory");
    }
    struct entry *entry = &table->entries[table->count++];
    memset(entry, 0, sizeof *entry);
    memcpy(entry->key, vn, strlen(vn));
    memcpy(entry->key + strlen(vn), value, strlen(value));
    entry->row = row;
}

/* How many keys belong to two rows. */
static long long shared(struct table *table)
{
    long long found = 0;
    qsort(table->entries, table->count, sizeof *table->entries, by_key);
    for (size_t i = 1; i < table->count; i++) {
        found += strcmp(table->entries[i - 1].key, table->entries[i].key) == 0 &&
                 table->entries[i - 1].row != table->entries[i].row;
    }
    free(table->entries);
    *table = (struct table){0};
    return found;
}

static bool leads_back(const struct sb_seed *seed, const char *number, int64_t row)
{
    int64_t at;
    for (int64_t nth = 0; (at = sb_seed_by_number(seed, number, nth)) != 0; nth++) {
        if (at == row)
            return true;
    }
    return false;
}

/* What one row gets wrong on the way back: values of it that do not lead to it. */
static int lost(const struct sb_seed *seed, const struct sb_alloc *alloc, int64_t row)
{
    int wrong = sb_seed_by_id(seed, alloc->id) != row;
    wrong += sb_seed_by_order(seed, alloc->ident) != row;
    for (int side = 0; side < 2; side++) {
        const struct sb_party *party = &alloc->side[side];
        for (int v = 0; v < party->vns.count; v++)
            wrong += sb_seed_by_pin(seed, party->vns.item[v], party->pins.item[0]) != row;
        for (int n = 0; n < party->numbers.count; n++)
            wrong += !leads_back(seed, party->numbers.item[n], row);
    }
    return wrong;
}

static void note_all(struct table *pins, struct table *couriers, const struct sb_alloc *alloc, int64_t row)
{
    for (int side = 0; side < 2; side++) {
        const struct sb_party *party = &alloc->side[side];
        for (int v = 0; v < party->vns.count; v++) {
            note(pins, party->vns.item[v], party->pins.item[0], row);
            for (int n = 0; side == SB_A && n < party->numbers.count; n++)
                note(couriers, party->vns.item[v], party->numbers.item[n], row);
        }
    }
}

static void check(int64_t count, int64_t value)
{
    struct sb_store store;
    struct sb_seed seed;
    struct gd_error err = {0};
    struct table pins = {0}, couriers = {0};
    long long wrong = 0;
    if (sb_store_open(&store, NULL, &err) != GD_OK ||
        sb_seed_open(&seed, &store, count, value, 1700000000, SB_PARTY, &err) != GD_OK)
        bail_out("no seeds: %s", err.what);
    for (int64_t row = 1; row <= count; row++) {
        struct sb_alloc alloc;
        if (!sb_seed_make(&seed, row, &alloc))
            bail_out("no memory");
        wrong += lost(&seed, &alloc, row);
        note_all(&pins, &couriers, &alloc, row);
        sb_alloc_clear(&alloc);
    }
    is_int(wrong, 0, "%lld seeds: everything leads back to its row", (long long)count);
    is_int(shared(&pins), 0, "%lld seeds: no PIN twice on a VN", (long long)count);
    is_int(shared(&couriers), 0, "%lld seeds: no courier twice on a VN", (long long)count);
    is_int(sb_seed_by_id(&seed, "gp-000000"), 0, "there is no row 0");
    is_int(sb_seed_by_order(&seed, "ORD-1000"), 0, "nor its order");
    is_int(sb_seed_by_pin(&seed, "+918047134440", "1234"), 0, "nor a VN beyond the last");
    is_int(sb_seed_by_number(&seed, "+915000000000", 0), 0, "nor a number that is none of theirs");
    sb_seed_close(&seed);
    sb_store_close(&store);
}

int main(void)
{
    check(1, 0);
    check(39, 1);
    check(1000, 0);
    check(50001, 12345);
    return done_testing();
}
