/* Untrusted text made safe. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "text.h"

#include <stdbool.h>
#include <string.h>

size_t gd_utf8_next(const char *text, size_t len, int *rune)
{
    const unsigned char *at = (const unsigned char *)text;
    size_t need;
    int value, least;

    *rune = -1;
    if (len == 0)
        return 0;
    if (at[0] < 0x80) {
        *rune = at[0];
        return 1;
    }
    if (at[0] >= 0xc2 && at[0] <= 0xdf) {
        need = 2, value = at[0] & 0x1f, least = 0x80;
    } else if (at[0] >= 0xe0 && at[0] <= 0xef) {
        need = 3, value = at[0] & 0x0f, least = 0x800;
    } else if (at[0] >= 0xf0 && at[0] <= 0xf4) {
        need = 4, value = at[0] & 0x07, least = 0x10000;
    } else {
        return 1;
    }
    if (len < need)
        return 1;
    for (size_t i = 1; i < need; i++) {
        if ((at[i] & 0xc0) != 0x80)
            return 1;
        value = (value << 6) | (at[i] & 0x3f);
    }
    if (value < least || value > 0x10ffff || (value >= 0xd800 && value <= 0xdfff))
        return 1;
    *rune = value;
    return need;
}

/* Characters that are not seen but steer what is seen: controls, format characters, separators of lines. */
static bool steers(int rune)
{
    static const struct {
        int first, last;
    } ranges[] = {
        {0x00, 0x1f},       {0x7f, 0x9f},       {0xad, 0xad},       {0x600, 0x605},     {0x61c, 0x61c},
        {0x6dd, 0x6dd},     {0x70f, 0x70f},     {0x890, 0x891},     {0x8e2, 0x8e2},     {0x180e, 0x180e},
        {0x200b, 0x200f},   {0x2028, 0x202e},   {0x2060, 0x206f},   {0xfeff, 0xfeff},   {0xfff9, 0xfffb},
        {0x110bd, 0x110bd}, {0x110cd, 0x110cd}, {0x13430, 0x1343f}, {0x1bca0, 0x1bca3}, {0x1d173, 0x1d17a},
        {0xe0000, 0xe007f},
    };

    for (size_t i = 0; i < sizeof ranges / sizeof *ranges && rune >= ranges[i].first; i++)
        if (rune <= ranges[i].last)
            return true;
    return false;
}

static void add_escape(int rune, unsigned char byte, struct gd_buf *out)
{
    if (rune == '\n')
        gd_buf_adds(out, "\\n");
    else if (rune == '\r')
        gd_buf_adds(out, "\\r");
    else if (rune == '\t')
        gd_buf_adds(out, "\\t");
    else if (rune < 0x80) /* an invalid byte too */
        gd_buf_addf(out, "\\x%02x", byte);
    else if (rune <= 0xffff)
        gd_buf_addf(out, "\\u%04x", (unsigned)rune);
    else
        gd_buf_addf(out, "\\U%08x", (unsigned)rune);
}

void gd_text_escape(const char *text, size_t len, struct gd_buf *out)
{
    size_t from = 0, at = 0, step;
    int rune;

    while (at < len) {
        step = gd_utf8_next(text + at, len - at, &rune);
        if (rune < 0 || steers(rune)) {
            gd_buf_add(out, text + from, at - from);
            add_escape(rune, (unsigned char)text[at], out);
            from = at + step;
        }
        at += step;
    }
    gd_buf_add(out, text + from, at - from);
}

/* Whether text is one phone number or several by commas, in full or masked: no spreadsheet computes it. */
static bool is_numbers(const char *text)
{
    size_t n;

    for (;;) {
        if (*text++ != '+')
            return false;
        n = strspn(text, "0123456789\xe2\x80\xa2");
        if (n < 4)
            return false;
        text += n;
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
}

void gd_text_csv(const char *text, struct gd_buf *out)
{
    bool defuse = *text != '\0' && strchr("=+-@\t\r", *text) != NULL && !is_numbers(text);
    size_t len = strlen(text);
    bool quote = len > 0 && (strpbrk(text, "\",\r\n\t") != NULL || *text == ' ' || text[len - 1] == ' ');

    if (quote)
        gd_buf_addc(out, '"');
    if (defuse)
        gd_buf_addc(out, '\'');
    for (; *text != '\0'; text++) {
        if (*text == '"')
            gd_buf_addc(out, '"');
        gd_buf_addc(out, *text);
    }
    if (quote)
        gd_buf_addc(out, '"');
}
