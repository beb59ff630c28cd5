/* Each allocation fails in turn while settings are taken, changed, encoded, kept and recalled: an error or
 * the right result, never a crash, never a half of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../../api/mem.h"
#include "../../api/sms.h"
#include "../../api/snapshot.h"
#include "store.h"
#include "tap.h"

#define TURNS_MAX 20000

static const char answer[] = "{\"common\": {\"country\": \"IN\", \"deletion_time\": \"60\", "
                             "\"default_region\": [\"KA\", \"MH\"], \"x\": [1],"
                             " \"sms_config\": \"{\\\"A\\\": {\\\"sms_enabled\\\": \\\"true\\\", "
                             "\\\"on_status\\\": [\\\"busy\\\"]}}\"},"
                             " \"greenvn\": {\"greencall_complete_event_endpoint\": \"https://h.example/x\","
                             " \"greencall_complete_event_method\": \"POST\", "
                             "\"greencall_complete_event_headers\": {\"content_type\": \"json\"}},"
                             " \"extra\": {\"y\": {\"z\": null}}}";

static const char *const edits[] = {"deletion_time=30m", "greencall_complete_event_method=POST_JSON",
                                    "greencall_complete_event_headers=application/json", "country=DE"};

static json_t *sections;

/* Takes an answer, changes it, makes the body; how that went. *body is decreffed by the caller. */
static enum gd_rc change_it(json_t **body, struct gd_error *err)
{
    struct gd_settings known = {0}, change = {0}, copy = {0};
    enum gd_rc rc = gd_settings_take(&known, sections, 5, err);

    for (size_t i = 0; i < sizeof edits / sizeof *edits && rc == GD_OK; i++)
        rc = gd_settings_assign(&change, edits[i], NULL, err);
    if (rc == GD_OK)
        rc = gd_settings_template(&change, *body, err);
    if (rc == GD_OK)
        rc = gd_settings_copy(&copy, &known, err);
    if (rc == GD_OK)
        gd_settings_reduce(&change, &copy);
    *body = NULL;
    if (rc == GD_OK)
        rc = gd_settings_body(&change, &copy, body, err);
    gd_settings_clear(&known);
    gd_settings_clear(&change);
    gd_settings_clear(&copy);
    return rc;
}

static enum gd_rc write_sms(struct gd_buf *out, struct gd_error *err)
{
    struct gd_sms sms = {0};
    const char *text = json_string_value(json_object_get(json_object_get(sections, "common"), "sms_config"));
    enum gd_rc rc = gd_sms_read(text, &sms, err);

    if (rc == GD_OK)
        rc = gd_sms_set(&sms, GD_SMS_B, GD_SMS_BODY, "Hi", err);
    if (rc == GD_OK)
        rc = gd_sms_set(&sms, GD_SMS_A, GD_SMS_ON_STATUS, "busy,failed", err);
    if (rc == GD_OK)
        rc = gd_sms_write(&sms, out, err);
    gd_sms_clear(&sms);
    return rc;
}

/* Keeps a reading and recalls it; SQLite's memory is its own. */
static enum gd_rc keep_it(struct gd_ledger *ledger, struct gd_error *err)
{
    struct gd_settings known = {0}, change = {0};
    struct gd_snapshot last = {0};
    enum gd_rc rc = gd_snapshot_keep(ledger, sections, "get", STORE_NOW, NULL, err);

    if (rc == GD_OK)
        rc = gd_snapshot_get(ledger, 0, &last, err);
    if (rc == GD_OK)
        rc = gd_snapshot_known(ledger, 0, &known, NULL, err);
    if (rc == GD_OK)
        rc = gd_snapshot_inverse(ledger, last.id, &change, err);
    gd_snapshot_clear(&last);
    gd_settings_clear(&known);
    gd_settings_clear(&change);
    return rc;
}

static const char wanted_body[] =
    "{\"common\":{\"country\":\"DE\",\"deletion_time\":1800},\"greenvn\":{\"greencall_complete_event_"
    "endpoint\":"
    "\"https://h.example/x\",\"greencall_complete_event_method\":\"POST_JSON\","
    "\"greencall_complete_event_headers\":\"{\\\"content_type\\\": \\\"application/json\\\"}\"}}";

/* One turn; whether all was well, by its result. */
static bool turn(struct gd_ledger *ledger, long n, bool *over)
{
    json_t *wanted = json_loads(wanted_body, 0, NULL), *body = json_object();
    struct gd_error err = {0};
    struct gd_buf sms;
    bool good;
    enum gd_rc rc;

    gd_buf_init(&sms, 4096);
    gd_mem_fail_after(n);
    {
        json_t *empty = body;

        rc = change_it(&body, &err);
        json_decref(empty);
    }
    if (rc == GD_OK)
        rc = write_sms(&sms, &err);
    if (rc == GD_OK)
        rc = keep_it(ledger, &err);
    *over = gd_mem_fail_after(0) > 0;
    good = rc == GD_OK ? json_equal(body, wanted) && strstr(sms.data, "\"sms_body\": \"Hi\"") != NULL
                       : err.rc == rc && err.what[0] != '\0';
    if (*over)
        good = good && rc == GD_OK;
    if (!good)
        diag("allocation %ld: %d %s", n, (int)rc, err.what);
    json_decref(body);
    json_decref(wanted);
    gd_buf_free(&sms);
    return good;
}

int main(void)
{
    struct gd_ledger *ledger;
    bool over = false;
    int bad = 0;
    long n = 0;

    gd_mem_init();
    ledger = store_open("memory.db", "acme");
    sections = json_loads(answer, 0, NULL);
    while (!over && ++n < TURNS_MAX)
        bad += !turn(ledger, n, &over);
    ok(over, "the allocations come to an end, after %ld", n);
    ok(n > 100, "there were many");
    is_int(bad, 0, "each that failed gave an error, or was not needed");
    json_decref(sections);
    gd_ledger_close(&ledger);
    return done_testing();
}
