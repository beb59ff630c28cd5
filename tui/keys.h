/* Keys: codes and names, and which command line each runs. Knows nothing of a terminal. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_KEYS_H
#define TUI_KEYS_H

#include <stdbool.h>
#include <stddef.h>

#include "../api/command.h"
#include "../api/error.h"

/* A key code is a character (control characters are C-a …), or one of these, with KEY_MOD_ bits added for
 * modified special keys. */
enum key_code {
    KEY_CODE_TAB = 9,
    KEY_CODE_ENTER = 13,
    KEY_CODE_ESC = 27,
    KEY_CODE_SPACE = ' ',
    KEY_CODE_BACKSPACE = 127,
    KEY_CODE__FIRST = 0x110000,
#define KEY(id, ...) KEY_CODE_##id,
#include "keys.def"
#undef KEY
    KEY_CODE__END,
    KEY_MOD_SHIFT = 1 << 24,
    KEY_MOD_ALT = 1 << 25,
    KEY_MOD_CTRL = 1 << 26
};

#define KEY_CTRL(letter) ((letter)&0x1f)
#define KEY_NAME_MAX 24

struct key_row {
    const char *name, *capability;
    char letter;
    int number;
};
extern const struct key_row key_rows[]; /* by code - KEY_CODE__FIRST - 1; a row without name ends */

/* The name of a key: Enter, C-x, S-Tab, F5, or the character itself. */
void key_print(int code, char out[KEY_NAME_MAX]);

/* The key of a name (also Colon Semicolon Hash Equals, for where these characters cannot stand); -1 none. */
int key_named(const char *name, size_t len);

/* A key bound to a command line. */
struct binding {
    int code;
    const struct gd_command *command;
    char *args; /* behind the command's name; "" none */
};

struct keymap {
    struct binding *bindings; /* sorted by code, those of panes behind the others */
    size_t n;
};

/* The default keys of the command table with the rows of [keys] over them: "KEY = COMMAND LINE", an empty
 * line takes the key away. GD_INPUT names line and fault. */
GD_MUST_USE enum gd_rc keymap_load(struct keymap *map, const struct gd_config *config, struct gd_error *err);
void keymap_free(struct keymap *map);

/* The key's binding, or NULL; pane: among the commands of panes (GD_CF_PANE), else among the others. */
const struct binding *keymap_find(const struct keymap *map, int code, bool pane);

/* The keys of a command, blank separated ("j Down"); "" none. */
struct gd_buf;
void keymap_keys(const struct keymap *map, const struct gd_command *command, struct gd_buf *out);

/* The first key of a command as people read it, or NULL where none is bound. */
bool keymap_first(const struct keymap *map, enum gd_command_id command, char out[KEY_NAME_MAX]);

#endif
