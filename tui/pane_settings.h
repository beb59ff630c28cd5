/* What view 4's two files share: its state, and how it is drawn. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PANE_SETTINGS_H
#define TUI_PANE_SETTINGS_H

#include "lineedit.h"
#include "prose.h"
#include "settings_forms.h"

struct gd_settings_work;

struct pane_settings {
    struct pane pane;
    struct setview view;
    struct gd_settings_work *work; /* a reading under way */
    bool from_ledger;              /* the last reading was none */
    bool saving;
    int at, top, height;
    int help_top, help_h; /* lines of the help: the first one shown, how many are */
    bool editing;         /* a value, in its row */
    enum gd_setting edited;
    struct lineedit line;
    char edit_error[1000];
    enum role edit_role;
    bool searching;
    struct lineedit search;
    struct prose help;
    int64_t *history;   /* the snapshots that the history lists */
    char outcome[1200]; /* where the server has something else than was asked; "" nowhere */
};

/* ---- pane_settings.c ---- */

/* The item under the cursor, NULL none; draws anew; takes what the ledger knows. */
struct setview_item *pane_settings_here(struct pane_settings *self);
void pane_settings_touch(struct pane_settings *self);
void pane_settings_recall(struct pane_settings *self);
void pane_settings_take(struct pane_settings *self, const struct gd_settings *known, int64_t read_at);

/* ---- pane_settings_edit.c ---- */

/* Whether the role may change settings; a refusal is said and recorded. */
bool pane_settings_may(struct pane_settings *self);
/* pane_settings_stage, which says what fails. */
void pane_settings_want(struct pane_settings *self, enum gd_setting id, const char *text);
/* Begins to edit the item under the cursor; an event for the line that is being typed. */
void pane_settings_edit(struct pane_settings *self);
bool pane_settings_line(struct pane_settings *self, const struct event *event);

/* ---- pane_settings_save.c ---- */

void pane_settings_history(struct pane_settings *self);
void pane_settings_save(struct pane_settings *self);

/* ---- pane_settings_draw.c ---- */

void pane_settings_draw(struct pane_settings *self, struct canvas *canvas, struct area area, bool focus);

#endif
