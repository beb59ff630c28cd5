/* Input: bytes of a terminal into keys and pastes. Works without a terminal; escape sequences are those of
 * ECMA-48, of xterm, and of the terminal's description. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_INPUT_H
#define TUI_INPUT_H

#include <stdbool.h>
#include <stddef.h>

#include "../api/buf.h"

#define INPUT_ESCAPE_MS 25  /* how long the rest of an escape sequence may take */
#define INPUT_PASTE_MS 1000 /* how long a paste may pause before it counts as ended */
#define INPUT_PASTE_MAX ((size_t)1 << 20)

enum event_type { EVENT_KEY, EVENT_PASTE };

/* text: the bytes as they came (a key's own, or the pasted text); valid until the next call. */
struct event {
    enum event_type type;
    int code; /* of a key; -1 unknown */
    const char *text;
    size_t len;
};

struct input_sequence {
    char *bytes;
    int code;
};

struct input {
    struct gd_buf bytes; /* not yet read as keys */
    size_t at;           /* how many of them were */
    struct gd_buf paste;
    bool pasting;
    struct input_sequence *sequences; /* of the terminal's description */
    size_t n_sequences;
};

void input_init(struct input *input);
void input_free(struct input *input);

/* Adds a sequence of the terminal's description. */
GD_MUST_USE enum gd_rc input_learn(struct input *input, const char *bytes, int code, struct gd_error *err);

void input_feed(struct input *input, const void *bytes, size_t len);

/* Takes the next event; false where there is none yet. late: the time of input_wait has passed, so what is
 * there is all (a lone ESC is Esc). */
bool input_next(struct input *input, bool late, struct event *out);

/* Milliseconds after which to call input_next with late if nothing more comes; -1 nothing is pending. */
int input_wait(const struct input *input);

#endif
