/* Tables: panes over the whole body with a row for each thing that the ledger holds of a kind, a cursor, and
 * below or beside them what is known of the row under it. A view says what the rows are. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TABLE_H
#define TUI_TABLE_H

#include "job.h"
#include "panes.h"
#include "prose.h"

enum { TABLE_COLUMNS = 10, TABLE_ROWS_MOST = 10000 };

struct table;

struct table_column {
    const char *head; /* NULL ends */
    int least, most;  /* columns of the screen; most 0: takes what is left */
    int keep;         /* the larger, the longer it stays where the screen is narrow */
    enum fit fit;
};

/* A row: untrusted text. */
struct table_row {
    char *key; /* what it is about, the same from reading to reading */
    int64_t n; /* the view's */
    char *cells[TABLE_COLUMNS];
    unsigned char roles[TABLE_COLUMNS];
};

struct table_view {
    const char *name;
    const struct table_column *columns;
    const struct hint *hints;
    const char *empty; /* said where there are no rows: sentences, one a line */
    /* Reads the rows anew by table_add. */
    enum gd_rc (*read)(struct table *table, struct gd_error *err);
    /* What is known of a row; NULL: nothing more than its cells. */
    void (*detail)(struct table *table, const struct table_row *row, struct prose *out);
    /* A command on the row under the cursor (NULL: there is none); false: not of this view. */
    bool (*act)(struct table *table, const struct table_row *row, const struct act *act,
                struct gd_error *err);
    bool picks; /* keys are ids of allocations, for commands that take rows */
    bool (*stale)(
        struct table *table); /* whether it must be read anew; NULL: where ledger or changeset changed */
    void (*free)(void *arg);
};

struct table {
    struct pane pane;
    struct pane_class class; /* with the view's name and hints */
    const struct table_view *view;
    void *arg; /* of the view; freed by it */
    char title[160], right[120];
    struct table_row *rows;
    int n, room;
    int64_t left_out; /* rows that did not fit */
    int at, top, height, left;
    int width[TABLE_COLUMNS];
    int64_t version; /* of the ledger, as it was read */
    int64_t staged;  /* rows in the changeset then */
    struct prose detail;
    int detail_of; /* row, -1: to be made */
    struct lineedit search;
    bool searching;
};

/* A pane for a view; arg is taken. */
struct pane *table_new(struct console *console, const struct table_view *view, void *arg, const char *title,
                       struct gd_error *err);

/* Adds a row while the view reads; NULL where there is no room any more (it is counted). */
struct table_row *table_add(struct table *table, const char *key);
/* Sets a cell; text is copied. */
void table_cell(struct table_row *row, int column, enum role role, const char *text);
void table_cellf(struct table_row *row, int column, enum role role, const char *fmt, ...) GD_PRINTF(4, 5);

/* Reads anew; the cursor stays on its row. */
void table_read(struct table *table);

/* Runs a command with a word or two behind it (NULL none), then reads anew. */
void table_run(struct table *table, const char *command, const char *word, const char *other);

/* A line "label   text" of a detail, wrapped. */
void table_pair(struct prose *out, const char *label, enum role role, const char *text);

/* ---- views ---- */

struct pane *view_staged_new(struct console *console, struct gd_error *err);
struct pane *view_operations_new(struct console *console, struct gd_error *err);
struct pane *view_rows_new(struct console *console, int64_t op, struct gd_error *err);
struct pane *view_events_new(struct console *console, struct gd_error *err);
struct pane *view_audit_new(struct console *console, struct gd_error *err);

#endif
