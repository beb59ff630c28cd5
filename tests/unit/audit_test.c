/* The audit trail: appended, newest first, the tenant's own, refused where it cannot be written. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/audit.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "store.h"
#include "tap.h"

static int seen;

static bool look(void *arg, const struct gd_audit_row *row)
{
    const char *const *results = arg;

    is_str(row->result, results[seen], "row %d: its result", seen);
    is_str(row->user, seen == 0 ? "late" : "tester", "who");
    is_int(row->at, STORE_NOW, "when");
    is_str(row->profile, "prod", "in which profile");
    is_str(row->action, seen == 0 ? "reveal" : "deallocate", "what");
    is_str(row->subject, seen == 0 ? NULL : "gp-1", "of what");
    return ++seen < 3;
}

static bool count(void *arg, const struct gd_audit_row *row)
{
    (void)row;
    ++*(int *)arg;
    return true;
}

int main(void)
{
    static const char *const results[] = {"done", "refused: role support", "failed: no answer"};
    struct gd_ledger *ledger, *tenant;
    struct gd_error err = {0};
    struct rlimit old, small;
    int n = 0;

    signal(SIGXFSZ, SIG_IGN);
    setenv("USER", "tester", 1);
    ledger = store_open("audit.db", "acme");
    tenant = store_open("audit.db", "umbrella");
    is_str(gd_user_name(), "tester", "the person is $USER");
    is_int(gd_audit(ledger, "prod", "import", "file", "done", &err), GD_OK, "appends");
    is_int(gd_audit(ledger, "prod", "deallocate", "gp-1", results[2], &err), GD_OK, "appends");
    is_int(gd_audit(ledger, "prod", "deallocate", "gp-1", results[1], &err), GD_OK, "appends");
    setenv("USER", "late", 1);
    is_int(gd_audit(ledger, "prod", "reveal", NULL, results[0], &err), GD_OK, "appends without a subject");
    is_int(gd_audit_each(ledger, look, (void *)results, &err), GD_OK, "walks, newest first");
    is_int(seen, 3, "until told to stop");
    is_int(gd_audit_each(tenant, count, &n, &err), GD_OK, "walks another tenant's");
    is_int(n, 0, "which is empty");
    is_int(gd_ledger_begin(ledger, &err), GD_OK, "in a transaction of the caller");
    is_int(gd_audit(ledger, "prod", "import", "file", "done", &err), GD_OK, "appends");
    gd_ledger_rollback(ledger);
    is_int(gd_audit_each(ledger, count, &n, &err), GD_OK, "walks all");
    is_int(n, 4, "what was rolled back is not there");
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){.rlim_cur = 1, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    is_int(gd_audit(ledger, "prod", "reveal", "gp-1", "done", &err), GD_IO, "a full disk is told");
    has_str(err.what, "cannot write", "and what was not written");
    setrlimit(RLIMIT_FSIZE, &old);
    unsetenv("USER");
    ok(gd_user_name()[0] != '\0', "without $USER the account's name");
    gd_ledger_close(&ledger);
    gd_ledger_close(&tenant);
    return done_testing();
}
