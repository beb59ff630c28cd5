/* A tenant's settings: checked by their types, kept by key, and read as what allocations obey. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "account.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../duration.h"
#include "../when.h"
#include "sb.h"

enum type { ENDPOINT, METHOD, HEADERS, FLOW, LENGTH, BOOL, COUNTRY, LIFE, ZONE, COOL, TEXT, JSON, REGION };

struct setting {
    const char *section, *key;
    enum type type;
    const char *fallback; /* JSON; NULL: not reported until set */
};

static const struct setting settings[] = {
#define SETTING(section, key, type, fallback) {section, key, type, fallback},
#include "setting_keys.def"
#undef SETTING
};
static const size_t setting_count = sizeof settings / sizeof settings[0];

static const struct setting *setting_find(const char *section, const char *key)
{
    for (size_t i = 0; i < setting_count; i++) {
        if (strcmp(settings[i].section, section) == 0 && strcmp(settings[i].key, key) == 0)
            return &settings[i];
    }
    return NULL;
}

static bool word_of(const char *text, const char *words)
{
    size_t len = strlen(text);
    if (len == 0 || strchr(text, ' ') != NULL)
        return false;
    for (const char *at = words; (at = strstr(at, text)) != NULL; at += len) {
        if ((at == words || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    }
    return false;
}

static bool capitals(const char *text)
{
    return strlen(text) == 2 && isupper((unsigned char)text[0]) && isupper((unsigned char)text[1]);
}

static bool is_json_object(const char *text, bool headers)
{
    json_t *inner = json_loads(text, 0, NULL);
    bool good = json_is_object(inner);
    const char *kind = json_string_value(json_object_get(inner, "content_type"));
    if (headers && good)
        good = kind != NULL && word_of(kind, "json application/json application/xml");
    json_decref(inner);
    return good;
}

static bool life(const char *text)
{
    int64_t seconds = 0;
    struct gd_error err = {0};
    return gd_duration_parse(text, &seconds, &err) == GD_OK && seconds != 0 && seconds <= GD_DURATION_MAX;
}

static bool text_fits(enum type type, const char *text)
{
    switch (type) {
    case METHOD:
        return word_of(text, "GET POST POST_XML POST_JSON");
    case HEADERS:
        return *text == '\0' || is_json_object(text, true);
    case JSON:
        return *text == '\0' || is_json_object(text, false);
    case FLOW:
        return strspn(text, "0123456789") == strlen(text);
    case BOOL:
        return word_of(text, "true false");
    case COUNTRY:
    case REGION:
        return capitals(text);
    case LIFE:
        return life(text);
    case ZONE:
        return word_of(text, "IST UTC");
    default:
        return true;
    }
}

static bool check_value(const struct setting *row, const json_t *value, struct sb_no *no)
{
    if (row->type == LENGTH || row->type == COOL) {
        json_int_t max = row->type == LENGTH ? 9 : 86400, min = row->type == LENGTH ? 1 : 0;
        if (json_is_integer(value) && json_integer_value(value) >= min && json_integer_value(value) <= max)
            return true;
        return sb_refuse(no, 5, "%s must be an integer from %d to %d", row->key, (int)min, (int)max);
    }
    if (!json_is_string(value))
        return sb_refuse(no, 5, "%s must be a text", row->key);
    if (text_fits(row->type, json_string_value(value)))
        return true;
    int code = row->type == REGION ? 15 : row->type == FLOW ? 50 : 5;
    return sb_refuse(no, code, "%s cannot be %.80s", row->key, json_string_value(value));
}

/* One of a callback's three comes with the other two. */
static bool check_three(const struct setting *row, const json_t *section, struct sb_no *no)
{
    if (row->type != ENDPOINT && row->type != METHOD && row->type != HEADERS)
        return true;
    const char *tail = strrchr(row->key, '_');
    static const char *const tails[] = {"_endpoint", "_method", "_headers"};
    for (int i = 0; i < 3; i++) {
        char key[120];
        snprintf(key, sizeof key, "%.*s%s", (int)(tail - row->key), row->key, tails[i]);
        if (json_object_get(section, key) == NULL)
            return sb_refuse(no, 3, "%s is missing beside %s", key, row->key);
    }
    return true;
}

static bool check_section(const char *name, json_t *section, struct sb_no *no)
{
    if (!json_is_object(section) || !word_of(name, "greenvn greenpin common"))
        return sb_refuse(no, 5, "%.80s is no section of settings", name);
    const char *key;
    json_t *value;
    json_object_foreach(section, key, value) {
        const struct setting *row = setting_find(name, key);
        if (row == NULL)
            return sb_refuse(no, 5, "there is no setting %.20s.%.80s", name, key);
        if (!check_value(row, value, no) || !check_three(row, section, no))
            return false;
    }
    return true;
}

bool sb_settings_check(const json_t *body, struct sb_no *no)
{
    if (!json_is_object(body))
        return sb_refuse(no, 5, "the body must be an object of sections");
    size_t keys = 0;
    const char *name;
    json_t *section;
    json_object_foreach((json_t *)body, name, section) {
        if (!check_section(name, section, no))
            return false;
        keys += json_object_size(section);
    }
    return keys > 0 || sb_refuse(no, 3, "there is no setting in the body");
}

bool sb_settings_store(struct sb *sb, const char *tenant, const json_t *body)
{
    const char *name, *key;
    json_t *section, *value;
    json_object_foreach((json_t *)body, name, section) {
        json_object_foreach(section, key, value) {
            char *text = json_dumps(value, JSON_ENCODE_ANY);
            bool good =
                text != NULL && sb_run(&sb->store, SB_SQL_SETTING_PUT, "tttt", tenant, name, key, text);
            free(text);
            if (!good)
                return false;
        }
    }
    sb->accounts.count = 0; /* all are read again */
    return true;
}

/* Appends the JSON of one setting; false where it has neither value nor default. */
static bool setting_json(struct sb *sb, const char *tenant, const struct setting *row, struct gd_buf *out)
{
    sqlite3_stmt *stmt = sb_sql(&sb->store, SB_SQL_SETTING_GET, "ttt", tenant, row->section, row->key);
    const char *text = row->fallback;
    if (stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW)
        text = (const char *)sqlite3_column_text(stmt, 0);
    if (text != NULL)
        gd_buf_adds(out, text);
    sb_sql_done(stmt);
    return text != NULL;
}

/* The odd answers leave out most of GreenPin's callbacks, as the service does, and hold integers as text. */
static bool left_out(const struct sb *sb, const struct setting *row)
{
    return sb->opt.settings_odd && row->type <= HEADERS && strcmp(row->section, "greenpin") == 0 &&
           strncmp(row->key, "greenpin_call_complete", 22) != 0;
}

static void write_setting(struct sb *sb, const struct setting *row, const char *value, struct gd_buf *out)
{
    bool as_text = sb->opt.settings_odd && row->type == LENGTH;
    gd_buf_addf(out, "\"%s\":", row->key);
    if (row->type == REGION)
        gd_buf_addf(out, "[%s]", value);
    else if (as_text)
        gd_buf_addf(out, "\"%s\"", value);
    else
        gd_buf_adds(out, value);
}

static void write_section(struct sb *sb, const char *tenant, const char *name, struct gd_buf *out)
{
    bool first = true;
    struct gd_buf value;
    gd_buf_init(&value, SB_REPLY_MAX);
    gd_buf_addf(out, "\"%s\":{", name);
    for (size_t i = 0; i < setting_count; i++) {
        gd_buf_clear(&value);
        if (strcmp(settings[i].section, name) != 0 || left_out(sb, &settings[i]) ||
            !setting_json(sb, tenant, &settings[i], &value))
            continue;
        if (!first)
            gd_buf_addc(out, ',');
        first = false;
        write_setting(sb, &settings[i], value.data, out);
    }
    if (sb->opt.settings_odd)
        gd_buf_addf(out, "%s\"x_%s_note\":\"beta\"", first ? "" : ",", name);
    gd_buf_addc(out, '}');
    gd_buf_free(&value);
}

void sb_settings_write(struct sb *sb, const char *tenant, struct gd_buf *out)
{
    static const char *const sections[] = {"greenvn", "greenpin", "common"};
    gd_buf_addc(out, '{');
    for (int i = 0; i < 3; i++) {
        if (i > 0)
            gd_buf_addc(out, ',');
        write_section(sb, tenant, sections[i], out);
    }
    if (sb->opt.settings_odd)
        gd_buf_adds(out, ",\"insights\":{\"level\":2}");
    gd_buf_addc(out, '}');
}

/* The text of a setting without its JSON quotes; none that is read so has escapes in it. */
static void plain(struct sb *sb, const char *tenant, const char *section, const char *key, char *out,
                  size_t room)
{
    struct gd_buf value;
    gd_buf_init(&value, SB_REPLY_MAX);
    bool set = setting_json(sb, tenant, setting_find(section, key), &value);
    const char *text = set ? value.data : "";
    size_t len = strlen(text);
    if (len >= 2 && text[0] == '"')
        snprintf(out, room, "%.*s", (int)(len - 2), text + 1);
    else
        snprintf(out, room, "%s", text);
    gd_buf_free(&value);
}

static bool is_true(struct sb *sb, const char *tenant, const char *section, const char *key)
{
    char text[16];
    plain(sb, tenant, section, key, text, sizeof text);
    return strcmp(text, "true") == 0;
}

static int64_t number(struct sb *sb, const char *tenant, const char *section, const char *key)
{
    char text[24];
    plain(sb, tenant, section, key, text, sizeof text);
    return strtoll(text, NULL, 10);
}

static bool was_set(struct sb *sb, const char *tenant, const char *section, const char *key)
{
    sqlite3_stmt *stmt = sb_sql(&sb->store, SB_SQL_SETTING_GET, "ttt", tenant, section, key);
    bool set = stmt != NULL && sqlite3_step(stmt) == SQLITE_ROW;
    sb_sql_done(stmt);
    return set;
}

/* The common length serves both sides where it is enabled, and a side that names none. A side's PIN is wanted
 * unless only the other side's is enabled: with neither enabled both have one, which is how an account
 * starts. */
static void read_pins(struct sb *sb, struct sb_account *account)
{
    static const char *const lengths[] = {"aparty_pin_length", "bparty_pin_length"};
    static const char *const enabled[] = {"aparty_pin_enabled", "bparty_pin_enabled"};
    const char *tenant = account->tenant;
    bool common = is_true(sb, tenant, "greenpin", "common_pin_enabled");
    bool on[2] = {is_true(sb, tenant, "greenpin", enabled[0]), is_true(sb, tenant, "greenpin", enabled[1])};
    for (int side = 0; side < 2; side++) {
        bool own = !common && was_set(sb, tenant, "greenpin", lengths[side]);
        account->pin_length[side] =
            (int)number(sb, tenant, "greenpin", own ? lengths[side] : "common_pin_length");
        account->pin_wanted[side] = on[side] || !on[1 - side];
    }
}

static void read_account(struct sb *sb, const char *tenant, struct sb_account *account)
{
    char text[32];
    struct gd_error err = {0};
    memset(account, 0, sizeof *account);
    snprintf(account->tenant, sizeof account->tenant, "%s", tenant);
    plain(sb, tenant, "common", "country", account->country, sizeof account->country);
    account->intl = is_true(sb, tenant, "common", "intl_num_sup");
    plain(sb, tenant, "common", "max_deallocation_time", text, sizeof text);
    if (gd_duration_parse(text, &account->max_life, &err) != GD_OK)
        account->max_life = GD_DURATION_MAX;
    plain(sb, tenant, "common", "timezone", text, sizeof text);
    account->zone = strcmp(text, "UTC") == 0 ? GD_ZONE_UTC : GD_ZONE_IST;
    account->cool = number(sb, tenant, "common", "deletion_time");
    read_pins(sb, account);
}

const struct sb_account *sb_account(struct sb *sb, const char *tenant)
{
    struct sb_accounts *all = &sb->accounts;
    for (int i = 0; i < all->count; i++) {
        if (strcmp(all->kept[i].tenant, tenant) == 0)
            return &all->kept[i];
    }
    int at = all->count < SB_ACCOUNTS_KEPT ? all->count++ : all->next++ % SB_ACCOUNTS_KEPT;
    read_account(sb, tenant, &all->kept[at]);
    return &all->kept[at];
}
