/* The desk: everything one profile works with: ledger, loop, connection, and what is known of the tenant. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_DESK_H
#define GD_DESK_H

#include "ledger.h"
#include "loop.h"
#include "profile.h"

struct gd_call;
struct gd_desk_wait;
struct gd_http;
struct gd_keep;

struct gd_desk {
    struct gd_profile *profile;   /* borrowed */
    struct gd_loop *loop;         /* borrowed */
    struct gd_ledger *ledger;     /* owned */
    struct gd_http *http;         /* owned; made when first needed */
    struct gd_keep *keep;         /* what is too old is being forgotten; NULL: nothing is */
    struct gd_place place;        /* country and zone: from the ledger's last settings, assumed before any */
    enum gd_dialect last_dialect; /* of the last reading kept by this process; auto before any */
    int64_t place_at;             /* when the settings were last read, 0 never */
    bool settings_tried;          /* the settings were asked for in this process */
    struct gd_call *settings;     /* that call, while it is under way */
    int settings_timer;
    struct gd_desk_wait *waits; /* those who wait for it */
};

/* Opens the profile's ledger and remembers loop and profile; no network. What is older than the profile
 * keeps is forgotten in slices of the loop. */
GD_MUST_USE enum gd_rc gd_desk_open(struct gd_profile *profile, struct gd_loop *loop, struct gd_desk **out,
                                    struct gd_error *err);
void gd_desk_close(struct gd_desk **desk);

/* The connection, made now if need be (fetches the token). */
GD_MUST_USE enum gd_rc gd_desk_http(struct gd_desk *desk, struct gd_http **out, struct gd_error *err);

/* The dialect to send: the profile's, or for auto that of the last allocation read from this tenant, party
 * before any. */
enum gd_dialect gd_desk_dialect(struct gd_desk *desk);

/* Whether country and zone are as well known as they can be: gd_desk_place would not ask. */
bool gd_desk_placed(const struct gd_desk *desk);

/* Makes sure that place is known: asks for the settings, once per process and in one try of a few seconds,
 * where the ledger holds none younger than a day; then calls fn, from gd_loop_turn. Failing to read them is
 * no error: IN and IST are assumed and marked. It is for those who need a country or a zone at that moment.
 */
typedef void gd_desk_fn(void *arg);
GD_MUST_USE enum gd_rc gd_desk_place(struct gd_desk *desk, gd_desk_fn *fn, void *arg, struct gd_error *err);

/* Ends the waits of arg without a call. */
void gd_desk_place_drop(struct gd_desk *desk, const void *arg);

/* Keeps an answer's allocation in the ledger and remembers its dialect. */
GD_MUST_USE enum gd_rc gd_desk_keep(struct gd_desk *desk, struct gd_alloc *alloc, const char *source,
                                    struct gd_error *err);

/* Keeps an answer's settings: a snapshot where they differ from the last ones, and country and zone. source
 * is get or put, when in seconds. */
GD_MUST_USE enum gd_rc gd_desk_keep_settings(struct gd_desk *desk, const json_t *sections, const char *source,
                                             int64_t when, struct gd_error *err);

#endif
