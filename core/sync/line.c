/* core/sync/line.c: see line.h. */
#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

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

/* --- who may be spoken to --- */

static bool is_loopback(const char *url)
{
    const char *from = strstr(url, "//");
    char host[64];
    struct in_addr address;
    if (!from)
        return false;
    from += 2;
    size_t length = *from == '[' ? strcspn(from, "]") + 1 : strcspn(from, ":/");
    if (length >= sizeof host)
        return false;
    memcpy(host, from, length);
    host[length] = '\0';
    return str_equal(host, "localhost") || str_equal(host, "[::1]") ||
           (inet_pton(AF_INET, host, &address) == 1 && ntohl(address.s_addr) >> 24 == 127);
}

static bool is_address(const char *url)
{
    const char *host = str_starts(url, "http://")    ? url + strlen("http://")
                       : str_starts(url, "https://") ? url + strlen("https://")
                                                     : "";
    return strcspn(host, ":/") != 0 && strlen(url) <= 500 && url[strcspn(url, " \t\r\n?#@")] == '\0';
}

enum err sync_check_url(const char *url, struct err_info *info)
{
    if (!is_address(url))
        return err_set(info, ERR_USAGE,
                       "\"%.100s\" is no address of a hall. It looks like https://hall.example:8080.", url);
    return ERR_OK;
}

/* Whoever reads the key of a workstation is that workstation to the hall. */
static enum err check_key(const struct sync_trust *trust, struct err_info *info)
{
    const char *file = !trust ? NULL : trust->key ? trust->key : trust->cert;
    struct stat about;
    if (!file)
        return ERR_OK;
    if (stat(file, &about) != 0)
        return err_set(info, ERR_ABSENT,
                       "%s, this workstation's key (settings, [hall]), cannot be read: %s. Nothing was sent.",
                       file, strerror(errno));
    if (about.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(info, ERR_ABSENT,
                       "%s holds this workstation's key, and others at this computer can read it. Nothing "
                       "was sent; what is "
                       "recorded here stays. Then it goes on: chmod 600 %s",
                       file, file);
    return ERR_OK;
}

enum err sync_check_way(const char *url, const struct sync_trust *trust, struct err_info *info)
{
    enum err err = sync_check_url(url, info);
    if (!err && str_starts(url, "https://"))
        return check_key(trust, info);
    if (err || is_loopback(url) || (trust && trust->plain))
        return err;
    return err_set(
        info, ERR_REFUSED,
        "%.120s is not encrypted: passwords and people's data could be read on the way, so nothing "
        "was sent; what is recorded here stays. Use the hall's https:// address. Where the network "
        "is trusted say so twice: --plain-http, and LOKET_PLAIN_HTTP=yes.",
        url);
}

struct sync_trust line_trust_copy(const struct sync_trust *from)
{
    static const struct sync_trust none;
    const struct sync_trust *f = from ? from : &none;
    return (struct sync_trust){.ca = f->ca ? xstrdup(f->ca) : NULL,
                               .crl = f->crl ? xstrdup(f->crl) : NULL,
                               .pin = f->pin ? xstrdup(f->pin) : NULL,
                               .cert = f->cert ? xstrdup(f->cert) : NULL,
                               .key = f->key ? xstrdup(f->key) : NULL,
                               .plain = f->plain};
}

void line_trust_free(struct sync_trust *trust)
{
    const char *texts[] = {trust->ca, trust->crl, trust->pin, trust->cert, trust->key};
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        free((char *)(uintptr_t)texts[i]);
    *trust = (struct sync_trust){0};
}

/* --- a question --- */

void line_begin(CURL *easy, const char *hall_url, const struct sync_trust *trust)
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
    if (trust->ca)
        curl_easy_setopt(easy, CURLOPT_CAINFO, trust->ca);
    if (trust->crl)
        curl_easy_setopt(easy, CURLOPT_CRLFILE, trust->crl);
    if (trust->pin)
        curl_easy_setopt(easy, CURLOPT_PINNEDPUBLICKEY, trust->pin);
    if (trust->cert)
        curl_easy_setopt(easy, CURLOPT_SSLCERT, trust->cert);
    if (trust->key)
        curl_easy_setopt(easy, CURLOPT_SSLKEY, trust->key);
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
