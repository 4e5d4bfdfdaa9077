/* core/sync/line.c: see line.h. */
#include <stdlib.h>
#include <string.h>

#include "core/base/crypto.h"
#include "core/sync/line.h"

enum { KEEPALIVE_S = 10, EXTRA_MAX = 16, WAIT_FOREVER_MS = 600 * 1000 /* curl knows no "for ever" */ };

char *line_clean_url(const char *url)
{
    char *clean = xstrdup(url);
    size_t length = strlen(clean);
    while (length > 0 && clean[length - 1] == '/')
        clean[--length] = '\0';
    return clean;
}

static bool is_loopback(const char *url)
{
    const char *host = strstr(url, "//");
    return host &&
           (str_starts(host, "//localhost") || str_starts(host, "//127.") || str_starts(host, "//[::1]"));
}

void line_begin(CURL *easy, const char *hall_url, const char *ca_file)
{
    curl_easy_reset(easy); /* connections stay */
    curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(easy, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
    curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT_MS, (long)LINE_CONNECT_MS);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPALIVE, 1L);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPIDLE, (long)KEEPALIVE_S);
    curl_easy_setopt(easy, CURLOPT_TCP_KEEPINTVL, (long)KEEPALIVE_S);
    curl_easy_setopt(easy, CURLOPT_USERAGENT, "loket/" LOKET_VERSION);
    curl_easy_setopt(easy, CURLOPT_SSLVERSION, (long)CURL_SSLVERSION_TLSv1_2); /* or later */
    if (ca_file)
        curl_easy_setopt(easy, CURLOPT_CAINFO, ca_file);
    if (is_loopback(hall_url))
        curl_easy_setopt(easy, CURLOPT_NOPROXY, "*");
}

struct curl_slist *line_authorise(struct curl_slist *headers, const char *key)
{
    if (!key || key[strcspn(key, "\r\n")] != '\0')
        return headers;
    char *line = xasprintf("Authorization: Bearer %s", key);
    headers = curl_slist_append(headers, line);
    secret_wipe(line, strlen(line));
    free(line);
    return headers;
}

int line_wait(CURLM *multi, struct pollfd *extra, unsigned extra_count, int timeout_ms)
{
    struct curl_waitfd fds[EXTRA_MAX];
    if (!multi || extra_count > EXTRA_MAX)
        return poll(extra, extra_count, timeout_ms);
    for (unsigned i = 0; i < extra_count; i++)
        fds[i] = (struct curl_waitfd){.fd = extra[i].fd, .events = extra[i].events}; /* the same bits */
    curl_multi_poll(multi, fds, extra_count, timeout_ms < 0 ? WAIT_FOREVER_MS : timeout_ms, NULL);
    /* curl hides that a terminal was hung up, and that nobody reads a pipe any more. */
    return poll(extra, extra_count, 0);
}
