/* Prose: spans of escaped text in one buffer, and lines of spans. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "prose.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"

#define PROSE_MAX ((size_t)32 << 20)

void prose_init(struct prose *prose, int width)
{
    *prose = (struct prose){.width = width};
    gd_buf_init(&prose->text, PROSE_MAX);
}

void prose_free(struct prose *prose)
{
    gd_buf_wipe(&prose->text);
    gd_free(prose->spans);
    gd_free(prose->lines);
    prose->spans = NULL;
    prose->lines = NULL;
    prose->n_spans = prose->room_spans = 0;
    prose->n_lines = prose->room_lines = 0;
}

void prose_clear(struct prose *prose, int width)
{
    gd_buf_clear(&prose->text);
    prose->n_spans = 0;
    prose->n_lines = 0;
    prose->column = 0;
    prose->width = width;
}

void prose_line(struct prose *prose)
{
    if (prose->n_lines == prose->room_lines) {
        int room = prose->room_lines ? 2 * prose->room_lines : 32;
        size_t *grown = gd_realloc(prose->lines, (size_t)room * sizeof *grown);

        if (!grown)
            return;
        prose->lines = grown;
        prose->room_lines = room;
    }
    prose->lines[prose->n_lines++] = prose->n_spans;
    prose->column = 0;
}

static void add_span(struct prose *prose, enum role role, size_t at, size_t len)
{
    if (prose->n_spans == prose->room_spans) {
        size_t room = prose->room_spans ? 2 * prose->room_spans : 64;
        struct prose_span *grown = gd_realloc(prose->spans, room * sizeof *grown);

        if (!grown)
            return;
        prose->spans = grown;
        prose->room_spans = room;
    }
    prose->spans[prose->n_spans++] = (struct prose_span){at, len, role};
}

/* Appends len bytes; they are escaped on their way. */
static void add(struct prose *prose, enum role role, const char *text, size_t len)
{
    size_t at = prose->text.len;
    int columns;

    if (len == 0)
        return;
    if (prose->n_lines == 0)
        prose_line(prose);
    gd_text_escape(text, len, &prose->text);
    if (prose->text.failed)
        return;
    text_cut(prose->text.data + at, prose->text.len - at, 1 << 30, &columns);
    add_span(prose, role, at, prose->text.len - at);
    prose->column += columns;
}

void prose_add(struct prose *prose, enum role role, const char *text)
{
    if (text)
        add(prose, role, text, strlen(text));
}

void prose_addf(struct prose *prose, enum role role, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    prose_add(prose, role, text);
}

void prose_to(struct prose *prose, int column)
{
    static const char blanks[] = "                                                            ";

    while (prose->column < column) {
        int n = column - prose->column;

        add(prose, ROLE_TEXT, blanks, n < (int)sizeof blanks - 1 ? (size_t)n : sizeof blanks - 1);
    }
}

/* Bytes of the next word, with the comma or the blanks behind it. */
static size_t word_length(const char *text, size_t *blanks)
{
    size_t len = strcspn(text, " ,\n");

    if (text[len] == ',')
        len++;
    *blanks = strspn(text + len, " ");
    return len;
}

static int columns_of(const char *text, size_t len)
{
    int columns;

    text_cut(text, len, 1 << 30, &columns);
    return columns;
}

/* Blanks between words, as many as the line still holds. */
static void add_blanks(struct prose *prose, enum role role, size_t n)
{
    while (n-- > 0 && (!prose->width || prose->column < prose->width))
        add(prose, role, " ", 1);
}

void prose_words(struct prose *prose, int indent, enum role role, const char *text)
{
    while (text && *text) {
        size_t blanks, len = word_length(text, &blanks);

        if (*text == '\n') {
            prose_line(prose);
            text++;
            continue;
        }
        if (prose->width && prose->column > indent && prose->column + columns_of(text, len) > prose->width) {
            prose_line(prose);
            prose_to(prose, indent);
        }
        add(prose, role, text, len);
        add_blanks(prose, role, blanks);
        text += len + blanks;
    }
}

static size_t end_of_line(const struct prose *prose, int line)
{
    return line + 1 < prose->n_lines ? prose->lines[line + 1] : prose->n_spans;
}

/* Appends a line of another to the last line. */
static void copy_line(struct prose *prose, const struct prose *other, int line)
{
    if (line >= other->n_lines)
        return;
    for (size_t i = other->lines[line]; i < end_of_line(other, line); i++)
        add(prose, other->spans[i].role, other->text.data + other->spans[i].at, other->spans[i].len);
}

void prose_join(struct prose *prose, const struct prose *other)
{
    for (int line = 0; line < other->n_lines; line++) {
        prose_line(prose);
        copy_line(prose, other, line);
    }
}

void prose_beside(struct prose *prose, const struct prose *left, const struct prose *right, int column)
{
    int n = left->n_lines > right->n_lines ? left->n_lines : right->n_lines;

    for (int line = 0; line < n; line++) {
        prose_line(prose);
        copy_line(prose, left, line);
        if (line < right->n_lines) {
            prose_to(prose, column);
            copy_line(prose, right, line);
        }
    }
}

int prose_draw(const struct prose *prose, struct canvas *canvas, struct area area, int top)
{
    for (int y = 0; y < area.h && top + y < prose->n_lines; y++) {
        int x = 0;

        if (top + y < 0)
            continue;
        for (size_t i = prose->lines[top + y]; i < end_of_line(prose, top + y); i++) {
            const struct prose_span *span = &prose->spans[i];

            x = canvas_put(canvas, area, x, y, span->role, prose->text.data + span->at, span->len);
        }
    }
    return prose->n_lines;
}

void prose_text(const struct prose *prose, int line, struct gd_buf *out)
{
    for (size_t i = prose->lines[line]; i < end_of_line(prose, line); i++)
        gd_buf_add(out, prose->text.data + prose->spans[i].at, prose->spans[i].len);
}

int prose_find(const struct prose *prose, const char *text, int from, bool back)
{
    struct gd_buf line;
    int found = -1;

    gd_buf_init(&line, PROSE_MAX);
    for (int i = from; i >= 0 && i < prose->n_lines && found < 0; i += back ? -1 : 1) {
        gd_buf_clear(&line);
        prose_text(prose, i, &line);
        if (strcasestr(line.data, text))
            found = i;
    }
    gd_buf_wipe(&line);
    return found;
}
