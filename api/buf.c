/* The one growable buffer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "mem.h"

static char empty_text[1] = "";

void gd_buf_init(struct gd_buf *buf, size_t max)
{
    *buf = (struct gd_buf){.data = empty_text, .max = max};
}

void gd_buf_free(struct gd_buf *buf)
{
    if (buf->room > 0)
        gd_free(buf->data);
    gd_buf_init(buf, buf->max);
}

void gd_buf_wipe(struct gd_buf *buf)
{
    if (buf->room > 0)
        gd_wipe(buf->data, buf->room);
    gd_buf_free(buf);
}

void gd_buf_clear(struct gd_buf *buf)
{
    buf->len = 0;
    buf->failed = false;
    if (buf->room > 0)
        buf->data[0] = '\0';
}

/* Makes room for extra bytes and the NUL. */
static bool grow(struct gd_buf *buf, size_t extra)
{
    size_t room = buf->room > 0 ? buf->room : 64;
    char *data;

    if (buf->failed || extra > buf->max || buf->len > buf->max - extra) {
        buf->failed = true;
        return false;
    }
    if (buf->len + extra + 1 <= buf->room)
        return true;
    while (room < buf->len + extra + 1)
        room *= 2;
    data = gd_realloc(buf->room > 0 ? buf->data : NULL, room);
    if (data == NULL) {
        buf->failed = true;
        return false;
    }
    buf->data = data;
    buf->room = room;
    return true;
}

void gd_buf_add(struct gd_buf *buf, const void *bytes, size_t len)
{
    if (len == 0 || !grow(buf, len))
        return;
    memcpy(buf->data + buf->len, bytes, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
}

void gd_buf_adds(struct gd_buf *buf, const char *text)
{
    gd_buf_add(buf, text, strlen(text));
}

void gd_buf_addc(struct gd_buf *buf, char c)
{
    gd_buf_add(buf, &c, 1);
}

void gd_buf_addf(struct gd_buf *buf, const char *fmt, ...)
{
    va_list ap, again;
    int len;

    va_start(ap, fmt);
    va_copy(again, ap);
    len = vsnprintf(NULL, 0, fmt, ap);
    va_end(ap);
    if (len > 0 && grow(buf, (size_t)len)) {
        vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, again);
        buf->len += (size_t)len;
    }
    va_end(again);
}

enum gd_rc gd_buf_check(const struct gd_buf *buf, const char *what, struct gd_error *err)
{
    if (!buf->failed)
        return GD_OK;
    return gd_fail(err, GD_NO_MEMORY, NULL, "%s is too long (at most %zu bytes), or memory ran out", what,
                   buf->max);
}

char *gd_buf_take(struct gd_buf *buf)
{
    char *text = NULL;

    if (!buf->failed)
        text = buf->room > 0 ? buf->data : gd_strdup("");
    if (text == NULL || buf->room == 0)
        gd_buf_free(buf);
    gd_buf_init(buf, buf->max);
    return text;
}
