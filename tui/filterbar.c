/* The filter bar: opens empty in the foot, filters while it is typed into; Enter keeps, Esc gives back what
 * was. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/filter.h"
#include "../api/mem.h"
#include "complete.h"
#include "panes.h"

struct filterbar {
    struct pane pane;
    struct lineedit line;
    char *before; /* the filter to give back */
    struct gd_error fault;
    struct gd_filter_fault at;
};

static struct filterbar *of(struct pane *pane)
{
    return (struct filterbar *)pane;
}

/* Filters by what is typed; what cannot be read leaves the list as it was and is pointed at. */
static void apply(struct filterbar *self)
{
    self->fault = (struct gd_error){0};
    self->at = (struct gd_filter_fault){0};
    if (strcmp(self->line.text.data, pane_list_filter(self->pane.console->list)) == 0)
        return;
    if (pane_list_set_filter(self->pane.console->list, self->line.text.data, false, &self->at,
                             &self->fault) != GD_OK)
        console_dirty(self->pane.console, DIRTY_OVER);
}

static void leave(struct filterbar *self, bool keep)
{
    struct console *console = self->pane.console;
    struct gd_error err = {0};

    if (keep)
        line_history_add(&console->filters, self->line.text.data);
    else if (strcmp(self->before, pane_list_filter(console->list)) != 0 &&
             pane_list_set_filter(console->list, self->before, true, NULL, &err) != GD_OK)
        console_fail(console, &err);
    console_drop(console, &self->pane);
}

static bool event(struct pane *pane, const struct event *event)
{
    struct filterbar *self = of(pane);

    if (event->type == EVENT_KEY && event->code == KEY_CODE_ESC) {
        leave(self, false);
        return true;
    }
    if (event->type == EVENT_KEY && event->code == KEY_CODE_ENTER) {
        apply(self);
        if (self->fault.rc == GD_OK)
            leave(self, true);
        return true;
    }
    switch (lineedit_event(&self->line, event)) {
    case LINE_CHANGED:
        apply(self);
        return true;
    case LINE_MOVED:
        return true;
    case LINE_IGNORED:
        break;
    }
    return false;
}

/* The fault on the right, its place underlined by a role in the line. */
static void draw_fault(struct filterbar *self, struct canvas *canvas, struct area area)
{
    int w = canvas_width(canvas, self->fault.what), before;
    const char *text = self->line.text.data;
    size_t at = self->at.at < self->line.text.len ? self->at.at : self->line.text.len;

    text_cut(text, at, 1 << 30, &before);
    canvas_tint(canvas, area, 1 + before, 0, self->at.len ? (int)self->at.len : 1, ROLE_ERROR);
    if (w > area.w / 2)
        w = area.w / 2;
    canvas_fit(canvas, area, area.w - w - 1, 0, w, FIT_LEFT, ROLE_WARN, self->fault.what);
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct filterbar *self = of(pane);

    canvas_fill(canvas, area, ROLE_FIELD_FOCUS);
    canvas_puts(canvas, area, 0, 0, ROLE_FIELD_FOCUS, "/");
    lineedit_draw(&self->line, canvas, area, 1, 0, area.w - 2, ROLE_FIELD_FOCUS, focus);
    if (self->fault.rc != GD_OK)
        draw_fault(self, canvas, area);
    else if (self->line.text.len == 0)
        canvas_puts(
            canvas, area, 3, 0, ROLE_FIELD_FOCUS,
            "number, order, id or VN; state: vn: usage: ends<2h   Esc gives back what was");
}

static void filterbar_free(struct pane *pane)
{
    struct filterbar *self = of(pane);

    lineedit_free(&self->line);
    gd_free(self->before);
    gd_free(self);
}

static const struct pane_class filterbar_class = {
    .name = "filter bar",
    .place = PLACE_FOOT,
    .modal = true,
    .draw = draw,
    .event = event,
    .free = filterbar_free,
};

struct pane *filterbar_new(struct console *console, const char *text, size_t len)
{
    struct filterbar *self = gd_calloc(1, sizeof *self);

    if (!self)
        return NULL;
    self->pane = (struct pane){&filterbar_class, console};
    lineedit_init(&self->line);
    self->line.history = &console->filters;
    self->line.complete = complete_filter;
    self->before = gd_strdup(pane_list_filter(console->list));
    if (!self->before) {
        filterbar_free(&self->pane);
        return NULL;
    }
    lineedit_set(&self->line, "");
    if (text) {
        lineedit_insert(&self->line, text, len);
        apply(self);
    }
    return &self->pane;
}
