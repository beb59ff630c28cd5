/* Phone numbers: completion to E.164 and masking. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "number.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "text.h"

#define DIGITS_MAX 32 /* more than any number can have, with prefixes */
#define BULLET "\xe2\x80\xa2"
#define FIVE_BULLETS BULLET BULLET BULLET BULLET BULLET
#define GIVE_FULL "give it in full with + and the country's calling code, as in +919876543210"

static const struct gd_country countries[] = {
#define COUNTRY(iso_, name_, code_, trunk_, min_, max_)                                                      \
    {.iso = iso_, .name = name_, .code = code_, .trunk = trunk_, .min = min_, .max = max_},
#include "countries.def"
#undef COUNTRY
};

#define COUNTRIES (sizeof countries / sizeof *countries)

const struct gd_country *gd_country_at(size_t i)
{
    return i < COUNTRIES ? &countries[i] : NULL;
}

const struct gd_country *gd_country_find(const char *iso)
{
    int one, two;

    if (iso == NULL || strlen(iso) != 2)
        return NULL;
    /* Asked for each number of an import: two letters are compared faster than two texts. */
    one = toupper((unsigned char)iso[0]);
    two = toupper((unsigned char)iso[1]);
    for (size_t i = 0; i < COUNTRIES; i++)
        if (countries[i].iso[0] == one && countries[i].iso[1] == two)
            return &countries[i];
    return NULL;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

bool gd_number_valid(const char *text)
{
    size_t n;

    if (text == NULL || text[0] != '+' || text[1] == '0')
        return false;
    n = strspn(text + 1, "0123456789");
    return text[1 + n] == '\0' && n >= 7 && n <= 15;
}

size_t gd_number_digits(const char *text, char *out, size_t room)
{
    size_t n = 0;

    for (; *text != '\0' && n + 1 < room; text++)
        if (is_digit(*text))
            out[n++] = *text;
    if (room > 0)
        out[n] = '\0';
    return n;
}

/* Whether people, or what they copy from, put this character between the digits of a number. */
static bool is_between(int rune)
{
    static const char ascii[] = " \t-./()";

    if (rune > 0 && rune < 0x80)
        return strchr(ascii, rune) != NULL;
    /* No-break space, soft hyphen, byte order mark, minus; blanks, dashes and marks of direction. */
    return rune == 0xa0 || rune == 0xad || rune == 0xfeff || rune == 0x2212 ||
           (rune >= 0x2000 && rune <= 0x2015) || (rune >= 0x202a && rune <= 0x202f) ||
           (rune >= 0x2060 && rune <= 0x2069);
}

/* What a text holds when it is read as one number. */
struct reading {
    char digits[DIGITS_MAX];
    size_t n;
    bool plus; /* a + stands before the digits */
    int bad;   /* the first character that stands in no number: 0 none, -1 an invalid byte */
    bool many; /* more digits than any number has */
};

static void read_number(const char *text, struct reading *out)
{
    size_t left = strlen(text), step;
    int rune;

    *out = (struct reading){0};
    for (; left > 0; text += step, left -= step) {
        step = gd_utf8_next(text, left, &rune);
        if (rune == '+' && out->n == 0 && !out->plus) {
            out->plus = true;
        } else if (rune >= '0' && rune <= '9') {
            if (out->plus && strncmp(text, "0)", 2) == 0 && text[-1] == '(')
                continue; /* +91 (0) 98765 43210 */
            if (out->n + 1 >= sizeof out->digits) {
                out->many = true;
                return;
            }
            out->digits[out->n++] = (char)rune;
        } else if (!is_between(rune)) {
            out->bad = rune;
            return;
        }
    }
}

bool gd_number_like(const char *text)
{
    struct reading number;

    read_number(text, &number);
    return number.bad == 0 && !number.many && number.n >= 3;
}

static bool begins(const char *text, const char *prefix)
{
    return prefix[0] != '\0' && strncmp(text, prefix, strlen(prefix)) == 0;
}

/* Whether digits can be a national number of the country, without its trunk prefix. */
static bool fits(const struct gd_country *country, const char *digits)
{
    size_t n = strlen(digits);

    return n >= (size_t)country->min && n <= (size_t)country->max;
}

/* The national number in digits that came without + or 00, or NULL. */
static const char *national(const struct gd_country *country, const char *digits)
{
    size_t trunk = strlen(country->trunk), code = strlen(country->code);
    bool zero = begins(digits, country->trunk) && country->trunk[0] == '0';

    /* A trunk prefix of 0 stands in front of every national number; 1 and 8 can begin one. */
    if (!zero && fits(country, digits))
        return digits;
    if (begins(digits, country->trunk) && fits(country, digits + trunk))
        return digits + trunk;
    if (begins(digits, country->code) && fits(country, digits + code))
        return digits + code;
    /* +1242 555 0100 is dialled 242 555 0100 in its neighbourhood. */
    if (code == 4 && country->code[0] == '1' && begins(digits, country->code + 1) &&
        fits(country, digits + code - 1))
        return digits + code - 1;
    return NULL;
}

/* The country whose calling code is the longest that these digits begin with; NULL where there is none. */
static const struct gd_country *country_of(const char *digits)
{
    const struct gd_country *best = NULL;

    for (size_t i = 0; i < COUNTRIES; i++)
        if (digits[0] == countries[i].code[0] && begins(digits, countries[i].code) &&
            (best == NULL || strlen(countries[i].code) > strlen(best->code)))
            best = &countries[i];
    return best;
}

/* "+91 098765 43210" holds the trunk prefix too much: takes it out where only then the length fits. */
static void drop_trunk(char *digits)
{
    const struct gd_country *country = country_of(digits);
    size_t code, trunk;

    if (country == NULL || country->trunk[0] != '0')
        return;
    code = strlen(country->code);
    trunk = strlen(country->trunk);
    if (!fits(country, digits + code) && begins(digits + code, country->trunk) &&
        fits(country, digits + code + trunk))
        memmove(digits + code, digits + code + trunk, strlen(digits + code + trunk) + 1);
}

/* How many digits in front say that a whole number follows: 00, or 011 in North America; 0 none do. */
static size_t international(const struct gd_country *home, const char *digits)
{
    if (begins(digits, "00"))
        return 2;
    return home != NULL && home->code[0] == '1' && begins(digits, "011") ? 3 : 0;
}

static enum gd_rc keep(const char *text, const char *code, const char *digits, char out[GD_NUMBER_MAX],
                       struct gd_error *err)
{
    size_t first = strlen(code), n = first + strlen(digits);

    if (n < 7 || n > 15 || (code[0] != '\0' ? code[0] : digits[0]) == '0')
        return gd_fail(
            err, GD_INPUT, GIVE_FULL,
            "'%.40s' is no phone number: with its country it has %zu digits, it needs 7 to 15, the "
            "first not 0",
            text, n);
    out[0] = '+';
    memcpy(out + 1, code, first);
    memcpy(out + 1 + first, digits, n - first + 1);
    return GD_OK;
}

static enum gd_rc refuse(const char *text, const struct reading *number, struct gd_error *err)
{
    if (number->bad > ' ' && number->bad < 0x7f)
        return gd_fail(err, GD_INPUT, GIVE_FULL, "'%.40s' is no phone number: '%c' stands in none", text,
                       number->bad);
    if (number->bad != 0)
        return gd_fail(err, GD_INPUT, GIVE_FULL,
                       "'%.40s' is no phone number: it holds a character that stands in none", text);
    if (number->many)
        return gd_fail(err, GD_INPUT, GIVE_FULL, "'%.40s' is no phone number: it has more than 15 digits",
                       text);
    return gd_fail(err, GD_INPUT, GIVE_FULL, "'%.40s' is no phone number: it holds no digit", text);
}

enum gd_rc gd_number_parse(const char *text, const char *country, char out[GD_NUMBER_MAX], bool *completed,
                           struct gd_error *err)
{
    const struct gd_country *home = gd_country_find(country);
    struct reading number;
    const char *rest;
    size_t prefix;

    out[0] = '\0';
    if (completed != NULL)
        *completed = false;
    read_number(text, &number);
    if (number.bad != 0 || number.many || number.n == 0)
        return refuse(text, &number, err);
    prefix = number.plus ? 0 : international(home, number.digits);
    if (number.plus || prefix > 0) {
        drop_trunk(number.digits + prefix);
        return keep(text, "", number.digits + prefix, out, err);
    }
    if (home == NULL)
        return gd_fail(err, GD_INPUT, GIVE_FULL, "'%.40s' cannot be completed: '%.10s' is no country code",
                       text, country != NULL ? country : "");
    rest = national(home, number.digits);
    if (rest == NULL)
        return gd_fail(err, GD_INPUT, GIVE_FULL,
                       "'%.40s' is no phone number of %s: it has %zu digits, %d to %d are needed", text,
                       home->name, number.n, home->min, home->max);
    if (completed != NULL)
        *completed = true;
    return keep(text, home->code, rest, out, err);
}

bool gd_number_anywhere(const char *text)
{
    const struct gd_country *country;
    char number[GD_NUMBER_MAX];

    for (size_t i = 0; (country = gd_country_at(i)) != NULL; i++)
        if (gd_number_parse(text, country->iso, number, NULL, NULL) == GD_OK)
            return true;
    return false;
}

/* Where the last four characters of the text begin; its end where it has four or fewer. */
static const char *last_four(const char *text)
{
    const char *four[5] = {text, text, text, text, text}; /* the last five beginnings, newest first */
    size_t left = strlen(text), step, n = 0;
    int rune;

    for (; left > 0; text += step, left -= step, n++) {
        memmove(four + 1, four, 4 * sizeof *four);
        four[0] = text;
        step = gd_utf8_next(text, left, &rune);
    }
    return n > 4 ? four[3] : text;
}

void gd_number_mask(const char *number, char out[GD_MASKED_MAX])
{
    const struct gd_country *country;
    size_t n, code = 0;

    if (!gd_number_valid(number)) {
        snprintf(out, GD_MASKED_MAX, FIVE_BULLETS "%s", last_four(number));
        return;
    }
    n = strlen(number + 1);
    country = country_of(number + 1);
    if (country != NULL)
        code = strlen(country->code);
    if (code + 4 >= n) /* never the whole number */
        code = 0;
    snprintf(out, GD_MASKED_MAX, "+%.*s" FIVE_BULLETS "%s", (int)code, number + 1, number + 1 + n - 4);
}

void gd_pin_mask(const char *pin, char out[GD_MASKED_MAX])
{
    size_t left = strlen(pin), step, n = 0;
    int rune;

    for (; left > 0 && n < 9; pin += step, left -= step, n++) {
        step = gd_utf8_next(pin, left, &rune);
        memcpy(out + n * strlen(BULLET), BULLET, strlen(BULLET));
    }
    out[n * strlen(BULLET)] = '\0';
}
