/* Options and words of a command line: every form, every row of the table, and what is refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/options.h"

#include <stdio.h>
#include <string.h>

#include "../../tui/job.h"
#include "tap.h"

#define WORDS_MAX 12

/* Splits a line at blanks (a test's line has no quotes) and parses its options. */
static enum gd_rc parse(const char *line, struct options *options, int *argc, char **argv,
                        struct gd_error *err)
{
    static char copy[400];
    char *at = copy;

    snprintf(copy, sizeof copy, "%s", line);
    *argc = 0;
    *options = (struct options){0};
    *err = (struct gd_error){0};
    while (*at != '\0' && *argc < WORDS_MAX) {
        size_t len = strcspn(at, " ");

        argv[(*argc)++] = at;
        at += len;
        if (*at != '\0')
            *at++ = '\0';
    }
    return options_parse(options, argc, argv, err);
}

static const struct {
    const char *line, *words; /* what is left, joined by blanks */
} good[] = {
    {"list", "list"},
    {"-y update gp-1 b.numbers+=1 -o json a.pin=-", "update gp-1 b.numbers+=1 a.pin=-"},
    {"-nyvv list", "list"},
    {"list -ojson", "list"},
    {"--output=csv list state:active", "list state:active"},
    {"--profile acme list", "list"},
    {"--sort -ends list", "list"},
    {"import -", "import -"},
    {"list -- -word --output", "list -word --output"},
    {"--confirm= list", "list"},
    {"", ""},
};

static void test_good(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
        struct options options;
        struct gd_error err;
        char *argv[WORDS_MAX], left[400] = "";
        int argc;
        enum gd_rc rc = parse(good[i].line, &options, &argc, argv, &err);

        for (int w = 0; w < argc; w++)
            snprintf(left + strlen(left), sizeof left - strlen(left), "%s%s", w > 0 ? " " : "", argv[w]);
        ok(rc == GD_OK, "%s: taken", good[i].line) || (diag("%s", err.what), 0);
        is_str(left, good[i].words, "%s: words", good[i].line);
        options_clear(&options);
    }
}

static void test_values(void)
{
    struct options options;
    struct gd_error err;
    char *argv[WORDS_MAX];
    int argc;

    ok(parse("-nyvv -p acme -o tsv --confirm=12 --sort -ends list", &options, &argc, argv, &err) == GD_OK,
       "values: taken");
    ok(options.dry_run && options.yes && !options.reveal, "values: flags of a bundle");
    is_int(options.verbose, 2, "values: counted");
    is_str(options.profile, "acme", "values: short with a word");
    is_int(options.format, OUTPUT_TSV, "values: format");
    ok(options.format_given, "values: format given");
    is_str(options.confirm, "12", "values: long with =");
    is_str(options.sort, "-ends", "values: a value can begin with -");
    options_clear(&options);
    is_int((long long)options.given, 0, "values: cleared");
    ok(options.profile == NULL, "values: freed");
}

static const struct {
    const char *line, *what, *advice;
} bad[] = {
    {"--frobnicate list", "--frobnicate", "--help"},
    {"--dryrun list", "--dryrun", "dry-run"},
    {"--outptu json", "--outptu", "output"},
    {"-x list", "-x", "--help"},
    {"-nx list", "-x", "--help"},
    {"list -o", "--output", "behind"},
    {"list --profile", "--profile", "behind"},
    {"--yes=1 list", "--yes", "leave"},
    {"-o xml list", "xml", "jsonl"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct options options;
        struct gd_error err;
        char *argv[WORDS_MAX];
        int argc;

        is_int(parse(bad[i].line, &options, &argc, argv, &err), GD_INPUT, "%s: refused", bad[i].line);
        has_str(err.what, bad[i].what, "%s: named", bad[i].line);
        has_str(err.advice, bad[i].advice, "%s: advice", bad[i].line);
        options_clear(&options);
    }
}

static void test_table(void)
{
    for (enum option_id id = 0; id < OPT__COUNT; id++) {
        const struct option_row *row = &option_rows[id];
        struct options options;
        struct gd_error err;
        char *argv[WORDS_MAX], line[120];
        int argc;

        for (enum option_id other = 0; other < id; other++)
            ok(strcmp(option_rows[other].name, row->name) != 0 &&
                   (row->letter == '\0' || option_rows[other].letter != row->letter),
               "--%s and --%s differ", row->name, option_rows[other].name);
        ok(row->help != NULL && *row->help != '\0', "--%s has help", row->name);
        snprintf(line, sizeof line, "--%s%s", row->name,
                 row->arg == NULL   ? ""
                 : id == OPT_OUTPUT ? "=json"
                                    : "=value");
        ok(parse(line, &options, &argc, argv, &err) == GD_OK && argc == 0, "--%s parses", row->name);
        is_int((long long)options.given, 1LL << id, "--%s is marked as given", row->name);
        options_clear(&options);
    }
}

static void test_check(void)
{
    struct options options;
    struct gd_error err;
    char *argv[WORDS_MAX];
    int argc;

    ok(parse("--fetch list", &options, &argc, argv, &err) == GD_OK, "check: parsed");
    is_int(options_check(&options, &gd_commands[GD_C_LIST], true, &err), GD_INPUT, "list takes no --fetch");
    has_str(err.what, "--fetch", "list takes no --fetch: named");
    err = (struct gd_error){0};
    ok(options_check(&options, &gd_commands[GD_C_IMPORT], true, &err) == GD_OK, "import takes --fetch");
    options_clear(&options);
    ok(parse("-p acme list", &options, &argc, argv, &err) == GD_OK, "check: parsed");
    ok(options_check(&options, &gd_commands[GD_C_LIST], true, &err) == GD_OK, "-p at the start");
    is_int(options_check(&options, &gd_commands[GD_C_LIST], false, &err), GD_INPUT, "no -p in the console");
    options_clear(&options);
    for (size_t i = 0; i < GD_C__COUNT; i++) {
        const char *at = gd_commands[i].options;

        while (at != NULL && *at != '\0') {
            size_t len = strcspn(at, " ");
            bool found = false;

            for (enum option_id id = 0; id < OPT__COUNT; id++)
                found |= option_rows[id].where == OPT_LISTED && strlen(option_rows[id].name) == len &&
                         strncmp(option_rows[id].name, at, len) == 0;
            ok(found, "%s: the option %.*s exists", gd_commands[i].name, (int)len, at);
            at += len + strspn(at + len, " ");
        }
    }
}

/* ---- words of a : line ---- */

static const struct {
    const char *line, *words; /* joined by | */
} lines[] = {
    {"", ""},
    {"  list   vn:9180  ", "list|vn:9180"},
    {"list \"two words\" 'a \"b\"'", "list|two words|a \"b\""},
    {"a\\ b 'c\\d' \"e\\\"f\"", "a b|c\\d|e\"f"},
    {"update gp-1 custom_field=\"x y\"", "update|gp-1|custom_field=x y"},
    {"x '' y", "x||y"},
    {"end\\", "end\\"},
};

static void test_words(void)
{
    struct gd_error err = {0};
    char **argv;
    int argc;

    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char joined[200] = "";

        ok(job_words(lines[i].line, &argc, &argv, &err) == GD_OK, "words of <%s>", lines[i].line);
        for (int w = 0; w < argc; w++)
            snprintf(joined + strlen(joined), sizeof joined - strlen(joined), "%s%s", w > 0 ? "|" : "",
                     argv[w]);
        is_str(joined, lines[i].words, "<%s>: split", lines[i].line);
        job_words_free(argc, argv);
    }
    is_int(job_words("list 'open", &argc, &argv, &err), GD_INPUT, "an open quote");
    ok(argv == NULL && argc == 0, "an open quote: nothing to free");
}

int main(void)
{
    test_good();
    test_values();
    test_bad();
    test_table();
    test_check();
    test_words();
    return done_testing();
}
