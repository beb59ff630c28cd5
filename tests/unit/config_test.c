/* The configuration file, profiles, tokens and roles. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../../api/profile.h"
#include "tap.h"

static char folder[] = "/tmp/gd-config-XXXXXX";
static char path[64];

static const char good[] = "; a comment\n"
                           "[greendesk]\n"
                           "default_profile = acme\n"
                           "theme = dark\n"
                           "[profile acme]\n"
                           "base_url = https://api.example/v1\n"
                           "tenant = acme\n"
                           "account_sid = acme1\n"
                           "role = on-call\n"
                           "protect = yes\n"
                           "unit_price = 0.50 INR   ; for the cost preview\n"
                           "max_cost = 99.5\n"
                           "keep = 180d\n"
                           "timeout = 7\n"
                           "token_command = echo s3cret\n"
                           "[profile other]\n"
                           "tenant = other\n"
                           "account_sid = other1\n"
                           "[keys]\n"
                           "x = menu\n";

static void write_file(const char *text, mode_t mode)
{
    FILE *file = fopen(path, "w");

    if (file == NULL || fputs(text, file) == EOF || fclose(file) != 0 || chmod(path, mode) != 0)
        bail_out("cannot write %s", path);
}

static void test_good(void)
{
    struct gd_config *config = NULL;
    struct gd_profile *profile = NULL;
    struct gd_error err = {0};

    write_file(good, 0644);
    is_int(gd_config_load(path, &config, &err), GD_OK, "a good file is read: %s", err.what);
    is_int(gd_config_profile(config, NULL, &profile, &err), GD_OK, "the default profile is found: %s",
           err.what);
    is_str(profile->name, "acme", "it is the one named");
    is_int(profile->role, GD_ROLE_ON_CALL, "role");
    ok(profile->protect, "protect");
    is_int(profile->unit_price, 500, "unit_price in thousandths");
    is_str(profile->currency, "INR", "its currency");
    is_int(profile->max_cost, 99500, "max_cost in thousandths");
    is_int(profile->keep, 180 * 86400, "keep in seconds");
    is_int(profile->timeout, 7, "timeout");
    is_int(profile->concurrency, 8, "a default");
    is_int(gd_profile_token(profile, &err), GD_OK, "the token comes from the command: %s", err.what);
    is_str(profile->token, "s3cret", "its first line");
    is_int(gd_config_profile(config, "other", &profile, &err), GD_OK, "another by name: %s", err.what);
    is_int(profile->role, GD_ROLE_SUPPORT, "without a role it is support");
    is_str(profile->base_url, "https://leadassist.exotel.in/v1", "without an address it is the service's");
    is_int(gd_profile_token(profile, &err), GD_INPUT, "without a token it says so");
    has_str(err.advice, "GREENDESK_TOKEN", "and what to do");
    is_int((int)config->n_pairs, 1, "rows of other sections are kept");
    gd_config_free(&config);
}

static void test_environment(void)
{
    struct gd_config *config = NULL;
    struct gd_profile *profile = NULL;
    struct gd_error err = {0};

    write_file(good, 0600);
    setenv("GREENDESK_TIMEOUT", "9", 1);
    setenv("GREENDESK_TOKEN", "from-environment", 1);
    setenv("GREENDESK_PROFILE", "other", 1);
    if (gd_config_load(path, &config, &err) != GD_OK ||
        gd_config_profile(config, NULL, &profile, &err) != GD_OK)
        bail_out("%s", err.what);
    is_str(profile->name, "other", "the environment names the profile");
    is_int(profile->timeout, 9, "the environment beats the file");
    is_str(profile->token, "from-environment", "for the token too");
    is_int(gd_config_profile(config, "acme", &profile, &err), GD_OK,
           "an explicit name beats the environment");
    is_str(profile->name, "acme", "as asked");
    gd_config_free(&config);
    unsetenv("GREENDESK_TIMEOUT");
    unsetenv("GREENDESK_TOKEN");
    unsetenv("GREENDESK_PROFILE");
}

static const struct {
    const char *text, *says;
} bad[] = {
    {"[greendesk]\nspeed = 1\n", ":2: unknown key in [greendesk]: speed"},
    {"[profile a]\nrole = boss\n", ":2: bad value of role: boss"},
    {"[profile a]\ntimeout = 0\n", ":2: bad value of timeout: 0"},
    {"[profile a]\ntimeout = 5s\n", ":2: bad value of timeout: 5s"},
    {"[profile a]\nunit_price = cheap\n", ":2: bad value of unit_price"},
    {"[profile a]\nmax_cost = 5 INR\n", ":2: bad value of max_cost"},
    {"[profile a]\nprotect = maybe\n", ":2: bad value of protect"},
    {"[profile a]\nwhat = ever\n", ":2: unknown key: what"},
    {"[colours]\na = b\n", ":2: unknown section: colours"},
    {"[profile a]\nnonsense\n", ":2: cannot be read"},
};

static void test_bad(void)
{
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct gd_config *config = NULL;
        struct gd_error err = {0};

        write_file(bad[i].text, 0600);
        is_int(gd_config_load(path, &config, &err), GD_INPUT, "refused: %s", bad[i].says);
        has_str(err.what, bad[i].says, "and it says where and what");
    }
}

static void test_profile_faults(void)
{
    static const struct {
        const char *text, *says;
    } rows[] = {
        {"[profile a]\ntenant = t\n", "profile a has no account_sid"},
        {"[profile a]\naccount_sid = t\n", "profile a has no tenant"},
        {"[profile a]\ntenant = t\naccount_sid = s\nbase_url = http://api.example/v1\n", "http"},
        {"[profile a]\ntenant = t\n[profile b]\ntenant = u\n", "names no default_profile"},
        {"", "no profile is configured"},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct gd_config *config = NULL;
        struct gd_profile *profile;
        struct gd_error err = {0};

        write_file(rows[i].text, 0600);
        if (gd_config_load(path, &config, &err) != GD_OK)
            bail_out("%s", err.what);
        is_int(gd_config_profile(config, NULL, &profile, &err), GD_INPUT, "not usable: %s", rows[i].says);
        has_str(err.what, rows[i].says, "and it says why");
        gd_config_free(&config);
    }
}

static void test_secrets(void)
{
    struct gd_config *config = NULL;
    struct gd_error err = {0};
    static const char text[] = "[profile a]\ntenant = t\ntoken = abc\n";

    write_file(text, 0644);
    is_int(gd_config_load(path, &config, &err), GD_INPUT, "a token that others can read is refused");
    has_str(err.advice, "chmod 600", "with what to do");
    write_file(text, 0600);
    is_int(gd_config_load(path, &config, NULL), GD_OK, "its owner's alone is taken");
    gd_config_free(&config);
    err = (struct gd_error){0};
    is_int(gd_config_load("/nonexistent/x", &config, &err), GD_INPUT, "an explicit file must be there");
}

static void test_roles(void)
{
    static const char *const may[] = {"1100000", "1111110", "1101001", "1111111"};

    for (int role = GD_ROLE_SUPPORT; role <= GD_ROLE_ADMIN; role++) {
        struct gd_profile profile = {.role = (enum gd_role)role, .name = folder};
        char got[GD_MAY_DEALLOCATE + 2] = "";

        for (int right = GD_MAY_READ; right <= GD_MAY_DEALLOCATE; right++) {
            got[right] = gd_role_may((enum gd_role)role, (enum gd_right)right) ? '1' : '0';
            ok((gd_role_check(&profile, (enum gd_right)right, NULL) == GD_OK) == (got[right] == '1'),
               "the check of role %s agrees, right %d", gd_role_name((enum gd_role)role), right);
        }
        is_str(got, may[role], "the rights of %s", gd_role_name((enum gd_role)role));
    }
}

int main(void)
{
    if (mkdtemp(folder) == NULL)
        bail_out("no temporary folder");
    snprintf(path, sizeof path, "%s/config.ini", folder);
    test_good();
    test_environment();
    test_bad();
    test_profile_faults();
    test_secrets();
    test_roles();
    unlink(path);
    rmdir(folder);
    return done_testing();
}
