/* Inside a filter: its terms, for matching in memory and for the search index. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_FILTER_I_H
#define GD_FILTER_I_H

#include "buf.h"
#include "filter.h"

#define FILTER_MAX 4096   /* bytes of a filter's text */
#define FILTER_TERMS 64   /* terms of one filter */
#define FILTER_NEEDLES 16 /* words of one run of digits */

/* A text to be found in a field's searchable text: folded, never empty. */
struct filter_needle {
    char *text;
    size_t len;
};

/* One reading of a term: all its needles must be found. */
struct filter_reading {
    struct filter_needle needles[FILTER_NEEDLES];
    size_t n;
};

enum filter_what {
    FILTER_TEXT,    /* readings in fields */
    FILTER_STATE,   /* one of states, by the clock */
    FILTER_KIND,    /* one of kinds */
    FILTER_ENDS,    /* ends at a known moment, before or after */
    FILTER_READ,    /* last read before (never counts) or after */
    FILTER_CHANGED, /* by an operation of the journal */
};

struct filter_term {
    enum filter_what what;
    bool exclude;
    uint32_t fields;                 /* TEXT: bits by enum gd_field */
    struct filter_reading *readings; /* TEXT: any of them */
    size_t n;
    unsigned set; /* STATE, KIND: bits by enum */
    bool after;   /* ENDS, READ */
    int64_t when; /* ENDS, READ: seconds since 1970 */
};

struct gd_filter {
    struct filter_term terms[FILTER_TERMS];
    size_t n;
    int64_t now;
};

/* The bits of all fields that bare words search. */
uint32_t filter_searchable(void);

/* A byte as search sees it: ASCII letters in lower case, control characters as blanks. */
static inline unsigned char filter_fold(unsigned char c)
{
    return c >= 'A' && c <= 'Z' ? (unsigned char)(c + 32) : c < 32 ? ' ' : c;
}

/* Whether search sees a field as numbers: the items of a list apart, their punctuation gone. */
static inline bool filter_is_number(enum gd_field field)
{
    enum gd_type type = gd_fields[field].type;

    return type == GD_T_NUMBERS || type == GD_T_VNS || type == GD_T_PIN;
}

/* The next byte of a value as search sees it: FILTER_GAP between the items of a list, which no needle holds,
 * and -1 at the end. *at walks over the value. */
#define FILTER_GAP '\n'
static inline int filter_next(bool number, const char **at)
{
    for (;;) {
        unsigned char c = filter_fold((unsigned char)**at);

        if (**at == '\0')
            return -1;
        (*at)++;
        if (!number)
            return c;
        if (c == ',')
            return FILTER_GAP;
        if (c != ' ' && c != '-' && c != '.' && c != '/' && c != '(' && c != ')')
            return c;
    }
}

/* Whether one term holds; exclusion is not looked at. now is the filter's. */
bool filter_term_match(const struct filter_term *term, const struct gd_alloc *alloc, int64_t now);

#endif
