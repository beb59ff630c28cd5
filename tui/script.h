/* Scripts: keys and commands from a file, a step whenever the console is idle. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SCRIPT_H
#define TUI_SCRIPT_H

#include "console_i.h"

struct script;

/* Reads the file. Lines: "# comment", ":command", tokens that are all names of keys, or else text to be
 * typed, in which <Name> is a key. GD_INPUT, GD_IO. */
GD_MUST_USE enum gd_rc script_open(const char *path, struct script **out, struct gd_error *err);
void script_close(struct script **script);

/* Does the next step; false where there is none left. */
bool script_step(struct script *script, struct console *console);

/* The line of the step that was done last, for messages. */
int script_line(const struct script *script);

#endif
