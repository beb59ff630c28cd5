/* The table engine. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "table.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "../api/changeset.h"
#include "../api/mem.h"

enum {
    GAP = 2,
    MARK_W = 2,
    BESIDE_W = 130, /* from here the detail stands beside the rows, else below */
    LABEL_W = 14,
    ROWS_LEAST = 5 /* with fewer lines there is no detail */
};

static struct table *of(struct pane *pane)
{
    return (struct table *)pane;
}

/* ---- rows ---- */

static void clear_row(struct table_row *row)
{
    gd_wipe_free(&row->key);
    for (int i = 0; i < TABLE_COLUMNS; i++)
        gd_wipe_free(&row->cells[i]);
}

static void clear_rows(struct table_row *rows, int n)
{
    for (int i = 0; i < n; i++)
        clear_row(&rows[i]);
    gd_free(rows);
}

struct table_row *table_add(struct table *table, const char *key)
{
    struct table_row *grown;

    if (table->n >= TABLE_ROWS_MOST) {
        table->left_out++;
        return NULL;
    }
    if (table->n == table->room) {
        int room = table->room ? 2 * table->room : 64;

        grown = gd_realloc(table->rows, (size_t)room * sizeof *grown);
        if (!grown)
            return NULL;
        table->rows = grown;
        table->room = room;
    }
    grown = &table->rows[table->n];
    *grown = (struct table_row){.key = gd_strdup(key)};
    if (!grown->key)
        return NULL;
    table->n++;
    return grown;
}

void table_cell(struct table_row *row, int column, enum role role, const char *text)
{
    gd_wipe_free(&row->cells[column]);
    row->cells[column] = gd_strdup(text ? text : "");
    row->roles[column] = (unsigned char)role;
}

void table_cellf(struct table_row *row, int column, enum role role, const char *fmt, ...)
{
    char text[600];
    va_list args;

    va_start(args, fmt);
    vsnprintf(text, sizeof text, fmt, args);
    va_end(args);
    table_cell(row, column, role, text);
}

static const struct table_row *here(const struct table *table)
{
    return table->at < table->n ? &table->rows[table->at] : NULL;
}

static void put_cursor(struct table *table, int at)
{
    if (at >= table->n)
        at = table->n - 1;
    table->at = at < 0 ? 0 : at;
    table->detail_of = -1;
    console_dirty(table->pane.console, DIRTY_OVER);
}

/* The row of that key, -1 none. */
static int row_of(const struct table *table, const char *key)
{
    for (int i = 0; i < table->n; i++)
        if (strcmp(table->rows[i].key, key) == 0)
            return i;
    return -1;
}

void table_read(struct table *table)
{
    struct table_row *old = table->rows;
    int n_old = table->n, at = table->at, found = -1;
    struct gd_error err = {0};

    table->rows = NULL;
    table->n = table->room = 0;
    table->left_out = 0;
    table->version = gd_ledger_version(table->pane.console->desk->ledger);
    table->staged = table->pane.console->staged;
    if (table->view->read(table, &err) != GD_OK)
        console_fail(table->pane.console, &err);
    if (at > 0 && at < n_old)
        found = row_of(table, old[at].key);
    clear_rows(old, n_old);
    put_cursor(table, found >= 0 ? found : at);
}

static void refresh(struct pane *pane)
{
    struct table *table = of(pane);

    if (table->view->stale) {
        if (table->view->stale(table))
            table_read(table);
    } else if (table->staged != pane->console->staged ||
               table->version != gd_ledger_version(pane->console->desk->ledger)) {
        table_read(table);
    }
}

/* ---- commands of views ---- */

struct running {
    struct console *console;
    struct pane *pane;
};

static void ran(void *arg, enum gd_rc rc, const struct gd_error *error)
{
    struct running running = *(struct running *)arg;

    (void)rc;
    (void)error;
    gd_free(arg);
    if (console_holds(running.console, running.pane))
        table_read(of(running.pane));
}

void table_run(struct table *table, const char *command, const char *word, const char *other)
{
    struct running *running = gd_calloc(1, sizeof *running);
    char *words[3] = {(char *)(uintptr_t)command, (char *)(uintptr_t)word, (char *)(uintptr_t)other};

    if (!running)
        return;
    *running = (struct running){table->pane.console, &table->pane};
    console_run_words(table->pane.console, word ? other ? 3 : 2 : 1, words, false, ran, running);
}

static bool move(struct table *table, enum gd_command_id id)
{
    int page = table->height > 1 ? table->height - 1 : 1;

    switch (id) {
    case GD_C_DOWN:
        put_cursor(table, table->at + 1);
        return true;
    case GD_C_UP:
        put_cursor(table, table->at - 1);
        return true;
    case GD_C_TOP:
        put_cursor(table, 0);
        return true;
    case GD_C_BOTTOM:
        put_cursor(table, table->n - 1);
        return true;
    case GD_C_PAGE_DOWN:
        put_cursor(table, table->at + page);
        return true;
    case GD_C_PAGE_UP:
        put_cursor(table, table->at - page);
        return true;
    case GD_C_HALF_DOWN:
        put_cursor(table, table->at + page / 2 + 1);
        return true;
    case GD_C_HALF_UP:
        put_cursor(table, table->at - page / 2 - 1);
        return true;
    case GD_C_RIGHT:
    case GD_C_LEFT:
        table->left += id == GD_C_RIGHT ? 1 : table->left > 0 ? -1 : 0;
        console_dirty(table->pane.console, DIRTY_OVER);
        return true;
    default:
        return false;
    }
}

/* All that is known of the row, on a page of its own. */
static void open_detail(struct table *table)
{
    const struct table_row *row = here(table);
    struct console *console = table->pane.console;
    struct prose out;

    if (!row || !table->view->detail)
        return;
    prose_init(&out, console->canvas.w - 4);
    table->view->detail(table, row, &out);
    console_push(console, pane_text_new(console, row->key, &out));
}

/* The next row that holds the text. */
static void find(struct table *table, int from, int by)
{
    const char *text = table->search.text.data;

    for (int i = 0; i < table->n; i++) {
        int at = ((from + by * i) % table->n + table->n) % table->n;

        for (int c = 0; c < TABLE_COLUMNS; c++) {
            if (table->rows[at].cells[c] && strcasestr(table->rows[at].cells[c], text)) {
                put_cursor(table, at);
                return;
            }
        }
    }
    console_say(table->pane.console, ROLE_DIM, "no row holds “%s”", text);
}

static bool event(struct pane *pane, const struct event *event)
{
    struct table *table = of(pane);

    if (!table->searching)
        return false;
    console_dirty(pane->console, DIRTY_ALL);
    if (event->type == EVENT_KEY && (event->code == KEY_CODE_ENTER || event->code == KEY_CODE_ESC))
        table->searching = false;
    else if (lineedit_event(&table->search, event) == LINE_CHANGED && table->search.text.len)
        find(table, table->at, 1);
    return true;
}

static bool act(struct pane *pane, const struct act *act, struct gd_error *err)
{
    struct table *table = of(pane);

    if (move(table, act->id) || (table->view->act && table->view->act(table, here(table), act, err)))
        return true;
    switch (act->id) {
    case GD_C_OPEN:
        open_detail(table);
        return true;
    case GD_C_FILTER:
        if (act->argc > 0)
            return false;
        table->searching = true;
        lineedit_set(&table->search, "");
        console_dirty(pane->console, DIRTY_OVER);
        return true;
    case GD_C_NEXT:
    case GD_C_PREVIOUS:
        if (table->search.text.len && table->n)
            find(table, table->at + (act->id == GD_C_NEXT ? 1 : -1), act->id == GD_C_NEXT ? 1 : -1);
        return true;
    case GD_C_MARK:
    case GD_C_MARK_ALL:
    case GD_C_EDIT:
    case GD_C_REVEAL:
        (void)gd_fail(err, GD_INPUT, "1 goes to the allocations", "%s does nothing here",
                      gd_commands[act->id].name);
        return true;
    default:
        return false;
    }
}

static bool pick(struct pane *pane, struct job *job, struct gd_error *err)
{
    const struct table_row *row = here(of(pane));

    if (!(job->command->flags & GD_CF_SHELL)) /* of the console: the pane itself does it */
        return true;
    if (of(pane)->view->picks && row)
        return job_pick_add(job, row->key, err) == GD_OK;
    (void)gd_fail(err, GD_INPUT, "1 goes to the allocations, or name an id", "there is no row for %s here",
                  job->command->name);
    return false;
}

/* ---- drawing ---- */

static int count_columns(const struct table *table)
{
    int n = 0;

    while (table->view->columns[n].head)
        n++;
    return n;
}

static void widen(struct table *table, struct canvas *canvas, int n)
{
    for (int c = 0; c < n; c++) {
        const struct table_column *column = &table->view->columns[c];

        for (int i = table->top; i < table->top + table->height && i < table->n; i++) {
            int w = canvas_width(canvas, table->rows[i].cells[c] ? table->rows[i].cells[c] : "");

            if (column->most && w > column->most)
                w = column->most;
            if (w > table->width[c])
                table->width[c] = w;
        }
        if (table->width[c] < column->least)
            table->width[c] = column->least;
    }
}

/* Where the columns stand: x[c] -1 is not shown. The least wanted go first; those without a bound share what
 * is left. */
static void place_columns(const struct table *table, int n, int room, int *x, int *w)
{
    const struct table_column *columns = table->view->columns;
    int used, flex = -1, at = MARK_W;

    for (int c = 0; c < n; c++) {
        w[c] = columns[c].most ? table->width[c] : columns[c].least;
        x[c] = c && c <= table->left && table->left < n ? -1 : 0;
        if (!columns[c].most && x[c] == 0)
            flex = c;
    }
    for (;;) {
        int least = -1;

        used = MARK_W;
        for (int c = 0; c < n; c++) {
            if (x[c] < 0)
                continue;
            used += w[c] + GAP;
            if (c > 0 && (least < 0 || columns[c].keep < columns[least].keep))
                least = c;
        }
        used -= GAP;
        if (used <= room || least < 0)
            break;
        x[least] = -1;
        if (least == flex)
            flex = -1;
    }
    if (flex >= 0 && used < room)
        w[flex] += room - used;
    for (int c = 0; c < n; c++) {
        if (x[c] < 0)
            continue;
        x[c] = at;
        at += w[c] + GAP;
    }
}

static void draw_rows(struct table *table, struct canvas *canvas, struct area in, bool focus)
{
    int n = count_columns(table), x[TABLE_COLUMNS], w[TABLE_COLUMNS];

    table->height = in.h - 1;
    if (table->at >= table->top + table->height)
        table->top = table->at - table->height + 1;
    if (table->at < table->top)
        table->top = table->at;
    if (table->top > table->n - table->height)
        table->top = table->n > table->height ? table->n - table->height : 0;
    widen(table, canvas, n);
    place_columns(table, n, in.w - 1, x, w);
    for (int c = 0; c < n; c++)
        if (x[c] >= 0)
            canvas_fit(canvas, in, x[c], 0, w[c], table->view->columns[c].fit, ROLE_HEADING,
                       table->view->columns[c].head);
    for (int y = 0; y < table->height && table->top + y < table->n; y++) {
        const struct table_row *row = &table->rows[table->top + y];
        bool at = table->top + y == table->at;
        enum role cursor = focus ? ROLE_CURSOR : ROLE_CURSOR_AWAY;

        if (at) {
            canvas_fill(canvas, (struct area){in.x, in.y + 1 + y, in.w, 1}, cursor);
            canvas_puts(canvas, in, 0, y + 1, cursor, "▸");
        }
        for (int c = 0; c < n; c++)
            if (x[c] >= 0 && row->cells[c])
                canvas_fit(canvas, in, x[c], y + 1, w[c], table->view->columns[c].fit,
                           at ? cursor : (enum role)row->roles[c], row->cells[c]);
    }
}

static void draw_empty(const struct table *table, struct canvas *canvas, struct area in)
{
    const char *at = table->view->empty;

    for (int y = 1; *at && y < in.h; y++) {
        size_t len = strcspn(at, "\n");

        canvas_put(canvas, in, MARK_W, y, y == 1 ? ROLE_TEXT : ROLE_DIM, at, len);
        at += len + (at[len] == '\n');
    }
}

static void draw_detail(struct table *table, struct canvas *canvas, struct area in)
{
    const struct table_row *row = here(table);

    if (!row || in.h < 1 || in.w < 10)
        return;
    if (table->detail_of != table->at || table->detail.width != in.w) {
        prose_clear(&table->detail, in.w);
        table->view->detail(table, row, &table->detail);
        table->detail_of = table->at;
    }
    prose_draw(&table->detail, canvas, in, 0);
    if (table->detail.n_lines > in.h)
        canvas_puts(canvas, in, in.w - 14, in.h - 1, ROLE_DIM, " … Enter: all ");
}

static void draw_titles(struct table *table, struct canvas *canvas, struct area area, bool focus)
{
    char right[200], n[32];
    int w;

    describe_count(table->n + table->left_out, n, sizeof n);
    if (table->left_out > 0)
        snprintf(right, sizeof right, " %s%sthe first %d of %s ", table->right, table->right[0] ? ", " : "",
                 table->n, n);
    else
        snprintf(right, sizeof right, " %s%s%s ", table->right, table->right[0] ? ", " : "", n);
    w = canvas_width(canvas, table->title) + 1;
    canvas_puts(canvas, area, 1, 0, ROLE_TEXT, " ");
    canvas_fit(canvas, area, 2, 0, w < area.w - 5 ? w : area.w - 5, FIT_LEFT, focus ? ROLE_TITLE : ROLE_DIM,
               table->title);
    if (w + canvas_width(canvas, right) + 6 < area.w)
        canvas_puts(canvas, area, area.w - canvas_width(canvas, right) - 2, 0, ROLE_TEXT, right);
}

/* Rows above and the detail below a rule, or beside each other. */
static void draw(struct pane *pane, struct canvas *canvas, struct area area, bool focus)
{
    struct table *table = of(pane);
    struct area in = canvas_frame(canvas, area, focus ? ROLE_BORDER_FOCUS : ROLE_BORDER), rows = in;
    bool beside = in.w >= BESIDE_W;
    int h = in.h * 2 / 5 > 14 ? 14 : in.h * 2 / 5;

    canvas_fill(canvas, in, ROLE_TEXT);
    draw_titles(table, canvas, area, focus);
    if (table->n == 0) {
        draw_empty(table, canvas, in);
    } else if (table->view->detail && beside) {
        rows.w = in.w * 3 / 5;
        draw_detail(table, canvas, (struct area){in.x + rows.w + 3, in.y + 1, in.w - rows.w - 4, in.h - 1});
        for (int y = 0; y < in.h; y++)
            canvas_puts(canvas, in, rows.w + 1, y, ROLE_BORDER, "│");
        draw_rows(table, canvas, rows, focus);
    } else if (table->view->detail && in.h - h - 1 > ROWS_LEAST) {
        rows.h = in.h - h - 1;
        for (int x = 0; x < in.w; x++)
            canvas_puts(canvas, in, x, rows.h, ROLE_BORDER, "─");
        draw_detail(table, canvas, (struct area){in.x + 2, in.y + rows.h + 1, in.w - 3, h});
        draw_rows(table, canvas, rows, focus);
    } else {
        draw_rows(table, canvas, rows, focus);
    }
    if (table->searching) {
        canvas_puts(canvas, area, 2, area.h - 1, ROLE_FIELD_FOCUS, "/");
        lineedit_draw(&table->search, canvas, area, 3, area.h - 1, area.w / 2, ROLE_FIELD_FOCUS, focus);
    }
}

void table_pair(struct prose *out, const char *label, enum role role, const char *text)
{
    if (!text || !*text)
        return;
    prose_line(out);
    prose_add(out, ROLE_LABEL, label);
    prose_to(out, LABEL_W);
    prose_words(out, LABEL_W, role, text);
}

/* ---- life ---- */

static void table_free(struct pane *pane)
{
    struct table *table = of(pane);

    clear_rows(table->rows, table->n);
    prose_free(&table->detail);
    lineedit_free(&table->search);
    if (table->view->free)
        table->view->free(table->arg);
    gd_free(table);
}

static const struct pane_class table_class = {
    .name = "table",
    .place = PLACE_BODY,
    .draw = draw,
    .event = event,
    .act = act,
    .free = table_free,
    .refresh = refresh,
    .pick = pick,
};

struct pane *table_new(struct console *console, const struct table_view *view, void *arg, const char *title,
                       struct gd_error *err)
{
    struct table *table = gd_calloc(1, sizeof *table);

    if (!table) {
        if (view->free)
            view->free(arg);
        (void)gd_fail_memory(err);
        return NULL;
    }
    table->class = table_class;
    table->class.name = view->name;
    table->class.hints = view->hints;
    table->pane = (struct pane){&table->class, console};
    table->view = view;
    table->arg = arg;
    table->detail_of = -1;
    snprintf(table->title, sizeof table->title, "%s", title);
    prose_init(&table->detail, 40);
    lineedit_init(&table->search);
    table_read(table);
    return &table->pane;
}
