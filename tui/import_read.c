/* Reading what import takes: the format by its beginning, ids, and the checks that all formats share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import_read.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"

#define ID_MAX 256
#define BULLET "\xe2\x80\xa2"
#define BOM "\xef\xbb\xbf"

void import_reader_init(struct import_reader *reader, const struct import_hooks *hooks,
                        const struct gd_place *place, const char *tenant, bool csv)
{
    *reader = (struct import_reader){.hooks = *hooks, .place = place, .tenant = tenant, .line = 1};
    reader->format = csv ? IMPORT_CSV : IMPORT_UNKNOWN;
    gd_buf_init(&reader->rest, (size_t)64 << 20);
}

void import_reader_clear(struct import_reader *reader)
{
    for (size_t i = 0; i < reader->n_columns; i++)
        gd_free(reader->columns[i]);
    gd_buf_wipe(&reader->rest);
    *reader = (struct import_reader){0};
}

void import_bad(struct import_reader *reader, int64_t line, const char *advice, const char *fmt, ...)
{
    struct gd_error why = {0};
    char what[400];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    gd_fail(&why, GD_INPUT, advice, "%s", what);
    reader->hooks.bad(reader->hooks.arg, line, &why);
}

/* ---- rows ---- */

/* An id is shown, sent and searched as it is: what cannot be one is refused here. */
static bool check_id(struct import_reader *reader, const struct import_row *row)
{
    const char *id = row->alloc.v[GD_F_ID];
    size_t left = id != NULL ? strlen(id) : 0;

    if (left == 0) {
        import_bad(reader, row->line, "give each row an id", "there is no id");
        return false;
    }
    if (left > ID_MAX) {
        import_bad(reader, row->line, NULL, "the id has %zu bytes, %d at most can be one", left, ID_MAX);
        return false;
    }
    while (left > 0) {
        int rune;
        size_t len = gd_utf8_next(id, left, &rune);

        if (rune <= ' ' || (rune >= 0x7f && rune <= 0xa0) || *id == ',' || *id == '"') {
            import_bad(reader, row->line, "give one id a line, or CSV with a header, or JSON",
                       "%.80s is no id", row->alloc.v[GD_F_ID]);
            return false;
        }
        id += len;
        left -= len;
    }
    return true;
}

/* Reads each value as if it was typed, so that numbers are complete and nothing impossible comes in. What a
 * masked export left is absent. */
static enum gd_rc check_values(struct import_reader *reader, struct gd_alloc *alloc, struct gd_error *err)
{
    struct gd_change change = {0};
    enum gd_rc rc = GD_OK;

    for (enum gd_field field = 0; field < GD_F__COUNT && rc == GD_OK; field++) {
        bool own = field == GD_F_ID || field == GD_F_KIND || field == GD_F_STATE;

        if (own || alloc->v[field] == NULL)
            continue;
        if (*alloc->v[field] == '\0' || strstr(alloc->v[field], BULLET) != NULL)
            gd_wipe_free(&alloc->v[field]);
        else
            rc = gd_change_put(&change, field, GD_HOW_SET, alloc->v[field], reader->place, err);
        if (rc == GD_OK && change.v[field] != NULL) {
            gd_wipe_free(&alloc->v[field]);
            alloc->v[field] = change.v[field];
            change.v[field] = NULL;
        }
    }
    gd_change_clear(&change);
    return rc;
}

void import_give(struct import_reader *reader, struct import_row *row)
{
    struct gd_error why = {0};

    if (check_id(reader, row)) {
        if (check_values(reader, &row->alloc, &why) == GD_OK)
            reader->hooks.row(reader->hooks.arg, row);
        else
            reader->hooks.bad(reader->hooks.arg, row->line, &why);
    }
    gd_alloc_clear(&row->alloc);
}

/* ---- ids ---- */

static size_t take_id(struct import_reader *reader, const char *text, size_t len, bool last)
{
    const char *end = memchr(text, '\n', len);
    size_t line = end != NULL ? (size_t)(end - text) : len, taken = line + (end != NULL);
    struct import_row row = {.alloc.call_count = -1, .line = reader->line};

    if (end == NULL && !last)
        return 0;
    while (line > 0 && strchr(" \t\r", text[line - 1]) != NULL)
        line--;
    while (line > 0 && strchr(" \t", *text) != NULL) {
        text++;
        line--;
    }
    if (line > 0) {
        row.alloc.v[GD_F_ID] = gd_strndup(text, line);
        import_give(reader, &row);
    }
    return taken;
}

/* ---- feeding ---- */

/* Settles the format by the first line that is not blank; false: that line is not whole yet. */
static bool find_format(struct import_reader *reader, const char *text, size_t len, bool last)
{
    size_t blank = 0, line;
    const char *end;

    while (blank < len && strchr(" \t\r\n", text[blank]) != NULL)
        blank++;
    if (blank == len)
        return last;
    if (text[blank] == '[' || text[blank] == '{') {
        reader->format = IMPORT_JSON;
        return true;
    }
    end = memchr(text + blank, '\n', len - blank);
    if (end == NULL && !last)
        return false;
    line = end != NULL ? (size_t)(end - text) - blank : len - blank;
    reader->format = import_is_header(text + blank, line) ? IMPORT_CSV : IMPORT_IDS;
    return true;
}

static enum gd_rc take_one(struct import_reader *reader, const char *text, size_t len, bool last,
                           size_t *taken, struct gd_error *err)
{
    *taken = 0;
    if (reader->format == IMPORT_UNKNOWN && !find_format(reader, text, len, last))
        return GD_OK;
    if (reader->format == IMPORT_CSV && reader->n_columns == 0)
        return import_take_header(reader, text, len, last, taken, err);
    switch (reader->format) {
    case IMPORT_CSV:
        *taken = import_take_csv(reader, text, len, last);
        break;
    case IMPORT_JSON:
        *taken = import_take_json(reader, text, len, last);
        break;
    case IMPORT_IDS:
        *taken = take_id(reader, text, len, last);
        break;
    case IMPORT_UNKNOWN:
        *taken = len; /* nothing but blanks */
    }
    return GD_OK;
}

static void count_lines(struct import_reader *reader, const char *text, size_t len)
{
    const char *end = text + len;

    while ((text = memchr(text, '\n', (size_t)(end - text))) != NULL) {
        reader->line++;
        text++;
    }
}

/* A record that does not end: it is given up, and the next line begins anew. */
static size_t skip_line(struct import_reader *reader, const char *text, size_t len)
{
    const char *end = memchr(text, '\n', len);

    if (!reader->skipping)
        import_bad(reader, reader->line, NULL, "it is longer than %zu bytes", IMPORT_RECORD_MAX);
    reader->skipping = end == NULL;
    return end != NULL ? (size_t)(end - text) + 1 : len;
}

enum gd_rc import_feed(struct import_reader *reader, const char *bytes, size_t len, bool last,
                       struct gd_error *err)
{
    struct gd_buf *rest = &reader->rest;
    size_t at = 0, taken = 0;
    enum gd_rc rc = GD_OK;

    gd_buf_add(rest, bytes, len);
    rc = gd_buf_check(rest, "what is imported", err);
    if (!reader->begun) {
        if (rest->len < strlen(BOM) && !last)
            return rc;
        reader->begun = true;
        at = strncmp(rest->data, BOM, strlen(BOM)) == 0 ? strlen(BOM) : 0;
    }
    while (rc == GD_OK && at < rest->len) {
        if (reader->skipping)
            taken = skip_line(reader, rest->data + at, rest->len - at);
        else
            rc = take_one(reader, rest->data + at, rest->len - at, last, &taken, err);
        if (rc == GD_OK && taken == 0 && rest->len - at > IMPORT_RECORD_MAX)
            taken = skip_line(reader, rest->data + at, rest->len - at);
        if (rc != GD_OK || taken == 0)
            break;
        count_lines(reader, rest->data + at, taken);
        at += taken;
    }
    if (at > 0) {
        memmove(rest->data, rest->data + at, rest->len - at);
        rest->len -= at;
        rest->data[rest->len] = '\0';
    }
    if (rc == GD_OK && last && reader->lists > 0)
        import_bad(reader, reader->line, "the file may be cut off", "the list is not closed");
    return rc;
}
