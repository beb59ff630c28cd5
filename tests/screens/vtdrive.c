/* vtdrive: drives a program on a pseudo-terminal by lines on standard input, for the screen tests. */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* Usage: vtdrive [-l] [-r ROWS] [-c COLS] [-t TERM] PROGRAM [ARG…]     (-l: `raw on` from the first byte)
   One command a line; each is answered by `ok N [VALUE]` and N further lines, or by `no REASON`.

   key TEXT           C escapes and <Names>             paste TEXT        as the terminal pastes it
   resize R C                                           dump              the screen's lines; VALUE
                                                                          counts arrivals of output
   cell R C [N]       N cells from there: text, tab, foreground, tab, background, tab, attributes
   cursor             row, column, visible or hidden    title             as C escapes
   wait MS REGEX      until found on the screen         find MS TEXT      the same for plain text
   wait-gone MS TEXT  until not on the screen           wait-quiet MS Q   until Q ms without output
   wait-more MS N     until the count of dump is not N  wait-exit MS      until the program ended
   status             running, exit N, signal N
   raw on|off|clear|show                                clip              last OSC 52, selection;base64
   modes              altscreen, cursor, mouse, echo, canonical, bells    kill SIGNAL-NUMBER */
#include "vtdrive.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static void put_escaped(const char *data, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)data[i];

        if (c == '\\')
            fputs("\\\\", stdout);
        else if (c < 0x20 || c >= 0x7f)
            printf("\\x%02x", c);
        else
            putchar(c);
    }
}

static void answer_escaped(const struct bytes *bytes)
{
    fputs("ok 0 ", stdout);
    put_escaped(bytes->data ? bytes->data : "", bytes->len);
    putchar('\n');
}

static void answer_keys(const char *wrong)
{
    if (wrong)
        answer_no(wrong);
    else
        puts("ok 0");
}

static void do_key(struct term *term, char *args)
{
    answer_keys(keys_send(term, args));
}

static void do_paste(struct term *term, char *args)
{
    answer_keys(keys_paste(term, args));
}

static void do_resize(struct term *term, char *args)
{
    int rows, cols;

    if (sscanf(args, "%d %d", &rows, &cols) != 2 || rows < 1 || cols < 1 || rows > 999 || cols > 999)
        answer_no("resize ROWS COLS");
    else if (term_resize(term, rows, cols) < 0)
        answer_no("the terminal is closed");
    else
        puts("ok 0");
}

static void do_dump(struct term *term, char *args)
{
    char *text = term_text(term);

    (void)args;
    printf("ok %d %lu\n%s", term->rows, term->reads, text);
    free(text);
}

static void put_colour(struct term *term, VTermColor colour, bool fg)
{
    if (fg ? VTERM_COLOR_IS_DEFAULT_FG(&colour) : VTERM_COLOR_IS_DEFAULT_BG(&colour)) {
        fputs("\tdefault", stdout);
    } else if (VTERM_COLOR_IS_INDEXED(&colour)) {
        printf("\t%d", colour.indexed.idx);
    } else {
        vterm_screen_convert_color_to_rgb(term->screen, &colour);
        printf("\t#%02x%02x%02x", colour.rgb.red, colour.rgb.green, colour.rgb.blue);
    }
}

static void put_cell(struct term *term, int row, int col)
{
    VTermScreenCell cell;
    char *text = term_cell(term, row, col, &cell);

    fputs(text, stdout);
    free(text);
    put_colour(term, cell.fg, true);
    put_colour(term, cell.bg, false);
    printf("\t%s%s%s%s%s%s\n", cell.attrs.bold ? "bold " : "", cell.attrs.underline ? "underline " : "",
           cell.attrs.italic ? "italic " : "", cell.attrs.blink ? "blink " : "",
           cell.attrs.reverse ? "reverse " : "", cell.attrs.strike ? "strike " : "");
}

static void do_cell(struct term *term, char *args)
{
    int row, col, count = 1;

    if (sscanf(args, "%d %d %d", &row, &col, &count) < 2 || row < 0 || col < 0 || row >= term->rows
        || count < 1 || col + count > term->cols) {
        answer_no("not on the screen");
        return;
    }
    printf("ok %d\n", count);
    for (int i = 0; i < count; i++)
        put_cell(term, row, col + i);
}

static void do_cursor(struct term *term, char *args)
{
    VTermPos at;

    (void)args;
    vterm_state_get_cursorpos(vterm_obtain_state(term->vt), &at);
    printf("ok 0 %d %d %s\n", at.row, at.col, term->cursor_visible ? "visible" : "hidden");
}

static void do_title(struct term *term, char *args)
{
    (void)args;
    answer_escaped(&term->title);
}

static void do_clip(struct term *term, char *args)
{
    (void)args;
    answer_escaped(&term->clip);
}

static void do_status(struct term *term, char *args)
{
    (void)args;
    if (!term->ended)
        puts("ok 0 running");
    else if (WIFEXITED(term->wait_status))
        printf("ok 0 exit %d\n", WEXITSTATUS(term->wait_status));
    else
        printf("ok 0 signal %d\n", WTERMSIG(term->wait_status));
}

static void do_raw(struct term *term, char *args)
{
    if (!strcmp(args, "show")) {
        answer_escaped(&term->log);
        return;
    }
    if (!strcmp(args, "on"))
        term->logging = true;
    else if (!strcmp(args, "off"))
        term->logging = false;
    else if (!strcmp(args, "clear"))
        bytes_clear(&term->log);
    else {
        answer_no("raw on|off|clear|show");
        return;
    }
    puts("ok 0");
}

/* The line settings tell whether a program left the terminal as it found it. */
static void do_modes(struct term *term, char *args)
{
    struct termios tio = { 0 };
    bool known = term->master >= 0 && tcgetattr(term->master, &tio) == 0;

    (void)args;
    printf("ok 0 altscreen=%d cursor=%d mouse=%d echo=%d canonical=%d bells=%u\n", term->altscreen,
           term->cursor_visible, term->mouse, known ? (tio.c_lflag & ECHO) != 0 : -1,
           known ? (tio.c_lflag & ICANON) != 0 : -1, term->bells);
}

static void do_kill(struct term *term, char *args)
{
    char *end;
    long number = strtol(args, &end, 10);

    if (end == args || number <= 0 || number > 64)
        answer_no("kill SIGNAL-NUMBER");
    else if (term->ended || kill(term->child, (int)number) < 0)
        answer_no("the program has ended");
    else
        puts("ok 0");
}

static const struct {
    const char *name;
    void (*run)(struct term *term, char *args);
} commands[] = {
    { "cell", do_cell },
    { "clip", do_clip },
    { "cursor", do_cursor },
    { "dump", do_dump },
    { "find", do_find },
    { "key", do_key },
    { "kill", do_kill },
    { "modes", do_modes },
    { "paste", do_paste },
    { "raw", do_raw },
    { "resize", do_resize },
    { "status", do_status },
    { "title", do_title },
    { "wait", do_wait },
    { "wait-exit", do_wait_exit },
    { "wait-gone", do_wait_gone },
    { "wait-more", do_wait_more },
    { "wait-quiet", do_wait_quiet },
};

static void run_line(struct term *term, char *line)
{
    char *args = strchr(line, ' ');

    if (args)
        *args++ = '\0';
    else
        args = line + strlen(line);
    term_pump(term, 0, -1);
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++)
        if (!strcmp(line, commands[i].name)) {
            commands[i].run(term, args);
            fflush(stdout);
            return;
        }
    answer_no("no such command");
    fflush(stdout);
}

/* Runs the whole lines in `input` and leaves the rest. */
static void run_lines(struct term *term, struct bytes *input)
{
    char *start = input->data, *end;
    size_t rest;

    while (start && (end = memchr(start, '\n', input->len - (size_t)(start - input->data)))) {
        *end = '\0';
        run_line(term, start);
        start = end + 1;
    }
    rest = start ? input->len - (size_t)(start - input->data) : 0;
    if (rest > 0)
        memmove(input->data, start, rest);
    input->len = rest;
}

/* Until standard input ends (whoever drives this is gone then) or a signal says so. */
static void serve(struct term *term)
{
    struct bytes input = { .max = 4u << 20 };
    char buffer[8192];

    while (!term->told_to_end) {
        ssize_t got = read(STDIN_FILENO, buffer, sizeof buffer);

        if (got > 0) {
            bytes_add(&input, buffer, (size_t)got);
            run_lines(term, &input);
        } else if (got == 0 || (errno != EAGAIN && errno != EINTR)) {
            break;
        } else {
            term_pump(term, -1, STDIN_FILENO);
        }
    }
    bytes_free(&input);
}

static int number_arg(const char *text)
{
    char *end;
    long number = strtol(text, &end, 10);

    return *end || number < 1 || number > 999 ? -1 : (int)number;
}

int main(int argc, char **argv)
{
    struct term term;
    const char *type = "xterm-256color";
    int rows = 24, cols = 80, opt;
    bool logging = false;

    while ((opt = getopt(argc, argv, "+lr:c:t:")) != -1) {
        if (opt == 'l')
            logging = true;
        else if (opt == 'r')
            rows = number_arg(optarg);
        else if (opt == 'c')
            cols = number_arg(optarg);
        else if (opt == 't')
            type = optarg;
        else
            rows = -1;
    }
    if (rows < 1 || cols < 1 || optind >= argc) {
        fputs("usage: vtdrive [-l] [-r ROWS] [-c COLS] [-t TERM] PROGRAM [ARG...]\n", stderr);
        return 2;
    }
    signal(SIGPIPE, SIG_IGN);
    if (term_start(&term, rows, cols, type, argv + optind) < 0) {
        fprintf(stderr, "vtdrive: no pseudo-terminal: %s\n", strerror(errno));
        return 1;
    }
    term.logging = logging;
    fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK);
    serve(&term);
    term_end(&term);
    return 0;
}
