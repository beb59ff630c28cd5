/* The sink of the shell: table, json, jsonl, csv or tsv on standard output; notes, questions and errors on
 * standard error. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink_out.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "sink_table.h"

#define TEXT_MAX ((size_t)256 * 1024 * 1024)

struct sink_out {
    struct sink sink;
    struct gd_loop *loop;
    enum output_format format;
    FILE *out, *err;
    int in;
    const struct sink_shape *shape;
    int64_t rows;
    struct sink_table *table;
    bool noted; /* a passing line stands on the terminal */
    int write_error;
    sink_answer_fn *answer; /* of the open question */
    void *answer_arg;
    char *word;
    int watch; /* the loop's id of the terminal */
};

static struct sink_out *self(struct sink *sink)
{
    return (struct sink_out *)(void *)sink;
}

static void clear_note(struct sink_out *o)
{
    if (!o->noted)
        return;
    fputs("\r\033[K", o->err);
    fflush(o->err);
    o->noted = false;
}

static void put(struct sink_out *o, const struct gd_buf *text)
{
    if (o->write_error != 0 || o->out == NULL)
        return;
    clear_note(o);
    if (fwrite(text->data, 1, text->len, o->out) < text->len)
        o->write_error = errno != 0 ? errno : EIO;
}

static const char *const *out_columns(const struct sink_out *o)
{
    bool wide = o->format == OUTPUT_CSV || o->format == OUTPUT_TSV;

    return wide && o->shape->wide != NULL ? o->shape->wide : o->shape->columns;
}

/* ---- csv and tsv ---- */

static void add_separated(const struct sink_out *o, const char *text, size_t len, struct gd_buf *line)
{
    struct gd_buf safe;

    gd_buf_init(&safe, TEXT_MAX);
    gd_text_escape(text, len, &safe);
    if (o->format == OUTPUT_CSV)
        gd_text_csv(safe.data, line);
    else
        gd_buf_adds(line, safe.data); /* tabs and newlines are escaped: nothing to quote */
    gd_buf_free(&safe);
}

/* A line of cells; row NULL: the heading, which is the keys. */
static void put_separated(struct sink_out *o, const json_t *row)
{
    const char *const *columns = out_columns(o);
    struct gd_buf line, cell;

    gd_buf_init(&line, TEXT_MAX);
    gd_buf_init(&cell, TEXT_MAX);
    for (size_t i = 0; columns[i] != NULL; i++) {
        gd_buf_clear(&cell);
        if (row != NULL)
            sink_cell(row, columns[i], &cell);
        else
            gd_buf_adds(&cell, columns[i]);
        if (i > 0)
            gd_buf_addc(&line, o->format == OUTPUT_CSV ? ',' : '\t');
        add_separated(o, cell.data, cell.len, &line);
    }
    gd_buf_adds(&line, o->format == OUTPUT_CSV ? "\r\n" : "\n");
    put(o, &line);
    gd_buf_free(&line);
    gd_buf_free(&cell);
}

/* ---- json ---- */

static void put_json(struct sink_out *o, const json_t *row)
{
    struct gd_buf text;

    gd_buf_init(&text, TEXT_MAX);
    if (o->format == OUTPUT_JSON && !o->shape->single)
        gd_buf_adds(&text, o->rows == 0 ? "[\n" : ",\n");
    sink_json(row, o->format == OUTPUT_JSON && o->shape->single, &text);
    if (o->format == OUTPUT_JSONL || o->shape->single)
        gd_buf_addc(&text, '\n');
    put(o, &text);
    gd_buf_wipe(&text);
}

/* ---- a single object as text ---- */

/* "key: value, key: value" of all that is no list of rows; objects are opened one level deep. */
static void add_scalars(const json_t *object, const char *skip, struct gd_buf *out)
{
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        struct gd_buf cell;

        if ((skip != NULL && strcmp(key, skip) == 0) || json_is_null(value))
            continue;
        if (json_is_object(value)) {
            add_scalars(value, NULL, out);
            continue;
        }
        gd_buf_init(&cell, TEXT_MAX);
        sink_cell(object, key, &cell);
        gd_buf_addf(out, "%s%s: ", out->len > 0 ? ", " : "", key);
        gd_text_escape(cell.data, cell.len, out);
        gd_buf_free(&cell);
    }
}

static void put_single(struct sink_out *o, const json_t *object)
{
    const json_t *rows = o->shape->rows_key != NULL ? json_object_get(object, o->shape->rows_key) : NULL;
    struct gd_buf line;
    size_t i;
    const json_t *row;

    if (o->format == OUTPUT_TABLE) {
        gd_buf_init(&line, TEXT_MAX);
        add_scalars(object, o->shape->rows_key, &line);
        gd_buf_addc(&line, '\n');
        put(o, &line);
        gd_buf_free(&line);
        if (rows != NULL)
            o->table = sink_table_new(o->out, out_columns(o));
    } else {
        put_separated(o, NULL);
        if (rows == NULL)
            put_separated(o, object);
    }
    json_array_foreach(rows, i, row)
    {
        if (o->table != NULL)
            sink_table_row(o->table, row);
        else
            put_separated(o, row);
    }
    sink_table_end(&o->table);
}

/* ---- the class ---- */

static void out_begin(struct sink *sink, const struct sink_shape *shape)
{
    struct sink_out *o = self(sink);

    o->shape = shape;
    o->rows = 0;
    if (shape->single)
        return;
    if (o->format == OUTPUT_TABLE)
        o->table = sink_table_new(o->out, out_columns(o));
    else if (o->format == OUTPUT_CSV || o->format == OUTPUT_TSV)
        put_separated(o, NULL);
}

static void out_row(struct sink *sink, const json_t *row)
{
    struct sink_out *o = self(sink);

    if (o->format == OUTPUT_JSON || o->format == OUTPUT_JSONL)
        put_json(o, row);
    else if (o->shape->single)
        put_single(o, row);
    else if (o->format != OUTPUT_TABLE)
        put_separated(o, row);
    else if (o->table != NULL) {
        clear_note(o);
        sink_table_row(o->table, row);
    }
    o->rows++;
    if (o->write_error == 0 && o->out != NULL && ferror(o->out))
        o->write_error = errno != 0 ? errno : EIO;
}

static void out_end(struct sink *sink)
{
    struct sink_out *o = self(sink);

    clear_note(o);
    sink_table_end(&o->table);
    if (o->format == OUTPUT_JSON && !o->shape->single) {
        struct gd_buf text;

        gd_buf_init(&text, 16);
        gd_buf_adds(&text, o->rows == 0 ? "[]\n" : "\n]\n");
        put(o, &text);
        gd_buf_free(&text);
    }
    o->shape = NULL;
}

/* Prose: lines stay lines, all else is escaped. */
static void add_lines(const char *text, struct gd_buf *out)
{
    while (*text != '\0') {
        size_t len = strcspn(text, "\n");

        gd_text_escape(text, len, out);
        if (text[len] == '\n' || text[len] == '\0')
            gd_buf_addc(out, '\n');
        text += len + (text[len] == '\n');
    }
}

static void out_text(struct sink *sink, const char *text)
{
    struct sink_out *o = self(sink);
    struct gd_buf lines;

    gd_buf_init(&lines, TEXT_MAX);
    add_lines(text, &lines);
    put(o, &lines);
    gd_buf_free(&lines);
}

/* A passing line is for a person at a terminal only: it overwrites the one before. */
static void out_note(struct sink *sink, const char *text)
{
    struct sink_out *o = self(sink);
    struct gd_buf line;

    if (!isatty(fileno(o->err)))
        return;
    gd_buf_init(&line, 4096);
    gd_text_escape(text, strlen(text), &line);
    fprintf(o->err, "\r\033[K%s", line.data);
    fflush(o->err);
    o->noted = true;
    gd_buf_free(&line);
}

void sink_error_line(FILE *err, const struct gd_error *error)
{
    struct gd_buf line;

    gd_buf_init(&line, 16384);
    gd_text_escape(error->what, strlen(error->what), &line);
    if (error->advice[0] != '\0') {
        gd_buf_adds(&line, ": ");
        gd_text_escape(error->advice, strlen(error->advice), &line);
    }
    fprintf(err, "greendesk: %s\n", line.data);
    gd_buf_free(&line);
}

static void out_fault(struct sink *sink, const struct gd_error *error)
{
    struct sink_out *o = self(sink);

    if (o->out != NULL)
        fflush(o->out);
    clear_note(o);
    sink_error_line(o->err, error);
}

static bool out_asks(const struct sink *sink)
{
    const struct sink_out *o = (const struct sink_out *)(const void *)sink;

    return isatty(o->in) && isatty(fileno(o->err));
}

static void out_unask(struct sink *sink)
{
    struct sink_out *o = self(sink);

    if (o->watch != 0)
        gd_loop_fd_drop(o->loop, o->watch);
    o->watch = 0;
    o->answer = NULL;
    gd_free(o->word);
    o->word = NULL;
}

/* A line was typed: one read gives it whole, since the terminal collects lines. */
static void line_typed(void *arg, int fd, short events)
{
    struct sink_out *o = arg;
    sink_answer_fn *answer = o->answer;
    void *answer_arg = o->answer_arg;
    char line[512];
    ssize_t len = read(fd, line, sizeof line - 1);
    bool yes;

    (void)events;
    if (len < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    line[len > 0 ? len : 0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
    yes = len > 0 && strcmp(line, o->word) == 0;
    out_unask(&o->sink);
    answer(answer_arg, yes);
}

static void out_ask(struct sink *sink, const struct sink_question *question, sink_answer_fn *fn, void *arg)
{
    struct sink_out *o = self(sink);
    struct gd_buf text;

    gd_buf_init(&text, TEXT_MAX);
    add_lines(question->text, &text);
    clear_note(o);
    fflush(o->out);
    gd_buf_adds(&text, "Type ");
    gd_text_escape(question->word, strlen(question->word), &text);
    tcflush(o->in, TCIFLUSH); /* what was typed or pasted before the question is no answer to it */
    fprintf(o->err, "%s to go on: ", text.data);
    fflush(o->err);
    gd_buf_free(&text);
    o->word = gd_strdup(question->word);
    o->answer = fn;
    o->answer_arg = arg;
    if (o->word == NULL || gd_loop_fd(o->loop, o->in, POLLIN, line_typed, o, &o->watch) != GD_OK) {
        out_unask(sink);
        fn(arg, false);
    }
}

static bool out_broken(const struct sink *sink)
{
    return ((const struct sink_out *)(const void *)sink)->write_error != 0;
}

static void out_free(struct sink *sink)
{
    struct sink_out *o = self(sink);

    out_unask(sink);
    sink_table_end(&o->table);
    if (o->noted)
        fputc('\n', o->err); /* the last one stays */
    gd_free(o);
}

static const struct sink_class out_class = {
    .begin = out_begin,
    .row = out_row,
    .end = out_end,
    .text = out_text,
    .note = out_note,
    .fault = out_fault,
    .asks = out_asks,
    .ask = out_ask,
    .unask = out_unask,
    .broken = out_broken,
    .free = out_free,
};

struct sink *sink_out_new(struct gd_loop *loop, enum output_format format, FILE *out, FILE *err, int in)
{
    struct sink_out *o = gd_calloc(1, sizeof *o);

    if (o == NULL)
        return NULL;
    *o = (struct sink_out){
        .sink.class = &out_class, .loop = loop, .format = format, .out = out, .err = err, .in = in};
    return &o->sink;
}

enum gd_rc sink_out_finish(struct sink *sink, struct gd_error *err)
{
    struct sink_out *o = self(sink);

    errno = 0;
    if (fflush(o->out) != 0 && o->write_error == 0)
        o->write_error = errno != 0 ? errno : EIO;
    if (o->write_error == 0 || o->write_error == EPIPE)
        return GD_OK;
    return gd_fail(err, GD_IO, "make room, or write elsewhere", "standard output could not be written: %s",
                   strerror(o->write_error));
}
