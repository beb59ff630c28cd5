/* What all sinks share: cells and headings of rows. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink.h"

#include <ctype.h>
#include <string.h>

#include "../api/mem.h"

static const json_t *find(const json_t *row, const char *path)
{
    while (row != NULL && *path != '\0') {
        size_t len = strcspn(path, ".");
        char key[64];

        if (len >= sizeof key)
            return NULL;
        memcpy(key, path, len);
        key[len] = '\0';
        row = json_object_get(row, key);
        path += len + (path[len] == '.');
    }
    return row;
}

static void add_value(const json_t *value, struct gd_buf *out)
{
    size_t i;
    const json_t *item;

    if (json_is_string(value)) {
        gd_buf_add(out, json_string_value(value), json_string_length(value));
    } else if (json_is_integer(value)) {
        gd_buf_addf(out, "%" JSON_INTEGER_FORMAT, json_integer_value(value));
    } else if (json_is_real(value)) {
        gd_buf_addf(out, "%.10g", json_real_value(value));
    } else if (json_is_boolean(value)) {
        gd_buf_adds(out, json_is_true(value) ? "true" : "false");
    } else if (json_is_array(value)) {
        json_array_foreach(value, i, item)
        {
            if (i > 0)
                gd_buf_addc(out, ',');
            add_value(item, out);
        }
    } else if (json_is_object(value)) {
        char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

        if (text != NULL)
            gd_buf_adds(out, text);
        gd_free(text);
    }
}

void sink_cell(const json_t *row, const char *path, struct gd_buf *out)
{
    const json_t *value = find(row, path);

    if (value != NULL)
        add_value(value, out);
}

void sink_heading(const char *path, struct gd_buf *out)
{
    const char *dot = strchr(path, '.');

    if (dot != NULL && dot - path > 1)
        path = dot + 1;
    for (; *path != '\0'; path++)
        gd_buf_addc(out, *path == '.' || *path == '_' ? ' ' : (char)toupper((unsigned char)*path));
}
