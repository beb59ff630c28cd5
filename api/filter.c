/* Reading a filter: words, key:value, times, exclusion, quotes; a fault says where it is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */

/* A word is a text to be found in any searchable field, ASCII letters in either case. One made of digits and
 * their punctuation is found as a number in any notation too; a run of such words is read as one number or as
 * its words, and either reading will do. ends<2h is "less than 2 hours left from now" (an end that has passed
 * has less than none left), read>1d is "read longer ago than a day" (never read is longest ago); with dates,
 * < is before and > is after. An end that is not known is neither. */
#include "filter_i.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "duration.h"
#include "mem.h"
#include "near.h"
#include "number.h"
#include "when.h"

/* The keys, the fields that each looks in, and what it is. */
#define F(id) (1u << GD_F_##id)
static const struct key {
    const char *name;
    enum filter_what what;
    uint32_t fields;
} keys[] = {
    {"state", FILTER_STATE, 0},
    {"vn", FILTER_TEXT, F(A_VNS) | F(B_VNS)},
    {"pin", FILTER_TEXT, F(A_PIN) | F(B_PIN)},
    {"order", FILTER_TEXT, F(TRANSACTION_ID) | F(CUSTOM_FIELD)},
    {"a", FILTER_TEXT, F(A_NUMBERS)},
    {"b", FILTER_TEXT, F(B_NUMBERS)},
    {"number", FILTER_TEXT, F(A_NUMBERS) | F(B_NUMBERS) | F(A_VNS) | F(B_VNS)},
    {"usage", FILTER_TEXT, F(USAGE)},
    {"kind", FILTER_KIND, 0},
    {"id", FILTER_TEXT, F(ID)},
    {"custom", FILTER_TEXT, F(CUSTOM_FIELD)},
    {"changed", FILTER_CHANGED, 0},
    {"ends", FILTER_ENDS, 0},
    {"read", FILTER_READ, 0},
};

#define NUMBER_ROOM 64   /* bytes of a text that can be a number */
#define NUMBER_DIGITS 17 /* digits of one, with prefixes */
#define READINGS 6       /* of a term: as it stands, and as numbers */
#define KEYS (sizeof keys / sizeof *keys)
#define KEY_ADVICE "keys: state vn pin order a b number usage kind id custom changed, ends< ends> read< read>"

/* Reading under way. */
struct reader {
    const char *text;
    size_t at; /* the next byte to read */
    const struct gd_place *place;
    struct gd_filter *filter;
    struct gd_filter_fault *fault;
    struct gd_error *err;
};

/* One word as it stands in the text. */
struct word {
    size_t from;      /* its first byte, the - of an exclusion included */
    const char *text; /* without -, key and quotes; not ended */
    size_t len;
    bool exclude, quoted;
    const struct key *key; /* NULL: a bare word */
    char relation;         /* ':', '<' or '>' after a key */
};

static enum gd_rc fault_at(const struct reader *reader, size_t at, size_t len)
{
    if (reader->fault != NULL)
        *reader->fault = (struct gd_filter_fault){.at = at, .len = len};
    return GD_INPUT;
}

/* ---- words ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Finds the key that a word begins with: letters, digits of a name, dots, then : < or >. */
static enum gd_rc read_key(const struct reader *reader, size_t *at, struct word *word)
{
    const char *name = reader->text + *at;
    size_t len = 0;
    struct gd_near near = {0};
    char text[40];

    if (!isalpha((unsigned char)name[0]))
        return GD_OK;
    while (isalnum((unsigned char)name[len]) || name[len] == '_' || name[len] == '.')
        len++;
    if (name[len] != ':' && name[len] != '<' && name[len] != '>')
        return GD_OK;
    for (size_t i = 0; i < KEYS; i++)
        if (strlen(keys[i].name) == len && strncasecmp(keys[i].name, name, len) == 0)
            word->key = &keys[i];
    if (word->key != NULL) {
        word->relation = name[len];
        *at += len + 1;
        return GD_OK;
    }
    snprintf(text, sizeof text, "%.*s", (int)len, name);
    for (size_t i = 0; i < KEYS; i++)
        gd_near_offer(&near, text, keys[i].name);
    (void)gd_fail(reader->err, GD_INPUT, KEY_ADVICE "; quotes make a text of it",
                  near.best != NULL ? "the filter has no key %s; did you mean %s?"
                                    : "the filter has no key %s",
                  text, near.best);
    return fault_at(reader, *at, len);
}

static enum gd_rc read_value(struct reader *reader, size_t at, struct word *word)
{
    const char *text = reader->text;
    const char *end;

    if (text[at] != '"') {
        word->text = text + at;
        while (text[at] != '\0' && !is_blank(text[at]))
            at++;
        word->len = (size_t)(text + at - word->text);
        reader->at = at;
        return GD_OK;
    }
    end = strchr(text + at + 1, '"');
    if (end == NULL) {
        (void)gd_fail(reader->err, GD_INPUT, "close it with another \"", "the filter ends inside a quote");
        return fault_at(reader, at, strlen(text) - at);
    }
    word->quoted = true;
    word->text = text + at + 1;
    word->len = (size_t)(end - word->text);
    reader->at = (size_t)(end + 1 - text);
    return GD_OK;
}

/* Reads the next word; *more false at the end. */
static enum gd_rc read_word(struct reader *reader, struct word *word, bool *more)
{
    size_t at = reader->at;
    enum gd_rc rc;

    while (is_blank(reader->text[at]))
        at++;
    *word = (struct word){.from = at};
    reader->at = at;
    *more = reader->text[at] != '\0';
    if (!*more)
        return GD_OK;
    if (reader->text[at] == '-' && reader->text[at + 1] != '\0' && !is_blank(reader->text[at + 1])) {
        word->exclude = true;
        at++;
    }
    rc = read_key(reader, &at, word);
    return rc == GD_OK ? read_value(reader, at, word) : rc;
}

/* ---- texts ---- */

/* Appends a needle, folded; empty ones are left out. */
static enum gd_rc add_needle(const struct reader *reader, struct filter_reading *reading, const char *text,
                             size_t len)
{
    char *copy;

    if (len == 0 || reading->n == FILTER_NEEDLES)
        return GD_OK;
    copy = gd_strndup(text, len);
    if (copy == NULL)
        return gd_fail_memory(reader->err);
    for (size_t i = 0; i < len; i++)
        copy[i] = (char)filter_fold((unsigned char)copy[i]);
    reading->needles[reading->n++] = (struct filter_needle){copy, len};
    return GD_OK;
}

/* Adds a reading of one needle. Of two where one holds the other, the shorter finds all that the longer does.
 */
static enum gd_rc add_reading(const struct reader *reader, struct filter_term *term, const char *text,
                              size_t len)
{
    struct filter_reading reading = {.n = 0};
    enum gd_rc rc = add_needle(reader, &reading, text, len);
    const struct filter_needle *needle = &reading.needles[0];
    size_t kept = 0;
    bool wanted = rc == GD_OK && reading.n > 0;

    for (size_t i = 0; i < term->n; i++) {
        struct filter_reading *old = &term->readings[i];
        const struct filter_needle *other = &old->needles[0];

        if (wanted && old->n == 1 && memmem(needle->text, needle->len, other->text, other->len) != NULL)
            wanted = false;
        if (wanted && old->n == 1 && memmem(other->text, other->len, needle->text, needle->len) != NULL) {
            gd_wipe_free(&old->needles[0].text);
            *old = (struct filter_reading){.n = 0};
            continue;
        }
        term->readings[kept++] = *old;
        if (kept <= i)
            *old = (struct filter_reading){.n = 0};
    }
    term->n = kept;
    if (wanted)
        term->readings[term->n++] = reading;
    else if (reading.n > 0)
        gd_wipe_free(&reading.needles[0].text);
    return rc;
}

/* Whether a word is made of digits and the punctuation of numbers alone. */
static bool is_digits(const char *text, size_t len)
{
    size_t digits = 0;

    for (size_t i = 0; i < len; i++) {
        if (isdigit((unsigned char)text[i]))
            digits++;
        else if (strchr("+-()", text[i]) == NULL)
            return false;
    }
    return digits > 0;
}

/* The digits by which a text is found as a number, in out: national without the trunk prefix where it is
 * complete or begins with that prefix, with the country's code where it was given. False: it is no number. */
static bool number_digits(const struct reader *reader, const char *text, size_t len, char out[NUMBER_ROOM])
{
    const struct gd_country *country = gd_country_find(reader->place->country);
    const char *trunk = country != NULL ? country->trunk : "", *from = out;
    struct gd_error ignored = {0};
    char copy[NUMBER_ROOM], whole[GD_NUMBER_MAX];
    bool completed = false;
    size_t n;

    if (len >= sizeof copy || memchr(text, '\0', len) != NULL)
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (!gd_number_like(copy))
        return false;
    n = gd_number_digits(copy, out, NUMBER_ROOM);
    if (n > NUMBER_DIGITS)
        return false;
    if (gd_number_parse(copy, country != NULL ? country->iso : NULL, whole, &completed, &ignored) == GD_OK) {
        from = whole + 1 + (completed && country != NULL ? strlen(country->code) : 0);
        memmove(out, from, strlen(from) + 1);
    } else if (trunk[0] != '\0' && strncmp(out, trunk, strlen(trunk)) == 0 && n >= strlen(trunk) + 4) {
        memmove(out, out + strlen(trunk), n - strlen(trunk) + 1);
    } else if (copy[0] == '+') {
        memmove(out + 1, out, n + 1); /* the beginning of a number: only there */
        out[0] = '+';
    }
    return true;
}

/* Adds the readings of a text as one number: its digits as they came, and what number_digits makes of them.
 */
static enum gd_rc add_number(const struct reader *reader, struct filter_term *term, const char *text,
                             size_t len)
{
    char digits[NUMBER_ROOM];
    enum gd_rc rc;

    if (!number_digits(reader, text, len, digits))
        return GD_OK;
    rc = add_reading(reader, term, digits, strlen(digits));
    if (rc == GD_OK && text[0] != '+' && digits[0] != '0') {
        char copy[NUMBER_ROOM];

        memcpy(copy, text, len);
        copy[len] = '\0';
        rc = add_reading(reader, term, digits, gd_number_digits(copy, digits, sizeof digits));
    }
    return rc;
}

/* Behind the word, its closing quote included; the reader can stand elsewhere, before a run of words. */
static size_t end_of(const struct reader *reader, const struct word *word)
{
    return (size_t)(word->text - reader->text) + word->len + word->quoted;
}

static struct filter_term *new_term(const struct reader *reader, const struct word *word,
                                    enum filter_what what, enum gd_rc *rc)
{
    struct filter_term *term = &reader->filter->terms[reader->filter->n];

    if (reader->filter->n == FILTER_TERMS) {
        (void)gd_fail(reader->err, GD_INPUT, "leave some words out", "a filter has at most %d terms",
                      FILTER_TERMS);
        *rc = fault_at(reader, word->from, end_of(reader, word) - word->from);
        return NULL;
    }
    *term = (struct filter_term){.what = what, .exclude = word->exclude};
    reader->filter->n++;
    if (what != FILTER_TEXT)
        return term;
    term->fields = word->key != NULL ? word->key->fields : filter_searchable();
    term->readings = gd_calloc(READINGS, sizeof *term->readings);
    if (term->readings == NULL)
        *rc = gd_fail_memory(reader->err);
    return term->readings != NULL ? term : NULL;
}

/* A text alone: itself, and where it looks like a number its digits. */
static enum gd_rc add_text(const struct reader *reader, const struct word *word)
{
    enum gd_rc rc = GD_OK;
    struct filter_term *term;

    if (word->len == 0 && word->key == NULL)
        return GD_OK;
    term = new_term(reader, word, FILTER_TEXT, &rc);
    if (term == NULL)
        return rc;
    rc = add_reading(reader, term, word->text, word->len);
    return rc == GD_OK ? add_number(reader, term, word->text, word->len) : rc;
}

/* A run of words of digits, as one number; else as its words: as they stand, or each a number of its own. */
static enum gd_rc add_run(const struct reader *reader, const struct word *words, size_t n, size_t to)
{
    enum gd_rc rc = GD_OK;
    char digits[NUMBER_ROOM];
    struct filter_term *term = new_term(reader, &words[0], FILTER_TEXT, &rc);

    if (term == NULL)
        return rc;
    term->n = 2;
    for (size_t i = 0; rc == GD_OK && i < n; i++) {
        bool number = number_digits(reader, words[i].text, words[i].len, digits);

        rc = add_needle(reader, &term->readings[0], words[i].text, words[i].len);
        if (rc == GD_OK)
            rc = add_needle(reader, &term->readings[1], number ? digits : words[i].text,
                            number ? strlen(digits) : words[i].len);
    }
    return rc == GD_OK ? add_number(reader, term, reader->text + words[0].from, to - words[0].from) : rc;
}

/* ---- keys ---- */

static enum gd_rc bad_value(const struct reader *reader, const struct word *word, const char *takes)
{
    (void)gd_fail(reader->err, GD_INPUT, KEY_ADVICE, "%s%c takes %s, not \"%.*s\"", word->key->name,
                  word->relation, takes, (int)(word->len > 60 ? 60 : word->len), word->text);
    if (word->len == 0)
        return fault_at(reader, word->from, end_of(reader, word) - word->from);
    return fault_at(reader, (size_t)(word->text - reader->text), word->len);
}

/* The bits of the names that begin with one of the word's parts between commas; 0 where a part fits none. */
static unsigned named(const struct word *word, const char *(*name)(int value), int n)
{
    unsigned set = 0;

    for (size_t from = 0; from <= word->len;) {
        const char *comma = memchr(word->text + from, ',', word->len - from);
        size_t len = comma != NULL ? (size_t)(comma - word->text) - from : word->len - from;
        unsigned bits = 0;

        for (int i = 0; i < n && len > 0; i++)
            if (strncasecmp(name(i), word->text + from, len) == 0)
                bits |= 1u << i;
        if (bits == 0)
            return 0;
        set |= bits;
        from += len + 1;
    }
    return set;
}

static const char *state_name(int value)
{
    return gd_state_name((enum gd_state)value);
}

static const char *kind_name(int value)
{
    return gd_kind_name((enum gd_kind)value);
}

/* A moment: a span from (ends) or before (read) now, or a date with or without a time in the account's zone.
 * *span says which it was. */
static bool read_moment(const struct reader *reader, const struct word *word, int64_t *when, bool *span)
{
    struct gd_error ignored = {0};
    struct gd_span read;
    char text[GD_WHEN_MAX];

    if (word->len == 0 || word->len + 9 > sizeof text)
        return false;
    snprintf(text, sizeof text, "%.*s", (int)word->len, word->text);
    *span =
        gd_span_parse(text, reader->place->zone_offset, &read, &ignored) == GD_OK && read.form == GD_SPAN_FOR;
    if (*span) {
        *when = reader->filter->now + (word->key->what == FILTER_ENDS ? read.value : -read.value);
        return true;
    }
    if (word->len == 10)
        snprintf(text, sizeof text, "%.*s 00:00:00", (int)word->len, word->text);
    ignored = (struct gd_error){0};
    return gd_when_parse(text, reader->place->zone_offset, when, &ignored) == GD_OK;
}

static enum gd_rc add_moment(const struct reader *reader, const struct word *word)
{
    enum gd_rc rc = GD_OK;
    struct filter_term *term;
    int64_t when = 0;
    bool span = false;

    if (word->relation == ':' || !read_moment(reader, word, &when, &span))
        return bad_value(reader, word,
                         word->relation == ':' ? "< or > after it"
                                               : "a span like 2h, or a date like 2026-12-01");
    term = new_term(reader, word, word->key->what, &rc);
    if (term == NULL)
        return rc;
    term->when = when;
    term->after = word->relation == '>';
    if (span && word->key->what == FILTER_READ)
        term->after = !term->after; /* read>1d is longer ago than a day */
    return GD_OK;
}

static enum gd_rc add_set(const struct reader *reader, const struct word *word)
{
    enum gd_rc rc = GD_OK;
    struct filter_term *term;
    bool state = word->key->what == FILTER_STATE;
    unsigned set =
        state ? named(word, state_name, GD_DEALLOCATED + 1) : named(word, kind_name, GD_GREENVN + 1);

    if (set == 0)
        return bad_value(reader, word,
                         state ? "active, expired, deallocated or unknown" : "greenpin or greenvn");
    term = new_term(reader, word, word->key->what, &rc);
    if (term != NULL)
        term->set = set;
    return rc;
}

static enum gd_rc add_key(const struct reader *reader, const struct word *word)
{
    enum gd_rc rc = GD_OK;

    if (word->relation != ':' && word->key->what != FILTER_ENDS && word->key->what != FILTER_READ)
        return bad_value(reader, word, "a colon");
    switch (word->key->what) {
    case FILTER_TEXT:
        return word->len > 0 ? add_text(reader, word) : bad_value(reader, word, "a text");
    case FILTER_STATE:
    case FILTER_KIND:
        return add_set(reader, word);
    case FILTER_ENDS:
    case FILTER_READ:
        return add_moment(reader, word);
    case FILTER_CHANGED:
        if (word->len > 0)
            return bad_value(reader, word, "nothing after it");
        (void)new_term(reader, word, FILTER_CHANGED, &rc);
        return rc;
    }
    return rc;
}

/* ---- the whole ---- */

static bool runs_on(const struct word *word)
{
    return word->key == NULL && !word->quoted && !word->exclude && is_digits(word->text, word->len);
}

/* Reads a word, and those that make a run with it. */
static enum gd_rc read_term(struct reader *reader, bool *more)
{
    struct word words[FILTER_NEEDLES];
    size_t n = 0, to = 0, digits = 0;
    enum gd_rc rc = read_word(reader, &words[0], more);

    if (rc != GD_OK || !*more)
        return rc;
    if (words[0].key != NULL)
        return add_key(reader, &words[0]);
    if (!runs_on(&words[0]))
        return add_text(reader, &words[0]);
    while (*more && n < FILTER_NEEDLES && runs_on(&words[n]) && digits + words[n].len <= NUMBER_DIGITS + 8) {
        digits += words[n++].len;
        to = reader->at;
        if (n == FILTER_NEEDLES)
            break;
        rc = read_word(reader, &words[n], more);
        if (rc != GD_OK)
            return rc;
    }
    reader->at = to; /* the word that ended the run is read again */
    *more = true;
    return n > 1 ? add_run(reader, words, n, to) : add_text(reader, &words[0]);
}

enum gd_rc gd_filter_parse(const char *text, const struct gd_place *place, int64_t now,
                           struct gd_filter **out, struct gd_filter_fault *fault, struct gd_error *err)
{
    struct gd_filter *filter = gd_calloc(1, sizeof *filter);
    struct reader reader = {.text = text, .place = place, .filter = filter, .fault = fault, .err = err};
    bool more = true;
    enum gd_rc rc = GD_OK;

    *out = NULL;
    if (filter == NULL)
        return gd_fail_memory(err);
    filter->now = now;
    if (strlen(text) > FILTER_MAX) {
        (void)gd_fail(err, GD_INPUT, "shorten it", "a filter has at most %d bytes", FILTER_MAX);
        rc = fault_at(&reader, FILTER_MAX, strlen(text) - FILTER_MAX);
    }
    while (rc == GD_OK && more)
        rc = read_term(&reader, &more);
    if (rc == GD_OK)
        *out = filter;
    else
        gd_filter_free(&filter);
    return rc;
}

void gd_filter_free(struct gd_filter **out)
{
    struct gd_filter *filter = *out;

    *out = NULL;
    if (filter == NULL)
        return;
    for (size_t t = 0; t < filter->n; t++) {
        for (size_t r = 0; filter->terms[t].readings != NULL && r < READINGS; r++)
            for (size_t i = 0; i < filter->terms[t].readings[r].n; i++)
                gd_wipe_free(&filter->terms[t].readings[r].needles[i].text);
        gd_free(filter->terms[t].readings);
    }
    gd_free(filter);
}
