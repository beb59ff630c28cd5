/* The parser of JSON from outside. It builds jansson's values, but is no part of jansson: jansson's own lexer
 * does not notice when memory runs out in the middle of a text, and refuses a whole answer for one bad byte.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <locale.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "codec.h"
#include "json.h"
#include "text.h"

#define DEPTH_MAX 64
#define REAL_MAX 64 /* bytes of a number with fraction or exponent; longer ones become texts */
#define REPLACEMENT "\xef\xbf\xbd"

struct parser {
    const char *start, *at, *end;
    int depth;
    struct gd_buf text; /* of a text with escapes, or of a key */
    bool no_memory;
    const char *fault; /* what is wrong at at; NULL: nothing yet */
};

static json_t *parse_value(struct parser *p);

/* ---- faults ---- */

/* Notes what is wrong, and is false. */
static bool fail(struct parser *p, const char *fault)
{
    if (p->fault == NULL)
        p->fault = fault;
    return false;
}

static json_t *no_value(struct parser *p, const char *fault)
{
    fail(p, fault);
    return NULL;
}

/* The value, or (where it is NULL) the fact that memory ran out. */
static json_t *made(struct parser *p, json_t *value)
{
    if (value == NULL)
        p->no_memory = true;
    return value;
}

static void skip_blanks(struct parser *p)
{
    while (p->at < p->end && (*p->at == ' ' || *p->at == '\n' || *p->at == '\r' || *p->at == '\t'))
        p->at++;
}

/* The next byte that is no blank, or -1 at the end; it stays there. */
static int peek(struct parser *p)
{
    skip_blanks(p);
    return p->at < p->end ? (unsigned char)*p->at : -1;
}

/* Takes the byte if it comes next. */
static bool take(struct parser *p, char c)
{
    if (peek(p) != (unsigned char)c)
        return false;
    p->at++;
    return true;
}

/* ---- texts ---- */

static void add_rune(struct gd_buf *out, int rune)
{
    if (rune < 0x80) {
        gd_buf_addc(out, (char)rune);
        return;
    }
    if (rune < 0x800) {
        gd_buf_addc(out, (char)(0xc0 | rune >> 6));
    } else {
        if (rune < 0x10000) {
            gd_buf_addc(out, (char)(0xe0 | rune >> 12));
        } else {
            gd_buf_addc(out, (char)(0xf0 | rune >> 18));
            gd_buf_addc(out, (char)(0x80 | (rune >> 12 & 0x3f)));
        }
        gd_buf_addc(out, (char)(0x80 | (rune >> 6 & 0x3f)));
    }
    gd_buf_addc(out, (char)(0x80 | (rune & 0x3f)));
}

/* Takes "uXXXX" and returns its code unit, or -1 where it is none. */
static int take_unit(struct parser *p)
{
    int unit = 0;

    if (p->end - p->at < 5 || *p->at != 'u')
        return -1;
    for (int i = 1; i < 5; i++) {
        char c = p->at[i];

        if (c >= '0' && c <= '9')
            unit = unit * 16 + (c - '0');
        else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'f')
            unit = unit * 16 + ((c | 0x20) - 'a' + 10);
        else
            return -1;
    }
    p->at += 5;
    return unit;
}

/* Takes what follows a backslash; NUL and half pairs become U+FFFD. */
static bool take_escape(struct parser *p)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";
    const char *name, *before;
    int unit, low;

    if (p->at == p->end)
        return false;
    name = *p->at != '\0' ? strchr(names, *p->at) : NULL;
    if (name != NULL) {
        gd_buf_addc(&p->text, values[name - names]);
        p->at++;
        return true;
    }
    unit = take_unit(p);
    if (unit < 0)
        return false;
    before = p->at;
    if (unit >= 0xd800 && unit <= 0xdbff && p->end - p->at > 1 && *p->at == '\\') {
        p->at++;
        low = take_unit(p);
        if (low >= 0xdc00 && low <= 0xdfff)
            unit = 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00);
        else
            p->at = before;
    }
    add_rune(&p->text, unit == 0 || (unit >= 0xd800 && unit <= 0xdfff) ? 0xfffd : unit);
    return true;
}

/* Takes a text behind its opening quote. It is *text of *len bytes: a piece of the input where nothing had to
 * be changed, else p->text. False: a fault. */
static bool take_text(struct parser *p, const char **text, size_t *len)
{
    const char *from = p->at;
    size_t step;
    int rune;

    gd_buf_clear(&p->text);
    while (p->at < p->end && *p->at != '"') {
        if (*p->at == '\\') {
            gd_buf_add(&p->text, from, (size_t)(p->at - from));
            p->at++;
            if (!take_escape(p))
                return fail(p, "a bad escape");
            from = p->at;
            continue;
        }
        step = gd_utf8_next(p->at, (size_t)(p->end - p->at), &rune);
        if (rune <= 0) {
            gd_buf_add(&p->text, from, (size_t)(p->at - from));
            gd_buf_adds(&p->text, REPLACEMENT);
            from = p->at + step;
        }
        p->at += step;
    }
    if (p->at == p->end)
        return fail(p, "a text without its end");
    *text = from;
    *len = (size_t)(p->at - from);
    p->at++;
    if (p->text.len > 0) {
        gd_buf_add(&p->text, *text, *len);
        *text = p->text.data;
        *len = p->text.len;
    }
    p->no_memory |= p->text.failed;
    return !p->text.failed;
}

static json_t *parse_text(struct parser *p)
{
    const char *text;
    size_t len;

    p->at++;
    return take_text(p, &text, &len) ? made(p, json_stringn_nocheck(text, len)) : NULL;
}

/* ---- numbers ---- */

/* Takes digits; how many. */
static size_t take_digits(struct parser *p)
{
    const char *from = p->at;

    while (p->at < p->end && *p->at >= '0' && *p->at <= '9')
        p->at++;
    return (size_t)(p->at - from);
}

/* A whole number; one beyond 64 bits becomes a text, so that none of its digits is lost. */
static json_t *make_integer(struct parser *p, const char *from)
{
    bool minus = *from == '-';
    json_int_t value = 0;

    for (const char *at = from + minus; at < p->at; at++)
        if (__builtin_mul_overflow(value, 10, &value) ||
            __builtin_sub_overflow(value, (json_int_t)(*at - '0'), &value)) /* negative reaches one further */
            return made(p, json_stringn_nocheck(from, (size_t)(p->at - from)));
    if (!minus && __builtin_sub_overflow(0, value, &value))
        return made(p, json_stringn_nocheck(from, (size_t)(p->at - from)));
    return made(p, json_integer(value));
}

static json_t *make_real(struct parser *p, const char *from)
{
    size_t len = (size_t)(p->at - from);
    char text[REAL_MAX], *point;
    double value = INFINITY;

    if (len < sizeof text) {
        memcpy(text, from, len);
        text[len] = '\0';
        point = strchr(text, '.');
        if (point != NULL) /* strtod wants the locale's */
            *point = *localeconv()->decimal_point;
        value = strtod(text, NULL);
    }
    if (!isfinite(value))
        return made(p, json_stringn_nocheck(from, len));
    return made(p, json_real(value));
}

static json_t *parse_number(struct parser *p)
{
    const char *from = p->at;
    bool real = false, zero;

    p->at += *p->at == '-';
    zero = p->at < p->end && *p->at == '0';
    switch (take_digits(p)) {
    case 0:
        return no_value(p, "no value");
    case 1:
        break;
    default:
        if (zero)
            return no_value(p, "a number with a leading zero");
    }
    if (p->at < p->end && *p->at == '.') {
        p->at++;
        real = true;
        if (take_digits(p) == 0)
            return no_value(p, "a number without digits after its point");
    }
    if (p->at < p->end && (*p->at == 'e' || *p->at == 'E')) {
        p->at++;
        real = true;
        p->at += p->at < p->end && (*p->at == '+' || *p->at == '-');
        if (take_digits(p) == 0)
            return no_value(p, "a number without digits in its exponent");
    }
    return real ? make_real(p, from) : make_integer(p, from);
}

/* ---- lists and objects ---- */

static bool parse_items(struct parser *p, json_t *list)
{
    json_t *item;

    if (take(p, ']'))
        return true;
    do {
        item = parse_value(p);
        if (item == NULL)
            return false;
        if (json_array_append_new(list, item) != 0) {
            p->no_memory = true;
            return false;
        }
    } while (take(p, ','));
    return take(p, ']') || fail(p, "no , or ] where one should be");
}

/* Takes the key, with the colon behind it, into *key (gd_buf: the parser's own is used again by the value).
 */
static bool take_key(struct parser *p, struct gd_buf *key)
{
    const char *text;
    size_t len;

    if (!take(p, '"'))
        return fail(p, "no key where one should be");
    if (!take_text(p, &text, &len))
        return false;
    gd_buf_clear(key);
    gd_buf_add(key, text, len);
    p->no_memory |= key->failed;
    if (key->failed)
        return false;
    return take(p, ':') || fail(p, "no : behind a key");
}

static bool parse_members(struct parser *p, json_t *object)
{
    struct gd_buf key;
    json_t *value;
    bool good;

    if (take(p, '}'))
        return true;
    gd_buf_init(&key, p->text.max);
    do {
        good = take_key(p, &key) && (value = parse_value(p)) != NULL;
        if (good && json_object_set_new_nocheck(object, key.data, value) != 0) {
            p->no_memory = true;
            good = false;
        }
    } while (good && take(p, ','));
    gd_buf_free(&key);
    return good && (take(p, '}') || fail(p, "no , or } where one should be"));
}

static json_t *parse_container(struct parser *p, bool object)
{
    json_t *value;

    if (p->depth == DEPTH_MAX)
        return no_value(p, "more than 64 levels");
    value = made(p, object ? json_object() : json_array());
    if (value == NULL)
        return NULL;
    p->depth++;
    p->at++;
    if (!(object ? parse_members(p, value) : parse_items(p, value))) {
        json_decref(value);
        return NULL;
    }
    p->depth--;
    return value;
}

static json_t *parse_word(struct parser *p)
{
    static const struct {
        const char *word;
        json_t *(*make)(void);
    } words[] = {{"true", json_true}, {"false", json_false}, {"null", json_null}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        size_t n = strlen(words[i].word);

        if ((size_t)(p->end - p->at) >= n && memcmp(p->at, words[i].word, n) == 0) {
            p->at += n;
            return words[i].make();
        }
    }
    return no_value(p, "no value");
}

static json_t *parse_value(struct parser *p)
{
    switch (peek(p)) {
    case '{':
        return parse_container(p, true);
    case '[':
        return parse_container(p, false);
    case '"':
        return parse_text(p);
    case 't':
    case 'f':
    case 'n':
        return parse_word(p);
    case -1:
        return no_value(p, "the end too early");
    default:
        return parse_number(p);
    }
}

/* ---- the whole ---- */

static enum gd_rc refuse(const struct parser *p, struct gd_error *err)
{
    const char *line = p->start;
    size_t lines = 1;

    for (const char *at = p->start; at < p->at; at++)
        if (*at == '\n') {
            lines++;
            line = at + 1;
        }
    return gd_fail(err, GD_SERVER, NULL, "it is no JSON: %s at line %zu, byte %zu", p->fault, lines,
                   (size_t)(p->at - line) + 1);
}

enum gd_rc gd_json_parse(const char *text, size_t len, json_t **out, struct gd_error *err)
{
    struct parser p = {.start = text, .at = text, .end = text + len};
    int first;

    gd_buf_init(&p.text, len * strlen(REPLACEMENT) + 1);
    if (len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0)
        p.at += 3;
    first = peek(&p);
    if (first == '{' || first == '[')
        *out = parse_value(&p);
    else
        *out = no_value(&p, first < 0 ? "nothing" : "neither an object nor a list");
    if (*out != NULL && peek(&p) >= 0) {
        json_decref(*out);
        *out = no_value(&p, "more behind the end");
    }
    gd_buf_wipe(&p.text);
    if (*out != NULL)
        return GD_OK;
    return p.no_memory ? gd_fail_memory(err) : refuse(&p, err);
}
