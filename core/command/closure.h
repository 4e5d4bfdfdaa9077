/* core/command/closure.h: what closing a counter asks for, shared with counter_rules.c. For this room only. */
#pragma once
#include "core/command/rules.h"

/* Where the hall's policy has closing_approval: refused approval_needed while people wait in a queue that only this
 * counter serves and no supervisor has approved. Else, and for a supervisor, always fine. */
enum err closure_need_leave(struct call *c, const struct json *counter) MUST_USE;
/* An open request about the counter is withdrawn. */
enum err closure_drop(struct call *c, const char *counter) MUST_USE;
