/* The lines at the top and at the bottom of the console. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_BARS_H
#define TUI_BARS_H

#include "console_i.h"

void bars_header(struct console *console, struct canvas *canvas, struct area area);
void bars_foot(struct console *console, struct canvas *canvas, struct area area);

/* The window's title: program, profile, tenant. */
void bars_title(const struct console *console, char *out, size_t room);

#endif
