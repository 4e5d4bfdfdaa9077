/* core/hall/event_waits.h: agencies' systems that wait for news at GET /v1/events (api_events.c). */
#pragma once

struct hall;
struct event_waits;
struct event_waits *event_waits_new(void);
void event_waits_free(struct event_waits **waits); /* NULL-safe; nobody may be parked */
/* Answers whom the newest event or the clock concerns; everybody when the hall is stopping. */
void event_waits_wake(struct hall *hall);
/* Milliseconds until event_waits_wake has something to do without a new commit; -1: nobody waits. */
int event_waits_timeout_ms(const struct hall *hall);
