/* Fuzz target: changeset files, JSON and CSV. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../../api/changeset_file.h"
#include "../../api/when.h"
#include "fuzz.h"

static void hear_row(void *arg, struct gd_file_row *row)
{
    (void)arg;
    MUST(row->id != NULL && row->id[0] != '\0' && row->line >= 1);
    for (int field = 0; field < GD_F__COUNT; field++)
        MUST((row->change.how[field] != GD_HOW_NONE) == (row->change.v[field] != NULL));
}

static void hear_bad(void *arg, int64_t line, const struct gd_error *why)
{
    (void)arg;
    MUST(line >= 1 && why->what[0] != '\0');
}

void fuzz_changeset(const char *text, size_t len)
{
    static const struct gd_place place = {.country = "IN", .zone_offset = GD_ZONE_IST};
    struct gd_file_hooks hooks = {.row = hear_row, .bad = hear_bad};
    struct gd_error err = {0};
    bool placed = false;
    enum gd_rc rc = gd_changeset_read(text, len, "acme", &place, &hooks, &placed, &err);

    MUST((rc == GD_OK) == (err.rc == GD_OK) && (rc == GD_OK || err.what[0] != '\0'));
}
