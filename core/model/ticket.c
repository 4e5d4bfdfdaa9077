/* core/model/ticket.c: what may happen to a ticket, and to nobody else.
 * Knows no clock, database or screen: time comes in, the changed ticket comes out. */
#include "core/model/ticket.h"

#include <string.h>

/* Undo leads to no state of its own: to the one before. */
enum { BACK = TICKET_STATE_COUNT };
enum { LENGTH_STATE = 9, LENGTH_EVENT = 10 }; /* columns of the printed table */

typedef void effect(struct ticket *ticket, const struct ticket_act *act);
static effect call, recall, start, hold, resume, give_back, transfer, hand, take, go_on, end, undo;

static const struct transition {
    enum ticket_event event;
    int from, to;
    bool new_holder; /* the holder changes, so gen grows */
    bool mine;       /* only the holder may; for undo: only who did it */
    bool undoable;   /* the state before is remembered */
    effect *effect;
} transitions[] = {
    // clang-format off
    /* event           from              to                holder mine   undo   effect */
    { TICKET_CALL,     TICKET_WAITING,   TICKET_CALLED,    true,  false, false, call      },
    { TICKET_RECALL,   TICKET_CALLED,    TICKET_CALLED,    false, true,  false, recall    },
    { TICKET_START,    TICKET_CALLED,    TICKET_SERVING,   false, true,  false, start     },
    { TICKET_HOLD,     TICKET_SERVING,   TICKET_HELD,      false, true,  true,  hold      },
    { TICKET_RESUME,   TICKET_HELD,      TICKET_SERVING,   false, true,  false, resume    },
    { TICKET_RETURN,   TICKET_CALLED,    TICKET_WAITING,   true,  true,  false, give_back },
    { TICKET_RETURN,   TICKET_SERVING,   TICKET_WAITING,   true,  true,  false, give_back },
    { TICKET_RETURN,   TICKET_HELD,      TICKET_WAITING,   true,  true,  false, give_back },
    { TICKET_TRANSFER, TICKET_CALLED,    TICKET_WAITING,   true,  true,  true,  transfer  },
    { TICKET_TRANSFER, TICKET_SERVING,   TICKET_WAITING,   true,  true,  true,  transfer  },
    { TICKET_TRANSFER, TICKET_HELD,      TICKET_WAITING,   true,  true,  true,  transfer  },
    { TICKET_HAND,     TICKET_HELD,      TICKET_HELD,      true,  true,  true,  hand      },
    { TICKET_TAKE,     TICKET_HELD,      TICKET_SERVING,   true,  false, false, take      },
    { TICKET_TAKE,     TICKET_SERVING,   TICKET_SERVING,   true,  false, false, take      },
    { TICKET_TAKE,     TICKET_CALLED,    TICKET_CALLED,    true,  false, false, take      },
    { TICKET_MISS,     TICKET_CALLED,    TICKET_NO_SHOW,   false, true,  true,  end       },
    { TICKET_FINISH,   TICKET_SERVING,   TICKET_DONE,      false, true,  true,  end       },
    { TICKET_FINISH,   TICKET_HELD,      TICKET_DONE,      false, true,  true,  end       },
    { TICKET_GO_ON,    TICKET_SERVING,   TICKET_WAITING,   true,  true,  true,  go_on     },
    { TICKET_GO_ON,    TICKET_HELD,      TICKET_WAITING,   true,  true,  true,  go_on     },
    { TICKET_CANCEL,   TICKET_WAITING,   TICKET_CANCELLED, false, false, true,  end       },
    { TICKET_CANCEL,   TICKET_CALLED,    TICKET_CANCELLED, false, true,  true,  end       },
    { TICKET_UNDO,     TICKET_NO_SHOW,   BACK,             false, true,  false, undo      },
    { TICKET_UNDO,     TICKET_DONE,      BACK,             false, true,  false, undo      },
    { TICKET_UNDO,     TICKET_CANCELLED, BACK,             false, true,  false, undo      },
    { TICKET_UNDO,     TICKET_WAITING,   BACK,             true,  true,  false, undo      }, /* of a transfer or going on */
    { TICKET_UNDO,     TICKET_HELD,      BACK,             true,  true,  false, undo      }, /* of hold or hand */
    // clang-format on
};
enum { TRANSITION_COUNT = sizeof transitions / sizeof transitions[0] };

/* How a sentence names a state, and what leads out of it. */
static const struct {
    const char *word, *hint;
} states[TICKET_STATE_COUNT] = {
    [TICKET_WAITING] = {"waiting", "call it first"},
    [TICKET_CALLED] = {"called", "start the service first"},
    [TICKET_SERVING] = {"serving", "finish, hold or return it first"},
    [TICKET_HELD] = {"held", "resume it first"},
    [TICKET_DONE] = {"done", "its visit is over; undo brings it back for a minute"},
    [TICKET_NO_SHOW] = {"a no-show", "undo brings it back for a minute"},
    [TICKET_CANCELLED] = {"cancelled", "undo brings it back for a minute"},
};

static const char *const state_texts[] = {
#define X(name, text) text,
    TICKET_STATE_LIST(X)
#undef X
};
static const char *const event_texts[] = {
#define X(name, text) text,
    TICKET_EVENT_LIST(X)
#undef X
};
static const char *const outcome_texts[] = {
#define X(name, text) text,
    TICKET_OUTCOME_LIST(X)
#undef X
};
static const char *const place_texts[] = {"keep", "first", "last"};

static const struct transition *find(enum ticket_event event, int from)
{
    for (int i = 0; i < TRANSITION_COUNT; i++)
        if (transitions[i].event == event && transitions[i].from == from)
            return &transitions[i];
    return NULL;
}

static void set_id(char to[MODEL_ID], const char *from)
{
    str_copy(to, MODEL_ID, from ? from : "");
}

void ticket_init(struct ticket *ticket)
{
    *ticket = (struct ticket){.state = TICKET_WAITING, .before.event = TICKET_EVENT_COUNT};
}

/* --- what each event changes --- */
static void call(struct ticket *ticket, const struct ticket_act *act)
{
    set_id(ticket->user, act->user);
    set_id(ticket->counter, act->counter);
    ticket->called_ms = ticket->last_call_ms = act->now_ms;
    ticket->calls = 1;
}

static void recall(struct ticket *ticket, const struct ticket_act *act)
{
    ticket->last_call_ms = act->now_ms;
    ticket->calls++;
}

static void start(struct ticket *ticket, const struct ticket_act *act)
{
    ticket->started_ms = act->now_ms;
}

static void hold(struct ticket *ticket, const struct ticket_act *act)
{
    ticket->held_at_ms = act->now_ms;
    ticket->held_until_ms = act->until_ms;
    str_copy(ticket->hold_reason, sizeof ticket->hold_reason, act->reason);
}

/* What it was held is counted, and it is held no more. Nothing for one that is not held. */
static void end_hold(struct ticket *ticket, int64_t now_ms)
{
    if (ticket->held_at_ms && now_ms > ticket->held_at_ms)
        ticket->held_ms += now_ms - ticket->held_at_ms;
    ticket->held_at_ms = ticket->held_until_ms = 0;
    ticket->hold_reason[0] = '\0';
}

static void resume(struct ticket *ticket, const struct ticket_act *act)
{
    end_hold(ticket, act->now_ms);
}

/* Back among those who wait: nobody has it and no clock of a call or service runs. last_call_ms stays, so
 * that the appointments rule does not call the same number again at once. */
static void release(struct ticket *ticket)
{
    ticket->user[0] = ticket->counter[0] = '\0';
    end_hold(ticket, 0);
    ticket->called_ms = ticket->started_ms = ticket->held_ms = ticket->calls = 0;
}

static void give_back(struct ticket *ticket, const struct ticket_act *act)
{
    (void)act; /* a returned ticket keeps its arrival and its place */
    release(ticket);
}

/* "first" is before everyone who came today, and behind those who were put first before. */
static int64_t place_of(enum ticket_place place, int64_t old_ms, int64_t now_ms)
{
    static const int64_t day_ms = 24 * 60 * 60 * 1000;
    switch (place) {
    case TICKET_PLACE_FIRST:
        return now_ms - day_ms;
    case TICKET_PLACE_LAST:
        return now_ms;
    case TICKET_PLACE_KEEP:
    case TICKET_PLACE_COUNT:
        break;
    }
    return old_ms;
}

static void transfer(struct ticket *ticket, const struct ticket_act *act)
{
    release(ticket);
    if (!str_empty(act->to_queue))
        set_id(ticket->queue, act->to_queue);
    set_id(ticket->counter, act->to_counter);
    set_id(ticket->user, act->to_user);
    ticket->place_ms = place_of(act->place, ticket->place_ms, act->now_ms);
}

/* To the visit's next stop, at the place that its arrival in the hall gives it there: as if a number had been drawn in each
 * queue at once. Nobody who came before is passed, and nobody's time at one counter is lost at the next. */
static void go_on(struct ticket *ticket, const struct ticket_act *act)
{
    release(ticket);
    set_id(ticket->queue, act->to_queue);
    ticket->place_ms = ticket->last_call_ms = 0; /* both were of the queue before */
}

/* Held as it was, for somebody else: the reason, the alarm and the clocks go with it. It is spoken of by the counter
 * where it was held until it is taken to another. */
static void hand(struct ticket *ticket, const struct ticket_act *act)
{
    set_id(ticket->user, act->to_user);
}

static void take(struct ticket *ticket, const struct ticket_act *act)
{
    end_hold(ticket, act->now_ms);
    set_id(ticket->user, act->user);
    set_id(ticket->counter, act->counter);
}

static void end(struct ticket *ticket, const struct ticket_act *act)
{
    end_hold(ticket, act->now_ms);
    ticket->finished_ms = act->now_ms;
    ticket->outcome = act->event == TICKET_FINISH ? act->outcome : TICKET_OUTCOME_NONE;
}

static void undo(struct ticket *ticket, const struct ticket_act *act)
{
    (void)act;
    const struct ticket_before *before = &ticket->before;
    ticket->state = before->state;
    set_id(ticket->queue, before->queue);
    set_id(ticket->counter, before->counter);
    set_id(ticket->user, before->user);
    ticket->place_ms = before->place_ms;
    ticket->called_ms = before->called_ms;
    ticket->started_ms = before->started_ms;
    ticket->held_ms = before->held_ms;
    ticket->calls = before->calls;
    if (before->event == TICKET_GO_ON) /* no other event forgets it */
        ticket->last_call_ms = before->last_call_ms;
    ticket->held_at_ms = before->held_at_ms;
    ticket->held_until_ms = before->held_until_ms;
    memcpy(ticket->hold_reason, before->hold_reason, sizeof ticket->hold_reason);
    ticket->finished_ms = 0;
    ticket->outcome = TICKET_OUTCOME_NONE;
}

static struct ticket_before remember(const struct ticket *ticket, const struct ticket_act *act)
{
    struct ticket_before before = {.event = act->event,
                                   .at_ms = act->now_ms,
                                   .state = ticket->state,
                                   .place_ms = ticket->place_ms,
                                   .called_ms = ticket->called_ms,
                                   .started_ms = ticket->started_ms,
                                   .held_ms = ticket->held_ms,
                                   .calls = ticket->calls,
                                   .last_call_ms = ticket->last_call_ms,
                                   .held_at_ms = ticket->held_at_ms,
                                   .held_until_ms = ticket->held_until_ms};
    str_copy(before.hold_reason, sizeof before.hold_reason, ticket->hold_reason);
    set_id(before.by, act->user);
    set_id(before.queue, ticket->queue);
    set_id(before.counter, ticket->counter);
    set_id(before.user, ticket->user);
    return before;
}

/* --- what forbids it --- */
/* "called, serving or held": the states in which event may happen. */
static void states_for(enum ticket_event event, struct buf *out)
{
    int left = 0;
    for (int i = 0; i < TRANSITION_COUNT; i++)
        left += transitions[i].event == event;
    for (int i = 0; i < TRANSITION_COUNT; i++) {
        if (transitions[i].event != event)
            continue;
        const char *before = !out->length ? "" : left == 1 ? " or " : ", ";
        buf_addf(out, "%s%s", before, states[transitions[i].from].word);
        left--;
    }
}

static bool refuse_state(const struct ticket *ticket, enum ticket_event event, struct refusal *refusal)
{
    if (event == TICKET_UNDO)
        return refusal_set(refusal, "nothing_to_undo",
                           "%s is %s: only the last hold, finish, no-show, transfer or cancel can be undone.",
                           ticket->number, states[ticket->state].word);
    struct buf needed = {0};
    states_for(event, &needed);
    char code[40];
    /* The first state that would do names the refusal: not_serving, not_called … */
    int first = 0;
    while (first < TRANSITION_COUNT && transitions[first].event != event)
        first++;
    str_format(code, sizeof code, "not_%s",
               first < TRANSITION_COUNT ? state_texts[transitions[first].from] : "allowed");
    refusal_set(refusal, code, "%s is %s, not %s: %s.", ticket->number, states[ticket->state].word,
                buf_text(&needed), states[ticket->state].hint);
    buf_free(&needed);
    return false;
}

static bool check_no_show(const struct ticket *ticket, const struct ticket_act *act,
                          const struct ticket_policy *policy, struct refusal *refusal)
{
    if (ticket->calls < policy->no_show_calls_min)
        return refusal_set(refusal, "too_few_calls", "%s was called %lld of %lld times: recall it first.",
                           ticket->number, (long long)ticket->calls, (long long)policy->no_show_calls_min);
    int64_t since_ms = act->now_ms - ticket->last_call_ms;
    /* A clock that was set back must not lock the ticket in "called". */
    if (since_ms >= 0 && since_ms < policy->no_show_wait_min_ms)
        return refusal_set(refusal, "too_early", "%s was called %lld s ago: wait %lld s more.",
                           ticket->number, (long long)(since_ms / 1000),
                           (long long)((policy->no_show_wait_min_ms - since_ms + 999) / 1000));
    return true;
}

static bool check_undo(const struct ticket *ticket, const struct ticket_act *act, struct refusal *refusal)
{
    if (ticket->before.event == TICKET_EVENT_COUNT)
        return refusal_set(refusal, "nothing_to_undo", "%s has nothing to undo.", ticket->number);
    if (act->now_ms - ticket->before.at_ms > TICKET_UNDO_MS)
        return refusal_set(refusal, "undo_too_late",
                           "The last step of %s was more than %d s ago: it can no longer be undone.",
                           ticket->number, TICKET_UNDO_MS / 1000);
    return true;
}

static bool check_transfer(const struct ticket *ticket, const struct ticket_act *act, struct refusal *refusal)
{
    if (str_empty(act->to_queue) && str_empty(act->to_counter) && str_empty(act->to_user))
        return refusal_set(refusal, "target_needed", "Where to? Name a queue, a counter or a person for %s.",
                           ticket->number);
    return true;
}

static bool check_outcome(const struct ticket *ticket, const struct ticket_act *act, struct refusal *refusal)
{
    if (act->outcome <= TICKET_OUTCOME_NONE || act->outcome >= TICKET_OUTCOME_COUNT)
        return refusal_set(refusal, "invalid_outcome", "Say what came of the visit of %s.", ticket->number);
    return true;
}

static bool check_particulars(const struct ticket *ticket, const struct ticket_act *act,
                              const struct ticket_policy *policy, struct refusal *refusal)
{
    switch (act->event) {
    case TICKET_MISS:
        return check_no_show(ticket, act, policy, refusal);
    case TICKET_UNDO:
        return check_undo(ticket, act, refusal);
    case TICKET_TRANSFER:
        return check_transfer(ticket, act, refusal);
    case TICKET_HAND:
        if (str_empty(act->to_user))
            return refusal_set(refusal, "target_needed", "Who is %s handed to? Name a person.",
                               ticket->number);
        return true;
    case TICKET_HOLD:
        if (str_empty(act->reason))
            return refusal_set(refusal, "reason_needed", "Why is %s held? Give a reason.", ticket->number);
        return true;
    case TICKET_GO_ON:
        return check_outcome(ticket, act, refusal) && check_transfer(ticket, act, refusal);
    case TICKET_FINISH:
        return check_outcome(ticket, act, refusal);
    default:
        return true;
    }
}

bool ticket_allows(enum ticket_state state, enum ticket_event event, enum ticket_state *to)
{
    const struct transition *t = find(event, (int)state);
    if (t && to)
        *to = (enum ticket_state)t->to;
    return t != NULL;
}

/* The transition that act may make, or NULL with the refusal. */
static const struct transition *permitted(const struct ticket *ticket, const struct ticket_act *act,
                                          const struct ticket_policy *policy, struct refusal *refusal)
{
    if (act->gen >= 0 && act->gen != ticket->gen) {
        refusal_set(refusal, "gen_old",
                    "%s was given to someone else meanwhile. Nothing was changed: look at it again.",
                    ticket->number);
        return NULL;
    }
    const struct transition *t = find(act->event, (int)ticket->state);
    if (!t) {
        refuse_state(ticket, act->event, refusal);
        return NULL;
    }
    const char *owner = act->event == TICKET_UNDO ? ticket->before.by : ticket->user;
    if (t->mine && act->user && !str_empty(owner) && !str_equal(act->user, owner)) {
        refusal_set(refusal, "not_your_ticket", "%s is with another clerk: ask them, or a supervisor.",
                    ticket->number);
        return NULL;
    }
    return check_particulars(ticket, act, policy, refusal) ? t : NULL;
}

bool ticket_check(const struct ticket *ticket, const struct ticket_act *act,
                  const struct ticket_policy *policy, struct refusal *refusal)
{
    return permitted(ticket, act, policy, refusal) != NULL;
}

bool ticket_apply(struct ticket *ticket, const struct ticket_act *act, const struct ticket_policy *policy,
                  struct refusal *refusal)
{
    const struct transition *t = permitted(ticket, act, policy, refusal);
    if (!t)
        return false;
    struct ticket_before before = {.event = TICKET_EVENT_COUNT};
    if (t->undoable)
        before = remember(ticket, act);
    if (t->to != BACK)
        ticket->state = (enum ticket_state)t->to;
    t->effect(ticket, act);
    ticket->before = before;
    ticket->gen += t->new_holder;
    ticket->changed_ms = act->now_ms;
    return true;
}

/* --- questions --- */
bool ticket_is_open(enum ticket_state state)
{
    return state == TICKET_CALLED || state == TICKET_SERVING || state == TICKET_HELD;
}

int64_t ticket_place(const struct ticket *ticket)
{
    return ticket->place_ms ? ticket->place_ms : ticket->arrived_ms;
}

int64_t ticket_wait_ms(const struct ticket *ticket, int64_t now_ms)
{
    int64_t until_ms = ticket->called_ms ? ticket->called_ms : now_ms;
    if (!ticket->called_ms && ticket->finished_ms)
        until_ms = ticket->finished_ms;
    return until_ms > ticket->arrived_ms ? until_ms - ticket->arrived_ms : 0;
}

int64_t ticket_service_ms(const struct ticket *ticket, int64_t now_ms)
{
    if (!ticket->started_ms)
        return 0;
    int64_t until_ms = ticket->finished_ms ? ticket->finished_ms : now_ms;
    if (ticket->state == TICKET_HELD)
        until_ms = ticket->held_at_ms;
    int64_t service_ms = until_ms - ticket->started_ms - ticket->held_ms;
    return service_ms > 0 ? service_ms : 0;
}

int64_t ticket_undo_until(const struct ticket *ticket)
{
    return ticket->before.event == TICKET_EVENT_COUNT ? 0 : ticket->before.at_ms + TICKET_UNDO_MS;
}

/* --- words --- */
static int word(const char *const *words, int count, const char *text)
{
    for (int i = 0; i < count; i++)
        if (str_equal(words[i], text))
            return i;
    return -1;
}

const char *ticket_state_text(enum ticket_state state)
{
    return state < TICKET_STATE_COUNT ? state_texts[state] : "";
}

const char *ticket_event_text(enum ticket_event event)
{
    return event < TICKET_EVENT_COUNT ? event_texts[event] : "";
}

const char *ticket_outcome_text(enum ticket_outcome outcome)
{
    return outcome < TICKET_OUTCOME_COUNT ? outcome_texts[outcome] : "";
}

bool ticket_state_find(const char *text, enum ticket_state *state)
{
    int i = word(state_texts, TICKET_STATE_COUNT, text);
    if (i >= 0)
        *state = (enum ticket_state)i;
    return i >= 0;
}

bool ticket_event_find(const char *text, enum ticket_event *event)
{
    int i = word(event_texts, TICKET_EVENT_COUNT, text);
    if (i >= 0)
        *event = (enum ticket_event)i;
    return i >= 0;
}

bool ticket_outcome_find(const char *text, enum ticket_outcome *outcome)
{
    int i = word(outcome_texts, TICKET_OUTCOME_COUNT, text);
    if (i > 0)
        *outcome = (enum ticket_outcome)i;
    return i > 0;
}

bool ticket_place_find(const char *text, enum ticket_place *place)
{
    int i = text ? word(place_texts, TICKET_PLACE_COUNT, text) : TICKET_PLACE_KEEP;
    if (i >= 0)
        *place = (enum ticket_place)i;
    return i >= 0;
}

void ticket_diagram(struct buf *out)
{
    for (int i = 0; i < TRANSITION_COUNT; i++) {
        const struct transition *t = &transitions[i];
        buf_addf(out, "%-*s -- %-*s -> %s%s\n", LENGTH_STATE, state_texts[t->from], LENGTH_EVENT,
                 event_texts[t->event], t->to == BACK ? "the state before" : state_texts[t->to],
                 t->new_holder ? " (gen + 1)" : "");
    }
}
