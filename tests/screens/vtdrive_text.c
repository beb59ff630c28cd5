/* vtdrive: the emulated screen as text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtdrive.h"

#include <string.h>

#define TEXT_MAX (16u << 20)

static void add_utf8(struct bytes *out, uint32_t c)
{
    char utf8[4];
    size_t len;

    if (c < 0x80) {
        utf8[0] = (char)c;
        len = 1;
    } else if (c < 0x800) {
        utf8[0] = (char)(0xc0 | c >> 6);
        utf8[1] = (char)(0x80 | (c & 0x3f));
        len = 2;
    } else if (c < 0x10000) {
        utf8[0] = (char)(0xe0 | c >> 12);
        utf8[1] = (char)(0x80 | (c >> 6 & 0x3f));
        utf8[2] = (char)(0x80 | (c & 0x3f));
        len = 3;
    } else {
        utf8[0] = (char)(0xf0 | (c >> 18 & 7));
        utf8[1] = (char)(0x80 | (c >> 12 & 0x3f));
        utf8[2] = (char)(0x80 | (c >> 6 & 0x3f));
        utf8[3] = (char)(0x80 | (c & 0x3f));
        len = 4;
    }
    bytes_add(out, utf8, len);
}

/* An empty cell is a blank; the right half of a wide character is nothing. */
static void add_cell(struct bytes *out, const VTermScreenCell *cell)
{
    if (cell->chars[0] == (uint32_t)-1)
        return;
    if (cell->chars[0] == 0)
        bytes_add(out, " ", 1);
    for (int i = 0; i < VTERM_MAX_CHARS_PER_CELL && cell->chars[i]; i++)
        add_utf8(out, cell->chars[i]);
}

static VTermScreenCell cell_at(struct term *term, int row, int col)
{
    VTermScreenCell cell;

    memset(&cell, 0, sizeof cell);
    vterm_screen_get_cell(term->screen, (VTermPos){ .row = row, .col = col }, &cell);
    return cell;
}

static void add_line(struct term *term, int row, struct bytes *out)
{
    size_t start = out->len;

    for (int col = 0; col < term->cols; col++) {
        VTermScreenCell cell = cell_at(term, row, col);

        add_cell(out, &cell);
    }
    while (out->len > start && out->data[out->len - 1] == ' ')
        out->data[--out->len] = '\0';
}

char *term_cell(struct term *term, int row, int col, VTermScreenCell *cell)
{
    struct bytes out = { .max = TEXT_MAX };

    *cell = cell_at(term, row, col);
    bytes_add(&out, "", 0);
    add_cell(&out, cell);
    return out.data;
}

char *term_text(struct term *term)
{
    struct bytes out = { .max = TEXT_MAX };

    bytes_add(&out, "", 0);
    for (int row = 0; row < term->rows; row++) {
        add_line(term, row, &out);
        bytes_add(&out, "\n", 1);
    }
    return out.data;
}
