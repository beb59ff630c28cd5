/* vtdrive: a program on a pseudo-terminal, read by a terminal emulator, driven by lines on standard input. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TESTS_SCREENS_VTDRIVE_H
#define TESTS_SCREENS_VTDRIVE_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>
#include <vterm.h>

/* Growable bytes, always NUL-terminated, at most `max` long: what comes after that is dropped and counted. */
struct bytes {
    char *data;
    size_t len;
    size_t room;
    size_t max;
    size_t dropped;
};

void bytes_add(struct bytes *bytes, const char *data, size_t len);
void bytes_clear(struct bytes *bytes);
void bytes_free(struct bytes *bytes);

/* Where the scan of the program's output for operating system commands (ESC ]) stands. */
struct osc_scan {
    enum { OSC_TEXT, OSC_ESCAPE, OSC_BODY, OSC_BODY_ESCAPE } state;
    struct bytes body;
};

/* The terminal: the child, its pseudo-terminal, and what it made of the screen. */
struct term {
    pid_t child;
    int master;              /* -1 after the child's side was closed and the child has ended */
    bool silent;             /* the child's side was closed: there will be no more output */
    int signals;             /* signalfd: the child ended, or we are told to */
    bool told_to_end;
    bool ended;
    int wait_status;         /* of waitpid, once ended */
    VTerm *vt;
    VTermScreen *screen;
    int rows, cols;
    bool cursor_visible, altscreen;
    int mouse;
    unsigned bells;
    unsigned long reads;     /* counts arrivals of output */
    bool logging;
    struct bytes log;        /* raw output since `raw on` */
    struct bytes title;      /* last OSC 0 or 2 */
    struct bytes clip;       /* last OSC 52: selection;base64 */
    struct osc_scan osc;
};

/* Start argv on a terminal of that size and type. Returns 0, or -1 with errno. */
int term_start(struct term *term, int rows, int cols, const char *type, char **argv);

/* Read the child's output for up to `ms` milliseconds or until some came; -1 waits on, 0 only looks.
   Also returns when a byte can be read from `other` (-1: none). */
void term_pump(struct term *term, int ms, int other);

void term_write(struct term *term, const char *data, size_t len);
int term_resize(struct term *term, int rows, int cols);

/* End the child (hang up, then kill) and free all. */
void term_end(struct term *term);

/* One cell, and its text as UTF-8 (nothing for the right half of a wide character). The caller frees that. */
char *term_cell(struct term *term, int row, int col, VTermScreenCell *cell);
/* All lines as UTF-8 without trailing blanks, each ended by a newline. The caller frees it. */
char *term_text(struct term *term);

/* Follow the output for titles and clipboard writes. */
void osc_feed(struct term *term, const char *data, size_t len);

/* C escapes and <Names> of keys, sent as the terminal would send them now. Returns what is wrong, or NULL. */
const char *keys_send(struct term *term, const char *text);
/* Text with C escapes, as a paste. */
const char *keys_paste(struct term *term, const char *text);

/* The answer `no REASON`. */
void answer_no(const char *reason);

/* The commands that wait, each with the rest of its line. */
void do_find(struct term *term, char *args);
void do_wait(struct term *term, char *args);
void do_wait_exit(struct term *term, char *args);
void do_wait_gone(struct term *term, char *args);
void do_wait_more(struct term *term, char *args);
void do_wait_quiet(struct term *term, char *args);

#endif
