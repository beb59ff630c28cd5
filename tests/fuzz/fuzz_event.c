/* Fuzz target: event callbacks in any notation: query, form, JSON, XML. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../../api/event.h"
#include "../../api/when.h"
#include "fuzz.h"

#define NOW 1893456000 /* 2030-01-01 */

/* What was made of the fields says the same when its kept body is read again. */
static void check_body(const struct gd_event *event)
{
    struct gd_event again = {0};
    struct gd_error err = {0};
    json_t *object = NULL;

    MUST(event->body != NULL && gd_event_read(event->body, strlen(event->body), &object, &err) == GD_OK);
    MUST(gd_event_decode(object, GD_ZONE_IST, NOW, &again, &err) == GD_OK);
    MUST(again.kind == event->kind && again.product == event->product && again.at == event->at);
    MUST((again.id != NULL) == (event->id != NULL) && (again.id == NULL || strcmp(again.id, event->id) == 0));
    gd_event_clear(&again);
    json_decref(object);
}

static void check_shown(const struct gd_event *event, bool reveal)
{
    json_t *json = gd_event_json(event, reveal, GD_ZONE_UTC);
    struct gd_buf words;

    MUST(json != NULL);
    json_decref(json);
    gd_buf_init(&words, 1 << 20);
    gd_event_words(event, reveal, &words);
    gd_buf_free(&words);
}

void fuzz_event(const char *text, size_t len)
{
    struct gd_event event = {0};
    struct gd_error err = {0};
    json_t *object = NULL;

    if (gd_event_read(text, len, &object, &err) != GD_OK) {
        MUST(err.what[0] != '\0');
        return;
    }
    if (gd_event_decode(object, GD_ZONE_IST, NOW, &event, &err) == GD_OK) {
        check_shown(&event, true);
        check_shown(&event, false);
        check_body(&event);
    } else {
        MUST(err.what[0] != '\0');
    }
    gd_event_clear(&event);
    json_decref(object);
}
