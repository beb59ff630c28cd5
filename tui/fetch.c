/* Reading many allocations: a bounded number of calls under way, answers kept in the ledger in batches. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fetch.h"

#include "../api/mem.h"
#include "../api/when.h"

#define BATCH 256     /* answers that go into the ledger in one transaction */
#define BATCH_WAIT 50 /* ms that an answer waits for others at most */
#define AHEAD 4       /* calls handed to the connection, per transfer that it runs at once */

struct flight {
    struct fetch *fetch; /* NULL: abandoned */
    struct fetch_item item;
    struct gd_call *call;
    bool second; /* greenpin was tried */
    struct flight *next, **link;
};

struct answer {
    struct gd_alloc alloc;
    char *gone; /* this id is gone; else alloc is a reading */
};

struct fetch {
    struct gd_desk *desk;
    struct fetch_hooks hooks;
    struct flight *flights;
    int n_flights;
    struct answer answers[BATCH];
    int n_answers;
    int flush_timer, pump_timer;
    bool dry; /* next had none */
    struct gd_error error;
};

static void flight_free(struct flight *flight)
{
    if (flight->fetch != NULL) {
        *flight->link = flight->next;
        if (flight->next != NULL)
            flight->next->link = flight->link;
        flight->fetch->n_flights--;
    }
    gd_free(flight->item.id);
    gd_free(flight);
}

/* ---- the ledger ---- */

static enum gd_rc keep(struct fetch *fetch, struct answer *answer)
{
    if (answer->gone != NULL)
        return gd_ledger_gone(fetch->desk->ledger, answer->gone, "get", gd_now(), &fetch->error);
    return gd_desk_keep(fetch->desk, &answer->alloc, "get", &fetch->error);
}

static void flush(struct fetch *fetch)
{
    struct gd_ledger *ledger = fetch->desk->ledger;
    enum gd_rc rc = GD_OK;

    if (fetch->flush_timer != 0)
        gd_loop_timer_drop(fetch->desk->loop, fetch->flush_timer);
    fetch->flush_timer = 0;
    if (fetch->n_answers == 0)
        return;
    rc = gd_ledger_begin_readings(ledger, &fetch->error);
    for (int i = 0; i < fetch->n_answers; i++) {
        if (rc == GD_OK)
            rc = keep(fetch, &fetch->answers[i]);
        gd_alloc_clear(&fetch->answers[i].alloc);
        gd_free(fetch->answers[i].gone);
        fetch->answers[i].gone = NULL;
    }
    fetch->n_answers = 0;
    if (rc == GD_OK)
        rc = gd_ledger_commit(ledger, &fetch->error);
    if (rc != GD_OK)
        gd_ledger_rollback(ledger);
}

static void flush_due(void *arg)
{
    struct fetch *fetch = arg;

    fetch->flush_timer = 0;
    flush(fetch);
}

static void remember(struct fetch *fetch, const struct flight *flight, const struct gd_reply *reply)
{
    struct answer *answer = &fetch->answers[fetch->n_answers];

    if (reply->rc == GD_OK && reply->alloc != NULL) {
        if (gd_alloc_copy(&answer->alloc, reply->alloc, &fetch->error) != GD_OK)
            return;
    } else if (reply->gone) {
        answer->gone = gd_strdup(flight->item.id);
        if (answer->gone == NULL) {
            gd_fail_memory(&fetch->error);
            return;
        }
    } else {
        return;
    }
    if (++fetch->n_answers == BATCH)
        flush(fetch);
    else if (fetch->flush_timer == 0 &&
             gd_loop_after(fetch->desk->loop, BATCH_WAIT, flush_due, fetch, &fetch->flush_timer) != GD_OK)
        flush(fetch);
}

/* ---- calls ---- */

static void pump(void *arg);

static void pump_soon(struct fetch *fetch)
{
    if (fetch->pump_timer == 0 &&
        gd_loop_after(fetch->desk->loop, 0, pump, fetch, &fetch->pump_timer) != GD_OK)
        gd_fail_memory(&fetch->error);
}

static bool start(struct flight *flight, struct gd_error *err);

/* Tells the caller, naming the allocation in what went wrong. */
static void tell(struct fetch *fetch, const struct flight *flight, const struct gd_reply *reply)
{
    struct gd_reply named = *reply;

    if (reply->error.rc != GD_OK) {
        named.error = (struct gd_error){0};
        gd_fail(&named.error, reply->error.rc, reply->error.advice, "%.120s: %s", flight->item.id,
                reply->error.what);
    }
    fetch->hooks.got(fetch->hooks.arg, &flight->item, &named);
}

static void got(void *arg, const struct gd_reply *reply)
{
    struct flight *flight = arg;
    struct fetch *fetch = flight->fetch;

    flight->call = NULL;
    if (fetch == NULL) {
        flight_free(flight);
        return;
    }
    if (reply->gone && !flight->item.kind_known && !flight->second) {
        flight->second = true;
        flight->item.kind = GD_GREENVN;
        if (start(flight, &fetch->error))
            return;
    }
    remember(fetch, flight, reply);
    tell(fetch, flight, reply);
    flight_free(flight);
    pump_soon(fetch);
}

static bool start(struct flight *flight, struct gd_error *err)
{
    return gd_call_get(flight->fetch->desk, flight->item.kind, flight->item.id, got, flight, &flight->call,
                       err) == GD_OK;
}

/* A request that cannot be made is an answer too. */
static void never_sent(struct fetch *fetch, struct flight *flight, const struct gd_error *why)
{
    struct gd_reply reply = {.rc = why->rc, .verdict = GD_GIVE_UP, .error = *why};

    tell(fetch, flight, &reply);
    flight_free(flight);
}

/* Starts the next one; false where there is none. */
static bool start_next(struct fetch *fetch)
{
    struct fetch_item item = {0};
    struct flight *flight;
    struct gd_error why = {0};

    if (!fetch->hooks.next(fetch->hooks.arg, &item)) {
        fetch->dry = true;
        return false;
    }
    flight = gd_calloc(1, sizeof *flight);
    if (flight == NULL) {
        gd_free(item.id);
        gd_fail_memory(&fetch->error);
        return false;
    }
    *flight = (struct flight){.fetch = fetch, .item = item, .next = fetch->flights, .link = &fetch->flights};
    if (flight->next != NULL)
        flight->next->link = &flight->next;
    fetch->flights = flight;
    fetch->n_flights++;
    if (!flight->item.kind_known)
        flight->item.kind = GD_GREENPIN;
    if (!start(flight, &why))
        never_sent(fetch, flight, &why);
    return true;
}

static void pump(void *arg)
{
    struct fetch *fetch = arg;

    fetch->pump_timer = 0;
    while (fetch->error.rc == GD_OK && !fetch->dry &&
           fetch->n_flights < fetch->desk->profile->concurrency * AHEAD && start_next(fetch))
        ;
    if (fetch->n_flights > 0 || (!fetch->dry && fetch->error.rc == GD_OK))
        return;
    flush(fetch);
    fetch->hooks.idle(fetch->hooks.arg, fetch->error.rc, &fetch->error);
}

enum gd_rc fetch_new(struct gd_desk *desk, const struct fetch_hooks *hooks, struct fetch **out,
                     struct gd_error *err)
{
    struct fetch *fetch = gd_calloc(1, sizeof *fetch);

    *out = fetch;
    if (fetch == NULL)
        return gd_fail_memory(err);
    fetch->desk = desk;
    fetch->hooks = *hooks;
    return GD_OK;
}

enum gd_rc fetch_more(struct fetch *fetch, struct gd_error *err)
{
    fetch->dry = false;
    pump_soon(fetch);
    return fetch->pump_timer != 0 ? GD_OK : gd_fail_memory(err);
}

void fetch_free(struct fetch **out)
{
    struct fetch *fetch = *out;

    *out = NULL;
    if (fetch == NULL)
        return;
    if (fetch->pump_timer != 0)
        gd_loop_timer_drop(fetch->desk->loop, fetch->pump_timer);
    while (fetch->flights != NULL) {
        struct flight *flight = fetch->flights;

        fetch->flights = flight->next;
        if (flight->next != NULL)
            flight->next->link = &fetch->flights;
        flight->fetch = NULL;
        if (flight->call != NULL)
            gd_call_cancel(flight->call); /* its callback frees the flight */
        else
            flight_free(flight);
    }
    flush(fetch);
    gd_free(fetch);
}
