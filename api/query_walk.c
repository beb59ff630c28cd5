/* Finding the rows of a page: an order is walked from a place on, or few rows are read and sorted. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "index.h"
#include "query_i.h"

/* Whether a place is still to come. */
static bool is_ahead(const struct gd_query *query, const struct order_place *place)
{
    int sign = query->from_edge ? 1 : order_compare(place, &query->at);

    if (query->from_edge)
        return true;
    return sign == 0 ? query->inclusive : (sign > 0) == query->up;
}

/* All up to a place has been dealt with. */
static void pass(struct gd_query *query, const struct order_place *place)
{
    query->at = *place;
    query->from_edge = query->inclusive = false;
}

/* Takes a row into the page; true where the page is full. */
static bool take(struct gd_query *query, const struct order_place *place)
{
    query->found[query->found_n++] = *place;
    pass(query, place);
    return query->given + query->found_n == query->want;
}

/* ---- few rows ---- */

/* Keeps a row if it is among the first that are ahead. found is in the fetch's order. */
static void offer(struct gd_query *query, const struct order_place *place)
{
    size_t at = query->found_n;

    if (!is_ahead(query, place))
        return;
    while (at > 0 && (order_compare(place, &query->found[at - 1]) > 0) != query->up)
        at--;
    if (at == query->want)
        return;
    memmove(&query->found[at + 1], &query->found[at], (query->found_n - at) * sizeof *query->found);
    query->found[at] = *place;
    if (query->found_n < query->want)
        query->found_n++;
}

/* Reads all rows that can match, and sorts them. The page is known at the end, so all of it is one slice: it
 * takes a millisecond. */
static enum gd_rc fetch_few(struct gd_query *query, struct gd_error *err)
{
    const struct query_plan *plan = &query->plan;
    enum gd_rc rc = GD_OK;

    for (int64_t row = bits_next(plan->rows, plan->words, 0); rc == GD_OK && row >= 0;
         row = bits_next(plan->rows, plan->words, (size_t)row + 1)) {
        struct order_place place;
        bool matches;

        rc = query_look(query, row, plan->exact, &place, &matches, err);
        if (rc == GD_OK && matches)
            offer(query, &place);
    }
    for (size_t i = 0; i < query->extra_n; i++)
        offer(query, &query->extra[i]);
    return rc;
}

/* ---- walking an order with leaves ---- */

/* Takes the pending rows up to a place (NULL: all that are left). True where the page is full. */
static bool take_extra(struct gd_query *query, const struct order_place *before)
{
    size_t n = query->extra_n;
    int sign;

    for (; query->extra_at < n; query->extra_at++) {
        const struct order_place *place =
            &query->extra[query->up ? query->extra_at : n - 1 - query->extra_at];

        if (!is_ahead(query, place))
            continue;
        if (before != NULL && (sign = order_compare(place, before)) != 0 && (sign < 0) != query->up)
            return false;
        if (take(query, place))
            return true;
    }
    return false;
}

/* Remembers where the walk stands: at the i-th row of its present part, pending rows up to there taken. */
static enum gd_rc stop_at(struct gd_query *query, size_t i, bool *full, struct gd_error *err)
{
    struct leaf_place place;
    struct order_place at = {0};
    enum gd_rc rc = leaf_walk_place(query->walk, i, &place, err);

    if (rc != GD_OK)
        return rc;
    at.key.len = (unsigned char)(place.len - 5);
    memcpy(at.key.bytes, place.bytes, at.key.len);
    for (size_t b = place.len - (size_t)4; b < place.len; b++)
        at.row = at.row << 8 | place.bytes[b];
    *full = take_extra(query, &at);
    if (!*full && is_ahead(query, &at))
        pass(query, &at);
    return GD_OK;
}

/* Goes through one part of the order. *full: the page is; *late: the slice is over, and where it stands is
 * remembered. */
static enum gd_rc walk_part(struct gd_query *query, const unsigned char *rows, size_t n,
                            struct query_slice *slice, bool *full, bool *late, struct gd_error *err)
{
    const struct query_plan *plan = &query->plan;
    enum gd_rc rc = GD_OK;

    for (size_t k = 0; rc == GD_OK && k < n; k++) {
        size_t i = query->up ? k : n - 1 - k;
        uint32_t row = leaf_row(rows, i);
        struct order_place place;
        bool matches;

        if (row / 64 >= plan->words || !bits_has(plan->rows, row))
            continue;
        rc = query_look(query, row, plan->exact, &place, &matches, err);
        if (rc == GD_OK && matches && is_ahead(query, &place)) {
            *full = take_extra(query, &place) || take(query, &place);
            if (*full)
                return GD_OK;
        }
        if (rc == GD_OK && query_looked(slice)) {
            *late = true;
            return stop_at(query, i, full, err);
        }
    }
    if (rc == GD_OK && query_is_over(slice)) {
        *late = true;
        rc = stop_at(query, query->up ? n - 1 : 0, full, err);
    }
    return rc;
}

static enum gd_rc walk_leaves(struct gd_query *query, struct query_slice *slice, bool *done,
                              struct gd_error *err)
{
    struct leaf_place from = {0};
    const unsigned char *rows = NULL;
    size_t n = 0;
    bool full = false, late = false;
    enum gd_rc rc;

    if (!query->from_edge) /* the next row number stands right after a place */
        leaf_place(&query->at.key,
                   (uint32_t)(query->at.row + (query->inclusive ? 0
                                               : query->up      ? 1
                                                                : -1)),
                   &from);
    leaf_walk_seek(query->walk, &from, !query->up);
    do {
        rc = leaf_walk_next(query->walk, &rows, &n, err);
        if (rc == GD_OK && n > 0)
            rc = walk_part(query, rows, n, slice, &full, &late, err);
    } while (rc == GD_OK && n > 0 && !full && !late);
    if (rc == GD_OK && n == 0)
        (void)take_extra(query, NULL);
    *done = n == 0 || full;
    return rc;
}

/* ---- walking an order of groups ---- */

/* Where a group is entered: the row to begin with, -1 for none. */
static int64_t enter(const struct gd_query *query, const struct query_group *group)
{
    int64_t all = (int64_t)(query->plan.words * 64);
    unsigned rank = query->at.key.len > 0 ? query->at.key.bytes[0] : group->rank;

    if (query->from_edge || (group->rank != rank && (group->rank > rank) == query->up))
        return query->up ? 0 : all;
    if (group->rank != rank)
        return -1;
    return query->at.row + (query->inclusive ? 0 : query->up ? 1 : -1);
}

static enum gd_rc walk_group(struct gd_query *query, const struct query_group *group,
                             struct query_slice *slice, bool *full, bool *late, struct gd_error *err)
{
    size_t words = query->plan.words;
    int64_t row = enter(query, group);
    enum gd_rc rc = GD_OK;

    if (row < 0)
        return GD_OK;
    row = query->up ? bits_next(group->rows, words, (size_t)row) : bits_before(group->rows, words, row);
    while (rc == GD_OK && row >= 0 && !*full && !*late) {
        struct order_place place;
        bool matches;

        rc = query_look(query, row, query->plan.exact, &place, &matches, err);
        if (rc == GD_OK && matches) {
            *full = take(query, &place);
        } else if (rc == GD_OK && query_looked(slice)) {
            *late = true;
            place = (struct order_place){.row = row, .key = {.len = query->sort.key != GD_SORT_FIRST_SEEN}};
            place.key.bytes[0] = (unsigned char)group->rank;
            pass(query, &place);
        }
        row = query->up ? bits_next(group->rows, words, (size_t)row + 1)
                        : bits_before(group->rows, words, row - 1);
    }
    return rc;
}

static enum gd_rc walk_groups(struct gd_query *query, struct query_slice *slice, bool *done,
                              struct gd_error *err)
{
    bool full = false, late = false;
    enum gd_rc rc = GD_OK;

    for (size_t k = 0; rc == GD_OK && k < query->groups_n && !full && !late; k++) {
        size_t g = query->up ? k : query->groups_n - 1 - k;

        rc = walk_group(query, &query->groups[g], slice, &full, &late, err);
    }
    *done = !late;
    return rc;
}

/* ---- either way ---- */

enum gd_rc query_find(struct gd_query *query, struct query_slice *slice, bool *done, struct gd_error *err)
{
    *done = true;
    if (query->walk == NULL)
        return walk_groups(query, slice, done, err);
    if (query->given == 0 && bits_count(query->plan.rows, query->plan.words) <= index_sizes.few)
        return fetch_few(query, err);
    return walk_leaves(query, slice, done, err);
}
