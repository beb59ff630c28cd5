/* Makes one call of the library and prints what came of it: for judging each request where no command is. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
/*
 *   call URL DIALECT get|delete KIND ID
 *                    create KIND KEY=VALUE…
 *                    update KIND ID KEY=VALUE…
 *                    vn ID [KEY=VALUE…]
 *                    bulk ID KEY=VALUE… [ID KEY=VALUE…]…
 *                    settings [JSON]
 *
 * Prints "STATUS", and the allocation's id or how many rows of a bulk update succeeded. Exit 0: the server
 * did it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/client.h"
#include "../../api/http.h"
#include "../../api/mem.h"
#include "../../api/when.h"

#define ROWS_MAX 64

static const struct gd_place place = {.country = "IN", .zone_offset = GD_ZONE_IST};
static struct gd_error err;
static bool answered;
static enum gd_rc answer_rc;

static void die(const char *what)
{
    fprintf(stderr, "call: %s: %s\n", what, err.what);
    exit(2);
}

static void on_reply(void *arg, const struct gd_reply *reply)
{
    size_t good = 0;

    (void)arg;
    answered = true;
    answer_rc = reply->rc;
    printf("%d", reply->http_status);
    for (size_t i = 0; reply->bulk != NULL && i < reply->bulk->n; i++)
        good += reply->bulk->rows[i].envelope.success;
    if (reply->bulk != NULL)
        printf(" %zu", good);
    if (reply->alloc != NULL && reply->alloc->v[GD_F_ID] != NULL)
        printf(" %s", reply->alloc->v[GD_F_ID]);
    printf("\n");
    if (reply->rc != GD_OK)
        fprintf(stderr, "call: %s\n", reply->error.what);
}

/* Reads assignments into what is wanted; returns how many words these were. */
static int read_want(enum gd_kind kind, char **words, struct gd_alloc *want)
{
    struct gd_change change = {0};
    struct gd_alloc base = {.kind = kind, .call_count = -1};
    int n = 0;

    for (; words[n] != NULL && strchr(words[n], '=') != NULL; n++) {
        if (gd_change_parse(&change, words[n], &place, &err) != GD_OK)
            die(words[n]);
    }
    if (gd_change_resolve(&change, &base, gd_now(), want, &err) != GD_OK)
        die("change");
    gd_change_clear(&change);
    return n;
}

static enum gd_kind kind_of(const char *word)
{
    enum gd_kind kind;

    if (word == NULL || !gd_kind_parse(word, &kind))
        die("greenpin or greenvn");
    return kind;
}

static enum gd_rc call_bulk(struct gd_desk *desk, enum gd_dialect dialect, char **words)
{
    static struct gd_alloc wants[ROWS_MAX];
    const struct gd_alloc *want[ROWS_MAX];
    const char *ids[ROWS_MAX];
    size_t n = 0;

    for (; *words != NULL && n < ROWS_MAX; n++) {
        ids[n] = *words++;
        words += read_want(GD_GREENPIN, words, &wants[n]);
        want[n] = &wants[n];
    }
    return gd_call_bulk(desk, dialect, ids, want, n, on_reply, NULL, NULL, &err);
}

static enum gd_rc call_settings(struct gd_desk *desk, const char *text)
{
    json_t *body = NULL;
    enum gd_rc rc;

    if (text == NULL)
        return gd_call_settings_get(desk, on_reply, NULL, NULL, &err);
    if (gd_json_parse(text, strlen(text), &body, &err) != GD_OK)
        die("settings");
    rc = gd_call_settings_put(desk, body, on_reply, NULL, NULL, &err);
    json_decref(body);
    return rc;
}

static enum gd_rc call(struct gd_desk *desk, enum gd_dialect dialect, const char *verb, char **words)
{
    struct gd_alloc want = {0};
    enum gd_rc rc;

    if (strcmp(verb, "settings") == 0)
        return call_settings(desk, words[0]);
    if (strcmp(verb, "bulk") == 0)
        return call_bulk(desk, dialect, words);
    if (strcmp(verb, "get") == 0)
        return gd_call_get(desk, kind_of(words[0]), words[1], on_reply, NULL, NULL, &err);
    if (strcmp(verb, "delete") == 0)
        return gd_call_delete(desk, kind_of(words[0]), words[1], on_reply, NULL, NULL, &err);
    if (strcmp(verb, "create") == 0) {
        read_want(kind_of(words[0]), words + 1, &want);
        rc = gd_call_create(desk, dialect, kind_of(words[0]), &want, on_reply, NULL, NULL, &err);
    } else if (strcmp(verb, "update") == 0) {
        read_want(kind_of(words[0]), words + 2, &want);
        rc = gd_call_update(desk, dialect, kind_of(words[0]), words[1], &want, on_reply, NULL, NULL, &err);
    } else {
        read_want(GD_GREENVN, words + 1, &want);
        rc = gd_call_vn(desk, dialect, words[0], &want, on_reply, NULL, NULL, &err);
    }
    gd_alloc_clear(&want);
    return rc;
}

int main(int argc, char **argv)
{
    struct gd_profile profile = {.concurrency = 2, .connect_timeout = 5, .timeout = 20};
    struct gd_http_options options = {.concurrency = 2, .connect_timeout = 5, .timeout = 20};
    struct gd_loop *loop = NULL;
    struct gd_desk desk = {.profile = &profile, .place = place, .settings_tried = true};
    enum gd_dialect dialect;

    if (argc < 4 || !gd_dialect_parse(argv[2], &dialect))
        die("call URL DIALECT VERB …");
    gd_mem_init();
    options.base_url = argv[1];
    options.user = profile.account_sid = getenv("GREENDESK_TEST_SID");
    options.password = getenv("GREENDESK_TOKEN");
    profile.tenant = getenv("GREENDESK_TEST_TENANT");
    if (gd_loop_new(&loop, &err) != GD_OK || gd_http_new(loop, &options, &desk.http, &err) != GD_OK)
        die(argv[1]);
    desk.loop = loop;
    if (call(&desk, dialect, argv[3], argv + 4) != GD_OK)
        die(argv[3]);
    while (!answered) {
        if (gd_loop_turn(loop, 1000, &err) != GD_OK)
            die("loop");
    }
    gd_calls_drop(&desk);
    gd_http_free(&desk.http);
    gd_loop_free(&loop);
    return answer_rc == GD_OK ? 0 : 1;
}
