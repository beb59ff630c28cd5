/* JSON as text for standard output, safe to look at on a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "sink_out.h"

/* Appends \uXXXX, as a pair beyond the first plane. */
static void add_escape(int rune, struct gd_buf *out)
{
    if (rune > 0xffff) {
        rune -= 0x10000;
        gd_buf_addf(out, "\\u%04x\\u%04x", 0xd800u | (unsigned)rune >> 10,
                    0xdc00u | ((unsigned)rune & 0x3ff));
    } else {
        gd_buf_addf(out, "\\u%04x", (unsigned)rune);
    }
}

/* Appends a character that is not plain ASCII: as it is, or escaped where it would not be shown as itself. */
static void add_rune(const char *at, size_t len, int rune, struct gd_buf *out)
{
    struct gd_buf shown;

    gd_buf_init(&shown, 64);
    gd_text_escape(at, len, &shown);
    if (shown.len == len && memcmp(shown.data, at, len) == 0)
        gd_buf_add(out, at, len);
    else
        add_escape(rune, out);
    gd_buf_free(&shown);
}

static bool is_plain(char c)
{
    return (c >= ' ' && c <= '~') || c == '\n';
}

void sink_json(const json_t *value, bool indent, struct gd_buf *out)
{
    char *text = json_dumps(value, (indent ? JSON_INDENT(2) : JSON_COMPACT) | JSON_ENCODE_ANY);
    size_t left = text != NULL ? strlen(text) : 0;
    const char *at = text;

    if (text == NULL)
        out->failed = true;
    while (left > 0) {
        size_t len = 0;

        while (len < left && is_plain(at[len]))
            len++;
        if (len > 0) {
            gd_buf_add(out, at, len);
        } else {
            int rune;

            len = gd_utf8_next(at, left, &rune);
            add_rune(at, len, rune, out);
        }
        at += len;
        left -= len;
    }
    if (text != NULL)
        gd_wipe(text, strlen(text));
    gd_free(text);
}
