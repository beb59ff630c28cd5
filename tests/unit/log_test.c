/* The log: what is masked in bodies, headers and paths, and lines that stay one line. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "../../api/log.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tap.h"

#define COUNT(array) (sizeof(array) / sizeof *(array))

static const char *const bodies[][2] = {
    {"{\"a\":{\"numbers\":[\"+919876543210\"],\"pin\":\"0815\"}}",
     "{\"a\":{\"numbers\":[\"+•••••\"],\"pin\":\"•••••\"}}"},
    {"{\"aparty_pins\":[1234,null],\"bparty_pins\":null,\"pin\":4711}",
     "{\"aparty_pins\":\"•••••\",\"bparty_pins\":null,\"pin\":\"•••••\"}"},
    {"{\"pin_length\":4,\"duration\":86400,\"n\":9876543210,\"m\":123456,\"x\":1.5}",
     "{\"pin_length\":4,\"duration\":86400,\"n\":\"•••••\",\"m\":123456,\"x\":1.5}"},
    {"{\"\\u0070in\":\"4711\",\"from\":\"\\u002b91 98765-43210\"}",
     "{\"pin\":\"•••••\",\"from\":\"+•••••\"}"},
    {"{\"message\":\"pin 12 of +91 (98765) 43210 is taken\"}",
     "{\"message\":\"pin ••••• of +••••• is taken\"}"},
    {"{\"9876543210\":{\"deep\":[[\"9876543210\"]]}}", "{\"•••••\":{\"deep\":[[\"•••••\"]]}}"},
    {"{\"deallocation_time\":\"2026-12-01 18:00:00\",\"id\":\"gp-000123\"}",
     "{\"deallocation_time\":\"2026-12-01 18:00:00\",\"id\":\"gp-000123\"}"},
    {"{\"t\":\"2026-12-010 9876543210\"}", "{\"t\":\"•••••\"}"},
    {"[true,null,\"\"]", "[true,null,\"\"]"},
    {"{\"data\":{\"a\":{\"pin\":\"0815\",\"numb", "{\"data\":{\"a\":{\"pin\":\"•••••\",\"numb"},
    {"<html>PIN 7 of 98765</html>", "<html>PIN ••••• of •••••</html>"},
    {"", ""},
};

static void test_bodies(void)
{
    for (size_t i = 0; i < COUNT(bodies); i++) {
        struct gd_buf out;

        gd_buf_init(&out, 10000);
        gd_log_mask(bodies[i][0], strlen(bodies[i][0]), &out);
        is_str(out.data, bodies[i][1], "the body %s", bodies[i][0]);
        gd_buf_free(&out);
    }
}

static void test_paths(void)
{
    static const char *const paths[][2] = {
        {"/tenants/acme/greenpin/gp-000123", "/tenants/acme/greenpin/gp-000123"},
        {"/tenants/acme/greenvn/123456789", "/tenants/acme/greenvn/123456789"},
        {"/tenants/acme/greenpin/9876543210", "/tenants/acme/greenpin/•••••3210"},
        {"/tenants/acme/greenpin/%2B919876543210/vn", "/tenants/acme/greenpin/%2B•••••3210/vn"},
    };

    for (size_t i = 0; i < COUNT(paths); i++) {
        struct gd_buf out;

        gd_buf_init(&out, 1000);
        gd_log_mask_path(paths[i][0], &out);
        is_str(out.data, paths[i][1], "the path %s", paths[i][0]);
        gd_buf_free(&out);
    }
}

static char text[20000];

/* What stands in the log after this, from behind the time of its first line. */
static const char *logged(int fd)
{
    ssize_t len = pread(fd, text, sizeof text - 1, 0);
    const char *blank;

    text[len > 0 ? len : 0] = '\0';
    if (ftruncate(fd, 0) != 0 || lseek(fd, 0, SEEK_SET) != 0)
        bail_out("the log's file");
    blank = strchr(text, ' ');
    return blank != NULL ? blank + 1 : text;
}

static void test_levels(int fd)
{
    gd_log(GD_LOG_REQUESTS, "before");
    is_str(logged(fd), "", "nothing is written before it is opened");
    gd_log_open(fd, GD_LOG_REQUESTS);
    gd_log(GD_LOG_REQUESTS, "one\ntwo \x1b[2J %s", "\xe2\x80\xae");
    is_str(logged(fd), "test_levels one\\ntwo \\x1b[2J \\u202e\n",
           "a line stays one line, and steers nothing");
    ok(strlen(text) > 25 && text[4] == '-' && text[10] == 'T' && text[23] == 'Z', "with its time before it");
    gd_log(GD_LOG_BODIES, "more");
    gd_log_body("<", "{}", 2);
    gd_log_header("<", "A: b\r\n", 6);
    is_str(logged(fd), "", "what belongs to a higher level is left out");
}

static void test_headers(int fd)
{
    static const char *const lines[][2] = {
        {"X-Caller: +919876543210\r\n", "http < X-Caller: +•••••\n"},
        {"AUTHORIZATION: Basic YWNtZTE6\r\n", "http < AUTHORIZATION: •••\n"},
        {"Set-Cookie: sid=1\r\n", "http < Set-Cookie: •••\n"},
        {"Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n", "http < Date: Sun, 06 Nov 1994 08:49:37 GMT\n"},
        {"\r\n", ""},
    };

    gd_log_open(fd, GD_LOG_BODIES);
    for (size_t i = 0; i < COUNT(lines); i++) {
        gd_log_header("<", lines[i][0], strlen(lines[i][0]));
        is_str(logged(fd), lines[i][1], "the header %s", lines[i][0]);
    }
    gd_log_body(">", "{\"pin\":\"1\"}", 11);
    is_str(logged(fd), "http > {\"pin\":\"•••••\"}\n", "a body");
}

static void test_large(int fd)
{
    size_t len = 1000000;
    char *body = malloc(len);

    if (body == NULL)
        bail_out("no memory");
    memset(body, '7', len);
    gd_log_body("<", body, len);
    is_str(logged(fd), "http < a body of 1000000 bytes\n", "a large body is only named");
    free(body);
}

int main(void)
{
    char path[] = "/tmp/greendesk-log-XXXXXX";
    int fd = mkstemp(path);

    if (fd < 0)
        bail_out("no file for the log");
    unlink(path);
    test_bodies();
    test_paths();
    test_levels(fd);
    test_headers(fd);
    test_large(fd);
    gd_log_open(-1, GD_LOG_OFF);
    close(fd);
    return done_testing();
}
