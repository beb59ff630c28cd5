/* Which servers may be spoken to, path parts, and the Retry-After header. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "../../api/http_part.h"
#include "tap.h"

static const char *const good[] = {
    "https://leadassist.exotel.in/v1",
    "https://leadassist.exotel.in",
    "https://host:8443/v1/",
    "HTTPS://Host/v1",
    "https://[2001:db8::1]:443/v1",
    "http://localhost:8080/v1",
    "http://LOCALHOST/v1",
    "http://127.0.0.1:1/v1",
    "http://127.255.0.9/v1",
    "http://[::1]:8080/v1",
};

/* In clear to another machine, or no plain URL of a server. */
static const char *const bad[] = {
    "",
    "leadassist",
    "leadassist.exotel.in/v1",
    "http://leadassist.exotel.in/v1",
    "http://10.0.0.1/v1",
    "http://128.0.0.1/v1",
    "http://0.0.0.0/v1",
    "http://localhost.example/v1",
    "http://127.0.0.1.example/v1",
    "http://example/127.0.0.1",
    "http://[::2]/v1",
    "http://[::ffff:10.0.0.1]/v1",
    "http://[::1%25eth0]/v1",
    "ftp://localhost/v1",
    "file:///etc/passwd",
    "https://",
    "https:///v1",
    "http://localhost:/v1",
    "http://localhost:",
    "https:/host/v1",
    "https:host/v1",
    "//host/v1",
    "https://user:word@host/v1",
    "https://user@host/v1",
    "http://localhost@host/v1",
    "http://localhost\\@host/v1",
    "https://host/v1?x=1",
    "https://host/v1#x",
    "https://ho st/v1",
    "https://host/v1\r\nX: y",
    " https://host/v1",
    "https://host:99999/v1",
};

static void test_urls(void)
{
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        ok(gd_http_check_url(good[i], NULL) == GD_OK, "%s may be spoken to", good[i]);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct gd_error err = {0};

        ok(gd_http_check_url(bad[i], &err) == GD_INPUT && err.what[0] != '\0' && err.advice[0] != '\0',
           "\"%s\" is refused, with what to do", bad[i]);
        ok(strstr(err.what, "word") == NULL, "and no password is shown");
    }
    ok(gd_http_check_url(NULL, NULL) == GD_INPUT, "none is refused");
}

static void test_options(void)
{
    struct gd_http_options options = {.base_url = "https://host/v1", .user = "a:b", .password = "secret"};
    struct gd_loop *loop = NULL;
    struct gd_http *http = NULL;
    struct gd_error err = {0};

    if (gd_loop_new(&loop, &err) != GD_OK)
        bail_out("no loop");
    ok(gd_http_new(loop, &options, &http, &err) == GD_INPUT && http == NULL, "an account with a colon");
    options.user = "acme1";
    options.base_url = "http://example/v1";
    ok(gd_http_new(loop, &options, &http, NULL) == GD_INPUT && http == NULL, "the URL is looked at");
    options.base_url = "https://host/v1//";
    ok(gd_http_new(loop, &options, &http, NULL) == GD_OK, "a connection is made");
    is_str(http->base_url, "https://host/v1", "slashes at the end go");
    is_str(http->authorization, "Authorization: Basic YWNtZTE6c2VjcmV0", "user and password make the header");
    ok(gd_loop_http(loop) == NULL, "libcurl is not started by that");
    gd_http_free(&http);
    ok(http == NULL, "freed");
    gd_loop_free(&loop);
}

static void test_parts(void)
{
    static const char *const parts[][2] = {
        {"gp-000123", "gp-000123"},
        {"a b", "a%20b"},
        {"a/../b", "a%2F..%2Fb"},
        {"..", "%2E%2E"},
        {".", "%2E"},
        {"...", "..."},
        {"+919876543210", "%2B919876543210"},
        {"x?y#z", "x%3Fy%23z"},
        {"%2e", "%252e"},
        {"\xc3\xa9\x01", "%C3%A9%01"},
        {"A-Z_a.z~9", "A-Z_a.z~9"},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        struct gd_buf out;

        gd_buf_init(&out, 100);
        gd_http_encode(parts[i][0], &out);
        is_str(out.data, parts[i][1], "the part \"%s\"", parts[i][0]);
        gd_buf_free(&out);
    }
}

static void test_retry_after(void)
{
    static const struct {
        const char *value;
        int64_t want;
    } rows[] = {
        {"0", 0},
        {"7", 7000},
        {"86400", 86400000},
        {"99999999999999999999999999", 9999999999000}, /* what matters is that it is long */
        {"", -1},
        {"-1", -1},
        {"1.5", -1},
        {"7 ", -1},
        {"soon", -1},
        {"Sun, 06 Nov 1994 08:49:47 GMT", 10000}, /* 10 s from the moment below */
        {"Sunday, 06-Nov-94 08:49:47 GMT", 10000},
        {"Sun, 06 Nov 1994 08:49:30 GMT", 0},
        {"Wed, 21 Oct 1999999999 07:28:00 GMT", 1000000000000},
    };

    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        is_int(gd_retry_after_parse(rows[i].value, strlen(rows[i].value), 784111777), rows[i].want,
               "Retry-After: %s", rows[i].value);
}

int main(void)
{
    test_urls();
    test_options();
    test_parts();
    test_retry_after();
    return done_testing();
}
