/* Scripts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "script.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"

#define SCRIPT_MAX ((size_t)4 << 20)

struct script {
    struct gd_buf text;
    size_t at;    /* the next byte of the line under way, or the beginning of the next line */
    size_t end;   /* of the line under way; at == end: none is */
    bool by_name; /* tokens of the line are names of keys */
    int line;
};

enum gd_rc script_open(const char *path, struct script **out, struct gd_error *err)
{
    struct script *script = gd_calloc(1, sizeof *script);
    FILE *file = fopen(path, "re");
    char part[4096];
    size_t n;

    *out = NULL;
    if (!script || !file) {
        gd_free(script);
        if (file)
            fclose(file);
        return !file ? gd_fail(err, GD_INPUT, NULL, "the script %s cannot be read: %s", path, strerror(errno))
                     : gd_fail_memory(err);
    }
    gd_buf_init(&script->text, SCRIPT_MAX);
    while ((n = fread(part, 1, sizeof part, file)) > 0)
        gd_buf_add(&script->text, part, n);
    fclose(file);
    *out = script;
    return gd_buf_check(&script->text, "the script", err);
}

void script_close(struct script **script)
{
    if (!*script)
        return;
    gd_buf_wipe(&(*script)->text);
    gd_free(*script);
    *script = NULL;
}

int script_line(const struct script *script)
{
    return script->line;
}

static void press(struct console *console, int code, const char *bytes, size_t len)
{
    struct event event = {EVENT_KEY, code, bytes, len};

    console_event(console, &event);
}

/* The bytes that a terminal would send for a key without a character of its own: editors of text are fed
 * them. */
static size_t bytes_of(int code, char out[16])
{
    struct gd_buf bytes;
    size_t len;

    gd_buf_init(&bytes, 15);
    if (code >= 0 && code < KEY_CODE__FIRST) {
        rune_add(&bytes, (uint32_t)code);
        if (code == 0)
            gd_buf_add(&bytes, "", 1);
    } else if (code > KEY_CODE__FIRST && code < KEY_CODE__END) {
        const struct key_row *row = &key_rows[code - KEY_CODE__FIRST - 1];

        if (row->letter)
            gd_buf_addf(&bytes, "\033[%c", row->letter);
        else
            gd_buf_addf(&bytes, "\033[%d~", row->number);
    }
    len = bytes.len;
    memcpy(out, bytes.data, len);
    gd_buf_free(&bytes);
    return len;
}

static void press_code(struct console *console, int code)
{
    char bytes[16];
    size_t len = bytes_of(code, bytes);

    press(console, code, bytes, len);
}

/* Whether every token of a line is the name of a key. One character alone is one; words of several letters
 * that are none make the whole line text. */
static bool all_names(const char *text, size_t len)
{
    size_t at = 0;
    bool any = false;

    while (at < len) {
        size_t from;

        while (at < len && text[at] == ' ')
            at++;
        for (from = at; at < len && text[at] != ' ';)
            at++;
        if (at > from) {
            if (key_named(text + from, at - from) < 0)
                return false;
            any = true;
        }
    }
    return any;
}

static void step_name(struct script *script, struct console *console)
{
    const char *text = script->text.data;
    size_t from;

    while (script->at < script->end && text[script->at] == ' ')
        script->at++;
    for (from = script->at; script->at < script->end && text[script->at] != ' ';)
        script->at++;
    if (script->at > from)
        press_code(console, key_named(text + from, script->at - from));
    while (script->at < script->end && text[script->at] == ' ')
        script->at++;
}

/* Types one character, or presses the key of <Name>. */
static void step_text(struct script *script, struct console *console)
{
    const char *at = script->text.data + script->at;
    size_t left = script->end - script->at, n;
    const char *close = *at == '<' ? memchr(at, '>', left) : NULL;
    int code = close && close > at + 1 ? key_named(at + 1, (size_t)(close - at - 1)) : -1, rune;

    if (code >= 0) {
        script->at += (size_t)(close - at) + 1;
        press_code(console, code);
        return;
    }
    n = gd_utf8_next(at, left, &rune);
    script->at += n;
    press(console, rune, at, n);
}

/* Finds the next line that does something; false at the end. A command runs here. */
static bool begin_line(struct script *script, struct console *console, bool *ran)
{
    const char *text = script->text.data;

    *ran = false;
    while (script->at < script->text.len) {
        size_t from = script->at, len = strcspn(text + from, "\n"), end = from + len;

        script->line++;
        script->at = end + (text[end] == '\n');
        if (len > 0 && text[end - 1] == '\r')
            len--;
        if (len == 0 || text[from] == '#')
            continue;
        if (text[from] == ':') {
            char *line = gd_strndup(text + from, len);

            if (line)
                console_run_line(console, line);
            gd_wipe_free(&line);
            *ran = true;
            return true;
        }
        script->by_name = all_names(text + from, len);
        script->at = from;
        script->end = from + len;
        return true;
    }
    return false;
}

bool script_step(struct script *script, struct console *console)
{
    bool ran;

    if (script->end <= script->at) {
        if (!begin_line(script, console, &ran))
            return false;
        if (ran)
            return true;
    }
    if (script->by_name)
        step_name(script, console);
    else
        step_text(script, console);
    if (script->at >= script->end) {
        size_t rest = strcspn(script->text.data + script->at, "\n");

        script->at += rest + (script->text.data[script->at + rest] == '\n');
        script->end = 0;
    }
    return true;
}
