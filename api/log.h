/* The log: off until opened; escaped text, one line per event; never a body that holds a secret. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LOG_H
#define GD_LOG_H

#include "error.h"

enum gd_level { GD_LOG_OFF, GD_LOG_REQUESTS, GD_LOG_BODIES };

/* Starts writing to the file descriptor at this level (-v requests, -vv bodies masked). */
void gd_log_open(int fd, enum gd_level level);
enum gd_level gd_log_level(void);

/* One line: time, function, text (escaped). */
#define gd_log(level, ...) gd_log_line((level), __func__, __VA_ARGS__)
void gd_log_line(enum gd_level level, const char *function, const char *fmt, ...) GD_PRINTF(3, 4);

#endif
