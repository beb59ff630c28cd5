/* The control plane below /_sandbox/: what tests and benchmarks ask of the sandbox itself. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mem.h"
#include "change.h"

/* What a control handler is given: the query (NULL none), the body's JSON (NULL none), and what it answers
 * with. */
struct control {
    struct sb *sb;
    const struct sb_wire *wire;
    const char *query;
    json_t *json;
    struct sb_reply *reply;
};

struct control_route {
    const char *path, *method;
    void (*handler)(struct control *c);
};

static void fail(struct control *c, int status, const char *text)
{
    gd_buf_clear(&c->reply->body);
    c->reply->status = status;
    gd_buf_adds(&c->reply->body, "{\"error\":");
    sb_json_text(&c->reply->body, text);
    gd_buf_adds(&c->reply->body, "}\n");
}

static void done(struct control *c)
{
    gd_buf_adds(&c->reply->body, "{\"ok\":true}\n");
}

/* Counters that nothing has counted yet are told as 0. */
static void write_counters(struct control *c, struct gd_buf *out)
{
    static const char *const names[] = {"creates",       "updates",       "update_rows_sent", "deletes",
                                        "bulk_requests", "settings_puts", "party_changes",    "vn_changes"};
    int64_t values[8] = {0};
    sqlite3_stmt *stmt = sb_sql(&c->sb->store, SB_SQL_COUNTERS, "");
    while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW) {
        for (size_t i = 0; i < 8; i++) {
            if (strcmp((const char *)sqlite3_column_text(stmt, 0), names[i]) == 0)
                values[i] = sqlite3_column_int64(stmt, 1);
        }
    }
    sb_sql_done(stmt);
    for (size_t i = 0; i < 8; i++)
        gd_buf_addf(out, "\"%s\":%" PRId64 ",", names[i], values[i]);
}

static void write_billed(struct control *c, struct gd_buf *out)
{
    bool first = true;
    gd_buf_adds(out, ",\"ids\":{");
    sqlite3_stmt *stmt = sb_sql(&c->sb->store, SB_SQL_BILLED, "");
    while (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW) {
        gd_buf_adds(out, first ? "" : ",");
        first = false;
        sb_json_text(out, (const char *)sqlite3_column_text(stmt, 0));
        gd_buf_addf(out, ":{\"updates\":%lld,\"deletes\":%lld}", (long long)sqlite3_column_int64(stmt, 1),
                    (long long)sqlite3_column_int64(stmt, 2));
    }
    sb_sql_done(stmt);
    gd_buf_addc(out, '}');
}

static void get_stats(struct control *c)
{
    const struct sb_counts *n = &c->sb->history.counts;
    struct gd_buf *out = &c->reply->body;
    char ids[8];
    gd_buf_addf(out, "{\"requests\":%" PRId64 ",\"gets\":%" PRId64 ",\"settings_gets\":%" PRId64 ",",
                n->requests, n->gets, n->settings_gets);
    write_counters(c, out);
    gd_buf_addf(out,
                "\"refused\":%" PRId64 ",\"unauthorized\":%" PRId64 ",\"throttled\":%" PRId64
                ",\"faults\":%" PRId64,
                n->refused, n->unauthorized, n->throttled, n->faults);
    gd_buf_adds(out, ",\"fail\":");
    sb_faults_write(&c->sb->faults, out);
    if (sb_query_get(c->query, "ids", ids, sizeof ids) && strcmp(ids, "0") != 0)
        write_billed(c, out);
    gd_buf_adds(out, "}\n");
}

/* A walk over all ids in the order of their making. */
struct walk {
    struct sb *sb;
    int64_t seq, left;
    int kind; /* -1 both */
};

static size_t walk_seeds(struct walk *walk, char *out, size_t room)
{
    size_t used = 0;
    while (walk->kind != SB_VN && walk->seq < walk->sb->seed.count && walk->left > 0 &&
           room - used > SB_ID_MAX) {
        char id[SB_ID_MAX];
        sb_seed_id(++walk->seq, id);
        used += (size_t)snprintf(out + used, room - used, "%s\n", id);
        walk->left--;
    }
    return used;
}

static size_t walk_rows(struct walk *walk, char *out, size_t room)
{
    size_t used = 0;
    int64_t from = walk->seq > walk->sb->seed.count ? walk->seq : walk->sb->seed.count;
    sqlite3_stmt *stmt = sb_sql(&walk->sb->store, SB_SQL_IDS, "iiii", from, (int64_t)walk->kind,
                                (int64_t)walk->kind, walk->left);
    while (stmt != NULL && room - used > SB_ID_MAX && sqlite3_step(stmt) == SQLITE_ROW) {
        walk->seq = sqlite3_column_int64(stmt, 0);
        used += (size_t)snprintf(out + used, room - used, "%s\n", (const char *)sqlite3_column_text(stmt, 1));
        walk->left--;
    }
    sb_sql_done(stmt);
    return used;
}

static ssize_t walk_next(void *state, char *out, size_t room)
{
    struct walk *walk = state;
    size_t used = walk_seeds(walk, out, room);
    if (used == 0 && walk->left > 0)
        used = walk_rows(walk, out, room);
    return (ssize_t)used;
}

static bool walk_from(struct control *c, struct walk *walk)
{
    char text[SB_ID_MAX];
    struct sb_alloc alloc;
    if (sb_query_get(c->query, "limit", text, sizeof text))
        walk->left = strtoll(text, NULL, 10);
    if (sb_query_get(c->query, "kind", text, sizeof text))
        walk->kind = strcmp(text, "all") == 0 ? -1 : strcmp(text, "greenvn") == 0 ? SB_VN : SB_PIN;
    if (!sb_query_get(c->query, "after", text, sizeof text))
        return true;
    bool found = sb_find(c->sb, NULL, SB_PIN, text, &alloc) == SB_FOUND;
    walk->seq = alloc.seq;
    sb_alloc_clear(&alloc);
    return found;
}

static void get_ids(struct control *c)
{
    struct walk *walk = gd_malloc(sizeof *walk);
    if (walk == NULL) {
        fail(c, 500, "no memory");
        return;
    }
    *walk = (struct walk){.sb = c->sb, .left = INT64_MAX, .kind = SB_PIN};
    if (!walk_from(c, walk)) {
        gd_free(walk);
        fail(c, 404, "there is no such id to go on after");
        return;
    }
    c->reply->type = "text/plain; charset=utf-8";
    c->reply->next = walk_next;
    c->reply->done = gd_free;
    c->reply->state = walk;
}

static void get_config(struct control *c)
{
    static const char *const dialects[] = {"party", "flat", "both"};
    const struct sb_options *opt = &c->sb->opt;
    struct gd_buf *out = &c->reply->body;
    gd_buf_addf(out,
                "{\"dialect\":\"%s\",\"seed\":%" PRId64 ",\"seed_vn\":%" PRId64 ",\"seed_value\":%" PRId64,
                dialects[opt->dialect], c->sb->seed.count, opt->seed_vn, (int64_t)c->sb->seed.value);
    gd_buf_addf(out,
                ",\"latency\":%d,\"bulk_limit\":%d,\"body_limit\":%" PRId64
                ",\"rate_limit\":%d,\"now\":%" PRId64,
                opt->latency_ms, opt->bulk_limit, opt->body_limit, opt->rate_limit, sb_now(c->sb));
    gd_buf_adds(out, ",\"tenants\":[");
    for (int i = 0; i < opt->tenant_count; i++) {
        gd_buf_adds(out, i > 0 ? "," : "");
        sb_json_text(out, opt->tenants[i]);
    }
    gd_buf_adds(out, "],\"vns\":[");
    for (int i = 0; i < c->sb->pool.count && i < 1000; i++) {
        const struct sb_vn *vn = &c->sb->pool.vns[i];
        gd_buf_addf(out, "%s{\"number\":\"%s\",\"region\":\"%s\",\"type\":\"%s\"}", i > 0 ? "," : "",
                    vn->number, vn->region, vn->mobile ? "mobile" : "landline");
    }
    gd_buf_adds(out, "]}\n");
}

static void get_requests(struct control *c)
{
    sb_history_write(&c->sb->history, &c->reply->body);
}

static void post_fail(struct control *c)
{
    struct gd_error err = {0};
    const char *text = json_string_value(json_object_get(c->json, "fail"));
    if (text == NULL && json_object_size(c->json) > 0) {
        fail(c, 400, "the body is {\"fail\": \"KIND[@METHOD]:RATE,…\"}");
        return;
    }
    if (sb_faults_set(&c->sb->faults, text != NULL ? text : "", &err) == GD_OK)
        done(c);
    else
        fail(c, 400, err.what);
}

static void post_expire(struct control *c)
{
    struct sb_alloc alloc;
    const char *id = json_string_value(json_object_get(c->json, "id"));
    if (id == NULL || sb_find(c->sb, NULL, SB_PIN, id, &alloc) != SB_FOUND) {
        fail(c, id == NULL ? 400 : 404,
             id == NULL ? "the body is {\"id\": \"…\"}" : "there is no such allocation");
        return;
    }
    bool good = sb_begin(&c->sb->store) && sb_settle(c->sb, &alloc);
    alloc.ends_at = sb_now(c->sb);
    if (sb_finish(c->sb, good && sb_save(c->sb, &alloc, &alloc)))
        done(c);
    else
        fail(c, 500, "the store failed");
    sb_alloc_clear(&alloc);
}

static void post_clock(struct control *c)
{
    const json_t *offset = json_object_get(c->json, "offset");
    if (!json_is_integer(offset) || json_integer_value(offset) > 100000000000 ||
        json_integer_value(offset) < -100000000000) {
        fail(c, 400, "the body is {\"offset\": seconds}");
        return;
    }
    c->sb->clock_offset = json_integer_value(offset);
    done(c);
}

static const struct control_route routes[] = {
    {"stats", "GET", get_stats},       {"ids", "GET", get_ids},     {"config", "GET", get_config},
    {"requests", "GET", get_requests}, {"fail", "POST", post_fail}, {"expire", "POST", post_expire},
    {"clock", "POST", post_clock},
};

void sb_control(struct sb *sb, const struct sb_wire *wire, struct sb_reply *reply)
{
    const char *path = wire->uri + strlen("/_sandbox/");
    size_t len = strcspn(path, "?");
    struct control c = {
        .sb = sb, .wire = wire, .query = path[len] == '?' ? path + len + 1 : NULL, .reply = reply};
    for (size_t i = 0; i < sizeof routes / sizeof routes[0]; i++) {
        if (strlen(routes[i].path) != len || memcmp(routes[i].path, path, len) != 0)
            continue;
        if (strcmp(routes[i].method, wire->method) != 0) {
            fail(&c, 405, "another method is needed here");
            return;
        }
        c.json = wire->body_len > 0 ? json_loadb(wire->body, wire->body_len, 0, NULL) : NULL;
        if (wire->body_len > 0 && c.json == NULL)
            fail(&c, 400, "the body is no JSON");
        else
            routes[i].handler(&c);
        json_decref(c.json);
        return;
    }
    fail(&c, 404, "there are stats, ids, config, requests, fail, expire and clock");
}
