/* Which servers may be spoken to, and paths made of untrusted parts. */
/* SPDX-License-Identifier: GPL-3.0-or-later */
#include <arpa/inet.h>
#include <curl/curl.h>
#include <string.h>
#include <strings.h>

#include "http.h"

#define ADVICE "set base_url to https://…, or to http:// with localhost, 127.0.0.1 or [::1]"

static bool is_loopback_name(const char *host)
{
    struct in_addr v4;
    struct in6_addr v6;
    char inner[INET6_ADDRSTRLEN];
    size_t len = strlen(host);

    if (strcasecmp(host, "localhost") == 0)
        return true;
    if (inet_pton(AF_INET, host, &v4) == 1)
        return ntohl(v4.s_addr) >> 24 == 127;
    if (len < 3 || len - 2 >= sizeof inner || host[0] != '[' || host[len - 1] != ']')
        return false;
    memcpy(inner, host + 1, len - 2);
    inner[len - 2] = '\0';
    return inet_pton(AF_INET6, inner, &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

static bool has_part(CURLU *url, CURLUPart part)
{
    char *text = NULL;
    bool has = curl_url_get(url, part, &text, 0) == CURLUE_OK;

    curl_free(text);
    return has;
}

/* What stands behind the scheme; NULL where that is another, or no host follows, or a colon without a port.
 * libcurl itself would let more pass: other counts of slashes, no scheme at all. */
static const char *behind_scheme(const char *text, bool *plain)
{
    size_t len = 0;

    *plain = false;
    if (strncasecmp(text, "https://", 8) == 0)
        len = 8;
    else if (strncasecmp(text, "http://", 7) == 0)
        len = 7;
    *plain = len == 7;
    if (len == 0 || text[len] == '/' || text[len] == '\0')
        return NULL;
    return strstr(text + len, ":/") == NULL && text[strlen(text) - 1] != ':' ? text + len : NULL;
}

static enum gd_rc check_host(CURLU *url, const char *shown, bool plain, struct gd_error *err)
{
    char *host = NULL;
    enum gd_rc rc = GD_OK;

    if (curl_url_get(url, CURLUPART_HOST, &host, 0) != CURLUE_OK || host[0] == '\0')
        rc = gd_fail(err, GD_INPUT, ADVICE, "base_url %s is no complete URL", shown);
    else if (plain && (!is_loopback_name(host) || has_part(url, CURLUPART_ZONEID)))
        rc = gd_fail(err, GD_INPUT, ADVICE, "base_url %s would send the token in clear to %s", shown, host);
    curl_free(host);
    return rc;
}

static bool has_odd_bytes(const char *text)
{
    for (; *text != '\0'; text++) {
        unsigned char c = (unsigned char)*text;

        if (c <= ' ' || c >= 0x7f || c == '\\')
            return true;
    }
    return false;
}

enum gd_rc gd_http_check_url(const char *base_url, struct gd_error *err)
{
    CURLU *url;
    bool plain;
    enum gd_rc rc;

    if (base_url == NULL || base_url[0] == '\0')
        return gd_fail(err, GD_INPUT, ADVICE, "base_url is missing");
    if (has_odd_bytes(base_url))
        return gd_fail(err, GD_INPUT, ADVICE, "base_url holds blanks or characters that no URL can hold");
    /* Before anything is shown of it: it may hold a password. */
    if (strchr(base_url, '@') != NULL)
        return gd_fail(err, GD_INPUT, "name the account in account_sid and the token in token_command",
                       "base_url holds credentials");
    if (behind_scheme(base_url, &plain) == NULL)
        return gd_fail(err, GD_INPUT, ADVICE, "base_url %s is no whole https or http URL", base_url);
    if (strpbrk(base_url, "?#") != NULL)
        return gd_fail(err, GD_INPUT, ADVICE, "base_url %s goes on after its path", base_url);
    url = curl_url();
    if (url == NULL)
        return gd_fail_memory(err);
    if (curl_url_set(url, CURLUPART_URL, base_url, 0) == CURLUE_OK)
        rc = check_host(url, base_url, plain, err);
    else
        rc = gd_fail(err, GD_INPUT, ADVICE, "base_url %s is no complete URL", base_url);
    curl_url_cleanup(url);
    return rc;
}

void gd_http_encode(const char *part, struct gd_buf *out)
{
    static const char unreserved[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
    bool dots = strcmp(part, ".") == 0 || strcmp(part, "..") == 0; /* would climb in the path */

    for (; *part != '\0'; part++) {
        if (!dots && strchr(unreserved, *part) != NULL)
            gd_buf_addc(out, *part);
        else
            gd_buf_addf(out, "%%%02X", (unsigned char)*part);
    }
}
