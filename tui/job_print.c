/* What several commands print: allocations, operations, and requests of a dry run. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdlib.h>
#include <string.h>

#include "../api/client.h"
#include "../api/mem.h"
#include "../api/when.h"
#include "job_i.h"

#define REQUEST_MAX ((size_t)64 * 1024 * 1024)

static const char *const allocation_columns[] = {"id",        "state", "transaction_id", "a.numbers",
                                                 "b.numbers", "a.vns", "ends_at",        NULL};

/* What an allocation's JSON holds beyond the fields. */
static const char *const allocation_more[] = {"state_raw",  "ends_at", "created_at",
                                              "call_count", "read_at", "source"};

#define N_MORE (sizeof allocation_more / sizeof *allocation_more)

const struct sink_shape *allocation_shape(void)
{
    static const char *wide[GD_F__COUNT + N_MORE + 1];
    static const struct sink_shape shape = {
        .title = "Allocations", .columns = allocation_columns, .wide = wide};
    size_t n = 0;

    if (wide[0] != NULL)
        return &shape;
    for (enum gd_field field = 0; field < GD_F__COUNT; field++) {
        if (gd_fields[field].read != NULL || field == GD_F_KIND)
            wide[n++] = gd_fields[field].key;
    }
    for (size_t i = 0; i < N_MORE; i++)
        wide[n++] = allocation_more[i];
    return &shape;
}

static const char *const operation_columns[] = {"id",      "outcome", "http_status", "code",
                                                "message", "advice",  NULL};
static const char *const operation_wide[] = {"id",     "outcome",  "http_status", "code", "message",
                                             "advice", "attempts", "request_id",  NULL};
const struct sink_shape operation_shape = {.title = "Operation",
                                           .columns = operation_columns,
                                           .wide = operation_wide,
                                           .single = true,
                                           .rows_key = "rows"};

void job_print_alloc_to(struct job *job, struct sink *sink, const struct gd_alloc *alloc)
{
    json_t *row = gd_alloc_json(alloc, job->desk->profile->tenant, job->options.reveal,
                                job->desk->place.zone_offset, gd_now());

    if (row != NULL)
        sink->class->row(sink, row);
    json_decref(row);
}

void job_print_alloc(struct job *job, const struct gd_alloc *alloc)
{
    job_print_alloc_to(job, job->sink, alloc);
}

/* ---- requests ---- */

static const char *const request_columns[] = {"method", "path", "body", NULL};
static const struct sink_shape request_shape = {.title = "Requests", .columns = request_columns};

/* Whether the value at this path of a request is a person's number or a PIN; that field, or GD_F__COUNT. */
static enum gd_field masked_field(const char *path)
{
    for (enum gd_field field = 0; field < GD_F__COUNT; field++) {
        if ((gd_fields[field].flags & (GD_FF_SECRET | GD_FF_PERSON)) == 0)
            continue;
        for (size_t shape = 0; shape < GD_SHAPE__COUNT; shape++) {
            if (gd_fields[field].send[shape] != NULL && strcmp(gd_fields[field].send[shape], path) == 0)
                return field;
        }
    }
    return GD_F__COUNT;
}

static json_t *masked_value(enum gd_field field, const json_t *value)
{
    struct gd_buf raw, shown;
    json_t *text;

    gd_buf_init(&raw, REQUEST_MAX);
    gd_buf_init(&shown, REQUEST_MAX);
    sink_cell(value, "", &raw);
    gd_value_show(field, raw.data, false, &shown);
    text = json_string(shown.data);
    gd_buf_wipe(&raw);
    gd_buf_free(&shown);
    return text;
}

/* Masks what a profile without reveal must not show. parent is the path of the object, "" at the top. */
static void mask_request(json_t *object, const char *parent)
{
    const char *key;
    json_t *value;
    void *next;
    size_t i;

    if (json_is_array(object)) {
        json_array_foreach(object, i, value) mask_request(value, "");
        return;
    }
    json_object_foreach_safe(object, next, key, value)
    {
        struct gd_buf path;
        enum gd_field field;

        gd_buf_init(&path, 1024);
        gd_buf_addf(&path, "%s%s%s", parent, *parent != '\0' ? "." : "", key);
        field = masked_field(path.data);
        if (field != GD_F__COUNT)
            json_object_set_new(object, key, masked_value(field, value));
        else if (json_is_array(value) || json_is_object(value))
            mask_request(value, path.data);
        gd_buf_free(&path);
    }
}

static bool as_rows(const struct job *job)
{
    return job->options.format_given && job->options.format != OUTPUT_TABLE;
}

void job_begin_requests(struct job *job)
{
    if (as_rows(job))
        job->sink->class->begin(job->sink, &request_shape);
}

void job_end_requests(struct job *job)
{
    if (as_rows(job))
        job->sink->class->end(job->sink);
}

void job_print_request(struct job *job, const struct gd_request_text *request)
{
    json_t *body = request->body != NULL ? json_loads(request->body, JSON_DECODE_ANY, NULL) : NULL;
    struct gd_buf text;
    char *shown;

    if (!job->desk->profile->reveal)
        mask_request(body, "");
    if (as_rows(job)) {
        json_t *row = json_pack("{s:s, s:s, s:o}", "method", request->method, "path", request->path, "body",
                                body != NULL ? body : json_null());

        if (row != NULL)
            job->sink->class->row(job->sink, row);
        json_decref(row);
        return;
    }
    shown = body != NULL ? json_dumps(body, JSON_COMPACT | JSON_ENCODE_ANY) : NULL;
    json_decref(body);
    gd_buf_init(&text, REQUEST_MAX);
    gd_buf_addf(&text, "%s %s\n", request->method, request->path);
    if (shown != NULL)
        gd_buf_addf(&text, "%s\n", shown);
    job->sink->class->text(job->sink, text.data);
    gd_free(shown);
    gd_buf_wipe(&text);
}
