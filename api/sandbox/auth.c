/* HTTP Basic: who is let in. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "request.h"

#define PLAIN_MAX 1024

static int sextet(char c)
{
    static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const char *at = c != '\0' ? strchr(alphabet, c) : NULL;
    return at != NULL ? (int)(at - alphabet) : -1;
}

/* Decodes base64 into a text; false where it is none, too long, or holds a NUL. */
static bool decode(const char *text, char out[PLAIN_MAX])
{
    unsigned bits = 0;
    int have = 0;
    size_t len = 0;
    for (; *text != '\0' && *text != '='; text++) {
        int value = sextet(*text);
        if (value < 0 || len + 1 >= PLAIN_MAX)
            return false;
        bits = bits << 6 | (unsigned)value;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[len] = (char)(bits >> have & 0xff);
            if (out[len++] == '\0')
                return false;
        }
    }
    out[len] = '\0';
    return strspn(text, "=") == strlen(text);
}

bool sb_auth(const struct sb_options *opt, const char *header, struct sb_no *no)
{
    char plain[PLAIN_MAX];
    if (header == NULL || strncasecmp(header, "Basic ", 6) != 0)
        return sb_refuse(no, 7, NULL);
    char *colon = decode(header + 6, plain) ? strchr(plain, ':') : NULL;
    if (colon == NULL || colon == plain || colon[1] == '\0')
        return sb_refuse(no, 7, NULL);
    *colon = '\0';
    bool good = opt->user != NULL ? strcmp(plain, opt->user) == 0 && strcmp(colon + 1, opt->token) == 0
                                  : strcmp(colon + 1, "wrong") != 0;
    return good || sb_refuse(no, 7, NULL);
}
