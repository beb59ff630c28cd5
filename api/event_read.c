/* The fields of a callback out of its notation: a query or form, JSON, or XML. All of it is untrusted. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "event.h"
#include "json.h"

#define FIELDS_MAX 512  /* of one event */
#define DEPTH_MAX 8     /* elements inside each other */
#define NAME_MAX_LEN 63 /* bytes of a field's name */

static enum gd_rc fail(struct gd_error *err, const char *why)
{
    return gd_fail(err, GD_INPUT, "it was not kept", "the event cannot be read: %s", why);
}

/* ---- fields ---- */

/* Puts a value, taken, under a name; a name that came before becomes a list. */
static bool put(json_t *object, const char *name, json_t *value)
{
    json_t *old = json_object_get(object, name), *list;

    if (value == NULL || json_object_size(object) >= FIELDS_MAX) {
        json_decref(value);
        return false;
    }
    if (old == NULL)
        return gd_json_put(object, name, value);
    if (json_is_array(old))
        return json_array_size(old) < FIELDS_MAX ? json_array_append_new(old, value) == 0
                                                 : (json_decref(value), false);
    list = json_array();
    if (list == NULL || json_array_append(list, old) != 0 || json_array_append_new(list, value) != 0) {
        json_decref(list);
        return false;
    }
    return gd_json_put(object, name, list);
}

/* A text that is itself a list or an object in JSON counts as that; all other texts as they are. */
static json_t *value_of(const char *text, size_t len)
{
    json_t *inner = NULL;
    struct gd_error ignored = {0};

    if (len > 1 && (*text == '[' || *text == '{') && gd_json_parse(text, len, &inner, &ignored) == GD_OK)
        return inner;
    return gd_json_textn(text, len);
}

/* ---- query and form ---- */

static int hex(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static void unquote(const char *text, size_t len, struct gd_buf *out)
{
    gd_buf_clear(out);
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '%' && i + 2 < len && hex(text[i + 1]) >= 0 && hex(text[i + 2]) >= 0) {
            gd_buf_addc(out, (char)(hex(text[i + 1]) * 16 + hex(text[i + 2])));
            i += 2;
        } else {
            gd_buf_addc(out, text[i] == '+' ? ' ' : text[i]);
        }
    }
}

/* The + of a number that was not quoted has become a blank: gives it back. */
static void mend_plus(struct gd_buf *text)
{
    size_t digits = 0;

    for (size_t i = 0; i < text->len; i++) {
        if (text->data[i] >= '0' && text->data[i] <= '9')
            digits++;
        else if (text->data[i] != ' ' && text->data[i] != ',')
            return;
    }
    for (size_t i = 0; digits >= 7 && i + 1 < text->len; i++)
        if (text->data[i] == ' ' && text->data[i + 1] != ' ' && (i == 0 || text->data[i - 1] == ','))
            text->data[i] = '+';
}

/* name, name[] (one of a list) or name[inner]. */
static bool put_named(json_t *object, const struct gd_buf *key, const struct gd_buf *value)
{
    char name[NAME_MAX_LEN + 1];
    size_t len = strcspn(key->data, "["), inner = len + 1;
    json_t *into = object;

    if (len == 0 || len > NAME_MAX_LEN || key->len > NAME_MAX_LEN || strlen(key->data) != key->len)
        return len == 0 && key->len == 0;
    memcpy(name, key->data, len);
    name[len] = '\0';
    if (key->data[len] == '[' && inner < key->len && key->data[inner] != ']') {
        into = json_object_get(object, name);
        if (into == NULL) {
            into = json_object();
            if (!gd_json_put(object, name, into))
                return false;
        }
        len = strcspn(key->data + inner, "]");
        memcpy(name, key->data + inner, len);
        name[len] = '\0';
        if (!json_is_object(into))
            return false;
    }
    return put(into, name, value_of(value->data, value->len));
}

static enum gd_rc read_fields(const char *text, size_t len, json_t *object, struct gd_error *err)
{
    struct gd_buf key, value;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&key, 4 * NAME_MAX_LEN);
    gd_buf_init(&value, len + 1);
    for (size_t at = 0, end; rc == GD_OK && at < len; at = end + 1) {
        const char *amp = memchr(text + at, '&', len - at), *is;

        end = amp != NULL ? (size_t)(amp - text) : len;
        is = memchr(text + at, '=', end - at);
        if (is == NULL) {
            rc = end == at ? GD_OK : fail(err, "a field without a value");
            continue;
        }
        unquote(text + at, (size_t)(is - text) - at, &key);
        unquote(is + 1, end - (size_t)(is - text) - 1, &value);
        mend_plus(&value);
        if (key.failed || value.failed || !put_named(object, &key, &value))
            rc = fail(err, "a field's name");
    }
    gd_buf_wipe(&key);
    gd_buf_wipe(&value);
    return rc;
}

/* ---- XML ---- */

struct xml {
    const char *at, *end;
};

static bool starts(const struct xml *xml, const char *with)
{
    size_t len = strlen(with);

    return (size_t)(xml->end - xml->at) >= len && memcmp(xml->at, with, len) == 0;
}

/* Goes behind the text; false where it does not come any more. */
static bool skip_past(struct xml *xml, const char *text)
{
    const char *found = memmem(xml->at, (size_t)(xml->end - xml->at), text, strlen(text));

    if (found == NULL)
        return false;
    xml->at = found + strlen(text);
    return true;
}

/* Goes over the declaration and comments. A document type is refused: it could name entities. */
static bool skip_misc(struct xml *xml)
{
    for (;;) {
        while (xml->at < xml->end && strchr(" \t\r\n", *xml->at) != NULL && *xml->at != '\0')
            xml->at++;
        if (starts(xml, "<?")) {
            if (!skip_past(xml, "?>"))
                return false;
        } else if (starts(xml, "<!--")) {
            if (!skip_past(xml, "-->"))
                return false;
        } else {
            return !starts(xml, "<!");
        }
    }
}

static void add_utf8(unsigned long rune, struct gd_buf *out)
{
    if (rune < 0x80) {
        gd_buf_addc(out, (char)rune);
    } else if (rune < 0x800) {
        gd_buf_addc(out, (char)(0xc0 | rune >> 6));
        gd_buf_addc(out, (char)(0x80 | (rune & 0x3f)));
    } else {
        if (rune < 0x10000) {
            gd_buf_addc(out, (char)(0xe0 | rune >> 12));
        } else {
            gd_buf_addc(out, (char)(0xf0 | rune >> 18));
            gd_buf_addc(out, (char)(0x80 | (rune >> 12 & 0x3f)));
        }
        gd_buf_addc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
        gd_buf_addc(out, (char)(0x80 | (rune & 0x3f)));
    }
}

/* One entity; false where it is none of XML's own. */
static bool add_entity(struct xml *xml, struct gd_buf *out)
{
    static const struct {
        const char *text;
        char c;
    } known[] = {{"&amp;", '&'}, {"&lt;", '<'}, {"&gt;", '>'}, {"&quot;", '"'}, {"&apos;", '\''}};
    char digits[12] = "", *end;
    unsigned long rune;
    bool sixteen = starts(xml, "&#x") || starts(xml, "&#X");
    size_t n = 0;

    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        if (starts(xml, known[i].text)) {
            gd_buf_addc(out, known[i].c);
            xml->at += strlen(known[i].text);
            return true;
        }
    if (!starts(xml, "&#"))
        return false;
    xml->at += sixteen ? 3 : 2;
    while (xml->at < xml->end && *xml->at != ';' && n + 1 < sizeof digits)
        digits[n++] = *xml->at++;
    if (xml->at == xml->end || *xml->at != ';' || hex(digits[0]) < 0)
        return false;
    xml->at++;
    rune = strtoul(digits, &end, sixteen ? 16 : 10);
    if (*end != '\0' || rune == 0 || rune > 0x10ffff || (rune >= 0xd800 && rune < 0xe000))
        return false;
    add_utf8(rune, out);
    return true;
}

/* The name behind < or </; what stands behind it in the tag (attributes) is not looked at. */
static bool read_name(struct xml *xml, char name[NAME_MAX_LEN + 1])
{
    size_t len = 0;

    while (xml->at + len < xml->end && strchr(" \t\r\n/>", xml->at[len]) == NULL)
        len++;
    if (len == 0 || len > NAME_MAX_LEN || xml->at + len == xml->end)
        return false;
    memcpy(name, xml->at, len);
    name[len] = '\0';
    xml->at += len;
    return true;
}

static bool read_element(struct xml *xml, json_t *into, int depth);

/* Text, character data and elements up to the end tag, which must be of this name. */
static bool read_content(struct xml *xml, const char *name, struct gd_buf *text, json_t *inner, int depth)
{
    char ends[NAME_MAX_LEN + 1];

    while (xml->at < xml->end && !text->failed) {
        if (starts(xml, "</")) {
            xml->at += 2;
            return read_name(xml, ends) && strcmp(ends, name) == 0 && skip_past(xml, ">");
        }
        if (starts(xml, "<![CDATA[")) {
            const char *from = xml->at + 9;

            if (!skip_past(xml, "]]>"))
                return false;
            gd_buf_add(text, from, (size_t)(xml->at - 3 - from));
        } else if (starts(xml, "<!--") || starts(xml, "<?")) {
            if (!skip_past(xml, starts(xml, "<?") ? "?>" : "-->"))
                return false;
        } else if (*xml->at == '<') {
            if (!read_element(xml, inner, depth + 1))
                return false;
        } else if (*xml->at == '&') {
            if (!add_entity(xml, text))
                return false;
        } else {
            gd_buf_addc(text, *xml->at++);
        }
    }
    return false;
}

/* Where all elements inside are of one name (<numbers><n>1</n><n>2</n></numbers>) they are a list. */
static json_t *list_of(json_t *inner)
{
    json_t *only = json_object_iter_value(json_object_iter(inner));

    return json_object_size(inner) == 1 && json_is_array(only) ? json_incref(only) : json_incref(inner);
}

/* One element from its < on. */
static bool read_element(struct xml *xml, json_t *into, int depth)
{
    char name[NAME_MAX_LEN + 1];
    const char *close;
    struct gd_buf text;
    json_t *inner;
    bool good;

    if (depth > DEPTH_MAX || !starts(xml, "<") || starts(xml, "<!"))
        return false;
    xml->at++;
    if (!read_name(xml, name))
        return false;
    close = memchr(xml->at, '>', (size_t)(xml->end - xml->at));
    if (close == NULL)
        return false;
    xml->at = close + 1;
    if (close[-1] == '/')
        return put(into, name, json_null());
    inner = json_object();
    gd_buf_init(&text, (size_t)(xml->end - xml->at) + 1);
    good = inner != NULL && read_content(xml, name, &text, inner, depth) && !text.failed;
    if (good)
        good = put(into, name, json_object_size(inner) > 0 ? list_of(inner) : value_of(text.data, text.len));
    json_decref(inner);
    gd_buf_wipe(&text);
    return good;
}

/* The fields stand inside one element, whatever its name. */
static enum gd_rc read_xml(const char *text, size_t len, json_t **out, struct gd_error *err)
{
    struct xml xml = {text, text + len};
    json_t *around = json_object(), *fields = NULL;
    enum gd_rc rc = around != NULL ? GD_OK : gd_fail_memory(err);

    if (rc == GD_OK && (!skip_misc(&xml) || !read_element(&xml, around, 0)))
        rc = fail(err, "it is no XML of one element a field");
    if (rc == GD_OK && (!skip_misc(&xml) || xml.at != xml.end))
        rc = fail(err, "there is something behind its end");
    fields = json_object_iter_value(json_object_iter(around));
    if (rc == GD_OK && !json_is_object(fields))
        rc = fail(err, "it holds no fields");
    if (rc == GD_OK)
        *out = json_incref(fields);
    json_decref(around);
    return rc;
}

/* ---- all ---- */

static enum gd_rc read_json(const char *text, size_t len, json_t **out, struct gd_error *err)
{
    struct gd_error why = {0};
    enum gd_rc rc = gd_json_parse(text, len, out, &why);

    if (rc != GD_OK)
        return rc == GD_NO_MEMORY ? gd_fail_memory(err) : fail(err, why.what);
    if (json_is_object(*out))
        return GD_OK;
    json_decref(*out);
    *out = NULL;
    return fail(err, "it is no JSON object");
}

enum gd_rc gd_event_read(const char *text, size_t len, json_t **out, struct gd_error *err)
{
    enum gd_rc rc;

    *out = NULL;
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) {
        text += 3;
        len -= 3;
    }
    while (len > 0 && (*text == ' ' || *text == '\t' || *text == '\r' || *text == '\n')) {
        text++;
        len--;
    }
    if (len == 0)
        return fail(err, "it is empty");
    if (*text == '{' || *text == '[')
        return read_json(text, len, out, err);
    if (*text == '<')
        return read_xml(text, len, out, err);
    *out = json_object();
    rc = *out != NULL ? read_fields(text, len, *out, err) : gd_fail_memory(err);
    if (rc != GD_OK) {
        json_decref(*out);
        *out = NULL;
    }
    return rc;
}
