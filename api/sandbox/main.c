/* greendesk-sandbox: a server on loopback that behaves as ExoBridge Lead Assist does. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "../buf.h"
#include "../version.h"
#include "options.h"
#include "server.h"

static void say_line(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

static int complain(const struct gd_error *err, int status)
{
    fprintf(stderr, "greendesk-sandbox: %s%s%s\n", err->what, err->advice[0] != '\0' ? ": " : "",
            err->advice);
    return status;
}

static int print_help(void)
{
    struct gd_buf text;
    gd_buf_init(&text, 65536);
    sb_options_help(&text);
    fputs(text.data, stdout);
    gd_buf_free(&text);
    return 0;
}

static int serve(const struct sb_options *opt)
{
    static struct sb sb;
    struct sb_server *server = NULL;
    struct gd_error err = {0};
    int port = 0;
    if (sb_open(&sb, opt, &err) != GD_OK)
        return complain(&err, err.rc == GD_INPUT ? 2 : 1);
    sb.say = opt->verbose ? say_line : NULL;
    if (sb_server_open(&sb, &server, &port, &err) != GD_OK) {
        sb_close(&sb);
        return complain(&err, err.rc == GD_INPUT ? 2 : 1);
    }
    printf("%d\n", port);
    fflush(stdout);
    sb_server_run(server);
    sb_server_close(&server);
    sb_close(&sb);
    return 0;
}

int main(int argc, char **argv)
{
    struct sb_options opt;
    struct gd_error err = {0};
    pid_t parent = getppid();
    if (sb_options_read(argc, argv, &opt, &err) != GD_OK)
        return complain(&err, 2);
    if (opt.help)
        return print_help();
    if (opt.version) {
        printf("greendesk-sandbox %s\n", gd_version());
        return 0;
    }
    if (opt.die_with_parent && (prctl(PR_SET_PDEATHSIG, SIGTERM) != 0 || getppid() != parent))
        return 1;
    return serve(&opt);
}
