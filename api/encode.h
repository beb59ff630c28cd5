/* What checking and writing a request share. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_ENCODE_H
#define GD_ENCODE_H

#include "codec.h"

/* The two halves of a shape. */
enum gd_kind gd_shape_kind(enum gd_shape shape);
enum gd_dialect gd_shape_dialect(enum gd_shape shape);

/* Where the field goes in that request, as a path of keys joined by "."; NULL where it has no place. */
const char *gd_encode_path(const struct gd_field_row *row, enum gd_shape shape, enum gd_request which);

/* Whether the field goes out as one text and not as a list. */
bool gd_encode_single(const struct gd_field_row *row, enum gd_shape shape, enum gd_request which);

#endif
