/* The writer's lock of a tenant, and the sign that an operation's process lives: byte locks on a file beside
 * the ledger, which the system drops the moment that their process is gone. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "audit.h"
#include "buf.h"
#include "journal.h"
#include "journal_i.h"
#include "ledger_i.h"
#include "mem.h"
#include "when.h"

/* Byte t is tenant t's writer; byte 2^40 + o is operation o's process; byte 2^41 + t says, shared by all of
 * them, that a deallocation of tenant t waits or writes. Nothing is ever written there. */
#define OP_BYTES ((off_t)1 << 40)
#define URGENT_BYTES ((off_t)1 << 41)

static enum gd_rc open_lock(struct gd_ledger *ledger, struct gd_error *err)
{
    struct gd_buf path;
    int error;

    if (ledger->lock_fd >= 0)
        return GD_OK;
    gd_buf_init(&path, 8192);
    gd_buf_addf(&path, "%s-lock", ledger->path);
    if (!path.failed)
        ledger->lock_fd = open(path.data, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    error = errno;
    gd_buf_free(&path);
    if (ledger->lock_fd >= 0)
        return GD_OK;
    return gd_fail(err, GD_IO, "see to the folder of the ledger", "cannot open %s-lock: %s", ledger->path,
                   strerror(error));
}

/* Locks of the open file, not of the process: two ledgers opened by one process exclude each other too. */
static int byte_lock(struct gd_ledger *ledger, int command, short type, off_t at, struct flock *lock)
{
    *lock = (struct flock){.l_type = type, .l_whence = SEEK_SET, .l_start = at, .l_len = 1};
    return fcntl(ledger->lock_fd, command, lock);
}

enum gd_rc journal_hold(struct gd_ledger *ledger, int64_t op, struct gd_error *err)
{
    struct flock lock;
    enum gd_rc rc = open_lock(ledger, err);

    if (rc == GD_OK && byte_lock(ledger, F_OFD_SETLK, F_WRLCK, OP_BYTES + op, &lock) != 0)
        rc = gd_fail(err, GD_REFUSED, "pause or stop it there", "operation %lld runs in another console",
                     (long long)op);
    return rc;
}

void journal_release(struct gd_ledger *ledger, int64_t op)
{
    struct flock lock;

    if (ledger->lock_fd >= 0)
        (void)byte_lock(ledger, F_OFD_SETLK, F_UNLCK, OP_BYTES + op, &lock);
}

/* Whether somebody holds the byte. A lock of this very ledger conflicts with nothing that it asks, so the
 * question is put by a second opening of the file. */
static bool held(struct gd_ledger *ledger, off_t at)
{
    struct gd_ledger other = {.path = ledger->path, .lock_fd = -1};
    struct gd_error err = {0};
    struct flock lock;
    bool yes;

    if (open_lock(&other, &err) != GD_OK)
        return false;
    yes = byte_lock(&other, F_OFD_GETLK, F_WRLCK, at, &lock) == 0 && lock.l_type != F_UNLCK;
    close(other.lock_fd);
    return yes;
}

bool journal_held(struct gd_ledger *ledger, int64_t op)
{
    return held(ledger, OP_BYTES + op);
}

/* Tells who writes, as its journal entry says it. */
static enum gd_rc refuse(struct gd_ledger *ledger, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_HOLDER_GET, err);
    char since[GD_WHEN_MAX] = "";
    enum gd_rc rc = GD_REFUSED;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        gd_when_rfc3339(sqlite3_column_int64(stmt, 3), GD_ZONE_UTC, since);
        rc = gd_fail(err, GD_REFUSED, "wait for it, or pause it",
                     "operation %lld of %s (process %lld) has been writing for tenant %s since %s",
                     (long long)sqlite3_column_int64(stmt, 0), ledger_text(stmt, 2),
                     (long long)sqlite3_column_int64(stmt, 1), ledger->tenant, since);
    } else {
        rc = gd_fail(err, GD_REFUSED, "wait for it, or pause it",
                     "another operation is writing for tenant %s", ledger->tenant);
    }
    sqlite3_reset(stmt);
    return rc;
}

static enum gd_rc set_holder(struct gd_ledger *ledger, int64_t op, struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, SQL_HOLDER_SET, err);
    if (stmt == NULL) {
        rc = GD_IO;
    } else {
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
        sqlite3_bind_int64(stmt, 2, op);
        sqlite3_bind_int64(stmt, 3, getpid());
        ledger_bind_text(stmt, 4, gd_user_name());
        sqlite3_bind_int64(stmt, 5, gd_now());
        rc = ledger_run(ledger, stmt, "write to", err);
    }
    return ledger_leave(ledger, own, rc, err);
}

enum gd_rc gd_journal_lock(struct gd_ledger *ledger, int64_t op, struct gd_error *err)
{
    struct flock lock;
    enum gd_rc rc = open_lock(ledger, err);

    if (rc != GD_OK)
        return rc;
    if (ledger->writer != 0)
        return refuse(ledger, err); /* by an operation of this process */
    if (byte_lock(ledger, F_OFD_SETLK, F_WRLCK, (off_t)ledger->tenant_no, &lock) != 0) {
        if (errno == EAGAIN || errno == EACCES)
            return refuse(ledger, err);
        return gd_fail(err, GD_IO, "see to the file system of the ledger", "cannot lock %s-lock: %s",
                       ledger->path, strerror(errno));
    }
    ledger->writer = op;
    rc = set_holder(ledger, op, err);
    if (rc == GD_OK)
        rc = journal_hold(ledger, op, err);
    if (rc != GD_OK)
        gd_journal_unlock(ledger, op);
    return rc;
}

void gd_journal_unlock(struct gd_ledger *ledger, int64_t op)
{
    struct flock lock;

    if (ledger->writer == 0 || ledger->writer != op)
        return;
    ledger->writer = 0;
    (void)byte_lock(ledger, F_OFD_SETLK, F_UNLCK, (off_t)ledger->tenant_no, &lock);
}

void gd_journal_leave(struct gd_ledger *ledger, int64_t op)
{
    gd_journal_unlock(ledger, op);
    journal_release(ledger, op);
}

void gd_journal_writer(struct gd_ledger *ledger, int64_t *op, enum gd_op_kind *kind)
{
    sqlite3_stmt *stmt;

    *op = 0;
    *kind = GD_OP_UPDATE;
    if (!held(ledger, (off_t)ledger->tenant_no))
        return;
    stmt = ledger_stmt(ledger, SQL_HOLDER_KIND, NULL);
    if (stmt == NULL)
        return;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (sqlite3_step(stmt) == SQLITE_ROW) {
        *op = sqlite3_column_int64(stmt, 0);
        *kind = (enum gd_op_kind)journal_bounded(stmt, 1, GD_OP_VN);
    }
    sqlite3_reset(stmt);
}

enum gd_rc gd_journal_urgent_begin(struct gd_ledger *ledger, struct gd_error *err)
{
    struct flock lock;
    enum gd_rc rc = open_lock(ledger, err);

    if (rc == GD_OK && ledger->urgent == 0 &&
        byte_lock(ledger, F_OFD_SETLK, F_RDLCK, URGENT_BYTES + (off_t)ledger->tenant_no, &lock) != 0)
        rc = gd_fail(err, GD_IO, "see to the file system of the ledger", "cannot lock %s-lock: %s",
                     ledger->path, strerror(errno));
    if (rc == GD_OK)
        ledger->urgent++;
    return rc;
}

void gd_journal_urgent_end(struct gd_ledger *ledger)
{
    struct flock lock;

    if (ledger->urgent > 0 && --ledger->urgent == 0)
        (void)byte_lock(ledger, F_OFD_SETLK, F_UNLCK, URGENT_BYTES + (off_t)ledger->tenant_no, &lock);
}

bool gd_journal_urgent(struct gd_ledger *ledger)
{
    return ledger->urgent > 0 || held(ledger, URGENT_BYTES + (off_t)ledger->tenant_no);
}
