/* Input: a small reader of escape sequences. Esc and a letter are two keys, never one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "input.h"

#include <string.h>

#include "../api/mem.h"
#include "../api/text.h"
#include "keys.h"

#define ESC '\033'
#define PASTE_BEGIN 200
#define PASTE_END "\033[201~"

void input_init(struct input *input)
{
    *input = (struct input){0};
    gd_buf_init(&input->bytes, 4 * INPUT_PASTE_MAX);
    gd_buf_init(&input->paste, INPUT_PASTE_MAX);
}

void input_free(struct input *input)
{
    for (size_t i = 0; i < input->n_sequences; i++)
        gd_free(input->sequences[i].bytes);
    gd_free(input->sequences);
    gd_buf_wipe(&input->bytes);
    gd_buf_wipe(&input->paste);
    *input = (struct input){0};
}

enum gd_rc input_learn(struct input *input, const char *bytes, int code, struct gd_error *err)
{
    struct input_sequence *grown;

    if (bytes[0] != ESC || !bytes[1])
        return GD_OK;
    grown = gd_realloc(input->sequences, (input->n_sequences + 1) * sizeof *grown);
    if (!grown)
        return gd_fail_memory(err);
    input->sequences = grown;
    grown[input->n_sequences] = (struct input_sequence){gd_strdup(bytes), code};
    if (!grown[input->n_sequences].bytes)
        return gd_fail_memory(err);
    input->n_sequences++;
    return GD_OK;
}

void input_feed(struct input *input, const void *bytes, size_t len)
{
    if (input->at == input->bytes.len) {
        gd_buf_clear(&input->bytes);
        input->at = 0;
    }
    gd_buf_add(&input->bytes, bytes, len);
}

static void take(struct input *input, size_t len, int code, struct event *out)
{
    *out = (struct event){EVENT_KEY, code, input->bytes.data + input->at, len};
    input->at += len;
}

/* A sequence of the terminal's description: its length, 0 none, -1 it could become one. */
static int match_learned(const struct input *input, const char *at, size_t len, int *code)
{
    for (size_t i = 0; i < input->n_sequences; i++) {
        size_t n = strlen(input->sequences[i].bytes);

        if (n <= len && memcmp(at, input->sequences[i].bytes, n) == 0) {
            *code = input->sequences[i].code;
            return (int)n;
        }
    }
    for (size_t i = 0; i < input->n_sequences; i++)
        if (strlen(input->sequences[i].bytes) > len && memcmp(at, input->sequences[i].bytes, len) == 0)
            return -1;
    return 0;
}

static int modifier_bits(int parameter)
{
    int bits = parameter > 1 ? parameter - 1 : 0;

    return (bits & 1 ? KEY_MOD_SHIFT : 0) | (bits & 2 ? KEY_MOD_ALT : 0) | (bits & 4 ? KEY_MOD_CTRL : 0);
}

static int find_letter(char letter)
{
    for (int i = 0; key_rows[i].name; i++)
        if (key_rows[i].letter == letter)
            return KEY_CODE__FIRST + 1 + i;
    return -1;
}

static int find_number(int number)
{
    for (int i = 0; key_rows[i].name; i++)
        if (key_rows[i].number == number)
            return KEY_CODE__FIRST + 1 + i;
    return number == 7 ? KEY_CODE_HOME : number == 8 ? KEY_CODE_END : -1;
}

/* ESC [ parameters letter: its length, -1 incomplete. Unknown ones are swallowed whole, as code -1. */
static int match_csi(const char *at, size_t len, int *code, bool *paste)
{
    int parameter[2] = {0, 0}, n = 0;
    size_t i = 2;

    for (; i < len && (at[i] < 0x40 || at[i] > 0x7e); i++) {
        if (at[i] < 0x20)
            return (int)i; /* broken off by another control character */
        if (at[i] == ';')
            n++;
        else if (at[i] >= '0' && at[i] <= '9' && n < 2 && parameter[n] < 10000)
            parameter[n] = parameter[n] * 10 + (at[i] - '0');
    }
    if (i == len)
        return len > 64 ? (int)len : -1;
    *paste = at[i] == '~' && parameter[0] == PASTE_BEGIN;
    *code = at[i] == '~' ? find_number(parameter[0]) : find_letter(at[i]);
    if (*code >= 0)
        *code |= modifier_bits(parameter[1]);
    return (int)i + 1;
}

/* Reads what follows an ESC: its length, 0 the ESC stands alone, -1 incomplete. */
static int match_escape(const struct input *input, const char *at, size_t len, int *code, bool *paste)
{
    int learned = match_learned(input, at, len, code), n;

    if (learned > 0)
        return learned;
    if (len == 1)
        return -1;
    if (at[1] == '[') {
        n = match_csi(at, len, code, paste);
        return n < 0 || *code >= 0 || *paste || learned == 0 ? n : -1;
    }
    if (at[1] == 'O') {
        if (len == 2)
            return -1;
        *code = find_letter(at[2]);
        if (*code >= 0)
            return 3;
    }
    return learned;
}

/* Takes pasted bytes up to the end mark. Only whole: a paste is one event. */
static bool next_of_paste(struct input *input, bool late, struct event *out)
{
    const char *at = input->bytes.data + input->at;
    size_t len = input->bytes.len - input->at;
    const char *end = len ? memmem(at, len, PASTE_END, strlen(PASTE_END)) : NULL;
    size_t n = end ? (size_t)(end - at) : len;

    if (!end && !late)
        return false;
    gd_buf_clear(&input->paste);
    gd_buf_add(&input->paste, at, n < INPUT_PASTE_MAX ? n : INPUT_PASTE_MAX);
    input->at += end ? n + strlen(PASTE_END) : n;
    input->pasting = false;
    *out = (struct event){EVENT_PASTE, -1, input->paste.data, input->paste.len};
    return true;
}

static bool next_character(struct input *input, const char *at, size_t len, bool late, struct event *out)
{
    unsigned char first = (unsigned char)*at;
    size_t need = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4, n;
    int rune;

    if (len < need && !late)
        return false;
    n = gd_utf8_next(at, len, &rune);
    take(input, n, rune == 8 ? KEY_CODE_BACKSPACE : rune, out);
    return true;
}

bool input_next(struct input *input, bool late, struct event *out)
{
    for (;;) {
        const char *at = input->bytes.data + input->at;
        size_t len = input->bytes.len - input->at;
        bool paste = false;
        int code = -1, n;

        if (input->pasting)
            return next_of_paste(input, late, out);
        if (len == 0)
            return false;
        if (*at != ESC)
            return next_character(input, at, len, late, out);
        n = match_escape(input, at, len, &code, &paste);
        if (n < 0 && !late)
            return false;
        if (paste) {
            input->at += (size_t)n;
            input->pasting = true;
            continue;
        }
        if (n > 0)
            take(input, (size_t)n, code, out);
        else
            take(input, 1, KEY_CODE_ESC, out);
        return true;
    }
}

int input_wait(const struct input *input)
{
    if (input->pasting)
        return INPUT_PASTE_MS;
    return input->at < input->bytes.len ? INPUT_ESCAPE_MS : -1;
}
