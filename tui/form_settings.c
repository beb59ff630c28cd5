/* The forms of view 4: a callback's endpoint, method and content type as one, for one event or for several at
 * once; and sms_config for A and B. What is saved here is staged in the view, not sent. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/sms.h"
#include "form.h"
#include "settings_forms.h"

#define VALUE_MAX ((size_t)1 << 20)

static void note(struct form_note *out, enum role role, const char *text)
{
    out->role = role;
    snprintf(out->text, sizeof out->text, "%s", text);
}

static void no_reveal(void *arg, struct form *form)
{
    (void)arg;
    console_say(form->pane.console, ROLE_DIM, "nothing is masked here");
}

static bool same_text(void *arg, const struct form_field *field)
{
    (void)arg;
    return strcmp(form_text(field), field->old ? field->old : "") == 0;
}

/* What the field will hold: typed, else as it was; "" nothing. */
static const char *held(const struct form_field *field)
{
    return field->touched ? form_text(field) : field->old ? field->old : "";
}

static void done(struct console *console, struct form *form, bool good, const struct gd_error *err)
{
    if (!good)
        console_fail(console, err);
    else
        console_drop(console, &form->pane);
}

/* ---- callbacks ---- */

struct callback_form {
    struct pane *owner;
    enum gd_callback callback;
};

enum { CALLBACK_SCOPE = 3, CALLBACK_FIELDS };

static enum gd_setting part_of(const struct callback_form *self, int part)
{
    return gd_callback_rows[self->callback].endpoint + (enum gd_setting)part;
}

static void callback_check(void *arg, struct form_field *field)
{
    struct callback_form *self = arg;
    struct gd_error err = {0};
    struct gd_buf out;
    char warning[200];

    if (field->id == CALLBACK_SCOPE)
        return;
    gd_buf_init(&out, VALUE_MAX);
    if (gd_setting_parse(part_of(self, field->id), form_text(field), &out, warning, &err) != GD_OK)
        note(&field->note, ROLE_ERROR, err.what);
    else if (warning[0])
        note(&field->note, ROLE_WARN, warning);
    gd_buf_free(&out);
}

/* The three belong together: an incomplete one cannot be sent. */
static void callback_across(void *arg, struct form *form, struct form_note *out)
{
    static const char *const names[] = {"URL", "method", "content type"};
    char text[200];

    (void)arg;
    for (int part = 0; part < 3; part++) {
        if (*held(&form->fields[part]))
            continue;
        snprintf(text, sizeof text, "a callback is sent with all three: the %s is missing", names[part]);
        note(out, ROLE_ERROR, text);
        return;
    }
    if (*held(&form->fields[CALLBACK_SCOPE]) != 't')
        note(out, ROLE_WARN, "the same URL, method and content type for all of them");
}

/* Whether the scope that was chosen takes in a callback. */
static bool in_scope(const struct callback_form *self, const struct form *form, int callback)
{
    const char *scope = held(&form->fields[CALLBACK_SCOPE]);

    if (*scope == 't')
        return callback == (int)self->callback;
    if (*scope == 'a')
        return true;
    return strcmp(gd_callback_rows[callback].section, gd_callback_rows[self->callback].section) == 0;
}

static void callback_save(void *arg, struct form *form)
{
    struct callback_form *self = arg;
    struct console *console = form->pane.console;
    struct gd_error err = {0};
    bool good;

    good = form_check(form);
    if (!good) {
        console_say(console, ROLE_ERROR, "%s",
                    form->across.text[0] ? form->across.text : "mend the marked fields first");
        return;
    }
    for (int c = 0; c < GD_CB__COUNT && good; c++) {
        for (int part = 0; part < 3 && good && in_scope(self, form, c); part++) {
            struct gd_buf value;

            gd_buf_init(&value, VALUE_MAX);
            good = gd_setting_parse(gd_callback_rows[c].endpoint + (enum gd_setting)part,
                                    held(&form->fields[part]), &value, NULL, &err) == GD_OK &&
                   pane_settings_stage(self->owner, gd_callback_rows[c].endpoint + (enum gd_setting)part,
                                       value.data, &err) == GD_OK;
            gd_buf_free(&value);
        }
    }
    done(console, form, good, &err);
}

static void callback_free(void *arg)
{
    gd_free(arg);
}

static const struct form_hooks callback_hooks = {callback_check, callback_across, same_text,    callback_save,
                                                 NULL,           no_reveal,       callback_free};

/* What a part is edited as: headers of one member as their content type. */
static bool fill_part(struct form_field *field, enum gd_setting id, const char *value)
{
    struct gd_buf text;
    bool good;

    gd_buf_init(&text, VALUE_MAX);
    if (value)
        gd_setting_show(id, value, &text);
    good = form_field_set(field, value ? text.data : NULL, NULL);
    gd_buf_free(&text);
    return good;
}

struct pane *form_callback_new(struct pane *owner, const struct setview *view, enum gd_callback callback)
{
    static const char *const labels[] = {"URL", "Method", "Content type"};
    const struct gd_callback_row *row = &gd_callback_rows[callback];
    struct callback_form *self = gd_calloc(1, sizeof *self);
    struct form *form = self ? form_new(owner->console, CALLBACK_FIELDS, &callback_hooks, self) : NULL;
    bool good = form != NULL;

    if (!form) {
        gd_free(self);
        return NULL;
    }
    *self = (struct callback_form){owner, callback};
    for (int part = 0; part < 3 && good; part++) {
        const struct gd_setting_row *setting = &gd_setting_rows[part_of(self, part)];
        struct form_field *field = &form->fields[part];

        field->id = part;
        field->label = labels[part];
        field->takes = setting->takes;
        field->help = setting->help;
        field->choices = setting->type == GD_ST_CHOICE ? setting->choices : NULL;
        good = fill_part(field, part_of(self, part), setview_value(view, part_of(self, part)));
    }
    form->fields[CALLBACK_SCOPE].id = CALLBACK_SCOPE;
    form->fields[CALLBACK_SCOPE].label = "Send all to…";
    form->fields[CALLBACK_SCOPE].takes = "this event alone, the four of this product, or all eight";
    form->fields[CALLBACK_SCOPE].help =
        "Sets several callbacks at once: URL, method and content type of each.";
    form->fields[CALLBACK_SCOPE].choices = "this event|four of the product|all eight";
    good = good && form_field_set(&form->fields[CALLBACK_SCOPE], "this event", NULL);
    snprintf(form->title, sizeof form->title, "%s: %s",
             strcmp(row->section, "greenvn") == 0 ? "GreenVN" : "GreenPin", row->label);
    if (!good) {
        form->pane.class->free(&form->pane);
        return NULL;
    }
    return &form->pane;
}

/* ---- SMS ---- */

struct sms_form {
    struct pane *owner;
    struct gd_sms sms; /* as it was */
    char labels[GD_SMS_PARTIES * GD_SMS__COUNT][24];
};

static enum gd_sms_party party_of(const struct form_field *field)
{
    return (enum gd_sms_party)(field->id / GD_SMS__COUNT);
}

static enum gd_sms_field member_of(const struct form_field *field)
{
    return (enum gd_sms_field)(field->id % GD_SMS__COUNT);
}

/* The length of a message, as it is counted and billed. */
static void note_length(struct form_note *out, const char *text)
{
    struct gd_sms_size size = gd_sms_measure(text);
    char words[200];

    snprintf(words, sizeof words, "%d %s, %d segment%s, %d left in the last%s", size.units,
             size.unicode ? "UCS-2 units" : "characters", size.segments, size.segments == 1 ? "" : "s",
             size.left, size.unicode ? "; a character beyond GSM 03.38 makes segments of 70" : "");
    note(out, size.segments > 1 ? ROLE_WARN : ROLE_DIM, words);
}

static void sms_check(void *arg, struct form_field *field)
{
    struct gd_sms scratch = {0};
    struct gd_error err = {0};

    (void)arg;
    if (gd_sms_set(&scratch, party_of(field), member_of(field), form_text(field), &err) != GD_OK)
        note(&field->note, ROLE_ERROR, err.what);
    else if (member_of(field) == GD_SMS_BODY)
        note_length(&field->note, form_text(field));
    gd_sms_clear(&scratch);
}

/* The setting's text with what the form holds laid over what was read. */
static enum gd_rc compose(const struct sms_form *self, const struct form *form, struct gd_buf *out,
                          char warning[200], struct gd_error *err)
{
    struct gd_sms sms = {.raw = json_incref(self->sms.raw)};
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < form->n && rc == GD_OK; i++)
        rc = gd_sms_set(&sms, party_of(&form->fields[i]), member_of(&form->fields[i]), held(&form->fields[i]),
                        err);
    if (rc == GD_OK)
        rc = gd_sms_write(&sms, out, err);
    gd_sms_warn(&sms, warning, 200);
    gd_sms_clear(&sms);
    return rc;
}

static void sms_across(void *arg, struct form *form, struct form_note *out)
{
    struct gd_error err = {0};
    struct gd_buf text;
    char warning[200];

    gd_buf_init(&text, VALUE_MAX);
    if (compose(arg, form, &text, warning, &err) != GD_OK)
        note(out, ROLE_ERROR, err.what);
    else if (warning[0])
        note(out, ROLE_WARN, warning);
    gd_buf_free(&text);
}

static void sms_save(void *arg, struct form *form)
{
    struct sms_form *self = arg;
    struct console *console = form->pane.console;
    struct gd_error err = {0};
    struct gd_buf text;
    char warning[200];
    bool good;

    if (!form_check(form)) {
        console_say(console, ROLE_ERROR, "%s",
                    form->across.text[0] ? form->across.text : "mend the marked fields first");
        return;
    }
    gd_buf_init(&text, VALUE_MAX);
    good = compose(self, form, &text, warning, &err) == GD_OK &&
           pane_settings_stage(self->owner, GD_S_SMS_CONFIG, text.data, &err) == GD_OK;
    gd_buf_free(&text);
    done(console, form, good, &err);
}

static void sms_free(void *arg)
{
    struct sms_form *self = arg;

    gd_sms_clear(&self->sms);
    gd_free(self);
}

static const struct form_hooks sms_hooks = {sms_check, sms_across, same_text, sms_save,
                                            NULL,      no_reveal,  sms_free};

struct pane *form_sms_new(struct pane *owner, const struct setview *view, struct gd_error *err)
{
    const char *value = setview_value(view, GD_S_SMS_CONFIG);
    struct sms_form *self = gd_calloc(1, sizeof *self);
    struct form *form;
    bool good = true;

    if (!self) {
        (void)gd_fail_memory(err);
        return NULL;
    }
    self->owner = owner;
    form = gd_sms_read(value ? value : "", &self->sms, err) == GD_OK
               ? form_new(owner->console, GD_SMS_PARTIES * GD_SMS__COUNT, &sms_hooks, self)
               : NULL;
    if (!form) {
        sms_free(self);
        return NULL;
    }
    for (int i = 0; i < form->n && good; i++) {
        struct form_field *field = &form->fields[i];
        const struct gd_sms_row *row = &gd_sms_rows[i % GD_SMS__COUNT];

        field->id = i;
        snprintf(self->labels[i], sizeof self->labels[i], "%c: %s", i < GD_SMS__COUNT ? 'A' : 'B',
                 row->label);
        field->label = self->labels[i];
        field->takes = row->takes;
        field->help = row->help;
        field->choices = row->choices;
        good = form_field_set(field, self->sms.v[party_of(field)][member_of(field)], NULL);
    }
    snprintf(form->title, sizeof form->title, "SMS after a call that did not get through");
    if (good)
        return &form->pane;
    form->pane.class->free(&form->pane);
    (void)gd_fail_memory(err);
    return NULL;
}
