/* CSV of import: RFC 4180, commas, semicolons or tabs, any order of columns. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/near.h"
#include "../api/when.h"
#include "import_read.h"

/* Columns beyond the fields: what an export holds too. */
static const char *const more_columns[] = {"state_raw", "ends_at", "created_at", "call_count",
                                           "read_at",   "source",  "tenant"};

#define N_MORE (sizeof more_columns / sizeof *more_columns)

/* Whether the field is something that can be known of an allocation, and not only asked for. */
static bool is_known_field(enum gd_field field)
{
    return field != GD_F__COUNT && (gd_fields[field].read != NULL || field == GD_F_KIND);
}

static bool is_column(const char *key)
{
    for (size_t i = 0; i < N_MORE; i++) {
        if (strcmp(more_columns[i], key) == 0)
            return true;
    }
    return is_known_field(gd_field_find(key));
}

/* ---- records ---- */

/* Bytes of the record with its line end, 0 where it is not whole; *open: it ends inside quotes. */
static size_t record_length(const char *text, size_t len, bool last, bool *open)
{
    bool quoted = false;

    *open = false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '"')
            quoted = !quoted;
        else if (text[i] == '\n' && !quoted)
            return i + 1;
    }
    *open = quoted;
    return last ? len : 0;
}

/* Takes one cell from *at on; *at moves behind its delimiter, or to NULL at the record's end. false: a quote
 * stands where none can. */
static bool take_cell(const char **at, const char *end, char delimiter, struct gd_buf *cell)
{
    const char *p = *at;
    bool quoted = p < end && *p == '"';

    gd_buf_clear(cell);
    for (p += quoted; p < end; p++) {
        if (quoted && *p == '"' && p + 1 < end && p[1] == '"')
            gd_buf_addc(cell, *p++);
        else if (quoted && *p == '"')
            break;
        else if (!quoted && *p == delimiter)
            break;
        else
            gd_buf_addc(cell, *p);
    }
    if (quoted) {
        if (p == end)
            return false;
        p++;
        if (p < end && *p != delimiter)
            return false;
    }
    *at = p < end ? p + 1 : NULL;
    return true;
}

/* The record without its line end. */
static size_t trimmed(const char *text, size_t len)
{
    while (len > 0 && (text[len - 1] == '\n' || text[len - 1] == '\r'))
        len--;
    return len;
}

/* ---- the header ---- */

static char find_delimiter(const char *line, size_t len)
{
    static const char candidates[] = ",\t;";
    char found = ',';
    size_t best = len;

    for (const char *c = candidates; *c != '\0'; c++) {
        const char *at = memchr(line, *c, len);

        if (at != NULL && (size_t)(at - line) < best) {
            best = (size_t)(at - line);
            found = *c;
        }
    }
    return found;
}

bool import_is_header(const char *line, size_t len)
{
    char delimiter = find_delimiter(line, len);
    const char *at = line, *end;
    struct gd_buf cell;
    bool found = false;

    len = trimmed(line, len);
    end = line + len;
    gd_buf_init(&cell, IMPORT_RECORD_MAX);
    while (at != NULL && !found && take_cell(&at, end, delimiter, &cell))
        found = is_column(cell.data);
    gd_buf_free(&cell);
    return found;
}

static enum gd_rc add_column(struct import_reader *reader, const char *key, struct gd_error *err)
{
    struct gd_near near = {0};
    char advice[160] = "the columns are field keys: see help update";

    if (gd_field_find(key) != GD_F__COUNT && !is_column(key))
        return gd_fail(err, GD_INPUT, "leave the column out",
                       "the column %.60s says what is wanted, not what is known: it cannot be imported", key);
    if (!is_column(key)) {
        for (enum gd_field field = 0; field < GD_F__COUNT; field++)
            gd_near_offer(&near, key, gd_fields[field].key);
        if (near.best != NULL)
            snprintf(advice, sizeof advice, "did you mean %s?", near.best);
        return gd_fail(err, GD_INPUT, advice, "there is no field for the column %.60s", key);
    }
    for (size_t i = 0; i < reader->n_columns; i++) {
        if (strcmp(reader->columns[i], key) == 0)
            return gd_fail(err, GD_INPUT, "leave one out", "the column %.60s stands there twice", key);
    }
    if (reader->n_columns == IMPORT_COLUMNS_MAX)
        return gd_fail(err, GD_INPUT, NULL, "there are too many columns");
    reader->columns[reader->n_columns] = gd_strdup(key);
    if (reader->columns[reader->n_columns] == NULL)
        return gd_fail_memory(err);
    reader->n_columns++;
    return GD_OK;
}

static bool has_column(const struct import_reader *reader, const char *key)
{
    for (size_t i = 0; i < reader->n_columns; i++) {
        if (strcmp(reader->columns[i], key) == 0)
            return true;
    }
    return false;
}

enum gd_rc import_take_header(struct import_reader *reader, const char *text, size_t len, bool last,
                              size_t *taken, struct gd_error *err)
{
    bool open;
    size_t record = record_length(text, len, last, &open), line = trimmed(text, record);
    const char *at = text;
    struct gd_buf cell;
    enum gd_rc rc = GD_OK;

    *taken = record;
    if (record == 0 || line == 0)
        return GD_OK;
    reader->delimiter = find_delimiter(text, line);
    gd_buf_init(&cell, IMPORT_RECORD_MAX);
    while (rc == GD_OK && at != NULL) {
        if (take_cell(&at, text + line, reader->delimiter, &cell))
            rc = add_column(reader, cell.data, err);
        else
            rc = gd_fail(err, GD_INPUT, NULL, "the header cannot be read: a quote is open");
    }
    gd_buf_free(&cell);
    if (rc == GD_OK && !has_column(reader, "id"))
        rc = gd_fail(err, GD_INPUT, "name it in the first line", "there is no column id");
    return rc;
}

/* ---- rows ---- */

static enum gd_rc put_time(const char *key, const char *cell, int64_t *out, struct gd_error *err)
{
    if (*cell == '\0' || gd_when_parse(cell, GD_ZONE_UTC, out, NULL) == GD_OK)
        return GD_OK;
    return gd_fail(err, GD_INPUT, "write it as 2026-12-01T18:00:00+05:30", "%s is no time: %.40s", key, cell);
}

static enum gd_rc put_text(const char *cell, char **out, struct gd_error *err)
{
    if (*cell == '\0')
        return GD_OK;
    *out = gd_strdup(cell);
    return *out != NULL ? GD_OK : gd_fail_memory(err);
}

static enum gd_rc put_more(struct import_reader *reader, struct gd_alloc *alloc, const char *key,
                           const char *cell, struct gd_error *err)
{
    char *end;

    if (strcmp(key, "ends_at") == 0)
        return put_time(key, cell, &alloc->ends_at, err);
    if (strcmp(key, "created_at") == 0)
        return put_time(key, cell, &alloc->created_at, err);
    if (strcmp(key, "read_at") == 0)
        return put_time(key, cell, &alloc->read_at, err);
    if (strcmp(key, "state_raw") == 0)
        return put_text(cell, &alloc->state_raw, err);
    if (strcmp(key, "source") == 0)
        return put_text(cell, &alloc->source, err);
    if (strcmp(key, "tenant") == 0) {
        if (*cell == '\0' || strcmp(cell, reader->tenant) == 0)
            return GD_OK;
        return gd_fail(err, GD_INPUT, "import it with that tenant's profile", "it is of the tenant %.60s",
                       cell);
    }
    if (*cell == '\0')
        return GD_OK;
    alloc->call_count = strtoll(cell, &end, 10);
    if (*end == '\0' && alloc->call_count >= 0)
        return GD_OK;
    return gd_fail(err, GD_INPUT, NULL, "call_count is no count: %.40s", cell);
}

static enum gd_rc put_cell(struct import_reader *reader, struct import_row *row, const char *key,
                           const char *cell, struct gd_error *err)
{
    enum gd_field field = gd_field_find(key);

    /* An export puts an apostrophe before what a spreadsheet would compute. */
    if (cell[0] == '\'' && cell[1] != '\0' && strchr("=+-@\t\r", cell[1]) != NULL)
        cell++;
    if (field == GD_F__COUNT)
        return put_more(reader, &row->alloc, key, cell, err);
    if (*cell == '\0')
        return GD_OK;
    if (field == GD_F_KIND) {
        row->kind_given = gd_kind_parse(cell, &row->alloc.kind);
        return row->kind_given
                   ? GD_OK
                   : gd_fail(err, GD_INPUT, "give greenpin or greenvn", "there is no kind %.40s", cell);
    }
    if (field == GD_F_STATE)
        return gd_state_parse(cell, &row->alloc.state)
                   ? GD_OK
                   : gd_fail(err, GD_INPUT, gd_fields[field].takes, "there is no state %.40s", cell);
    return gd_alloc_set(&row->alloc, field, cell, err);
}

static enum gd_rc read_record(struct import_reader *reader, const char *text, size_t len,
                              struct import_row *row, struct gd_error *err)
{
    const char *at = text;
    struct gd_buf cell;
    size_t n = 0;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&cell, IMPORT_RECORD_MAX);
    for (; rc == GD_OK && at != NULL; n++) {
        if (!take_cell(&at, text + len, reader->delimiter, &cell))
            rc = gd_fail(err, GD_INPUT, "double the quotes inside a quoted cell",
                         "a quote stands where none can");
        else if (n < reader->n_columns)
            rc = put_cell(reader, row, reader->columns[n], cell.data, err);
    }
    gd_buf_wipe(&cell);
    if (rc == GD_OK && n != reader->n_columns)
        rc = gd_fail(err, GD_INPUT, NULL, "it has %zu cells, the header %zu", n, reader->n_columns);
    return rc;
}

size_t import_take_csv(struct import_reader *reader, const char *text, size_t len, bool last)
{
    bool open;
    size_t record = record_length(text, len, last, &open), line = trimmed(text, record);
    struct import_row row = {.alloc.call_count = -1, .line = reader->line};
    struct gd_error why = {0};

    if (record == 0 || line == 0)
        return record;
    if (open) {
        /* The rest of the file is inside a quote: give up this line only. */
        const char *end = memchr(text, '\n', len);

        import_bad(reader, reader->line, "close it", "a quote is open to the end of the file");
        return end != NULL ? (size_t)(end - text) + 1 : len;
    }
    if (read_record(reader, text, line, &row, &why) == GD_OK) {
        import_give(reader, &row);
    } else {
        reader->hooks.bad(reader->hooks.arg, reader->line, &why);
        gd_alloc_clear(&row.alloc);
    }
    return record;
}
