/* Helpers around jansson. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "json.h"

#include <string.h>

#include "mem.h"
#include "text.h"

#define REPLACEMENT "\xef\xbf\xbd"
#define WRITE_AT_ONCE 4096 /* bytes of a value that are written without detours */

/* Whether all of it is UTF-8 without a NUL. */
static bool is_plain(const char *text, size_t len)
{
    size_t step;
    int rune;

    for (; len > 0; text += step, len -= step) {
        step = gd_utf8_next(text, len, &rune);
        if (rune <= 0)
            return false;
    }
    return true;
}

static void add_utf8(const char *text, size_t len, struct gd_buf *out)
{
    size_t step;
    int rune;

    for (; len > 0; text += step, len -= step) {
        step = gd_utf8_next(text, len, &rune);
        if (rune > 0)
            gd_buf_add(out, text, step);
        else
            gd_buf_adds(out, REPLACEMENT);
    }
}

json_t *gd_json_textn(const char *text, size_t len)
{
    struct gd_buf mended;
    json_t *value = NULL;

    if (is_plain(text, len))
        return json_stringn_nocheck(text, len);
    gd_buf_init(&mended, len * strlen(REPLACEMENT));
    add_utf8(text, len, &mended);
    if (!mended.failed)
        value = json_stringn_nocheck(mended.data, mended.len);
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
    char text[WRITE_AT_ONCE];
    size_t len = json_dumpb(value, text, sizeof text, JSON_COMPACT | JSON_ENCODE_ANY);

    if (len > 0 && len <= sizeof text) {
        gd_buf_add(out, text, len);
        gd_wipe(text, len);
        return;
    }
    gd_wipe(text, sizeof text);
    if (len == 0) {
        out->failed = true;
        return;
    }
    if (json_dump_callback(value, write_some, out, JSON_COMPACT | JSON_ENCODE_ANY) != 0)
        out->failed = true;
}
