/* A change that a person asks for: read from KEY=VALUE, then resolved against what is known. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "alloc.h"
#include "buf.h"
#include "change.h"
#include "duration.h"
#include "mem.h"
#include "near.h"
#include "number.h"
#include "text.h"
#include "when.h"

#define PIN_DIGITS 9

void gd_change_clear(struct gd_change *change)
{
    for (int i = 0; i < GD_F__COUNT; i++)
        gd_wipe_free(&change->v[i]);
    *change = (struct gd_change){0};
}

bool gd_change_empty(const struct gd_change *change)
{
    for (int i = 0; i < GD_F__COUNT; i++)
        if (change->how[i] != GD_HOW_NONE)
            return false;
    return true;
}

/* ---- lists ---- */

void gd_list_add(struct gd_buf *list, const char *item, size_t len)
{
    if (gd_list_has(list->data, item, len))
        return;
    if (list->len > 0)
        gd_buf_addc(list, ',');
    gd_buf_add(list, item, len);
}

void gd_list_add_all(struct gd_buf *list, const char *items, const char *without)
{
    const char *item;
    size_t len;

    while ((item = gd_list_next(&items, &len)) != NULL)
        if (!gd_list_has(without, item, len))
            gd_list_add(list, item, len);
}

enum gd_rc gd_list_check(enum gd_field field, const char *list, struct gd_error *err)
{
    const struct gd_field_row *row = &gd_fields[field];
    size_t n;

    if ((row->type != GD_T_NUMBERS && row->type != GD_T_VNS) || row->max == 0)
        return GD_OK;
    n = gd_list_count(list);
    if (n <= (size_t)row->max)
        return GD_OK;
    return gd_fail(err, GD_INPUT, row->takes, "%s would hold %zu numbers, at most %lld can stand there",
                   row->key, n, (long long)row->max);
}

/* ---- one value, by its type ---- */

/* Whether several values can stand in the field, at least for one kind of allocation. */
static bool is_list(const struct gd_field_row *row)
{
    return (row->flags & GD_FF_LIST) != 0 || row->type == GD_T_PIN;
}

/* Appends the next item of what was typed, without blanks around it; NULL where there is none. */
static const char *next_item(const char **at, size_t *len)
{
    static const char ends[] = ",;\n";
    static const char blanks[] = " \t\r";

    while (**at != '\0') {
        const char *item = *at;

        *len = strcspn(item, ends);
        *at = item + *len + (item[*len] != '\0');
        while (*len > 0 && strchr(blanks, *item) != NULL) {
            item++;
            --*len;
        }
        while (*len > 0 && strchr(blanks, item[*len - 1]) != NULL)
            --*len;
        if (*len > 0)
            return item;
    }
    return NULL;
}

static enum gd_rc bad_value(const struct gd_field_row *row, struct gd_error *err, const char *fault)
{
    return gd_fail(err, GD_INPUT, row->takes, "%s %s", row->key, fault);
}

static enum gd_rc read_numbers(const struct gd_field_row *row, const char *text, const struct gd_place *place,
                               struct gd_change *change, struct gd_buf *out, struct gd_error *err)
{
    char item[128], number[GD_NUMBER_MAX];
    bool completed;
    struct gd_error why = {0};
    const char *at;
    size_t len;

    while ((at = next_item(&text, &len)) != NULL) {
        if (len >= sizeof item)
            return bad_value(row, err, "holds what is too long for a phone number");
        memcpy(item, at, len);
        item[len] = '\0';
        if (gd_number_parse(item, place->country, number, &completed, &why) != GD_OK) {
            change->elsewhere = gd_number_anywhere(item);
            return gd_fail(err, GD_INPUT, why.advice, "%s: %s", row->key, why.what);
        }
        change->placed = change->placed || completed;
        gd_list_add(out, number, strlen(number));
    }
    return GD_OK;
}

static enum gd_rc read_pins(const struct gd_field_row *row, const char *text, struct gd_buf *out,
                            struct gd_error *err)
{
    const char *at;
    size_t len;

    while ((at = next_item(&text, &len)) != NULL) {
        if (len > PIN_DIGITS || strspn(at, "0123456789") < len)
            return bad_value(row, err, "holds what is no PIN: a PIN has 1 to 9 digits and nothing else");
        gd_list_add(out, at, len);
    }
    return out->len > 0 ? GD_OK : bad_value(row, err, "needs at least one PIN: a PIN cannot be taken away");
}

static enum gd_rc read_int(const struct gd_field_row *row, const char *text, struct gd_buf *out,
                           struct gd_error *err)
{
    int64_t value = 0;
    char fault[80];

    for (const char *at = text; *at >= '0' && *at <= '9' && value <= row->max; at++)
        value = value * 10 + (*at - '0');
    if (*text == '\0' || strspn(text, "0123456789") < strlen(text) || value < row->min || value > row->max) {
        snprintf(fault, sizeof fault, "takes a whole number from %lld to %lld", (long long)row->min,
                 (long long)row->max);
        return bad_value(row, err, fault);
    }
    gd_buf_addf(out, "%lld", (long long)value);
    return GD_OK;
}

static enum gd_rc read_bool(const struct gd_field_row *row, const char *text, struct gd_buf *out,
                            struct gd_error *err)
{
    static const char *const words[][2] = {{"false", "true"}, {"no", "yes"}, {"off", "on"}};

    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        for (int yes = 0; yes < 2; yes++)
            if (strcasecmp(text, words[i][yes]) == 0) {
                gd_buf_adds(out, words[0][yes]);
                return GD_OK;
            }
    return bad_value(row, err, "takes true or false");
}

static enum gd_rc read_choice(const struct gd_field_row *row, const char *text, struct gd_buf *out,
                              struct gd_error *err)
{
    size_t n = strlen(text), len;

    for (const char *at = row->choices; *at != '\0'; at += len + (at[len] == '|')) {
        len = strcspn(at, "|");
        if (len == n && strncasecmp(at, text, n) == 0) {
            gd_buf_add(out, at, len);
            return GD_OK;
        }
    }
    return gd_fail(err, GD_INPUT, row->takes, "%s cannot be '%.40s'", row->key, text);
}

static enum gd_rc read_text(const struct gd_field_row *row, const char *text, struct gd_buf *out,
                            struct gd_error *err)
{
    size_t left = strlen(text), step;
    int64_t n = 0;
    int rune;
    char fault[80];

    gd_buf_add(out, text, left);
    for (; left > 0; text += step, left -= step, n++) {
        step = gd_utf8_next(text, left, &rune);
        if (rune < ' ' || (rune >= 0x7f && rune <= 0x9f))
            return bad_value(row, err, rune < 0 ? "is no UTF-8" : "holds a control character");
    }
    if (n >= row->min && (row->max == 0 || n <= row->max))
        return GD_OK;
    snprintf(fault, sizeof fault, "has %lld characters, it takes %lld to %lld", (long long)n,
             (long long)row->min, (long long)row->max);
    return bad_value(row, err, fault);
}

/* Durations stay as typed until the present end is known; only a time gets its zone, which is known now. */
static enum gd_rc read_duration(const struct gd_field_row *row, const char *text,
                                const struct gd_place *place, struct gd_change *change, struct gd_buf *out,
                                struct gd_error *err)
{
    struct gd_error why = {0};
    char when[GD_WHEN_MAX];
    struct gd_span span, elsewhere;

    if (gd_span_parse(text, place->zone_offset, &span, &why) != GD_OK)
        return gd_fail(err, GD_INPUT, why.advice, "%s: %s", row->key, why.what);
    if (span.form != GD_SPAN_UNTIL) {
        gd_buf_adds(out, text);
        return GD_OK;
    }
    if (gd_span_parse(text, place->zone_offset + 3600, &elsewhere, &why) == GD_OK)
        change->placed = change->placed || elsewhere.value != span.value;
    gd_when_rfc3339(span.value, place->zone_offset, when);
    gd_buf_addf(out, "until %s", when);
    return GD_OK;
}

static enum gd_rc read_value(const struct gd_field_row *row, const char *text, const struct gd_place *place,
                             struct gd_change *change, struct gd_buf *out, struct gd_error *err)
{
    switch (row->type) {
    case GD_T_NUMBERS:
    case GD_T_VNS:
        return read_numbers(row, text, place, change, out, err);
    case GD_T_PIN:
        return read_pins(row, text, out, err);
    case GD_T_INT:
        return read_int(row, text, out, err);
    case GD_T_BOOL:
        return read_bool(row, text, out, err);
    case GD_T_CHOICE:
        return read_choice(row, text, out, err);
    case GD_T_DURATION:
        return read_duration(row, text, place, change, out, err);
    case GD_T_TEXT:
        break;
    }
    return read_text(row, text, out, err);
}

/* ---- putting a value into the change ---- */

/* Joins a value with what the change holds of the field already; *how becomes what the two come to. */
static enum gd_rc join(const struct gd_change *change, enum gd_field field, enum gd_how *how,
                       const char *value, struct gd_buf *out, struct gd_error *err)
{
    enum gd_how before = (enum gd_how)change->how[field];

    if (*how == GD_HOW_SET || before == GD_HOW_NONE) {
        gd_buf_adds(out, value);
    } else if (before == GD_HOW_SET) {
        gd_list_add_all(out, change->v[field], *how == GD_HOW_TAKE ? value : NULL);
        if (*how == GD_HOW_ADD)
            gd_list_add_all(out, value, NULL);
        *how = GD_HOW_SET;
    } else if (before == *how) {
        gd_list_add_all(out, change->v[field], NULL);
        gd_list_add_all(out, value, NULL);
    } else {
        return gd_fail(err, GD_INPUT, "give the whole list with =", "%s cannot take += and -= at once",
                       gd_fields[field].key);
    }
    return GD_OK;
}

static enum gd_rc check_writable(enum gd_field field, enum gd_how how, struct gd_error *err)
{
    const struct gd_field_row *row = &gd_fields[field];

    if (field == GD_F_KIND)
        return gd_fail(err, GD_INPUT, "create another one", "the kind of an allocation cannot be changed");
    if ((row->create | row->update | row->vn) == 0)
        return gd_fail(err, GD_INPUT, field == GD_F_STATE ? "to end an allocation, deallocate it" : NULL,
                       "%s is given by the service and cannot be set", row->key);
    if (how != GD_HOW_SET && !is_list(row))
        return gd_fail(err, GD_INPUT, "give the value with =",
                       "%s is no list: nothing can be added to it or taken "
                       "from it",
                       row->key);
    return GD_OK;
}

enum gd_rc gd_change_put(struct gd_change *change, enum gd_field field, enum gd_how how, const char *value,
                         const struct gd_place *place, struct gd_error *err)
{
    const struct gd_field_row *row = &gd_fields[field];
    struct gd_buf text, joined;
    char *kept = NULL;
    enum gd_rc rc;

    gd_buf_init(&text, GD_VALUE_MAX);
    gd_buf_init(&joined, GD_VALUE_MAX);
    rc = check_writable(field, how, err);
    if (rc == GD_OK)
        rc = read_value(row, value, place, change, &text, err);
    if (rc == GD_OK)
        rc = gd_buf_check(&text, row->key, err);
    if (rc == GD_OK)
        rc = join(change, field, &how, text.data, &joined, err);
    if (rc == GD_OK)
        rc = gd_buf_check(&joined, row->key, err);
    if (rc == GD_OK && how != GD_HOW_TAKE)
        rc = gd_list_check(field, joined.data, err);
    if (rc == GD_OK && (kept = gd_buf_take(&joined)) == NULL)
        rc = gd_fail_memory(err);
    if (rc == GD_OK) {
        gd_wipe_free(&change->v[field]);
        change->v[field] = kept;
        change->how[field] = (unsigned char)how;
    }
    gd_buf_wipe(&text);
    gd_buf_wipe(&joined);
    return rc;
}

static enum gd_rc unknown_key(const char *key, struct gd_error *err)
{
    struct gd_near near = {0};
    char advice[120] = "see help update for the keys";

    for (int i = 0; i < GD_F__COUNT; i++)
        gd_near_offer(&near, key, gd_fields[i].key);
    if (near.best != NULL)
        snprintf(advice, sizeof advice, "did you mean %s?", near.best);
    return gd_fail(err, GD_INPUT, advice, "unknown key '%.60s'", key);
}

enum gd_rc gd_change_parse(struct gd_change *change, const char *assignment, const struct gd_place *place,
                           struct gd_error *err)
{
    const char *equals = strchr(assignment, '=');
    size_t len = equals != NULL ? (size_t)(equals - assignment) : 0;
    enum gd_how how = GD_HOW_SET;
    enum gd_field field;
    char key[64];

    if (len > 0 && assignment[len - 1] == '+')
        how = GD_HOW_ADD;
    else if (len > 0 && assignment[len - 1] == '-')
        how = GD_HOW_TAKE;
    if (how != GD_HOW_SET)
        len--;
    if (equals == NULL || len == 0)
        return gd_fail(err, GD_INPUT, "write it as KEY=VALUE, KEY+=VALUE or KEY-=VALUE",
                       "'%.60s' is no assignment", assignment);
    if (len >= sizeof key)
        len = sizeof key - 1;
    memcpy(key, assignment, len);
    key[len] = '\0';
    field = gd_field_find(key);
    if (field == GD_F__COUNT)
        return unknown_key(key, err);
    return gd_change_put(change, field, how, equals + 1, place, err);
}
