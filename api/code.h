/* The API's error codes: meaning, advice and whether asking again can help, one row each in codes.def. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CODE_H
#define GD_CODE_H

#include <stdbool.h>
#include <stddef.h>

struct gd_code {
    int code;            /* the API's code; -1 for a row that stands for an HTTP status without a code */
    int http;            /* HTTP status */
    const char *meaning; /* what it says, in this program's words */
    const char *advice;  /* what this program's user does next */
    bool retry;          /* the same row can succeed later without being changed */
};

/* The row for an API code, else for the HTTP status alone, else a general row for the status class; never
 * NULL. code is -1 where the answer held none. */
const struct gd_code *gd_code_find(int code, int http);

/* Walks the table from 0; NULL ends it. */
const struct gd_code *gd_code_at(size_t i);

#endif
