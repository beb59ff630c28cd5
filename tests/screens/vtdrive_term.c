/* vtdrive: the child on its pseudo-terminal, and the emulator that reads what it writes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtdrive.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#define LOG_MAX (16u << 20)
#define OSC_MAX (1u << 20)

static void emulator_output(const char *data, size_t len, void *user)
{
    term_write(user, data, len);
}

static int on_termprop(VTermProp prop, VTermValue *value, void *user)
{
    struct term *term = user;

    if (prop == VTERM_PROP_CURSORVISIBLE)
        term->cursor_visible = value->boolean;
    else if (prop == VTERM_PROP_ALTSCREEN)
        term->altscreen = value->boolean;
    else if (prop == VTERM_PROP_MOUSE)
        term->mouse = value->number;
    return 1;
}

static int on_bell(void *user)
{
    struct term *term = user;

    term->bells++;
    return 1;
}

static const VTermScreenCallbacks screen_callbacks = {
    .settermprop = on_termprop,
    .bell = on_bell,
};

static void emulator_new(struct term *term)
{
    term->vt = vterm_new(term->rows, term->cols);
    if (!term->vt)
        abort();
    vterm_set_utf8(term->vt, 1);
    vterm_output_set_callback(term->vt, emulator_output, term);
    term->screen = vterm_obtain_screen(term->vt);
    vterm_screen_set_callbacks(term->screen, &screen_callbacks, term);
    vterm_screen_enable_altscreen(term->screen, 1);
    vterm_screen_reset(term->screen, 1);
    term->cursor_visible = true;
}

static void child_run(const char *type, char **argv, const sigset_t *mask)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    sigprocmask(SIG_SETMASK, mask, NULL);
    signal(SIGPIPE, SIG_DFL);
    setenv("TERM", type, 1);
    unsetenv("LINES");
    unsetenv("COLUMNS");
    execvp(argv[0], argv);
    dprintf(STDERR_FILENO, "vtdrive: cannot run %s: %s\n", argv[0], strerror(errno));
    _exit(127);
}

int term_start(struct term *term, int rows, int cols, const char *type, char **argv)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };
    sigset_t watched, before;

    *term = (struct term){ .master = -1, .signals = -1, .rows = rows, .cols = cols };
    term->log.max = LOG_MAX;
    term->title.max = term->clip.max = term->osc.body.max = OSC_MAX;
    sigemptyset(&watched);
    sigaddset(&watched, SIGCHLD);
    sigaddset(&watched, SIGHUP);
    sigaddset(&watched, SIGINT);
    sigaddset(&watched, SIGTERM);
    sigprocmask(SIG_BLOCK, &watched, &before);
    term->signals = signalfd(-1, &watched, SFD_CLOEXEC | SFD_NONBLOCK);
    if (term->signals < 0)
        return -1;
    term->child = forkpty(&term->master, NULL, NULL, &size);
    if (term->child < 0)
        return -1;
    if (term->child == 0)
        child_run(type, argv, &before);
    fcntl(term->master, F_SETFD, FD_CLOEXEC);
    fcntl(term->master, F_SETFL, O_NONBLOCK);
    emulator_new(term);
    return 0;
}

/* All output there is now. EIO is how Linux says that nobody has the other side open. The master stays open
 * until the child has ended too: what closes its files on its way out would be hung up in the midst of it. */
static void read_output(struct term *term)
{
    char buffer[65536];

    while (term->master >= 0 && !term->silent) {
        ssize_t got = read(term->master, buffer, sizeof buffer);

        if (got > 0) {
            term->reads++;
            if (term->logging)
                bytes_add(&term->log, buffer, (size_t)got);
            osc_feed(term, buffer, (size_t)got);
            vterm_input_write(term->vt, buffer, (size_t)got);
        } else if (got < 0 && errno == EINTR) {
            continue;
        } else if (got < 0 && errno == EAGAIN) {
            return;
        } else {
            term->silent = true;
        }
    }
}

static void take_signals(struct term *term)
{
    struct signalfd_siginfo info;

    while (read(term->signals, &info, sizeof info) > 0)
        term->told_to_end |= info.ssi_signo != SIGCHLD;
    if (!term->ended && waitpid(term->child, &term->wait_status, WNOHANG) == term->child)
        term->ended = true;
}

static void close_master(struct term *term)
{
    if (term->master >= 0)
        close(term->master);
    term->master = -1;
}

void term_pump(struct term *term, int ms, int other)
{
    struct pollfd fds[3] = {
        { .fd = term->silent ? -1 : term->master, .events = POLLIN },
        { .fd = term->signals, .events = POLLIN },
        { .fd = other, .events = POLLIN },
    };

    if (poll(fds, 3, ms) < 0)
        return;
    take_signals(term);
    read_output(term);
    if (term->silent && term->ended)
        close_master(term);
}

/* The child may be writing while it does not read: take its output meanwhile. */
void term_write(struct term *term, const char *data, size_t len)
{
    while (len > 0 && term->master >= 0) {
        ssize_t put = write(term->master, data, len);

        if (put > 0) {
            data += put;
            len -= (size_t)put;
        } else if (put < 0 && errno == EAGAIN) {
            struct pollfd fd = { .fd = term->master, .events = POLLOUT };

            if (poll(&fd, 1, 5000) <= 0)
                return;
        } else if (put < 0 && errno != EINTR) {
            return;
        }
    }
}

/* The emulator first: what the program draws after it learns of the size must fit. */
int term_resize(struct term *term, int rows, int cols)
{
    struct winsize size = { .ws_row = (unsigned short)rows, .ws_col = (unsigned short)cols };

    read_output(term);
    term->rows = rows;
    term->cols = cols;
    vterm_set_size(term->vt, rows, cols);
    return term->master < 0 ? -1 : ioctl(term->master, TIOCSWINSZ, &size);
}

void term_end(struct term *term)
{
    close_master(term);
    for (int waited = 0; !term->ended && waited < 2000; waited += 50)
        term_pump(term, 50, -1);
    if (!term->ended) {
        kill(-term->child, SIGKILL);
        kill(term->child, SIGKILL);
        while (waitpid(term->child, &term->wait_status, 0) < 0 && errno == EINTR)
            ;
        term->ended = true;
    }
    close(term->signals);
    vterm_free(term->vt);
    bytes_free(&term->log);
    bytes_free(&term->title);
    bytes_free(&term->clip);
    bytes_free(&term->osc.body);
}
