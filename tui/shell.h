/* The shell's side of a command: what it needs is opened, run until it is over, and closed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SHELL_H
#define TUI_SHELL_H

#include "../api/desk.h"
#include "demo.h"
#include "options.h"
#include "sink.h"

/* Zero-initialise it, parse the options into it. Owns all. */
struct shell {
    struct options options;
    struct gd_config *config;
    struct gd_profile *profile; /* borrowed from config */
    struct gd_loop *loop;
    struct gd_desk *desk;
    struct demo *demo;
    struct sink *sink;
    int wake[2]; /* a signal writes, the loop reads */
    bool woken;  /* wake is open */
    int heard;   /* interrupts that a job was stopped for */
};

/* Opens loop and sink, the configuration, and the desk of the profile (or the demo's), as far as wanted. */
GD_MUST_USE enum gd_rc shell_open(struct shell *shell, bool config, bool desk, struct gd_error *err);

/* Runs a command line until it is over; interrupts stop it. The error, where there is one in words, is not
 * printed. */
GD_MUST_USE enum gd_rc shell_run(struct shell *shell, int argc, char *const *argv, struct gd_error *err);

void shell_close(struct shell *shell);

#endif
