/* Untrusted text: made safe for a terminal, a log line, a spreadsheet. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_TEXT_H
#define GD_TEXT_H

#include <stddef.h>

#include "buf.h"

/* Appends text so that nothing of it can steer a terminal: control characters (C0, C1, DEL), bidirectional
 * marks and other format characters, line and paragraph separators and invalid UTF-8 become visible escapes
 * (\\n, \\x1b, \\u202e). */
void gd_text_escape(const char *text, size_t len, struct gd_buf *out);

/* Decodes one UTF-8 character: its length in bytes (1 for an invalid byte, with *rune -1). */
size_t gd_utf8_next(const char *text, size_t len, int *rune);

/* Appends a CSV field: quoted where needed; a leading = + - @ tab or CR that a spreadsheet would compute is
 * defused by a leading apostrophe (a + that begins an E.164 number is kept). */
void gd_text_csv(const char *text, struct gd_buf *out);

#endif
