/* Where a command's output goes: standard output in a chosen format, or a pane of the console. Rows are JSON,
 * so that each format, table and CSV too, is one function for all commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SINK_H
#define TUI_SINK_H

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "../api/buf.h"
#include "../api/error.h"

/* What kind of output comes. */
struct sink_shape {
    const char *title;          /* of the pane in the console */
    const char *const *columns; /* dotted paths into the row, NULL ends; tables print these */
    const char *const *wide;    /* what csv and tsv print; NULL: the same as columns */
    bool single;                /* one object, not an array; its rows_key array is what tables print */
    const char *rows_key;       /* "rows" of an operation; NULL none */
};

/* A question before an act. The answer can come at once or later. */
struct sink_question {
    const char *text; /* lines for the person: what will happen to how many */
    const char *word; /* "y" for one row, the count, or the tenant */
    int64_t rows;
};
typedef void sink_answer_fn(void *arg, bool yes);

struct sink;
struct sink_class {
    void (*begin)(struct sink *sink, const struct sink_shape *shape); /* shape is static */
    void (*row)(struct sink *sink, const json_t *row);                /* borrowed */
    void (*end)(struct sink *sink);
    void (*text)(struct sink *sink, const char *text); /* prose: a verdict, a report, help */
    void (*note)(struct sink *sink,
                 const char *text); /* a passing line: progress, waiting; stderr or the status line */
    void (*fault)(struct sink *sink, const struct gd_error *error); /* what one row, or the job, failed of */
    bool (*asks)(const struct sink *sink);                          /* whether a person can be asked at all */
    void (*ask)(struct sink *sink, const struct sink_question *question, sink_answer_fn *fn, void *arg);
    void (*unask)(struct sink *sink);        /* takes an open question back: fn is not called any more */
    bool (*broken)(const struct sink *sink); /* nobody reads any more (EPIPE): a long output can end */
    void (*free)(struct sink *sink);
};
struct sink {
    const struct sink_class *class;
};

/* A cell of a row by its dotted path: lists joined by commas, null and absent "", true and false, numbers in
 * decimal. Raw: to be escaped by whoever shows it. */
void sink_cell(const json_t *row, const char *path, struct gd_buf *out);

/* The heading of a column: the path in capitals, with blanks; of what stands inside only a party's letter is
 * kept (A NUMBERS, but TOTAL of the counts). */
void sink_heading(const char *path, struct gd_buf *out);

#endif
