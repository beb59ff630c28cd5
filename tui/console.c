/* The console: start, the one loop, end. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <locale.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../api/changeset.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "bars.h"
#include "console_i.h"
#include "demo.h"
#include "panes.h"
#include "place.h"
#include "script.h"
#include "terminal.h"

enum {
    TICK_MS = 1000,
    REREAD_MS = 100,   /* between two readings of a ledger that keeps changing … */
    READ_SHARE = 4,    /* … and that many times as long as they take */
    STUCK_MS = 120000, /* a script does not wait longer than that for one step */
    HISTORY_MOST = 200
};

bool console_revealed(const struct console *console, int64_t row)
{
    return row != 0 && row == console->reveal_row && gd_mono_ms() < console->reveal_until;
}

struct view console_view(const struct console *console, int64_t row)
{
    return (struct view){gd_now(), console->desk->place.zone_offset, console->desk->place.assumed,
                         console_revealed(console, row)};
}

/* ---- what comes in ---- */

static void take_events(struct console *console, bool late)
{
    struct event event;
    int wait;

    while (!console->quitting && input_next(&console->input, late, &event))
        console_event(console, &event);
    wait = input_wait(&console->input);
    console->input_late_at = wait < 0 ? 0 : gd_mono_ms() + wait;
}

static void on_input(void *arg, int fd, short events)
{
    struct console *console = arg;
    char bytes[4096];
    ssize_t n = terminal_read(console->terminal, bytes, sizeof bytes);

    (void)fd;
    (void)events;
    if (n <= 0) {
        console->quitting = true;
        return;
    }
    input_feed(&console->input, bytes, (size_t)n);
    gd_wipe(bytes, (size_t)n);
    take_events(console, false);
}

static void resize(struct console *console)
{
    struct gd_error err = {0};
    int w, h;

    terminal_size(console->terminal, &w, &h);
    if (w == console->canvas.w && h == console->canvas.h)
        console_dirty(console, DIRTY_ALL);
    else if (canvas_resize(&console->canvas, w, h, &err) != GD_OK)
        console_fail(console, &err);
    terminal_repaint(console->terminal,
                     &console->canvas); /* who knows what the terminal made of the old lines */
    console_layout(console);
}

static void on_signals(void *arg, int fd, short events)
{
    struct console *console = arg;
    unsigned signals = terminal_signals(console->terminal);
    struct event interrupt = {EVENT_KEY, KEY_CTRL('c'), "\003", 1};

    (void)fd;
    (void)events;
    if (signals & TERMINAL_STOP)
        terminal_suspend(console->terminal);
    if (signals & TERMINAL_RESIZED)
        resize(console);
    if (signals & TERMINAL_INTERRUPT)
        console_event(console, &interrupt);
    if (signals & TERMINAL_END)
        console->quitting = true;
}

/* ---- what passes by itself ---- */

/* The ledger changed, here or in another process: what is shown is read anew, though not all the time. */
static void look_at_ledger(struct console *console)
{
    int64_t now = gd_mono_ms(), version;
    struct gd_error err = {0};

    if (now < console->reread_at || pane_list_reading(console->list))
        return;
    version = gd_ledger_version(console->desk->ledger);
    if (version == console->version)
        return;
    console->version = version;
    console->reread_at = now + REREAD_MS;
    if (gd_ledger_count(console->desk->ledger, &console->known, &err) != GD_OK)
        console_fail(console, &err);
    pane_list_reread(console->list);
    pane_detail_reread(console->detail);
    console_dirty(console, DIRTY_HEADER);
}

void console_refresh(struct console *console)
{
    struct gd_error ignored = {0};

    if (gd_changeset_count(console->desk->ledger, &console->staged, &console->held, &ignored) != GD_OK)
        console->staged = console->held = 0;
    for (int i = 0; i < console->n_over; i++)
        if (console->over[i]->class->refresh)
            console->over[i]->class->refresh(console->over[i]);
    console_dirty(console, DIRTY_HEADER);
}

static void tick(struct console *console)
{
    int64_t now = gd_mono_ms();

    if (console->input_late_at && now >= console->input_late_at)
        take_events(console, true);
    if (console->reveal_row && now >= console->reveal_until) {
        console->reveal_row = 0;
        console_dirty(console, DIRTY_FIRST | DIRTY_SECOND | DIRTY_OVER);
    }
    if (now < console->tick_at)
        return;
    console->tick_at = now + TICK_MS;
    look_at_ledger(console);
    console_refresh(console);
    console_dirty(console, DIRTY_HEADER | DIRTY_FIRST | DIRTY_SECOND);
}

static int until(int64_t now, int64_t at, int most)
{
    int64_t ms = at - now;

    return at == 0 || ms > most ? most : ms < 0 ? 0 : (int)ms;
}

/* How long the loop may wait. */
static int wait_ms(const struct console *console)
{
    int64_t now = gd_mono_ms();
    int ms = until(now, console->tick_at, TICK_MS);

    ms = until(now, console->input_late_at, ms);
    if (console->reveal_row)
        ms = until(now, console->reveal_until, ms);
    if (console_jobs(console, NULL) > 0)
        ms = until(now, now + REREAD_MS, ms);
    return ms;
}

static bool work(void *arg, int64_t budget_us)
{
    struct console *console = arg;
    int64_t began = gd_mono_ms();

    console->working = pane_list_work(console->list, budget_us);
    console->reread_at += READ_SHARE * (gd_mono_ms() - began);
    return console->working;
}

/* Rows to read or to count are a slice of the loop: keys and answers come first. */
static enum gd_rc begin_work(struct console *console, struct gd_error *err)
{
    int id;

    if (console->working || !pane_list_busy(console->list))
        return GD_OK;
    console->working = true;
    if (gd_loop_slice(console->loop, work, console, &id) != GD_OK)
        return gd_fail_memory(err);
    console->work_id = id;
    return GD_OK;
}

/* ---- the script's side ---- */

static bool is_idle(struct console *console)
{
    int asking, jobs = console_jobs(console, &asking);

    return jobs == asking && !console->dirty && !gd_loop_busy(console->loop) && !console->working &&
           !pane_list_busy(console->list) && gd_ledger_version(console->desk->ledger) == console->version;
}

static void play(struct console *console)
{
    int64_t now = gd_mono_ms();

    if (!is_idle(console)) {
        if (!gd_loop_busy(console->loop))
            console->reread_at = 0; /* only the last changes are not shown yet */
        if (now - console->step_ms > STUCK_MS) {
            fprintf(stderr, "greendesk: the script stands still behind line %d\n",
                    script_line(console->script));
            console->status = 5;
            console->quitting = true;
        }
        return;
    }
    console->step_ms = now;
    if (!script_step(console->script, console))
        console->quitting = true;
}

/* ---- start and end ---- */

static int number_of(const char *name, int otherwise)
{
    const char *text = getenv(name);
    long n = text ? strtol(text, NULL, 10) : 0;

    return n > 0 && n < 1000 ? (int)n : otherwise;
}

static enum gd_rc open_terminal(struct console *console, int *w, int *h, struct gd_error *err)
{
    char title[256];
    int id;

    if (console->script && !isatty(STDOUT_FILENO)) {
        *w = number_of("COLUMNS", 80);
        *h = number_of("LINES", 24);
        return GD_OK;
    }
    if (terminal_open(&console->theme, &console->terminal, err) != GD_OK ||
        terminal_keys(console->terminal, &console->input, err) != GD_OK)
        return err->rc;
    terminal_size(console->terminal, w, h);
    bars_title(console, title, sizeof title);
    terminal_title(console->terminal, title);
    if (gd_loop_fd(console->loop, terminal_fd(console->terminal), POLLIN, on_input, console, &id) != GD_OK)
        return gd_fail_memory(err);
    console->input_id = id;
    if (gd_loop_fd(console->loop, terminal_signal_fd(console->terminal), POLLIN, on_signals, console, &id) !=
        GD_OK)
        return gd_fail_memory(err);
    console->signal_id = id;
    return GD_OK;
}

/* Widths of characters need a locale that knows them, also where the terminal's has only ASCII. */
static void choose_locale(void)
{
    setlocale(LC_ALL, "");
    if (MB_CUR_MAX == 1)
        setlocale(LC_CTYPE, "C.UTF-8");
}

static enum gd_rc start(struct console *console, struct gd_error *err)
{
    int w, h;

    choose_locale();
    input_init(&console->input);
    line_history_init(&console->filters, HISTORY_MOST);
    if (theme_load(&console->theme, console->config, err) != GD_OK ||
        keymap_load(&console->keymap, console->config, err) != GD_OK)
        return err->rc;
    if (console->options->script && script_open(console->options->script, &console->script, err) != GD_OK)
        return err->rc;
    if (open_terminal(console, &w, &h, err) != GD_OK || canvas_init(&console->canvas, w, h, err) != GD_OK)
        return err->rc;
    console->version = gd_ledger_version(console->desk->ledger);
    if (gd_ledger_count(console->desk->ledger, &console->known, err) != GD_OK ||
        pane_list_new(console, &console->list, err) != GD_OK)
        return err->rc;
    console->detail = pane_detail_new(console);
    if (!console->detail)
        return gd_fail_memory(err);
    console_layout(console);
    if (!console->script)
        place_recall(console);
    return GD_OK;
}

static void stop(struct console *console)
{
    if (console->first_drawn && !console->script)
        place_keep(console);
    console_free_jobs(console);
    while (console->n_over)
        console_drop(console, console_top(console));
    if (console->list)
        console->list->class->free(console->list);
    if (console->detail)
        console->detail->class->free(console->detail);
    if (console->working)
        gd_loop_slice_drop(console->loop, console->work_id);
    if (console->input_id)
        gd_loop_fd_drop(console->loop, console->input_id);
    if (console->signal_id)
        gd_loop_fd_drop(console->loop, console->signal_id);
    terminal_close(&console->terminal);
    script_close(&console->script);
    canvas_free(&console->canvas);
    keymap_free(&console->keymap);
    input_free(&console->input);
    line_history_free(&console->filters);
}

/* The demo's ids come in as a person would take them in. */
static void on_demo_ids(void *arg, const char *path, const struct gd_error *why)
{
    struct console *console = arg;
    char *words[] = {(char *)(uintptr_t) "import", (char *)(uintptr_t)path, (char *)(uintptr_t) "--fetch"};

    console->waiting = false;
    if (path)
        console_run_words(console, 3, words, true, NULL, NULL);
    else
        console_fail(console, why);
}

static void begin_demo(struct console *console)
{
    struct gd_error err = {0};

    if (!console->demo)
        return;
    console->waiting = true;
    if (demo_ids(console->demo, console->loop, on_demo_ids, console, &err) != GD_OK)
        on_demo_ids(console, NULL, &err);
}

static enum gd_rc run(struct console *console, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    console->step_ms = gd_mono_ms();
    while (!console->quitting && rc == GD_OK) {
        rc = begin_work(console, err);
        console_draw(console);
        if (rc != GD_OK || console->quitting)
            break;
        if (!console->first_drawn) {
            console->first_drawn = true;
            begin_demo(console);
        }
        rc = gd_loop_turn(console->loop, console->script && is_idle(console) ? 0 : wait_ms(console), err);
        tick(console);
        if (console_jobs(console, NULL) > 0 || console->script)
            look_at_ledger(console);
        if (console->script && !console->quitting && !console->waiting)
            play(console);
    }
    return rc;
}

int console_run(struct gd_desk *desk, struct gd_config *config, const struct options *options,
                struct demo *demo)
{
    struct console console = {
        .desk = desk, .loop = desk->loop, .config = config, .options = options, .demo = demo};
    struct gd_error err = {0};
    enum gd_rc rc = start(&console, &err);

    if (rc == GD_OK)
        rc = run(&console, &err);
    stop(&console);
    if (rc == GD_OK) /* what failed while a person looked on is no failure of the console */
        return options->script ? console.status : 0;
    fprintf(stderr, "greendesk: %s%s%s\n", err.what, err.advice[0] ? ": " : "", err.advice);
    return gd_exit_status(rc);
}
