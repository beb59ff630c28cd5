/* What the loop knows of HTTP: three calls that the transfers lend it once the first request was made, so
 * that a program that speaks to nobody never starts libcurl. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LOOP_HTTP_H
#define GD_LOOP_HTTP_H

#include <poll.h>
#include <stddef.h>

#include "loop.h"

struct gd_loop_http {
    /* Waits until a transfer's socket or one of the n descriptors is ready, at most ms (-1 without limit).
     * The revents are not filled. */
    enum gd_rc (*wait)(struct gd_loop_http *self, const struct pollfd *fds, size_t n, int ms,
                       struct gd_error *err);
    /* Moves the transfers and calls back for those that ended. It can set the loop's calls to NULL. */
    void (*move)(struct gd_loop_http *self);
    /* Whether a request is queued or under way. */
    bool (*busy)(const struct gd_loop_http *self);
};

/* The calls lent to this loop, NULL before the first request; borrowed. */
struct gd_loop_http *gd_loop_http(const struct gd_loop *loop);
void gd_loop_http_set(struct gd_loop *loop, struct gd_loop_http *http);

#endif
