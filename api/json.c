/* Helpers around jansson, and the parser's mending of answers that are almost JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include <string.h>

#include "codec.h"
#include "mem.h"
#include "text.h"

#define DEPTH_MAX 64
#define DIGITS_MAX 18 /* of an integer that is sure to fit 64 bits */
#define REPLACEMENT "\xef\xbf\xbd"

/* ---- building ---- */

static void add_utf8(const char *text, size_t len, struct gd_buf *out)
{
    size_t from = 0, at = 0, step;
    int rune;

    while (at < len) {
        step = gd_utf8_next(text + at, len - at, &rune);
        if (rune <= 0) {
            gd_buf_add(out, text + from, at - from);
            gd_buf_adds(out, REPLACEMENT);
            from = at + step;
        }
        at += step;
    }
    gd_buf_add(out, text + from, at - from);
}

json_t *gd_json_textn(const char *text, size_t len)
{
    struct gd_buf mended;
    json_t *value = NULL;

    if (memchr(text, '\0', len) == NULL && (value = json_stringn(text, len)) != NULL)
        return value;
    gd_buf_init(&mended, len * strlen(REPLACEMENT));
    add_utf8(text, len, &mended);
    if (!mended.failed)
        value = json_stringn(mended.data, mended.len);
    gd_buf_wipe(&mended);
    return value;
}

json_t *gd_json_text(const char *text)
{
    return gd_json_textn(text, strlen(text));
}

json_t *gd_json_text_or_null(const char *text)
{
    return text != NULL ? gd_json_text(text) : json_null();
}

json_t *gd_json_at(const json_t *object, const char *path, size_t len)
{
    char key[64];
    size_t n;

    for (;;) {
        const char *dot = memchr(path, '.', len);

        n = dot != NULL ? (size_t)(dot - path) : len;
        if (n >= sizeof key)
            return NULL;
        memcpy(key, path, n);
        key[n] = '\0';
        object = json_object_get(object, key);
        if (dot == NULL || object == NULL)
            return (json_t *)object;
        path += n + 1;
        len -= n + 1;
    }
}

bool gd_json_put(json_t *object, const char *key, json_t *value)
{
    return json_object_set_new(object, key, value) == 0;
}

bool gd_json_put_at(json_t *object, const char *path, json_t *value)
{
    const char *dot = strchr(path, '.');
    char key[64];
    json_t *inner;

    if (dot == NULL)
        return gd_json_put(object, path, value);
    if (value == NULL || (size_t)(dot - path) >= sizeof key) {
        json_decref(value);
        return false;
    }
    memcpy(key, path, (size_t)(dot - path));
    key[dot - path] = '\0';
    inner = json_object_get(object, key);
    if (inner == NULL) {
        inner = json_object();
        if (!gd_json_put(object, key, inner)) {
            json_decref(value);
            return false;
        }
    }
    return gd_json_put_at(inner, dot + 1, value);
}

static int write_some(const char *bytes, size_t len, void *arg)
{
    struct gd_buf *out = arg;

    gd_buf_add(out, bytes, len);
    return out->failed ? -1 : 0;
}

void gd_json_write(const json_t *value, struct gd_buf *out)
{
    if (json_dump_callback(value, write_some, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        out->failed = true;
}

/* ---- parsing ---- */

/* The deepest nesting of the text, strings left out; no more than one beyond DEPTH_MAX is told. */
static int depth_of(const char *text, size_t len)
{
    int depth = 0, deepest = 0;
    bool quoted = false;

    for (size_t i = 0; i < len && deepest <= DEPTH_MAX; i++) {
        char c = text[i];

        if (quoted) {
            if (c == '\\')
                i++;
            else if (c == '"')
                quoted = false;
        } else if (c == '"') {
            quoted = true;
        } else if (c == '{' || c == '[') {
            if (++depth > deepest)
                deepest = depth;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return deepest;
}

/* The code unit of a "\uXXXX" at text, or -1. */
static int escape_at(const char *text, size_t len)
{
    int unit = 0;

    if (len < 6 || text[0] != '\\' || text[1] != 'u')
        return -1;
    for (int i = 2; i < 6; i++) {
        char c = text[i];

        if (c >= '0' && c <= '9')
            unit = unit * 16 + (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            unit = unit * 16 + ((c | 0x20) - 'a' + 10);
        else
            return -1;
    }
    return unit;
}

/* One escape at text, inside a string: copies it, or U+FFFD for NUL and half a pair. Returns its bytes. */
static size_t mend_escape(const char *text, size_t len, struct gd_buf *out)
{
    int unit = escape_at(text, len), next;
    size_t n = unit >= 0 ? 6 : 2;

    if (unit >= 0xd800 && unit <= 0xdbff) {
        next = escape_at(text + 6, len - 6);
        n = next >= 0xdc00 && next <= 0xdfff ? 12 : 6;
    }
    if (n > len)
        n = len;
    if (unit == 0 || (n == 6 && unit >= 0xd800 && unit <= 0xdfff))
        gd_buf_adds(out, "\\ufffd");
    else
        gd_buf_add(out, text, n);
    return n;
}

/* One step inside a string; *quoted turns false at its end. */
static size_t mend_string(const char *text, size_t len, bool *quoted, struct gd_buf *out)
{
    unsigned char c = (unsigned char)text[0];
    size_t step;
    int rune;

    if (c == '\\')
        return mend_escape(text, len, out);
    if (c < ' ') { /* jansson is right to refuse it, but what was meant is plain */
        gd_buf_addf(out, "\\u%04x", c != 0 ? c : 0xfffdu);
        return 1;
    }
    if (c == '"')
        *quoted = false;
    step = gd_utf8_next(text, len, &rune);
    if (rune < 0)
        gd_buf_adds(out, REPLACEMENT);
    else
        gd_buf_add(out, text, step);
    return step;
}

/* One step outside of strings: an integer too long for 64 bits becomes a text. */
static size_t mend_outside(const char *text, size_t len, struct gd_buf *out)
{
    size_t n = 0, sign = text[0] == '-';

    while (sign + n < len && text[sign + n] >= '0' && text[sign + n] <= '9')
        n++;
    if (n == 0) {
        gd_buf_addc(out, text[0]);
        return 1;
    }
    n += sign;
    if (n <= DIGITS_MAX || (n < len && strchr(".eE", text[n]) != NULL)) {
        gd_buf_add(out, text, n);
    } else {
        gd_buf_addc(out, '"');
        gd_buf_add(out, text, n);
        gd_buf_addc(out, '"');
    }
    return n;
}

static void mend(const char *text, size_t len, struct gd_buf *out)
{
    bool quoted = false;

    for (size_t i = 0; i < len && !out->failed;) {
        if (quoted) {
            i += mend_string(text + i, len - i, &quoted, out);
        } else {
            quoted = text[i] == '"';
            i += mend_outside(text + i, len - i, out);
        }
    }
}

/* Parses, and says whether memory ran out. */
static json_t *load(const char *text, size_t len, json_error_t *at, bool *no_memory)
{
    json_t *value = json_loadb(text, len, 0, at);

    *no_memory = value == NULL && json_error_code(at) == json_error_out_of_memory;
    return value;
}

/* Parses again after mending what jansson refuses. */
static json_t *load_mended(const char *text, size_t len, bool *no_memory)
{
    struct gd_buf mended;
    json_error_t at;
    json_t *value = NULL;

    gd_buf_init(&mended, len * 6 + 16);
    mend(text, len, &mended);
    *no_memory = mended.failed;
    if (!mended.failed)
        value = load(mended.data, mended.len, &at, no_memory);
    gd_buf_wipe(&mended);
    return value;
}

enum gd_rc gd_json_parse(const char *text, size_t len, json_t **out, struct gd_error *err)
{
    json_error_t at;
    bool no_memory;

    *out = NULL;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    if (depth_of(text, len) > DEPTH_MAX)
        return gd_fail(err, GD_SERVER, NULL, "the answer is nested deeper than %d levels", DEPTH_MAX);
    *out = load(text, len, &at, &no_memory);
    if (*out == NULL && !no_memory)
        *out = load_mended(text, len, &no_memory);
    if (*out != NULL)
        return GD_OK;
    if (no_memory)
        return gd_fail_memory(err);
    return gd_fail(err, GD_SERVER, NULL, "the answer is no JSON (line %d, column %d)", at.line, at.column);
}
