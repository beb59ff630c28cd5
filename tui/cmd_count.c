/* count: how often each value of a field stands in the ledger, or in what a filter matches. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "../api/json.h"
#include "../api/mem.h"
#include "../api/near.h"
#include "../api/tally.h"
#include "../api/when.h"
#include "select.h"

/* What can be counted: fields by their key, and these, which filters know too. second is looked at as well.
 */
static const struct counted {
    const char *name;
    enum gd_field first, second;
} counted[] = {
    {"a", GD_F_A_NUMBERS, GD_F_A_NUMBERS},
    {"b", GD_F_B_NUMBERS, GD_F_B_NUMBERS},
    {"number", GD_F_A_NUMBERS, GD_F_B_NUMBERS},
    {"vn", GD_F_A_VNS, GD_F_B_VNS},
    {"pin", GD_F_A_PIN, GD_F_B_PIN},
    {"order", GD_F_TRANSACTION_ID, GD_F_TRANSACTION_ID},
    {"custom", GD_F_CUSTOM_FIELD, GD_F_CUSTOM_FIELD},
};
#define SHORT (sizeof counted / sizeof *counted)

static const char *const columns[] = {"value", "count", NULL};
static const char *const wide[] = {"value", "count", "filter", NULL};
static const struct sink_shape shape = {.title = "Count", .columns = columns, .wide = wide};

struct count {
    struct job *job;
    struct select *select;
    enum gd_field first, second;
    const char *key; /* of a filter's term; NULL: there is none for it */
    struct gd_tally tally;
    int64_t without, limit; /* rows that have no value; limit 0: none */
    struct gd_error error;
};

static void count_free(void *state)
{
    struct count *count = state;

    select_free(&count->select);
    gd_tally_clear(&count->tally);
    gd_free(count);
}

static enum gd_rc read_key(struct count *count, const char *word, struct gd_error *err)
{
    struct gd_near near = {0};
    char advice[100];

    for (size_t i = 0; i < SHORT; i++) {
        count->first = counted[i].first;
        count->second = counted[i].second;
        count->key = counted[i].name;
        if (strcmp(word, count->key) == 0)
            return GD_OK;
        gd_near_offer(&near, word, count->key);
    }
    for (int field = 0; field < GD_F__COUNT; field++) {
        bool shown = gd_fields[field].read != NULL || field == GD_F_KIND;

        count->first = count->second = (enum gd_field)field;
        if (shown && strcmp(word, gd_fields[field].key) == 0) {
            count->key = NULL;
            if (field == GD_F_STATE || field == GD_F_KIND || field == GD_F_USAGE || field == GD_F_ID)
                count->key = gd_fields[field].key;
            for (size_t i = 0; i < SHORT && count->key == NULL; i++)
                if (counted[i].first == count->first && counted[i].first == counted[i].second)
                    count->key = counted[i].name;
            return GD_OK;
        }
        if (shown)
            gd_near_offer(&near, word, gd_fields[field].key);
    }
    snprintf(advice, sizeof advice, "did you mean %s?", near.best != NULL ? near.best : "state");
    return gd_fail(err, GD_INPUT, advice, "there is no field %.60s to count", word);
}

/* ---- counting ---- */

static enum gd_rc add_text(struct count *count, const char *text)
{
    return gd_tally_add(&count->tally, text, strlen(text), &count->error);
}

/* Each of a list once; of the second list those that the first does not hold. */
static enum gd_rc add_list(struct count *count, const char *list, const char *but)
{
    const char *item;
    size_t len;
    enum gd_rc rc = GD_OK;

    while (rc == GD_OK && list != NULL && (item = gd_list_next(&list, &len)) != NULL)
        if (but == NULL || !gd_list_has(but, item, len))
            rc = gd_tally_add(&count->tally, item, len, &count->error);
    return rc;
}

static bool take(void *arg, const struct gd_alloc *row)
{
    struct count *count = arg;
    const char *first = row->v[count->first], *second = row->v[count->second];
    unsigned flags = gd_fields[count->first].flags;
    enum gd_rc rc = GD_OK;

    if (count->first == GD_F_STATE)
        rc = add_text(count, gd_state_name(gd_alloc_state(row, gd_now())));
    else if (count->first == GD_F_KIND)
        rc = add_text(count, gd_kind_name(row->kind));
    else if ((first == NULL || *first == '\0') && (second == NULL || *second == '\0'))
        count->without++;
    else if ((flags & (GD_FF_LIST | GD_FF_SECRET)) != 0) {
        rc = add_list(count, first, NULL);
        if (rc == GD_OK && count->second != count->first)
            rc = add_list(count, second, first);
    } else {
        rc = add_text(count, first);
    }
    return rc == GD_OK;
}

/* ---- printing ---- */

/* The term that selects a value: NULL where there is none, or where it would tell what is masked. */
static json_t *term_of(const struct count *count, const char *value)
{
    bool hidden = (gd_fields[count->first].flags & (GD_FF_PERSON | GD_FF_SECRET)) != 0;
    struct gd_buf term;
    json_t *out;

    if (count->key == NULL || (hidden && !count->job->options.reveal) || strchr(value, '"') != NULL)
        return json_null();
    gd_buf_init(&term, SIZE_MAX / 4);
    gd_buf_addf(&term, strpbrk(value, " \t") != NULL ? "%s:\"%s\"" : "%s:%s", count->key, value);
    out = term.failed ? NULL : gd_json_text(term.data);
    gd_buf_wipe(&term);
    return out;
}

static void print(struct count *count, const char *value, int64_t n)
{
    struct sink *sink = count->job->sink;
    json_t *row = json_object();
    struct gd_buf shown;
    bool good;

    gd_buf_init(&shown, SIZE_MAX / 4);
    if (value != NULL)
        gd_value_show(count->first, value, count->job->options.reveal, &shown);
    good = !shown.failed &&
           gd_json_put(row, "value", value != NULL ? gd_json_text(shown.data) : json_null()) &&
           gd_json_put(row, "count", json_integer(n)) &&
           gd_json_put(row, "filter", value != NULL ? term_of(count, value) : json_null());
    if (good)
        sink->class->row(sink, row);
    json_decref(row);
    gd_buf_wipe(&shown);
}

static void finish(void *arg, enum gd_rc rc, const struct gd_error *err)
{
    struct count *count = arg;
    struct job *job = count->job;
    struct sink *sink = job->sink;
    int64_t left = count->limit;

    job->cancel = NULL;
    job->error = rc != GD_OK ? *err : count->error;
    if (job->error.rc == GD_OK) {
        gd_tally_sort(&count->tally);
        sink->class->begin(sink, &shape);
        for (size_t i = 0;
             i < count->tally.n && !sink->class->broken(sink) && (count->limit == 0 || left-- > 0); i++)
            print(count, count->tally.rows[i].text, count->tally.rows[i].n);
        if (count->without > 0 && (count->limit == 0 || left > 0))
            print(count, NULL, count->without);
        sink->class->end(sink);
    }
    job_done(job, job->error.rc);
}

static void cancel(struct job *job)
{
    job_fail(job, GD_CANCELLED, NULL, "interrupted");
}

/* The words behind the key, as one filter; the caller frees. */
static char *filter_of(const struct job *job)
{
    struct gd_buf words;

    gd_buf_init(&words, SIZE_MAX / 4);
    for (int i = 1; i < job->argc; i++)
        gd_buf_addf(&words, "%s%s", i > 1 ? " " : "", job->argv[i]);
    return gd_buf_take(&words);
}

static enum gd_rc start(struct count *count)
{
    struct job *job = count->job;
    struct select_hooks hooks = {.row = take, .done = finish, .arg = count};
    char *filter = filter_of(job);
    enum gd_rc rc = filter != NULL ? GD_OK : gd_fail_memory(&job->error);

    if (rc == GD_OK)
        rc = read_key(count, job->argv[0], &job->error);
    if (rc == GD_OK && job->options.limit != NULL)
        rc = job_number(job->options.limit, "--limit", &count->limit, &job->error);
    if (rc == GD_OK)
        rc = select_start(job, filter, (struct gd_sort){.descending = true}, &hooks, &count->select,
                          &job->error);
    gd_free(filter);
    return rc;
}

void cmd_COUNT(struct job *job)
{
    struct count *count;
    enum gd_rc rc;

    if (job->argc == 0) {
        job_fail(job, GD_INPUT, "greendesk count state", "count wants the key of a field");
        return;
    }
    count = gd_calloc(1, sizeof *count);
    if (count == NULL) {
        job_done(job, gd_fail_memory(&job->error));
        return;
    }
    job->state = count;
    job->state_free = count_free;
    count->job = job;
    rc = start(count);
    if (rc != GD_OK)
        job_done(job, rc);
    else
        job->cancel = cancel;
}
