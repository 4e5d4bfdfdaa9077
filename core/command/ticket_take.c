/* core/command/ticket_take.c: ticket.take: a clerk goes on with a colleague's citizen, with the reason. Who is parked may
 * be taken by any clerk of the queue's agency; who is called or served only by whoever sits at that counter now, so that
 * nobody is left there when a counter changes hands. A counter that was given another agency's queue calls from it, so
 * whoever sits there takes its people too. */
#include "core/command/heads.h"
#include "core/command/ticket_row.h"

static enum err need_agency_or_place(struct call *c, const struct ticket *ticket, const struct json *counter)
{
    struct json *queue;
    if (str_equal(ticket->counter, row_id(counter)) || counter_serves(counter, ticket->queue))
        return ERR_OK;
    TRY(peek(c, TABLE_QUEUE, ticket->queue, &queue));
    return need_agency(c, json_text(queue, "agency"));
}

static enum err need_free_to_take(struct call *c, const struct ticket *ticket, const struct json *counter)
{
    if (is_me(c, ticket->user))
        return refuse(c, "already_yours", "ticket", "%s is yours already: take it back with ticket.resume.",
                      ticket->number);
    if (!ticket_is_open(ticket->state) || ticket->state == TICKET_HELD ||
        str_equal(ticket->counter, row_id(counter)))
        return ERR_OK; /* in another state the model's own sentence says more */
    json_set_text(answer(c), "user", ticket->user);
    return refuse(c, "not_parked", "ticket",
                  "%s is at counter with %s. Nothing was changed: ask them, or a supervisor.", ticket->number,
                  user_name(c, ticket->user));
}

/* Whose it was, so that they can be told. */
static void put_taken(struct call *c, struct json *row, const char *from, const char *reason)
{
    struct json *taken = json_new_object();
    json_set_text(taken, "from", from);
    json_set_text(taken, "by", c->actor->user);
    row_set_time(taken, "at", c->at_ms);
    json_set_text(taken, "reason", reason);
    json_set(row, "taken", taken);
}

enum err ticket_take_over(struct call *c)
{
    struct json *counter, *row;
    struct ticket ticket;
    struct ticket_act act = {.event = TICKET_TAKE, .user = c->actor->user};
    const char *reason;
    char from[MODEL_ID];
    TRY(counter_need_held(c, &counter));
    TRY(body_int(c, "gen", -1, &act.gen));
    TRY(ticket_load(c, &row, &ticket));
    TRY(need_agency_or_place(c, &ticket, counter));
    TRY(body_text(c, "reason", &reason));
    if (!reason)
        return refuse(c, "reason_needed", "reason", "Why do you go on with %s? Give a reason: %s is told.",
                      ticket.number, user_name(c, ticket.user));
    TRY(need_free_to_take(c, &ticket, counter));
    TRY(user_need_free(c, c->actor->user));
    str_copy(from, sizeof from, ticket.user);
    act.counter = row_id(counter);
    put_taken(c, row, from, reason);
    TRY(ticket_do(c, row, &ticket, &act));
    ticket_answer(c, row);
    return ERR_OK;
}
