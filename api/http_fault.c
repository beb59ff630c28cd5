/* What libcurl's results mean for a request, and the Retry-After header. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <string.h>

#include "http_part.h"

/* Results that have one meaning wherever they come. The rest are breaks: of the connection before it stood,
 * or of the exchange. */
static const struct {
    CURLcode code;
    enum gd_fault fault;
    const char *words;
} results[] = {
    {CURLE_OK, GD_FAULT_NONE, ""},
    {CURLE_COULDNT_RESOLVE_HOST, GD_FAULT_RESOLVE, "the server's name was not found"},
    {CURLE_COULDNT_RESOLVE_PROXY, GD_FAULT_RESOLVE, "the proxy's name was not found"},
    {CURLE_PEER_FAILED_VERIFICATION, GD_FAULT_CERTIFICATE, "the server's certificate is not trusted"},
    {CURLE_SSL_ISSUER_ERROR, GD_FAULT_CERTIFICATE, "the server's certificate is not trusted"},
    {CURLE_SSL_INVALIDCERTSTATUS, GD_FAULT_CERTIFICATE, "the server's certificate is not trusted"},
    {CURLE_SSL_CERTPROBLEM, GD_FAULT_CERTIFICATE, "the client certificate cannot be used; see client_cert"},
    {CURLE_SSL_CACERT_BADFILE, GD_FAULT_CERTIFICATE, "the trusted certificates cannot be read; see ca_file"},
    {CURLE_SSL_CRL_BADFILE, GD_FAULT_CERTIFICATE, "the list of revoked certificates cannot be read"},
    {CURLE_ABORTED_BY_CALLBACK, GD_FAULT_BROKEN, "the connection was closed after the request was sent"},
};

enum gd_fault gd_fault_of(CURLcode code, bool sent, const char **words)
{
    for (size_t i = 0; i < sizeof results / sizeof *results; i++) {
        if (results[i].code != code)
            continue;
        /* TLS 1.3 can refuse a client certificate after the request has left. */
        if (sent && results[i].fault == GD_FAULT_CERTIFICATE)
            break;
        *words = results[i].words;
        return results[i].fault;
    }
    if (code == CURLE_OPERATION_TIMEDOUT) {
        *words = sent ? "no answer in time" : "no connection in time";
        return sent ? GD_FAULT_TIMEOUT : GD_FAULT_CONNECT_TIMEOUT;
    }
    if (sent) {
        *words = "the connection broke before the answer was complete";
        return GD_FAULT_BROKEN;
    }
    if (code == CURLE_SSL_CONNECT_ERROR || code == CURLE_SSL_CIPHER) {
        *words = "no secure connection came about";
        return GD_FAULT_TLS;
    }
    *words = "no connection came about";
    return GD_FAULT_CONNECT;
}

#define SECONDS_LONG 1000000000 /* more is only "very long" */

static int64_t parse_seconds(const char *digits, size_t len)
{
    int64_t seconds = 0;

    for (size_t i = 0; i < len; i++) {
        if (digits[i] < '0' || digits[i] > '9')
            return -1;
        if (seconds < SECONDS_LONG)
            seconds = seconds * 10 + (digits[i] - '0');
    }
    return len > 0 ? seconds : -1;
}

int64_t gd_retry_after_parse(const char *value, size_t len, int64_t now)
{
    int64_t seconds = parse_seconds(value, len);
    char date[64];
    time_t when;

    if (seconds >= 0)
        return seconds * 1000;
    if (len == 0 || len >= sizeof date || memchr(value, '\0', len) != NULL)
        return -1;
    memcpy(date, value, len);
    date[len] = '\0';
    when = curl_getdate(date, NULL);
    if (when == (time_t)-1)
        return -1;
    seconds = when > now ? (int64_t)when - now : 0;
    return (seconds < SECONDS_LONG ? seconds : SECONDS_LONG) * 1000;
}
