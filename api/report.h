/* The report of an operation, in Markdown, for whoever was not there. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_REPORT_H
#define GD_REPORT_H

#include "buf.h"
#include "op.h"

#define GD_REPORT_MAX ((size_t)256 << 20) /* bytes */

/* Writes who, when, why, the counts, failures by their cause with what to do, and each row with its outcome.
 * PINs are never in it, numbers are masked, whatever came from outside is escaped. Times in the zone. */
GD_MUST_USE enum gd_rc gd_report(struct gd_ledger *ledger, const struct gd_op *op, int zone_offset,
                                 struct gd_buf *out, struct gd_error *err);

#endif
