/* Easy handles: their options, what libcurl calls back for, and what a finished transfer amounts to. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>

#include "http_part.h"
#include "log.h"
#include "mem.h"
#include "text.h"
#include "version.h"
#include "when.h"

#define HEADERS_MAX ((size_t)256 * 1024)

/* ---- callbacks ---- */

static bool is_loopback(const struct curl_sockaddr *to)
{
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;

    if (to->family == AF_INET) {
        memcpy(&v4, &to->addr, sizeof v4);
        return ntohl(v4.sin_addr.s_addr) >> 24 == 127;
    }
    if (to->family != AF_INET6 || to->addrlen < sizeof v6)
        return false;
    /* libcurl keeps longer addresses behind the struct's nominal end. */
    memcpy(&v6, (const char *)to + offsetof(struct curl_sockaddr, addr), sizeof v6);
    return IN6_IS_ADDR_LOOPBACK(&v6.sin6_addr);
}

/* A host that is allowed in clear because it is loopback must have a loopback address too, whatever the
 * resolver says. No child of this process inherits a socket. */
static curl_socket_t open_socket(void *arg, curlsocktype purpose, struct curl_sockaddr *to)
{
    const struct gd_http *http = arg;

    (void)purpose;
    if (http->plain && !is_loopback(to))
        return CURL_SOCKET_BAD;
    return socket(to->family, to->socktype | SOCK_CLOEXEC, to->protocol);
}

/* Called with a connection at hand, before the request leaves on it. libcurl sends a request again, on a
 * fresh connection, where a reused one turns out to be closed and no byte of an answer came; the server may
 * have done its work all the same. A write that has left once is not let go again: the transfer ends as
 * broken. */
static int before_request(void *arg, char *there, char *here, int port_there, int port_here)
{
    struct gd_transfer *transfer = arg;
    long size = 0;

    (void)there, (void)here, (void)port_there, (void)port_here;
    curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &size);
    if (!transfer->begun) {
        transfer->begun = true;
        transfer->size_before = size;
        return 0;
    }
    return transfer->write && size > transfer->size_before ? 1 : 0;
}

static size_t take_body(char *bytes, size_t size, size_t n, void *arg)
{
    struct gd_transfer *transfer = arg;
    size_t len = size * n;

    if (len > transfer->answer.max - transfer->answer.len) {
        transfer->too_large = true;
        return 0;
    }
    gd_buf_add(&transfer->answer, bytes, len);
    return transfer->answer.failed ? 0 : len;
}

/* The value of the header line if it has this name, blanks around it left off. */
static const char *header_value(const char *line, size_t len, const char *name, size_t *value_len)
{
    size_t at = strlen(name);

    if (len <= at || strncasecmp(line, name, at) != 0 || line[at] != ':')
        return NULL;
    at++;
    while (at < len && (line[at] == ' ' || line[at] == '\t'))
        at++;
    while (len > at && strchr(" \t\r\n", line[len - 1]) != NULL)
        len--;
    *value_len = len - at;
    return line + at;
}

/* A copy is logged: the line is libcurl's. */
static void log_header(const struct gd_http *http, const char *line, size_t len)
{
    struct gd_buf copy;

    gd_buf_init(&copy, HEADERS_MAX);
    gd_buf_add(&copy, line, len);
    gd_http_scrub(http, copy.data, copy.len);
    gd_log_header("<", copy.data, copy.len);
    gd_buf_wipe(&copy);
}

static size_t take_header(char *line, size_t size, size_t n, void *arg)
{
    struct gd_transfer *transfer = arg;
    size_t len = size * n, value_len;
    const char *value;

    transfer->header_bytes += len;
    if (transfer->header_bytes > HEADERS_MAX) {
        transfer->too_large = true;
        return 0;
    }
    if (gd_log_level() >= GD_LOG_BODIES)
        log_header(transfer->http, line, len);
    if (len >= 5 && memcmp(line, "HTTP/", 5) == 0) { /* the last of several answers counts (100, then 200) */
        transfer->retry_after = -1;
        transfer->request_id[0] = '\0';
        transfer->head_ended = false;
    }
    if (line[0] == '\r' || line[0] == '\n')
        transfer->head_ended = true;
    value = header_value(line, len, "retry-after", &value_len);
    if (value != NULL)
        transfer->retry_after = gd_retry_after_parse(value, value_len, gd_now());
    value = header_value(line, len, "x-request-id", &value_len);
    if (value != NULL && value_len < sizeof transfer->request_id)
        snprintf(transfer->request_id, sizeof transfer->request_id, "%.*s", (int)value_len, value);
    return len;
}

/* ---- options ---- */

#define SET(option, value) (code = code != CURLE_OK ? code : curl_easy_setopt(easy, option, value))

static CURLcode set_scheme(CURL *easy, const struct gd_http *http)
{
#if LIBCURL_VERSION_NUM >= 0x075500
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, http->plain ? "http" : "https");
#else
    return curl_easy_setopt(easy, CURLOPT_PROTOCOLS, (long)(http->plain ? CURLPROTO_HTTP : CURLPROTO_HTTPS));
#endif
}

/* Nothing of the environment or of files in the home counts: neither proxies, .netrc nor trust. */
static CURLcode set_connection(CURL *easy, const struct gd_http *http)
{
    CURLcode code = set_scheme(easy, http);

    SET(CURLOPT_NOSIGNAL, 1L);
    SET(CURLOPT_PROXY, http->proxy != NULL ? http->proxy : "");
    SET(CURLOPT_NOPROXY, "");
    SET(CURLOPT_NETRC, (long)CURL_NETRC_IGNORED);
    SET(CURLOPT_FOLLOWLOCATION, 0L);
    SET(CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_2TLS);
    SET(CURLOPT_PATH_AS_IS, 1L);
    SET(CURLOPT_TCP_KEEPALIVE, 1L);
    SET(CURLOPT_CONNECTTIMEOUT_MS, http->connect_timeout * 1000L);
    SET(CURLOPT_TIMEOUT_MS, http->timeout * 1000L);
    SET(CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2);
    SET(CURLOPT_SSL_VERIFYPEER, 1L);
    SET(CURLOPT_SSL_VERIFYHOST, 2L);
    if (http->ca_file != NULL) {
        SET(CURLOPT_CAINFO, http->ca_file);
        SET(CURLOPT_CAPATH, NULL);
    }
    if (http->client_cert != NULL)
        SET(CURLOPT_SSLCERT, http->client_cert);
    SET(CURLOPT_OPENSOCKETFUNCTION, open_socket);
    SET(CURLOPT_OPENSOCKETDATA, http);
#if LIBCURL_VERSION_NUM >= 0x075700
    SET(CURLOPT_QUICK_EXIT, 1L); /* ending a transfer does not wait for a lookup of its name that hangs */
#endif
    return code;
}

static CURLcode set_answer(CURL *easy)
{
    CURLcode code = CURLE_OK;

    SET(CURLOPT_USERAGENT, "greendesk/" PACKAGE_VERSION);
    SET(CURLOPT_ACCEPT_ENCODING, "gzip");
    SET(CURLOPT_WRITEFUNCTION, take_body);
    SET(CURLOPT_HEADERFUNCTION, take_header);
    return code;
}

CURL *gd_easy_new(struct gd_http *http)
{
    CURL *easy = curl_easy_init();

    if (easy != NULL && (set_connection(easy, http) != CURLE_OK || set_answer(easy) != CURLE_OK)) {
        curl_easy_cleanup(easy);
        easy = NULL;
    }
    return easy;
}

/* A libcurl without the call before a request cannot be kept from sending a write twice on a connection that
 * it used before: there, writes get connections of their own. */
static CURLcode set_once(CURL *easy, struct gd_transfer *transfer)
{
    CURLcode code = CURLE_UNKNOWN_OPTION;

#if LIBCURL_VERSION_NUM >= 0x075000
    code = curl_easy_setopt(easy, CURLOPT_PREREQFUNCTION, before_request);
    SET(CURLOPT_PREREQDATA, transfer);
#endif
    if (code == CURLE_OK)
        return code;
    transfer->begun = true; /* nobody will say so */
    return curl_easy_setopt(easy, CURLOPT_FRESH_CONNECT, transfer->write ? 1L : 0L);
}

/* A PUT without a body says so with Content-Length: 0. */
static CURLcode set_method(CURL *easy, const struct gd_transfer *transfer)
{
    bool bodyless = strcmp(transfer->method, "GET") == 0 || strcmp(transfer->method, "DELETE") == 0;
    CURLcode code = CURLE_OK;

    if (transfer->body == NULL && bodyless)
        SET(CURLOPT_HTTPGET, 1L);
    else
        SET(CURLOPT_POST, 1L);
    SET(CURLOPT_POSTFIELDS, transfer->body != NULL ? transfer->body : "");
    SET(CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)transfer->len);
    if (transfer->body == NULL && bodyless)
        SET(CURLOPT_HTTPGET, 1L); /* setting a body made it a POST */
    SET(CURLOPT_CUSTOMREQUEST, transfer->method);
    SET(CURLOPT_HTTPHEADER, transfer->body != NULL ? transfer->http->headers_body : transfer->http->headers);
    return code;
}

enum gd_rc gd_easy_prepare(struct gd_transfer *transfer, struct gd_error *err)
{
    CURL *easy = transfer->easy;
    struct gd_buf url;
    CURLcode code;

    gd_buf_init(&url, 64 * 1024);
    gd_buf_adds(&url, transfer->http->base_url);
    gd_buf_adds(&url, transfer->path);
    if (url.failed) {
        gd_buf_free(&url);
        return gd_fail(err, GD_INPUT, NULL, "the path of the request is too long");
    }
    code = set_method(easy, transfer);
    SET(CURLOPT_URL, url.data);
    SET(CURLOPT_PRIVATE, transfer);
    SET(CURLOPT_WRITEDATA, transfer);
    SET(CURLOPT_HEADERDATA, transfer);
    SET(CURLOPT_ERRORBUFFER, transfer->words);
    if (code == CURLE_OK)
        code = set_once(easy, transfer);
    gd_buf_free(&url);
    return code == CURLE_OK ? GD_OK : gd_fail_memory(err);
}

/* ---- results ---- */

/* Whether a byte of the request, a proxy's CONNECT apart, may have left. */
static bool was_sent(const struct gd_transfer *transfer)
{
    long size = 0;

    if (!transfer->begun || transfer->easy == NULL)
        return false;
    return curl_easy_getinfo(transfer->easy, CURLINFO_REQUEST_SIZE, &size) != CURLE_OK ||
           size > transfer->size_before;
}

static void put_why(struct gd_http_answer *answer, const char *ours, const char *libcurls)
{
    struct gd_buf text;

    gd_buf_init(&text, 4 * CURL_ERROR_SIZE);
    gd_buf_adds(&text, ours);
    if (libcurls[0] != '\0') {
        gd_buf_adds(&text, " (");
        gd_text_escape(libcurls, strlen(libcurls), &text);
        gd_buf_adds(&text, ")");
    }
    snprintf(answer->why, sizeof answer->why, "%s", text.data);
    gd_buf_free(&text);
}

void gd_easy_result(struct gd_transfer *transfer, CURLcode result, struct gd_http_answer *answer)
{
    const char *words = "";
    curl_off_t us = 0;
    long status = 0;

    *answer = (struct gd_http_answer){.sent = was_sent(transfer), .retry_after = -1, .body = ""};
    curl_easy_getinfo(transfer->easy, CURLINFO_TOTAL_TIME_T, &us);
    answer->elapsed_ms = us / 1000;
    if (result == CURLE_OK && !transfer->head_ended)
        result = CURLE_RECV_ERROR; /* libcurl takes a head that is cut off for a whole one */
    answer->fault = gd_fault_of(result, answer->sent, &words);
    if (result != CURLE_OK && transfer->too_large) {
        answer->fault = GD_FAULT_TOO_LARGE;
        put_why(answer, "the answer is larger than 32 MiB", "");
    } else if (result != CURLE_OK) {
        put_why(answer, words, transfer->words);
    } else {
        curl_easy_getinfo(transfer->easy, CURLINFO_RESPONSE_CODE, &status);
        answer->status = (int)status;
        answer->sent = true;
        answer->retry_after = transfer->retry_after;
        answer->body = transfer->answer.data;
        answer->len = transfer->answer.len;
        snprintf(answer->request_id, sizeof answer->request_id, "%s", transfer->request_id);
    }
}
