/* Where a command's output goes: standard output in a chosen format, or a pane of the console. Rows are JSON,
 * so that each format, table and CSV too, is one function for all commands. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SINK_H
#define TUI_SINK_H

#include <jansson.h>
#include <stdbool.h>

#include "../api/error.h"

/* What kind of output comes. */
struct sink_shape {
    const char *title;          /* of the pane in the console */
    const char *const *columns; /* dotted paths into the row, NULL ends; table, csv and tsv print these */
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
    void (*begin)(struct sink *sink, const struct sink_shape *shape);
    void (*row)(struct sink *sink, const json_t *row); /* borrowed */
    void (*end)(struct sink *sink);
    void (*text)(struct sink *sink, const char *text); /* prose: a verdict, a report, help */
    void (*note)(struct sink *sink,
                 const char *text); /* a passing line: progress, waiting; stderr or the status line */
    void (*ask)(struct sink *sink, const struct sink_question *question, sink_answer_fn *fn, void *arg);
    void (*free)(struct sink *sink);
};
struct sink {
    const struct sink_class *class;
};

#endif
