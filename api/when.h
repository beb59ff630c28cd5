/* Times of the API: "YYYY-MM-DD HH:MM:SS" in the account's zone, or RFC 3339; and the clock that a test can
 * set. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_WHEN_H
#define GD_WHEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

#define GD_WHEN_MAX 40
#define GD_ZONE_IST 19800 /* seconds east of UTC */
#define GD_ZONE_UTC 0

/* Seconds since 1970 from the wall clock; milliseconds of the same; milliseconds of a clock that never jumps.
 */
int64_t gd_now(void);
int64_t gd_now_ms(void);
int64_t gd_mono_ms(void);

/* For tests: the clocks stand at these milliseconds from now on; -1 gives them back. */
void gd_clock_set(int64_t wall_ms, int64_t mono_ms);

/* Reads either form (a blank or T between, fractions dropped, Z or an offset; without one, zone_offset
 * seconds east of UTC; seconds can be missing). Seconds since 1970. GD_INPUT where it is no such time. */
GD_MUST_USE enum gd_rc gd_when_parse(const char *text, int zone_offset, int64_t *out, struct gd_error *err);

/* Whether a time that gd_when_parse reads names its own zone. */
bool gd_when_zoned(const char *text);

/* RFC 3339 with the zone's offset ("2026-12-01T18:00:00+05:30", Z for UTC). */
void gd_when_rfc3339(int64_t when, int zone_offset, char out[GD_WHEN_MAX]);

/* Short forms for a person in the zone: strftime's format, e.g. "%H:%M" or "%Y-%m-%d %H:%M". */
void gd_when_format(int64_t when, int zone_offset, const char *format, char out[GD_WHEN_MAX])
    __attribute__((format(strftime, 3, 0)));

/* Offset of an API timezone name: IST or UTC; -1 for any other. The name for an offset: IST, UTC or +hh:mm.
 */
int gd_zone_offset(const char *name);
const char *gd_zone_name(int zone_offset);

#endif
