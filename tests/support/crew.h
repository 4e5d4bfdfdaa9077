/* tests/support/crew.h: people at real workstations (`loket pipe`, a folder each) who work by themselves: reception
 * gives numbers out, clerks call, serve, park, hand on, open applications, fill them in and decide them. What they
 * do is chance from a seed; what they were told is kept, to be held against the hall's file in the end.
 *
 * One thread: crew_turn waits for all of them together. It knows nothing of what is done to them but crew_kill. */
#pragma once
#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "core/base/rng.h"
#include "tests/support/piped.h"

/* One line said to a workstation. NOT_SAVED: its disk took nothing. LOST: it was killed before it answered; nobody may know what became of it. */
enum said_state { SAID_WAITS, SAID_SAVED, SAID_REFUSED_HERE, SAID_NOT_SAVED, SAID_LOST };
struct said {
    enum said_state state;
    int hand;
    int64_t seq;
    char id[UUID_TEXT], result[16]; /* "" until told */
};

enum step { STEP_OPEN, STEP_CALL, STEP_SERVE, STEP_LOOK };
enum { HANDS_MAX = 12, LINES_MAX = 24, NEWS_MAX = 16 };
struct hand {
    char login[16], data[200];
    bool clerk;
    int counter;
    struct piped piped;
    bool ready, at_rest, online; /* at_rest: its input has ended */
    char *lines[LINES_MAX];      /* to be said next */
    int64_t tags[LINES_MAX];
    int line_count, waiting; /* waiting: said, not yet answered */
    enum step step;
    bool asked; /* an online command or a query is under way */
    int64_t asked_seq, fence, gen, due_ms;
    char ticket[UUID_TEXT];
    int64_t saved_seq;      /* the last: they come in the order in which things were said */
    int64_t cursor, unsent; /* as the last status said; -1 not yet */
};

struct crew {
    char url[64], password[200];
    const char *place; /* where the first one's folder is made; NULL: a test folder as for all */
    struct rng rng;
    struct hand hands[HANDS_MAX];
    int hand_count, pace_ms;
    bool resting; /* nobody begins anything new */
    struct said *said;
    size_t said_count, said_capacity;
    char cases[NEWS_MAX][UUID_TEXT]; /* the newest, whoever opened them */
    int case_count;
    int guests; /* clients of the hall beside them, whose records the reckoning does not know */
    int results, applied, refused, disconnected;
    int suspect; /* results that say that the workstation's clock cannot be right */
};

/* Signs everybody in; url is theirs, the hall's or what stands between. */
void crew_open(struct crew *crew, const char *url, int receptions, int clerks, uint64_t seed);
void crew_free(struct crew *crew);
/* Waits until something happens, at most until a monotonic time; extra descriptors are waited for as well. */
void crew_turn(struct crew *crew, int64_t until_ms, struct pollfd *extra, int extra_count);
/* SIGKILL, wherever it is, and the next start. What it had told before it died counts. */
void crew_kill(struct crew *crew, int hand);
/* Everybody has sent everything and knows the hall's rev; false when that did not come in time. */
bool crew_settle(struct crew *crew, int64_t rev, int64_t patience_ms);
void crew_go_home(struct crew *crew); /* ends the programs in order; each must end well */
