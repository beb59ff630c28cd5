/* Replies in words: status, code with its meaning, the server's message, the request id, and what to do. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "client_i.h"
#include "code.h"
#include "text.h"

#define SAYS_MAX 240 /* bytes of a server's message that are shown */

#define ADVICE_MAYBE "it may have been done: read it again before it is sent again"

/* Appends at most max bytes of untrusted text, escaped, whole characters. */
static void add_untrusted(const char *text, size_t max, struct gd_buf *out)
{
    size_t len = strlen(text), end = 0;
    int rune;

    while (end < len) {
        size_t next = gd_utf8_next(text + end, len - end, &rune);

        if (end + next > max)
            break;
        end += next;
    }
    gd_text_escape(text, end, out);
    if (end < len)
        gd_buf_adds(out, "…");
}

static void add_ids(const struct gd_reply *reply, struct gd_buf *out)
{
    if (reply->envelope.message != NULL && reply->envelope.message[0] != '\0') {
        gd_buf_adds(out, "; server says \"");
        add_untrusted(reply->envelope.message, SAYS_MAX, out);
        gd_buf_adds(out, "\"");
    }
    if (reply->envelope.request_id != NULL) {
        gd_buf_adds(out, " (request id ");
        add_untrusted(reply->envelope.request_id, 80, out);
        gd_buf_adds(out, ")");
    }
}

static void add_tries(const struct gd_reply *reply, struct gd_buf *out)
{
    if (reply->attempts > 1)
        gd_buf_addf(out, ", after %d tries", reply->attempts);
}

/* What to do where no answer came; NULL for faults that answer for themselves. */
static const char *advice_of_fault(enum gd_fault fault)
{
    switch (fault) {
    case GD_FAULT_RESOLVE:
        return "check base_url of this profile and the network";
    case GD_FAULT_CONNECT:
    case GD_FAULT_CONNECT_TIMEOUT:
        return "check base_url and proxy of this profile and the network, then try again";
    case GD_FAULT_CERTIFICATE:
        return "check base_url, ca_file and client_cert of this profile, and this machine's clock";
    case GD_FAULT_TLS:
        return "check that base_url of this profile names a server that speaks TLS, then try again";
    case GD_FAULT_TIMEOUT:
        return "try again later, or raise timeout in this profile";
    case GD_FAULT_BROKEN:
        return "try again; if it stays, check base_url and proxy of this profile";
    case GD_FAULT_TOO_LARGE:
        return "check base_url of this profile";
    case GD_FAULT_NONE:
    case GD_FAULT_CANCELLED:
        break;
    }
    return NULL;
}

static enum gd_rc no_answer(const struct gd_http_answer *answer, const struct gd_reply *reply,
                            struct gd_buf *out, const char **advice)
{
    *advice = advice_of_fault(answer->fault);
    if (answer->fault == GD_FAULT_CANCELLED) {
        gd_buf_adds(out, "cancelled");
        return GD_CANCELLED;
    }
    add_untrusted(answer->why, sizeof answer->why, out);
    add_tries(reply, out);
    return answer->fault == GD_FAULT_TOO_LARGE ? GD_SERVER : GD_NO_ANSWER;
}

static enum gd_rc nonsense(const struct gd_reading *reading, const struct gd_reply *reply, struct gd_buf *out,
                           const char **advice)
{
    *advice = "check base_url of this profile; -vv shows the answer";
    gd_buf_addf(out, "%d, but ", reply->http_status);
    add_untrusted(reading->why.what, sizeof reading->why.what, out);
    add_ids(&(struct gd_reply){.envelope.request_id = reply->envelope.request_id}, out);
    return reading->why.rc == GD_NO_MEMORY ? GD_NO_MEMORY : GD_SERVER;
}

static enum gd_rc refused(const struct gd_http_answer *answer, const struct gd_reply *reply,
                          struct gd_buf *out, const char **advice)
{
    const struct gd_code *code = gd_code_find(reply->envelope.code, reply->http_status);

    *advice = code->advice;
    gd_buf_addf(out, "%d", reply->http_status);
    if (reply->envelope.code >= 0)
        gd_buf_addf(out, " code %d", reply->envelope.code);
    gd_buf_addf(out, ": %s", code->meaning);
    add_ids(reply, out);
    add_tries(reply, out);
    if (reply->verdict == GD_GIVE_UP && answer->retry_after > 0)
        gd_buf_addf(out, "; it asks to wait %lld s", (long long)((answer->retry_after + 999) / 1000));
    return GD_SERVER;
}

void gd_reply_words(const struct gd_http_answer *answer, const struct gd_reading *reading, bool write,
                    struct gd_reply *reply)
{
    const char *advice = NULL;
    struct gd_buf out;

    if (answer->fault == GD_FAULT_NONE && !reading->undecodable && reply->envelope.success) {
        reply->rc = GD_OK;
        return;
    }
    gd_buf_init(&out, 4096);
    if (answer->fault != GD_FAULT_NONE)
        reply->rc = no_answer(answer, reply, &out, &advice);
    else if (reading->undecodable)
        reply->rc = nonsense(reading, reply, &out, &advice);
    else
        reply->rc = refused(answer, reply, &out, &advice);
    if (write && reply->verdict == GD_UNSETTLED)
        advice = ADVICE_MAYBE;
    gd_fail(&reply->error, reply->rc, advice, "%s", out.data);
    gd_buf_free(&out);
}
