/* Takes our own credentials out of what comes back: a server or proxy that says aloud what it was told shall
 * bring them neither into the log, nor before a person, nor into the ledger. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "http_part.h"

#define SHORTEST 8 /* a shorter password could be a part of anything */

static void scrub(const char *secret, char *bytes, size_t len)
{
    size_t n = secret != NULL ? strlen(secret) : 0;
    char *at = bytes;

    while (n >= SHORTEST && (at = memmem(at, len - (size_t)(at - bytes), secret, n)) != NULL) {
        memset(at, '*', n); /* the length stays, and JSON stays JSON */
        at += n;
    }
}

void gd_http_scrub(const struct gd_http *http, char *bytes, size_t len)
{
    scrub(http->password, bytes, len);
    scrub(strrchr(http->authorization, ' ') + 1, bytes, len);
}
