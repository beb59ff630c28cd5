/* The line editor: keys into changes of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "lineedit.h"

#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "keys.h"

void lineedit_init(struct lineedit *line)
{
    *line = (struct lineedit){0};
    gd_buf_init(&line->text, LINE_MAX_BYTES);
}

void lineedit_free(struct lineedit *line)
{
    gd_buf_wipe(&line->text);
    gd_wipe_free(&line->killed);
    gd_wipe_free(&line->typed);
}

void lineedit_set(struct lineedit *line, const char *text)
{
    gd_buf_clear(&line->text);
    gd_buf_adds(&line->text, text ? text : "");
    line->cursor = line->text.len;
    line->history_at = line->history ? line->history->n : 0;
}

/* Puts len bytes in the place of [from, to). */
static void splice(struct lineedit *line, size_t from, size_t to, const char *text, size_t len)
{
    struct gd_buf *buf = &line->text;
    size_t tail = buf->len - to, old = buf->len;

    if (old - (to - from) + len > buf->max)
        return;
    if (len > to - from) {
        for (size_t i = 0; i < len - (to - from); i++)
            gd_buf_addc(buf, ' ');
        if (buf->failed) {
            buf->failed = false;
            buf->len = old;
            buf->data[old] = '\0';
            return;
        }
    }
    memmove(buf->data + from + len, buf->data + to, tail);
    if (len)
        memcpy(buf->data + from, text, len);
    buf->len = from + len + tail;
    buf->data[buf->len] = '\0';
    line->cursor = from + len;
}

void lineedit_insert(struct lineedit *line, const char *text, size_t len)
{
    struct gd_buf clean;

    gd_buf_init(&clean, LINE_MAX_BYTES);
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)text[i];

        if (c == '\n' && i > 0 && text[i - 1] == '\r')
            continue;
        gd_buf_addc(&clean, c < 0x20 || c == 0x7f ? ' ' : (char)c);
    }
    if (!clean.failed)
        splice(line, line->cursor, line->cursor, clean.data, clean.len);
    gd_buf_wipe(&clean);
}

/* The place one character before or behind; combining marks go with their base. */
static size_t step_left(const struct lineedit *line, size_t at)
{
    int rune;

    do {
        while (at > 0 && ((unsigned char)line->text.data[--at] & 0xc0) == 0x80)
            ;
        gd_utf8_next(line->text.data + at, line->text.len - at, &rune);
    } while (at > 0 && rune >= 0 && rune_width(rune) == 0);
    return at;
}

static size_t step_right(const struct lineedit *line, size_t at)
{
    int rune;

    if (at < line->text.len)
        at += gd_utf8_next(line->text.data + at, line->text.len - at, &rune);
    while (at < line->text.len) {
        size_t n = gd_utf8_next(line->text.data + at, line->text.len - at, &rune);

        if (rune < 0 || rune_width(rune) != 0)
            break;
        at += n;
    }
    return at;
}

static bool is_gap(char c)
{
    return c == ' ' || c == ',' || c == ':' || c == '=' || c == '/';
}

static size_t word_left(const struct lineedit *line, size_t at)
{
    while (at > 0 && is_gap(line->text.data[at - 1]))
        at--;
    while (at > 0 && !is_gap(line->text.data[at - 1]))
        at--;
    return at;
}

static size_t word_right(const struct lineedit *line, size_t at)
{
    while (at < line->text.len && is_gap(line->text.data[at]))
        at++;
    while (at < line->text.len && !is_gap(line->text.data[at]))
        at++;
    return at;
}

static enum line_result cut(struct lineedit *line, size_t from, size_t to, bool keep)
{
    if (from == to)
        return LINE_MOVED;
    if (keep) {
        gd_wipe_free(&line->killed);
        line->killed = gd_strndup(line->text.data + from, to - from);
    }
    splice(line, from, to, "", 0);
    return LINE_CHANGED;
}

static enum line_result move_to(struct lineedit *line, size_t at)
{
    line->cursor = at;
    return LINE_MOVED;
}

static enum line_result recall(struct lineedit *line, bool back)
{
    struct line_history *history = line->history;
    size_t at;

    if (!history)
        return LINE_IGNORED;
    at = line->history_at > history->n ? history->n : line->history_at;
    if (back ? at == 0 : at == history->n)
        return LINE_MOVED;
    if (at == history->n) {
        gd_wipe_free(&line->typed);
        line->typed = gd_strdup(line->text.data);
    }
    at = back ? at - 1 : at + 1;
    lineedit_set(line, at == history->n ? line->typed : history->lines[at]);
    line->history_at = at;
    return LINE_CHANGED;
}

static size_t common_length(char *const *texts)
{
    size_t len = strlen(texts[0]);

    for (size_t i = 1; texts[i]; i++)
        for (size_t k = 0; k < len; k++)
            if (texts[i][k] != texts[0][k])
                len = k;
    return len;
}

static enum line_result complete(struct lineedit *line)
{
    size_t from = line->cursor, len;
    char **texts;

    if (!line->complete)
        return LINE_IGNORED;
    texts = line->complete(line->complete_arg, line->text.data, line->cursor, &from);
    if (!texts)
        return LINE_MOVED;
    len = texts[0] ? common_length(texts) : 0;
    if (len > line->cursor - from)
        splice(line, from, line->cursor, texts[0], len);
    for (size_t i = 0; texts[i]; i++)
        gd_free(texts[i]);
    gd_free(texts);
    return LINE_CHANGED;
}

static enum line_result key(struct lineedit *line, const struct event *event)
{
    size_t end = line->text.len, at = line->cursor;

    switch (event->code) {
    case KEY_CODE_LEFT:
    case KEY_CTRL('b'):
        return move_to(line, step_left(line, at));
    case KEY_CODE_RIGHT:
    case KEY_CTRL('f'):
        return move_to(line, step_right(line, at));
    case KEY_CODE_LEFT | KEY_MOD_CTRL:
        return move_to(line, word_left(line, at));
    case KEY_CODE_RIGHT | KEY_MOD_CTRL:
        return move_to(line, word_right(line, at));
    case KEY_CODE_HOME:
    case KEY_CTRL('a'):
        return move_to(line, 0);
    case KEY_CODE_END:
    case KEY_CTRL('e'):
        return move_to(line, end);
    case KEY_CODE_BACKSPACE:
        return cut(line, step_left(line, at), at, false);
    case KEY_CODE_DELETE:
    case KEY_CTRL('d'):
        return cut(line, at, step_right(line, at), false);
    case KEY_CTRL('k'):
        return cut(line, at, end, true);
    case KEY_CTRL('u'):
        return cut(line, 0, at, true);
    case KEY_CTRL('w'):
        return cut(line, word_left(line, at), at, true);
    case KEY_CTRL('y'):
        if (!line->killed)
            return LINE_MOVED;
        splice(line, at, at, line->killed, strlen(line->killed));
        return LINE_CHANGED;
    case KEY_CODE_UP:
    case KEY_CTRL('p'):
        return recall(line, true);
    case KEY_CODE_DOWN:
    case KEY_CTRL('n'):
        return recall(line, false);
    case KEY_CODE_TAB:
        return complete(line);
    default:
        if (event->code < 0x20 || event->code == KEY_CODE_BACKSPACE || event->code > KEY_CODE__FIRST)
            return LINE_IGNORED;
        splice(line, at, at, event->text, event->len);
        return LINE_CHANGED;
    }
}

enum line_result lineedit_event(struct lineedit *line, const struct event *event)
{
    if (event->type == EVENT_PASTE) {
        lineedit_insert(line, event->text, event->len);
        return LINE_CHANGED;
    }
    return key(line, event);
}

void lineedit_draw(const struct lineedit *line, struct canvas *canvas, struct area area, int x, int y,
                   int width, enum role role, bool focus)
{
    struct area field = {area.x + x, area.y + y, width, 1};
    size_t from = 0;
    int before, rune;

    canvas_fill(canvas, field, role);
    if (width < 2)
        return;
    text_cut(line->text.data, line->cursor, 1 << 30, &before);
    while (focus && before > width - 1) {
        from += gd_utf8_next(line->text.data + from, line->text.len - from, &rune);
        text_cut(line->text.data + from, line->cursor - from, 1 << 30, &before);
    }
    canvas_put(canvas, field, 0, 0, role, line->text.data + from, line->text.len - from);
    if (focus) {
        canvas->cursor_x = field.x + before;
        canvas->cursor_y = field.y;
    }
}

void line_history_init(struct line_history *history, size_t max)
{
    *history = (struct line_history){.max = max};
}

void line_history_add(struct line_history *history, const char *text)
{
    char **grown, *copy;

    if (!*text || (history->n && strcmp(history->lines[history->n - 1], text) == 0))
        return;
    copy = gd_strdup(text);
    if (!copy)
        return;
    if (history->n == history->max) {
        gd_free(history->lines[0]);
        memmove(history->lines, history->lines + 1, --history->n * sizeof *history->lines);
    }
    grown = gd_realloc(history->lines, (history->n + 1) * sizeof *grown);
    if (!grown) {
        gd_free(copy);
        return;
    }
    history->lines = grown;
    grown[history->n++] = copy;
}

void line_history_free(struct line_history *history)
{
    for (size_t i = 0; i < history->n; i++)
        gd_free(history->lines[i]);
    gd_free(history->lines);
    *history = (struct line_history){0};
}
