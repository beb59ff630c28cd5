/* The terminal: start, suspend, end, size, keys, title. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal_i.h"

#include <errno.h>
#include <langinfo.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "keys.h"

#define PASTE_ON "\033[?2004h"
#define PASTE_OFF "\033[?2004l"
#define TITLE_KEEP "\033[22;0t"
#define TITLE_BACK "\033[23;0t"

static const char *capability(const char *name)
{
    static const char none[] = "";
    const char *bytes = tigetstr((char *)(uintptr_t)name);

    return bytes && bytes != (char *)-1 ? bytes : none;
}

/* What gives the terminal back, for the handler of a crash. */
static void make_restore(const struct terminal *terminal, struct gd_buf *out)
{
    gd_buf_adds(out, PASTE_OFF);
    gd_buf_adds(out, capability("rmkx"));
    gd_buf_adds(out, capability("cnorm"));
    gd_buf_adds(out, capability("sgr0"));
    gd_buf_adds(out, capability("rmcup"));
    if (terminal->titles)
        gd_buf_adds(out, TITLE_BACK);
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
        setcchar(&terminal->looks[role], L" ", attrs, terminal->depth == DEPTH_MONO ? 0 : (short)(role + 1),
                 NULL);
    }
}

/* The terminal's modes are ours to set, since curses writes to a file in memory: no echo, no lines, no
 * signals from keys, output as it is. */
static void set_modes(struct terminal *terminal)
{
    tcgetattr(STDIN_FILENO, &terminal->before);
    terminal->raw = terminal->before;
    terminal->raw.c_iflag &= ~(tcflag_t)(IXON | IXOFF | ICRNL | INLCR | IGNCR | ISTRIP | BRKINT | PARMRK);
    terminal->raw.c_oflag &= ~(tcflag_t)OPOST;
    terminal->raw.c_lflag &= ~(tcflag_t)(ECHO | ECHONL | ICANON | ISIG | IEXTEN);
    terminal->raw.c_cc[VMIN] = 1;
    terminal->raw.c_cc[VTIME] = 0;
}

static void enter(struct terminal *terminal)
{
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->raw);
    if (terminal->titles)
        terminal_tell(TITLE_KEEP, strlen(TITLE_KEEP));
    terminal_tell(PASTE_ON, strlen(PASTE_ON));
    keypad(stdscr, TRUE);
    leaveok(stdscr, FALSE);
    typeahead(-1);
    terminal_taken(true);
}

static void leave(struct terminal *terminal)
{
    curs_set(1);
    endwin();
    terminal_flush(terminal);
    terminal_tell(PASTE_OFF, strlen(PASTE_OFF));
    if (terminal->titles)
        terminal_tell(TITLE_BACK, strlen(TITLE_BACK));
    tcsetattr(STDIN_FILENO, TCSADRAIN, &terminal->before);
    terminal_taken(false);
}

static bool has_title(void)
{
    const char *term = getenv("TERM");

    return term && (strncmp(term, "xterm", 5) == 0 || strncmp(term, "tmux", 4) == 0 ||
                    strncmp(term, "screen", 6) == 0 || strncmp(term, "rxvt", 4) == 0 ||
                    strncmp(term, "foot", 4) == 0 || strncmp(term, "alacritty", 9) == 0);
}

static void drop(struct terminal *terminal)
{
    if (terminal->screen)
        delscreen(terminal->screen);
    if (terminal->out)
        fclose(terminal->out);
    gd_free(terminal->bytes);
    gd_free(terminal->line);
    gd_free(terminal);
}

static enum gd_rc make_file(struct terminal *terminal, struct gd_error *err)
{
    terminal->out_fd = memfd_create("screen", MFD_CLOEXEC);
    terminal->out = terminal->out_fd < 0 ? NULL : fdopen(terminal->out_fd, "w");
    if (!terminal->out)
        return gd_fail(err, GD_IO, NULL, "no file in memory could be made: %s", strerror(errno));
    return GD_OK;
}

static enum gd_rc start(struct terminal *terminal, struct gd_error *err)
{
    const char *term = getenv("TERM");

    if (!isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO))
        return gd_fail(err, GD_INPUT, "give a command (greendesk --help), or --script FILE",
                       "the console needs a terminal on standard input and output");
    if (make_file(terminal, err) != GD_OK)
        return err->rc;
    terminal->screen = newterm(NULL, terminal->out, stdin);
    if (!terminal->screen)
        return gd_fail(err, GD_INPUT, "set TERM to one that is installed, for example xterm-256color",
                       "the terminal type \"%s\" cannot be used here", term ? term : "");
    if (!*capability("cup")) {
        endwin();
        return gd_fail(err, GD_INPUT, "give a command instead (greendesk --help)",
                       "the terminal type \"%s\" cannot move its cursor", term ? term : "");
    }
    return GD_OK;
}

static enum gd_rc watch(struct terminal *terminal, struct gd_error *err)
{
    struct gd_buf restore;
    enum gd_rc rc;

    gd_buf_init(&restore, 256);
    make_restore(terminal, &restore);
    rc = terminal_catch(restore.data, &terminal->before, err);
    gd_buf_free(&restore);
    return rc;
}

enum gd_rc terminal_open(const struct theme *theme, struct terminal **out, struct gd_error *err)
{
    struct terminal *terminal = gd_calloc(1, sizeof *terminal);

    if (!terminal)
        return gd_fail_memory(err);
    if (start(terminal, err) != GD_OK) {
        drop(terminal);
        return err->rc;
    }
    set_modes(terminal);
    terminal->ascii = strcmp(nl_langinfo(CODESET), "UTF-8") != 0;
    terminal->titles = has_title();
    use_theme(terminal, theme);
    if (watch(terminal, err) != GD_OK) {
        endwin();
        drop(terminal);
        return err->rc;
    }
    enter(terminal);
    *out = terminal;
    return GD_OK;
}

void terminal_close(struct terminal **terminal)
{
    if (!*terminal)
        return;
    leave(*terminal);
    terminal_release_signals();
    drop(*terminal);
    *terminal = NULL;
}

void terminal_suspend(struct terminal *terminal)
{
    struct sigaction stop = {.sa_handler = SIG_DFL}, before;

    leave(terminal);
    sigemptyset(&stop.sa_mask);
    sigaction(SIGTSTP, &stop, &before);
    raise(SIGTSTP);
    sigaction(SIGTSTP, &before, NULL);
    enter(terminal);
    terminal->clear = true;
    terminal_note(TERMINAL_RESIZED);
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

bool terminal_clip(struct terminal *terminal, const char *text, size_t len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const unsigned char *at = (const unsigned char *)text;
    struct gd_buf out;
    bool done;

    (void)terminal;
    gd_buf_init(&out, 100 * 1024);
    gd_buf_adds(&out, "\033]52;c;");
    for (; len > 0; at += 3) {
        unsigned bits = (unsigned)at[0] << 16 | (len > 1 ? (unsigned)at[1] << 8 : 0) | (len > 2 ? at[2] : 0);

        gd_buf_addc(&out, digits[bits >> 18]);
        gd_buf_addc(&out, digits[bits >> 12 & 63]);
        gd_buf_addc(&out, len > 1 ? digits[bits >> 6 & 63] : '=');
        gd_buf_addc(&out, len > 2 ? digits[bits & 63] : '=');
        len -= len > 3 ? 3 : len;
    }
    gd_buf_addc(&out, '\a');
    done = !out.failed;
    if (done)
        terminal_tell(out.data, out.len);
    gd_buf_wipe(&out);
    return done;
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
        terminal_tell(out.data, out.len);
    gd_buf_free(&out);
}
