/* Events for people and for other programs: JSON, words, and the filter over them. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "codec.h"
#include "decode.h"
#include "event.h"
#include "json.h"
#include "mem.h"
#include "near.h"
#include "number.h"
#include "when.h"

/* The fields of the body that outputs show; numbers and PINs are masked. */
static const struct shown {
    const char *name, *path;
    enum { AS_IT_IS, COUNT, NUMBER, PIN } as;
} shown[] = {
    {"to", "to", NUMBER},
    {"pin", "pin", PIN},
    {"call_type", "call_type", AS_IT_IS},
    {"dial_call_status", "dial_call_status", AS_IT_IS},
    {"on_call_duration", "on_call_duration", COUNT},
    {"dial_call_duration", "dial_call_duration", COUNT},
    {"direction", "direction", AS_IT_IS},
    {"source", "source", AS_IT_IS},
    {"recording_url", "recording_url", AS_IT_IS},
    {"disconnected_by", "insights.DisconnectedBy", AS_IT_IS},
    {"usage", "usage", AS_IT_IS},
    {"state", "state", AS_IT_IS},
};

/* A number as it may be shown: a copy in out. */
static void show_number(const char *number, bool reveal, char out[GD_MASKED_MAX])
{
    if (reveal)
        snprintf(out, GD_MASKED_MAX, "%s", number);
    else
        gd_number_mask(number, out);
}

static json_t *json_number(const char *number, bool reveal)
{
    char text[GD_MASKED_MAX];

    if (number == NULL || reveal)
        return gd_json_text_or_null(number);
    gd_number_mask(number, text);
    return gd_json_text(text);
}

static json_t *json_when(int64_t when, int zone_offset)
{
    char text[GD_WHEN_MAX];

    if (when == 0)
        return json_null();
    gd_when_rfc3339(when, zone_offset, text);
    return json_string(text);
}

static json_t *json_shown(const struct shown *field, const json_t *body, bool reveal)
{
    const json_t *value = gd_json_at(body, field->path, strlen(field->path));
    char masked[GD_MASKED_MAX];
    char *text = NULL;
    json_t *out;
    int64_t n;

    if (field->as == COUNT && gd_json_int(value, &n))
        return json_integer(n);
    if (!gd_json_dup(value, &text))
        return NULL;
    if (text != NULL && field->as == NUMBER) {
        out = json_number(text, reveal);
    } else if (text != NULL && field->as == PIN && !reveal) {
        gd_pin_mask(text, masked);
        out = gd_json_text(masked);
    } else {
        out = gd_json_text_or_null(text);
    }
    gd_wipe_free(&text);
    return out;
}

/* The body, NULL where it cannot be read; decref. */
static json_t *body_of(const struct gd_event *event)
{
    struct gd_error ignored = {0};
    json_t *body = NULL;

    if (event->body == NULL || gd_json_parse(event->body, strlen(event->body), &body, &ignored) != GD_OK)
        return NULL;
    return body;
}

json_t *gd_event_json(const struct gd_event *event, bool reveal, int zone_offset)
{
    json_t *out = json_object(), *body = body_of(event);
    bool good = gd_json_put(out, "event", json_integer(event->event)) &&
                gd_json_put(out, "kind", json_string(gd_event_kind_name(event->kind))) &&
                gd_json_put(out, "product", json_string(gd_kind_name(event->product))) &&
                gd_json_put(out, "at", json_when(event->at, zone_offset)) &&
                gd_json_put(out, "received_at", json_when(event->received_at, zone_offset)) &&
                gd_json_put(out, "id", gd_json_text_or_null(event->id)) &&
                gd_json_put(out, "transaction_id", gd_json_text_or_null(event->transaction_id)) &&
                gd_json_put(out, "call_sid", gd_json_text_or_null(event->call_sid)) &&
                gd_json_put(out, "vn", gd_json_text_or_null(event->vn)) &&
                gd_json_put(out, "caller", json_number(event->caller, reveal));

    for (size_t i = 0; good && i < sizeof shown / sizeof *shown; i++)
        good = gd_json_put(out, shown[i].name, json_shown(&shown[i], body, reveal));
    json_decref(body);
    if (!good) {
        json_decref(out);
        return NULL;
    }
    return out;
}

/* ---- words ---- */

/* Appends ", VALUE" of a field; nothing where it is absent. */
static void add_field(const json_t *body, const char *path, struct gd_buf *out)
{
    char *text = NULL;

    if (gd_json_dup(gd_json_at(body, path, strlen(path)), &text) && text != NULL && *text != '\0')
        gd_buf_addf(out, ", %.80s", text);
    gd_free(text);
}

static void add_number(const char *before, const char *number, bool reveal, struct gd_buf *out)
{
    char text[GD_MASKED_MAX];

    if (number == NULL)
        return;
    show_number(number, reveal, text);
    gd_buf_addf(out, "%s%s", before, text);
}

static void call_words(const struct gd_event *event, const json_t *body, bool reveal, struct gd_buf *out)
{
    int64_t seconds;
    char *to = NULL;

    gd_buf_adds(out, "call");
    if (gd_json_int(json_object_get(body, "on_call_duration"), &seconds))
        gd_buf_addf(out, " of %lld s", (long long)seconds);
    add_field(body, "call_type", out);
    add_number(", ", event->caller, reveal, out);
    if (gd_json_dup(json_object_get(body, "to"), &to))
        add_number(" to ", to, reveal, out);
    gd_wipe_free(&to);
    add_field(body, "insights.DetailedStatus", out);
}

void gd_event_words(const struct gd_event *event, bool reveal, struct gd_buf *out)
{
    json_t *body = body_of(event);

    switch (event->kind) {
    case GD_EVENT_CALL:
        call_words(event, body, reveal, out);
        break;
    case GD_EVENT_DEALLOCATION:
        gd_buf_adds(out, "deallocated, says the service");
        break;
    case GD_EVENT_VERIFIED:
        add_number("", event->caller, reveal, out);
        gd_buf_adds(out, " gave the right PIN and was added to the allocation");
        break;
    case GD_EVENT_FAILED:
    case GD_EVENT__COUNT:
        gd_buf_adds(out, "wrong PIN");
        add_number(" by ", event->caller, reveal, out);
        if (event->vn != NULL)
            gd_buf_addf(out, " on %.40s, which may have meant another allocation of this VN", event->vn);
        break;
    }
    json_decref(body);
}

/* ---- the filter ---- */

#define TERMS_MAX 32

enum term_key { KEY_ANY, KEY_KIND, KEY_ID, KEY_ORDER, KEY_VN, KEY_CALLER, KEY_SID, KEY_PRODUCT, KEY_STATUS };
static const char *const key_names[] = {
    [KEY_ANY] = NULL,      [KEY_KIND] = "kind",       [KEY_ID] = "id",
    [KEY_ORDER] = "order", [KEY_VN] = "vn",           [KEY_CALLER] = "caller",
    [KEY_SID] = "sid",     [KEY_PRODUCT] = "product", [KEY_STATUS] = "status",
};
#define KEYS (sizeof key_names / sizeof *key_names)

struct term {
    enum term_key key;
    bool exclude;
    char *text;      /* to stand in the field, capitals or not */
    char digits[64]; /* the same as the digits of a number; "" where it is none */
};

struct gd_event_filter {
    struct term terms[TERMS_MAX];
    int n;
};

/* The key before a colon; KEY_ANY where there is no colon behind letters. */
static enum gd_rc read_key(const char *word, enum term_key *key, const char **text, struct gd_error *err)
{
    size_t len = strspn(word, "abcdefghijklmnopqrstuvwxyz");
    struct gd_near near = {0};
    char name[24], advice[80];

    *key = KEY_ANY;
    *text = word;
    if (len == 0 || word[len] != ':' || len >= sizeof name)
        return GD_OK;
    snprintf(name, sizeof name, "%.*s", (int)len, word);
    *text = word + len + 1;
    for (size_t i = 1; i < KEYS; i++) {
        *key = (enum term_key)i;
        if (strcmp(key_names[i], name) == 0)
            return GD_OK;
        gd_near_offer(&near, name, key_names[i]);
    }
    snprintf(advice, sizeof advice, "did you mean %s: ?", near.best != NULL ? near.best : "kind");
    return gd_fail(err, GD_INPUT, advice, "events have no key %s:", name);
}

static enum gd_rc add_term(struct gd_event_filter *filter, const char *word, const char *country,
                           struct gd_error *err)
{
    struct term *term = &filter->terms[filter->n];
    char number[GD_NUMBER_MAX];
    enum gd_rc rc;

    if (filter->n == TERMS_MAX)
        return gd_fail(err, GD_INPUT, "use fewer", "a filter of events has at most %d terms", TERMS_MAX);
    term->exclude = *word == '-' && word[1] != '\0';
    rc = read_key(word + term->exclude, &term->key, &word, err);
    if (rc != GD_OK || *word == '\0')
        return rc;
    if (gd_number_like(word)) {
        if (gd_number_parse(word, country, number, NULL, NULL) == GD_OK)
            snprintf(term->digits, sizeof term->digits, "%s", number + 1);
        else
            gd_number_digits(word, term->digits, sizeof term->digits);
    }
    term->text = gd_strdup(word);
    filter->n += term->text != NULL;
    return term->text != NULL ? GD_OK : gd_fail_memory(err);
}

enum gd_rc gd_event_filter_new(int argc, char *const *argv, const char *country, struct gd_event_filter **out,
                               struct gd_error *err)
{
    struct gd_event_filter *filter = gd_calloc(1, sizeof *filter);
    struct gd_buf words;
    enum gd_rc rc = GD_OK;

    *out = NULL;
    if (filter == NULL)
        return gd_fail_memory(err);
    gd_buf_init(&words, 4096);
    for (int i = 0; i < argc; i++)
        gd_buf_addf(&words, "%s%s", i > 0 ? " " : "", argv[i]);
    rc = gd_buf_check(&words, "filter", err);
    if (rc == GD_OK && words.len > 0 && gd_number_like(words.data)) {
        rc = add_term(filter, words.data, country, err); /* one number, blanks in it */
    } else {
        for (char *word = words.data, *end; rc == GD_OK && *word != '\0'; word = end) {
            end = word + strcspn(word, " ");
            if (*end == ' ')
                *end++ = '\0';
            if (*word != '\0')
                rc = add_term(filter, word, country, err);
        }
    }
    gd_buf_wipe(&words);
    if (rc != GD_OK)
        gd_event_filter_free(&filter);
    *out = filter;
    return rc;
}

void gd_event_filter_free(struct gd_event_filter **filter)
{
    for (int i = 0; *filter != NULL && i < (*filter)->n; i++)
        gd_wipe_free(&(*filter)->terms[i].text);
    gd_free(*filter);
    *filter = NULL;
}

static bool in_text(const struct term *term, const char *value)
{
    return value != NULL && strcasestr(value, term->text) != NULL;
}

static bool in_number(const struct term *term, const char *value)
{
    char digits[64];

    if (value == NULL || term->digits[0] == '\0')
        return in_text(term, value);
    gd_number_digits(value, digits, sizeof digits);
    return strstr(digits, term->digits) != NULL;
}

/* A word is looked for in every column, and in the body: numbers of deallocations stand there alone. */
static bool anywhere(const struct term *term, const struct gd_event *event)
{
    return in_text(term, gd_event_kind_name(event->kind)) || in_text(term, event->id) ||
           in_text(term, event->transaction_id) || in_text(term, event->call_sid) ||
           in_number(term, event->vn) || in_number(term, event->caller) || in_text(term, event->body) ||
           (term->digits[0] != '\0' && event->body != NULL && strstr(event->body, term->digits) != NULL);
}

static bool status_has(const struct term *term, const struct gd_event *event)
{
    json_t *body = body_of(event);
    bool found = in_text(term, json_string_value(json_object_get(body, "call_type"))) ||
                 in_text(term, json_string_value(json_object_get(body, "dial_call_status")));

    json_decref(body);
    return found;
}

static bool holds(const struct term *term, const struct gd_event *event)
{
    switch (term->key) {
    case KEY_KIND:
        return in_text(term, gd_event_kind_name(event->kind));
    case KEY_PRODUCT:
        return in_text(term, gd_kind_name(event->product));
    case KEY_ID:
        return in_text(term, event->id);
    case KEY_ORDER:
        return in_text(term, event->transaction_id);
    case KEY_SID:
        return in_text(term, event->call_sid);
    case KEY_VN:
        return in_number(term, event->vn);
    case KEY_CALLER:
        return in_number(term, event->caller);
    case KEY_STATUS:
        return status_has(term, event);
    case KEY_ANY:
        break;
    }
    return anywhere(term, event);
}

bool gd_event_filter_match(const struct gd_event_filter *filter, const struct gd_event *event)
{
    for (int i = 0; i < filter->n; i++)
        if (holds(&filter->terms[i], event) == filter->terms[i].exclude)
            return false;
    return true;
}
