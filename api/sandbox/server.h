/* The HTTP side of the sandbox: one thread, one loop. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_SERVER_H
#define SB_SERVER_H

#include "../error.h"
#include "sb.h"

struct sb_server;

/* Listens as the options say; *port is the port taken. GD_INPUT or GD_NO_ANSWER name the address. */
GD_MUST_USE enum gd_rc sb_server_open(struct sb *sb, struct sb_server **out, int *port, struct gd_error *err);

/* Serves until SIGTERM or SIGINT, or with the stdin guard until standard input ends. */
void sb_server_run(struct sb_server *server);

void sb_server_close(struct sb_server **server);

#endif
