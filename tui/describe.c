/* Words for allocations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "describe.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/duration.h"
#include "../api/when.h"

enum {
    SOON = 15 * 60, /* seconds: an end as near as this is marked */
    LABEL_W = 7,
    PARTY_X = 3,
    BESIDE_W = 64 /* from here A and B stand beside each other */
};

const struct column_row column_rows[COLUMN__COUNT] = {
#define COLUMN(id, ...) [COLUMN_##id] = {__VA_ARGS__},
#include "columns.def"
#undef COLUMN
};

void describe_span(int64_t seconds, char *out, size_t room)
{
    char text[32];
    size_t n = 0;

    gd_duration_text(seconds, text, sizeof text);
    for (const char *at = text; *at && n + 3 < room; at++) {
        bool unit = *at >= 'a' && *at <= 'z';

        if (unit)
            out[n++] = ' ';
        out[n++] = *at;
        if (unit && at[1])
            out[n++] = ' ';
    }
    out[n] = '\0';
}

void describe_count(int64_t n, char *out, size_t room)
{
    char digits[24];
    size_t len, at = 0;

    snprintf(digits, sizeof digits, "%" PRId64, n);
    len = strlen(digits);
    for (size_t i = 0; i < len && at + 2 < room; i++) {
        if (i > 0 && (len - i) % 3 == 0 && digits[i - 1] != '-')
            out[at++] = ',';
        out[at++] = digits[i];
    }
    out[at] = '\0';
}

static bool never_read(const struct gd_alloc *alloc)
{
    return alloc->read_at == 0;
}

/* ---- cells ---- */

/* The first of a list, and how many more there are. */
static void add_first(enum gd_field field, const char *list, const struct view *view, struct gd_buf *out)
{
    const char *at = list, *item;
    size_t len, more;
    char first[64];

    if (!list || !(item = gd_list_next(&at, &len)))
        return;
    snprintf(first, sizeof first, "%.*s", (int)len, item);
    gd_value_show(field, first, view->reveal, out);
    more = gd_list_count(list) - 1;
    if (more > 0)
        gd_buf_addf(out, " +%zu", more);
}

static const char *vns(const struct gd_alloc *alloc)
{
    return alloc->v[GD_F_A_VNS] ? alloc->v[GD_F_A_VNS] : alloc->v[GD_F_B_VNS];
}

static const char *order(const struct gd_alloc *alloc)
{
    return alloc->v[GD_F_TRANSACTION_ID] ? alloc->v[GD_F_TRANSACTION_ID] : alloc->v[GD_F_CUSTOM_FIELD];
}

static void add_ends(const struct gd_alloc *alloc, const struct view *view, struct gd_buf *out)
{
    char text[32];

    if (alloc->ends_at == 0) {
        gd_buf_adds(out, alloc->ends_raw ? alloc->ends_raw : "–");
        return;
    }
    if (gd_alloc_state(alloc, view->now) != GD_ACTIVE) {
        gd_buf_adds(out, "–");
        return;
    }
    gd_duration_text(alloc->ends_at - view->now, text, sizeof text);
    gd_buf_adds(out, text);
}

static void add_state(const struct gd_alloc *alloc, const struct view *view, struct gd_buf *out)
{
    enum gd_state state = gd_alloc_state(alloc, view->now);

    if (never_read(alloc) && state == GD_UNKNOWN)
        gd_buf_adds(out, "not read");
    else if (state == GD_UNKNOWN && alloc->state_raw)
        gd_buf_adds(out, alloc->state_raw);
    else
        gd_buf_adds(out, gd_state_name(state));
}

static void add_read(const struct gd_alloc *alloc, const struct view *view, struct gd_buf *out)
{
    char text[32];

    if (never_read(alloc)) {
        gd_buf_adds(out, "never");
        return;
    }
    gd_duration_text(view->now > alloc->read_at ? view->now - alloc->read_at : 0, text, sizeof text);
    gd_buf_adds(out, text);
}

void describe_cell(enum column column, const struct gd_alloc *alloc, const struct view *view,
                   struct gd_buf *out)
{
    switch (column) {
    case COLUMN_ID:
        gd_buf_adds(out, alloc->v[GD_F_ID] ? alloc->v[GD_F_ID] : "");
        break;
    case COLUMN_ORDER:
        gd_buf_adds(out, order(alloc) ? order(alloc) : "");
        break;
    case COLUMN_A:
        if (!alloc->v[GD_F_A_NUMBERS] && !never_read(alloc))
            gd_buf_adds(out, "anybody");
        add_first(GD_F_A_NUMBERS, alloc->v[GD_F_A_NUMBERS], view, out);
        break;
    case COLUMN_B:
        add_first(GD_F_B_NUMBERS, alloc->v[GD_F_B_NUMBERS], view, out);
        break;
    case COLUMN_VN:
        add_first(GD_F_A_VNS, vns(alloc), view, out);
        break;
    case COLUMN_ENDS:
        add_ends(alloc, view, out);
        break;
    case COLUMN_STATE:
        add_state(alloc, view, out);
        break;
    case COLUMN_USAGE:
        gd_buf_adds(out, alloc->v[GD_F_USAGE] ? alloc->v[GD_F_USAGE] : "");
        break;
    case COLUMN_READ:
        add_read(alloc, view, out);
        break;
    case COLUMN__COUNT:
        break;
    }
}

static enum role state_role(const struct gd_alloc *alloc, int64_t now)
{
    switch (gd_alloc_state(alloc, now)) {
    case GD_ACTIVE:
        return ROLE_ACTIVE;
    case GD_EXPIRED:
        return ROLE_EXPIRED;
    case GD_DEALLOCATED:
        return ROLE_GONE;
    case GD_UNKNOWN:
        break;
    }
    return ROLE_UNSURE;
}

static bool ends_soon(const struct gd_alloc *alloc, int64_t now)
{
    return alloc->ends_at && gd_alloc_state(alloc, now) == GD_ACTIVE && alloc->ends_at - now < SOON;
}

enum role describe_cell_role(enum column column, const struct gd_alloc *alloc, const struct view *view)
{
    enum gd_state state = gd_alloc_state(alloc, view->now);

    if (column == COLUMN_STATE)
        return state_role(alloc, view->now);
    if (column == COLUMN_ENDS && ends_soon(alloc, view->now))
        return ROLE_SOON;
    if (state == GD_EXPIRED || state == GD_DEALLOCATED)
        return state == GD_EXPIRED ? ROLE_EXPIRED : ROLE_DIM;
    switch (column) {
    case COLUMN_ID:
        return ROLE_ID;
    case COLUMN_A:
        return alloc->v[GD_F_A_NUMBERS] ? (view->reveal ? ROLE_REVEALED : ROLE_NUMBER) : ROLE_DIM;
    case COLUMN_B:
        return view->reveal ? ROLE_REVEALED : ROLE_NUMBER;
    case COLUMN_VN:
        return ROLE_VN;
    case COLUMN_READ:
    case COLUMN_USAGE:
        return ROLE_DIM;
    default:
        return ROLE_TEXT;
    }
}

/* ---- the detail ---- */

static void label(struct prose *out, const char *text)
{
    prose_line(out);
    prose_add(out, ROLE_LABEL, text);
    prose_to(out, LABEL_W);
}

/* A moment: the time alone where it is today. */
static void add_moment(int64_t when, const struct view *view, char out[GD_WHEN_MAX + 16])
{
    char day[GD_WHEN_MAX], today[GD_WHEN_MAX], text[GD_WHEN_MAX];

    gd_when_format(when, view->zone_offset, "%Y-%m-%d", day);
    gd_when_format(view->now, view->zone_offset, "%Y-%m-%d", today);
    gd_when_format(when, view->zone_offset, strcmp(day, today) == 0 ? "%H:%M:%S" : "%Y-%m-%d %H:%M", text);
    snprintf(out, GD_WHEN_MAX + 16, "%s %s%s", text, gd_zone_name(view->zone_offset),
             view->assumed ? "?" : "");
}

/* Goes on behind what stands there where the width allows it, else on a line of its own. */
static void add_aside(struct prose *out, const char *before, const char *text)
{
    int need = 2 + (int)strlen(before) + (int)strlen(text);

    if (out->column + need > out->width)
        prose_line(out);
    else
        prose_add(out, ROLE_DIM, "  ");
    prose_addf(out, ROLE_DIM, "%s%s", before, text);
}

static void add_active(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    char span[40], moment[GD_WHEN_MAX + 16];

    prose_add(out, ROLE_ACTIVE, "active");
    if (alloc->ends_at == 0) {
        if (alloc->ends_raw)
            prose_addf(out, ROLE_WARN, ", ends “%s” (as it came)", alloc->ends_raw);
        else
            prose_add(out, ROLE_TEXT, ", no end is reported");
        return;
    }
    describe_span(alloc->ends_at - view->now, span, sizeof span);
    add_moment(alloc->ends_at, view, moment);
    prose_addf(out, ends_soon(alloc, view->now) ? ROLE_SOON : ROLE_TEXT, ", ends in %s", span);
    add_aside(out, "until ", moment);
}

static void add_expired(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    char span[40] = "", moment[GD_WHEN_MAX + 16];

    if (alloc->ends_at && alloc->ends_at <= view->now)
        describe_span(view->now - alloc->ends_at, span, sizeof span);
    prose_addf(out, ROLE_EXPIRED, "expired%s%s%s", *span ? " " : "", span, *span ? " ago" : "");
    if (!alloc->ends_at)
        return;
    add_moment(alloc->ends_at, view, moment);
    add_aside(out, "at ", moment);
    if (alloc->state == GD_ACTIVE)
        add_aside(out, "by the clock; ", "not read since");
}

static void add_state_words(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    prose_line(out);
    switch (gd_alloc_state(alloc, view->now)) {
    case GD_ACTIVE:
        add_active(alloc, view, out);
        return;
    case GD_EXPIRED:
        add_expired(alloc, view, out);
        return;
    case GD_DEALLOCATED:
        prose_add(out, ROLE_GONE, "deallocated");
        return;
    case GD_UNKNOWN:
        break;
    }
    if (never_read(alloc)) {
        prose_add(out, ROLE_UNSURE, "not read yet");
        prose_line(out);
        prose_words(out, 0, ROLE_DIM, "Only its id is known here; reading it asks the API.");
    } else {
        prose_addf(out, ROLE_UNSURE, "state unknown: “%s”", alloc->state_raw ? alloc->state_raw : "none");
    }
}

/* A value behind its name; lists wrap. */
static void add_value(const char *name, enum gd_field field, enum role role, const struct gd_alloc *alloc,
                      const struct view *view, struct prose *out)
{
    struct gd_buf text;
    bool hidden = gd_fields[field].flags & (GD_FF_PERSON | GD_FF_SECRET);

    gd_buf_init(&text, 4096);
    gd_value_show(field, alloc->v[field], view->reveal, &text);
    prose_add(out, ROLE_LABEL, name);
    prose_words(out, PARTY_X, hidden && view->reveal ? ROLE_REVEALED : role, text.data);
    gd_buf_wipe(&text);
}

static void add_party(bool b, const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    enum gd_field numbers = b ? GD_F_B_NUMBERS : GD_F_A_NUMBERS, vn = b ? GD_F_B_VNS : GD_F_A_VNS,
                  pin = b ? GD_F_B_PIN : GD_F_A_PIN;

    prose_line(out);
    prose_add(out, ROLE_HEADING, b ? "B" : "A");
    prose_to(out, PARTY_X);
    if (alloc->v[numbers])
        add_value("", numbers, ROLE_NUMBER, alloc, view, out);
    else
        prose_words(out, PARTY_X, ROLE_DIM, b ? "no numbers" : "anybody but B who types the PIN");
    if (alloc->v[vn]) {
        prose_line(out);
        prose_to(out, PARTY_X);
        add_value("dials ", vn, ROLE_VN, alloc, view, out);
    }
    if (alloc->v[pin]) {
        prose_line(out);
        prose_to(out, PARTY_X);
        add_value("PIN ", pin, ROLE_PIN, alloc, view, out);
    }
}

/* A and B beside each other where there is room. */
static void add_parties(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    struct prose a, b;

    if (out->width < BESIDE_W) {
        add_party(false, alloc, view, out);
        add_party(true, alloc, view, out);
        return;
    }
    prose_init(&a, out->width / 2 - 2);
    prose_init(&b, out->width - out->width / 2);
    add_party(false, alloc, view, &a);
    add_party(true, alloc, view, &b);
    prose_beside(out, &a, &b, out->width / 2);
    prose_free(&a);
    prose_free(&b);
}

/* "A dials +91… , types the PIN •••• and reaches B." */
static void add_caller(const char *who, const char *whom, enum gd_field vn, enum gd_field pin,
                       const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    const char *number = alloc->v[vn] ? alloc->v[vn] : vns(alloc);
    struct gd_buf text;

    gd_buf_init(&text, 8192);
    gd_buf_addf(&text, "%s dials %s", who, number ? number : "the VN");
    if (alloc->v[pin]) {
        gd_buf_adds(&text, ", types ");
        gd_value_show(pin, alloc->v[pin], view->reveal, &text);
    }
    gd_buf_addf(&text, " and reaches %s.", whom);
    prose_line(out);
    prose_to(out, 2);
    prose_words(out, 2, ROLE_TEXT, text.data);
    gd_buf_wipe(&text);
}

static void add_usage(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    const char *usage = alloc->v[GD_F_USAGE];
    bool anybody = !alloc->v[GD_F_A_NUMBERS];

    prose_line(out);
    prose_line(out);
    prose_add(out, ROLE_HEADING, "Who may call whom");
    if (gd_alloc_state(alloc, view->now) != GD_ACTIVE) {
        prose_line(out);
        prose_words(out, 2, ROLE_DIM, "  Nobody: it does not live.");
        return;
    }
    add_caller(anybody ? "Anybody but B" : "A", "B", GD_F_A_VNS, GD_F_A_PIN, alloc, view, out);
    if (usage && strcmp(usage, "oneway") == 0) {
        prose_line(out);
        prose_words(out, 2, ROLE_WARN, "  B may not call: usage is oneway.");
    } else {
        add_caller("B", anybody ? "who called last" : "A", GD_F_B_VNS, GD_F_B_PIN, alloc, view, out);
    }
    if (!usage) {
        prose_line(out);
        prose_words(out, 2, ROLE_DIM, "  Usage is not reported; twoway is taken for granted.");
    }
}

/* What else is known, by its label in the table. */
static void add_rest(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    static const enum gd_field shown[] = {GD_F_KIND,  GD_F_ID,    GD_F_TRANSACTION_ID, GD_F_A_NUMBERS,
                                          GD_F_A_VNS, GD_F_A_PIN, GD_F_B_NUMBERS,      GD_F_B_VNS,
                                          GD_F_B_PIN, GD_F_USAGE, GD_F_CUSTOM_FIELD,   GD_F_DURATION,
                                          GD_F_STATE};
    bool any = false;

    for (int field = 0; field < GD_F__COUNT; field++) {
        bool done = false;

        for (size_t i = 0; i < sizeof shown / sizeof *shown; i++)
            done = done || shown[i] == (enum gd_field)field;
        if (done || !alloc->v[field])
            continue;
        if (!any)
            prose_line(out);
        any = true;
        prose_line(out);
        prose_add(out, ROLE_LABEL, gd_fields[field].label);
        prose_to(out, 18);
        prose_words(out, 18, ROLE_TEXT, alloc->v[field]);
    }
    (void)view;
}

static void add_named(struct prose *out, const char *name, const char *value)
{
    prose_addf(out, ROLE_LABEL, "  %s ", name);
    prose_words(out, 2, ROLE_TEXT, value);
}

static void add_reading(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    char span[40];

    prose_line(out);
    label(out, "Read");
    if (never_read(alloc)) {
        prose_add(out, ROLE_DIM, "never");
    } else {
        describe_span(view->now > alloc->read_at ? view->now - alloc->read_at : 0, span, sizeof span);
        prose_addf(out, ROLE_DIM, "%s ago by %s, %s", span, alloc->source ? alloc->source : "?",
                   gd_dialect_name(alloc->dialect));
    }
    if (alloc->first_seen) {
        describe_span(view->now > alloc->first_seen ? view->now - alloc->first_seen : 0, span, sizeof span);
        label(out, "Known");
        prose_addf(out, ROLE_DIM, "for %s", span);
    }
    if (alloc->call_count >= 0 && !never_read(alloc)) {
        label(out, "Calls");
        prose_addf(out, ROLE_DIM, "%" PRId64, alloc->call_count);
    }
}

void describe_alloc(const struct gd_alloc *alloc, const struct view *view, struct prose *out)
{
    add_state_words(alloc, view, out);
    prose_line(out);
    prose_add(out, ROLE_DIM, alloc->kind == GD_GREENVN ? "GreenVN" : "GreenPin");
    if (alloc->v[GD_F_TRANSACTION_ID])
        add_named(out, "order", alloc->v[GD_F_TRANSACTION_ID]);
    if (alloc->v[GD_F_CUSTOM_FIELD])
        add_named(out, "custom", alloc->v[GD_F_CUSTOM_FIELD]);
    if (!never_read(alloc)) {
        if (out->width < BESIDE_W)
            prose_line(out);
        add_parties(alloc, view, out);
        add_usage(alloc, view, out);
        add_rest(alloc, view, out);
    }
    add_reading(alloc, view, out);
}
