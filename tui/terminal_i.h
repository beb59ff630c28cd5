/* What the files of the terminal share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_TERMINAL_I_H
#define TUI_TERMINAL_I_H

#include <curses.h>
#include <stdio.h>
#include <termios.h>

#include "terminal.h"

struct terminal {
    SCREEN *screen;
    FILE *out; /* a file in memory that curses writes to: its pieces reach the terminal as one write */
    int out_fd;
    char *bytes; /* of it, on their way */
    size_t bytes_room;
    struct termios before, raw; /* modes of the terminal */
    enum depth depth;
    cchar_t looks[ROLE__COUNT]; /* of each role, around a blank */
    bool ascii;  /* the locale has no other characters */
    bool titles; /* the terminal has a window title */
    cchar_t *line;
    int room;
    bool clear; /* paint from an empty screen */
};

/* Writes to the terminal, all of it. */
void terminal_tell(const char *bytes, size_t len);

/* Writes what curses has put into its file. */
void terminal_flush(struct terminal *terminal);

/* ---- terminal_signals.c ---- */

/* Catches signals; a crash writes the bytes of restore and gives back the modes, as long as taken is said. */
GD_MUST_USE enum gd_rc terminal_catch(const char *restore, const struct termios *modes, struct gd_error *err);
void terminal_release_signals(void);
void terminal_taken(bool taken);

/* Notes a signal as if it had come. */
void terminal_note(unsigned signals);

#endif
