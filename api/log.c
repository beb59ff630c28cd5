/* The log: lines written whole to one descriptor, and the masks that keep people's data out of it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "log.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "text.h"
#include "when.h"

#define LINE_MAX_BYTES ((size_t)256 * 1024)

static int log_fd = -1;
static enum gd_level log_level = GD_LOG_OFF;

void gd_log_open(int fd, enum gd_level level)
{
    log_fd = fd;
    log_level = fd >= 0 ? level : GD_LOG_OFF;
}

enum gd_level gd_log_level(void)
{
    return log_level;
}

/* What cannot be written is lost: a log never stops the work that it tells of. */
static void write_all(const char *bytes, size_t len)
{
    while (len > 0) {
        ssize_t wrote = write(log_fd, bytes, len);

        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote <= 0)
            return;
        bytes += wrote;
        len -= (size_t)wrote;
    }
}

/* One line of text that is escaped here: time, function, text. */
static void write_line(const char *function, const char *text, size_t len)
{
    int64_t now = gd_now_ms();
    char when[GD_WHEN_MAX];
    struct gd_buf line;

    gd_buf_init(&line, LINE_MAX_BYTES);
    gd_when_format(now / 1000, 0, "%Y-%m-%dT%H:%M:%S", when);
    gd_buf_addf(&line, "%s.%03dZ %s ", when, (int)(now % 1000), function);
    gd_text_escape(text, len, &line);
    line.failed = false; /* the part that had room is written */
    gd_buf_addc(&line, '\n');
    write_all(line.data, line.len);
    gd_buf_wipe(&line);
}

void gd_log_line(enum gd_level level, const char *function, const char *fmt, ...)
{
    va_list args;
    char text[4096];

    if (level == GD_LOG_OFF || level > log_level)
        return;
    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    write_line(function, text, strlen(text));
}

/* Headers whose values are credentials. */
static bool is_secret_header(const char *line, size_t len)
{
    static const char *const names[] = {
        "authorization:", "proxy-authorization:", "cookie:", "set-cookie:", "authentication-info:"};

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (len >= strlen(names[i]) && strncasecmp(line, names[i], strlen(names[i])) == 0)
            return true;
    }
    return false;
}

void gd_log_header(const char *mark, const char *line, size_t len)
{
    struct gd_buf out;
    const char *colon = memchr(line, ':', len);

    while (len > 0 && (line[len - 1] == '\r' || line[len - 1] == '\n'))
        len--;
    if (log_level < GD_LOG_BODIES || len == 0)
        return;
    gd_buf_init(&out, LINE_MAX_BYTES);
    gd_buf_addf(&out, "%s ", mark);
    if (is_secret_header(line, len))
        gd_buf_addf(&out, "%.*s •••", (int)(colon + 1 - line), line);
    else
        gd_log_mask_digits(line, len, 7, &out);
    write_line("http", out.data, out.len);
    gd_buf_wipe(&out);
}

void gd_log_body(const char *mark, const char *body, size_t len)
{
    struct gd_buf out;

    if (log_level < GD_LOG_BODIES || len == 0)
        return;
    gd_buf_init(&out, LINE_MAX_BYTES);
    gd_buf_addf(&out, "%s ", mark);
    if (len <= LINE_MAX_BYTES / 4)
        gd_log_mask(body, len, &out);
    else
        gd_buf_addf(&out, "a body of %zu bytes", len);
    write_line("http", out.data, out.len);
    gd_buf_wipe(&out);
}
