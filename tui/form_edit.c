/* The form that edits an allocation: the fields that its shape can carry in an update. Saving runs the
 * command line "stage ID… KEY=VALUE…"; another key "update ID KEY=VALUE…", with preview and confirmation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/changeset.h"
#include "../api/duration.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "form.h"
#include "panes.h"

struct edit {
    struct console *console;
    struct gd_alloc base; /* of several: empty */
    struct form_ids ids;  /* several, where v is not NULL */
    struct form *form;
};

/* What a job that saves is told to come back to. */
struct saving {
    struct console *console;
    struct pane *pane;
};

/* How a typed text asks: the value itself, or a list's += and -=. */
static enum gd_how how_of(const struct form_field *field, const char **value)
{
    const char *text = form_text(field);
    bool list = gd_fields[field->id].flags & GD_FF_LIST;

    *value = text;
    if (list && (text[0] == '+' || text[0] == '-') && text[1] == '=') {
        *value = text + 2;
        return text[0] == '+' ? GD_HOW_ADD : GD_HOW_TAKE;
    }
    return GD_HOW_SET;
}

static enum gd_rc put(struct edit *self, struct gd_change *change, const struct form_field *field,
                      struct gd_error *err)
{
    const char *value;
    enum gd_how how = how_of(field, &value);

    return gd_change_put(change, (enum gd_field)field->id, how, value, &self->console->desk->place, err);
}

static void note(struct form_note *out, enum role role, const char *text)
{
    out->role = role;
    snprintf(out->text, sizeof out->text, "%s", text);
}

static void moment(const struct edit *self, int64_t when, char out[GD_WHEN_MAX])
{
    gd_when_format(when, self->console->desk->place.zone_offset, "%Y-%m-%d %H:%M", out);
}

/* Old end → new end; earlier ones are warned of. */
static void note_end(struct edit *self, struct form_field *field)
{
    struct gd_error err = {0};
    struct gd_span span;
    int64_t seconds, now = gd_now(), old = self->base.ends_at;
    char before[GD_WHEN_MAX] = "unknown", after[GD_WHEN_MAX], length[40];
    bool earlier;

    if (gd_span_parse(form_text(field), self->console->desk->place.zone_offset, &span, &err) != GD_OK ||
        gd_span_seconds(&span, now, old, &seconds, &err) != GD_OK) {
        note(&field->note, ROLE_ERROR, err.what);
        return;
    }
    if (old)
        moment(self, old, before);
    moment(self, now + seconds, after);
    describe_span(seconds, length, sizeof length);
    earlier = old && now + seconds < old;
    field->note.role = earlier ? ROLE_WARN : ROLE_GOOD;
    snprintf(field->note.text, sizeof field->note.text, "ends %s → %s, in %s%s", before, after, length,
             earlier ? ": earlier than now set" : "");
}

static void check(void *arg, struct form_field *field)
{
    struct edit *self = arg;
    struct gd_change change = {0};
    struct gd_error err = {0};
    const char *value;

    if (form_text(field)[0] == '\0' && !self->base.v[field->id])
        return;
    if (put(self, &change, field, &err) != GD_OK) {
        note(&field->note, ROLE_ERROR, err.what);
    } else if (field->id == GD_F_DURATION) {
        note_end(self, field);
    } else {
        how_of(field, &value);
        if (change.v[field->id] && strcmp(change.v[field->id], value) != 0)
            snprintf(field->note.text, sizeof field->note.text, "→ %s%s", change.v[field->id],
                     self->console->desk->place.assumed ? "  (country assumed)" : "");
        field->note.role = ROLE_GOOD;
    }
    gd_change_clear(&change);
}

static bool same(void *arg, const struct form_field *field)
{
    struct edit *self = arg;
    struct gd_change change = {0};
    struct gd_error err = {0};
    const char *value;
    bool equal = false;

    if (field->id == GD_F_DURATION || !self->base.v[field->id])
        return form_text(field)[0] == '\0';
    if (how_of(field, &value) == GD_HOW_SET && put(self, &change, field, &err) == GD_OK)
        equal = gd_value_same((enum gd_field)field->id, change.v[field->id], self->base.v[field->id]);
    gd_change_clear(&change);
    return equal;
}

static void across(void *arg, struct form *form, struct form_note *out)
{
    struct edit *self = arg;
    struct gd_change change = {0};
    struct gd_alloc want = {0};
    struct gd_error err = {0};
    int changed = 0;

    for (int i = 0; i < form->n && err.rc == GD_OK; i++) {
        if (!form_changed(form, &form->fields[i]))
            continue;
        changed++;
        if (put(self, &change, &form->fields[i], &err) != GD_OK)
            break;
    }
    if (changed && err.rc == GD_OK && self->ids.v) {
        out->role = ROLE_DIM;
        snprintf(out->text, sizeof out->text, "%d field%s changed in %zu allocations; each keeps the rest",
                 changed, changed == 1 ? "" : "s", self->ids.n);
    } else if (changed && err.rc == GD_OK &&
               gd_change_resolve(&change, &self->base, gd_now(), &want, &err) == GD_OK) {
        out->role = ROLE_DIM;
        snprintf(out->text, sizeof out->text, "%d field%s changed; only %s sent", changed,
                 changed == 1 ? "" : "s", changed == 1 ? "it is" : "they are");
    }
    if (err.rc != GD_OK)
        note(out, ROLE_ERROR, err.what);
    gd_change_clear(&change);
    gd_alloc_clear(&want);
}

/* ---- saving ---- */

static void saved(void *arg, enum gd_rc rc, const struct gd_error *error)
{
    struct saving saving = *(struct saving *)arg;

    (void)error;
    gd_free(arg);
    if (!console_holds(saving.console, saving.pane))
        return;
    ((struct form *)saving.pane)->busy = false;
    /* without an answer it may have been done: it is not for the form to send it again */
    if (rc == GD_OK || rc == GD_NO_ANSWER)
        console_drop(saving.console, saving.pane);
    else
        console_dirty(saving.console, DIRTY_OVER);
}

static char *assignment(const struct form_field *field)
{
    struct gd_buf text;
    const char *value;
    enum gd_how how = how_of(field, &value);

    gd_buf_init(&text, LINE_MAX_BYTES + 64);
    gd_buf_addf(&text, "%s%s=", gd_fields[field->id].key,
                how == GD_HOW_ADD    ? "+"
                : how == GD_HOW_TAKE ? "-"
                                     : "");
    gd_buf_adds(&text, value);
    return gd_buf_take(&text);
}

static void run(struct edit *self, int argc, char **argv)
{
    struct saving *saving = gd_calloc(1, sizeof *saving);

    if (!saving)
        return;
    *saving = (struct saving){self->console, &self->form->pane};
    self->form->busy = true;
    console_run_words(self->console, argc, argv, true, saved, saving);
}

static bool has_all(char **argv, size_t argc)
{
    for (size_t i = 0; i < argc; i++)
        if (!argv[i])
            return false;
    return true;
}

/* Runs "COMMAND ID… KEY=VALUE…" with what is changed. */
static void send(struct edit *self, const char *command)
{
    struct form *form = self->form;
    size_t n_ids = self->ids.v ? self->ids.n : 1, argc = 0;
    char **argv;

    if (!form_check(form)) {
        console_say(self->console, ROLE_ERROR, "%s",
                    form->across.text[0] ? form->across.text : "mend the marked fields first");
        return;
    }
    argv = gd_calloc((size_t)form->n + n_ids + 2, sizeof *argv);
    if (!argv)
        return;
    argv[argc++] = gd_strdup(command);
    for (size_t i = 0; i < n_ids; i++)
        argv[argc++] = gd_strdup(self->ids.v ? self->ids.v[i] : self->base.v[GD_F_ID]);
    for (int i = 0; i < form->n; i++)
        if (form_changed(form, &form->fields[i]) && (argv[argc] = assignment(&form->fields[i])) != NULL)
            argc++;
    if (argc == n_ids + 1)
        console_say(self->console, ROLE_DIM, "nothing is changed");
    else if (has_all(argv, argc))
        run(self, (int)argc, argv);
    for (size_t i = 0; i < argc; i++)
        gd_wipe_free(&argv[i]);
    gd_free(argv);
}

static void save(void *arg, struct form *form)
{
    (void)form;
    send(arg, "stage");
}

static void save_now(void *arg, struct form *form)
{
    (void)form;
    send(arg, "update");
}

static void reveal(void *arg, struct form *form)
{
    struct edit *self = arg;
    struct gd_error err = {0};

    if (self->ids.v)
        console_say(self->console, ROLE_DIM, "several are edited: there is no one value to show");
    else if (console_reveal(self->console, &self->base, &err) == GD_OK)
        form_unmask(form);
    else
        console_fail(self->console, &err);
}

static void edit_free(void *arg)
{
    struct edit *self = arg;

    gd_alloc_clear(&self->base);
    form_ids_free(&self->ids);
    gd_free(self);
}

void form_ids_free(struct form_ids *ids)
{
    for (size_t i = 0; ids->v && i < ids->n; i++)
        gd_free(ids->v[i]);
    gd_free(ids->v);
    *ids = (struct form_ids){0};
}

static const struct form_hooks hooks = {check, across, same, save, save_now, reveal, edit_free};
static const struct form_hooks hooks_of_many = {check, across, same, save, NULL, reveal, edit_free};

/* ---- making ---- */

static bool fill(struct edit *self, struct form_field *field, enum gd_field id)
{
    const struct gd_field_row *row = &gd_fields[id];
    const char *old = id == GD_F_DURATION ? NULL : self->base.v[id];
    bool hidden = row->flags & (GD_FF_PERSON | GD_FF_SECRET);
    struct gd_buf masked;
    bool done;

    field->id = id;
    field->label = row->label;
    field->takes = row->takes;
    field->help = row->help;
    field->choices = row->type == GD_T_BOOL ? "true|false" : row->choices;
    field->secret = row->flags & GD_FF_SECRET;
    gd_buf_init(&masked, 4096);
    if (self->ids.v)
        gd_buf_adds(&masked, "each its own");
    if (old && hidden && !console_revealed(self->console, self->base.row))
        gd_value_show(id, old, false, &masked);
    done = form_field_set(field, old, masked.len ? masked.data : NULL);
    gd_buf_free(&masked);
    return done;
}

/* What is staged of it already stands in the form; what is masked is only named. */
static enum gd_rc fill_staged(struct edit *self, struct gd_error *err)
{
    struct gd_staged staged = {0};
    struct gd_buf masked;
    struct gd_ledger *ledger = self->console->desk->ledger;
    bool found = false;
    enum gd_rc rc = GD_OK;

    if (ledger != NULL)
        rc = gd_changeset_get(ledger, self->base.v[GD_F_ID], &staged, &found, err);

    gd_buf_init(&masked, 4096);
    for (int i = 0; rc == GD_OK && found && i < self->form->n; i++) {
        struct form_field *field = &self->form->fields[i];
        const char *want = staged.want.v[field->id];

        if (!want)
            continue;
        if (!field->masked && !(gd_fields[field->id].flags & (GD_FF_PERSON | GD_FF_SECRET))) {
            lineedit_set(&field->line, want);
            field->touched = true;
            continue;
        }
        gd_buf_clear(&masked);
        gd_value_show((enum gd_field)field->id, want, false, &masked);
        gd_buf_adds(&masked, " (staged)");
        gd_wipe_free(&field->masked);
        field->masked = gd_strdup(masked.data);
        lineedit_set(&field->line, "");
    }
    gd_buf_wipe(&masked);
    gd_staged_clear(&staged);
    return rc;
}

/* shapes: of all that are edited; a field must be one of each of them. */
static enum gd_rc make_fields(struct edit *self, unsigned shapes, struct gd_error *err)
{
    int n = 0;

    for (int id = 0; id < GD_F__COUNT; id++)
        n += (gd_fields[id].update & shapes) == shapes;
    if (n == 0)
        return gd_fail(err, GD_INPUT, NULL, "nothing of it can be changed");
    self->form = form_new(self->console, n, self->ids.v ? &hooks_of_many : &hooks, self);
    if (!self->form)
        return gd_fail_memory(err);
    n = 0;
    for (int id = 0; id < GD_F__COUNT; id++)
        if ((gd_fields[id].update & shapes) == shapes &&
            !fill(self, &self->form->fields[n++], (enum gd_field)id))
            return gd_fail_memory(err);
    self->form->save_word = "Stage";
    if (self->ids.v)
        snprintf(self->form->title, sizeof self->form->title, "Edit %zu marked allocations", self->ids.n);
    else
        snprintf(self->form->title, sizeof self->form->title, "Edit %s", self->base.v[GD_F_ID]);
    return GD_OK;
}

static enum gd_rc end_making(struct edit *self, enum gd_rc rc, struct pane **out)
{
    if (rc == GD_OK)
        *out = &self->form->pane;
    else if (self->form)
        self->form->pane.class->free(&self->form->pane);
    else
        edit_free(self);
    return rc;
}

enum gd_rc form_edit_new(struct console *console, const struct gd_alloc *alloc, struct pane **out,
                         struct gd_error *err)
{
    struct edit *self = gd_calloc(1, sizeof *self);
    enum gd_rc rc;

    if (!self)
        return gd_fail_memory(err);
    self->console = console;
    rc = gd_alloc_copy(&self->base, alloc, err);
    if (rc == GD_OK)
        rc = make_fields(self, GD_IN(gd_shape_of(alloc->kind, gd_desk_dialect(console->desk))), err);
    if (rc == GD_OK)
        rc = fill_staged(self, err);
    return end_making(self, rc, out);
}

enum gd_rc form_edit_many_new(struct console *console, struct form_ids *ids, struct pane **out,
                              struct gd_error *err)
{
    struct edit *self = gd_calloc(1, sizeof *self);
    enum gd_dialect dialect = gd_desk_dialect(console->desk);
    unsigned shapes = 0;
    enum gd_rc rc = GD_OK;

    if (!self)
        return gd_fail_memory(err);
    self->console = console;
    self->ids = *ids;
    *ids = (struct form_ids){0};
    for (size_t i = 0; i < self->ids.n && rc == GD_OK; i++) {
        struct gd_alloc alloc = {0};
        bool found = false;

        rc = gd_ledger_get(console->desk->ledger, self->ids.v[i], &alloc, &found, err);
        if (rc == GD_OK && found)
            shapes |= GD_IN(gd_shape_of(alloc.kind, dialect));
        gd_alloc_clear(&alloc);
    }
    if (rc == GD_OK && shapes == 0)
        rc = gd_fail(err, GD_INPUT, NULL, "none of the marked rows is known here any more");
    if (rc == GD_OK)
        rc = make_fields(self, shapes, err);
    return end_making(self, rc, out);
}
