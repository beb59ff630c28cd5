/* keys: which key runs which command; the configuration's [keys] after the table's. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../api/mem.h"
#include "job_i.h"

static const char *const columns[] = {"key", "command", "help", NULL};
static const struct sink_shape shape = {.title = "Keys", .columns = columns};

static void print(struct job *job, const char *key, const char *command, const char *help)
{
    json_t *row = json_pack("{s:s,s:s,s:s}", "key", key, "command", command, "help", help);

    if (row != NULL)
        job->sink->class->row(job->sink, row);
    json_decref(row);
}

/* Whether the configuration gives the key to another command. */
static bool is_rebound(const struct job *job, const char *key)
{
    for (size_t i = 0; job->config != NULL && i < job->config->n_pairs; i++) {
        if (strcmp(job->config->pairs[i].section, "keys") == 0 && strcmp(job->config->pairs[i].key, key) == 0)
            return true;
    }
    return false;
}

/* One default of a row: KEY, or KEY:arguments (a lone colon is the key itself). */
static void print_default(struct job *job, const struct gd_command *command, const char *text, size_t len)
{
    const char *colon = len > 1 ? memchr(text + 1, ':', len - 1) : NULL;
    size_t key_len = colon != NULL ? (size_t)(colon - text) : len;
    char key[40];
    struct gd_buf line;

    if (key_len >= sizeof key)
        return;
    memcpy(key, text, key_len);
    key[key_len] = '\0';
    if (is_rebound(job, key))
        return;
    gd_buf_init(&line, 256);
    gd_buf_adds(&line, command->name);
    if (colon != NULL)
        gd_buf_addf(&line, " %.*s", (int)(len - key_len - 1), colon + 1);
    print(job, key, line.data, command->help);
    gd_buf_free(&line);
}

static void print_defaults(struct job *job, const struct gd_command *command)
{
    const char *at = command->keys;

    while (at != NULL && *at != '\0') {
        size_t len = strcspn(at, " ");

        print_default(job, command, at, len);
        at += len + strspn(at + len, " ");
    }
}

/* What the configuration binds: a command line; its first word names the command. */
static void print_bound(struct job *job, const struct gd_pair *pair)
{
    char name[40];
    size_t len = strcspn(pair->value, " ");
    const struct gd_command *command;

    if (len >= sizeof name)
        len = sizeof name - 1;
    memcpy(name, pair->value, len);
    name[len] = '\0';
    command = gd_command_find(name, NULL);
    print(job, pair->key, pair->value, command != NULL ? command->help : "");
}

void cmd_KEYS(struct job *job)
{
    job->sink->class->begin(job->sink, &shape);
    for (size_t i = 0; i < GD_C__COUNT; i++)
        print_defaults(job, &gd_commands[i]);
    for (size_t i = 0; job->config != NULL && i < job->config->n_pairs; i++) {
        if (strcmp(job->config->pairs[i].section, "keys") == 0)
            print_bound(job, &job->config->pairs[i]);
    }
    job->sink->class->end(job->sink);
    job_done(job, GD_OK);
}
