/* Events: the examples of the contract, each in every notation; kept once; what they say of allocations; the
 * timeline. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/event.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/codec.h"
#include "../../api/preview.h"
#include "../../api/mem.h"
#include "../../api/timeline.h"
#include "store.h"
#include "tap.h"

static const struct example {
    const char *file;
    enum gd_event_kind kind;
    enum gd_kind product;
    const char *id, *order, *sid, *vn, *caller;
    int64_t at;
} examples[] = {
    {"greenpin-call", GD_EVENT_CALL, GD_GREENPIN, "6447bb53-70c3-40ea-850b-de2fd3c585ee", "random_string",
     "ec44cfd684850a68decc4cebc4e2143u", "+916292134464", "+917987686144", 1584968302},
    {"greenpin-deallocation", GD_EVENT_DEALLOCATION, GD_GREENPIN, "a62b5590-1111-4a33-a511-fbaedaa5dd51",
     "client's identifier of the allocation", NULL, NULL, NULL, 0},
    {"greenpin-failed-verification", GD_EVENT_FAILED, GD_GREENPIN, NULL, NULL,
     "aaaafdea48aaa49bd4b700fce9d165p", "+916292134471", "+917987686144", 1636432755},
    {"greenpin-verified", GD_EVENT_VERIFIED, GD_GREENPIN, "aaaaaae3-105f-4fba-89c0-7842df249313", "order-id",
     "7d90faaaaac1a449bd4b700fce9d165p", "+916292134471", "+917987686144", 0},
    {"greenvn-call", GD_EVENT_CALL, GD_GREENVN, "6360bbb7-1111-410c-1111-0c6ec70cc442", "Sample_ID",
     "8a4d92198aa678aaa0fd9c1f2063159o", "+912012345531", "+919912399814", 1632447344},
    {"greenvn-deallocation", GD_EVENT_DEALLOCATION, GD_GREENVN, "fffe1797-b738-483f-a5a6-757ddfb15e78",
     "YOUR_CONNECTION_ID", NULL, "+919831234195", NULL, 0},
    {"greenvn-failed-verification", GD_EVENT_FAILED, GD_GREENVN, NULL, NULL,
     "aaaafdea48aaa49bd4b700fce9d165p", "+916292112345", "+917987686144", 1636432755},
    {"greenvn-verified", GD_EVENT_VERIFIED, GD_GREENVN, "aaaaaae3-105f-4fba-89c0-7842df249313", "order-id",
     NULL, "+916291234571", "+917987686144", 0},
};
#define EXAMPLES (sizeof examples / sizeof *examples)

/* The text of an example's file; the caller frees. */
static char *slurp(const char *name)
{
    const char *top = getenv("abs_top_srcdir");
    char path[600];
    char *text = calloc(1, 8192);
    FILE *file;

    snprintf(path, sizeof path, "%s/tests/contract/examples/event-%s.json", top != NULL ? top : ".", name);
    file = fopen(path, "r");
    if (text == NULL || file == NULL || fread(text, 1, 8191, file) == 0)
        bail_out("cannot read %s", path);
    fclose(file);
    return text;
}

/* ---- the same event in the other notations ---- */

static void add_quoted(const char *text, struct gd_buf *out)
{
    for (; *text != '\0'; text++)
        gd_buf_addf(out, "%%%02X", (unsigned char)*text);
}

static void as_text(const json_t *value, struct gd_buf *out)
{
    gd_buf_clear(out);
    if (json_is_string(value))
        gd_buf_adds(out, json_string_value(value));
    else if (json_is_integer(value))
        gd_buf_addf(out, "%lld", (long long)json_integer_value(value));
    else
        gd_buf_adds(out, "null");
}

static void to_form(json_t *object, struct gd_buf *out)
{
    const char *key, *inner_key;
    json_t *value, *inner;
    struct gd_buf text;
    size_t i;

    gd_buf_init(&text, 4096);
    json_object_foreach(object, key, value)
    {
        if (json_is_array(value)) {
            json_array_foreach(value, i, inner)
            {
                as_text(inner, &text);
                gd_buf_addf(out, "&%s%%5B%%5D=", key);
                add_quoted(text.data, out);
            }
        } else if (json_is_object(value)) {
            json_object_foreach(value, inner_key, inner)
            {
                as_text(inner, &text);
                gd_buf_addf(out, "&%s[%s]=", key, inner_key);
                add_quoted(text.data, out);
            }
        } else {
            as_text(value, &text);
            gd_buf_addf(out, "&%s=", key);
            add_quoted(text.data, out);
        }
    }
    gd_buf_free(&text);
}

static void to_xml(json_t *object, struct gd_buf *out)
{
    const char *key;
    json_t *value, *inner;
    struct gd_buf text;
    size_t i;

    gd_buf_init(&text, 4096);
    gd_buf_adds(out, "<?xml version=\"1.0\"?><!-- x --><event a=\"b\">\n");
    json_object_foreach(object, key, value)
    {
        if (json_is_array(value)) {
            json_array_foreach(value, i, inner)
            {
                as_text(inner, &text);
                gd_buf_addf(out, "<%s>%s</%s>\n", key, text.data, key);
            }
        } else if (json_is_object(value)) {
            char *dumped = json_dumps(value, 0);

            gd_buf_addf(out, "<%s><![CDATA[%s]]></%s>\n", key, dumped, key);
            free(dumped);
        } else {
            as_text(value, &text);
            gd_buf_addf(out, "<%s>%s</%s>\n", key, text.data, key);
        }
    }
    gd_buf_adds(out, "</event>");
    gd_buf_free(&text);
}

static void check(const struct example *want, const char *notation, const char *text, size_t len)
{
    struct gd_error err = {0};
    struct gd_event event = {0};
    json_t *object = NULL;

    if (!is_int(gd_event_read(text, len, &object, &err), GD_OK, "%s as %s can be read", want->file,
                notation) ||
        !is_int(gd_event_decode(object, 19800, STORE_NOW, &event, &err), GD_OK, "%s as %s is an event",
                want->file, notation)) {
        diag("%s", err.what);
        json_decref(object);
        return;
    }
    is_int(event.kind, want->kind, "%s as %s: which it is", want->file, notation);
    is_int(event.product, want->product, "of which product");
    is_str(event.id, want->id, "its id");
    is_str(event.transaction_id, want->order, "its order");
    is_str(event.call_sid, want->sid, "its call");
    is_str(event.vn, want->vn, "its VN");
    is_str(event.caller, want->caller, "its caller");
    is_int(event.at, want->at, "when");
    is_str(event.alloc.v[GD_F_ID], want->id, "the allocation it tells of");
    if (want->kind == GD_EVENT_DEALLOCATION) {
        is_int(event.alloc.state, GD_DEALLOCATED, "is deallocated, whatever state it carries");
        ok(event.alloc.v[GD_F_A_NUMBERS] != NULL && event.alloc.v[GD_F_B_NUMBERS] != NULL,
           "with its parties");
    } else {
        is_str(event.alloc.v[GD_F_A_NUMBERS], NULL, "a call's numbers are not the allocation's");
    }
    gd_event_clear(&event);
    json_decref(object);
}

static void check_notations(const struct example *want)
{
    char *text = slurp(want->file);
    struct gd_error err = {0};
    struct gd_buf other;
    json_t *object = NULL;

    check(want, "JSON", text, strlen(text));
    if (gd_json_parse(text, strlen(text), &object, &err) != GD_OK)
        bail_out("%s: %s", want->file, err.what);
    gd_buf_init(&other, 65536);
    to_form(object, &other);
    check(want, "a form", other.data, other.len);
    gd_buf_clear(&other);
    to_xml(object, &other);
    check(want, "XML", other.data, other.len);
    gd_buf_free(&other);
    json_decref(object);
    free(text);
}

/* ---- what is no event, and what is hostile ---- */

static void refuse(const char *text, size_t len, const char *what)
{
    struct gd_error err = {0};
    struct gd_event event = {0};
    json_t *object = NULL;
    enum gd_rc rc = gd_event_read(text, len, &object, &err);

    if (rc == GD_OK)
        rc = gd_event_decode(object, 0, STORE_NOW, &event, &err);
    is_int(rc, GD_INPUT, "%s is refused", what);
    ok(err.what[0] != '\0' && event.body == NULL, "and says so");
    json_decref(object);
}

static void check_refused(void)
{
    static const char *const bad[] = {
        "",
        " ",
        "[]",
        "{}",
        "{\"call_sid\":",
        "plain",
        "a=1&b=2",
        "<a>",
        "<a></b>",
        "<a><call_sid>1</call_sid>",
        "<!DOCTYPE a [<!ENTITY b \"c\">]><a><caller>&b;</caller></a>",
        "<a><caller>&b;</caller></a>",
        "<a><caller>&#0;</caller></a>",
        "<a><caller>1</caller></a><b/>",
        "<a>text</a>",
        "<",
        "<a b",
        "<a><![CDATA[",
        "<a><a><a><a><a><a><a><a><a><a><a>1</a></a></a></a></a></a></a></a></a></a></a>",
    };

    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refuse(bad[i], strlen(bad[i]), bad[i]);
    refuse("caller=%", 8, "a caller alone of a form, cut in the middle");
}

static void check_mended(void)
{
    static const char form[] = "call_sid=s&vn=+916292134471&caller=%2B917987686144&pin=0012&x=%ff%00";
    struct gd_error err = {0};
    struct gd_event event = {0};
    struct gd_buf words;
    json_t *object = NULL, *json;

    is_int(gd_event_read(form, sizeof form - 1, &object, &err), GD_OK, "a form with foreign bytes");
    is_int(gd_event_decode(object, 0, STORE_NOW, &event, &err), GD_OK, "is an event");
    is_str(event.vn, "+916292134471", "a + that was not quoted is one");
    is_str(json_string_value(json_object_get(object, "pin")), "0012", "a PIN keeps its zeros");
    json = gd_event_json(&event, false, 0);
    is_str(json_string_value(json_object_get(json, "caller")), "+91•••••6144", "masked");
    is_str(json_string_value(json_object_get(json, "pin")), "••••", "its PIN too");
    json_decref(json);
    gd_buf_init(&words, 1000);
    gd_event_words(&event, false, &words);
    has_str(words.data, "wrong PIN by +91•••••6144", "in words");
    gd_buf_free(&words);
    gd_event_clear(&event);
    json_decref(object);
}

/* ---- keeping ---- */

static struct gd_event_kept keep(struct gd_ledger *ledger, const char *text, int64_t when)
{
    struct gd_error err = {0};
    struct gd_event event = {0};
    struct gd_event_kept kept = {0};
    json_t *object = NULL;
    enum gd_rc rc = gd_event_read(text, strlen(text), &object, &err);

    if (rc == GD_OK)
        rc = gd_event_decode(object, 0, when, &event, &err);
    if (rc == GD_OK)
        rc = gd_event_put(ledger, &event, &kept, &err);
    if (rc != GD_OK)
        bail_out("%s: %s", text, err.what);
    gd_event_clear(&event);
    json_decref(object);
    return kept;
}

static bool count(void *arg, const struct gd_event *event)
{
    (void)event;
    ++*(int *)arg;
    return true;
}

static bool join(void *arg, const struct gd_moment *moment)
{
    gd_buf_addf(arg, "%lld %s\n", (long long)(STORE_NOW - moment->at), moment->words);
    return true;
}

#define CALL                                                                                                 \
    "call_sid=c1&greenpin_id=gp-1&transaction_id=O1&from=%2B917987686144&to=%2B919956555625&"                \
    "call_type=completed&on_call_duration=32&vn=%2B916292134471"
#define GONE                                                                                                 \
    "{\"greenpin_id\":\"gp-1\",\"transaction_id\":\"O1\",\"aparty_numbers\":[\"+917987686144\"],\"state\":"  \
    "\"active\"}"

static void check_kept(void)
{
    struct gd_ledger *ledger = store_open("events.db", "acme"), *other = store_open("events.db", "umbrella");
    struct gd_error err = {0};
    struct gd_alloc alloc;
    struct gd_buf line;
    bool found;
    int n = 0, seen = 0;

    store_put(ledger, "id=gp-1;a.vns=+916292134471;b.numbers=+919956555625;state=active;read=100");
    ok(keep(ledger, CALL, STORE_NOW - 60).fresh, "a call is kept");
    ok(!keep(ledger, CALL, STORE_NOW - 50).fresh, "once");
    ok(keep(other, CALL, STORE_NOW).fresh, "and for another tenant again");
    ok(keep(ledger, "call_sid=c2&caller=%2B917987686144&pin=1&vn=%2B916292134471", STORE_NOW - 40).fresh,
       "a failed verification is kept");
    ok(keep(ledger, "call_sid=c3&caller=%2B917987686144&pin=1&greenpin_id=gp-1", STORE_NOW - 30).stale,
       "a verified caller makes the row stale");
    ok(keep(ledger, "call_sid=c4&call_type=completed&greenpin_id=gp-9&transaction_id=O9", STORE_NOW).fresh,
       "a call of an unknown allocation");
    is_int(gd_ledger_get(ledger, "gp-9", &alloc, &found, &err), GD_OK, "looks it up");
    ok(found && alloc.read_at == 0, "which is known now, and not read");
    is_str(alloc.v[GD_F_TRANSACTION_ID], "O9", "with its order");
    gd_alloc_clear(&alloc);
    ok(keep(ledger, GONE, STORE_NOW - 10).fresh, "a deallocation");
    ok(!keep(ledger, GONE, STORE_NOW - 5).fresh, "the same again is nothing new");
    is_int(gd_ledger_get(ledger, "gp-1", &alloc, &found, &err), GD_OK, "looks it up");
    is_int(alloc.state, GD_DEALLOCATED, "it is deallocated");
    is_str(alloc.v[GD_F_B_NUMBERS], "+919956555625", "what the event did not say stands");
    is_str(alloc.v[GD_F_A_NUMBERS], "+917987686144", "what it said too");
    is_int(gd_event_each(ledger, 0, 100, count, &n, &seen, &err), GD_OK, "lists");
    is_int(n, 5, "all of this tenant");
    gd_buf_init(&line, 8192);
    is_int(gd_timeline(ledger, &alloc, false, STORE_NOW, 50, join, &line, &err), GD_OK, "its timeline");
    has_str(line.data, "10 deallocated, says the service\n", "the deallocation");
    has_str(line.data, "30 +91•••••6144 gave the right PIN", "who was let in");
    has_str(line.data, "40 wrong PIN by +91•••••6144 on +916292134471", "who was not, on its VN");
    has_str(line.data, "60 call of 32 s, completed, +91•••••6144 to +91•••••5625\n", "the call");
    ok(strstr(line.data, "10 last reading") < strstr(line.data, "60 call"), "newest first");
    gd_buf_free(&line);
    gd_alloc_clear(&alloc);
    is_int(gd_ledger_forget(ledger, "gp-1", &found, &err), GD_OK, "forgets it");
    n = 0;
    is_int(gd_event_each(ledger, 0, 100, count, &n, &seen, &err), GD_OK, "lists");
    is_int(n, 2, "its events are gone with it");
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
}

/* A deallocation's preview counts the calls of the last 15 minutes. */
static void check_preview(void)
{
    struct gd_ledger *ledger = store_open("preview.db", "acme");
    char id1[] = "gp-1", id2[] = "gp-2";
    struct gd_op_row rows[2] = {{.id = id1}, {.id = id2}};
    struct gd_preview facts;
    struct gd_error err = {0};

    is_int(gd_preview(ledger, rows, 2, STORE_NOW, &facts, &err), GD_OK, "without events");
    ok(!facts.events, "nothing is known of calls");
    keep(ledger, "call_sid=c1&greenpin_id=gp-1&call_type=completed", STORE_NOW - GD_PREVIEW_CALLS + 1);
    keep(ledger, "call_sid=c2&greenpin_id=gp-2&call_type=completed", STORE_NOW - GD_PREVIEW_CALLS - 1);
    is_int(gd_preview(ledger, rows, 2, STORE_NOW, &facts, &err), GD_OK, "with events");
    ok(facts.events, "calls are known");
    is_int(facts.calls, 1, "only the late one counts");
    gd_ledger_close(&ledger);
}

static bool matches(const char *filter, const struct gd_event *event)
{
    struct gd_error err = {0};
    struct gd_event_filter *made = NULL;
    char *copy = strdup(filter);
    bool yes;

    if (copy == NULL || gd_event_filter_new(1, &copy, "IN", &made, &err) != GD_OK)
        bail_out("%s: %s", filter, err.what);
    yes = gd_event_filter_match(made, event);
    gd_event_filter_free(&made);
    free(copy);
    return yes;
}

static void check_filter(void)
{
    struct gd_error err = {0};
    struct gd_event event = {0};
    struct gd_event_filter *made = NULL;
    json_t *object = NULL;
    char bad[] = "knd:call";
    char *words[] = {bad};

    if (gd_event_read(CALL, strlen(CALL), &object, &err) != GD_OK ||
        gd_event_decode(object, 0, STORE_NOW, &event, &err) != GD_OK)
        bail_out("%s", err.what);
    ok(matches("", &event) && matches("call gp-1", &event) && matches("kind:CALL", &event), "words and keys");
    ok(matches("079876 86144", &event) && matches("caller:7987686144", &event), "numbers in any notation");
    ok(matches("99565 55625", &event), "in the body too");
    ok(!matches("-call", &event) && !matches("kind:deal", &event) && !matches("caller:99565", &event),
       "or not");
    ok(matches("status:complet -o2 id:gp", &event), "several together");
    is_int(gd_event_filter_new(1, words, "IN", &made, &err), GD_INPUT, "an unknown key is refused");
    has_str(err.advice, "kind", "with the near one");
    gd_event_clear(&event);
    json_decref(object);
}

/* Every allocation of decoding and keeping fails in turn: an error, no leak, nothing half kept. */
static void check_memory(void)
{
    struct gd_ledger *ledger = store_open("memory.db", "acme");
    int n = 1, seen = 0, kept_before = 0;

    for (;; n++) {
        struct gd_error err = {0};
        struct gd_event event = {0};
        struct gd_event_kept kept;
        json_t *object = NULL;
        enum gd_rc rc;
        bool failed;

        gd_mem_fail_after(n);
        rc = gd_event_read(GONE, strlen(GONE), &object, &err);
        if (rc == GD_OK)
            rc = gd_event_decode(object, 0, STORE_NOW, &event, &err);
        if (rc == GD_OK)
            rc = gd_event_put(ledger, &event, &kept, &err);
        failed = gd_mem_fail_after(0) == 0;
        gd_event_clear(&event);
        json_decref(object);
        if (!failed)
            break;
        kept_before += rc == GD_OK;
    }
    ok(n > 10, "%d allocations failed in turn", n - 1);
    is_int(kept_before, 0, "none of them was kept");
    n = 0;
    if (gd_event_each(ledger, 0, 10, count, &n, &seen, NULL) != GD_OK)
        n = -1;
    is_int(n, 1, "only the one that had memory");
    gd_ledger_close(&ledger);
}

int main(void)
{
    gd_mem_init();
    for (size_t i = 0; i < EXAMPLES; i++)
        check_notations(&examples[i]);
    check_refused();
    check_mended();
    check_kept();
    check_preview();
    check_filter();
    check_memory();
    return done_testing();
}
