/* Settling: a table of what was known, what was asked, what is read, and the judgement. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/settle.h"

#include <stddef.h>

#include "tap.h"

#define SENT 1780000000
#define TIMEOUT 30
#define OLD "+919876543210"
#define NEW "+917700123456"
#define OTHER "+918800123456"

#define VALUE(text) ((char *)(uintptr_t)(text))

/* One field of before, want and found, by the end beside it. */
static const struct {
    const char *name;
    enum gd_field field;
    const char *before, *want, *found;
    int64_t before_end, found_end;
    enum gd_settled settled;
} updates[] = {
    {"the wanted number", GD_F_B_NUMBERS, OLD, NEW, NEW, 0, 0, GD_SETTLED_APPLIED},
    {"the number from before", GD_F_B_NUMBERS, OLD, NEW, OLD, 0, 0, GD_SETTLED_NOT_APPLIED},
    {"a third number", GD_F_B_NUMBERS, OLD, NEW, OTHER, 0, 0, GD_SETTLED_CHANGED},
    {"no number reported", GD_F_B_NUMBERS, OLD, NEW, NULL, 0, 0, GD_SETTLED_UNKNOWN},
    {"wanted as it was before", GD_F_B_NUMBERS, OLD, OLD, OLD, 0, 0, GD_SETTLED_UNKNOWN},
    {"the order of a list says nothing", GD_F_B_NUMBERS, OLD, OLD "," NEW, NEW "," OLD, 0, 0,
     GD_SETTLED_APPLIED},
    {"attempts are never reported", GD_F_MAX_PIN_ATTEMPTS, NULL, "5", NULL, 0, 0, GD_SETTLED_UNKNOWN},
    {"the wanted end at the sending", GD_F_DURATION, NULL, "3600", NULL, SENT + 60, SENT + 3600,
     GD_SETTLED_APPLIED},
    {"the wanted end at the last moment", GD_F_DURATION, NULL, "3600", NULL, SENT + 60,
     SENT + 3600 + TIMEOUT + 60, GD_SETTLED_APPLIED},
    {"an end a second too late", GD_F_DURATION, NULL, "3600", NULL, SENT + 60, SENT + 3600 + TIMEOUT + 61,
     GD_SETTLED_CHANGED},
    {"the end from before", GD_F_DURATION, NULL, "3600", NULL, SENT + 60, SENT + 60, GD_SETTLED_NOT_APPLIED},
    {"an end that was so before", GD_F_DURATION, NULL, "3600", NULL, SENT + 3610, SENT + 3610,
     GD_SETTLED_UNKNOWN},
    {"no end reported", GD_F_DURATION, NULL, "3600", NULL, SENT + 60, 0, GD_SETTLED_UNKNOWN},
    {"usage as wanted", GD_F_USAGE, "oneway", "twoway", "twoway", 0, 0, GD_SETTLED_APPLIED},
    {"a PIN's leading zero counts", GD_F_B_PIN, "123", "0123", "123", 0, 0, GD_SETTLED_NOT_APPLIED},
};

static struct gd_op_row row_of(enum gd_field field, const char *before, const char *want, int64_t before_end)
{
    struct gd_op_row row = {.sent_at = SENT};

    row.before.v[field] = VALUE(before);
    row.before.ends_at = before_end;
    row.before.read_at = SENT - 100;
    row.want.v[field] = VALUE(want);
    return row;
}

static void test_updates(void)
{
    for (size_t i = 0; i < sizeof updates / sizeof updates[0]; i++) {
        struct gd_op_row row =
            row_of(updates[i].field, updates[i].before, updates[i].want, updates[i].before_end);
        struct gd_alloc found = {.state = GD_ACTIVE, .ends_at = updates[i].found_end};

        found.v[updates[i].field] = VALUE(updates[i].found);
        is_int(gd_settle(GD_OP_UPDATE, &row, &(struct gd_seen){.found = &found}, TIMEOUT), updates[i].settled,
               "an update: %s", updates[i].name);
    }
}

static void test_two_fields(void)
{
    struct gd_op_row row = row_of(GD_F_B_NUMBERS, OLD, NEW, 0);
    struct gd_alloc found = {.state = GD_ACTIVE};

    row.before.v[GD_F_USAGE] = VALUE("oneway");
    row.want.v[GD_F_USAGE] = VALUE("twoway");
    found.v[GD_F_B_NUMBERS] = VALUE(NEW);
    found.v[GD_F_USAGE] = VALUE("oneway");
    is_int(gd_settle(GD_OP_UPDATE, &row, &(struct gd_seen){.found = &found}, TIMEOUT), GD_SETTLED_CHANGED,
           "one field as wanted and one as before is neither");
    found.v[GD_F_USAGE] = NULL;
    is_int(gd_settle(GD_OP_UPDATE, &row, &(struct gd_seen){.found = &found}, TIMEOUT), GD_SETTLED_APPLIED,
           "a field that is not reported does not stand in the way");
    row.before.read_at = 0;
    row.before.v[GD_F_B_NUMBERS] = NULL;
    found.v[GD_F_B_NUMBERS] = VALUE(OTHER);
    is_int(gd_settle(GD_OP_UPDATE, &row, &(struct gd_seen){.found = &found}, TIMEOUT), GD_SETTLED_UNKNOWN,
           "without a reading from before, another value tells nothing");
    is_int(gd_settle(GD_OP_UPDATE, &row, &(struct gd_seen){.gone = true}, TIMEOUT), GD_SETTLED_UNKNOWN,
           "an update of what is gone stays unknown");
}

static void test_deallocations(void)
{
    static const struct {
        const char *name;
        bool gone, read;
        enum gd_state state;
        enum gd_settled settled;
    } rows[] = {
        {"gone", true, false, GD_UNKNOWN, GD_SETTLED_APPLIED},
        {"vault or deleted", false, true, GD_DEALLOCATED, GD_SETTLED_APPLIED},
        {"expired", false, true, GD_EXPIRED, GD_SETTLED_APPLIED},
        {"active", false, true, GD_ACTIVE, GD_SETTLED_NOT_APPLIED},
        {"a state that is not known", false, true, GD_UNKNOWN, GD_SETTLED_UNKNOWN},
        {"not readable", false, false, GD_UNKNOWN, GD_SETTLED_UNKNOWN},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gd_op_row row = {.sent_at = SENT};
        struct gd_alloc found = {.state = rows[i].state};
        struct gd_seen seen = {.gone = rows[i].gone, .found = rows[i].read ? &found : NULL};

        is_int(gd_settle(GD_OP_DEALLOCATE, &row, &seen, TIMEOUT), rows[i].settled, "a deallocation: %s",
               rows[i].name);
    }
}

static void test_creates_and_vns(void)
{
    struct gd_op_row row = {.sent_at = SENT};
    struct gd_alloc found = {.state = GD_ACTIVE};
    struct gd_seen seen = {.found = &found};

    is_int(gd_settle(GD_OP_CREATE, &row, &seen, TIMEOUT), GD_SETTLED_UNKNOWN,
           "a create is never settled by reading");
    row.before.v[GD_F_A_VNS] = VALUE("+918041234567");
    found.v[GD_F_A_VNS] = VALUE("+918041234567");
    is_int(gd_settle(GD_OP_VN, &row, &seen, TIMEOUT), GD_SETTLED_NOT_APPLIED, "the same VN: not applied");
    found.v[GD_F_A_VNS] = VALUE("+918041234568");
    is_int(gd_settle(GD_OP_VN, &row, &seen, TIMEOUT), GD_SETTLED_APPLIED, "another VN, any wanted: applied");
    row.want.v[GD_F_GREENVN] = VALUE("+918041234569");
    is_int(gd_settle(GD_OP_VN, &row, &seen, TIMEOUT), GD_SETTLED_CHANGED,
           "another VN than the wanted: changed");
    found.v[GD_F_A_VNS] = VALUE("+918041234569");
    is_int(gd_settle(GD_OP_VN, &row, &seen, TIMEOUT), GD_SETTLED_APPLIED, "the wanted VN: applied");
}

static void test_differences(void)
{
    struct gd_alloc want = {0}, answer = {.ends_at = SENT + 1800};
    char keys[100];

    want.v[GD_F_B_NUMBERS] = VALUE(NEW);
    want.v[GD_F_DURATION] = VALUE("3600");
    want.v[GD_F_RECORD] = VALUE("true");
    answer.v[GD_F_B_NUMBERS] = VALUE(OLD "," NEW);
    gd_settle_differences(&want, &answer, SENT, SENT + 1, keys, sizeof keys);
    is_str(keys, "b.numbers, duration", "an answer's differences are named; what it leaves out is none");
    gd_settle_differences(&want, &answer, SENT, SENT + 1, keys, 5);
    is_str(keys, "b.nu", "a small room cuts the names and nothing else");
}

int main(void)
{
    test_updates();
    test_two_fields();
    test_deallocations();
    test_creates_and_vns();
    test_differences();
    return done_testing();
}
