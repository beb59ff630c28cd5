/* The canvas: cells, text into cells, and what changed since it was last shown. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "canvas.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

#include "../api/mem.h"
#include "../api/text.h"

#define SCRATCH_MAX ((size_t)1 << 20)
#define NOBODY_KNOWS 255

static void blank(struct cell *cell, enum role role)
{
    *cell = (struct cell){.rune = {' '}, .width = 1, .role = (uint8_t)role};
}

static enum gd_rc make_cells(int w, int h, struct cell **cells, struct cell **shown, struct gd_error *err)
{
    size_t n = (size_t)w * (size_t)h;

    *cells = gd_calloc(n, sizeof **cells);
    *shown = gd_calloc(n, sizeof **shown);
    if (!*cells || !*shown) {
        gd_free(*cells);
        gd_free(*shown);
        return gd_fail_memory(err);
    }
    return GD_OK;
}

enum gd_rc canvas_init(struct canvas *canvas, int w, int h, struct gd_error *err)
{
    *canvas = (struct canvas){.cursor_x = -1, .cursor_y = -1};
    gd_buf_init(&canvas->scratch, SCRATCH_MAX);
    return canvas_resize(canvas, w, h, err);
}

void canvas_free(struct canvas *canvas)
{
    gd_free(canvas->cells);
    gd_free(canvas->shown);
    gd_buf_wipe(&canvas->scratch);
    canvas->cells = canvas->shown = NULL;
}

enum gd_rc canvas_resize(struct canvas *canvas, int w, int h, struct gd_error *err)
{
    struct cell *cells, *shown;

    w = w < 1 ? 1 : w > 2000 ? 2000 : w;
    h = h < 1 ? 1 : h > 1000 ? 1000 : h;
    if (make_cells(w, h, &cells, &shown, err) != GD_OK)
        return GD_NO_MEMORY;
    gd_free(canvas->cells);
    gd_free(canvas->shown);
    canvas->cells = cells;
    canvas->shown = shown;
    canvas->w = w;
    canvas->h = h;
    canvas_fill(canvas, (struct area){0, 0, w, h}, ROLE_TEXT);
    canvas_forget(canvas);
    return GD_OK;
}

static struct cell *cell_at(const struct canvas *canvas, int x, int y)
{
    return canvas->cells + (size_t)y * (size_t)canvas->w + (size_t)x;
}

/* The part of an area that is on the canvas. */
static struct area clip(const struct canvas *canvas, struct area area)
{
    int x1 = area.x + area.w, y1 = area.y + area.h;

    if (area.x < 0)
        area.x = 0;
    if (area.y < 0)
        area.y = 0;
    area.w = (x1 > canvas->w ? canvas->w : x1) - area.x;
    area.h = (y1 > canvas->h ? canvas->h : y1) - area.y;
    if (area.w < 0)
        area.w = 0;
    if (area.h < 0)
        area.h = 0;
    return area;
}

/* A wide character that loses one half to what is drawn at x leaves a blank as its other half. */
static inline void mend_halves(struct canvas *canvas, int x, int y)
{
    struct cell *cell = cell_at(canvas, x, y);

    if (cell->width == 1)
        return;
    if (cell->width == 0 && x > 0)
        blank(cell - 1, (cell - 1)->role);
    if (cell->width == 2 && x + 1 < canvas->w)
        blank(cell + 1, (cell + 1)->role);
    blank(cell, cell->role);
}

void canvas_fill(struct canvas *canvas, struct area area, enum role role)
{
    area = clip(canvas, area);
    if (area.w == 0)
        return;
    for (int y = area.y; y < area.y + area.h; y++) {
        mend_halves(canvas, area.x, y);
        mend_halves(canvas, area.x + area.w - 1, y);
        for (int x = area.x; x < area.x + area.w; x++)
            blank(cell_at(canvas, x, y), role);
    }
}

/* Combining marks of East Asian and other scripts come from the C library's table; -1 (no printable character
 * of this locale) counts as one column. */
int rune_width(int rune)
{
    int width;

    if ((rune >= 0x20 && rune < 0x7f) || rune == 0x2022 || rune == 0x2026 ||
        (rune >= 0x2500 && rune < 0x2580))
        return 1; /* most of what is ever shown */
    width = wcwidth((wchar_t)rune);
    return width < 0 ? 1 : width > 2 ? 2 : width;
}

static void combine(struct cell *cell, uint32_t rune)
{
    for (int i = 1; i < CELL_RUNES; i++) {
        if (cell->rune[i] == 0) {
            cell->rune[i] = rune;
            return;
        }
    }
}

/* Puts one character; returns the column behind it, or -1 where it does not fit before right. */
static int put_rune(struct canvas *canvas, int x, int y, int left, int right, enum role role, int rune)
{
    int width = rune_width(rune);
    struct cell *cell;

    if (width == 0) {
        cell = x > left ? cell_at(canvas, x - 1, y) : NULL;
        if (cell && cell->width == 0 && x - 1 > left)
            cell--;
        if (cell)
            combine(cell, (uint32_t)rune);
        return x;
    }
    if (x + width > right)
        return -1;
    mend_halves(canvas, x, y);
    if (width == 2)
        mend_halves(canvas, x + 1, y);
    cell = cell_at(canvas, x, y);
    *cell = (struct cell){.rune = {(uint32_t)rune}, .width = (uint8_t)width, .role = (uint8_t)role};
    if (width == 2)
        cell[1] = (struct cell){.width = 0, .role = (uint8_t)role};
    return x + width;
}

/* Draws text that is safe already; x is a column of the canvas. */
static int draw_safe(struct canvas *canvas, int x, int y, int left, int right, enum role role,
                     const char *text, size_t len)
{
    while (len > 0) {
        int rune = (unsigned char)*text, next;
        size_t n = rune < 0x80 ? 1 : gd_utf8_next(text, len, &rune);

        next = put_rune(canvas, x, y, left, right, role, rune < 0 ? 0xfffd : rune);
        if (next < 0)
            break;
        x = next;
        text += n;
        len -= n;
    }
    return x;
}

static bool is_plain(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if ((unsigned char)text[i] < 0x20 || (unsigned char)text[i] >= 0x7f)
            return false;
    return true;
}

/* The text escaped: itself where it is plain ASCII, else in the scratch buffer until the next call. */
static const char *make_safe(struct canvas *canvas, const char *text, size_t *len)
{
    if (is_plain(text, *len))
        return text;
    gd_buf_clear(&canvas->scratch);
    gd_text_escape(text, *len, &canvas->scratch);
    *len = canvas->scratch.len;
    return canvas->scratch.data;
}

int canvas_put(struct canvas *canvas, struct area area, int x, int y, enum role role, const char *text,
               size_t len)
{
    struct area in = clip(canvas, area);
    int at = area.x + x, line = area.y + y;

    if (line < in.y || line >= in.y + in.h || at < in.x || at >= in.x + in.w)
        return x;
    text = make_safe(canvas, text, &len);
    return draw_safe(canvas, at, line, in.x, in.x + in.w, role, text, len) - area.x;
}

int canvas_puts(struct canvas *canvas, struct area area, int x, int y, enum role role, const char *text)
{
    return text ? canvas_put(canvas, area, x, y, role, text, strlen(text)) : x;
}

int canvas_putf(struct canvas *canvas, struct area area, int x, int y, enum role role, const char *fmt, ...)
{
    char text[1024];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    return canvas_puts(canvas, area, x, y, role, text);
}

size_t text_cut(const char *text, size_t len, int width, int *columns)
{
    size_t at = 0;

    *columns = 0;
    while (at < len) {
        int rune = (unsigned char)text[at];
        size_t n = rune < 0x80 ? 1 : gd_utf8_next(text + at, len - at, &rune);
        int w = rune_width(rune < 0 ? 0xfffd : rune);

        if (*columns + w > width)
            break;
        *columns += w;
        at += n;
    }
    return at;
}

static int safe_width(const char *text, size_t len)
{
    int columns;

    text_cut(text, len, 1 << 30, &columns);
    return columns;
}

int canvas_width(struct canvas *canvas, const char *text)
{
    size_t len = strlen(text);

    text = make_safe(canvas, text, &len);
    return safe_width(text, len);
}

/* Draws the last width columns of a text behind an ellipsis. */
static void draw_tail(struct canvas *canvas, int x, int y, int right, enum role role, const char *text,
                      size_t len, int columns)
{
    int width = right - x;

    while (len > 0 && columns > width - 1) {
        int rune;
        size_t n = gd_utf8_next(text, len, &rune);

        columns -= rune_width(rune < 0 ? 0xfffd : rune);
        text += n;
        len -= n;
    }
    x = put_rune(canvas, x, y, x, right, role, 0x2026);
    draw_safe(canvas, x, y, x, right, role, text, len);
}

void canvas_fit_safe(struct canvas *canvas, struct area area, int x, int y, int width, enum fit fit,
                     enum role role, const char *text, size_t len, int columns)
{
    struct area field = {area.x + x, area.y + y, width < area.w - x ? width : area.w - x, 1};
    size_t cut;
    int end;

    if (y < 0 || y >= area.h || x < 0 || field.w <= 0)
        return;
    canvas_fill(canvas, field, role);
    field = clip(canvas, field);
    if (field.h == 0 || field.w == 0 || len == 0)
        return;
    end = field.x + field.w;
    if (columns <= field.w) {
        draw_safe(canvas, fit == FIT_RIGHT ? end - columns : field.x, field.y, field.x, end, role, text, len);
        return;
    }
    if (fit == FIT_TAIL) {
        draw_tail(canvas, field.x, field.y, end, role, text, len, columns);
        return;
    }
    cut = text_cut(text, len, field.w - 1, &columns);
    draw_safe(canvas, field.x, field.y, field.x, end, role, text, cut);
    put_rune(canvas, field.x + columns, field.y, field.x, end, role, 0x2026);
}

void canvas_fit(struct canvas *canvas, struct area area, int x, int y, int width, enum fit fit,
                enum role role, const char *text)
{
    size_t len = text ? strlen(text) : 0;

    text = make_safe(canvas, text ? text : "", &len);
    canvas_fit_safe(canvas, area, x, y, width, fit, role, text, len, safe_width(text, len));
}

struct area canvas_frame(struct canvas *canvas, struct area area, enum role role)
{
    struct area in = clip(canvas, area);
    int right = in.x + in.w - 1, bottom = in.y + in.h - 1;

    if (in.w < 2 || in.h < 2)
        return (struct area){in.x, in.y, 0, 0};
    for (int x = in.x + 1; x < right; x++) {
        put_rune(canvas, x, in.y, 0, canvas->w, role, 0x2500);
        put_rune(canvas, x, bottom, 0, canvas->w, role, 0x2500);
    }
    for (int y = in.y + 1; y < bottom; y++) {
        put_rune(canvas, in.x, y, 0, canvas->w, role, 0x2502);
        put_rune(canvas, right, y, 0, canvas->w, role, 0x2502);
    }
    put_rune(canvas, in.x, in.y, 0, canvas->w, role, 0x250c);
    put_rune(canvas, right, in.y, 0, canvas->w, role, 0x2510);
    put_rune(canvas, in.x, bottom, 0, canvas->w, role, 0x2514);
    put_rune(canvas, right, bottom, 0, canvas->w, role, 0x2518);
    return (struct area){in.x + 1, in.y + 1, in.w - 2, in.h - 2};
}

void canvas_tint(struct canvas *canvas, struct area area, int x, int y, int width, enum role role)
{
    struct area in = clip(canvas, (struct area){area.x + x, area.y + y, width, 1});

    if (y < 0 || y >= area.h)
        return;
    for (int i = 0; i < in.w && in.h > 0; i++)
        cell_at(canvas, in.x + i, in.y)->role = (uint8_t)role;
}

bool canvas_changed(const struct canvas *canvas, int y, int *from, int *to)
{
    const struct cell *now = canvas->cells + (size_t)y * (size_t)canvas->w;
    const struct cell *then = canvas->shown + (size_t)y * (size_t)canvas->w;
    int a = 0, b = canvas->w;

    if (memcmp(now, then, (size_t)canvas->w * sizeof *now) == 0)
        return false;
    while (memcmp(now + a, then + a, sizeof *now) == 0)
        a++;
    while (memcmp(now + b - 1, then + b - 1, sizeof *now) == 0)
        b--;
    /* whole characters only: neither half of a wide one alone, before or after */
    while (a > 0 && (now[a].width == 0 || then[a].width == 0))
        a--;
    while (b < canvas->w && (now[b].width == 0 || then[b].width == 0))
        b++;
    *from = a;
    *to = b;
    return true;
}

void canvas_settle_line(struct canvas *canvas, int y)
{
    size_t at = (size_t)y * (size_t)canvas->w;

    memcpy(canvas->shown + at, canvas->cells + at, (size_t)canvas->w * sizeof *canvas->cells);
}

void canvas_settle(struct canvas *canvas)
{
    for (int y = 0; y < canvas->h; y++)
        canvas_settle_line(canvas, y);
}

void canvas_forget(struct canvas *canvas)
{
    for (size_t i = 0; i < (size_t)canvas->w * (size_t)canvas->h; i++)
        canvas->shown[i] = (struct cell){.width = 1, .role = NOBODY_KNOWS};
}

void rune_add(struct gd_buf *out, uint32_t rune)
{
    if (rune < 0x80) {
        gd_buf_addc(out, (char)rune);
    } else if (rune < 0x800) {
        gd_buf_addc(out, (char)(0xc0 | rune >> 6));
        gd_buf_addc(out, (char)(0x80 | (rune & 0x3f)));
    } else if (rune < 0x10000) {
        gd_buf_addc(out, (char)(0xe0 | rune >> 12));
        gd_buf_addc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
        gd_buf_addc(out, (char)(0x80 | (rune & 0x3f)));
    } else {
        gd_buf_addc(out, (char)(0xf0 | rune >> 18));
        gd_buf_addc(out, (char)(0x80 | (rune >> 12 & 0x3f)));
        gd_buf_addc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
        gd_buf_addc(out, (char)(0x80 | (rune & 0x3f)));
    }
}

void canvas_text(const struct canvas *canvas, struct gd_buf *out)
{
    for (int y = 0; y < canvas->h; y++) {
        const struct cell *line = cell_at(canvas, 0, y);
        int end = canvas->w;

        while (end > 0 && line[end - 1].rune[0] == ' ' && line[end - 1].rune[1] == 0)
            end--;
        for (int x = 0; x < end; x++)
            for (int i = 0; i < CELL_RUNES && line[x].rune[i]; i++)
                rune_add(out, line[x].rune[i]);
        gd_buf_addc(out, '\n');
    }
}
