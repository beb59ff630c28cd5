/* The : line: readline in callback mode, which never touches the screen. It is fed bytes, and its buffer is
 * drawn to the canvas; what could complete the word pops up above the foot. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <readline/history.h>
#include <readline/readline.h>

#include "../api/mem.h"
#include "complete.h"
#include "panes.h"
#include "terminal.h"

enum { HISTORY_MOST = 1000, POPUP_H = 8 };

struct prompt {
    struct pane pane;
    char *texts[256]; /* completions on show; owned */
    int n_texts;
    bool finished;
    char *line; /* the finished one; NULL: end of file */
};

/* readline has one state for the process. */
static struct {
    bool ready;
    struct prompt *open;
    const char *bytes;
    size_t len;
    FILE *nowhere;
    char *history; /* the file */
} shared;

static struct prompt *of(struct pane *pane)
{
    return (struct prompt *)pane;
}

/* ---- readline's hooks ---- */

static int next_byte(FILE *file)
{
    (void)file;
    if (shared.len == 0)
        return EOF;
    shared.len--;
    return (unsigned char)*shared.bytes++;
}

static int bytes_left(void)
{
    return shared.len > 0;
}

static void redisplay(void)
{
    if (shared.open)
        console_dirty(shared.open->pane.console, DIRTY_OVER);
}

static void drop_texts(struct prompt *self)
{
    for (int i = 0; i < self->n_texts; i++)
        gd_free(self->texts[i]);
    if (self->n_texts)
        self->pane.console->dirty = DIRTY_ALL;
    self->n_texts = 0;
}

static void show_matches(char **matches, int n, int longest)
{
    struct prompt *self = shared.open;

    (void)longest;
    if (!self)
        return;
    drop_texts(self);
    for (int i = 1; i <= n && self->n_texts < (int)(sizeof self->texts / sizeof *self->texts); i++) {
        self->texts[self->n_texts] = gd_strdup(matches[i]);
        if (self->texts[self->n_texts])
            self->n_texts++;
    }
}

/* readline frees what it gets: it must come from malloc itself. */
static char **to_readline(char **texts, const char *word)
{
    size_t n = 0, common;
    char **out;

    while (texts[n])
        n++;
    out = calloc(n + 2, sizeof *out);
    if (!out)
        return NULL;
    common = strlen(texts[0]);
    for (size_t i = 1; i < n; i++)
        for (size_t k = 0; k < common; k++)
            if (texts[i][k] != texts[0][k])
                common = k;
    out[0] = common >= strlen(word) ? strndup(texts[0], common) : strdup(word);
    for (size_t i = 0; n > 1 && i < n; i++)
        out[i + 1] = strdup(texts[i]);
    return out;
}

/* Where a file stands, readline completes by itself. */
static bool takes_file(const char *word)
{
    return *word != '-' &&
           (strncmp(rl_line_buffer, "import ", 7) == 0 || strncmp(rl_line_buffer, "save-screen ", 12) == 0);
}

static char **complete(const char *word, int start, int end)
{
    size_t from;
    char **texts, **out = NULL;

    (void)start;
    if (takes_file(word))
        return NULL;
    rl_attempted_completion_over = 1;
    rl_completion_suppress_append = 1;
    texts = complete_command(NULL, rl_line_buffer, (size_t)end, &from);
    if (texts && texts[0])
        out = to_readline(texts, word);
    complete_free(texts);
    return out;
}

static void finished(char *line)
{
    struct prompt *self = shared.open;

    if (!self) {
        free(line);
        return;
    }
    self->finished = true;
    self->line = line;
}

/* ---- history: readline's own file, without lines that hold a PIN ---- */

static bool holds_secret(const char *line)
{
    for (int field = 0; field < GD_F__COUNT; field++) {
        const char *at = line;
        size_t len = strlen(gd_fields[field].key);

        while ((gd_fields[field].flags & GD_FF_SECRET) && (at = strstr(at, gd_fields[field].key)) != NULL) {
            at += len;
            if (*at == '=' || at[0] == '+' || at[0] == '-' || *at == ':')
                return true;
        }
    }
    return strstr(line, "pin:") != NULL;
}

static char *history_path(void)
{
    const char *state = getenv("XDG_STATE_HOME"), *home = getenv("HOME");
    struct gd_buf path;

    gd_buf_init(&path, 4096);
    if (state && *state == '/')
        gd_buf_addf(&path, "%s/greendesk/history", state);
    else if (home && *home == '/')
        gd_buf_addf(&path, "%s/.local/state/greendesk/history", home);
    return path.len ? gd_buf_take(&path) : NULL;
}

static void remember(const char *line)
{
    const HIST_ENTRY *last = history_get(history_base + history_length - 1);

    if (holds_secret(line) || (last && strcmp(last->line, line) == 0))
        return;
    add_history(line);
    if (!shared.history)
        return;
    if (append_history(1, shared.history) != 0 && write_history(shared.history) == 0)
        chmod(shared.history, 0600);
}

/* ---- start ---- */

/* Once in a process; reads the person's inputrc and the history. */
static void prepare(void)
{
    void *kept = terminal_hold();

    if (shared.ready)
        return;
    shared.ready = true;
    shared.nowhere = fopen("/dev/null", "r+e");
    shared.history = history_path();
    rl_readline_name = "greendesk";
    rl_terminal_name = "dumb";
    rl_instream = shared.nowhere;
    rl_outstream = shared.nowhere;
    rl_catch_signals = 0;
    rl_catch_sigwinch = 0;
    rl_change_environment = 0;
    rl_prep_term_function = NULL;
    rl_deprep_term_function = NULL;
    rl_getc_function = next_byte;
    rl_input_available_hook = bytes_left;
    rl_redisplay_function = redisplay;
    rl_completion_display_matches_hook = show_matches;
    rl_attempted_completion_function = complete;
    rl_completer_word_break_characters = (char *)" ";
    rl_completer_quote_characters = "\"'";
    rl_completion_query_items = -1;
    rl_initialize();
    rl_variable_bind("bell-style", "none");
    rl_variable_bind("show-all-if-ambiguous", "on");
    rl_variable_bind("enable-bracketed-paste", "off");
    rl_variable_bind("keyseq-timeout", "0");
    stifle_history(HISTORY_MOST);
    if (shared.history)
        read_history(shared.history);
    terminal_release(kept);
}

static void feed(const char *bytes, size_t len)
{
    void *kept = terminal_hold();

    shared.bytes = bytes;
    shared.len = len;
    while (shared.len > 0 && shared.open && !shared.open->finished)
        rl_callback_read_char();
    shared.len = 0;
    terminal_release(kept);
}

/* ---- the pane ---- */

static void run(struct prompt *self)
{
    struct console *console = self->pane.console;
    char *line = self->line;

    self->line = NULL;
    console_drop(console, &self->pane);
    if (line && line[strspn(line, " \t:")]) {
        remember(line);
        console_run_line(console, line);
    }
    if (line)
        gd_wipe(line, strlen(line));
    free(line);
}

/* A paste is text: its line ends become blanks, and never run the line. */
static void insert(const struct event *event)
{
    struct lineedit clean;

    lineedit_init(&clean);
    lineedit_insert(&clean, event->text, event->len);
    rl_insert_text(clean.text.data);
    lineedit_free(&clean);
}

static bool is_emacs(void)
{
    return rl_editing_mode != 0;
}

static bool event(struct pane *pane, const struct event *event)
{
    struct prompt *self = of(pane);

    if (event->type == EVENT_PASTE) {
        insert(event);
        return true;
    }
    if (event->code == KEY_CTRL('c') || event->code == KEY_CTRL('z') || event->code == KEY_CTRL('l'))
        return false;
    if ((event->code == KEY_CODE_ESC && is_emacs()) || (event->code == KEY_CODE_BACKSPACE && rl_end == 0)) {
        console_drop(pane->console, pane);
        return true;
    }
    if (event->code != KEY_CODE_TAB)
        drop_texts(self);
    feed(event->text, event->len);
    if (self->finished)
        run(self);
    return true;
}

static void draw_popup(struct prompt *self, struct canvas *canvas, struct area foot)
{
    int longest = 8, per_line, rows;
    struct area area;

    for (int i = 0; i < self->n_texts; i++) {
        int w = canvas_width(canvas, self->texts[i]);

        longest = w > longest ? w : longest;
    }
    longest += 2;
    per_line = foot.w / longest > 0 ? foot.w / longest : 1;
    rows = (self->n_texts + per_line - 1) / per_line;
    rows = rows > POPUP_H ? POPUP_H : rows;
    area = (struct area){foot.x, foot.y - rows, foot.w, rows};
    canvas_fill(canvas, area, ROLE_FIELD);
    for (int i = 0; i < self->n_texts && i < rows * per_line; i++)
        canvas_fit(canvas, area, 1 + i % per_line * longest, i / per_line, longest - 1, FIT_LEFT, ROLE_FIELD,
                   self->texts[i]);
}

static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct prompt *self = of(pane);
    struct lineedit line;

    canvas_fill(canvas, area, ROLE_FIELD_FOCUS);
    canvas_puts(canvas, area, 0, 0, ROLE_FIELD_FOCUS, ":");
    lineedit_init(&line);
    lineedit_set(&line, rl_line_buffer);
    line.cursor = (size_t)rl_point < line.text.len ? (size_t)rl_point : line.text.len;
    lineedit_draw(&line, canvas, area, 1, 0, area.w - 2, ROLE_FIELD_FOCUS, focus);
    lineedit_free(&line);
    if (self->n_texts)
        draw_popup(self, canvas, area);
}

static void prompt_free(struct pane *pane)
{
    struct prompt *self = of(pane);
    void *kept = terminal_hold();

    drop_texts(self);
    shared.open = NULL;
    rl_callback_handler_remove();
    if (rl_line_buffer)
        gd_wipe(rl_line_buffer, strlen(rl_line_buffer));
    terminal_release(kept);
    free(self->line);
    gd_free(self);
}

static const struct pane_class prompt_class = {
    .name = "prompt",
    .place = PLACE_FOOT,
    .modal = true,
    .draw = draw,
    .event = event,
    .free = prompt_free,
};

struct pane *prompt_new(struct console *console, const char *text)
{
    struct prompt *self;
    void *kept;

    if (shared.open)
        return NULL;
    prepare();
    self = gd_calloc(1, sizeof *self);
    if (!self)
        return NULL;
    self->pane = (struct pane){&prompt_class, console};
    shared.open = self;
    kept = terminal_hold();
    rl_callback_handler_install("", finished);
    terminal_release(kept);
    if (text && *text)
        rl_insert_text(text);
    return &self->pane;
}
