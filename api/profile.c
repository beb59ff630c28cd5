/* Profiles: the keys of a profile, the environment over them, and the token. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "profile.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "duration.h"
#include "http.h"
#include "mem.h"
#include "profile_keys.h"

enum key_type {
    KEY_TEXT,
    KEY_PATH, /* a leading ~/ is the home */
    KEY_INT,
    KEY_INT64,
    KEY_BOOL,
    KEY_DIALECT,
    KEY_ROLE,
    KEY_PRICE, /* amount and currency: thousandths into the member, the currency beside it */
    KEY_MONEY,
    KEY_SPAN
};

static const struct profile_key {
    const char *name;
    size_t offset;
    enum key_type type;
    int64_t min, max;
    const char *takes;
} keys[] = {
#define KEY(id, ...) {.name = #id, .offset = offsetof(struct gd_profile, id), __VA_ARGS__},
#include "profile_keys.def"
#undef KEY
};

#define N_KEYS (sizeof keys / sizeof keys[0])

void gd_profile_defaults(struct gd_profile *profile)
{
    *profile = (struct gd_profile){
        .dialect = GD_AUTO,
        .role = GD_ROLE_SUPPORT,
        .reveal = true,
        .concurrency = 8,
        .bulk_chunk = 100,
        .connect_timeout = 5,
        .timeout = 30,
        .pause_at = 20,
    };
}

static char **text_of(struct gd_profile *profile, const struct profile_key *key)
{
    return (char **)(void *)((char *)profile + key->offset);
}

void gd_profile_clear(struct gd_profile *profile)
{
    gd_wipe_free(&profile->token);
    for (size_t i = 0; i < N_KEYS; i++)
        if (keys[i].type == KEY_TEXT || keys[i].type == KEY_PATH)
            gd_free(*text_of(profile, &keys[i]));
    gd_free(profile->name);
    *profile = (struct gd_profile){0};
}

static bool read_int(const char *text, int64_t min, int64_t max, int64_t *out)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    *out = n;
    return end != text && *end == '\0' && errno == 0 && n >= min && n <= max;
}

static bool read_bool(const char *text, bool *out)
{
    *out = strcasecmp(text, "yes") == 0 || strcasecmp(text, "true") == 0 || strcasecmp(text, "on") == 0 ||
           strcmp(text, "1") == 0;
    return *out || strcasecmp(text, "no") == 0 || strcasecmp(text, "false") == 0 ||
           strcasecmp(text, "off") == 0 || strcmp(text, "0") == 0;
}

/* Digits with at most three decimals, as thousandths; *rest is what follows, blanks skipped. */
static bool read_amount(const char *text, int64_t *milli, const char **rest)
{
    int64_t whole = 0, part = 0;
    int scale = 100;

    if (!isdigit((unsigned char)*text))
        return false;
    for (; isdigit((unsigned char)*text); text++) {
        if (whole > 1000000000)
            return false;
        whole = whole * 10 + (*text - '0');
    }
    if (*text == '.')
        for (text++; isdigit((unsigned char)*text); text++, scale /= 10)
            part += (*text - '0') * scale;
    while (*text == ' ')
        text++;
    *milli = whole * 1000 + part;
    *rest = text;
    return true;
}

static bool read_price(const char *text, struct gd_profile *profile, int64_t *milli)
{
    const char *currency;

    if (!read_amount(text, milli, &currency) || strlen(currency) >= sizeof profile->currency)
        return false;
    snprintf(profile->currency, sizeof profile->currency, "%s", currency);
    return true;
}

static bool read_role(const char *text, enum gd_role *out)
{
    for (int role = GD_ROLE_SUPPORT; role <= GD_ROLE_ADMIN; role++)
        if (strcmp(text, gd_role_name((enum gd_role)role)) == 0) {
            *out = (enum gd_role)role;
            return true;
        }
    return false;
}

/* Sets a text member; false where memory ran out. */
static bool set_text(char **into, const char *value, bool path)
{
    const char *home = getenv("HOME");
    struct gd_buf text;
    char *copy;

    gd_buf_init(&text, 65536);
    if (path && value[0] == '~' && value[1] == '/' && home != NULL)
        gd_buf_addf(&text, "%s%s", home, value + 1);
    else
        gd_buf_adds(&text, value);
    copy = gd_buf_take(&text);
    if (copy == NULL)
        return false;
    gd_wipe_free(into);
    *into = copy;
    return true;
}

/* Reads the value into the member of the key's row; false where it is not what the key takes. */
static bool set_member(struct gd_profile *profile, const struct profile_key *key, const char *value)
{
    void *member = (char *)profile + key->offset;
    const char *rest = "";
    int64_t n = 0;
    bool good;

    switch (key->type) {
    case KEY_TEXT:
    case KEY_PATH:
        return set_text(member, value, key->type == KEY_PATH);
    case KEY_INT:
        good = read_int(value, key->min, key->max, &n);
        *(int *)member = (int)n;
        return good;
    case KEY_INT64:
        return read_int(value, key->min, key->max, member);
    case KEY_BOOL:
        return read_bool(value, member);
    case KEY_DIALECT:
        return gd_dialect_parse(value, member);
    case KEY_ROLE:
        return read_role(value, member);
    case KEY_PRICE:
        return read_price(value, profile, member);
    case KEY_MONEY:
        good = read_amount(value, member, &rest);
        return good && *rest == '\0';
    case KEY_SPAN:
        return gd_duration_parse(value, member, NULL) == GD_OK && *(int64_t *)member > 0;
    }
    return false;
}

static const struct profile_key *key_named(const char *name)
{
    for (size_t i = 0; i < N_KEYS; i++)
        if (strcmp(keys[i].name, name) == 0)
            return &keys[i];
    return NULL;
}

enum gd_rc gd_profile_set(struct gd_profile *profile, const char *name, const char *value,
                          struct gd_error *err)
{
    const struct profile_key *key = key_named(name);
    char advice[200];

    if (key == NULL)
        return gd_fail(err, GD_INPUT, "see the configuration in the manual for the keys", "unknown key: %s",
                       name);
    if (set_member(profile, key, value))
        return GD_OK;
    snprintf(advice, sizeof advice, "%s takes %s", name, key->takes);
    if (key->offset == offsetof(struct gd_profile, token)) /* a secret is never repeated */
        return gd_fail(err, GD_INPUT, advice, "bad value of %s", name);
    return gd_fail(err, GD_INPUT, advice, "bad value of %s: %s", name, value);
}

static enum gd_rc take_environment(struct gd_profile *profile, struct gd_error *err)
{
    for (size_t i = 0; i < N_KEYS; i++) {
        char name[64] = "GREENDESK_";
        size_t at = strlen(name);
        const char *value;

        for (const char *c = keys[i].name; *c != '\0' && at + 1 < sizeof name; c++)
            name[at++] = (char)toupper((unsigned char)*c);
        name[at] = '\0';
        value = getenv(name);
        if (value == NULL || value[0] == '\0')
            continue;
        if (gd_profile_set(profile, keys[i].name, value, err) != GD_OK)
            return GD_INPUT;
    }
    return GD_OK;
}

enum gd_rc gd_profile_complete(struct gd_profile *profile, struct gd_error *err)
{
    enum gd_rc rc = take_environment(profile, err);
    const char *missing;

    if (rc != GD_OK)
        return rc;
    if (profile->base_url == NULL && !set_text(&profile->base_url, "https://leadassist.exotel.in/v1", false))
        return gd_fail_memory(err);
    missing = profile->tenant == NULL ? "tenant" : profile->account_sid == NULL ? "account_sid" : NULL;
    if (missing != NULL)
        return gd_fail(err, GD_INPUT, "add it to the profile in the configuration file",
                       "profile %s has no %s", profile->name, missing);
    return gd_http_check_url(profile->base_url, err);
}
