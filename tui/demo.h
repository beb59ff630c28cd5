/* The demo: greendesk-sandbox as a child process on a free loopback port, a temporary ledger, and a profile
 * of role admin. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_DEMO_H
#define TUI_DEMO_H

#include "../api/loop.h"
#include "../api/profile.h"

struct demo;

/* Starts the sandbox, waits (10 s at most) until it listens, makes a private folder for the ledger and adds
 * the profile "demo" to the configuration. Child and folder go with this process, however it ends. */
GD_MUST_USE enum gd_rc demo_start(struct gd_config *config, struct gd_profile **profile, struct demo **out,
                                  struct gd_error *err);

/* Asks the sandbox for its ids and writes them, one a line, to a file in the folder; then calls fn once, from
 * gd_loop_turn, with the file's path (what "import PATH --fetch" takes), or NULL and what went wrong. */
typedef void demo_ids_fn(void *arg, const char *path, const struct gd_error *why);
GD_MUST_USE enum gd_rc demo_ids(struct demo *demo, struct gd_loop *loop, demo_ids_fn *fn, void *arg,
                                struct gd_error *err);

/* Ends the child and removes the folder. Close the desk before. */
void demo_stop(struct demo **demo);

#endif
