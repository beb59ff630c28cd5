/* One line of text being edited: UTF-8, a cursor, kill and yank, history, completion. Free of curses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_LINEEDIT_H
#define TUI_LINEEDIT_H

#include <stdbool.h>
#include <stddef.h>

#include "../api/buf.h"
#include "canvas.h"
#include "input.h"

#define LINE_MAX_BYTES ((size_t)64 * 1024)

/* Lines typed before, oldest first; shared by editors of one purpose. */
struct line_history {
    char **lines;
    size_t n, max;
};

struct lineedit;

/* Completes at the cursor: returns the texts (NULL ended, each and the array to be freed by gd_free) that
 * could stand for the len bytes before the cursor from *from on, or NULL. */
typedef char **line_complete_fn(void *arg, const char *text, size_t cursor, size_t *from);

struct lineedit {
    struct gd_buf text;
    size_t cursor;                /* bytes */
    char *killed;                 /* for yank */
    struct line_history *history; /* borrowed; NULL none */
    size_t history_at;            /* history->n: the line being typed */
    char *typed;                  /* that line while history is shown */
    line_complete_fn *complete;   /* NULL none */
    void *complete_arg;
};

void lineedit_init(struct lineedit *line);
void lineedit_free(struct lineedit *line); /* wipes */

/* Replaces the text; the cursor goes to its end. */
void lineedit_set(struct lineedit *line, const char *text);

/* Inserts at the cursor; control characters (newlines, tabs) become blanks: a paste stays one line. */
void lineedit_insert(struct lineedit *line, const char *text, size_t len);

enum line_result {
    LINE_IGNORED, /* not a key of an editor */
    LINE_MOVED,   /* cursor only, or nothing to do */
    LINE_CHANGED
};
enum line_result lineedit_event(struct lineedit *line, const struct event *event);

/* Draws it in width columns, scrolled so that the cursor shows; sets the canvas's cursor where focus. */
void lineedit_draw(const struct lineedit *line, struct canvas *canvas, struct area area, int x, int y,
                   int width, enum role role, bool focus);

/* History: adds a line (not twice in a row, none that is empty); drops the oldest above max. */
void line_history_init(struct line_history *history, size_t max);
void line_history_add(struct line_history *history, const char *text);
void line_history_free(struct line_history *history);

#endif
