/* core/command/ticket_steps.c: what a clerk does with a ticket after the call, one short rule each.
 * What may happen in which state, and what it changes, is the table of core/model/ticket.c. */
#include <string.h>

#include "core/command/queues.h"
#include "core/command/ticket_row.h"
#include "core/command/visit_row.h"

enum { HOLD_MS_MAX = DAY_MS };

struct step {
    struct json *row;
    struct ticket ticket;
    struct ticket_act act;
};

/* The holder acts; a supervisor may too, and then the holder is not compared. */
static enum err begin(struct call *c, enum ticket_event event, struct step *step)
{
    *step = (struct step){.act = {.event = event}};
    TRY(body_int(c, "gen", -1, &step->act.gen));
    TRY(ticket_load(c, &step->row, &step->ticket));
    step->act.user = is_role(c, ROLE_SUPERVISOR) ? NULL : c->actor->user;
    return ERR_OK;
}

static enum err take_note(struct call *c, struct step *step)
{
    const char *note;
    TRY(body_text(c, "note", &note));
    if (!note)
        return ERR_OK;
    json_set_text(step->row, "note", note);
    json_set_text(step->row, "note_by", c->actor->user);
    row_set_time(step->row, "note_at", c->at_ms);
    return ERR_OK;
}

/* A row goes to every workstation: bytes of a paper's code, and how many there are. */
enum { MISSING_MAX = 60, PAPER_CODE_MAX = 200 };

static enum err need_paper_codes(struct call *c, const struct json *codes)
{
    for (const struct json *one = json_first(codes); one; one = json_next(one))
        if (!json_as_text(one) || strlen(json_as_text(one)) > PAPER_CODE_MAX)
            return refuse(c, "invalid_body", "missing",
                          "\"missing\" names papers by their codes, each of at most %d bytes. Nothing was "
                          "changed.",
                          PAPER_CODE_MAX);
    return ERR_OK;
}

/* Which papers kept a visit from its end, by their codes, and why; with any other outcome there are none. */
static enum err take_missing(struct call *c, struct step *step)
{
    const struct json *codes;
    const char *why;
    struct json *kept = NULL;
    TRY(body_array(c, "missing", &codes));
    TRY(need_paper_codes(c, codes));
    TRY(body_text(c, "why", &why));
    if (step->act.outcome == TICKET_OUTCOME_PAPERS_MISSING && json_count(codes)) {
        kept = json_new_array();
        for (const struct json *one = json_first(codes); one && json_count(kept) < MISSING_MAX;
             one = json_next(one))
            if (!str_empty(json_as_text(one)) && !json_has_text(kept, json_as_text(one)))
                json_add_text(kept, json_as_text(one));
    }
    json_set(step->row, "missing", kept ? kept : json_new_null());
    json_set_text(step->row, "missing_why", kept ? why : NULL);
    return ERR_OK;
}

static enum err finish(struct call *c, struct step *step)
{
    TRY(ticket_do(c, step->row, &step->ticket, &step->act));
    ticket_answer(c, step->row);
    return ERR_OK;
}

static enum err simple(struct call *c, enum ticket_event event)
{
    struct step step;
    TRY(begin(c, event, &step));
    TRY(take_note(c, &step));
    return finish(c, &step);
}

enum err ticket_recall(struct call *c)
{
    return simple(c, TICKET_RECALL);
}

enum err ticket_start(struct call *c)
{
    return simple(c, TICKET_START);
}

enum err ticket_no_show(struct call *c)
{
    return simple(c, TICKET_MISS);
}

enum err ticket_return(struct call *c)
{
    return simple(c, TICKET_RETURN);
}

enum err ticket_cancel(struct call *c)
{
    struct step step;
    const char *reason;
    TRY(begin(c, TICKET_CANCEL, &step));
    TRY(take_note(c, &step));
    TRY(body_text(c, "reason", &reason));
    if (reason)
        json_set_text(step.row, "cancel_reason", reason);
    return finish(c, &step);
}

enum err ticket_hold(struct call *c)
{
    struct step step;
    int64_t until_ms;
    TRY(begin(c, TICKET_HOLD, &step));
    TRY(take_note(c, &step));
    TRY(body_text(c, "reason", &step.act.reason));
    TRY(body_time(c, "until", &until_ms));
    if (until_ms > c->at_ms + HOLD_MS_MAX)
        return refuse(c, "hold_too_long", "until",
                      "A ticket is held for a day at most. Choose an earlier time.");
    step.act.until_ms = until_ms > 0 ? until_ms : 0;
    return finish(c, &step);
}

/* Whoever is parked goes on where their clerk sits by now: at another counter it is another holding of the ticket. */
static enum err follow_clerk(struct call *c, struct step *step)
{
    struct json *counter;
    TRY(counter_of_user(c, step->ticket.user, &counter));
    if (!counter || str_equal(row_id(counter), step->ticket.counter))
        return ERR_OK;
    step->act.event = TICKET_TAKE;
    step->act.counter = row_id(counter);
    return ERR_OK;
}

enum err ticket_resume(struct call *c)
{
    struct step step;
    TRY(begin(c, TICKET_RESUME, &step));
    if (step.ticket.state != TICKET_HELD || !is_me(c, step.ticket.user))
        return finish(c, &step);
    TRY(user_need_free(c, step.ticket.user));
    TRY(follow_clerk(c, &step));
    step.act.user = c->actor->user;
    return finish(c, &step);
}

/* The visit goes on to the next stop that can be called from here. Whoever has left goes on nowhere. */
static enum err choose_next(struct call *c, struct step *step)
{
    bool end_visit, here = false;
    TRY(body_bool(c, "end_visit", &end_visit));
    if (end_visit || step->act.outcome == TICKET_OUTCOME_LEFT)
        return ERR_OK;
    for (int i = 0; visit_stop_ahead(step->row, i) && !here; i++) {
        const struct json *stop = visit_stop_ahead(step->row, i);
        TRY(visit_stop_is_here(c, stop, &here));
        step->act.event = here ? TICKET_GO_ON : TICKET_FINISH;
        step->act.to_queue = here ? json_text(stop, "queue") : NULL;
    }
    return ERR_OK;
}

enum err ticket_finish(struct call *c)
{
    struct step step;
    const char *outcome;
    TRY(begin(c, TICKET_FINISH, &step));
    TRY(take_note(c, &step));
    TRY(body_text(c, "outcome", &outcome));
    if (outcome && !ticket_outcome_find(outcome, &step.act.outcome))
        return refuse(
            c, "invalid_outcome", "outcome",
            "\"%.40s\" is not an outcome of a visit: served, papers_missing, not_eligible, wrong_service "
            "or left.",
            outcome);
    TRY(take_missing(c, &step));
    TRY(choose_next(c, &step));
    return finish(c, &step);
}

/* --- transfer --- */

static enum err resolve(struct call *c, const struct json *to, const char *member, enum table table,
                        struct json **row)
{
    const struct json *named = json_get(to, member);
    *row = NULL;
    if (!named || json_is_null(named))
        return ERR_OK;
    return load_named(c, table, member, json_as_text(named), row);
}

enum err ticket_transfer(struct call *c)
{
    struct step step;
    const struct json *to;
    const char *place;
    struct json *queue, *counter, *user;
    TRY(begin(c, TICKET_TRANSFER, &step));
    TRY(take_note(c, &step));
    TRY(body_object(c, "to", &to));
    TRY(body_text(c, "place", &place));
    if (!ticket_place_find(place, &step.act.place))
        return refuse(c, "invalid_body", "place", "\"place\" is keep, first or last.");
    TRY(resolve(c, to, "queue", TABLE_QUEUE, &queue));
    TRY(resolve(c, to, "counter", TABLE_COUNTER, &counter));
    TRY(resolve(c, to, "user", TABLE_USER, &user));
    if (!!queue + !!counter + !!user > 1)
        return refuse(c, "invalid_body", "to", "Name one of queue, counter and user: %s goes to one place.",
                      step.ticket.number);
    TRY(queue_need_here(c, queue, "to"));
    if (user && !json_bool(user, "active", true))
        return refuse(c, "unknown_user", "user", "%s no longer works here. Choose someone else for %s.",
                      user_name(c, row_id(user)), step.ticket.number);
    if (user && step.ticket.state == TICKET_HELD)
        step.act.event = TICKET_HAND; /* it stays parked, in the colleague's tray */
    step.act.to_queue = queue ? row_id(queue) : NULL;
    step.act.to_counter = counter ? row_id(counter) : NULL;
    step.act.to_user = user ? row_id(user) : NULL;
    return finish(c, &step);
}

/* --- undo --- */

/* A ticket that comes back to a desk needs it: open, of the same person, and nobody else there. One that was parked
 * needs none. */
static enum err need_desk(struct call *c, const struct ticket *ticket)
{
    const struct ticket_before *before = &ticket->before;
    struct json *counter;
    if (before->event == TICKET_EVENT_COUNT || !ticket_is_open(before->state) || before->state == TICKET_HELD)
        return ERR_OK;
    TRY(user_need_free(c, before->user));
    TRY(peek(c, TABLE_COUNTER, before->counter, &counter));
    if (counter && str_equal(json_text(counter, "user"), before->user))
        return ERR_OK;
    return refuse(c, "counter_closed", "",
                  "%s was at counter %s, which is no longer open for %s. Open it there, then undo.",
                  ticket->number, json_text_or(counter, "name", "?"), user_name(c, before->user));
}

enum err ticket_undo(struct call *c)
{
    struct step step;
    TRY(begin(c, TICKET_UNDO, &step));
    struct ticket asked = step.ticket;
    struct ticket_act act = step.act;
    act.now_ms = c->at_ms;
    /* The model's own refusals come first: they say more. */
    if (ticket_check(&asked, &act, &TICKET_POLICY_DEFAULT, NULL))
        TRY(need_desk(c, &step.ticket));
    return finish(c, &step);
}
