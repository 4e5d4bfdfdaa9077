/* core/sync/line.h: what every question to a hall has in common, whoever asks: driver.c its own hall, many.c many. */
#pragma once
#include <curl/curl.h>
#include <poll.h>

#include "core/base/str.h"
#include "core/sync/sync.h"

enum { LINE_CONNECT_MS = 3000 };

/* An address of a hall without the slashes at its end; the caller frees. */
char *line_clean_url(const char *url);
/* A copy of what from (may be NULL) says; line_trust_free for it. */
struct sync_trust line_trust_copy(const struct sync_trust *from);
void line_trust_free(struct sync_trust *trust);
/* Empties the handle of what the last question set; its connection stays. */
void line_begin(CURL *easy, const char *hall_url, const struct sync_trust *trust);
/* "Authorization: Bearer KEY" appended, and wiped where it was put together. Nothing for a key with line ends. */
struct curl_slist *line_authorise(struct curl_slist *headers, const char *key);
/* curl's own wait, with the caller's descriptors (sixteen at most), whose revents are set. */
int line_wait(CURLM *multi, struct pollfd *extra, unsigned extra_count, int timeout_ms);
