/* Answers that hold a tenant's settings. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <strings.h>

#include "decode.h"

static bool has_section(const json_t *object)
{
    static const char *const sections[] = {"common", "greenvn", "greenpin"};

    for (size_t i = 0; i < sizeof sections / sizeof *sections; i++)
        if (json_is_object(json_object_get(object, sections[i])))
            return true;
    return false;
}

/* The sections, under data or response or at the top, borrowed; NULL where there are none. */
static json_t *sections_of(json_t *answer)
{
    if (has_section(json_object_get(answer, "data")))
        return json_object_get(answer, "data");
    if (has_section(json_object_get(answer, "response")))
        return json_object_get(answer, "response");
    return has_section(answer) ? answer : NULL;
}

enum gd_rc gd_decode_settings(const char *text, size_t len, struct gd_envelope *envelope, json_t **data,
                              struct gd_error *err)
{
    const json_t *success;
    json_t *answer, *sections;
    enum gd_rc rc;

    *envelope = (struct gd_envelope){.code = -1};
    *data = NULL;
    rc = gd_json_parse(text, len, &answer, err);
    if (rc != GD_OK)
        return rc;
    rc = gd_envelope_read(answer, envelope, err);
    success = json_object_get(answer, "success");
    sections = sections_of(answer);
    envelope->success = sections != NULL && !json_is_false(success);
    if (rc == GD_OK && sections == NULL && !json_is_false(success)) {
        gd_envelope_clear(envelope);
        rc = gd_fail(err, GD_SERVER, NULL, "the answer is JSON, but holds no section of settings");
    }
    if (rc == GD_OK)
        *data = json_incref(sections);
    json_decref(answer);
    return rc;
}
