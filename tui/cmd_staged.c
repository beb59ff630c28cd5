/* staged, unstage, hold, release, choose, restage, save-changeset: the changeset on the command line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "../api/changeset_file.h"
#include "../api/duration.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_op.h"
#include "job_staged.h"
#include "select.h"

static const char *const columns[] = {"id",   "action", "change",    "conflicts",
                                      "held", "user",   "staged_at", NULL};
static const char *const wide[] = {"id",   "action", "kind",      "change", "conflicts",
                                   "held", "user",   "staged_at", NULL};
static const struct sink_shape shape = {.title = "Staged", .columns = columns, .wide = wide};

void job_row_fault(struct job *job, const char *name, const struct gd_error *why)
{
    struct gd_error error = {0};

    gd_fail(&error, why->rc, why->advice, "%.100s: %s", name, why->what);
    job->sink->class->fault(job->sink, &error);
}

/* ---- printing ---- */

struct printing {
    struct job *job;
    bool failed;
};

/* "b.numbers: X → Y, duration: … → 2h" for tables; JSON has it in parts. */
static void add_summary(json_t *row)
{
    json_t *changes = json_object_get(row, "changes"), *change;
    struct gd_buf text;
    const char *key;

    gd_buf_init(&text, (size_t)1 << 20);
    json_object_foreach(changes, key, change)
    {
        const char *before = json_string_value(json_object_get(change, "before"));
        const char *after = json_string_value(json_object_get(change, "after"));
        const char *now = json_string_value(json_object_get(change, "now"));

        gd_buf_addf(&text, "%s%s: %s → %s", text.len > 0 ? ", " : "", key,
                    before != NULL && *before != '\0' ? before : "none",
                    after != NULL && *after != '\0' ? after : "none");
        if (now != NULL)
            gd_buf_addf(&text, " (now %s)", now);
    }
    json_object_set_new(row, "change", json_string(text.data));
    gd_buf_wipe(&text);
}

static bool print_row(void *arg, struct gd_staged *staged)
{
    struct printing *printing = arg;
    struct job *job = printing->job;
    json_t *row = gd_staged_json(staged, job->options.reveal, job->desk->place.zone_offset);

    if (row == NULL) {
        printing->failed = true;
        return false;
    }
    if (!job->options.format_given ||
        (job->options.format != OUTPUT_JSON && job->options.format != OUTPUT_JSONL))
        add_summary(row);
    job->sink->class->row(job->sink, row);
    json_decref(row);
    return !job->sink->class->broken(job->sink);
}

static enum gd_rc print_ids(struct printing *printing, const struct id_list *ids, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (size_t i = 0; i < ids->n && rc == GD_OK && !printing->failed; i++) {
        struct gd_staged staged;
        bool found, more = true;

        rc = gd_changeset_get(printing->job->desk->ledger, ids->v[i], &staged, &found, err);
        if (rc == GD_OK && found)
            more = print_row(printing, &staged);
        gd_staged_clear(&staged);
        if (!more)
            break;
    }
    return rc;
}

enum gd_rc job_print_staged(struct job *job, const struct id_list *ids, struct gd_error *err)
{
    struct printing printing = {.job = job};
    enum gd_rc rc;

    job->sink->class->begin(job->sink, &shape);
    rc = ids != NULL ? print_ids(&printing, ids, err)
                     : gd_changeset_each(job->desk->ledger, print_row, &printing, err);
    job->sink->class->end(job->sink);
    return rc == GD_OK && printing.failed ? gd_fail_memory(err) : rc;
}

void cmd_STAGED(struct job *job)
{
    if (job->argc > 0)
        job_fail(job, GD_INPUT, "staged shows all that is staged", "staged takes no words");
    else
        job_done(job, job_print_staged(job, NULL, &job->error));
}

/* ---- by rows ---- */

static bool add_id(void *arg, struct gd_staged *staged)
{
    struct gd_error ignored = {0};

    return id_list_add(arg, staged->id, &ignored) == GD_OK;
}

static void ids_free(void *state)
{
    id_list_clear(state);
    gd_free(state);
}

/* One row: dropped, held or released; *found false: it is not staged. */
static enum gd_rc act(struct job *job, const char *id, bool *found)
{
    struct gd_ledger *ledger = job->desk->ledger;
    int64_t n;
    enum gd_rc rc;

    if (job->command != &gd_commands[GD_C_UNSTAGE])
        return gd_changeset_hold(ledger, id, job->command == &gd_commands[GD_C_HOLD], found, &job->error);
    rc = gd_changeset_drop(ledger, id, &n, &job->error);
    *found = n > 0;
    return rc;
}

/* Acts on all of them, or on none. */
static enum gd_rc act_on_all(struct job *job, const struct id_list *ids, bool named, int64_t *n)
{
    enum gd_rc rc = gd_ledger_begin(job->desk->ledger, &job->error);

    *n = 0;
    if (rc != GD_OK)
        return rc;
    for (size_t i = 0; i < ids->n && rc == GD_OK; i++) {
        bool found = false;

        rc = act(job, ids->v[i], &found);
        *n += found;
        if (rc == GD_OK && !found && named)
            rc = gd_fail(&job->error, GD_INPUT, "staged shows what is", "%.100s is not staged", ids->v[i]);
    }
    if (rc == GD_OK)
        rc = gd_ledger_commit(job->desk->ledger, &job->error);
    if (rc != GD_OK)
        gd_ledger_rollback(job->desk->ledger);
    return rc;
}

/* What the console says: its view of the staged rows shows the rest. */
static void tell(struct job *job, int64_t n)
{
    const char *done = job->command == &gd_commands[GD_C_UNSTAGE] ? "dropped"
                       : job->command == &gd_commands[GD_C_HOLD]  ? "held back"
                                                                  : "released";
    char text[200], count[COUNT_MAX], all[COUNT_MAX];
    struct gd_error ignored = {0};
    int64_t left = 0, held = 0;

    if (gd_changeset_count(job->desk->ledger, &left, &held, &ignored) != GD_OK)
        left = 0;
    if (n == 0)
        snprintf(text, sizeof text, "nothing of it is staged");
    else
        snprintf(text, sizeof text, "%s %s; %s staged", job_count(n, count), done, job_count(left, all));
    job->sink->class->note(job->sink, text);
}

static void act_and_print(struct job *job)
{
    struct id_list *ids = job->state;
    bool drops = job->command == &gd_commands[GD_C_UNSTAGE], named = job->argc > 0;
    enum gd_rc rc = GD_OK;
    int64_t n;

    if (job->console != NULL && !job->options.dry_run) {
        rc = act_on_all(job, ids, named, &n);
        if (rc == GD_OK)
            tell(job, n);
        job_done(job, rc);
        return;
    }
    /* What is dropped is shown, so that it can be typed again. */
    if (rc == GD_OK && drops)
        rc = job_print_staged(job, ids, &job->error);
    if (rc == GD_OK && !job->options.dry_run)
        rc = act_on_all(job, ids, named, &n);
    if (rc == GD_OK && !drops)
        rc = job_print_staged(job, ids, &job->error);
    job_done(job, rc);
}

/* The rows that the command is about: those named, picked or filtered, else all that is staged. */
static void by_rows(struct job *job)
{
    struct id_list *ids = gd_calloc(1, sizeof *ids);
    enum gd_rc rc;

    if (ids == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = ids;
    job->state_free = ids_free;
    if (job->argc > 0 || job->n_ids > 0 || job->options.filter != NULL) {
        select_ids(job, ids, act_and_print);
        return;
    }
    rc = gd_changeset_each(job->desk->ledger, add_id, ids, &job->error);
    if (rc == GD_OK)
        act_and_print(job);
    else
        job_done(job, rc);
}

void cmd_UNSTAGE(struct job *job)
{
    by_rows(job);
}

void cmd_HOLD(struct job *job)
{
    by_rows(job);
}

void cmd_RELEASE(struct job *job)
{
    by_rows(job);
}

/* ---- conflicts ---- */

static enum gd_rc choose_named(struct job *job, const char *id, bool mine)
{
    enum gd_rc rc = GD_OK;

    for (int i = 2; i < job->argc && rc == GD_OK; i++) {
        enum gd_field field = gd_field_find(job->argv[i]);
        bool found = false;

        if (field == GD_F__COUNT)
            return gd_fail(&job->error, GD_INPUT, "staged shows the keys", "there is no field %.60s",
                           job->argv[i]);
        rc = gd_changeset_choose(job->desk->ledger, id, field, mine, &found, &job->error);
        if (rc == GD_OK && !found)
            rc = gd_fail(&job->error, GD_INPUT, "staged shows what is", "%s of %.100s is not staged",
                         job->argv[i], id);
    }
    return rc;
}

/* Every field of the row that is in conflict. */
static enum gd_rc choose_all(struct job *job, const char *id, bool mine)
{
    struct gd_staged staged;
    bool found;
    enum gd_rc rc = gd_changeset_get(job->desk->ledger, id, &staged, &found, &job->error);

    if (rc == GD_OK && !found)
        rc = gd_fail(&job->error, GD_INPUT, "staged shows what is", "%.100s is not staged", id);
    for (int f = 0; f < GD_F__COUNT && rc == GD_OK; f++)
        if ((staged.conflicts & (UINT64_C(1) << f)) != 0)
            rc = gd_changeset_choose(job->desk->ledger, id, (enum gd_field)f, mine, &found, &job->error);
    gd_staged_clear(&staged);
    return rc;
}

void cmd_CHOOSE(struct job *job)
{
    bool mine = job->argc > 0 && strcmp(job->argv[0], "mine") == 0;
    struct id_list ids = {0};
    enum gd_rc rc;

    if (job->argc < 2 || (!mine && strcmp(job->argv[0], "theirs") != 0)) {
        job_fail(job, GD_INPUT, "choose mine ID, or choose theirs ID",
                 "choose wants mine or theirs, and an id");
        return;
    }
    rc = job->argc > 2 ? choose_named(job, job->argv[1], mine) : choose_all(job, job->argv[1], mine);
    if (rc == GD_OK && job->console != NULL) {
        job->sink->class->note(job->sink, mine ? "mine will be sent" : "theirs stands");
    } else if (rc == GD_OK) {
        rc = id_list_add(&ids, job->argv[1], &job->error);
        if (rc == GD_OK)
            rc = job_print_staged(job, &ids, &job->error);
    }
    id_list_clear(&ids);
    job_done(job, rc);
}

/* ---- the failed rows of an operation ---- */

struct restaging {
    struct job *job;
    struct id_list ids;
    bool deallocates;
    enum gd_rc rc;
};

/* The duration is counted anew from when it is sent. */
static enum gd_rc put_duration(struct gd_staged *staged, struct gd_error *err)
{
    char text[40];

    if (staged->want.v[GD_F_DURATION] == NULL)
        return GD_OK;
    snprintf(text, sizeof text, "%.30ss", staged->want.v[GD_F_DURATION]);
    return gd_alloc_set(&staged->want, GD_F_DURATION, text, err);
}

static bool restage_row(void *arg, struct gd_op_row *row)
{
    struct restaging *r = arg;
    struct gd_ledger *ledger = r->job->desk->ledger;
    struct gd_error *err = &r->job->error;
    struct gd_staged staged = {.id = row->id, .kind = row->alloc_kind};

    if (row->id == NULL || row->again != 0)
        return true;
    staged.action = r->deallocates ? GD_STAGE_DEALLOCATE : GD_STAGE_UPDATE;
    staged.base = row->before;
    r->rc = gd_alloc_copy(&staged.want, &row->want, err);
    if (r->rc == GD_OK)
        r->rc = put_duration(&staged, err);
    if (r->rc == GD_OK)
        r->rc = gd_changeset_put(ledger, &staged, err);
    if (r->rc == GD_OK)
        r->rc = id_list_add(&r->ids, row->id, err);
    gd_alloc_clear(&staged.want);
    return r->rc == GD_OK;
}

static enum gd_rc restage(struct restaging *r, int64_t op)
{
    struct job *job = r->job;
    enum gd_rc rc = gd_ledger_begin(job->desk->ledger, &job->error);

    if (rc != GD_OK)
        return rc;
    rc = gd_journal_each_row(job->desk->ledger, op, 0, 1u << GD_ROW_FAILED, restage_row, r, &job->error);
    if (rc == GD_OK)
        rc = r->rc;
    if (rc == GD_OK)
        rc = gd_ledger_commit(job->desk->ledger, &job->error);
    if (rc != GD_OK)
        gd_ledger_rollback(job->desk->ledger);
    return rc;
}

void cmd_RESTAGE(struct job *job)
{
    struct restaging r = {.job = job};
    struct gd_op op = {0};
    int64_t number = 0;
    enum gd_rc rc = job_operation(job, &number, &op);

    if (rc == GD_OK && op.kind != GD_OP_UPDATE && op.kind != GD_OP_DEALLOCATE)
        rc = gd_fail(&job->error, GD_INPUT, "retry it",
                     "operation %" PRId64 " has nothing that can be staged", number);
    r.deallocates = op.kind == GD_OP_DEALLOCATE;
    if (rc == GD_OK)
        rc = restage(&r, number);
    if (rc == GD_OK && job->console != NULL) {
        char text[120], count[COUNT_MAX];

        snprintf(text, sizeof text, "%s failed row%s staged again: 2 shows them",
                 job_count((int64_t)r.ids.n, count), r.ids.n == 1 ? "" : "s");
        job->sink->class->note(job->sink, text);
    } else if (rc == GD_OK) {
        rc = job_print_staged(job, &r.ids, &job->error);
    }
    id_list_clear(&r.ids);
    gd_op_clear(&op);
    job_done(job, rc);
}

/* ---- files ---- */

static enum gd_rc write_file(const char *path, const struct gd_buf *text, struct gd_error *err)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    size_t at = 0;
    ssize_t n = 0;

    while (fd >= 0 && at < text->len && (n = write(fd, text->data + at, text->len - at)) > 0)
        at += (size_t)n;
    if (fd < 0 || at < text->len || fsync(fd) != 0) {
        int error = errno;

        if (fd >= 0)
            close(fd);
        return gd_fail(err, GD_IO, "name another file, or make room", "cannot write %.300s: %s", path,
                       strerror(error));
    }
    close(fd);
    return GD_OK;
}

void cmd_SAVE_CHANGESET(struct job *job)
{
    struct gd_buf text;
    bool secrets = false;
    enum gd_rc rc;

    if (job->argc != 1) {
        job_fail(job, GD_INPUT, "save-changeset FILE", "save-changeset takes one file");
        return;
    }
    gd_buf_init(&text, GD_CHANGESET_FILE_MAX);
    rc = gd_changeset_write(job->desk->ledger, &text, &secrets, &job->error);
    /* The file holds numbers and PINs as they are: that is a reveal. */
    if (rc == GD_OK && secrets && !job->desk->profile->reveal)
        rc = gd_fail(&job->error, GD_REFUSED, "use a profile that may reveal them",
                     "the changeset holds numbers or PINs, which the profile %s does not reveal",
                     job->desk->profile->name);
    if (rc == GD_OK && secrets)
        rc = job_audit(job, "reveal", "done: in a changeset file", &job->error);
    if (rc == GD_OK)
        rc = write_file(job->argv[0], &text, &job->error);
    gd_buf_wipe(&text);
    job_done(job, rc);
}
