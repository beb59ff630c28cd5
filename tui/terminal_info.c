/* Keeps the terminal's description of curses apart from that of readline, which shares the library below
 * both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal.h"

#include <curses.h>
#include <term.h>

void *terminal_hold(void)
{
    return cur_term;
}

void terminal_release(void *held)
{
    if (cur_term != held)
        set_curterm(held);
}
