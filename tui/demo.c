/* The demo: two children. One is the sandbox, which dies with this process. The other only waits for this
 * process to end, whatever ends it, and then removes the private folder. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "demo.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "../api/http.h"
#include "../api/mem.h"
#include "../api/when.h"

enum {
    START_MS = 10000, /* until it listens */
    END_MS = 2000     /* until it is killed */
};
#define SEED "12480"
#define BASE "http://127.0.0.1:%d"

struct demo {
    char folder[PATH_MAX];
    char ids[PATH_MAX + 16];
    pid_t sandbox, keeper;
    int guard; /* open as long as this process lives: the keeper reads its end */
    int port;
    struct gd_loop *loop;
    struct gd_http *http;
    int timer;
    demo_ids_fn *fn;
    void *arg;
};

/* ---- the keeper of the folder ---- */

static void remove_folder(const char *folder)
{
    DIR *dir = opendir(folder);

    for (struct dirent *entry; dir && (entry = readdir(dir)) != NULL;)
        unlinkat(dirfd(dir), entry->d_name, 0);
    if (dir)
        closedir(dir);
    rmdir(folder);
}

static void keep_nothing_but(int fd)
{
    int nowhere = open("/dev/null", O_RDWR);

    for (int i = 0; i < 3; i++)
        if (i != fd)
            dup2(nowhere, i);
    for (int i = 3; i < 1024; i++)
        if (i != fd)
            close(i);
}

_Noreturn static void be_keeper(int fd, const char *folder)
{
    static const int ignored[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGPIPE, SIGTSTP};
    char byte;

    for (size_t i = 0; i < sizeof ignored / sizeof *ignored; i++)
        signal(ignored[i], SIG_IGN);
    setsid();
    keep_nothing_but(fd);
    while (read(fd, &byte, 1) < 0 && errno == EINTR)
        ;
    remove_folder(folder);
    _exit(0);
}

static enum gd_rc start_keeper(struct demo *demo, struct gd_error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) != 0)
        return gd_fail(err, GD_IO, NULL, "no pipe could be made: %s", strerror(errno));
    demo->keeper = fork();
    if (demo->keeper == 0)
        be_keeper(ends[0], demo->folder);
    close(ends[0]);
    demo->guard = ends[1];
    if (demo->keeper < 0)
        return gd_fail(err, GD_IO, NULL, "no process could be made: %s", strerror(errno));
    return GD_OK;
}

static enum gd_rc make_folder(struct demo *demo, struct gd_error *err)
{
    const char *temp = getenv("TMPDIR");

    snprintf(demo->folder, sizeof demo->folder, "%.3000s/greendesk-demo-XXXXXX",
             temp && *temp == '/' ? temp : "/tmp");
    if (!mkdtemp(demo->folder)) {
        enum gd_rc rc = gd_fail(err, GD_IO, "set TMPDIR to a folder that can be written",
                                "no folder could be made as %s: %s", demo->folder, strerror(errno));

        demo->folder[0] = '\0';
        return rc;
    }
    snprintf(demo->ids, sizeof demo->ids, "%s/ids.txt", demo->folder);
    return GD_OK;
}

/* ---- the sandbox ---- */

/* Beside this program, else wherever programs are found. */
static void find_sandbox(char *out, size_t room)
{
    const char *named = getenv("GREENDESK_SANDBOX");
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
    char *slash;

    snprintf(out, room, "%s", named && *named ? named : "greendesk-sandbox");
    if ((named && *named) || n <= 0)
        return;
    self[n] = '\0';
    slash = strrchr(self, '/');
    if (!slash)
        return;
    *slash = '\0';
    snprintf(out, room, "%s/greendesk-sandbox", self);
    if (access(out, X_OK) != 0)
        snprintf(out, room, "greendesk-sandbox");
}

_Noreturn static void be_sandbox(const struct demo *demo, const char *program, int out)
{
    char log[PATH_MAX + 16];
    char *argv[] = {(char *)(uintptr_t)program,
                    (char *)(uintptr_t) "--port",
                    (char *)(uintptr_t) "0",
                    (char *)(uintptr_t) "--seed",
                    (char *)(uintptr_t)SEED,
                    (char *)(uintptr_t) "--die-with-parent",
                    NULL};
    int errors, nowhere = open("/dev/null", O_RDONLY);

    snprintf(log, sizeof log, "%s/sandbox.log", demo->folder);
    errors = open(log, O_WRONLY | O_CREAT | O_APPEND, 0600);
    dup2(nowhere, STDIN_FILENO);
    dup2(out, STDOUT_FILENO);
    dup2(errors, STDERR_FILENO);
    signal(SIGPIPE, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* Ctrl-C is for the console */
    unsetenv("GREENDESK_TOKEN");
    execvp(program, argv);
    dprintf(STDERR_FILENO, "%s: %s\n", program, strerror(errno));
    _exit(127);
}

/* Reads the first line: the port. */
static bool read_port(int fd, int *port)
{
    int64_t end = gd_mono_ms() + START_MS;
    char line[32];
    size_t n = 0;

    while (n + 1 < sizeof line) {
        struct pollfd poll_fd = {.fd = fd, .events = POLLIN};
        int64_t left = end - gd_mono_ms();

        if (left <= 0 || (poll(&poll_fd, 1, (int)left) <= 0 && errno != EINTR))
            return false;
        if (read(fd, line + n, 1) != 1)
            return false;
        if (line[n] == '\n')
            break;
        n++;
    }
    line[n] = '\0';
    *port = (int)strtol(line, NULL, 10);
    return *port > 0 && *port < 65536;
}

/* The first line of what the sandbox complained of. */
static void complaint(const struct demo *demo, char *out, size_t room)
{
    char path[PATH_MAX + 16];
    FILE *file;

    snprintf(path, sizeof path, "%s/sandbox.log", demo->folder);
    file = fopen(path, "re");
    out[0] = '\0';
    if (!file)
        return;
    if (!fgets(out, (int)room, file))
        out[0] = '\0';
    out[strcspn(out, "\n")] = '\0';
    fclose(file);
}

static enum gd_rc start_sandbox(struct demo *demo, struct gd_error *err)
{
    char program[PATH_MAX + 32], why[200];
    int ends[2];
    bool listens;

    find_sandbox(program, sizeof program);
    if (pipe2(ends, O_CLOEXEC) != 0)
        return gd_fail(err, GD_IO, NULL, "no pipe could be made: %s", strerror(errno));
    demo->sandbox = fork();
    if (demo->sandbox == 0)
        be_sandbox(demo, program, ends[1]);
    close(ends[1]);
    listens = demo->sandbox > 0 && read_port(ends[0], &demo->port);
    close(ends[0]);
    if (listens)
        return GD_OK;
    complaint(demo, why, sizeof why);
    return gd_fail(err, GD_IO, "it is installed beside greendesk; GREENDESK_SANDBOX names another",
                   "the sandbox did not start%s%s", *why ? ": " : "", why);
}

static enum gd_rc add_profile(const struct demo *demo, struct gd_config *config, struct gd_profile **out,
                              struct gd_error *err)
{
    char base[64], ledger[PATH_MAX + 16];
    struct gd_profile *profile;

    snprintf(base, sizeof base, BASE "/v1", demo->port);
    snprintf(ledger, sizeof ledger, "%s/ledger.db", demo->folder);
    if (gd_config_add(config, "demo", base, "demo", "demo", &profile, err) != GD_OK)
        return err->rc;
    profile->role = GD_ROLE_ADMIN;
    profile->unit_price = 500;
    snprintf(profile->currency, sizeof profile->currency, "INR");
    gd_free(profile->ledger);
    gd_wipe_free(&profile->token);
    profile->ledger = gd_strdup(ledger);
    profile->token = gd_strdup("demo");
    *out = profile;
    return profile->ledger && profile->token ? GD_OK : gd_fail_memory(err);
}

enum gd_rc demo_start(struct gd_config *config, struct gd_profile **profile, struct demo **out,
                      struct gd_error *err)
{
    struct demo *demo = gd_calloc(1, sizeof *demo);

    if (!demo)
        return gd_fail_memory(err);
    demo->guard = -1;
    if (make_folder(demo, err) != GD_OK || start_keeper(demo, err) != GD_OK ||
        start_sandbox(demo, err) != GD_OK || add_profile(demo, config, profile, err) != GD_OK) {
        demo_stop(&demo);
        return err->rc;
    }
    *out = demo;
    return GD_OK;
}

/* ---- its ids ---- */

static void tell(struct demo *demo, const struct gd_error *why)
{
    demo->fn(demo->arg, why ? NULL : demo->ids, why);
}

static void close_http(void *arg)
{
    struct demo *demo = arg;

    demo->timer = 0;
    gd_http_free(&demo->http);
}

static void on_ids(void *arg, const struct gd_http_answer *answer)
{
    struct demo *demo = arg;
    struct gd_error err = {0};
    FILE *file = NULL;

    if (answer->status != 200)
        (void)gd_fail(&err, GD_SERVER, NULL, "the sandbox did not tell its ids (HTTP %d) %s", answer->status,
                      answer->why);
    else if (!(file = fopen(demo->ids, "we")) || fwrite(answer->body, 1, answer->len, file) != answer->len)
        (void)gd_fail(&err, GD_IO, NULL, "%s could not be written: %s", demo->ids, strerror(errno));
    if (file && fclose(file) != 0)
        (void)gd_fail(&err, GD_IO, NULL, "%s could not be written: %s", demo->ids, strerror(errno));
    if (gd_loop_after(demo->loop, 0, close_http, demo, &demo->timer) != GD_OK)
        demo->timer = 0;
    tell(demo, err.rc == GD_OK ? NULL : &err);
}

enum gd_rc demo_ids(struct demo *demo, struct gd_loop *loop, demo_ids_fn *fn, void *arg, struct gd_error *err)
{
    char base[64];
    struct gd_http_options options = {.base_url = base,
                                      .user = "demo",
                                      .password = "demo",
                                      .concurrency = 1,
                                      .connect_timeout = 5,
                                      .timeout = 30};
    int id;

    snprintf(base, sizeof base, BASE, demo->port);
    demo->loop = loop;
    demo->fn = fn;
    demo->arg = arg;
    if (gd_http_new(loop, &options, &demo->http, err) != GD_OK)
        return err->rc;
    return gd_http_send(demo->http, "GET", "/_sandbox/ids", NULL, 0, on_ids, demo, &id, err);
}

/* ---- the end ---- */

static void end_sandbox(pid_t pid)
{
    kill(pid, SIGTERM);
    for (int waited = 0; waited < END_MS; waited += 5) {
        struct timespec nap = {.tv_nsec = 5000000};

        if (waitpid(pid, NULL, WNOHANG) != 0)
            return;
        nanosleep(&nap, NULL);
    }
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

void demo_stop(struct demo **out)
{
    struct demo *demo = *out;

    if (!demo)
        return;
    if (demo->timer)
        gd_loop_timer_drop(demo->loop, demo->timer);
    gd_http_free(&demo->http);
    if (demo->sandbox > 0)
        end_sandbox(demo->sandbox);
    if (demo->guard >= 0)
        close(demo->guard);
    if (demo->keeper > 0)
        waitpid(demo->keeper, NULL, 0);
    else if (demo->folder[0])
        remove_folder(demo->folder);
    gd_free(demo);
    *out = NULL;
}
