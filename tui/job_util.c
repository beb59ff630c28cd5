/* What commands share: failing, ids, filters, the audit trail. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ctype.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/audit.h"
#include "../api/mem.h"
#include "../api/filter.h"
#include "../api/when.h"
#include "job_i.h"

#define MASKED_DIGITS 7  /* that many in a row could be somebody's number */
#define FILTER_MAX 65536 /* bytes */

void job_fail(struct job *job, enum gd_rc rc, const char *advice, const char *fmt, ...)
{
    char what[sizeof job->error.what];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(what, sizeof what, fmt, ap);
    va_end(ap);
    gd_fail(&job->error, rc, advice, "%s", what);
    job_done(job, rc);
}

enum gd_rc job_kind(const struct job *job, enum gd_kind *kind, bool *given, struct gd_error *err)
{
    *given = job->options.kind != NULL;
    *kind = GD_GREENPIN;
    if (*given && !gd_kind_parse(job->options.kind, kind))
        return gd_fail(err, GD_INPUT, "give greenpin or greenvn", "there is no kind %.40s",
                       job->options.kind);
    return GD_OK;
}

enum gd_rc job_number(const char *text, const char *what, int64_t *out, struct gd_error *err)
{
    char *end;

    errno = 0;
    *out = strtoll(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0' || errno != 0 || *out < 1)
        return gd_fail(err, GD_INPUT, "give a whole number from 1", "%s is no number: %.40s", what, text);
    return GD_OK;
}

const char *job_count(int64_t n, char out[COUNT_MAX])
{
    char plain[24];
    size_t len, at = 0;

    snprintf(plain, sizeof plain, "%lld", (long long)n);
    len = strlen(plain);
    for (size_t i = 0; i < len; i++) {
        if (i > 0 && (len - i) % 3 == 0 && plain[i - 1] != '-')
            out[at++] = ',';
        out[at++] = plain[i];
    }
    out[at] = '\0';
    return out;
}

/* ---- ids ---- */

void id_list_clear(struct id_list *list)
{
    for (size_t i = 0; i < list->n; i++)
        gd_free(list->v[i]);
    gd_free(list->v);
    *list = (struct id_list){0};
}

enum gd_rc id_list_add(struct id_list *list, const char *id, struct gd_error *err)
{
    if (list->n == list->room) {
        size_t room = list->room > 0 ? list->room * 2 : 16;
        char **more = gd_realloc(list->v, room * sizeof *more);

        if (more == NULL)
            return gd_fail_memory(err);
        list->v = more;
        list->room = room;
    }
    list->v[list->n] = gd_strdup(id);
    if (list->v[list->n] == NULL)
        return gd_fail_memory(err);
    list->n++;
    return GD_OK;
}

static int by_text_then_place(const void *one, const void *other)
{
    char *const *a = *(char *const *const *)one, *const *b = *(char *const *const *)other;
    int order = strcmp(*a, *b);

    return order != 0 ? order : (a > b) - (a < b);
}

/* Leaves only the first of equal ids, in the order given. */
static enum gd_rc drop_doubles(struct id_list *list, struct gd_error *err)
{
    char ***places = gd_malloc(list->n * sizeof *places);
    size_t kept = 0;

    if (places == NULL)
        return gd_fail_memory(err);
    for (size_t i = 0; i < list->n; i++)
        places[i] = &list->v[i];
    qsort(places, list->n, sizeof *places, by_text_then_place);
    for (size_t i = list->n; i-- > 1;) {
        if (strcmp(*places[i], *places[i - 1]) == 0) {
            gd_free(*places[i]);
            *places[i] = NULL;
        }
    }
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i] != NULL)
            list->v[kept++] = list->v[i];
    }
    list->n = kept;
    gd_free(places);
    return GD_OK;
}

enum gd_rc job_ids(struct job *job, struct id_list *out, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;

    for (int i = 0; i < job->argc && rc == GD_OK; i++)
        rc = *job->argv[i] != '\0' ? id_list_add(out, job->argv[i], err) : GD_OK;
    for (size_t i = 0; i < job->n_ids && rc == GD_OK; i++)
        rc = id_list_add(out, job->ids[i], err);
    if (rc == GD_OK && out->n == 0)
        return gd_fail(err, GD_INPUT, "name ids, or select them by --filter EXPR", "%s wants an id",
                       job->command->name);
    return rc == GD_OK ? drop_doubles(out, err) : rc;
}

/* ---- filters ---- */

char *job_joined_words(const struct job *job)
{
    struct gd_buf text;

    gd_buf_init(&text, FILTER_MAX);
    for (int i = 0; i < job->argc; i++) {
        gd_buf_adds(&text, i > 0 ? " " : "");
        gd_buf_adds(&text, job->argv[i]);
    }
    return text.len > 0 || text.failed ? gd_buf_take(&text) : gd_strdup("");
}

enum gd_rc job_filter(struct job *job, const char *text, struct gd_filter **out, struct gd_error *err)
{
    return gd_filter_parse(text, &job->desk->place, gd_now(), out, NULL, err);
}

/* ---- the audit trail ---- */

/* Appends text with each long run of digits reduced to its last four. */
static void mask_digits(const char *text, struct gd_buf *out)
{
    while (*text != '\0') {
        size_t len = strspn(text, "0123456789");

        if (len >= MASKED_DIGITS)
            gd_buf_addf(out, "•••••%.4s", text + len - 4);
        else
            gd_buf_add(out, text, len > 0 ? len : 1);
        text += len > 0 ? len : 1;
    }
}

/* Appends a filter; each value that could be a number, a part of one or a PIN becomes bullets. */
static void mask_filter(const char *text, struct gd_buf *out)
{
    while (*text != '\0') {
        size_t key = strcspn(text, " :\"");
        size_t len = strspn(text, "0123456789+-()./");

        if (len >= 3 && strchr(" \"", text[len]) != NULL) {
            gd_buf_adds(out, "•••");
            text += len;
            continue;
        }
        key += text[key] != '\0';
        for (; key > 0; key--)
            gd_buf_addc(out, *text++);
    }
}

void job_subject(struct job *job, const char *fmt, ...)
{
    char text[sizeof job->subject];
    va_list ap;

    va_start(ap, fmt);
    vsnprintf(text, sizeof text, fmt, ap);
    va_end(ap);
    memcpy(job->subject, text, sizeof text);
}

/* The subject in words: what the command set, else its words (never a KEY=VALUE), its ids, its filter. */
static void subject_of(const struct job *job, struct gd_buf *out)
{
    bool filters = job->command != NULL && strstr(job->command->args, "FILTER") != NULL;

    if (job->subject[0] != '\0') {
        gd_buf_adds(out, job->subject);
        return;
    }
    for (int i = 0; i < job->argc; i++) {
        if (strchr(job->argv[i], '=') != NULL)
            continue;
        if (i == 3 && job->argc > 4 && !filters) {
            gd_buf_addf(out, " and %d more", job->argc - 3);
            break;
        }
        gd_buf_adds(out, out->len > 0 ? " " : "");
        if (filters || strspn(job->argv[i], "0123456789+") == strlen(job->argv[i]))
            mask_filter(job->argv[i], out);
        else
            gd_buf_adds(out, job->argv[i]);
    }
    if (job->n_ids > 0)
        gd_buf_adds(out, job->ids[0]);
    if (job->n_ids > 1)
        gd_buf_addf(out, " and %zu more", job->n_ids - 1);
    if (job->options.filter != NULL) {
        gd_buf_adds(out, "filter ");
        mask_filter(job->options.filter, out);
    }
}

enum gd_rc job_audit(struct job *job, const char *action, const char *result, struct gd_error *err)
{
    struct gd_buf subject, masked;
    enum gd_rc rc;

    gd_buf_init(&subject, FILTER_MAX * 2);
    gd_buf_init(&masked, FILTER_MAX);
    subject_of(job, &subject);
    mask_digits(result, &masked);
    if (job->options.reason != NULL)
        gd_buf_addf(&masked, " (reason: %s)", job->options.reason);
    rc = gd_buf_check(&masked, "the audit trail's row", err);
    if (rc == GD_OK)
        rc = gd_audit(job->desk->ledger, job->desk->profile->name, action, subject.data, masked.data, err);
    gd_buf_free(&subject);
    gd_buf_free(&masked);
    return rc;
}
