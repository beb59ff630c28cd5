/* Between config.c and profile.c: the keys of a profile, one row each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_PROFILE_KEYS_H
#define GD_PROFILE_KEYS_H

#include "buf.h"
#include "profile.h"

/* Overwrites the object with the defaults. */
void gd_profile_defaults(struct gd_profile *profile);

/* Frees the texts; the token is wiped. */
void gd_profile_clear(struct gd_profile *profile);

/* Reads one key's value; GD_INPUT names key, fault and what it takes. */
GD_MUST_USE enum gd_rc gd_profile_set(struct gd_profile *profile, const char *key, const char *value,
                                      struct gd_error *err);

/* Takes GREENDESK_KEY of the environment for each key, then checks that nothing needed is missing. */
GD_MUST_USE enum gd_rc gd_profile_complete(struct gd_profile *profile, struct gd_error *err);

#endif
