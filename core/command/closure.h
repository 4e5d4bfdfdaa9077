/* core/command/closure.h: what closing a counter asks for, shared with counter_rules.c. For this room only. */
#pragma once
#include "core/command/rules.h"

/* Where the hall's policy has closing_approval: refused approval_needed while people wait in a queue that only this
 * counter serves and no supervisor has approved; people_left while some of those whom an approved closing still serves
 * wait. Else, and for a supervisor, always fine. */
enum err closure_need_leave(struct call *c, const struct json *counter) MUST_USE;
/* The counter closes by an approved closing: who is left behind is put into its row, the closure's and the answer. Another
 * counter's row forgets who was left before. */
enum err closure_leave(struct call *c, struct json *counter) MUST_USE;
/* An open request about the counter is withdrawn. */
enum err closure_drop(struct call *c, const char *counter) MUST_USE;
