/* The form engine. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "form.h"

#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "console_i.h"

enum {
    FORM_W = 84,
    LABEL_X = 3,
    VALUE_X = 20,
    NOTES_H = 6, /* below the fields: a blank, two lines of notes, one across, a blank, the buttons */
    TAG_W = 9    /* "changed" */
};

static struct form *of(struct pane *pane)
{
    return (struct form *)pane;
}

const char *form_text(const struct form_field *field)
{
    return field->line.text.data;
}

bool form_changed(const struct form *form, const struct form_field *field)
{
    return field->touched && !form->hooks->same(form->arg, field);
}

static void untouch(struct form_field *field)
{
    field->touched = false;
    field->note = (struct form_note){0};
    lineedit_set(&field->line, field->masked ? "" : field->old);
}

bool form_field_set(struct form_field *field, const char *old, const char *masked)
{
    field->old = old ? gd_strdup(old) : NULL;
    field->masked = masked ? gd_strdup(masked) : NULL;
    if ((old && !field->old) || (masked && !field->masked))
        return false;
    untouch(field);
    return true;
}

void form_unmask(struct form *form)
{
    for (int i = 0; i < form->n; i++) {
        gd_wipe_free(&form->fields[i].masked);
        if (!form->fields[i].touched)
            untouch(&form->fields[i]);
    }
    console_dirty(form->pane.console, DIRTY_OVER);
}

bool form_check(struct form *form)
{
    bool good = true;

    for (int i = 0; i < form->n; i++) {
        struct form_field *field = &form->fields[i];

        field->note = (struct form_note){0};
        if (field->touched)
            form->hooks->check(form->arg, field);
        good = good && field->note.role != ROLE_ERROR;
    }
    form->across = (struct form_note){0};
    if (good)
        form->hooks->across(form->arg, form, &form->across);
    return good && form->across.role != ROLE_ERROR;
}

/* ---- keys ---- */

static struct form_field *field_at(struct form *form)
{
    return form->at < form->n ? &form->fields[form->at] : NULL;
}

static void go(struct form *form, int by)
{
    int places = form->n + 2 + (form->hooks->now != NULL);

    form->at = (form->at + by + places) % places;
}

static void reset(struct form *form)
{
    struct form_field *field = field_at(form);

    if (!field)
        return;
    untouch(field);
    form_check(form);
}

/* The next or the previous of the choices, from what stands there. */
static void cycle(struct form *form, struct form_field *field, int by)
{
    const char *now = field->touched ? form_text(field) : field->old ? field->old : "";
    char choice[8][40];
    int n = 0, at = -1;

    for (const char *from = field->choices; *from && n < 8; n++) {
        size_t len = strcspn(from, "|");

        snprintf(choice[n], sizeof choice[n], "%.*s", (int)len, from);
        if (strcmp(choice[n], now) == 0)
            at = n;
        from += len + (from[len] == '|');
    }
    lineedit_set(&field->line, choice[at < 0 ? 0 : (at + by + n) % n]);
    field->touched = true;
    form_check(form);
}

static bool event_of_choice(struct form *form, struct form_field *field, const struct event *event)
{
    if (event->type != EVENT_KEY)
        return true;
    if (event->code == KEY_CODE_LEFT)
        cycle(form, field, -1);
    else if (event->code == KEY_CODE_RIGHT || event->code == KEY_CODE_SPACE)
        cycle(form, field, 1);
    else if (event->code < 0x20 || event->code >= KEY_CODE__FIRST)
        return false;
    else
        for (const char *at = field->choices; at; at = strchr(at, '|') ? strchr(at, '|') + 1 : NULL)
            if (*at == event->code)
                while (strncmp(form_text(field), at, strcspn(at, "|")) != 0 || !field->touched)
                    cycle(form, field, 1);
    return true;
}

/* Typing into a masked value begins a new one. */
static bool event_of_text(struct form *form, struct form_field *field, const struct event *event)
{
    enum line_result result = lineedit_event(&field->line, event);

    if (result == LINE_IGNORED)
        return false;
    if (result == LINE_CHANGED || (field->masked && event->code == KEY_CTRL('u'))) {
        field->touched = true;
        form_check(form);
    }
    return true;
}

static void press(struct form *form)
{
    if (form->at == form->n + 2)
        form->hooks->now(form->arg, form);
    else if (form->at == form->n + 1)
        form->hooks->save(form->arg, form);
    else if (form->at == form->n)
        console_drop(form->pane.console, &form->pane);
    else
        go(form, 1);
}

static bool event(struct pane *pane, const struct event *event)
{
    struct form *form = of(pane);
    struct form_field *field = field_at(form);

    if (form->busy)
        return event->type == EVENT_PASTE || event->code != KEY_CTRL('c');
    if (event->type == EVENT_KEY) {
        switch (event->code) {
        case KEY_CODE_TAB:
        case KEY_CODE_DOWN:
            go(form, 1);
            return true;
        case KEY_CODE_BACKTAB:
        case KEY_CODE_UP:
            go(form, -1);
            return true;
        case KEY_CODE_ENTER:
            press(form);
            return true;
        case KEY_CTRL('c'):
            return false;
        default:
            break;
        }
    }
    if (!field)
        return event->type == EVENT_PASTE;
    return field->choices ? event_of_choice(form, field, event) : event_of_text(form, field, event);
}

static bool act(struct pane *pane, const struct act *act, struct gd_error *err)
{
    struct form *form = of(pane);

    switch (act->id) {
    case GD_C_BACK:
        console_drop(pane->console, pane);
        return true;
    case GD_C_SAVE:
        form->hooks->save(form->arg, form);
        return true;
    case GD_C_SAVE_NOW:
        if (!form->hooks->now)
            return false;
        form->hooks->now(form->arg, form);
        return true;
    case GD_C_RESET:
        reset(form);
        console_dirty(pane->console, DIRTY_OVER);
        return true;
    case GD_C_REVEAL:
        form->hooks->reveal(form->arg, form);
        return true;
    case GD_C_FILTER:
    case GD_C_EDIT:
    case GD_C_OPEN:
        (void)gd_fail(err, GD_INPUT, NULL, "the form is open: save or cancel it first");
        return true;
    default:
        return false;
    }
}

/* ---- drawing ---- */

static void size(struct pane *pane, int *w, int *h)
{
    int want = of(pane)->n + NOTES_H + 3;

    if (*w > FORM_W)
        *w = FORM_W;
    if (*h > want)
        *h = want;
}

static void draw_value(struct form *form, const struct form_field *field, struct canvas *canvas,
                       struct area in, int y, bool focus)
{
    int w = in.w - VALUE_X - TAG_W - 2;
    enum role role = focus ? ROLE_FIELD_FOCUS : ROLE_FIELD;

    canvas_fill(canvas, (struct area){in.x + VALUE_X - 1, in.y + y, w + 2, 1}, role);

    if (field->choices) {
        const char *now = field->touched ? form_text(field) : field->masked ? field->masked : field->old;
        char text[60];

        snprintf(text, sizeof text, focus ? "◂ %s ▸" : "%s", now ? now : "not reported");
        canvas_fit(canvas, in, VALUE_X, y, w, FIT_LEFT, role, text);
    } else if (!field->touched && field->masked) {
        canvas_fit(canvas, in, VALUE_X, y, w, FIT_LEFT, role, field->masked);
        if (focus) {
            canvas->cursor_x = in.x + VALUE_X;
            canvas->cursor_y = in.y + y;
        }
    } else if (field->touched && field->secret && !focus) {
        canvas_fit(canvas, in, VALUE_X, y, w, FIT_LEFT, role, field->line.text.len ? "••••" : "");
    } else {
        lineedit_draw(&field->line, canvas, in, VALUE_X, y, w, role, focus);
    }
    (void)form;
}

static void draw_field(struct form *form, int i, struct canvas *canvas, struct area in, int y, bool focus)
{
    const struct form_field *field = &form->fields[i];
    bool here = form->at == i, changed = form_changed(form, field);
    int x = in.w - TAG_W;

    canvas_puts(canvas, in, 1, y, here ? ROLE_KEY : ROLE_TEXT, here ? "▸" : " ");
    canvas_fit(canvas, in, LABEL_X, y, VALUE_X - LABEL_X - 1, FIT_LEFT, here ? ROLE_HEADING : ROLE_LABEL,
               field->label);
    draw_value(form, field, canvas, in, y, here && focus);
    if (field->note.role == ROLE_ERROR)
        canvas_puts(canvas, in, x, y, ROLE_ERROR, "mend");
    else if (changed)
        canvas_puts(canvas, in, x, y, ROLE_CHANGED, "changed");
}

/* What the field takes, what is wrong with it or what it is understood as, and what concerns them all. */
static void draw_notes(struct form *form, struct canvas *canvas, struct area in, int y)
{
    const struct form_field *field = field_at(form);

    if (field) {
        canvas_fit(canvas, in, LABEL_X, y, in.w - LABEL_X - 1, FIT_LEFT, ROLE_DIM,
                   field->note.role == ROLE_ERROR || !field->touched ? field->takes : field->help);
        if (field->note.text[0])
            canvas_fit(canvas, in, LABEL_X, y + 1, in.w - LABEL_X - 1, FIT_LEFT, field->note.role,
                       field->note.text);
        else if (field->masked && !field->touched)
            canvas_fit(canvas, in, LABEL_X, y + 1, in.w - LABEL_X - 1, FIT_LEFT, ROLE_DIM,
                       "typing replaces it; += adds to it, -= takes away; F6 shows it (recorded)");
    }
    canvas_fit(canvas, in, LABEL_X, y + 2, in.w - LABEL_X - 1, FIT_LEFT, form->across.role,
               form->across.text);
}

static void draw_buttons(const struct form *form, struct canvas *canvas, struct area in)
{
    static const enum gd_command_id commands[] = {GD_C_BACK, GD_C_SAVE, GD_C_SAVE_NOW};
    const char *const words[] = {"Cancel", form->save_word ? form->save_word : "Save", "This one now"};
    char text[3][60];
    int n = form->hooks->now ? 3 : 2, x = in.w;

    if (form->busy) {
        canvas_puts(canvas, in, LABEL_X, in.h - 1, ROLE_WARN, "Saving …");
        return;
    }
    for (int i = 0; i < n; i++) {
        snprintf(text[i], sizeof text[i], "  %s: %s  ", words[i],
                 console_key(form->pane.console, commands[i]));
        x -= canvas_width(canvas, text[i]) + 2;
    }
    for (int i = 0; i < n; i++)
        x = canvas_puts(canvas, in, x, in.h - 1, form->at == form->n + i ? ROLE_BUTTON_FOCUS : ROLE_BUTTON,
                        text[i]) +
            2;
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct form *form = of(pane);
    struct area in = canvas_frame(canvas, area, ROLE_BORDER_FOCUS);
    int room = in.h - NOTES_H + 1, lead = room > form->n ? 1 : 0;

    canvas_fill(canvas, in, ROLE_TEXT);
    canvas_putf(canvas, area, 2, 0, ROLE_TITLE, " %s ", form->title);
    room = room < 1 ? 1 : room > form->n ? form->n : room;
    if (form->at < form->n && form->at < form->top)
        form->top = form->at;
    if (form->at < form->n && form->at >= form->top + room)
        form->top = form->at - room + 1;
    if (form->top > form->n - room)
        form->top = form->n - room;
    for (int i = 0; i < room; i++)
        draw_field(form, form->top + i, canvas, in, lead + i, focus);
    draw_notes(form, canvas, in, lead + room + (in.h > lead + room + 5));
    draw_buttons(form, canvas, in);
}

/* ---- life ---- */

static void form_free(struct pane *pane)
{
    struct form *form = of(pane);

    for (int i = 0; i < form->n; i++) {
        gd_wipe_free(&form->fields[i].old);
        gd_wipe_free(&form->fields[i].masked);
        lineedit_free(&form->fields[i].line);
    }
    gd_free(form->fields);
    if (form->hooks->free)
        form->hooks->free(form->arg);
    gd_free(form);
}

static const struct hint hints[] = {
    {GD_C_SAVE, NULL, "save"},         {GD_C_BACK, NULL, "cancel"},   {GD_C_PANE_NEXT, "Tab", "next field"},
    {GD_C_RESET, NULL, "reset field"}, {GD_C_REVEAL, "F6", "reveal"}, {0},
};

static const struct pane_class form_class = {
    .name = "form",
    .place = PLACE_BOX,
    .modal = true,
    .hints = hints,
    .draw = draw,
    .event = event,
    .act = act,
    .size = size,
    .free = form_free,
};

struct form *form_new(struct console *console, int n, const struct form_hooks *hooks, void *arg)
{
    struct form *form = gd_calloc(1, sizeof *form);

    if (!form)
        return NULL;
    form->pane = (struct pane){&form_class, console};
    form->hooks = hooks;
    form->arg = arg;
    form->fields = gd_calloc((size_t)n, sizeof *form->fields);
    if (!form->fields) {
        gd_free(form);
        return NULL;
    }
    form->n = n;
    for (int i = 0; i < n; i++)
        lineedit_init(&form->fields[i].line);
    return form;
}
