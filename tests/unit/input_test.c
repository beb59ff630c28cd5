/* Input: bytes of a terminal into keys and pastes, whole or in pieces. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/input.h"

#include <stdio.h>
#include <string.h>

#include "../../tui/keys.h"
#include "tap.h"

/* What the bytes come to, as names separated by blanks; a paste stands in brackets. late: nothing more comes.
 */
static const char *read_all(struct input *input, bool late)
{
    static char out[2000];
    struct event event;
    size_t n = 0;

    out[0] = '\0';
    while (input_next(input, late, &event)) {
        char name[KEY_NAME_MAX] = "?";

        if (event.type == EVENT_KEY && event.code >= 0)
            key_print(event.code, name);
        if (event.type == EVENT_PASTE)
            n += (size_t)snprintf(out + n, sizeof out - n, "%s[%.*s]", n ? " " : "", (int)event.len,
                                  event.text);
        else
            n += (size_t)snprintf(out + n, sizeof out - n, "%s%s", n ? " " : "", name);
    }
    return out;
}

static void test_table(void)
{
    static const struct {
        const char *bytes, *keys;
    } cases[] = {
        {"abc", "a b c"},
        {"\r", "Enter"},
        {"\t", "Tab"},
        {"\x7f\x08", "BSpace BSpace"},
        {"\x03", "C-c"},
        {"é漢", "é 漢"},
        {"\033[A\033[B\033[C\033[D", "Up Down Right Left"},
        {"\033OA\033OB\033OH\033OF", "Up Down Home End"},
        {"\033[H\033[F\033[1~\033[4~\033[7~\033[8~", "Home End Home End Home End"},
        {"\033[2~\033[3~\033[5~\033[6~", "Ins Del PgUp PgDn"},
        {"\033[Z", "S-Tab"},
        {"\033OP\033[11~\033[15~\033[24~", "F1 F1 F5 F12"},
        {"\033[1;5A\033[1;2B\033[3;5~", "C-Up S-Down C-Del"},
        {"\033d", "Esc d"},
        {"\033\033", "Esc Esc"},
        {"\033\r", "Esc Enter"},
        {"\033y", "Esc y"},
        {"\033[99~x", "? x"},
        {"\033[?1;2cx", "? x"},
        {"\033[", "Esc ["},
        {"\033", "Esc"},
        {"\033O", "Esc O"},
        {"\xe6\xbc", "? ?"},
        {"\033[200~a\nb\033[201~c", "[a\nb] c"},
        {"\033[200~\033[A\033[201~", "[\033[A]"},
        {"\033[200~lost", "[lost]"},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct input input;

        input_init(&input);
        input_feed(&input, cases[i].bytes, strlen(cases[i].bytes));
        is_str(read_all(&input, true), cases[i].keys, "case %zu at once", i);
        is_int(input_wait(&input), -1, "and nothing is left");
        input_free(&input);
    }
}

/* The same bytes one by one come to the same keys. */
static void test_pieces(void)
{
    static const char bytes[] = "\033[Aé\033[200~x\033[201~\033[15~\033[1;5Dz";
    struct input input;
    char all[400] = "";

    input_init(&input);
    for (size_t i = 0; i + 1 < sizeof bytes; i++) {
        const char *keys;

        input_feed(&input, bytes + i, 1);
        keys = read_all(&input, false);
        if (*keys)
            snprintf(all + strlen(all), sizeof all - strlen(all), "%s ", keys);
    }
    is_str(all, "Up é [x] F5 C-Left z ", "bytes one by one");
    input_free(&input);
}

static void test_escape(void)
{
    struct input input;

    input_init(&input);
    input_feed(&input, "\033", 1);
    is_str(read_all(&input, false), "", "a lone escape may become more");
    is_int(input_wait(&input), INPUT_ESCAPE_MS, "for 25 ms");
    is_str(read_all(&input, true), "Esc", "then it is Esc");
    input_feed(&input, "\033[200~abc", 9);
    is_str(read_all(&input, false), "", "a paste is one event, when it is whole");
    is_int(input_wait(&input), INPUT_PASTE_MS, "which is waited for longer");
    input_feed(&input, "def\033[201~", 9);
    is_str(read_all(&input, false), "[abcdef]", "then it comes");
    input_free(&input);
}

static void test_learned(void)
{
    struct input input;
    struct gd_error err = {0};

    input_init(&input);
    is_int(input_learn(&input, "\033[[A", KEY_CODE_F1, &err), GD_OK, "a sequence of the terminal's own");
    input_feed(&input, "\033[[Ax", 5);
    is_str(read_all(&input, false), "F1 x", "is known");
    input_feed(&input, "\033[[", 3);
    is_str(read_all(&input, false), "", "waited for");
    input_feed(&input, "A", 1);
    is_str(read_all(&input, false), "F1", "and completed");
    input_free(&input);
}

int main(void)
{
    test_table();
    test_pieces();
    test_escape();
    test_learned();
    return done_testing();
}
