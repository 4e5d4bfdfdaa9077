/* core/form/uri.c: URI references (RFC 3986). Knows no network: nothing is ever fetched. */
#include "core/form/uri.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

struct span {
    const char *at;
    size_t length;
    bool there; /* "http://h?" has an empty query, "http://h" has none */
};
struct uri_parts {
    struct span scheme, authority, path, query;
};

static size_t scheme_length(const char *uri)
{
    size_t n = 0;
    if (!isalpha((unsigned char)uri[0]))
        return 0;
    while (isalnum((unsigned char)uri[n]) || uri[n] == '+' || uri[n] == '-' || uri[n] == '.')
        n++;
    return uri[n] == ':' ? n : 0;
}

/* RFC 3986 appendix B, without the fragment. */
static struct uri_parts parts_of(const char *uri)
{
    struct uri_parts parts = {0};
    size_t n = scheme_length(uri);
    if (n) {
        parts.scheme = (struct span){uri, n, true};
        uri += n + 1;
    }
    if (uri[0] == '/' && uri[1] == '/') {
        n = strcspn(uri + 2, "/?#");
        parts.authority = (struct span){uri + 2, n, true};
        uri += n + 2;
    }
    n = strcspn(uri, "?#");
    parts.path = (struct span){uri, n, true};
    uri += n;
    if (*uri == '?')
        parts.query = (struct span){uri + 1, strcspn(uri + 1, "#"), true};
    return parts;
}

/* RFC 3986 section 5.2.4, on one path. */
static void add_without_dots(struct buf *out, const char *path, size_t length)
{
    struct buf result = {0};
    bool absolute = length && path[0] == '/';
    size_t at = absolute ? 1 : 0;
    while (at <= length) {
        const char *slash = memchr(path + at, '/', length - at);
        size_t n = slash ? (size_t)(slash - path) - at : length - at;
        bool last = !slash, dot = n == 1 && path[at] == '.', dots = n == 2 && memcmp(path + at, "..", 2) == 0;
        if (dots) {
            const char *text = buf_text(&result), *before = strrchr(text, '/');
            size_t keep = before ? (size_t)(before - text) : 0;
            if (result.data) {
                result.length = keep;
                result.data[keep] = '\0';
            }
        }
        if (!dot && !dots) {
            if (absolute || result.length)
                buf_addc(&result, '/');
            buf_add(&result, path + at, n);
        } else if (last) {
            buf_addc(&result, '/');
        }
        at += n + 1;
    }
    buf_adds(out, buf_text(&result));
    buf_free(&result);
}

static void add_span(struct buf *out, const char *before, struct span span, const char *after)
{
    if (!span.there)
        return;
    buf_adds(out, before);
    buf_add(out, span.at, span.length);
    buf_adds(out, after);
}

static void add_merged_path(struct buf *out, const struct uri_parts *base, struct span path)
{
    struct buf merged = {0};
    size_t keep = 0;
    for (size_t i = 0; i < base->path.length; i++)
        if (base->path.at[i] == '/')
            keep = i + 1;
    if (base->authority.there && base->path.length == 0)
        buf_addc(&merged, '/');
    buf_add(&merged, base->path.at, keep);
    buf_add(&merged, path.at, path.length);
    add_without_dots(out, buf_text(&merged), merged.length);
    buf_free(&merged);
}

void uri_resolve(const char *base, const char *reference, struct buf *out)
{
    struct uri_parts ref = parts_of(reference), from = parts_of(base ? base : "");
    const char *fragment = strchr(reference, '#');
    bool own_authority = ref.scheme.there || ref.authority.there;
    add_span(out, "", ref.scheme.there ? ref.scheme : from.scheme, ":");
    add_span(out, "//", own_authority ? ref.authority : from.authority, "");
    if (!own_authority && ref.path.length == 0) {
        buf_add(out, from.path.at, from.path.length);
        add_span(out, "?", ref.query.there ? ref.query : from.query, "");
    } else {
        if (ref.scheme.there && !ref.authority.there && ref.path.length && ref.path.at[0] != '/')
            buf_add(out, ref.path.at, ref.path.length); /* urn:… has no hierarchy */
        else if (own_authority || ref.path.at[0] == '/')
            add_without_dots(out, ref.path.at, ref.path.length);
        else
            add_merged_path(out, &from, ref.path);
        add_span(out, "?", ref.query, "");
    }
    if (fragment)
        buf_adds(out, fragment);
}

size_t uri_split(const char *uri, const char **fragment)
{
    size_t length = strcspn(uri, "#");
    if (fragment)
        *fragment = uri[length] ? uri + length + 1 : NULL;
    return length;
}

void uri_decode(const char *text, struct buf *out)
{
    for (; *text; text++) {
        if (text[0] == '%' && isxdigit((unsigned char)text[1]) && isxdigit((unsigned char)text[2])) {
            const char hex[3] = {text[1], text[2], '\0'};
            buf_addc(out, (char)strtoul(hex, NULL, 16));
            text += 2;
        } else {
            buf_addc(out, *text);
        }
    }
}

/* --- is it a URI? --- */
/* Unreserved, sub-delims, percent-encoded, and the characters of more. */
static bool chars_allowed(const char *text, size_t length, const char *more)
{
    for (size_t i = 0; i < length; i++) {
        unsigned char ch = (unsigned char)text[i];
        if (ch == '%') {
            if (i + 2 >= length || !isxdigit((unsigned char)text[i + 1]) ||
                !isxdigit((unsigned char)text[i + 2]))
                return false;
            i += 2;
        } else if (ch >= 0x80 || !ch ||
                   (!isalnum(ch) && !strchr("-._~!$&'()*+,;=", ch) && !strchr(more, ch))) {
            return false;
        }
    }
    return true;
}

bool uri_host_ipv4(const char *text, size_t length)
{
    int parts = 0;
    size_t i = 0;
    while (parts < 4) {
        int value = 0;
        size_t start = i;
        while (i < length && i - start < 3 && isdigit((unsigned char)text[i]))
            value = value * 10 + (text[i++] - '0');
        if (i == start || value > 255 || (text[start] == '0' && i - start > 1))
            return false;
        if (++parts < 4 && (i >= length || text[i++] != '.'))
            return false;
    }
    return i == length;
}

bool uri_host_ipv6(const char *text, size_t length)
{
    int groups = 0;
    bool shortened = false;
    size_t i = 0;
    if (length >= 2 && text[0] == ':' && text[1] == ':') {
        shortened = true;
        i = 2;
    }
    while (i < length) {
        size_t start = i;
        while (i < length && i - start < 5 && isxdigit((unsigned char)text[i]))
            i++;
        if (i < length && text[i] == '.') {
            if (!uri_host_ipv4(text + start, length - start))
                return false;
            groups += 2;
            i = length;
            break;
        }
        if (i == start || i - start > 4)
            return false;
        groups++;
        if (i == length)
            break;
        if (text[i++] != ':' || i == length)
            return false;
        if (text[i] == ':') {
            if (shortened)
                return false;
            shortened = true;
            i++;
        }
    }
    return shortened ? groups < 8 : groups == 8;
}

static bool host_valid(const char *host, size_t length)
{
    if (!length || host[0] != '[')
        return chars_allowed(host, length, "");
    if (length < 4 || host[length - 1] != ']')
        return false;
    if (host[1] == 'v' || host[1] == 'V')
        return chars_allowed(host + 2, length - 3, ":");
    return uri_host_ipv6(host + 1, length - 2);
}

static bool authority_valid(struct span authority)
{
    const char *at = memchr(authority.at, '@', authority.length);
    if (at) {
        size_t user = (size_t)(at - authority.at);
        if (!chars_allowed(authority.at, user, ":"))
            return false;
        authority.at += user + 1;
        authority.length -= user + 1;
    }
    size_t host = authority.length;
    while (host && isdigit((unsigned char)authority.at[host - 1]))
        host--;
    if (host && authority.at[host - 1] == ':')
        host--;
    else
        host = authority.length;
    return host_valid(authority.at, host);
}

bool uri_valid(const char *text)
{
    struct uri_parts parts = parts_of(text);
    const char *fragment;
    uri_split(text, &fragment);
    return parts.scheme.there && (!parts.authority.there || authority_valid(parts.authority)) &&
           chars_allowed(parts.path.at, parts.path.length, ":@/") &&
           chars_allowed(parts.query.at, parts.query.length, ":@/?") &&
           (!fragment || chars_allowed(fragment, strlen(fragment), ":@/?"));
}
