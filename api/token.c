/* The token of a profile: fetched when it is first needed, never kept anywhere but in memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "buf.h"
#include "mem.h"
#include "profile.h"
#include "when.h"

#define TOKEN_MAX 4096
#define COMMAND_TIME_MS 30000

extern char **environ;

/* Reads up to the end or the deadline (on gd_mono_ms); false where time ran out or reading failed. */
static bool read_all(int fd, int64_t deadline, struct gd_buf *out)
{
    char part[512];

    for (;;) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        int64_t left = deadline - gd_mono_ms();
        ssize_t n;

        if (left <= 0 || (poll(&poll_fd, 1, (int)left) < 0 && errno != EINTR))
            return false;
        if (poll_fd.revents == 0)
            continue;
        n = read(fd, part, sizeof part);
        if (n <= 0)
            return n == 0;
        gd_buf_add(out, part, (size_t)n);
        gd_wipe(part, sizeof part);
    }
}

/* The first line becomes the token. */
static enum gd_rc take_token(struct gd_profile *profile, struct gd_buf *text, const char *from,
                             struct gd_error *err)
{
    size_t len = strcspn(text->data, "\r\n");

    if (text->failed || len == 0)
        return gd_fail(err, GD_INPUT, "it must print the ExoBridge token as its first line",
                       "the %s of profile %s gives no token", from, profile->name);
    profile->token = gd_strndup(text->data, len);
    return profile->token != NULL ? GD_OK : gd_fail_memory(err);
}

static enum gd_rc from_file(struct gd_profile *profile, struct gd_error *err)
{
    int fd = open(profile->token_file, O_RDONLY | O_CLOEXEC);
    struct gd_buf text;
    enum gd_rc rc;

    if (fd < 0)
        return gd_fail(err, GD_INPUT, "check token_file in the profile", "cannot read %s: %s",
                       profile->token_file, strerror(errno));
    gd_buf_init(&text, TOKEN_MAX);
    if (read_all(fd, gd_mono_ms() + COMMAND_TIME_MS, &text))
        rc = take_token(profile, &text, "token_file", err);
    else
        rc = gd_fail(err, GD_INPUT, "check token_file in the profile", "cannot read %s", profile->token_file);
    close(fd);
    gd_buf_wipe(&text);
    return rc;
}

/* Starts sh -c command with its output in *fd; the process id, or -1. */
static pid_t start_command(const char *command, int *fd)
{
    const char *argv[] = {"sh", "-c", command, NULL};
    posix_spawn_file_actions_t actions;
    int ends[2];
    pid_t pid = -1;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return -1;
    if (posix_spawn_file_actions_init(&actions) == 0) {
        if (posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO) != 0 ||
            posix_spawn(&pid, "/bin/sh", &actions, NULL, (char *const *)argv, environ) != 0)
            pid = -1;
        posix_spawn_file_actions_destroy(&actions);
    }
    close(ends[1]);
    *fd = ends[0];
    if (pid < 0)
        close(ends[0]);
    return pid;
}

static enum gd_rc from_command(struct gd_profile *profile, struct gd_error *err)
{
    struct gd_buf text;
    int fd, status = -1;
    pid_t pid = start_command(profile->token_command, &fd);
    enum gd_rc rc;

    if (pid < 0)
        return gd_fail(err, GD_INPUT, "check token_command in the profile", "cannot start token_command");
    gd_buf_init(&text, TOKEN_MAX);
    if (!read_all(fd, gd_mono_ms() + COMMAND_TIME_MS, &text))
        kill(pid, SIGTERM);
    while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
        ;
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        rc = take_token(profile, &text, "token_command", err);
    else
        rc = gd_fail(err, GD_INPUT, "run it by hand and see", "token_command of profile %s failed",
                     profile->name);
    close(fd);
    gd_buf_wipe(&text);
    return rc;
}

enum gd_rc gd_profile_token(struct gd_profile *profile, struct gd_error *err)
{
    if (profile->token != NULL)
        return GD_OK;
    if (profile->token_file != NULL)
        return from_file(profile, err);
    if (profile->token_command != NULL)
        return from_command(profile, err);
    return gd_fail(err, GD_INPUT, "set GREENDESK_TOKEN, or token_command or token_file in the profile",
                   "profile %s has no token", profile->name);
}
