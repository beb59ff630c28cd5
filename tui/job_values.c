/* KEY=VALUE words and the change they come to, in words for the person. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "job_values.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/duration.h"
#include "../api/mem.h"
#include "../api/op.h"
#include "../api/when.h"

#define LINE_MAX_BYTES 65536
#define KEY_WIDTH 18 /* columns of a key in the confirmation */

/* Appends the next line of standard input, without its end. */
static enum gd_rc read_line(struct gd_buf *out, struct gd_error *err)
{
    int c = getchar();

    if (c == EOF)
        return gd_fail(err, GD_INPUT, "write it there, one line for each -", "standard input holds no value");
    for (; c != EOF && c != '\n'; c = getchar())
        gd_buf_addc(out, (char)c);
    while (out->len > 0 && out->data[out->len - 1] == '\r')
        out->data[--out->len] = '\0';
    return gd_buf_check(out, "the value on standard input", err);
}

static enum gd_rc one_value(const struct job *job, const char *word, char **out, struct gd_error *err)
{
    const char *equals = strchr(word, '=');
    struct gd_buf text;
    enum gd_rc rc = GD_OK;

    if (equals == NULL)
        return gd_fail(err, GD_INPUT, "write it as KEY=VALUE", "%.80s is no KEY=VALUE", word);
    gd_buf_init(&text, LINE_MAX_BYTES);
    if (strcmp(equals + 1, "-") != 0) {
        gd_buf_adds(&text, word);
    } else if (job->console != NULL) {
        rc = gd_fail(err, GD_INPUT, "write the value", "in the console there is no standard input for -");
    } else {
        gd_buf_add(&text, word, (size_t)(equals + 1 - word));
        rc = read_line(&text, err);
    }
    if (rc == GD_OK)
        rc = gd_buf_check(&text, "the value", err);
    if (rc == GD_OK)
        *out = gd_buf_take(&text);
    gd_buf_wipe(&text);
    return rc;
}

enum gd_rc job_values(struct job *job, int n, char *const *words, char ***out, struct gd_error *err)
{
    char **values = gd_calloc((size_t)n + 1, sizeof *values);
    enum gd_rc rc = values != NULL ? GD_OK : gd_fail_memory(err);

    for (int i = 0; i < n && rc == GD_OK; i++)
        rc = one_value(job, words[i], &values[i], err);
    if (rc != GD_OK) {
        job_words_free(values != NULL ? n : 0, values);
        values = NULL;
    }
    *out = values;
    return rc;
}

/* ---- in words ---- */

static void add_value(struct job *job, enum gd_field field, const char *value, struct gd_buf *out)
{
    if (value == NULL || *value == '\0')
        gd_buf_adds(out, "none");
    else
        gd_value_show(field, value, job->options.reveal, out);
}

/* The line on a new end: a duration counts from now, so it can shorten a life. */
static void add_end(struct job *job, const struct gd_alloc *before, const char *seconds, struct gd_buf *out)
{
    int zone = job->desk->place.zone_offset;
    int64_t end = gd_now() + strtoll(seconds, NULL, 10);
    char was[GD_WHEN_MAX] = "unknown", becomes[GD_WHEN_MAX], by[32];

    if (before->ends_at > 0)
        gd_when_format(before->ends_at, zone, "%Y-%m-%d %H:%M", was);
    gd_when_format(end, zone, "%Y-%m-%d %H:%M", becomes);
    gd_buf_addf(out, "  %-*s%s → %s %s", KEY_WIDTH, "end", was, becomes, gd_zone_name(zone));
    if (before->ends_at > end) {
        gd_duration_text(before->ends_at - end, by, sizeof by);
        gd_buf_addf(out, "  (%s earlier than now set)", by);
    }
    gd_buf_addc(out, '\n');
}

void job_cost_text(struct job *job, enum gd_op_kind kind, int64_t rows, struct gd_buf *out)
{
    int64_t cost = gd_op_cost(job->desk->profile, kind, rows);
    char text[64];

    if (cost == 0)
        return;
    gd_op_cost_text(job->desk->profile, cost, text, sizeof text);
    gd_buf_addf(out, "It may cost %s.\n", text);
}

char *job_change_text(struct job *job, const char *verb, const struct gd_alloc *before,
                      const struct gd_alloc *want, enum gd_op_kind kind)
{
    const char *id = before->v[GD_F_ID];
    struct gd_buf out;

    gd_buf_init(&out, LINE_MAX_BYTES);
    gd_buf_addf(&out, "%s %s%s%s of %s:\n", verb, id != NULL ? "" : "a new ",
                id != NULL ? id : gd_kind_name(want->kind), "", job->desk->profile->tenant);
    for (enum gd_field field = 0; field < GD_F__COUNT; field++) {
        if (want->v[field] == NULL)
            continue;
        if (field == GD_F_DURATION) {
            add_end(job, before, want->v[field], &out);
            continue;
        }
        gd_buf_addf(&out, "  %-*s", KEY_WIDTH, gd_fields[field].key);
        if (id != NULL) {
            add_value(job, field, before->v[field], &out);
            gd_buf_adds(&out, " → ");
        }
        add_value(job, field, want->v[field], &out);
        gd_buf_addc(&out, '\n');
    }
    job_cost_text(job, kind, 1, &out);
    if (job->placed && job->desk->place.assumed)
        gd_buf_addf(&out, "The account's settings could not be read: country %s and zone %s are assumed.\n",
                    job->desk->place.country, gd_zone_name(job->desk->place.zone_offset));
    return gd_buf_take(&out);
}
