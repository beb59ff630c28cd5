/* View 2, staged: a row for each allocation of the changeset, before → after; what is held, in conflict or
 * cannot be sent; what it all would cost. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "../api/changeset.h"
#include "../api/mem.h"
#include "../api/op.h"
#include "../api/when.h"
#include "table.h"

enum { ID, WHAT, STATE, CHANGE, USER, AT };

static const struct table_column columns[] = {
    {.head = "ID", .least = 9, .most = 26, .keep = 9},
    {.head = "WHAT", .least = 6, .most = 10, .keep = 7},
    {.head = "STATE", .least = 5, .most = 12, .keep = 8},
    {.head = "BEFORE → AFTER", .least = 20, .keep = 6},
    {.head = "BY", .least = 4, .most = 14, .keep = 2},
    {.head = "STAGED", .least = 6, .most = 6, .keep = 1},
    {0},
};

/* ---- reading ---- */

static void show_value(enum gd_field field, const char *value, bool reveal, struct gd_buf *out)
{
    if (!value || !*value)
        gd_buf_adds(out, "none");
    else
        gd_value_show(field, value, reveal, out);
}

/* What stands before the arrow: the base's value; for a duration the end as it is set now. */
static void show_before(const struct console *console, const struct gd_staged *staged, enum gd_field field,
                        bool reveal, struct gd_buf *out)
{
    char end[GD_WHEN_MAX];

    if (field != GD_F_DURATION) {
        show_value(field, staged->base.v[field], reveal, out);
    } else if (staged->base.ends_at) {
        gd_when_format(staged->base.ends_at, console->desk->place.zone_offset, "%Y-%m-%d %H:%M", end);
        gd_buf_addf(out, "ends %s", end);
    } else {
        gd_buf_adds(out, "end unknown");
    }
}

static void summarise(const struct console *console, const struct gd_staged *staged, bool reveal,
                      struct gd_buf *out)
{
    for (int f = 0; f < GD_F__COUNT; f++) {
        if (!staged->want.v[f])
            continue;
        gd_buf_addf(out, "%s%s: ", out->len ? ", " : "", gd_fields[f].label);
        show_before(console, staged, (enum gd_field)f, reveal, out);
        gd_buf_adds(out, " → ");
        show_value((enum gd_field)f, staged->want.v[f], reveal, out);
    }
}

/* Whether it could be sent now; why not. */
static bool can_go(const struct console *console, const struct gd_staged *staged, struct gd_error *why)
{
    struct gd_alloc want = {0};
    bool good = staged->action == GD_STAGE_DEALLOCATE
                    ? !staged->known || gd_alloc_state(&staged->now, gd_now()) != GD_DEALLOCATED
                    : gd_staged_want(staged, gd_desk_dialect(console->desk), gd_now(), &want, why) == GD_OK;

    gd_alloc_clear(&want);
    return good;
}

static const char *state_of(const struct console *console, const struct gd_staged *staged, enum role *role)
{
    struct gd_error why = {0};

    *role = ROLE_WARN;
    if (staged->held)
        return "held";
    if (staged->conflicts)
        return "conflict";
    if (!can_go(console, staged, &why)) {
        *role = ROLE_ERROR;
        return staged->action == GD_STAGE_DEALLOCATE ? "gone already" : "cannot go";
    }
    *role = ROLE_GOOD;
    return "ready";
}

struct reading {
    struct table *table;
    int64_t updates, deallocations, conflicts;
};

static bool add(void *arg, struct gd_staged *staged)
{
    struct reading *reading = arg;
    struct console *console = reading->table->pane.console;
    struct table_row *row = table_add(reading->table, staged->id);
    bool gone = staged->action == GD_STAGE_DEALLOCATE;
    struct gd_buf change;
    const char *state;
    char at[GD_WHEN_MAX];
    enum role role;

    reading->updates += !gone && !staged->held && !staged->conflicts;
    reading->deallocations += gone && !staged->held;
    reading->conflicts += staged->conflicts != 0;
    if (!row)
        return true;
    gd_buf_init(&change, 64 * 1024);
    if (gone)
        gd_buf_adds(&change, "is taken away at the service");
    else
        summarise(console, staged, console_revealed(console, staged->now.row), &change);
    state = state_of(console, staged, &role);
    gd_when_format(staged->at, console->desk->place.zone_offset, "%H:%M", at);
    table_cell(row, ID, ROLE_ID, staged->id);
    table_cell(row, WHAT, gone ? ROLE_DANGER : ROLE_CHANGED, gd_stage_action_name(staged->action));
    table_cell(row, STATE, role, state);
    table_cell(row, CHANGE, ROLE_TEXT, change.failed ? "" : change.data);
    table_cell(row, USER, ROLE_DIM, staged->user);
    table_cell(row, AT, ROLE_DIM, at);
    row->n = staged->held;
    gd_buf_wipe(&change);
    return true;
}

/* "3 updates 6.00 INR, 12 deallocations, 1 in conflict" */
static void make_right(struct reading *reading)
{
    struct table *table = reading->table;
    const struct gd_profile *profile = table->pane.console->desk->profile;
    int64_t cost = gd_op_cost(profile, GD_OP_UPDATE, reading->updates);
    char price[60] = "", n[32];
    size_t at = 0;

    table->right[0] = '\0';
    if (cost) {
        price[0] = ' ';
        gd_op_cost_text(profile, cost, price + 1, sizeof price - 1);
    }
    if (reading->updates) {
        describe_count(reading->updates, n, sizeof n);
        at += (size_t)snprintf(table->right + at, sizeof table->right - at, "%s update%s%s", n,
                               reading->updates == 1 ? "" : "s", price);
    }
    if (reading->deallocations) {
        describe_count(reading->deallocations, n, sizeof n);
        at += (size_t)snprintf(table->right + at, sizeof table->right - at, "%s%s deallocation%s",
                               at ? ", " : "", n, reading->deallocations == 1 ? "" : "s");
    }
    if (reading->conflicts)
        snprintf(table->right + at, sizeof table->right - at, "%s%" PRId64 " in conflict", at ? ", " : "",
                 reading->conflicts);
}

static enum gd_rc read_staged(struct table *table, struct gd_error *err)
{
    struct reading reading = {.table = table};
    enum gd_rc rc = gd_changeset_each(table->pane.console->desk->ledger, add, &reading, err);

    make_right(&reading);
    return rc;
}

/* ---- one row ---- */

static void add_value(struct prose *out, const char *label, enum role role, const struct gd_buf *value)
{
    table_pair(out, label, role, value->failed ? "" : value->data);
}

/* A field: what it was, what it is to be, and in a conflict what someone else made of it. */
static void add_field(const struct console *console, const struct gd_staged *staged, enum gd_field field,
                      bool reveal, struct prose *out)
{
    bool conflict = staged->conflicts & (UINT64_C(1) << field);
    struct gd_buf value;

    gd_buf_init(&value, 64 * 1024);
    show_before(console, staged, field, reveal, &value);
    gd_buf_adds(&value, " → ");
    show_value(field, staged->want.v[field], reveal, &value);
    add_value(out, gd_fields[field].label, conflict ? ROLE_WARN : ROLE_CHANGED, &value);
    if (conflict) {
        gd_buf_clear(&value);
        gd_buf_adds(&value, "since then someone made it ");
        show_value(field, staged->now.v[field], reveal, &value);
        gd_buf_adds(&value, "; M sends mine all the same, T lets theirs stand");
        add_value(out, "", ROLE_WARN, &value);
    }
    gd_buf_wipe(&value);
}

static void describe_staged(const struct console *console, const struct gd_staged *staged, struct prose *out)
{
    bool reveal = console_revealed(console, staged->now.row);
    struct view view = console_view(console, staged->now.row);
    struct gd_error why = {0};
    char at[GD_WHEN_MAX], text[200];

    prose_add(out, ROLE_ID, staged->id);
    gd_when_format(staged->at, console->desk->place.zone_offset, "%Y-%m-%d %H:%M", at);
    snprintf(text, sizeof text, "  %s, staged %s by %.80s", gd_stage_action_name(staged->action), at,
             staged->user ? staged->user : "");
    prose_words(out, 2, ROLE_TEXT, text);
    for (int f = 0; f < GD_F__COUNT; f++)
        if (staged->want.v[f])
            add_field(console, staged, (enum gd_field)f, reveal, out);
    if (staged->held)
        table_pair(out, "Held", ROLE_WARN, "stays behind when the rest is applied; H lets it go again");
    if (!can_go(console, staged, &why))
        table_pair(out, "Cannot go", ROLE_ERROR, why.what[0] ? why.what : "it is gone already");
    if (!staged->known) {
        table_pair(out, "Known", ROLE_WARN, "nothing is known of it here; r reads it from the API");
        return;
    }
    prose_line(out);
    prose_line(out);
    describe_alloc(&staged->now, &view, out);
}

static void detail(struct table *table, const struct table_row *row, struct prose *out)
{
    struct console *console = table->pane.console;
    struct gd_staged staged = {0};
    struct gd_error err = {0};
    bool found = false;

    if (gd_changeset_get(console->desk->ledger, row->key, &staged, &found, &err) == GD_OK && found)
        describe_staged(console, &staged, out);
    else
        prose_words(out, 0, ROLE_DIM, err.what[0] ? err.what : "it is staged no more");
    gd_staged_clear(&staged);
}

/* ---- keys ---- */

/* The form again, over what is staged already. */
static void edit(struct table *table, const struct table_row *row, struct gd_error *err)
{
    struct console *console = table->pane.console;
    struct gd_alloc alloc = {0};
    struct pane *form;
    bool found = false;

    if (gd_ledger_get(console->desk->ledger, row->key, &alloc, &found, err) == GD_OK) {
        if (!found)
            (void)gd_fail(err, GD_INPUT, "r reads it from the API first", "%s is not known here", row->key);
        else if (form_edit_new(console, &alloc, &form, err) == GD_OK)
            console_push(console, form);
    }
    gd_alloc_clear(&alloc);
}

static bool act(struct table *table, const struct table_row *row, const struct act *act, struct gd_error *err)
{
    bool mine = act->id == GD_C_CHOOSE || act->id == GD_C_HOLD || act->id == GD_C_RELEASE ||
                act->id == GD_C_EDIT || act->id == GD_C_REVEAL;

    if (mine && !row) {
        (void)gd_fail(err, GD_INPUT, NULL, "nothing is staged");
        return true;
    }
    switch (act->id) {
    case GD_C_HOLD:
    case GD_C_RELEASE:
        table_run(table, row->n ? "release" : "hold", row->key, NULL);
        return true;
    case GD_C_CHOOSE:
        table_run(table, "choose", act->argc ? act->argv[0] : "mine", row->key);
        return true;
    case GD_C_EDIT:
        if (act->argc)
            return false;
        edit(table, row, err);
        return true;
    case GD_C_REVEAL: {
        struct gd_alloc alloc = {0};
        bool found = false;

        if (gd_ledger_get(table->pane.console->desk->ledger, row->key, &alloc, &found, err) == GD_OK &&
            found && console_reveal(table->pane.console, &alloc, err) == GD_OK)
            table_read(table);
        gd_alloc_clear(&alloc);
        return true;
    }
    default:
        return false;
    }
}

static const struct hint hints[] = {
    {GD_C_APPLY, NULL, "review and apply"},
    {GD_C_OPEN, NULL, "all of it"},
    {GD_C_UNSTAGE, NULL, "unstage"},
    {GD_C_EDIT, NULL, "edit again"},
    {GD_C_HOLD, NULL, "hold, release"},
    {GD_C_CHOOSE, "M T", "mine, theirs"},
    {GD_C_BACK, NULL, "back"},
    {0},
};

static const struct table_view view = {
    .name = "staged",
    .columns = columns,
    .hints = hints,
    .empty = "Nothing is staged.\n\n"
             "d    among the allocations collects deallocations of the marked rows\n"
             "e E  change one, or all that are marked: saving collects the change\n"
             ":stage ID KEY=VALUE …",
    .read = read_staged,
    .detail = detail,
    .act = act,
    .picks = true,
};

struct pane *view_staged_new(struct console *console, struct gd_error *err)
{
    return table_new(console, &view, NULL, "Staged", err);
}
