/* core/form/uri.h: URI references (RFC 3986): resolving, splitting off fragments, and whether a text is one.
 */
#pragma once
#include "core/base/str.h"

/* Appends reference resolved against base (RFC 3986 section 5.2); base NULL or "": the reference itself. */
void uri_resolve(const char *base, const char *reference, struct buf *out);
/* Length of uri without its fragment; *fragment points behind the #, or is NULL. */
size_t uri_split(const char *uri, const char **fragment);
void uri_decode(const char *text, struct buf *out); /* %41 → A */
bool uri_valid(const char *text);                   /* an absolute URI, with a scheme */
bool uri_host_ipv4(const char *text, size_t length);
bool uri_host_ipv6(const char *text, size_t length); /* without brackets */
