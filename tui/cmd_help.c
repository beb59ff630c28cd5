/* help: the commands by group, or one of them whole, with its options; made from the tables. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/mem.h"
#include "../api/near.h"
#include "../api/setting.h"
#include "console.h"
#include "job_i.h"
#include "sink_table.h"

#define HELP_MAX 65536
#define LEFT_WIDTH 24 /* columns of the left side */
#define RIGHT_MARGIN 79

/* Appends text in lines that end before the right margin; the first one begins at column at, all others at
 * indent. */
static void add_wrapped(struct gd_buf *out, const char *text, int at, int indent)
{
    char word[RIGHT_MARGIN * 4];

    for (bool first = true; *text != '\0'; first = false) {
        size_t len = strcspn(text, " ");
        int width;

        if (len >= sizeof word)
            len = sizeof word - 1;
        memcpy(word, text, len);
        word[len] = '\0';
        width = sink_width(word);
        if (!first && at + 1 + width > RIGHT_MARGIN) {
            gd_buf_addf(out, "\n%*s", indent, "");
            at = indent;
        } else if (!first) {
            gd_buf_addc(out, ' ');
            at++;
        }
        gd_buf_adds(out, word);
        at += width;
        text += len + strspn(text + len, " ");
    }
    gd_buf_addc(out, '\n');
}

/* "  left      right" with the right sides below each other. */
static void add_pair(struct gd_buf *out, const char *left, const char *right)
{
    int width = sink_width(left);

    gd_buf_addf(out, "  %s", left);
    if (width > LEFT_WIDTH - 2) {
        gd_buf_addc(out, '\n');
        width = -2;
    }
    gd_buf_addf(out, "%*s", LEFT_WIDTH - width, "");
    add_wrapped(out, right, LEFT_WIDTH + 2, LEFT_WIDTH + 2);
}

static void add_option(struct gd_buf *out, const struct option_row *row)
{
    char left[80];

    if (row->letter != '\0')
        snprintf(left, sizeof left, "-%c, --%s%s%s", row->letter, row->name, row->arg != NULL ? " " : "",
                 row->arg != NULL ? row->arg : "");
    else
        snprintf(left, sizeof left, "    --%s%s%s", row->name, row->arg != NULL ? "=" : "",
                 row->arg != NULL ? row->arg : "");
    add_pair(out, left, row->help);
}

static void add_command(struct gd_buf *out, const struct gd_command *command)
{
    char left[120];

    snprintf(left, sizeof left, "%s%s%s", command->name, *command->args != '\0' ? " " : "", command->args);
    add_pair(out, left, command->help);
}

static bool is_here(const struct job *job, const struct gd_command *command)
{
    return (command->flags & (job->console != NULL ? GD_CF_CONSOLE : GD_CF_SHELL)) != 0;
}

/* The groups in the order in which the table first names them. */
static void add_groups(const struct job *job, struct gd_buf *out)
{
    for (size_t i = 0; i < GD_C__COUNT; i++) {
        bool first = true, heading = false;

        for (size_t j = 0; j < i && first; j++)
            first = strcmp(gd_commands[j].group, gd_commands[i].group) != 0;
        for (size_t j = i; first && j < GD_C__COUNT; j++) {
            if (!is_here(job, &gd_commands[j]) || strcmp(gd_commands[j].group, gd_commands[i].group) != 0)
                continue;
            if (!heading)
                gd_buf_addf(out, "\n%s\n", gd_commands[i].group);
            heading = true;
            add_command(out, &gd_commands[j]);
        }
    }
}

static void add_all(const struct job *job, struct gd_buf *out)
{
    gd_buf_adds(out, "greendesk [OPTIONS]                    the console\n"
                     "greendesk [OPTIONS] COMMAND [ARG…]     one command, then exit\n");
    add_groups(job, out);
    gd_buf_adds(out, "\nOptions (anywhere on the line; what begins with - and is none stands behind --)\n");
    for (enum option_id id = 0; id < OPT__COUNT; id++) {
        if (option_rows[id].where != OPT_LISTED)
            add_option(out, &option_rows[id]);
    }
    gd_buf_adds(out, "\nhelp COMMAND says more of one command.\n"
                     "Exit status: 0 done; 1 some of several rows failed; 2 usage or bad input;\n"
                     "3 refused here; 4 refused by the service; 5 no answer.\n");
}

static void add_settings(struct gd_buf *out)
{
    char name[GD_SETTING_NAME_MAX];

    gd_buf_adds(out, "\nKeys\n");
    for (enum gd_setting id = 0; id < GD_S__COUNT; id++)
        add_pair(out, gd_setting_name(id, name), gd_setting_rows[id].takes);
}

/* The fields that a KEY=VALUE can name. */
static void add_fields(const struct gd_command *command, struct gd_buf *out)
{
    if (command == &gd_commands[GD_C_SETTINGS])
        add_settings(out);
    if (strstr(command->args, "KEY=VALUE") == NULL || command == &gd_commands[GD_C_SETTINGS])
        return;
    gd_buf_adds(out, "\nKeys (lists by commas; KEY+=VALUE adds, KEY-=VALUE takes; a VALUE -\n"
                     "is read from standard input)\n");
    for (enum gd_field field = 0; field < GD_F__COUNT; field++) {
        const struct gd_field_row *row = &gd_fields[field];
        bool create = command == &gd_commands[GD_C_CREATE], vn = command == &gd_commands[GD_C_VN];

        if ((create ? row->create : vn ? row->vn : row->update) != 0 || (create && field == GD_F_KIND))
            add_pair(out, row->key, row->takes);
    }
}

static void add_one(const struct gd_command *command, struct gd_buf *out)
{
    bool heading = false;

    gd_buf_addf(out, "%s%s%s\n  ", command->name, *command->args != '\0' ? " " : "", command->args);
    add_wrapped(out, command->help, 2, 2);
    if (command->more != NULL) {
        gd_buf_addc(out, '\n');
        add_wrapped(out, command->more, 0, 0);
    }
    if (command->keys != NULL && *command->keys != '\0')
        gd_buf_addf(out, "\nKeys in the console: %s\n", command->keys);
    add_fields(command, out);
    for (enum option_id id = 0; id < OPT__COUNT; id++) {
        if (option_rows[id].where != OPT_LISTED || !option_serves(id, command))
            continue;
        if (!heading)
            gd_buf_adds(out, "\nOptions of its own\n");
        heading = true;
        add_option(out, &option_rows[id]);
    }
}

static const struct gd_command *named(struct job *job, const char *name)
{
    const struct gd_command *command = gd_command_find(name, NULL);
    struct gd_near near = {0};
    char advice[80];

    if (command != NULL)
        return command;
    for (size_t i = 0; i < GD_C__COUNT; i++)
        gd_near_offer(&near, name, gd_commands[i].name);
    snprintf(advice, sizeof advice, near.best != NULL ? "did you mean %s?" : "help lists them",
             near.best != NULL ? near.best : "");
    gd_fail(&job->error, GD_INPUT, advice, "there is no command %.60s", name);
    return NULL;
}

/* Also what --help comes to with any command. */
void cmd_HELP(struct job *job)
{
    const struct gd_command *command = job->command;
    struct gd_buf out;

    if (command == &gd_commands[GD_C_HELP] && !(job->options.help && job->argc == 0))
        command = job->argc > 0 ? named(job, job->argv[0]) : NULL;
    if (job->error.rc != GD_OK) {
        job_done(job, job->error.rc);
        return;
    }
    if (job->console != NULL && command == NULL) {
        console_help(job->console);
        job_done(job, GD_OK);
        return;
    }
    gd_buf_init(&out, HELP_MAX);
    if (command != NULL)
        add_one(command, &out);
    else
        add_all(job, &out);
    job->sink->class->text(job->sink, out.data);
    gd_buf_free(&out);
    job_done(job, GD_OK);
}
