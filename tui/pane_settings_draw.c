/* View 4 on the canvas: the rows, and what the one under the cursor does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/when.h"
#include "pane_settings.h"

enum {
    BESIDE_W = 100, /* from here the help stands beside the rows, else below */
    HELP_H = 7,
    LABEL_W = 22,
    PAIR_X = 9,
    STATE_W = 12,
    NARROW_W = 60, /* of the rows */
    VALUE_GAP = 4  /* cursor, mark and blanks around the label */
};

#define TEXT_MAX ((size_t)1 << 20)

static const struct setview_item *item_at(const struct pane_settings *self, int i)
{
    return &self->view.items[self->view.shown[i]];
}

/* ---- rows ---- */

static enum role value_role(const struct pane_settings *self, const struct setview_item *item)
{
    if (setview_is_changed(&self->view, item))
        return ROLE_CHANGED;
    if (item->kind != SETVIEW_OTHER && !setview_value(&self->view, item->id))
        return ROLE_DIM;
    return ROLE_TEXT;
}

static enum role state_role(bool at, bool changed)
{
    return at ? ROLE_CURSOR : changed ? ROLE_CHANGED : ROLE_DIM;
}

/* A narrow pane has shorter labels, and no room for states. */
static void draw_row(struct pane_settings *self, struct canvas *canvas, struct area in, int y, int i,
                     bool focus)
{
    const struct setview_item *item = item_at(self, i);
    bool at = i == self->at, changed = setview_is_changed(&self->view, item), narrow = in.w < NARROW_W;
    int label_w = narrow ? in.w / 3 : LABEL_W, value_x = VALUE_GAP + label_w;
    int state_x = narrow ? in.w : in.w - STATE_W;
    enum role role = at ? ROLE_CURSOR : ROLE_TEXT;
    struct gd_buf words;

    if (item->kind == SETVIEW_HEADING) {
        canvas_puts(canvas, in, 1, y, ROLE_HEADING, setview_label(item));
        return;
    }
    if (at)
        canvas_fill(canvas, (struct area){in.x, in.y + y, in.w, 1}, ROLE_CURSOR);
    canvas_puts(canvas, in, 0, y, role, at ? "▸" : " ");
    canvas_puts(canvas, in, 1, y, at ? role : ROLE_MARK, changed ? "●" : " ");
    canvas_fit(canvas, in, 3, y, label_w, FIT_LEFT, at ? role : ROLE_LABEL, setview_label(item));
    if (at && self->editing) {
        lineedit_draw(&self->line, canvas, in, value_x, y, in.w - value_x - 1, ROLE_FIELD_FOCUS, focus);
        return;
    }
    gd_buf_init(&words, TEXT_MAX);
    setview_words(&self->view, item, &words);
    canvas_fit(canvas, in, value_x, y, state_x - value_x - 1, FIT_LEFT, at ? role : value_role(self, item),
               words.data);
    gd_buf_free(&words);
    if (!narrow)
        canvas_fit(canvas, in, state_x, y, STATE_W, FIT_LEFT, state_role(at, changed),
                   setview_state(&self->view, item));
}

static void draw_rows(struct pane_settings *self, struct canvas *canvas, struct area in, bool focus)
{
    self->height = in.h;
    if (self->at >= self->top + in.h)
        self->top = self->at - in.h + 1;
    if (self->at < self->top)
        self->top = self->at;
    /* the heading above the first row is shown with it */
    if (self->top == 1)
        self->top = 0;
    if (self->top > self->view.n_shown - in.h)
        self->top = self->view.n_shown > in.h ? self->view.n_shown - in.h : 0;
    for (int y = 0; y < in.h && self->top + y < self->view.n_shown; y++)
        draw_row(self, canvas, in, y, self->top + y, focus);
    if (self->view.n_shown == 0)
        canvas_puts(canvas, in, 3, 0, ROLE_DIM, "no setting matches");
}

/* ---- help ---- */

/* A label and its text; a word that is longer than the line (an address) goes on in the next one. */
static void add_pair(struct prose *prose, const char *label, const char *text)
{
    int room = prose->width - PAIR_X;

    prose_line(prose);
    prose_add(prose, ROLE_LABEL, label);
    prose_to(prose, PAIR_X);
    if (strchr(text, ' ') != NULL || room < 8) {
        prose_words(prose, PAIR_X, ROLE_TEXT, text);
        return;
    }
    for (size_t left = strlen(text); left > 0;) {
        char piece[400];
        int columns;
        size_t n = text_cut(text, left, room, &columns);

        n = n == 0 || n >= sizeof piece ? (left < sizeof piece ? left : sizeof piece - 1) : n;
        snprintf(piece, sizeof piece, "%.*s", (int)n, text);
        prose_add(prose, ROLE_TEXT, piece);
        text += n;
        left -= n;
        if (left > 0) {
            prose_line(prose);
            prose_to(prose, PAIR_X);
        }
    }
}

static void add_shown(struct prose *prose, const char *label, enum gd_setting id, const char *value)
{
    struct gd_buf words;

    gd_buf_init(&words, TEXT_MAX);
    gd_setting_show(id, value, &words);
    add_pair(prose, label, words.data);
    gd_buf_free(&words);
}

/* What is being typed, or the change: before anything that explains. */
static void add_news(struct pane_settings *self, const struct setview_item *item, struct prose *prose)
{
    if (self->editing) {
        prose_line(prose);
        prose_words(prose, 0, ROLE_DIM, gd_setting_rows[self->edited].takes);
        if (self->edit_error[0]) {
            prose_line(prose);
            prose_words(prose, 0, self->edit_role, self->edit_error);
        }
    }
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (!self->view.change.v[id] || !setview_holds(item, id))
            continue;
        add_shown(prose, "was", id, self->view.known.v[id]);
        add_shown(prose, "will be", id, self->view.change.v[id]);
    }
    for (int i = 0; i < self->view.n_rules; i++) {
        if (!setview_holds(item, self->view.rules[i].id))
            continue;
        prose_line(prose);
        prose_words(prose, 0, ROLE_WARN, self->view.rules[i].words);
    }
}

static void add_reported(struct pane_settings *self, enum gd_setting id, struct prose *prose)
{
    char at[GD_WHEN_MAX], text[120];

    if (!self->view.known.v[id]) {
        add_pair(prose, "reported", "never");
        return;
    }
    gd_when_format(self->view.known.at[id], self->pane.console->desk->place.zone_offset, "%Y-%m-%d %H:%M",
                   at);
    snprintf(text, sizeof text, "%s%s", at, self->view.known.old[id] ? ", not in the last reading" : "");
    add_pair(prose, "reported", text);
}

static void add_help(struct pane_settings *self, const struct setview_item *item, struct prose *prose)
{
    const struct gd_setting_row *row = &gd_setting_rows[item->id];
    char name[GD_SETTING_NAME_MAX];

    prose_line(prose);
    prose_words(prose, 0, ROLE_TEXT, row->help);
    if (item->kind == SETVIEW_CALLBACK) {
        add_shown(prose, "URL", item->id, setview_value(&self->view, item->id));
        add_shown(prose, "method", item->id + 1, setview_value(&self->view, item->id + 1));
        add_shown(prose, "headers", item->id + 2, setview_value(&self->view, item->id + 2));
    } else {
        add_pair(prose, "takes", row->takes);
        if (row->type == GD_ST_SMS || row->type == GD_ST_TEXT)
            add_shown(prose, "value", item->id, setview_value(&self->view, item->id));
        if (row->def)
            add_shown(prose, "default", item->id, row->def);
    }
    add_pair(prose, "example", row->example);
    add_reported(self, item->id, prose);
    add_pair(prose, "key", gd_setting_name(item->id, name));
}

static void write_help(struct pane_settings *self, int width)
{
    const struct setview_item *item = self->at < self->view.n_shown ? item_at(self, self->at) : NULL;
    struct prose *prose = &self->help;

    prose_clear(prose, width);
    if (self->outcome[0]) {
        prose_line(prose);
        prose_words(prose, 0, ROLE_ERROR, self->outcome);
    }
    if (!item || item->kind == SETVIEW_HEADING)
        return;
    if (item->kind == SETVIEW_OTHER) {
        prose_line(prose);
        prose_words(prose, 0, ROLE_TEXT, "The service reports this key, but its meaning is not known here.");
        add_pair(prose, "value", item->value);
        return;
    }
    add_news(self, item, prose);
    add_help(self, item, prose);
}

/* ---- all of it ---- */

static void draw_titles(struct pane_settings *self, struct canvas *canvas, struct area area)
{
    struct console *console = self->pane.console;
    char at[GD_WHEN_MAX] = "", right[120];
    int changed = setview_changed(&self->view), x;

    x = canvas_putf(canvas, area, 1, 0, ROLE_TITLE, " Settings of %.40s ", console->desk->profile->tenant);
    if (changed)
        canvas_putf(canvas, area, x, 0, ROLE_CHANGED, "%d not saved ", changed);
    if (self->view.read_at > 0)
        gd_when_format(self->view.read_at, console->desk->place.zone_offset, "%Y-%m-%d %H:%M", at);
    if (self->work)
        snprintf(right, sizeof right, " reading … ");
    else if (self->view.read_at == 0)
        snprintf(right, sizeof right, " not read yet ");
    else
        snprintf(right, sizeof right, self->from_ledger ? " not read now, from %s " : " read %s ", at);
    canvas_puts(canvas, area, area.w - canvas_width(canvas, right) - 2, 0,
                self->from_ledger ? ROLE_WARN : ROLE_DIM, right);
    if (self->searching || *self->view.search) {
        canvas_puts(canvas, area, 2, area.h - 1, ROLE_FIELD_FOCUS, "/");
        lineedit_draw(&self->search, canvas, area, 3, area.h - 1, area.w / 2, ROLE_FIELD_FOCUS,
                      self->searching);
    }
}

void pane_settings_draw(struct pane_settings *self, struct canvas *canvas, struct area area, bool focus)
{
    struct area in = canvas_frame(canvas, area, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER);
    struct area rows = in, help = in;

    canvas_fill(canvas, in, ROLE_TEXT);
    draw_titles(self, canvas, area);
    if (in.w >= BESIDE_W) {
        rows.w = in.w * 58 / 100;
        help.x = in.x + rows.w + 2;
        help.w = in.w - rows.w - 3;
    } else if (in.h > HELP_H + 4) {
        rows.h = in.h - HELP_H - 1;
        help.y = in.y + rows.h + 1;
        help.h = HELP_H;
        help.x = in.x + 1;
        help.w = in.w - 2;
    } else {
        help.h = 0;
    }
    if (help.h <= 0 && self->editing) {
        /* no room for the help: what is wrong with the value has the last line */
        rows.h--;
        canvas_fit(canvas, in, 1, rows.h, in.w - 2, FIT_LEFT,
                   self->edit_error[0] ? self->edit_role : ROLE_DIM,
                   self->edit_error[0] ? self->edit_error : gd_setting_rows[self->edited].takes);
    }
    draw_rows(self, canvas, rows, focus);
    if (help.h <= 0)
        return;
    if (in.w < BESIDE_W)
        for (int x = 0; x < in.w; x++)
            canvas_puts(canvas, in, x, rows.h, ROLE_BORDER, "─");
    write_help(self, help.w);
    self->help_h = help.h;
    prose_draw(&self->help, canvas, help, self->help_top);
    if (self->help.n_lines > self->help_top + help.h)
        canvas_puts(canvas, area, area.w - 12, area.h - 1, ROLE_DIM, " Tab: more ");
}
