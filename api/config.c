/* The configuration file: read by libinih, each key of a profile checked by its row. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <ini.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "mem.h"
#include "profile_keys.h"

/* One reading of the file. */
struct reading {
    struct gd_config *config;
    FILE *file;
    int line;
    bool too_long;
    bool secret; /* a token stands in it */
    struct gd_error *err;
    enum gd_rc rc;
};

/* libinih's reader, which counts lines and refuses to cut one in two. */
static char *read_line(char *text, int room, void *stream)
{
    struct reading *reading = stream;
    size_t len;

    if (reading->rc != GD_OK || fgets(text, room, reading->file) == NULL)
        return NULL;
    reading->line++;
    len = strlen(text);
    if (len + 1 >= (size_t)room && text[len - 1] != '\n')
        reading->too_long = true;
    return reading->too_long ? NULL : text;
}

static enum gd_rc fault(struct reading *reading, const char *advice, const char *what, const char *about)
{
    reading->rc = gd_fail(reading->err, GD_INPUT, advice, "%s:%d: %s%s", reading->config->path, reading->line,
                          what, about);
    return reading->rc;
}

static struct gd_profile *profile_named(struct gd_config *config, const char *name)
{
    for (size_t i = 0; i < config->n_profiles; i++)
        if (strcmp(config->profiles[i].name, name) == 0)
            return &config->profiles[i];
    return NULL;
}

/* Appends a profile that holds the defaults; NULL where memory ran out. */
static struct gd_profile *profile_add(struct gd_config *config, const char *name)
{
    struct gd_profile *grown = gd_realloc(config->profiles, (config->n_profiles + 1) * sizeof *grown);

    if (grown == NULL)
        return NULL;
    config->profiles = grown;
    grown += config->n_profiles;
    gd_profile_defaults(grown);
    grown->name = gd_strdup(name);
    if (grown->name == NULL)
        return NULL;
    config->n_profiles++;
    return grown;
}

static bool pair_add(struct gd_config *config, const char *section, const char *key, const char *value,
                     int line)
{
    struct gd_pair *grown = gd_realloc(config->pairs, (config->n_pairs + 1) * sizeof *grown);

    if (grown == NULL)
        return false;
    config->pairs = grown;
    grown += config->n_pairs++;
    *grown = (struct gd_pair){gd_strdup(section), gd_strdup(key), gd_strdup(value), line};
    return grown->section != NULL && grown->key != NULL && grown->value != NULL;
}

static enum gd_rc take_program_key(struct reading *reading, const char *key, const char *value)
{
    char **into = strcmp(key, "default_profile") == 0 ? &reading->config->default_profile
                  : strcmp(key, "theme") == 0         ? &reading->config->theme
                                                      : NULL;

    if (into == NULL)
        return fault(reading, "known here are default_profile and theme",
                     "unknown key in [greendesk]: ", key);
    gd_free(*into);
    *into = gd_strdup(value);
    return *into != NULL ? GD_OK : gd_fail_memory(reading->err);
}

static enum gd_rc take_profile_key(struct reading *reading, const char *name, const char *key,
                                   const char *value)
{
    struct gd_profile *profile = profile_named(reading->config, name);
    struct gd_error why = {0};

    if (profile == NULL)
        profile = profile_add(reading->config, name);
    if (profile == NULL)
        return gd_fail_memory(reading->err);
    if (strcmp(key, "token") == 0)
        reading->secret = true;
    if (gd_profile_set(profile, key, value, &why) != GD_OK)
        return fault(reading, why.advice, "", why.what);
    return GD_OK;
}

/* libinih's handler: 1 goes on, 0 stops. */
static int take_pair(void *arg, const char *section, const char *key, const char *value)
{
    struct reading *reading = arg;

    if (reading->rc != GD_OK)
        return 0;
    if (strcmp(section, "greendesk") == 0)
        reading->rc = take_program_key(reading, key, value);
    else if (strncmp(section, "profile ", 8) == 0 && section[8] != '\0')
        reading->rc = take_profile_key(reading, section + 8, key, value);
    else if (strcmp(section, "keys") == 0 || strcmp(section, "theme.roles") == 0 ||
             strcmp(section, "columns") == 0 || strcmp(section, "filters") == 0)
        reading->rc = pair_add(reading->config, section, key, value, reading->line)
                          ? GD_OK
                          : gd_fail_memory(reading->err);
    else
        fault(reading,
              "sections are [greendesk], [profile NAME], [keys], [theme.roles], [columns], [filters]",
              "unknown section: ", section);
    return reading->rc == GD_OK;
}

/* The path that is read where none is named; NULL where memory or the home is missing. */
static char *default_path(void)
{
    const char *base = getenv("XDG_CONFIG_HOME");
    const char *home = getenv("HOME");
    struct gd_buf path;

    gd_buf_init(&path, 4096);
    if (base != NULL && base[0] == '/')
        gd_buf_addf(&path, "%s/greendesk/config.ini", base);
    else if (home != NULL)
        gd_buf_addf(&path, "%s/.config/greendesk/config.ini", home);
    return gd_buf_take(&path);
}

/* A file with a token in it must be its owner's alone. */
static enum gd_rc check_mode(const struct reading *reading)
{
    struct stat info;

    if (!reading->secret || fstat(fileno(reading->file), &info) != 0 || (info.st_mode & 077) == 0)
        return GD_OK;
    return gd_fail(reading->err, GD_INPUT, "run chmod 600 on it, or use token_command",
                   "%s holds a token and can be read by others", reading->config->path);
}

static enum gd_rc read_file(struct reading *reading)
{
    int at = ini_parse_stream(read_line, reading, take_pair, reading);

    if (reading->too_long)
        return fault(reading, "make it shorter, or put the value into a file", "the line is too long", "");
    if (reading->rc != GD_OK)
        return reading->rc;
    if (at != 0) {
        reading->line = at > 0 ? at : reading->line;
        return fault(reading, "write [section] or key = value", "cannot be read", "");
    }
    return check_mode(reading);
}

enum gd_rc gd_config_load(const char *path, struct gd_config **out, struct gd_error *err)
{
    struct gd_config *config = gd_calloc(1, sizeof *config);
    struct reading reading = {.config = config, .err = err};
    enum gd_rc rc = GD_OK;

    if (config == NULL)
        return gd_fail_memory(err);
    config->path = path != NULL ? gd_strdup(path) : default_path();
    if (config->path == NULL) {
        rc = gd_fail_memory(err);
        goto out;
    }
    reading.file = config->path[0] != '\0' ? fopen(config->path, "re") : NULL;
    if (reading.file == NULL) {
        if (path != NULL)
            rc = gd_fail(err, GD_INPUT, "name a configuration file that can be read", "cannot open %s", path);
        goto out;
    }
    rc = read_file(&reading);
    fclose(reading.file);
out:
    if (rc != GD_OK)
        gd_config_free(&config);
    *out = config;
    return rc;
}

void gd_config_free(struct gd_config **config)
{
    struct gd_config *old = *config;

    *config = NULL;
    if (old == NULL)
        return;
    for (size_t i = 0; i < old->n_profiles; i++)
        gd_profile_clear(&old->profiles[i]);
    for (size_t i = 0; i < old->n_pairs; i++) {
        gd_free(old->pairs[i].section);
        gd_free(old->pairs[i].key);
        gd_free(old->pairs[i].value);
    }
    gd_free(old->profiles);
    gd_free(old->pairs);
    gd_free(old->path);
    gd_free(old->default_profile);
    gd_free(old->theme);
    gd_free(old);
}

enum gd_rc gd_config_add(struct gd_config *config, const char *name, const char *base_url, const char *tenant,
                         const char *account_sid, struct gd_profile **out, struct gd_error *err)
{
    struct gd_profile *profile = profile_add(config, name);
    enum gd_rc rc;

    if (profile == NULL)
        return gd_fail_memory(err);
    rc = gd_profile_set(profile, "base_url", base_url, err);
    if (rc == GD_OK)
        rc = gd_profile_set(profile, "tenant", tenant, err);
    if (rc == GD_OK)
        rc = gd_profile_set(profile, "account_sid", account_sid, err);
    *out = profile;
    return rc;
}

/* Names the profiles there are, for an error's advice. */
static void list_profiles(const struct gd_config *config, struct gd_buf *out)
{
    gd_buf_adds(out, "there are:");
    for (size_t i = 0; i < config->n_profiles; i++)
        gd_buf_addf(out, " %s", config->profiles[i].name);
}

static enum gd_rc no_profile(const struct gd_config *config, const char *name, struct gd_error *err)
{
    struct gd_buf names;
    enum gd_rc rc;

    if (config->n_profiles == 0)
        return gd_fail(
            err, GD_INPUT,
            "write one there ([profile NAME] with base_url, tenant, account_sid and a token), or try "
            "greendesk --demo",
            "no profile is configured in %s", config->path);
    gd_buf_init(&names, 250);
    list_profiles(config, &names);
    if (name != NULL)
        rc = gd_fail(err, GD_INPUT, names.data, "no profile is named %s in %s", name, config->path);
    else
        rc = gd_fail(err, GD_INPUT, names.data, "%s names no default_profile: give --profile NAME",
                     config->path);
    gd_buf_free(&names);
    return rc;
}

enum gd_rc gd_config_profile(struct gd_config *config, const char *name, struct gd_profile **out,
                             struct gd_error *err)
{
    struct gd_profile *profile = NULL;
    enum gd_rc rc;

    if (name == NULL)
        name = getenv("GREENDESK_PROFILE");
    if (name == NULL)
        name = config->default_profile;
    if (name != NULL)
        profile = profile_named(config, name);
    else if (config->n_profiles == 1)
        profile = &config->profiles[0];
    if (profile == NULL)
        return no_profile(config, name, err);
    rc = gd_profile_complete(profile, err);
    *out = profile;
    return rc;
}
