/* A list that reads only what it shows: a window of rows around a cursor that stays on its row. Knows nothing
 * of what the rows are, nor of a screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_LIST_H
#define TUI_LIST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../api/error.h"

struct list;

/* Where rows come from. */
struct list_source {
    void *arg;
    /* Begins to read up to want rows from a place: a row's id (0: from the edge), forward or back;
     * with_place: that row too. Ends what was under way. */
    enum gd_rc (*fetch)(void *arg, int64_t place, bool back, bool with_place, int want, struct gd_error *err);
    /* Goes on for budget_us (0: to the end), giving each row by list_take. */
    enum gd_rc (*step)(void *arg, int64_t budget_us, struct list *list, bool *done, struct gd_error *err);
    void (*drop)(void *row); /* frees a row */
};

struct list_row {
    int64_t id;
    void *data;
};

enum list_phase { LIST_IDLE, LIST_BACK, LIST_FORWARD, LIST_MORE_UP, LIST_MORE_DOWN };

struct list {
    struct list_source source;
    struct list_row *rows; /* the window */
    int n, room;
    bool at_first, at_last; /* the window begins with the first row of all, ends with the last */
    int top, cursor;        /* indices into the window */
    int height;             /* rows that are visible */
    int64_t pending;        /* a move not yet made for want of rows */

    enum list_phase phase;
    struct list_row *coming; /* what the fetch under way has brought */
    int n_coming, room_coming, want, n_back;
    bool fresh_first, fresh_last; /* at_first and at_last of the window to come */
    int64_t anchor;               /* the row on which the cursor is to stand; 0 none */
    int anchor_line;              /* on this visible line */
    bool from_end;
    bool loaded;           /* rows have come once since list_restart */
    unsigned long changes; /* how often rows came or went */
    bool moved; /* the person moved the cursor since: else it stays on the first row, whichever that is */
    struct gd_error error; /* of the last fetch */
};

void list_init(struct list *list, const struct list_source *source);
void list_free(struct list *list);

/* Says how many rows are visible. */
void list_height(struct list *list, int height);

/* The source is another now (or its rows changed): reads anew. The old rows stay until the new ones are
 * there. list_restart puts the cursor on the first row; list_reread keeps it on its row, at its line.
 * list_seek puts it on the row of an id. */
void list_restart(struct list *list);
void list_reread(struct list *list);
void list_seek(struct list *list, int64_t id);

/* Works on what is to be read for budget_us (0: until done); false where nothing is left to do. */
bool list_step(struct list *list, int64_t budget_us);

/* Whether rows are being read; whether the view lacks some of them (reading ahead can wait). */
bool list_busy(const struct list *list);
bool list_lacks(const struct list *list);

/* For the source: hands over a row; the list owns data from here on. */
void list_take(struct list *list, int64_t id, void *data);

/* Moves the cursor by rows, at once where they are there, else as they come. list_scroll moves the view with
 * it: pages. list_edge goes to the first or the last row. */
void list_move(struct list *list, int64_t by);
void list_scroll(struct list *list, int64_t by);
void list_edge(struct list *list, bool last);

/* The row under the cursor, or NULL. */
const struct list_row *list_here(const struct list *list);

/* Puts the cursor on a visible line (0 the first); false where there is none. */
bool list_line(struct list *list, int line);

#endif
