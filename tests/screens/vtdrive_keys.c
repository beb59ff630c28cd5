/* vtdrive: keys by name and by C escape, sent as the emulated terminal sends them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "vtdrive.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct {
    const char *name;
    int key;
} key_names[] = {
    { "Enter", VTERM_KEY_ENTER },   { "Tab", VTERM_KEY_TAB },     { "BS", VTERM_KEY_BACKSPACE },
    { "Esc", VTERM_KEY_ESCAPE },    { "Up", VTERM_KEY_UP },       { "Down", VTERM_KEY_DOWN },
    { "Left", VTERM_KEY_LEFT },     { "Right", VTERM_KEY_RIGHT }, { "Ins", VTERM_KEY_INS },
    { "Del", VTERM_KEY_DEL },       { "Home", VTERM_KEY_HOME },   { "End", VTERM_KEY_END },
    { "PgUp", VTERM_KEY_PAGEUP },   { "PgDn", VTERM_KEY_PAGEDOWN },
};

/* `name` without its <>, perhaps with S-, C- or M- before it. Returns false where there is no such key. */
static bool send_named(struct term *term, const char *name)
{
    int mod = VTERM_MOD_NONE;
    int number = 0;
    char rest = 0;

    for (; name[0] && name[1] == '-' && name[2]; name += 2) {
        if (name[0] == 'S')
            mod |= VTERM_MOD_SHIFT;
        else if (name[0] == 'C')
            mod |= VTERM_MOD_CTRL;
        else if (name[0] == 'M')
            mod |= VTERM_MOD_ALT;
        else
            return false;
    }
    for (size_t i = 0; i < sizeof key_names / sizeof *key_names; i++)
        if (!strcmp(name, key_names[i].name)) {
            vterm_keyboard_key(term->vt, (VTermKey)key_names[i].key, (VTermModifier)mod);
            return true;
        }
    if (sscanf(name, "F%d%c", &number, &rest) == 1 && number >= 1 && number <= 12) {
        vterm_keyboard_key(term->vt, (VTermKey)VTERM_KEY_FUNCTION(number), (VTermModifier)mod);
        return true;
    }
    if (!strcmp(name, "lt")) {
        vterm_keyboard_unichar(term->vt, '<', (VTermModifier)mod);
        return true;
    }
    if (mod == VTERM_MOD_CTRL && name[0] && !name[1]) {
        char control = (char)(toupper((unsigned char)name[0]) & 0x1f);

        term_write(term, &control, 1);
        return true;
    }
    if (mod != VTERM_MOD_NONE && isprint((unsigned char)name[0]) && !name[1]) {
        vterm_keyboard_unichar(term->vt, (uint32_t)(unsigned char)name[0], (VTermModifier)mod);
        return true;
    }
    return false;
}

static int hex_value(char c)
{
    static const char digits[] = "0123456789abcdef";
    const char *found = c ? strchr(digits, tolower((unsigned char)c)) : NULL;

    return found ? (int)(found - digits) : -1;
}

/* One character or escape at *text, which is moved on. Returns the byte, or -1 for an unknown escape. */
static int unescape(const char **text)
{
    static const char from[] = "nrtbae\\0", to[] = "\n\r\t\b\a\033\\\0";
    const char *at = *text;
    const char *found;

    if (*at != '\\') {
        *text = at + 1;
        return (unsigned char)*at;
    }
    if (at[1] == 'x' && hex_value(at[2]) >= 0 && hex_value(at[3]) >= 0) {
        *text = at + 4;
        return hex_value(at[2]) * 16 + hex_value(at[3]);
    }
    found = at[1] ? strchr(from, at[1]) : NULL;
    if (!found)
        return -1;
    *text = at + 2;
    return (unsigned char)to[found - from];
}

/* The plain bytes at *text up to the next name or the end, unescaped into `out`.
   False for an unknown escape. */
static bool take_plain(const char **text, struct bytes *out)
{
    bytes_clear(out);
    while (**text && (**text != '<' || !strchr(*text, '>'))) {
        int byte = unescape(text);
        char c = (char)byte;

        if (byte < 0)
            return false;
        bytes_add(out, &c, 1);
    }
    return true;
}

/* A run of plain bytes arrives at once, as from a terminal that is busy or a fast hand. */
const char *keys_send(struct term *term, const char *text)
{
    struct bytes plain = { .max = 1u << 20 };
    const char *wrong = NULL;

    while (*text && !wrong) {
        const char *end = *text == '<' ? strchr(text, '>') : NULL;

        if (end) {
            char *name = strndup(text + 1, (size_t)(end - text - 1));

            if (!name || !send_named(term, name))
                wrong = "no such key";
            free(name);
            text = end + 1;
        } else if (take_plain(&text, &plain)) {
            term_write(term, plain.data, plain.len);
        } else {
            wrong = "no such escape";
        }
    }
    bytes_free(&plain);
    return wrong;
}

/* The marks around it are sent only where the program asked for them. */
const char *keys_paste(struct term *term, const char *text)
{
    const char *wrong = NULL;
    struct bytes all = { .max = 1u << 20 };

    while (*text && !wrong) {
        int byte = unescape(&text);
        char c = (char)byte;

        if (byte < 0)
            wrong = "no such escape";
        else
            bytes_add(&all, &c, 1);
    }
    if (!wrong && all.len > 0) {
        vterm_keyboard_start_paste(term->vt);
        term_write(term, all.data, all.len);
        vterm_keyboard_end_paste(term->vt);
    }
    bytes_free(&all);
    return wrong;
}
