/* The ledger: opening, readings old and new, counts, forgetting, other files, two openings of one file. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/ledger.h"

#include <fcntl.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../api/mem.h"
#include "../../api/when.h"
#include "store.h"
#include "tap.h"

/* The allocation's field, or "(none)" where it is unknown. */
static const char *field(struct gd_ledger *ledger, const char *id, enum gd_field which)
{
    static char text[200];
    struct gd_alloc alloc;
    struct gd_error err = {0};
    bool found;

    if (gd_ledger_get(ledger, id, &alloc, &found, &err) != GD_OK)
        bail_out("%s", err.what);
    snprintf(text, sizeof text, "%s",
             !found                   ? "(none)"
             : alloc.v[which] != NULL ? alloc.v[which]
                                      : "(absent)");
    gd_alloc_clear(&alloc);
    return text;
}

static int64_t count(struct gd_ledger *ledger)
{
    struct gd_error err = {0};
    int64_t n = -1;

    if (gd_ledger_count(ledger, &n, &err) != GD_OK)
        bail_out("%s", err.what);
    return n;
}

static int mode(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 ? (int)(st.st_mode & 0777) : -1;
}

static void test_opening(void)
{
    struct gd_ledger *ledger;
    struct gd_error err = {0};
    mode_t old = umask(0);

    is_int(gd_ledger_open(store_path("a/b/ledger.db"), "acme", &ledger, &err), GD_OK, "makes its folders");
    is_int(mode(store_path("a/b/ledger.db")), 0600, "the file is the owner's alone, whatever the umask");
    is_int(mode(store_path("a/b")), 0700, "so is its folder");
    is_int(mode(store_path("a")), 0700, "and the one above");
    is_str(gd_ledger_tenant(ledger), "acme", "it knows its tenant");
    store_put(ledger, "id=gp-1");
    is_int(mode(store_path("a/b/ledger.db-wal")), 0600, "the log is the owner's alone");
    gd_ledger_close(&ledger);
    ok(ledger == NULL, "closing sets the pointer to NULL");
    chmod(store_path("a/b/ledger.db"), 0644);
    is_int(gd_ledger_open(store_path("a/b/ledger.db"), "acme", &ledger, &err), GD_OK, "opens it again");
    is_int(mode(store_path("a/b/ledger.db")), 0600, "and closes it to others");
    is_int(count(ledger), 1, "the row is still there");
    gd_ledger_close(&ledger);
    umask(old);
}

/* Writes bytes as a file. */
static void write_file(const char *name, const void *bytes, size_t len)
{
    int fd = open(store_path(name), O_WRONLY | O_CREAT | O_TRUNC, 0600);

    if (fd < 0 || write(fd, bytes, len) != (ssize_t)len || close(fd) != 0)
        bail_out("cannot write %s", name);
}

static void sql(const char *name, const char *text)
{
    sqlite3 *db;

    if (sqlite3_open(store_path(name), &db) != SQLITE_OK ||
        sqlite3_exec(db, text, NULL, NULL, NULL) != SQLITE_OK)
        bail_out("%s: %s", text, sqlite3_errmsg(db));
    sqlite3_close(db);
}

static bool same_bytes(const char *name, const void *bytes, size_t len)
{
    static char read_back[65536];
    int fd = open(store_path(name), O_RDONLY);
    ssize_t n = read(fd, read_back, sizeof read_back);

    close(fd);
    return n == (ssize_t)len && memcmp(read_back, bytes, len) == 0;
}

static void refuses(const char *name, const char *why)
{
    struct gd_ledger *ledger;
    struct gd_error err = {0};

    is_int(gd_ledger_open(store_path(name), "acme", &ledger, &err), GD_IO, "%s is refused", name);
    has_str(err.what, why, "and says why");
    has_str(err.what, name, "and which file");
    ok(ledger == NULL && err.advice[0] != '\0', "and what to do");
}

static void test_other_files(void)
{
    char text[5000];

    memset(text, 'x', sizeof text);
    write_file("text", text, sizeof text);
    refuses("text", "not a database");
    ok(same_bytes("text", text, sizeof text), "it was left as it is");
    sql("foreign.db", "CREATE TABLE t (x)");
    refuses("foreign.db", "another program");
    sql("named.db", "PRAGMA application_id = 77");
    refuses("named.db", "another program");
    gd_ledger_close(&(struct gd_ledger *){store_open("newer.db", "acme")});
    sql("newer.db", "PRAGMA user_version = 999");
    refuses("newer.db", "newer greendesk");
    mkdir(store_path("folder"), 0700);
    refuses("folder", "no regular file");
    write_file("half.db", "SQLite format 3", 16);
    refuses("half.db", "not a database");
}

static void test_readings(void)
{
    struct gd_ledger *ledger = store_open("readings.db", "acme");
    struct gd_alloc alloc =
        store_alloc("id=gp-1;a.numbers=+919876546144;usage=oneway;state=active;raw={\"x\":1}");
    struct gd_error err = {0};
    bool fresh = false, found;
    int64_t row, version;

    is_int(gd_ledger_put(ledger, &alloc, &fresh, &err), GD_OK, "keeps a reading");
    ok(fresh && alloc.row > 0, "it is new and has a row");
    row = alloc.row;
    gd_alloc_clear(&alloc);
    version = gd_ledger_version(ledger);

    store_put(ledger, "id=gp-1;usage=twoway;read=1789999999");
    is_str(field(ledger, "gp-1", GD_F_USAGE), "oneway", "an older reading changes nothing");
    is_int(gd_ledger_version(ledger), version, "and the version stays");
    store_put(ledger, "id=gp-1;usage=twoway;read=0");
    is_str(field(ledger, "gp-1", GD_F_USAGE), "oneway", "an id without a reading changes nothing");
    is_int(store_put(ledger, "id=gp-1;usage=twoway;read=1790000000"), row, "a newer one keeps the row");
    is_str(field(ledger, "gp-1", GD_F_USAGE), "twoway", "a newer one is kept");
    is_str(field(ledger, "gp-1", GD_F_A_NUMBERS), "+919876546144", "what it does not hold stays");
    ok(gd_ledger_version(ledger) != version, "the version moved");
    is_int(gd_ledger_get(ledger, "gp-1", &alloc, &found, &err), GD_OK, "reads it");
    is_str(alloc.raw, "{\"x\":1}", "with its raw answer");
    is_int(alloc.state, GD_ACTIVE, "an unknown state leaves the known one");
    is_int(alloc.first_seen, STORE_NOW, "and when it was first seen");
    gd_alloc_clear(&alloc);
    is_int(gd_ledger_get(ledger, "gp-2", &alloc, &found, &err), GD_OK, "an unknown id is no error");
    ok(!found, "but is not found");
    store_put(ledger, "id=gp-3;read=0");
    is_int(count(ledger), 2, "an id without a reading makes a row");

    is_int(gd_ledger_gone(ledger, "gp-1", "event", STORE_NOW + 5, &err), GD_OK, "marks it deallocated");
    is_int(gd_ledger_gone(ledger, "gp-9", "event", STORE_NOW + 5, &err), GD_OK, "unknown ids are no error");
    store_put(ledger, "id=gp-1;state=active;read=1790000004");
    is_int(gd_ledger_get(ledger, "gp-1", &alloc, &found, &err), GD_OK, "reads it");
    is_int(alloc.state, GD_DEALLOCATED, "a reading from before does not bring it back");
    is_str(alloc.source, "event", "the source says by what");
    gd_alloc_clear(&alloc);
    alloc = store_alloc("usage=oneway");
    is_int(gd_ledger_put(ledger, &alloc, NULL, &err), GD_INPUT, "an allocation needs an id");
    gd_alloc_clear(&alloc);
    gd_ledger_close(&ledger);
}

static void test_transactions(void)
{
    struct gd_ledger *ledger = store_open("tx.db", "acme"), *other = store_open("tx.db", "acme");
    struct gd_ledger *tenant = store_open("tx.db", "umbrella");
    struct gd_error err = {0};
    int64_t version = gd_ledger_version(other);

    is_int(gd_ledger_begin(ledger, &err), GD_OK, "begins");
    store_put(ledger, "id=gp-1");
    store_put(ledger, "id=gp-2");
    is_int(count(ledger), 2, "it counts its own");
    is_int(count(other), 0, "another process sees nothing yet");
    is_int(gd_ledger_version(other), version, "nor a new version");
    is_int(gd_ledger_commit(ledger, &err), GD_OK, "commits");
    is_int(count(other), 2, "the other sees both");
    ok(gd_ledger_version(other) != version, "and a new version");
    is_int(gd_ledger_version(other), gd_ledger_version(ledger), "the same one");
    is_int(count(tenant), 0, "another tenant sees none of it");
    is_str(field(tenant, "gp-1", GD_F_ID), "(none)", "not by id either");
    store_put(tenant, "id=gp-1;usage=oneway");
    is_str(field(ledger, "gp-1", GD_F_USAGE), "(absent)", "the same id is two things in two tenants");

    is_int(gd_ledger_begin(ledger, &err), GD_OK, "begins");
    store_put(ledger, "id=gp-3");
    gd_ledger_rollback(ledger);
    is_int(count(ledger), 2, "a rollback takes it back");
    version = gd_ledger_version(ledger);
    is_int(gd_ledger_fact_set(ledger, "dialect", "flat", &err), GD_OK, "keeps a fact");
    is_int(gd_ledger_version(other), version, "which is no change of allocations");
    is_int(gd_ledger_fact_set(other, "dialect", "party", &err), GD_OK, "and changes it from elsewhere");
    char *fact = gd_ledger_fact(ledger, "dialect");
    is_str(fact, "party", "the last one stands");
    gd_free(fact);
    ok(gd_ledger_fact(tenant, "dialect") == NULL, "facts are the tenant's");
    is_int(gd_ledger_fact_set(other, "dialect", NULL, &err), GD_OK, "NULL takes it away");
    ok(gd_ledger_fact(ledger, "dialect") == NULL, "and it is gone");
    gd_ledger_close(&ledger);
    gd_ledger_close(&other);
    gd_ledger_close(&tenant);
}

/* Whether the bytes stand anywhere in the ledger's files. */
static bool on_disk(const char *name, const char *bytes)
{
    static const char *const ends[] = {"", "-wal", "-shm"};
    static char all[4 << 20];
    char path[300];
    bool yes = false;

    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        FILE *file;
        size_t n;

        snprintf(path, sizeof path, "%s%s", name, ends[i]);
        file = fopen(store_path(path), "rb");
        if (file == NULL)
            continue;
        n = fread(all, 1, sizeof all, file);
        yes = yes || memmem(all, n, bytes, strlen(bytes)) != NULL;
        fclose(file);
    }
    return yes;
}

static void test_forget(void)
{
    struct gd_ledger *ledger = store_open("forget.db", "acme");
    struct gd_error err = {0};
    char text[100];
    bool found;

    for (int i = 0; i < 300; i++) {
        snprintf(text, sizeof text, "id=gp-%03d;b.numbers=+91987650%04d;raw={\"n\":\"raw-%03d\"}", i, i, i);
        store_put(ledger, text);
    }
    store_put(ledger,
              "id=gp-007;b.numbers=+911111111111;read=1790000001"); /* the old number is no more known */
    ok(on_disk("forget.db", "+919876500008"), "the number is on the disk");
    is_int(gd_ledger_forget(ledger, "gp-008", &found, &err), GD_OK, "forgets");
    ok(found, "it was known");
    is_int(gd_ledger_forget(ledger, "gp-007", &found, &err), GD_OK, "forgets one that was changed");
    is_int(gd_ledger_forget(ledger, "gp-008", &found, &err), GD_OK, "forgetting twice is no error");
    ok(!found, "it is not known any more");
    is_int(count(ledger), 298, "the count follows");
    ok(!on_disk("forget.db", "+919876500008"), "no byte of the number is left");
    ok(!on_disk("forget.db", "raw-008"), "nor of the raw answer");
    ok(!on_disk("forget.db", "gp-008"), "nor of the id");
    ok(!on_disk("forget.db", "+919876500007"), "nor of a number from before a change");
    ok(!on_disk("forget.db", "+911111111111"), "nor of the one after it");
    ok(on_disk("forget.db", "+919876500009"), "the others are");
    gd_ledger_close(&ledger);
}

/* A file that may not grow: writing fails and says so, what was there stays. */
static void test_full_disk(void)
{
    struct gd_ledger *ledger = store_open("full.db", "acme");
    struct gd_error err = {0};
    struct rlimit old, small;
    struct gd_alloc alloc = store_alloc("id=gp-2");
    char big[60000];
    bool fresh;

    store_put(ledger, "id=gp-1");
    memset(big, 'x', sizeof big - 1);
    big[sizeof big - 1] = '\0';
    alloc.raw = gd_strdup(big);
    getrlimit(RLIMIT_FSIZE, &old);
    small = (struct rlimit){.rlim_cur = 40000, .rlim_max = old.rlim_max};
    setrlimit(RLIMIT_FSIZE, &small);
    is_int(gd_ledger_put(ledger, &alloc, &fresh, &err), GD_IO, "a write that does not fit fails");
    ok(!fresh, "nothing is new");
    has_str(err.what, "cannot write to the ledger", "it says what failed");
    setrlimit(RLIMIT_FSIZE, &old);
    is_int(count(ledger), 1, "what was there stays");
    err = (struct gd_error){0};
    is_int(gd_ledger_put(ledger, &alloc, &fresh, &err), GD_OK, "with room it goes on");
    is_int(count(ledger), 2, "and counts");
    gd_alloc_clear(&alloc);
    gd_ledger_close(&ledger);
}

int main(void)
{
    setenv("USER", "tester", 1);
    test_opening();
    test_other_files();
    test_readings();
    test_transactions();
    test_forget();
    signal(SIGXFSZ, SIG_IGN);
    test_full_disk();
    return done_testing();
}
