/* The shell's sink: each format byte for byte, hostile text, wide characters, streaming, a full disk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/sink_out.h"

#include <errno.h>
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tui/sink_table.h"
#include "tap.h"

static const char *const columns[] = {"id", "a.numbers", "n", "note", NULL};
static const char *const wide[] = {"id", "note", NULL};
static const struct sink_shape shape = {.title = "Test", .columns = columns};
static const struct sink_shape wide_shape = {.title = "Test", .columns = columns, .wide = wide};
static const struct sink_shape one_shape = {
    .title = "One", .columns = wide, .single = true, .rows_key = "rows"};

static char *printed; /* what the sink wrote, of the last run */
static size_t printed_len;

/* Prints the JSON list of rows in a format. */
static const char *print(enum output_format format, const struct sink_shape *as, const char *rows)
{
    json_t *list = json_loads(rows, 0, NULL);
    struct gd_error err = {0};
    FILE *out;
    struct sink *sink;
    size_t i;
    json_t *row;

    free(printed);
    printed = NULL;
    out = open_memstream(&printed, &printed_len);
    sink = sink_out_new(NULL, format, out, stderr, -1);
    if (list == NULL || out == NULL || sink == NULL)
        bail_out("no list, stream or sink for %s", rows);
    sink->class->begin(sink, as);
    json_array_foreach(list, i, row) sink->class->row(sink, row);
    sink->class->end(sink);
    if (sink_out_finish(sink, &err) != GD_OK)
        diag("%s", err.what);
    sink->class->free(sink);
    fclose(out);
    json_decref(list);
    return printed;
}

#define ROWS                                                                                                 \
    "[{\"id\":\"gp-1\",\"a\":{\"numbers\":[\"11\",\"22\"]},\"n\":3,\"note\":null},"                          \
    "{\"id\":\"gp-22\",\"a\":{\"numbers\":[]},\"n\":true,\"note\":\"x, \\\"y\\\"\"}]"

static void test_formats(void)
{
    is_str(print(OUTPUT_TABLE, &shape, ROWS),
           "ID     A NUMBERS  N     NOTE\ngp-1   11,22      3     -\ngp-22  -          true  x, \"y\"\n",
           "table");
    is_str(print(OUTPUT_JSON, &shape, ROWS),
           "[\n{\"id\":\"gp-1\",\"a\":{\"numbers\":[\"11\",\"22\"]},\"n\":3,\"note\":null},\n"
           "{\"id\":\"gp-22\",\"a\":{\"numbers\":[]},\"n\":true,\"note\":\"x, \\\"y\\\"\"}\n]\n",
           "json");
    is_str(print(OUTPUT_JSONL, &shape, ROWS),
           "{\"id\":\"gp-1\",\"a\":{\"numbers\":[\"11\",\"22\"]},\"n\":3,\"note\":null}\n"
           "{\"id\":\"gp-22\",\"a\":{\"numbers\":[]},\"n\":true,\"note\":\"x, \\\"y\\\"\"}\n",
           "jsonl");
    is_str(print(OUTPUT_CSV, &shape, ROWS),
           "id,a.numbers,n,note\r\ngp-1,\"11,22\",3,\r\ngp-22,,true,\"x, \"\"y\"\"\"\r\n", "csv");
    is_str(print(OUTPUT_TSV, &shape, ROWS),
           "id\ta.numbers\tn\tnote\ngp-1\t11,22\t3\t\ngp-22\t\ttrue\tx, \"y\"\n", "tsv");
    is_str(print(OUTPUT_CSV, &wide_shape, ROWS), "id,note\r\ngp-1,\r\ngp-22,\"x, \"\"y\"\"\"\r\n",
           "csv has columns of its own");
}

static void test_empty(void)
{
    is_str(print(OUTPUT_JSON, &shape, "[]"), "[]\n", "json of nothing");
    is_str(print(OUTPUT_JSONL, &shape, "[]"), "", "jsonl of nothing");
    is_str(print(OUTPUT_TABLE, &shape, "[]"), "ID  A NUMBERS  N  NOTE\n", "table of nothing");
    is_str(print(OUTPUT_CSV, &shape, "[]"), "id,a.numbers,n,note\r\n", "csv of nothing");
}

#define ONE                                                                                                  \
    "[{\"operation\":7,\"counts\":{\"applied\":1,\"failed\":0},\"rows\":[{\"id\":\"gp-1\",\"note\":\"ok\"}]" \
    "}]"

static void test_single(void)
{
    is_str(print(OUTPUT_TABLE, &one_shape, ONE),
           "operation: 7, applied: 1, failed: 0\nID    NOTE\ngp-1  ok\n", "one object as a table");
    is_str(print(OUTPUT_CSV, &one_shape, ONE), "id,note\r\ngp-1,ok\r\n", "its rows as csv");
    is_str(print(OUTPUT_JSONL, &one_shape, ONE),
           "{\"operation\":7,\"counts\":{\"applied\":1,\"failed\":0},\"rows\":[{\"id\":\"gp-1\",\"note\":"
           "\"ok\"}]}\n",
           "one object as a line");
    has_str(print(OUTPUT_JSON, &one_shape, ONE), "\"operation\": 7", "one object as json");
    ok(printed[0] == '{', "one object is no list");
}

/* Escape, C1, bidirectional override, line separator, DEL, newline and tab. */
#define HOSTILE "[{\"id\":\"\\u001b[2J\\u009b\\u202e\\u2028\\u007f\\n\\t=1+1\",\"note\":\"=cmd\"}]"

static void test_hostile(void)
{
    for (enum output_format format = OUTPUT_TABLE; format <= OUTPUT_TSV; format++) {
        const char *text = print(format, &shape, HOSTILE);
        bool clean = strpbrk(text, "\x1b\x7f") == NULL && strstr(text, "\xc2\x9b") == NULL &&
                     strstr(text, "\xe2\x80\xae") == NULL && strstr(text, "\xe2\x80\xa8") == NULL;

        ok(clean, "format %d lets nothing through that steers a terminal", (int)format);
    }
    has_str(print(OUTPUT_CSV, &shape, HOSTILE), ",'=cmd\r\n", "csv defuses a formula");
    print(OUTPUT_JSON, &shape, HOSTILE);
    json_t *back = json_loads(printed, 0, NULL);
    is_str(json_string_value(json_object_get(json_array_get(back, 0), "id")),
           "\x1b[2J\xc2\x9b\xe2\x80\xae\xe2\x80\xa8\x7f\n\t=1+1", "json means the same text");
    json_decref(back);
}

static void test_width(void)
{
    is_str(print(OUTPUT_TABLE, &wide_shape,
                 "[{\"id\":\"\xe4\xb8\xad\xe6\x96\x87\"},{\"id\":\"abc\"},"
                 "{\"id\":\"e\xcc\x81\"}]"),
           "ID    A NUMBERS  N  NOTE\n\xe4\xb8\xad\xe6\x96\x87  -          -  -\nabc   -          -  -\n"
           "e\xcc\x81     -          -  -\n",
           "wide and combining characters stay aligned");
    is_int(sink_width("+91\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
                      "6144"),
           12, "a masked number has twelve columns");
}

static void test_streams(void)
{
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    struct sink_table *table = out != NULL ? sink_table_new(out, wide) : NULL;

    if (table == NULL)
        bail_out("no table");
    for (int i = 0; i < 2000; i++) {
        json_t *row = json_pack("{s:i,s:s}", "id", i, "note", "x");

        sink_table_row(table, row);
        json_decref(row);
        if (i == 1000) {
            fflush(out);
            ok(len > 1000, "rows are printed before the last one came");
        }
    }
    sink_table_end(&table);
    fclose(out);
    has_str(text, "\n1999  x\n", "the last row is there");
    free(text);
}

static void test_full(void)
{
    FILE *out = fopen("/dev/full", "w");
    struct sink *sink = out != NULL ? sink_out_new(NULL, OUTPUT_JSON, out, stderr, -1) : NULL;
    struct gd_error err = {0};
    json_t *row = json_pack("{s:s}", "id", "x");

    if (sink == NULL) {
        skip(2, "there is no /dev/full");
        json_decref(row);
        return;
    }
    setvbuf(out, NULL, _IONBF, 0);
    sink->class->begin(sink, &shape);
    sink->class->row(sink, row);
    ok(sink->class->broken(sink), "a full disk is noticed");
    sink->class->end(sink);
    is_int(sink_out_finish(sink, &err), GD_IO, "and is an error at the end");
    sink->class->free(sink);
    fclose(out);
    json_decref(row);
}

int main(void)
{
    setlocale(LC_ALL, "C.UTF-8");
    test_formats();
    test_empty();
    test_single();
    test_hostile();
    test_width();
    test_streams();
    test_full();
    free(printed);
    return done_testing();
}
