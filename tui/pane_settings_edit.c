/* Editing in view 4: toggles, choices, a line in the row, places with their names; forms stand in
 * form_settings.c. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/audit.h"
#include "../api/mem.h"
#include "../api/number.h"
#include "pane_settings.h"

#define TEXT_MAX ((size_t)1 << 20)

/* Support sees, account and admin change; the refusal is recorded. */
bool pane_settings_may(struct pane_settings *self)
{
    struct gd_desk *desk = self->pane.console->desk;
    struct gd_error err = {0}, why = {0};
    char result[700];

    if (gd_role_check(desk->profile, GD_MAY_SETTINGS, &err) == GD_OK)
        return true;
    snprintf(result, sizeof result, "refused: %s", err.what);
    if (gd_audit(desk->ledger, desk->profile->name, "settings", "edit", result, &why) != GD_OK)
        err = why;
    console_fail(self->pane.console, &err);
    return false;
}

void pane_settings_want(struct pane_settings *self, enum gd_setting id, const char *text)
{
    struct gd_error err = {0};

    if (pane_settings_stage(&self->pane, id, text, &err) != GD_OK)
        console_fail(self->pane.console, &err);
}

/* The next of a few choices. */
static void turn(struct pane_settings *self, enum gd_setting id, const char *choices)
{
    const char *now = setview_value(&self->view, id);
    char next[40];
    const char *at = choices;
    size_t len = strcspn(at, "|");

    for (; now && *at; at += len + (at[len] == '|')) {
        len = strcspn(at, "|");
        if (strlen(now) == len && strncmp(at, now, len) == 0) {
            at += len + (at[len] == '|');
            break;
        }
    }
    if (!now || !*at)
        at = choices;
    snprintf(next, sizeof next, "%.*s", (int)strcspn(at, "|"), at);
    pane_settings_want(self, id, next);
}

static void edit_line(struct pane_settings *self, enum gd_setting id)
{
    const char *now = setview_value(&self->view, id);

    self->editing = true;
    self->edited = id;
    self->edit_error[0] = '\0';
    lineedit_set(&self->line, now ? now : "");
    pane_settings_touch(self);
}

static void chosen(void *arg, int i)
{
    struct pane_settings *self = arg;
    const char *name, *code;

    if (self->edited == GD_S_COUNTRY) {
        pane_settings_want(self, GD_S_COUNTRY, gd_country_at((size_t)i)->iso);
        return;
    }
    code = gd_region_at((size_t)i, &name);
    if (code)
        pane_settings_want(self, GD_S_DEFAULT_REGION, code);
    else
        edit_line(self, GD_S_DEFAULT_REGION);
}

/* Countries or regions with their names; of regions the last line is for another code. */
static void choose_place(struct pane_settings *self, enum gd_setting id)
{
    const char *now = setview_value(&self->view, id), *name, *code;
    char **texts = gd_calloc(400, sizeof *texts);
    int n = 0, at = 0;
    struct gd_buf text;

    if (!texts)
        return;
    self->edited = id;
    for (size_t i = 0; n < 398; i++) {
        const struct gd_country *country = id == GD_S_COUNTRY ? gd_country_at(i) : NULL;

        name = NULL;
        code = country ? country->iso : id == GD_S_DEFAULT_REGION ? gd_region_at(i, &name) : NULL;
        if (!code)
            break;
        gd_buf_init(&text, 400);
        if (country)
            gd_buf_addf(&text, "%s  %s, +%s", code, country->name, country->code);
        else
            gd_buf_addf(&text, "%s  %s", code, name);
        at = now && strcmp(now, code) == 0 ? n : at;
        texts[n++] = gd_buf_take(&text);
    }
    if (id == GD_S_DEFAULT_REGION)
        texts[n++] = gd_strdup("another code …");
    console_push(self->pane.console,
                 pane_choose_new(self->pane.console, gd_setting_rows[id].label, texts, at, chosen, self));
}

static void edit_setting(struct pane_settings *self, enum gd_setting id)
{
    const struct gd_setting_row *row = &gd_setting_rows[id];
    struct gd_error err = {0};
    struct pane *form;

    switch (row->type) {
    case GD_ST_BOOL:
        turn(self, id, "true|false");
        break;
    case GD_ST_CHOICE:
        turn(self, id, row->choices);
        break;
    case GD_ST_COUNTRY:
    case GD_ST_REGION:
        choose_place(self, id);
        break;
    case GD_ST_SMS:
        form = form_sms_new(&self->pane, &self->view, &err);
        if (!form)
            console_fail(self->pane.console, &err);
        console_push(self->pane.console, form);
        break;
    default:
        edit_line(self, id);
        break;
    }
}

void pane_settings_edit(struct pane_settings *self)
{
    struct setview_item *item = pane_settings_here(self);

    if (!item || item->kind == SETVIEW_HEADING || !pane_settings_may(self))
        return;
    if (item->kind == SETVIEW_OTHER)
        console_say(self->pane.console, ROLE_DIM, "%s is not known here, so it cannot be set", item->key);
    else if (item->kind == SETVIEW_CALLBACK)
        console_push(self->pane.console,
                     form_callback_new(&self->pane, &self->view, gd_setting_callback(item->id)));
    else
        edit_setting(self, item->id);
}

/* Judges what is being typed; whether it can stand. value is appended to. */
static bool judge_line(struct pane_settings *self, struct gd_buf *value)
{
    struct gd_error err = {0};
    char warning[200];
    bool good = gd_setting_parse(self->edited, self->line.text.data, value, warning, &err) == GD_OK;

    setview_try(&self->view, self->edited, good ? value->data : NULL);
    self->edit_role = good ? ROLE_WARN : ROLE_ERROR;
    snprintf(self->edit_error, sizeof self->edit_error, "%s%s%s", good ? warning : err.what,
             !good && err.advice[0] ? ": " : "", good ? "" : err.advice);
    return good;
}

static void finish_line(struct pane_settings *self)
{
    struct gd_buf value;

    gd_buf_init(&value, TEXT_MAX);
    if (judge_line(self, &value)) {
        self->editing = false;
        pane_settings_want(self, self->edited, value.data);
    }
    gd_buf_free(&value);
}

bool pane_settings_line(struct pane_settings *self, const struct event *event)
{
    struct gd_buf ignored;

    pane_settings_touch(self);
    if (event->type == EVENT_KEY && event->code == KEY_CODE_ENTER) {
        finish_line(self);
        return true;
    }
    if (event->type == EVENT_KEY && event->code == KEY_CODE_ESC) {
        self->editing = false;
        setview_try(&self->view, self->edited, NULL);
        return true;
    }
    if (event->type == EVENT_KEY && event->code == KEY_CTRL('c'))
        return false;
    if (lineedit_event(&self->line, event) == LINE_CHANGED) {
        gd_buf_init(&ignored, TEXT_MAX);
        judge_line(self, &ignored);
        gd_buf_free(&ignored);
    }
    return true;
}
