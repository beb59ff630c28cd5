/* Results and errors. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "error.h"

#include <stdarg.h>
#include <stdio.h>

enum gd_rc gd_fail(struct gd_error *err, enum gd_rc rc, const char *advice, const char *fmt, ...)
{
    va_list ap;

    if (err == NULL || err->rc != GD_OK)
        return rc;
    err->rc = rc;
    va_start(ap, fmt);
    vsnprintf(err->what, sizeof err->what, fmt, ap);
    va_end(ap);
    snprintf(err->advice, sizeof err->advice, "%s", advice != NULL ? advice : "");
    return rc;
}

enum gd_rc gd_fail_memory(struct gd_error *err)
{
    return gd_fail(err, GD_NO_MEMORY, "close other programs and try again", "out of memory");
}

int gd_exit_status(enum gd_rc rc)
{
    switch (rc) {
    case GD_OK:
        return 0;
    case GD_PARTIAL:
        return 1;
    case GD_INPUT:
    case GD_IO:
    case GD_NO_MEMORY:
        return 2;
    case GD_REFUSED:
    case GD_CANCELLED:
        return 3;
    case GD_SERVER:
        return 4;
    case GD_NO_ANSWER:
        return 5;
    }
    return 2;
}
