/* The version is the one that configure was given, in the form number.number.number. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/version.h"

#include <stdio.h>

#include "tap.h"

int main(void)
{
    int major = -1, minor = -1, patch = -1;
    char end = 0;

    is_str(gd_version(), PACKAGE_VERSION, "the library and configure agree");
    is_int(sscanf(gd_version(), "%d.%d.%d%c", &major, &minor, &patch, &end), 3, "three numbers alone");
    ok(major >= 0 && minor >= 0 && patch >= 0, "none is negative");
    return done_testing();
}
