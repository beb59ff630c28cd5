/* The canvas: text into cells, wide and combining characters, cutting, frames, what changed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/canvas.h"

#include <locale.h>
#include <string.h>

#include "tap.h"

static struct canvas canvas;
static struct area whole;

static void start(int w, int h)
{
    struct gd_error err = {0};

    if (canvas_init(&canvas, w, h, &err) != GD_OK)
        bail_out("no canvas: %s", err.what);
    whole = (struct area){0, 0, w, h};
}

/* One line of the canvas as text. */
static const char *line(int y)
{
    static struct gd_buf text;
    const char *at;

    gd_buf_free(&text);
    gd_buf_init(&text, 1 << 20);
    canvas_text(&canvas, &text);
    for (at = text.data; y > 0; y--)
        at = strchr(at, '\n') + 1;
    *strchr(at, '\n') = '\0';
    return at;
}

static void test_text(void)
{
    start(10, 3);
    is_int(canvas_puts(&canvas, whole, 2, 0, ROLE_TEXT, "abc"), 5, "the column behind the text");
    is_str(line(0), "  abc", "text at its place, no blanks at the end");
    canvas_puts(&canvas, whole, 8, 1, ROLE_TEXT, "abc");
    is_str(line(1), "        ab", "cut at the edge");
    is_int(canvas_puts(&canvas, whole, 0, 3, ROLE_TEXT, "x"), 0, "nothing below the area");
    is_int(canvas_puts(&canvas, whole, 10, 0, ROLE_TEXT, "x"), 10, "nothing beside it");
    is_int(canvas_puts(&canvas, whole, 0, 0, ROLE_TEXT, NULL), 0, "NULL is no text");
    canvas_free(&canvas);
}

static void test_untrusted(void)
{
    start(40, 4);
    canvas_puts(&canvas, whole, 0, 0, ROLE_TEXT, "a\033[31mb\nc");
    is_str(line(0), "a\\x1b[31mb\\nc", "escape sequences and newlines are shown, not obeyed");
    canvas_puts(&canvas, whole, 0, 1, ROLE_TEXT, "x\xff\xfey");
    is_str(line(1), "x\\xff\\xfey", "invalid bytes too");
    canvas_puts(&canvas, whole, 0, 2, ROLE_TEXT, "\u202eabc");
    is_str(line(2), "\\u202eabc", "and marks that turn the direction");
    canvas_free(&canvas);
}

static void test_wide(void)
{
    start(6, 2);
    is_int(canvas_puts(&canvas, whole, 0, 0, ROLE_TEXT, "漢字x"), 5, "a wide character takes two columns");
    is_str(line(0), "漢字x", "and is written once");
    canvas_puts(&canvas, whole, 1, 0, ROLE_TEXT, "a");
    is_str(line(0), " a字x", "drawing over its right half leaves no half");
    canvas_puts(&canvas, whole, 2, 0, ROLE_TEXT, "b");
    is_str(line(0), " ab x", "drawing over its left half leaves no half");
    canvas_puts(&canvas, whole, 5, 1, ROLE_TEXT, "漢");
    is_str(line(1), "", "where only one column is left, it is not drawn");
    canvas_fill(&canvas, whole, ROLE_TEXT);
    is_int(canvas_puts(&canvas, whole, 0, 0, ROLE_TEXT, "e\u0301x"), 2, "a combining mark takes no column");
    is_str(line(0), "e\u0301x", "and stays with its base");
    canvas_puts(&canvas, whole, 0, 1, ROLE_TEXT, "\u0301x");
    is_str(line(1), "x", "one without a base is left out");
    canvas_free(&canvas);
}

static void test_fit(void)
{
    start(12, 1);
    canvas_fit(&canvas, whole, 0, 0, 6, FIT_LEFT, ROLE_TEXT, "abcdefgh");
    is_str(line(0), "abcde…", "too long text is cut at its end");
    canvas_fit(&canvas, whole, 0, 0, 6, FIT_TAIL, ROLE_TEXT, "abcdefgh");
    is_str(line(0), "…defgh", "or at its beginning");
    canvas_fit(&canvas, whole, 0, 0, 6, FIT_RIGHT, ROLE_TEXT, "abc");
    is_str(line(0), "   abc", "to the right");
    canvas_fit(&canvas, whole, 0, 0, 6, FIT_LEFT, ROLE_TEXT, "a");
    is_str(line(0), "a", "what stood there is gone");
    canvas_fit(&canvas, whole, 0, 0, 4, FIT_LEFT, ROLE_TEXT, "漢字漢");
    is_str(line(0), "漢…", "no half of a wide character at the cut");
    canvas_fit(&canvas, whole, 8, 0, 20, FIT_LEFT, ROLE_TEXT, "abcdefgh");
    is_str(line(0), "漢…     abc…", "never beyond the area");
    canvas_free(&canvas);
}

static void test_frame(void)
{
    struct area in;

    start(6, 4);
    in = canvas_frame(&canvas, (struct area){1, 0, 5, 3}, ROLE_BORDER);
    is_str(line(0), " ┌───┐", "upper edge");
    is_str(line(1), " │   │", "sides");
    is_str(line(2), " └───┘", "lower edge");
    ok(in.x == 2 && in.y == 1 && in.w == 3 && in.h == 1, "the area inside");
    in = canvas_frame(&canvas, (struct area){0, 0, 1, 1}, ROLE_BORDER);
    ok(in.w == 0 && in.h == 0, "too small for a frame: none");
    in = canvas_frame(&canvas, (struct area){4, 2, 50, 50}, ROLE_BORDER);
    ok(in.w == 0 && in.h == 0, "an area beyond the canvas is cut");
    canvas_free(&canvas);
}

static void test_changes(void)
{
    int from, to;
    struct gd_error err = {0};

    start(10, 2);
    ok(canvas_changed(&canvas, 0, &from, &to) && from == 0 && to == 10, "at first all is new");
    canvas_settle(&canvas);
    ok(!canvas_changed(&canvas, 0, &from, &to), "settled: nothing");
    canvas_puts(&canvas, whole, 3, 0, ROLE_TEXT, "ab");
    ok(canvas_changed(&canvas, 0, &from, &to) && from == 3 && to == 5, "only what was drawn");
    ok(!canvas_changed(&canvas, 1, &from, &to), "and no other line");
    canvas_settle(&canvas);
    canvas_tint(&canvas, whole, 4, 0, 1, ROLE_CURSOR);
    ok(canvas_changed(&canvas, 0, &from, &to) && from == 4 && to == 5, "a role is a change");
    canvas_settle(&canvas);
    canvas_puts(&canvas, whole, 3, 0, ROLE_TEXT, "漢");
    canvas_settle(&canvas);
    canvas_puts(&canvas, whole, 4, 0, ROLE_TEXT, "x");
    ok(canvas_changed(&canvas, 0, &from, &to) && from == 3 && to == 5, "both halves of a wide character");
    canvas_forget(&canvas);
    ok(canvas_changed(&canvas, 1, &from, &to) && to - from == 10, "forgotten: all");
    ok(canvas_resize(&canvas, 4, 1, &err) == GD_OK && canvas.w == 4, "smaller");
    is_str(line(0), "", "and blank");
    canvas_free(&canvas);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    test_text();
    test_untrusted();
    test_wide();
    test_fit();
    test_frame();
    test_changes();
    return done_testing();
}
