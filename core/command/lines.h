/* core/command/lines.h: where somebody who waits stands: how many are before them, who and why, and when it is foreseen that
 * they are called. By the rule that calls; nothing is written. */
#pragma once
#include "core/command/command.h"

enum { LINE_SHOWN = 12 };

/* applied: out->data is {} when the ticket does not wait in a queue, else
 *   {"rule":{"kind","max_run"?}, "place": from 1, "waiting", "desks", "average_min", "wait_min": from now|null,
 *    "first":{"number","reason"(rule.h),"value","of"}, "passed"?: why the first one is before somebody who came earlier
 *    (rule.h), "ahead":[{"number","because":"arrived|class|booked|turn|share"}…≤LINE_SHOWN]}
 *   or {"sent_to":{"counter"|"user"}}: it waits for that counter or person, before every queue
 *   or {"not_here":true}: booked, and not come yet. */
enum err line_foresee(struct tx *tx, const char *ticket, struct outcome *out) MUST_USE;
