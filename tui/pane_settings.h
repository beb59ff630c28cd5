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
    int at, top, height, help_top;
    bool editing; /* a value, in its row */
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

/* pane_settings_draw.c */
void pane_settings_draw(struct pane_settings *self, struct canvas *canvas, struct area area, bool focus);

#endif
