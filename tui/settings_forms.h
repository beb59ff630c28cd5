/* View 4 and its forms. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SETTINGS_FORMS_H
#define TUI_SETTINGS_FORMS_H

#include "panes.h"
#include "setview.h"

/* Wants a value for a setting in the view; not saved yet. */
GD_MUST_USE enum gd_rc pane_settings_stage(struct pane *pane, enum gd_setting id, const char *value,
                                           struct gd_error *err);

/* The forms, whose owner is the view (which outlives them). NULL where one cannot be opened. */
struct pane *form_callback_new(struct pane *owner, const struct setview *view, enum gd_callback callback);
struct pane *form_sms_new(struct pane *owner, const struct setview *view, struct gd_error *err);

#endif
