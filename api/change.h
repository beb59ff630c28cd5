/* What reading and resolving a change share: lists of numbers and PINs, joined by commas. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CHANGE_H
#define GD_CHANGE_H

#include "alloc.h"
#include "buf.h"

/* Bytes of one value at the most. */
#define GD_VALUE_MAX (64 * 1024)

/* Appends an item to a list, unless it stands there already. */
void gd_list_add(struct gd_buf *list, const char *item, size_t len);

/* Appends the items of a list; those that stand in without (can be NULL) are left out. */
void gd_list_add_all(struct gd_buf *list, const char *items, const char *without);

/* GD_INPUT, with the field's name, where the list holds more than can stand there. */
GD_MUST_USE enum gd_rc gd_list_check(enum gd_field field, const char *list, struct gd_error *err);

#endif
