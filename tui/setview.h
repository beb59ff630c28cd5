/* What view 4 shows: settings as rows, the changes that are not saved yet, and what deserves a word. Knows
 * nothing of a screen. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_SETVIEW_H
#define TUI_SETVIEW_H

#include "../api/setting.h"

enum setview_kind {
    SETVIEW_HEADING, /* of a section */
    SETVIEW_SETTING,
    SETVIEW_CALLBACK, /* endpoint, method and headers as one */
    SETVIEW_OTHER     /* a key that is unknown here */
};

struct setview_item {
    enum setview_kind kind;
    enum gd_setting id; /* of a setting; of a callback its endpoint */
    const char *section;
    char *key; /* of another: its name and value */
    char *value;
};

struct setview_rule {
    enum gd_setting id;
    char words[400];
};

enum { SETVIEW_RULES_MOST = 40 };

struct setview {
    struct gd_settings known, change; /* change.v: what is wanted, not saved yet */
    int64_t read_at;                  /* seconds; 0 never */
    int64_t longest;                  /* as gd_settings_rules takes it */
    struct setview_item *items;
    int n;
    int *shown; /* indices of the items that match the search */
    int n_shown;
    char search[200];
    struct setview_rule rules[SETVIEW_RULES_MOST];
    int n_rules;
};

GD_MUST_USE enum gd_rc setview_init(struct setview *view, struct gd_error *err);
void setview_free(struct setview *view);

/* Another reading: what is wanted and so already is no change any more. known is copied. */
GD_MUST_USE enum gd_rc setview_take(struct setview *view, const struct gd_settings *known, int64_t read_at,
                                    struct gd_error *err);

/* Shows only rows whose label, key, value or help hold the text; "" all. */
void setview_search(struct setview *view, const char *text);

/* Wants a value (NULL: the known one) for a setting; dropped where the server has it so. */
GD_MUST_USE enum gd_rc setview_stage(struct setview *view, enum gd_setting id, const char *value,
                                     struct gd_error *err);
/* Judges as if the value (NULL: none) were wanted too: rules are those of then, until the next change. */
void setview_try(struct setview *view, enum gd_setting id, char *value);

/* Drops what is wanted for an item. */
void setview_reset(struct setview *view, const struct setview_item *item);

/* What will stand: wanted, else known; NULL not reported. */
const char *setview_value(const struct setview *view, enum gd_setting id);

/* How many keys are changed; whether one of the item's is. */
int setview_changed(const struct setview *view);
bool setview_is_changed(const struct setview *view, const struct setview_item *item);

/* The item's label, its value in words (appended), its state in one or two words. */
const char *setview_label(const struct setview_item *item);
void setview_words(const struct setview *view, const struct setview_item *item, struct gd_buf *out);
const char *setview_state(const struct setview *view, const struct setview_item *item);

/* Whether the setting is one of the item's. */
bool setview_holds(const struct setview_item *item, enum gd_setting id);

#endif
