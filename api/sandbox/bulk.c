/* GreenPin: the bulk update, all rows in one transaction, each with an answer of its own. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../mem.h"
#include "change.h"
#include "greenpin.h"

/* The answer of one row: a piece of the text of all. */
struct piece {
    size_t at, len;
    bool good;
};

/* The answers of the rows, in the order they are to be told. */
struct told {
    struct gd_buf text; /* all of them, one after another */
    struct piece *rows;
    size_t count, room;
    int64_t good;
};

static bool told_open(struct told *told, size_t rows)
{
    gd_buf_init(&told->text, SB_REPLY_MAX);
    told->room = rows + 1; /* one more row may be told than was sent */
    told->count = 0;
    told->good = 0;
    told->rows = gd_calloc(told->room, sizeof *told->rows);
    return told->rows != NULL;
}

static void told_close(struct told *told)
{
    gd_buf_free(&told->text);
    gd_free(told->rows);
}

static void told_add(struct told *told, size_t from, bool good)
{
    told->rows[told->count].at = from;
    told->rows[told->count].len = told->text.len - from;
    told->rows[told->count++].good = good;
    told->good += good;
}

struct bulk {
    struct sb *sb;
    const struct sb_request *req;
    enum sb_dialect dialect;
    struct told told;
};

static void write_flat_row(struct bulk *bulk, const char *id, const struct sb_no *no)
{
    struct gd_buf *out = &bulk->told.text;
    gd_buf_addc(out, '{');
    if (bulk->req->fault != SB_FAULT_DROP_ID) {
        gd_buf_adds(out, "\"greenpin_id\":");
        sb_json_text(out, id != NULL ? id : "");
        gd_buf_addc(out, ',');
    }
    if (no == NULL) {
        gd_buf_adds(out, "\"status\":\"updated\"}");
        return;
    }
    gd_buf_addf(out, "\"status\":\"failed\",\"http_status\":%d,\"code\":", no->http);
    if (no->code == SB_NO_CODE)
        gd_buf_adds(out, "null");
    else
        gd_buf_addf(out, "%d", no->code);
    gd_buf_adds(out, ",\"message\":");
    sb_json_text(out, no->message);
    gd_buf_addc(out, '}');
}

/* What an update answers, without the id where that is to be left out. */
static void write_party_data(struct bulk *bulk, const struct sb_alloc *alloc)
{
    struct sb_shape shape = {.dialect = SB_PARTY,
                             .view = SB_VIEW_UPDATED,
                             .method = "PUT",
                             .account = sb_account(bulk->sb, bulk->req->tenant),
                             .now = sb_now(bulk->sb)};
    if (bulk->req->fault != SB_FAULT_DROP_ID) {
        sb_write_alloc(&bulk->told.text, &shape, alloc);
        return;
    }
    struct gd_buf whole;
    gd_buf_init(&whole, SB_REPLY_MAX);
    sb_write_alloc(&whole, &shape, alloc);
    char *id = strstr(whole.data, ",\"greenpin_id\":\"");
    char *after = id != NULL ? strstr(id + 1, ",\"a\":") : NULL;
    gd_buf_add(&bulk->told.text, whole.data, id != NULL ? (size_t)(id - whole.data) : whole.len);
    gd_buf_adds(&bulk->told.text, after != NULL ? after : "");
    gd_buf_free(&whole);
}

static void write_party_row(struct bulk *bulk, const struct sb_alloc *alloc, const struct sb_no *no)
{
    struct gd_buf *out = &bulk->told.text;
    gd_buf_addc(out, '{');
    if (no == NULL) {
        gd_buf_adds(out, "\"success\":true,\"status\":200,\"code\":null,\"message\":null,\"data\":");
        write_party_data(bulk, alloc);
    } else {
        sb_refusal_members(out, no);
    }
    gd_buf_addc(out, '}');
}

/* One row, applied and told; false only where the store failed, and then nothing of the bulk stands. */
static bool do_row(struct bulk *bulk, const json_t *row, bool fail)
{
    struct sb_update update;
    struct sb_no no = {0};
    bool good;
    memset(&update, 0, sizeof update);
    if (fail)
        good = sb_refuse(&no, 0, "try again");
    else if (sb_body_dialect(SB_PIN, SB_DO_ROW, row) == (bulk->dialect == SB_FLAT ? SB_PARTY : SB_FLAT))
        good = sb_refuse(&no, 5, "the row is of the other dialect");
    else
        good = sb_pin_apply(bulk->sb, bulk->req, SB_DO_ROW, NULL, row, &update, &no);
    size_t from = bulk->told.text.len;
    if (bulk->dialect == SB_FLAT)
        write_flat_row(bulk, json_string_value(json_object_get(row, "greenpin_id")), good ? NULL : &no);
    else
        write_party_row(bulk, &update.now, good ? NULL : &no);
    told_add(&bulk->told, from, good);
    sb_update_clear(&update);
    return fail || no.http != 500;
}

static void tell_surplus(struct bulk *bulk)
{
    struct sb_no no = {0};
    size_t from = bulk->told.text.len;
    sb_refuse(&no, 1, "gp-nobody-asked");
    if (bulk->dialect == SB_FLAT)
        write_flat_row(bulk, "gp-nobody-asked", &no);
    else
        gd_buf_adds(&bulk->told.text,
                    "{\"success\":true,\"status\":200,\"code\":null,\"message\":null,"
                    "\"data\":{\"transaction_id\":\"surplus\",\"greenpin_id\":\"gp-nobody-asked\"}}");
    told_add(&bulk->told, from, bulk->dialect != SB_FLAT);
}

/* Faults that rearrange the rows; everything has been applied by now. */
static void act_out(struct bulk *bulk)
{
    struct told *told = &bulk->told;
    size_t half = told->count / 2;
    switch (bulk->req->fault) {
    case SB_FAULT_BULK_SHUFFLE:
        for (size_t i = 0; i < half; i++) {
            struct piece row = told->rows[i];
            told->rows[i] = told->rows[told->count - 1 - i];
            told->rows[told->count - 1 - i] = row;
        }
        break;
    case SB_FAULT_BULK_MISSING:
        told->good -= told->rows[half].good;
        memmove(&told->rows[half], &told->rows[half + 1], (told->count - half - 1) * sizeof told->rows[0]);
        told->count--;
        break;
    case SB_FAULT_BULK_DOUBLE:
        told->rows[told->count++] = told->rows[half];
        told->good += told->rows[half].good;
        break;
    case SB_FAULT_BULK_SURPLUS:
        tell_surplus(bulk);
        break;
    default:
        break;
    }
}

static void write_head(struct bulk *bulk, struct gd_buf *out)
{
    char id[17];
    long long total = (long long)bulk->told.count, good = bulk->told.good;
    if (bulk->dialect == SB_FLAT) {
        gd_buf_adds(out, "{\"response\":[");
        return;
    }
    if (bulk->req->fault == SB_FAULT_METADATA_LIE)
        good = total - good;
    sb_random_text(id, 16, "0123456789abcdef");
    gd_buf_addf(out,
                "{\"request_id\":\"%s\",\"method\":\"PUT\",\"http_code\":207,\"metadata\":{\"failed\":%lld,"
                "\"total\":%lld,\"success\":%lld},\"response\":[",
                id, total - good, total, good);
}

static void write_bulk(struct bulk *bulk, struct gd_buf *out)
{
    write_head(bulk, out);
    for (size_t i = 0; i < bulk->told.count; i++) {
        if (i > 0)
            gd_buf_addc(out, ',');
        gd_buf_add(out, bulk->told.text.data + bulk->told.rows[i].at, bulk->told.rows[i].len);
    }
    gd_buf_adds(out, "]}");
}

/* The list of rows, and the dialect that its place tells. */
static const json_t *rows_of(const struct sb_request *req, enum sb_dialect *dialect, struct sb_no *no)
{
    const json_t *rows = req->json;
    *dialect = SB_FLAT;
    if (json_is_object(rows)) {
        *dialect = SB_PARTY;
        rows = json_object_get(rows, "greenpins");
        if (rows != NULL && json_object_size(req->json) > 1) {
            sb_refuse(no, 5, "greenpins stands alone in a bulk update");
            return NULL;
        }
    }
    if (!json_is_array(rows) || json_array_size(rows) == 0) {
        sb_refuse(no, rows == NULL ? 3 : 5, "a list of rows (greenpins)");
        return NULL;
    }
    return rows;
}

static bool do_rows(struct bulk *bulk, const json_t *rows)
{
    size_t i, count = json_array_size(rows);
    json_t *row;
    json_array_foreach(rows, i, row) {
        if (!do_row(bulk, row, bulk->req->fault == SB_FAULT_BULK_ROW_FAIL && i == count / 2))
            return false;
    }
    return true;
}

bool sb_pin_bulk(struct sb *sb, const struct sb_request *req, struct sb_reply *reply, struct sb_no *no)
{
    struct bulk bulk = {.sb = sb, .req = req};
    const json_t *rows = rows_of(req, &bulk.dialect, no);
    if (rows == NULL)
        return false;
    if (sb->opt.dialect != SB_BOTH && sb->opt.dialect != bulk.dialect)
        return sb_refuse(no, 5, "this server speaks the other dialect");
    size_t count = json_array_size(rows);
    if (count > (size_t)sb->opt.bulk_limit)
        return sb_refuse(no, 17, "%zu rows, at most %d are taken", count, sb->opt.bulk_limit);
    bool good = told_open(&bulk.told, count) && sb_begin(&sb->store) &&
                sb_count(&sb->store, "update_rows_sent", (int64_t)count) &&
                sb_count(&sb->store, "bulk_requests", 1);
    good = sb_finish(sb, good && do_rows(&bulk, rows));
    if (good) {
        reply->status = bulk.told.good == (int64_t)bulk.told.count ? 200 : 207;
        act_out(&bulk);
        write_bulk(&bulk, &reply->body);
    }
    told_close(&bulk.told);
    return good || sb_broken(no);
}
