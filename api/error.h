/* Results and errors: every call that can fail returns an enum, the text goes to the caller's object. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_ERROR_H
#define GD_ERROR_H

#define GD_MUST_USE __attribute__((warn_unused_result))
#define GD_PRINTF(fmt_at, args_at) __attribute__((format(printf, fmt_at, args_at)))

enum gd_rc {
    GD_OK = 0,
    GD_INPUT,     /* usage or bad input; nothing was sent */
    GD_REFUSED,   /* refused here: role, confirmation, protection, limits */
    GD_SERVER,    /* the server refused it, or answered nonsense */
    GD_NO_ANSWER, /* network, TLS or time */
    GD_PARTIAL,   /* several rows, of which some failed or are unknown */
    GD_CANCELLED, /* the person stopped it */
    GD_IO,        /* a file or the ledger could not be read or written */
    GD_NO_MEMORY
};

/* What went wrong, with which thing, and what to do. Zero-initialise it; the first error wins. */
struct gd_error {
    enum gd_rc rc;
    char what[600];
    char advice[300];
};

/* Records an error unless one stands already; advice can be NULL. Returns rc, so that callers write return
 * gd_fail(…). */
enum gd_rc gd_fail(struct gd_error *err, enum gd_rc rc, const char *advice, const char *fmt, ...)
    GD_PRINTF(4, 5);

/* Records GD_NO_MEMORY. */
enum gd_rc gd_fail_memory(struct gd_error *err);

/* The process exit status (0 to 5) that stands for rc. */
int gd_exit_status(enum gd_rc rc);

#endif
