/* One sandbox: put together, taken apart, its clock and its dice. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sb.h"

#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "../when.h"
#include "greenvn.h"

int64_t sb_now(const struct sb *sb)
{
    return gd_now() + sb->clock_offset;
}

/* splitmix64; ids and PINs need not be secret here, only different from one run to the next. */
uint64_t sb_random(uint64_t limit)
{
    static uint64_t state;
    if (state == 0 && getrandom(&state, sizeof state, 0) != (ssize_t)sizeof state)
        state = (uint64_t)gd_now_ms();
    uint64_t x = state += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return (x ^ (x >> 31)) % limit;
}

void sb_random_text(char *out, size_t len, const char *alphabet)
{
    size_t letters = strlen(alphabet);
    for (size_t i = 0; i < len; i++)
        out[i] = alphabet[sb_random(letters)];
    out[len] = '\0';
}

void sb_uuid(char out[37])
{
    static const char hex[] = "0123456789abcdef";
    sb_random_text(out, 36, hex);
    out[8] = out[13] = out[18] = out[23] = '-';
    out[14] = '4';
    out[19] = hex[8 + sb_random(4)];
}

static int64_t top_seq(struct sb *sb)
{
    sqlite3_stmt *stmt = sb_sql(&sb->store, SB_SQL_TOP_SEQ, "");
    int64_t top = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW ? sqlite3_column_int64(stmt, 0) : 0;
    sb_sql_done(stmt);
    return top > sb->seed.count ? top : sb->seed.count;
}

enum gd_rc sb_open(struct sb *sb, const struct sb_options *opt, struct gd_error *err)
{
    memset(sb, 0, sizeof *sb);
    sb->opt = *opt;
    enum sb_dialect born = opt->dialect == SB_FLAT ? SB_FLAT : SB_PARTY;
    enum gd_rc rc = sb_store_open(&sb->store, opt->db, err);
    if (rc == GD_OK && opt->fail != NULL)
        rc = sb_faults_set(&sb->faults, opt->fail, err);
    if (rc == GD_OK)
        rc = sb_pool_open(&sb->pool, opt->vn_pool, err);
    if (rc == GD_OK)
        rc = sb_seed_open(&sb->seed, &sb->store, opt->seed, opt->seed_value, sb_now(sb), born, err);
    if (rc == GD_OK) {
        sb->next_seq = top_seq(sb) + 1;
        rc = sb_greenvn_seed(sb, opt->seed_vn, err);
    }
    if (rc != GD_OK)
        sb_close(sb);
    return rc;
}

void sb_close(struct sb *sb)
{
    sb_history_clear(&sb->history);
    sb_seed_close(&sb->seed);
    sb_pool_close(&sb->pool);
    sb_store_close(&sb->store);
}
