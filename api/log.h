/* The log: off until opened; escaped text, one line per event; never a body that holds a secret. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_LOG_H
#define GD_LOG_H

#include <stddef.h>

#include "buf.h"

enum gd_level { GD_LOG_OFF, GD_LOG_REQUESTS, GD_LOG_BODIES };

/* Starts writing to the file descriptor at this level (-v requests, -vv bodies masked). */
void gd_log_open(int fd, enum gd_level level);
enum gd_level gd_log_level(void);

/* One line: time, function, text (escaped). */
#define gd_log(level, ...) gd_log_line((level), __func__, __VA_ARGS__)
void gd_log_line(enum gd_level level, const char *function, const char *fmt, ...) GD_PRINTF(3, 4);

/* At GD_LOG_BODIES: a header line or a body behind its mark ("<", ">"), masked. */
void gd_log_header(const char *mark, const char *line, size_t len);
void gd_log_body(const char *mark, const char *body, size_t len);

/* Appends text without its secrets: of JSON the values of PIN fields, and in any text the runs of digits that
 * may be a number; where the text is no JSON all digits, since a PIN may stand anywhere in it. */
void gd_log_mask(const char *text, size_t len, struct gd_buf *out);

/* Appends text with its runs of at least from digits (blanks, dashes, dots and parentheses between them count
 * as theirs) masked. */
void gd_log_mask_digits(const char *text, size_t len, size_t from, struct gd_buf *out);

/* Appends a path with runs of 10 and more digits masked but for their last four. */
void gd_log_mask_path(const char *path, struct gd_buf *out);

#endif
