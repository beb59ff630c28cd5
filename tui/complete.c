/* Completion. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "complete.h"

#include <stdio.h>
#include <string.h>

#include "../api/command.h"
#include "../api/field.h"
#include "../api/mem.h"
#include "../api/setting.h"
#include "options.h"

static const char *const filter_keys[] = {
    "state:", "vn:", "pin:",    "order:",   "a:",    "b:",    "number:", "usage:",
    "kind:",  "id:", "custom:", "changed:", "ends<", "ends>", "read<",   "read>"};

struct found {
    char **texts;
    size_t n;
    const char *begin; /* what they must begin with */
    size_t begin_len;
};

/* Adds before + text + after where it begins as what was typed. */
static void offer(struct found *found, const char *before, const char *text, const char *after)
{
    char whole[160];
    char **grown;

    snprintf(whole, sizeof whole, "%s%s%s", before, text, after);
    if (strncmp(whole, found->begin, found->begin_len) != 0)
        return;
    grown = gd_realloc(found->texts, (found->n + 2) * sizeof *grown);
    if (!grown)
        return;
    found->texts = grown;
    grown[found->n] = gd_strdup(whole);
    if (grown[found->n])
        found->n++;
    grown[found->n] = NULL;
}

void complete_free(char **texts)
{
    for (size_t i = 0; texts && texts[i]; i++)
        gd_free(texts[i]);
    gd_free(texts);
}

/* Offers the choices of a field behind its key. */
static void offer_choices(struct found *found, const char *before, const char *choices)
{
    while (choices && *choices) {
        size_t len = strcspn(choices, "|");
        char choice[40];

        snprintf(choice, sizeof choice, "%.*s", (int)len, choices);
        offer(found, before, choice, "");
        choices += len + (choices[len] == '|');
    }
}

static size_t word_start(const char *text, size_t cursor)
{
    while (cursor > 0 && text[cursor - 1] != ' ')
        cursor--;
    return cursor;
}

char **complete_filter(void *arg, const char *text, size_t cursor, size_t *from)
{
    struct found found = {0};

    (void)arg;
    *from = word_start(text, cursor);
    found.begin = text + *from;
    found.begin_len = cursor - *from;
    if (found.begin_len && *found.begin == '-') {
        found.begin++;
        found.begin_len--;
        ++*from;
    }
    for (size_t i = 0; i < sizeof filter_keys / sizeof *filter_keys; i++)
        offer(&found, "", filter_keys[i], "");
    offer_choices(&found, "state:", "active|expired|deallocated|unknown");
    offer_choices(&found, "usage:", gd_fields[GD_F_USAGE].choices);
    offer_choices(&found, "kind:", gd_fields[GD_F_KIND].choices);
    return found.texts;
}

/* What settings does, and its keys with their choices. */
static void offer_settings(struct found *found)
{
    static const char *const verbs[] = {"show", "set", "diff", "export", "apply", "history", "revert"};
    char name[GD_SETTING_NAME_MAX], before[GD_SETTING_NAME_MAX + 1];

    for (size_t i = 0; i < sizeof verbs / sizeof *verbs; i++)
        offer(found, "", verbs[i], " ");
    for (int id = 0; id < GD_S__COUNT; id++) {
        const struct gd_setting_row *row = &gd_setting_rows[id];

        offer(found, "", gd_setting_name((enum gd_setting)id, name), "=");
        snprintf(before, sizeof before, "%s=", name);
        offer_choices(found, before, row->type == GD_ST_BOOL ? "true|false" : row->choices);
    }
}

/* What can stand behind a command's name. */
static void offer_arguments(struct found *found, const struct gd_command *command)
{
    char before[80];

    for (int id = 0; id < OPT__COUNT; id++)
        if (option_rows[id].where != OPT_AT_START && option_serves((enum option_id)id, command))
            offer(found, "--", option_rows[id].name, option_rows[id].arg ? "=" : " ");
    if (strstr(command->args, "FILTER"))
        for (size_t i = 0; i < sizeof filter_keys / sizeof *filter_keys; i++)
            offer(found, "", filter_keys[i], "");
    if (command == &gd_commands[GD_C_SETTINGS]) {
        offer_settings(found);
        return;
    }
    if (!strstr(command->args, "KEY=VALUE"))
        return;
    for (int field = 0; field < GD_F__COUNT; field++) {
        const struct gd_field_row *row = &gd_fields[field];

        if (!row->create && !row->update && !row->vn)
            continue;
        offer(found, "", row->key, "=");
        snprintf(before, sizeof before, "%s=", row->key);
        offer_choices(found, before, row->choices);
    }
}

char **complete_command(void *arg, const char *text, size_t cursor, size_t *from)
{
    struct found found = {0};
    size_t name_len = strcspn(text, " ");
    char name[64];
    const struct gd_command *command;

    (void)arg;
    *from = word_start(text, cursor);
    found.begin = text + *from;
    found.begin_len = cursor - *from;
    if (*from == 0) {
        for (int id = 0; id < GD_C__COUNT; id++)
            if (gd_commands[id].flags & GD_CF_CONSOLE)
                offer(&found, "", gd_commands[id].name, " ");
        return found.texts;
    }
    snprintf(name, sizeof name, "%.*s", (int)name_len, text);
    command = gd_command_find(name, NULL);
    if (!command)
        return NULL;
    if (command == &gd_commands[GD_C_HELP])
        for (int id = 0; id < GD_C__COUNT; id++)
            offer(&found, "", gd_commands[id].name, " ");
    offer_arguments(&found, command);
    return found.texts;
}
