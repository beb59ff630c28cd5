/* Encoding and decoding of the API's JSON, both dialects; driven by fields.def. No HTTP here. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CODEC_H
#define GD_CODEC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "alloc.h"
#include "buf.h"

/* The envelope of an answer, whichever dialect; zero-initialised, cleared by gd_envelope_clear. */
struct gd_envelope {
    bool success;
    int status;       /* of the envelope or row; 0 where it held none */
    int code;         /* -1 none */
    char *message;    /* server's words, raw; NULL none */
    char *request_id; /* NULL none */
};

void gd_envelope_clear(struct gd_envelope *envelope);

/* Request bodies. want holds the fields to send (v non-NULL); a field that the shape's request cannot carry
 * is GD_INPUT, by name; mandatory ones too (create). The body is appended to out. */
GD_MUST_USE enum gd_rc gd_encode_create(enum gd_shape shape, const struct gd_alloc *want, struct gd_buf *out,
                                        struct gd_error *err);
GD_MUST_USE enum gd_rc gd_encode_update(enum gd_shape shape, const struct gd_alloc *want, struct gd_buf *out,
                                        struct gd_error *err);
/* Where want is empty nothing is appended: the request goes without a body, which asks for any free VN. */
GD_MUST_USE enum gd_rc gd_encode_vn(enum gd_shape shape, const struct gd_alloc *want, struct gd_buf *out,
                                    struct gd_error *err);

/* A bulk update of GreenPins: n rows, ids beside what is wanted of each. */
GD_MUST_USE enum gd_rc gd_encode_bulk(enum gd_dialect dialect, const char *const *ids,
                                      const struct gd_alloc *const *want, size_t n, struct gd_buf *out,
                                      struct gd_error *err);

/* Checks, without building, that the shape's request can carry all of want: "create", "update" or "vn" by
 * which. GD_INPUT names the first field that it cannot. */
enum gd_request { GD_REQ_CREATE, GD_REQ_UPDATE, GD_REQ_VN };
GD_MUST_USE enum gd_rc gd_encode_check(enum gd_shape shape, enum gd_request which,
                                       const struct gd_alloc *want, struct gd_error *err);

/* Parses text as JSON, an object or a list, at most 64 levels deep; of a doubled key the last one. Mended are
 * invalid UTF-8, NUL and half surrogate pairs in a text (U+FFFD), and numbers too large (they become texts).
 * GD_SERVER says what is wrong and where; *out is NULL then. The caller decrefs *out. */
GD_MUST_USE enum gd_rc gd_json_parse(const char *text, size_t len, json_t **out, struct gd_error *err);

/* An answer that holds one allocation, either dialect or a mixture. alloc is left empty where data is null.
 * GD_SERVER where the text is no such answer. zone_offset reads times without a zone. */
GD_MUST_USE enum gd_rc gd_decode_answer(const char *text, size_t len, int zone_offset,
                                        struct gd_envelope *envelope, struct gd_alloc *alloc,
                                        struct gd_error *err);

/* One allocation object (the data of an answer, a row of a bulk answer, a deallocation event). Of an event
 * of a call only the ids are read: its numbers, VN and pin are those of the call. */
GD_MUST_USE enum gd_rc gd_decode_alloc(const json_t *object, int zone_offset, struct gd_alloc *alloc,
                                       struct gd_error *err);

/* An error answer of any kind: party envelope, other JSON, HTML, nothing. Never fails for content. */
void gd_decode_failure(const char *text, size_t len, struct gd_envelope *envelope);

/* One row of a bulk answer. */
struct gd_bulk_row {
    char *id; /* NULL where the row named none */
    struct gd_envelope envelope;
    struct gd_alloc alloc; /* empty where the row held none (flat: always) */
    bool mute;             /* says neither success nor failure, or both: as good as no answer */
};

/* A bulk answer: rows as they came, and what its metadata said (-1 where absent). */
struct gd_bulk {
    struct gd_bulk_row *rows;
    size_t n;
    char *request_id;
    int total, success, failed;
};

GD_MUST_USE enum gd_rc gd_decode_bulk(const char *text, size_t len, int zone_offset, struct gd_bulk *bulk,
                                      struct gd_error *err);
void gd_bulk_clear(struct gd_bulk *bulk);

/* Matches the answer's rows to the n ids that were sent: match[i] is the index of ids[i]'s row, or -1
 * (unknown: no row, a mute one, or rows that contradict each other). By id first, then by position where a
 * row names none; if named rows show that the order is not the one sent, only where no row can be mistaken
 * for a success. Returns the count of rows that matched nothing or came twice. */
size_t gd_bulk_match(const struct gd_bulk *bulk, const char *const *ids, size_t n, long *match);

/* Settings, from GET or PUT: the object of sections in *data (decref); NULL where the answer says success
 * false and holds none. GD_SERVER where the text is no such answer. */
GD_MUST_USE enum gd_rc gd_decode_settings(const char *text, size_t len, struct gd_envelope *envelope,
                                          json_t **data, struct gd_error *err);

#endif
