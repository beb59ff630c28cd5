/* Keys: names both ways, the map of the command table and of the configuration. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/keys.h"

#include <stdio.h>
#include <string.h>

#include "../../api/buf.h"
#include "tap.h"

static int code_of(const char *name)
{
    return key_named(name, strlen(name));
}

static void test_names(void)
{
    static const char *const names[] = {"Enter", "Esc",  "Tab",  "S-Tab", "Up",     "Down",  "Left",
                                        "Right", "PgUp", "PgDn", "Home",  "End",    "Space", "BSpace",
                                        "Del",   "F1",   "F12",  "C-x",   "a",      "Z",     "?",
                                        ":",     "é",    "C-Up", "S-F5",  "C-Space"};
    char name[KEY_NAME_MAX];

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        int code = code_of(names[i]);

        ok(code >= 0, "%s is a key", names[i]);
        key_print(code, name);
        is_str(name, names[i], "and is called so");
    }
    is_int(code_of("C-X"), KEY_CTRL('x'), "C-X is C-x");
    is_int(code_of("Colon"), ':', "Colon");
    is_int(code_of("C-i"), KEY_CODE_TAB, "C-i is Tab");
    is_int(code_of(""), -1, "nothing is no key");
    is_int(code_of("ab"), -1, "two letters are none");
    is_int(code_of("M-a"), -1, "Meta and a letter is none: that is Esc, and then the letter");
    is_int(code_of("F13"), -1, "F13 is none");
    is_int(code_of("C-é"), -1, "nor a control character of é");
}

static const struct binding *bound(const struct keymap *map, const char *name)
{
    return keymap_find(map, code_of(name), false);
}

static void test_defaults(void)
{
    struct gd_error err = {0};
    struct keymap map;
    struct gd_buf keys;
    char name[KEY_NAME_MAX];

    is_int(keymap_load(&map, NULL, &err), GD_OK, "the default keys: %s", err.what);
    ok(bound(&map, "j") && bound(&map, "j")->command == &gd_commands[GD_C_DOWN], "j goes down");
    ok(bound(&map, "Down") && bound(&map, "Down")->command == &gd_commands[GD_C_DOWN], "so does Down");
    ok(bound(&map, ":") && bound(&map, ":")->command == &gd_commands[GD_C_PROMPT], ": is the prompt");
    ok(bound(&map, "3") && strcmp(bound(&map, "3")->args, "3") == 0, "3 is a view with an argument");
    ok(!bound(&map, "F11"), "F11 is free");
    ok(keymap_find(&map, KEY_CTRL('s'), true)->command == &gd_commands[GD_C_SAVE], "C-s saves in a pane");
    ok(bound(&map, "C-s")->command == &gd_commands[GD_C_APPLY], "and applies elsewhere");
    gd_buf_init(&keys, 100);
    keymap_keys(&map, &gd_commands[GD_C_DOWN], &keys);
    is_str(keys.data, "j Down", "the keys of a command");
    ok(keymap_first(&map, GD_C_HELP, name) && strcmp(name, "?") == 0, "the first of them");
    ok(!keymap_first(&map, GD_C_QUIT, name), "quit has none");
    gd_buf_free(&keys);
    keymap_free(&map);
}

/* Each default key is bound once, but for a pane's: a second command would take it in silence. */
static void test_no_clash(void)
{
    struct gd_error err = {0};
    struct keymap map;
    size_t wanted = 0;

    for (int id = 0; id < GD_C__COUNT; id++)
        for (const char *at = gd_commands[id].keys; at && *at; at += strspn(at, " ")) {
            wanted++;
            at += strcspn(at, " ");
        }
    is_int(keymap_load(&map, NULL, &err), GD_OK, "loaded");
    is_int((long long)map.n, (long long)wanted, "no key stands for two commands");
    keymap_free(&map);
}

static void test_config(void)
{
    struct gd_pair pairs[] = {
        {(char *)"keys", (char *)"F9", (char *)"filter state:active", 3},
        {(char *)"keys", (char *)"j", (char *)"", 4},
        {(char *)"keys", (char *)"Colon", (char *)":help", 5},
    };
    struct gd_config config = {.path = (char *)"c.ini", .pairs = pairs, .n_pairs = 3};
    struct gd_error err = {0};
    struct keymap map;

    is_int(keymap_load(&map, &config, &err), GD_OK, "keys of the configuration: %s", err.what);
    ok(bound(&map, "F9") && strcmp(bound(&map, "F9")->args, "state:active") == 0, "a key with arguments");
    ok(!bound(&map, "j"), "an empty line takes a key away");
    ok(bound(&map, ":") && bound(&map, ":")->command == &gd_commands[GD_C_HELP], "another command");
    keymap_free(&map);
    pairs[0].key = (char *)"F77";
    is_int(keymap_load(&map, &config, &err), GD_INPUT, "an unknown key is refused");
    has_str(err.what, "c.ini:3: there is no key F77", "with its line");
    keymap_free(&map);
    err = (struct gd_error){0};
    pairs[0] = (struct gd_pair){(char *)"keys", (char *)"F9", (char *)"dance now", 3};
    is_int(keymap_load(&map, &config, &err), GD_INPUT, "an unknown command too");
    has_str(err.what, "dance", "by name");
    keymap_free(&map);
}

int main(void)
{
    test_names();
    test_defaults();
    test_no_clash();
    test_config();
    return done_testing();
}
