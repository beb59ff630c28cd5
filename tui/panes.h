/* The console's panes, as others see them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PANES_H
#define TUI_PANES_H

#include "../api/alloc.h"
#include "console_i.h"
#include "describe.h"

/* ---- pane_list.c: the allocations ---- */

GD_MUST_USE enum gd_rc pane_list_new(struct console *console, struct pane **out, struct gd_error *err);

/* The allocation under the cursor; NULL where there is none. */
const struct gd_alloc *pane_list_here(struct pane *pane);

/* Draws the rows between which the cursor moved, and nothing else: the rest stands on the canvas as the last
 * full draw left it. */
void pane_list_draw_cursor(struct pane *pane, struct canvas *canvas, struct area area, bool focus);

/* The filter's text; "" none. Setting it reads anew; keep: the cursor stays on its row where it still
 * matches. GD_INPUT leaves all as it was. */
const char *pane_list_filter(struct pane *pane);
GD_MUST_USE enum gd_rc pane_list_set_filter(struct pane *pane, const char *text, bool keep,
                                            struct gd_filter_fault *fault, struct gd_error *err);

/* The ledger changed: reads anew what is shown. */
void pane_list_reread(struct pane *pane);

/* Works for a while on what is to be read; false when nothing is left. */
bool pane_list_work(struct pane *pane, int64_t budget_us);
bool pane_list_busy(struct pane *pane); /* there is something to read or to count */

/* Rows are being read (counting not counted). */
bool pane_list_reading(struct pane *pane);

/* Marked rows: their count, and how many of them the filter hides; calls fn for each id (false ends). */
int64_t pane_list_marked(struct pane *pane, int64_t *hidden);
typedef bool pane_list_mark_fn(void *arg, const char *id);
void pane_list_each_mark(struct pane *pane, pane_list_mark_fn *fn, void *arg);

/* ---- the others ---- */

struct pane *pane_detail_new(struct console *console);
void pane_detail_touch(struct pane *pane); /* another row, or other words for it */

/* Opens the row under the cursor: it stays, whatever becomes of the list, until it is closed. */
void pane_detail_open(struct pane *pane);
void pane_detail_close(struct pane *pane);
void pane_detail_reread(struct pane *pane); /* the ledger changed */

/* The allocation that commands without an id are about: the opened one, else the one under the cursor; NULL
 * none. */
const struct gd_alloc *console_here(const struct console *console);

/* The filter bar; with text (can be NULL) already typed. */
struct pane *filterbar_new(struct console *console, const char *text, size_t len);

/* The : line, beginning with text. */
struct pane *prompt_new(struct console *console, const char *text);

/* Help, with a filter already typed. */
struct pane *pane_help_new(struct console *console, const char *filter);

/* A text that scrolls; prose is taken. */
struct pane *pane_text_new(struct console *console, const char *title, struct prose *prose_take);

/* A question. word is "y" or what must be typed; fn is called once, unless the dialog is taken back before.
 */
struct pane *dialog_new(struct console *console, const char *title, const char *text, const char *word,
                        sink_answer_fn *fn, void *arg);
/* Takes it back unanswered; gives arg back. */
void *dialog_retract(struct pane *pane);

/* A list of texts (NULL ended, taken) to choose one from; fn is called with its index once the pane is gone,
 * never where the person leaves it. */
typedef void choose_fn(void *arg, int i);
struct pane *pane_choose_new(struct console *console, const char *title, char **texts_take, int at,
                             choose_fn *fn, void *arg);

/* View 4: the tenant's settings. */
struct pane *pane_settings_new(struct console *console, struct gd_error *err);

/* The form that edits an allocation; a copy is made of it. */
GD_MUST_USE enum gd_rc form_edit_new(struct console *console, const struct gd_alloc *alloc, struct pane **out,
                                     struct gd_error *err);

/* The form that edits several at once: only what is touched is staged, for each of them. ids is taken. */
struct form_ids {
    char **v;
    size_t n;
};
GD_MUST_USE enum gd_rc form_edit_many_new(struct console *console, struct form_ids *ids, struct pane **out,
                                          struct gd_error *err);
void form_ids_free(struct form_ids *ids);

/* ---- sink_pane.c ---- */

/* A sink that shows its rows in a pane when it ends, and asks by dialogs. quiet: opens no pane. */
struct sink *sink_pane_new(struct console *console, bool quiet);
/* Opens what was gathered; whether there was anything. brief: what came of an operation is a line only, and
 * does not take the screen from whoever looks at something else by now. */
bool sink_pane_show(struct sink *sink, bool brief);
/* The last note or fault, for the foot; "" none. */
const char *sink_pane_note(const struct sink *sink);
bool sink_pane_asking(const struct sink *sink);

/* What words about the allocations depend on, now. */
struct view console_view(const struct console *console, int64_t row);

#endif
