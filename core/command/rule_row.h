/* core/command/rule_row.h: a queue's calling rule as its row keeps it: the same for the hall that calls, for the workstation
 * that shows who comes next, and for rehearsals.
 *
 *   "rule"  {"kind","max_run"?,"no_show_calls"?,"no_show_after_s"?,"reason","by","at","until"?,"before"?}  until: when it
 *           is over "before" counts again
 *   "plan"  {"lines":[{"from":"12:00","to":"14:00","kind","max_run"?}…],"reason","by","at"}  by the clock on the hall's
 *           wall, every day; lines in order, none over another
 *   "rule_undo"  {"rule"?,"plan"?,"by","at"}  what stood before the last change; its author may take it back for ten minutes
 * A rule for a time (one with "until") goes before the plan, the plan before the queue's own rule. */
#pragma once
#include "core/model/rule.h"
#include "core/wire/json.h"

enum { RULE_PLAN_MAX = 12, RULE_CLOCK_TEXT = 6 };

/* The rule that counts at that moment, into kind and max_run; queue is borrowed from row, weight stays 0. */
void rule_row_now(const struct json *row, int64_t now_ms, struct rule_queue *rule);
/* The line of the plan that counts at that moment; NULL: none. A rule for a time is not asked. */
const struct json *rule_row_line(const struct json *row, int64_t now_ms);
/* "rule" is over: the one "before" counts again. */
bool rule_row_is_over(const struct json *row, int64_t now_ms);
/* "09:30", "24:00" as an end; anything else is no time of a day. */
bool rule_clock_valid(const char *text, bool end);
