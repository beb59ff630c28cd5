/* One loop, one wait: descriptors, timers, background slices and HTTP transfers of a process. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LOOP_H
#define GD_LOOP_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"

struct gd_loop;

GD_MUST_USE enum gd_rc gd_loop_new(struct gd_loop **out, struct gd_error *err);
void gd_loop_free(struct gd_loop **loop);

/* Watches a descriptor (POLLIN, POLLOUT of poll.h) until dropped. Ids are never 0. */
typedef void gd_fd_fn(void *arg, int fd, short events);
GD_MUST_USE enum gd_rc gd_loop_fd(struct gd_loop *loop, int fd, short events, gd_fd_fn *fn, void *arg,
                                  int *id);
void gd_loop_fd_drop(struct gd_loop *loop, int id);

/* Calls fn once, after ms milliseconds (0: at the next turn). Drop it before it fires, or let it be. */
typedef void gd_timer_fn(void *arg);
GD_MUST_USE enum gd_rc gd_loop_after(struct gd_loop *loop, int64_t ms, gd_timer_fn *fn, void *arg, int *id);
void gd_loop_timer_drop(struct gd_loop *loop, int id);

/* A long work in slices: step is called when no key and no transfer waits, works at most budget_us
 * microseconds, and returns true while there is more. Slices take turns. */
typedef bool gd_slice_fn(void *arg, int64_t budget_us);
GD_MUST_USE enum gd_rc gd_loop_slice(struct gd_loop *loop, gd_slice_fn *step, void *arg, int *id);
void gd_loop_slice_drop(struct gd_loop *loop, int id);

/* One wait (curl_multi_poll over everything, at most max_ms, -1 without limit) and the callbacks that are
 * due. Without any HTTP started it is a plain poll. A signal ends the wait. */
GD_MUST_USE enum gd_rc gd_loop_turn(struct gd_loop *loop, int max_ms, struct gd_error *err);

/* Whether timers, slices or transfers are outstanding (descriptors do not count): false means idle. */
bool gd_loop_busy(const struct gd_loop *loop);

#endif
