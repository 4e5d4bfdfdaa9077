/* core/model/counter.c: what may happen to a counter. Knows no clock: the monotonic time comes in. */
#include "core/model/counter.h"

static const struct transition {
    enum counter_event event;
    enum counter_state from, to;
} transitions[] = {
    {COUNTER_TAKE, COUNTER_CLOSED, COUNTER_OPEN},    {COUNTER_TAKE, COUNTER_OPEN, COUNTER_OPEN},
    {COUNTER_TAKE, COUNTER_PAUSED, COUNTER_OPEN},    {COUNTER_PAUSE, COUNTER_OPEN, COUNTER_PAUSED},
    {COUNTER_RESUME, COUNTER_PAUSED, COUNTER_OPEN},  {COUNTER_CLOSE, COUNTER_OPEN, COUNTER_CLOSED},
    {COUNTER_CLOSE, COUNTER_PAUSED, COUNTER_CLOSED},
};
enum { TRANSITION_COUNT = sizeof transitions / sizeof transitions[0] };

static const char *const state_texts[] = {
#define X(name, text) text,
    COUNTER_STATE_LIST(X)
#undef X
};
static const char *const event_texts[] = {
#define X(name, text) text,
    COUNTER_EVENT_LIST(X)
#undef X
};
/* The code of a refusal by the state that is in the way, and what leads out. */
static const struct {
    const char *code, *hint;
} states[] = {
    [COUNTER_CLOSED] = {"counter_closed", "open it first"},
    [COUNTER_OPEN] = {"counter_open", "it is not on a break"},
    [COUNTER_PAUSED] = {"counter_paused", "end the break first"},
};

static const struct transition *find(enum counter_event event, enum counter_state from)
{
    for (int i = 0; i < TRANSITION_COUNT; i++)
        if (transitions[i].event == event && transitions[i].from == from)
            return &transitions[i];
    return NULL;
}

static bool refuse_state(const struct counter *counter, struct refusal *refusal)
{
    return refusal_set(refusal, states[counter->state].code, "Counter %s is %s: %s.", counter->name,
                       state_texts[counter->state], states[counter->state].hint);
}

static bool holds(const struct counter *counter, const char *user)
{
    return !str_empty(counter->user) && str_equal(counter->user, user);
}

static bool check_take(const struct counter *counter, const struct counter_act *act, struct refusal *refusal)
{
    bool free = counter->state == COUNTER_CLOSED || str_empty(counter->user);
    if (free || act->takeover || holds(counter, act->user) || counter_lease_expired(counter, act->mono_ms))
        return true;
    return refusal_set(refusal, "counter_taken",
                       "Counter %s is taken by %s: choose another, or take it over.", counter->name,
                       str_empty(act->holder_name) ? "someone else" : act->holder_name);
}

static bool check_holder(const struct counter *counter, const char *user, int64_t fence,
                         struct refusal *refusal)
{
    if (!holds(counter, user))
        return refusal_set(refusal, "not_your_counter", "Counter %s is no longer yours: open it again.",
                           counter->name);
    if (fence >= 0 && fence != counter->fence)
        return refusal_set(refusal, "fence_old",
                           "Counter %s was opened again elsewhere. Nothing is lost: open it here to go on.",
                           counter->name);
    return true;
}

bool counter_allows(enum counter_state state, enum counter_event event, enum counter_state *to)
{
    const struct transition *t = find(event, state);
    if (t && to)
        *to = t->to;
    return t != NULL;
}

static bool check_particulars(const struct counter *counter, const struct counter_act *act,
                              struct refusal *refusal)
{
    if (act->event == COUNTER_TAKE)
        return check_take(counter, act, refusal);
    if (!act->override && !check_holder(counter, act->user, act->fence, refusal))
        return false;
    if (act->event == COUNTER_CLOSE && act->open_tickets > 0)
        return refusal_set(refusal, "open_tickets",
                           "%d ticket%s still open at counter %s: finish or return %s.", act->open_tickets,
                           act->open_tickets == 1 ? " is" : "s are", counter->name,
                           act->open_tickets == 1 ? "it" : "them");
    return true;
}

/* The transition that act may make, or NULL with the refusal. */
static const struct transition *permitted(const struct counter *counter, const struct counter_act *act,
                                          struct refusal *refusal)
{
    const struct transition *t = find(act->event, counter->state);
    if (!t)
        refuse_state(counter, refusal);
    return t && check_particulars(counter, act, refusal) ? t : NULL;
}

bool counter_check(const struct counter *counter, const struct counter_act *act, struct refusal *refusal)
{
    return permitted(counter, act, refusal) != NULL;
}

bool counter_apply(struct counter *counter, const struct counter_act *act, struct refusal *refusal)
{
    const struct transition *t = permitted(counter, act, refusal);
    if (!t)
        return false;
    counter->state = t->to;
    if (act->event == COUNTER_TAKE) {
        str_copy(counter->user, sizeof counter->user, act->user ? act->user : "");
        counter->fence++;
        counter->lease_until_ms = act->mono_ms + COUNTER_LEASE_MS;
    } else if (act->event == COUNTER_CLOSE) {
        counter->user[0] = '\0';
        counter->lease_until_ms = 0;
    }
    return true;
}

bool counter_may_call(const struct counter *counter, const char *user, int64_t fence, struct refusal *refusal)
{
    if (counter->state == COUNTER_CLOSED)
        return refuse_state(counter, refusal);
    if (!check_holder(counter, user, fence, refusal))
        return false;
    return counter->state == COUNTER_OPEN || refuse_state(counter, refusal);
}

bool counter_renew(struct counter *counter, const char *user, int64_t mono_ms)
{
    if (counter->state == COUNTER_CLOSED || !holds(counter, user))
        return false;
    counter->lease_until_ms = mono_ms + COUNTER_LEASE_MS;
    return true;
}

void counter_lease_restart(struct counter *counter, int64_t mono_ms)
{
    counter->lease_until_ms = counter->state == COUNTER_CLOSED ? 0 : mono_ms + COUNTER_LEASE_MS;
}

bool counter_lease_expired(const struct counter *counter, int64_t mono_ms)
{
    return counter->state != COUNTER_CLOSED && mono_ms >= counter->lease_until_ms;
}

bool counter_really_open(const struct counter *counter, int64_t mono_ms)
{
    return counter->state == COUNTER_OPEN && !counter_lease_expired(counter, mono_ms);
}

const char *counter_state_text(enum counter_state state)
{
    return state < COUNTER_STATE_COUNT ? state_texts[state] : "";
}

const char *counter_event_text(enum counter_event event)
{
    return event < COUNTER_EVENT_COUNT ? event_texts[event] : "";
}

bool counter_state_find(const char *text, enum counter_state *state)
{
    for (int i = 0; i < COUNTER_STATE_COUNT; i++) {
        if (str_equal(state_texts[i], text)) {
            *state = (enum counter_state)i;
            return true;
        }
    }
    return false;
}

void counter_diagram(struct buf *out)
{
    for (int i = 0; i < TRANSITION_COUNT; i++)
        buf_addf(out, "%-6s -- %-6s -> %s\n", state_texts[transitions[i].from],
                 event_texts[transitions[i].event], state_texts[transitions[i].to]);
}
