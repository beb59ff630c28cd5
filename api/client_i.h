/* What the files of the client share: requests, the reading of answers, and their words. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CLIENT_I_H
#define GD_CLIENT_I_H

#include "client.h"
#include "http.h"

/* What a call about one allocation is about. id NULL: a create. */
struct gd_target {
    enum gd_call_kind what;
    enum gd_dialect dialect;
    enum gd_kind kind;
    const char *id;
};

/* A request before it is sent; an empty body is none. */
struct gd_request_parts {
    const char *method;
    struct gd_buf path, body;
};

void gd_request_init(struct gd_request_parts *request, const char *method);
void gd_request_clear(struct gd_request_parts *request);

/* Make a request; where they fail nothing is left to clear. */
GD_MUST_USE enum gd_rc gd_request_one(struct gd_request_parts *request, const struct gd_desk *desk,
                                      const struct gd_target *to, const struct gd_alloc *want,
                                      struct gd_error *err);
GD_MUST_USE enum gd_rc gd_request_bulk(struct gd_request_parts *request, const struct gd_desk *desk,
                                       enum gd_dialect dialect, const char *const *ids,
                                       const struct gd_alloc *const *want, size_t n, struct gd_error *err);
GD_MUST_USE enum gd_rc gd_request_settings(struct gd_request_parts *request, const struct gd_desk *desk,
                                           const json_t *body, struct gd_error *err);

/* What kind of answer a call waits for. */
enum gd_expect { GD_EXPECT_ALLOC, GD_EXPECT_BULK, GD_EXPECT_SETTINGS };

/* What is needed to read an answer. */
struct gd_question {
    enum gd_expect expect;
    enum gd_call_kind what; /* of GD_EXPECT_ALLOC */
    enum gd_kind kind;
    const char *id; /* the allocation that must answer, NULL any */
    bool flat;      /* of GD_CALL_DELETE: the desk speaks the flat dialect */
    int zone_offset;
};

/* What the answers' parts stand in while the reply borrows them. */
struct gd_reading {
    struct gd_alloc alloc;
    struct gd_bulk bulk;
    json_t *settings;
    bool undecodable;    /* a 2xx that could not be read, or that answers something else */
    struct gd_error why; /* then */
};

void gd_reading_clear(struct gd_reading *reading);

/* Reads an answer into the reply: status, envelope, gone, and what it holds. */
void gd_read_answer(const struct gd_question *question, const struct gd_http_answer *answer,
                    struct gd_reading *reading, struct gd_reply *reply);

/* Sets rc and error of a reply whose verdict is known. */
void gd_reply_words(const struct gd_http_answer *answer, const struct gd_reading *reading, bool write,
                    struct gd_reply *reply);

#endif
