/* Durations: 1200s, 2h, +2h, until 2026-12-01 18:00; all seconds inside the program. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_DURATION_H
#define GD_DURATION_H

#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define GD_DURATION_MIN 300      /* seconds, flat dialect */
#define GD_DURATION_MAX 14688000 /* seconds, 170 days */

enum gd_span_form { GD_SPAN_FOR, GD_SPAN_PLUS, GD_SPAN_UNTIL };

/* A duration as a person gave it. */
struct gd_span {
    enum gd_span_form form;
    int64_t value; /* seconds for FOR and PLUS, seconds since 1970 for UNTIL */
};

/* Reads "1200s", "90m", "1h30m", "2d", a bare count of seconds, "+2h" (from the present end), "until
 * 2026-12-01 18:00" (in the zone of zone_offset seconds east of UTC; RFC 3339 too). GD_INPUT names the fault.
 */
GD_MUST_USE enum gd_rc gd_span_parse(const char *text, int zone_offset, struct gd_span *out,
                                     struct gd_error *err);

/* Seconds from now that the span asks for; present_end is 0 where unknown (then PLUS is refused). GD_INPUT
 * where the result is not after now. */
GD_MUST_USE enum gd_rc gd_span_seconds(const struct gd_span *span, int64_t now, int64_t present_end,
                                       int64_t *seconds, struct gd_error *err);

/* Reads "<n>d", "<n>h", "<n>m", "<n>s" of the API, or "-1" (no end: -1). GD_INPUT otherwise. Units: seconds.
 */
GD_MUST_USE enum gd_rc gd_duration_parse(const char *text, int64_t *seconds, struct gd_error *err);

/* Two largest units, for people: "1h58m", "45s", "170d", "2d4h"; a negative one begins with "-". */
void gd_duration_text(int64_t seconds, char *out, size_t room);

#endif
