/* The sink of the shell: rows on standard output in a chosen format, all else on standard error. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SINK_OUT_H
#define TUI_SINK_OUT_H

#include <stdio.h>

#include "../api/loop.h"
#include "options.h"
#include "sink.h"

/* Streams and loop are borrowed; in is where a person's answer comes from (a descriptor). out can be NULL for
 * json and jsonl that nobody wants. NULL where memory ran out. */
struct sink *sink_out_new(struct gd_loop *loop, enum output_format format, FILE *out, FILE *err, int in);

/* Flushes; GD_IO where the output could not be written (a closed pipe is none). */
GD_MUST_USE enum gd_rc sink_out_finish(struct sink *sink, struct gd_error *err);

/* Appends JSON as text that cannot steer a terminal: what escapes would hide in it becomes \uXXXX. */
void sink_json(const json_t *value, bool indent, struct gd_buf *out);

/* One line: "greendesk: what: advice", escaped. Also where no sink is there yet. */
void sink_error_line(FILE *err, const struct gd_error *error);

#endif
