/* A filter evaluated on one allocation in memory: what the search index must agree with. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "filter_i.h"

uint32_t filter_searchable(void)
{
    uint32_t fields = 0;

    _Static_assert(GD_F__COUNT <= 32, "a bit for each field");
    for (int f = 0; f < GD_F__COUNT; f++)
        if ((gd_fields[f].flags & GD_FF_SEARCH) != 0)
            fields |= 1u << f;
    return fields;
}

/* Whether the needle stands at this place of a value. */
static bool stands_at(bool number, const char *at, const struct filter_needle *needle)
{
    for (size_t i = 0; i < needle->len; i++)
        if (filter_next(number, &at) != (unsigned char)needle->text[i])
            return false;
    return true;
}

static bool holds(enum gd_field field, const char *value, const struct filter_needle *needle)
{
    bool number = filter_is_number(field);

    for (const char *at = value; *at != '\0'; at++)
        if (filter_fold((unsigned char)*at) == (unsigned char)needle->text[0] &&
            stands_at(number, at, needle))
            return true;
    return false;
}

static bool found(const struct filter_needle *needle, uint32_t fields, const struct gd_alloc *alloc)
{
    for (int f = 0; f < GD_F__COUNT; f++)
        if ((fields & 1u << f) != 0 && alloc->v[f] != NULL && holds((enum gd_field)f, alloc->v[f], needle))
            return true;
    return false;
}

static bool text_match(const struct filter_term *term, const struct gd_alloc *alloc)
{
    for (size_t r = 0; r < term->n; r++) {
        const struct filter_reading *reading = &term->readings[r];
        size_t i = 0;

        while (i < reading->n && found(&reading->needles[i], term->fields, alloc))
            i++;
        if (i == reading->n)
            return true;
    }
    return false;
}

bool filter_term_match(const struct filter_term *term, const struct gd_alloc *alloc, int64_t now)
{
    switch (term->what) {
    case FILTER_TEXT:
        return text_match(term, alloc);
    case FILTER_STATE:
        return (term->set >> gd_alloc_state(alloc, now) & 1) != 0;
    case FILTER_KIND:
        return (term->set >> alloc->kind & 1) != 0;
    case FILTER_ENDS:
        return alloc->ends_at != 0 &&
               (term->after ? alloc->ends_at > term->when : alloc->ends_at < term->when);
    case FILTER_READ: /* one that was never read was read before any moment */
        return term->after ? alloc->read_at != 0 && alloc->read_at > term->when : alloc->read_at < term->when;
    case FILTER_CHANGED:
        return alloc->changed_op != 0;
    }
    return false;
}

bool gd_filter_match(const struct gd_filter *filter, const struct gd_alloc *alloc)
{
    for (size_t i = 0; i < filter->n; i++)
        if (filter_term_match(&filter->terms[i], alloc, filter->now) == filter->terms[i].exclude)
            return false;
    return true;
}

bool gd_filter_all(const struct gd_filter *filter)
{
    return filter->n == 0;
}
