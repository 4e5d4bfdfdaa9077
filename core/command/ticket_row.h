/* core/command/ticket_row.h: a ticket's and a counter's row as the structs that their rules work on, and back.
 * For the files of this room only. */
#pragma once
#include "core/command/rules.h"
#include "core/model/counter.h"
#include "core/model/ticket.h"

void ticket_read(const struct json *row, struct ticket *ticket);
/* Members that the struct does not have stay as they are. */
void ticket_write(const struct ticket *ticket, struct json *row);
/* It waits in a queue that a bus took along, and went with it: nothing happens to it here (queue_home.c). */
bool ticket_is_away(const struct json *row);
enum err ticket_need_here(struct call *c, const struct json *row) MUST_USE; /* refused queue_elsewhere */
/* body.ticket, with its row and its struct; refused when it is away. */
enum err ticket_load(struct call *c, struct json **row, struct ticket *ticket) MUST_USE;
/* Lets act happen to the row, stamped and saved; refused by the model's own sentence, or gen_old naming who has
 * it. act->now_ms 0 is when the work was done, never before the ticket's last change. */
enum err ticket_do(struct call *c, struct json *row, struct ticket *ticket, struct ticket_act *act) MUST_USE;
/* The hall's minimum of calls and seconds before a no-show; a queue's rule may say otherwise. */
enum err ticket_policy(struct call *c, const char *queue, struct ticket_policy *policy) MUST_USE;
/* {"ticket": the row} into the answer. */
void ticket_answer(struct call *c, const struct json *row);
/* The last stamped change of a row; 0 when there is none. */
int64_t row_changed_ms(const struct json *row);
/* "P014", or "This ticket" before it has a number. */
const char *ticket_title(const struct json *row);

void counter_read(const struct json *row, struct counter *counter);
void counter_write(const struct counter *counter, struct json *row);
/* Called, serving and held tickets that a person has, wherever: {"id","number","state","gen","counter"} each, at most
 * rows_max. */
enum err user_tickets(struct call *c, const char *user, int rows_max, struct json *list) MUST_USE;
/* The counters that a person holds, open or on a break: rows to look at, kept by the call. */
enum err user_counters(struct call *c, const char *user, struct json **rows) MUST_USE;
/* The first of them, to be changed; NULL: none. */
enum err counter_of_user(struct call *c, const char *user, struct json **row) MUST_USE;
/* Tickets that wait for this counter or person become anyone's of their queue again. */
enum err tickets_unsend(struct call *c, const char *counter, const char *user) MUST_USE;
/* Refused still_serving, naming the ticket, while one is called or served by user. */
enum err user_need_free(struct call *c, const char *user) MUST_USE;
