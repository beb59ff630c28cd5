/* The last requests as they came, and the counts that need not outlive the process. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_HISTORY_H
#define SB_HISTORY_H

#include <stddef.h>
#include <stdint.h>

#include "../buf.h"

#define SB_HISTORY_MAX 1000
#define SB_HISTORY_BYTES ((size_t)64 << 20)
#define SB_HISTORY_BODY ((size_t)4 << 20)

struct sb_past {
    char method[12];
    char *text; /* path, NUL, body */
    size_t path_len, body_len;
    size_t body_sent; /* more than body_len where it was too long to keep */
    int status;       /* 0 was not answered */
};

/* Counts since the start. */
struct sb_counts {
    int64_t requests, gets, settings_gets, refused, unauthorized, throttled, faults;
};

struct sb_history {
    struct sb_past past[SB_HISTORY_MAX];
    int first, count;
    size_t bytes;
    struct sb_counts counts;
};

/* Keeps a request; the oldest gives way. The last one's status is set later. */
void sb_history_add(struct sb_history *history, const char *method, const char *path, const char *body,
                    size_t len);
void sb_history_status(struct sb_history *history, int status);
void sb_history_clear(struct sb_history *history);

/* Writes [{"method","path","body","status"},…], the oldest first. */
void sb_history_write(const struct sb_history *history, struct gd_buf *out);

#endif
