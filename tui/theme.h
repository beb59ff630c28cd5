/* The theme: how each role looks, in 256 colours, in 16, and in none. Knows nothing of curses. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_THEME_H
#define TUI_THEME_H

#include "../api/error.h"

struct gd_config;

enum style_attr {
    STYLE_BOLD = 1 << 0,
    STYLE_DIM = 1 << 1,
    STYLE_ITALIC = 1 << 2,
    STYLE_UNDERLINE = 1 << 3,
    STYLE_REVERSE = 1 << 4
};

enum role {
#define ROLE(id, ...) ROLE_##id,
#include "roles.def"
#undef ROLE
    ROLE__COUNT
};

struct role_row {
    const char *name; /* in theme files */
    unsigned mono;    /* attributes without colours, where the theme says nothing */
    const char *help;
};
extern const struct role_row role_rows[ROLE__COUNT];

/* A look; colours are 0 to 255, or -1: the terminal's own. */
struct style {
    short fg, bg;
    unsigned attrs;
};

enum depth { DEPTH_256, DEPTH_16, DEPTH_MONO, DEPTH__COUNT };

struct theme {
    struct style style[ROLE__COUNT][DEPTH__COUNT];
};

/* Every role plain, with the role table's look for mono. */
void theme_plain(struct theme *theme);

/* Reads lines "ROLE = LOOK / LOOK / LOOK" (256 colours, 16, none; a missing one keeps what stands) over
 * theme. LOOK is [COLOUR] [on COLOUR] [bold dim italic underline reverse], COLOUR a name, 0 to 255, or
 * default. # begins a comment. GD_INPUT names file, line and fault. */
GD_MUST_USE enum gd_rc theme_read(struct theme *theme, const char *text, const char *file,
                                  struct gd_error *err);

/* One role's looks, as behind the "=" of a line. */
GD_MUST_USE enum gd_rc theme_set(struct theme *theme, const char *role, const char *looks,
                                 struct gd_error *err);

/* The theme of the configuration: its name (a file NAME.theme beside the configuration or in the installed
 * folder; dark is compiled in) with the rows of [theme.roles] over it. */
GD_MUST_USE enum gd_rc theme_load(struct theme *theme, const struct gd_config *config, struct gd_error *err);

#endif
