/* Themes: the compiled-in one names every role; lines are read or refused with their place. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/theme.h"

#include <stdio.h>
#include <string.h>

#include "../../api/profile.h"
#include "tap.h"

static bool is_style(struct style style, int fg, int bg, unsigned attrs)
{
    return style.fg == fg && style.bg == bg && style.attrs == attrs;
}

static void test_default(void)
{
    struct gd_config config = {0};
    struct theme theme;
    struct gd_error err = {0};

    is_int(theme_load(&theme, &config, &err), GD_OK, "the default theme is read: %s", err.what);
    for (int role = 0; role < ROLE__COUNT; role++) {
        const struct style *style = theme.style[role];
        bool plain = strcmp(role_rows[role].name, "text") == 0 || strcmp(role_rows[role].name, "id") == 0 ||
                     strcmp(role_rows[role].name, "number") == 0;

        ok(plain || style[DEPTH_256].fg >= 0 || style[DEPTH_256].bg >= 0, "%s has a look",
           role_rows[role].name);
        ok(style[DEPTH_16].fg < 16 && style[DEPTH_16].bg < 16, "%s keeps within 16 colours",
           role_rows[role].name);
        ok(style[DEPTH_MONO].fg == -1 && style[DEPTH_MONO].bg == -1, "%s has no colour in mono",
           role_rows[role].name);
    }
    ok(theme.style[ROLE_CURSOR][DEPTH_MONO].attrs == STYLE_REVERSE, "the cursor is seen in mono");
}

static void test_lines(void)
{
    struct theme theme;
    struct gd_error err = {0};

    theme_plain(&theme);
    is_int(theme_read(&theme, "# a comment\n\n  cursor = 255 on 23 bold / bright-white on blue / underline\n",
                      "t", &err),
           GD_OK, "a line of three looks");
    ok(is_style(theme.style[ROLE_CURSOR][DEPTH_256], 255, 23, STYLE_BOLD), "256 colours");
    ok(is_style(theme.style[ROLE_CURSOR][DEPTH_16], 15, 4, 0), "16 colours");
    ok(is_style(theme.style[ROLE_CURSOR][DEPTH_MONO], -1, -1, STYLE_UNDERLINE), "none");
    is_int(theme_read(&theme, "cursor = on 7", "t", &err), GD_OK, "one look");
    ok(is_style(theme.style[ROLE_CURSOR][DEPTH_256], -1, 7, 0), "is the first one");
    ok(is_style(theme.style[ROLE_CURSOR][DEPTH_16], 15, 4, 0), "the others stand");
    is_int(theme_read(&theme, "state.active = default on default dim italic reverse\r\n", "t", &err), GD_OK,
           "a line with CRLF");
    ok(is_style(theme.style[ROLE_ACTIVE][DEPTH_256], -1, -1, STYLE_DIM | STYLE_ITALIC | STYLE_REVERSE),
       "all attributes");
}

static void test_faults(void)
{
    static const struct {
        const char *text, *says;
    } cases[] = {
        {"nobody = 1", "no role"},
        {"cursor 1", "a line is"},
        {"cursor = 256", "256"},
        {"cursor = 1 / 16", "16"},
        {"cursor = 1 / 1 / red", "no colours"},
        {"cursor = 1 / 2 / bold / bold", "more than three"},
        {"cursor = 1 on", "behind \"on\""},
        {"cursor = purple", "purple"},
        {"cursor = 0x1", "0x1"},
        {"cursor = -1", "-1"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct theme theme;
        struct gd_error err = {0};
        char text[100] = "text = default\n";

        theme_plain(&theme);
        snprintf(text + strlen(text), sizeof text - strlen(text), "%s", cases[i].text);
        is_int(theme_read(&theme, text, "my.theme", &err), GD_INPUT, "refused: %s", cases[i].text);
        has_str(err.what, cases[i].says, "says why");
        has_str(err.what, "my.theme:2:", "and where");
    }
}

static void test_config(void)
{
    struct gd_pair pairs[] = {{(char *)"theme.roles", (char *)"mark", (char *)"1 / 2 / bold", 7},
                              {(char *)"keys", (char *)"mark", (char *)"nothing of ours", 8}};
    struct gd_config config = {.path = (char *)"/nowhere/config.ini", .pairs = pairs, .n_pairs = 2};
    struct theme theme;
    struct gd_error err = {0};

    is_int(theme_load(&theme, &config, &err), GD_OK, "roles of the configuration");
    ok(is_style(theme.style[ROLE_MARK][DEPTH_256], 1, -1, 0), "stand over the theme");
    pairs[0].value = (char *)"red red red x";
    is_int(theme_load(&theme, &config, &err), GD_INPUT, "a fault there");
    has_str(err.what, "/nowhere/config.ini:7:", "is told with its line");
    err = (struct gd_error){0};
    config.n_pairs = 0;
    config.theme = (char *)"neon";
    is_int(theme_load(&theme, &config, &err), GD_INPUT, "a theme that is nowhere");
    has_str(err.what, "neon", "is told by name");
    err = (struct gd_error){0};
    config.theme = (char *)"../../etc/passwd";
    is_int(theme_load(&theme, &config, &err), GD_INPUT, "a path is no theme");
}

int main(void)
{
    test_default();
    test_lines();
    test_faults();
    test_config();
    return done_testing();
}
