/* A table of text in aligned columns that streams. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sink_table.h"

#include <string.h>
#include <wchar.h>

#include "../api/buf.h"
#include "../api/mem.h"
#include "../api/text.h"
#include "sink.h"

#define HELD_MAX 512 /* rows that settle the widths */
#define COLUMNS_MAX 40
#define CELL_MAX 65536 /* bytes */

struct sink_table {
    FILE *out;
    const char *const *columns;
    int n_columns;
    int width[COLUMNS_MAX];
    char **cells[HELD_MAX]; /* rows held back, until the widths are settled */
    int held;
    bool settled;
};

int sink_width(const char *text)
{
    size_t left = strlen(text);
    int width = 0;

    while (left > 0) {
        int rune;
        size_t len = gd_utf8_next(text, left, &rune);
        int one = rune >= 0 ? wcwidth((wchar_t)rune) : 1;

        width += one > 0 ? one : 0;
        text += len;
        left -= len;
    }
    return width;
}

struct sink_table *sink_table_new(FILE *out, const char *const *columns)
{
    struct sink_table *table = gd_calloc(1, sizeof *table);

    if (table == NULL)
        return NULL;
    table->out = out;
    table->columns = columns;
    while (table->n_columns < COLUMNS_MAX && columns[table->n_columns] != NULL) {
        struct gd_buf heading;

        gd_buf_init(&heading, CELL_MAX);
        sink_heading(columns[table->n_columns], &heading);
        table->width[table->n_columns++] = sink_width(heading.data);
        gd_buf_free(&heading);
    }
    return table;
}

static void print_cell(struct sink_table *table, int column, const char *text)
{
    int width = sink_width(text);

    fputs(text, table->out);
    if (column + 1 == table->n_columns)
        fputc('\n', table->out);
    else
        fprintf(table->out, "%*s", (table->width[column] > width ? table->width[column] - width : 0) + 2, "");
}

static void print_heading(struct sink_table *table)
{
    for (int i = 0; i < table->n_columns; i++) {
        struct gd_buf heading;

        gd_buf_init(&heading, CELL_MAX);
        sink_heading(table->columns[i], &heading);
        print_cell(table, i, heading.data);
        gd_buf_free(&heading);
    }
}

static void print_row(struct sink_table *table, char **cells)
{
    for (int i = 0; i < table->n_columns; i++)
        print_cell(table, i, cells[i] != NULL ? cells[i] : "");
}

static void free_row(struct sink_table *table, char **cells)
{
    for (int i = 0; i < table->n_columns; i++)
        gd_free(cells[i]);
    gd_free(cells);
}

static void settle(struct sink_table *table)
{
    if (table->settled)
        return;
    table->settled = true;
    print_heading(table);
    for (int i = 0; i < table->held; i++) {
        print_row(table, table->cells[i]);
        free_row(table, table->cells[i]);
    }
    table->held = 0;
}

/* A cell's text, escaped; what is absent shows as a dash, so that every row has every column. */
static char *cell_text(const json_t *row, const char *path)
{
    struct gd_buf raw, shown;

    gd_buf_init(&raw, CELL_MAX);
    gd_buf_init(&shown, CELL_MAX * 8);
    sink_cell(row, path, &raw);
    gd_text_escape(raw.data, raw.len, &shown);
    gd_buf_free(&raw);
    if (shown.len == 0)
        gd_buf_addc(&shown, '-');
    return gd_buf_take(&shown);
}

void sink_table_row(struct sink_table *table, const json_t *row)
{
    char **cells = gd_calloc((size_t)table->n_columns + 1, sizeof *cells);

    if (cells == NULL)
        return;
    for (int i = 0; i < table->n_columns; i++) {
        int width;

        cells[i] = cell_text(row, table->columns[i]);
        width = cells[i] != NULL ? sink_width(cells[i]) : 0;
        if (width > table->width[i])
            table->width[i] = width;
    }
    if (!table->settled && table->held < HELD_MAX) {
        table->cells[table->held++] = cells;
        return;
    }
    settle(table);
    print_row(table, cells);
    free_row(table, cells);
}

void sink_table_end(struct sink_table **table)
{
    if (*table == NULL)
        return;
    settle(*table);
    gd_free(*table);
    *table = NULL;
}
