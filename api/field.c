/* The table of fields, and the names of kinds and dialects. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "field.h"

#include <stddef.h>
#include <string.h>

const struct gd_field_row gd_fields[GD_F__COUNT] = {
#define FIELD(id, ...) [GD_F_##id] = {__VA_ARGS__},
#include "fields.def"
#undef FIELD
};

static const char *const kinds[] = {[GD_GREENPIN] = "greenpin", [GD_GREENVN] = "greenvn"};
static const char *const dialects[] = {[GD_PARTY] = "party", [GD_FLAT] = "flat", [GD_AUTO] = "auto"};

enum gd_field gd_field_find(const char *key)
{
    for (int i = 0; i < GD_F__COUNT; i++)
        if (strcmp(gd_fields[i].key, key) == 0)
            return (enum gd_field)i;
    return GD_F__COUNT;
}

/* The place of text among n names, or n. */
static size_t place_of(const char *text, const char *const *names, size_t n)
{
    size_t i = 0;

    while (i < n && (text == NULL || strcmp(text, names[i]) != 0))
        i++;
    return i;
}

const char *gd_kind_name(enum gd_kind kind)
{
    return kinds[kind];
}

bool gd_kind_parse(const char *text, enum gd_kind *out)
{
    size_t i = place_of(text, kinds, sizeof kinds / sizeof *kinds);

    if (i == sizeof kinds / sizeof *kinds)
        return false;
    *out = (enum gd_kind)i;
    return true;
}

const char *gd_dialect_name(enum gd_dialect dialect)
{
    return dialects[dialect];
}

bool gd_dialect_parse(const char *text, enum gd_dialect *out)
{
    size_t i = place_of(text, dialects, sizeof dialects / sizeof *dialects);

    if (i == sizeof dialects / sizeof *dialects)
        return false;
    *out = (enum gd_dialect)i;
    return true;
}

enum gd_shape gd_shape_of(enum gd_kind kind, enum gd_dialect dialect)
{
    if (kind == GD_GREENVN)
        return dialect == GD_FLAT ? GD_VN_FLAT : GD_VN_PARTY;
    return dialect == GD_FLAT ? GD_PIN_FLAT : GD_PIN_PARTY;
}
