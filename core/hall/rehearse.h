/* core/hall/rehearse.h: `loketd rehearse`: whom a rule would call next from a queue that is handed in as JSON,
 * in which order, and how long each would wait (COMMANDS.md). Pure. */
#pragma once
#include "core/model/rule.h"
#include "core/wire/json.h"

enum { REHEARSE_ENTRIES_MAX = 20000 };

/* queue: {"now","average_min","desks","max_run"?,"entries":[…]}. *out: {"next","order","estimates"}, for the
 * caller to free. ERR_INVALID names the member that is not as it should be. */
enum err rehearse(enum rule_kind kind, const struct json *queue, struct json **out,
                  struct err_info *info) MUST_USE;
