/* Requests of the API: the path, method and body of each call. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "client_i.h"

#include <string.h>

#include "mem.h"

#define PATH_MAX_BYTES ((size_t)16 * 1024)
#define BODY_MAX_BYTES ((size_t)64 * 1024 * 1024)

void gd_request_init(struct gd_request_parts *request, const char *method)
{
    request->method = method;
    gd_buf_init(&request->path, PATH_MAX_BYTES);
    gd_buf_init(&request->body, BODY_MAX_BYTES);
}

void gd_request_clear(struct gd_request_parts *request)
{
    gd_buf_free(&request->path);
    gd_buf_wipe(&request->body);
}

/* A part of the path. One that is empty or made of dots would name something else than was meant. */
static enum gd_rc add_part(struct gd_buf *path, const char *part, const char *what, struct gd_error *err)
{
    if (part == NULL || part[0] == '\0' || strcmp(part, ".") == 0 || strcmp(part, "..") == 0)
        return gd_fail(err, GD_INPUT, NULL, "\"%s\" is no %s", part != NULL ? part : "", what);
    gd_buf_addc(path, '/');
    gd_http_encode(part, path);
    return GD_OK;
}

/* /tenants/TENANT/COLLECTION, then the id (NULL none) and the tail (NULL none). */
static enum gd_rc set_path(struct gd_request_parts *request, const struct gd_desk *desk,
                           const char *collection, const char *id, const char *tail, struct gd_error *err)
{
    enum gd_rc rc;

    gd_buf_adds(&request->path, "/tenants");
    rc = add_part(&request->path, desk->profile->tenant, "tenant", err);
    if (rc == GD_OK)
        rc = add_part(&request->path, collection, "collection", err);
    if (rc == GD_OK && id != NULL)
        rc = add_part(&request->path, id, "allocation id", err);
    if (rc == GD_OK && tail != NULL)
        rc = add_part(&request->path, tail, "request", err);
    return rc == GD_OK ? gd_buf_check(&request->path, "the path of the request", err) : rc;
}

enum gd_rc gd_request_one(struct gd_request_parts *request, const struct gd_desk *desk,
                          const struct gd_target *to, const struct gd_alloc *want, struct gd_error *err)
{
    static const char *const methods[] = {[GD_CALL_GET] = "GET",
                                          [GD_CALL_CREATE] = "POST",
                                          [GD_CALL_UPDATE] = "PUT",
                                          [GD_CALL_DELETE] = "DELETE",
                                          [GD_CALL_VN] = "PUT"};
    enum gd_kind kind = to->what == GD_CALL_VN ? GD_GREENVN : to->kind;
    enum gd_shape shape = gd_shape_of(kind, to->dialect);
    const char *id = to->what != GD_CALL_CREATE ? (to->id != NULL ? to->id : "") : NULL;
    const char *tail = NULL;
    enum gd_rc rc = GD_OK;

    gd_request_init(request, methods[to->what]);
    if (to->what == GD_CALL_VN)
        tail = "vn";
    else if (to->what == GD_CALL_UPDATE && kind == GD_GREENVN)
        tail = "call-party";
    if (to->what == GD_CALL_CREATE)
        rc = gd_encode_create(shape, want, &request->body, err);
    else if (to->what == GD_CALL_UPDATE)
        rc = gd_encode_update(shape, want, &request->body, err);
    else if (to->what == GD_CALL_VN)
        rc = gd_encode_vn(shape, want, &request->body, err);
    if (rc == GD_OK)
        rc = set_path(request, desk, gd_kind_name(kind), id, tail, err);
    if (rc != GD_OK)
        gd_request_clear(request);
    return rc;
}

enum gd_rc gd_request_bulk(struct gd_request_parts *request, const struct gd_desk *desk,
                           enum gd_dialect dialect, const char *const *ids,
                           const struct gd_alloc *const *want, size_t n, struct gd_error *err)
{
    enum gd_rc rc;

    gd_request_init(request, "PUT");
    rc = gd_encode_bulk(dialect, ids, want, n, &request->body, err);
    if (rc == GD_OK)
        rc = set_path(request, desk, gd_kind_name(GD_GREENPIN), NULL, NULL, err);
    if (rc != GD_OK)
        gd_request_clear(request);
    return rc;
}

static int add_json(const char *bytes, size_t len, void *out)
{
    gd_buf_add(out, bytes, len);
    return 0;
}

enum gd_rc gd_request_settings(struct gd_request_parts *request, const struct gd_desk *desk,
                               const json_t *body, struct gd_error *err)
{
    enum gd_rc rc;

    gd_request_init(request, body != NULL ? "PUT" : "GET");
    if (body != NULL && json_dump_callback(body, add_json, &request->body, JSON_COMPACT) != 0)
        request->body.failed = true;
    rc = gd_buf_check(&request->body, "the request", err);
    if (rc == GD_OK)
        rc = set_path(request, desk, "settings", NULL, NULL, err);
    if (rc != GD_OK)
        gd_request_clear(request);
    return rc;
}

/* ---- as text ---- */

void gd_request_text_clear(struct gd_request_text *text)
{
    gd_free(text->method);
    gd_free(text->path);
    gd_wipe_free(&text->body);
    *text = (struct gd_request_text){0};
}

/* The request (cleared) as texts. */
static enum gd_rc take_text(struct gd_request_parts *request, struct gd_request_text *out,
                            struct gd_error *err)
{
    bool has_body = request->body.len > 0;

    out->method = gd_strdup(request->method);
    out->path = gd_buf_take(&request->path);
    out->body = has_body ? gd_buf_take(&request->body) : NULL;
    gd_request_clear(request);
    if (out->method != NULL && out->path != NULL && (!has_body || out->body != NULL))
        return GD_OK;
    gd_request_text_clear(out);
    return gd_fail_memory(err);
}

enum gd_rc gd_call_text(struct gd_desk *desk, enum gd_call_kind what, enum gd_dialect dialect,
                        enum gd_kind kind, const char *id, const struct gd_alloc *want,
                        struct gd_request_text *out, struct gd_error *err)
{
    struct gd_target to = {.what = what, .dialect = dialect, .kind = kind, .id = id};
    struct gd_request_parts request;
    enum gd_rc rc = gd_request_one(&request, desk, &to, want, err);

    *out = (struct gd_request_text){0};
    return rc == GD_OK ? take_text(&request, out, err) : rc;
}

enum gd_rc gd_call_bulk_text(struct gd_desk *desk, enum gd_dialect dialect, const char *const *ids,
                             const struct gd_alloc *const *want, size_t n, struct gd_request_text *out,
                             struct gd_error *err)
{
    struct gd_request_parts request;
    enum gd_rc rc = gd_request_bulk(&request, desk, dialect, ids, want, n, err);

    *out = (struct gd_request_text){0};
    return rc == GD_OK ? take_text(&request, out, err) : rc;
}

enum gd_rc gd_call_settings_text(struct gd_desk *desk, const json_t *body, struct gd_request_text *out,
                                 struct gd_error *err)
{
    struct gd_request_parts request;
    enum gd_rc rc = gd_request_settings(&request, desk, body, err);

    *out = (struct gd_request_text){0};
    return rc == GD_OK ? take_text(&request, out, err) : rc;
}
