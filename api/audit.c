/* The audit trail in the ledger. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "audit.h"

#include <pwd.h>
#include <stdlib.h>
#include <unistd.h>

#include "ledger_i.h"
#include "when.h"

const char *gd_user_name(void)
{
    const char *name = getenv("USER");
    const struct passwd *entry;

    if (name != NULL && name[0] != '\0')
        return name;
    entry = getpwuid(getuid());
    return entry != NULL ? entry->pw_name : "unknown";
}

enum gd_rc gd_audit(struct gd_ledger *ledger, const char *profile, const char *action, const char *subject,
                    const char *result, struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, SQL_AUDIT_ADD, err);
    if (stmt == NULL) {
        rc = GD_IO;
    } else {
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        sqlite3_bind_int64(stmt, 2, gd_now());
        ledger_bind_text(stmt, 3, gd_user_name());
        ledger_bind_text(stmt, 4, profile);
        ledger_bind_text(stmt, 5, action);
        ledger_bind_text(stmt, 6, subject);
        ledger_bind_text(stmt, 7, result);
        rc = ledger_run(ledger, stmt, "write the audit trail in", err);
    }
    return ledger_leave(ledger, own, rc, err);
}

enum gd_rc gd_audit_each(struct gd_ledger *ledger, gd_audit_fn *fn, void *arg, struct gd_error *err)
{
    sqlite3_stmt *stmt = NULL;
    bool more = true;
    int step = SQLITE_DONE;
    enum gd_rc rc = GD_OK;

    if (sqlite3_prepare_v2(ledger->db,
                           "SELECT at, user, profile, action, subject, result FROM audit WHERE tenant = ?1"
                           " ORDER BY audit DESC",
                           -1, &stmt, NULL) != SQLITE_OK)
        return ledger_fail(ledger, err, "read the audit trail in");
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    while (more && (step = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct gd_audit_row row = {
            .at = sqlite3_column_int64(stmt, 0),
            .user = ledger_text(stmt, 1),
            .profile = ledger_text(stmt, 2),
            .action = ledger_text(stmt, 3),
            .subject = ledger_text(stmt, 4),
            .result = ledger_text(stmt, 5),
        };

        more = fn(arg, &row);
    }
    if (step != SQLITE_ROW && step != SQLITE_DONE)
        rc = ledger_fail(ledger, err, "read the audit trail in");
    sqlite3_finalize(stmt);
    return rc;
}
