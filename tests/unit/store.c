/* Ledgers for tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "store.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../api/buf.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

static char folder[4096];
static pid_t owner;

/* Removes what stands in a folder, and it: two levels are all that tests make. */
static void remove_folder(const char *path, int depth)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    char name[8192];

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        if (strcmp(entry->d_name, ".") == 0 || strcmp(entry->d_name, "..") == 0)
            continue;
        snprintf(name, sizeof name, "%s/%s", path, entry->d_name);
        if (unlink(name) != 0 && depth > 0)
            remove_folder(name, depth - 1);
    }
    if (dir != NULL)
        closedir(dir);
    rmdir(path);
}

static void clean_up(void)
{
    if (getpid() == owner) /* not in a child */
        remove_folder(folder, 3);
}

const char *store_folder(void)
{
    const char *tmp = getenv("TMPDIR");

    if (folder[0] != '\0')
        return folder;
    snprintf(folder, sizeof folder, "%s/greendesk-test-XXXXXX", tmp != NULL ? tmp : "/tmp");
    if (mkdtemp(folder) == NULL)
        bail_out("no temporary folder");
    owner = getpid();
    atexit(clean_up);
    return folder;
}

const char *store_path(const char *name)
{
    static char paths[4][8192];
    static int next;
    char *path = paths[next++ % 4];

    snprintf(path, sizeof paths[0], "%s/%s", store_folder(), name);
    return path;
}

struct gd_ledger *store_open(const char *name, const char *tenant)
{
    struct gd_ledger *ledger;
    struct gd_error err = {0};

    gd_clock_set((int64_t)STORE_NOW * 1000, -1);
    if (gd_ledger_open(store_path(name), tenant, &ledger, &err) != GD_OK)
        bail_out("cannot open a ledger: %s", err.what);
    return ledger;
}

static void set(struct gd_alloc *alloc, enum gd_field field, const char *text)
{
    struct gd_error err = {0};

    if (gd_alloc_set(alloc, field, text, &err) != GD_OK)
        bail_out("out of memory");
}

/* One key=value of store_alloc. */
static void assign(struct gd_alloc *alloc, const char *key, const char *value)
{
    enum gd_field field = gd_field_find(key);

    if (strcmp(key, "state") == 0) {
        if (!gd_state_parse(value, &alloc->state))
            bail_out("no state %s", value);
    } else if (strcmp(key, "ends") == 0) {
        alloc->ends_at = strtoll(value, NULL, 10);
    } else if (strcmp(key, "read") == 0) {
        alloc->read_at = strtoll(value, NULL, 10);
    } else if (strcmp(key, "raw") == 0) {
        alloc->raw = gd_strdup(value);
    } else if (strcmp(key, "source") == 0) {
        alloc->source = gd_strdup(value);
    } else if (strcmp(key, "kind") == 0) {
        if (!gd_kind_parse(value, &alloc->kind))
            bail_out("no kind %s", value);
    } else if (field < GD_F__COUNT) {
        set(alloc, field, value);
    } else {
        bail_out("no key %s", key);
    }
}

struct gd_alloc store_alloc(const char *text)
{
    struct gd_alloc alloc = {.call_count = -1, .read_at = STORE_NOW};
    char *copy = gd_strdup(text), *at = copy, *part;

    while ((part = strsep(&at, ";")) != NULL) {
        char *value = strchr(part, '=');

        if (value == NULL)
            continue;
        *value++ = '\0';
        assign(&alloc, part, value);
    }
    gd_free(copy);
    return alloc;
}

int64_t store_put(struct gd_ledger *ledger, const char *text)
{
    struct gd_alloc alloc = store_alloc(text);
    struct gd_error err = {0};
    int64_t row;

    if (gd_ledger_put(ledger, &alloc, NULL, &err) != GD_OK)
        bail_out("cannot put %s: %s", text, err.what);
    row = alloc.row;
    gd_alloc_clear(&alloc);
    return row;
}

/* ---- random ---- */

uint32_t store_random(struct store_random *random, uint32_t below)
{
    uint64_t x = random->state += 0x9e3779b97f4a7c15u; /* splitmix64 */

    x = (x ^ x >> 30) * 0xbf58476d1ce4e5b9u;
    x = (x ^ x >> 27) * 0x94d049bb133111ebu;
    return (uint32_t)((x ^ x >> 31) >> 32) % below;
}

static const char *pick(struct store_random *random, const char *const *from, uint32_t n)
{
    return from[store_random(random, n)];
}

#define PICK(random, from) pick((random), (from), sizeof(from) / sizeof *(from))

static const char *const orders[] = {"ORD-1", "ord-12", "ORD-123", "", "A B", "\xe0\xa4\xa8x", "x\ny", "vip"};
static const char *const customs[] = {"vip", "VIP gold", "cust \"q\"", "a,b", "\x1b[31mred",
                                      "zz",  "12345",    "00",         "é",   "state:active"};

/* A number out of few, so that many share digits; at times one that is none. */
static void add_a_number(struct store_random *random, struct gd_buf *out)
{
    switch (store_random(random, 12)) {
    case 0:
        gd_buf_adds(out, "098765-43210");
        return;
    case 1:
        gd_buf_adds(out, "anonymous");
        return;
    default:
        gd_buf_addf(out, "+91%u%u", 70 + store_random(random, 5), 10000000 + store_random(random, 200) * 37);
    }
}

static void set_numbers(struct store_random *random, struct gd_alloc *alloc, enum gd_field field)
{
    uint32_t n = store_random(random, 4);
    struct gd_buf list;

    gd_buf_init(&list, 4096);
    for (uint32_t i = 0; i < n; i++) {
        if (i > 0)
            gd_buf_addc(&list, ',');
        add_a_number(random, &list);
    }
    if (n > 0)
        set(alloc, field, list.data);
    gd_buf_free(&list);
}

static void set_pin(struct store_random *random, struct gd_alloc *alloc, enum gd_field field)
{
    char pin[16];

    snprintf(pin, sizeof pin, "%04u", store_random(random, 30) * 111);
    if (store_random(random, 3) > 0)
        set(alloc, field, pin);
}

struct gd_alloc store_random_alloc(struct store_random *random, const char *id)
{
    struct gd_alloc alloc = {.call_count = -1, .read_at = STORE_NOW - store_random(random, 200000)};
    static const char *const usages[] = {"oneway", "twoway", "threeway"};

    set(&alloc, GD_F_ID, id);
    alloc.kind = store_random(random, 4) == 0 ? GD_GREENVN : GD_GREENPIN;
    alloc.state = (enum gd_state)store_random(random, 4);
    if (store_random(random, 5) > 0)
        alloc.ends_at = STORE_NOW - 50000 + store_random(random, 100000);
    if (store_random(random, 3) > 0)
        set(&alloc, GD_F_TRANSACTION_ID, PICK(random, orders));
    if (store_random(random, 3) > 0)
        set(&alloc, GD_F_CUSTOM_FIELD, PICK(random, customs));
    if (store_random(random, 3) > 0)
        set(&alloc, GD_F_USAGE, PICK(random, usages));
    set_numbers(random, &alloc, GD_F_A_NUMBERS);
    set_numbers(random, &alloc, GD_F_B_NUMBERS);
    set_numbers(random, &alloc, GD_F_A_VNS);
    set_pin(random, &alloc, GD_F_A_PIN);
    set_pin(random, &alloc, GD_F_B_PIN);
    return alloc;
}

void store_random_filter(struct store_random *random, char *out, size_t room)
{
    static const char *const words[] = {
        "ord",
        "ORD-1",
        "r",
        "9",
        "91",
        "vip",
        "\"vip gold\"",
        "+91",
        "70",
        "7010",
        "98765",
        "43210",
        "098765 43210",
        "0",
        "00",
        "zz",
        "id-1",
        "id-12",
        "nowhere",
        "\"q\"",
        "x",
        "é",
        "[31m",
        "1 2",
        "a:7",
        "b:+9172",
        "vn:71",
        "pin:1",
        "pin:0111",
        "order:ord-12",
        "order:vip",
        "custom:zz",
        "id:id-2",
        "number:98765-43210",
        "usage:way",
        "usage:oneway",
        "kind:greenvn",
        "kind:greenpin",
        "state:active",
        "state:expired",
        "state:d",
        "state:unknown,active",
        "ends<2h",
        "ends>2h",
        "ends<2026-09-22",
        "ends>\"2026-09-21 10:00\"",
        "read>1d",
        "read<1d",
        "read<12h",
        "changed:",
    };
    size_t len = 0;

    out[0] = '\0';
    for (uint32_t n = 1 + store_random(random, 3); n > 0 && len < room; n--)
        len += (size_t)snprintf(out + len, room - len, "%s%s%s", len > 0 ? " " : "",
                                store_random(random, 4) == 0 ? "-" : "", PICK(random, words));
}
