/* core/model/level.h: a service level: so many of 100 people are called within so many minutes, fewer when they are booked.
 * What has become of it today, what is foreseen, and when it breaks at this pace. Pure. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum { LEVEL_WAIT_MAX = 480, LEVEL_SHARE_MAX = 100, LEVEL_SHARE = 90 /* when none is given */ };

struct level_target {
    int wait_min, booked_wait_min; /* minutes; booked_wait_min 0: as wait_min; wait_min 0: no target */
    int share;                     /* of 100 people, 1 … 100 */
};
/* Who still waits. */
struct level_person {
    int64_t since_ms;    /* level_since */
    int64_t limit_ms;    /* level_limit_ms of their target */
    int64_t foreseen_ms; /* when the call is foreseen; -1: nobody can say, as while no counter is open */
};
/* Who was called today. */
struct level_day {
    int64_t called, within;
};

#define LEVEL_STATE_LIST(X)                                                      \
    X(NONE, "none")       /* no target, or nobody yet */                         \
    X(KEPT, "kept")       /* and foreseen to be */                               \
    X(BURNING, "burning") /* kept so far; at this pace it breaks at breaks_ms */ \
    X(BROKEN, "broken")   /* more are late than may be, of all who are known today */
enum level_state {
#define X(name, text) LEVEL_##name,
    LEVEL_STATE_LIST(X)
#undef X
        LEVEL_STATE_COUNT
};

struct level_burn {
    enum level_state state;
    int64_t people;              /* called and waiting */
    int64_t late, late_foreseen; /* so far, and with those who will be */
    int64_t allowed;             /* how many may be late of these */
    int share_now;               /* of 100 who were called, in time; -1: nobody was */
    int share_foreseen;          /* of 100 of all people; -1: nobody */
    int64_t breaks_ms;           /* BURNING: when; BROKEN: -1, it is */
};

/* From when a wait counts: the arrival, or the time booked when that is later. 0: not booked. */
int64_t level_since(int64_t arrived_ms, int64_t booked_ms);
int64_t level_limit_ms(const struct level_target *target, bool booked);
/* share: of 100, of the target. people[count] in any order. */
void level_burn(int share, const struct level_day *day, const struct level_person *people, int count,
                int64_t now_ms, struct level_burn *burn);
const char *level_state_text(enum level_state state);
