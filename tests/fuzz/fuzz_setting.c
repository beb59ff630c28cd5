/* Fuzz targets: settings as people type them, and the JSON inside the text of sms_config. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "../../api/setting.h"
#include "../../api/sms.h"
#include "fuzz.h"

/* A value that is kept reads again as the same, and the body that would be sent is JSON. */
static void check_change(const struct gd_settings *change)
{
    static const struct gd_settings nothing;
    struct gd_error err = {0};
    json_t *body = NULL;

    for (int id = 0; id < GD_S__COUNT; id++) {
        struct gd_buf out;

        if (change->v[id] == NULL)
            continue;
        gd_buf_init(&out, 1 << 20);
        MUST(gd_setting_parse((enum gd_setting)id, change->v[id], &out, NULL, &err) == GD_OK);
        MUST(gd_setting_same((enum gd_setting)id, change->v[id], out.data));
        gd_buf_clear(&out);
        gd_setting_show((enum gd_setting)id, change->v[id], &out);
        (void)gd_setting_differs((enum gd_setting)id, change->v[id]);
        gd_buf_free(&out);
    }
    if (gd_settings_body(change, &nothing, &body, &err) == GD_OK)
        MUST(json_is_object(body));
    else
        MUST(err.what[0] != '\0');
    json_decref(body);
}

/* Assignments, one a line. */
void fuzz_setting(const char *text, size_t len)
{
    struct gd_settings change = {0};
    char line[512], warning[200];

    for (size_t at = 0; at < len;) {
        size_t part = strcspn(text + at, "\n");
        struct gd_error err = {0};

        if (part < sizeof line) {
            memcpy(line, text + at, part);
            line[part] = '\0';
            if (gd_settings_assign(&change, line, warning, &err) != GD_OK)
                MUST(err.what[0] != '\0');
        }
        at += part + 1;
    }
    check_change(&change);
    gd_settings_clear(&change);
}

/* What is read, written and read again holds the same fields. */
static void check_again(const struct gd_sms *sms)
{
    struct gd_sms again = {0};
    struct gd_error err = {0};
    struct gd_buf out;
    char words[300];

    gd_buf_init(&out, 1 << 20);
    MUST(gd_sms_write(sms, &out, &err) == GD_OK);
    MUST(gd_sms_read(out.data, &again, &err) == GD_OK);
    for (int party = 0; party < GD_SMS_PARTIES; party++) {
        for (int field = 0; field < GD_SMS__COUNT; field++) {
            const char *one = sms->v[party][field], *other = again.v[party][field];

            MUST((one != NULL) == (other != NULL) && (one == NULL || strcmp(one, other) == 0));
        }
    }
    gd_sms_warn(&again, words, sizeof words);
    gd_sms_clear(&again);
    gd_buf_free(&out);
}

void fuzz_sms(const char *text, size_t len)
{
    struct gd_sms_size size = gd_sms_measure(text);
    struct gd_sms sms = {0};
    struct gd_error err = {0};

    MUST(size.units >= 0 && size.left >= 0 && size.segments >= 0 && (size_t)size.units <= 2 * len);
    if (gd_sms_read(text, &sms, &err) == GD_OK)
        check_again(&sms);
    else
        MUST(err.what[0] != '\0');
    gd_sms_clear(&sms);
}
