/* The options of the command line, one row each in options.def; they may stand anywhere on the line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>

#include "../api/command.h"
#include "../api/error.h"

enum output_format { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_JSONL, OUTPUT_CSV, OUTPUT_TSV };

enum option_id {
#define OPTION(id, ...) OPT_##id,
#include "options.def"
#undef OPTION
    OPT__COUNT
};

/* Where an option has a meaning. */
enum option_where {
    OPT_AT_START, /* of the program: not on a : line */
    OPT_ALWAYS,   /* with every command */
    OPT_LISTED    /* with the commands whose row names it */
};

struct option_row {
    const char *name; /* long, without dashes */
    char letter;      /* short, 0 none */
    const char *arg;  /* what its value is called; NULL: it takes none */
    enum option_where where;
    size_t at; /* its member in struct options: char * where it takes a value, else bool */
    const char *help;
};

extern const struct option_row option_rows[OPT__COUNT];

/* Owns its texts; NULL where not given. */
struct options {
    char *profile, *config, *output, *script, *confirm, *kind, *reason, *filter, *sort, *limit, *canary;
    bool dry_run, yes, reveal, demo, version, help, fetch, no_undo;
    int verbose; /* how often -v was given */
    enum output_format format;
    bool format_given;
    unsigned long given; /* bits 1 << enum option_id */
};

void options_clear(struct options *options);

/* Takes the options out of argv (any place; -- ends them) and leaves the words (borrowed, in order); *argc
 * shrinks. GD_INPUT names an unknown option (and the nearest one), one without its value, or a bad value. */
GD_MUST_USE enum gd_rc options_parse(struct options *options, int *argc, char **argv, struct gd_error *err);

/* GD_INPUT where an option was given that the command has no use for. at_start: on the program's own line. */
GD_MUST_USE enum gd_rc options_check(const struct options *options, const struct gd_command *command,
                                     bool at_start, struct gd_error *err);

/* Whether the option means something to the command (completion, help). */
bool option_serves(enum option_id id, const struct gd_command *command);

#endif
