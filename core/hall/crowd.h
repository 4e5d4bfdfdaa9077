/* core/hall/crowd.h: whose connections are whose, and which one goes when there are too many.
 *
 * A connection is a stranger's until a request on it has shown who asks (a sign-in's token, a key). Strangers are counted by
 * address, and all of them together have a part of the places; whoever is known is counted by account, wherever they come
 * from, and has the rest. So an address takes no place of those who are signed in, neither its own nor others', and no
 * account those of the others. Who is one too many makes one go that waits for no answer and moved longest ago: of the
 * same address, of all strangers, of the same account, of all who are known. A newcomer that is quick is in; one that
 * only sits there goes. When all of them wait for an answer it is the newest that goes.
 *
 * Pure: opens and closes nothing, told of each connection and of the time. Guests are the caller's, who may not move them. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum {
    CROWD_CONNECTIONS = 12000, /* unless something else is asked for, or fewer descriptors are allowed */
    CROWD_BY_ADDRESS = 512,    /* strangers: a hall of hundreds behind one address starts in one moment */
    CROWD_LEAST = 40,          /* connections */
};

struct crowd_limits {
    int connections; /* in all */
    int strangers;   /* of them at most */
    int by_address;  /* strangers of one */
    int by_account;  /* known ones of one */
};
/* The rest from the first two; 0: as above. */
struct crowd_limits crowd_limits(int connections, int by_address);

enum crowd_why { CROWD_ADDRESS, CROWD_STRANGERS, CROWD_ACCOUNT, CROWD_KNOWN, CROWD_WHYS };

struct group;
struct guest {                           /* all of it the crowd's own, but for waits, which is read */
    struct guest *next, *previous;       /* of those who may go, the one that moved longest ago first */
    struct guest *next_of, *previous_of; /* the same within its group */
    struct group *group;                 /* NULL: it is counted no more */
    int64_t moved_ms;
    bool waits; /* for an answer: it does not go */
};

struct crowd;
struct crowd *crowd_new(const struct crowd_limits *limits);
void crowd_free(struct crowd **crowd); /* NULL-safe; nobody may be there */

/* A stranger from an address. Who goes for it, which may be the guest itself; NULL: nobody. Whoever goes is counted no more
 * from then on; *why says for which limit. */
struct guest *crowd_enter(struct crowd *crowd, struct guest *guest, const char *address, int64_t mono_ms,
                          enum crowd_why *why);
/* It has shown that it is this account's; again and again, also when it is another's by now. Who goes, as above. */
struct guest *crowd_known(struct crowd *crowd, struct guest *guest, const char *account, enum crowd_why *why);
/* Something whole was said or answered on it, and whether it waits for an answer now. */
void crowd_moved(struct crowd *crowd, struct guest *guest, bool waits, int64_t mono_ms);
void crowd_leave(struct crowd *crowd, struct guest *guest); /* also when it was made to go before */

/* Of those who may go the one that moved longest ago, if that was before the time; counted no more. NULL: none. */
struct guest *crowd_slow(struct crowd *crowd, bool known, int64_t before_ms);
/* Anyone who may go, strangers first: its descriptor is needed. NULL: none. */
struct guest *crowd_any(struct crowd *crowd);
int crowd_count(const struct crowd *crowd, bool known);
