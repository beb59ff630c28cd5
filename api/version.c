/* The version of greendesk, as configure knows it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "version.h"

const char *gd_version(void)
{
    return PACKAGE_VERSION;
}
