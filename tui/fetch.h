/* Reading many allocations: a bounded number of calls under way, answers kept in the ledger in batches. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef TUI_FETCH_H
#define TUI_FETCH_H

#include "../api/client.h"

/* One allocation to read. */
struct fetch_item {
    char *id; /* owned by the fetch once handed over */
    enum gd_kind kind;
    bool kind_known; /* else greenpin is tried, and where there is none, greenvn */
    int64_t tag;     /* the caller's own */
};

struct fetch_hooks {
    /* The next to read; false: none at the moment (see fetch_more) or for good. */
    bool (*next)(void *arg, struct fetch_item *item);
    /* One was read, or could not be; in the order of the answers. */
    void (*got)(void *arg, const struct fetch_item *item, const struct gd_reply *reply);
    /* Nothing is under way, next had none, and all that was read is in the ledger. The fetch may be freed in
     * it. rc and err tell whether the ledger failed. */
    void (*idle)(void *arg, enum gd_rc rc, const struct gd_error *err);
    void *arg;
};

struct fetch;
GD_MUST_USE enum gd_rc fetch_new(struct gd_desk *desk, const struct fetch_hooks *hooks, struct fetch **out,
                                 struct gd_error *err);

/* Says that next may have something (again); hooks are called from gd_loop_turn. */
GD_MUST_USE enum gd_rc fetch_more(struct fetch *fetch, struct gd_error *err);

/* Cancels what is under way, without hooks; what was read is kept in the ledger. */
void fetch_free(struct fetch **fetch);

#endif
