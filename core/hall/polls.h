/* core/hall/polls.h: long polls that wait for the hall's next change. */
#pragma once
#include "core/command/command.h"
#include "core/hall/http.h"

enum {
    POLL_WAIT_MAX_S = 25,
    POLLS_PER_CLIENT = 2,
    POLLS_PER_ACCOUNT = 400, /* at as many workstations: whoever has one password has not all places */
    WAKE_AT_ONCE = 500,      /* answered in one turn: what comes meanwhile is heard between two */
    WAKE_PAUSE_MS = 5,       /* between two wakes at least: a burst of commits wakes everyone once */
    WAKE_POLLS_A_MS = 5,     /* while one commit follows another: a millisecond more for so many who wait, */
    WAKE_PAUSE_MAX_MS = 100, /* up to this; */
    WAKES_IN_A_ROW = 3,      /* after so many that did not wait for that */
};

struct hall;
struct polls;
struct polls *polls_new(void);
void polls_free(struct polls **polls); /* NULL-safe; nobody may be parked */
int polls_count(const struct polls *polls);

/* Answers request now or when something happens beyond cursor, at the latest after wait_s. */
void polls_ask(struct hall *hall, struct http_request *request, const struct actor *actor, int64_t cursor,
               int wait_s);
/* Answers whom the newest rev or the clock concerns; everybody when the hall is stopping. */
void polls_wake(struct hall *hall);
/* An account is as row says now: polls of that person that wait go on as it, or are over when it is disabled or signed
 * out. */
void polls_user_changed(struct hall *hall, const struct json *row);
/* Milliseconds until polls_wake has something to do without a new commit; -1: nobody waits. */
int polls_timeout_ms(const struct hall *hall);
