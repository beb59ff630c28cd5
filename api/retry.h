/* What to do after a try, as a pure function: again after N ms, give up, or unknown. CONTRACT's rule on
 * retries. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef GD_RETRY_H
#define GD_RETRY_H

#include <stdint.h>

#include "http.h"

enum gd_verdict {
    GD_DONE,     /* an answer that means something: read it */
    GD_AGAIN,    /* the same request after wait_ms */
    GD_GIVE_UP,  /* no answer, and it surely did not happen (or was a read) */
    GD_UNSETTLED /* a write that may have happened: unknown */
};

struct gd_try {
    bool write; /* POST, PUT, DELETE */
    int tries;  /* made so far, from 1 */
    enum gd_fault fault;
    bool sent;
    int status;          /* 0 none */
    bool undecodable;    /* a 2xx whose body could not be read */
    int64_t retry_after; /* ms, -1 none */
    int64_t spent_ms;    /* since the first try, waiting included */
    uint32_t random;     /* for the jitter */
};

struct gd_retry {
    enum gd_verdict verdict;
    int64_t wait_ms;
};

#define GD_RETRY_MAX 4              /* tries after the first */
#define GD_RETRY_AFTER_MAX_MS 30000 /* a longer Retry-After is shown and given up */
#define GD_RETRY_TOTAL_MS 20000     /* no try begins later than this after the first */

/* Source: contract rule 10. */
struct gd_retry gd_retry_decide(const struct gd_try *made);

#endif
