/* Roles and the rights that they hold: one row each. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#define RIGHT(right) (1u << (right))
#define READS (RIGHT(GD_MAY_READ) | RIGHT(GD_MAY_STAGE))

static const struct role_row {
    const char *name;
    unsigned rights;
} roles[] = {
    [GD_ROLE_SUPPORT] = {"support", READS},
    [GD_ROLE_ACCOUNT] = {"account", READS | RIGHT(GD_MAY_CREATE) | RIGHT(GD_MAY_UPDATE) | RIGHT(GD_MAY_VN) |
                                        RIGHT(GD_MAY_SETTINGS)},
    [GD_ROLE_ON_CALL] = {"on-call", READS | RIGHT(GD_MAY_UPDATE) | RIGHT(GD_MAY_DEALLOCATE)},
    [GD_ROLE_ADMIN] = {"admin", ~0u},
};

static const char *const right_names[] = {
    [GD_MAY_READ] = "read",
    [GD_MAY_STAGE] = "stage changes",
    [GD_MAY_CREATE] = "create",
    [GD_MAY_UPDATE] = "update",
    [GD_MAY_VN] = "change VNs",
    [GD_MAY_SETTINGS] = "change settings",
    [GD_MAY_DEALLOCATE] = "deallocate",
};

const char *gd_role_name(enum gd_role role)
{
    return roles[role].name;
}

bool gd_role_may(enum gd_role role, enum gd_right right)
{
    return (roles[role].rights & RIGHT(right)) != 0;
}

enum gd_rc gd_role_check(const struct gd_profile *profile, enum gd_right right, struct gd_error *err)
{
    if (gd_role_may(profile->role, right))
        return GD_OK;
    return gd_fail(err, GD_REFUSED, "use a profile whose role may, or ask someone who has one",
                   "role %s (profile %s) may not %s", gd_role_name(profile->role), profile->name,
                   right_names[right]);
}
