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

static void make_character(const struct terminal *terminal, const struct cell *cell, cchar_t *out)
{
    wchar_t runes[CELL_RUNES + 1] = {0};
    int pair = terminal->depth == DEPTH_MONO ? 0 : cell->role + 1;

    for (int i = 0; i < CELL_RUNES && cell->rune[i]; i++) {
        runes[i] = (wchar_t)cell->rune[i];
        if (terminal->ascii)
            runes[i] = plain(cell->rune[i]);
        else if (wcwidth(runes[i]) < 0)
            runes[i] = 0xfffd;
    }
    if (terminal->ascii)
        runes[1] = 0;
    setcchar(out, runes, terminal->attrs[cell->role], (short)pair, NULL);
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
