/* export: what the ledger knows, or what matches --filter, into a file; by its ending csv, tsv, json or
 * jsonl. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "../api/mem.h"
#include "../api/when.h"
#include "select.h"
#include "sink_out.h"

#define NOTE_EVERY 200 /* ms between two words on the progress */

struct export
{
    struct job *job;
    struct select *select;
    const char *path;
    char *part; /* written first, renamed when whole; NULL once it is */
    FILE *file;
    struct sink *sink; /* into the file */
    int64_t n, noted;
};

/* The formats that an ending can name. */
static const struct {
    const char *ending;
    enum output_format format;
} endings[] = {
    {".csv", OUTPUT_CSV},
    {".tsv", OUTPUT_TSV},
    {".json", OUTPUT_JSON},
    {".jsonl", OUTPUT_JSONL},
};

static enum gd_rc format_of(const char *path, enum output_format *format, struct gd_error *err)
{
    const char *dot = strrchr(path, '.');

    for (size_t i = 0; dot != NULL && i < sizeof endings / sizeof *endings; i++)
        if (strcasecmp(dot, endings[i].ending) == 0) {
            *format = endings[i].format;
            return GD_OK;
        }
    return gd_fail(err, GD_INPUT, "end its name in .csv, .tsv, .json or .jsonl",
                   "the format of %s is not known", path);
}

static void close_file(struct export *export)
{
    if (export->sink != NULL)
        export->sink->class->free(export->sink);
    export->sink = NULL;
    if (export->file != NULL)
        fclose(export->file);
    export->file = NULL;
}

static void export_free(void *state)
{
    struct export *export = state;

    select_free(&export->select);
    close_file(export);
    if (export->part != NULL)
        unlink(export->part);
    gd_free(export->part);
    gd_free(export);
}

static enum gd_rc fail_io(struct export *export, const char *what, struct gd_error *err)
{
    return gd_fail(err, GD_IO, "check the folder, its rights and the space left", "cannot %s %s: %s", what,
                   export->path, strerror(errno));
}

/* Opens the file beside the wanted one, readable by its owner alone. */
static enum gd_rc open_part(struct export *export, struct gd_error *err)
{
    struct gd_buf name;
    int fd;

    gd_buf_init(&name, 8192);
    gd_buf_addf(&name, "%s.XXXXXX", export->path);
    export->part = gd_buf_take(&name);
    if (export->part == NULL)
        return gd_fail_memory(err);
    fd = mkstemp(export->part);
    if (fd < 0) {
        gd_free(export->part);
        export->part = NULL;
        return fail_io(export, "write", err);
    }
    export->file = fdopen(fd, "w");
    if (export->file == NULL) {
        close(fd);
        return fail_io(export, "write", err);
    }
    return GD_OK;
}

static void note_progress(struct export *export)
{
    int64_t now = gd_mono_ms();
    char text[80], count[COUNT_MAX];

    if (now - export->noted < NOTE_EVERY)
        return;
    export->noted = now;
    snprintf(text, sizeof text, "%s written", job_count(export->n, count));
    export->job->sink->class->note(export->job->sink, text);
}

static bool write_row(void *arg, const struct gd_alloc *row)
{
    struct export *export = arg;

    job_print_alloc_to(export->job, export->sink, row);
    export->n++;
    if (export->n % 1000 == 0)
        note_progress(export);
    return !ferror(export->file);
}

/* Everything is in the part: it becomes the file. */
static enum gd_rc publish(struct export *export, struct gd_error *err)
{
    enum gd_rc rc;

    export->sink->class->end(export->sink);
    rc = sink_out_finish(export->sink, err);
    if (rc == GD_OK && (fflush(export->file) != 0 || fsync(fileno(export->file)) != 0))
        rc = fail_io(export, "write", err);
    close_file(export);
    if (rc == GD_OK && rename(export->part, export->path) != 0)
        rc = fail_io(export, "replace", err);
    if (rc != GD_OK)
        return rc;
    gd_free(export->part);
    export->part = NULL;
    return GD_OK;
}

static void finish(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct export *export = arg;
    struct job *job = export->job;
    char text[400], count[COUNT_MAX];

    if (rc != GD_OK)
        job->error = *err;
    else
        rc = publish(export, &job->error);
    if (rc == GD_OK) {
        snprintf(text, sizeof text, "%s allocations written to %.200s, %s", job_count(export->n, count),
                 export->path, job->options.reveal ? "numbers and PINs whole" : "numbers and PINs masked");
        job->sink->class->note(job->sink, text);
    }
    job_done(job, rc);
}

static void cancel(struct job *job)
{
    job_fail(job, GD_CANCELLED, "what stood there before is as it was",
             "interrupted; nothing was written to %s", job->argv[0]);
}

static enum gd_rc start(struct export *export)
{
    struct job *job = export->job;
    struct select_hooks hooks = {.row = write_row, .done = finish, .arg = export};
    struct gd_sort newest = {.key = GD_SORT_FIRST_SEEN, .descending = true};
    enum output_format format = OUTPUT_CSV;
    enum gd_rc rc = format_of(export->path, &format, &job->error);

    if (rc == GD_OK)
        rc = open_part(export, &job->error);
    if (rc == GD_OK) {
        export->sink = sink_out_new(job->loop, format, export->file, stderr, -1);
        if (export->sink == NULL)
            rc = gd_fail_memory(&job->error);
    }
    if (rc == GD_OK)
        rc = select_start(job, job->options.filter != NULL ? job->options.filter : "", newest, &hooks,
                          &export->select, &job->error);
    return rc;
}

void cmd_EXPORT(struct job *job)
{
    struct export *export;
    enum gd_rc rc;

    if (job->argc != 1) {
        job_fail(job, GD_INPUT, "greendesk export --filter EXPR FILE.csv", "export takes one file");
        return;
    }
    export = gd_calloc(1, sizeof *export);
    if (export == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = export;
    job->state_free = export_free;
    export->job = job;
    export->path = job->argv[0];
    rc = start(export);
    if (rc != GD_OK) {
        job_done(job, rc);
        return;
    }
    job->cancel = cancel;
    export->sink->class->begin(export->sink, allocation_shape());
}
