/* The console's stack of panes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "console_i.h"
#include "panes.h"

struct pane *console_top(const struct console *console)
{
    return console->n_over ? console->over[console->n_over - 1] : NULL;
}

struct pane *console_focus(const struct console *console)
{
    struct pane *top = console_top(console);

    return top ? top : console->focus ? console->detail : console->list;
}

bool console_holds(const struct console *console, const struct pane *pane)
{
    for (int i = 0; i < console->n_over; i++)
        if (console->over[i] == pane)
            return true;
    return false;
}

void console_push(struct console *console, struct pane *pane)
{
    if (!pane)
        return;
    if (console->n_over == PANES_MOST) {
        pane->class->free(pane);
        console_say(console, ROLE_WARN, "too many panes are open: close one first");
        return;
    }
    console->over[console->n_over++] = pane;
    console_layout(console);
}

void console_drop(struct console *console, struct pane *pane)
{
    for (int i = 0; i < console->n_over; i++) {
        if (console->over[i] != pane)
            continue;
        for (int k = i + 1; k < console->n_over; k++)
            console->over[k - 1] = console->over[k];
        console->n_over--;
        pane->class->free(pane);
        console_layout(console);
        return;
    }
}
