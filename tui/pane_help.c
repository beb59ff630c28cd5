/* Help: every command with its keys. What is typed narrows it; Enter runs the command, or begins its line
 * where it wants arguments. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "panes.h"

enum { KEYS_W = 14, NAME_W = 30 };

struct pane_help {
    struct pane pane;
    struct lineedit filter;
    enum gd_command_id shown[GD_C__COUNT];
    int n, at, top, height;
};

static struct pane_help *of(struct pane *pane)
{
    return (struct pane_help *)pane;
}

static bool matches(const struct pane_help *self, enum gd_command_id id)
{
    const struct gd_command *command = &gd_commands[id];
    const char *text = self->filter.text.data;
    struct gd_buf keys;
    bool match;

    gd_buf_init(&keys, 256);
    keymap_keys(&self->pane.console->keymap, command, &keys);
    match = strcasestr(command->name, text) || strcasestr(command->help, text) ||
            strcasestr(command->group, text) || strcasestr(keys.data, text);
    gd_buf_free(&keys);
    return match;
}

/* Groups in the order in which the table begins them; within them its order. */
static void choose(struct pane_help *self)
{
    bool done[GD_C__COUNT] = {false};

    self->n = 0;
    for (int first = 0; first < GD_C__COUNT; first++) {
        for (int id = first; id < GD_C__COUNT; id++) {
            if (done[id] || strcmp(gd_commands[id].group, gd_commands[first].group) != 0)
                continue;
            done[id] = true;
            if ((gd_commands[id].flags & GD_CF_CONSOLE) && matches(self, (enum gd_command_id)id))
                self->shown[self->n++] = (enum gd_command_id)id;
        }
    }
    self->at = self->top = 0;
}

static void run(struct pane_help *self)
{
    struct console *console = self->pane.console;
    const struct gd_command *command;
    const char *needs;
    char line[80];

    if (self->n == 0)
        return;
    command = &gd_commands[self->shown[self->at]];
    needs = command->args;
    console_drop(console, &self->pane);
    if (*needs && *needs != '[' && !(command->flags & GD_CF_ROW)) {
        snprintf(line, sizeof line, "%s ", command->name);
        console_push(console, prompt_new(console, line));
    } else {
        console_run_line(console, command->name);
    }
}

static void move(struct pane_help *self, int by)
{
    self->at += by;
    if (self->at >= self->n)
        self->at = self->n - 1;
    if (self->at < 0)
        self->at = 0;
}

static bool event(struct pane *pane, const struct event *event)
{
    struct pane_help *self = of(pane);

    if (event->type == EVENT_KEY) {
        int page = self->height > 2 ? self->height - 1 : 1;

        switch (event->code) {
        case KEY_CODE_ESC:
            console_drop(pane->console, pane);
            return true;
        case KEY_CODE_ENTER:
            run(self);
            return true;
        case KEY_CODE_UP:
        case KEY_CODE_DOWN:
            move(self, event->code == KEY_CODE_UP ? -1 : 1);
            return true;
        case KEY_CODE_PAGE_UP:
        case KEY_CODE_PAGE_DOWN:
            move(self, event->code == KEY_CODE_PAGE_UP ? -page : page);
            return true;
        case KEY_CODE_F1:
            console_drop(pane->console, pane);
            return true;
        default:
            break;
        }
    }
    switch (lineedit_event(&self->filter, event)) {
    case LINE_CHANGED:
        choose(self);
        return true;
    case LINE_MOVED:
        return true;
    case LINE_IGNORED:
        break;
    }
    return false;
}

static void draw_row(const struct pane_help *self, struct canvas *canvas, struct area in, int y, int i)
{
    const struct gd_command *command = &gd_commands[self->shown[i]];
    bool here = i == self->at;
    struct gd_buf keys;
    char usage[80];
    int name_w = in.w >= 100 ? NAME_W : in.w / 4;

    gd_buf_init(&keys, 256);
    keymap_keys(&self->pane.console->keymap, command, &keys);
    snprintf(usage, sizeof usage, "%s %s", command->name, command->args);
    if (here)
        canvas_fill(canvas, (struct area){in.x, in.y + y, in.w, 1}, ROLE_CURSOR);
    canvas_puts(canvas, in, 0, y, here ? ROLE_CURSOR : ROLE_TEXT, here ? "▸" : " ");
    canvas_fit(canvas, in, 2, y, KEYS_W, FIT_LEFT, here ? ROLE_CURSOR : ROLE_KEY, keys.data);
    canvas_fit(canvas, in, 2 + KEYS_W + 1, y, name_w, FIT_LEFT, here ? ROLE_CURSOR : ROLE_TEXT, usage);
    canvas_fit(canvas, in, 2 + KEYS_W + 1 + name_w + 1, y, in.w - KEYS_W - name_w - 5, FIT_LEFT,
               here ? ROLE_CURSOR : ROLE_DIM, command->help);
    gd_buf_free(&keys);
}

/* Lines of the list: a heading, with a blank line before it, wherever a group begins. */
static int line_of(const struct pane_help *self, int i)
{
    int line = 0;

    for (int k = 0; k <= i; k++) {
        bool begins =
            k == 0 || strcmp(gd_commands[self->shown[k]].group, gd_commands[self->shown[k - 1]].group) != 0;

        line += begins ? (k ? 3 : 2) : 1;
    }
    return line - 1;
}

static void draw_list(struct pane_help *self, struct canvas *canvas, struct area in)
{
    int here = self->n ? line_of(self, self->at) : 0;

    self->height = in.h;
    if (here >= self->top + in.h)
        self->top = here - in.h + 1;
    if (here < self->top)
        self->top = here;
    if (self->at == 0)
        self->top = 0;
    for (int i = 0; i < self->n; i++) {
        const char *group = gd_commands[self->shown[i]].group;
        int y = line_of(self, i) - self->top;

        if ((i == 0 || strcmp(group, gd_commands[self->shown[i - 1]].group) != 0) && y - 1 >= 0 &&
            y - 1 < in.h)
            canvas_puts(canvas, in, 2, y - 1, ROLE_HEADING, group);
        if (y >= 0 && y < in.h)
            draw_row(self, canvas, in, y, i);
    }
    if (self->n == 0)
        canvas_puts(canvas, in, 2, 1, ROLE_DIM, "no command matches");
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct pane_help *self = of(pane);
    struct area in = canvas_frame(canvas, area, ROLE_BORDER_FOCUS);
    int x;

    canvas_fill(canvas, in, ROLE_TEXT);
    canvas_puts(canvas, area, 1, 0, ROLE_TITLE, " Help ");
    x = canvas_puts(canvas, in, 2, 0, ROLE_LABEL, "Search ");
    lineedit_draw(&self->filter, canvas, in, x, 0, in.w - x - 2 > 40 ? 40 : in.w - x - 2, ROLE_FIELD_FOCUS,
                  focus);
    draw_list(self, canvas, (struct area){in.x, in.y + 2, in.w, in.h - 2});
}

static void help_free(struct pane *pane)
{
    lineedit_free(&of(pane)->filter);
    gd_free(pane);
}

static const struct hint hints[] = {
    {GD_C_OPEN, "Enter", "run"}, {GD_C_BACK, "Esc", "close"}, {GD_C_UP, "↑↓", "choose"}, {0}};

static const struct pane_class help_class = {
    .name = "help",
    .place = PLACE_BODY,
    .modal = true,
    .hints = hints,
    .draw = draw,
    .event = event,
    .free = help_free,
};

struct pane *pane_help_new(struct console *console, const char *filter)
{
    struct pane_help *self = gd_calloc(1, sizeof *self);

    if (!self)
        return NULL;
    self->pane = (struct pane){&help_class, console};
    lineedit_init(&self->filter);
    lineedit_set(&self->filter, filter ? filter : "");
    choose(self);
    return &self->pane;
}
