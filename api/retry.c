/* Retries: what happened to a try, read as one of five outcomes, and the wait before the next. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "retry.h"

#define BACKOFF_BASE_MS 250
#define BACKOFF_CAP_MS 8000

enum outcome {
    ANSWERED, /* the answer means something, a refusal too */
    NOT_DONE, /* it surely did not happen, or it was a read: again */
    HOPELESS, /* the same, but asking again cannot help */
    MAYBE     /* a write that may have happened */
};

static enum outcome outcome_of_fault(const struct gd_try *made)
{
    if (made->write && made->sent)
        return MAYBE;
    switch (made->fault) {
    case GD_FAULT_CERTIFICATE:
    case GD_FAULT_TOO_LARGE:
    case GD_FAULT_CANCELLED:
        return HOPELESS;
    case GD_FAULT_NONE:
    case GD_FAULT_RESOLVE:
    case GD_FAULT_CONNECT:
    case GD_FAULT_CONNECT_TIMEOUT:
    case GD_FAULT_TLS:
    case GD_FAULT_TIMEOUT:
    case GD_FAULT_BROKEN:
        break;
    }
    return NOT_DONE;
}

static enum outcome outcome_of_read(int status)
{
    return status == 408 || status == 429 || status >= 500 ? NOT_DONE : ANSWERED;
}

/* Of the statuses that a gateway can give after the service behind it has done its work, 503 is one, unless
 * it says when to come back. 501 and 505 refuse the request as such. */
static enum outcome outcome_of_write(const struct gd_try *made)
{
    if (made->status == 429 || (made->status == 503 && made->retry_after >= 0))
        return NOT_DONE;
    if (made->status == 501 || made->status == 505)
        return ANSWERED;
    if (made->undecodable || made->status == 408 || made->status == 499 || made->status >= 500)
        return MAYBE;
    return ANSWERED;
}

/* Full jitter: anything from 0 to the exponential's value, so that many clients do not come back as one. */
static int64_t backoff(int tries, uint32_t random)
{
    int64_t most = BACKOFF_CAP_MS;

    if (tries >= 1 && tries <= 5)
        most = (int64_t)BACKOFF_BASE_MS << (tries - 1);
    return (int64_t)random * (most + 1) >> 32;
}

struct gd_retry gd_retry_decide(const struct gd_try *made)
{
    enum outcome outcome;
    int64_t wait = backoff(made->tries, made->random);

    if (made->fault != GD_FAULT_NONE)
        outcome = outcome_of_fault(made);
    else
        outcome = made->write ? outcome_of_write(made) : outcome_of_read(made->status);
    if (outcome == ANSWERED)
        return (struct gd_retry){.verdict = GD_DONE};
    if (outcome == MAYBE)
        return (struct gd_retry){.verdict = GD_UNSETTLED};
    if (made->fault == GD_FAULT_NONE && made->retry_after > wait)
        wait = made->retry_after;
    if (outcome == HOPELESS || made->tries > GD_RETRY_MAX || wait > GD_RETRY_AFTER_MAX_MS ||
        made->spent_ms > GD_RETRY_TOTAL_MS - wait)
        return (struct gd_retry){.verdict = GD_GIVE_UP};
    return (struct gd_retry){.verdict = GD_AGAIN, .wait_ms = wait};
}
