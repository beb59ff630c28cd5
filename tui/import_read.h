/* Reading what import takes: ids one a line, CSV with a header of field keys, or JSON; in pieces of any size,
 * so that a million rows need no more memory than one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_IMPORT_READ_H
#define TUI_IMPORT_READ_H

#include "../api/alloc.h"
#include "../api/buf.h"

#define IMPORT_RECORD_MAX ((size_t)1 << 20) /* bytes of one line, record or object */
#define IMPORT_COLUMNS_MAX 64

enum import_format { IMPORT_UNKNOWN, IMPORT_IDS, IMPORT_CSV, IMPORT_JSON };

/* What a row said of itself beyond its fields. */
struct import_row {
    struct gd_alloc alloc; /* the hook may take its content and zero it */
    bool kind_given;
    int64_t line; /* where it begins, from 1 */
};

struct import_hooks {
    void (*row)(void *arg, struct import_row *row);
    void (*bad)(void *arg, int64_t line, const struct gd_error *why);
    void *arg;
};

struct import_reader {
    struct import_hooks hooks;
    const struct gd_place *place; /* completes numbers; borrowed */
    const char *tenant;           /* rows of another one are refused; borrowed */
    enum import_format format;
    struct gd_buf rest; /* what is not yet a whole record */
    int64_t line;       /* of the first byte in rest */
    bool begun;         /* a byte order mark was looked for */
    bool skipping;      /* to the next line: the record was too long */
    /* csv */
    char delimiter;
    char *columns[IMPORT_COLUMNS_MAX]; /* keys, in the order of the header */
    size_t n_columns;
    /* json */
    int lists; /* open [ */
};

/* csv: the file's name says so. */
void import_reader_init(struct import_reader *reader, const struct import_hooks *hooks,
                        const struct gd_place *place, const char *tenant, bool csv);
void import_reader_clear(struct import_reader *reader);

/* Takes the next bytes; last: there are no more. GD_INPUT only where nothing of the file can be taken (a
 * header with unknown columns); a bad record goes to the hook. */
GD_MUST_USE enum gd_rc import_feed(struct import_reader *reader, const char *bytes, size_t len, bool last,
                                   struct gd_error *err);

/* ---- between the files of the reader ---- */

/* Takes one record from text: how many bytes it had, 0 where it is not whole yet. */
size_t import_take_csv(struct import_reader *reader, const char *text, size_t len, bool last);
size_t import_take_json(struct import_reader *reader, const char *text, size_t len, bool last);

/* Reads the header of a CSV: *taken as above. GD_INPUT names what cannot be a column. */
GD_MUST_USE enum gd_rc import_take_header(struct import_reader *reader, const char *text, size_t len,
                                          bool last, size_t *taken, struct gd_error *err);

/* Whether a line looks like the header of a CSV: one of its cells is a key. */
bool import_is_header(const char *line, size_t len);

/* Hands a row over once its values are checked and normalised; what is wrong goes to the hook for bad ones.
 */
void import_give(struct import_reader *reader, struct import_row *row);
void import_bad(struct import_reader *reader, int64_t line, const char *advice, const char *fmt, ...)
    GD_PRINTF(4, 5);

#endif
