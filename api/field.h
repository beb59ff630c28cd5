/* The fields of an allocation: one row each in fields.def, read by decoding, encoding, forms, columns,
 * filters, CSV, validation and redaction. Every value is text inside the program: lists joined by commas,
 * numbers E.164, booleans true or false, durations seconds. NULL is absent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_FIELD_H
#define GD_FIELD_H

#include <stdbool.h>
#include <stdint.h>

enum gd_kind { GD_GREENPIN, GD_GREENVN };
enum gd_dialect { GD_PARTY, GD_FLAT, GD_AUTO };

/* Kind and dialect together: the four shapes an allocation has on the wire. */
enum gd_shape { GD_PIN_PARTY, GD_PIN_FLAT, GD_VN_PARTY, GD_VN_FLAT, GD_SHAPE__COUNT };

enum gd_field {
#define FIELD(id, ...) GD_F_##id,
#include "fields.def"
#undef FIELD
    GD_F__COUNT
};

enum gd_type {
    GD_T_TEXT,
    GD_T_NUMBERS, /* list of E.164 numbers of people: masked */
    GD_T_VNS,     /* list of E.164 virtual numbers */
    GD_T_PIN,     /* 1 to 9 digits, leading zeros kept; for GreenVN a list of them: masked */
    GD_T_INT,
    GD_T_BOOL,
    GD_T_CHOICE,
    GD_T_DURATION /* seconds */
};

/* Bits for the shapes that can carry a field in a request. */
#define GD_IN(shape) (1u << (shape))
#define GD_IN_PIN (GD_IN(GD_PIN_PARTY) | GD_IN(GD_PIN_FLAT))
#define GD_IN_VN (GD_IN(GD_VN_PARTY) | GD_IN(GD_VN_FLAT))
#define GD_IN_PARTY (GD_IN(GD_PIN_PARTY) | GD_IN(GD_VN_PARTY))
#define GD_IN_FLAT (GD_IN(GD_PIN_FLAT) | GD_IN(GD_VN_FLAT))
#define GD_IN_ALL (GD_IN_PIN | GD_IN_VN)

enum gd_field_flags {
    GD_FF_LIST = 1 << 0,   /* several values, joined by commas */
    GD_FF_SECRET = 1 << 1, /* a PIN: never shown, logged or exported unless revealed */
    GD_FF_PERSON = 1 << 2, /* a person's number: masked unless revealed */
    GD_FF_SEARCH = 1 << 3, /* bare words of a filter look here */
    GD_FF_NULLS = 1 << 4,  /* a list that can hold null on the wire */
    GD_FF_AS_TEXT = 1 << 5 /* a boolean that is the text "true" or "false" on the wire */
};

struct gd_field_row {
    const char *key;    /* what people type: a.numbers */
    const char *column; /* in the ledger: a_numbers */
    enum gd_type type;
    unsigned flags;
    const char
        *send[GD_SHAPE__COUNT];  /* JSON path in requests (parts joined by "."); NULL: that shape has none */
    const char *send_vn;         /* path in the party dialect's PUT …/vn where it differs from send */
    const char *read;            /* JSON paths accepted in answers and events, joined by "|" */
    unsigned create, update, vn; /* shapes whose POST, PUT, and PUT …/vn can carry it */
    int64_t min, max;            /* of an integer, of a text's length in characters, or of a list's count */
    const char *choices;         /* of GD_T_CHOICE and others: "oneway|twoway" */
    const char *label;           /* in forms and columns */
    const char *takes;           /* what it takes, said while it is being typed */
    const char *help;            /* one or two sentences: what it does */
};

extern const struct gd_field_row gd_fields[GD_F__COUNT];

/* The field with this key (exact), or GD_F__COUNT. */
enum gd_field gd_field_find(const char *key);

/* "greenpin" and "greenvn"; "party", "flat", "auto". The reverse returns false where the text is none of
 * them. */
const char *gd_kind_name(enum gd_kind kind);
bool gd_kind_parse(const char *text, enum gd_kind *out);
const char *gd_dialect_name(enum gd_dialect dialect);
bool gd_dialect_parse(const char *text, enum gd_dialect *out);

/* dialect is GD_PARTY or GD_FLAT. */
enum gd_shape gd_shape_of(enum gd_kind kind, enum gd_dialect dialect);

#endif
