/* The canvas: the screen as a grid of cells in memory, without a terminal. Panes draw text by roles into
 * areas of it; one function elsewhere copies what changed to the terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_CANVAS_H
#define TUI_CANVAS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "../api/buf.h"
#include "theme.h"

#define CELL_RUNES 3 /* a base character and up to two combining ones */

struct cell {
    uint32_t rune[CELL_RUNES]; /* 0 ends */
    uint8_t width;             /* 1, 2, or 0: the right half of a wide one */
    uint8_t role;              /* enum role */
    uint16_t unused;           /* always 0: cells are compared as bytes */
};

struct area {
    int x, y, w, h;
};

struct canvas {
    int w, h;
    struct cell *cells;     /* w x h, line by line */
    struct cell *shown;     /* what the terminal shows; role 255 where nobody knows */
    struct gd_buf scratch;  /* escaped text on its way */
    int cursor_x, cursor_y; /* -1: hidden */
};

GD_MUST_USE enum gd_rc canvas_init(struct canvas *canvas, int w, int h, struct gd_error *err);
void canvas_free(struct canvas *canvas);

/* Gives it another size: blank, and all of it counts as changed. On failure the old size stands. */
GD_MUST_USE enum gd_rc canvas_resize(struct canvas *canvas, int w, int h, struct gd_error *err);

/* Fills an area with blanks of a role. */
void canvas_fill(struct canvas *canvas, struct area area, enum role role);

/* Draws untrusted text (len bytes; escaped here) at x, y of the area, cut at the area's right edge; returns
 * the column behind it. */
int canvas_put(struct canvas *canvas, struct area area, int x, int y, enum role role, const char *text,
               size_t len);
int canvas_puts(struct canvas *canvas, struct area area, int x, int y, enum role role, const char *text);
int canvas_putf(struct canvas *canvas, struct area area, int x, int y, enum role role, const char *fmt, ...)
    GD_PRINTF(6, 7);

/* Draws text into exactly width columns, padded; too long text shows … at the end that is cut off. */
enum fit { FIT_LEFT, FIT_RIGHT, FIT_TAIL /* left-aligned, cut at its beginning */ };
void canvas_fit(struct canvas *canvas, struct area area, int x, int y, int width, enum fit fit,
                enum role role, const char *text);

/* The same with text that is escaped already, of so many columns. */
void canvas_fit_safe(struct canvas *canvas, struct area area, int x, int y, int width, enum fit fit,
                     enum role role, const char *text, size_t len, int columns);

/* Draws a frame along the area's edge, with titles left and right in its upper line (NULL: none), and returns
 * the area inside. */
struct area canvas_frame(struct canvas *canvas, struct area area, enum role role);

/* Gives cells another role and leaves their text. */
void canvas_tint(struct canvas *canvas, struct area area, int x, int y, int width, enum role role);

/* Columns of a text once it is escaped. */
int canvas_width(struct canvas *canvas, const char *text);

/* How many bytes at the beginning of a (trusted, escaped) text fit into width columns, and how many columns
 * these take. */
size_t text_cut(const char *text, size_t len, int width, int *columns);

/* Columns of one character: 0 combining, 1 or 2. */
int rune_width(int rune);

/* The cells of a line that differ from what is shown: [*from, *to), false where none do. canvas_settle notes
 * that all is shown; canvas_forget that nothing is. */
bool canvas_changed(const struct canvas *canvas, int y, int *from, int *to);
void canvas_settle(struct canvas *canvas);
void canvas_settle_line(struct canvas *canvas, int y);
void canvas_forget(struct canvas *canvas);

/* Appends the screen as text: a line each, without trailing blanks. */
void canvas_text(const struct canvas *canvas, struct gd_buf *out);

/* Appends one rune as UTF-8. */
void rune_add(struct gd_buf *out, uint32_t rune);

#endif
