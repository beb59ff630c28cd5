/* The one growable buffer: bytes with a mandatory maximum, always ended by a NUL that does not count. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_BUF_H
#define GD_BUF_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

struct gd_buf {
    char *data; /* never NULL after gd_buf_init; "" while empty */
    size_t len;
    size_t room;
    size_t max;
    bool failed; /* sticky: the maximum or the memory was reached; later calls do nothing */
};

/* Makes an empty buffer that never holds more than max bytes. */
void gd_buf_init(struct gd_buf *buf, size_t max);

/* Frees the bytes; the buffer is empty and usable again. gd_buf_wipe overwrites them first. */
void gd_buf_free(struct gd_buf *buf);
void gd_buf_wipe(struct gd_buf *buf);

/* Forgets the bytes and the failure, keeps the room. */
void gd_buf_clear(struct gd_buf *buf);

/* Append bytes, a text, one character, formatted text. After a failure they do nothing: check once, at the
 * end. */
void gd_buf_add(struct gd_buf *buf, const void *bytes, size_t len);
void gd_buf_adds(struct gd_buf *buf, const char *text);
void gd_buf_addc(struct gd_buf *buf, char c);
void gd_buf_addf(struct gd_buf *buf, const char *fmt, ...) GD_PRINTF(2, 3);

/* GD_OK, or GD_NO_MEMORY with the text that what (a noun) was too long or memory ran out. */
GD_MUST_USE enum gd_rc gd_buf_check(const struct gd_buf *buf, const char *what, struct gd_error *err);

/* Gives the text to the caller (freed by gd_free) and empties the buffer; NULL where it failed. */
char *gd_buf_take(struct gd_buf *buf);

#endif
