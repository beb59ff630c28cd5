/* The console: the screen on a terminal (or a script without one). main opens desk and configuration and
 * hands them over. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_CONSOLE_H
#define TUI_CONSOLE_H

#include "../api/desk.h"
#include "job.h"
#include "options.h"

struct demo;

/* Runs the console until it is left; the exit status of the process. All is borrowed; demo is NULL without
 * --demo. options->script names a file of keys to play. What goes wrong is said on standard error, after the
 * terminal was given back. */
int console_run(struct gd_desk *desk, struct gd_config *config, const struct options *options,
                struct demo *demo);

/* Opens the help that filters and runs. */
void console_help(struct console *console);

/* Runs a console-only command (a row without GD_CF_SHELL): all of these are bound to this one function. */
void cmd_console(struct job *job);

#endif
