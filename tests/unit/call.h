/* Calls of a test to its scripted server: a desk without a ledger, and what replies said. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef CALL_H
#define CALL_H

#include "../../api/client.h"
#include "ask.h"

#define PARTY_GET                                                                                            \
    "{\"request_id\":\"r1\",\"success\":true,\"status\":200,\"code\":null,\"data\":{\"greenpin_id\":"        \
    "\"gp-1\",\"transaction_id\":\"ORD-1\",\"a\":{\"numbers\":[\"+919876543210\"],\"pin\":\"0815\"},"        \
    "\"state\":\"active\",\"deallocation_time\":\"2030-01-01 00:00:00\"}}"

#define BULK_207                                                                                             \
    "{\"request_id\":\"b1\",\"http_code\":207,\"metadata\":{\"failed\":1,\"total\":2,\"success\":1},"        \
    "\"response\":[{\"success\":true,\"status\":200,\"data\":{\"greenpin_id\":\"gp-1\"}},"                   \
    "{\"success\":false,\"status\":404,\"code\":1,\"data\":null}]}"

/* What a reply said; the texts that it borrowed are copied. */
struct said {
    int calls, attempts, http_status, code;
    enum gd_rc rc;
    enum gd_verdict verdict;
    bool gone, has_alloc, has_bulk, has_settings;
    enum gd_state state;
    enum gd_kind kind;
    int64_t read_at, sent_at;
    size_t rows;
    char id[100], pin[100], request_id[100], what[600], advice[300];
};

extern struct gd_profile profile;
extern struct gd_desk desk;

/* A callback that fills a struct said. */
void on_reply(void *arg, const struct gd_reply *reply);

/* The desk of the profile, for a server on this port; closes it. */
void open_desk(int port);
void close_desk(void);

/* An answer with this status line, further headers and body, in one of eight slots. */
const char *answer(int slot, const char *status, const char *headers, const char *body);

/* What is wanted: one field. */
struct gd_alloc want_of(enum gd_field field, const char *value);

/* A call of the kind about this id (bulk: about bulk_ids); starts it, or waits for its reply, too. */
enum what { GET, UPDATE, DELETE, CREATE, VN, BULK, SETTINGS };
extern const char *const bulk_ids[2];
enum gd_rc begin_call(enum what what, const char *id, struct said *said, struct gd_call **call,
                      struct gd_error *err);
struct said call(enum what what);

#endif
