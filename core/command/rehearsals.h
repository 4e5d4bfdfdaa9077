/* core/command/rehearsals.h: what another rule would do to the people who wait in a queue now, asked by a supervisor before
 * it counts. Nothing is written. */
#pragma once
#include "core/command/command.h"

enum { REHEARSED_MAX = 1000, REHEARSED_SHOWN = 200 };

/* body: as of queue.rule; the reason is not asked for. applied: out->data is
 *   {"queue","code","at","rule":{"kind","max_run"?}, "now":{"kind","max_run"?},
 *    "waiting": how many are rehearsed, at most REHEARSED_MAX, "desks","average_min",
 *    "counter"?: its name: where queues share a counter by weight it is asked as that counter would call,
 *    "up","down","same": people, "up_most","down_most": places, "longer": people, "longer_most_min",
 *    "longest_min","longest_min_after": the longest whole wait|null,
 *    "rows":[{"ticket","number","queue_code","service","priority_class","arrived_at","appointment_at"|null,
 *             "place","place_after": from 1, "wait_min","wait_min_after": from now|null}…≤REHEARSED_SHOWN] in the new order}
 * Minutes and places are of the next hours played forward with the one rule and with the other (core/model/hour.h); beyond
 * HOUR_MIN_MAX at their pace.
 * Who was sent to a counter or a clerk comes before every queue and stands in none. */
enum err rule_foresee(struct tx *tx, const struct json *body, struct outcome *out) MUST_USE;
