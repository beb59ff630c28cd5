/* Where the console was left, and coming back there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PLACE_H
#define TUI_PLACE_H

#include "console_i.h"

void place_keep(struct console *console);
void place_recall(struct console *console);

#endif
