/* Changeset files: JSON as greendesk saves it, JSON lists of rows, and CSV with field keys. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_CHANGESET_FILE_H
#define GD_CHANGESET_FILE_H

#include "changeset.h"

#define GD_CHANGESET_FILE_MAX ((size_t)256 << 20) /* bytes */

/* A row of a file. base (of a saved changeset) is empty where the file has none. */
struct gd_file_row {
    int64_t line; /* in a CSV from 1; of JSON the row's number from 1 */
    char *id;
    enum gd_stage_action action;
    enum gd_kind kind;
    bool kind_given, has_base, held;
    struct gd_change change;
    struct gd_alloc base;
};
void gd_file_row_clear(struct gd_file_row *row);

struct gd_file_hooks {
    void (*row)(void *arg, struct gd_file_row *row);                  /* borrowed; can be emptied */
    void (*bad)(void *arg, int64_t line, const struct gd_error *why); /* a row that cannot be read */
    void *arg;
};

/* Reads a file. Columns and keys are field keys (with += or -= behind them too), id, action, kind, tenant;
 * what else an export holds is passed over, as are empty cells and masked values. GD_INPUT where nothing of
 * it can be taken: no header, an unknown key; GD_REFUSED: it is another tenant's. *placed: a value was read
 * by the account's country or zone, or would have been. */
GD_MUST_USE enum gd_rc gd_changeset_read(const char *text, size_t len, const char *tenant,
                                         const struct gd_place *place, const struct gd_file_hooks *hooks,
                                         bool *placed, struct gd_error *err);

/* What the row comes to over what the ledger knows; *nothing: it changes nothing. Its base is the file's
 * where there is one. The caller clears it. */
GD_MUST_USE enum gd_rc gd_file_row_staged(struct gd_ledger *ledger, const struct gd_file_row *row,
                                          int64_t now, struct gd_staged *out, bool *nothing,
                                          struct gd_error *err);

/* The whole changeset as JSON, to be written to a file: values unmasked. *secrets: it holds numbers of people
 * or PINs. *out is freed by the caller. */
GD_MUST_USE enum gd_rc gd_changeset_write(struct gd_ledger *ledger, struct gd_buf *out, bool *secrets,
                                          struct gd_error *err);

#endif
