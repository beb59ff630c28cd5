/* What the decoders of single and of bulk answers share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_DECODE_H
#define GD_DECODE_H

#include "codec.h"

/* Whether the value stands for nothing: missing, null, or the text "null" that events say it with. */
bool gd_json_absent(const json_t *value);

/* A whole number given as a number or as text; false for all else. */
bool gd_json_int(const json_t *value, int64_t *out);

/* A copy of a scalar's text in *out; NULL for null, "null", and what is no scalar. False: memory ran out. */
GD_MUST_USE bool gd_json_dup(const json_t *value, char **out);

/* Reads every field of the table, but for state, that the object holds in a type that fits; the others stay
 * absent. */
GD_MUST_USE enum gd_rc gd_decode_fields(const json_t *object, struct gd_alloc *alloc, struct gd_error *err);

/* Reads status (http_code), code, message and request_id; success is left to the caller. */
GD_MUST_USE enum gd_rc gd_envelope_read(const json_t *object, struct gd_envelope *envelope,
                                        struct gd_error *err);

#endif
