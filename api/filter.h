/* Filters: words and key:value terms, parsed once; compiled to SQL by the query, or evaluated in memory. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_FILTER_H
#define GD_FILTER_H

#include "alloc.h"

struct gd_filter;

/* Where the text cannot be read: offset in bytes of the place, for the screen to point at. */
struct gd_filter_fault {
    size_t at, len;
};

/* Reads a filter ("" matches all). place completes numbers and reads dates; now resolves ends<2h. GD_INPUT
 * with fault (can be NULL). The grammar: words (substrings, all must match), key:value (state vn pin order a
 * b number usage kind id custom changed), ends< ends> read< read> with a span or a date, -term excludes,
 * "quotes" keep spaces; a run of words of digits + - ( ) is tried first as one number. */
GD_MUST_USE enum gd_rc gd_filter_parse(const char *text, const struct gd_place *place, int64_t now,
                                       struct gd_filter **out, struct gd_filter_fault *fault,
                                       struct gd_error *err);
void gd_filter_free(struct gd_filter **filter);

/* Whether it matches everything. */
bool gd_filter_all(const struct gd_filter *filter);

/* Evaluates it on one allocation in memory (the reference that the SQL must agree with). */
bool gd_filter_match(const struct gd_filter *filter, const struct gd_alloc *alloc);

#endif
