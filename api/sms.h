/* sms_config: JSON inside the text of a setting, what A and B get by SMS; and how long a message is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SMS_H
#define GD_SMS_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

enum gd_sms_field {
#define SMS_FIELD(id, ...) GD_SMS_##id,
#include "sms.def"
#undef SMS_FIELD
    GD_SMS__COUNT
};

struct gd_sms_row {
    const char *key, *label, *choices, *takes, *help;
};
extern const struct gd_sms_row gd_sms_rows[GD_SMS__COUNT];

enum gd_sms_party { GD_SMS_A, GD_SMS_B, GD_SMS_PARTIES };

/* Zero-initialised it is an empty one. Owns all. */
struct gd_sms {
    json_t *raw;                            /* as it was read: what no field knows is kept in it */
    char *v[GD_SMS_PARTIES][GD_SMS__COUNT]; /* texts; a list joined by commas; NULL absent */
};

/* Reads the setting's text ("" is an empty one). GD_INPUT where it is no JSON object of objects; sms is left
 * empty then. */
GD_MUST_USE enum gd_rc gd_sms_read(const char *text, struct gd_sms *sms, struct gd_error *err);
void gd_sms_clear(struct gd_sms *sms);

/* Sets a member to a copy of text (NULL or "": taken out). GD_INPUT where the text is not what it takes. */
GD_MUST_USE enum gd_rc gd_sms_set(struct gd_sms *sms, enum gd_sms_party party, enum gd_sms_field field,
                                  const char *text, struct gd_error *err);

/* Appends the setting's text: members that changed, laid over what was read. */
GD_MUST_USE enum gd_rc gd_sms_write(const struct gd_sms *sms, struct gd_buf *out, struct gd_error *err);

/* What deserves a word: enabled without text, sender, template or entity; "" nothing. */
void gd_sms_warn(const struct gd_sms *sms, char *out, size_t room);

/* How a message is cut. */
struct gd_sms_size {
    int units;    /* GSM septets or UTF-16 units */
    int segments; /* 0 of an empty text */
    int left;     /* units that the last segment still takes */
    bool unicode; /* some character is beyond GSM 03.38 */
};
struct gd_sms_size gd_sms_measure(const char *text);

#endif
