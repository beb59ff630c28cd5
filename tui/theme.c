/* The theme: reads theme files, of which the default one is compiled in. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "theme.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/buf.h"
#include "../api/mem.h"
#include "../api/profile.h"

#define THEME_MAX ((size_t)64 * 1024)

const struct role_row role_rows[ROLE__COUNT] = {
#define ROLE(id, ...) [ROLE_##id] = {__VA_ARGS__},
#include "roles.def"
#undef ROLE
};

static const char dark_theme[] =
#include "tui/dark_theme.inc"
    ;

static const char *const colour_names[] = {
    "black",        "red",           "green",       "yellow",         "blue",
    "magenta",      "cyan",          "white",       "bright-black",   "bright-red",
    "bright-green", "bright-yellow", "bright-blue", "bright-magenta", "bright-cyan",
    "bright-white",
};

static const struct {
    const char *name;
    unsigned attr;
} attr_names[] = {
    {"bold", STYLE_BOLD},           {"dim", STYLE_DIM},         {"italic", STYLE_ITALIC},
    {"underline", STYLE_UNDERLINE}, {"reverse", STYLE_REVERSE}, {"plain", 0},
};

#define COUNT(array) (sizeof(array) / sizeof *(array))

void theme_plain(struct theme *theme)
{
    for (int role = 0; role < ROLE__COUNT; role++)
        for (int depth = 0; depth < DEPTH__COUNT; depth++)
            theme->style[role][depth] =
                (struct style){-1, -1, depth == DEPTH_MONO ? role_rows[role].mono : 0};
}

static bool same_word(const char *word, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(word, name, len) == 0;
}

static bool read_colour(const char *word, size_t len, enum depth depth, short *out)
{
    char *end;
    long n;

    if (same_word(word, len, "default")) {
        *out = -1;
        return true;
    }
    for (size_t i = 0; i < COUNT(colour_names); i++) {
        if (same_word(word, len, colour_names[i])) {
            *out = (short)i;
            return true;
        }
    }
    n = len > 0 && len < 4 && word[0] >= '0' && word[0] <= '9' ? strtol(word, &end, 10) : -1;
    if (n < 0 || end != word + len || n > (depth == DEPTH_16 ? 15 : 255))
        return false;
    *out = (short)n;
    return true;
}

static bool read_attr(const char *word, size_t len, unsigned *attrs)
{
    for (size_t i = 0; i < COUNT(attr_names); i++) {
        if (same_word(word, len, attr_names[i].name)) {
            *attrs |= attr_names[i].attr;
            return true;
        }
    }
    return false;
}

/* Reads one look, [text, text + len). */
static enum gd_rc read_look(const char *text, size_t len, enum depth depth, struct style *out,
                            struct gd_error *err)
{
    struct style style = {-1, -1, 0};
    const char *end = text + len;
    bool ground = false;

    for (const char *at = text;;) {
        const char *word;
        size_t n;
        short colour;

        while (at < end && (*at == ' ' || *at == '\t'))
            at++;
        if (at == end)
            break;
        for (word = at; at < end && *at != ' ' && *at != '\t';)
            at++;
        n = (size_t)(at - word);
        if (!ground && same_word(word, n, "on")) {
            ground = true;
        } else if (read_attr(word, n, &style.attrs) && !ground) {
            continue;
        } else if (depth != DEPTH_MONO && read_colour(word, n, depth, &colour)) {
            *(ground ? &style.bg : &style.fg) = colour;
            ground = false;
        } else {
            return gd_fail(err, GD_INPUT, "a look is: COLOUR on COLOUR bold dim italic underline reverse",
                           "\"%.*s\" is neither a colour nor an attribute%s", (int)n, word,
                           depth == DEPTH_MONO ? " (the third look has no colours)" : "");
        }
    }
    *out = style;
    return ground ? gd_fail(err, GD_INPUT, NULL, "no colour stands behind \"on\"") : GD_OK;
}

static int find_role(const char *name, size_t len)
{
    for (int role = 0; role < ROLE__COUNT; role++)
        if (same_word(name, len, role_rows[role].name))
            return role;
    return -1;
}

static enum gd_rc set_role(struct theme *theme, const char *name, size_t name_len, const char *looks,
                           size_t len, struct gd_error *err)
{
    int role = find_role(name, name_len);
    const char *end = looks + len;

    if (role < 0)
        return gd_fail(err, GD_INPUT, "the default theme names them all", "\"%.*s\" is no role of a theme",
                       (int)name_len, name);
    for (enum depth depth = 0; depth < DEPTH__COUNT && looks <= end; depth++) {
        const char *slash = memchr(looks, '/', (size_t)(end - looks));
        size_t n = (size_t)((slash ? slash : end) - looks);

        if (read_look(looks, n, depth, &theme->style[role][depth], err) != GD_OK)
            return GD_INPUT;
        if (!slash)
            return GD_OK;
        looks = slash + 1;
    }
    return gd_fail(err, GD_INPUT, NULL, "more than three looks for the role \"%.*s\"", (int)name_len, name);
}

enum gd_rc theme_set(struct theme *theme, const char *role, const char *looks, struct gd_error *err)
{
    return set_role(theme, role, strlen(role), looks, strlen(looks), err);
}

/* Cuts blanks from both ends. */
static const char *trim(const char *text, size_t *len)
{
    while (*len > 0 && (*text == ' ' || *text == '\t')) {
        text++;
        --*len;
    }
    while (*len > 0 && (text[*len - 1] == ' ' || text[*len - 1] == '\t' || text[*len - 1] == '\r'))
        --*len;
    return text;
}

static enum gd_rc read_line(struct theme *theme, const char *line, size_t len, struct gd_error *err)
{
    const char *equals, *name;
    size_t name_len;

    line = trim(line, &len);
    if (len == 0 || *line == '#')
        return GD_OK;
    equals = memchr(line, '=', len);
    if (!equals)
        return gd_fail(err, GD_INPUT, NULL, "a line is ROLE = LOOK / LOOK / LOOK");
    name_len = (size_t)(equals - line);
    name = trim(line, &name_len);
    return set_role(theme, name, name_len, equals + 1, len - (size_t)(equals + 1 - line), err);
}

enum gd_rc theme_read(struct theme *theme, const char *text, const char *file, struct gd_error *err)
{
    for (int line = 1; *text; line++) {
        size_t len = strcspn(text, "\n");
        struct gd_error why = {0};

        if (read_line(theme, text, len, &why) != GD_OK)
            return gd_fail(err, GD_INPUT, why.advice[0] ? why.advice : NULL, "%s:%d: %s", file, line,
                           why.what);
        text += len + (text[len] == '\n');
    }
    return GD_OK;
}

/* Reads a whole file; false where there is none. */
static bool slurp(const char *path, struct gd_buf *out)
{
    char part[4096];
    FILE *file = fopen(path, "re");
    size_t n;

    if (!file)
        return false;
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        gd_buf_add(out, part, n);
    fclose(file);
    return true;
}

/* Looks for NAME.theme beside the configuration file, then in the installed folder. */
static bool find_theme(const struct gd_config *config, const char *name, struct gd_buf *path,
                       struct gd_buf *text)
{
    const char *slash = config->path ? strrchr(config->path, '/') : NULL;

    if (slash) {
        gd_buf_addf(path, "%.*s/%s.theme", (int)(slash - config->path), config->path, name);
        if (slurp(path->data, text))
            return true;
        gd_buf_clear(path);
    }
    gd_buf_addf(path, "%s/themes/%s.theme", GD_PKGDATADIR, name);
    return slurp(path->data, text);
}

static enum gd_rc load_named(struct theme *theme, const struct gd_config *config, const char *name,
                             struct gd_error *err)
{
    struct gd_buf path, text;
    enum gd_rc rc;

    if (strchr(name, '/'))
        return gd_fail(err, GD_INPUT, "write its name without folder and ending", "theme = %s is a path",
                       name);
    gd_buf_init(&path, 4096);
    gd_buf_init(&text, THEME_MAX);
    if (!find_theme(config, name, &path, &text))
        rc = gd_fail(err, GD_INPUT, "put it beside the configuration file, or write theme = dark",
                     "there is no theme %s (%s)", name, path.data);
    else if ((rc = gd_buf_check(&text, "the theme", err)) == GD_OK)
        rc = theme_read(theme, text.data, path.data, err);
    gd_buf_free(&path);
    gd_buf_free(&text);
    return rc;
}

enum gd_rc theme_load(struct theme *theme, const struct gd_config *config, struct gd_error *err)
{
    theme_plain(theme);
    if (theme_read(theme, dark_theme, "dark.theme", err) != GD_OK)
        return err->rc;
    if (config->theme && strcmp(config->theme, "dark") != 0 &&
        load_named(theme, config, config->theme, err) != GD_OK)
        return err->rc;
    for (size_t i = 0; i < config->n_pairs; i++) {
        const struct gd_pair *pair = &config->pairs[i];
        struct gd_error why = {0};

        if (strcmp(pair->section, "theme.roles") == 0 &&
            theme_set(theme, pair->key, pair->value, &why) != GD_OK)
            return gd_fail(err, GD_INPUT, why.advice[0] ? why.advice : NULL, "%s:%d: %s",
                           config->path ? config->path : "configuration", pair->line, why.what);
    }
    return GD_OK;
}
