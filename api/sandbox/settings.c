/* The settings endpoint: all of them read, some of them put. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "change.h"

#include <string.h>

/* The order of the members is that of the published answer. */
static void answer(struct sb *sb, const struct sb_request *req, struct sb_reply *reply)
{
    char id[37];
    sb_uuid(id);
    gd_buf_addf(&reply->body,
                "{\"request_id\":\"%s\",\"success\":true,\"status\":200,\"code\":null,\"message\":null,"
                "\"method\":\"%s\",\"data\":",
                id, req->method);
    sb_settings_write(sb, req->tenant, &reply->body);
    gd_buf_addc(&reply->body, '}');
}

bool sb_settings_get(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    sb->history.counts.settings_gets++;
    if (!sb->opt.settings_get) {
        reply->allow = "PUT";
        return sb_refuse_http(no, 405, "Method Not Allowed");
    }
    answer(sb, req, reply);
    return true;
}

bool sb_settings_put(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    if (!sb_settings_check(req->json, no))
        return false;
    bool good = sb_begin(&sb->store) && sb_settings_store(sb, req->tenant, req->json) &&
                sb_count(&sb->store, "settings_puts", 1);
    if (!sb_finish(sb, good))
        return sb_broken(no);
    answer(sb, req, reply);
    return true;
}
