/* The list of allocations: the rows of the ledger that match the filter, with marks and a count that is made
 * in slices. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../api/filter.h"
#include "../api/mem.h"
#include "../api/query.h"
#include "../api/when.h"
#include "pane_list_i.h"

enum { KEY_BUDGET_US = 8000 /* what a key press may wait for rows */ };

static struct pane_list *of(struct pane *pane)
{
    return (struct pane_list *)pane;
}

/* ---- rows from the ledger ---- */

static enum gd_rc fetch(void *arg, int64_t place, bool back, bool with_place, int want, struct gd_error *err)
{
    struct pane_list *self = arg;

    return gd_query_fetch(self->query, place, back, with_place, want, err);
}

static void take_row(void *arg, const struct gd_alloc *row)
{
    struct list_item *item = gd_calloc(1, sizeof *item);
    struct gd_error ignored = {0};

    if (!item)
        return;
    if (gd_alloc_copy(&item->alloc, row, &ignored) != GD_OK) {
        gd_free(item);
        return;
    }
    list_take(arg, row->row, item);
}

static enum gd_rc step(void *arg, int64_t budget_us, struct list *list, bool *done, struct gd_error *err)
{
    struct pane_list *self = arg;

    return gd_query_step(self->query, budget_us, take_row, list, done, err);
}

static void drop_row(void *row)
{
    pane_list_item_clear(row);
    gd_free(row);
}

const struct gd_alloc *pane_list_here(struct pane *pane)
{
    const struct list_row *row = list_here(&of(pane)->list);

    return row ? &((const struct list_item *)row->data)->alloc : NULL;
}

/* ---- filter and order ---- */

/* Makes the query anew for the filter that stands. */
static enum gd_rc requery(struct pane_list *self, struct gd_error *err)
{
    struct gd_query *query;

    if (gd_query_new(self->pane.console->desk->ledger, self->filter, self->sort, &query, err) != GD_OK)
        return err->rc;
    gd_query_free(&self->query);
    self->query = query;
    self->matches = 0;
    self->counted = false;
    return GD_OK;
}

static void after_change(struct pane_list *self)
{
    console_dirty(self->pane.console, DIRTY_FIRST);
    pane_detail_touch(self->pane.console->detail);
}

/* Reads a little at once, so that the next picture has the rows already where that is quick. */
static void read_now(struct pane_list *self)
{
    int64_t end = gd_mono_ms() + KEY_BUDGET_US / 1000;

    while (list_lacks(&self->list) && gd_mono_ms() < end && list_step(&self->list, KEY_BUDGET_US / 4))
        ;
}

static void hurry(struct pane_list *self)
{
    read_now(self);
    after_change(self);
}

const char *pane_list_filter(struct pane *pane)
{
    return of(pane)->text;
}

enum gd_rc pane_list_set_filter(struct pane *pane, const char *text, bool keep, struct gd_filter_fault *fault,
                                struct gd_error *err)
{
    struct pane_list *self = of(pane);
    const struct list_row *here = list_here(&self->list);
    int64_t id = here ? here->id : 0;
    struct gd_filter *filter, *old = self->filter;
    char *copy;

    if (gd_filter_parse(text, &pane->console->desk->place, gd_now(), &filter, fault, err) != GD_OK)
        return err->rc;
    copy = gd_strdup(text);
    self->filter = filter;
    if (!copy || requery(self, err) != GD_OK) {
        self->filter = old;
        gd_filter_free(&filter);
        gd_free(copy);
        return err->rc ? err->rc : gd_fail_memory(err);
    }
    gd_filter_free(&old);
    console_dirty(pane->console, DIRTY_FOOT);
    gd_free(self->text);
    self->text = copy;
    if (keep && id)
        list_seek(&self->list, id);
    else
        list_restart(&self->list);
    hurry(self);
    return GD_OK;
}

void pane_list_reread(struct pane *pane)
{
    struct pane_list *self = of(pane);
    struct gd_error err = {0};

    if (requery(self, &err) != GD_OK) {
        console_fail(pane->console, &err);
        return;
    }
    list_reread(&self->list);
    hurry(self);
}

/* One slice of counting; false when it is done. */
static bool count(struct pane_list *self, int64_t budget_us)
{
    struct gd_error err = {0};
    int64_t before = self->matches;

    if (self->counted)
        return false;
    if (gd_filter_all(self->filter)) {
        self->matches = self->pane.console->known;
        self->counted = true;
    } else if (gd_query_count(self->query, budget_us, &self->matches, &self->counted, &err) != GD_OK) {
        console_fail(self->pane.console, &err);
        self->counted = true;
    }
    if (self->counted || self->matches != before)
        console_dirty(self->pane.console, DIRTY_FIRST);
    return !self->counted;
}

bool pane_list_work(struct pane *pane, int64_t budget_us)
{
    struct pane_list *self = of(pane);

    if (list_busy(&self->list)) {
        list_step(&self->list, budget_us);
        if (!list_busy(&self->list))
            after_change(self);
        if (self->list.error.rc != GD_OK) {
            console_fail(pane->console, &self->list.error);
            self->list.error = (struct gd_error){0};
        }
        return true;
    }
    return count(self, budget_us);
}

bool pane_list_busy(struct pane *pane)
{
    return list_busy(&of(pane)->list) || !of(pane)->counted;
}

bool pane_list_reading(struct pane *pane)
{
    return list_busy(&of(pane)->list);
}

/* ---- marks ---- */

int64_t pane_list_marked(struct pane *pane, int64_t *hidden)
{
    struct pane_list *self = of(pane);
    const struct console *console = pane->console;

    if (hidden && self->marks.n > 0 && !gd_filter_all(self->filter) &&
        (self->hidden_n != self->marks.n || self->hidden_version != console->version ||
         self->hidden_filter != self->filter)) {
        self->hidden = marks_hidden(&self->marks, self->filter, console->desk->ledger);
        self->hidden_n = self->marks.n;
        self->hidden_version = console->version;
        self->hidden_filter = self->filter;
    }
    if (hidden)
        *hidden = gd_filter_all(self->filter) ? 0 : self->hidden;
    return (int64_t)self->marks.n;
}

void pane_list_each_mark(struct pane *pane, pane_list_mark_fn *fn, void *arg)
{
    marks_each(&of(pane)->marks, fn, arg);
}

static void mark_here(struct pane_list *self)
{
    const struct gd_alloc *alloc = pane_list_here(&self->pane);

    if (!alloc || !alloc->v[GD_F_ID])
        return;
    marks_toggle(&self->marks, alloc->row, alloc->v[GD_F_ID]);
    list_move(&self->list, 1);
}

static bool mark_one(void *arg, const struct gd_alloc *row)
{
    struct pane_list *self = arg;

    return marks_add(&self->marks, row->row, row->v[GD_F_ID]);
}

/* Marks rows of a filter by what each does; says how many are marked then. */
static void mark_by(struct pane_list *self, const struct gd_filter *filter, gd_query_each_fn *each, void *arg,
                    const char *what, struct gd_error *err)
{
    struct gd_query *query;
    char n[32];

    if (gd_query_new(self->pane.console->desk->ledger, filter, self->sort, &query, err) != GD_OK)
        return;
    if (gd_query_each(query, each, arg, err) == GD_OK) {
        describe_count((int64_t)self->marks.n, n, sizeof n);
        console_say(self->pane.console, ROLE_MARK, "%s marked: %s", n, what);
    }
    gd_query_free(&query);
}

/* All that match, not only what is on the screen; with words, all that match these. */
static void mark_all(struct pane_list *self, const struct act *act, struct gd_error *err)
{
    struct gd_filter *filter;
    struct gd_buf text;

    if (act->argc == 0) {
        mark_by(self, self->filter, mark_one, self, "all that match the filter, not only this page", err);
        return;
    }
    gd_buf_init(&text, 64 * 1024);
    for (int i = 0; i < act->argc; i++)
        gd_buf_addf(&text, "%s%s", i ? " " : "", act->argv[i]);
    if (gd_buf_check(&text, "the filter", err) == GD_OK &&
        gd_filter_parse(text.data, &self->pane.console->desk->place, gd_now(), &filter, NULL, err) == GD_OK) {
        mark_by(self, filter, mark_one, self, "with all that match these words, shown or not", err);
        gd_filter_free(&filter);
    }
    gd_buf_wipe(&text);
}

struct same {
    struct pane_list *list;
    const struct gd_alloc *here;
    enum gd_field field; /* GD_F__COUNT: the state */
    int64_t now;
};

static bool mark_if_same(void *arg, const struct gd_alloc *row)
{
    struct same *same = arg;
    bool equal;

    if (same->field == GD_F__COUNT)
        equal = gd_alloc_state(row, same->now) == gd_alloc_state(same->here, same->now);
    else
        equal = gd_value_same(same->field, row->v[same->field], same->here->v[same->field]);
    return !equal || mark_one(same->list, row);
}

/* All shown ones whose value in the column that the list is sorted by is that of the row under the cursor. */
static void mark_same(struct pane_list *self, struct gd_error *err)
{
    static const enum gd_field fields[GD_SORT__COUNT] = {
        [GD_SORT_ORDER] = GD_F_TRANSACTION_ID, [GD_SORT_A] = GD_F_A_NUMBERS,
        [GD_SORT_B] = GD_F_B_NUMBERS,          [GD_SORT_VN] = GD_F_A_VNS,
        [GD_SORT_USAGE] = GD_F_USAGE,          [GD_SORT_STATE] = GD_F__COUNT};
    const struct gd_alloc *alloc = pane_list_here(&self->pane);
    struct gd_alloc here = {0};
    struct same same = {self, &here, fields[self->sort.key], gd_now()};
    char what[120];

    if (!alloc || same.field == GD_F_KIND) {
        (void)gd_fail(err, GD_INPUT, "< and > choose the column: order, A, B, VN, state or usage",
                      "by %s no two rows are the same", gd_sort_name(self->sort.key));
        return;
    }
    if (gd_alloc_copy(&here, alloc, err) == GD_OK) {
        snprintf(what, sizeof what, "with all shown of the same %s", gd_sort_name(self->sort.key));
        mark_by(self, self->filter, mark_if_same, &same, what, err);
    }
    gd_alloc_clear(&here);
}

/* ---- commands ---- */

static int64_t times(const struct act *act)
{
    int64_t n = act->argc > 0 ? strtoll(act->argv[0], NULL, 10) : 1;

    return n > 0 ? n : 1;
}

static bool move(struct pane_list *self, const struct act *act)
{
    struct list *list = &self->list;
    int page = list->height > 1 ? list->height - 1 : 1, top = list->top;
    unsigned long changes = list->changes;

    switch (act->id) {
    case GD_C_DOWN:
        list_move(list, times(act));
        break;
    case GD_C_UP:
        list_move(list, -times(act));
        break;
    case GD_C_TOP:
        list_edge(list, false);
        break;
    case GD_C_BOTTOM:
        list_edge(list, true);
        break;
    case GD_C_HALF_DOWN:
        list_scroll(list, (page + 1) / 2);
        break;
    case GD_C_HALF_UP:
        list_scroll(list, -((page + 1) / 2));
        break;
    case GD_C_PAGE_DOWN:
        list_scroll(list, page);
        break;
    case GD_C_PAGE_UP:
        list_scroll(list, -page);
        break;
    default:
        return false;
    }
    read_now(self);
    if (list->top == top && list->changes == changes) {
        console_dirty(self->pane.console, DIRTY_CURSOR);
        pane_detail_touch(self->pane.console->detail);
    } else {
        after_change(self);
    }
    return true;
}

static void sort_by(struct pane_list *self, struct gd_sort sort, struct gd_error *err)
{
    struct gd_sort old = self->sort;

    self->sort = sort;
    if (requery(self, err) != GD_OK) {
        self->sort = old;
        return;
    }
    list_restart(&self->list);
    hurry(self);
    console_say(self->pane.console, ROLE_DIM, "sorted by %s%s", gd_sort_name(sort.key),
                sort.descending ? ", descending" : "");
}

static bool back(struct pane_list *self, struct gd_error *err)
{
    if (self->text[0] == '\0')
        return false;
    if (pane_list_set_filter(&self->pane, "", true, NULL, err) == GD_OK)
        console_say(self->pane.console, ROLE_DIM, "filter cleared");
    return true;
}

static void scroll_columns(struct pane_list *self, int by)
{
    int to = self->scrolled + by;

    self->scrolled = to < 0 ? 0 : to > COLUMN__COUNT - 3 ? COLUMN__COUNT - 3 : to;
    console_dirty(self->pane.console, DIRTY_FIRST);
}

static bool act(struct pane *pane, const struct act *act, struct gd_error *err)
{
    struct pane_list *self = of(pane);

    if (move(self, act))
        return true;
    switch (act->id) {
    case GD_C_RIGHT:
        scroll_columns(self, 1);
        return true;
    case GD_C_LEFT:
        scroll_columns(self, -1);
        return true;
    case GD_C_MARK:
        mark_here(self);
        hurry(self);
        console_dirty(pane->console, DIRTY_FOOT);
        return true;
    case GD_C_MARK_ALL:
        mark_all(self, act, err);
        after_change(self);
        console_dirty(pane->console, DIRTY_FOOT);
        return true;
    case GD_C_MARK_SAME:
        mark_same(self, err);
        after_change(self);
        console_dirty(pane->console, DIRTY_FOOT);
        return true;
    case GD_C_UNMARK:
        marks_clear(&self->marks);
        after_change(self);
        console_dirty(pane->console, DIRTY_FOOT);
        return true;
    case GD_C_SORT_NEXT:
    case GD_C_SORT_PREVIOUS:
        sort_by(self,
                (struct gd_sort){(enum gd_sort_key)((self->sort.key + (act->id == GD_C_SORT_NEXT ? 1 : -1) +
                                                     GD_SORT__COUNT) %
                                                    GD_SORT__COUNT),
                                 self->sort.descending},
                err);
        return true;
    case GD_C_INVERT:
        sort_by(self, (struct gd_sort){self->sort.key, !self->sort.descending}, err);
        return true;
    case GD_C_BACK:
        return back(self, err);
    default:
        return false;
    }
}

/* ---- life ---- */

static void list_pane_free(struct pane *pane)
{
    struct pane_list *self = of(pane);

    list_free(&self->list);
    gd_query_free(&self->query);
    gd_filter_free(&self->filter);
    gd_free(self->text);
    marks_free(&self->marks);
    gd_buf_wipe(&self->cell);
    gd_buf_wipe(&self->cells);
    gd_free(self);
}

static const struct hint hints[] = {
    {GD_C_FILTER, NULL, "filter"},
    {GD_C_PROMPT, NULL, "command"},
    {GD_C_OPEN, NULL, "open"},
    {GD_C_EDIT, NULL, "edit"},
    {GD_C_STAGE_DEALLOCATE, NULL, "stage deallocation"},
    {GD_C_REVEAL, NULL, "reveal"},
    {GD_C_REFRESH, NULL, "read again"},
    {GD_C_HELP, NULL, "help"},
    {0},
};

static const struct pane_class list_class = {
    .name = "list",
    .place = PLACE_FIRST,
    .hints = hints,
    .draw = pane_list_draw,
    .act = act,
    .free = list_pane_free,
};

enum gd_rc pane_list_new(struct console *console, struct pane **out, struct gd_error *err)
{
    struct pane_list *self = gd_calloc(1, sizeof *self);
    struct list_source source = {self, fetch, step, drop_row};

    if (!self)
        return gd_fail_memory(err);
    self->pane = (struct pane){&list_class, console};
    self->sort = (struct gd_sort){GD_SORT_FIRST_SEEN, true};
    gd_buf_init(&self->cell, 64 * 1024);
    gd_buf_init(&self->cells, 64 * 1024);
    list_init(&self->list, &source);
    marks_init(&self->marks);
    self->text = gd_strdup("");
    if (!self->text ||
        gd_filter_parse("", &console->desk->place, gd_now(), &self->filter, NULL, err) != GD_OK ||
        requery(self, err) != GD_OK) {
        list_pane_free(&self->pane);
        return err->rc ? err->rc : gd_fail_memory(err);
    }
    list_restart(&self->list);
    *out = &self->pane;
    return GD_OK;
}
