/* core/command/legal.h: what the clock alone does to an application (PROTOCOL.md section 4): granted where the law
 * deems it so when its time has run out, lapsed when the citizen never answered a return. Done by the hall's own
 * program and dated by the law, not by when the hall came to it: a hall that was off catches up with the right days. */
#pragma once
#include "core/command/command.h"

#define CASE_LAPSED "lapsed" /* withdrawn_reason of what nobody answered */

enum legal_event { LEGAL_NONE, LEGAL_DEEM, LEGAL_LAPSE };
/* What is due by now. service: the application's, NULL when it is gone. */
enum legal_event legal_due(const struct json *row, const struct json *service, int64_t now_ms);
/* Does it, in a change of the hall's own program whose body is {"case":ID}; nothing when it is not due any more. */
enum err legal_apply(struct tx *tx) MUST_USE;
const char *legal_type(enum legal_event event); /* for the audit: "case.deem", "case.lapse" */
