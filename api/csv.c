/* CSV in memory, cell by cell. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "csv.h"

#include <string.h>

#define BOM "\xef\xbb\xbf"

void gd_csv_open(struct gd_csv *csv, const char *text, size_t len)
{
    size_t mark = strlen(BOM);

    *csv = (struct gd_csv){.at = text, .end = text + len, .delimiter = ',', .line = 1};
    if (len >= mark && memcmp(text, BOM, mark) == 0)
        csv->at += mark;
    for (const char *p = csv->at; p < csv->end && *p != '\n'; p++)
        if (*p == ',' || *p == ';' || *p == '\t') {
            csv->delimiter = *p;
            return;
        }
}

bool gd_csv_more(struct gd_csv *csv)
{
    for (; csv->at < csv->end && (*csv->at == '\r' || *csv->at == '\n'); csv->at++)
        csv->line += *csv->at == '\n';
    return csv->at < csv->end;
}

void gd_csv_skip_line(struct gd_csv *csv)
{
    const char *end = memchr(csv->at, '\n', (size_t)(csv->end - csv->at));

    csv->at = end != NULL ? end + 1 : csv->end;
    csv->line++;
}

static enum gd_rc bad_quote(struct gd_csv *csv, const char *begin, int64_t line, const char *what,
                            struct gd_error *err)
{
    csv->at = begin;
    csv->line = line;
    gd_csv_skip_line(csv);
    return gd_fail(err, GD_INPUT, "close it, and double the quotes inside a quoted cell", "%s", what);
}

/* The inside of a quoted cell, and its closing quote. */
static enum gd_rc quoted(struct gd_csv *csv, struct gd_buf *cell, struct gd_error *err)
{
    const char *begin = csv->at;
    int64_t line = csv->line;

    for (csv->at++; csv->at < csv->end; csv->at++) {
        if (*csv->at == '"') {
            if (csv->at + 1 == csv->end || csv->at[1] != '"')
                break;
            csv->at++;
        }
        csv->line += *csv->at == '\n';
        gd_buf_addc(cell, *csv->at);
    }
    if (csv->at == csv->end)
        return bad_quote(csv, begin, line, "a quote is open to the end of the file", err);
    csv->at++;
    if (csv->at < csv->end && *csv->at != csv->delimiter && *csv->at != '\r' && *csv->at != '\n')
        return bad_quote(csv, begin, line, "a quote stands where none can", err);
    return GD_OK;
}

enum gd_rc gd_csv_cell(struct gd_csv *csv, struct gd_buf *cell, bool *last, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    gd_buf_clear(cell);
    *last = true;
    if (csv->at < csv->end && *csv->at == '"')
        rc = quoted(csv, cell, err);
    else
        while (csv->at < csv->end && *csv->at != csv->delimiter && *csv->at != '\r' && *csv->at != '\n')
            gd_buf_addc(cell, *csv->at++);
    if (rc != GD_OK)
        return rc;
    *last = csv->at == csv->end || *csv->at != csv->delimiter;
    if (!*last)
        csv->at++;
    else if (csv->at < csv->end)
        gd_csv_skip_line(csv);
    return gd_buf_check(cell, "a cell", err);
}
