/* Reading and saving a tenant's settings: the calls, the snapshot that comes of each answer, and what is
 * known where there is no answer. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_SETTINGS_CALL_H
#define GD_SETTINGS_CALL_H

#include "client.h"
#include "setting.h"

struct gd_settings_work; /* what is under way */

/* Cancels it; its fn is not called any more. */
void gd_settings_cancel(struct gd_settings_work *work);

/* A reading; borrowed during the callback. */
struct gd_settings_reading {
    enum gd_rc rc; /* GD_OK: read, or taken from the ledger since the service does not offer GET */
    struct gd_settings
        known;        /* the last reported value of each key; with rc not GD_OK as the ledger has it */
    int64_t read_at;  /* when that was last read, seconds; 0 never */
    bool from_ledger; /* it was not read now: error says why */
    bool not_offered; /* the service does not offer the reading (405) */
    struct gd_settings before; /* what was known before this reading, and when it had been read */
    int64_t before_at;
    struct gd_error error;
};
typedef void gd_settings_read_fn(void *arg, const struct gd_settings_reading *reading);

/* Starts a reading; fn is called once, from gd_loop_turn. Source: contract rule 16. */
GD_MUST_USE enum gd_rc gd_settings_read(struct gd_desk *desk, gd_settings_read_fn *fn, void *arg,
                                        struct gd_settings_work **work, struct gd_error *err);

enum gd_setting_outcome {
    GD_SO_NONE,       /* was not asked for */
    GD_SO_APPLIED,    /* the server has it as asked */
    GD_SO_DIFFERS,    /* the server has something else */
    GD_SO_UNREPORTED, /* the answer leaves it out */
    GD_SO_NOT_DONE,   /* no answer, and reading shows it as it was before */
    GD_SO_UNKNOWN     /* no answer, and reading did not settle it */
};
const char *gd_setting_outcome_name(enum gd_setting_outcome outcome);

/* How a save went; borrowed during the callback. */
struct gd_settings_saved {
    enum gd_rc rc; /* GD_OK: answered (outcome says how), or settled as wanted by reading */
    enum gd_setting_outcome outcome[GD_S__COUNT];
    struct gd_settings now; /* what the answer, or the reading that settled it, reports */
    int differ;             /* how many differ from what was asked */
    bool by_reading;        /* there was no answer: settled by reading */
    struct gd_error error;
};
typedef void gd_settings_saved_fn(void *arg, const struct gd_settings_saved *saved);

/* Sends the change (see gd_settings_body) and compares the answer with it. Without an answer the settings are
 * read, at once and again when the request can no longer be under way; it is never sent twice. GD_INPUT where
 * it cannot be sent. */
GD_MUST_USE enum gd_rc gd_settings_save(struct gd_desk *desk, const struct gd_settings *change,
                                        const struct gd_settings *known, gd_settings_saved_fn *fn, void *arg,
                                        struct gd_settings_work **work, struct gd_error *err);

/* The longest time, in seconds, that an active allocation of the ledger has left; 0 none or not known. */
int64_t gd_settings_longest(struct gd_desk *desk);

#endif
