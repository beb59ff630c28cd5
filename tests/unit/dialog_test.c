/* Dialogs: what confirms and what never does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <stdarg.h>
#include <string.h>

#include "../../api/when.h"
#include "../../tui/panes.h"
#include "tap.h"

static struct console console;
static int answers, yes; /* how often it was answered, and the last answer */
static bool open;

/* ---- what the console does for a dialog ---- */

void console_drop(struct console *self, struct pane *pane)
{
    (void)self;
    open = false;
    pane->class->free(pane);
}

void console_say(struct console *self, enum role role, const char *fmt, ...)
{
    va_list args;

    (void)role;
    va_start(args, fmt);
    vsnprintf(self->said, sizeof self->said, fmt, args);
    va_end(args);
}

static void on_answer(void *arg, bool answer)
{
    (void)arg;
    answers++;
    yes = answer;
}

/* ---- helpers ---- */

static struct pane *begin(const char *word)
{
    struct pane *pane =
        dialog_new(&console, "Confirm", "Deallocate 1 allocation\nof acme.", word, on_answer, NULL);

    if (!pane)
        bail_out("no dialog");
    answers = 0;
    yes = -1;
    open = true;
    console.pressed_ms = 500;
    gd_clock_set(-1, 1000);
    return pane;
}

static void paint(struct pane *pane)
{
    int w = 80, h = 22;

    pane->class->size(pane, &w, &h);
    pane->class->draw(pane, &console.canvas, (struct area){8, 6, w, h}, true);
}

/* A key that was pressed anew at this time (milliseconds). */
static void press(struct pane *pane, int code, int64_t at)
{
    char text = (char)code;
    struct event event = {EVENT_KEY, code, &text, 1};

    console.pressed_ms = at;
    pane->class->event(pane, &event);
}

static void type(struct pane *pane, const char *text)
{
    for (; *text; text++)
        press(pane, *text, 2000);
}

static void end(struct pane *pane)
{
    if (open)
        console_drop(&console, pane);
}

/* ---- cases ---- */

static void test_plain(void)
{
    struct pane *pane = begin("y");

    press(pane, 'y', 900);
    is_int(answers, 0, "a key from before it was on the screen does nothing");
    paint(pane);
    press(pane, 'y', 900);
    is_int(answers, 0, "nor does one that is held down since before");
    press(pane, 'x', 2000);
    is_int(answers, 0, "other keys do nothing");
    press(pane, 'y', 2000);
    ok(answers == 1 && yes == 1, "y confirms");
    ok(!open, "and it is gone");
}

static void test_cancel(void)
{
    static const int keys[] = {KEY_CODE_ENTER, KEY_CODE_ESC, 'n', 'q'};

    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        struct pane *pane = begin("y");

        paint(pane);
        press(pane, keys[i], 2000);
        ok(answers == 1 && yes == 0, "key %d cancels: the focus is on Cancel", keys[i]);
        end(pane);
    }
}

static void test_buttons(void)
{
    struct pane *pane = begin("y");

    paint(pane);
    press(pane, KEY_CODE_TAB, 2000);
    press(pane, KEY_CODE_ENTER, 900);
    is_int(answers, 0, "Enter held down since before does not press the other button");
    press(pane, KEY_CODE_ENTER, 2000);
    ok(answers == 1 && yes == 1, "Enter on it does");
    end(pane);
}

static void test_paste(void)
{
    struct event paste = {EVENT_PASTE, -1, "y\n", 2};
    struct pane *pane = begin("y");

    paint(pane);
    pane->class->event(pane, &paste);
    is_int(answers, 0, "a paste confirms nothing");
    end(pane);
    paste = (struct event){EVENT_PASTE, -1, "acme\n", 5};
    pane = begin("acme");
    paint(pane);
    pane->class->event(pane, &paste);
    is_int(answers, 0, "a pasted word is typed, its newline is no Enter");
    press(pane, KEY_CODE_ENTER, 2000);
    ok(answers == 1 && yes == 1, "a typed Enter is");
    end(pane);
}

static void test_word(void)
{
    struct pane *pane = begin("480");

    paint(pane);
    press(pane, 'y', 2000);
    is_int(answers, 0, "y is no count");
    press(pane, KEY_CODE_BACKSPACE, 2000);
    type(pane, "48");
    press(pane, KEY_CODE_ENTER, 2000);
    is_int(answers, 0, "another count does not do");
    has_str(console.said, "480", "and it says so");
    press(pane, KEY_CODE_TAB, 2000);
    press(pane, KEY_CODE_ENTER, 2000);
    is_int(answers, 0, "not by the other button either");
    type(pane, "0");
    press(pane, KEY_CODE_ENTER, 2000);
    ok(answers == 1 && yes == 1, "the count does");
    end(pane);
}

static void test_taken_back(void)
{
    struct pane *pane = begin("y");

    dialog_retract(pane);
    ok(answers == 0 && !open, "taken back: nobody is told");
    pane = begin("y");
    console_drop(&console, pane);
    ok(answers == 1 && yes == 0, "dropped: that is a no");
}

int main(void)
{
    struct gd_error err = {0};

    setlocale(LC_CTYPE, "C.UTF-8");
    if (canvas_init(&console.canvas, 80, 24, &err) != GD_OK)
        bail_out("no canvas");
    test_plain();
    test_cancel();
    test_buttons();
    test_paste();
    test_word();
    test_taken_back();
    gd_clock_set(-1, -1);
    canvas_free(&console.canvas);
    return done_testing();
}
