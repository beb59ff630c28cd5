/* How the list of allocations looks: its title, its columns as wide as their rows ask and the screen allows,
 * a row for each allocation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "../api/filter.h"
#include "../api/mem.h"
#include "../api/text.h"
#include "pane_list_i.h"

enum {
    GAP = 2, /* between columns */
    MARK_W = 2,
    CELL_MOST = 500 /* bytes of a cell that are looked at: far more than is shown */
};

void pane_list_item_clear(struct list_item *item)
{
    gd_alloc_clear(&item->alloc);
    gd_wipe_free(&item->text);
}

/* Makes the cells of a row, unless they are as new as they can be. */
static void make_cells(struct pane_list *self, struct list_item *item, const struct view *now)
{
    struct view view = *now;

    view.reveal = console_revealed(self->pane.console, item->alloc.row);
    if (item->text && item->second == view.now && item->reveal == view.reveal)
        return;
    gd_buf_clear(&self->cells);
    for (int column = 0; column < COLUMN__COUNT; column++) {
        size_t at = self->cells.len;
        int width;

        gd_buf_clear(&self->cell);
        describe_cell((enum column)column, &item->alloc, &view, &self->cell);
        gd_text_escape(self->cell.data, self->cell.len < CELL_MOST ? self->cell.len : CELL_MOST,
                       &self->cells);
        text_cut(self->cells.data + at, self->cells.len - at, UINT8_MAX, &width);
        item->cell[column].at = (uint16_t)at;
        item->cell[column].len = (uint16_t)(self->cells.len - at);
        item->cell[column].width = (uint8_t)width;
        item->cell[column].role = (uint8_t)describe_cell_role((enum column)column, &item->alloc, &view);
    }
    gd_wipe_free(&item->text);
    item->text = gd_strndup(self->cells.data, self->cells.len);
    item->second = view.now;
    item->reveal = view.reveal;
}

/* Lets each column grow to what its rows hold, within its bounds. Never back: the picture stays calm. */
static void widen(struct pane_list *self, const struct list_item *item)
{
    for (int column = 0; column < COLUMN__COUNT; column++) {
        int w = item->cell[column].width, most = column_rows[column].most;

        if (w > self->width[column])
            self->width[column] = w < most ? w : most;
    }
}

/* The rows in view, with their cells. */
static void make_view(struct pane_list *self, const struct view *view)
{
    int last = self->list.top + self->list.height;

    for (int column = 0; column < COLUMN__COUNT; column++)
        if (self->width[column] < column_rows[column].least)
            self->width[column] = column_rows[column].least;
    for (int i = self->list.top; i < last && i < self->list.n; i++) {
        make_cells(self, self->list.rows[i].data, view);
        widen(self, self->list.rows[i].data);
    }
}

static int least_width(const bool *shown)
{
    int w = MARK_W;

    for (int column = 0; column < COLUMN__COUNT; column++)
        if (shown[column])
            w += column_rows[column].least + (column ? GAP : 0);
    return w;
}

/* The shown column that is wanted the most, or the least, of those not yet done. */
static int wanted(const bool *shown, const bool *done, bool most)
{
    int found = -1;

    for (int column = most ? 0 : 1; column < COLUMN__COUNT; column++) {
        if (!shown[column] || (done && done[column]))
            continue;
        if (found < 0 || (column_rows[column].keep > column_rows[found].keep) == most)
            found = column;
    }
    return found;
}

/* Which columns are shown: not those scrolled away; the least wanted go until the rest fits at its narrowest.
 * What room is left goes to the most wanted ones first. */
static struct columns choose_columns(const struct pane_list *self, int width)
{
    struct columns out = {.n = 0};
    bool shown[COLUMN__COUNT], done[COLUMN__COUNT] = {false};
    int w[COLUMN__COUNT], column, spare, x = MARK_W;

    for (column = 0; column < COLUMN__COUNT; column++) {
        shown[column] = column == 0 || column > self->scrolled;
        w[column] = column_rows[column].least;
    }
    while (least_width(shown) > width && (column = wanted(shown, NULL, false)) >= 0)
        shown[column] = false;
    spare = width - least_width(shown);
    while (spare > 0 && (column = wanted(shown, done, true)) >= 0) {
        int more = self->width[column] - w[column];

        w[column] += more < spare ? more : spare;
        spare -= more < spare ? more : spare;
        done[column] = true;
    }
    for (column = 0; column < COLUMN__COUNT; column++) {
        if (!shown[column])
            continue;
        out.at[out.n] = (enum column)column;
        out.x[out.n] = x;
        out.w[out.n++] = w[column] < width - x ? w[column] : width - x;
        x += w[column] + GAP;
    }
    return out;
}

static void draw_heads(const struct pane_list *self, struct canvas *canvas, struct area area,
                       const struct columns *columns)
{
    for (int i = 0; i < columns->n; i++) {
        const struct column_row *row = &column_rows[columns->at[i]];
        enum fit fit = row->fit == FIT_RIGHT ? FIT_RIGHT : FIT_LEFT;
        char head[32];

        snprintf(head, sizeof head, "%s%s", row->head,
                 row->sort != self->sort.key ? ""
                 : self->sort.descending     ? "↓"
                                             : "↑");
        canvas_fit(canvas, area, columns->x[i], 0, columns->w[i], fit, ROLE_HEADING, head);
    }
}

static void draw_row(struct pane_list *self, struct canvas *canvas, struct area area, int y,
                     const struct list_item *item, const struct columns *columns, enum role cursor)
{
    bool marked = marks_has(&self->marks, item->alloc.row);

    if (cursor != ROLE_TEXT)
        canvas_fill(canvas, (struct area){area.x, area.y + y, area.w, 1}, cursor);
    if (marked || cursor != ROLE_TEXT)
        canvas_puts(canvas, area, 0, y, cursor != ROLE_TEXT ? cursor : ROLE_MARK, marked ? "●" : "▸");
    for (int i = 0; i < columns->n && item->text; i++) {
        enum column column = columns->at[i];
        enum role role = cursor != ROLE_TEXT ? cursor : (enum role)item->cell[column].role;

        canvas_fit_safe(canvas, area, columns->x[i], y, columns->w[i], column_rows[column].fit, role,
                        item->text + item->cell[column].at, item->cell[column].len, item->cell[column].width);
    }
}

/* What an empty list says, and what to do then. */
static void draw_empty(struct pane_list *self, struct canvas *canvas, struct area area)
{
    if (!self->list.loaded) {
        canvas_puts(canvas, area, MARK_W, 2, ROLE_DIM, "Reading …");
        return;
    }
    if (gd_filter_all(self->filter)) {
        canvas_puts(canvas, area, MARK_W, 2, ROLE_TEXT, "Nothing is known here yet.");
        canvas_puts(canvas, area, MARK_W, 4, ROLE_DIM, ":get ID        reads an allocation from the API");
        canvas_puts(canvas, area, MARK_W, 5, ROLE_DIM, ":import FILE   takes in a list of ids");
    } else {
        canvas_puts(canvas, area, MARK_W, 2, ROLE_TEXT, "Nothing that is known here matches.");
        canvas_puts(canvas, area, MARK_W, 3, ROLE_DIM, "The tenant may hold more than this ledger.");
        canvas_puts(canvas, area, MARK_W, 5, ROLE_DIM, ":get ID   reads one by its id");
        canvas_puts(canvas, area, MARK_W, 6, ROLE_DIM, "Esc       clears the filter");
    }
}

static void draw_title(struct pane_list *self, struct canvas *canvas, struct area area, bool focus)
{
    char n[32], known[32], right[96];
    int x, w;

    describe_count(self->matches, n, sizeof n);
    describe_count(self->pane.console->known, known, sizeof known);
    if (gd_filter_all(self->filter))
        snprintf(right, sizeof right, " %s ", known);
    else
        snprintf(right, sizeof right, " %s%s of %s ", n, self->counted ? "" : "+", known);
    w = canvas_width(canvas, right);
    x = canvas_puts(canvas, area, 1, 0, focus ? ROLE_TITLE : ROLE_DIM, " Allocations ");
    if (self->text[0]) {
        int room = area.w - x - w - 5;

        x = canvas_puts(canvas, area, x, 0, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER, "─ ");
        if (room > 4) {
            int text = canvas_width(canvas, self->text);

            canvas_fit(canvas, area, x, 0, text < room ? text : room, FIT_LEFT, ROLE_TITLE_FILTER,
                       self->text);
            canvas_puts(canvas, area, x + (text < room ? text : room), 0, ROLE_TEXT, " ");
        }
    }
    if (area.w > w + 16)
        canvas_puts(canvas, area, area.w - w - 2, 0, ROLE_TEXT, right);
}

static void draw_line(struct pane_list *self, struct canvas *canvas, struct area in, int i, bool focus)
{
    enum role cursor = i != self->list.cursor ? ROLE_TEXT : focus ? ROLE_CURSOR : ROLE_CURSOR_AWAY;

    draw_row(self, canvas, in, i - self->list.top + 1, self->list.rows[i].data, &self->columns, cursor);
}

void pane_list_draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_list *self = (struct pane_list *)pane;
    struct view view = console_view(pane->console, 0);
    struct area in = canvas_frame(canvas, area, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER);

    draw_title(self, canvas, area, focus);
    canvas_fill(canvas, in, ROLE_TEXT);
    if (in.h < 2)
        return;
    list_height(&self->list, in.h - 1);
    if (self->list.n == 0) {
        draw_empty(self, canvas, in);
        return;
    }
    make_view(self, &view);
    self->columns = choose_columns(self, in.w - 1);
    draw_heads(self, canvas, in, &self->columns);
    for (int i = self->list.top; i < self->list.top + self->list.height && i < self->list.n; i++)
        draw_line(self, canvas, in, i, focus);
    self->drawn_top = self->list.top;
    self->drawn_cursor = self->list.cursor;
}

void pane_list_draw_cursor(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_list *self = (struct pane_list *)pane;
    struct view view = console_view(pane->console, 0);
    struct area in = {area.x + 1, area.y + 1, area.w - 2, area.h - 2};
    int rows[2] = {self->drawn_cursor, self->list.cursor};

    if (self->list.top != self->drawn_top || in.h - 1 != self->list.height ||
        self->drawn_cursor >= self->list.n) {
        pane_list_draw(pane, canvas, area, focus);
        return;
    }
    for (int i = 0; i < 2; i++) {
        canvas_fill(canvas, (struct area){in.x, in.y + 1 + rows[i] - self->list.top, in.w, 1}, ROLE_TEXT);
        make_cells(self, self->list.rows[rows[i]].data, &view);
        draw_line(self, canvas, in, rows[i], focus);
    }
    self->drawn_cursor = self->list.cursor;
}
