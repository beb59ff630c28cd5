/* The last requests as they came: a ring, bounded in number and bytes. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "history.h"

#include <stdio.h>
#include <string.h>

#include "../mem.h"
#include "reply.h"

static void drop_oldest(struct sb_history *history)
{
    struct sb_past *past = &history->past[history->first];
    history->bytes -= past->path_len + past->body_len;
    gd_free(past->text);
    memset(past, 0, sizeof *past);
    history->first = (history->first + 1) % SB_HISTORY_MAX;
    history->count--;
}

void sb_history_clear(struct sb_history *history)
{
    while (history->count > 0)
        drop_oldest(history);
}

void sb_history_add(struct sb_history *history, const char *method, const char *path, const char *body,
                    size_t len)
{
    size_t path_len = strlen(path), kept = len < SB_HISTORY_BODY ? len : SB_HISTORY_BODY;
    while (history->count == SB_HISTORY_MAX ||
           (history->count > 0 && history->bytes + path_len + kept > SB_HISTORY_BYTES))
        drop_oldest(history);
    char *text = gd_malloc(path_len + kept + 1);
    if (text == NULL)
        return;
    memcpy(text, path, path_len);
    if (kept > 0)
        memcpy(text + path_len, body, kept);
    struct sb_past *past = &history->past[(history->first + history->count++) % SB_HISTORY_MAX];
    *past = (struct sb_past){.text = text, .path_len = path_len, .body_len = kept, .body_sent = len};
    snprintf(past->method, sizeof past->method, "%s", method);
    history->bytes += path_len + kept;
}

void sb_history_status(struct sb_history *history, int status)
{
    if (history->count > 0)
        history->past[(history->first + history->count - 1) % SB_HISTORY_MAX].status = status;
}

void sb_history_write(const struct sb_history *history, struct gd_buf *out)
{
    gd_buf_addc(out, '[');
    for (int i = 0; i < history->count; i++) {
        const struct sb_past *past = &history->past[(history->first + i) % SB_HISTORY_MAX];
        gd_buf_adds(out, i > 0 ? ",\n{\"method\":" : "{\"method\":");
        sb_json_text(out, past->method);
        gd_buf_adds(out, ",\"path\":");
        sb_json_bytes(out, past->text, past->path_len);
        gd_buf_adds(out, ",\"body\":");
        sb_json_bytes(out, past->text + past->path_len, past->body_len);
        gd_buf_addf(out, ",\"body_bytes\":%zu,\"status\":%d}", past->body_sent, past->status);
    }
    gd_buf_adds(out, "]\n");
}
