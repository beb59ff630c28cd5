/* Snapshots of settings and what is known by them; sms_config and segments. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../../api/mem.h"
#include "../../api/sms.h"
#include "../../api/snapshot.h"
#include "store.h"
#include "tap.h"

static json_t *json_of(const char *text)
{
    json_t *value = json_loads(text, 0, NULL);

    if (value == NULL)
        bail_out("no JSON: %s", text);
    return value;
}

/* ---- SMS ---- */

static void test_sms(void)
{
    struct gd_sms sms = {0};
    struct gd_error err = {0};
    struct gd_buf out;
    json_t *before, *after;
    static const char text[] =
        "{\"A\": {\"sms_enabled\": \"false\", \"on_status\": [\"busy\"], \"extra\": {\"x\": 1}},"
        " \"C\": 3}";

    gd_buf_init(&out, 4096);
    is_int(gd_sms_read(text, &sms, &err), GD_OK, "sms_config is read");
    is_str(sms.v[GD_SMS_A][GD_SMS_ON_STATUS], "busy", "a list joined by commas");
    is_int(gd_sms_set(&sms, GD_SMS_B, GD_SMS_BODY, "Hi", &err), GD_OK, "a member is set");
    is_int(gd_sms_set(&sms, GD_SMS_A, GD_SMS_ON_STATUS, "busy,failed", &err), GD_OK, "a list too");
    is_int(gd_sms_set(&sms, GD_SMS_A, GD_SMS_ON_STATUS, "bored", &err), GD_INPUT, "a status that is none");
    is_int(gd_sms_set(&sms, GD_SMS_A, GD_SMS_ENABLED, "perhaps", &err), GD_INPUT, "neither true nor false");
    is_int(gd_sms_write(&sms, &out, &err), GD_OK, "and written");
    before = json_of("{\"A\": {\"sms_enabled\": \"false\", \"on_status\": [\"busy\", \"failed\"], \"extra\":"
                     " {\"x\": 1}}, \"C\": 3, \"B\": {\"sms_body\": \"Hi\"}}");
    after = json_of(out.data);
    ok(json_equal(before, after), "what no field knows is kept: %s", out.data);
    json_decref(before);
    json_decref(after);
    gd_sms_clear(&sms);
    is_int(gd_sms_read("", &sms, &err), GD_OK, "an empty one is read");
    gd_sms_clear(&sms);
    gd_buf_free(&out);
}

static const struct {
    int ascii, euro, hindi; /* how many of each character */
    int segments, left;
} measured[] = {
    {0, 0, 0, 0, 160},   {160, 0, 0, 1, 0}, {161, 0, 0, 2, 145}, {306, 0, 0, 2, 0},
    {307, 0, 0, 3, 152}, {0, 80, 0, 1, 0},  {0, 81, 0, 2, 143},  {152, 77, 0, 3, 151},
    {0, 0, 70, 1, 0},    {0, 0, 71, 2, 63}, {69, 0, 1, 1, 0},    {0, 0, 134, 2, 0},
};

static void test_segments(void)
{
    for (size_t i = 0; i < sizeof measured / sizeof *measured; i++) {
        struct gd_sms_size size;
        struct gd_buf text;

        gd_buf_init(&text, 4096);
        for (int k = 0; k < measured[i].ascii; k++)
            gd_buf_addc(&text, 'a');
        for (int k = 0; k < measured[i].euro; k++)
            gd_buf_adds(&text, "€");
        for (int k = 0; k < measured[i].hindi; k++)
            gd_buf_adds(&text, "ह");
        size = gd_sms_measure(text.data);
        is_int(size.segments, measured[i].segments, "%d + %d + %d characters: segments", measured[i].ascii,
               measured[i].euro, measured[i].hindi);
        is_int(size.left, measured[i].left, "and what the last one still takes");
        is_int(size.unicode, measured[i].hindi > 0, "in the right alphabet");
        gd_buf_free(&text);
    }
}

/* ---- snapshots ---- */

static bool count(void *arg, const struct gd_snapshot *snapshot)
{
    (void)snapshot;
    ++*(int *)arg;
    return true;
}

static int64_t keep(struct gd_ledger *ledger, const char *text, int64_t when, bool fresh)
{
    struct gd_error err = {0};
    struct gd_snapshot last = {0};
    json_t *sections = json_of(text);
    int64_t id;
    bool is = false;

    is_int(gd_snapshot_keep(ledger, sections, "get", when, &is, &err), GD_OK, "a reading is kept");
    is_int(is, fresh, "%s", fresh ? "as a new snapshot" : "as one more of the last snapshot");
    if (gd_snapshot_get(ledger, 0, &last, &err) != GD_OK)
        bail_out("no last snapshot");
    id = last.id;
    is_int(last.read_at, when, "with its time");
    ok(json_equal(last.sections, sections), "as it came");
    gd_snapshot_clear(&last);
    json_decref(sections);
    return id;
}

static void test_snapshots(void)
{
    struct gd_ledger *ledger = store_open("settings.db", "acme"),
                     *tenant = store_open("settings.db", "umbrella");
    struct gd_settings known = {0}, change = {0};
    struct gd_error err = {0};
    int64_t first, second, third, read_at = 0;
    int n = 0;

    is_int(gd_snapshot_known(ledger, 0, &known, &read_at, &err), GD_OK, "without a reading");
    ok(gd_settings_empty(&known) && read_at == 0, "nothing is known");
    first = keep(ledger, "{\"common\": {\"country\": \"IN\", \"deletion_time\": 0}}", 100, true);
    is_int(keep(ledger, "{\"common\": {\"deletion_time\": 0, \"country\": \"IN\"}}", 200, false), first,
           "the same");
    second = keep(ledger, "{\"common\": {\"deletion_time\": 1800, \"x\": 1}}", 300, true);
    third = keep(ledger, "{\"common\": {\"deletion_time\": 1800, \"country\": \"US\"}}", 400, true);
    is_int(gd_snapshot_known(ledger, second, &known, &read_at, &err), GD_OK, "up to the second");
    is_str(known.v[GD_S_COUNTRY], "IN", "what it left out stands as last reported");
    is_int(known.at[GD_S_COUNTRY], 200, "with the time of that");
    is_str(known.v[GD_S_DELETION_TIME], "1800", "what it holds is new");
    is_int(known.at[GD_S_DELETION_TIME], 300, "with its own time");
    is_int(read_at, 300, "and when that was");
    ok(known.other != NULL, "unknown keys are known of it");
    gd_settings_clear(&known);
    is_int(gd_snapshot_inverse(ledger, second, &change, &err), GD_OK, "the second can be taken back");
    is_str(change.v[GD_S_DELETION_TIME], "0", "to what stood before");
    is_str(change.v[GD_S_COUNTRY], NULL, "and only that");
    gd_settings_clear(&change);
    is_int(gd_snapshot_inverse(ledger, first, &change, &err), GD_OK, "of the first");
    is_str(change.v[GD_S_COUNTRY], "IN", "everything since");
    is_str(change.v[GD_S_DELETION_TIME], "0", "is taken back");
    gd_settings_clear(&change);
    is_int(gd_snapshot_inverse(ledger, third + 9, &change, &err), GD_INPUT, "one that is none cannot");
    is_int(gd_snapshot_each(ledger, count, &n, &err), GD_OK, "all are walked");
    is_int(n, 3, "which are three");
    n = 0;
    is_int(gd_snapshot_each(tenant, count, &n, &err), GD_OK, "another tenant's");
    is_int(n, 0, "are its own");
    gd_ledger_close(&ledger);
    gd_ledger_close(&tenant);
}

int main(void)
{
    gd_mem_init();
    test_sms();
    test_segments();
    test_snapshots();
    return done_testing();
}
