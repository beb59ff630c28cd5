/* Seeded allocations: everything of a row follows from its number, and its number from anything in it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "seed.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../buf.h"
#include "../mem.h"

#define VN_COUNT 40 /* even, so that neighbours differ in parity: see pin_key */
#define FIRST_ORDER 1000
#define MOBILES 4000000000u /* national numbers 6000000000 to 9999999999 */
#define FIRST_MOBILE 6000000000
#define EXTRA_KEYS 1134567891u   /* keys of second numbers of B */
#define COURIER_KEYS 2345678901u /* keys of A numbers */

/* Multipliers without a common factor with any power of ten. */
static const uint64_t pin_factor = 387420489;
static const uint64_t number_factor = 2654435761;

static uint64_t mix(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

static uint64_t inverse(uint64_t factor, uint64_t modulus)
{
    int64_t r0 = (int64_t)modulus, r1 = (int64_t)(factor % modulus), t0 = 0, t1 = 1;
    while (r1 != 0) {
        int64_t q = r0 / r1, r = r0 - q * r1, t = t0 - q * t1;
        r0 = r1;
        r1 = r;
        t0 = t1;
        t1 = t;
    }
    return (uint64_t)(t0 < 0 ? t0 + (int64_t)modulus : t0);
}

static uint64_t power_of_ten(int n)
{
    uint64_t p = 1;
    while (n-- > 0)
        p *= 10;
    return p;
}

/* Four keys for each slot of a VN are used, at most half of all PINs. */
static int pin_length_for(int64_t count)
{
    int length = 4;
    while (length < 9 && power_of_ten(length) < (uint64_t)(count / VN_COUNT + 1) * 8)
        length++;
    return length;
}

/* A one-to-one scattering of keys below modulus, and the way back. */
static uint64_t scatter(uint64_t key, uint64_t factor, uint64_t shift, uint64_t modulus)
{
    return (key * (factor % modulus) + shift % modulus) % modulus;
}

static uint64_t gather(uint64_t value, uint64_t factor, uint64_t shift, uint64_t modulus)
{
    return (value + modulus - shift % modulus) % modulus * inverse(factor, modulus) % modulus;
}

/* About ten rows for each courier, never two on one VN: from one row to the next of the same courier the VN
 * goes on by 37 of 40, which neither meets itself nor a neighbour within twelve steps. */
static int64_t couriers(const struct sb_seed *seed)
{
    return (seed->count / 12 / VN_COUNT + 1) * VN_COUNT + 37;
}

static void write_number(const struct sb_seed *seed, uint64_t key, char out[SB_ITEM_MAX])
{
    uint64_t national = FIRST_MOBILE + scatter(key, number_factor, mix(seed->value), MOBILES);
    snprintf(out, SB_ITEM_MAX, "+91%010" PRIu64, national);
}

static void write_vn(int at, char out[SB_ITEM_MAX])
{
    snprintf(out, SB_ITEM_MAX, "+9180471344%02d", at);
}

/* Each pair of VNs scatters its PINs in its own way. */
static uint64_t pin_shift(const struct sb_seed *seed, int64_t vn)
{
    return mix(seed->value + 1 + (uint64_t)vn / 2);
}

/* PINs are never shared on a VN: a slot's rows stand on a VN each, and a row that has its neighbour's VN as
 * well (only the even ones do) differs from the neighbour's own rows in the parity. */
static void write_pin(const struct sb_seed *seed, int64_t i, int side, char out[SB_ITEM_MAX])
{
    uint64_t slot = (uint64_t)(i - 1) / VN_COUNT;
    int64_t vn = (i - 1) % VN_COUNT;
    uint64_t key = (slot * 2 + (uint64_t)side) * 2 + (uint64_t)(vn & 1);
    uint64_t pin = scatter(key, pin_factor, pin_shift(seed, vn), power_of_ten(seed->pin_length));
    snprintf(out, SB_ITEM_MAX, "%0*" PRIu64, seed->pin_length, pin);
}

static void add_number(const struct sb_seed *seed, struct sb_list *list, uint64_t key)
{
    char number[SB_ITEM_MAX];
    write_number(seed, key, number);
    sb_list_add(list, number);
}

static void fill_numbers(const struct sb_seed *seed, int64_t i, struct sb_alloc *out)
{
    int64_t courier = (i - 1) % couriers(seed);
    if (i % 29 != 11)
        add_number(seed, &out->side[SB_A].numbers, COURIER_KEYS + (uint64_t)courier);
    if (i % 29 != 11 && i % 23 == 7 && i % 10 != 3)
        add_number(seed, &out->side[SB_A].numbers, COURIER_KEYS + (uint64_t)((courier + 1) % couriers(seed)));
    add_number(seed, &out->side[SB_B].numbers, (uint64_t)(i % 20 == 0 ? i - 1 : i));
    if (i % 17 == 5)
        add_number(seed, &out->side[SB_B].numbers, EXTRA_KEYS + (uint64_t)i);
}

static void fill_sides(const struct sb_seed *seed, int64_t i, struct sb_alloc *out)
{
    fill_numbers(seed, i, out);
    for (int side = SB_A; side <= SB_B; side++) {
        char text[SB_ITEM_MAX];
        int vn = (int)((i - 1) % VN_COUNT);
        write_vn(vn, text);
        sb_list_add(&out->side[side].vns, text);
        if (i % 10 == 3) {
            write_vn((vn + 1) % VN_COUNT, text);
            sb_list_add(&out->side[side].vns, text);
        }
        write_pin(seed, i, side, text);
        if (side == SB_B || seed->born == SB_PARTY)
            sb_list_add(&out->side[side].pins, text);
    }
}

/* Lives double fourteen times from ten minutes, each step as likely: minutes to months. The first few last.
 */
static void fill_life(const struct sb_seed *seed, int64_t i, struct sb_alloc *out)
{
    uint64_t dice = mix(seed->value * 31 + (uint64_t)i);
    int64_t age = 60 + (int64_t)(dice >> 40) % 864000;
    out->created_at = seed->base - age;
    if (i % 50 == 17) {
        out->ends_at = seed->base - 60 - (int64_t)(dice >> 20) % age;
        out->created_at = out->ends_at - 3600;
        return;
    }
    int64_t step = (int64_t)600 << dice % 14;
    out->ends_at = seed->base + step + step * (int64_t)(dice >> 8 & 1023) / 1024;
    if (i <= 10)
        out->ends_at += 7200;
}

static char *order_text(int64_t i, const char *format, const char *more)
{
    char text[80];
    snprintf(text, sizeof text, "%sORD-%" PRId64 "%s", format, FIRST_ORDER + i, more);
    return gd_strdup(text);
}

void sb_seed_id(int64_t i, char out[SB_ID_MAX])
{
    snprintf(out, SB_ID_MAX, "gp-%06" PRId64, i);
}

bool sb_seed_make(const struct sb_seed *seed, int64_t i, struct sb_alloc *out)
{
    memset(out, 0, sizeof *out);
    out->seq = i;
    sb_seed_id(i, out->id);
    out->kind = SB_PIN;
    out->born = seed->born;
    out->ident = order_text(i, "", "");
    out->custom = order_text(i, "order_id=", i % 100 == 42 ? "&vip=1" : "");
    out->oneway = seed->born == SB_PARTY && i % 13 == 4;
    out->record = i % 3 == 0;
    out->attempts = 3;
    out->calls = (int64_t)(mix((uint64_t)i) % 7);
    fill_sides(seed, i, out);
    fill_life(seed, i, out);
    return out->ident != NULL && out->custom != NULL;
}

bool sb_seed_touched(const struct sb_seed *seed, int64_t i)
{
    return seed->touched[i / 8] >> (i % 8) & 1;
}

void sb_seed_touch(struct sb_seed *seed, int64_t i)
{
    seed->touched[i / 8] |= (unsigned char)(1 << (i % 8));
}

/* The number after the prefix, where it is written as this program writes it. */
static int64_t number_after(const char *text, const char *prefix, int digits)
{
    size_t len = strlen(prefix);
    if (strncmp(text, prefix, len) != 0)
        return -1;
    const char *rest = text + len;
    size_t many = strspn(rest, "0123456789");
    if (rest[many] != '\0' || many < (size_t)digits || many > 12 || (many > (size_t)digits && rest[0] == '0'))
        return -1;
    return strtoll(rest, NULL, 10);
}

static int64_t inside(const struct sb_seed *seed, int64_t i)
{
    return i >= 1 && i <= seed->count ? i : 0;
}

int64_t sb_seed_by_id(const struct sb_seed *seed, const char *id)
{
    return inside(seed, number_after(id, "gp-", 6));
}

int64_t sb_seed_by_order(const struct sb_seed *seed, const char *order)
{
    return inside(seed, number_after(order, "ORD-", 4) - FIRST_ORDER);
}

int64_t sb_seed_by_pin(const struct sb_seed *seed, const char *vn, const char *pin)
{
    int64_t at = strlen(vn) == 13 ? number_after(vn, "+9180471344", 2) : -1;
    if (seed->count == 0 || at < 0 || at >= VN_COUNT || (int)strlen(pin) != seed->pin_length)
        return 0;
    uint64_t value = strtoull(pin, NULL, 10);
    uint64_t key = gather(value, pin_factor, pin_shift(seed, at), power_of_ten(seed->pin_length));
    int64_t home = (at & ~(int64_t)1) | (int64_t)(key & 1);
    return inside(seed, (int64_t)(key >> 2) * VN_COUNT + home + 1);
}

static int64_t by_courier(const struct sb_seed *seed, int64_t courier, int64_t nth)
{
    int64_t all = couriers(seed);
    int64_t as_second = (courier + all - 1) % all;
    int64_t i = (nth % 2 == 0 ? courier : as_second) + 1 + nth / 2 * all;
    return nth / 2 * all > seed->count ? 0 : i > seed->count ? by_courier(seed, courier, nth + 1) : i;
}

int64_t sb_seed_by_number(const struct sb_seed *seed, const char *number, int64_t nth)
{
    int64_t national = strlen(number) == 13 ? number_after(number, "+91", 10) : -1;
    if (seed->count == 0 || national < FIRST_MOBILE)
        return 0;
    uint64_t key = gather((uint64_t)(national - FIRST_MOBILE), number_factor, mix(seed->value), MOBILES);
    if (key >= COURIER_KEYS)
        return key - COURIER_KEYS < (uint64_t)couriers(seed)
                   ? by_courier(seed, (int64_t)(key - COURIER_KEYS), nth)
                   : 0;
    if (key >= EXTRA_KEYS)
        return nth == 0 ? inside(seed, (int64_t)(key - EXTRA_KEYS)) : 0;
    return nth <= 1 ? inside(seed, (int64_t)key + nth) : 0;
}

static enum gd_rc agree(struct sb_seed *seed, struct sb_store *store, struct gd_error *err)
{
    int64_t count = sb_meta_get(store, "seed_count");
    int64_t value = sb_meta_get(store, "seed_value");
    if (sb_meta_get(store, "seed_base") == 0) {
        bool good = sb_begin(store) && sb_meta_set(store, "seed_count", seed->count) &&
                    sb_meta_set(store, "seed_value", (int64_t)seed->value) &&
                    sb_meta_set(store, "seed_base", seed->base) &&
                    sb_meta_set(store, "seed_born", (int64_t)seed->born);
        return sb_end(store, good) ? GD_OK
                                   : gd_fail(err, GD_IO, NULL, "the seeds cannot be noted in the store");
    }
    if (seed->count != 0 && (seed->count != count || (int64_t)seed->value != value))
        return gd_fail(err, GD_INPUT, "use the same --seed and --seed-value, or another file",
                       "the store was seeded with --seed %" PRId64 " --seed-value %" PRId64, count, value);
    seed->count = count;
    seed->value = (uint64_t)value;
    seed->base = sb_meta_get(store, "seed_base");
    seed->born = (enum sb_dialect)sb_meta_get(store, "seed_born");
    return GD_OK;
}

enum gd_rc sb_seed_open(struct sb_seed *seed, struct sb_store *store, int64_t count, int64_t value,
                        int64_t now, enum sb_dialect born, struct gd_error *err)
{
    *seed = (struct sb_seed){.count = count, .value = (uint64_t)value, .base = now, .born = born};
    enum gd_rc rc = agree(seed, store, err);
    if (rc != GD_OK)
        return rc;
    seed->pin_length = pin_length_for(seed->count);
    seed->touched = gd_calloc((size_t)seed->count / 8 + 1, 1);
    if (seed->touched == NULL)
        return gd_fail_memory(err);
    sb_seed_reload(seed, store);
    return GD_OK;
}

void sb_seed_reload(struct sb_seed *seed, struct sb_store *store)
{
    memset(seed->touched, 0, (size_t)seed->count / 8 + 1);
    sqlite3_stmt *stmt = sb_sql(store, SB_SQL_TOUCHED, "i", seed->count);
    while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
        sb_seed_touch(seed, sqlite3_column_int64(stmt, 0));
    sb_sql_done(stmt);
}

void sb_seed_close(struct sb_seed *seed)
{
    gd_free(seed->touched);
    seed->touched = NULL;
}
