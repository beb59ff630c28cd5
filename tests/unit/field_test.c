/* The table of fields: each row is sane, and agrees with itself. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/field.h"

#include <ctype.h>
#include <string.h>

#include "tap.h"

/* Whether every path (ended by the separator or the text's end) is made of lower-case keys joined by ".". */
static bool is_paths(const char *text)
{
    if (text == NULL)
        return true;
    for (const char *at = text; *at != '\0'; at++)
        if (!islower((unsigned char)*at) && *at != '_' &&
            ((*at != '.' && *at != '|') || at == text || at[1] == '\0' || strchr(".|", at[1]) != NULL))
            return false;
    return *text != '\0';
}

/* Whether the column is the key with its dots as underscores. */
static bool is_column(const struct gd_field_row *row)
{
    const char *key = row->key, *column = row->column;

    for (; *key != '\0' && *column == (*key == '.' ? '_' : *key); key++)
        column++;
    return *key == '\0' && *column == '\0';
}

static void test_row(enum gd_field field)
{
    const struct gd_field_row *row = &gd_fields[field];
    bool sendable = (row->create | row->update | row->vn) != 0, sane = true;

    ok(row->key != NULL && row->key[0] != '\0' && strlen(row->key) < 60, "row %d has a key", (int)field);
    is_int(gd_field_find(row->key), field, "%s is found, and stands once", row->key);
    ok(is_column(row), "its column is %s", row->column);
    ok(row->label != NULL && row->takes != NULL && row->help != NULL && strlen(row->label) > 1 &&
           strlen(row->takes) > 3 && strlen(row->help) > 10,
       "it has label, takes and help");
    for (int shape = 0; shape < GD_SHAPE__COUNT; shape++) {
        unsigned bit = GD_IN(shape);

        sane = sane && is_paths(row->send[shape]) &&
               (row->send[shape] == NULL || strchr(row->send[shape], '|') == NULL);
        /* Where a request carries it, it has a path, and a path is there to be used. */
        sane = sane && ((((row->create | row->update | row->vn) & bit) != 0) == (row->send[shape] != NULL));
    }
    ok(sane, "its paths and its requests agree");
    ok(is_paths(row->read) && is_paths(row->send_vn) && (row->send_vn == NULL || row->vn != 0),
       "so do the others");
    ok((row->vn & GD_IN_PIN) == 0, "only a GreenVN gets another VN");
    ok(row->min <= row->max || row->max == 0, "bounds are in order");
    if (row->type == GD_T_INT || row->type == GD_T_DURATION)
        ok(row->max > row->min && row->min >= 1, "a number has bounds");
    if (row->type == GD_T_TEXT && sendable)
        ok(row->max > 0, "a text that is sent has a greatest length");
    ok((row->type == GD_T_CHOICE) == (row->choices != NULL), "choices where it is a choice");
    ok(((row->flags & GD_FF_PERSON) != 0) == (row->type == GD_T_NUMBERS), "people's numbers are masked");
    ok(((row->flags & GD_FF_SECRET) != 0) == (row->type == GD_T_PIN), "PINs are secret");
    ok((row->flags & GD_FF_AS_TEXT) == 0 || row->type == GD_T_BOOL, "only a boolean is sent as text");
}

static void test_names(void)
{
    enum gd_kind kind = GD_GREENPIN;
    enum gd_dialect dialect = GD_AUTO;

    is_int(gd_field_find("nothing"), GD_F__COUNT, "an unknown key is none");
    is_int(gd_field_find(""), GD_F__COUNT, "nor is an empty one");
    is_int(gd_field_find("A.numbers"), GD_F__COUNT, "keys are exact");
    ok(gd_kind_parse("greenvn", &kind) && kind == GD_GREENVN, "kinds are read");
    ok(!gd_kind_parse("GreenPin", &kind) && !gd_kind_parse(NULL, &kind), "exactly");
    is_str(gd_kind_name(GD_GREENPIN), "greenpin", "and written");
    ok(gd_dialect_parse("flat", &dialect) && dialect == GD_FLAT, "dialects are read");
    ok(!gd_dialect_parse("", &dialect) && !gd_dialect_parse("parties", &dialect), "exactly");
    is_str(gd_dialect_name(GD_AUTO), "auto", "and written");
    is_int(gd_shape_of(GD_GREENPIN, GD_PARTY), GD_PIN_PARTY, "shapes: GreenPin, party");
    is_int(gd_shape_of(GD_GREENPIN, GD_FLAT), GD_PIN_FLAT, "GreenPin, flat");
    is_int(gd_shape_of(GD_GREENVN, GD_PARTY), GD_VN_PARTY, "GreenVN, party");
    is_int(gd_shape_of(GD_GREENVN, GD_FLAT), GD_VN_FLAT, "GreenVN, flat");
}

/* No two fields go to the same place of one request. */
static void test_apart(void)
{
    for (int shape = 0; shape < GD_SHAPE__COUNT; shape++)
        for (int i = 0; i < GD_F__COUNT; i++)
            for (int j = i + 1; j < GD_F__COUNT; j++) {
                const char *one = gd_fields[i].send[shape], *other = gd_fields[j].send[shape];
                bool together = (gd_fields[i].create & gd_fields[j].create & GD_IN(shape)) != 0 ||
                                (gd_fields[i].update & gd_fields[j].update & GD_IN(shape)) != 0 ||
                                (gd_fields[i].vn & gd_fields[j].vn & GD_IN(shape)) != 0;

                if (one != NULL && other != NULL && together && strcmp(one, other) == 0)
                    ok(false, "%s and %s are both sent as %s", gd_fields[i].key, gd_fields[j].key, one);
            }
    ok(true, "no two fields share a place");
}

int main(void)
{
    for (int i = 0; i < GD_F__COUNT; i++)
        test_row((enum gd_field)i);
    test_names();
    test_apart();
    return done_testing();
}
