/* What the console says in its foot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdarg.h>
#include <stdio.h>

#include "console_i.h"

void console_say(struct console *console, enum role role, const char *fmt, ...)
{
    va_list args;

    va_start(args, fmt);
    vsnprintf(console->said, sizeof console->said, fmt, args);
    va_end(args);
    console->said_role = role;
    console_dirty(console, DIRTY_FOOT);
}

void console_fail(struct console *console, const struct gd_error *error)
{
    console_say(console, ROLE_ERROR, "%s%s%s", error->what, error->advice[0] ? ": " : "", error->advice);
}
