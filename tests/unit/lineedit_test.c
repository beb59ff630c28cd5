/* The line editor: keys into changes of a text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/lineedit.h"

#include <locale.h>
#include <string.h>

#include "../../api/mem.h"
#include "../../tui/complete.h"
#include "../../tui/keys.h"
#include "tap.h"

/* Plays names of keys and characters: "abc <Left> <C-k>". */
static void play(struct lineedit *line, const char *keys)
{
    struct input input;
    struct event event;

    input_init(&input);
    while (*keys) {
        const char *close = *keys == '<' ? strchr(keys, '>') : NULL;

        if (close) {
            event = (struct event){EVENT_KEY, key_named(keys + 1, (size_t)(close - keys - 1)), "", 0};
            keys = close + 1;
        } else {
            size_t n = 1;

            while ((keys[n] & 0xc0) == 0x80)
                n++;
            input_feed(&input, keys, n);
            if (!input_next(&input, true, &event))
                bail_out("no key in %s", keys);
            keys += n;
        }
        lineedit_event(line, &event);
    }
    input_free(&input);
}

static void test_keys(void)
{
    static const struct {
        const char *keys, *text;
        size_t cursor;
    } cases[] = {
        {"abc", "abc", 3},
        {"abc<Left>x", "abxc", 3},
        {"abc<Home>x", "xabc", 1},
        {"abc<C-a><Right>x<C-e>y", "axbcy", 5},
        {"abc<BSpace>", "ab", 2},
        {"<BSpace>", "", 0},
        {"abc<Home><Del>", "bc", 0},
        {"abc<Home><C-d>", "bc", 0},
        {"abc def<C-w>", "abc ", 4},
        {"abc def<C-w><C-y><C-y>", "abc defdef", 10},
        {"abc<Left><C-k>", "ab", 2},
        {"abc<Left><C-u>", "c", 0},
        {"abc<C-u><C-y>", "abc", 3},
        {"a:b,c<C-Left><C-Left>x", "a:xb,c", 3},
        {"é漢<Left>x", "éx漢", 3},
        {"é漢<BSpace><BSpace>", "", 0},
        {"abc<Left><Left><Left><Left>x", "xabc", 1},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct lineedit line;

        lineedit_init(&line);
        play(&line, cases[i].keys);
        is_str(line.text.data, cases[i].text, "%s", cases[i].keys);
        is_int((long long)line.cursor, (long long)cases[i].cursor, "its cursor");
        lineedit_free(&line);
    }
}

static void test_combining(void)
{
    struct lineedit line;

    lineedit_init(&line);
    lineedit_set(&line, "xe\u0301");
    play(&line, "<BSpace>");
    is_str(line.text.data, "x", "a combining mark goes with its base");
    lineedit_free(&line);
}

static void test_paste(void)
{
    struct event paste = {EVENT_PASTE, -1, "a\nb\r\nc\td\n", 9};
    struct lineedit line;

    lineedit_init(&line);
    is_int(lineedit_event(&line, &paste), LINE_CHANGED, "a paste is taken");
    is_str(line.text.data, "a b c d", "as one line: no newline, none at the end");
    lineedit_free(&line);
}

static void test_limit(void)
{
    struct lineedit line;
    static char big[LINE_MAX_BYTES + 100];

    memset(big, 'x', sizeof big - 1);
    lineedit_init(&line);
    lineedit_set(&line, "abc");
    lineedit_insert(&line, big, sizeof big - 1);
    is_str(line.text.data, "abc", "what is too long is not taken");
    play(&line, "d");
    is_str(line.text.data, "abcd", "and typing goes on");
    lineedit_free(&line);
}

static void test_history(void)
{
    struct line_history history;
    struct lineedit line;

    line_history_init(&history, 2);
    line_history_add(&history, "one");
    line_history_add(&history, "one");
    line_history_add(&history, "");
    line_history_add(&history, "two");
    line_history_add(&history, "three");
    is_int((long long)history.n, 2, "the oldest is dropped; no doubles, none empty");
    lineedit_init(&line);
    line.history = &history;
    lineedit_set(&line, "");
    play(&line, "typ<Up>");
    is_str(line.text.data, "three", "the last one");
    play(&line, "<Up><Up>");
    is_str(line.text.data, "two", "and no further than the first");
    play(&line, "<Down><Down>");
    is_str(line.text.data, "typ", "back to what was typed");
    play(&line, "<Down>");
    is_str(line.text.data, "typ", "and no further");
    lineedit_free(&line);
    line_history_free(&history);
}

static void test_completion(void)
{
    struct lineedit line;
    char **texts;
    size_t from;

    lineedit_init(&line);
    line.complete = complete_filter;
    play(&line, "x sta<Tab>");
    is_str(line.text.data, "x state:", "a key of the filter");
    play(&line, "ac<Tab>");
    is_str(line.text.data, "x state:active", "and its value");
    play(&line, " -us<Tab>t<Tab>");
    is_str(line.text.data, "x state:active -usage:twoway", "behind a minus too");
    texts = complete_command(NULL, "dealloc", 7, &from);
    is_str(texts ? texts[0] : NULL, "deallocate ", "a command");
    complete_free(texts);
    texts = complete_command(NULL, "update gp-1 usage=o", 19, &from);
    is_str(texts ? texts[0] : NULL, "usage=oneway", "a choice of a field");
    is_int((long long)from, 12, "from the word's beginning");
    complete_free(texts);
    texts = complete_command(NULL, "import --fe", 11, &from);
    is_str(texts ? texts[0] : NULL, "--fetch ", "an option");
    complete_free(texts);
    lineedit_free(&line);
}

static void test_draw(void)
{
    struct canvas canvas;
    struct lineedit line;
    struct gd_error err = {0};
    struct gd_buf text;

    if (canvas_init(&canvas, 10, 1, &err) != GD_OK)
        bail_out("no canvas");
    lineedit_init(&line);
    lineedit_set(&line, "0123456789");
    lineedit_draw(&line, &canvas, (struct area){0, 0, 10, 1}, 1, 0, 5, ROLE_FIELD, true);
    gd_buf_init(&text, 1000);
    canvas_text(&canvas, &text);
    is_str(text.data, " 6789\n", "scrolled to the cursor");
    is_int(canvas.cursor_x, 5, "which stands behind the text");
    gd_buf_free(&text);
    lineedit_free(&line);
    canvas_free(&canvas);
}

int main(void)
{
    setlocale(LC_CTYPE, "C.UTF-8");
    test_keys();
    test_combining();
    test_paste();
    test_limit();
    test_history();
    test_completion();
    test_draw();
    return done_testing();
}
