/* The settings of a tenant: one row each in settings.def, read by decoding, encoding, validation, forms and
 * help. Every value is text inside the program; NULL is not reported, which is not the same as unset. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SETTING_H
#define GD_SETTING_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "buf.h"

enum gd_setting {
#define SETTING(id, ...) GD_S_##id,
#include "settings.def"
#undef SETTING
    GD_S__COUNT
};

enum gd_setting_type {
    GD_ST_TEXT,
    GD_ST_BOOL,     /* the text true or false on the wire */
    GD_ST_INT,      /* an integer on the wire */
    GD_ST_CHOICE,   /* one of choices */
    GD_ST_DURATION, /* <n>d, h, m or s, or -1 */
    GD_ST_COUNTRY,  /* ISO 3166-1 alpha-2 */
    GD_ST_REGION,   /* text in requests, text or a list in answers: a list is joined by commas */
    GD_ST_URL,
    GD_ST_HEADERS, /* JSON inside text */
    GD_ST_SMS      /* the same */
};

struct gd_setting_row {
    const char *section, *key; /* key alone is unambiguous too */
    enum gd_setting_type type;
    const char *def;     /* the published default; NULL none */
    const char *choices; /* "IST|UTC"; of a region those that are known; NULL none */
    int64_t min, max; /* of an integer, of a text's length in characters; max of a duration in seconds; max 0:
                         no bounds */
    const char *unit; /* what an integer counts: s, digits; NULL none */
    const char *label;   /* in forms and lists */
    const char *takes;   /* what it takes, said while it is being typed */
    const char *help;    /* what it does and what depends on it */
    const char *example; /* a value */
};

extern const struct gd_setting_row gd_setting_rows[GD_S__COUNT];

/* The eight callbacks: endpoint, and behind it in enum gd_setting its method and its headers. */
enum gd_callback {
#define CALLBACK(id, ...) GD_CB_##id,
#include "settings.def"
#undef CALLBACK
    GD_CB__COUNT
};
struct gd_callback_row {
    enum gd_setting endpoint;
    const char *section, *label, *when;
};
extern const struct gd_callback_row gd_callback_rows[GD_CB__COUNT];

/* The callback that a setting belongs to, or GD_CB__COUNT. */
enum gd_callback gd_setting_callback(enum gd_setting id);

/* "common.country" or the key alone, exact; GD_S__COUNT where there is none. gd_setting_name gives the first
 * form. */
enum gd_setting gd_setting_find(const char *name);
#define GD_SETTING_NAME_MAX 80
const char *gd_setting_name(enum gd_setting id, char out[GD_SETTING_NAME_MAX]);

/* The same, or GD_INPUT that names the nearest one. */
GD_MUST_USE enum gd_rc gd_setting_of(const char *name, enum gd_setting *out, struct gd_error *err);

/* Reads what a person typed (yes, 2h30m, india, application/json, …) into the value as it is kept: out is
 * appended to. GD_INPUT says what is wrong with it and what it takes. warning (can be NULL) is set to words,
 * "" none, where it is allowed with care. */
GD_MUST_USE enum gd_rc gd_setting_parse(enum gd_setting id, const char *text, struct gd_buf *out,
                                        char warning[200], struct gd_error *err);

/* Whether two values mean the same (170d and 4080h; JSON without regard to blanks and order). NULL only
 * equals NULL. */
bool gd_setting_same(enum gd_setting id, const char *one, const char *other);

/* Whether it is known to differ from the published default. */
bool gd_setting_differs(enum gd_setting id, const char *value);

/* Appends a value for people: names beside codes, units, "no end", the content type of headers; NULL is "not
 * reported". Raw text, to be escaped by whoever shows it. */
void gd_setting_show(enum gd_setting id, const char *value, struct gd_buf *out);

/* A value with the type that the wire has for it; NULL is null. NULL where memory ran out. */
json_t *gd_setting_json(enum gd_setting id, const char *value);

/* The name of a region, NULL where the code is not known. gd_region_at walks them from 0: NULL ends. */
const char *gd_region_name(const char *code);
const char *gd_region_at(size_t i, const char **name);

/* ---- all of them ---- */

/* Zero-initialised: nothing reported. Owns its texts. */
struct gd_settings {
    char *v[GD_S__COUNT];
    int64_t at[GD_S__COUNT]; /* when v was last reported, seconds; 0 never */
    bool old[GD_S__COUNT];   /* the last reading left it out: v is from an earlier one */
    json_t *other;           /* {section: {key: value}} that no row knows, as it came; NULL none */
};

void gd_settings_clear(struct gd_settings *settings);
GD_MUST_USE enum gd_rc gd_settings_copy(struct gd_settings *to, const struct gd_settings *from,
                                        struct gd_error *err);
/* Sets one to a copy of value (NULL: not reported). */
GD_MUST_USE enum gd_rc gd_settings_set(struct gd_settings *settings, enum gd_setting id, const char *value,
                                       struct gd_error *err);
bool gd_settings_empty(const struct gd_settings *settings);

/* Takes the sections of an answer or a file: what it holds replaces what is there (at = when), what it leaves
 * out or holds as null stays. Integers as text, texts as booleans, regions as lists and JSON not yet text are
 * accepted; other is replaced. Never fails for content. */
GD_MUST_USE enum gd_rc gd_settings_take(struct gd_settings *settings, const json_t *sections, int64_t when,
                                        struct gd_error *err);

/* Those that are reported as {section: {key: value}} with the types of the wire; with_nulls: all, unreported
 * ones as null; with_other: what no row knows too. NULL where memory ran out. */
json_t *gd_settings_json(const struct gd_settings *settings, bool with_nulls, bool with_other);

/* Reads KEY=VALUE into change (v holds what is wanted). GD_INPUT. warning as in gd_setting_parse. */
GD_MUST_USE enum gd_rc gd_settings_assign(struct gd_settings *change, const char *assignment,
                                          char warning[200], struct gd_error *err);

/* Reads a file's sections into change: unknown keys and bad values are GD_INPUT, by name; null is left out.
 */
GD_MUST_USE enum gd_rc gd_settings_template(struct gd_settings *change, const json_t *sections,
                                            struct gd_error *err);

/* Drops from change what the server has so already. */
void gd_settings_reduce(struct gd_settings *change, const struct gd_settings *known);

/* Checks the change before it is sent: a callback whose three are not all known is GD_INPUT, by name. */
GD_MUST_USE enum gd_rc gd_settings_check(const struct gd_settings *change, const struct gd_settings *known,
                                         struct gd_error *err);

/* The body to send: the changed keys, and the rest of a changed callback's three from known. Checks as above.
 * The caller decrefs. */
GD_MUST_USE enum gd_rc gd_settings_body(const struct gd_settings *change, const struct gd_settings *known,
                                        json_t **out, struct gd_error *err);

/* Rules across keys, of known with the change laid over it: fn is called for each that deserves a word.
 * longest is the longest time in seconds that an allocation known here has left, 0 unknown. Only rules that a
 * changed key touches are told; change NULL: all. */
typedef void gd_settings_rule_fn(void *arg, enum gd_setting id, const char *words);
void gd_settings_rules(const struct gd_settings *known, const struct gd_settings *change, int64_t longest,
                       gd_settings_rule_fn *fn, void *arg);

#endif
