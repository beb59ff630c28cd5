/* The model: an allocation as it was last read, and a change that a person asks for. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_ALLOC_H
#define GD_ALLOC_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"
#include "field.h"

enum gd_state { GD_UNKNOWN, GD_ACTIVE, GD_EXPIRED, GD_DEALLOCATED };

/* Zero-initialised it is an empty allocation. Owns all its texts. */
struct gd_alloc {
    char *v[GD_F__COUNT]; /* by enum gd_field; KIND, STATE and DURATION of v are not used: see the members
                             below */
    enum gd_kind kind;
    enum gd_dialect dialect; /* that of the answer it was decoded from */
    enum gd_state state;
    char *state_raw;    /* as it came */
    char *ends_raw;     /* deallocation_time or expires_at as it came, where it could not be parsed */
    char *source;       /* get, import, update, create, event, … */
    char *raw;          /* the answer's JSON object of this allocation; NULL where none was read */
    bool zoneless;      /* a time of the answer named no zone: the account's was taken */
    int64_t ends_at;    /* seconds since 1970; 0 none or unknown */
    int64_t created_at; /* the same */
    int64_t read_at;    /* last reading, 0 never (an id that was only imported) */
    int64_t first_seen;
    int64_t call_count; /* -1 not reported */
    int64_t changed_op; /* the ledger's: the last operation of its journal that changed it; 0 none */
    int64_t row;        /* the ledger's row id, 0 outside the ledger */
};

/* Frees the texts and zeroes the object. PINs and numbers are wiped. */
void gd_alloc_clear(struct gd_alloc *alloc);

/* Deep copy; to is overwritten (not cleared first). */
GD_MUST_USE enum gd_rc gd_alloc_copy(struct gd_alloc *to, const struct gd_alloc *from, struct gd_error *err);

/* Sets a field to a copy of text (NULL: absent). */
GD_MUST_USE enum gd_rc gd_alloc_set(struct gd_alloc *alloc, enum gd_field field, const char *text,
                                    struct gd_error *err);

/* The state by the clock: an active one whose end has passed is expired. now in seconds. */
enum gd_state gd_alloc_state(const struct gd_alloc *alloc, int64_t now);
const char *gd_state_name(enum gd_state state);
bool gd_state_parse(const char *text, enum gd_state *out);

/* Walks a comma-joined list: for (const char *at = list, *item; (item = gd_list_next(&at, &len)) != NULL;).
 * No empty items. */
const char *gd_list_next(const char **at, size_t *len);
size_t gd_list_count(const char *list);
bool gd_list_has(const char *list, const char *item, size_t len);

/* Whether two values of a field mean the same: lists of numbers without regard to order, NULL equals "". */
bool gd_value_same(enum gd_field field, const char *one, const char *other);

/* The JSON of design: one shape whatever the dialect. reveal false masks numbers and PINs. zone_offset for
 * the times. */
json_t *gd_alloc_json(const struct gd_alloc *alloc, const char *tenant, bool reveal, int zone_offset,
                      int64_t now);

/* The reverse, for files: an object of that shape (or of a flat map of field keys) into an allocation. */
GD_MUST_USE enum gd_rc gd_alloc_from_json(const json_t *object, struct gd_alloc *out, struct gd_error *err);

/* One value masked as the field's row says (numbers item by item); reveal true copies it. For screens and
 * outputs. */
struct gd_buf;
void gd_value_show(enum gd_field field, const char *value, bool reveal, struct gd_buf *out);

/* What a change is made of. */
enum gd_how { GD_HOW_NONE, GD_HOW_SET, GD_HOW_ADD, GD_HOW_TAKE };

/* What a person asks to change: by field, how and the text; numbers completed, durations as typed. Owns its
 * texts. */
struct gd_change {
    char *v[GD_F__COUNT];
    unsigned char how[GD_F__COUNT];
    bool placed;    /* a value was read by the account's country or zone */
    bool elsewhere; /* a number cannot be read in this country, but in another */
};

/* What parsing needs to know of the account. */
struct gd_place {
    const char *country; /* ISO alpha-2 */
    int zone_offset;     /* seconds east of UTC */
    bool assumed;        /* the settings could not be read: these are the defaults */
};

void gd_change_clear(struct gd_change *change);
bool gd_change_empty(const struct gd_change *change);

/* Reads one KEY=VALUE, KEY+=VALUE or KEY-=VALUE into the change: key known and writable, value valid for its
 * type, numbers completed and normalised. GD_INPUT names key and fault. */
GD_MUST_USE enum gd_rc gd_change_parse(struct gd_change *change, const char *assignment,
                                       const struct gd_place *place, struct gd_error *err);

/* The same with field, how and value apart (forms, CSV). kind decides between one PIN and a list of them. */
GD_MUST_USE enum gd_rc gd_change_put(struct gd_change *change, enum gd_field field, enum gd_how how,
                                     const char *value, const struct gd_place *place, struct gd_error *err);

/* Applies the change to what is known (base can be empty): want holds, for each field that changes, the
 * wanted value (lists whole, duration in seconds from now). Fields whose value would stay the same are left
 * out (duration never is). Cross-field rules: same number on both sides, nothing on either side, over the
 * maximum count, leading zero in a GreenVN pin. GD_INPUT names the field. */
GD_MUST_USE enum gd_rc gd_change_resolve(const struct gd_change *change, const struct gd_alloc *base,
                                         int64_t now, struct gd_alloc *want, struct gd_error *err);

/* What is wanted as a JSON object {key: text} and back; for journal and changesets. Unmasked. */
json_t *gd_want_json(const struct gd_alloc *want);
GD_MUST_USE enum gd_rc gd_want_from_json(const json_t *object, struct gd_alloc *want, struct gd_error *err);

#endif
