/* From keys to commands: the pane on top first, then the bindings. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/when.h"
#include "console_i.h"
#include "panes.h"

enum { HELD_MS = 1500 /* keys begin to repeat after 200 to 700 ms; the rest is for slow lines */ };

const char *console_key(const struct console *console, enum gd_command_id command)
{
    static char name[KEY_NAME_MAX];

    return keymap_first(&console->keymap, command, name) ? name : "";
}

/* What works whatever is open. */
static bool always(enum gd_command_id id)
{
    return id == GD_C_INTERRUPT || id == GD_C_REDRAW || id == GD_C_SUSPEND;
}

/* Commands about rows that send nothing (staging) are over at once: on a key they say a line and open no
 * pane. */
static bool is_quiet(const struct gd_command *command)
{
    return (command->flags & GD_CF_ROW) && (command->flags & GD_CF_SHELL) &&
           !(command->flags & GD_CF_NETWORK);
}

static void run_binding(struct console *console, const struct binding *binding)
{
    struct gd_buf line;

    if (binding->args[0] == '\0') {
        char *name = (char *)(uintptr_t)binding->command->name;

        console_run_words(console, 1, &name, is_quiet(binding->command), NULL, NULL);
        return;
    }
    gd_buf_init(&line, 8192);
    gd_buf_addf(&line, "%s %s", binding->command->name, binding->args);
    if (!line.failed)
        console_run_line(console, line.data);
    gd_buf_free(&line);
}

/* Offers a command to a pane directly; whether it did it. */
static bool offer(struct console *console, struct pane *pane, const struct binding *binding)
{
    struct act act;
    struct gd_error err = {0};
    char *args;

    if (!binding || !pane->class->act)
        return false;
    args = binding->args;
    act = (struct act){(enum gd_command_id)(binding->command - gd_commands), *args != '\0', &args};
    if (!pane->class->act(pane, &act, &err))
        return false;
    if (err.rc != GD_OK)
        console_fail(console, &err);
    return true;
}

/* A modal pane lets through what always works and what it can do itself. */
static void on_modal_key(struct console *console, struct pane *pane, const struct binding *binding)
{
    if (binding && always((enum gd_command_id)(binding->command - gd_commands)))
        run_binding(console, binding);
    else
        offer(console, pane, binding);
}

static void say_unbound(struct console *console, int code)
{
    char name[KEY_NAME_MAX];

    if (code < 0)
        return;
    key_print(code, name);
    console_say(console, ROLE_DIM, "%s does nothing here; %s shows what the keys do", name,
                console_key(console, GD_C_HELP));
}

static void on_key(struct console *console, struct pane *top, const struct event *event)
{
    const struct binding *binding = keymap_find(&console->keymap, event->code, false);

    if (offer(console, console_focus(console), keymap_find(&console->keymap, event->code, true)))
        return;
    if (top && top->class->modal)
        on_modal_key(console, top, binding);
    else if (binding)
        run_binding(console, binding);
    else
        say_unbound(console, event->code);
}

/* What was copied from a ticket and pasted into the list is looked for. */
static void on_paste(struct console *console, struct pane *top, const struct event *event)
{
    if (top) {
        console_say(console, ROLE_DIM, "there is nothing to paste into here");
        return;
    }
    console_push(console, filterbar_new(console, event->text, event->len));
}

/* Keys of one kind that follow each other fast are one key held down. */
static void note_press(struct console *console, const struct event *event)
{
    int64_t now = gd_mono_ms();
    int code = event->type == EVENT_KEY ? event->code : -1;

    if (code != console->key_code || now - console->key_ms >= HELD_MS)
        console->pressed_ms = now;
    console->key_code = code;
    console->key_ms = now;
}

/* Where there is no room to see anything, a key does nothing but what needs no seeing: the : line, to leave.
 */
static bool works_unseen(const struct console *console, const struct pane *top, const struct event *event)
{
    const struct binding *binding = keymap_find(&console->keymap, event->code, false);
    enum gd_command_id id = binding ? (enum gd_command_id)(binding->command - gd_commands) : GD_C__COUNT;

    if (top && strcmp(top->class->name, "prompt") == 0)
        return true;
    return event->type == EVENT_KEY && binding &&
           (id == GD_C_REDRAW || id == GD_C_SUSPEND || (!top && id == GD_C_PROMPT));
}

void console_event(struct console *console, const struct event *event)
{
    struct pane *top = console_top(console);

    note_press(console, event);
    if (console->said[0]) {
        console->said[0] = '\0';
        console_dirty(console, DIRTY_FOOT);
    }
    if (console->layout.shape == LAYOUT_TOO_SMALL && !works_unseen(console, top, event))
        return;
    if (top && top->class->event && top->class->event(top, event)) {
        console_dirty(console, DIRTY_OVER);
        return;
    }
    if (event->type == EVENT_PASTE)
        on_paste(console, top, event);
    else
        on_key(console, top, event);
}
