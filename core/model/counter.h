/* core/model/counter.h: a counter: open, paused, closed; who holds it, by which fence, on which lease
 * (PROTOCOL.md sections 4 and 7). Lease times are of the hall's monotonic clock. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/str.h"
#include "core/model/refusal.h"

#define COUNTER_STATE_LIST(X) \
    X(CLOSED, "closed")       \
    X(OPEN, "open")           \
    X(PAUSED, "paused")
enum counter_state {
#define X(name, text) COUNTER_##name,
    COUNTER_STATE_LIST(X)
#undef X
        COUNTER_STATE_COUNT
};
#define COUNTER_EVENT_LIST(X) \
    X(TAKE, "open")           \
    X(PAUSE, "pause")         \
    X(RESUME, "resume")       \
    X(CLOSE, "close")
enum counter_event {
#define X(name, text) COUNTER_##name,
    COUNTER_EVENT_LIST(X)
#undef X
        COUNTER_EVENT_COUNT
};

enum { COUNTER_LEASE_MS = 90 * 1000 };

struct counter {
    char name[MODEL_ID];
    enum counter_state state;
    char user[MODEL_ID];    /* who holds it; "" when closed */
    int64_t fence;          /* grows at every open, never decreases */
    int64_t lease_until_ms; /* monotonic; 0 when closed */
};

struct counter_act {
    enum counter_event event;
    int64_t mono_ms;
    const char *user;        /* the actor */
    bool takeover;           /* open: take it from whoever holds it */
    bool override;           /* a supervisor: neither holder nor fence is asked */
    int64_t fence;           /* as the actor knows it; -1: not compared */
    const char *holder_name; /* for the sentence of counter_taken; may be NULL */
    int open_tickets;        /* close: called, serving or held by who sits there */
};

bool counter_allows(enum counter_state state, enum counter_event event, enum counter_state *to);
/* Codes: counter_taken, not_your_counter, fence_old, counter_closed, counter_paused, counter_open,
 * open_tickets. */
bool counter_check(const struct counter *counter, const struct counter_act *act, struct refusal *refusal);
/* ticket_apply's twin. Opening grows the fence and starts a lease; closing gives the counter back. A lease
 * that ran out lets another open the counter without takeover. */
bool counter_apply(struct counter *counter, const struct counter_act *act, struct refusal *refusal);
/* May user call a ticket here now? Codes: counter_closed, counter_paused, not_your_counter, fence_old.
 * fence -1: not compared. An expired lease does not forbid it: the poll of the same user renews it. */
bool counter_may_call(const struct counter *counter, const char *user, int64_t fence,
                      struct refusal *refusal);

/* Every poll of the holder; false (and nothing changed) when it is another's by now. */
bool counter_renew(struct counter *counter, const char *user, int64_t mono_ms);
/* After the hall's restart every lease gets one full period. */
void counter_lease_restart(struct counter *counter, int64_t mono_ms);
/* Not closed, but its clerk has not been heard of for a lease: the supervisor's "unattended". */
bool counter_lease_expired(const struct counter *counter, int64_t mono_ms);
/* Open and attended: such counters alone count in an estimate. */
bool counter_really_open(const struct counter *counter, int64_t mono_ms);

const char *counter_state_text(enum counter_state state);
const char *counter_event_text(enum counter_event event);
bool counter_state_find(const char *text, enum counter_state *state);
void counter_diagram(struct buf *out);
