/* The version of greendesk. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_VERSION_H
#define GD_VERSION_H

/* The version as "0.1.0"; static, never NULL. */
const char *gd_version(void);

#endif
