/* Runs every fuzz target over its seeds, over what fuzzing has found, and over broken copies of both. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "../../api/buf.h"
#include "../../api/mem.h"
#include "../unit/tap.h"
#include "fuzz.h"

#define INPUT_MAX ((size_t)1 << 20)
#define PLACES 12 /* at so many places of a text it is broken */

struct target {
    const char *name;
    void (*run)(const char *text, size_t len);
    bool json;  /* reads JSON: the contract's examples are seeds too */
    size_t max; /* longest input that the fuzzer tries */
};

static const struct target targets[] = {
#define TARGET(id, ...) {.name = #id, .run = fuzz_##id, __VA_ARGS__},
#include "targets.def"
#undef TARGET
};

static long runs;

/* A copy that ends where the text ends, so that a step beyond it is seen. */
static void run(const struct target *target, const char *text, size_t len)
{
    char *copy = malloc(len + 1);

    if (copy == NULL)
        bail_out("no memory");
    memcpy(copy, text, len);
    copy[len] = '\0';
    target->run(copy, len);
    free(copy);
    runs++;
}

/* The text, its beginnings, and copies in which one byte is another. */
static void run_broken(const struct target *target, char *text, size_t len)
{
    static const char bytes[] = {'\0', '"', '{', '9', '\xff'};

    run(target, text, len);
    for (size_t i = 0; i < PLACES && len > 0; i++) {
        size_t at = i * len / PLACES;
        char was = text[at];

        run(target, text, at);
        for (size_t b = 0; b < sizeof bytes; b++) {
            text[at] = bytes[b];
            run(target, text, len);
        }
        text[at] = was;
    }
}

static bool read_file(const char *path, struct gd_buf *out)
{
    FILE *file = fopen(path, "rb");
    char part[4096];
    size_t n;

    if (file == NULL)
        return false;
    gd_buf_clear(out);
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        gd_buf_add(out, part, n);
    fclose(file);
    return !out->failed;
}

/* Each line of the file is one seed. */
static void run_lines(const struct target *target, const char *path, struct gd_buf *text)
{
    if (!read_file(path, text))
        return;
    for (char *line = text->data, *end; line < text->data + text->len; line = end + 1) {
        end = memchr(line, '\n', (size_t)(text->data + text->len - line));
        if (end == NULL)
            end = text->data + text->len;
        run_broken(target, line, (size_t)(end - line));
    }
}

/* Every file of the folder; a folder that is not there holds none. */
static void run_folder(const struct target *target, const char *folder, struct gd_buf *text)
{
    DIR *dir = opendir(folder);
    struct dirent *entry;
    char path[4096];

    while (dir != NULL && (entry = readdir(dir)) != NULL) {
        snprintf(path, sizeof path, "%s/%s", folder, entry->d_name);
        if (entry->d_name[0] != '.' && read_file(path, text))
            run_broken(target, text->data, text->len);
    }
    if (dir != NULL)
        closedir(dir);
}

int main(void)
{
    const char *top = getenv("abs_top_srcdir") != NULL ? getenv("abs_top_srcdir") : ".";
    struct gd_buf text;
    char path[4096];

    gd_mem_init();
    gd_buf_init(&text, INPUT_MAX);
    for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
        runs = 0;
        snprintf(path, sizeof path, "%s/tests/fuzz/seeds/%s.txt", top, targets[i].name);
        run_lines(&targets[i], path, &text);
        snprintf(path, sizeof path, "%s/tests/fuzz/found/%s", top, targets[i].name);
        run_folder(&targets[i], path, &text);
        snprintf(path, sizeof path, "%s/tests/contract/examples", top);
        if (targets[i].json)
            run_folder(&targets[i], path, &text);
        ok(runs > 0, "%s bears all %ld texts", targets[i].name, runs);
    }
    gd_buf_free(&text);
    return done_testing();
}
