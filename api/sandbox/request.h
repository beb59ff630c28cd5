/* A request once its path is understood, and the table of what can be asked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_REQUEST_H
#define SB_REQUEST_H

#include <jansson.h>

#include "fault.h"
#include "model.h"
#include "reply.h"
#include "sb.h"

/* What came over the wire; all borrowed from the connection. */
struct sb_wire {
    const char *method;
    const char *uri;     /* path and query as they came */
    const char *auth;    /* the Authorization header, NULL none */
    const char *version; /* a version header, NULL none */
    const char *type;    /* Content-Type, NULL none */
    const char *body;
    size_t body_len;
    bool too_large; /* the body was longer than is read */
};

/* The same, understood. */
struct sb_request {
    const char *method;
    const char *query; /* NULL none */
    char tenant[SB_TENANT_MAX];
    const char *id;      /* decoded; NULL where the path has none */
    json_t *json;        /* the body; NULL without one */
    enum sb_fault fault; /* one that the handler itself acts out */
};

/* Answers, or refuses and returns false. */
typedef bool sb_handler(struct sb *sb, const struct sb_request *req, struct sb_reply *reply,
                        struct sb_no *no);

/* Answers any request of the API or of the control plane. */
void sb_handle(struct sb *sb, const struct sb_wire *wire, struct sb_reply *reply);

/* The dialect to answer in: the one that is forced, else the body's, else that of the allocation. */
enum sb_dialect sb_spoken(const struct sb *sb, enum sb_dialect body, enum sb_dialect born);

/* The control plane: everything below /_sandbox/. */
void sb_control(struct sb *sb, const struct sb_wire *wire, struct sb_reply *reply);

/* Whether the Authorization header lets in. */
bool sb_auth(const struct sb_options *opt, const char *header, struct sb_no *no);

/* Decodes percent escapes of len bytes into out (room for len + 1); false where one is broken or a NUL. */
bool sb_decode(const char *text, size_t len, char *out);

/* The decoded value of a key in a query, at most room - 1 bytes; false where it is not there. */
bool sb_query_get(const char *query, const char *key, char *out, size_t room);

sb_handler sb_pin_create, sb_pin_get, sb_pin_update, sb_pin_delete, sb_pin_bulk, sb_pin_search;
sb_handler sb_vn_create, sb_vn_get, sb_vn_delete, sb_vn_parties, sb_vn_number;
sb_handler sb_settings_get, sb_settings_put;

#endif
