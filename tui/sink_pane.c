/* The console's sink: gathers what a command puts out; a table or a text opens as a pane at the end, a single
 * outcome becomes a line in the foot, questions become dialogs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "panes.h"

enum {
    ROWS_MOST = 20000, /* gathered; the rest is counted */
    CELL_MOST = 40,    /* columns of the screen for one cell */
    COLUMNS_MOST = 32
};

struct sink_pane {
    struct sink sink;
    struct console *console;
    bool quiet;
    const struct sink_shape *shape;
    json_t *rows;
    int64_t left_out;
    struct prose prose; /* texts and faults */
    char note[1000];
    struct pane *dialog; /* the open question */
};

static struct sink_pane *of(const struct sink *sink)
{
    return (struct sink_pane *)(uintptr_t)sink;
}

static void begin(struct sink *sink, const struct sink_shape *shape)
{
    of(sink)->shape = shape;
}

static void row(struct sink *sink, const json_t *row)
{
    struct sink_pane *self = of(sink);

    if (json_array_size(self->rows) >= ROWS_MOST ||
        json_array_append(self->rows, (json_t *)(uintptr_t)row) != 0)
        self->left_out++;
}

static void end(struct sink *sink)
{
    (void)sink;
}

static void text(struct sink *sink, const char *text)
{
    struct prose *prose = &of(sink)->prose;

    prose_line(prose);
    prose_words(prose, 0, ROLE_TEXT, text);
}

static void note(struct sink *sink, const char *text)
{
    struct sink_pane *self = of(sink);

    snprintf(self->note, sizeof self->note, "%s", text);
    if (!self->console->n_over || console_top(self->console)->class->place != PLACE_FOOT)
        console_say(self->console, ROLE_DIM, "%s", text);
}

static void fault(struct sink *sink, const struct gd_error *error)
{
    struct sink_pane *self = of(sink);

    snprintf(self->note, sizeof self->note, "%s%s%s", error->what, error->advice[0] ? ": " : "",
             error->advice);
    prose_line(&self->prose);
    prose_words(&self->prose, 2, ROLE_ERROR, self->note);
}

static bool asks(const struct sink *sink)
{
    (void)sink;
    return true;
}

/* What stands between a dialog and the command that asked. */
struct question {
    struct sink_pane *sink;
    sink_answer_fn *fn;
    void *arg;
};

static void on_answer(void *arg, bool yes)
{
    struct question question = *(struct question *)arg;

    gd_free(arg);
    question.sink->dialog = NULL;
    question.fn(question.arg, yes);
}

static void ask(struct sink *sink, const struct sink_question *question, sink_answer_fn *fn, void *arg)
{
    struct sink_pane *self = of(sink);
    struct question *kept = gd_calloc(1, sizeof *kept);
    struct pane *dialog;

    if (!kept) {
        fn(arg, false);
        return;
    }
    *kept = (struct question){self, fn, arg};
    dialog = dialog_new(self->console, "Confirm", question->text, question->word, on_answer, kept);
    if (!dialog) {
        gd_free(kept);
        fn(arg, false);
        return;
    }
    self->dialog = dialog;
    console_push(self->console, dialog);
}

static void unask(struct sink *sink)
{
    struct sink_pane *self = of(sink);
    struct pane *dialog = self->dialog;

    self->dialog = NULL;
    if (dialog)
        gd_free(dialog_retract(dialog));
}

static bool broken(const struct sink *sink)
{
    (void)sink;
    return false;
}

static void sink_free(struct sink *sink)
{
    unask(sink);
    json_decref(of(sink)->rows);
    prose_free(&of(sink)->prose);
    gd_free(of(sink));
}

const char *sink_pane_note(const struct sink *sink)
{
    return of(sink)->note;
}

bool sink_pane_asking(const struct sink *sink)
{
    return of(sink)->dialog != NULL;
}

/* ---- showing ---- */

/* The rows that a table shows: those given, or those within the one object. */
static json_t *table_rows(const struct sink_pane *self)
{
    const struct sink_shape *shape = self->shape;

    if (shape && shape->single && shape->rows_key && json_array_size(self->rows) == 1)
        return json_object_get(json_array_get(self->rows, 0), shape->rows_key);
    return self->rows;
}

static int cell_width(const struct sink_pane *self, const json_t *row, const char *path, struct gd_buf *cell)
{
    int w;

    gd_buf_clear(cell);
    sink_cell(row, path, cell);
    w = canvas_width(&self->console->canvas, cell->data);
    return w < CELL_MOST ? w : CELL_MOST;
}

static enum role outcome_role(const char *text)
{
    if (strcmp(text, "applied") == 0 || strcmp(text, "done") == 0)
        return ROLE_GOOD;
    if (strcmp(text, "failed") == 0 || strncmp(text, "refused", 7) == 0)
        return ROLE_ERROR;
    return strcmp(text, "unknown") == 0 ? ROLE_WARN : ROLE_TEXT;
}

static void add_table(struct sink_pane *self, json_t *rows, struct prose *out)
{
    const char *const *columns = self->shape->columns;
    int width[COLUMNS_MOST] = {0}, n = 0;
    struct gd_buf cell;
    size_t i;
    json_t *row;

    gd_buf_init(&cell, 64 * 1024);
    for (; columns[n] && n < COLUMNS_MOST; n++) {
        sink_heading(columns[n], &cell);
        width[n] = canvas_width(&self->console->canvas, cell.data);
        gd_buf_clear(&cell);
        json_array_foreach(rows, i, row)
        {
            int w = cell_width(self, row, columns[n], &cell);

            width[n] = w > width[n] ? w : width[n];
        }
        gd_buf_clear(&cell);
    }
    prose_line(out);
    for (int c = 0, x = 0; c < n; x += width[c++] + 2) {
        gd_buf_clear(&cell);
        sink_heading(columns[c], &cell);
        prose_to(out, x);
        prose_add(out, ROLE_HEADING, cell.data);
    }
    json_array_foreach(rows, i, row)
    {
        prose_line(out);
        for (int c = 0, x = 0; c < n; x += width[c++] + 2) {
            size_t cut;
            int w;

            cell_width(self, row, columns[c], &cell);
            cut = text_cut(cell.data, cell.len, CELL_MOST - 1, &w);
            if (cut < cell.len && w == CELL_MOST - 1) {
                cell.len = cut;
                cell.data[cut] = '\0';
                gd_buf_adds(&cell, "…");
            }
            prose_to(out, x);
            prose_add(out, outcome_role(cell.data), cell.data);
        }
    }
    gd_buf_wipe(&cell);
}

/* One row stands upright: a line for each of its columns. */
static void add_upright(struct sink_pane *self, const json_t *row, struct prose *out)
{
    const char *const *columns = self->shape->wide ? self->shape->wide : self->shape->columns;
    struct gd_buf cell;

    gd_buf_init(&cell, 64 * 1024);
    for (; *columns; columns++) {
        gd_buf_clear(&cell);
        sink_cell(row, *columns, &cell);
        if (cell.len == 0)
            continue;
        prose_line(out);
        prose_add(out, ROLE_LABEL, *columns);
        prose_to(out, 20);
        prose_words(out, 20, outcome_role(cell.data), cell.data);
    }
    gd_buf_wipe(&cell);
}

/* What applied means for the kind of the operation. */
static const char *applied_word(const struct sink_pane *self)
{
    const char *kind = json_string_value(json_object_get(json_array_get(self->rows, 0), "kind"));

    if (!kind)
        return "applied";
    return strcmp(kind, "deallocate") == 0 ? "deallocated"
           : strcmp(kind, "create") == 0   ? "created"
                                           : "updated";
}

/* The outcome of an operation of one row is a line: "gp-000123 applied". */
static bool make_line(struct sink_pane *self, json_t *rows)
{
    const json_t *row = json_array_get(rows, 0);
    struct gd_buf line;
    bool applied;

    if (!self->shape || !self->shape->rows_key || json_array_size(rows) != 1 ||
        !json_is_string(json_object_get(row, "outcome")))
        return false;
    gd_buf_init(&line, sizeof self->note - 1);
    applied = strcmp(json_string_value(json_object_get(row, "outcome")), "applied") == 0;
    sink_cell(row, "id", &line);
    gd_buf_addf(&line, "%s ", applied ? "" : ":");
    if (applied)
        gd_buf_adds(&line, applied_word(self));
    else
        sink_cell(row, "outcome", &line);
    if (json_is_string(json_object_get(row, "message")) && !applied) {
        gd_buf_adds(&line, ": ");
        sink_cell(row, "message", &line);
    }
    if (json_is_string(json_object_get(row, "advice"))) {
        gd_buf_adds(&line, "; ");
        sink_cell(row, "advice", &line);
    }
    snprintf(self->note, sizeof self->note, "%s", line.data);
    gd_buf_free(&line);
    return true;
}

/* What came of operations of several rows, in a line: view 3 has the rows. */
static void make_counts(struct sink_pane *self)
{
    static const char *const names[] = {"applied", "failed", "unknown", "skipped"};
    struct gd_buf line;
    size_t i;
    json_t *op;

    gd_buf_init(&line, sizeof self->note - 1);
    json_array_foreach(self->rows, i, op)
    {
        json_t *counts = json_object_get(op, "counts");

        gd_buf_addf(&line, "%soperation %" JSON_INTEGER_FORMAT ":", i ? "; " : "",
                    json_integer_value(json_object_get(op, "operation")));
        for (size_t c = 0; c < sizeof names / sizeof *names; c++) {
            json_int_t n = json_integer_value(json_object_get(counts, names[c]));

            if (n > 0)
                gd_buf_addf(&line, " %" JSON_INTEGER_FORMAT " %s", n, names[c]);
        }
    }
    gd_buf_addf(&line, "; %s shows the rows", "3");
    snprintf(self->note, sizeof self->note, "%s", line.data);
    gd_buf_free(&line);
}

/* Whether it is the outcome of operations. */
static bool is_outcome(const struct sink_pane *self)
{
    return self->shape && self->shape->rows_key && json_array_size(self->rows) > 0 &&
           json_is_integer(json_object_get(json_array_get(self->rows, 0), "operation"));
}

bool sink_pane_show(struct sink *sink, bool brief)
{
    struct sink_pane *self = of(sink);
    json_t *rows = table_rows(self);
    struct prose out;
    char title[120];

    if (self->quiet && !self->note[0] && json_array_size(rows) > 0)
        snprintf(self->note, sizeof self->note, "%s: %zu row%s", self->shape ? self->shape->title : "done",
                 json_array_size(rows), json_array_size(rows) == 1 ? "" : "s");
    if (make_line(self, rows) || self->quiet)
        return false;
    if (brief && is_outcome(self)) {
        make_counts(self);
        rows = NULL;
    }
    if (json_array_size(rows) == 0 && self->prose.n_lines < 2)
        return false;
    prose_init(&out, self->console->canvas.w - 4);
    if (json_array_size(rows) == 1 && self->shape)
        add_upright(self, json_array_get(rows, 0), &out);
    else if (json_array_size(rows) > 0 && self->shape)
        add_table(self, rows, &out);
    prose_join(&out, &self->prose);
    if (self->left_out) {
        prose_line(&out);
        prose_addf(&out, ROLE_DIM, "… and %" PRId64 " more", self->left_out);
    }
    snprintf(title, sizeof title, "%s", self->shape && self->shape->title ? self->shape->title : "Output");
    console_push(self->console, pane_text_new(self->console, title, &out));
    return true;
}

static const struct sink_class sink_pane_class = {begin, row, end,   text,   note,     fault,
                                                  asks,  ask, unask, broken, sink_free};

struct sink *sink_pane_new(struct console *console, bool quiet)
{
    struct sink_pane *self = gd_calloc(1, sizeof *self);

    if (!self)
        return NULL;
    self->sink.class = &sink_pane_class;
    self->console = console;
    self->quiet = quiet;
    self->rows = json_array();
    prose_init(&self->prose, console->canvas.w - 4);
    if (!self->rows) {
        sink_free(&self->sink);
        return NULL;
    }
    return &self->sink;
}
