/* Saving in view 4, by the command settings set with its review; and the history, which takes changes back.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/snapshot.h"
#include "../api/when.h"
#include "pane_settings.h"

#define TEXT_MAX ((size_t)1 << 20)

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

    if (!pane_settings_may(self))
        return;
    if (gd_snapshot_inverse(self->pane.console->desk->ledger, self->history[i], &change, &err) == GD_OK) {
        for (enum gd_setting id = 0; id < GD_S__COUNT; id++) {
            if (!change.v[id])
                continue;
            pane_settings_want(self, id, change.v[id]);
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

void pane_settings_history(struct pane_settings *self)
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
    pane_settings_recall(self);
    if (rc == GD_OK) {
        /* What the answer left out was asked for all the same: it is not asked for again. */
        gd_settings_clear(&self->view.change);
        tell_outcome(self, rc, asked, &wanted);
    } else if (self->view.read_at >= before) {
        tell_outcome(self, rc, asked, &wanted);
    }
    gd_settings_clear(&wanted);
    pane_settings_touch(self);
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
        pane_settings_take(self, &known, read_at);
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

void pane_settings_save(struct pane_settings *self)
{
    if (self->saving)
        console_say(self->pane.console, ROLE_DIM, "the settings are being saved");
    else if (setview_changed(&self->view) == 0)
        console_say(self->pane.console, ROLE_DIM, "nothing is changed");
    else if (!is_stale(self))
        run_save(self);
}
