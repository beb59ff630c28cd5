/* The shell's side of a command: opening what it needs, turning the loop until it is over. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "shell.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../api/keep.h"
#include "../api/mem.h"
#include "job.h"
#include "sink_out.h"

#define KEEP_MS 100 /* what forgetting by age may take behind a command that left it no time */

/* ---- signals ---- */

static volatile sig_atomic_t interrupts;
static volatile sig_atomic_t wake_fd = -1;

static void interrupted(int signal)
{
    int saved = errno;

    (void)signal;
    interrupts++;
    if (write(wake_fd, "", 1) < 0)
        interrupts += 0; /* the pipe is full: the loop is awake already */
    errno = saved;
}

static void drain(void *arg, int fd, short events)
{
    char bytes[64];

    (void)arg;
    (void)events;
    while (read(fd, bytes, sizeof bytes) > 0)
        ;
}

static enum gd_rc watch_signals(struct shell *shell, struct gd_error *err)
{
    struct sigaction stop = {.sa_handler = interrupted}, ignore = {.sa_handler = SIG_IGN};
    int id;

    if (pipe2(shell->wake, O_CLOEXEC | O_NONBLOCK) != 0)
        return gd_fail(err, GD_IO, "close other programs and try again", "no pipe could be made");
    shell->woken = true;
    wake_fd = shell->wake[1];
    sigemptyset(&stop.sa_mask);
    sigemptyset(&ignore.sa_mask);
    sigaction(SIGINT, &stop, NULL);
    sigaction(SIGTERM, &stop, NULL);
    sigaction(SIGHUP, &stop, NULL);
    sigaction(SIGPIPE, &ignore, NULL);
    return gd_loop_fd(shell->loop, shell->wake[0], POLLIN, drain, NULL, &id);
}

/* ---- opening ---- */

static enum gd_rc open_desk(struct shell *shell, struct gd_error *err)
{
    char *first = shell->options.profile != NULL ? gd_strdup(shell->options.profile) : NULL;
    enum gd_rc rc;

    /* Of several profiles the first is the one that the command begins with. */
    if (first != NULL)
        first[strcspn(first, ",")] = '\0';

    if (shell->options.demo)
        rc = demo_start(shell->config, &shell->profile, &shell->demo, err);
    else
        rc = gd_config_profile(shell->config, first, &shell->profile, err);
    gd_free(first);
    if (rc == GD_OK)
        rc = gd_desk_open(shell->profile, shell->loop, &shell->desk, err);
    return rc;
}

enum gd_rc shell_open(struct shell *shell, bool config, bool desk, struct gd_error *err)
{
    enum gd_rc rc = gd_loop_new(&shell->loop, err);

    if (rc == GD_OK)
        rc = watch_signals(shell, err);
    if (rc != GD_OK)
        return rc;
    shell->sink = sink_out_new(shell->loop, shell->options.format, stdout, stderr, STDIN_FILENO);
    if (shell->sink == NULL)
        return gd_fail_memory(err);
    if (config)
        rc = gd_config_load(shell->options.config, &shell->config, err);
    if (rc == GD_OK && desk)
        rc = open_desk(shell, err);
    return rc;
}

void shell_close(struct shell *shell)
{
    if (shell->sink != NULL)
        shell->sink->class->free(shell->sink);
    gd_desk_close(&shell->desk);
    demo_stop(&shell->demo);
    gd_loop_free(&shell->loop);
    gd_config_free(&shell->config);
    options_clear(&shell->options);
    if (shell->woken) {
        signal(SIGINT, SIG_DFL);
        signal(SIGTERM, SIG_DFL);
        signal(SIGHUP, SIG_DFL);
        wake_fd = -1;
        close(shell->wake[0]);
        close(shell->wake[1]);
    }
}

/* ---- running ---- */

struct run {
    bool over;
    enum gd_rc rc;
    struct gd_error error;
};

static void job_over(struct job *job, enum gd_rc rc, void *arg)
{
    struct run *run = arg;

    run->over = true;
    run->rc = rc;
    run->error = job->error;
    job_free(&job);
}

/* Turns the loop until the job is over; each interrupt stops it once more, one from before it began too. */
static void turn_until_over(struct shell *shell, struct job *job, struct run *run)
{
    while (!run->over) {
        struct gd_error err = {0};

        if (interrupts != shell->heard) {
            shell->heard++;
            job_stop(job);
        } else if (gd_loop_turn(shell->loop, -1, &err) != GD_OK) {
            run->error = err;
            run->rc = err.rc;
            return;
        }
    }
}

static enum gd_rc run_words(struct shell *shell, struct sink *sink, int argc, char *const *argv,
                            struct gd_error *err)
{
    struct run run = {0};
    struct job *job = job_new();

    if (job == NULL)
        return gd_fail_memory(err);
    job->desk = shell->desk;
    job->config = shell->config;
    job->loop = shell->loop;
    job->sink = sink;
    job->done = job_over;
    job->done_arg = &run;
    job_run(job, argc, argv);
    turn_until_over(shell, job, &run);
    if (shell->desk != NULL)
        gd_keep_go_on(shell->desk->keep, KEEP_MS);
    *err = run.error;
    return run.rc;
}

/* ---- the demo's ledger ---- */

struct ids {
    bool over;
    char *path;
    struct gd_error error;
};

static void ids_came(void *arg, const char *path, const struct gd_error *why)
{
    struct ids *ids = arg;

    ids->over = true;
    if (path != NULL)
        ids->path = gd_strdup(path);
    else if (why != NULL)
        ids->error = *why;
}

/* Fills the demo's ledger for a command of the shell, by the import that everybody has; its output is
 * nobody's concern. */
static enum gd_rc fill_demo(struct shell *shell, struct gd_error *err)
{
    struct sink *quiet = sink_out_new(shell->loop, OUTPUT_JSONL, NULL, stderr, -1);
    char import[] = "import", fetch[] = "--fetch";
    struct ids ids = {0};
    enum gd_rc rc =
        quiet != NULL ? demo_ids(shell->demo, shell->loop, ids_came, &ids, err) : gd_fail_memory(err);

    while (rc == GD_OK && !ids.over && interrupts == 0)
        rc = gd_loop_turn(shell->loop, -1, err);
    if (rc == GD_OK && ids.path != NULL)
        rc = run_words(shell, quiet, 3, (char *const[]){import, ids.path, fetch}, err);
    else if (rc == GD_OK) {
        *err = ids.error;
        rc = ids.error.rc != GD_OK ? ids.error.rc : gd_fail(err, GD_CANCELLED, NULL, "interrupted");
    }
    gd_free(ids.path);
    if (quiet != NULL)
        quiet->class->free(quiet);
    return rc;
}

enum gd_rc shell_run(struct shell *shell, int argc, char *const *argv, struct gd_error *err)
{
    enum gd_rc rc = shell->demo != NULL ? fill_demo(shell, err) : GD_OK;

    return rc == GD_OK ? run_words(shell, shell->sink, argc, argv, err) : rc;
}
