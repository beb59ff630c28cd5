/* Events of the service: read from any notation of a callback, told apart, kept in the ledger, listed. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_EVENT_H
#define GD_EVENT_H

#include <jansson.h>

#include "buf.h"
#include "ledger.h"

enum gd_event_kind {
    GD_EVENT_CALL,
    GD_EVENT_DEALLOCATION,
    GD_EVENT_VERIFIED,
    GD_EVENT_FAILED,
    GD_EVENT__COUNT
};

/* Zero-initialised it is empty. Owns its texts. */
struct gd_event {
    int64_t event; /* the ledger's number; 0 outside it */
    enum gd_event_kind kind;
    enum gd_kind product;
    int64_t at;            /* when it happened, seconds; 0 where it does not say */
    int64_t received_at;   /* seconds */
    char *id;              /* of the allocation; NULL: a failed verification belongs to its VN */
    char *transaction_id;  /* or the connection_id */
    char *call_sid;        /* NULL where it names none */
    char *vn, *caller;     /* E.164 where they are numbers */
    char *body;            /* all its fields, as JSON */
    struct gd_alloc alloc; /* what it says of the allocation; without an id where it says nothing */
};

void gd_event_clear(struct gd_event *event);

/* "call", "deallocation", "verified" or "failed-verification". */
const char *gd_event_kind_name(enum gd_event_kind kind);

/* Reads the fields of a callback, in whichever notation its first character shows: a query or form, a JSON
 * object, or XML with one element a field. The caller decrefs *out. GD_INPUT says what is wrong. */
GD_MUST_USE enum gd_rc gd_event_read(const char *text, size_t len, json_t **out, struct gd_error *err);

/* Tells from its fields which event it is, and takes out what is common. zone_offset reads times without a
 * zone; received_at in seconds. GD_INPUT where it is no event. */
GD_MUST_USE enum gd_rc gd_event_decode(const json_t *object, int zone_offset, int64_t received_at,
                                       struct gd_event *out, struct gd_error *err);

/* What keeping an event did. */
struct gd_event_kept {
    bool fresh; /* it had not come before */
    bool stale; /* its allocation's row is not true any more: to be read again */
};

/* Keeps an event unless it came before (kind and call_sid, or else all its fields, say so), and what it says
 * of its allocation: a deallocation marks it, an unknown id becomes known. */
GD_MUST_USE enum gd_rc gd_event_put(struct gd_ledger *ledger, struct gd_event *event,
                                    struct gd_event_kept *kept, struct gd_error *err);

/* Up to limit events, newest first, with numbers below before (0: from the newest). fn returns false to stop;
 * what it gets is borrowed, and its alloc is empty. *n: how many were looked at. */
typedef bool gd_event_fn(void *arg, const struct gd_event *event);
GD_MUST_USE enum gd_rc gd_event_each(struct gd_ledger *ledger, int64_t before, int limit, gd_event_fn *fn,
                                     void *arg, int *n, struct gd_error *err);

/* The events of one allocation, newest first, at most limit: its own, and failed verifications on its VNs
 * (a list by commas, can be NULL), which name no allocation. */
GD_MUST_USE enum gd_rc gd_event_each_of(struct gd_ledger *ledger, const char *id, const char *vns, int limit,
                                        gd_event_fn *fn, void *arg, struct gd_error *err);

/* An event for outputs; numbers and PINs masked unless reveal. NULL where memory ran out. */
json_t *gd_event_json(const struct gd_event *event, bool reveal, int zone_offset);

/* It in a few words for a person ("call of 17 s, completed, +91•••••6144 to +91•••••4471"), appended; to be
 * escaped. */
void gd_event_words(const struct gd_event *event, bool reveal, struct gd_buf *out);

/* A filter of events: words that must all stand in it (numbers in any notation), and terms kind: id: order:
 * vn: caller: sid: product: status:; - before one excludes. GD_INPUT names what cannot be read. */
struct gd_event_filter;
GD_MUST_USE enum gd_rc gd_event_filter_new(int argc, char *const *argv, const char *country,
                                           struct gd_event_filter **out, struct gd_error *err);
bool gd_event_filter_match(const struct gd_event_filter *filter, const struct gd_event *event);
void gd_event_filter_free(struct gd_event_filter **filter);

#endif
