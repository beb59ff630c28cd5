/* The command table and looking names up; the nearest name to a slip. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/command.h"

#include <string.h>

#include "../../api/near.h"
#include "tap.h"

static void test_table(void)
{
    for (size_t i = 0; i < GD_C__COUNT; i++) {
        const struct gd_command *row = &gd_commands[i];

        ok(row->name != NULL && *row->name != '\0' && strcspn(row->name, " \t") == strlen(row->name),
           "row %zu has a name of one word", i);
        ok(row->args != NULL && row->group != NULL && row->help != NULL && *row->help != '\0',
           "%s has usage, group and help", row->name);
        ok((row->flags & (GD_CF_SHELL | GD_CF_CONSOLE)) != 0, "%s works somewhere", row->name);
        ok((row->flags & GD_CF_BILLED) == 0 || (row->flags & GD_CF_WRITES) != 0, "%s: what is billed writes",
           row->name);
        ok((row->flags & GD_CF_WRITES) == 0 ||
               (row->flags & (GD_CF_NETWORK | GD_CF_LEDGER)) == (GD_CF_NETWORK | GD_CF_LEDGER),
           "%s: what writes needs network and ledger", row->name);
        for (size_t j = 0; j < i; j++)
            ok(strcmp(gd_commands[j].name, row->name) != 0, "%s and %s differ", row->name,
               gd_commands[j].name);
        ok(gd_command_find(row->name, NULL) == row, "%s is found by its name", row->name);
    }
}

static void test_find(void)
{
    bool several = true;

    ok(gd_command_find("frobnicate", &several) == NULL && !several, "what is not there");
    ok(gd_command_find("", &several) == NULL && !several, "nothing");
    ok(gd_command_find("deall", &several) == &gd_commands[GD_C_DEALLOCATE], "by a beginning");
    ok(gd_command_find("re", &several) == NULL && several, "a beginning of several");
}

static const struct {
    const char *word, *want;
} slips[] = {
    {"lsit", "list"},
    {"updat", "update"},
    {"upate", "update"},
    {"dealocate", "deallocate"},
    {"get", "get"},
    {"impotr", "import"},
    {"xyzzy", NULL},
    {"q", NULL},
    {"operation", "operations"},
};

static void test_near(void)
{
    for (size_t i = 0; i < sizeof slips / sizeof *slips; i++) {
        struct gd_near near = {0};

        for (size_t c = 0; c < GD_C__COUNT; c++) {
            if ((gd_commands[c].flags & GD_CF_SHELL) != 0)
                gd_near_offer(&near, slips[i].word, gd_commands[c].name);
        }
        is_str(near.best, slips[i].want, "the nearest to %s", slips[i].word);
    }
}

int main(void)
{
    test_table();
    test_find();
    test_near();
    return done_testing();
}
