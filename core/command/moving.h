/* core/command/moving.h: moves as others than a command's sender meet them: whoever looks ahead, and the hall when the
 * time of a move is over. */
#pragma once
#include "core/command/command.h"

/* What hall.move with that body would do, over the rows as they stand; nothing is written. applied: out->data has
 *   "seen"    {"counters":[{"id","rev"}],"tickets":[{"id","number","queue","gen"}]}, to be sent with the move itself
 *   "queues"  [{"queue","waiting":[before,after],"longest_ms":[…],"mean_ms":[…],"left":[…],"newcomer_ms":[…],"steps":[[…],[…]]}]
 *             of each queue that has people, counters or a change; two values: as it goes on, and with the move; -1: nobody
 *             can say
 *   "people"  {"sooner","later","won_ms","lost_ms","named":[{"ticket","number","queue","wait_ms":[before,after]}]}, the
 *             one that loses most first, then those who gain most
 * else it is refused as hall.move would be. */
enum err move_foresee(struct tx *tx, const struct json *body, struct outcome *out) MUST_USE;

/* The time of a running move, or of an invitation, is over: the counters have again what they had before. To be run in a
 * change of the hall's own program, whose command's body is {"move": id}; one that is over already is left as it is. */
enum err move_over(struct tx *tx) MUST_USE;
/* Ids of those whose time is over, at most some; more than none: come again. */
enum err moves_due(struct db *db, int64_t now_ms, struct json *ids) MUST_USE;
