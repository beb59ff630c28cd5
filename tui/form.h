/* Forms: rows of fields that lay themselves out, say what they take while they are typed into, and know what
 * changed. What the fields mean is the hooks' affair. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_FORM_H
#define TUI_FORM_H

#include "lineedit.h"
#include "pane.h"

/* What a person typed, judged. */
struct form_note {
    enum role role; /* ROLE_ERROR: cannot be saved so */
    char text[640];
};

struct form_field {
    const char *label, *takes, *help; /* borrowed, of a table */
    const char *choices;              /* "oneway|twoway"; NULL none */
    bool secret;                      /* typed text is shown while the field has the focus only */
    int id;                           /* the owner's */
    char *old;                        /* NULL absent */
    char *masked;                     /* what is shown instead of it; NULL: it may be seen */
    bool touched;                     /* line holds what is wanted, else the old value stands */
    struct lineedit line;
    struct form_note note;
};

struct form;

struct form_hooks {
    void (*check)(void *arg, struct form_field *field); /* sets the note of a touched field */
    void (*across)(void *arg, struct form *form, struct form_note *note); /* of all fields together */
    bool (*same)(void *arg, const struct form_field *field); /* whether what is typed means the old value */
    void (*save)(void *arg, struct form *form);
    void (*now)(void *arg, struct form *form); /* sends it at once; NULL: there is but one way to save */
    void (*reveal)(void *arg, struct form *form);
    void (*free)(void *arg);
};

struct form {
    struct pane pane;
    char title[120];
    struct form_field *fields;
    int n, at;             /* at n: Cancel, n + 1: Save, n + 2: Now, where there is such a hook */
    const char *save_word; /* on the button */
    int top;
    struct form_note across;
    bool busy; /* being saved: keys wait */
    const struct form_hooks *hooks;
    void *arg; /* of the hooks; freed by them */
};

/* A form of n empty fields, to be filled in by form_field_set. */
struct form *form_new(struct console *console, int n, const struct form_hooks *hooks, void *arg);

/* Gives a field its old value, and what is shown of it (NULL: itself). false: memory. */
bool form_field_set(struct form_field *field, const char *old, const char *masked);

/* Old values may be seen from now on: fields not touched show and edit them. */
void form_unmask(struct form *form);

/* Whether the field asks for a change, and what is typed. */
bool form_changed(const struct form *form, const struct form_field *field);
const char *form_text(const struct form_field *field);

/* Judges all fields anew; whether it can be saved. */
bool form_check(struct form *form);

#endif
