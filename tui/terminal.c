/* The terminal: start, paint, suspend, end. What a signal handler needs is in static memory, made at the
 * start. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal.h"

#include <curses.h>
#include <errno.h>
#include <fcntl.h>
#include <langinfo.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>
#include <wchar.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "keys.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define TITLE_KEEP "\033[22;0t"
#define TITLE_BACK "\033[23;0t"

struct terminal {
    SCREEN *screen;
    enum depth depth;
    attr_t attrs[ROLE__COUNT];
    bool ascii;  /* the locale has no other characters */
    bool titles; /* the terminal has a window title */
    cchar_t *line;
    int room;
    bool clear; /* paint from an empty screen */
};

/* What signal handlers use. */
static struct {
    volatile sig_atomic_t pending; /* enum terminal_signal */
    int pipe[2];
    char restore[256]; /* bytes that give the terminal back */
    size_t restore_len;
    struct termios modes;
    volatile sig_atomic_t open;
} shared = {.pipe = {-1, -1}};

static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
static struct sigaction fatal_before[sizeof fatal_signals / sizeof *fatal_signals];

#define COUNT(array) (sizeof(array) / sizeof *(array))

static void tell(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);

        if (n < 0 && errno != EINTR)
            return;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
}

/* ---- signals ---- */

static void on_signal(int number)
{
    int kept = errno;

    shared.pending |= number == SIGWINCH  ? TERMINAL_RESIZED
                      : number == SIGINT  ? TERMINAL_INTERRUPT
                      : number == SIGTSTP ? TERMINAL_STOP
                                          : TERMINAL_END;
    if (write(shared.pipe[1], "", 1) < 0) {
        /* the pipe is full: it is readable already */
    }
    errno = kept;
}

/* A crash: the terminal is given back, then the signal does what it did before. */
static void on_fatal(int number)
{
    if (shared.open) {
        shared.open = 0;
        tell(shared.restore, shared.restore_len);
        tcsetattr(STDIN_FILENO, TCSANOW, &shared.modes);
    }
    for (size_t i = 0; i < COUNT(fatal_signals); i++)
        if (fatal_signals[i] == number)
            sigaction(number, &fatal_before[i], NULL);
    raise(number);
}

static void catch_signals(void)
{
    static const int caught[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP};
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = 0};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT(caught); i++)
        sigaction(caught[i], &action, NULL);
    action.sa_handler = on_fatal;
    action.sa_flags = SA_NODEFER;
    for (size_t i = 0; i < COUNT(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, &fatal_before[i]);
}

static void release_signals(void)
{
    static const int caught[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP};

    for (size_t i = 0; i < COUNT(caught); i++)
        signal(caught[i], SIG_DFL);
    for (size_t i = 0; i < COUNT(fatal_signals); i++)
        sigaction(fatal_signals[i], &fatal_before[i], NULL);
}

int terminal_signal_fd(const struct terminal *terminal)
{
    (void)terminal;
    return shared.pipe[0];
}

unsigned terminal_signals(struct terminal *terminal)
{
    char bytes[64];
    unsigned pending;

    (void)terminal;
    while (read(shared.pipe[0], bytes, sizeof bytes) == (ssize_t)sizeof bytes)
        ;
    pending = (unsigned)shared.pending;
    shared.pending = 0;
    return pending;
}

/* ---- start and end ---- */

static void add_restore(const char *bytes)
{
    size_t len = bytes && bytes != (char *)-1 ? strlen(bytes) : 0;

    if (shared.restore_len + len > sizeof shared.restore)
        return;
    memcpy(shared.restore + shared.restore_len, bytes, len);
    shared.restore_len += len;
}

static const char *capability(const char *name)
{
    static const char none[] = "";
    const char *bytes = tigetstr((char *)(uintptr_t)name);

    return bytes && bytes != (char *)-1 ? bytes : none;
}

/* Made while the terminal is healthy: the handler of a crash only writes it. */
static void prepare_restore(const struct terminal *terminal)
{
    shared.restore_len = 0;
    add_restore(PASTE_OFF);
    add_restore(capability("rmkx"));
    add_restore(capability("cnorm"));
    add_restore(capability("sgr0"));
    add_restore(capability("rmcup"));
    if (terminal->titles)
        add_restore(TITLE_BACK);
}

static attr_t attributes(unsigned style)
{
    return (style & STYLE_BOLD ? A_BOLD : 0) | (style & STYLE_DIM ? A_DIM : 0) |
           (style & STYLE_ITALIC ? A_ITALIC : 0) | (style & STYLE_UNDERLINE ? A_UNDERLINE : 0) |
           (style & STYLE_REVERSE ? A_REVERSE : 0);
}

static enum depth find_depth(void)
{
    const char *no = getenv("NO_COLOR");

    if ((no && *no) || !has_colors() || start_color() == ERR || COLORS < 8 || COLOR_PAIRS <= ROLE__COUNT)
        return DEPTH_MONO;
    use_default_colors();
    return COLORS >= 256 ? DEPTH_256 : DEPTH_16;
}

/* A terminal of 8 colours shows the bright ones as bold. */
static short real_colour(short colour, attr_t *attrs)
{
    if (colour < COLORS)
        return colour;
    *attrs |= A_BOLD;
    return (short)(colour % 8);
}

static void use_theme(struct terminal *terminal, const struct theme *theme)
{
    terminal->depth = find_depth();
    for (int role = 0; role < ROLE__COUNT; role++) {
        const struct style *style = &theme->style[role][terminal->depth];
        attr_t attrs = attributes(style->attrs);

        if (terminal->depth != DEPTH_MONO) {
            attr_t ground = 0;

            init_pair((short)(role + 1), real_colour(style->fg, &attrs), real_colour(style->bg, &ground));
        }
        terminal->attrs[role] = attrs;
    }
}

static void enter(struct terminal *terminal)
{
    raw();
    noecho();
    nonl();
    intrflush(stdscr, FALSE);
    keypad(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    typeahead(-1);
    if (terminal->titles)
        tell(TITLE_KEEP, strlen(TITLE_KEEP));
    tell(PASTE_ON, strlen(PASTE_ON));
    shared.open = 1;
}

static bool has_title(void)
{
    const char *term = getenv("TERM");

    return term && (strncmp(term, "xterm", 5) == 0 || strncmp(term, "tmux", 4) == 0 ||
                    strncmp(term, "screen", 6) == 0 || strncmp(term, "rxvt", 4) == 0 ||
                    strncmp(term, "foot", 4) == 0 || strncmp(term, "alacritty", 9) == 0);
}

static enum gd_rc start(struct terminal *terminal, struct gd_error *err)
{
    const char *term = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return gd_fail(err, GD_INPUT, "give a command (greendesk --help), or --script FILE",
                       "the console needs a terminal on standard input and output");
    if (pipe2(shared.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return gd_fail(err, GD_IO, NULL, "no pipe could be made: %s", strerror(errno));
    tcgetattr(STDIN_FILENO, &shared.modes);
    terminal->screen = newterm(NULL, stdout, stdin);
    if (!terminal->screen)
        return gd_fail(err, GD_INPUT, "set TERM to one that is installed, for example xterm-256color",
                       "the terminal type \"%s\" cannot be used here", term ? term : "");
    if (!*capability("cup")) {
        endwin();
        delscreen(terminal->screen);
        return gd_fail(err, GD_INPUT, "give a command instead (greendesk --help)",
                       "the terminal type \"%s\" cannot move its cursor", term);
    }
    return GD_OK;
}

enum gd_rc terminal_open(const struct theme *theme, struct terminal **out, struct gd_error *err)
{
    struct terminal *terminal = gd_calloc(1, sizeof *terminal);

    if (!terminal)
        return gd_fail_memory(err);
    if (start(terminal, err) != GD_OK) {
        gd_free(terminal);
        return err->rc;
    }
    terminal->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    terminal->titles = has_title();
    use_theme(terminal, theme);
    prepare_restore(terminal);
    catch_signals();
    enter(terminal);
    *out = terminal;
    return GD_OK;
}

void terminal_close(struct terminal **terminal)
{
    if (!*terminal)
        return;
    curs_set(1);
    endwin();
    tell(PASTE_OFF, strlen(PASTE_OFF));
    if ((*terminal)->titles)
        tell(TITLE_BACK, strlen(TITLE_BACK));
    shared.open = 0;
    release_signals();
    close(shared.pipe[0]);
    close(shared.pipe[1]);
    delscreen((*terminal)->screen);
    gd_free((*terminal)->line);
    gd_free(*terminal);
    *terminal = NULL;
}

void terminal_suspend(struct terminal *terminal)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, before;

    curs_set(1);
    endwin();
    tell(PASTE_OFF, strlen(PASTE_OFF));
    if (terminal->titles)
        tell(TITLE_BACK, strlen(TITLE_BACK));
    shared.open = 0;
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &before);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
    enter(terminal);
    terminal->clear = true;
    shared.pending |= TERMINAL_RESIZED;
    if (write(shared.pipe[1], "", 1) < 0)
        return;
}

void terminal_size(struct terminal *terminal, int *w, int *h)
{
    struct winsize size;

    (void)terminal;
    if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 && size.ws_row > 0) {
        *w = size.ws_col;
        *h = size.ws_row;
        if (*w != COLS || *h != LINES)
            resizeterm(*h, *w);
    } else {
        *w = COLS;
        *h = LINES;
    }
}

enum gd_rc terminal_keys(struct terminal *terminal, struct input *input, struct gd_error *err)
{
    (void)terminal;
    for (int i = 0; key_rows[i].name; i++) {
        const char *bytes = capability(key_rows[i].capability);

        if (*bytes && input_learn(input, bytes, KEY_CODE__FIRST + 1 + i, err) != GD_OK)
            return err->rc;
    }
    return GD_OK;
}

int terminal_fd(const struct terminal *terminal)
{
    (void)terminal;
    return STDIN_FILENO;
}

ssize_t terminal_read(struct terminal *terminal, char *bytes, size_t room)
{
    ssize_t n;

    (void)terminal;
    do
        n = read(STDIN_FILENO, bytes, room);
    while (n < 0 && errno == EINTR);
    return n < 0 ? 0 : n;
}

/* ---- painting ---- */

/* What a locale without other characters shows instead. */
static wchar_t plain(uint32_t rune)
{
    switch (rune) {
    case 0x2500:
    case 0x2013:
        return L'-';
    case 0x2502:
        return L'|';
    case 0x250c:
    case 0x2510:
    case 0x2514:
    case 0x2518:
        return L'+';
    case 0x2022:
    case 0x25cf:
        return L'*';
    case 0x25b8:
        return L'>';
    case 0x2026:
        return L'~';
    default:
        return rune < 0x80 ? (wchar_t)rune : L'?';
    }
}

static void make_character(const struct terminal *terminal, const struct cell *cell, cchar_t *out)
{
    wchar_t runes[CELL_RUNES + 1] = {0};
    int pair = terminal->depth == DEPTH_MONO ? 0 : cell->role + 1;

    for (int i = 0; i < CELL_RUNES && cell->rune[i]; i++) {
        runes[i] = (wchar_t)cell->rune[i];
        if (terminal->ascii)
            runes[i] = plain(cell->rune[i]);
        else if (wcwidth(runes[i]) < 0)
            runes[i] = 0xfffd;
    }
    if (terminal->ascii)
        runes[1] = 0;
    setcchar(out, runes, terminal->attrs[cell->role], (short)pair, NULL);
}

static bool make_room(struct terminal *terminal, int w)
{
    cchar_t *grown;

    if (w <= terminal->room)
        return true;
    grown = gd_realloc(terminal->line, (size_t)w * 2 * sizeof *grown);
    if (!grown)
        return false;
    terminal->line = grown;
    terminal->room = 2 * w;
    return true;
}

static void paint_span(struct terminal *terminal, const struct canvas *canvas, int y, int from, int to)
{
    const struct cell *cells = canvas->cells + (size_t)y * (size_t)canvas->w;
    int n = 0;

    for (int x = from; x < to; x++) {
        if (cells[x].width == 0)
            continue;
        make_character(terminal, &cells[x], &terminal->line[n++]);
        if (terminal->ascii && cells[x].width == 2)
            make_character(terminal, &cells[x], &terminal->line[n++]);
    }
    mvwadd_wchnstr(stdscr, y, from, terminal->line, n);
}

void terminal_paint(struct terminal *terminal, struct canvas *canvas)
{
    int from, to;

    if (!make_room(terminal, 2 * canvas->w))
        return;
    if (terminal->clear) {
        clearok(curscr, TRUE);
        canvas_forget(canvas);
        terminal->clear = false;
    }
    for (int y = 0; y < canvas->h; y++)
        if (canvas_changed(canvas, y, &from, &to))
            paint_span(terminal, canvas, y, from, to);
    canvas_settle(canvas);
    if (canvas->cursor_x >= 0 && canvas->cursor_y >= 0) {
        wmove(stdscr, canvas->cursor_y, canvas->cursor_x);
        curs_set(1);
    } else {
        curs_set(0);
    }
    wrefresh(stdscr);
}

void terminal_repaint(struct terminal *terminal, struct canvas *canvas)
{
    terminal->clear = true;
    canvas_forget(canvas);
}

void terminal_title(struct terminal *terminal, const char *text)
{
    struct gd_buf out;

    if (!terminal->titles)
        return;
    gd_buf_init(&out, 1024);
    gd_buf_adds(&out, "\033]2;");
    gd_text_escape(text, strlen(text), &out);
    gd_buf_addc(&out, '\a');
    if (!out.failed)
        tell(out.data, out.len);
    gd_buf_free(&out);
}
