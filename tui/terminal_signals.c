/* Signals of the terminal: those that the loop acts on, and those of a crash, which give the terminal back
 * first. What a handler needs is in static memory, made while all is well. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "terminal_i.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

static struct {
    volatile sig_atomic_t pending; /* enum terminal_signal */
    int pipe[2];
    char restore[256]; /* bytes that give the terminal back */
    size_t restore_len;
    struct termios modes;
    volatile sig_atomic_t taken;
} shared = {.pipe = {-1, -1}};

static const int caught[] = {SIGWINCH, SIGTERM, SIGHUP, SIGINT, SIGTSTP};
static const int fatal_signals[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGQUIT};
static struct sigaction fatal_before[sizeof fatal_signals / sizeof *fatal_signals];

#define COUNT(array) (sizeof(array) / sizeof *(array))

void terminal_tell(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t n = write(STDOUT_FILENO, bytes, len);

        if (n < 0 && errno != EINTR && errno != EAGAIN)
            return;
        if (n > 0) {
            bytes += n;
            len -= (size_t)n;
        }
    }
}

void terminal_note(unsigned signals)
{
    shared.pending |= (sig_atomic_t)signals;
    if (write(shared.pipe[1], "", 1) < 0)
        return; /* the pipe is full: it is readable already */
}

static void on_signal(int number)
{
    int kept = errno;

    terminal_note(number == SIGWINCH  ? TERMINAL_RESIZED
                  : number == SIGINT  ? TERMINAL_INTERRUPT
                  : number == SIGTSTP ? TERMINAL_STOP
                                      : TERMINAL_END);
    errno = kept;
}

/* A crash: the terminal is given back, then the signal does what it did before. */
static void on_fatal(int number)
{
    if (shared.taken) {
        shared.taken = 0;
        terminal_tell(shared.restore, shared.restore_len);
        tcsetattr(STDIN_FILENO, TCSANOW, &shared.modes);
    }
    for (size_t i = 0; i < COUNT(fatal_signals); i++)
        if (fatal_signals[i] == number)
            sigaction(number, &fatal_before[i], NULL);
    raise(number);
}

static void catch_all(void)
{
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = 0};

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < COUNT(caught); i++)
        sigaction(caught[i], &action, NULL);
    action.sa_handler = on_fatal;
    action.sa_flags = SA_NODEFER;
    for (size_t i = 0; i < COUNT(fatal_signals); i++)
        sigaction(fatal_signals[i], &action, &fatal_before[i]);
}

enum gd_rc terminal_catch(const char *restore, const struct termios *modes, struct gd_error *err)
{
    if (pipe2(shared.pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return gd_fail(err, GD_IO, NULL, "no pipe could be made: %s", strerror(errno));
    shared.restore_len = strlen(restore) < sizeof shared.restore ? strlen(restore) : 0;
    memcpy(shared.restore, restore, shared.restore_len);
    shared.modes = *modes;
    catch_all();
    return GD_OK;
}

void terminal_release_signals(void)
{
    for (size_t i = 0; i < COUNT(caught); i++)
        signal(caught[i], SIG_DFL);
    for (size_t i = 0; i < COUNT(fatal_signals); i++)
        sigaction(fatal_signals[i], &fatal_before[i], NULL);
    close(shared.pipe[0]);
    close(shared.pipe[1]);
    shared.pipe[0] = shared.pipe[1] = -1;
}

void terminal_taken(bool taken)
{
    shared.taken = taken;
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
