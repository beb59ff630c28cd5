/* Answers: what a status and a body say about what was asked. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <string.h>

#include "client_i.h"
#include "code.h"
#include "mem.h"
#include "when.h"

void gd_reading_clear(struct gd_reading *reading)
{
    gd_alloc_clear(&reading->alloc);
    gd_bulk_clear(&reading->bulk);
    json_decref(reading->settings);
    *reading = (struct gd_reading){0};
}

/* An answer about one allocation must be about the one that was asked for. A create is only known by the id
 * that it answers with. */
static enum gd_rc check_alloc(const struct gd_question *question, const struct gd_alloc *alloc,
                              struct gd_error *err)
{
    const char *id = alloc->v[GD_F_ID];

    if (question->id != NULL && id != NULL && strcmp(id, question->id) != 0)
        return gd_fail(err, GD_SERVER, NULL, "the answer is about another allocation, %.200s", id);
    if (question->what == GD_CALL_GET && alloc->raw == NULL)
        return gd_fail(err, GD_SERVER, NULL, "the answer holds no allocation");
    if (question->what == GD_CALL_CREATE && id == NULL)
        return gd_fail(err, GD_SERVER, NULL, "the answer does not name the new allocation's id");
    return GD_OK;
}

/* Completes an allocation from what was asked. */
static enum gd_rc complete_alloc(const struct gd_question *question, struct gd_alloc *alloc, int64_t read_at,
                                 struct gd_error *err)
{
    alloc->kind = question->kind;
    alloc->read_at = read_at;
    if (question->what == GD_CALL_DELETE)
        alloc->state = GD_DEALLOCATED; /* whatever it says: answers to DELETE are documented as active */
    if (alloc->v[GD_F_ID] == NULL && question->id != NULL)
        return gd_alloc_set(alloc, GD_F_ID, question->id, err);
    return GD_OK;
}

static enum gd_rc read_one(const struct gd_question *question, const struct gd_http_answer *answer,
                           int64_t read_at, struct gd_reading *reading, struct gd_reply *reply)
{
    enum gd_rc rc;

    /* A deallocation can be confirmed by its status alone. */
    if (question->what == GD_CALL_DELETE && answer->len == 0) {
        reply->envelope = (struct gd_envelope){.success = true, .code = -1};
        return GD_OK;
    }
    rc = gd_decode_answer(answer->body, answer->len, question->zone_offset, &reply->envelope, &reading->alloc,
                          &reading->why);
    if (rc != GD_OK || !reply->envelope.success)
        return rc;
    rc = check_alloc(question, &reading->alloc, &reading->why);
    if (rc != GD_OK || reading->alloc.raw == NULL)
        return rc;
    rc = complete_alloc(question, &reading->alloc, read_at, &reading->why);
    reply->alloc = rc == GD_OK ? &reading->alloc : NULL;
    return rc;
}

/* A bulk answer of rows, or else one envelope that refuses all of them. */
static enum gd_rc read_bulk(const struct gd_question *question, const struct gd_http_answer *answer,
                            int64_t read_at, struct gd_reading *reading, struct gd_reply *reply)
{
    enum gd_rc rc =
        gd_decode_bulk(answer->body, answer->len, question->zone_offset, &reading->bulk, &reading->why);

    if (rc == GD_OK) {
        for (size_t i = 0; i < reading->bulk.n; i++) {
            reading->bulk.rows[i].alloc.read_at = read_at;
            reading->bulk.rows[i].alloc.kind = question->kind;
        }
        reply->bulk = &reading->bulk;
        reply->envelope = (struct gd_envelope){.success = true, .code = -1};
        if (reading->bulk.request_id != NULL)
            reply->envelope.request_id = gd_strdup(reading->bulk.request_id);
        return GD_OK;
    }
    if (rc != GD_SERVER)
        return rc;
    gd_decode_failure(answer->body, answer->len, &reply->envelope);
    if (reply->envelope.status < 400 && reply->envelope.code < 0)
        return GD_SERVER;
    reading->why = (struct gd_error){0};
    return GD_OK;
}

static enum gd_rc read_good(const struct gd_question *question, const struct gd_http_answer *answer,
                            struct gd_reading *reading, struct gd_reply *reply)
{
    /* A reading shows how things stood at some moment after it was asked for; what a write shows is newer
     * than any reading that was asked for before its answer. */
    int64_t read_at = question->what == GD_CALL_GET ? reply->sent_at : gd_now();
    enum gd_rc rc;

    if (question->expect == GD_EXPECT_ALLOC)
        return read_one(question, answer, read_at, reading, reply);
    if (question->expect == GD_EXPECT_BULK)
        return read_bulk(question, answer, read_at, reading, reply);
    rc = gd_decode_settings(answer->body, answer->len, &reply->envelope, &reading->settings, &reading->why);
    if (rc == GD_OK && reply->envelope.success)
        reply->settings = reading->settings;
    return rc;
}

/* A 2xx whose envelope says that it failed counts as the status that it names, or that its code stands for.
 */
static int inner_status(const struct gd_envelope *envelope, int status)
{
    if (envelope->status >= 400)
        return envelope->status;
    return envelope->code >= 0 ? gd_code_find(envelope->code, status)->http : status;
}

static bool is_gone(const struct gd_question *question, const struct gd_reply *reply)
{
    int status = reply->http_status, code = reply->envelope.code;

    if (question->expect != GD_EXPECT_ALLOC || question->what == GD_CALL_CREATE)
        return false;
    if (code == 20 && question->what != GD_CALL_DELETE)
        return false; /* a 404 too, but of a number within the allocation */
    if (status == 404 || status == 410 || code == 1 || code == 22)
        return true;
    return question->what == GD_CALL_DELETE && question->flat && status == 409 && code < 0;
}

static void take_request_id(const struct gd_http_answer *answer, struct gd_envelope *envelope)
{
    if (envelope->request_id == NULL && answer->request_id[0] != '\0')
        envelope->request_id = gd_strdup(answer->request_id);
}

void gd_read_answer(const struct gd_question *question, const struct gd_http_answer *answer,
                    struct gd_reading *reading, struct gd_reply *reply)
{
    reply->envelope.code = -1;
    reply->http_status = answer->status;
    if (answer->fault != GD_FAULT_NONE)
        return;
    if (answer->status < 200 || answer->status > 299) {
        gd_decode_failure(answer->body, answer->len, &reply->envelope);
    } else if (read_good(question, answer, reading, reply) != GD_OK) {
        reading->undecodable = true;
    } else if (!reply->envelope.success) {
        reply->http_status = inner_status(&reply->envelope, answer->status);
    }
    take_request_id(answer, &reply->envelope);
    reply->gone = !reading->undecodable && !reply->envelope.success && is_gone(question, reply);
}
