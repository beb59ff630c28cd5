/* Fuzz targets: files to import, whatever pieces they come in, and the words of a : line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../../api/number.h"
#include "../../api/when.h"
#include "../../tui/import_read.h"
#include "../../tui/job.h"
#include "fuzz.h"

/* What came out of a file, as text: to be compared. */
struct heard {
    struct gd_buf text;
};

static void hear_row(void *arg, struct import_row *row)
{
    struct heard *heard = arg;
    const char *list = row->alloc.v[GD_F_A_NUMBERS], *item;
    size_t len;

    gd_buf_addf(&heard->text, "row %lld", (long long)row->line);
    for (int field = 0; field < GD_F__COUNT; field++)
        if (row->alloc.v[field] != NULL)
            gd_buf_addf(&heard->text, " %s=%s", gd_fields[field].key, row->alloc.v[field]);
    gd_buf_addc(&heard->text, '\n');
    MUST(row->alloc.v[GD_F_ID] != NULL && row->alloc.v[GD_F_ID][0] != '\0');
    while ((item = gd_list_next(&list, &len)) != NULL) {
        char number[GD_NUMBER_MAX];

        MUST(len < sizeof number);
        memcpy(number, item, len);
        number[len] = '\0';
        MUST(gd_number_valid(number));
    }
}

static void hear_bad(void *arg, int64_t line, const struct gd_error *why)
{
    struct heard *heard = arg;

    MUST(why->what[0] != '\0' && line >= 1);
    gd_buf_addf(&heard->text, "bad %lld %s\n", (long long)line, why->what);
}

/* Reads the file in pieces of so many bytes; says how it ended. */
static enum gd_rc hear(const char *text, size_t len, size_t piece, bool csv, struct heard *heard)
{
    static const struct gd_place place = {.country = "IN", .zone_offset = GD_ZONE_IST};
    struct import_hooks hooks = {.row = hear_row, .bad = hear_bad, .arg = heard};
    struct import_reader reader;
    struct gd_error err = {0};
    enum gd_rc rc = GD_OK;

    gd_buf_init(&heard->text, 1 << 24);
    import_reader_init(&reader, &hooks, &place, "acme", csv);
    for (size_t at = 0; rc == GD_OK && at < len; at += piece)
        rc = import_feed(&reader, text + at, len - at < piece ? len - at : piece, false, &err);
    if (rc == GD_OK)
        rc = import_feed(&reader, "", 0, true, &err);
    MUST((rc == GD_OK) == (err.rc == GD_OK));
    import_reader_clear(&reader);
    return rc;
}

void fuzz_import(const char *text, size_t len)
{
    for (int csv = 0; csv < 2; csv++) {
        struct heard whole, pieces;
        enum gd_rc rc = hear(text, len, len > 0 ? len : 1, csv == 1, &whole);

        MUST(hear(text, len, len % 7 + 1, csv == 1, &pieces) == rc);
        MUST(rc != GD_OK || strcmp(whole.text.data, pieces.text.data) == 0);
        gd_buf_free(&whole.text);
        gd_buf_free(&pieces.text);
    }
}

void fuzz_words(const char *text, size_t len)
{
    struct gd_error err = {0};
    char **argv = NULL;
    size_t letters = 0;
    int argc = 0;

    if (job_words(text, &argc, &argv, &err) != GD_OK) {
        MUST(err.what[0] != '\0');
        return;
    }
    for (int i = 0; i < argc; i++)
        letters += strlen(argv[i]);
    MUST(letters <= len);
    job_words_free(argc, argv);
}
