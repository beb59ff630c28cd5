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

static struct setview_item *here(struct pane_settings *self)
{
    return self->at < self->view.n_shown ? &self->view.items[self->view.shown[self->at]] : NULL;
}

static void touch(struct pane_settings *self)
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
    while (self->at >= 0 && self->at < n && here(self)->kind == SETVIEW_HEADING)
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
    touch(self);
    return true;
}

static void search(struct pane_settings *self, const char *text)
{
    setview_search(&self->view, text);
    self->at = 0;
    settle_cursor(self, 1);
    touch(self);
}

/* ---- reading ---- */

static void take_known(struct pane_settings *self, const struct gd_settings *known, int64_t read_at)
{
    struct gd_error err = {0};

    self->view.longest = gd_settings_longest(self->pane.console->desk);
    if (setview_take(&self->view, known, read_at, &err) != GD_OK)
        console_fail(self->pane.console, &err);
    settle_cursor(self, 1);
    touch(self);
}

/* What the ledger knows, without asking. */
static void recall(struct pane_settings *self)
{
    struct gd_settings known;
    struct gd_error err = {0};
    int64_t read_at;

    if (gd_snapshot_known(self->pane.console->desk->ledger, 0, &known, &read_at, &err) != GD_OK) {
        console_fail(self->pane.console, &err);
        return;
    }
    take_known(self, &known, read_at);
    gd_settings_clear(&known);
}

static void on_read(void *arg, const struct gd_settings_reading *reading)
{
    struct pane_settings *self = arg;

    self->work = NULL;
    self->from_ledger = reading->from_ledger;
    take_known(self, &reading->known, reading->read_at);
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
    touch(self);
}

/* ---- changing ---- */

enum gd_rc pane_settings_stage(struct pane *pane, enum gd_setting id, const char *value, struct gd_error *err)
{
    enum gd_rc rc = setview_stage(&of(pane)->view, id, value, err);

    touch(of(pane));
    return rc;
}

/* Support sees, account and admin change; the refusal is recorded. */
static bool may_change(struct pane_settings *self)
{
    struct gd_desk *desk = self->pane.console->desk;
    struct gd_error err = {0}, why = {0};
    char result[700];

    if (gd_role_check(desk->profile, GD_MAY_SETTINGS, &err) == GD_OK)
        return true;
    snprintf(result, sizeof result, "refused: %s", err.what);
    if (gd_audit(desk->ledger, desk->profile->name, "settings", "edit", result, &why) != GD_OK)
        err = why;
    console_fail(self->pane.console, &err);
    return false;
}

static void stage_text(struct pane_settings *self, enum gd_setting id, const char *text)
{
    struct gd_error err = {0};

    if (pane_settings_stage(&self->pane, id, text, &err) != GD_OK)
        console_fail(self->pane.console, &err);
}

/* The next of a few choices. */
static void turn(struct pane_settings *self, enum gd_setting id, const char *choices)
{
    const char *now = setview_value(&self->view, id);
    char next[40];
    const char *at = choices;
    size_t len = strcspn(at, "|");

    for (; now && *at; at += len + (at[len] == '|')) {
        len = strcspn(at, "|");
        if (strlen(now) == len && strncmp(at, now, len) == 0) {
            at += len + (at[len] == '|');
            break;
        }
    }
    if (!now || !*at)
        at = choices;
    snprintf(next, sizeof next, "%.*s", (int)strcspn(at, "|"), at);
    stage_text(self, id, next);
}

static void edit_line(struct pane_settings *self, enum gd_setting id)
{
    const char *now = setview_value(&self->view, id);

    self->editing = true;
    self->edited = id;
    self->edit_error[0] = '\0';
    lineedit_set(&self->line, now ? now : "");
    touch(self);
}

static void chosen(void *arg, int i)
{
    struct pane_settings *self = arg;
    const char *name, *code;

    if (self->edited == GD_S_COUNTRY) {
        stage_text(self, GD_S_COUNTRY, gd_country_at((size_t)i)->iso);
        return;
    }
    code = gd_region_at((size_t)i, &name);
    if (code)
        stage_text(self, GD_S_DEFAULT_REGION, code);
    else
        edit_line(self, GD_S_DEFAULT_REGION);
}

/* Countries or regions with their names; of regions the last line is for another code. */
static void choose_place(struct pane_settings *self, enum gd_setting id)
{
    const char *now = setview_value(&self->view, id), *name, *code;
    char **texts = gd_calloc(400, sizeof *texts);
    int n = 0, at = 0;
    struct gd_buf text;

    if (!texts)
        return;
    self->edited = id;
    for (size_t i = 0; n < 398; i++) {
        const struct gd_country *country = id == GD_S_COUNTRY ? gd_country_at(i) : NULL;

        name = NULL;
        code = country ? country->iso : id == GD_S_DEFAULT_REGION ? gd_region_at(i, &name) : NULL;
        if (!code)
            break;
        gd_buf_init(&text, 400);
        if (country)
            gd_buf_addf(&text, "%s  %s, +%s", code, country->name, country->code);
        else
            gd_buf_addf(&text, "%s  %s", code, name);
        at = now && strcmp(now, code) == 0 ? n : at;
        texts[n++] = gd_buf_take(&text);
    }
    if (id == GD_S_DEFAULT_REGION)
        texts[n++] = gd_strdup("another code …");
    console_push(self->pane.console,
                 pane_choose_new(self->pane.console, gd_setting_rows[id].label, texts, at, chosen, self));
}

static void edit_setting(struct pane_settings *self, enum gd_setting id)
{
    const struct gd_setting_row *row = &gd_setting_rows[id];
    struct gd_error err = {0};
    struct pane *form;

    switch (row->type) {
    case GD_ST_BOOL:
        turn(self, id, "true|false");
        break;
    case GD_ST_CHOICE:
        turn(self, id, row->choices);
        break;
    case GD_ST_COUNTRY:
    case GD_ST_REGION:
        choose_place(self, id);
        break;
    case GD_ST_SMS:
        form = form_sms_new(&self->pane, &self->view, &err);
        if (!form)
            console_fail(self->pane.console, &err);
        console_push(self->pane.console, form);
        break;
    default:
        edit_line(self, id);
        break;
    }
}

static void edit(struct pane_settings *self)
{
    struct setview_item *item = here(self);

    if (!item || item->kind == SETVIEW_HEADING || !may_change(self))
        return;
    if (item->kind == SETVIEW_OTHER)
        console_say(self->pane.console, ROLE_DIM, "%s is not known here, so it cannot be set", item->key);
    else if (item->kind == SETVIEW_CALLBACK)
        console_push(self->pane.console,
                     form_callback_new(&self->pane, &self->view, gd_setting_callback(item->id)));
    else
        edit_setting(self, item->id);
}

/* Judges what is being typed; whether it can stand. value is appended to. */
static bool judge_line(struct pane_settings *self, struct gd_buf *value)
{
    struct gd_error err = {0};
    char warning[200];
    bool good = gd_setting_parse(self->edited, self->line.text.data, value, warning, &err) == GD_OK;

    self->edit_role = good ? ROLE_WARN : ROLE_ERROR;
    snprintf(self->edit_error, sizeof self->edit_error, "%s%s%s", good ? warning : err.what,
             !good && err.advice[0] ? ": " : "", good ? "" : err.advice);
    return good;
}

static void finish_line(struct pane_settings *self)
{
    struct gd_buf value;

    gd_buf_init(&value, TEXT_MAX);
    if (judge_line(self, &value)) {
        self->editing = false;
        stage_text(self, self->edited, value.data);
    }
    gd_buf_free(&value);
}

static bool event_of_line(struct pane_settings *self, const struct event *event)
{
    struct gd_buf ignored;

    touch(self);
    if (event->type == EVENT_KEY && event->code == KEY_CODE_ENTER) {
        finish_line(self);
        return true;
    }
    if (event->type == EVENT_KEY && event->code == KEY_CODE_ESC) {
        self->editing = false;
        return true;
    }
    if (event->type == EVENT_KEY && event->code == KEY_CTRL('c'))
        return false;
    if (lineedit_event(&self->line, event) == LINE_CHANGED) {
        gd_buf_init(&ignored, TEXT_MAX);
        judge_line(self, &ignored);
        gd_buf_free(&ignored);
    }
    return true;
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
            touch(self);
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
    touch(self);
    return true;
}

/* ---- history ---- */

struct history {
    struct pane_settings *self;
    int64_t *ids;
    char **texts;
    int n, room;
    bool failed;
};

static bool add_snapshot(void *arg, const struct gd_snapshot *snapshot)
{
    struct history *history = arg;
    struct gd_settings change = {0};
    char at[GD_WHEN_MAX];
    struct gd_buf text;
    struct gd_error err = {0};
    struct gd_desk *desk = history->self->pane.console->desk;
    int n = 0;

    if (history->n + 1 >= history->room)
        return false;
    gd_when_format(snapshot->at, desk->place.zone_offset, "%Y-%m-%d %H:%M", at);
    gd_buf_init(&text, TEXT_MAX);
    gd_buf_addf(&text, "%lld  %s  %s by %s", (long long)snapshot->id, at,
                snapshot->source ? snapshot->source : "", snapshot->user ? snapshot->user : "?");
    if (gd_snapshot_inverse(desk->ledger, snapshot->id, &change, &err) == GD_OK)
        for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
            if (change.v[id])
                gd_buf_addf(&text, "%s%s", n++ ? ", " : "  takes back ", gd_setting_rows[id].key);
    gd_settings_clear(&change);
    history->ids[history->n] = snapshot->id;
    history->texts[history->n] = gd_buf_take(&text);
    history->failed = history->texts[history->n] == NULL;
    history->n += !history->failed;
    return !history->failed;
}

/* Stages the inverse of the snapshot that was chosen. */
static void revert(void *arg, int i)
{
    struct pane_settings *self = arg;
    struct gd_settings change = {0};
    struct gd_error err = {0};
    int n = 0;

    if (!may_change(self))
        return;
    if (gd_snapshot_inverse(self->pane.console->desk->ledger, self->history[i], &change, &err) == GD_OK) {
        for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
            if (!change.v[id])
                continue;
            stage_text(self, id, change.v[id]);
            n++;
        }
        if (n)
            console_say(self->pane.console, ROLE_TEXT, "%d setting%s as before that: not saved yet", n,
                        n == 1 ? "" : "s");
        else
            console_say(self->pane.console, ROLE_DIM, "that one changed nothing that can be taken back");
    } else {
        console_fail(self->pane.console, &err);
    }
    gd_settings_clear(&change);
}

enum { HISTORY_MOST = 200 };

static void show_history(struct pane_settings *self)
{
    struct console *console = self->pane.console;
    struct history history = {.self = self, .room = HISTORY_MOST};
    struct gd_error err = {0};

    gd_free(self->history);
    self->history = history.ids = gd_calloc(HISTORY_MOST, sizeof *history.ids);
    history.texts = gd_calloc(HISTORY_MOST, sizeof *history.texts);
    if (!history.ids || !history.texts) {
        gd_free(history.texts);
        return;
    }
    if (gd_snapshot_each(console->desk->ledger, add_snapshot, &history, &err) != GD_OK)
        console_fail(console, &err);
    console_push(console,
                 pane_choose_new(console, "History: Enter takes one back", history.texts, 0, revert, self));
}

/* ---- saving ---- */

struct saving {
    struct console *console;
    struct pane *pane;
};

/* What the server made of it: the first difference by name; the rest stays marked as not saved. */
static void tell_outcome(struct pane_settings *self, enum gd_rc rc, int asked,
                         const struct gd_settings *wanted)
{
    struct gd_buf words;
    int left = setview_changed(&self->view);

    if (rc == GD_OK) {
        console_say(self->pane.console, ROLE_GOOD, "%d setting%s saved%s", asked, asked == 1 ? "" : "s",
                    left ? "; the answer does not report all of them" : "");
        return;
    }
    if ((rc != GD_SERVER && rc != GD_PARTIAL) || left == 0)
        return;
    gd_buf_init(&words, TEXT_MAX);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        char name[GD_SETTING_NAME_MAX];

        if (!wanted->v[id] || !self->view.change.v[id])
            continue;
        gd_buf_addf(&words, "%s%s: asked ", words.len ? "; " : "", gd_setting_name(id, name));
        gd_setting_show(id, wanted->v[id], &words);
        gd_buf_adds(&words, ", server has ");
        gd_setting_show(id, self->view.known.v[id], &words);
    }
    snprintf(self->outcome, sizeof self->outcome, "%s", words.data);
    gd_buf_free(&words);
}

static void saved(void *arg, enum gd_rc rc, const struct gd_error *error)
{
    struct saving saving = *(struct saving *)arg;
    struct pane_settings *self = (struct pane_settings *)saving.pane;
    struct gd_settings wanted = {0};
    struct gd_error err = {0};
    int64_t before;
    int asked;

    (void)error;
    gd_free(arg);
    if (!console_holds(saving.console, saving.pane))
        return;
    self->saving = false;
    asked = setview_changed(&self->view);
    before = self->view.read_at;
    if (gd_settings_copy(&wanted, &self->view.change, &err) != GD_OK)
        return;
    recall(self);
    if (rc == GD_OK) {
        /* What the answer left out was asked for all the same: it is not asked for again. */
        gd_settings_clear(&self->view.change);
        tell_outcome(self, rc, asked, &wanted);
    } else if (self->view.read_at >= before) {
        tell_outcome(self, rc, asked, &wanted);
    }
    gd_settings_clear(&wanted);
    touch(self);
}

/* Whether another process has read something else since: then the person looks first. */
static bool is_stale(struct pane_settings *self)
{
    struct gd_settings known;
    struct gd_error err = {0};
    struct gd_buf words;
    int64_t read_at;
    bool stale;

    if (gd_snapshot_known(self->pane.console->desk->ledger, 0, &known, &read_at, &err) != GD_OK) {
        console_fail(self->pane.console, &err);
        return true;
    }
    gd_buf_init(&words, TEXT_MAX);
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
        if (gd_setting_same(id, known.v[id], self->view.known.v[id]))
            continue;
        gd_buf_addf(&words, "%s%s: ", words.len ? "; " : "", gd_setting_rows[id].label);
        gd_setting_show(id, self->view.known.v[id], &words);
        gd_buf_adds(&words, " → ");
        gd_setting_show(id, known.v[id], &words);
    }
    stale = words.len > 0;
    if (stale) {
        take_known(self, &known, read_at);
        console_say(self->pane.console, ROLE_WARN,
                    "changed by someone else meanwhile: %s; look, then save again", words.data);
    }
    gd_settings_clear(&known);
    gd_buf_free(&words);
    return stale;
}

static void run_save(struct pane_settings *self)
{
    struct saving *saving = gd_calloc(1, sizeof *saving);
    char **argv = gd_calloc(GD_S__COUNT + 2, sizeof *argv);
    bool good = saving && argv;
    int argc = 0;

    if (good) {
        argv[argc++] = gd_strdup("settings");
        argv[argc++] = gd_strdup("set");
        good = argv[0] && argv[1];
    }
    for (enum gd_setting id = 0; id < GD_S__COUNT && good; id++) {
        struct gd_buf word;
        char name[GD_SETTING_NAME_MAX];

        if (!self->view.change.v[id])
            continue;
        gd_buf_init(&word, TEXT_MAX);
        gd_buf_addf(&word, "%s=", gd_setting_name(id, name));
        gd_buf_adds(&word, self->view.change.v[id]);
        argv[argc] = gd_buf_take(&word);
        good = argv[argc++] != NULL;
    }
    if (good) {
        *saving = (struct saving){self->pane.console, &self->pane};
        self->saving = true;
        self->outcome[0] = '\0';
        console_run_words(self->pane.console, argc, argv, true, saved, saving);
    } else {
        gd_free(saving);
    }
    for (int i = 0; argv && i < argc; i++)
        gd_free(argv[i]);
    gd_free(argv);
}

static void save(struct pane_settings *self)
{
    if (self->saving)
        console_say(self->pane.console, ROLE_DIM, "the settings are being saved");
    else if (setview_changed(&self->view) == 0)
        console_say(self->pane.console, ROLE_DIM, "nothing is changed");
    else if (!is_stale(self))
        run_save(self);
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
        return event_of_line(self, event);
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
        edit(self);
        return true;
    }
    if (!(binding->command->flags & (GD_CF_ROW | GD_CF_MARKED)))
        return false;
    console_say(pane->console, ROLE_DIM, "%s is about allocations: it does nothing among settings",
                binding->command->name);
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
    case GD_C_TOP:
        self->at = 0;
        return move(self, 0);
    case GD_C_BOTTOM:
        self->at = self->view.n_shown;
        return move(self, -1);
    case GD_C_OPEN:
    case GD_C_EDIT:
        edit(self);
        return true;
    case GD_C_RESET:
        if (here(self))
            setview_reset(&self->view, here(self));
        touch(self);
        return true;
    case GD_C_FILTER:
        self->searching = true;
        touch(self);
        return true;
    case GD_C_HISTORY:
        show_history(self);
        return true;
    case GD_C_SAVE:
        save(self);
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

static const struct hint hints[] = {
    {GD_C_OPEN, NULL, "edit"},
    {GD_C_SAVE, NULL, "review and save"},
    {GD_C_RESET, NULL, "reset"},
    {GD_C_FILTER, NULL, "search"},
    {GD_C_HISTORY, NULL, "history"},
    {GD_C_BACK, NULL, "back"},
    {0},
};

static const struct pane_class settings_class = {
    .name = "settings",
    .place = PLACE_BODY,
    .hints = hints,
    .draw = draw,
    .event = event,
    .act = act,
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
    recall(self);
    self->at = 0;
    settle_cursor(self, 1);
    read_anew(self);
    return &self->pane;
}
