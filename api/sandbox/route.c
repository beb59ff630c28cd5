/* From a path to its handler: decoding, access, limits, the body, and the faults that happen around it all.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../mem.h"
#include "request.h"

/* One row per endpoint; what follows the id is its last part. */
struct route {
    const char *collection;
    bool id;
    const char *part; /* NULL none */
    const char *method;
    sb_handler *handler;
    bool body; /* wants one */
};

static const struct route routes[] = {
    {"greenpin", false, NULL, "GET", sb_pin_search, false},
    {"greenpin", false, NULL, "POST", sb_pin_create, true},
    {"greenpin", false, NULL, "PUT", sb_pin_bulk, true},
    {"greenpin", true, NULL, "GET", sb_pin_get, false},
    {"greenpin", true, NULL, "PUT", sb_pin_update, true},
    {"greenpin", true, NULL, "DELETE", sb_pin_delete, false},
    {"greenvn", false, NULL, "POST", sb_vn_create, true},
    {"greenvn", true, NULL, "GET", sb_vn_get, false},
    {"greenvn", true, NULL, "DELETE", sb_vn_delete, false},
    {"greenvn", true, "call-party", "PUT", sb_vn_parties, true},
    {"greenvn", true, "vn", "PUT", sb_vn_number, false},
    {"settings", false, NULL, "GET", sb_settings_get, false},
    {"settings", false, NULL, "PUT", sb_settings_put, true},
};
#define ROUTES (sizeof routes / sizeof routes[0])

#define PARTS_MAX 8

/* A path in its parts, decoded in place of a copy. */
struct path {
    char *copy;
    const char *part[PARTS_MAX];
    int count;
    const char *query;
};

enum sb_dialect sb_spoken(const struct sb *sb, enum sb_dialect body, enum sb_dialect born)
{
    if (sb->opt.dialect != SB_BOTH)
        return sb->opt.dialect;
    return body != SB_BOTH ? body : born;
}

static int hex(char c)
{
    return isdigit((unsigned char)c)    ? c - '0'
           : isxdigit((unsigned char)c) ? tolower((unsigned char)c) - 'a' + 10
                                        : -1;
}

bool sb_decode(const char *text, size_t len, char *out)
{
    size_t at = 0;
    for (size_t i = 0; i < len; i++) {
        char c = text[i];
        if (c == '%') {
            if (i + 2 >= len || hex(text[i + 1]) < 0 || hex(text[i + 2]) < 0)
                return false;
            c = (char)(hex(text[i + 1]) << 4 | hex(text[i + 2]));
            i += 2;
        }
        if (c == '\0')
            return false;
        out[at++] = c;
    }
    out[at] = '\0';
    return true;
}

bool sb_query_get(const char *query, const char *key, char *out, size_t room)
{
    size_t len = strlen(key);
    for (const char *at = query; at != NULL && *at != '\0'; at += strcspn(at, "&"), at += *at == '&') {
        if (strncmp(at, key, len) != 0 || (at[len] != '=' && at[len] != '&' && at[len] != '\0'))
            continue;
        const char *value = at + len + (at[len] == '=');
        size_t many = strcspn(value, "&");
        return many < room && sb_decode(value, many, out);
    }
    return false;
}

/* Splits at the slashes as they were sent, then decodes: an id may hold slashes of its own. */
static bool path_read(const char *uri, struct path *path, struct sb_no *no)
{
    size_t whole = strcspn(uri, "?");
    memset(path, 0, sizeof *path);
    path->query = uri[whole] == '?' ? uri + whole + 1 : NULL;
    path->copy = gd_malloc(whole + 1);
    if (path->copy == NULL)
        return sb_refuse(no, 0, "no memory");
    char *out = path->copy;
    for (size_t at = 0; at < whole;) {
        at++;
        size_t len = strcspn(uri + at, "/?");
        if (path->count == PARTS_MAX)
            return sb_refuse_http(no, 404, "Not Found");
        if (!sb_decode(uri + at, len, out))
            return sb_refuse(no, 5, "the path cannot be decoded");
        path->part[path->count++] = out;
        out += strlen(out) + 1;
        at += len;
    }
    return true;
}

static bool is(const char *part, const char *text)
{
    return strcmp(part, text) == 0;
}

/* /v1 can be left out; another version is code 9. */
static bool skip_version(struct path *path, struct sb_no *no)
{
    const char *first = path->count > 0 ? path->part[0] : "";
    if (first[0] != 'v' || !isdigit((unsigned char)first[1]) ||
        strspn(first + 1, "0123456789") != strlen(first + 1))
        return true;
    if (!is(first, "v1"))
        return sb_refuse(no, 9, "%.20s", first);
    path->count--;
    memmove(path->part, path->part + 1, (size_t)path->count * sizeof path->part[0]);
    return true;
}

static bool fits(const struct route *route, const struct path *path)
{
    int wanted = 3 + route->id + (route->part != NULL);
    return path->count == wanted && is(path->part[2], route->collection) &&
           (!route->id || *path->part[3] != '\0') && (route->part == NULL || is(path->part[4], route->part));
}

/* The row of path and method; where only the method is wrong, Allow names the right ones. */
static const struct route *find_route(const struct path *path, const char *method, struct sb_reply *reply,
                                      struct sb_no *no)
{
    static char allow[64];
    allow[0] = '\0';
    if (path->count >= 3 && is(path->part[0], "tenants") && *path->part[1] != '\0') {
        for (size_t i = 0; i < ROUTES; i++) {
            if (!fits(&routes[i], path))
                continue;
            if (is(routes[i].method, method))
                return &routes[i];
            size_t used = strlen(allow);
            if (routes[i].handler != sb_pin_search)
                snprintf(allow + used, sizeof allow - used, used > 0 ? ", %s" : "%s", routes[i].method);
        }
    }
    if (allow[0] == '\0') {
        sb_refuse_http(no, 404, "Not Found");
        return NULL;
    }
    reply->allow = allow;
    sb_refuse_http(no, 405, "Method Not Allowed");
    return NULL;
}

static bool check_tenant(const struct sb *sb, const char *tenant, struct sb_no *no)
{
    bool known = sb->opt.tenant_count == 0;
    for (int i = 0; i < sb->opt.tenant_count; i++)
        known = known || is(tenant, sb->opt.tenants[i]);
    if (!known || strlen(tenant) >= SB_TENANT_MAX)
        return sb_refuse(no, 8, "no such tenant");
    return true;
}

static bool check_rate(struct sb *sb, struct sb_reply *reply, struct sb_no *no)
{
    int64_t second = sb_now(sb);
    if (sb->opt.rate_limit == 0)
        return true;
    if (second != sb->rate_second) {
        sb->rate_second = second;
        sb->rate_used = 0;
    }
    if (sb->rate_used++ < sb->opt.rate_limit)
        return true;
    sb->history.counts.throttled++;
    reply->retry_after = "1";
    return sb_refuse_http(no, 429, "Too Many Requests");
}

static bool check_version(const char *version, struct sb_no *no)
{
    return version == NULL || is(version, "1") || is(version, "v1") || sb_refuse(no, 9, "%.40s", version);
}

/* Keys that stand twice are refused, as is what is no JSON at all. */
static bool read_body(const struct sb_wire *wire, bool wanted, json_t **out, struct sb_no *no)
{
    json_error_t error;
    *out = NULL;
    if (wire->too_large)
        return sb_refuse_http(no, 413, "Payload Too Large");
    if (wire->body_len == 0)
        return !wanted || sb_refuse(no, 3, "the body");
    if (wire->type != NULL && strncasecmp(wire->type, "application/json", 16) != 0)
        return sb_refuse(no, 5, "Content-Type must be application/json");
    *out = json_loadb(wire->body, wire->body_len, JSON_REJECT_DUPLICATES, &error);
    return *out != NULL || sb_refuse(no, 5, "the body is no JSON: line %d: %.100s", error.line, error.text);
}

static bool call(struct sb *sb, const struct sb_wire *wire, const struct path *path,
                 const struct route *route, enum sb_fault fault, struct sb_reply *reply, struct sb_no *no)
{
    struct sb_request req = {
        .method = wire->method, .query = path->query, .id = route->id ? path->part[3] : NULL, .fault = fault};
    snprintf(req.tenant, sizeof req.tenant, "%s", path->part[1]);
    bool good = read_body(wire, route->body, &req.json, no) && route->handler(sb, &req, reply, no);
    json_decref(req.json);
    return good;
}

/* Everything between a request and its answer that is no fault. */
static void serve(struct sb *sb, const struct sb_wire *wire, enum sb_fault fault, struct sb_reply *reply)
{
    struct sb_no no = {0};
    struct path path;
    const struct route *route = NULL;
    bool good = path_read(wire->uri, &path, &no) && sb_auth(&sb->opt, wire->auth, &no) &&
                check_rate(sb, reply, &no) && skip_version(&path, &no) && check_version(wire->version, &no) &&
                (route = find_route(&path, wire->method, reply, &no)) != NULL &&
                check_tenant(sb, path.part[1], &no) && call(sb, wire, &path, route, fault, reply, &no);
    if (!good) {
        sb->history.counts.refused++;
        sb->history.counts.unauthorized += no.http == 401;
        sb_reply_refusal(reply, wire->method, &no);
    }
    gd_free(path.copy);
}

static void say_status(const struct sb_rule *rule, const struct sb_wire *wire, struct sb_reply *reply)
{
    struct sb_no no = {0};
    if (rule->status == 500)
        sb_refuse(&no, 0, NULL);
    else
        sb_refuse_http(&no, rule->status, "a fault that was asked for");
    sb_reply_refusal(reply, wire->method, &no);
    if (rule->status == 429 || rule->status == 503)
        reply->retry_after = "1";
}

static void say_instead(struct sb_reply *reply, const char *type, const char *text)
{
    gd_buf_clear(&reply->body);
    gd_buf_adds(&reply->body, text);
    reply->type = type;
    reply->status = 200;
}

/* What a fault makes of an answer. */
static void spoil(const struct sb_rule *rule, const struct sb_wire *wire, struct sb_reply *reply)
{
    switch (rule->kind) {
    case SB_FAULT_RESET_AFTER:
        reply->act = SB_RESET;
        break;
    case SB_FAULT_CUT:
        reply->act = SB_CUT;
        break;
    case SB_FAULT_TIMEOUT:
        reply->act = SB_HANG;
        break;
    case SB_FAULT_HTML:
        say_instead(reply, "text/html; charset=utf-8",
                    "<!DOCTYPE html>\n<html><head><title>Welcome</title></head><body><h1>It "
                    "works</h1></body></html>\n");
        break;
    case SB_FAULT_GARBAGE:
        say_instead(reply, NULL, "{\"success\":tru\xff\x01\x1b[31m, no JSON at all");
        break;
    case SB_FAULT_STATUS:
        say_status(rule, wire, reply);
        break;
    default:
        break;
    }
}

static bool is_bulk(const struct sb_wire *wire)
{
    size_t len = strcspn(wire->uri, "?");
    return is(wire->method, "PUT") && len > 9 && memcmp(wire->uri + len - 9, "/greenpin", 9) == 0;
}

static void handle_api(struct sb *sb, const struct sb_wire *wire, struct sb_reply *reply)
{
    sb->history.counts.requests++;
    sb_history_add(&sb->history, wire->method, wire->uri, wire->body, wire->body_len);
    const struct sb_rule *rule = sb_fault_pick(&sb->faults, wire->method, is_bulk(wire));
    sb->history.counts.faults += rule != NULL;
    if (rule != NULL && rule->kind == SB_FAULT_RESET_BEFORE)
        reply->act = SB_RESET;
    else if (rule != NULL && rule->kind == SB_FAULT_STATUS && !rule->after)
        say_status(rule, wire, reply);
    else {
        serve(sb, wire, rule != NULL ? rule->kind : SB_FAULT_NONE, reply);
        if (rule != NULL)
            spoil(rule, wire, reply);
    }
    sb_history_status(&sb->history, reply->act == SB_SEND ? reply->status : 0);
}

void sb_handle(struct sb *sb, const struct sb_wire *wire, struct sb_reply *reply)
{
    if (strncmp(wire->uri, "/_sandbox/", 10) == 0)
        sb_control(sb, wire, reply);
    else
        handle_api(sb, wire, reply);
}
