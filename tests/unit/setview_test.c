/* The rows of the settings' view: order, search, states, changes and rules. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/setview.h"

#include <string.h>

#include "../../api/mem.h"
#include "tap.h"

static const char answer[] =
    "{\"common\": {\"country\": \"IN\", \"deletion_time\": 1800, \"colour\": \"red\"}, \"greenvn\":"
    " {\"greencall_complete_event_endpoint\": \"https://h.example/x\", \"greencall_complete_event_method\": "
    "\"POST\","
    " \"greencall_complete_event_headers\": \"{\\\"content_type\\\": \\\"json\\\"}\"}, \"extra\": 3}";

static struct setview_item *find(struct setview *view, const char *label, const char *section)
{
    for (int i = 0; i < view->n; i++)
        if (strcmp(setview_label(&view->items[i]), label) == 0 &&
            strcmp(view->items[i].section, section) == 0)
            return &view->items[i];
    bail_out("no row %s", label);
}

static void is_words(const struct setview *view, const struct setview_item *item, const char *want)
{
    struct gd_buf words;

    gd_buf_init(&words, 4096);
    setview_words(view, item, &words);
    is_str(words.data, want, "%s reads so", setview_label(item));
    gd_buf_free(&words);
}

static void take(struct setview *view, const char *text, int64_t when)
{
    json_t *sections = json_loads(text, 0, NULL);
    struct gd_settings known = {0};
    struct gd_error err = {0};

    is_int(gd_settings_take(&known, sections, when, &err), GD_OK, "an answer");
    is_int(setview_take(view, &known, when, &err), GD_OK, "is taken");
    gd_settings_clear(&known);
    json_decref(sections);
}

static void test_rows(struct setview *view)
{
    const char *const order[] = {"Common", "GreenVN", "GreenPin", "Unknown here"};
    int headings = 0, rows = 0;

    for (int i = 0; i < view->n; i++) {
        if (view->items[i].kind != SETVIEW_HEADING)
            rows++;
        else if (headings < 4)
            is_str(setview_label(&view->items[i]), order[headings++], "a heading in its place");
    }
    is_int(headings, 4, "a heading for each section");
    is_int(rows, GD_S__COUNT - 2 * GD_CB__COUNT + 2,
           "a row for each setting, one for each callback, two unknown");
    is_words(view, find(view, "Country", "common"), "IN (India, +91)");
    is_words(view, find(view, "Cool-off", "common"), "1800 s (30m)");
    is_words(view, find(view, "Call ended", "greenvn"), "POST https://h.example/x (json)");
    is_words(view, find(view, "Call ended", "greenpin"), "not reported");
    is_words(view, find(view, "common.colour", ""), "red");
    is_words(view, find(view, "extra", ""), "3");
    is_str(setview_state(view, find(view, "Country", "common")), "default", "the default is marked");
    is_str(setview_state(view, find(view, "Cool-off", "common")), "not default", "so is what differs");
    is_str(setview_state(view, find(view, "Time zone", "common")), "", "what is not reported is neither");
}

static void test_search(struct setview *view)
{
    setview_search(view, "cool-off");
    ok(view->n_shown >= 2, "a heading and the row");
    is_str(setview_label(&view->items[view->shown[0]]), "Common", "the heading of the section first");
    setview_search(view, "greenpin.aparty_pin_length");
    is_int(view->n_shown, 2, "by its key, one row");
    is_str(setview_label(&view->items[view->shown[1]]), "PIN length of A", "which is that one");
    setview_search(view, "INDIA");
    ok(view->n_shown >= 2, "by its value, in any case");
    setview_search(view, "no such thing");
    is_int(view->n_shown, 0, "nothing matches, no heading either");
    setview_search(view, "");
    is_int(view->n_shown, view->n, "all again");
}

static void test_changes(struct setview *view)
{
    struct setview_item *rest = find(view, "Cool-off", "common"), *call = find(view, "Call ended", "greenvn");
    struct gd_error err = {0};
    char zero[] = "0";

    is_int(setview_stage(view, GD_S_DELETION_TIME, "0", &err), GD_OK, "a change");
    ok(setview_is_changed(view, rest) && !setview_is_changed(view, call), "marks its row alone");
    is_str(setview_state(view, rest), "not saved", "in words too");
    is_words(view, rest, "0 s");
    ok(view->n_rules == 1 && view->rules[0].id == GD_S_DELETION_TIME, "what it leads to is told");
    is_int(setview_stage(view, GD_S_VN_CALL_METHOD, "GET", &err), GD_OK, "a part of a callback");
    ok(setview_is_changed(view, call), "marks the whole");
    is_int(setview_changed(view), 2, "two keys");
    is_int(setview_stage(view, GD_S_DELETION_TIME, "1800", &err), GD_OK, "back to what the server has");
    is_int(setview_changed(view), 1, "is no change");
    setview_try(view, GD_S_DELETION_TIME, zero);
    ok(view->n_rules == 1 && setview_changed(view) == 1, "what is tried is judged, not wanted");
    setview_reset(view, call);
    is_int(setview_changed(view), 0, "a reset drops all three");
    is_int(setview_stage(view, GD_S_COUNTRY, "DE", &err), GD_OK, "a change");
    take(view, "{\"common\": {\"country\": \"DE\"}}", 20);
    is_int(setview_changed(view), 0, "that the next reading brings is none any more");
}

int main(void)
{
    struct setview view;
    struct gd_error err = {0};

    gd_mem_init();
    is_int(setview_init(&view, &err), GD_OK, "an empty view");
    ok(view.n_shown == view.n && view.n > 0, "has all rows before a reading");
    take(&view, answer, 10);
    test_rows(&view);
    test_search(&view);
    test_changes(&view);
    setview_free(&view);
    return done_testing();
}
