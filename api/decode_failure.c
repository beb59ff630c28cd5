/* Answers that are errors: the party envelope, JSON of any other shape, HTML, plain text, nothing. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>
#include <strings.h>

#include "decode.h"
#include "json.h"
#include "mem.h"
#include "text.h"

#define WORDS_MAX 500 /* bytes of a page that are shown */
#define DEPTH_MAX 3   /* levels of JSON in which words are sought */

/* The value of a key in any case; NULL where there is none. */
static json_t *member(json_t *object, const char *name)
{
    const char *key;
    json_t *value;

    json_object_foreach(object, key, value) if (strcasecmp(key, name) == 0) return value;
    return NULL;
}

/* The server's words in JSON of an unknown shape, borrowed; NULL where none are found. */
static const json_t *words_in(json_t *value, int depth)
{
    static const char *const keys[] = {
        "message", "error_message", "error_description", "detail", "description", "reason",
        "error",   "errors",        "response",          "fault",  "faultstring", "restexception",
        "title",   "data"};
    const json_t *found = NULL;

    if (json_is_string(value))
        return json_string_length(value) > 0 && strcmp(json_string_value(value), "null") != 0 ? value : NULL;
    if (depth == DEPTH_MAX)
        return NULL;
    if (json_is_array(value))
        return words_in(json_array_get(value, 0), depth + 1);
    for (size_t i = 0; found == NULL && i < sizeof keys / sizeof *keys; i++)
        found = words_in(member(value, keys[i]), depth + 1);
    return found;
}

static void from_json(json_t *answer, struct gd_envelope *envelope)
{
    json_t *inner = member(answer, "response");
    struct gd_envelope second;

    if (!json_is_object(answer) || gd_envelope_read(answer, envelope, NULL) != GD_OK)
        return;
    if (json_is_object(inner) && envelope->code < 0 && gd_envelope_read(inner, &second, NULL) == GD_OK) {
        envelope->code = second.code;
        if (envelope->status == 0)
            envelope->status = second.status;
        gd_envelope_clear(&second);
    }
    if (envelope->message == NULL && !gd_json_dup(words_in(answer, 0), &envelope->message))
        envelope->message = NULL;
}

/* Appends text with runs of blanks made one, tags left out, and entities as they are. */
static void add_words(const char *text, size_t len, struct gd_buf *out)
{
    bool tag = false, gap = false;

    for (size_t i = 0; i < len && out->len < WORDS_MAX; i++) {
        if (text[i] == '<') {
            tag = gap = true;
        } else if (text[i] == '>' && tag) {
            tag = false;
        } else if (!tag && (unsigned char)text[i] <= ' ') {
            gap = true;
        } else if (!tag) {
            if (gap && out->len > 0)
                gd_buf_addc(out, ' ');
            gap = false;
            gd_buf_addc(out, text[i]);
        }
    }
}

/* Where a tag with this name begins, in any case; NULL where there is none. */
static const char *find_tag(const char *text, size_t len, const char *name)
{
    size_t n = strlen(name);

    for (size_t i = 0; i + n <= len; i++)
        if (text[i] == '<' && strncasecmp(text + i, name, n) == 0)
            return text + i;
    return NULL;
}

/* The words of a page: its title, or else its text. */
static void from_text(const char *text, size_t len, struct gd_envelope *envelope)
{
    const char *title = find_tag(text, len, "<title"), *end = NULL;
    struct gd_buf words;
    size_t cut;
    int rune;

    gd_buf_init(&words, WORDS_MAX + 8);
    if (title != NULL)
        end = find_tag(title, len - (size_t)(title - text), "</title");
    if (end != NULL)
        add_words(title, (size_t)(end - title), &words);
    if (words.len == 0)
        add_words(text, len, &words);
    /* Not in the middle of a character. */
    for (cut = 0; cut < words.len; cut += gd_utf8_next(words.data + cut, words.len - cut, &rune))
        if (cut + 4 > WORDS_MAX)
            break;
    if (words.len > 0 && !words.failed)
        envelope->message = gd_strndup(words.data, cut);
    gd_buf_free(&words);
}

void gd_decode_failure(const char *text, size_t len, struct gd_envelope *envelope)
{
    json_t *answer = NULL;

    *envelope = (struct gd_envelope){.code = -1};
    if (len == 0)
        return;
    if (gd_json_parse(text, len, &answer, NULL) == GD_OK)
        from_json(answer, envelope);
    else
        from_text(text, len, envelope);
    json_decref(answer);
    envelope->success = false;
}
