/* Answers: the party envelope, refusals with their codes, and JSON text. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "reply.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "sb.h"

struct message {
    int code, http;
    const char *text;
};

static const struct message messages[] = {
#define MESSAGE(code, http, text) {code, http, text},
#include "messages.def"
#undef MESSAGE
};

void sb_reply_init(struct sb_reply *reply)
{
    *reply = (struct sb_reply){.status = 200};
    gd_buf_init(&reply->body, SB_REPLY_MAX);
}

void sb_reply_free(struct sb_reply *reply)
{
    gd_buf_free(&reply->body);
    if (reply->done != NULL)
        reply->done(reply->state);
    reply->done = NULL;
    reply->next = NULL;
}

static const struct message *message_of(int code)
{
    for (size_t i = 0; i < sizeof messages / sizeof messages[0]; i++) {
        if (messages[i].code == code)
            return &messages[i];
    }
    return &messages[0];
}

bool sb_refuse(struct sb_no *no, int code, const char *fmt, ...)
{
    if (no->http != 0)
        return false;
    const struct message *row = message_of(code);
    no->http = row->http;
    no->code = row->code;
    int used = snprintf(no->message, sizeof no->message, "%s%s", row->text, fmt != NULL ? ": " : "");
    if (fmt != NULL && used >= 0 && (size_t)used < sizeof no->message) {
        va_list args;
        va_start(args, fmt);
        vsnprintf(no->message + used, sizeof no->message - (size_t)used, fmt, args);
        va_end(args);
    }
    return false;
}

bool sb_refuse_http(struct sb_no *no, int http, const char *fmt, ...)
{
    if (no->http != 0)
        return false;
    no->http = http;
    no->code = SB_NO_CODE;
    va_list args;
    va_start(args, fmt);
    vsnprintf(no->message, sizeof no->message, fmt, args);
    va_end(args);
    return false;
}

static void envelope_start(struct gd_buf *out, const char *method)
{
    gd_buf_addc(out, '{');
    if (strcmp(method, "PUT") == 0) {
        char id[17];
        sb_random_text(id, 16, "0123456789abcdef");
        gd_buf_addf(out, "\"request_id\":\"%s\",\"method\":\"PUT\",", id);
    }
}

void sb_envelope(struct gd_buf *out, const char *method)
{
    envelope_start(out, method);
    gd_buf_adds(out, "\"success\":true,\"status\":200,\"code\":null,\"message\":null,\"data\":");
}

void sb_refusal_members(struct gd_buf *out, const struct sb_no *no)
{
    gd_buf_addf(out, "\"success\":false,\"status\":%d,\"code\":", no->http);
    if (no->code == SB_NO_CODE)
        gd_buf_adds(out, "null");
    else
        gd_buf_addf(out, "%d", no->code);
    gd_buf_adds(out, ",\"message\":");
    sb_json_text(out, no->message);
    gd_buf_adds(out, ",\"data\":null");
}

void sb_reply_refusal(struct sb_reply *reply, const char *method, const struct sb_no *no)
{
    gd_buf_clear(&reply->body);
    reply->status = no->http;
    envelope_start(&reply->body, method);
    sb_refusal_members(&reply->body, no);
    gd_buf_addc(&reply->body, '}');
}

/* The length of the valid UTF-8 character at the start, 0 where there is none. */
static size_t utf8_length(const unsigned char *at, size_t left)
{
    static const unsigned least[] = {0, 0, 0x80, 0x800, 0x10000};
    size_t len = at[0] < 0x80 ? 1 : at[0] >> 5 == 6 ? 2 : at[0] >> 4 == 14 ? 3 : at[0] >> 3 == 30 ? 4 : 0;
    if (len <= 1)
        return len;
    if (len > left)
        return 0;
    unsigned value = at[0] & (0x7fu >> len);
    for (size_t i = 1; i < len; i++) {
        if (at[i] >> 6 != 2)
            return 0;
        value = value << 6 | (at[i] & 0x3f);
    }
    return value >= least[len] && value <= 0x10ffff && (value < 0xd800 || value > 0xdfff) ? len : 0;
}

void sb_json_bytes(struct gd_buf *out, const char *bytes, size_t len)
{
    const unsigned char *at = (const unsigned char *)bytes;
    gd_buf_addc(out, '"');
    while (len > 0) {
        size_t plain = 0;
        while (plain < len && at[plain] >= 0x20 && at[plain] < 0x7f && at[plain] != '"' && at[plain] != '\\')
            plain++;
        gd_buf_add(out, at, plain);
        at += plain;
        len -= plain;
        if (len == 0)
            break;
        size_t many = utf8_length(at, len);
        if (many > 1)
            gd_buf_add(out, at, many);
        else if (many == 0)
            gd_buf_adds(out, "\xef\xbf\xbd");
        else if (*at == '"' || *at == '\\')
            gd_buf_addf(out, "\\%c", *at);
        else
            gd_buf_addf(out, "\\u%04x", *at);
        at += many > 0 ? many : 1;
        len -= many > 0 ? many : 1;
    }
    gd_buf_addc(out, '"');
}

void sb_json_text(struct gd_buf *out, const char *text)
{
    if (text == NULL)
        gd_buf_adds(out, "null");
    else
        sb_json_bytes(out, text, strlen(text));
}
