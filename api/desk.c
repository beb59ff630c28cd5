/* The desk: ledger, loop and connection of one profile, and what is known of its tenant. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "desk.h"

#include <stdio.h>
#include <stdlib.h>

#include "client.h"
#include "http.h"
#include "keep.h"
#include "log.h"
#include "mem.h"
#include "number.h"
#include "snapshot.h"
#include "when.h"

#define SETTINGS_AGE_MAX 86400 /* seconds after which country and zone are asked for again */
#define SETTINGS_WAIT_MS 5000  /* nobody waits longer for them */

/* Facts of the tenant in the ledger. */
#define FACT_COUNTRY "country"
#define FACT_ZONE "timezone"
#define FACT_SETTINGS_AT "settings_at"
#define FACT_DIALECT "dialect"

/* Where the ledger stands unless the profile names another; NULL where no home is known. */
static char *default_ledger(void)
{
    const char *base = getenv("XDG_STATE_HOME");
    const char *home = getenv("HOME");
    struct gd_buf path;

    gd_buf_init(&path, 4096);
    if (base != NULL && base[0] == '/')
        gd_buf_addf(&path, "%s/greendesk/ledger.db", base);
    else if (home != NULL && home[0] != '\0')
        gd_buf_addf(&path, "%s/.local/state/greendesk/ledger.db", home);
    else
        path.failed = true;
    return gd_buf_take(&path);
}

/* Takes country and zone from the ledger's facts; what is missing is assumed and marked so. */
static void place_from_ledger(struct gd_desk *desk)
{
    char *country = gd_ledger_fact(desk->ledger, FACT_COUNTRY);
    char *zone = gd_ledger_fact(desk->ledger, FACT_ZONE);
    char *at = gd_ledger_fact(desk->ledger, FACT_SETTINGS_AT);
    const struct gd_country *row = country != NULL ? gd_country_find(country) : NULL;
    int offset = zone != NULL ? gd_zone_offset(zone) : -1;

    desk->place.country = row != NULL ? row->iso : "IN";
    desk->place.zone_offset = offset >= 0 ? offset : GD_ZONE_IST;
    desk->place.assumed = row == NULL || offset < 0;
    desk->place_at = at != NULL ? strtoll(at, NULL, 10) : 0;
    gd_free(at);
    gd_free(country);
    gd_free(zone);
}

enum gd_rc gd_desk_open(struct gd_profile *profile, struct gd_loop *loop, struct gd_desk **out,
                        struct gd_error *err)
{
    struct gd_desk *desk = gd_calloc(1, sizeof *desk);
    char *path = profile->ledger != NULL ? gd_strdup(profile->ledger) : default_ledger();
    enum gd_rc rc;

    *out = NULL;
    if (desk == NULL || path == NULL) {
        rc = gd_fail(err, GD_IO, "set HOME, XDG_STATE_HOME, or ledger in the profile",
                     "there is no place for the ledger");
        goto out;
    }
    desk->profile = profile;
    desk->loop = loop;
    desk->last_dialect = GD_AUTO;
    rc = gd_ledger_open(path, profile->tenant, &desk->ledger, err);
    if (rc != GD_OK)
        goto out;
    place_from_ledger(desk);
    if (profile->keep > 0)
        rc = gd_keep_start(desk->ledger, loop, profile->name, profile->keep, &desk->keep, err);
    if (rc != GD_OK) {
        gd_ledger_close(&desk->ledger);
        goto out;
    }
    *out = desk;
    desk = NULL;
out:
    gd_free(path);
    gd_free(desk);
    return rc;
}

enum gd_rc gd_desk_http(struct gd_desk *desk, struct gd_http **out, struct gd_error *err)
{
    struct gd_profile *profile = desk->profile;
    enum gd_rc rc = GD_OK;

    if (desk->http == NULL)
        rc = gd_profile_token(profile, err);
    if (desk->http == NULL && rc == GD_OK)
        rc = gd_http_new(desk->loop,
                         &(struct gd_http_options){
                             .base_url = profile->base_url,
                             .user = profile->account_sid,
                             .password = profile->token,
                             .ca_file = profile->ca_file,
                             .client_cert = profile->client_cert,
                             .proxy = profile->proxy,
                             .concurrency = profile->concurrency,
                             .connect_timeout = profile->connect_timeout,
                             .timeout = profile->timeout,
                         },
                         &desk->http, err);
    *out = desk->http;
    return rc;
}

enum gd_dialect gd_desk_dialect(struct gd_desk *desk)
{
    enum gd_dialect dialect = desk->profile->dialect;
    char *last;

    if (dialect != GD_AUTO)
        return dialect;
    last = gd_ledger_fact(desk->ledger, FACT_DIALECT);
    if (last == NULL || !gd_dialect_parse(last, &dialect) || dialect == GD_AUTO)
        dialect = GD_PARTY;
    gd_free(last);
    return dialect;
}

enum gd_rc gd_desk_keep(struct gd_desk *desk, struct gd_alloc *alloc, const char *source,
                        struct gd_error *err)
{
    char *copy = gd_strdup(source);
    enum gd_rc rc;

    if (copy == NULL)
        return gd_fail_memory(err);
    gd_free(alloc->source);
    alloc->source = copy;
    rc = gd_ledger_put(desk->ledger, alloc, NULL, err);
    if (rc == GD_OK && alloc->read_at > 0 && alloc->dialect != desk->last_dialect) {
        rc = gd_ledger_fact_set(desk->ledger, FACT_DIALECT, gd_dialect_name(alloc->dialect), err);
        desk->last_dialect = alloc->dialect;
    }
    return rc;
}

/* ---- country and zone ---- */

struct gd_desk_wait {
    struct gd_desk_wait *next;
    struct gd_desk *desk;
    gd_desk_fn *fn;
    void *arg;
    int timer; /* of a wait for the next turn only; 0: for the settings */
};

static void wait_free(struct gd_desk_wait **at)
{
    struct gd_desk_wait *wait = *at;

    *at = wait->next;
    if (wait->timer != 0)
        gd_loop_timer_drop(wait->desk->loop, wait->timer);
    gd_free(wait);
}

void gd_desk_place_drop(struct gd_desk *desk, const void *arg)
{
    for (struct gd_desk_wait **at = &desk->waits; *at != NULL;)
        if ((*at)->arg == arg)
            wait_free(at);
        else
            at = &(*at)->next;
}

static void drop_waits(struct gd_desk *desk)
{
    while (desk->waits != NULL)
        wait_free(&desk->waits);
    if (desk->settings_timer != 0)
        gd_loop_timer_drop(desk->loop, desk->settings_timer);
    desk->settings_timer = 0;
}

/* Takes the wait out and calls back; whoever is called can add waits and drop others. */
static void wait_over(struct gd_desk_wait **at)
{
    gd_desk_fn *fn = (*at)->fn;
    void *arg = (*at)->arg;

    wait_free(at);
    fn(arg);
}

static void next_turn(void *arg)
{
    struct gd_desk_wait *wait = arg;
    struct gd_desk_wait **at = &wait->desk->waits;

    wait->timer = 0;
    while (*at != wait)
        at = &(*at)->next;
    wait_over(at);
}

/* The first that waits for the settings; NULL none. */
static struct gd_desk_wait **first_wait(struct gd_desk *desk)
{
    for (struct gd_desk_wait **at = &desk->waits; *at != NULL; at = &(*at)->next)
        if ((*at)->timer == 0)
            return at;
    return NULL;
}

/* A text of the common section, "" where it is absent. */
static const char *common_text(const json_t *settings, const char *key)
{
    const char *text = json_string_value(json_object_get(json_object_get(settings, "common"), key));

    return text != NULL ? text : "";
}

/* Keeps the settings' country and zone; a failure to keep them only means that they are asked for again. */
static void keep_place(struct gd_desk *desk, const json_t *settings, int64_t when)
{
    const char *country = common_text(settings, "country");
    const char *zone = common_text(settings, "timezone");
    bool kept = true;
    char at[24];

    snprintf(at, sizeof at, "%lld", (long long)when);
    if (gd_country_find(country) != NULL)
        kept = gd_ledger_fact_set(desk->ledger, FACT_COUNTRY, country, NULL) == GD_OK;
    if (gd_zone_offset(zone) >= 0)
        kept = kept && gd_ledger_fact_set(desk->ledger, FACT_ZONE, zone, NULL) == GD_OK &&
               gd_ledger_fact_set(desk->ledger, FACT_SETTINGS_AT, at, NULL) == GD_OK;
    if (kept)
        place_from_ledger(desk);
}

enum gd_rc gd_desk_keep_settings(struct gd_desk *desk, const json_t *sections, const char *source,
                                 int64_t when, struct gd_error *err)
{
    enum gd_rc rc = gd_snapshot_keep(desk->ledger, sections, source, when, NULL, err);

    keep_place(desk, sections, when);
    return rc;
}

static void settings_came(void *arg, const struct gd_reply *reply)
{
    struct gd_desk *desk = arg;
    struct gd_desk_wait **first;
    struct gd_error why = {0};

    if (reply->rc == GD_OK && reply->settings != NULL &&
        gd_desk_keep_settings(desk, reply->settings, "get", gd_now(), &why) != GD_OK)
        gd_log(GD_LOG_REQUESTS, "the settings are not kept: %s", why.what);
    desk->settings = NULL;
    if (desk->settings_timer != 0)
        gd_loop_timer_drop(desk->loop, desk->settings_timer);
    desk->settings_timer = 0;
    while ((first = first_wait(desk)) != NULL)
        wait_over(first);
}

static void too_late(void *arg)
{
    struct gd_desk *desk = arg;

    desk->settings_timer = 0;
    if (desk->settings != NULL)
        gd_call_cancel(desk->settings);
}

static void ask(struct gd_desk *desk)
{
    struct gd_error ignored = {0};

    desk->settings_tried = true;
    if (gd_call_settings_once(desk, settings_came, desk, &desk->settings, &ignored) != GD_OK)
        desk->settings = NULL;
    else if (gd_loop_after(desk->loop, SETTINGS_WAIT_MS, too_late, desk, &desk->settings_timer) != GD_OK)
        desk->settings_timer = 0;
}

bool gd_desk_placed(const struct gd_desk *desk)
{
    bool fresh = !desk->place.assumed && gd_now() - desk->place_at < SETTINGS_AGE_MAX;

    return desk->settings == NULL && (fresh || desk->settings_tried);
}

enum gd_rc gd_desk_place(struct gd_desk *desk, gd_desk_fn *fn, void *arg, struct gd_error *err)
{
    struct gd_desk_wait *wait = gd_calloc(1, sizeof *wait), **end = &desk->waits;
    enum gd_rc rc = GD_OK;

    if (wait == NULL)
        return gd_fail_memory(err);
    if (!gd_desk_placed(desk) && desk->settings == NULL)
        ask(desk);
    *wait = (struct gd_desk_wait){.desk = desk, .fn = fn, .arg = arg};
    if (desk->settings == NULL)
        rc = gd_loop_after(desk->loop, 0, next_turn, wait, &wait->timer);
    if (rc != GD_OK) {
        gd_free(wait);
        return gd_fail_memory(err);
    }
    while (*end != NULL)
        end = &(*end)->next;
    *end = wait;
    return GD_OK;
}

void gd_desk_close(struct gd_desk **desk)
{
    if (*desk == NULL)
        return;
    gd_calls_drop(*desk);
    drop_waits(*desk);
    gd_http_free(&(*desk)->http);
    gd_keep_free(&(*desk)->keep);
    gd_ledger_close(&(*desk)->ledger);
    gd_free(*desk);
    *desk = NULL;
}
