/* The ledger: opening, transactions, and what is known of allocations. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ledger.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "index.h"
#include "ledger_i.h"
#include "mem.h"
#include "when.h"

#define BUSY_MS 10000 /* how long a write waits for another program's */

/* Untrusted files cannot run SQL; what is deleted is overwritten; each commit is on the disk. */
#define CONNECTION                                                                                           \
    "PRAGMA trusted_schema = OFF; PRAGMA secure_delete = ON; PRAGMA synchronous = FULL;"                     \
    "PRAGMA cache_size = -6000; PRAGMA mmap_size = 0; PRAGMA temp_store = MEMORY;"                           \
    "PRAGMA journal_size_limit = 16777216; PRAGMA cell_size_check = ON"

/* ---- opening ---- */

/* Makes the folders that are missing above path, for the owner alone. */
static enum gd_rc make_folders(const char *path, struct gd_error *err)
{
    char *copy = gd_strdup(path);
    enum gd_rc rc = GD_OK;

    if (copy == NULL)
        return gd_fail_memory(err);
    for (char *at = copy; rc == GD_OK && (at = strchr(at + 1, '/')) != NULL; *at = '/') {
        *at = '\0';
        if (mkdir(copy, 0700) != 0 && errno != EEXIST && errno != EISDIR && access(copy, X_OK) != 0)
            rc = gd_fail(err, GD_IO, "name another path with ledger = in the profile",
                         "cannot make the folder %s: %s", copy, strerror(errno));
    }
    gd_free(copy);
    return rc;
}

/* Makes the file before SQLite does, so that nobody else can ever read it; SQLite gives its log the same
 * mode. A file that stands is not opened here: closing it would drop this process's other locks on it. */
static enum gd_rc make_file(const char *path, struct gd_error *err)
{
    struct stat st;
    int fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return GD_OK;
    }
    if (errno != EEXIST || stat(path, &st) != 0)
        return gd_fail(err, GD_IO, "see to the folder, or name another path with ledger = in the profile",
                       "cannot make the ledger %s: %s", path, strerror(errno));
    if (!S_ISREG(st.st_mode))
        return gd_fail(err, GD_IO, "name another path with ledger = in the profile",
                       "the ledger %s is no regular file", path);
    if ((st.st_mode & 077) != 0 && chmod(path, 0600) != 0)
        return gd_fail(err, GD_IO, "chmod it to 600, or name another path with ledger = in the profile",
                       "others can read the ledger %s: %s", path, strerror(errno));
    return GD_OK;
}

static enum gd_rc connect_file(struct gd_ledger *ledger, struct gd_error *err)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;

    if (sqlite3_open_v2(ledger->path, &ledger->db, flags, NULL) != SQLITE_OK)
        return ledger->db != NULL ? ledger_fail(ledger, err, "open") : gd_fail_memory(err);
    sqlite3_busy_timeout(ledger->db, BUSY_MS);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
    sqlite3_db_config(ledger->db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
    return ledger_exec(ledger, CONNECTION, "open", err);
}

enum gd_rc gd_ledger_open(const char *path, const char *tenant, struct gd_ledger **out, struct gd_error *err)
{
    struct gd_ledger *ledger = gd_calloc(1, sizeof *ledger);
    enum gd_rc rc;

    *out = NULL;
    if (ledger == NULL)
        return gd_fail_memory(err);
    ledger->lock_fd = -1;
    ledger->path = gd_strdup(path);
    ledger->tenant = gd_strdup(tenant);
    rc = ledger->path != NULL && ledger->tenant != NULL ? GD_OK : gd_fail_memory(err);
    if (rc == GD_OK)
        rc = make_folders(path, err);
    if (rc == GD_OK)
        rc = make_file(path, err);
    if (rc == GD_OK)
        rc = connect_file(ledger, err);
    if (rc == GD_OK)
        rc = index_new(&ledger->index, err);
    if (rc == GD_OK)
        rc = ledger_schema(ledger, err);
    if (rc == GD_OK)
        rc = ledger_row_prepare(ledger, err);
    if (rc == GD_OK)
        *out = ledger;
    else
        gd_ledger_close(&ledger);
    return rc;
}

void gd_ledger_close(struct gd_ledger **out)
{
    struct gd_ledger *ledger = *out;

    *out = NULL;
    if (ledger == NULL)
        return;
    gd_ledger_rollback(ledger);
    index_free(&ledger->index);
    for (int i = 0; i < SQL__COUNT; i++)
        sqlite3_finalize(ledger->sql[i]);
    sqlite3_finalize(ledger->by_id);
    sqlite3_finalize(ledger->by_row);
    sqlite3_finalize(ledger->insert);
    sqlite3_finalize(ledger->update);
    sqlite3_close(ledger->db);
    if (ledger->lock_fd >= 0)
        close(ledger->lock_fd);
    gd_free(ledger->path);
    gd_free(ledger->tenant);
    gd_free(ledger);
}

const char *gd_ledger_path(const struct gd_ledger *ledger)
{
    return ledger->path;
}

const char *gd_ledger_tenant(const struct gd_ledger *ledger)
{
    return ledger->tenant;
}

/* ---- transactions ---- */

static enum gd_rc begin(struct gd_ledger *ledger, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_BEGIN, err);
    enum gd_rc rc = stmt != NULL ? ledger_run(ledger, stmt, "write to", err) : GD_IO;

    ledger->in_tx = rc == GD_OK;
    ledger->touched = ledger->forgot = false;
    ledger->more = 0;
    return rc;
}

/* From the end of a transaction of readings on, commits wait for the disk again. */
static bool end_lazy(struct gd_ledger *ledger)
{
    if (ledger->lazy && sqlite3_exec(ledger->db, "PRAGMA synchronous = FULL", NULL, NULL, NULL) == SQLITE_OK)
        ledger->lazy = false;
    return !ledger->lazy;
}

enum gd_rc gd_ledger_begin(struct gd_ledger *ledger, struct gd_error *err)
{
    if (!end_lazy(ledger))
        return gd_fail(err, GD_IO, "see to the disk and try again", "the ledger %s cannot be written durably",
                       ledger->path);
    return begin(ledger, err);
}

enum gd_rc gd_ledger_begin_readings(struct gd_ledger *ledger, struct gd_error *err)
{
    ledger->lazy = sqlite3_exec(ledger->db, "PRAGMA synchronous = NORMAL", NULL, NULL, NULL) == SQLITE_OK;
    return begin(ledger, err);
}

void gd_ledger_view_begin(struct gd_ledger *ledger)
{
    if (sqlite3_get_autocommit(ledger->db))
        sqlite3_exec(ledger->db, "BEGIN DEFERRED", NULL, NULL,
                     NULL); /* without it each reading stands alone */
}

void gd_ledger_view_end(struct gd_ledger *ledger)
{
    if (!ledger->in_tx && !sqlite3_get_autocommit(ledger->db))
        sqlite3_exec(ledger->db, "COMMIT", NULL, NULL, NULL);
}

/* Counts what this transaction did to the tenant's allocations. */
static enum gd_rc touch(struct gd_ledger *ledger, struct gd_error *err)
{
    sqlite3_stmt *stmt;

    if (!ledger->touched)
        return GD_OK;
    stmt = ledger_stmt(ledger, SQL_TOUCH, err);
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    sqlite3_bind_int64(stmt, 2, ledger->more);
    return ledger_run(ledger, stmt, "write to", err);
}

enum gd_rc gd_ledger_commit(struct gd_ledger *ledger, struct gd_error *err)
{
    sqlite3_stmt *stmt;
    bool forgot = ledger->forgot;
    enum gd_rc rc;

    if (sqlite3_get_autocommit(ledger->db)) {
        ledger->in_tx = false;
        return gd_fail(err, GD_IO, "see to the disk and try again",
                       "the ledger %s took nothing of it: an earlier write had failed", ledger->path);
    }
    rc = index_commit(ledger, err);
    if (rc == GD_OK)
        rc = touch(ledger, err);
    stmt = rc == GD_OK ? ledger_stmt(ledger, SQL_COMMIT, err) : NULL;
    if (rc == GD_OK)
        rc = stmt != NULL ? ledger_run(ledger, stmt, "write to", err) : GD_IO;
    if (rc != GD_OK) {
        gd_ledger_rollback(ledger);
        return rc;
    }
    ledger->in_tx = false;
    end_lazy(ledger);
    if (ledger->touched)
        ledger->version++;
    ledger->touched = false;
    ledger->more = 0;
    index_rollback(ledger); /* what it gathered is written */
    if (forgot) /* the log still holds what was forgotten: fold it in and cut it, unless a reader holds it */
        sqlite3_wal_checkpoint_v2(ledger->db, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
    return GD_OK;
}

void gd_ledger_rollback(struct gd_ledger *ledger)
{
    if (ledger->db != NULL && !sqlite3_get_autocommit(ledger->db))
        sqlite3_exec(ledger->db, "ROLLBACK", NULL, NULL, NULL);
    ledger->in_tx = ledger->touched = ledger->forgot = false;
    ledger->more = 0;
    if (ledger->index != NULL)
        index_rollback(ledger);
    end_lazy(ledger);
}

enum gd_rc ledger_enter(struct gd_ledger *ledger, bool *own, struct gd_error *err)
{
    *own = !ledger->in_tx;
    return *own ? gd_ledger_begin(ledger, err) : GD_OK;
}

enum gd_rc ledger_leave(struct gd_ledger *ledger, bool own, enum gd_rc rc, struct gd_error *err)
{
    if (!own)
        return rc;
    if (rc == GD_OK)
        return gd_ledger_commit(ledger, err);
    gd_ledger_rollback(ledger);
    return rc;
}

/* ---- allocations ---- */

/* Lays a newer reading over what is known: what it does not hold stays. Both are borrowed. */
static void lay_over(struct gd_alloc *known, const struct gd_alloc *reading)
{
    for (int f = 0; f < GD_F__COUNT; f++)
        if (reading->v[f] != NULL)
            known->v[f] = reading->v[f];
    known->kind = reading->kind;
    known->dialect = reading->dialect;
    if (reading->state != GD_UNKNOWN || reading->state_raw != NULL) {
        known->state = reading->state;
        known->state_raw = reading->state_raw;
    }
    if (reading->ends_at != 0 || reading->ends_raw != NULL) {
        known->ends_at = reading->ends_at;
        known->ends_raw = reading->ends_raw;
    }
    if (reading->created_at != 0)
        known->created_at = reading->created_at;
    if (reading->call_count >= 0)
        known->call_count = reading->call_count;
    if (reading->source != NULL)
        known->source = reading->source;
    known->read_at = reading->read_at;
}

static enum gd_rc put_raw(struct gd_ledger *ledger, int64_t row, const char *raw, struct gd_error *err)
{
    sqlite3_stmt *stmt = raw != NULL ? ledger_stmt(ledger, SQL_RAW_SET, err) : NULL;

    if (raw == NULL)
        return GD_OK;
    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, row);
    ledger_bind_text(stmt, 2, raw);
    return ledger_run(ledger, stmt, "write to", err);
}

static enum gd_rc put_new(struct gd_ledger *ledger, struct gd_alloc *alloc, struct gd_error *err)
{
    struct gd_alloc made = *alloc; /* borrowed */
    enum gd_rc rc;

    made.row = 0;
    made.first_seen = gd_now();
    made.changed_op = journal_changed(ledger, alloc->v[GD_F_ID]);
    rc = ledger_row_write(ledger, &made, err);
    if (rc != GD_OK)
        return rc;
    alloc->row = made.row;
    alloc->first_seen = made.first_seen;
    ledger->more++;
    rc = index_added(ledger, &made, err);
    return rc == GD_OK ? put_raw(ledger, made.row, alloc->raw, err) : rc;
}

static enum gd_rc put_changed(struct gd_ledger *ledger, const struct gd_alloc *before, struct gd_alloc *after,
                              struct gd_error *err)
{
    enum gd_rc rc = ledger_row_write(ledger, after, err);

    ledger->touched = true;
    return rc == GD_OK ? index_changed(ledger, before, after, err) : rc;
}

/* Whether it holds anything beside its id. */
static bool holds_more(const struct gd_alloc *alloc)
{
    for (int f = 0; f < GD_F__COUNT; f++)
        if (f != GD_F_ID && alloc->v[f] != NULL)
            return true;
    return alloc->state != GD_UNKNOWN || alloc->ends_at != 0;
}

static enum gd_rc put(struct gd_ledger *ledger, struct gd_alloc *alloc, bool *fresh, struct gd_error *err)
{
    struct gd_alloc known;
    bool found = false;
    enum gd_rc rc = ledger_row_by_id(ledger, alloc->v[GD_F_ID], &known, &found, err);

    if (rc == GD_OK && !found) {
        ledger->touched = *fresh = true;
        rc = put_new(ledger, alloc, err);
    } else if (rc == GD_OK) {
        alloc->row = known.row;
        alloc->first_seen = known.first_seen;
        if (alloc->read_at >= known.read_at && (alloc->read_at != 0 || holds_more(alloc))) {
            struct gd_alloc before = known;

            lay_over(&known, alloc);
            rc = put_changed(ledger, &before, &known, err);
            if (rc == GD_OK)
                rc = put_raw(ledger, known.row, alloc->raw, err);
        }
    }
    sqlite3_reset(ledger->by_id); /* known borrowed from it */
    return rc;
}

enum gd_rc gd_ledger_put(struct gd_ledger *ledger, struct gd_alloc *alloc, bool *fresh, struct gd_error *err)
{
    bool own = false, made = false;
    enum gd_rc rc;

    if (alloc->v[GD_F_ID] == NULL || alloc->v[GD_F_ID][0] == '\0')
        return gd_fail(err, GD_INPUT, "give it the id that the service gave", "an allocation without an id");
    rc = ledger_enter(ledger, &own, err);
    if (rc != GD_OK)
        return rc;
    rc = ledger_leave(ledger, own, put(ledger, alloc, &made, err), err);
    if (fresh != NULL)
        *fresh = rc == GD_OK && made;
    return rc;
}

enum gd_rc gd_ledger_gone(struct gd_ledger *ledger, const char *id, const char *source, int64_t when,
                          struct gd_error *err)
{
    struct gd_alloc known;
    bool found = false, own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    rc = ledger_row_by_id(ledger, id, &known, &found, err);
    if (rc == GD_OK && found && when >= known.read_at) {
        struct gd_alloc before = known;

        known.state = GD_DEALLOCATED;
        known.source = (char *)(uintptr_t)source; /* borrowed by known, not changed */
        known.read_at = when;
        rc = put_changed(ledger, &before, &known, err);
    }
    sqlite3_reset(ledger->by_id);
    return ledger_leave(ledger, own, rc, err);
}

enum gd_rc ledger_changed(struct gd_ledger *ledger, const char *id, int64_t op, struct gd_error *err)
{
    struct gd_alloc known;
    bool found = false;
    enum gd_rc rc = ledger_row_by_id(ledger, id, &known, &found, err);

    if (rc == GD_OK && found) {
        struct gd_alloc before = known;

        known.changed_op = op;
        rc = put_changed(ledger, &before, &known, err);
    }
    sqlite3_reset(ledger->by_id);
    return rc;
}

static enum gd_rc get_raw(struct gd_ledger *ledger, struct gd_alloc *alloc, struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_RAW_GET, err);
    bool failed = false;
    int step;

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, alloc->row);
    step = sqlite3_step(stmt);
    if (step == SQLITE_ROW)
        alloc->raw = ledger_text_dup(stmt, 0, &failed);
    sqlite3_reset(stmt);
    if (failed)
        return gd_fail_memory(err);
    return step == SQLITE_ROW || step == SQLITE_DONE ? GD_OK : ledger_fail(ledger, err, "read");
}

enum gd_rc gd_ledger_get(struct gd_ledger *ledger, const char *id, struct gd_alloc *alloc, bool *found,
                         struct gd_error *err)
{
    struct gd_alloc known;
    enum gd_rc rc;

    *alloc = (struct gd_alloc){.call_count = -1};
    rc = ledger_row_by_id(ledger, id, &known, found, err);
    if (rc == GD_OK && *found)
        rc = gd_alloc_copy(alloc, &known, err);
    sqlite3_reset(ledger->by_id);
    if (rc == GD_OK && *found)
        rc = get_raw(ledger, alloc, err);
    if (rc != GD_OK)
        gd_alloc_clear(alloc);
    return rc;
}

static enum gd_rc drop(struct gd_ledger *ledger, enum ledger_sql which, int64_t key, const char *id,
                       struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, which, err);

    if (stmt == NULL)
        return GD_IO;
    sqlite3_bind_int64(stmt, 1, key);
    if (id != NULL)
        ledger_bind_text(stmt, 2, id);
    return ledger_run(ledger, stmt, "write to", err);
}

/* Takes out the row itself; known is borrowed from by_id. */
static enum gd_rc forget_row(struct gd_ledger *ledger, const struct gd_alloc *known, struct gd_error *err)
{
    int64_t row = known->row;
    enum gd_rc rc = index_removed(ledger, known, err);

    sqlite3_reset(ledger->by_id);
    if (rc == GD_OK)
        rc = drop(ledger, SQL_RAW_DROP, row, NULL, err);
    if (rc == GD_OK)
        rc = drop(ledger, SQL_ALLOC_DROP, row, NULL, err);
    ledger->touched = true;
    ledger->more--;
    return rc;
}

enum gd_rc gd_ledger_forget(struct gd_ledger *ledger, const char *id, bool *found, struct gd_error *err)
{
    struct gd_alloc known;
    bool own = false;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    *found = false;
    if (rc != GD_OK)
        return rc;
    rc = journal_forget(ledger, id, err);
    if (rc == GD_OK)
        rc = drop(ledger, SQL_EVENTS_DROP, ledger->tenant_no, id, err);
    if (rc == GD_OK)
        rc = drop(ledger, SQL_STAGED_DROP, ledger->tenant_no, id, err);
    if (rc == GD_OK)
        rc = ledger_row_by_id(ledger, id, &known, found, err);
    if (rc == GD_OK && *found)
        rc = forget_row(ledger, &known, err);
    sqlite3_reset(ledger->by_id);
    ledger->forgot = true;
    return ledger_leave(ledger, own, rc, err);
}

/* ---- numbers about all ---- */

/* The tenant's one integer that the statement gives. */
static enum gd_rc tenant_number(struct gd_ledger *ledger, enum ledger_sql which, int64_t *out,
                                struct gd_error *err)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, which, err);
    enum gd_rc rc = GD_OK;

    if (stmt == NULL)
        return GD_IO;
    if (sqlite3_bind_parameter_count(stmt) > 0)
        sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        *out = sqlite3_column_int64(stmt, 0);
    else
        rc = ledger_fail(ledger, err, "read");
    sqlite3_reset(stmt);
    return rc;
}

enum gd_rc gd_ledger_count(struct gd_ledger *ledger, int64_t *n, struct gd_error *err)
{
    enum gd_rc rc = tenant_number(ledger, SQL_COUNT, n, err);

    *n += ledger->more;
    return rc;
}

enum gd_rc ledger_changes(struct gd_ledger *ledger, int64_t *n, struct gd_error *err)
{
    return tenant_number(ledger, SQL_CHANGES, n, err);
}

int64_t gd_ledger_version(struct gd_ledger *ledger)
{
    int64_t data = 0, changes = 0;

    /* data_version moves when another connection commits anything; only then are the changes looked up. */
    if (tenant_number(ledger, SQL_DATA_VERSION, &data, NULL) == GD_OK &&
        (data != ledger->data_version || ledger->version == 0) &&
        tenant_number(ledger, SQL_CHANGES, &changes, NULL) == GD_OK) {
        ledger->data_version = data;
        ledger->version = changes + 1;
    }
    return ledger->version;
}

/* ---- facts ---- */

enum gd_rc gd_ledger_fact_set(struct gd_ledger *ledger, const char *key, const char *value,
                              struct gd_error *err)
{
    bool own = false;
    sqlite3_stmt *stmt;
    enum gd_rc rc = ledger_enter(ledger, &own, err);

    if (rc != GD_OK)
        return rc;
    stmt = ledger_stmt(ledger, value != NULL ? SQL_FACT_SET : SQL_FACT_DROP, err);
    if (stmt == NULL)
        return ledger_leave(ledger, own, GD_IO, err);
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, key);
    if (value != NULL)
        ledger_bind_text(stmt, 3, value);
    rc = ledger_run(ledger, stmt, "write to", err);
    return ledger_leave(ledger, own, rc, err);
}

char *gd_ledger_fact(struct gd_ledger *ledger, const char *key)
{
    sqlite3_stmt *stmt = ledger_stmt(ledger, SQL_FACT_GET, NULL);
    bool failed = false;
    char *value = NULL;

    if (stmt == NULL)
        return NULL;
    sqlite3_bind_int64(stmt, 1, ledger->tenant_no);
    ledger_bind_text(stmt, 2, key);
    if (sqlite3_step(stmt) == SQLITE_ROW)
        value = ledger_text_dup(stmt, 0, &failed);
    sqlite3_reset(stmt);
    return value;
}
