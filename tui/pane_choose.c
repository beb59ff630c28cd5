/* A list to choose from in the middle of the screen; what is typed narrows it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "panes.h"

enum { CHOOSE_W = 72 };

struct pane_choose {
    struct pane pane;
    char title[120];
    char **texts; /* NULL ended */
    int *shown;
    int n, n_shown, at, top, height;
    struct lineedit filter;
    choose_fn *fn;
    void *arg;
};

static struct pane_choose *of(struct pane *pane)
{
    return (struct pane_choose *)pane;
}

static void narrow(struct pane_choose *self)
{
    self->n_shown = self->at = self->top = 0;
    for (int i = 0; i < self->n; i++)
        if (strcasestr(self->texts[i], self->filter.text.data))
            self->shown[self->n_shown++] = i;
}

static void move(struct pane_choose *self, int by)
{
    self->at += by;
    if (self->at >= self->n_shown)
        self->at = self->n_shown - 1;
    if (self->at < 0)
        self->at = 0;
}

static void choose(struct pane_choose *self)
{
    choose_fn *fn = self->fn;
    void *arg = self->arg;
    int i;

    if (self->n_shown == 0)
        return;
    i = self->shown[self->at];
    console_drop(self->pane.console, &self->pane);
    fn(arg, i);
}

static bool event(struct pane *pane, const struct event *event)
{
    struct pane_choose *self = of(pane);
    int page = self->height > 2 ? self->height - 1 : 1;

    if (event->type == EVENT_KEY) {
        switch (event->code) {
        case KEY_CODE_ESC:
            console_drop(pane->console, pane);
            return true;
        case KEY_CODE_ENTER:
            choose(self);
            return true;
        case KEY_CODE_UP:
        case KEY_CODE_DOWN:
            move(self, event->code == KEY_CODE_UP ? -1 : 1);
            return true;
        case KEY_CODE_PAGE_UP:
        case KEY_CODE_PAGE_DOWN:
            move(self, event->code == KEY_CODE_PAGE_UP ? -page : page);
            return true;
        default:
            break;
        }
    }
    switch (lineedit_event(&self->filter, event)) {
    case LINE_CHANGED:
        narrow(self);
        return true;
    case LINE_MOVED:
        return true;
    case LINE_IGNORED:
        break;
    }
    return false;
}

static void size(struct pane *pane, int *w, int *h)
{
    int want = of(pane)->n + 4;

    if (*w > CHOOSE_W)
        *w = CHOOSE_W;
    if (*h > want)
        *h = want;
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_choose *self = of(pane);
    struct area in = canvas_frame(canvas, area, ROLE_BORDER_FOCUS);
    int x;

    canvas_fill(canvas, in, ROLE_TEXT);
    canvas_putf(canvas, area, 2, 0, ROLE_TITLE, " %s ", self->title);
    x = canvas_puts(canvas, in, 1, 0, ROLE_LABEL, "Search ");
    lineedit_draw(&self->filter, canvas, in, x, 0, in.w - x - 1, ROLE_FIELD_FOCUS, focus);
    self->height = in.h - 2;
    if (self->at >= self->top + self->height)
        self->top = self->at - self->height + 1;
    if (self->at < self->top)
        self->top = self->at;
    for (int y = 0; y < self->height && self->top + y < self->n_shown; y++) {
        int i = self->top + y;
        enum role role = i == self->at ? ROLE_CURSOR : ROLE_TEXT;

        canvas_puts(canvas, in, 0, y + 2, role, i == self->at ? "▸ " : "  ");
        canvas_fit(canvas, in, 2, y + 2, in.w - 2, FIT_LEFT, role, self->texts[self->shown[i]]);
    }
    if (self->n_shown == 0)
        canvas_puts(canvas, in, 2, 2, ROLE_DIM, "nothing matches");
}

static void choose_free(struct pane *pane)
{
    struct pane_choose *self = of(pane);

    for (int i = 0; i < self->n; i++)
        gd_free(self->texts[i]);
    gd_free(self->texts);
    gd_free(self->shown);
    lineedit_free(&self->filter);
    gd_free(self);
}

static const struct hint hints[] = {
    {GD_C_OPEN, "Enter", "choose"}, {GD_C_BACK, "Esc", "close"}, {GD_C_UP, "↑↓", "move"}, {0}};

static const struct pane_class choose_class = {
    .name = "choose",
    .place = PLACE_BOX,
    .modal = true,
    .hints = hints,
    .draw = draw,
    .event = event,
    .size = size,
    .free = choose_free,
};

struct pane *pane_choose_new(struct console *console, const char *title, char **texts_take, int at,
                             choose_fn *fn, void *arg)
{
    struct pane_choose *self = gd_calloc(1, sizeof *self);
    int n = 0;

    while (texts_take[n])
        n++;
    if (self)
        self->shown = gd_calloc((size_t)n + 1, sizeof *self->shown);
    if (!self || !self->shown) {
        for (int i = 0; i < n; i++)
            gd_free(texts_take[i]);
        gd_free(texts_take);
        gd_free(self);
        return NULL;
    }
    self->pane = (struct pane){&choose_class, console};
    snprintf(self->title, sizeof self->title, "%s", title);
    self->texts = texts_take;
    self->n = n;
    self->fn = fn;
    self->arg = arg;
    lineedit_init(&self->filter);
    narrow(self);
    move(self, at);
    return &self->pane;
}
