/* core/cache/next.h: for load_*.c: who comes next at a counter, and how far a form is filled in. */
#pragma once
#include "core/cache/load.h"

/* "next" (at most ten tickets in the rule's order) and "why" of the first, or JSON null when nobody waits. */
enum err put_next(struct cache *cache, const struct json *counter, int64_t now_ms,
                  struct json *answer) MUST_USE;
/* "filled" and "total" of a case by its service's form; 0 of 0 when it has none or is not readable. */
void set_progress(struct json *row, const struct json *service, int64_t now_ms);
