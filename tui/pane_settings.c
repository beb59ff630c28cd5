/* View 4: the tenant's settings by section, with what each does beside it; edited here, reviewed and saved
 * together by the command settings set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/audit.h"
#include "../api/mem.h"
#include "../api/number.h"
#include "../api/settings_call.h"
#include "../api/snapshot.h"
#include "../api/when.h"
#include "pane_settings.h"

#define TEXT_MAX ((size_t)1 << 20)

static struct pane_settings *of(struct pane *pane)
{
    return (struct pane_settings *)pane;
}

struct setview_item *pane_settings_here(struct pane_settings *self)
{
    return self->at < self->view.n_shown ? &self->view.items[self->view.shown[self->at]] : NULL;
}

void pane_settings_touch(struct pane_settings *self)
{
    console_dirty(self->pane.console, DIRTY_OVER);
}

/* ---- moving ---- */

/* Goes to a row that is no heading, in the direction of by or, at the end, the other way. */
static void settle_cursor(struct pane_settings *self, int by)
{
    int n = self->view.n_shown;

    if (self->at >= n)
        self->at = n - 1;
    if (self->at < 0)
        self->at = 0;
    while (self->at >= 0 && self->at < n && pane_settings_here(self)->kind == SETVIEW_HEADING)
        self->at += by < 0 ? -1 : 1;
    if (self->at < 0 && n > 0) {
        self->at = 0;
        settle_cursor(self, 1);
    }
}

static bool move(struct pane_settings *self, int by)
{
    self->at += by;
    self->help_top = 0;
    settle_cursor(self, by);
    pane_settings_touch(self);
    return true;
}

static void search(struct pane_settings *self, const char *text)
{
    setview_search(&self->view, text);
    self->at = 0;
    settle_cursor(self, 1);
    pane_settings_touch(self);
}

/* ---- reading ---- */

void pane_settings_take(struct pane_settings *self, const struct gd_settings *known, int64_t read_at)
{
    struct gd_error err = {0};

    self->view.longest = gd_settings_longest(self->pane.console->desk);
    if (setview_take(&self->view, known, read_at, &err) != GD_OK)
        console_fail(self->pane.console, &err);
    settle_cursor(self, 1);
    pane_settings_touch(self);
}

/* What the ledger knows, without asking. */
void pane_settings_recall(struct pane_settings *self)
{
    struct gd_settings known;
    struct gd_error err = {0};
    int64_t read_at;

    if (gd_snapshot_known(self->pane.console->desk->ledger, 0, &known, &read_at, &err) != GD_OK) {
        console_fail(self->pane.console, &err);
        return;
    }
    pane_settings_take(self, &known, read_at);
    gd_settings_clear(&known);
}

static void on_read(void *arg, const struct gd_settings_reading *reading)
{
    struct pane_settings *self = arg;

    self->work = NULL;
    self->from_ledger = reading->from_ledger;
    pane_settings_take(self, &reading->known, reading->read_at);
    console_dirty(self->pane.console, DIRTY_HEADER | DIRTY_OVER);
    if (reading->rc != GD_OK)
        console_fail(self->pane.console, &reading->error);
    else if (reading->from_ledger)
        console_say(self->pane.console, ROLE_WARN,
                    "the service does not let the settings be read; these are as last reported");
}

static void read_anew(struct pane_settings *self)
{
    struct gd_error err = {0};

    if (self->work)
        return;
    if (gd_settings_read(self->pane.console->desk, on_read, self, &self->work, &err) != GD_OK)
        console_fail(self->pane.console, &err);
    pane_settings_touch(self);
}

/* ---- changing ---- */

enum gd_rc pane_settings_stage(struct pane *pane, enum gd_setting id, const char *value, struct gd_error *err)
{
    enum gd_rc rc = setview_stage(&of(pane)->view, id, value, err);

    pane_settings_touch(of(pane));
    return rc;
}

static bool event_of_search(struct pane_settings *self, const struct event *event)
{
    if (event->type == EVENT_KEY) {
        switch (event->code) {
        case KEY_CODE_ESC:
            lineedit_set(&self->search, "");
            search(self, "");
            self->searching = false;
            return true;
        case KEY_CODE_ENTER:
            self->searching = false;
            pane_settings_touch(self);
            return true;
        case KEY_CODE_UP:
        case KEY_CODE_DOWN:
            return move(self, event->code == KEY_CODE_UP ? -1 : 1);
        case KEY_CTRL('c'):
            return false;
        default:
            break;
        }
    }
    if (lineedit_event(&self->search, event) == LINE_CHANGED)
        search(self, self->search.text.data);
    pane_settings_touch(self);
    return true;
}

/* ---- leaving ---- */

static void left(void *arg, bool yes)
{
    struct pane_settings *self = arg;

    if (yes)
        console_drop(self->pane.console, &self->pane);
}

/* Changes that are not saved are not lost by a slip; whether the pane stays. */
static bool stays(struct pane_settings *self)
{
    int n = setview_changed(&self->view);
    char text[160];

    if (n == 0)
        return false;
    snprintf(text, sizeof text, "%d setting%s changed and not saved. Leave, and forget %s?", n,
             n == 1 ? " is" : "s are", n == 1 ? "it" : "them");
    console_push(self->pane.console, dialog_new(self->pane.console, "Not saved", text, "y", left, self));
    return true;
}

static bool back(struct pane_settings *self)
{
    if (*self->view.search) {
        lineedit_set(&self->search, "");
        search(self, "");
        return true;
    }
    return stays(self);
}

/* ---- keys ---- */

/* Keys whose commands are about the rows of the list have no meaning here; reading anew is that of the
 * settings. */
static bool event(struct pane *pane, const struct event *event)
{
    struct pane_settings *self = of(pane);
    const struct binding *binding;

    if (self->editing)
        return pane_settings_line(self, event);
    if (self->searching)
        return event_of_search(self, event);
    if (event->type != EVENT_KEY)
        return false;
    binding = keymap_find(&pane->console->keymap, event->code, false);
    if (!binding)
        return false;
    if (binding->command == &gd_commands[GD_C_REFRESH]) {
        read_anew(self);
        return true;
    }
    if (binding->command == &gd_commands[GD_C_OPEN] || binding->command == &gd_commands[GD_C_EDIT] ||
        binding->command == &gd_commands[GD_C_MARK]) {
        pane_settings_edit(self);
        return true;
    }
    if (!(binding->command->flags & (GD_CF_ROW | GD_CF_MARKED)))
        return false;
    console_say(pane->console, ROLE_DIM, "%s is about allocations: it does nothing among settings",
                binding->command->name);
    return true;
}

/* The next or the previous page of the help; behind the last one the first again. */
static bool scroll_help(struct pane_settings *self, int by)
{
    int page = self->help_h > 1 ? self->help_h - 1 : 1;

    self->help_top += by * page;
    if (self->help_top >= self->help.n_lines || self->help.n_lines <= self->help_h)
        self->help_top = 0;
    if (self->help_top < 0)
        self->help_top = 0;
    pane_settings_touch(self);
    return true;
}

static bool act(struct pane *pane, const struct act *act, struct gd_error *err)
{
    struct pane_settings *self = of(pane);
    int page = self->height > 1 ? self->height - 1 : 1;

    (void)err;
    switch (act->id) {
    case GD_C_DOWN:
        return move(self, 1);
    case GD_C_UP:
        return move(self, -1);
    case GD_C_PAGE_DOWN:
        return move(self, page);
    case GD_C_PAGE_UP:
        return move(self, -page);
    case GD_C_HALF_DOWN:
        return move(self, page / 2 + 1);
    case GD_C_HALF_UP:
        return move(self, -(page / 2 + 1));
    case GD_C_PANE_NEXT:
        return scroll_help(self, 1);
    case GD_C_PANE_PREVIOUS:
        return scroll_help(self, -1);
    case GD_C_TOP:
        self->at = 0;
        return move(self, 0);
    case GD_C_BOTTOM:
        self->at = self->view.n_shown;
        return move(self, -1);
    case GD_C_OPEN:
    case GD_C_EDIT:
        pane_settings_edit(self);
        return true;
    case GD_C_RESET:
        if (pane_settings_here(self))
            setview_reset(&self->view, pane_settings_here(self));
        pane_settings_touch(self);
        return true;
    case GD_C_FILTER:
        self->searching = true;
        pane_settings_touch(self);
        return true;
    case GD_C_HISTORY:
        pane_settings_history(self);
        return true;
    case GD_C_SAVE:
        pane_settings_save(self);
        return true;
    case GD_C_BACK:
        return back(self);
    case GD_C_CLOSE:
    case GD_C_VIEW:
    case GD_C_QUIT:
        return stays(self);
    default:
        return false;
    }
}

static void settings_free(struct pane *pane)
{
    struct pane_settings *self = of(pane);

    if (self->work)
        gd_settings_cancel(self->work);
    setview_free(&self->view);
    prose_free(&self->help);
    lineedit_free(&self->line);
    lineedit_free(&self->search);
    gd_free(self->history);
    gd_free(self);
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    pane_settings_draw(of(pane), canvas, area, focus);
}

/* settings apply, revert and the like on the : line read and save too. */
static void changed(struct pane *pane)
{
    if (!of(pane)->saving)
        pane_settings_recall(of(pane));
}

static const struct hint hints[] = {
    {GD_C_OPEN, NULL, "edit"},       {GD_C_SAVE, NULL, "review and save"},
    {GD_C_RESET, NULL, "reset"},     {GD_C_FILTER, NULL, "search"},
    {GD_C_HISTORY, NULL, "history"}, {GD_C_PANE_NEXT, NULL, "more help"},
    {GD_C_BACK, NULL, "back"},       {0},
};

static const struct pane_class settings_class = {
    .name = "settings",
    .place = PLACE_BODY,
    .hints = hints,
    .draw = draw,
    .event = event,
    .act = act,
    .changed = changed,
    .free = settings_free,
};

struct pane *pane_settings_new(struct console *console, struct gd_error *err)
{
    struct pane_settings *self = gd_calloc(1, sizeof *self);

    if (!self) {
        (void)gd_fail_memory(err);
        return NULL;
    }
    self->pane = (struct pane){&settings_class, console};
    lineedit_init(&self->line);
    lineedit_init(&self->search);
    prose_init(&self->help, 0);
    if (setview_init(&self->view, err) != GD_OK) {
        settings_free(&self->pane);
        return NULL;
    }
    pane_settings_recall(self);
    self->at = 0;
    settle_cursor(self, 1);
    read_anew(self);
    return &self->pane;
}
