/* The options of the command line, one row each in options.def; they may stand anywhere on the line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_OPTIONS_H
#define TUI_OPTIONS_H

#include <stdbool.h>

#include "../api/error.h"

enum output_format { OUTPUT_TABLE, OUTPUT_JSON, OUTPUT_JSONL, OUTPUT_CSV, OUTPUT_TSV };

/* Owns its texts; NULL where not given. */
struct options {
    char *profile, *config, *output, *script, *confirm, *kind, *reason, *filter, *sort, *limit, *canary;
    bool dry_run, yes, reveal, demo, version, help, fetch, no_undo, strict;
    int verbose;
    enum output_format format;
    bool format_given;
};

void options_clear(struct options *options);

/* Takes the options out of argv (any place; -- ends them) and leaves the words; *argc shrinks. GD_INPUT names
 * an unknown or valueless option. */
GD_MUST_USE enum gd_rc options_parse(struct options *options, int *argc, char **argv, struct gd_error *err);

#endif
