/* The list's window against a plain array: whatever is done, the cursor stands where it would in the whole.
 */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../tui/list.h"

#include <stdlib.h>
#include <string.h>

#include "../../api/mem.h"
#include "../../tui/marks.h"
#include "tap.h"

enum { MOST = 3000 };

/* A source over an array of ids; it hands over a few rows at each step. */
struct rows {
    int64_t id[MOST];
    int n;
    int at, left;
    bool back;
    int live; /* rows handed over and not dropped */
    long read;
};

static struct rows rows;

static int index_of(int64_t id)
{
    for (int i = 0; i < rows.n; i++)
        if (rows.id[i] == id)
            return i;
    return -1;
}

static enum gd_rc fetch(void *arg, int64_t place, bool back, bool with_place, int want, struct gd_error *err)
{
    int at = place ? index_of(place) : back ? rows.n : -1;

    (void)arg;
    (void)err;
    if (place && at < 0) /* gone: ids fall as the list goes on, so its old place is known */
        for (at = 0; at < rows.n && rows.id[at] > place; at++)
            ;
    else if (!with_place || place == 0)
        at += back ? -1 : 1;
    if (place && index_of(place) < 0 && back)
        at--;
    rows.at = at;
    rows.back = back;
    rows.left = want;
    return GD_OK;
}

static enum gd_rc step(void *arg, int64_t budget_us, struct list *list, bool *done, struct gd_error *err)
{
    (void)arg;
    (void)err;
    for (int i = 0; budget_us == 0 || i < 7; i++) {
        if (rows.left == 0 || rows.at < 0 || rows.at >= rows.n) {
            *done = true;
            return GD_OK;
        }
        list_take(list, rows.id[rows.at], &rows);
        rows.live++;
        rows.read++;
        rows.left--;
        rows.at += rows.back ? -1 : 1;
    }
    *done = false;
    return GD_OK;
}

static void drop(void *row)
{
    ((struct rows *)row)->live--;
}

static void fill(int n)
{
    rows = (struct rows){.n = n};
    for (int i = 0; i < n; i++)
        rows.id[i] = 10 * (int64_t)(n - i);
}

static void finish(struct list *list)
{
    for (int i = 0; i < 100000 && list_step(list, 100); i++)
        ;
}

static void begin(struct list *list, int n, int height)
{
    struct list_source source = {NULL, fetch, step, drop};

    fill(n);
    list_init(list, &source);
    list_height(list, height);
    list_restart(list);
    finish(list);
}

/* Where the cursor stands in the whole; -1 nowhere. */
static int at(const struct list *list)
{
    return list_here(list) ? index_of(list_here(list)->id) : -1;
}

/* The window is a run of the whole without gaps, and the view holds the cursor. */
static bool is_sound(const struct list *list)
{
    int first = list->n ? index_of(list->rows[0].id) : 0;

    for (int i = 0; i < list->n; i++)
        if (index_of(list->rows[i].id) != first + i)
            return false;
    if (list->n == 0)
        return rows.n == 0;
    return list->cursor >= list->top && list->cursor < list->top + list->height &&
           (!list->at_first || first == 0) && (!list->at_last || first + list->n == rows.n);
}

static void test_moves(void)
{
    struct list list;

    begin(&list, 1000, 20);
    is_int(at(&list), 0, "begins on the first row");
    ok(rows.read < 200, "and reads only a few (%ld)", rows.read);
    list_move(&list, 5);
    is_int(at(&list), 5, "down");
    list_move(&list, -10);
    is_int(at(&list), 0, "not above the first");
    list_move(&list, 300);
    finish(&list);
    is_int(at(&list), 300, "a move beyond what was read");
    list_edge(&list, true);
    finish(&list);
    is_int(at(&list), 999, "the last");
    is_int(list.top + list.height - 1, list.cursor, "at the bottom of the view");
    list_move(&list, 5);
    finish(&list);
    is_int(at(&list), 999, "not below it");
    list_scroll(&list, -100);
    finish(&list);
    is_int(at(&list), 899, "pages up");
    list_edge(&list, false);
    finish(&list);
    is_int(at(&list), 0, "the first again");
    ok(is_sound(&list), "the window is whole");
    list_free(&list);
    is_int(rows.live, 0, "every row was given back");
}

static void test_small(void)
{
    struct list list;

    begin(&list, 0, 10);
    ok(list_here(&list) == NULL && list.loaded, "an empty list has no row");
    list_move(&list, 1);
    list_edge(&list, true);
    finish(&list);
    ok(list_here(&list) == NULL, "whatever is done");
    list_free(&list);
    begin(&list, 3, 10);
    list_move(&list, 100);
    is_int(at(&list), 2, "three rows");
    list_edge(&list, true);
    finish(&list);
    is_int(list.top, 0, "all of them in view");
    ok(!list_line(&list, 3) && list_line(&list, 1) && at(&list) == 1, "a line is chosen");
    list_free(&list);
}

static void remove_row(int i)
{
    memmove(rows.id + i, rows.id + i + 1, (size_t)(rows.n - i - 1) * sizeof *rows.id);
    rows.n--;
}

static void add_first(int64_t id)
{
    memmove(rows.id + 1, rows.id, (size_t)rows.n * sizeof *rows.id);
    rows.id[0] = id;
    rows.n++;
}

static void test_changes(void)
{
    struct list list;
    int64_t here;
    int line;

    begin(&list, 500, 20);
    add_first(100000);
    list_reread(&list);
    finish(&list);
    is_int(at(&list), 0, "rows that arrive above an untouched list are shown");
    list_move(&list, 100);
    finish(&list);
    here = list_here(&list)->id;
    line = list.cursor - list.top;
    for (int i = 0; i < 30; i++)
        add_first(100010 + 10 * i);
    list_reread(&list);
    finish(&list);
    is_int(list_here(&list)->id, here, "the cursor stays on its row when rows arrive");
    is_int(list.cursor - list.top, line, "on its line of the screen");
    for (int i = 0; i < 25; i++)
        remove_row(5);
    list_reread(&list);
    finish(&list);
    is_int(list_here(&list)->id, here, "and when rows leave");
    remove_row(at(&list));
    list_reread(&list);
    finish(&list);
    ok(list_here(&list)->id < here && list_here(&list)->id >= here - 10,
       "a row that is gone gives way to the next");
    list_seek(&list, 1000);
    finish(&list);
    is_int(list_here(&list)->id, 1000, "the row of an id");
    ok(is_sound(&list), "the window is whole");
    list_free(&list);
    is_int(rows.live, 0, "every row was given back");
}

/* Random acts against the model, work in random slices in between. */
static void test_random(void)
{
    struct list list;
    int where = 0, wrong = 0, unsound = 0;

    srand(7);
    begin(&list, 2500, 17);
    for (int i = 0; i < 4000; i++) {
        int act = rand() % 8, by = rand() % 400;

        if (act < 2) {
            list_move(&list, act ? by : -by);
            where += act ? by : -by;
        } else if (act < 4) {
            list_move(&list, act == 2 ? 1 : -1);
            where += act == 2 ? 1 : -1;
        } else if (act < 6) {
            list_scroll(&list, act == 4 ? 16 : -16);
            where += act == 4 ? 16 : -16;
        } else if (act == 6 && by < 20) {
            list_edge(&list, by & 1);
            where = by & 1 ? rows.n - 1 : 0;
        } else {
            list_height(&list, 5 + rand() % 40);
        }
        where = where < 0 ? 0 : where >= rows.n ? rows.n - 1 : where;
        if (rand() % 2)
            finish(&list);
        else
            list_step(&list, 100);
        if (!list_busy(&list) && list.pending == 0)
            wrong += at(&list) != where;
        if (list_busy(&list) && rand() % 3 == 0) {
            list_reread(&list);
            finish(&list);
        }
        finish(&list);
        wrong += at(&list) != where;
        unsound += !is_sound(&list);
    }
    is_int(wrong, 0, "the cursor is where it would be in the whole");
    is_int(unsound, 0, "the window is always a part of the whole");
    ok(list.n <= 10 * 50, "and never grows with it (%d)", list.n);
    list_free(&list);
    is_int(rows.live, 0, "every row was given back");
}

static bool count_mark(void *arg, const char *id)
{
    (void)id;
    ++*(int *)arg;
    return true;
}

static void test_marks(void)
{
    struct marks marks;
    int n = 0;

    marks_init(&marks);
    for (int i = 1; i <= 1000; i++)
        if (!marks_add(&marks, i * 64, "gp"))
            bail_out("no memory");
    is_int((long long)marks.n, 1000, "a thousand marks");
    for (int i = 1; i <= 1000; i += 2)
        marks_toggle(&marks, i * 64, "gp");
    is_int((long long)marks.n, 500, "half of them taken back");
    ok(marks_has(&marks, 2 * 64) && !marks_has(&marks, 3 * 64) && !marks_has(&marks, 5), "the right half");
    marks_each(&marks, count_mark, &n);
    is_int(n, 500, "each is told");
    marks_clear(&marks);
    ok(!marks_has(&marks, 2 * 64), "none are left");
    marks_free(&marks);
}

int main(void)
{
    test_moves();
    test_small();
    test_changes();
    test_random();
    test_marks();
    return done_testing();
}
