/* What is answered to a request, and why it was refused. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_REPLY_H
#define SB_REPLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "../buf.h"
#include "../error.h"

#define SB_NO_CODE (-1)
#define SB_REPLY_MAX ((size_t)512 << 20)

/* A refusal as the API words it. Zero-initialised there is none; the first one stands. */
struct sb_no {
    int http;
    int code; /* of CONTRACT.md's table, or SB_NO_CODE */
    char message[300];
};

/* What happens to the answer on its way. */
enum sb_act { SB_SEND, SB_RESET, SB_CUT, SB_HANG };

/* An answer; where next is set, it is streamed: next fills room bytes and returns how many, 0 at the end. */
struct sb_reply {
    int status;
    const char *type;        /* NULL is application/json */
    const char *allow;       /* for 405 */
    const char *retry_after; /* seconds, for 429 and 503 */
    enum sb_act act;
    struct gd_buf body;
    ssize_t (*next)(void *state, char *out, size_t room);
    void (*done)(void *state); /* frees the state */
    void *state;
};

void sb_reply_init(struct sb_reply *reply);
void sb_reply_free(struct sb_reply *reply);

/* Refuses with a code of the table, whose HTTP status and message it brings; fmt (NULL: nothing) explains
 * further. Returns false, so that checks can say return sb_refuse(…). */
bool sb_refuse(struct sb_no *no, int code, const char *fmt, ...) GD_PRINTF(3, 4);

/* Refuses by an HTTP status that has no code. Returns false. */
bool sb_refuse_http(struct sb_no *no, int http, const char *fmt, ...) GD_PRINTF(3, 4);

/* Starts the envelope of the party dialect up to "data":, and writes a whole one for a refusal. A PUT also
 * names itself and its request id. */
void sb_envelope(struct gd_buf *out, const char *method);
void sb_reply_refusal(struct sb_reply *reply, const char *method, const struct sb_no *no);

/* The members of a refusal without braces: success, status, code, message, data. */
void sb_refusal_members(struct gd_buf *out, const struct sb_no *no);

/* A JSON text with its quotes; what is no valid UTF-8 becomes U+FFFD. NULL is null. */
void sb_json_text(struct gd_buf *out, const char *text);
void sb_json_bytes(struct gd_buf *out, const char *bytes, size_t len);

#endif
