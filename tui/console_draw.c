/* The one place where the console is drawn: what is dirty goes to the canvas, the canvas to the terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "bars.h"
#include "console_i.h"
#include "panes.h"
#include "terminal.h"

void console_dirty(struct console *console, unsigned what)
{
    console->dirty |= what;
}

void console_layout(struct console *console)
{
    console->layout = layout_make(console->canvas.w, console->canvas.h, console->focus, console->zoom);
    console->dirty = DIRTY_ALL;
}

/* A screen with room for nothing: one line, as long as fits; or the : line, which leads out. */
static void draw_too_small(struct console *console)
{
    struct canvas *canvas = &console->canvas;
    struct area area = {0, 0, canvas->w, 1};
    struct pane *top = console_top(console);
    char text[120], is[40];

    canvas_fill(canvas, (struct area){0, 0, canvas->w, canvas->h}, ROLE_TEXT);
    if (top && strcmp(top->class->name, "prompt") == 0) {
        top->class->draw(top, canvas, area, true);
        return;
    }
    snprintf(is, sizeof is, ", is %d×%d", canvas->w, canvas->h);
    snprintf(text, sizeof text, "greendesk needs %d×%d%s; :q leaves", LAYOUT_LEAST_W, LAYOUT_LEAST_H, is);
    if (canvas_width(canvas, text) > canvas->w)
        snprintf(text, sizeof text, "needs %d×%d%s", LAYOUT_LEAST_W, LAYOUT_LEAST_H, is);
    if (canvas_width(canvas, text) > canvas->w)
        snprintf(text, sizeof text, "%d×%d", LAYOUT_LEAST_W, LAYOUT_LEAST_H);
    canvas_puts(canvas, area, 0, 0, ROLE_TEXT, text);
}

static struct area place_of(const struct console *console, struct pane *pane)
{
    const struct layout *layout = &console->layout;
    int w, h;

    switch (pane->class->place) {
    case PLACE_FIRST:
        return layout->first;
    case PLACE_SECOND:
        return layout->second.w ? layout->second : layout->body;
    case PLACE_BODY:
        return layout->body;
    case PLACE_FOOT:
        return layout->footer;
    case PLACE_BOX:
        break;
    }
    w = layout->body.w;
    h = layout->body.h;
    pane->class->size(pane, &w, &h);
    return layout_centre(layout->body, w, h);
}

/* Two panes whose borders touch share nothing: each has its own frame. */
static void draw_base(struct console *console)
{
    struct layout *layout = &console->layout;
    struct canvas *canvas = &console->canvas;
    bool covered = console->n_over > 0 && console_top(console)->class->place != PLACE_FOOT;

    if ((console->dirty & DIRTY_FIRST) && layout->first.w)
        console->list->class->draw(console->list, canvas, layout->first, !covered && console->focus == 0);
    else if ((console->dirty & DIRTY_CURSOR) && layout->first.w)
        pane_list_draw_cursor(console->list, canvas, layout->first, !covered && console->focus == 0);
    if ((console->dirty & DIRTY_SECOND) && layout->second.w)
        console->detail->class->draw(console->detail, canvas, layout->second,
                                     !covered && console->focus == 1);
}

static bool foot_taken(const struct console *console)
{
    for (int i = 0; i < console->n_over; i++)
        if (console->over[i]->class->place == PLACE_FOOT)
            return true;
    return false;
}

static void draw_over(struct console *console)
{
    for (int i = 0; i < console->n_over; i++) {
        struct pane *pane = console->over[i];

        pane->class->draw(pane, &console->canvas, place_of(console, pane), i == console->n_over - 1);
    }
}

static void draw_canvas(struct console *console)
{
    struct canvas *canvas = &console->canvas;

    canvas->cursor_x = canvas->cursor_y = -1;
    if (console->layout.shape == LAYOUT_TOO_SMALL) {
        draw_too_small(console);
        return;
    }
    if (console->dirty & DIRTY_HEADER)
        bars_header(console, canvas, console->layout.header);
    draw_base(console);
    if ((console->dirty & DIRTY_FOOT) && !foot_taken(console))
        bars_foot(console, canvas, console->layout.footer);
    draw_over(console);
}

void console_draw(struct console *console)
{
    if (!console->dirty)
        return;
    draw_canvas(console);
    console->dirty = 0;
    if (console->terminal)
        terminal_paint(console->terminal, &console->canvas);
    else
        canvas_settle(&console->canvas);
}
