/* The terminal: the only part that knows curses. Starts it, paints the canvas on it, and gives it back on
 * every way out. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TERMINAL_H
#define TUI_TERMINAL_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "canvas.h"
#include "input.h"
#include "theme.h"

struct terminal;

/* Takes the terminal of standard input and output. GD_INPUT where these are none, or one without the least
 * that is needed. One at a time in a process. */
GD_MUST_USE enum gd_rc terminal_open(const struct theme *theme, struct terminal **out, struct gd_error *err);
void terminal_close(struct terminal **terminal);

/* Columns and lines as they are now. */
void terminal_size(struct terminal *terminal, int *w, int *h);

/* Tells input the key sequences of the terminal's description. */
GD_MUST_USE enum gd_rc terminal_keys(struct terminal *terminal, struct input *input, struct gd_error *err);

/* Shows what changed on the canvas, and settles it. terminal_repaint forgets what was shown. */
void terminal_paint(struct terminal *terminal, struct canvas *canvas);
void terminal_repaint(struct terminal *terminal, struct canvas *canvas);

/* The window's title (escaped here). */
void terminal_title(struct terminal *terminal, const char *text);

/* Puts text into the terminal's clipboard (OSC 52), where the terminal lets it; false: too long. */
bool terminal_clip(struct terminal *terminal, const char *text, size_t len);

/* Stops the process as Ctrl-Z does, and takes the terminal again when it goes on. */
void terminal_suspend(struct terminal *terminal);

/* Where keys are read from: the descriptor, and what is there (0 the terminal is gone). */
int terminal_fd(const struct terminal *terminal);
ssize_t terminal_read(struct terminal *terminal, char *bytes, size_t room);

/* Signals that came: bits, taken by the call. The descriptor becomes readable when there are any. */
enum terminal_signal {
    TERMINAL_RESIZED = 1 << 0,
    TERMINAL_END = 1 << 1, /* SIGTERM or SIGHUP */
    TERMINAL_INTERRUPT = 1 << 2,
    TERMINAL_STOP = 1 << 3
};
int terminal_signal_fd(const struct terminal *terminal);
unsigned terminal_signals(struct terminal *terminal);

/* The terminal's description as curses uses it: held while a library runs that takes one for itself. */
void *terminal_hold(void);
void terminal_release(void *held);

#endif
