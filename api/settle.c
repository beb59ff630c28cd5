/* Settling: what a reading says about a write that got no answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "settle.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define END_SLACK 60 /* seconds by which a new end may miss the moment of the request */

enum likeness { SAYS_NOTHING, AS_WANTED, AS_BEFORE, AS_NEITHER };

/* Whether end is what duration text (seconds) asked for in a request made between first and last. */
static bool end_as_wanted(int64_t end, const char *duration, int64_t first, int64_t last)
{
    int64_t seconds = strtoll(duration, NULL, 10);

    return end >= first + seconds - END_SLACK && end <= last + seconds + END_SLACK;
}

static enum likeness compare_end(const struct gd_op_row *row, const struct gd_alloc *found, int timeout)
{
    const char *duration = row->want.v[GD_F_DURATION];
    int64_t last = row->sent_at + timeout;

    if (found->ends_at == 0)
        return SAYS_NOTHING;
    if (end_as_wanted(found->ends_at, duration, row->sent_at, last))
        return end_as_wanted(row->before.ends_at, duration, row->sent_at, last) ? SAYS_NOTHING : AS_WANTED;
    return row->before.ends_at == found->ends_at ? AS_BEFORE : AS_NEITHER;
}

static enum likeness compare_field(enum gd_field field, const struct gd_op_row *row,
                                   const struct gd_alloc *found, int timeout)
{
    const char *want = row->want.v[field], *before = row->before.v[field], *now = found->v[field];

    if (want == NULL)
        return SAYS_NOTHING;
    if (field == GD_F_DURATION)
        return compare_end(row, found, timeout);
    if (now == NULL)
        return SAYS_NOTHING;
    if (before != NULL && gd_value_same(field, want, before))
        return SAYS_NOTHING; /* it would read so either way */
    if (gd_value_same(field, want, now))
        return AS_WANTED;
    return before != NULL && gd_value_same(field, before, now) ? AS_BEFORE : AS_NEITHER;
}

static enum gd_settled settle_update(const struct gd_op_row *row, const struct gd_alloc *found, int timeout)
{
    int seen[AS_NEITHER + 1] = {0};

    for (int field = 0; field < GD_F__COUNT; field++)
        seen[compare_field((enum gd_field)field, row, found, timeout)]++;
    if (seen[AS_WANTED] > 0 && seen[AS_BEFORE] == 0 && seen[AS_NEITHER] == 0)
        return GD_SETTLED_APPLIED;
    if (seen[AS_BEFORE] > 0 && seen[AS_WANTED] == 0 && seen[AS_NEITHER] == 0)
        return GD_SETTLED_NOT_APPLIED;
    if (seen[AS_WANTED] + seen[AS_BEFORE] + seen[AS_NEITHER] == 0)
        return GD_SETTLED_UNKNOWN;
    /* Without knowing what was before, a value that is not the wanted one tells nothing. */
    return row->before.read_at > 0 ? GD_SETTLED_CHANGED : GD_SETTLED_UNKNOWN;
}

static enum gd_settled settle_vn(const struct gd_op_row *row, const struct gd_alloc *found)
{
    const char *want = row->want.v[GD_F_GREENVN], *before = row->before.v[GD_F_A_VNS];
    const char *now = found->v[GD_F_A_VNS];

    if (now == NULL)
        return GD_SETTLED_UNKNOWN;
    if (before != NULL && gd_value_same(GD_F_A_VNS, before, now))
        return want != NULL && gd_value_same(GD_F_A_VNS, want, before) ? GD_SETTLED_UNKNOWN
                                                                       : GD_SETTLED_NOT_APPLIED;
    if (want != NULL && gd_value_same(GD_F_A_VNS, want, now))
        return GD_SETTLED_APPLIED;
    return before == NULL ? GD_SETTLED_UNKNOWN : want == NULL ? GD_SETTLED_APPLIED : GD_SETTLED_CHANGED;
}

enum gd_settled gd_settle(enum gd_op_kind kind, const struct gd_op_row *row, const struct gd_seen *seen,
                          int timeout)
{
    if (kind == GD_OP_CREATE)
        return GD_SETTLED_UNKNOWN;
    if (kind == GD_OP_DEALLOCATE) {
        if (seen->gone || (seen->found != NULL &&
                           (seen->found->state == GD_DEALLOCATED || seen->found->state == GD_EXPIRED)))
            return GD_SETTLED_APPLIED;
        return seen->found != NULL && seen->found->state == GD_ACTIVE ? GD_SETTLED_NOT_APPLIED
                                                                      : GD_SETTLED_UNKNOWN;
    }
    if (seen->found == NULL)
        return GD_SETTLED_UNKNOWN;
    if (kind == GD_OP_VN)
        return settle_vn(row, seen->found);
    return settle_update(row, seen->found, timeout);
}

void gd_settle_differences(const struct gd_alloc *want, const struct gd_alloc *answer, int64_t sent_at,
                           int64_t answered_at, char *out, size_t room)
{
    size_t len = 0;

    out[0] = '\0';
    for (int i = 0; i < GD_F__COUNT && len < room; i++) {
        enum gd_field field = (enum gd_field)i;
        bool differs;

        if (want->v[field] == NULL)
            continue;
        if (field == GD_F_GREENVN)
            differs = answer->v[GD_F_A_VNS] != NULL &&
                      !gd_value_same(GD_F_A_VNS, want->v[field], answer->v[GD_F_A_VNS]);
        else if (field == GD_F_DURATION)
            differs =
                answer->ends_at != 0 && !end_as_wanted(answer->ends_at, want->v[field], sent_at, answered_at);
        else
            differs = answer->v[field] != NULL && !gd_value_same(field, want->v[field], answer->v[field]);
        if (differs)
            len += (size_t)snprintf(out + len, room - len, "%s%s", len > 0 ? ", " : "", gd_fields[field].key);
    }
}
