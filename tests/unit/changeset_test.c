/* The changeset: staging over what is known, conflicts, files; and the claim of a deallocation on the lock.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/changeset_file.h"

#include <stdio.h>
#include <string.h>

#include "../../api/csv.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "store.h"
#include "tap.h"

static const struct gd_place place = {.country = "IN", .zone_offset = GD_ZONE_IST};

/* Stages assignments for an id; *nothing as the call says. */
static enum gd_rc stage(struct gd_ledger *ledger, const char *id, const char *one, const char *other,
                        bool *nothing, struct gd_error *err)
{
    struct gd_change change = {0};
    enum gd_rc rc = gd_change_parse(&change, one, &place, err);

    if (rc == GD_OK && other != NULL)
        rc = gd_change_parse(&change, other, &place, err);
    if (rc == GD_OK)
        rc = gd_changeset_stage(ledger, id, GD_GREENPIN, &change, STORE_NOW, nothing, err);
    gd_change_clear(&change);
    return rc;
}

static struct gd_staged get(struct gd_ledger *ledger, const char *id)
{
    struct gd_staged staged;
    struct gd_error err = {0};
    bool found;

    if (gd_changeset_get(ledger, id, &staged, &found, &err) != GD_OK || !found)
        bail_out("%s is not staged: %s", id, err.what);
    return staged;
}

static int64_t count(struct gd_ledger *ledger)
{
    struct gd_error err = {0};
    int64_t n, held;

    if (gd_changeset_count(ledger, &n, &held, &err) != GD_OK)
        bail_out("%s", err.what);
    return n;
}

static void test_staging(void)
{
    struct gd_ledger *ledger = store_open("stage.db", "acme"), *other = store_open("stage.db", "acme");
    struct gd_ledger *tenant = store_open("stage.db", "umbrella");
    struct gd_error err = {0};
    struct gd_staged staged;
    bool nothing;

    store_put(ledger,
              "id=gp-1;b.numbers=+919820000001;usage=twoway;state=active;ends=1790003600;read=1789999000");
    is_int(stage(ledger, "gp-1", "b.numbers+=+919830000001", "duration=+2h", &nothing, &err), GD_OK,
           "is staged");
    staged = get(other, "gp-1");
    is_str(staged.want.v[GD_F_B_NUMBERS], "+919820000001,+919830000001",
           "other consoles see it, lists whole");
    is_str(staged.want.v[GD_F_DURATION], "+2h", "a duration stands as it was typed");
    is_str(staged.base.v[GD_F_B_NUMBERS], "+919820000001", "with its base");
    gd_staged_clear(&staged);
    is_int(count(tenant), 0, "another tenant sees nothing");
    is_int(stage(ledger, "gp-1", "b.numbers-=+919830000001", NULL, &nothing, &err), GD_OK,
           "taken away again");
    staged = get(ledger, "gp-1");
    ok(staged.want.v[GD_F_B_NUMBERS] == NULL, "the field is as it was: not wanted any more");
    is_str(staged.want.v[GD_F_DURATION], "+2h", "the other one still is");
    gd_staged_clear(&staged);
    is_int(stage(ledger, "gp-1", "usage=twoway", NULL, &nothing, &err), GD_OK, "what is so already");
    ok(!nothing, "leaves the row that has a duration");
    is_int(stage(ledger, "gp-2", "b.numbers+=+919830000001", NULL, &nothing, &err), GD_INPUT,
           "nothing can be added to what is not known");
    is_int(count(ledger), 1, "one row is staged");
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
    gd_ledger_close(&tenant);
}

static void test_want(void)
{
    struct gd_ledger *ledger = store_open("want.db", "acme");
    struct gd_error err = {0};
    struct gd_staged staged;
    struct gd_alloc want;
    bool nothing;

    store_put(ledger, "id=gp-1;b.numbers=+919820000001;state=active;ends=1790003600;read=1789999000");
    is_int(stage(ledger, "gp-1", "duration=+2h", NULL, &nothing, &err), GD_OK, "from the present end on");
    staged = get(ledger, "gp-1");
    is_int(gd_staged_want(&staged, GD_PARTY, STORE_NOW + 60, &want, &err), GD_OK, "can be sent");
    is_str(want.v[GD_F_DURATION], "10740", "counted from the moment of sending");
    gd_alloc_clear(&want);
    is_int(gd_staged_want(&staged, GD_PARTY, STORE_NOW + 20000, &want, &err), GD_INPUT, "too late");
    gd_staged_clear(&staged);
    is_int(stage(ledger, "gp-2", "max_pin_attempts=3", NULL, &nothing, &err), GD_OK, "flat only");
    staged = get(ledger, "gp-2");
    err = (struct gd_error){0};
    is_int(gd_staged_want(&staged, GD_PARTY, STORE_NOW, &want, &err), GD_INPUT,
           "the party dialect cannot carry it");
    has_str(err.what, "max_pin_attempts", "it is named");
    gd_staged_clear(&staged);
    gd_ledger_close(&ledger);
}

static void test_conflicts(void)
{
    struct gd_ledger *ledger = store_open("conflict.db", "acme");
    struct gd_error err = {0};
    struct gd_staged staged;
    bool nothing, found;

    store_put(ledger,
              "id=gp-1;b.numbers=+919820000001;usage=twoway;state=active;ends=1790003600;read=1789999000");
    is_int(stage(ledger, "gp-1", "b.numbers=+919830000001", "usage=oneway", &nothing, &err), GD_OK,
           "is staged");
    staged = get(ledger, "gp-1");
    is_int((long long)staged.conflicts, 0, "no conflict");
    gd_staged_clear(&staged);
    store_put(ledger,
              "id=gp-1;b.numbers=+919840000001;usage=oneway;state=active;ends=1790003600;read=1789999500");
    staged = get(ledger, "gp-1");
    is_int((long long)staged.conflicts, 1LL << GD_F_B_NUMBERS,
           "neither base nor wanted is a conflict; what became as wanted is none");
    gd_staged_clear(&staged);
    is_int(gd_changeset_choose(ledger, "gp-1", GD_F_B_NUMBERS, true, &found, &err), GD_OK, "mine");
    staged = get(ledger, "gp-1");
    is_int((long long)staged.conflicts, 0, "ends it");
    is_str(staged.want.v[GD_F_B_NUMBERS], "+919830000001", "and stays wanted");
    gd_staged_clear(&staged);
    is_int(gd_changeset_choose(ledger, "gp-1", GD_F_B_NUMBERS, false, &found, &err), GD_OK, "theirs");
    is_int(gd_changeset_choose(ledger, "gp-1", GD_F_USAGE, false, &found, &err), GD_OK, "for both fields");
    is_int(count(ledger), 0, "leaves no row");
    is_int(gd_changeset_choose(ledger, "gp-1", GD_F_USAGE, false, &found, &err), GD_OK, "of nothing");
    ok(!found, "finds nothing");
    gd_ledger_close(&ledger);
}

static void test_forget(void)
{
    struct gd_ledger *ledger = store_open("forget.db", "acme");
    struct gd_error err = {0};
    bool nothing, found;

    store_put(ledger, "id=gp-1;b.numbers=+919820000001;state=active;read=1789999000");
    is_int(stage(ledger, "gp-1", "b.numbers=+919830000001", NULL, &nothing, &err), GD_OK, "is staged");
    is_int(gd_ledger_forget(ledger, "gp-1", &found, &err), GD_OK, "is forgotten");
    is_int(count(ledger), 0, "with what was staged for it");
    gd_ledger_close(&ledger);
}

/* ---- files ---- */

struct got {
    int rows, bad;
    char ids[200];
    struct gd_file_row last;
    char why[300];
};

static void take(void *arg, struct gd_file_row *row)
{
    struct got *got = arg;

    got->rows++;
    snprintf(got->ids + strlen(got->ids), sizeof got->ids - strlen(got->ids), "%s%s", got->ids[0] ? " " : "",
             row->id);
    gd_file_row_clear(&got->last);
    got->last = *row;
    *row = (struct gd_file_row){0};
}

static void refuse(void *arg, int64_t line, const struct gd_error *why)
{
    struct got *got = arg;

    got->bad++;
    snprintf(got->why, sizeof got->why, "%lld: %.250s", (long long)line, why->what);
}

static enum gd_rc read_file(const char *text, struct got *got, struct gd_error *err)
{
    struct gd_file_hooks hooks = {.row = take, .bad = refuse, .arg = got};
    bool placed;

    gd_file_row_clear(&got->last);
    *got = (struct got){0};
    *err = (struct gd_error){0};
    return gd_changeset_read(text, strlen(text), "acme", &place, &hooks, &placed, err);
}

static void test_files(void)
{
    struct got got = {0};
    struct gd_error err;

    is_int(read_file("id,b.numbers,duration\r\ngp-1,98200 "
                     "00001,\r\n\r\n\"gp,2\",\"+919820000002,+919820000003\",2h\r\n",
                     &got, &err),
           GD_OK, "CSV is read");
    is_str(got.ids, "gp-1 gp,2", "each row, blank lines none");
    is_str(got.last.change.v[GD_F_B_NUMBERS], "+919820000002,+919820000003", "a list in quotes");
    read_file("id;b.numbers+=\ngp-1;+919820000001", &got, &err);
    is_int(got.last.change.how[GD_F_B_NUMBERS], GD_HOW_ADD,
           "a column can add to a list; no line end at the end");
    read_file("id,a.pin,b.numbers\ngp-1,\xe2\x80\xa2\xe2\x80\xa2,+91\xe2\x80\xa2\xe2\x80\xa2"
              "1234\n",
              &got, &err);
    ok(gd_change_empty(&got.last.change), "what is masked changes nothing");
    read_file("id,b.numbers,action\ngp-1,+919820000001,deallocate\ngp-2,,deallocate\n,,\n", &got, &err);
    is_int(got.bad, 2, "a value beside a deallocation, and a row without an id, are refused");
    is_int(got.last.action, GD_STAGE_DEALLOCATE, "the other row is taken");
    read_file("id,b.numbers\ngp-1,\"+919820000001\"x\ngp-2,+919820000002\n", &got, &err);
    is_str(got.ids, "gp-2", "a stray quote costs its line only");
    has_str(got.why, "2: a quote", "and is told with its line");
    read_file("[{\"id\":\"gp-1\",\"b\":{\"numbers\":[\"+919820000001\",\"+919820000002\"]},\"record\":true}]",
              &got, &err);
    is_str(got.last.change.v[GD_F_B_NUMBERS], "+919820000001,+919820000002", "JSON in the shape of list");
    is_str(got.last.change.v[GD_F_RECORD], "true", "a boolean");
    is_int(read_file("{\"tenant\":\"umbrella\",\"rows\":[]}", &got, &err), GD_REFUSED,
           "another tenant's is refused");
    is_int(read_file("id,tenant\ngp-1,umbrella\n", &got, &err), GD_OK, "by row");
    is_int(got.rows, 0, "too");
    is_int(read_file("id,nosuch\n", &got, &err), GD_INPUT, "an unknown column");
    read_file("id,custom_field\ngp-1,caf\xe9\ngp 2,x\ngp-3,caf\xc3\xa9\n", &got, &err);
    is_str(got.ids, "gp-3", "what is no UTF-8, or no id, is refused");
    is_int(got.bad, 2, "row by row");
    gd_file_row_clear(&got.last);
}

static void test_saved(void)
{
    struct gd_ledger *ledger = store_open("saved.db", "acme");
    struct gd_error err = {0};
    struct gd_staged staged;
    struct got got = {0};
    struct gd_buf text;
    bool nothing, secrets;

    store_put(ledger, "id=gp-1;b.numbers=+919820000001;state=active;ends=1790003600;read=1789999000");
    is_int(stage(ledger, "gp-1", "b.numbers=+919830000001", "duration=2h", &nothing, &err), GD_OK,
           "is staged");
    gd_buf_init(&text, GD_CHANGESET_FILE_MAX);
    is_int(gd_changeset_write(ledger, &text, &secrets, &err), GD_OK, "is written");
    ok(secrets, "it holds a person's number");
    is_int(read_file(text.data, &got, &err), GD_OK, "is read again");
    ok(got.rows == 1 && got.last.has_base, "with its base");
    is_int(gd_file_row_staged(ledger, &got.last, STORE_NOW, &staged, &nothing, &err), GD_OK,
           "comes to a row");
    ok(!nothing && staged.conflicts == 0, "without a conflict");
    is_str(staged.want.v[GD_F_DURATION], "2h", "the same one");
    gd_staged_clear(&staged);
    store_put(ledger, "id=gp-1;b.numbers=+919840000001;state=active;ends=1790003600;read=1789999500");
    is_int(gd_file_row_staged(ledger, &got.last, STORE_NOW, &staged, &nothing, &err), GD_OK, "later");
    is_int((long long)staged.conflicts, 1LL << GD_F_B_NUMBERS, "its base shows what was changed since");
    gd_staged_clear(&staged);
    gd_file_row_clear(&got.last);
    gd_buf_wipe(&text);
    gd_ledger_close(&ledger);
}

static void test_memory(void)
{
    struct gd_ledger *ledger = store_open("memory.db", "acme");
    struct gd_error err = {0};
    bool nothing;
    int failures = 0;

    store_put(ledger, "id=gp-1;b.numbers=+919820000001;state=active;read=1789999000");
    for (long n = 1; n < 400; n++) {
        enum gd_rc rc;

        err = (struct gd_error){0};
        gd_mem_fail_after(n);
        rc = stage(ledger, "gp-1", "b.numbers=+919830000001", NULL, &nothing, &err);
        if (gd_mem_fail_after(0) > 0) {
            if (!is_int(rc, GD_OK, "with memory enough it is staged"))
                diag("%ld: %s", n, err.what);
            break;
        }
        failures += rc == GD_OK ? 0 : 1;
    }
    ok(failures > 5, "each allocation that fails is an error, and loses nothing");
    gd_ledger_close(&ledger);
}

static void test_urgent(void)
{
    struct gd_ledger *one = store_open("urgent.db", "acme"), *other = store_open("urgent.db", "acme");
    struct gd_ledger *tenant = store_open("urgent.db", "umbrella");
    struct gd_error err = {0};

    ok(!gd_journal_urgent(one), "nothing is urgent");
    is_int(gd_journal_urgent_begin(other, &err), GD_OK, "a deallocation waits");
    is_int(gd_journal_urgent_begin(other, &err), GD_OK, "and another one");
    ok(gd_journal_urgent(one) && gd_journal_urgent(other), "everybody sees it");
    ok(!gd_journal_urgent(tenant), "but another tenant");
    gd_journal_urgent_end(other);
    ok(gd_journal_urgent(one), "one is left");
    gd_ledger_close(&other);
    ok(!gd_journal_urgent(one), "whoever is gone has ended");
    gd_ledger_close(&one);
    gd_ledger_close(&tenant);
}

int main(void)
{
    gd_mem_init();
    test_staging();
    test_want();
    test_conflicts();
    test_forget();
    test_files();
    test_saved();
    test_memory();
    test_urgent();
    return done_testing();
}
