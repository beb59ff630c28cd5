/* The commands that only the console has. Panes do theirs; what is left is done here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../api/audit.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "console_i.h"
#include "copy.h"
#include "panes.h"
#include "table.h"
#include "terminal.h"

enum { REVEAL_MS = 20000 };

static enum gd_rc join(const struct act *act, struct gd_buf *out, struct gd_error *err)
{
    gd_buf_init(out, 64 * 1024);
    for (int i = 0; i < act->argc; i++)
        gd_buf_addf(out, "%s%s", i ? " " : "", act->argv[i]);
    return gd_buf_check(out, "the line", err);
}

static void set_focus(struct console *console, int focus)
{
    console->focus = focus;
    if (focus)
        pane_detail_open(console->detail);
    else
        pane_detail_close(console->detail);
    console_layout(console);
}

enum gd_rc console_reveal(struct console *console, const struct gd_alloc *alloc, struct gd_error *err)
{
    const struct gd_profile *profile = console->desk->profile;
    const char *result = profile->reveal ? "done" : "refused: reveal = no";
    struct gd_error why = {0};

    if (gd_audit(console->desk->ledger, profile->name, "reveal", alloc->v[GD_F_ID], result, &why) != GD_OK)
        return gd_fail(err, why.rc, why.advice, "not revealed, since that could not be recorded: %s",
                       why.what);
    if (!profile->reveal)
        return gd_fail(err, GD_REFUSED, "ask whoever keeps the configuration",
                       "profile %s does not reveal numbers and PINs", profile->name);
    console->reveal_row = alloc->row;
    console->reveal_until = gd_mono_ms() + REVEAL_MS;
    console_dirty(console, DIRTY_FIRST | DIRTY_SECOND | DIRTY_OVER);
    console_say(console, ROLE_REVEALED, "%s is shown whole for 20 seconds; that is recorded",
                alloc->v[GD_F_ID]);
    return GD_OK;
}

static void reveal(struct console *console, struct gd_error *err)
{
    const struct gd_alloc *alloc = console_here(console);

    if (!alloc || !alloc->v[GD_F_ID])
        (void)gd_fail(err, GD_INPUT, NULL, "there is no row to reveal");
    else if (console_reveal(console, alloc, err) != GD_OK)
        return;
}

static void save_screen(struct console *console, const struct act *act, struct gd_error *err)
{
    struct gd_buf text;
    FILE *file;
    bool failed;

    if (act->argc != 1) {
        (void)gd_fail(err, GD_INPUT, NULL, "save-screen takes one file");
        return;
    }
    console_draw(console);
    gd_buf_init(&text, (size_t)16 << 20);
    canvas_text(&console->canvas, &text);
    file = fopen(act->argv[0], "we");
    failed = !file || text.failed || fwrite(text.data, 1, text.len, file) != text.len;
    if (file && fclose(file) != 0)
        failed = true;
    if (failed)
        (void)gd_fail(err, GD_IO, "choose another file", "the screen could not be written to %s",
                      act->argv[0]);
    gd_buf_wipe(&text);
}

static void view(struct console *console, const struct act *act, struct gd_error *err)
{
    static struct pane *(*const views[])(struct console *, struct gd_error *) = {
        NULL, NULL,          view_staged_new, view_operations_new, pane_settings_new, view_events_new,
        NULL, view_audit_new};
    int n = act->argc == 1 ? act->argv[0][0] - '0' : 0;

    if (n < 1 || n > 7) {
        (void)gd_fail(err, GD_INPUT, NULL, "views are 1 to 7");
        return;
    }
    while (console->n_over)
        console_drop(console, console_top(console));
    if (n == 1)
        set_focus(console, 0);
    else if (views[n])
        console_push(console, views[n](console, err));
    else
        (void)gd_fail(err, GD_INPUT, "1 allocations, 2 staged, 3 operations, 4 settings, 5 events, 7 audit",
                      "there is nothing in view %d", n);
}

static void turn_focus(struct console *console)
{
    set_focus(console, !console->focus);
}

static void back(struct console *console)
{
    struct pane *top = console_top(console);

    if (top)
        console_drop(console, top);
    else if (console->zoom) {
        console->zoom = false;
        console_layout(console);
    } else if (console->focus)
        set_focus(console, 0);
    else
        console_say(console, ROLE_DIM, "this is the first screen; :q leaves greendesk");
}

static void filter(struct console *console, const struct act *act, struct gd_error *err)
{
    struct gd_buf text;

    if (act->argc == 0) {
        console_push(console, filterbar_new(console, NULL, 0));
        return;
    }
    if (join(act, &text, err) == GD_OK &&
        pane_list_set_filter(console->list, text.data, false, NULL, err) == GD_OK)
        line_history_add(&console->filters, text.data);
    gd_buf_free(&text);
}

static void prompt(struct console *console, const struct act *act, struct gd_error *err)
{
    struct gd_buf text;

    if (join(act, &text, err) == GD_OK)
        console_push(console, prompt_new(console, text.data));
    gd_buf_free(&text);
}

static void edit(struct console *console, const struct act *act, struct gd_error *err)
{
    const struct gd_alloc *alloc = console_here(console);
    struct gd_alloc read = {0};
    struct pane *form;
    bool found = true;

    if (act->argc == 1 && gd_ledger_get(console->desk->ledger, act->argv[0], &read, &found, err) != GD_OK)
        return;
    if (!found)
        (void)gd_fail(err, GD_INPUT, "get ID reads it from the API first", "%s is not known here",
                      act->argv[0]);
    else if (act->argc == 0 && !alloc)
        (void)gd_fail(err, GD_INPUT, NULL, "there is no row to edit");
    else if (form_edit_new(console, act->argc ? &read : alloc, &form, err) == GD_OK)
        console_push(console, form);
    gd_alloc_clear(&read);
}

static bool add_marked(void *arg, const char *id)
{
    struct form_ids *ids = arg;

    ids->v[ids->n] = gd_strdup(id);
    return ids->v[ids->n] && ++ids->n;
}

/* One form for all marked rows: these, whatever is marked later. */
static void edit_marked(struct console *console, struct gd_error *err)
{
    int64_t marked = pane_list_marked(console->list, NULL);
    struct form_ids ids = {0};
    struct pane *form;

    if (marked == 0) {
        (void)gd_fail(err, GD_INPUT, "Space marks one, * all that match", "no row is marked");
        return;
    }
    ids.v = gd_calloc((size_t)marked + 1, sizeof *ids.v);
    if (ids.v)
        pane_list_each_mark(console->list, add_marked, &ids);
    if (!ids.v || (int64_t)ids.n != marked)
        (void)gd_fail_memory(err);
    else if (form_edit_many_new(console, &ids, &form, err) == GD_OK)
        console_push(console, form);
    form_ids_free(&ids);
}

static void copy(struct console *console, const struct act *act, struct gd_error *err)
{
    static const char *const names[] = {"id", "row", "shell", "curl"};

    if (act->argc == 0) {
        copy_choose(console);
        return;
    }
    for (int i = 0; i < 4; i++) {
        if (strcmp(act->argv[0], names[i]) != 0)
            continue;
        if (copy_here(console, (enum copy)i, err) != GD_OK)
            return;
        return;
    }
    (void)gd_fail(err, GD_INPUT, "copy id, row, shell or curl", "copy does not know %.40s", act->argv[0]);
}

static void interrupt(struct console *console)
{
    struct pane *top = console_top(console);

    if (console_stop_job(console))
        return;
    if (top && top->class->modal)
        console_drop(console, top);
    else
        console_say(console, ROLE_DIM, "nothing is under way; :q leaves greendesk");
}

static void quit(struct console *console)
{
    int jobs = console_jobs(console, NULL);

    if (jobs > 0) {
        console_say(console, ROLE_WARN, "%d command%s under way: %s stops it", jobs,
                    jobs > 1 ? "s are" : " is", console_key(console, GD_C_INTERRUPT));
        return;
    }
    console->quitting = true;
}

static void redraw(struct console *console)
{
    if (console->terminal)
        terminal_repaint(console->terminal, &console->canvas);
    console_layout(console);
}

static void general(struct console *console, const struct act *act, struct gd_error *err)
{
    switch (act->id) {
    case GD_C_FILTER:
        filter(console, act, err);
        break;
    case GD_C_PROMPT:
        prompt(console, act, err);
        break;
    case GD_C_EDIT:
        edit(console, act, err);
        break;
    case GD_C_COPY:
        copy(console, act, err);
        break;
    case GD_C_EDIT_MARKED:
        edit_marked(console, err);
        break;
    case GD_C_REVEAL:
        reveal(console, err);
        break;
    case GD_C_OPEN:
        set_focus(console, 1);
        break;
    case GD_C_BACK:
    case GD_C_CLOSE:
        back(console);
        break;
    case GD_C_PANE_NEXT:
    case GD_C_PANE_PREVIOUS:
        turn_focus(console);
        break;
    case GD_C_VIEW:
        view(console, act, err);
        break;
    case GD_C_ZOOM:
        console->zoom = !console->zoom;
        console_layout(console);
        break;
    case GD_C_REDRAW:
        redraw(console);
        break;
    case GD_C_SUSPEND:
        if (console->terminal)
            terminal_suspend(console->terminal);
        break;
    case GD_C_INTERRUPT:
        interrupt(console);
        break;
    case GD_C_SAVE_SCREEN:
        save_screen(console, act, err);
        break;
    case GD_C_QUIT:
        quit(console);
        break;
    default:
        (void)gd_fail(err, GD_INPUT, NULL, "%s does nothing here", gd_commands[act->id].name);
        break;
    }
}

enum gd_rc console_act(struct console *console, const struct act *act, struct gd_error *err)
{
    struct pane *pane = console_focus(console);

    if (!pane->class->act || !pane->class->act(pane, act, err))
        general(console, act, err);
    return err->rc;
}

void console_help(struct console *console)
{
    console_push(console, pane_help_new(console, NULL));
}

void cmd_console(struct job *job)
{
    struct act act = {(enum gd_command_id)(job->command - gd_commands), job->argc, job->argv};

    job_done(job, console_act(job->console, &act, &job->error));
}
