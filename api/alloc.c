/* The model of an allocation: its texts, its state by the clock, its lists. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "alloc.h"

#include <string.h>

#include "buf.h"
#include "mem.h"
#include "number.h"

static const char *const states[] = {
    [GD_UNKNOWN] = "unknown",
    [GD_ACTIVE] = "active",
    [GD_EXPIRED] = "expired",
    [GD_DEALLOCATED] = "deallocated",
};

void gd_alloc_clear(struct gd_alloc *alloc)
{
    for (int i = 0; i < GD_F__COUNT; i++)
        gd_wipe_free(&alloc->v[i]);
    gd_free(alloc->state_raw);
    gd_free(alloc->ends_raw);
    gd_free(alloc->source);
    gd_wipe_free(&alloc->raw);
    *alloc = (struct gd_alloc){0};
}

/* Puts a copy of text (NULL stays NULL) into *to; false where memory ran out. */
static bool copy_text(char **to, const char *text)
{
    *to = text != NULL ? gd_strdup(text) : NULL;
    return text == NULL || *to != NULL;
}

enum gd_rc gd_alloc_copy(struct gd_alloc *to, const struct gd_alloc *from, struct gd_error *err)
{
    bool good = true;

    *to = *from;
    /* All of them, also after a failure: no pointer of from may stay in the copy. */
    for (int i = 0; i < GD_F__COUNT; i++)
        good &= copy_text(&to->v[i], from->v[i]);
    good &= copy_text(&to->state_raw, from->state_raw);
    good &= copy_text(&to->ends_raw, from->ends_raw);
    good &= copy_text(&to->source, from->source);
    good &= copy_text(&to->raw, from->raw);
    if (good)
        return GD_OK;
    gd_alloc_clear(to);
    return gd_fail_memory(err);
}

enum gd_rc gd_alloc_set(struct gd_alloc *alloc, enum gd_field field, const char *text, struct gd_error *err)
{
    char *copy;

    if (!copy_text(&copy, text))
        return gd_fail_memory(err);
    gd_wipe_free(&alloc->v[field]);
    alloc->v[field] = copy;
    return GD_OK;
}

enum gd_state gd_alloc_state(const struct gd_alloc *alloc, int64_t now)
{
    if (alloc->state == GD_ACTIVE && alloc->ends_at != 0 && alloc->ends_at <= now)
        return GD_EXPIRED;
    return alloc->state;
}

const char *gd_state_name(enum gd_state state)
{
    return states[state];
}

bool gd_state_parse(const char *text, enum gd_state *out)
{
    for (size_t i = 0; text != NULL && i < sizeof states / sizeof *states; i++)
        if (strcmp(text, states[i]) == 0) {
            *out = (enum gd_state)i;
            return true;
        }
    return false;
}

/* ---- lists ---- */

const char *gd_list_next(const char **at, size_t *len)
{
    const char *item = *at;

    if (item == NULL)
        return NULL;
    item += strspn(item, ",");
    *len = strcspn(item, ",");
    *at = item + *len;
    return *len > 0 ? item : NULL;
}

size_t gd_list_count(const char *list)
{
    size_t n = 0, len;

    while (gd_list_next(&list, &len) != NULL)
        n++;
    return n;
}

bool gd_list_has(const char *list, const char *item, size_t len)
{
    const char *other;
    size_t n;

    while ((other = gd_list_next(&list, &n)) != NULL)
        if (n == len && memcmp(other, item, len) == 0)
            return true;
    return false;
}

/* ---- values ---- */

/* Whether two numbers are the same one where an answer may have left out the country: equal, or one without +
 * whose digits end the other. */
static bool same_number(const char *one, size_t n, const char *other, size_t m)
{
    if (n == m && memcmp(one, other, n) == 0)
        return true;
    if (n > m)
        return same_number(other, m, one, n);
    while (n > 0 && *one == '0') {
        one++;
        n--;
    }
    return n >= 7 && *one != '+' && *other == '+' && m - n <= 5 && memcmp(one, other + (m - n), n) == 0;
}

/* Whether each item of one stands in other. */
static bool holds_all(const char *one, const char *other, bool numbers)
{
    const char *item, *at, *there;
    size_t len, n;

    while ((item = gd_list_next(&one, &len)) != NULL) {
        bool found = false;

        for (at = other; !found && (there = gd_list_next(&at, &n)) != NULL;)
            found = numbers ? same_number(item, len, there, n) : n == len && memcmp(item, there, n) == 0;
        if (!found)
            return false;
    }
    return true;
}

bool gd_value_same(enum gd_field field, const char *one, const char *other)
{
    enum gd_type type = gd_fields[field].type;

    if (one == NULL)
        one = "";
    if (other == NULL)
        other = "";
    if (strcmp(one, other) == 0)
        return true;
    if (type != GD_T_NUMBERS && type != GD_T_VNS && type != GD_T_PIN)
        return false;
    return holds_all(one, other, type != GD_T_PIN) && holds_all(other, one, type != GD_T_PIN);
}

void gd_value_show(enum gd_field field, const char *value, bool reveal, struct gd_buf *out)
{
    const struct gd_field_row *row = &gd_fields[field];
    char masked[GD_MASKED_MAX], item[512];
    const char *start = value, *at;
    size_t len;

    if (value == NULL)
        return;
    if (reveal || (row->flags & (GD_FF_SECRET | GD_FF_PERSON)) == 0) {
        gd_buf_adds(out, value);
        return;
    }
    while ((at = gd_list_next(&value, &len)) != NULL) {
        if (at > start + strspn(start, ","))
            gd_buf_addc(out, ',');
        if (len >= sizeof item) { /* no number: its end alone is shown */
            at += len - (sizeof item - 1);
            len = sizeof item - 1;
        }
        memcpy(item, at, len);
        item[len] = '\0';
        if ((row->flags & GD_FF_SECRET) != 0)
            gd_pin_mask(item, masked);
        else
            gd_number_mask(item, masked);
        gd_buf_adds(out, masked);
        gd_wipe(item, len);
    }
}
