/* Profiles: the configuration file, the environment and explicit options made one. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_PROFILE_H
#define GD_PROFILE_H

#include "field.h"
#include "error.h"

#include <stddef.h>
#include <stdint.h>

enum gd_role { GD_ROLE_SUPPORT, GD_ROLE_ACCOUNT, GD_ROLE_ON_CALL, GD_ROLE_ADMIN };

/* Owns its texts; NULL or 0 where unset unless a default is named. */
struct gd_profile {
    char *name, *base_url, *tenant, *account_sid;
    char *token_command, *token_file;
    char *token; /* secret; from the file, GREENDESK_TOKEN, or filled by gd_profile_token */
    enum gd_dialect dialect;
    enum gd_role role;            /* support where unset */
    bool protect, reveal;         /* false, true */
    int concurrency, bulk_chunk;  /* 8, 100 */
    int connect_timeout, timeout; /* seconds: 5, 30 */
    int64_t unit_price;           /* thousandths of the currency's unit; 0 unset */
    char currency[8];
    int64_t max_rows, max_cost; /* 0: no brake; the cost in thousandths */
    int pause_at;                     /* percent, 20 */
    char *protected; /* a filter; NULL none */
    char *ledger; /* a path, /greendesk/ledger.db where unset */
    int64_t keep; /* seconds, 0 for ever */
    char *ca_file, *client_cert, *proxy;
};

/* The whole configuration file. */
struct gd_config {
    char *path;
    char *default_profile, *theme;
    struct gd_profile *profiles;
    size_t n_profiles;
    struct gd_pair {
        char *section, *key,
            *value; /* rows of [keys], [theme.roles], [columns] and other sections of the console */
        int line;
    } * pairs;
    size_t n_pairs;
};

/* Reads the file (NULL: /greendesk/config.ini; its absence is an empty configuration, that of an explicit
 * path an error). Unknown keys and bad values are GD_INPUT with file and line; a file that holds a token and
 * can be read by others is refused. */
GD_MUST_USE enum gd_rc gd_config_load(const char *path, struct gd_config **out, struct gd_error *err);
void gd_config_free(struct gd_config **config);

/* The profile by name (NULL: GREENDESK_PROFILE, else default_profile, else the only one), completed with the
 * environment and checked (base_url acceptable, tenant and account_sid there). Owned by the config. GD_INPUT
 * says what is missing and how to add it. */
GD_MUST_USE enum gd_rc gd_config_profile(struct gd_config *config, const char *name, struct gd_profile **out,
                                         struct gd_error *err);

/* Adds a profile of the given texts to the config (the demo's). */
GD_MUST_USE enum gd_rc gd_config_add(struct gd_config *config, const char *name, const char *base_url,
                                     const char *tenant, const char *account_sid, struct gd_profile **out,
                                     struct gd_error *err);

/* Fetches the token when it is first needed: GREENDESK_TOKEN, token, token_file, token_command (run by sh, 30
 * s at most). */
GD_MUST_USE enum gd_rc gd_profile_token(struct gd_profile *profile, struct gd_error *err);

const char *gd_role_name(enum gd_role role);

/* The rights that roles gate; one row per role in profile.c. */
enum gd_right {
    GD_MAY_READ,  /* get, list, why, refresh, import, export, forget */
    GD_MAY_STAGE, /* stage, save changesets */
    GD_MAY_CREATE,
    GD_MAY_UPDATE, /* update, apply of updates, vn is its own */
    GD_MAY_VN,
    GD_MAY_SETTINGS,
    GD_MAY_DEALLOCATE
};
bool gd_role_may(enum gd_role role, enum gd_right right);

/* GD_REFUSED with the words "role support may not update; …" unless the role may. */
GD_MUST_USE enum gd_rc gd_role_check(const struct gd_profile *profile, enum gd_right right,
                                     struct gd_error *err);

#endif
