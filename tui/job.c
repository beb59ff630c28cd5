/* Running a command: finding it, checking what it may, starting it, ending it. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job.h"

#include <stdio.h>
#include <string.h>

#include "../api/audit.h"
#include "../api/mem.h"
#include "../api/near.h"
#include "job_i.h"

struct job *job_new(void)
{
    return gd_calloc(1, sizeof(struct job));
}

void job_free(struct job **job)
{
    struct job *old = *job;

    if (old == NULL)
        return;
    if (old->state != NULL && old->state_free != NULL)
        old->state_free(old->state);
    job_words_free(old->argc, old->argv);
    job_words_free((int)old->n_ids, old->ids);
    options_clear(&old->options);
    gd_free(old);
    *job = NULL;
}

static enum gd_rc copy_words(struct job *job, int argc, char *const *argv)
{
    job->argv = gd_calloc((size_t)argc + 1, sizeof *job->argv);
    if (job->argv == NULL)
        return gd_fail_memory(&job->error);
    for (job->argc = 0; job->argc < argc; job->argc++) {
        job->argv[job->argc] = gd_strdup(argv[job->argc]);
        if (job->argv[job->argc] == NULL)
            return gd_fail_memory(&job->error);
    }
    return GD_OK;
}

enum gd_rc job_pick_add(struct job *job, const char *id, struct gd_error *err)
{
    char **more = job->ids;

    if (job->n_ids % 64 == 0)
        more = gd_realloc(job->ids, (job->n_ids + 64) * sizeof *more);
    if (more == NULL)
        return gd_fail_memory(err);
    job->ids = more;
    more[job->n_ids] = gd_strdup(id);
    if (more[job->n_ids] == NULL)
        return gd_fail_memory(err);
    job->n_ids++;
    return GD_OK;
}

static enum gd_rc unknown_command(const char *name, bool several, struct gd_error *err)
{
    struct gd_near near = {0};
    char advice[160];

    if (several)
        return gd_fail(err, GD_INPUT, "write more of it", "several commands begin with %s", name);
    for (size_t i = 0; i < GD_C__COUNT; i++)
        gd_near_offer(&near, name, gd_commands[i].name);
    if (near.best != NULL)
        snprintf(advice, sizeof advice, "did you mean %s?", near.best);
    else
        snprintf(advice, sizeof advice, "see greendesk help");
    return gd_fail(err, GD_INPUT, advice, "there is no command %.60s", name);
}

/* Finds the command that the first word names: by its beginning on the : line, whole from the shell, where a
 * script must not change its meaning when a command is added. */
static enum gd_rc find_command(struct job *job, const char *name)
{
    bool several = false;
    const struct gd_command *command = gd_command_find(name, &several);

    if (command == NULL || (job->console == NULL && strcmp(command->name, name) != 0))
        return unknown_command(name, several, &job->error);
    job->command = command;
    return GD_OK;
}

static enum gd_rc check_place(struct job *job)
{
    const struct gd_command *command = job->command;

    if (job->console == NULL && (command->flags & GD_CF_SHELL) == 0)
        return gd_fail(&job->error, GD_INPUT, "start greendesk without a command and use it there",
                       "%s works in the console only", command->name);
    if (job->console != NULL && (command->flags & GD_CF_CONSOLE) == 0)
        return gd_fail(&job->error, GD_INPUT, "leave the console and run it there",
                       "%s works from the shell only", command->name);
    if ((command->flags & GD_CF_LEDGER) != 0 && job->desk == NULL && !job->options.help)
        return gd_fail(&job->error, GD_INPUT, "add one to the configuration, or try --demo",
                       "%s needs a profile", command->name);
    return GD_OK;
}

static enum gd_rc check_rights(struct job *job)
{
    if (job->desk == NULL || job->options.help)
        return GD_OK;
    if (job->options.reveal && !job->desk->profile->reveal)
        return gd_fail(&job->error, GD_REFUSED, "leave --reveal out, or use a profile that may",
                       "the profile %s does not allow to reveal numbers and PINs", job->desk->profile->name);
    return gd_role_check(job->desk->profile, job->command->right, &job->error);
}

/* What the console has chosen, where the command takes rows and none were named. */
static enum gd_rc pick_rows(struct job *job)
{
    if (job->pick == NULL || job->argc > 0 || job->options.filter != NULL || job->options.help ||
        (job->command->flags & (GD_CF_ROW | GD_CF_MARKED)) == 0)
        return GD_OK;
    return job->pick(job, &job->error);
}

/* Everything before the command's own work. */
static enum gd_rc prepare(struct job *job, int argc, char **argv)
{
    bool at_start = job->console == NULL;
    enum gd_rc rc = options_parse(&job->options, &argc, argv, &job->error);

    if (rc != GD_OK)
        return rc;
    if (argc == 0)
        return gd_fail(&job->error, GD_INPUT, "see greendesk --help", "no command was given");
    rc = find_command(job, argv[0]);
    if (rc == GD_OK)
        rc = copy_words(job, argc - 1, argv + 1);
    if (rc == GD_OK)
        rc = options_check(&job->options, job->command, at_start, &job->error);
    if (rc == GD_OK)
        rc = check_place(job);
    if (rc == GD_OK)
        rc = check_rights(job);
    if (rc == GD_OK)
        rc = pick_rows(job);
    /* A reveal that cannot be written down does not happen. */
    if (rc == GD_OK && job->options.reveal && job->desk != NULL)
        rc = job_audit(job, "reveal", "done", &job->error);
    return rc;
}

void job_run(struct job *job, int argc, char *const *argv)
{
    char **words = gd_calloc((size_t)argc + 1, sizeof *words);
    enum gd_rc rc;

    if (words == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    for (int i = 0; i < argc; i++)
        words[i] = argv[i];
    rc = prepare(job, argc, words);
    gd_free(words);
    if (rc != GD_OK)
        job_done(job, rc);
    else if (job->options.help && job->command != &gd_commands[GD_C_HELP])
        job_function(GD_C_HELP)(job);
    else
        job_function((enum gd_command_id)(job->command - gd_commands))(job);
}

void job_stop(struct job *job)
{
    if (job->cancel != NULL) {
        job->cancel(job);
        return;
    }
    gd_fail(&job->error, GD_CANCELLED, NULL, "interrupted");
    job_done(job, GD_CANCELLED);
}

/* Whether the end of this job belongs into the audit trail: whatever touched the API or the ledger's content,
 * and every refusal; not what only looked, nor slips of the pen. */
static bool is_audited(const struct job *job, enum gd_rc rc)
{
    unsigned acts = GD_CF_NETWORK | GD_CF_WRITES;

    if (job->desk == NULL || job->command == NULL || job->options.help || rc == GD_INPUT)
        return false;
    return rc == GD_REFUSED || (job->command->flags & acts) != 0 || job->command == &gd_commands[GD_C_IMPORT];
}

static void audit_end(struct job *job, enum gd_rc rc)
{
    char result[700];
    const char *how = rc == GD_REFUSED ? "refused" : rc == GD_CANCELLED ? "interrupted" : "failed";
    struct gd_error why = {0};

    if (!is_audited(job, rc))
        return;
    if (rc == GD_OK)
        snprintf(result, sizeof result, "%s", job->options.dry_run ? "done (dry run)" : "done");
    else if (job->error.rc != GD_OK)
        snprintf(result, sizeof result, "%s: %s", how, job->error.what);
    else
        snprintf(result, sizeof result, "%s", rc == GD_PARTIAL ? "failed in part" : how);
    if (job_audit(job, job->command->name, result, &why) != GD_OK)
        job->sink->class->fault(job->sink, &why);
}

void job_done(struct job *job, enum gd_rc rc)
{
    job->cancel = NULL;
    audit_end(job, rc);
    job->done(job, rc, job->done_arg);
}
