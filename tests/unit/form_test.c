/* The form that edits an allocation: what it asks for, what it refuses, and the command line that it runs. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/form.h"

#include <locale.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../../api/buf.h"
#include "../../tui/panes.h"
#include "tap.h"

static struct gd_profile profile = {.name = (char *)"test", .dialect = GD_PARTY, .reveal = true};
static struct gd_desk desk = {.profile = &profile, .place = {"IN", 19800, false}};
static struct console console = {.desk = &desk};
static struct gd_alloc alloc;
static char ran[2000], said[700];
static console_then_fn *then;
static void *then_arg;
static bool held = true, revealed;

/* ---- what the console does for a form ---- */

void console_dirty(struct console *self, unsigned what)
{
    self->dirty |= what;
}

void console_drop(struct console *self, struct pane *pane)
{
    (void)self;
    held = false;
    pane->class->free(pane);
}

bool console_holds(const struct console *self, const struct pane *pane)
{
    (void)self;
    (void)pane;
    return held;
}

const char *console_key(const struct console *self, enum gd_command_id command)
{
    (void)self;
    return gd_commands[command].name;
}

void console_say(struct console *self, enum role role, const char *fmt, ...)
{
    va_list args;

    (void)self;
    (void)role;
    va_start(args, fmt);
    vsnprintf(said, sizeof said, fmt, args);
    va_end(args);
}

void console_fail(struct console *self, const struct gd_error *error)
{
    console_say(self, ROLE_ERROR, "%s", error->what);
}

bool console_revealed(const struct console *self, int64_t row)
{
    (void)self;
    (void)row;
    return revealed;
}

enum gd_rc console_reveal(struct console *self, const struct gd_alloc *what, struct gd_error *err)
{
    (void)self;
    (void)what;
    (void)err;
    revealed = true;
    return GD_OK;
}

void console_run_words(struct console *self, int argc, char *const *argv, bool quiet, console_then_fn *fn,
                       void *arg)
{
    size_t n = 0;

    (void)self;
    (void)quiet;
    ran[0] = '\0';
    for (int i = 0; i < argc; i++)
        n += (size_t)snprintf(ran + n, sizeof ran - n, "%s%s", i ? " " : "", argv[i]);
    then = fn;
    then_arg = arg;
}

/* ---- helpers ---- */

static struct form *open_form(void)
{
    struct gd_error err = {0};
    struct pane *pane;

    held = true;
    ran[0] = said[0] = '\0';
    if (form_edit_new(&console, &alloc, &pane, &err) != GD_OK)
        bail_out("no form: %s", err.what);
    return (struct form *)pane;
}

static void close_form(struct form *form)
{
    form->pane.class->free(&form->pane);
}

static struct form_field *field(struct form *form, const char *label)
{
    for (int i = 0; i < form->n; i++)
        if (strcmp(form->fields[i].label, label) == 0)
            return &form->fields[i];
    bail_out("no field %s", label);
}

static void press(struct form *form, int code)
{
    struct event event = {EVENT_KEY, code, "", 0};

    form->pane.class->event(&form->pane, &event);
}

/* Goes to a field and types. */
static void type(struct form *form, const char *label, const char *text)
{
    form->at = (int)(field(form, label) - form->fields);
    for (; *text; text++) {
        struct event event = {EVENT_KEY, (unsigned char)*text, text, 1};

        form->pane.class->event(&form->pane, &event);
    }
}

static void act(struct form *form, enum gd_command_id id)
{
    struct act act = {id, 0, NULL};
    struct gd_error err = {0};

    form->pane.class->act(&form->pane, &act, &err);
}

/* ---- cases ---- */

static void test_fields(void)
{
    struct form *form = open_form();
    int flat = 0;

    is_int(form->n, 10, "the fields that the party dialect can change");
    ok(field(form, "B numbers")->masked != NULL, "numbers are masked");
    ok(strstr(field(form, "A PIN")->masked, "0042") == NULL, "and so are PINs");
    ok(field(form, "A VNs")->masked == NULL, "VNs are not");
    close_form(form);
    profile.dialect = GD_FLAT;
    form = open_form();
    for (int i = 0; i < form->n; i++)
        flat += strcmp(form->fields[i].label, "Usage") == 0;
    is_int(flat, 0, "flat knows no usage, so the form has none");
    ok(field(form, "Recording")->choices != NULL, "but recording");
    close_form(form);
    profile.dialect = GD_PARTY;
}

static void test_only_changes(void)
{
    struct form *form = open_form();

    act(form, GD_C_SAVE);
    is_str(ran, "", "nothing is changed: nothing is run");
    type(form, "B numbers", "098300 12345");
    has_str(field(form, "B numbers")->note.text, "+919830012345", "completed while it is typed");
    act(form, GD_C_SAVE);
    is_str(ran, "stage gp-1 b.numbers=098300 12345", "only the changed field is sent");
    ok(form->busy, "and the form waits");
    press(form, KEY_CODE_TAB);
    is_int(form->at, (int)(field(form, "B numbers") - form->fields), "keys do nothing meanwhile");
    then(then_arg, GD_REFUSED, NULL);
    ok(held && !form->busy, "not confirmed: the form is there again");
    act(form, GD_C_SAVE);
    then(then_arg, GD_OK, NULL);
    ok(!held, "saved: it is gone");
}

static void test_unanswered(void)
{
    struct form *form = open_form();

    type(form, "Duration", "2h");
    act(form, GD_C_SAVE);
    then(then_arg, GD_NO_ANSWER, NULL);
    ok(!held, "without an answer it is gone too: what may have been done is not sent again");
}

static void test_adding(void)
{
    struct form *form = open_form();

    type(form, "A numbers", "+=+919999999999");
    act(form, GD_C_SAVE);
    is_str(ran, "stage gp-1 a.numbers+=+919999999999", "+= adds to a list");
    then(then_arg, GD_OK, NULL);
    form = open_form();
    type(form, "A numbers", "-=+919876546144");
    act(form, GD_C_SAVE);
    is_str(ran, "stage gp-1 a.numbers-=+919876546144", "-= takes away");
    then(then_arg, GD_OK, NULL);
}

static void test_refused(void)
{
    static const struct {
        const char *label, *text, *says;
    } cases[] = {
        {"B numbers", "12", ""},
        {"A PIN", "12a4", ""},
        {"A PIN", "1234567890", ""},
        {"A PIN length", "10", ""},
        {"Duration", "soon", ""},
        {"B numbers", "+919876546144", "both"},
        {"Duration", "until 2001-01-01 00:00", ""},
    };

    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct form *form = open_form();

        type(form, cases[i].label, cases[i].text);
        act(form, GD_C_SAVE);
        is_str(ran, "", "%s = %s is not run", cases[i].label, cases[i].text);
        ok(said[0] && (!cases[i].says[0] || strstr(said, cases[i].says)), "and said why: %s", said);
        close_form(form);
    }
}

static void test_reset(void)
{
    struct form *form = open_form();

    type(form, "B numbers", "1");
    ok(form_changed(form, field(form, "B numbers")), "changed");
    act(form, GD_C_RESET);
    ok(!form_changed(form, field(form, "B numbers")) && field(form, "B numbers")->note.text[0] == '\0',
       "and reset by one key");
    type(form, "A VNs", "");
    press(form, KEY_CTRL('u'));
    ok(form_changed(form, field(form, "A VNs")), "emptied");
    press(form, KEY_CTRL('y'));
    ok(!form_changed(form, field(form, "A VNs")), "the same text again is no change");
    close_form(form);
}

static void test_choice(void)
{
    struct form *form = open_form();

    type(form, "Usage", "");
    press(form, KEY_CODE_RIGHT);
    is_str(form_text(field(form, "Usage")), "oneway", "the next of the choices");
    press(form, KEY_CODE_LEFT);
    ok(!form_changed(form, field(form, "Usage")), "back to what it was is no change");
    type(form, "Usage", "o");
    is_str(form_text(field(form, "Usage")), "oneway", "by its letter");
    type(form, "Usage", "x");
    is_str(form_text(field(form, "Usage")), "oneway", "another letter does nothing");
    close_form(form);
}

static void test_reveal(void)
{
    struct form *form = open_form();

    act(form, GD_C_REVEAL);
    ok(field(form, "B numbers")->masked == NULL, "revealed");
    is_str(form_text(field(form, "B numbers")), "+919876545625", "the old value can be edited");
    type(form, "B numbers", ",+919000000001");
    act(form, GD_C_SAVE);
    is_str(ran, "stage gp-1 b.numbers=+919876545625,+919000000001", "and is sent whole");
    then(then_arg, GD_OK, NULL);
    revealed = false;
}

static void test_paste(void)
{
    struct form *form = open_form();
    struct event paste = {EVENT_PASTE, -1, "+919000000001\n", 14};

    form->at = (int)(field(form, "B numbers") - form->fields);
    form->pane.class->event(&form->pane, &paste);
    is_str(form_text(field(form, "B numbers")), "+919000000001", "a paste is text");
    form->at = form->n + 1;
    form->pane.class->event(&form->pane, &paste);
    is_str(ran, "", "a pasted newline on Save saves nothing");
    press(form, KEY_CODE_ENTER);
    has_str(ran, "stage gp-1", "Enter does");
    then(then_arg, GD_OK, NULL);
}

static void test_earlier(void)
{
    struct form *form = open_form();

    type(form, "Duration", "600s");
    has_str(field(form, "Duration")->note.text, "earlier", "an earlier end is warned of");
    is_int(field(form, "Duration")->note.role, ROLE_WARN, "but not refused");
    close_form(form);
}

int main(void)
{
    struct gd_error err = {0};
    static const struct {
        enum gd_field field;
        const char *text;
    } values[] = {{GD_F_ID, "gp-1"},
                  {GD_F_A_NUMBERS, "+919876546144"},
                  {GD_F_B_NUMBERS, "+919876545625"},
                  {GD_F_A_VNS, "+918047134471"},
                  {GD_F_A_PIN, "0042"},
                  {GD_F_USAGE, "twoway"}};

    setlocale(LC_CTYPE, "C.UTF-8");
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        if (gd_alloc_set(&alloc, values[i].field, values[i].text, &err) != GD_OK)
            bail_out("%s", err.what);
    alloc.state = GD_ACTIVE;
    alloc.ends_at = (int64_t)4000000000;
    alloc.read_at = 1;
    test_fields();
    test_only_changes();
    test_unanswered();
    test_adding();
    test_refused();
    test_reset();
    test_choice();
    test_reveal();
    test_paste();
    test_earlier();
    gd_alloc_clear(&alloc);
    return done_testing();
}
