/* The sandbox's command line: one row per option feeds the reader and --help. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "options.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fault.h"

struct row {
    const char *name;
    const char *arg; /* NULL where it takes none */
    bool (*set)(struct sb_options *opt, const char *value);
    const char *help;
};

static bool whole(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end = NULL;
    errno = 0;
    long long value = strtoll(text, &end, 10);
    if (end == text || *end != '\0' || errno != 0 || value < min || value > max)
        return false;
    *out = value;
    return true;
}

static bool small(const char *text, int min, int max, int *out)
{
    int64_t value = 0;
    if (!whole(text, min, max, &value))
        return false;
    *out = (int)value;
    return true;
}

static bool one_of(const char *text, const char *const names[], size_t count, int *out)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, names[i]) == 0) {
            *out = (int)i;
            return true;
        }
    }
    return false;
}

static bool set_port(struct sb_options *opt, const char *value)
{
    return small(value, 0, 65535, &opt->port);
}

static bool set_bind(struct sb_options *opt, const char *value)
{
    opt->bind = value;
    return true;
}

static bool set_dialect(struct sb_options *opt, const char *value)
{
    static const char *const names[] = {"party", "flat", "both"};
    int at = 0;
    if (!one_of(value, names, 3, &at))
        return false;
    opt->dialect = (enum sb_dialect)at;
    return true;
}

static bool set_seed(struct sb_options *opt, const char *value)
{
    return whole(value, 0, 100000000, &opt->seed);
}

static bool set_seed_vn(struct sb_options *opt, const char *value)
{
    return whole(value, 0, 1000, &opt->seed_vn);
}

static bool set_seed_value(struct sb_options *opt, const char *value)
{
    return whole(value, 0, INT64_MAX, &opt->seed_value);
}

static bool set_latency(struct sb_options *opt, const char *value)
{
    return small(value, 0, 600000, &opt->latency_ms);
}

static bool set_bulk_limit(struct sb_options *opt, const char *value)
{
    return small(value, 1, 1000000, &opt->bulk_limit);
}

static bool set_body_limit(struct sb_options *opt, const char *value)
{
    return whole(value, 1024, (int64_t)1 << 30, &opt->body_limit);
}

static bool set_vn_pool(struct sb_options *opt, const char *value)
{
    return small(value, 1, 100000, &opt->vn_pool);
}

static bool set_db(struct sb_options *opt, const char *value)
{
    opt->db = value;
    return *value != '\0';
}

static bool set_tenant(struct sb_options *opt, const char *value)
{
    if (*value == '\0' || opt->tenant_count == SB_TENANTS_MAX)
        return false;
    opt->tenants[opt->tenant_count++] = value;
    return true;
}

static bool set_user(struct sb_options *opt, const char *value)
{
    opt->user = value;
    return true;
}

static bool set_token(struct sb_options *opt, const char *value)
{
    opt->token = value;
    return true;
}

static bool set_rate_limit(struct sb_options *opt, const char *value)
{
    return small(value, 1, 1000000, &opt->rate_limit);
}

static bool set_fail(struct sb_options *opt, const char *value)
{
    opt->fail = value;
    return true;
}

static bool set_gone(struct sb_options *opt, const char *value)
{
    static const char *const names[] = {"vault", "404", "410"};
    int at = 0;
    if (!one_of(value, names, 3, &at))
        return false;
    opt->gone = (enum sb_gone)at;
    return true;
}

static bool set_settings_get(struct sb_options *opt, const char *value)
{
    static const char *const names[] = {"off", "on"};
    int at = 0;
    if (!one_of(value, names, 2, &at))
        return false;
    opt->settings_get = at == 1;
    return true;
}

#define FLAG(member)                                                                                         \
    static bool flag_##member(struct sb_options *opt, const char *value)                                     \
    {                                                                                                        \
        (void)value;                                                                                         \
        opt->member = true;                                                                                  \
        return true;                                                                                         \
    }
FLAG(settings_odd)
FLAG(verbose)
FLAG(die_with_parent)
FLAG(stdin_guard)
FLAG(help)
FLAG(version)
#undef FLAG

static const struct row rows[] = {
    {"port", "N", set_port,
     "listen here; 0 (the default) takes a free one. The first line printed is the port"},
    {"bind", "ADDR", set_bind, "a loopback address (127.0.0.1)"},
    {"dialect", "WHICH", set_dialect, "party, flat or both (the default): what is understood and answered"},
    {"seed", "N", set_seed, "N GreenPin allocations gp-000001…, orders ORD-1001…, for any tenant"},
    {"seed-vn", "N", set_seed_vn, "N GreenVN allocations gvn-000001…"},
    {"seed-value", "N", set_seed_value, "another number makes other seeds; the same makes the same"},
    {"latency", "MS", set_latency, "every answer waits so long, after the request was applied"},
    {"bulk-limit", "N", set_bulk_limit,
     "rows of one bulk request (1000); more are refused with 413 and code 17"},
    {"body-limit", "BYTES", set_body_limit, "of one request (16777216); more is refused with 413"},
    {"vn-pool", "N", set_vn_pool, "numbers that GreenVN allocations are given from (440)"},
    {"db", "FILE", set_db, "keep everything in this SQLite file; else it is gone at the end"},
    {"tenant", "NAME", set_tenant, "can be repeated: only these exist; else every name does"},
    {"user", "U", set_user, "the Basic user that is let in; else any"},
    {"token", "T", set_token, "its password; else any but 'wrong'"},
    {"rate-limit", "N", set_rate_limit, "requests a second; more are answered 429"},
    {"fail", "KIND:RATE,...", set_fail,
     "faults: RATE with a point is a share (0.1), without one a count of requests"},
    {"gone", "HOW", set_gone, "GET of what is deallocated or expired: vault (the default), 404 or 410"},
    {"settings-get", "on|off", set_settings_get, "off: GET settings is answered 405"},
    {"settings-odd", NULL, flag_settings_odd,
     "settings answers leave keys out, hold numbers as text and unknown keys"},
    {"die-with-parent", NULL, flag_die_with_parent, "end when the starting process ends"},
    {"stdin-guard", NULL, flag_stdin_guard, "end when standard input is closed"},
    {"verbose", NULL, flag_verbose, "a line per request on standard error"},
    {"help", NULL, flag_help, "this text"},
    {"version", NULL, flag_version, "the version"},
};
static const size_t row_count = sizeof rows / sizeof rows[0];

static const struct row *row_find(const char *name, size_t len)
{
    for (size_t i = 0; i < row_count; i++) {
        if (strlen(rows[i].name) == len && memcmp(rows[i].name, name, len) == 0)
            return &rows[i];
    }
    return NULL;
}

/* Reads argv[*at], with its value from the same word or the next. */
static enum gd_rc read_one(int argc, char **argv, int *at, struct sb_options *out, struct gd_error *err)
{
    const char *word = argv[*at];
    const char *name = word + 2;
    size_t len = strcspn(name, "=");
    const struct row *row = strncmp(word, "--", 2) == 0 ? row_find(name, len) : NULL;
    if (row == NULL)
        return gd_fail(err, GD_INPUT, "see --help", "unknown option '%s'", word);
    const char *value = name[len] == '=' ? name + len + 1 : NULL;
    if (row->arg == NULL && value != NULL)
        return gd_fail(err, GD_INPUT, "see --help", "--%s takes no value", row->name);
    if (row->arg != NULL && value == NULL) {
        if (*at + 1 >= argc)
            return gd_fail(err, GD_INPUT, "see --help", "--%s needs a value: %s", row->name, row->arg);
        value = argv[++*at];
    }
    if (!row->set(out, value))
        return gd_fail(err, GD_INPUT, "see --help", "--%s cannot be '%s'", row->name, value);
    return GD_OK;
}

enum gd_rc sb_options_read(int argc, char **argv, struct sb_options *out, struct gd_error *err)
{
    *out = (struct sb_options){.bind = "127.0.0.1",
                               .dialect = SB_BOTH,
                               .bulk_limit = 1000,
                               .body_limit = (int64_t)16 << 20,
                               .vn_pool = 440,
                               .settings_get = true};
    for (int i = 1; i < argc; i++) {
        enum gd_rc rc = read_one(argc, argv, &i, out, err);
        if (rc != GD_OK)
            return rc;
    }
    if ((out->user == NULL) != (out->token == NULL))
        return gd_fail(err, GD_INPUT, "give both, or neither", "--user and --token go together");
    return GD_OK;
}

void sb_options_help(struct gd_buf *out)
{
    gd_buf_adds(out, "Usage: greendesk-sandbox [OPTIONS]\n"
                     "A server on loopback that behaves as ExoBridge Lead Assist does.\n\n");
    for (size_t i = 0; i < row_count; i++) {
        int used = 4 + (int)strlen(rows[i].name);
        gd_buf_addf(out, "  --%s %s", rows[i].name, rows[i].arg != NULL ? rows[i].arg : "");
        used += 1 + (rows[i].arg != NULL ? (int)strlen(rows[i].arg) : 0);
        gd_buf_addf(out, "%*s%s\n", used < 24 ? 24 - used : 1, "", rows[i].help);
    }
    gd_buf_adds(out,
                "\nKinds of faults; KIND@METHOD hits only GET, PUT, POST, DELETE, bulk or write requests:\n");
    sb_faults_help(out);
    gd_buf_adds(out,
                "\nBelow /_sandbox/, without credentials: GET stats[?ids=1], ids[?after=ID&limit=N&kind=K], "
                "config, requests;\nPOST fail {\"fail\":\"KIND:RATE\"}, expire {\"id\":…}, "
                "clock {\"offset\":seconds}.\n");
}
