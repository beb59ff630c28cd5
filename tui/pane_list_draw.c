/* How the list of allocations looks: its title, its columns as wide as their rows ask and the screen allows,
 * a row for each allocation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>

#include "../api/filter.h"
#include "pane_list_i.h"

enum {
    GAP = 2, /* between columns */
    MARK_W = 2
};

struct columns {
    enum column at[COLUMN__COUNT];
    int x[COLUMN__COUNT], w[COLUMN__COUNT], n;
};

/* Lets each column grow to what its rows hold, within its bounds. Never back: the picture stays calm. */
static void widen(struct pane_list *self, const struct view *view)
{
    struct canvas *canvas = &self->pane.console->canvas;
    int last = self->list.top + self->list.height;

    for (int column = 0; column < COLUMN__COUNT; column++) {
        const struct column_row *row = &column_rows[column];

        if (self->width[column] < row->least)
            self->width[column] = row->least;
        for (int i = self->list.top; i < last && i < self->list.n && self->width[column] < row->most; i++) {
            int w;

            gd_buf_clear(&self->cell);
            describe_cell((enum column)column, self->list.rows[i].data, view, &self->cell);
            w = canvas_width(canvas, self->cell.data);
            if (w > self->width[column])
                self->width[column] = w < row->most ? w : row->most;
        }
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
                     const struct gd_alloc *alloc, const struct columns *columns, enum role cursor)
{
    struct view view = console_view(self->pane.console, alloc->row);
    bool marked = marks_has(&self->marks, alloc->row);

    if (cursor != ROLE_TEXT)
        canvas_fill(canvas, (struct area){area.x, area.y + y, area.w, 1}, cursor);
    if (marked || cursor != ROLE_TEXT)
        canvas_puts(canvas, area, 0, y, cursor != ROLE_TEXT ? cursor : ROLE_MARK, marked ? "●" : "▸");
    for (int i = 0; i < columns->n; i++) {
        enum role role = describe_cell_role(columns->at[i], alloc, &view);

        gd_buf_clear(&self->cell);
        describe_cell(columns->at[i], alloc, &view, &self->cell);
        canvas_fit(canvas, area, columns->x[i], y, columns->w[i], column_rows[columns->at[i]].fit,
                   cursor != ROLE_TEXT ? cursor : role, self->cell.data);
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

void pane_list_draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_list *self = (struct pane_list *)pane;
    struct view view = console_view(pane->console, 0);
    struct area in = canvas_frame(canvas, area, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER);
    struct columns columns;

    draw_title(self, canvas, area, focus);
    canvas_fill(canvas, in, ROLE_TEXT);
    if (in.h < 2)
        return;
    list_height(&self->list, in.h - 1);
    if (self->list.n == 0) {
        draw_empty(self, canvas, in);
        return;
    }
    widen(self, &view);
    columns = choose_columns(self, in.w - 1);
    draw_heads(self, canvas, in, &columns);
    for (int y = 0; y < self->list.height && self->list.top + y < self->list.n; y++) {
        bool here = self->list.top + y == self->list.cursor;
        enum role cursor = !here ? ROLE_TEXT : focus ? ROLE_CURSOR : ROLE_CURSOR_AWAY;

        draw_row(self, canvas, in, y + 1, self->list.rows[self->list.top + y].data, &columns, cursor);
    }
}
