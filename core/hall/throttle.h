/* core/hall/throttle.h: how often a password, or a code on a notice, may be guessed, so that nobody gets far and nobody is
 * locked out by somebody else's guesses.
 *
 * A guess counts when it begins, as a wrong one; one that was right is taken back. A workstation at which an account signed
 * in before has a count of its own with that account (a seat): what is guessed from elsewhere does not touch it. All
 * others are counted by account and address together, by account over all addresses, and by address over all accounts.
 * The first two make whoever guesses wait twice as long each time; the last two are ceilings. Counts run off with time, their
 * places are as many as there are: when all are taken the one that runs off soonest is forgotten.
 *
 * Pure: told the time. Each process of a hall has its own. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

enum throttle_kind {
    THROTTLE_SEAT,
    THROTTLE_PAIR,
    THROTTLE_ACCOUNT,
    THROTTLE_ADDRESS,
    THROTTLE_CODE,
    THROTTLE_REQUEST,
    THROTTLE_KINDS
};
enum {
    THROTTLE_FREE = 5,         /* wrong passwords of a seat or pair that cost nothing but themselves */
    THROTTLE_WAIT_MS = 300000, /* of a pair at most; of a seat a fifth */
    THROTTLE_LOGIN = 30,       /* of an account from elsewhere, and then one a minute */
    THROTTLE_CROWD =
        100,             /* of an address, behind which a whole hall may stand, and then one in six seconds */
    THROTTLE_CODES = 20, /* of an address, and then one in three seconds */
    THROTTLE_REQUESTS = 1000, /* of an address without a sign-in, and then fifty a second */
    THROTTLE_PLACES = 1024,   /* of each kind */
};

struct throttle {
    struct throttle_entry {
        uint64_t key;
        int64_t empty_ms, last_ms; /* monotonic: when nothing is left of the count; the last guess */
    } entries[THROTTLE_KINDS][THROTTLE_PLACES], seats[THROTTLE_PLACES];
};

/* Milliseconds until the next guess; 0: now. */
int64_t throttle_wait_ms(const struct throttle *throttle, enum throttle_kind kind, const char *name,
                         int64_t mono_ms);
void throttle_count(struct throttle *throttle, enum throttle_kind kind, const char *name, int64_t mono_ms);
void throttle_take_back(struct throttle *throttle, enum throttle_kind kind, const char *name);

/* --- a sign-in --- */
struct throttle_sign_in {
    const char *login, *client, *address;
    bool seat; /* known as one of this account's by the caller, too: it has a session there */
};
int64_t throttle_sign_in_wait_ms(const struct throttle *throttle, const struct throttle_sign_in *from,
                                 int64_t mono_ms);
void throttle_sign_in_count(struct throttle *throttle, const struct throttle_sign_in *from, int64_t mono_ms);
/* It was right as far as it went, and something more is asked: no guess, and nothing of what was guessed before is forgotten. */
void throttle_sign_in_undo(struct throttle *throttle, const struct throttle_sign_in *from);
/* It was right: what was counted for it is taken back, and the workstation is a seat of this account from now on. */
void throttle_sign_in_right(struct throttle *throttle, const struct throttle_sign_in *from, int64_t mono_ms);
