/* Copying into the terminal's clipboard. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_COPY_H
#define TUI_COPY_H

#include "console_i.h"

enum { COPY_MOST = 64 * 1024 };
enum copy { COPY_ID, COPY_ROW, COPY_SHELL, COPY_CURL };

/* Copies a text, and says that what was. */
void copy_text(struct console *console, const char *what, const char *text);

/* Copies of the row under the cursor, numbers and PINs masked unless they are revealed. GD_INPUT: no row. */
GD_MUST_USE enum gd_rc copy_here(struct console *console, enum copy what, struct gd_error *err);

/* Asks what to copy. */
void copy_choose(struct console *console);

#endif
