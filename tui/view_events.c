/* View 5, events: what the service told of calls, verifications and deallocations; newest first. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/event.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "table.h"

enum { AT, KIND, ID, WORDS };
enum { EVENTS_MOST = 2000 /* that many of the newest are read; the events command has all */ };

static const struct table_column columns[] = {
    {.head = "AT", .least = 19, .most = 19, .keep = 8},
    {.head = "WHAT", .least = 6, .most = 19, .keep = 4},
    {.head = "ID", .least = 9, .most = 26, .keep = 9},
    {.head = "IN WORDS", .least = 20, .keep = 7},
    {0},
};

static enum role kind_role(enum gd_event_kind kind)
{
    return kind == GD_EVENT_FAILED ? ROLE_WARN : kind == GD_EVENT_DEALLOCATION ? ROLE_DANGER : ROLE_TEXT;
}

static bool add(void *arg, const struct gd_event *event)
{
    struct table *table = arg;
    char at[GD_WHEN_MAX] = "", key[32];
    struct gd_buf words;
    struct table_row *row;

    snprintf(key, sizeof key, "%" PRId64, event->event);
    row = table_add(table, key);
    if (!row)
        return false;
    row->n = event->event;
    gd_when_format(event->at ? event->at : event->received_at, table->pane.console->desk->place.zone_offset,
                   "%Y-%m-%d %H:%M:%S", at);
    gd_buf_init(&words, 64 * 1024);
    gd_event_words(event, false, &words);
    table_cell(row, AT, ROLE_DIM, at);
    table_cell(row, KIND, kind_role(event->kind), gd_event_kind_name(event->kind));
    table_cell(row, ID, ROLE_ID, event->id ? event->id : "");
    table_cell(row, WORDS, ROLE_TEXT, words.failed ? "" : words.data);
    gd_buf_wipe(&words);
    return true;
}

static enum gd_rc read_events(struct table *table, struct gd_error *err)
{
    int n;
    enum gd_rc rc = gd_event_each(table->pane.console->desk->ledger, 0, EVENTS_MOST, add, table, &n, err);

    snprintf(table->right, sizeof table->right, "%s", rc == GD_OK && n == EVENTS_MOST ? "the newest" : "");
    return rc;
}

static bool describe(void *arg, const struct gd_event *event)
{
    struct prose *out = arg;
    json_t *json = gd_event_json(event, false, 0), *value;
    const char *key;

    json_object_foreach(json, key, value)
    {
        char number[40];

        if (json_is_string(value))
            table_pair(out, key, ROLE_TEXT, json_string_value(value));
        if (json_is_integer(value)) {
            snprintf(number, sizeof number, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
            table_pair(out, key, ROLE_TEXT, number);
        }
    }
    json_decref(json);
    return false;
}

static void detail(struct table *table, const struct table_row *row, struct prose *out)
{
    struct gd_error err = {0};
    int n;

    prose_words(out, 0, ROLE_TEXT, row->cells[WORDS]);
    if (gd_event_each(table->pane.console->desk->ledger, row->n + 1, 1, describe, out, &n, &err) != GD_OK)
        prose_words(out, 0, ROLE_ERROR, err.what);
}

static const struct hint hints[] = {
    {GD_C_OPEN, NULL, "all of it"},    {GD_C_FILTER, NULL, "search"}, {GD_C_NEXT, NULL, "next"},
    {GD_C_PREVIOUS, NULL, "previous"}, {GD_C_BACK, NULL, "back"},     {0},
};

static const struct table_view view = {
    .name = "events",
    .columns = columns,
    .hints = hints,
    .empty = "No event is known here.\n\n"
             "What the service tells of calls and verifications stands here, once it was taken in.",
    .read = read_events,
    .detail = detail,
};

struct pane *view_events_new(struct console *console, struct gd_error *err)
{
    return table_new(console, &view, NULL, "Events", err);
}
