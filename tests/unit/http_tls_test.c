/* HTTP over TLS: which certificates are trusted, what leaves before that is known, writes that leave once. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <microhttpd.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ask.h"
#include "tap.h"

/* Made for this test, for localhost and for other.example; they guard nothing. */
static const char key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                              "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgw66RRSQ3xORCG+kU\n"
                              "/osnJHdOWsU7KNYKNpJXCpWtC06hRANCAARgiQPJm/XI5YxLWxQkPQhq303hzHYH\n"
                              "Z4L5Ys0uu5fDCFRMobOImeIbzFVveG2k1Ifmfy95k6Hvj9U3x8V8Ew4w\n"
                              "-----END PRIVATE KEY-----\n";

static const char cert_pem[] = "-----BEGIN CERTIFICATE-----\n"
                               "MIIBuDCCAV+gAwIBAgIUQMB5N4SRK4eQ07bTu5O6eFX9jSswCgYIKoZIzj0EAwIw\n"
                               "IzEhMB8GA1UEAwwYZ3JlZW5kZXNrIHRlc3QgbG9jYWxob3N0MCAXDTI2MTEyMTA3\n"
                               "MzkwMVoYDzIxMjYxMDI4MDczOTAxWjAjMSEwHwYDVQQDDBhncmVlbmRlc2sgdGVz\n"
                               "dCBsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMBBwNCAARgiQPJm/XI5YxL\n"
                               "WxQkPQhq303hzHYHZ4L5Ys0uu5fDCFRMobOImeIbzFVveG2k1Ifmfy95k6Hvj9U3\n"
                               "x8V8Ew4wo28wbTAdBgNVHQ4EFgQUs8fnx+G8SV154fPReo84SXLz+M8wHwYDVR0j\n"
                               "BBgwFoAUs8fnx+G8SV154fPReo84SXLz+M8wDwYDVR0TAQH/BAUwAwEB/zAaBgNV\n"
                               "HREEEzARgglsb2NhbGhvc3SHBH8AAAEwCgYIKoZIzj0EAwIDRwAwRAIgEill0XzA\n"
                               "AKdPYu2o+eN7KtG9Nxx66s5sbPrk1xtUneoCIF/MW/BvYRAau20Jk4VIrS8SmnTX\n"
                               "Yg2q/LZmAW8IQCvr\n"
                               "-----END CERTIFICATE-----\n";

static const char other_key_pem[] = "-----BEGIN PRIVATE KEY-----\n"
                                    "MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQg7m9Y5f/XKIMxOZcA\n"
                                    "dq3+syoURJLhVBy3cPrR1NvYiDGhRANCAAS7fiMReUF+hG5mnBVd+o0xzsYtmzaJ\n"
                                    "lLsXO2aGjvVYhNM+IxWXRMxXzEmWPxBDK43fh27qAzZrFunPUaUzOvc3\n"
                                    "-----END PRIVATE KEY-----\n";

static const char other_cert_pem[] = "-----BEGIN CERTIFICATE-----\n"
                                     "MIIBsDCCAVWgAwIBAgIUCPKt0yqa5jQgbLwm/sBm+EWaHugwCgYIKoZIzj0EAwIw\n"
                                     "HzEdMBsGA1UEAwwUZ3JlZW5kZXNrIHRlc3Qgb3RoZXIwIBcNMjYxMTIxMDczOTAx\n"
                                     "WhgPMjEyNjEwMjgwNzM5MDFaMB8xHTAbBgNVBAMMFGdyZWVuZGVzayB0ZXN0IG90\n"
                                     "aGVyMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAEu34jEXlBfoRuZpwVXfqNMc7G\n"
                                     "LZs2iZS7Fztmho71WITTPiMVl0TMV8xJlj8QQyuN34du6gM2axbpz1GlMzr3N6Nt\n"
                                     "MGswHQYDVR0OBBYEFHXV1O2+y2lwN4ki2a9V8exqK06eMB8GA1UdIwQYMBaAFHXV\n"
                                     "1O2+y2lwN4ki2a9V8exqK06eMA8GA1UdEwEB/wQFMAMBAf8wGAYDVR0RBBEwD4IN\n"
                                     "b3RoZXIuZXhhbXBsZTAKBggqhkjOPQQDAgNJADBGAiEA8oiudh9e1m9DNSK2SdzV\n"
                                     "8rIGYDQZF5cOjuOhcsdqNMkCIQCg5rJ/qStOtQjVwNTXqWDnd2YZHiBQeoHRKv/C\n"
                                     "2qCDgA==\n"
                                     "-----END CERTIFICATE-----\n";

/* The server runs in threads of its own; these are all that is shared with it. */
static atomic_int tls_requests, tls_cut; /* cut: that many more requests are taken, and not answered */

static enum MHD_Result respond(struct MHD_Connection *connection)
{
    static char text[] = "{\"ok\":true}";
    struct MHD_Response *response =
        MHD_create_response_from_buffer(sizeof text - 1, text, MHD_RESPMEM_PERSISTENT);
    enum MHD_Result queued = MHD_queue_response(connection, 200, response);

    MHD_destroy_response(response);
    return queued;
}

static enum MHD_Result on_request(void *arg, struct MHD_Connection *connection, const char *url,
                                  const char *method, const char *version, const char *upload, size_t *size,
                                  void **state)
{
    static int begun;

    (void)arg, (void)url, (void)method, (void)version, (void)upload;
    if (*state == NULL) {
        *state = &begun;
        return MHD_YES;
    }
    if (*size > 0) {
        *size = 0;
        return MHD_YES;
    }
    atomic_fetch_add(&tls_requests, 1);
    if (atomic_load(&tls_cut) > 0) {
        atomic_fetch_sub(&tls_cut, 1);
        return MHD_NO; /* the connection is closed */
    }
    return respond(connection);
}

static struct MHD_Daemon *tls_start(const char *key, const char *cert, int *port)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct MHD_Daemon *daemon = MHD_start_daemon(
        MHD_USE_INTERNAL_POLLING_THREAD | MHD_USE_TLS, 0, NULL, NULL, on_request, NULL, MHD_OPTION_SOCK_ADDR,
        &to, MHD_OPTION_HTTPS_MEM_KEY, key, MHD_OPTION_HTTPS_MEM_CERT, cert, MHD_OPTION_END);
    const union MHD_DaemonInfo *info;

    if (daemon == NULL)
        bail_out("no TLS server");
    info = MHD_get_daemon_info(daemon, MHD_DAEMON_INFO_BIND_PORT);
    *port = info->port;
    atomic_store(&tls_requests, 0);
    return daemon;
}

/* A file of certificates to trust; removed by the caller. */
static void write_file(char *path, const char *text)
{
    int fd = mkstemp(path);

    if (fd < 0 || write(fd, text, strlen(text)) != (ssize_t)strlen(text))
        bail_out("no file for a certificate");
    close(fd);
}

static struct gd_http *tls_connect(const char *host, int port, const char *ca_file)
{
    char url[100];

    snprintf(url, sizeof url, "https://%s:%d/v1", host, port);
    return connect_with((struct gd_http_options){.base_url = url, .ca_file = ca_file, .timeout = 20}, 0);
}

static void check_refused(const char *what, const char *host, int port, const char *ca_file)
{
    struct gd_http *http = tls_connect(host, port, ca_file);
    struct result result = ask(http, "PUT", "{}");

    is_int(result.answer.fault, GD_FAULT_CERTIFICATE, "%s", what);
    ok(!result.answer.sent, "nothing left");
    is_int(atomic_load(&tls_requests), 0, "nothing came");
    diag("%s", result.answer.why);
    gd_http_free(&http);
}

static void test_trust(const char *ca_file, const char *other_ca_file)
{
    struct gd_http *http;
    int port;
    struct MHD_Daemon *daemon = tls_start(key_pem, cert_pem, &port);

    check_refused("a certificate that nobody signed", "127.0.0.1", port, NULL);
    check_refused("a certificate that ca_file does not hold", "127.0.0.1", port, other_ca_file);
    check_refused("a ca_file that is not there", "127.0.0.1", port, "/nonexistent/ca.pem");
    http = tls_connect("127.0.0.1", port, ca_file);
    is_int(ask(http, "PUT", "{}").answer.status, 200, "a certificate that ca_file holds");
    gd_http_free(&http);
    http = tls_connect("localhost", port, ca_file);
    is_int(ask(http, "GET", NULL).answer.status, 200, "by its other name too");
    gd_http_free(&http);
    MHD_stop_daemon(daemon);
    daemon = tls_start(other_key_pem, other_cert_pem, &port);
    check_refused("a trusted certificate of another host", "127.0.0.1", port, other_ca_file);
    MHD_stop_daemon(daemon);
}

static void check_once(struct gd_http *http, const char *method, const char *body)
{
    struct result result;
    int before;

    ask(http, "GET", NULL); /* so that a kept connection is there */
    before = atomic_load(&tls_requests);
    atomic_store(&tls_cut, 1);
    result = ask(http, method, body);
    is_int(atomic_load(&tls_requests), before + 1, "%s that is not answered leaves once", method);
    ok(result.answer.fault == GD_FAULT_BROKEN && result.answer.sent, "and may have happened");
    atomic_store(&tls_cut, 0);
}

static void test_once(const char *ca_file)
{
    int port;
    struct MHD_Daemon *daemon = tls_start(key_pem, cert_pem, &port);
    struct gd_http *http = tls_connect("127.0.0.1", port, ca_file);

    check_once(http, "PUT", "{\"b\":1}");
    check_once(http, "PUT", NULL);
    check_once(http, "POST", "{\"b\":1}");
    check_once(http, "DELETE", NULL);
    is_int(ask(http, "GET", NULL).answer.status, 200, "the next request is answered");
    gd_http_free(&http);
    MHD_stop_daemon(daemon);
}

int main(void)
{
    char ca_file[] = "/tmp/greendesk-ca-XXXXXX", other_ca_file[] = "/tmp/greendesk-ca-XXXXXX";

    if (MHD_is_feature_supported(MHD_FEATURE_TLS) != MHD_YES) {
        skip(1, "this libmicrohttpd knows no TLS");
        return done_testing();
    }
    write_file(ca_file, cert_pem);
    write_file(other_ca_file, other_cert_pem);
    ask_start();
    test_trust(ca_file, other_ca_file);
    test_once(ca_file);
    ask_stop();
    unlink(ca_file);
    unlink(other_ca_file);
    return done_testing();
}
