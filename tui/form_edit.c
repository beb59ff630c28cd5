/* The form that edits an allocation: the fields that its shape can carry in an update. Saving runs the
 * command line "update ID KEY=VALUE…", with its preview and its confirmation. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/duration.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "form.h"
#include "panes.h"

struct edit {
    struct console *console;
    struct gd_alloc base;
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
    if (changed && err.rc == GD_OK &&
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

static void save(void *arg, struct form *form)
{
    struct edit *self = arg;
    char **argv;
    int argc = 0;

    if (!form_check(form)) {
        console_say(self->console, ROLE_ERROR, "%s",
                    form->across.text[0] ? form->across.text : "mend the marked fields first");
        return;
    }
    argv = gd_calloc((size_t)form->n + 3, sizeof *argv);
    if (!argv)
        return;
    argv[argc++] = gd_strdup("update");
    argv[argc++] = gd_strdup(self->base.v[GD_F_ID]);
    for (int i = 0; i < form->n; i++)
        if (form_changed(form, &form->fields[i]) && (argv[argc] = assignment(&form->fields[i])) != NULL)
            argc++;
    if (argc == 2)
        console_say(self->console, ROLE_DIM, "nothing is changed");
    else if (argv[0] && argv[1])
        run(self, argc, argv);
    for (int i = 0; i < argc; i++)
        gd_wipe_free(&argv[i]);
    gd_free(argv);
}

static void reveal(void *arg, struct form *form)
{
    struct edit *self = arg;
    struct gd_error err = {0};

    if (console_reveal(self->console, &self->base, &err) == GD_OK)
        form_unmask(form);
    else
        console_fail(self->console, &err);
}

static void edit_free(void *arg)
{
    struct edit *self = arg;

    gd_alloc_clear(&self->base);
    gd_free(self);
}

static const struct form_hooks hooks = {check, across, same, save, reveal, edit_free};

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
    if (old && hidden && !console_revealed(self->console, self->base.row))
        gd_value_show(id, old, false, &masked);
    done = form_field_set(field, old, masked.len ? masked.data : NULL);
    gd_buf_free(&masked);
    return done;
}

static enum gd_rc make_fields(struct edit *self, unsigned shape, struct gd_error *err)
{
    int n = 0;

    for (int id = 0; id < GD_F__COUNT; id++)
        n += (gd_fields[id].update & shape) != 0;
    if (n == 0)
        return gd_fail(err, GD_INPUT, NULL, "nothing of it can be changed");
    self->form = form_new(self->console, n, &hooks, self);
    if (!self->form)
        return gd_fail_memory(err);
    n = 0;
    for (int id = 0; id < GD_F__COUNT; id++)
        if ((gd_fields[id].update & shape) && !fill(self, &self->form->fields[n++], (enum gd_field)id))
            return gd_fail_memory(err);
    snprintf(self->form->title, sizeof self->form->title, "Edit %s", self->base.v[GD_F_ID]);
    return GD_OK;
}

enum gd_rc form_edit_new(struct console *console, const struct gd_alloc *alloc, struct pane **out,
                         struct gd_error *err)
{
    struct edit *self = gd_calloc(1, sizeof *self);

    if (!self)
        return gd_fail_memory(err);
    self->console = console;
    if (gd_alloc_copy(&self->base, alloc, err) != GD_OK ||
        make_fields(self, GD_IN(gd_shape_of(alloc->kind, gd_desk_dialect(console->desk))), err) != GD_OK) {
        if (self->form)
            self->form->pane.class->free(&self->form->pane);
        else
            edit_free(self);
        return err->rc;
    }
    *out = &self->form->pane;
    return GD_OK;
}
