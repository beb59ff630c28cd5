/* The detail: all that the ledger knows of the allocation under the cursor, in words. Once it is opened it
 * keeps to that allocation, also where a change takes the row out of the list's filter. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/mem.h"
#include "panes.h"

struct pane_detail {
    struct pane pane;
    struct prose prose;
    int64_t row; /* whose words these are */
    int top, height;
    struct gd_alloc opened; /* row 0: none is */
};

static struct pane_detail *of(struct pane *pane)
{
    return (struct pane_detail *)pane;
}

const struct gd_alloc *console_here(const struct console *console)
{
    const struct gd_alloc *opened = &of(console->detail)->opened;

    return opened->row ? opened : pane_list_here(console->list);
}

static const struct gd_alloc *here(const struct pane *pane)
{
    return console_here(pane->console);
}

void pane_detail_close(struct pane *pane)
{
    gd_alloc_clear(&of(pane)->opened);
    pane_detail_touch(pane);
}

void pane_detail_open(struct pane *pane)
{
    const struct gd_alloc *alloc = pane_list_here(pane->console->list);
    struct gd_error ignored = {0};

    pane_detail_close(pane);
    if (alloc && gd_alloc_copy(&of(pane)->opened, alloc, &ignored) != GD_OK)
        of(pane)->opened = (struct gd_alloc){0};
    pane_detail_touch(pane);
}

void pane_detail_reread(struct pane *pane)
{
    struct pane_detail *self = of(pane);
    struct gd_error err = {0};
    struct gd_alloc read = {0};
    bool found = false;

    if (!self->opened.row)
        return;
    if (gd_ledger_get(pane->console->desk->ledger, self->opened.v[GD_F_ID], &read, &found, &err) != GD_OK) {
        console_fail(pane->console, &err);
        gd_alloc_clear(&read);
        return;
    }
    gd_alloc_clear(&self->opened);
    self->opened = read; /* forgotten in between: row 0, and the list's row is shown again */
    pane_detail_touch(pane);
}

void pane_detail_touch(struct pane *pane)
{
    const struct gd_alloc *alloc = pane ? here(pane) : NULL;

    if (!pane)
        return;
    if ((alloc ? alloc->row : 0) != of(pane)->row) {
        of(pane)->row = alloc ? alloc->row : 0;
        of(pane)->top = 0;
    }
    console_dirty(pane->console, DIRTY_SECOND);
}

static void draw_title(struct canvas *canvas, struct area area, const struct gd_alloc *alloc, bool focus)
{
    const char *id = alloc && alloc->v[GD_F_ID] ? alloc->v[GD_F_ID] : "Detail";
    int w = canvas_width(canvas, id);

    if (w > area.w - 6)
        w = area.w - 6;
    canvas_puts(canvas, area, 1, 0, ROLE_TEXT, " ");
    canvas_fit(canvas, area, 2, 0, w, FIT_LEFT, focus ? ROLE_TITLE : ROLE_DIM, id);
    canvas_puts(canvas, area, 2 + w, 0, ROLE_TEXT, " ");
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_detail *self = of(pane);
    const struct gd_alloc *alloc = here(pane);
    struct area in = canvas_frame(canvas, area, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER);
    struct area text = {in.x + 1, in.y, in.w - 2, in.h};
    struct view view;

    draw_title(canvas, area, alloc, focus);
    canvas_fill(canvas, in, ROLE_TEXT);
    if (!alloc || text.w < 8)
        return;
    view = console_view(pane->console, alloc->row);
    prose_clear(&self->prose, text.w);
    describe_alloc(alloc, &view, &self->prose);
    self->height = text.h;
    if (self->top > self->prose.n_lines - text.h)
        self->top = self->prose.n_lines > text.h ? self->prose.n_lines - text.h : 0;
    prose_draw(&self->prose, canvas, text, self->top);
    if (self->prose.n_lines > self->top + text.h)
        canvas_puts(canvas, area, area.w - 4, area.h - 1, ROLE_DIM, "…");
}

static bool scroll(struct pane *pane, int by)
{
    struct pane_detail *self = of(pane);
    int most = self->prose.n_lines - self->height;

    self->top += by;
    if (self->top > most)
        self->top = most;
    if (self->top < 0)
        self->top = 0;
    console_dirty(pane->console, DIRTY_SECOND);
    return true;
}

static bool act(struct pane *pane, const struct act *act, struct gd_error *err)
{
    int page = of(pane)->height > 1 ? of(pane)->height - 1 : 1;

    (void)err;
    switch (act->id) {
    case GD_C_DOWN:
        return scroll(pane, 1);
    case GD_C_UP:
        return scroll(pane, -1);
    case GD_C_PAGE_DOWN:
        return scroll(pane, page);
    case GD_C_PAGE_UP:
        return scroll(pane, -page);
    case GD_C_HALF_DOWN:
        return scroll(pane, page / 2 + 1);
    case GD_C_HALF_UP:
        return scroll(pane, -(page / 2 + 1));
    case GD_C_TOP:
        return scroll(pane, -of(pane)->prose.n_lines);
    case GD_C_BOTTOM:
        return scroll(pane, of(pane)->prose.n_lines);
    default:
        return false;
    }
}

static void detail_free(struct pane *pane)
{
    prose_free(&of(pane)->prose);
    gd_alloc_clear(&of(pane)->opened);
    gd_free(pane);
}

static const struct hint hints[] = {
    {GD_C_BACK, NULL, "back"},
    {GD_C_EDIT, NULL, "edit"},
    {GD_C_STAGE_DEALLOCATE, NULL, "stage deallocation"},
    {GD_C_REVEAL, NULL, "reveal"},
    {GD_C_REFRESH, NULL, "read again"},
    {GD_C_ZOOM, NULL, "zoom"},
    {GD_C_HELP, NULL, "help"},
    {0},
};

static const struct pane_class detail_class = {
    .name = "detail",
    .place = PLACE_SECOND,
    .hints = hints,
    .draw = draw,
    .act = act,
    .free = detail_free,
};

struct pane *pane_detail_new(struct console *console)
{
    struct pane_detail *self = gd_calloc(1, sizeof *self);

    if (!self)
        return NULL;
    self->pane = (struct pane){&detail_class, console};
    prose_init(&self->prose, 40);
    return &self->pane;
}
