/* What the files of the settings command share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SETTINGS_JOB_H
#define TUI_SETTINGS_JOB_H

#include "../api/settings_call.h"
#include "../api/snapshot.h"
#include "job_i.h"

/* A verb of the command: its words are those behind it. */
typedef void settings_verb_fn(struct job *job, int n, char *const *words);
settings_verb_fn settings_set, settings_apply, settings_revert; /* cmd_settings_save.c */
settings_verb_fn settings_diff;                                 /* cmd_settings_diff.c */

/* Says that what is shown was not read now, and from when it is; nothing where it was. */
void settings_tell_source(struct job *job, const struct gd_settings_reading *reading);

/* Reads a file of settings (- standard input) as JSON: the object of sections. The caller decrefs. GD_INPUT.
 */
GD_MUST_USE enum gd_rc settings_file(const struct job *job, const char *path, json_t **out,
                                     struct gd_error *err);

/* Appends "key  old → new" in words for one setting. */
void settings_arrow(enum gd_setting id, const char *old, const char *new, struct gd_buf *out);

#endif
