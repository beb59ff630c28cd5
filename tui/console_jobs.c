/* Commands that run in the console: each is a job with a sink of its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "console_i.h"
#include "panes.h"

struct console_job {
    struct console_job *next;
    struct console *console;
    struct job *job;
    struct sink *sink;
    bool quiet;
    char name[40];
    console_then_fn *then;
    void *then_arg;
};

static void unlink_job(struct console *console, struct console_job *entry)
{
    for (struct console_job **at = &console->jobs; *at; at = &(*at)->next) {
        if (*at == entry) {
            *at = entry->next;
            return;
        }
    }
}

/* Whether it is one of those that are over as soon as they begin. */
static bool is_passing(const struct console_job *entry)
{
    return !entry->job->command || !(entry->job->command->flags & GD_CF_SHELL);
}

static void free_entry(struct console_job *entry)
{
    entry->sink->class->free(entry->sink);
    job_free(&entry->job);
    gd_free(entry);
}

/* Says how a job ended: its words, else its last note. */
static void report(struct console_job *entry, enum gd_rc rc, bool shown)
{
    struct console *console = entry->console;
    const char *note = sink_pane_note(entry->sink);

    if (rc == GD_CANCELLED)
        console_say(console, ROLE_WARN, "%s", entry->job->error.what[0] ? entry->job->error.what : "stopped");
    else if (rc != GD_OK && entry->job->error.what[0])
        console_fail(console, &entry->job->error);
    else if (rc != GD_OK)
        console_say(console, ROLE_ERROR, "%s", *note ? note : "not all of it went well");
    else if (*note && !shown)
        console_say(console, ROLE_GOOD, "%s", note);
}

static void on_done(struct job *job, enum gd_rc rc, void *arg)
{
    struct console_job *entry = arg;
    struct console *console = entry->console;
    bool shown;

    unlink_job(console, entry);
    shown = sink_pane_show(entry->sink, job->command && (job->command->flags & GD_CF_WRITES));
    report(entry, rc, shown);
    if (rc != GD_OK && rc != GD_CANCELLED && console->status == 0)
        console->status = gd_exit_status(rc);
    if (entry->then)
        entry->then(entry->then_arg, rc, &entry->job->error);
    for (int i = 0; i < console->n_over && !is_passing(entry); i++)
        if (console->over[i]->class->changed)
            console->over[i]->class->changed(console->over[i]);
    if (!is_passing(entry)) { /* what it changed is shown at once */
        console->tick_at = console->reread_at = 0;
        console_refresh(console);
    }
    free_entry(entry);
    console_dirty(console, DIRTY_HEADER | DIRTY_FOOT | DIRTY_OVER);
}

static bool pick_one(void *arg, const char *id)
{
    struct job *job = arg;

    return job_pick_add(job, id, &job->error) == GD_OK;
}

/* The rows that a command without ids is about: the marked ones, else the one under the cursor. */
static enum gd_rc pick(struct job *job, struct gd_error *err)
{
    struct console *console = job->console;
    const struct gd_alloc *alloc = console_here(console);
    struct pane *focus = console_focus(console);

    if (focus->class->pick)
        return focus->class->pick(focus, job, err) ? GD_OK : err->rc;
    if ((job->command->flags & GD_CF_MARKED) && pane_list_marked(console->list, NULL) > 0) {
        pane_list_each_mark(console->list, pick_one, job);
        return job->error.rc;
    }
    if (!(job->command->flags & GD_CF_ROW) || !alloc || !alloc->v[GD_F_ID])
        return gd_fail(err, GD_INPUT, "choose a row of the list, or name an id", "there is no row for %s",
                       job->command->name);
    return job_pick_add(job, alloc->v[GD_F_ID], err);
}

static struct console_job *make_entry(struct console *console, bool quiet)
{
    struct console_job *entry = gd_calloc(1, sizeof *entry);

    if (!entry)
        return NULL;
    entry->console = console;
    entry->quiet = quiet;
    entry->job = job_new();
    entry->sink = sink_pane_new(console, quiet);
    if (!entry->job || !entry->sink) {
        job_free(&entry->job);
        if (entry->sink)
            entry->sink->class->free(entry->sink);
        gd_free(entry);
        return NULL;
    }
    return entry;
}

void console_run_words(struct console *console, int argc, char *const *argv, bool quiet,
                       console_then_fn *then, void *arg)
{
    struct console_job *entry = make_entry(console, quiet);
    struct gd_error err = {0};

    if (!entry) {
        (void)gd_fail_memory(&err);
        console_fail(console, &err);
        if (then)
            then(arg, GD_NO_MEMORY, &err);
        return;
    }
    entry->then = then;
    entry->then_arg = arg;
    snprintf(entry->name, sizeof entry->name, "%s", argc ? argv[0] : "");
    entry->job->desk = console->desk;
    entry->job->config = console->config;
    entry->job->loop = console->loop;
    entry->job->sink = entry->sink;
    entry->job->console = console;
    entry->job->done = on_done;
    entry->job->done_arg = entry;
    entry->job->pick = pick;
    entry->next = console->jobs;
    console->jobs = entry;
    job_run(entry->job, argc, argv);
}

void console_run_line(struct console *console, const char *line)
{
    struct gd_error err = {0};
    char **argv;
    int argc;

    line += strspn(line, " \t:");
    if (job_words(line, &argc, &argv, &err) != GD_OK) {
        console_fail(console, &err);
        if (console->status == 0)
            console->status = gd_exit_status(err.rc);
        return;
    }
    if (argc > 0)
        console_run_words(console, argc, argv, false, NULL, NULL);
    job_words_free(argc, argv);
}

int console_jobs(const struct console *console, int *asking)
{
    int n = 0;

    if (asking)
        *asking = 0;
    for (const struct console_job *entry = console->jobs; entry; entry = entry->next) {
        if (is_passing(entry))
            continue;
        n++;
        if (asking && sink_pane_asking(entry->sink))
            ++*asking;
    }
    return n;
}

bool console_stop_job(struct console *console)
{
    struct console_job *entry = console->jobs;

    while (entry && is_passing(entry))
        entry = entry->next;
    if (!entry)
        return false;
    console_say(console, ROLE_WARN, "stopping %s …", entry->name);
    job_stop(entry->job);
    return true;
}

void console_free_jobs(struct console *console)
{
    while (console->jobs) {
        struct console_job *entry = console->jobs;

        console->jobs = entry->next;
        if (entry->then)
            entry->then(entry->then_arg, GD_CANCELLED, &entry->job->error);
        free_entry(entry);
    }
}
