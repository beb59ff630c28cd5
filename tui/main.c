/* greendesk: the entry point. Options, configuration, desk; then one command, or the console. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../api/log.h"
#include "../api/mem.h"
#include "../api/version.h"
#include "console.h"
#include "shell.h"
#include "sink_out.h"

/* Nothing of this process is for others: not its files, not its memory after a crash. */
static void be_private(void)
{
    struct rlimit none = {0, 0};

    umask(077);
    setrlimit(RLIMIT_CORE, &none);
    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
    /* A file that may not grow is an error of its writing, not the end of the process. */
    signal(SIGXFSZ, SIG_IGN);
}

/* The command that the first word names, NULL where there is none. */
static const struct gd_command *named_command(int argc, char **argv)
{
    return argc > 0 ? gd_command_find(argv[0], NULL) : NULL;
}

/* Whether configuration is read at all: what a broken one must not stand in the way of does without. */
static bool wants_config(const struct options *options, int argc, const struct gd_command *command)
{
    if (options->help)
        return false;
    return argc == 0 || (command != NULL && command != &gd_commands[GD_C_HELP]);
}

static bool wants_desk(int argc, const struct gd_command *command)
{
    return argc == 0 || (command->flags & GD_CF_LEDGER) != 0;
}

static enum gd_rc check_terminal(const struct options *options, struct gd_error *err)
{
    if (options->script != NULL || (isatty(STDIN_FILENO) && isatty(STDOUT_FILENO)))
        return GD_OK;
    return gd_fail(err, GD_INPUT, "run it on one, or give a command: see greendesk --help",
                   "the console needs a terminal");
}

/* The console, once its desk is open; the exit status. */
static int run_console(struct shell *shell)
{
    struct gd_error err = {0};

    if (check_terminal(&shell->options, &err) == GD_OK && shell_open(shell, true, true, &err) == GD_OK)
        return console_run(shell->desk, shell->config, &shell->options, shell->demo);
    sink_error_line(stderr, &err);
    return gd_exit_status(err.rc);
}

/* One command; the exit status. argv is the program's whole line. */
static int run_command(struct shell *shell, int argc, char **argv, int n_words, char **words)
{
    const struct gd_command *command = named_command(n_words, words);
    bool config = wants_config(&shell->options, n_words, command);
    char help_word[] = "help", *help = help_word;
    struct gd_error err = {0};
    enum gd_rc rc = shell_open(shell, config, config && wants_desk(n_words, command), &err);

    if (rc == GD_OK && n_words == 0)
        rc = shell_run(shell, 1, &help, &err);
    else if (rc == GD_OK)
        rc = shell_run(shell, argc - 1, argv + 1, &err);
    if (shell->sink != NULL) {
        struct gd_error written = {0};

        if (sink_out_finish(shell->sink, &written) != GD_OK && rc == GD_OK) {
            rc = written.rc;
            err = written;
        }
    }
    if (rc != GD_OK && err.rc != GD_OK)
        sink_error_line(stderr, &err);
    return gd_exit_status(rc);
}

static int run(struct shell *shell, int argc, char **argv, char **words)
{
    struct gd_error err = {0};
    int n_words = argc - 1;

    for (int i = 0; i < n_words; i++)
        words[i] = argv[i + 1];
    if (options_parse(&shell->options, &n_words, words, &err) != GD_OK) {
        sink_error_line(stderr, &err);
        return gd_exit_status(err.rc);
    }
    if (shell->options.version) {
        printf("greendesk %s\n", gd_version());
        return 0;
    }
    if (shell->options.verbose > 0)
        gd_log_open(STDERR_FILENO, shell->options.verbose > 1 ? GD_LOG_BODIES : GD_LOG_REQUESTS);
    if (n_words == 0 && !shell->options.help)
        return run_console(shell);
    return run_command(shell, argc, argv, n_words, words);
}

int main(int argc, char **argv)
{
    struct shell shell = {0};
    char **words;
    int status = 2;

    be_private();
    setlocale(LC_ALL, "");
    gd_mem_init();
    words = gd_calloc((size_t)argc + 1, sizeof *words);
    if (words != NULL && argc > 0)
        status = run(&shell, argc, argv, words);
    gd_free(words);
    shell_close(&shell);
    return status;
}
