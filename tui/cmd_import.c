/* import: takes ids, CSV or JSON into the ledger, piece by piece; --fetch reads each from the API. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../api/mem.h"
#include "../api/when.h"
#include "fetch.h"
#include "import_read.h"
#include "job_i.h"

#define PIECE ((size_t)4 << 20)          /* bytes in one transaction */
#define PIECE_CONSOLE ((size_t)16 << 10) /* the same while keys are waited for */
#define QUEUE_FULL 8192                  /* ids waiting to be read: the file waits */
#define QUEUE_LOW 2048
#define NOTE_EVERY 100 /* ms between two words on the progress */

struct waiting {
    struct waiting *next;
    enum gd_kind kind;
    bool kind_known;
    char id[];
};

struct import {
    struct job *job;
    const char *name; /* of the file, for words */
    int fd;
    int watch; /* the loop's id, 0 while the file waits or is over */
    bool over; /* the file is */
    char *piece;
    size_t room;
    struct import_reader reader;
    enum gd_kind kind;
    bool kind_given;
    struct gd_error broken; /* the ledger failed */
    struct fetch *fetch;
    struct waiting *first, **last;
    size_t n_waiting;
    int64_t fresh, known, bad, read, gone, failed;
    int64_t noted; /* when the progress was last told, ms */
};

static void close_file(struct import *import)
{
    if (import->watch != 0)
        gd_loop_fd_drop(import->job->loop, import->watch);
    import->watch = 0;
    if (import->fd > STDERR_FILENO)
        close(import->fd);
    import->fd = -1;
}

static void import_free(void *state)
{
    struct import *import = state;

    fetch_free(&import->fetch);
    close_file(import);
    import_reader_clear(&import->reader);
    while (import->first != NULL) {
        struct waiting *old = import->first;

        import->first = old->next;
        gd_free(old);
    }
    gd_free(import->piece);
    gd_free(import);
}

static void note_progress(struct import *import)
{
    char text[200], taken[COUNT_MAX], read[COUNT_MAX];
    int64_t now = gd_mono_ms();

    if (now - import->noted < NOTE_EVERY)
        return;
    import->noted = now;
    job_count(import->fresh + import->known, taken);
    if (import->job->options.fetch)
        snprintf(text, sizeof text, "%s taken in, %s read", taken,
                 job_count(import->read + import->gone + import->failed, read));
    else
        snprintf(text, sizeof text, "%s taken in", taken);
    import->job->sink->class->note(import->job->sink, text);
}

/* ---- rows of the file ---- */

static void queue(struct import *import, const struct import_row *row)
{
    const char *id = row->alloc.v[GD_F_ID];
    struct waiting *waiting = gd_malloc(sizeof *waiting + strlen(id) + 1);

    if (waiting == NULL) {
        gd_fail_memory(&import->broken);
        return;
    }
    *waiting = (struct waiting){.kind = row->alloc.kind, .kind_known = row->kind_given || import->kind_given};
    memcpy(waiting->id, id, strlen(id) + 1);
    *import->last = waiting;
    import->last = &waiting->next;
    import->n_waiting++;
}

static void take_row(void *arg, struct import_row *row)
{
    struct import *import = arg;
    bool fresh = false;

    if (import->broken.rc != GD_OK)
        return;
    if (!row->kind_given)
        row->alloc.kind = import->kind;
    if (!import->job->options.dry_run) {
        gd_free(row->alloc.source);
        row->alloc.source = gd_strdup("import");
        if (gd_ledger_put(import->job->desk->ledger, &row->alloc, &fresh, &import->broken) != GD_OK)
            return;
        if (import->job->options.fetch)
            queue(import, row);
    }
    if (fresh)
        import->fresh++;
    else
        import->known++;
}

static void take_bad(void *arg, int64_t line, const struct gd_error *why)
{
    struct import *import = arg;
    struct gd_error told = {0};

    import->bad++;
    gd_fail(&told, GD_INPUT, why->advice, "%.200s: line %" PRId64 ": %.300s", import->name, line, why->what);
    import->job->sink->class->fault(import->job->sink, &told);
}

/* ---- the end ---- */

static const char *const columns[] = {"new", "known", "bad", "read", "gone", "failed", NULL};
static const struct sink_shape shape = {.title = "Import", .columns = columns, .single = true};

static void print_counts(struct import *import)
{
    struct sink *sink = import->job->sink;
    json_t *row =
        json_pack("{s:I,s:I,s:I,s:I,s:I,s:I}", "new", (json_int_t)import->fresh, "known",
                  (json_int_t)import->known, "bad", (json_int_t)import->bad, "read", (json_int_t)import->read,
                  "gone", (json_int_t)import->gone, "failed", (json_int_t)import->failed);

    sink->class->begin(sink, &shape);
    if (row != NULL)
        sink->class->row(sink, row);
    sink->class->end(sink);
    json_decref(row);
}

static void finish(struct import *import)
{
    struct job *job = import->job;
    enum gd_rc rc = GD_OK;

    if (import->broken.rc != GD_OK) {
        job->error = import->broken;
        rc = import->broken.rc;
    } else if (import->bad > 0 && import->fresh + import->known == 0) {
        rc = GD_INPUT; /* each line was told of */
    } else {
        print_counts(import);
        rc = import->bad + import->failed > 0 ? GD_PARTIAL : GD_OK;
    }
    job_done(job, rc);
}

/* ---- reading from the API ---- */

static void watch_file(struct import *import);

static bool next(void *arg, struct fetch_item *item)
{
    struct import *import = arg;
    struct waiting *waiting = import->first;

    if (waiting == NULL)
        return false;
    *item = (struct fetch_item){
        .id = gd_strdup(waiting->id), .kind = waiting->kind, .kind_known = waiting->kind_known};
    if (item->id == NULL)
        return false;
    import->first = waiting->next;
    if (import->first == NULL)
        import->last = &import->first;
    gd_free(waiting);
    if (--import->n_waiting <= QUEUE_LOW)
        watch_file(import);
    return true;
}

static void got(void *arg, const struct fetch_item *item, const struct gd_reply *reply)
{
    struct import *import = arg;

    (void)item;
    if (reply->rc == GD_OK && reply->alloc != NULL) {
        import->read++;
    } else if (reply->gone) {
        import->gone++;
    } else {
        import->failed++;
        import->job->sink->class->fault(import->job->sink, &reply->error);
    }
    note_progress(import);
}

static void idle(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct import *import = arg;

    if (rc != GD_OK)
        import->broken = *err;
    if (import->over || rc != GD_OK)
        finish(import);
}

/* ---- the file ---- */

/* One piece is one transaction: all its good rows, or with a full disk none. */
static enum gd_rc take_piece(struct import *import, size_t len, bool last)
{
    struct gd_ledger *ledger = import->job->desk->ledger;
    bool write = !import->job->options.dry_run;
    struct gd_error why = {0};
    enum gd_rc rc = write ? gd_ledger_begin(ledger, &why) : GD_OK;

    if (rc != GD_OK) {
        import->broken = why;
        return rc;
    }
    rc = import_feed(&import->reader, import->piece, len, last, &why);
    if (rc == GD_OK && import->broken.rc == GD_OK && write)
        rc = gd_ledger_commit(ledger, &why);
    else if (write)
        gd_ledger_rollback(ledger);
    if (rc != GD_OK && import->broken.rc == GD_OK)
        import->broken = why;
    return import->broken.rc;
}

static void file_over(struct import *import)
{
    import->over = true;
    close_file(import);
    if (import->fetch == NULL || import->broken.rc != GD_OK)
        finish(import);
    else if (fetch_more(import->fetch, &import->broken) != GD_OK)
        finish(import);
}

static void readable(void *arg, int fd, short events)
{
    struct import *import = arg;
    ssize_t len = read(fd, import->piece, import->room);

    (void)events;
    if (len < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (len < 0)
        gd_fail(&import->broken, GD_IO, "see that it can be read", "%.200s: %s", import->name,
                strerror(errno));
    if (len < 0 || take_piece(import, (size_t)len, len == 0) != GD_OK || len == 0) {
        file_over(import);
        return;
    }
    note_progress(import);
    if (import->fetch == NULL)
        return;
    if (import->n_waiting >= QUEUE_FULL) {
        gd_loop_fd_drop(import->job->loop, import->watch);
        import->watch = 0;
    }
    if (fetch_more(import->fetch, &import->broken) != GD_OK)
        file_over(import);
}

static void watch_file(struct import *import)
{
    if (import->watch != 0 || import->over)
        return;
    if (gd_loop_fd(import->job->loop, import->fd, POLLIN, readable, import, &import->watch) != GD_OK)
        gd_fail_memory(&import->broken);
}

static void cancel(struct job *job)
{
    struct import *import = job->state;

    job_fail(job, GD_CANCELLED, "what was taken in stays", "interrupted: %" PRId64 " rows were taken in",
             import->fresh + import->known);
}

static void begin(struct job *job)
{
    struct import *import = job->state;
    struct fetch_hooks hooks = {.next = next, .got = got, .idle = idle, .arg = import};
    enum gd_rc rc = GD_OK;

    if (job->options.fetch && !job->options.dry_run)
        rc = fetch_new(job->desk, &hooks, &import->fetch, &job->error);
    if (rc == GD_OK) {
        watch_file(import);
        rc = import->broken.rc;
    }
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}

static bool ends_with(const char *text, const char *end)
{
    size_t a = strlen(text), b = strlen(end);

    return a > b && strcasecmp(text + a - b, end) == 0;
}

static enum gd_rc open_file(struct import *import)
{
    struct job *job = import->job;
    struct import_hooks hooks = {.row = take_row, .bad = take_bad, .arg = import};
    bool standard;

    if (job->argc != 1)
        return gd_fail(&job->error, GD_INPUT, "name a file, or - for standard input",
                       "import takes one file");
    standard = strcmp(job->argv[0], "-") == 0;
    if (standard && job->console != NULL)
        return gd_fail(&job->error, GD_INPUT, "name a file", "in the console there is no standard input");
    import->name = standard ? "standard input" : job->argv[0];
    import->fd = standard ? STDIN_FILENO : open(job->argv[0], O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (import->fd < 0)
        return gd_fail(&job->error, GD_INPUT, "name a file that can be read", "%.200s: %s", job->argv[0],
                       strerror(errno));
    import->room = job->console != NULL ? PIECE_CONSOLE : PIECE;
    import->piece = gd_malloc(import->room);
    if (import->piece == NULL)
        return gd_fail_memory(&job->error);
    import_reader_init(&import->reader, &hooks, &job->desk->place, job->desk->profile->tenant,
                       ends_with(import->name, ".csv") || ends_with(import->name, ".tsv"));
    job_subject(job, "%.200s", import->name);
    return GD_OK;
}

void cmd_IMPORT(struct job *job)
{
    struct import *import = gd_calloc(1, sizeof *import);
    enum gd_rc rc;

    if (import == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = import;
    job->state_free = import_free;
    import->job = job;
    import->fd = -1;
    import->last = &import->first;
    rc = job_kind(job, &import->kind, &import->kind_given, &job->error);
    if (rc == GD_OK)
        rc = open_file(import);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        begin(job);
}
