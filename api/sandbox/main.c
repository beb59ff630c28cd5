/* greendesk-sandbox: the entry point. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../version.h"

int main(int argc, char **argv)
{
    if (argc == 2 && strcmp(argv[1], "--version") == 0) {
        printf("greendesk-sandbox %s\n", gd_version());
        return 0;
    }
    if (argc == 2 && strcmp(argv[1], "--help") == 0) {
        puts("Usage: greendesk-sandbox [--version | --help]");
        return 0;
    }
    fputs("greendesk-sandbox: unknown arguments; try --help\n", stderr);
    return 2;
}
