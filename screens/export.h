/* screens/export.h: every unsent record of the signed-in person, as a file: needs neither network nor screen. Where nobody
 * is signed in, everybody's: it is then a matter of rescuing them from this computer, which its own user can. */
#pragma once
#include <stdint.h>

#include "core/cache/cache.h"

/* All that the hall has not answered yet, page by page, in one document {"client","at","count","rows":[…]}; *out is the caller's.
 */
enum err export_outbox_json(struct cache *cache, int64_t now_ms, struct json **out,
                            struct err_info *info) MUST_USE;
enum err export_outbox_file(struct cache *cache, const char *path, int64_t now_ms, int64_t *count,
                            struct err_info *info) MUST_USE;
