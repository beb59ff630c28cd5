/* The options of the command line: parsing by the table. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <stdio.h>
#include <string.h>

#include "../api/buf.h"
#include "../api/mem.h"
#include "../api/near.h"

const struct option_row option_rows[OPT__COUNT] = {
#define OPTION(id, ...) [OPT_##id] = {__VA_ARGS__},
#include "options.def"
#undef OPTION
};

static const char *const format_names[] = {
    [OUTPUT_TABLE] = "table", [OUTPUT_JSON] = "json", [OUTPUT_JSONL] = "jsonl",
    [OUTPUT_CSV] = "csv",     [OUTPUT_TSV] = "tsv",
};

static char **text_at(struct options *options, enum option_id id)
{
    return (char **)(void *)((char *)options + option_rows[id].at);
}

void options_clear(struct options *options)
{
    for (enum option_id id = 0; id < OPT__COUNT; id++) {
        if (option_rows[id].arg != NULL)
            gd_free(*text_at(options, id));
    }
    memset(options, 0, sizeof *options);
}

static enum gd_rc take_format(struct options *options, struct gd_error *err)
{
    for (size_t i = 0; i < sizeof format_names / sizeof *format_names; i++) {
        if (strcmp(options->output, format_names[i]) != 0)
            continue;
        options->format = (enum output_format)i;
        options->format_given = true;
        return GD_OK;
    }
    return gd_fail(err, GD_INPUT, "give one of table, json, jsonl, csv, tsv", "no output format is called %s",
                   options->output);
}

/* Profiles given one after the other, with commas between. */
static char *joined(const char *before, const char *value)
{
    struct gd_buf text;

    gd_buf_init(&text, 65536);
    gd_buf_addf(&text, "%s,%s", before, value);
    return gd_buf_take(&text);
}

/* Puts one option; value is NULL where it takes none. */
static enum gd_rc put(struct options *options, enum option_id id, const char *value, struct gd_error *err)
{
    char *copy;

    options->given |= 1UL << id;
    if (id == OPT_VERBOSE) {
        options->verbose++;
        return GD_OK;
    }
    if (value == NULL) {
        *(bool *)((char *)options + option_rows[id].at) = true;
        return GD_OK;
    }
    copy = id == OPT_PROFILE && options->profile != NULL ? joined(options->profile, value) : gd_strdup(value);
    if (copy == NULL)
        return gd_fail_memory(err);
    gd_free(*text_at(options, id));
    *text_at(options, id) = copy;
    return id == OPT_OUTPUT ? take_format(options, err) : GD_OK;
}

static enum gd_rc unknown(const char *word, size_t len, struct gd_error *err)
{
    struct gd_near near = {0};
    char name[40], advice[120];

    snprintf(name, sizeof name, "%.*s", (int)(len < sizeof name ? len : sizeof name - 1), word);
    for (size_t i = 0; i < OPT__COUNT; i++)
        gd_near_offer(&near, name, option_rows[i].name);
    snprintf(advice, sizeof advice, "%s%s%s (what begins with - and is no option stands behind --)",
             near.best != NULL ? "did you mean --" : "see greendesk --help",
             near.best != NULL ? near.best : "", near.best != NULL ? "?" : "");
    return gd_fail(err, GD_INPUT, advice, "unknown option --%s", name);
}

static enum gd_rc wants_value(enum option_id id, struct gd_error *err)
{
    return gd_fail(err, GD_INPUT, "write it behind the option", "--%s wants its %s", option_rows[id].name,
                   option_rows[id].arg);
}

/* A long option: word is without its dashes; next is the following word or NULL; *used where it was taken. */
static enum gd_rc take_long(struct options *options, const char *word, const char *next, bool *used,
                            struct gd_error *err)
{
    size_t len = strcspn(word, "=");
    const char *value = word[len] == '=' ? word + len + 1 : NULL;

    for (enum option_id id = 0; id < OPT__COUNT; id++) {
        const struct option_row *row = &option_rows[id];

        if (strncmp(row->name, word, len) != 0 || row->name[len] != '\0')
            continue;
        if (row->arg == NULL && value != NULL)
            return gd_fail(err, GD_INPUT, "leave the value out", "--%s takes no value", row->name);
        if (row->arg != NULL && value == NULL) {
            if (next == NULL)
                return wants_value(id, err);
            value = next;
            *used = true;
        }
        return put(options, id, value, err);
    }
    return unknown(word, len, err);
}

/* A bundle of short options: word is without its dash. */
static enum gd_rc take_short(struct options *options, const char *word, const char *next, bool *used,
                             struct gd_error *err)
{
    for (; *word != '\0'; word++) {
        enum option_id id = 0;
        const char *value = NULL;
        enum gd_rc rc;

        while (id < OPT__COUNT && option_rows[id].letter != *word)
            id++;
        if (id == OPT__COUNT)
            return gd_fail(err, GD_INPUT,
                           "see greendesk --help (what begins with - and is no option stands behind --)",
                           "unknown option -%c", *word);
        if (option_rows[id].arg != NULL) {
            if (word[1] == '\0' && next == NULL)
                return wants_value(id, err);
            *used = word[1] == '\0';
            value = *used ? next : word + 1;
        }
        rc = put(options, id, value, err);
        if (rc != GD_OK || value != NULL)
            return rc;
    }
    return GD_OK;
}

enum gd_rc options_parse(struct options *options, int *argc, char **argv, struct gd_error *err)
{
    int kept = 0;

    for (int i = 0; i < *argc; i++) {
        char *word = argv[i];
        const char *next = i + 1 < *argc ? argv[i + 1] : NULL;
        bool used = false;
        enum gd_rc rc = GD_OK;

        if (strcmp(word, "--") == 0) {
            while (++i < *argc)
                argv[kept++] = argv[i];
            break;
        }
        if (word[0] != '-' || word[1] == '\0')
            argv[kept++] = word;
        else if (word[1] == '-')
            rc = take_long(options, word + 2, next, &used, err);
        else
            rc = take_short(options, word + 1, next, &used, err);
        if (rc != GD_OK)
            return rc;
        i += used;
    }
    *argc = kept;
    return GD_OK;
}

bool option_serves(enum option_id id, const struct gd_command *command)
{
    const struct option_row *row = &option_rows[id];
    size_t len = strlen(row->name);

    if (row->where != OPT_LISTED)
        return true;
    for (const char *at = command->options; at != NULL && *at != '\0';) {
        size_t word = strcspn(at, " ");

        if (word == len && strncmp(at, row->name, len) == 0)
            return true;
        at += word + strspn(at + word, " ");
    }
    return false;
}

enum gd_rc options_check(const struct options *options, const struct gd_command *command, bool at_start,
                         struct gd_error *err)
{
    if (options->profile != NULL && strchr(options->profile, ',') != NULL &&
        command != &gd_commands[GD_C_SETTINGS])
        return gd_fail(err, GD_INPUT, "give one of them; settings set and apply take several",
                       "%s works with one profile, not with %.100s", command->name, options->profile);
    for (enum option_id id = 0; id < OPT__COUNT; id++) {
        if ((options->given & (1UL << id)) == 0)
            continue;
        if (!option_serves(id, command))
            return gd_fail(err, GD_INPUT, "see greendesk help for what it takes", "%s takes no --%s",
                           command->name, option_rows[id].name);
        if (!at_start && option_rows[id].where == OPT_AT_START)
            return gd_fail(err, GD_INPUT, "give it when greendesk is started",
                           "--%s has no meaning inside the console", option_rows[id].name);
    }
    return GD_OK;
}
