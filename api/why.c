/* why: would this caller get through. Each allocation is judged alone, then the best of them decide. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "why.h"

#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "mem.h"
#include "number.h"
#include "text.h"

static const struct reason_row {
    const char *name, *verdict;
    int rank;
} reasons[GD_WHY__COUNT] = {
#define REASON(id, ...) [GD_WHY_##id] = {__VA_ARGS__},
#include "why.def"
#undef REASON
};

static const char *const caller_names[] = {
    [GD_CALLER_A] = "a", [GD_CALLER_B] = "b", [GD_CALLER_ANYBODY] = "anybody"};

/* ---- one allocation ---- */

/* Whether the allocation concerns the caller at all, and as whom. */
static bool caller_of(const struct gd_alloc *alloc, const char *number, const char *vn,
                      enum gd_caller *caller)
{
    const char *a = alloc->v[GD_F_A_NUMBERS], *b = alloc->v[GD_F_B_NUMBERS];
    size_t len = strlen(number);

    *caller = GD_CALLER_ANYBODY;
    if (a != NULL && gd_list_has(a, number, len))
        *caller = GD_CALLER_A;
    else if (b != NULL && gd_list_has(b, number, len))
        *caller = GD_CALLER_B;
    else /* without A numbers whoever types the PIN becomes A; only a VN tells that this one is meant */
        return vn != NULL && alloc->read_at > 0 && gd_list_count(a != NULL ? a : "") == 0;
    return true;
}

static const char *vns_of(const struct gd_why_row *row)
{
    const char *vns = row->alloc->v[row->caller == GD_CALLER_B ? GD_F_B_VNS : GD_F_A_VNS];
    const char *other = row->alloc->v[row->caller == GD_CALLER_B ? GD_F_A_VNS : GD_F_B_VNS];

    return vns != NULL && vns[0] != '\0' ? vns : other; /* a side without VNs shares the other's */
}

static const char *pin_of(const struct gd_why_row *row)
{
    const char *pin = row->alloc->v[row->caller == GD_CALLER_B ? GD_F_B_PIN : GD_F_A_PIN];

    return pin != NULL && pin[0] != '\0' ? pin : NULL;
}

static enum gd_why_reason judge(const struct gd_why_row *row, const char *vn, int64_t now)
{
    const char *vns = vns_of(row), *usage = row->alloc->v[GD_F_USAGE];

    switch (gd_alloc_state(row->alloc, now)) {
    case GD_DEALLOCATED:
        return GD_WHY_DEALLOCATED;
    case GD_EXPIRED:
        return GD_WHY_EXPIRED;
    case GD_UNKNOWN:
        return GD_WHY_NOT_READ;
    case GD_ACTIVE:
        break;
    }
    if (row->caller == GD_CALLER_B && usage != NULL && strcmp(usage, "oneway") == 0)
        return GD_WHY_ONEWAY;
    if (vn != NULL && (vns == NULL || !gd_list_has(vns, vn, strlen(vn))))
        return GD_WHY_WRONG_VN;
    return pin_of(row) != NULL ? GD_WHY_PIN : GD_WHY_REACHES;
}

/* ---- all of them ---- */

/* The deciding ones first; among equals the one that ends last. */
static int compare(const void *one, const void *other)
{
    const struct gd_why_row *a = one, *b = other;

    if (reasons[a->reason].rank != reasons[b->reason].rank)
        return reasons[a->reason].rank - reasons[b->reason].rank;
    if (a->alloc->ends_at != b->alloc->ends_at)
        return a->alloc->ends_at > b->alloc->ends_at ? -1 : 1;
    return strcmp(a->alloc->v[GD_F_ID], b->alloc->v[GD_F_ID]);
}

enum gd_rc gd_why_judge(const char *caller, const char *vn, const struct gd_alloc *const *allocs, size_t n,
                        int64_t now, struct gd_why *out, struct gd_error *err)
{
    *out = (struct gd_why){.caller = caller, .vn = vn, .reason = GD_WHY_NOTHING};
    out->rows = gd_calloc(n, sizeof *out->rows);
    if (out->rows == NULL)
        return gd_fail_memory(err);
    for (size_t i = 0; i < n; i++) {
        struct gd_why_row *row = &out->rows[out->n];

        row->alloc = allocs[i];
        if (!caller_of(row->alloc, caller, vn, &row->caller))
            continue;
        row->reason = judge(row, vn, now);
        /* of strangers only those whom the VN would let in */
        if (row->caller != GD_CALLER_ANYBODY || row->reason == GD_WHY_PIN)
            out->n++;
    }
    if (out->n == 0)
        return GD_OK;
    qsort(out->rows, out->n, sizeof *out->rows, compare);
    while (out->deciding < out->n &&
           reasons[out->rows[out->deciding].reason].rank == reasons[out->rows[0].reason].rank)
        out->deciding++;
    out->reason = out->rows[0].reason;
    if (reasons[out->reason].rank == 0 && out->deciding > 1)
        out->reason = GD_WHY_SEVERAL;
    return GD_OK;
}

void gd_why_clear(struct gd_why *why)
{
    gd_free(why->rows);
    *why = (struct gd_why){0};
}

/* ---- words ---- */

static void add_field(const struct gd_why_row *row, enum gd_field field, bool reveal, struct gd_buf *out)
{
    struct gd_buf text;

    gd_buf_init(&text, 4096);
    gd_value_show(field, row->alloc->v[field], reveal, &text);
    gd_text_escape(text.data, text.len, out);
    gd_buf_wipe(&text);
}

static void add_id(const struct gd_why_row *row, struct gd_buf *out)
{
    gd_text_escape(row->alloc->v[GD_F_ID], strlen(row->alloc->v[GD_F_ID]), out);
}

/* The caller, masked unless revealed. */
static void add_caller(const struct gd_why *why, bool reveal, struct gd_buf *out)
{
    char masked[GD_MASKED_MAX];

    gd_number_mask(why->caller, masked);
    gd_buf_adds(out, reveal ? why->caller : masked);
}

static const char *role_of(const struct gd_why_row *row)
{
    return row->caller == GD_CALLER_A   ? "the A-party"
           : row->caller == GD_CALLER_B ? "the B-party"
                                        : "nobody known, but whoever types the PIN becomes A";
}

/* "dialling VN reaches B +91…, after the PIN ••••". */
static void add_way(const struct gd_why *why, const struct gd_why_row *row, bool reveal, struct gd_buf *out)
{
    enum gd_field other = row->caller == GD_CALLER_B ? GD_F_A_NUMBERS : GD_F_B_NUMBERS;
    const char *vns = vns_of(row);

    gd_buf_addf(out, "dialling %s ", why->vn != NULL ? why->vn : vns != NULL ? vns : "its VN");
    if (pin_of(row) != NULL) {
        gd_buf_adds(out, "and typing the PIN ");
        add_field(row, row->caller == GD_CALLER_B ? GD_F_B_PIN : GD_F_A_PIN, reveal, out);
        gd_buf_addc(out, ' ');
    }
    gd_buf_addf(out, "reaches %s", row->caller == GD_CALLER_B ? "A" : "B");
    if (row->alloc->v[other] != NULL && row->alloc->v[other][0] != '\0') {
        gd_buf_addc(out, ' ');
        add_field(row, other, reveal, out);
    }
}

static void add_ago(int64_t since, int64_t now, struct gd_buf *out)
{
    char span[40];

    if (since <= 0)
        return;
    gd_duration_text(now - since, span, sizeof span);
    gd_buf_addf(out, " %s ago", span);
}

/* One line about one allocation. */
static void add_row(const struct gd_why *why, const struct gd_why_row *row, bool reveal, int64_t now,
                    struct gd_buf *out)
{
    const char *vns = vns_of(row);

    add_id(row, out);
    gd_buf_addf(out, ": the caller is %s", role_of(row));
    switch (row->reason) {
    case GD_WHY_REACHES:
    case GD_WHY_PIN:
        gd_buf_adds(out, "; ");
        add_way(why, row, reveal, out);
        break;
    case GD_WHY_WRONG_VN:
        gd_buf_addf(out, ", but %s is the wrong VN; ", why->vn);
        gd_buf_addf(out, vns != NULL ? "the right one is %s" : "no VN of it is known here", vns);
        break;
    case GD_WHY_ONEWAY:
        gd_buf_adds(out, ", and usage is oneway: only A may call");
        break;
    case GD_WHY_EXPIRED:
        gd_buf_adds(out, ", but it expired");
        add_ago(row->alloc->ends_at, now, out);
        break;
    case GD_WHY_DEALLOCATED:
        gd_buf_adds(out, ", but it was deallocated (seen");
        add_ago(row->alloc->read_at, now, out);
        gd_buf_addc(out, ')');
        break;
    default:
        gd_buf_adds(out, ", but it was never read: its state is not known");
        break;
    }
    gd_buf_addc(out, '\n');
}

/* The first line: the verdict itself. */
static void add_verdict(const struct gd_why *why, bool reveal, struct gd_buf *out)
{
    static const char *const words[GD_WHY__COUNT] = {
        [GD_WHY_REACHES] = "Yes: the call gets through.",
        [GD_WHY_PIN] = "Yes, after the PIN.",
        [GD_WHY_SEVERAL] = "It depends on the PIN or the VN: several allocations fit.",
        [GD_WHY_WRONG_VN] = "No: the wrong VN is dialled.",
        [GD_WHY_ONEWAY] = "No: the B-party may not call.",
        [GD_WHY_NOT_READ] = "Not known: read it first (get).",
        [GD_WHY_EXPIRED] = "No: the allocation has expired.",
        [GD_WHY_DEALLOCATED] = "No: the allocation is deallocated.",
        [GD_WHY_NOTHING] = "Nothing is known here of that caller.",
    };

    gd_buf_addf(out, "%s (", words[why->reason]);
    add_caller(why, reveal, out);
    if (why->vn != NULL)
        gd_buf_addf(out, " dialling %s", why->vn);
    gd_buf_adds(out, ")\n");
    if (why->reason == GD_WHY_NOTHING)
        gd_buf_adds(out, "The tenant may hold more than this ledger: get the allocation by its id, or import "
                         "a list of ids, then ask again. An unregistered caller is asked for a PIN.\n");
}

void gd_why_text(const struct gd_why *why, bool reveal, int64_t now, struct gd_buf *out)
{
    add_verdict(why, reveal, out);
    for (size_t i = 0; i < why->deciding; i++)
        add_row(why, &why->rows[i], reveal, now, out);
    if (why->n > why->deciding)
        gd_buf_addf(out,
                    "%zu more of this caller's allocations do not decide: ended, oneway or on another VN.\n",
                    why->n - why->deciding);
}

json_t *gd_why_json(const struct gd_why *why, bool reveal, int64_t now)
{
    json_t *rows = json_array();
    json_t *json = NULL;
    struct gd_buf text, caller;

    gd_buf_init(&text, 1 << 20);
    gd_buf_init(&caller, 64);
    gd_why_text(why, reveal, now, &text);
    add_caller(why, reveal, &caller);
    for (size_t i = 0; i < why->n; i++)
        json_array_append_new(rows, json_pack("{s:s,s:s,s:s}", "id", why->rows[i].alloc->v[GD_F_ID], "caller",
                                              caller_names[why->rows[i].caller], "reason",
                                              reasons[why->rows[i].reason].name));
    if (!text.failed)
        json = json_pack("{s:s,s:s?,s:s,s:s,s:s,s:O}", "caller", caller.data, "vn", why->vn, "verdict",
                         reasons[why->reason].verdict, "reason", reasons[why->reason].name, "text", text.data,
                         "allocations", rows);
    json_decref(rows);
    gd_buf_wipe(&text);
    gd_buf_wipe(&caller);
    return json;
}
