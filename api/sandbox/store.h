/* The sandbox's SQLite store: one connection, statements prepared once, transactions, durable counters. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#ifndef SB_STORE_H
#define SB_STORE_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "../error.h"

enum sb_sql {
#define STATEMENT(name, text) SB_SQL_##name,
#include "statements.def"
#undef STATEMENT
    SB_SQL__COUNT
};

struct sb_store {
    sqlite3 *db;
    sqlite3_stmt *made[SB_SQL__COUNT];
};

/* Opens the file, or memory where path is NULL, and makes what tables are missing. GD_IO names file and
 * fault. */
GD_MUST_USE enum gd_rc sb_store_open(struct sb_store *store, const char *path, struct gd_error *err);
void sb_store_close(struct sb_store *store);

/* The statement, bound by types: t a text (NULL is null), i an int64_t, one each per argument. NULL on
 * failure. Rows are read with sqlite3_step; the next use of the same statement resets it. */
sqlite3_stmt *sb_sql(struct sb_store *store, enum sb_sql which, const char *types, ...);

/* Ends a statement whose rows were not all read. */
void sb_sql_done(sqlite3_stmt *stmt);

/* Runs a statement that gives no row; false on failure. */
#define sb_run(store, which, ...) sb_run_made(sb_sql((store), (which), __VA_ARGS__))
GD_MUST_USE bool sb_run_made(sqlite3_stmt *stmt);

/* Transactions; the end of one always leaves none open. sb_end commits where good holds, and says whether it
 * did. */
GD_MUST_USE bool sb_begin(struct sb_store *store);
GD_MUST_USE bool sb_end(struct sb_store *store, bool good);

/* Adds to a durable counter. */
GD_MUST_USE bool sb_count(struct sb_store *store, const char *name, int64_t by);

/* A number kept beside the tables; 0 where there is none. */
int64_t sb_meta_get(struct sb_store *store, const char *key);
GD_MUST_USE bool sb_meta_set(struct sb_store *store, const char *key, int64_t value);

#endif
