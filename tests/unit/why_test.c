/* why: what is known, who calls which VN, and the verdict. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/why.h"

#include <string.h>

#include "tap.h"

#define NOW 1780000000
#define A "+917987686144"
#define B "+919956555625"
#define STRANGER "+918888888888"
#define VN_A "+916292134471"
#define VN_B "+916292134465"
#define OTHER_VN "+916292134400"

#define VALUE(text) ((char *)(uintptr_t)(text))

static struct gd_alloc alloc_of(const char *id, const char *a, const char *usage, enum gd_state state,
                                int64_t ends_at)
{
    struct gd_alloc alloc = {.state = state, .ends_at = ends_at, .read_at = NOW - 60};

    alloc.v[GD_F_ID] = VALUE(id);
    alloc.v[GD_F_A_NUMBERS] = VALUE(a);
    alloc.v[GD_F_B_NUMBERS] = VALUE(B);
    alloc.v[GD_F_A_VNS] = VALUE(VN_A);
    alloc.v[GD_F_B_VNS] = VALUE(VN_B);
    alloc.v[GD_F_A_PIN] = VALUE("1234");
    alloc.v[GD_F_USAGE] = VALUE(usage);
    return alloc;
}

static const struct {
    const char *name, *a, *usage;
    enum gd_state state;
    int64_t ends_at;
    const char *caller, *vn, *verdict, *reason, *says;
} rows[] = {
    {"A with a PIN", A, "twoway", GD_ACTIVE, NOW + 60, A, VN_A, "yes", "pin",
     "and typing the PIN •••• reaches B"},
    {"B without one", A, "twoway", GD_ACTIVE, NOW + 60, B, VN_B, "yes", "reaches", "reaches A +91•••••6144"},
    {"no VN named", A, "twoway", GD_ACTIVE, NOW + 60, B, NULL, "yes", "reaches", "dialling " VN_B},
    {"oneway", A, "oneway", GD_ACTIVE, NOW + 60, B, VN_B, "no", "oneway", "only A may call"},
    {"oneway does not hold A", A, "oneway", GD_ACTIVE, NOW + 60, A, VN_A, "yes", "pin", "Yes, after the PIN"},
    {"the wrong VN", A, "twoway", GD_ACTIVE, NOW + 60, A, OTHER_VN, "no", "wrong-vn",
     "the right one is " VN_A},
    {"the other side's VN", A, "twoway", GD_ACTIVE, NOW + 60, A, VN_B, "no", "wrong-vn", "wrong VN"},
    {"ended by the clock", A, "twoway", GD_ACTIVE, NOW - 7200, A, VN_A, "no", "expired", "it expired 2h ago"},
    {"deallocated", A, "twoway", GD_DEALLOCATED, NOW + 60, A, VN_A, "no", "deallocated", "deallocated"},
    {"never read", A, "twoway", GD_UNKNOWN, 0, A, VN_A, "unknown", "not-read", "read it first"},
    {"a stranger", A, "twoway", GD_ACTIVE, NOW + 60, STRANGER, VN_A, "unknown", "nothing-known",
     "may hold more than this ledger"},
    {"a stranger where A is anybody", "", "twoway", GD_ACTIVE, NOW + 60, STRANGER, VN_A, "yes", "pin",
     "whoever types the PIN becomes A"},
    {"anybody, without naming a VN", "", "twoway", GD_ACTIVE, NOW + 60, STRANGER, NULL, "unknown",
     "nothing-known", "Nothing is known"},
};

static const char *text_at(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static void test_one(void)
{
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct gd_alloc alloc = alloc_of("gp-1", rows[i].a, rows[i].usage, rows[i].state, rows[i].ends_at);
        const struct gd_alloc *one = &alloc;
        struct gd_why why;
        struct gd_error err = {0};
        json_t *json;

        is_int(gd_why_judge(rows[i].caller, rows[i].vn, &one, 1, NOW, &why, &err), GD_OK, "%s: judged",
               rows[i].name);
        json = gd_why_json(&why, false, NOW);
        is_str(text_at(json, "verdict"), rows[i].verdict, "%s: the verdict", rows[i].name);
        is_str(text_at(json, "reason"), rows[i].reason, "%s: its ground", rows[i].name);
        has_str(text_at(json, "text"), rows[i].says, "%s: in words", rows[i].name);
        ok(strstr(text_at(json, "text"), "1234") == NULL && strstr(text_at(json, "text"), A) == NULL &&
               strstr(text_at(json, "text"), B) == NULL,
           "%s: no PIN and no number whole", rows[i].name);
        json_decref(json);
        gd_why_clear(&why);
    }
}

static void test_several(void)
{
    struct gd_alloc ended = alloc_of("gp-1", A, "twoway", GD_ACTIVE, NOW - 60);
    struct gd_alloc live = alloc_of("gp-2", A, "twoway", GD_ACTIVE, NOW + 60);
    struct gd_alloc also = alloc_of("gp-3", A, "twoway", GD_ACTIVE, NOW + 600);
    const struct gd_alloc *two[] = {&ended, &live}, *three[] = {&ended, &live, &also};
    struct gd_why why;
    struct gd_buf text;

    gd_buf_init(&text, 4096);
    is_int(gd_why_judge(A, VN_A, two, 2, NOW, &why, NULL), GD_OK, "two allocations of one caller");
    is_int(why.reason, GD_WHY_PIN, "the living one decides");
    is_int((long)why.deciding, 1, "alone");
    gd_why_text(&why, true, NOW, &text);
    has_str(text.data, "typing the PIN 1234 reaches B " B, "revealed, PIN and number are whole");
    has_str(text.data, "1 more of this caller's allocations", "the other is counted");
    gd_why_clear(&why);
    is_int(gd_why_judge(A, VN_A, three, 3, NOW, &why, NULL), GD_OK, "and a second living one");
    is_int(why.reason, GD_WHY_SEVERAL, "then it depends");
    is_str(why.rows[0].alloc->v[GD_F_ID], "gp-3", "the one that ends last comes first");
    gd_why_clear(&why);
    gd_buf_free(&text);
}

int main(void)
{
    test_one();
    test_several();
    return done_testing();
}
