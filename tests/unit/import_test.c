/* What import reads: ids, CSV and JSON of many shapes, in pieces of every size; what is refused, by line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/import_read.h"

#include <stdio.h>
#include <string.h>

#include "../../api/mem.h"
#include "tap.h"

/* What came of a file: "id" or "id=transaction" of each row, then "!line" of each bad one. */
struct seen {
    struct gd_buf text;
    struct gd_error bad; /* the last one */
    struct gd_alloc last;
};

static void on_row(void *arg, struct import_row *row)
{
    struct seen *seen = arg;

    gd_buf_addf(&seen->text, "%s%s", seen->text.len > 0 ? " " : "", row->alloc.v[GD_F_ID]);
    if (row->alloc.v[GD_F_TRANSACTION_ID] != NULL)
        gd_buf_addf(&seen->text, "=%s", row->alloc.v[GD_F_TRANSACTION_ID]);
    gd_alloc_clear(&seen->last);
    seen->last = row->alloc;
    memset(&row->alloc, 0, sizeof row->alloc);
}

static void on_bad(void *arg, int64_t line, const struct gd_error *why)
{
    struct seen *seen = arg;

    gd_buf_addf(&seen->text, "%s!%lld", seen->text.len > 0 ? " " : "", (long long)line);
    seen->bad = *why;
}

/* Reads a text in pieces of so many bytes. */
static enum gd_rc read_text(const char *text, size_t piece, struct seen *seen, struct gd_error *err)
{
    static const struct gd_place place = {.country = "IN", .zone_offset = 19800};
    struct import_hooks hooks = {.row = on_row, .bad = on_bad, .arg = seen};
    struct import_reader reader;
    size_t left = strlen(text);
    enum gd_rc rc = GD_OK;

    memset(seen, 0, sizeof *seen);
    gd_buf_init(&seen->text, 1 << 20);
    import_reader_init(&reader, &hooks, &place, "acme", false);
    while (rc == GD_OK && left > 0) {
        size_t len = left < piece ? left : piece;

        rc = import_feed(&reader, text, len, false, err);
        text += len;
        left -= len;
    }
    if (rc == GD_OK)
        rc = import_feed(&reader, "", 0, true, err);
    import_reader_clear(&reader);
    return rc;
}

static void seen_clear(struct seen *seen)
{
    gd_buf_free(&seen->text);
    gd_alloc_clear(&seen->last);
}

static const struct {
    const char *name, *text, *want;
} files[] = {
    {"ids", "gp-1\ngp-2\n", "gp-1 gp-2"},
    {"ids without a last newline", "gp-1\ngp-2", "gp-1 gp-2"},
    {"ids of Windows, with blanks", "\r\n  gp-1 \r\n\r\ngp-2\t\r\n", "gp-1 gp-2"},
    {"ids behind a byte order mark", "\xef\xbb\xbfgp-1\ngp-2\n", "gp-1 gp-2"},
    {"what is no id", "gp-1\ngp 2\ngp-3\n", "gp-1 !2 gp-3"},
    {"an id that steers a terminal", "gp-1\n\x1b[2J\ngp-3\n", "gp-1 !2 gp-3"},
    {"a list that is no CSV", "gp-1,gp-2\ngp-3\n", "!1 gp-3"},
    {"nothing", "", ""},
    {"blanks", "\n \r\n\t\n", ""},

    {"csv", "id,transaction_id\ngp-1,A\ngp-2,B\n", "gp-1=A gp-2=B"},
    {"csv of another order, mark and CRLF", "\xef\xbb\xbftransaction_id,id\r\nA,gp-1\r\nB,gp-2\r\n",
     "gp-1=A gp-2=B"},
    {"csv in quotes", "\"id\",\"transaction_id\"\n\"gp-1\",\"A, \"\"b\"\"\"\ngp-2,\"\"\n",
     "gp-1=A, \"b\" gp-2"},
    {"csv with one column", "id\ngp-1\ngp-2\n", "gp-1 gp-2"},
    {"csv by semicolons", "id;transaction_id\ngp-1;A\n", "gp-1=A"},
    {"csv by tabs", "transaction_id\tid\nA\tgp-1\n", "gp-1=A"},
    {"csv with blank lines", "id,transaction_id\n\ngp-1,A\n\r\ngp-2,B\n\n", "gp-1=A gp-2=B"},
    {"a cell too few, a cell too many", "id,transaction_id\ngp-1\ngp-2,B\ngp-3,C,D\ngp-4,E\n",
     "!2 gp-2=B !4 gp-4=E"},
    {"a value that is none", "id,b.numbers\ngp-1,hello\ngp-2,9820000002\n", "!2 gp-2"},
    {"a row without an id", "id,transaction_id\n,A\ngp-2,B\n", "!2 gp-2=B"},
    {"a kind that is none", "id,kind\ngp-1,blue\ngp-2,greenvn\n", "!2 gp-2"},
    {"a time that is none", "id,ends_at\ngp-1,soon\ngp-2,2026-12-01T18:00:00+05:30\n", "!2 gp-2"},
    {"text after a quote", "id,transaction_id\n\"gp-1\"x,A\ngp-2,B\n", "!2 gp-2=B"},
    {"a quote that stays open", "id,transaction_id\ngp-1,A\ngp-2,\"B\ngp-3,C\n", "gp-1=A !3 gp-3=C"},
    {"another tenant's row", "id,tenant\ngp-1,acme\ngp-2,other\n", "gp-1 !3"},
    {"an apostrophe of an export", "id,transaction_id\ngp-1,'=1+1\n", "gp-1==1+1"},

    {"a json object", "{\"id\":\"gp-1\",\"transaction_id\":\"A\"}", "gp-1=A"},
    {"a json list", "[{\"id\":\"gp-1\"},\n {\"id\":\"gp-2\",\"transaction_id\":\"B\"}]\n", "gp-1 gp-2=B"},
    {"a json list of ids", "[\"gp-1\",\"gp-2\"]", "gp-1 gp-2"},
    {"jsonl", "{\"id\":\"gp-1\"}\n{\"id\":\"gp-2\"}\n", "gp-1 gp-2"},
    {"jsonl with a bad line", "{\"id\":\"gp-1\"}\n{\"id\":}\n{\"id\":\"gp-3\"}\n", "gp-1 !2 gp-3"},
    {"jsonl with an open line", "{\"id\":\"gp-1\"}\n{\"id\":\"gp-2\n{\"id\":\"gp-3\"}\n", "gp-1 !2 gp-3"},
    {"jsonl with prose", "{\"id\":\"gp-1\"}\nhello\n{\"id\":\"gp-3\"}\n", "gp-1 !2 gp-3"},
    {"braces and quotes inside a text", "{\"id\":\"gp-1\",\"transaction_id\":\"}{\\\"\\\\\"}", "gp-1=}{\"\\"},
    {"an object without an id", "[{\"kind\":\"greenpin\"},{\"id\":\"gp-2\"}]", "!1 gp-2"},
    {"an unknown key", "[{\"id\":\"gp-1\",\"colour\":\"red\"},{\"id\":\"gp-2\"}]", "!1 gp-2"},
    {"another tenant's object", "[{\"id\":\"gp-1\",\"tenant\":\"other\"},{\"id\":\"gp-2\"}]", "!1 gp-2"},
    {"a list that is cut off", "[{\"id\":\"gp-1\"},\n", "gp-1 !2"},
};

static void test_files(void)
{
    static const size_t pieces[] = {1, 2, 7, 4096};

    for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
        for (size_t p = 0; p < sizeof pieces / sizeof *pieces; p++) {
            struct gd_error err = {0};
            struct seen seen;

            ok(read_text(files[i].text, pieces[p], &seen, &err) == GD_OK, "%s: read by %zu", files[i].name,
               pieces[p]);
            is_str(seen.text.data, files[i].want, "%s: rows, by %zu", files[i].name, pieces[p]);
            seen_clear(&seen);
        }
    }
}

static const struct {
    const char *text, *what, *advice;
} refused[] = {
    {"id,colour\ngp-1,red\n", "colour", "field keys"},
    {"id,b.number\ngp-1,1\n", "b.number", "b.numbers"},
    {"id,duration\ngp-1,2h\n", "duration", "leave"},
    {"id,id\ngp-1,gp-1\n", "twice", ""},
    {"transaction_id,usage\nA,oneway\n", "no column id", ""},
};

static void test_refused(void)
{
    for (size_t i = 0; i < sizeof refused / sizeof *refused; i++) {
        struct gd_error err = {0};
        struct seen seen;

        is_int(read_text(refused[i].text, 4096, &seen, &err), GD_INPUT, "header refused: %s",
               refused[i].what);
        has_str(err.what, refused[i].what, "it names %s", refused[i].what);
        has_str(err.advice, refused[i].advice, "and what to do");
        is_str(seen.text.data, "", "and takes nothing in");
        seen_clear(&seen);
    }
}

static void test_values(void)
{
    struct gd_error err = {0};
    struct seen seen;

    ok(read_text("id,kind,b.numbers,b.pin,state,ends_at,call_count,record\n"
                 "gp-1,greenvn,098200 00002,\"12,34\",active,2026-12-01T18:00:00+05:30,3,yes\n",
                 4096, &seen, &err) == GD_OK,
       "values: read");
    is_int(seen.last.kind, GD_GREENVN, "values: kind");
    is_str(seen.last.v[GD_F_B_NUMBERS], "+919820000002", "values: a number is completed");
    is_str(seen.last.v[GD_F_B_PIN], "12,34", "values: PINs");
    is_str(seen.last.v[GD_F_RECORD], "true", "values: a boolean is normalised");
    is_int(seen.last.state, GD_ACTIVE, "values: state");
    is_int(seen.last.ends_at, 1796128200, "values: end");
    is_int(seen.last.call_count, 3, "values: calls");
    seen_clear(&seen);
    ok(read_text("id,b.numbers,b.pin\ngp-1,+91\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2\xe2\x80\xa2"
                 "0002,\xe2\x80\xa2\xe2\x80\xa2\n",
                 4096, &seen, &err) == GD_OK,
       "a masked export: read");
    is_str(seen.text.data, "gp-1", "a masked export: its row is good");
    ok(seen.last.v[GD_F_B_NUMBERS] == NULL && seen.last.v[GD_F_B_PIN] == NULL,
       "a masked export: what is masked is absent");
    seen_clear(&seen);
}

/* A record that never ends is given up by its line, and what follows goes in. */
static void test_long(void)
{
    struct gd_error err = {0};
    struct seen seen;
    struct gd_buf text;

    gd_buf_init(&text, 8 << 20);
    gd_buf_adds(&text, "gp-1\n");
    for (int i = 0; i < 2 << 20; i++)
        gd_buf_addc(&text, 'x');
    gd_buf_adds(&text, "\ngp-3\n");
    ok(read_text(text.data, 65536, &seen, &err) == GD_OK, "a line of 2 MiB: read");
    is_str(seen.text.data, "gp-1 !2 gp-3", "a line of 2 MiB: only it is bad");
    seen_clear(&seen);
    gd_buf_free(&text);
}

int main(void)
{
    test_files();
    test_refused();
    test_values();
    test_long();
    return done_testing();
}
