/* A question in the middle of the screen. The focus starts on Cancel; y, or the word that is asked for,
 * confirms. A pasted newline, a key held down since before the dialog stood there, or one that came with the
 * key that opened it never does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/when.h"
#include "panes.h"

enum { DIALOG_W = 64, MARGIN = 3 };

struct dialog {
    struct pane pane;
    char title[80];
    char *text;
    char word[120];
    bool plain; /* the word is y: one key */
    struct lineedit typed;
    int top, lines, height; /* of the text, where it scrolls */
    bool on_confirm;        /* the button with the focus */
    bool painted;           /* a person can have seen it: keys read before that never reach it */
    int64_t painted_ms;
    sink_answer_fn *answer;
    void *arg;
};

static struct dialog *of(struct pane *pane)
{
    return (struct dialog *)pane;
}

static void finish(struct dialog *self, bool yes)
{
    sink_answer_fn *answer = self->answer;
    void *arg = self->arg;
    struct console *console = self->pane.console;

    self->answer = NULL;
    console_drop(console, &self->pane);
    if (answer)
        answer(arg, yes);
}

void *dialog_retract(struct pane *pane)
{
    void *arg = of(pane)->arg;

    of(pane)->answer = NULL;
    console_drop(pane->console, pane);
    return arg;
}

/* Whether this key may confirm: pressed anew since the dialog was on the screen. */
static bool is_fresh(const struct dialog *self)
{
    return self->painted && self->pane.console->pressed_ms >= self->painted_ms;
}

static bool word_matches(const struct dialog *self)
{
    return !self->plain && strcmp(self->typed.text.data, self->word) == 0;
}

static bool press(struct dialog *self)
{
    if (!self->on_confirm && !word_matches(self)) {
        if (!self->plain && self->typed.text.len > 0)
            console_say(self->pane.console, ROLE_WARN, "that is not “%s”: nothing was done", self->word);
        else
            finish(self, false);
        return true;
    }
    if (!self->plain && !word_matches(self))
        console_say(self->pane.console, ROLE_WARN, "type “%s” first", self->word);
    else if (is_fresh(self))
        finish(self, true);
    return true;
}

static bool event_of_word(struct dialog *self, const struct event *event)
{
    if (self->painted) /* what came with the key that opened it was meant for something else */
        lineedit_event(&self->typed, event);
    return true;
}

static bool scroll(struct dialog *self, int by)
{
    int most = self->lines > self->height ? self->lines - self->height : 0;

    self->top += by;
    if (self->top > most)
        self->top = most;
    if (self->top < 0)
        self->top = 0;
    return true;
}

static bool event(struct pane *pane, const struct event *event)
{
    struct dialog *self = of(pane);

    if (event->type == EVENT_PASTE)
        return self->plain ? true : event_of_word(self, event);
    switch (event->code) {
    case KEY_CODE_ESC:
        finish(self, false);
        return true;
    case KEY_CODE_ENTER:
        return press(self);
    case KEY_CODE_UP:
        return scroll(self, -1);
    case KEY_CODE_DOWN:
        return scroll(self, 1);
    case KEY_CODE_PAGE_UP:
        return scroll(self, -self->height);
    case KEY_CODE_PAGE_DOWN:
        return scroll(self, self->height);
    case KEY_CODE_TAB:
    case KEY_CODE_BACKTAB:
        self->on_confirm = !self->on_confirm;
        return true;
    case KEY_CODE_LEFT:
    case KEY_CODE_RIGHT:
        if (self->plain) {
            self->on_confirm = event->code == KEY_CODE_RIGHT;
            return true;
        }
        break;
    default:
        break;
    }
    if (event->code == KEY_CTRL('c') || event->code == KEY_CTRL('l') || event->code == KEY_CTRL('z'))
        return false;
    if (!self->plain)
        return event_of_word(self, event);
    if (event->code == 'y' && is_fresh(self))
        finish(self, true);
    else if (event->code == 'n' || event->code == 'q')
        finish(self, false);
    return true;
}

static int text_lines(const struct dialog *self, int width, struct prose *prose)
{
    prose_init(prose, width);
    prose_line(prose);
    prose_words(prose, 0, ROLE_TEXT, self->text);
    return prose->n_lines;
}

static void size(struct pane *pane, int *w, int *h)
{
    struct prose prose;
    int lines;

    if (*w > DIALOG_W)
        *w = DIALOG_W;
    lines = text_lines(of(pane), *w - 2 - 2 * MARGIN, &prose);
    prose_free(&prose);
    lines += of(pane)->plain ? 6 : 8;
    if (*h > lines)
        *h = lines;
}

static void draw_buttons(const struct dialog *self, struct canvas *canvas, struct area in)
{
    const char *confirm = self->plain ? "  Yes: y  " : "  Confirm  ", *cancel = "  Cancel: Esc  ";
    int w = canvas_width(canvas, confirm), x = in.w - MARGIN - w - canvas_width(canvas, cancel) - 2;

    x = canvas_puts(canvas, in, x, in.h - 2, self->on_confirm ? ROLE_BUTTON : ROLE_BUTTON_FOCUS, cancel);
    canvas_puts(canvas, in, x + 2, in.h - 2, self->on_confirm ? ROLE_BUTTON_FOCUS : ROLE_BUTTON, confirm);
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct dialog *self = of(pane);
    struct area in = canvas_frame(canvas, area, ROLE_DANGER), text;
    struct prose prose;

    canvas_fill(canvas, in, ROLE_TEXT);
    canvas_putf(canvas, area, 2, 0, ROLE_DANGER, " %s ", self->title);
    text = (struct area){in.x + MARGIN, in.y + 1, in.w - 2 * MARGIN, in.h - (self->plain ? 4 : 6)};
    text_lines(self, text.w, &prose);
    self->lines = prose.n_lines;
    self->height = text.h > 0 ? text.h : 1;
    scroll(self, 0);
    prose_draw(&prose, canvas, text, self->top);
    if (prose.n_lines > text.h)
        canvas_putf(canvas, in, MARGIN, 1 + text.h, ROLE_WARN, "↑↓ lines %d–%d of %d", self->top + 1,
                    self->top + self->height < self->lines ? self->top + self->height : self->lines,
                    self->lines);
    prose_free(&prose);
    if (!self->plain) {
        int x = canvas_putf(canvas, in, MARGIN, in.h - 4, ROLE_TEXT, "To confirm, type %s: ", self->word);

        lineedit_draw(&self->typed, canvas, in, x, in.h - 4, in.w - MARGIN - x, ROLE_FIELD_FOCUS, focus);
    }
    draw_buttons(self, canvas, in);
    if (!self->painted)
        self->painted_ms = gd_mono_ms();
    self->painted = true;
}

static void dialog_free(struct pane *pane)
{
    struct dialog *self = of(pane);

    if (self->answer)
        self->answer(self->arg, false);
    lineedit_free(&self->typed);
    gd_free(self->text);
    gd_free(self);
}

static const struct hint hints[] = {{GD_C_BACK, "Esc", "cancel"},
                                    {GD_C_PANE_NEXT, "Tab", "other button"},
                                    {GD_C_OPEN, "Enter", "press"},
                                    {0}};

static const struct pane_class dialog_class = {
    .name = "dialog",
    .place = PLACE_BOX,
    .modal = true,
    .hints = hints,
    .draw = draw,
    .event = event,
    .size = size,
    .free = dialog_free,
};

struct pane *dialog_new(struct console *console, const char *title, const char *text, const char *word,
                        sink_answer_fn *fn, void *arg)
{
    struct dialog *self = gd_calloc(1, sizeof *self);
    size_t len = strlen(text);

    if (!self)
        return NULL;
    self->pane = (struct pane){&dialog_class, console};
    lineedit_init(&self->typed);
    while (len > 0 && text[len - 1] == '\n')
        len--;
    self->text = gd_strndup(text, len);
    if (!self->text) {
        dialog_free(&self->pane);
        return NULL;
    }
    snprintf(self->title, sizeof self->title, "%s", title);
    snprintf(self->word, sizeof self->word, "%s", word);
    self->plain = strcmp(word, "y") == 0;
    self->answer = fn;
    self->arg = arg;
    return &self->pane;
}
