/* Runs one update of many allocations by the library alone, as apply does: ids come from standard input, a
 * line each; one line of JSON says what became of it. For benchmarks, and for faults of bulk answers. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../../api/mem.h"
#include "../../api/op.h"
#include "../../api/when.h"

#define ID_MAX 512

static struct gd_error err;
static bool over;
static json_t *rows, *notes;

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "operate: %s: %s\n", what, err.what);
    exit(2);
}

static void on_row(void *arg, const struct gd_op_row *row)
{
    if (*(const bool *)arg)
        json_array_append_new(rows, gd_op_row_json(row));
}

static void on_note(void *arg, const char *text)
{
    (void)arg;
    json_array_append_new(notes, json_string(text));
}

static void on_done(void *arg, const struct gd_op *op, enum gd_rc rc, const struct gd_error *why)
{
    json_t *json = gd_op_json(op, rows);

    (void)arg;
    if (rc != GD_OK && why->rc != GD_OK)
        json_object_set_new(json, "error", json_string(why->what));
    json_object_set(json, "notes", notes);
    json_dumpf(json, stdout, JSON_COMPACT);
    putchar('\n');
    json_decref(json);
    over = true;
}

/* What is wanted of each: the words KEY=VALUE. */
static struct gd_alloc read_want(struct gd_desk *desk, char **words)
{
    struct gd_alloc base = {.kind = GD_GREENPIN}, want = {0};
    struct gd_change change = {0};

    for (; *words != NULL; words++)
        if (gd_change_parse(&change, *words, &desk->place, &err) != GD_OK)
            die(*words);
    if (gd_change_resolve(&change, &base, gd_now(), &want, &err) != GD_OK)
        die("the change");
    gd_change_clear(&change);
    return want;
}

static size_t read_rows(struct gd_desk *desk, const struct gd_alloc *want, struct gd_op_row **out)
{
    struct gd_op_row *list = NULL;
    char line[ID_MAX];
    size_t n = 0, room = 0;
    bool found;

    while (fgets(line, sizeof line, stdin) != NULL) {
        line[strcspn(line, "\r\n")] = '\0';
        if (n == room) {
            room = room > 0 ? room * 2 : 1024;
            list = gd_realloc(list, room * sizeof *list);
        }
        list[n] = (struct gd_op_row){.n = (int64_t)n, .code = -1, .alloc_kind = GD_GREENPIN};
        list[n].id = gd_strdup(line);
        if (gd_alloc_copy(&list[n].want, want, &err) != GD_OK ||
            gd_ledger_get(desk->ledger, line, &list[n].before, &found, &err) != GD_OK)
            die(line);
        n++;
    }
    *out = list;
    return n;
}

static void operate(struct gd_desk *desk, char **words, bool show)
{
    struct gd_run_hooks hooks = {.row = on_row, .note = on_note, .done = on_done, .arg = &show};
    struct gd_op op = {.kind = GD_OP_UPDATE, .dialect = desk->profile->dialect, .origin = gd_strdup("apply")};
    struct gd_alloc want = read_want(desk, words);
    struct gd_op_row *list;
    struct gd_run *run = NULL;
    size_t n = read_rows(desk, &want, &list);

    if (gd_journal_create(desk->ledger, &op, list, n, &err) != GD_OK)
        die("the journal");
    for (size_t i = 0; i < n; i++)
        gd_op_row_clear(&list[i]);
    gd_free(list);
    if (gd_run_start(desk, op.op, &hooks, &run, &err) != GD_OK)
        die("the run");
    while (!over)
        if (gd_loop_turn(desk->loop, 1000, &err) != GD_OK)
            die("the loop");
    gd_run_free(&run);
    gd_op_clear(&op);
    gd_alloc_clear(&want);
}

static int number(const char *name, int otherwise)
{
    const char *text = getenv(name);

    return text != NULL ? (int)strtol(text, NULL, 10) : otherwise;
}

/* operate URL LEDGER party|flat rows|counts KEY=VALUE… with CHUNK, CONCURRENCY, TIMEOUT, TENANT, SID and
 * GREENDESK_TOKEN in the environment. */
int main(int argc, char **argv)
{
    struct gd_profile profile = {.pause_at = 100, .connect_timeout = 5};
    struct gd_loop *loop = NULL;
    struct gd_desk *desk = NULL;

    if (argc < 6 || !gd_dialect_parse(argv[3], &profile.dialect))
        die("URL LEDGER DIALECT rows|counts KEY=VALUE…");
    gd_mem_init();
    profile.base_url = argv[1];
    profile.ledger = argv[2];
    profile.tenant = getenv("TENANT");
    profile.account_sid = getenv("SID");
    profile.bulk_chunk = number("CHUNK", 100);
    profile.concurrency = number("CONCURRENCY", 8);
    profile.timeout = number("TIMEOUT", 30);
    rows = json_array();
    notes = json_array();
    if (profile.tenant == NULL || profile.account_sid == NULL)
        die("TENANT and SID");
    if (gd_loop_new(&loop, &err) != GD_OK || gd_desk_open(&profile, loop, &desk, &err) != GD_OK)
        die(argv[2]);
    operate(desk, argv + 5, strcmp(argv[4], "rows") == 0);
    gd_desk_close(&desk);
    gd_loop_free(&loop);
    gd_wipe_free(&profile.token);
    json_decref(rows);
    json_decref(notes);
    return 0;
}
