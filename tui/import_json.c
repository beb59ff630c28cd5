/* JSON of import: one object, a list of objects or ids, or an object a line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/codec.h"
#include "../api/mem.h"
#include "import_read.h"

/* Bytes of the text in quotes that begins here, 0 where it does not end. */
static size_t text_length(const char *text, size_t len)
{
    for (size_t i = 1; i < len; i++) {
        if (text[i] == '\\')
            i++;
        else if (text[i] == '"')
            return i + 1;
    }
    return 0;
}

/* Bytes of the object that begins here, 0 where it does not end. */
static size_t object_length(const char *text, size_t len)
{
    int depth = 0;

    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"') {
            size_t quoted = text_length(text + i, len - i);

            if (quoted == 0)
                return 0;
            i += quoted - 1;
        } else if (text[i] == '{') {
            depth++;
        } else if (text[i] == '}' && --depth == 0) {
            return i + 1;
        }
    }
    return 0;
}

static bool is_other_tenant(struct import_reader *reader, const json_t *object)
{
    const char *tenant = json_string_value(json_object_get(object, "tenant"));

    if (tenant == NULL || strcmp(tenant, reader->tenant) == 0)
        return false;
    import_bad(reader, reader->line, "import it with that tenant's profile", "it is of the tenant %.60s",
               tenant);
    return true;
}

static void give_value(struct import_reader *reader, const json_t *value)
{
    struct import_row row = {.alloc.call_count = -1, .line = reader->line};
    struct gd_error why = {0};

    if (json_is_string(value)) {
        row.alloc.v[GD_F_ID] = gd_strdup(json_string_value(value));
        import_give(reader, &row);
        return;
    }
    if (is_other_tenant(reader, value))
        return;
    if (gd_alloc_from_json(value, &row.alloc, &why) != GD_OK) {
        reader->hooks.bad(reader->hooks.arg, row.line, &why);
        return;
    }
    row.kind_given = json_object_get(value, "kind") != NULL;
    import_give(reader, &row);
}

static void give_text(struct import_reader *reader, const char *text, size_t len)
{
    struct gd_error why = {0};
    json_t *list = NULL;
    struct gd_buf wrapped;

    /* A text alone is no JSON to some parsers: in a list everything is. */
    gd_buf_init(&wrapped, len + 2);
    gd_buf_addc(&wrapped, '[');
    gd_buf_add(&wrapped, text, len);
    gd_buf_addc(&wrapped, ']');
    if (gd_json_parse(wrapped.data, wrapped.len, &list, &why) == GD_OK)
        give_value(reader, json_array_get(list, 0));
    else
        import_bad(reader, reader->line, "write it as JSON", "it is no JSON: %s", why.what);
    json_decref(list);
    gd_buf_wipe(&wrapped);
}

/* What cannot be read is given up to the end of its line. */
static size_t give_up_line(struct import_reader *reader, const char *text, size_t len, bool last,
                           const char *what)
{
    const char *end = memchr(text, '\n', len);

    if (end == NULL && !last)
        return 0;
    import_bad(reader, reader->line, "write objects or ids", "%s", what);
    return end != NULL ? (size_t)(end - text) + 1 : len;
}

size_t import_take_json(struct import_reader *reader, const char *text, size_t len, bool last)
{
    size_t value;

    switch (*text) {
    case ' ':
    case '\t':
    case '\r':
    case '\n':
    case ',':
        return 1;
    case '[':
        reader->lists++;
        return 1;
    case ']':
        reader->lists--;
        return 1;
    case '{':
        value = object_length(text, len);
        break;
    case '"':
        value = text_length(text, len);
        break;
    default:
        return give_up_line(reader, text, len, last, "neither an object nor an id begins here");
    }
    if (value == 0)
        return last ? give_up_line(reader, text, len, last, "it is not closed") : 0;
    give_text(reader, text, value);
    return value;
}
