/* Painting: the one place where the canvas becomes what curses shows. Only what changed is copied, and it
 * reaches the terminal as one write, so that nobody sees a half of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal_i.h"

#include <sys/types.h>
#include <unistd.h>
#include <wchar.h>

#include "../api/mem.h"

static bool make_bytes(struct terminal *terminal, size_t len)
{
    char *grown;

    if (len <= terminal->bytes_room)
        return true;
    grown = gd_realloc(terminal->bytes, 2 * len);
    if (!grown)
        return false;
    terminal->bytes = grown;
    terminal->bytes_room = 2 * len;
    return true;
}

void terminal_flush(struct terminal *terminal)
{
    off_t len;
    ssize_t n;

    fflush(terminal->out);
    len = lseek(terminal->out_fd, 0, SEEK_CUR);
    if (len <= 0 || !make_bytes(terminal, (size_t)len))
        return;
    n = pread(terminal->out_fd, terminal->bytes, (size_t)len, 0);
    if (n > 0)
        terminal_tell(terminal->bytes, (size_t)n);
    lseek(terminal->out_fd, 0, SEEK_SET);
}

/* What a locale without other characters shows instead. */
static wchar_t plain(uint32_t rune)
{
    switch (rune) {
    case 0x2500:
    case 0x2013:
        return L'-';
    case 0x2501:
        return L'=';
    case 0x2502:
        return L'|';
    case 0x250c:
    case 0x2510:
    case 0x2514:
    case 0x2518:
        return L'+';
    case 0x2022:
    case 0x25cf:
        return L'*';
    case 0x25b8:
        return L'>';
    case 0x2026:
        return L'~';
    default:
        return rune < 0x80 ? (wchar_t)rune : L'?';
    }
}

/* A cell as curses has it: the role's look, made once, with other characters in it. */
static void make_character(const struct terminal *terminal, const struct cell *cell, cchar_t *out)
{
    *out = terminal->looks[cell->role];
    for (int i = 0; i < CELL_RUNES && cell->rune[i]; i++) {
        out->chars[i] = (wchar_t)cell->rune[i];
        if (cell->rune[i] < 0x7f)
            continue;
        if (terminal->ascii)
            out->chars[i] = i == 0 ? plain(cell->rune[i]) : 0;
        else if (rune_width((int)cell->rune[i]) == 1 && wcwidth(out->chars[i]) < 0)
            out->chars[i] = 0xfffd;
    }
}

static bool make_room(struct terminal *terminal, int w)
{
    cchar_t *grown;

    if (w <= terminal->room)
        return true;
    grown = gd_realloc(terminal->line, (size_t)w * 2 * sizeof *grown);
    if (!grown)
        return false;
    terminal->line = grown;
    terminal->room = 2 * w;
    return true;
}

static void paint_span(struct terminal *terminal, const struct canvas *canvas, int y, int from, int to)
{
    const struct cell *cells = canvas->cells + (size_t)y * (size_t)canvas->w;
    int n = 0;

    for (int x = from; x < to; x++) {
        if (cells[x].width == 0)
            continue;
        make_character(terminal, &cells[x], &terminal->line[n++]);
        if (terminal->ascii && cells[x].width == 2)
            make_character(terminal, &cells[x], &terminal->line[n++]);
    }
    mvwadd_wchnstr(stdscr, y, from, terminal->line, n);
}

void terminal_paint(struct terminal *terminal, struct canvas *canvas)
{
    int from, to;

    if (!make_room(terminal, 2 * canvas->w))
        return;
    if (terminal->clear) {
        clearok(curscr, TRUE);
        canvas_forget(canvas);
        terminal->clear = false;
    }
    for (int y = 0; y < canvas->h; y++) {
        if (!canvas_changed(canvas, y, &from, &to))
            continue;
        paint_span(terminal, canvas, y, from, to);
        canvas_settle_line(canvas, y);
    }
    if (canvas->cursor_x >= 0 && canvas->cursor_y >= 0) {
        wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
        curs_set(1);
    } else {
        curs_set(0);
    }
    wrefresh(stdscr);
    terminal_flush(terminal);
}

void terminal_repaint(struct terminal *terminal, struct canvas *canvas)
{
    terminal->clear = true;
    canvas_forget(canvas);
}
