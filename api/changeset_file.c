/* Changeset files: reading CSV and JSON, and writing JSON. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "changeset_file.h"

#include <stdio.h>
#include <string.h>

#include "audit.h"
#include "codec.h"
#include "csv.h"
#include "json.h"
#include "mem.h"
#include "near.h"
#include "text.h"
#include "when.h"

#define COLUMNS_MAX 64
#define ID_MAX 256
#define CELL_MAX ((size_t)1 << 20)
#define BULLET "\xe2\x80\xa2"

/* What an export holds beside fields: it is passed over. */
static const char *const passed_over[] = {"state_raw", "ends_at",   "created_at", "call_count", "read_at",
                                          "source",    "row",       "first_seen", "state",      "author",
                                          "user",      "staged_at", "conflicts"};

struct reading {
    const struct gd_file_hooks *hooks;
    const struct gd_place *place;
    const char *tenant;
    bool placed;
};

enum column_is { COLUMN_FIELD, COLUMN_ID, COLUMN_ACTION, COLUMN_KIND, COLUMN_TENANT, COLUMN_NOTHING };

struct column {
    enum column_is is;
    enum gd_field field;
    enum gd_how how;
};

void gd_file_row_clear(struct gd_file_row *row)
{
    gd_free(row->id);
    gd_change_clear(&row->change);
    gd_alloc_clear(&row->base);
    *row = (struct gd_file_row){0};
}

/* ---- keys ---- */

static enum gd_rc unknown_key(const char *key, struct gd_error *err)
{
    struct gd_near near = {0};
    char advice[160] = "the columns are field keys: see help update";

    for (int f = 0; f < GD_F__COUNT; f++)
        gd_near_offer(&near, key, gd_fields[f].key);
    if (near.best != NULL)
        snprintf(advice, sizeof advice, "did you mean %s?", near.best);
    return gd_fail(err, GD_INPUT, advice, "there is no field %.60s", key);
}

/* What a key of a row is. */
static enum gd_rc read_key(const char *key, struct column *out, struct gd_error *err)
{
    size_t len = strlen(key);
    char name[64];

    *out = (struct column){.is = COLUMN_NOTHING, .how = GD_HOW_SET};
    for (size_t i = 0; i < sizeof passed_over / sizeof *passed_over; i++)
        if (strcmp(key, passed_over[i]) == 0)
            return GD_OK;
    if (strcmp(key, "id") == 0)
        out->is = COLUMN_ID;
    else if (strcmp(key, "action") == 0)
        out->is = COLUMN_ACTION;
    else if (strcmp(key, "kind") == 0)
        out->is = COLUMN_KIND;
    else if (strcmp(key, "tenant") == 0)
        out->is = COLUMN_TENANT;
    if (out->is != COLUMN_NOTHING)
        return GD_OK;
    if (len > 2 && key[len - 1] == '=' && (key[len - 2] == '+' || key[len - 2] == '-')) {
        out->how = key[len - 2] == '+' ? GD_HOW_ADD : GD_HOW_TAKE;
        len -= 2;
    }
    if (len >= sizeof name)
        return unknown_key(key, err);
    memcpy(name, key, len);
    name[len] = '\0';
    out->is = COLUMN_FIELD;
    out->field = gd_field_find(name);
    return out->field != GD_F__COUNT ? GD_OK : unknown_key(name, err);
}

/* ---- values ---- */

static enum gd_rc put_field(const struct reading *reading, struct gd_file_row *row,
                            const struct column *column, const char *value, struct gd_error *err)
{
    const struct gd_field_row *field = &gd_fields[column->field];

    if (strstr(value, BULLET) != NULL)
        return GD_OK; /* a masked export: nobody has typed that */
    if ((field->create | field->update | field->vn) == 0)
        return gd_fail(err, GD_INPUT, "leave the column out", "%s is given by the service and cannot be set",
                       field->key);
    return gd_change_put(&row->change, column->field, column->how, value, reading->place, err);
}

/* What is no UTF-8 would be sent as something else, and what is no id would be another one. */
static enum gd_rc check_text(const char *value, size_t len, bool is_id, struct gd_error *err)
{
    size_t left = len;

    if (is_id && len > ID_MAX)
        return gd_fail(err, GD_INPUT, NULL, "the id has %zu bytes, %d at most can be one", len, ID_MAX);
    for (const char *at = value; left > 0;) {
        int rune;
        size_t n = gd_utf8_next(at, left, &rune);

        if (rune < 0)
            return gd_fail(err, GD_INPUT, "save the file as UTF-8", "a value is no UTF-8");
        if (rune == 0)
            return gd_fail(err, GD_INPUT, "save the file as text", "a value holds a NUL");
        if (is_id && (rune <= ' ' || (rune >= 0x7f && rune <= 0xa0)))
            return gd_fail(err, GD_INPUT, "give the id alone", "%.80s is no id", value);
        at += n;
        left -= n;
    }
    return GD_OK;
}

static enum gd_rc put_value(const struct reading *reading, struct gd_file_row *row,
                            const struct column *column, const char *value, struct gd_error *err)
{
    /* An export puts an apostrophe before what a spreadsheet would compute. */
    if (value[0] == '\'' && value[1] != '\0' && strchr("=+-@\t\r", value[1]) != NULL)
        value++;
    if (*value == '\0')
        return GD_OK;
    switch (column->is) {
    case COLUMN_ID:
        gd_free(row->id);
        row->id = gd_strdup(value);
        return row->id != NULL ? GD_OK : gd_fail_memory(err);
    case COLUMN_ACTION:
        return gd_stage_action_parse(value, &row->action)
                   ? GD_OK
                   : gd_fail(err, GD_INPUT, "give update or deallocate", "there is no action %.40s", value);
    case COLUMN_KIND:
        row->kind_given = gd_kind_parse(value, &row->kind);
        return row->kind_given
                   ? GD_OK
                   : gd_fail(err, GD_INPUT, "give greenpin or greenvn", "there is no kind %.40s", value);
    case COLUMN_TENANT:
        return strcmp(value, reading->tenant) == 0 ? GD_OK
                                                   : gd_fail(err, GD_REFUSED, "use that tenant's profile",
                                                             "it is of the tenant %.60s", value);
    case COLUMN_FIELD:
        return put_field(reading, row, column, value, err);
    case COLUMN_NOTHING:
        break;
    }
    return GD_OK;
}

/* Hands the row over, or what is wrong with it. */
static void give(struct reading *reading, struct gd_file_row *row, enum gd_rc rc, struct gd_error *why)
{
    reading->placed = reading->placed || row->change.placed || row->change.elsewhere;
    if (rc == GD_OK && row->id == NULL)
        rc = gd_fail(why, GD_INPUT, "give each row an id", "there is no id");
    if (rc == GD_OK && row->action == GD_STAGE_DEALLOCATE && !gd_change_empty(&row->change))
        rc = gd_fail(why, GD_INPUT, "leave the values out, or the action",
                     "%.80s is to be deallocated and changed at once", row->id);
    if (rc == GD_OK)
        reading->hooks->row(reading->hooks->arg, row);
    else
        reading->hooks->bad(reading->hooks->arg, row->line, why);
}

/* ---- CSV ---- */

static enum gd_rc read_header(struct gd_csv *csv, struct column *columns, size_t *n, struct gd_error *err)
{
    struct gd_buf cell;
    bool last = false, id = false;
    enum gd_rc rc = GD_OK;

    gd_buf_init(&cell, CELL_MAX);
    for (*n = 0; rc == GD_OK && !last; ++*n) {
        rc = gd_csv_cell(csv, &cell, &last, err);
        if (rc == GD_OK && *n == COLUMNS_MAX)
            rc = gd_fail(err, GD_INPUT, NULL, "there are more than %d columns", COLUMNS_MAX);
        if (rc != GD_OK)
            break;
        rc = read_key(cell.data, &columns[*n], err);
        id = id || columns[*n].is == COLUMN_ID;
    }
    gd_buf_free(&cell);
    if (rc == GD_OK && !id)
        rc = gd_fail(err, GD_INPUT, "name the columns in the first line: id, and field keys",
                     "there is no column id");
    return rc;
}

static void read_record(struct reading *reading, struct gd_csv *csv, const struct column *columns, size_t n)
{
    struct gd_file_row row = {.line = csv->line};
    struct gd_error why = {0};
    struct gd_buf cell;
    bool last = false;
    size_t i = 0;
    enum gd_rc rc = GD_OK, quote = GD_OK;

    gd_buf_init(&cell, CELL_MAX);
    for (; !last && quote == GD_OK; i++) {
        quote = gd_csv_cell(csv, &cell, &last, &why);
        if (quote == GD_OK && rc == GD_OK && i < n)
            rc = check_text(cell.data, cell.len, columns[i].is == COLUMN_ID, &why);
        if (quote == GD_OK && rc == GD_OK && i < n)
            rc = put_value(reading, &row, &columns[i], cell.data, &why);
    }
    gd_buf_wipe(&cell);
    if (rc == GD_OK && quote == GD_OK && i != n)
        rc = gd_fail(&why, GD_INPUT, NULL, "it has %zu cells, the header %zu", i, n);
    give(reading, &row, quote != GD_OK ? quote : rc, &why);
    gd_file_row_clear(&row);
}

static enum gd_rc read_csv(struct reading *reading, const char *text, size_t len, struct gd_error *err)
{
    struct column columns[COLUMNS_MAX];
    struct gd_csv csv;
    size_t n;
    enum gd_rc rc;

    gd_csv_open(&csv, text, len);
    if (!gd_csv_more(&csv))
        return gd_fail(err, GD_INPUT, "name the columns in the first line: id, and field keys",
                       "it is empty");
    rc = read_header(&csv, columns, &n, err);
    while (rc == GD_OK && gd_csv_more(&csv))
        read_record(reading, &csv, columns, n);
    return rc;
}

/* ---- JSON ---- */

/* A value as text: lists joined by commas, null empty. */
static enum gd_rc value_text(const json_t *value, struct gd_buf *out, struct gd_error *err)
{
    const json_t *item;
    size_t i;

    if (json_is_string(value)) {
        gd_buf_adds(out, json_string_value(value));
    } else if (json_is_integer(value)) {
        gd_buf_addf(out, "%lld", (long long)json_integer_value(value));
    } else if (json_is_boolean(value)) {
        gd_buf_adds(out, json_is_true(value) ? "true" : "false");
    } else if (json_is_array(value)) {
        json_array_foreach((json_t *)(uintptr_t)value, i, item)
        {
            gd_buf_adds(out, i > 0 ? "," : "");
            if (json_is_array(item) || value_text(item, out, err) != GD_OK)
                return gd_fail(err, GD_INPUT, NULL, "a list holds what is neither text nor number");
        }
    } else if (!json_is_null(value)) {
        return gd_fail(err, GD_INPUT, "give a text, a number or a list", "a value is neither");
    }
    return GD_OK;
}

static enum gd_rc put_json(const struct reading *reading, struct gd_file_row *row, const char *prefix,
                           const char *key, const json_t *value, struct gd_error *err)
{
    struct column column;
    struct gd_buf path, text;
    enum gd_rc rc;

    gd_buf_init(&path, CELL_MAX);
    gd_buf_init(&text, CELL_MAX);
    gd_buf_addf(&path, "%s%s", prefix, key);
    rc = read_key(path.data, &column, err);
    if (rc == GD_OK && column.is != COLUMN_NOTHING)
        rc = value_text(value, &text, err);
    if (rc == GD_OK)
        rc = gd_buf_check(&text, path.data, err);
    if (rc == GD_OK)
        rc = check_text(text.data, text.len, column.is == COLUMN_ID, err);
    if (rc == GD_OK)
        rc = put_value(reading, row, &column, text.data, err);
    gd_buf_free(&path);
    gd_buf_wipe(&text);
    return rc;
}

static enum gd_rc put_object(const struct reading *reading, struct gd_file_row *row, const char *prefix,
                             const json_t *object, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *key;
    json_t *value;

    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        bool party = *prefix == '\0' && (strcmp(key, "a") == 0 || strcmp(key, "b") == 0);

        if (rc != GD_OK)
            break;
        if (*prefix == '\0' &&
            (strcmp(key, "want") == 0 || strcmp(key, "base") == 0 || strcmp(key, "held") == 0))
            continue;
        if (party && json_is_object(value))
            rc = put_object(reading, row, *key == 'a' ? "a." : "b.", value, err);
        else
            rc = put_json(reading, row, prefix, key, value, err);
    }
    return rc;
}

/* The base values of a saved row; ends_at and read_at stand beside the fields. */
static enum gd_rc put_base(struct gd_file_row *row, const json_t *object, struct gd_error *err)
{
    enum gd_rc rc = GD_OK;
    const char *key;
    json_t *value;

    row->has_base = true;
    json_object_foreach((json_t *)(uintptr_t)object, key, value)
    {
        enum gd_field field = gd_field_find(key);

        if (rc == GD_OK && field != GD_F__COUNT && json_is_string(value))
            rc = gd_alloc_set(&row->base, field, json_string_value(value), err);
    }
    row->base.ends_at = json_integer_value(json_object_get(object, "ends_at"));
    row->base.read_at = json_integer_value(json_object_get(object, "read_at"));
    return rc;
}

static void read_object(struct reading *reading, const json_t *object, int64_t line)
{
    struct gd_file_row row = {.line = line};
    const json_t *want = json_object_get(object, "want"), *base = json_object_get(object, "base");
    struct gd_error why = {0};
    enum gd_rc rc = json_is_object(object)
                        ? GD_OK
                        : gd_fail(&why, GD_INPUT, "give objects with an id", "a row is no object");

    if (rc == GD_OK)
        rc = put_object(reading, &row, "", object, &why);
    if (rc == GD_OK && json_is_object(want))
        rc = put_object(reading, &row, "", want, &why);
    if (rc == GD_OK && json_is_object(base))
        rc = put_base(&row, base, &why);
    row.held = json_is_true(json_object_get(object, "held"));
    give(reading, &row, rc, &why);
    gd_file_row_clear(&row);
}

static enum gd_rc check_tenant(const struct reading *reading, const json_t *root, struct gd_error *err)
{
    const char *tenant = json_string_value(json_object_get(root, "tenant"));

    if (tenant == NULL || strcmp(tenant, reading->tenant) == 0)
        return GD_OK;
    return gd_fail(err, GD_REFUSED, "use that tenant's profile",
                   "the file is a changeset of the tenant %.60s, not of %.60s", tenant, reading->tenant);
}

static enum gd_rc read_json(struct reading *reading, const char *text, size_t len, struct gd_error *err)
{
    struct gd_error why = {0};
    json_t *root = NULL, *rows, *row;
    size_t i;
    enum gd_rc rc = gd_json_parse(text, len, &root, &why);

    if (rc != GD_OK)
        return gd_fail(err, GD_INPUT, "give JSON or CSV with a header", "it is no JSON: %s", why.what);
    rows = json_is_object(root) ? json_object_get(root, "rows") : root;
    rc = check_tenant(reading, root, err);
    if (rc == GD_OK && rows == NULL) {
        read_object(reading, root, 1);
    } else if (rc == GD_OK && json_is_array(rows)) {
        json_array_foreach(rows, i, row) read_object(reading, row, (int64_t)i + 1);
    } else if (rc == GD_OK) {
        rc = gd_fail(err, GD_INPUT, "give a list of rows, each with an id", "rows is no list");
    }
    json_decref(root);
    return rc;
}

enum gd_rc gd_changeset_read(const char *text, size_t len, const char *tenant, const struct gd_place *place,
                             const struct gd_file_hooks *hooks, bool *placed, struct gd_error *err)
{
    struct reading reading = {.hooks = hooks, .place = place, .tenant = tenant};
    size_t blank = strspn(text, " \t\r\n");
    enum gd_rc rc = text[blank] == '[' || text[blank] == '{' ? read_json(&reading, text, len, err)
                                                             : read_csv(&reading, text, len, err);

    *placed = reading.placed;
    return rc;
}

/* ---- writing ---- */

static json_t *base_json(const struct gd_staged *staged)
{
    json_t *base = json_object();
    bool good = base != NULL;

    for (int f = 0; good && f < GD_F__COUNT; f++)
        if (staged->want.v[f] != NULL && f != GD_F_DURATION && staged->base.v[f] != NULL)
            good = gd_json_put(base, gd_fields[f].key, gd_json_text(staged->base.v[f]));
    good = good && gd_json_put(base, "ends_at", json_integer(staged->base.ends_at));
    good = good && gd_json_put(base, "read_at", json_integer(staged->base.read_at));
    if (good)
        return base;
    json_decref(base);
    return NULL;
}

static bool holds_secrets(const struct gd_staged *staged)
{
    for (int f = 0; f < GD_F__COUNT; f++)
        if (staged->want.v[f] != NULL && (gd_fields[f].flags & (GD_FF_SECRET | GD_FF_PERSON)) != 0)
            return true;
    return false;
}

static int add_some(const char *bytes, size_t len, void *out)
{
    gd_buf_add(out, bytes, len);
    return ((struct gd_buf *)out)->failed ? -1 : 0;
}

struct writing {
    json_t *rows;
    bool secrets, failed;
};

static bool write_row(void *arg, struct gd_staged *staged)
{
    struct writing *writing = arg;
    json_t *row = json_object();
    bool good = row != NULL;

    good = good && gd_json_put(row, "id", gd_json_text(staged->id));
    good = good && gd_json_put(row, "action", json_string(gd_stage_action_name(staged->action)));
    good = good && gd_json_put(row, "kind", json_string(gd_kind_name(staged->kind)));
    good = good && gd_json_put(row, "held", json_boolean(staged->held));
    good = good && gd_json_put(row, "author", gd_json_text_or_null(staged->user));
    good = good && gd_json_put(row, "base", base_json(staged));
    good = good && gd_json_put(row, "want", gd_want_json(&staged->want));
    writing->secrets = writing->secrets || holds_secrets(staged);
    if (good)
        good = json_array_append(writing->rows, row) == 0;
    json_decref(row);
    writing->failed = !good;
    return good;
}

enum gd_rc gd_changeset_write(struct gd_ledger *ledger, struct gd_buf *out, bool *secrets,
                              struct gd_error *err)
{
    struct writing writing = {.rows = json_array()};
    char when[GD_WHEN_MAX];
    json_t *root = NULL;
    enum gd_rc rc =
        writing.rows != NULL ? gd_changeset_each(ledger, write_row, &writing, err) : gd_fail_memory(err);

    gd_when_rfc3339(gd_now(), GD_ZONE_UTC, when);
    if (rc == GD_OK && !writing.failed)
        root = json_pack("{s:i, s:o, s:o, s:s, s:O}", "greendesk_changeset", 1, "tenant",
                         gd_json_text(gd_ledger_tenant(ledger)), "author", gd_json_text(gd_user_name()),
                         "saved_at", when, "rows", writing.rows);
    if (root != NULL && json_dump_callback(root, add_some, out, JSON_INDENT(1)) == 0)
        gd_buf_addc(out, '\n');
    else if (rc == GD_OK)
        rc = gd_fail_memory(err);
    if (rc == GD_OK)
        rc = gd_buf_check(out, "the changeset", err);
    *secrets = writing.secrets;
    json_decref(root);
    json_decref(writing.rows);
    return rc;
}
