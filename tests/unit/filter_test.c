/* Filters: what matches what, and where a fault is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/filter.h"

#include <stdio.h>
#include <string.h>

#include "../../api/mem.h"
#include "../../api/when.h"
#include "store.h"
#include "tap.h"

static const struct gd_place india = {.country = "IN", .zone_offset = GD_ZONE_IST};

/* The allocations that the table speaks of. */
#define PIN                                                                                                  \
    "id=gp-000123;transaction_id=ORD-1001;custom_field=VIP Gold;a.numbers=+919876546144,+918000000001;"      \
    "b.numbers=+914440000625;a.vns=+918047134471;a.pin=0482;b.pin=7711;usage=oneway;state=active;"           \
    "ends=1790003600;read=1789990000"
#define OTHER                                                                                                \
    "id=GV-9;kind=greenvn;transaction_id=T,1;a.numbers=98765-43210;b.numbers=+12025550123;"                  \
    "b.vns=+912212345678;state=active;ends=1789999999;read=0"
#define BARE "id=x;state=deallocated;read=1790000000"

static const struct {
    const char *filter;
    const char *alloc;
    bool match;
} matches[] = {
    {"", PIN, true},
    {"   ", PIN, true},
    {"gp-000123", PIN, true},
    {"GP-000", PIN, true},
    {"p-0001", PIN, true},
    {"gp-000124", PIN, false},
    {"ord-1001", PIN, true},
    {"vip", PIN, true},
    {"vip gold", PIN, true},
    {"gold vip", PIN, true},
    {"\"vip gold\"", PIN, true},
    {"\"gold vip\"", PIN, false},
    {"vip silver", PIN, false},
    {"-vip", PIN, false},
    {"-silver", PIN, true},
    {"-\"vip gold\"", PIN, false},
    {"vip -silver gold", PIN, true},
    /* numbers in any notation, of A, B or VN */
    {"9876546144", PIN, true},
    {"+919876546144", PIN, true},
    {"+91-98765-46144", PIN, true},
    {"098765 46144", PIN, true},
    {"0 98765 46144", PIN, true},
    {"(098765) 46144", PIN, true},
    {"0091 98765 46144", PIN, true},
    {"919876546144", PIN, true},
    {"6546144", PIN, true},
    {"098765", PIN, true},
    {"4440000625", PIN, true},
    {"8047134471", PIN, true},
    {"080471 34471", PIN, true},
    {"9876546145", PIN, false},
    {"98765 46144 gold", PIN, true},
    {"+9198", PIN, true},
    {"+987", PIN, false},
    {"-9876546144", PIN, false},
    {"+91", PIN, true},
    {"9876543210", OTHER, true},
    {"098765 43210", OTHER, true},
    {"98765-43210", OTHER, true},
    {"+1 202 555 0123", OTHER, true},
    {"202-555-0123", OTHER, true},
    /* a run of digits is words too */
    {"0482 7711", PIN, true},
    {"0482 7712", PIN, false},
    {"1001 000123", PIN, true},
    {"9876546144 8000000001", PIN, true},
    {"9876546144 8000000002", PIN, false},
    {"098765-46144 0482", PIN, true},
    /* items of a list are apart */
    {"61448000", PIN, false},
    {"6144,+91", PIN, false},
    {"t,1", OTHER, true},
    /* keys */
    {"order:1001", PIN, true},
    {"order:vip", PIN, true},
    {"order:\"vip gold\"", PIN, true},
    {"order:gp", PIN, false},
    {"id:123", PIN, true},
    {"id:ord", PIN, false},
    {"ID:GP", PIN, true},
    {"custom:gold", PIN, true},
    {"custom:ord", PIN, false},
    {"a:9876546144", PIN, true},
    {"a:\"098765 46144\"", PIN, true},
    {"a:098765-46144", PIN, true},
    {"b:9876546144", PIN, false},
    {"b:4440000625", PIN, true},
    {"vn:8047", PIN, true},
    {"vn:9876", PIN, false},
    {"number:9876546144", PIN, true},
    {"number:8047134471", PIN, true},
    {"number:0482", PIN, false},
    {"pin:0482", PIN, true},
    {"pin:48", PIN, true},
    {"pin:7711", PIN, true},
    {"pin:9876", PIN, false},
    {"-pin:0482", PIN, false},
    {"usage:oneway", PIN, true},
    {"usage:twoway", PIN, false},
    {"usage:oneway", BARE, false},
    {"-usage:oneway", BARE, true},
    {"kind:greenpin", PIN, true},
    {"kind:greenvn", PIN, false},
    {"kind:greenvn", OTHER, true},
    {"kind:greenpin,greenvn", OTHER, true},
    {"state:active", PIN, true},
    {"state:act", PIN, true},
    {"state:expired", PIN, false},
    {"state:active", OTHER, false},
    {"state:expired", OTHER, true},
    {"-state:expired", OTHER, false},
    {"state:deallocated", BARE, true},
    {"state:active,deallocated", BARE, true},
    {"state:active,expired", BARE, false},
    {"state:active vn:8047 ord", PIN, true},
    /* times: now is 2026-09-21 19:43:20 in India */
    {"ends<2h", PIN, true},
    {"ends<1h", PIN, false},
    {"ends<3601", PIN, true},
    {"ends>59m", PIN, true},
    {"ends>1h", PIN, false},
    {"ends<1s", OTHER, true},
    {"ends<2h", BARE, false},
    {"ends>2h", BARE, false},
    {"ends>2026-09-21", PIN, true},
    {"ends<2026-09-21", PIN, false},
    {"ends<2026-09-22", PIN, true},
    {"ends<\"2026-09-21 20:43:20\"", PIN, false},
    {"ends<\"2026-09-21 20:43:21\"", PIN, true},
    {"ends>\"2026-09-21 20:43:20\"", PIN, false},
    {"ends>2026-09-21T15:13:19Z", PIN, true},
    {"ends>2026-09-21T15:13:20Z", PIN, false},
    {"read>1h", PIN, true},
    {"read>3h", PIN, false},
    {"read<3h", PIN, true},
    {"read>1d", OTHER, true},
    {"read<999d", OTHER, false},
    {"read<2026-09-22", PIN, true},
    {"read>2026-09-21", PIN, true},
    {"read<2026-09-21", OTHER, true},
    {"read>2026-09-21", OTHER, false},
    {"changed:", PIN, false},
    {"-changed:", PIN, true},
    /* what looks like more than it is */
    {"-", PIN, true},
    {"\"-\"", PIN, true},
    {"\"state:active\"", PIN, false},
    {"\"\"", PIN, true},
    {"14:02", PIN, false},
    {"%", PIN, false},
    {"_", PIN, false},
    {"'; --", PIN, false},
};

static struct gd_filter *parse(const char *text)
{
    struct gd_filter *filter;
    struct gd_error err = {0};

    if (gd_filter_parse(text, &india, STORE_NOW, &filter, NULL, &err) != GD_OK)
        bail_out("%s: %s", text, err.what);
    return filter;
}

static void test_matches(void)
{
    for (size_t i = 0; i < sizeof matches / sizeof *matches; i++) {
        struct gd_alloc alloc = store_alloc(matches[i].alloc);
        struct gd_filter *filter = parse(matches[i].filter);

        ok(gd_filter_match(filter, &alloc) == matches[i].match, "\"%s\" %s %.9s", matches[i].filter,
           matches[i].match ? "finds" : "does not find", matches[i].alloc);
        gd_filter_free(&filter);
        gd_alloc_clear(&alloc);
    }
}

static void test_changed(void)
{
    struct gd_alloc alloc = store_alloc(PIN);
    struct gd_filter *filter = parse("changed:"), *not = parse("-changed:"), *all = parse(" ");

    alloc.changed_op = 3;
    ok(gd_filter_match(filter, &alloc) && !gd_filter_match(not, &alloc),
       "changed: finds what was changed here");
    ok(gd_filter_all(all) && !gd_filter_all(filter), "blanks alone are no filter");
    gd_filter_free(&filter);
    gd_filter_free(&not );
    gd_filter_free(&all);
    gd_alloc_clear(&alloc);
}

static const struct {
    const char *filter;
    size_t at, len;
    const char *says;
} faults[] = {
    {"foo:bar", 0, 3, "no key foo"},
    {"vip stat:active", 4, 4, "did you mean state?"},
    {"vip -ordr:1", 5, 4, "did you mean order?"},
    {"state:blue", 6, 4, "active, expired, deallocated or unknown"},
    {"vip state:", 4, 6, "state: takes"},
    {"kind:green,pin", 5, 9, "greenpin or greenvn"},
    {"order:", 0, 6, "takes a text"},
    {"a \"open quote", 2, 11, "inside a quote"},
    {"order:\"x", 6, 2, "inside a quote"},
    {"ends:2h", 5, 2, "< or >"},
    {"ends<soon", 5, 4, "a span like 2h"},
    {"ends<+2h", 5, 3, "a span like 2h"},
    {"read>2026-13-01", 5, 10, "a date like"},
    {"read>", 0, 5, "takes a span"},
    {"order<5", 6, 1, "takes a colon"},
    {"changed:yes", 8, 3, "takes nothing"},
};

static void test_faults(void)
{
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
        struct gd_filter *filter;
        struct gd_filter_fault fault = {99, 99};
        struct gd_error err = {0};

        is_int(gd_filter_parse(faults[i].filter, &india, STORE_NOW, &filter, &fault, &err), GD_INPUT,
               "\"%s\" cannot be read", faults[i].filter);
        ok(filter == NULL, "no filter comes of it");
        has_str(err.what, faults[i].says, "it says why");
        is_int((long long)fault.at, (long long)faults[i].at, "and where");
        is_int((long long)fault.len, (long long)faults[i].len, "and how much of it");
    }
}

/* Long, many, and out of memory. */
static void test_bounds(void)
{
    static char text[6000];
    struct gd_filter *filter = NULL;
    struct gd_error err = {0};
    size_t failures = 0;

    memset(text, 'x', 5000);
    is_int(gd_filter_parse(text, &india, 0, &filter, NULL, &err), GD_INPUT, "5,000 bytes are too many");
    for (int i = 0; i < 70; i++)
        memcpy(text + 2 * i, "y ", 3);
    err = (struct gd_error){0};
    is_int(gd_filter_parse(text, &india, 0, &filter, NULL, &err), GD_INPUT, "70 words are too many");
    for (int i = 0; i < 70; i++)
        memcpy(text + 2 * i, "5 ", 3);
    err = (struct gd_error){0};
    is_int(gd_filter_parse(text, &india, 0, &filter, NULL, &err), GD_OK, "70 words of digits are a few runs");
    gd_filter_free(&filter);
    for (long n = 1; n < 100; n++) {
        enum gd_rc rc;

        err = (struct gd_error){0};
        gd_mem_fail_after(n);
        rc = gd_filter_parse("vip 098765 43210 state:active -order:\"a b\" ends<2h", &india, 0, &filter, NULL,
                             &err);
        gd_mem_fail_after(0);
        if (rc == GD_OK)
            break;
        failures += rc == GD_NO_MEMORY && filter == NULL;
        if (rc != GD_NO_MEMORY)
            ok(false, "allocation %ld failing gives %d", n, (int)rc);
    }
    ok(failures > 5, "each allocation failing in turn is told");
    gd_filter_free(&filter);
}

int main(void)
{
    test_matches();
    test_changed();
    test_faults();
    test_bounds();
    return done_testing();
}
