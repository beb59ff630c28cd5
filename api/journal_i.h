/* Inside the journal: an allocation as text in a row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_JOURNAL_I_H
#define GD_JOURNAL_I_H

#include <sqlite3.h>

#include "alloc.h"

/* An allocation, whole but for raw, as JSON; NULL for an empty one. The caller wipes and frees it. */
GD_MUST_USE enum gd_rc journal_pack(const struct gd_alloc *alloc, char **out, struct gd_error *err);

/* The reverse; NULL gives an empty one, which the caller clears. GD_IO where the text is damaged. */
GD_MUST_USE enum gd_rc journal_unpack(const char *text, struct gd_alloc *alloc, struct gd_error *err);

/* An integer column, brought between 0 and max: the file is not trusted to hold only what was written. */
static inline int journal_bounded(sqlite3_stmt *stmt, int column, int max)
{
    int value = sqlite3_column_int(stmt, column);

    return value < 0 ? 0 : value > max ? max : value;
}

#endif
