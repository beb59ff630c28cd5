/* The rows of view 4 and the changes not saved yet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "setview.h"

#include <stdio.h>
#include <string.h>

#include "../api/json.h"
#include "../api/mem.h"

#define WORDS_MAX ((size_t)1 << 20)

/* ---- items ---- */

static struct setview_item *add_item(struct setview *view, enum setview_kind kind, const char *section)
{
    struct setview_item *more = gd_realloc(view->items, (size_t)(view->n + 1) * sizeof *more);

    if (!more)
        return NULL;
    view->items = more;
    more[view->n] = (struct setview_item){.kind = kind, .id = GD_S__COUNT, .section = section};
    return &more[view->n++];
}

static void free_items(struct setview *view)
{
    for (int i = 0; i < view->n; i++) {
        gd_free(view->items[i].key);
        gd_free(view->items[i].value);
    }
    gd_free(view->items);
    view->items = NULL;
    view->n = 0;
}

/* A key that no row knows, as a row. */
static bool add_other(struct setview *view, const char *section, const char *key, const json_t *value)
{
    struct setview_item *item = add_item(view, SETVIEW_OTHER, section);
    struct gd_buf name, text;

    if (!item)
        return false;
    gd_buf_init(&name, WORDS_MAX);
    gd_buf_init(&text, WORDS_MAX);
    gd_buf_addf(&name, "%s%s%s", section, key ? "." : "", key ? key : "");
    if (json_is_string(value))
        gd_buf_adds(&text, json_string_value(value));
    else
        gd_json_write(value, &text);
    item->section = "";
    item->key = gd_buf_take(&name);
    item->value = gd_buf_take(&text);
    return item->key && item->value;
}

static bool add_others(struct setview *view)
{
    const char *section, *key;
    json_t *keys, *value;
    bool good = true;

    if (view->known.other && !add_item(view, SETVIEW_HEADING, "unknown here"))
        return false;
    json_object_foreach(view->known.other, section, keys)
    {
        if (!json_is_object(keys))
            good = good && add_other(view, section, NULL, keys);
        json_object_foreach(keys, key, value) good = good && add_other(view, section, key, value);
    }
    return good;
}

static enum gd_rc make_items(struct setview *view, struct gd_error *err)
{
    const char *section = "";
    bool good = true;
    int *shown;

    free_items(view);
    for (int id = 0; id < GD_S__COUNT && good; id++) {
        enum gd_callback callback = gd_setting_callback((enum gd_setting)id);
        struct setview_item *item;

        if (callback != GD_CB__COUNT && (int)gd_callback_rows[callback].endpoint != id)
            continue;
        if (strcmp(section, gd_setting_rows[id].section) != 0) {
            section = gd_setting_rows[id].section;
            good = add_item(view, SETVIEW_HEADING, section) != NULL;
        }
        item = good ? add_item(view, callback != GD_CB__COUNT ? SETVIEW_CALLBACK : SETVIEW_SETTING, section)
                    : NULL;
        if (item)
            item->id = (enum gd_setting)id;
        good = item != NULL;
    }
    good = good && add_others(view);
    shown = good ? gd_realloc(view->shown, (size_t)view->n * sizeof *shown) : NULL;
    if (!shown)
        return gd_fail_memory(err);
    view->shown = shown;
    return GD_OK;
}

enum gd_rc setview_init(struct setview *view, struct gd_error *err)
{
    enum gd_rc rc;

    *view = (struct setview){0};
    rc = make_items(view, err);
    if (rc == GD_OK)
        setview_search(view, "");
    return rc;
}

void setview_free(struct setview *view)
{
    free_items(view);
    gd_free(view->shown);
    gd_settings_clear(&view->known);
    gd_settings_clear(&view->change);
    *view = (struct setview){0};
}

/* ---- words ---- */

const char *setview_value(const struct setview *view, enum gd_setting id)
{
    return view->change.v[id] ? view->change.v[id] : view->known.v[id];
}

static const char *heading(const char *section)
{
    static const char *const names[][2] = {
        {"common", "Common"}, {"greenvn", "GreenVN"}, {"greenpin", "GreenPin"}};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i][0], section) == 0)
            return names[i][1];
    return "Unknown here";
}

const char *setview_label(const struct setview_item *item)
{
    switch (item->kind) {
    case SETVIEW_HEADING:
        return heading(item->section);
    case SETVIEW_CALLBACK:
        return gd_callback_rows[gd_setting_callback(item->id)].label;
    case SETVIEW_SETTING:
        return gd_setting_rows[item->id].label;
    case SETVIEW_OTHER:
        break;
    }
    return item->key;
}

void setview_words(const struct setview *view, const struct setview_item *item, struct gd_buf *out)
{
    if (item->kind == SETVIEW_SETTING) {
        gd_setting_show(item->id, setview_value(view, item->id), out);
        return;
    }
    if (item->kind == SETVIEW_OTHER)
        gd_buf_adds(out, item->value);
    if (item->kind != SETVIEW_CALLBACK)
        return;
    if (!setview_value(view, item->id)) {
        gd_buf_adds(out, "not reported");
        return;
    }
    gd_setting_show(item->id + 1, setview_value(view, item->id + 1), out);
    gd_buf_addf(out, " %s (", setview_value(view, item->id));
    gd_setting_show(item->id + 2, setview_value(view, item->id + 2), out);
    gd_buf_addc(out, ')');
}

bool setview_holds(const struct setview_item *item, enum gd_setting id)
{
    if (item->kind == SETVIEW_CALLBACK)
        return id >= item->id && id < item->id + 3;
    return item->kind == SETVIEW_SETTING && id == item->id;
}

bool setview_is_changed(const struct setview *view, const struct setview_item *item)
{
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        if (view->change.v[id] && setview_holds(item, id))
            return true;
    return false;
}

int setview_changed(const struct setview *view)
{
    int n = 0;

    for (int id = 0; id < GD_S__COUNT; id++)
        n += view->change.v[id] != NULL;
    return n;
}

const char *setview_state(const struct setview *view, const struct setview_item *item)
{
    if (item->kind == SETVIEW_HEADING || item->kind == SETVIEW_OTHER)
        return "";
    if (setview_is_changed(view, item))
        return "not saved";
    if (!view->known.v[item->id])
        return "";
    if (view->known.old[item->id])
        return "earlier";
    if (!gd_setting_rows[item->id].def)
        return "";
    return gd_setting_differs(item->id, view->known.v[item->id]) ? "not default" : "default";
}

/* ---- search ---- */

static bool item_matches(const struct setview *view, const struct setview_item *item, const char *text)
{
    struct gd_buf words;
    bool match = strcasestr(setview_label(item), text) != NULL;

    gd_buf_init(&words, WORDS_MAX);
    setview_words(view, item, &words);
    match = match || strcasestr(words.data, text) || strcasestr(setview_state(view, item), text);
    gd_buf_free(&words);
    for (enum gd_setting id = 0; id < GD_S__COUNT && !match; id++) {
        char name[GD_SETTING_NAME_MAX];

        match = setview_holds(item, id) &&
                (strcasestr(gd_setting_name(id, name), text) || strcasestr(gd_setting_rows[id].help, text));
    }
    return match;
}

void setview_search(struct setview *view, const char *text)
{
    int section = -1;

    if (text != view->search)
        snprintf(view->search, sizeof view->search, "%s", text);
    view->n_shown = 0;
    for (int i = 0; i < view->n; i++) {
        const struct setview_item *item = &view->items[i];

        if (item->kind == SETVIEW_HEADING) {
            section = i;
            continue;
        }
        if (*view->search && !item_matches(view, item, view->search))
            continue;
        if (section >= 0)
            view->shown[view->n_shown++] = section;
        section = -1;
        view->shown[view->n_shown++] = i;
    }
}

/* ---- changes ---- */

static void hear(void *arg, enum gd_setting id, const char *words)
{
    struct setview *view = arg;

    if (view->n_rules == SETVIEW_RULES_MOST)
        return;
    view->rules[view->n_rules].id = id;
    snprintf(view->rules[view->n_rules++].words, sizeof view->rules->words, "%s", words);
}

static void judge(struct setview *view)
{
    view->n_rules = 0;
    gd_settings_rules(&view->known, &view->change, view->longest, hear, view);
}

void setview_try(struct setview *view, enum gd_setting id, char *value)
{
    struct gd_settings tried = view->change; /* borrows all of it */

    if (value)
        tried.v[id] = value;
    view->n_rules = 0;
    gd_settings_rules(&view->known, &tried, view->longest, hear, view);
}

enum gd_rc setview_take(struct setview *view, const struct gd_settings *known, int64_t read_at,
                        struct gd_error *err)
{
    struct gd_settings copy = {0};
    enum gd_rc rc = gd_settings_copy(&copy, known, err);

    if (rc != GD_OK)
        return rc;
    gd_settings_clear(&view->known);
    view->known = copy;
    view->read_at = read_at;
    gd_settings_reduce(&view->change, &view->known);
    judge(view);
    rc = make_items(view, err);
    if (rc == GD_OK)
        setview_search(view, view->search);
    return rc;
}

enum gd_rc setview_stage(struct setview *view, enum gd_setting id, const char *value, struct gd_error *err)
{
    enum gd_rc rc;

    if (value && gd_setting_same(id, value, view->known.v[id]))
        value = NULL;
    rc = gd_settings_set(&view->change, id, value, err);
    judge(view);
    return rc;
}

void setview_reset(struct setview *view, const struct setview_item *item)
{
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (!setview_holds(item, id))
            continue;
        gd_free(view->change.v[id]);
        view->change.v[id] = NULL;
    }
    judge(view);
}
