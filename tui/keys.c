/* Keys: the table of names, and the map from keys to command lines. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "canvas.h"

const struct key_row key_rows[] = {
#define KEY(id, ...) {__VA_ARGS__},
#include "keys.def"
#undef KEY
    {0},
};

/* Characters with a name of their own. */
static const struct {
    const char *name;
    int code;
} named[] = {
    {"Enter", KEY_CODE_ENTER},
    {"Esc", KEY_CODE_ESC},
    {"Tab", KEY_CODE_TAB},
    {"Space", KEY_CODE_SPACE},
    {"BSpace", KEY_CODE_BACKSPACE},
    {"Colon", ':'},
    {"Semicolon", ';'},
    {"Hash", '#'},
    {"Equals", '='},
};
enum { NAMED_ONLY = 5 /* of these, the first are always shown by name */ };

static const struct {
    char letter;
    int bit;
} modifiers[] = {{'C', KEY_MOD_CTRL}, {'M', KEY_MOD_ALT}, {'S', KEY_MOD_SHIFT}};

#define COUNT(array) (sizeof(array) / sizeof *(array))
#define KEY_MODS (KEY_MOD_SHIFT | KEY_MOD_ALT | KEY_MOD_CTRL)

static void add_plain_name(int code, struct gd_buf *out)
{
    for (size_t i = 0; i < NAMED_ONLY; i++) {
        if (named[i].code == code) {
            gd_buf_adds(out, named[i].name);
            return;
        }
    }
    if (code > KEY_CODE__FIRST && code < KEY_CODE__END)
        gd_buf_adds(out, key_rows[code - KEY_CODE__FIRST - 1].name);
    else if (code == 0)
        gd_buf_adds(out, "C-Space");
    else if (code < 0x20)
        gd_buf_addf(out, "C-%c", code + 0x60);
    else
        rune_add(out, (uint32_t)code);
}

void key_print(int code, char out[KEY_NAME_MAX])
{
    struct gd_buf name;

    gd_buf_init(&name, KEY_NAME_MAX - 1);
    for (size_t i = 0; i < COUNT(modifiers); i++)
        if (code & modifiers[i].bit)
            gd_buf_addf(&name, "%c-", modifiers[i].letter);
    add_plain_name(code & ~KEY_MODS, &name);
    snprintf(out, KEY_NAME_MAX, "%s", name.data);
    gd_buf_free(&name);
}

static bool same(const char *word, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(word, name, len) == 0;
}

static int find_plain(const char *name, size_t len)
{
    int rune;

    for (size_t i = 0; i < COUNT(named); i++)
        if (same(name, len, named[i].name))
            return named[i].code;
    for (int i = 0; key_rows[i].name; i++)
        if (same(name, len, key_rows[i].name))
            return KEY_CODE__FIRST + 1 + i;
    if (len > 0 && gd_utf8_next(name, len, &rune) == len && rune > ' ')
        return rune;
    return -1;
}

/* C-x of a letter is a control character; other modified keys carry a bit. */
static int modify(int code, char letter, int bit)
{
    if (code < 0 || (code < KEY_CODE__FIRST && letter != 'C'))
        return -1;
    if (code > KEY_CODE__FIRST)
        return code | bit;
    if (code >= 'A' && code <= 'Z')
        code += 'a' - 'A';
    if (code == ' ')
        return 0;
    return (code >= 'a' && code <= 'z') || (code > '@' && code <= '_') ? KEY_CTRL(code) : -1;
}

int key_named(const char *name, size_t len)
{
    int code = find_plain(name, len);

    for (size_t i = 0; code < 0 && len > 2 && name[1] == '-' && i < COUNT(modifiers); i++)
        if (name[0] == modifiers[i].letter)
            return modify(key_named(name + 2, len - 2), modifiers[i].letter, modifiers[i].bit);
    return code;
}

static bool is_pane(const struct gd_command *command)
{
    return (command->flags & GD_CF_PANE) != 0;
}

static int by_code(const void *a, const void *b)
{
    const struct binding *one = a, *other = b;

    if (one->code != other->code)
        return one->code < other->code ? -1 : 1;
    return (int)is_pane(one->command) - (int)is_pane(other->command);
}

const struct binding *keymap_find(const struct keymap *map, int code, bool pane)
{
    struct binding key = {.code = code, .command = &gd_commands[pane ? GD_C_SAVE : GD_C_HELP]};

    return map->n ? bsearch(&key, map->bindings, map->n, sizeof key, by_code) : NULL;
}

static void unbind(struct keymap *map, int code, bool pane)
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->bindings[i].code == code && is_pane(map->bindings[i].command) == pane) {
            gd_free(map->bindings[i].args);
            map->bindings[i] = map->bindings[--map->n];
            return;
        }
    }
}

/* Binds a key; args is copied. Unsorted until keymap_load sorts. */
static enum gd_rc bind(struct keymap *map, int code, const struct gd_command *command, const char *args,
                       size_t args_len, struct gd_error *err)
{
    struct binding *grown;

    unbind(map, code, is_pane(command));
    grown = gd_realloc(map->bindings, (map->n + 1) * sizeof *grown);
    if (!grown)
        return gd_fail_memory(err);
    map->bindings = grown;
    grown[map->n] = (struct binding){code, command, gd_strndup(args, args_len)};
    if (!grown[map->n].args)
        return gd_fail_memory(err);
    map->n++;
    return GD_OK;
}

/* Binds the blank separated words KEY or KEY:arguments of a command's row. */
static enum gd_rc bind_defaults(struct keymap *map, const struct gd_command *command, struct gd_error *err)
{
    for (const char *at = command->keys; at && *at;) {
        size_t len = strcspn(at, " "), key_len = len;
        const char *colon = len > 1 ? memchr(at + 1, ':', len - 1) : NULL;
        int code;

        if (colon)
            key_len = (size_t)(colon - at);
        code = key_named(at, key_len);
        if (code < 0)
            return gd_fail(err, GD_INPUT, NULL, "the command table binds %s to an unknown key %.*s",
                           command->name, (int)key_len, at);
        if (bind(map, code, command, colon ? colon + 1 : "", colon ? len - key_len - 1 : 0, err) != GD_OK)
            return GD_NO_MEMORY;
        at += len;
        at += strspn(at, " ");
    }
    return GD_OK;
}

static enum gd_rc bind_pair(struct keymap *map, const struct gd_pair *pair, const char *path,
                            struct gd_error *err)
{
    int code = key_named(pair->key, strlen(pair->key));
    const char *line = pair->value + (pair->value[0] == ':');
    size_t name_len = strcspn(line, " \t");
    char name[64];
    const struct gd_command *command;

    if (code < 0)
        return gd_fail(err, GD_INPUT, "names are Enter, Esc, Tab, F5, C-x, S-Tab, PgDn or one character",
                       "%s:%d: there is no key %s", path, pair->line, pair->key);
    if (*line == '\0') {
        unbind(map, code, false);
        unbind(map, code, true);
        return GD_OK;
    }
    snprintf(name, sizeof name, "%.*s", (int)name_len, line);
    command = gd_command_find(name, NULL);
    if (!command || !(command->flags & GD_CF_CONSOLE))
        return gd_fail(err, GD_INPUT, "help lists the commands",
                       "%s:%d: there is no command %s for the key %s", path, pair->line, name, pair->key);
    line += name_len;
    line += strspn(line, " \t");
    return bind(map, code, command, line, strlen(line), err);
}

enum gd_rc keymap_load(struct keymap *map, const struct gd_config *config, struct gd_error *err)
{
    const char *path = config && config->path ? config->path : "configuration";

    *map = (struct keymap){0};
    for (int id = 0; id < GD_C__COUNT; id++)
        if (bind_defaults(map, &gd_commands[id], err) != GD_OK)
            return err->rc;
    for (size_t i = 0; config && i < config->n_pairs; i++)
        if (strcmp(config->pairs[i].section, "keys") == 0 &&
            bind_pair(map, &config->pairs[i], path, err) != GD_OK)
            return err->rc;
    if (map->n)
        qsort(map->bindings, map->n, sizeof *map->bindings, by_code);
    return GD_OK;
}

void keymap_free(struct keymap *map)
{
    for (size_t i = 0; i < map->n; i++)
        gd_free(map->bindings[i].args);
    gd_free(map->bindings);
    *map = (struct keymap){0};
}

void keymap_keys(const struct keymap *map, const struct gd_command *command, struct gd_buf *out)
{
    bool first = true;

    for (size_t i = 0; i < map->n; i++) {
        char name[KEY_NAME_MAX];

        if (map->bindings[i].command != command)
            continue;
        key_print(map->bindings[i].code, name);
        gd_buf_addf(out, "%s%s", first ? "" : " ", name);
        first = false;
    }
}

bool keymap_first(const struct keymap *map, enum gd_command_id command, char out[KEY_NAME_MAX])
{
    for (size_t i = 0; i < map->n; i++) {
        if (map->bindings[i].command == &gd_commands[command]) {
            key_print(map->bindings[i].code, out);
            return true;
        }
    }
    return false;
}
