/* The list: one window of rows, refilled from its source. A fetch gathers rows apart; when it is complete
 * they become the window, so that the screen never shows a half of anything. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "list.h"

#include <string.h>

#include "../api/mem.h"

enum { WINDOW_MOST = 8 /* heights kept at the most */, PAGE_LEAST = 10 };

static void drop_rows(struct list *list, struct list_row *rows, int n)
{
    for (int i = 0; i < n; i++)
        list->source.drop(rows[i].data);
}

void list_init(struct list *list, const struct list_source *source)
{
    *list = (struct list){.source = *source, .height = PAGE_LEAST};
}

void list_free(struct list *list)
{
    drop_rows(list, list->rows, list->n);
    drop_rows(list, list->coming, list->n_coming);
    gd_free(list->rows);
    gd_free(list->coming);
    list->rows = list->coming = NULL;
    list->n = list->n_coming = 0;
}

static int page(const struct list *list)
{
    return list->height > PAGE_LEAST ? list->height : PAGE_LEAST;
}

static int clamp(int n, int least, int most)
{
    return n > most ? most : n < least ? least : n;
}

/* Brings cursor and view into the window, and the view to the cursor. */
static void settle_view(struct list *list)
{
    list->cursor = clamp(list->cursor, 0, list->n > 0 ? list->n - 1 : 0);
    if (list->cursor < list->top)
        list->top = list->cursor;
    if (list->cursor >= list->top + list->height)
        list->top = list->cursor - list->height + 1;
    if (list->at_last && list->top > list->n - list->height)
        list->top = list->n - list->height;
    if (list->top < 0)
        list->top = 0;
}

static void begin(struct list *list, enum list_phase phase, int64_t place, bool with_place, int want)
{
    bool back = phase == LIST_BACK || phase == LIST_MORE_UP;

    list->phase = phase;
    list->want = want;
    if (list->source.fetch(list->source.arg, place, back, with_place, want, &list->error) != GD_OK)
        list->phase = LIST_IDLE;
}

static void forget_coming(struct list *list)
{
    drop_rows(list, list->coming, list->n_coming);
    list->n_coming = list->n_back = 0;
    list->error = (struct gd_error){0};
}

void list_height(struct list *list, int height)
{
    list->height = height < 1 ? 1 : height;
    settle_view(list);
}

static void restart(struct list *list, int64_t anchor, int line)
{
    forget_coming(list);
    list->anchor = anchor;
    list->anchor_line = line;
    list->from_end = false;
    list->fresh_first = anchor == 0;
    list->fresh_last = false;
    if (anchor)
        begin(list, LIST_BACK, anchor, false, line + page(list));
    else
        begin(list, LIST_FORWARD, 0, false, 2 * page(list));
}

static void restart_at_end(struct list *list)
{
    forget_coming(list);
    list->anchor = 0;
    list->from_end = true;
    list->fresh_first = false;
    list->fresh_last = true;
    begin(list, LIST_BACK, 0, false, 2 * page(list));
}

void list_restart(struct list *list)
{
    list->pending = 0;
    list->loaded = list->moved = false;
    restart(list, 0, 0);
}

void list_reread(struct list *list)
{
    bool window = list->phase == LIST_BACK || list->phase == LIST_FORWARD;

    if (window && list->from_end)
        restart_at_end(list);
    else if (window)
        restart(list, list->anchor, list->anchor_line);
    else if (list->n == 0 || !list->moved)
        restart(list, 0, 0);
    else
        restart(list, list->rows[list->cursor].id, list->cursor - list->top);
}

void list_seek(struct list *list, int64_t id)
{
    list->pending = 0;
    list->moved = true;
    restart(list, id, list->height / 3);
}

void list_edge(struct list *list, bool last)
{
    list->pending = 0;
    list->moved = last;
    if (last ? list->at_last : list->at_first) {
        if (list->phase == LIST_MORE_UP || list->phase == LIST_MORE_DOWN || list->phase == LIST_IDLE) {
            list->cursor = last ? list->n - 1 : 0;
            settle_view(list);
            return;
        }
    }
    if (last)
        restart_at_end(list);
    else
        restart(list, 0, 0);
}

void list_take(struct list *list, int64_t id, void *data)
{
    if (list->n_coming == list->room_coming) {
        int room = list->room_coming ? 2 * list->room_coming : 64;
        struct list_row *grown = gd_realloc(list->coming, (size_t)room * sizeof *grown);

        if (!grown) {
            list->source.drop(data);
            return;
        }
        list->coming = grown;
        list->room_coming = room;
    }
    list->coming[list->n_coming++] = (struct list_row){id, data};
}

static void reverse(struct list_row *rows, int n)
{
    for (int i = 0; i < n / 2; i++) {
        struct list_row row = rows[i];

        rows[i] = rows[n - 1 - i];
        rows[n - 1 - i] = row;
    }
}

static int index_of(const struct list *list, int64_t id)
{
    for (int i = 0; i < list->n; i++)
        if (list->rows[i].id == id)
            return i;
    return -1;
}

/* The rows that came become the window. */
static void swap_in(struct list *list)
{
    struct list_row *old = list->rows;
    int room = list->room, n = list->n;

    list->rows = list->coming;
    list->room = list->room_coming;
    list->n = list->n_coming;
    list->coming = old;
    list->room_coming = room;
    list->n_coming = n;
    drop_rows(list, list->coming, list->n_coming);
    list->n_coming = 0;
    list->changes++;
    list->at_first = list->fresh_first;
    list->at_last = list->fresh_last;
    list->loaded = true;
}

/* Joins n rows that came to the window's end, or (up) to its beginning. */
static void join(struct list *list, bool up)
{
    int n = list->n_coming, room = list->n + n;

    if (room > list->room) {
        struct list_row *grown = gd_realloc(list->rows, (size_t)room * sizeof *grown);

        if (!grown) {
            forget_coming(list);
            return;
        }
        list->rows = grown;
        list->room = room;
    }
    if (up) {
        reverse(list->coming, n);
        memmove(list->rows + n, list->rows, (size_t)list->n * sizeof *list->rows);
        list->cursor += n;
        list->top += n;
    }
    memcpy(list->rows + (up ? 0 : list->n), list->coming, (size_t)n * sizeof *list->rows);
    list->n += n;
    list->n_coming = 0;
    list->changes++;
}

/* Lets go of rows far away from the view, so that the window never grows with the list. */
static void trim(struct list *list)
{
    int most = WINDOW_MOST * page(list), spare = list->n - most;
    int above = list->top - 3 * page(list);

    if (spare <= 0)
        return;
    list->changes++;
    if (above > 0) {
        int cut = above < spare ? above : spare;

        drop_rows(list, list->rows, cut);
        memmove(list->rows, list->rows + cut, (size_t)(list->n - cut) * sizeof *list->rows);
        list->n -= cut;
        list->top -= cut;
        list->cursor -= cut;
        list->at_first = false;
        spare -= cut;
    }
    if (spare > 0 && list->n - spare > list->top + list->height) {
        drop_rows(list, list->rows + list->n - spare, spare);
        list->n -= spare;
        list->at_last = false;
    }
}

static void make_pending_move(struct list *list);

/* The fetch around the anchor is complete. */
static void finish_window(struct list *list)
{
    int n_back = list->n_back, at;

    swap_in(list);
    at = list->anchor ? index_of(list, list->anchor) : -1;
    if (list->from_end) {
        list->cursor = list->n - 1;
        list->top = list->n - list->height;
    } else if (list->anchor == 0) {
        list->cursor = list->top = 0;
    } else {
        list->cursor = at >= 0 ? at : n_back;
        list->top = list->cursor - list->anchor_line;
    }
}

/* What the fetch under way has brought is complete. */
static void finish(struct list *list)
{
    enum list_phase phase = list->phase;
    bool ran_out = list->n_coming - (phase == LIST_FORWARD ? list->n_back : 0) < list->want;

    list->phase = LIST_IDLE;
    if (phase == LIST_BACK) {
        reverse(list->coming, list->n_coming);
        list->n_back = list->n_coming;
        list->fresh_first = ran_out;
        if (!list->from_end) {
            begin(list, LIST_FORWARD, list->anchor, true, list->height - list->anchor_line + page(list));
            return;
        }
    }
    if (phase == LIST_FORWARD)
        list->fresh_last = ran_out;
    if (phase == LIST_BACK || phase == LIST_FORWARD) {
        finish_window(list);
    } else {
        if (ran_out)
            *(phase == LIST_MORE_UP ? &list->at_first : &list->at_last) = true;
        join(list, phase == LIST_MORE_UP);
    }
    make_pending_move(list);
    settle_view(list);
    trim(list);
}

/* Begins to read ahead where the view comes near to an end of the window. */
static void read_ahead(struct list *list)
{
    if (list->phase != LIST_IDLE || list->n == 0 || list->error.rc != GD_OK)
        return;
    if (!list->at_last && list->n - (list->top + list->height) < page(list))
        begin(list, LIST_MORE_DOWN, list->rows[list->n - 1].id, false, 2 * page(list));
    else if (!list->at_first && list->top < page(list))
        begin(list, LIST_MORE_UP, list->rows[0].id, false, 2 * page(list));
}

bool list_step(struct list *list, int64_t budget_us)
{
    bool done = false;

    read_ahead(list);
    if (list->phase == LIST_IDLE)
        return false;
    if (list->source.step(list->source.arg, budget_us, list, &done, &list->error) != GD_OK) {
        list->phase = LIST_IDLE;
        list->pending = 0;
        return false;
    }
    if (done)
        finish(list);
    read_ahead(list);
    return list->phase != LIST_IDLE;
}

bool list_busy(const struct list *list)
{
    return list->phase != LIST_IDLE;
}

bool list_lacks(const struct list *list)
{
    if (list->phase == LIST_IDLE)
        return false;
    return list->phase == LIST_BACK || list->phase == LIST_FORWARD || list->pending != 0 ||
           (!list->at_last && list->top + list->height > list->n);
}

/* Moves within the window; what is beyond it is left pending unless there is nothing beyond. */
static void make_pending_move(struct list *list)
{
    int64_t target = list->cursor + list->pending;

    if (list->n == 0 || list->pending == 0)
        return;
    if (target < 0) {
        list->pending = list->at_first ? 0 : target;
        target = 0;
    } else if (target >= list->n) {
        list->pending = list->at_last ? 0 : target - (list->n - 1);
        target = list->n - 1;
    } else {
        list->pending = 0;
    }
    list->cursor = (int)target;
}

void list_move(struct list *list, int64_t by)
{
    list->pending += by;
    list->moved = true;
    make_pending_move(list);
    settle_view(list);
    read_ahead(list);
}

void list_scroll(struct list *list, int64_t by)
{
    int line = list->cursor - list->top;

    list->pending += by;
    list->moved = true;
    make_pending_move(list);
    list->top = list->cursor - line;
    settle_view(list);
    read_ahead(list);
}

const struct list_row *list_here(const struct list *list)
{
    return list->n > 0 ? &list->rows[list->cursor] : NULL;
}

bool list_line(struct list *list, int line)
{
    if (line < 0 || line >= list->height || list->top + line >= list->n)
        return false;
    list->cursor = list->top + line;
    list->moved = true;
    return true;
}
