/* How fast answers are decoded, beside jansson's reading of the same bytes alone: one line of figures for
 * each file given, bytes a second. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/mem.h"
#include "../../api/when.h"

#define TIME_MS 1000
#define FILE_MAX ((size_t)1 << 20)

static struct gd_error err;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "decode: %s: %s\n", what, err.what);
    exit(2);
}

static void parse(const char *text, size_t len)
{
    json_t *json = json_loadb(text, len, 0, NULL);

    if (json == NULL)
        die("json_loadb");
    json_decref(json);
}

static void decode_one(const char *text, size_t len)
{
    struct gd_envelope envelope;
    struct gd_alloc alloc;

    if (gd_decode_answer(text, len, GD_ZONE_IST, &envelope, &alloc, &err) != GD_OK)
        die("gd_decode_answer");
    gd_envelope_clear(&envelope);
    gd_alloc_clear(&alloc);
}

static void decode_bulk(const char *text, size_t len)
{
    struct gd_bulk bulk;

    if (gd_decode_bulk(text, len, GD_ZONE_IST, &bulk, &err) != GD_OK)
        die("gd_decode_bulk");
    gd_bulk_clear(&bulk);
}

/* Bytes a second through fn. */
static double rate(void (*fn)(const char *text, size_t len), const char *text, size_t len)
{
    int64_t begun = gd_mono_ms(), now = begun;
    double bytes = 0;

    while ((now = gd_mono_ms()) - begun < TIME_MS)
        for (int i = 0; i < 200; i++, bytes += (double)len)
            fn(text, len);
    return bytes * 1000 / (double)(now - begun);
}

int main(int argc, char **argv)
{
    static char text[FILE_MAX];

    gd_mem_init();
    for (int i = 1; i < argc; i++) {
        FILE *file = fopen(argv[i], "r");
        size_t len;

        if (file == NULL)
            die(argv[i]);
        len = fread(text, 1, sizeof text, file);
        fclose(file);
        printf("%s %.0f %.0f\n", argv[i],
               rate(strstr(argv[i], "bulk") != NULL ? decode_bulk : decode_one, text, len),
               rate(parse, text, len));
    }
    return 0;
}
