/* Masks for the log: numbers by their digits, PINs by the names of their fields. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <jansson.h>
#include <string.h>

#include "codec.h"
#include "field.h"
#include "log.h"
#include "mem.h"

#define BULLETS "•••••"
#define NUMBER_DIGITS 7 /* from so many on, a run of digits may be somebody's number */

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* The run of digits that begins here, with the single blanks, dashes, dots and parentheses that people put
 * between them; *digits gets their count. It ends behind its last digit. */
static size_t run_of(const char *text, size_t len, size_t *digits)
{
    size_t end = 0, gap = 0;

    *digits = 0;
    for (size_t i = 0; i < len && gap <= 2; i++) {
        if (is_digit(text[i])) {
            ++*digits;
            end = i + 1;
            gap = 0;
        } else if (text[i] != '\0' && strchr(" -.()", text[i]) != NULL) {
            gap++;
        } else {
            break;
        }
    }
    return end;
}

/* A day as the API writes it: 2026-12-01, and no digit behind it. */
static bool is_date(const char *text, size_t len)
{
    static const char form[] = "dddd-dd-dd";

    for (size_t i = 0; i < sizeof form - 1; i++) {
        if (i >= len || (form[i] == 'd' ? !is_digit(text[i]) : text[i] != form[i]))
            return false;
    }
    return (text[0] == '1' || text[0] == '2') && (len == sizeof form - 1 || !is_digit(text[sizeof form - 1]));
}

void gd_log_mask_digits(const char *text, size_t len, size_t from, struct gd_buf *out)
{
    for (size_t i = 0; i < len;) {
        size_t digits = 0;
        size_t run = is_digit(text[i]) ? run_of(text + i, len - i, &digits) : 0;

        if (from > 1 && is_date(text + i, len - i)) {
            gd_buf_add(out, text + i, 10);
            i += 10;
        } else if (run == 0) {
            gd_buf_addc(out, text[i++]);
        } else {
            if (digits >= from)
                gd_buf_adds(out, BULLETS);
            else
                gd_buf_add(out, text + i, run);
            i += run;
        }
    }
}

void gd_log_mask_path(const char *path, struct gd_buf *out)
{
    while (*path != '\0') {
        size_t run = strspn(path, "0123456789");

        if (run >= 10) {
            gd_buf_adds(out, BULLETS);
            gd_buf_add(out, path + run - 4, 4);
        } else {
            gd_buf_add(out, path, run > 0 ? run : 1);
        }
        path += run > 0 ? run : 1;
    }
}

/* Whether one of the paths ("a.pin|aparty_pins") ends in this name. */
static bool paths_end_in(const char *paths, const char *name)
{
    size_t len = strlen(name);

    while (paths != NULL && *paths != '\0') {
        size_t path = strcspn(paths, "|");
        const char *last = paths;

        for (size_t i = 0; i < path; i++)
            last = paths[i] == '.' ? paths + i + 1 : last;
        if ((size_t)(paths + path - last) == len && strncmp(last, name, len) == 0)
            return true;
        paths += path + (paths[path] == '|');
    }
    return false;
}

static bool is_secret_key(const char *name)
{
    for (int field = 0; field < GD_F__COUNT; field++) {
        const struct gd_field_row *row = &gd_fields[field];

        if ((row->flags & GD_FF_SECRET) == 0)
            continue;
        if (paths_end_in(row->read, name) || paths_end_in(row->send_vn, name))
            return true;
        for (int shape = 0; shape < GD_SHAPE__COUNT; shape++) {
            if (paths_end_in(row->send[shape], name))
                return true;
        }
    }
    return false;
}

static json_t *masked_text(const char *text, size_t len, size_t from)
{
    struct gd_buf out;
    json_t *masked;

    gd_buf_init(&out, len * 16 + 16);
    gd_log_mask_digits(text, len, from, &out);
    masked = json_stringn(out.data, out.len);
    gd_buf_wipe(&out);
    return masked;
}

static json_t *masked_value(const json_t *value, size_t from);

/* A receiver's address: who knows its path can send events, since nothing signs them. */
static bool is_endpoint(const char *key)
{
    static const char end[] = "_endpoint";
    size_t len = strlen(key);

    return len >= sizeof end - 1 && strcmp(key + len - (sizeof end - 1), end) == 0;
}

/* Leaves scheme and host of an address. */
static json_t *masked_address(const char *text)
{
    const char *host = strstr(text, "://");
    size_t len = host != NULL ? (size_t)(host - text) + 3 : 0;
    struct gd_buf out;
    json_t *masked;

    len += strcspn(text + len, "/?#");
    if (memchr(text, '@', len) != NULL) /* and a password in front of the host */
        return json_string(BULLETS);
    gd_buf_init(&out, len + sizeof "/" BULLETS);
    gd_buf_add(&out, text, len);
    if (text[len] != '\0')
        gd_buf_adds(&out, "/" BULLETS);
    masked = json_string(out.data);
    gd_buf_wipe(&out);
    return masked;
}

static json_t *masked_object(const json_t *object)
{
    json_t *masked = json_object();
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)object, key, value)
    {
        struct gd_buf name;

        gd_buf_init(&name, strlen(key) * 16 + 16);
        gd_log_mask_digits(key, strlen(key), NUMBER_DIGITS, &name);
        if (is_secret_key(key) && !json_is_null(value))
            json_object_set_new(masked, name.data, json_string(BULLETS));
        else if (is_endpoint(key) && json_is_string(value))
            json_object_set_new(masked, name.data, masked_address(json_string_value(value)));
        else /* a server's message can quote a PIN */
            json_object_set_new(masked, name.data,
                                masked_value(value, strcmp(key, "message") == 0 ? 1 : NUMBER_DIGITS));
        gd_buf_wipe(&name);
    }
    return masked;
}

static json_t *masked_value(const json_t *value, size_t from)
{
    json_t *masked, *item;
    size_t i, digits = 0;
    char *text;

    if (json_is_object(value))
        return masked_object(value);
    if (json_is_string(value))
        return masked_text(json_string_value(value), json_string_length(value), from);
    if (json_is_array(value)) {
        masked = json_array();
        json_array_foreach(value, i, item)
        {
            json_array_append_new(masked, masked_value(item, from));
        }
        return masked;
    }
    if (!json_is_number(value))
        return json_incref((json_t *)value);
    text = json_dumps(value, JSON_ENCODE_ANY);
    for (const char *at = text; at != NULL && *at != '\0'; at++)
        digits += is_digit(*at);
    masked = text != NULL && digits < from ? json_incref((json_t *)value) : json_string(BULLETS);
    gd_wipe_free(&text);
    return masked;
}

void gd_log_mask(const char *text, size_t len, struct gd_buf *out)
{
    json_t *json = NULL, *masked;
    char *dumped;

    if (gd_json_parse(text, len, &json, NULL) != GD_OK) {
        gd_log_mask_digits(text, len, 1, out);
        return;
    }
    masked = masked_value(json, NUMBER_DIGITS);
    dumped = json_dumps(masked, JSON_COMPACT | JSON_ENCODE_ANY);
    gd_buf_adds(out, dumped != NULL ? dumped : BULLETS);
    gd_wipe_free(&dumped);
    json_decref(masked);
    json_decref(json);
}
