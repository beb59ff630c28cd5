/* Where the console was left: filter, order and row of the list stand in the ledger until the next start. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "place.h"

#include <jansson.h>
#include <string.h>

#include "../api/mem.h"
#include "pane_list_i.h"

#define FACT "console.place"

/* Whether it may name a person: a number, or a part of one, or a PIN. Such a filter is not kept. */
static bool is_personal(const char *filter)
{
    int digits = 0;

    for (const char *at = filter; *at; at++) {
        digits = *at >= '0' && *at <= '9' ? digits + 1 : *at == ' ' || *at == '-' ? digits : 0;
        if (digits >= 6)
            return true;
    }
    return strstr(filter, "pin:") != NULL;
}

void place_keep(struct console *console)
{
    struct pane_list *list = (struct pane_list *)console->list;
    const struct list_row *here = list_here(&list->list);
    json_t *json = json_pack("{s:s,s:s,s:b,s:I}", "filter", is_personal(list->text) ? "" : list->text, "sort",
                             gd_sort_name(list->sort.key), "descending", list->sort.descending, "row",
                             (json_int_t)(here ? here->id : 0));
    char *text = json ? json_dumps(json, JSON_COMPACT) : NULL;
    struct gd_error ignored = {0};

    if (text && gd_ledger_fact_set(console->desk->ledger, FACT, text, &ignored) != GD_OK)
        ignored.rc = GD_OK; /* the next start begins at the top, nothing else is lost */
    gd_wipe_free(&text);
    json_decref(json);
}

static struct gd_sort sort_of(const json_t *json, struct gd_sort otherwise)
{
    const char *name = json_string_value(json_object_get(json, "sort"));

    for (int key = 0; name && key < GD_SORT__COUNT; key++)
        if (strcmp(gd_sort_name((enum gd_sort_key)key), name) == 0)
            return (struct gd_sort){(enum gd_sort_key)key, json_is_true(json_object_get(json, "descending"))};
    return otherwise;
}

void place_recall(struct console *console)
{
    struct pane_list *list = (struct pane_list *)console->list;
    char *text = gd_ledger_fact(console->desk->ledger, FACT);
    json_t *json = text ? json_loads(text, 0, NULL) : NULL;
    const char *filter = json_string_value(json_object_get(json, "filter"));
    int64_t row = json_integer_value(json_object_get(json, "row"));
    struct gd_error ignored = {0};

    gd_wipe_free(&text);
    if (!json)
        return;
    list->sort = sort_of(json, list->sort);
    /* A filter that cannot be read any more is left out; setting it makes the query of the order too. */
    if (pane_list_set_filter(console->list, filter ? filter : "", false, NULL, &ignored) != GD_OK) {
        ignored = (struct gd_error){0};
        if (pane_list_set_filter(console->list, "", false, NULL, &ignored) != GD_OK)
            console_fail(console, &ignored);
    }
    if (row)
        list_seek(&list->list, row);
    json_decref(json);
}
