/* Small helpers around jansson: texts that may be no UTF-8, paths, and objects built without leaks. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_JSON_H
#define GD_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "buf.h"

/* A JSON text; bytes that are no UTF-8 become U+FFFD. NULL where memory ran out. */
json_t *gd_json_text(const char *text);

/* The same of len bytes; a NUL among them becomes U+FFFD too. */
json_t *gd_json_textn(const char *text, size_t len);

/* gd_json_text, or null where text is NULL. */
json_t *gd_json_text_or_null(const char *text);

/* The value at a path of keys joined by "." (len bytes of it), borrowed; NULL where there is none. */
json_t *gd_json_at(const json_t *object, const char *path, size_t len);

/* Puts a value under the key and takes it; false where the value is NULL or memory ran out. */
bool gd_json_put(json_t *object, const char *key, json_t *value);

/* The same at a path of keys joined by "."; objects on the way are made. */
bool gd_json_put_at(json_t *object, const char *path, json_t *value);

/* Appends the value without blanks; the buffer fails where memory ran out. */
void gd_json_write(const json_t *value, struct gd_buf *out);

#endif
