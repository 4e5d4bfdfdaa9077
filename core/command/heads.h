/* core/command/heads.h: the heads of the lists that each calling rule needs (core/model/rule.h), read by an index:
 * the same for the hall that calls and for the workstation that shows who comes next. */
#pragma once
#include "core/model/rule.h"
#include "core/wire/json.h"

/* The merge of appointments looks further than the others: those called lately hold their places. */
enum { HEADS_FAR = 32 };

enum { HEAD_LISTS = 5 }; /* of one rule at most, with the one that ends them */
struct head_list {
    const char *sql; /* $1 queue, $2 limit; its first column is the ticket's row; NULL ends the lists */
    int limit;       /* rows of it that are enough for a right call */
};
const struct head_list *head_lists(enum rule_kind kind);
/* Who waits for this very counter or person: $1 its id, $2 limit. */
extern const char sql_sent_to_counter[], sql_sent_to_user[];

/* A supervisor has approved that this counter closes, now or later (closure.c). */
bool row_is_closing(const struct json *counter);
/* The same, from a moment that is over: it takes no newcomers. */
bool counter_is_closing(const struct json *counter, int64_t now_ms);
/* Whether the counter still calls this waiting ticket: a closing one only those who were there before, or were sent to
 * it or to its clerk. */
bool counter_still_calls(const struct json *counter, const struct json *ticket, const char *user,
                         int64_t now_ms);
bool counter_serves(const struct json *counter, const char *queue);

/* A waiting ticket as the rule sees it, at a counter of a person. Texts are borrowed from ticket. */
struct candidate head_candidate(const struct json *ticket, const char *counter, const char *user);
