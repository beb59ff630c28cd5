/* Calls to the API: a request with its retries, decoded; the only part that knows paths and methods. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CLIENT_H
#define GD_CLIENT_H

#include "codec.h"
#include "desk.h"
#include "retry.h"

/* The answer to a call; borrowed during the callback. */
struct gd_reply {
    enum gd_rc rc; /* GD_OK; GD_SERVER refused or nonsense; GD_NO_ANSWER no status came; GD_CANCELLED; others:
                      never sent */
    enum gd_verdict verdict; /* UNSETTLED: a write that may have happened */
    bool gone;               /* 404, 410, code 1 or 22: no such allocation any more; a DELETE is GD_OK then */
    int http_status;         /* 0 none; of a 2xx that says it failed, the status that it names inside */
    struct gd_envelope envelope; /* code -1 and texts NULL where none */
    struct gd_alloc *alloc;      /* NULL where the answer holds none; its read_at is set */
    struct gd_bulk *bulk;        /* of a bulk update only */
    json_t *settings;            /* data of a settings answer only */
    int attempts;
    int64_t sent_at;       /* seconds, of the last try */
    struct gd_error error; /* in words, where rc is not GD_OK: status, code with its meaning, server's
                              message, request id */
};

typedef void gd_reply_fn(void *arg, const struct gd_reply *reply);

/* Each starts a call and returns at once; fn is called exactly once, from gd_loop_turn. GD_INPUT where the
 * request cannot be built (then fn is not called). *call (can be NULL) serves gd_call_cancel. Sources:
 * contract, table of requests. */
struct gd_call;
GD_MUST_USE enum gd_rc gd_call_get(struct gd_desk *desk, enum gd_kind kind, const char *id, gd_reply_fn *fn,
                                   void *arg, struct gd_call **call, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_create(struct gd_desk *desk, enum gd_dialect dialect, enum gd_kind kind,
                                      const struct gd_alloc *want, gd_reply_fn *fn, void *arg,
                                      struct gd_call **call, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_update(struct gd_desk *desk, enum gd_dialect dialect, enum gd_kind kind,
                                      const char *id, const struct gd_alloc *want, gd_reply_fn *fn, void *arg,
                                      struct gd_call **call, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_bulk(struct gd_desk *desk, enum gd_dialect dialect, const char *const *ids,
                                    const struct gd_alloc *const *want, size_t n, gd_reply_fn *fn, void *arg,
                                    struct gd_call **call, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_delete(struct gd_desk *desk, enum gd_kind kind, const char *id,
                                      gd_reply_fn *fn, void *arg, struct gd_call **call,
                                      struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_vn(struct gd_desk *desk, enum gd_dialect dialect, const char *id,
                                  const struct gd_alloc *want, gd_reply_fn *fn, void *arg,
                                  struct gd_call **call, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_settings_get(struct gd_desk *desk, gd_reply_fn *fn, void *arg,
                                            struct gd_call **call, struct gd_error *err);
/* The same in one try, before whatever waits for a connection. */
GD_MUST_USE enum gd_rc gd_call_settings_once(struct gd_desk *desk, gd_reply_fn *fn, void *arg,
                                             struct gd_call **call, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_settings_put(struct gd_desk *desk, const json_t *body, gd_reply_fn *fn,
                                            void *arg, struct gd_call **call, struct gd_error *err);

/* Ends a call: fn is called at once with GD_CANCELLED (verdict UNSETTLED where a write's bytes may have
 * left). */
void gd_call_cancel(struct gd_call *call);

/* Ends all calls of a desk that is being closed, without calling back. */
void gd_calls_drop(struct gd_desk *desk);

/* The request as it would be sent (method, path, body), for --dry-run and copies as curl: credentials never
 * in it. */
struct gd_request_text {
    char *method, *path, *body; /* body NULL: none */
};
void gd_request_text_clear(struct gd_request_text *text);
enum gd_call_kind { GD_CALL_GET, GD_CALL_CREATE, GD_CALL_UPDATE, GD_CALL_DELETE, GD_CALL_VN };
GD_MUST_USE enum gd_rc gd_call_text(struct gd_desk *desk, enum gd_call_kind what, enum gd_dialect dialect,
                                    enum gd_kind kind, const char *id, const struct gd_alloc *want,
                                    struct gd_request_text *out, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_settings_text(struct gd_desk *desk, const json_t *body,
                                             struct gd_request_text *out, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_call_bulk_text(struct gd_desk *desk, enum gd_dialect dialect,
                                         const char *const *ids, const struct gd_alloc *const *want, size_t n,
                                         struct gd_request_text *out, struct gd_error *err);

#endif
