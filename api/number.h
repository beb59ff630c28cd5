/* Phone numbers: any notation in, E.164 out, and the masked form that a screen may show. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_NUMBER_H
#define GD_NUMBER_H

#include <stdbool.h>
#include <stddef.h>

#include "error.h"

#define GD_NUMBER_MAX 17 /* "+", 15 digits, NUL */
#define GD_MASKED_MAX 40

/* One row of countries.def. */
struct gd_country {
    const char *iso; /* ISO 3166-1 alpha-2 */
    const char *name;
    const char *code;  /* calling code without + */
    const char *trunk; /* prefix dialled inside the country, "" where there is none */
    int min, max;      /* digits of a national number without the trunk prefix */
};

/* The row of an ISO code (any case), or NULL. gd_country_at walks the table from 0, NULL ends it. */
const struct gd_country *gd_country_find(const char *iso);
const struct gd_country *gd_country_at(size_t i);

/* Reads a number in any notation (spaces, - . / and parentheses; +, 00, trunk prefix, national) and completes
 * it with the country's code; *completed says whether that was needed (can be NULL). GD_INPUT names the
 * fault. */
GD_MUST_USE enum gd_rc gd_number_parse(const char *text, const char *country, char out[GD_NUMBER_MAX],
                                       bool *completed, struct gd_error *err);

/* Whether it can be completed in any country at all. */
bool gd_number_anywhere(const char *text);

/* Whether text is E.164 as the API wants it: + and 7 to 15 digits, the first not 0. */
bool gd_number_valid(const char *text);

/* Whether text looks like one number in any notation: digits, + - . / ( ) and spaces, at least three digits.
 */
bool gd_number_like(const char *text);

/* The digits of text alone, leading + and punctuation gone; for substring search. Returns their count. */
size_t gd_number_digits(const char *text, char *out, size_t room);

/* "+919876546144" becomes "+91•••••6144"; what is no number becomes bullets and its last four characters. */
void gd_number_mask(const char *number, char out[GD_MASKED_MAX]);

/* As many bullets as the PIN has characters, at most 9. */
void gd_pin_mask(const char *pin, char out[GD_MASKED_MAX]);

#endif
