/* Calls of a test to its scripted server. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "call.h"

#include <stdio.h>
#include <string.h>

#include "../../api/http.h"
#include "../../api/mem.h"
#include "../../api/when.h"
#include "tap.h"

struct gd_profile profile = {.tenant = (char *)"acme",
                             .account_sid = (char *)"acme1",
                             .concurrency = 4,
                             .connect_timeout = 5,
                             .timeout = 10,
                             .dialect = GD_PARTY};
struct gd_desk desk;

static void copy_text(char *to, size_t room, const char *from)
{
    snprintf(to, room, "%s", from != NULL ? from : "");
}

void on_reply(void *arg, const struct gd_reply *reply)
{
    struct said *said = arg;
    int calls = said->calls;

    *said = (struct said){.calls = calls + 1,
                          .attempts = reply->attempts,
                          .http_status = reply->http_status,
                          .code = reply->envelope.code,
                          .rc = reply->rc,
                          .verdict = reply->verdict,
                          .gone = reply->gone,
                          .has_alloc = reply->alloc != NULL,
                          .has_bulk = reply->bulk != NULL,
                          .has_settings = reply->settings != NULL,
                          .sent_at = reply->sent_at,
                          .rows = reply->bulk != NULL ? reply->bulk->n : 0};
    copy_text(said->request_id, sizeof said->request_id, reply->envelope.request_id);
    copy_text(said->what, sizeof said->what, reply->error.what);
    copy_text(said->advice, sizeof said->advice, reply->error.advice);
    if (reply->alloc == NULL)
        return;
    said->state = reply->alloc->state;
    said->kind = reply->alloc->kind;
    said->read_at = reply->alloc->read_at;
    copy_text(said->id, sizeof said->id, reply->alloc->v[GD_F_ID]);
    copy_text(said->pin, sizeof said->pin, reply->alloc->v[GD_F_A_PIN]);
}

static char base_url[100];

void open_desk(int port)
{
    snprintf(base_url, sizeof base_url, "http://127.0.0.1:%d/v1", port);
    profile.base_url = base_url;
    if (profile.token == NULL)
        profile.token = gd_strdup(PASSWORD);
    desk = (struct gd_desk){.profile = &profile,
                            .loop = loop,
                            .place = {.country = "IN", .zone_offset = GD_ZONE_IST},
                            .settings_tried = true};
}

void close_desk(void)
{
    gd_calls_drop(&desk);
    gd_http_free(&desk.http);
    settle();
}

static char answer_text[8][4096];

const char *answer(int slot, const char *status, const char *headers, const char *body)
{
    snprintf(answer_text[slot], sizeof answer_text[slot], "HTTP/1.1 %s\r\n%sContent-Length: %zu\r\n\r\n%s",
             status, headers, strlen(body), body);
    return answer_text[slot];
}

struct gd_alloc want_of(enum gd_field field, const char *value)
{
    struct gd_alloc want = {0};
    struct gd_error err = {0};

    if (gd_alloc_set(&want, field, value, &err) != GD_OK)
        bail_out("no memory");
    return want;
}

const char *const bulk_ids[] = {"gp-1", "gp-2"};

enum gd_rc begin_call(enum what what, const char *id, struct said *said, struct gd_call **call,
                      struct gd_error *err)
{
    struct gd_alloc want = want_of(GD_F_B_NUMBERS, "+919123456780"), none = {0};
    const struct gd_alloc *const wants[] = {&want, &want};
    enum gd_dialect dialect = profile.dialect;
    enum gd_rc rc = GD_INPUT;

    memset(said, 0, sizeof *said);
    if (what == CREATE && (gd_alloc_set(&want, GD_F_TRANSACTION_ID, "ORD-1", err) != GD_OK ||
                           gd_alloc_set(&want, GD_F_A_VNS, "+918012345678", err) != GD_OK))
        bail_out("no memory");
    switch (what) {
    case GET:
        rc = gd_call_get(&desk, GD_GREENPIN, id, on_reply, said, call, err);
        break;
    case UPDATE:
        rc = gd_call_update(&desk, dialect, GD_GREENPIN, id, &want, on_reply, said, call, err);
        break;
    case DELETE:
        rc = gd_call_delete(&desk, GD_GREENPIN, id, on_reply, said, call, err);
        break;
    case CREATE:
        rc = gd_call_create(&desk, dialect, GD_GREENPIN, &want, on_reply, said, call, err);
        break;
    case VN:
        rc = gd_call_vn(&desk, dialect, id, &none, on_reply, said, call, err);
        break;
    case BULK:
        rc = gd_call_bulk(&desk, dialect, bulk_ids, wants, 2, on_reply, said, call, err);
        break;
    case SETTINGS:
        rc = gd_call_settings_get(&desk, on_reply, said, call, err);
        break;
    }
    gd_alloc_clear(&want);
    return rc;
}

struct said call(enum what what)
{
    struct gd_error err = {0};
    struct said said;

    if (begin_call(what, "gp-1", &said, NULL, &err) != GD_OK)
        bail_out("not sent: %s", err.what);
    until(&said.calls, 1);
    return said;
}
