/* A text that scrolls: the output of a command, help for one of them. / searches in it, n and N go on. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "panes.h"

struct pane_text {
    struct pane pane;
    char title[120];
    struct prose prose;
    int top, left, height;
    struct lineedit search;
    bool searching;
    int found; /* line, -1 none */
};

static struct pane_text *of(struct pane *pane)
{
    return (struct pane_text *)pane;
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_text *self = of(pane);
    struct area in = canvas_frame(canvas, area, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER);
    struct area text = {in.x + 1, in.y, in.w - 2, in.h};
    char right[64];

    canvas_fill(canvas, in, ROLE_TEXT);
    canvas_putf(canvas, area, 1, 0, ROLE_TITLE, " %s ", self->title);
    self->height = text.h;
    if (self->top > self->prose.n_lines - text.h)
        self->top = self->prose.n_lines > text.h ? self->prose.n_lines - text.h : 0;
    prose_draw(&self->prose, canvas, text, self->top);
    if (self->found >= self->top && self->found < self->top + text.h)
        canvas_tint(canvas, text, 0, self->found - self->top, text.w, ROLE_MATCH);
    if (self->prose.n_lines > text.h) {
        snprintf(right, sizeof right, " %d–%d of %d ", self->top + 1,
                 self->top + text.h < self->prose.n_lines ? self->top + text.h : self->prose.n_lines,
                 self->prose.n_lines);
        canvas_puts(canvas, area, area.w - canvas_width(canvas, right) - 2, 0, ROLE_DIM, right);
    }
    if (self->searching) {
        canvas_puts(canvas, area, 2, area.h - 1, ROLE_FIELD_FOCUS, "/");
        lineedit_draw(&self->search, canvas, area, 3, area.h - 1, area.w / 2, ROLE_FIELD_FOCUS, focus);
    }
}

static void go_to(struct pane_text *self, int line)
{
    self->found = line;
    if (line < 0) {
        console_say(self->pane.console, ROLE_DIM, "no line holds “%s”", self->search.text.data);
        return;
    }
    if (line < self->top || line >= self->top + self->height)
        self->top = line > self->height / 3 ? line - self->height / 3 : 0;
}

static bool search(struct pane_text *self, bool back)
{
    int from = self->found < 0 ? self->top : self->found + (back ? -1 : 1);

    if (self->search.text.len == 0)
        console_say(self->pane.console, ROLE_DIM, "%s searches",
                    console_key(self->pane.console, GD_C_FILTER));
    else
        go_to(self, prose_find(&self->prose, self->search.text.data, from, back));
    console_dirty(self->pane.console, DIRTY_OVER);
    return true;
}

static bool event(struct pane *pane, const struct event *event)
{
    struct pane_text *self = of(pane);

    if (!self->searching)
        return false;
    if (event->type == EVENT_KEY && (event->code == KEY_CODE_ENTER || event->code == KEY_CODE_ESC)) {
        self->searching = false;
        console_dirty(pane->console, DIRTY_ALL);
        return true;
    }
    if (lineedit_event(&self->search, event) == LINE_CHANGED)
        go_to(self, self->search.text.len ? prose_find(&self->prose, self->search.text.data, 0, false) : -1);
    return true;
}

static bool scroll(struct pane_text *self, int by)
{
    int most = self->prose.n_lines - self->height;

    self->top += by;
    if (self->top > most)
        self->top = most;
    if (self->top < 0)
        self->top = 0;
    console_dirty(self->pane.console, DIRTY_OVER);
    return true;
}

static bool act(struct pane *pane, const struct act *act, struct gd_error *err)
{
    struct pane_text *self = of(pane);
    int page = self->height > 1 ? self->height - 1 : 1;

    (void)err;
    switch (act->id) {
    case GD_C_DOWN:
        return scroll(self, 1);
    case GD_C_UP:
        return scroll(self, -1);
    case GD_C_PAGE_DOWN:
        return scroll(self, page);
    case GD_C_PAGE_UP:
        return scroll(self, -page);
    case GD_C_HALF_DOWN:
        return scroll(self, page / 2 + 1);
    case GD_C_HALF_UP:
        return scroll(self, -(page / 2 + 1));
    case GD_C_TOP:
        return scroll(self, -self->prose.n_lines);
    case GD_C_BOTTOM:
        return scroll(self, self->prose.n_lines);
    case GD_C_NEXT:
        return search(self, false);
    case GD_C_PREVIOUS:
        return search(self, true);
    case GD_C_FILTER:
        self->searching = true;
        lineedit_set(&self->search, "");
        console_dirty(pane->console, DIRTY_OVER);
        return true;
    case GD_C_OPEN:
        console_drop(pane->console, pane);
        return true;
    default:
        return false;
    }
}

static void text_free(struct pane *pane)
{
    prose_free(&of(pane)->prose);
    lineedit_free(&of(pane)->search);
    gd_free(pane);
}

static const struct hint hints[] = {
    {GD_C_BACK, NULL, "back"},
    {GD_C_DOWN, NULL, "down"},
    {GD_C_UP, NULL, "up"},
    {GD_C_FILTER, NULL, "search"},
    {GD_C_NEXT, NULL, "next"},
    {GD_C_PREVIOUS, NULL, "previous"},
    {0},
};

static const struct pane_class text_class = {
    .name = "text",
    .place = PLACE_BODY,
    .hints = hints,
    .draw = draw,
    .event = event,
    .act = act,
    .free = text_free,
};

struct pane *pane_text_new(struct console *console, const char *title, struct prose *prose_take)
{
    struct pane_text *self = gd_calloc(1, sizeof *self);

    if (!self) {
        prose_free(prose_take);
        return NULL;
    }
    self->pane = (struct pane){&text_class, console};
    self->prose = *prose_take;
    *prose_take = (struct prose){0};
    self->found = -1;
    lineedit_init(&self->search);
    snprintf(self->title, sizeof self->title, "%s", title);
    return &self->pane;
}
