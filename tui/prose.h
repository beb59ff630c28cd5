/* Prose: lines of text with roles, wrapped to a width; what text panes and dialogs show. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_PROSE_H
#define TUI_PROSE_H

#include "canvas.h"

struct prose_span {
    size_t at, len; /* bytes of text */
    enum role role;
};

struct prose {
    struct gd_buf text;
    struct prose_span *spans;
    size_t n_spans, room_spans;
    size_t *lines; /* the first span of each line */
    int n_lines, room_lines;
    int width;  /* columns; 0: never wrapped */
    int column; /* behind what the last line holds */
};

void prose_init(struct prose *prose, int width);
void prose_free(struct prose *prose); /* wipes */
void prose_clear(struct prose *prose, int width);

/* Appends untrusted text to the last line, unwrapped; newlines in it are shown, not obeyed. */
void prose_add(struct prose *prose, enum role role, const char *text);
void prose_addf(struct prose *prose, enum role role, const char *fmt, ...) GD_PRINTF(3, 4);

/* Appends words, going to a new line (indented) at blanks and behind commas where the width asks for it;
 * newlines are obeyed. */
void prose_words(struct prose *prose, int indent, enum role role, const char *text);

/* Goes to a new line; to a column of the line (blanks). */
void prose_line(struct prose *prose);
void prose_to(struct prose *prose, int column);

/* Appends the lines of another. */
void prose_join(struct prose *prose, const struct prose *other);

/* Appends the lines of two others beside each other, the right ones from a column on. */
void prose_beside(struct prose *prose, const struct prose *left, const struct prose *right, int column);

/* Draws the lines from top on. Returns how many lines there are. */
int prose_draw(const struct prose *prose, struct canvas *canvas, struct area area, int top);

/* The first line at or behind (back: before) from that holds the text, in any case; -1 none. */
int prose_find(const struct prose *prose, const char *text, int from, bool back);

/* The text of a line, appended. */
void prose_text(const struct prose *prose, int line, struct gd_buf *out);

#endif
