/* core/sync/client_core.h: what a workstation says to the hall, and when. Pure: an event and the cache's
 * facts in, effects out; no clock, chance, network or disk of its own. So a simulator can run it on a seed.
 *
 * Four kinds of request may be under way, at most one of each. The answer to a request is first told as
 * CLIENT_ANSWERED; where the core asks for it to be stored, CLIENT_STORED follows with what came of that. */
#pragma once
#include <stdbool.h>
#include <stdint.h>

#include "core/base/rng.h"
#include "core/sync/sync.h"

enum client_request { CLIENT_SESSION, CLIENT_PUSH, CLIENT_FEED, CLIENT_SNAPSHOT, CLIENT_REQUESTS };

enum {
    CLIENT_BATCH_MAX = 50,               /* commands a push */
    CLIENT_BATCH_BYTES = 200 * 1024,     /* of 256 KiB a request */
    CLIENT_POLL_WAIT_S = 5,              /* a parked feed: so soon a silent hall is noticed */
    CLIENT_BACKOFF_MIN_MS = 1000,        /* doubling … */
    CLIENT_BACKOFF_MAX_MS = 60 * 1000,   /* … up to here, full jitter */
    CLIENT_CLOCK_BANNER_MS = 120 * 1000, /* PROTOCOL.md section 7 */
};

/* What the cache knows when the event is told. */
struct client_facts {
    bool has_token, needs_snapshot;
    bool training; /* its clock is the trainer's: none differs wrongly from it */
    int64_t epoch, unsent;
};

enum client_event_kind {
    CLIENT_SIGN_IN,  /* login and password are the driver's to keep until the answer */
    CLIENT_RESUME,   /* with the token that the cache has */
    CLIENT_SIGN_OUT, /* the driver has told the cache */
    CLIENT_WAKE,     /* there may be something to send */
    CLIENT_RETRY,    /* a person asks: now */
    CLIENT_TIME,     /* nothing but time went by */
    CLIENT_ANSWERED, /* request, answer */
    CLIENT_STORED,   /* request, stored: the cache took the answer over, or could not */
    CLIENT_SWAPPED,  /* stored: what came of CLIENT_DO_SWAP */
    CLIENT_UNTURNED, /* stored: why the cache could not do CLIENT_DO_EPOCH; else nothing is told of it */
    CLIENT_NOTHING,  /* request CLIENT_PUSH: there was nothing to send after all */
};

/* An answer, as far as the core must know it. */
struct client_answer {
    enum err net;   /* ERR_OK: an HTTP answer came; else ERR_OFFLINE */
    char why[160];  /* of the network, for people */
    int status;     /* of HTTP */
    bool readable;  /* a JSON object of the expected shape */
    char code[40];  /* error.code, "" none */
    char text[300]; /* error.message */
    int retry_after_s;
    int64_t epoch;     /* 0: not said */
    int64_t server_ms; /* server_time; 0: not said */
    int64_t rev;       /* of a snapshot's page */
    int64_t rows, total;
    bool more; /* a feed: there is more at once; a snapshot: another page */
};

struct client_event {
    enum client_event_kind kind;
    enum client_request request;
    int64_t wall_ms, mono_ms;
    struct client_facts facts;
    struct client_answer answer;
    enum err stored;
    const char *stored_text; /* the cache's sentence when stored is not ERR_OK */
};

enum client_effect_kind {
    CLIENT_DO_SEND,      /* request; see the members below */
    CLIENT_DO_STORE,     /* hand the answer just told to the cache, then tell CLIENT_STORED */
    CLIENT_DO_SWAP,      /* the shadow becomes the base at rev, epoch; then tell CLIENT_SWAPPED */
    CLIENT_DO_EPOCH,     /* cache_new_epoch(epoch); tell CLIENT_UNTURNED if that fails */
    CLIENT_DO_COPY,      /* cache_ask_snapshot */
    CLIENT_DO_CANCEL,    /* request: drop it, whatever it was at */
    CLIENT_DO_STATUS,    /* core->status has changed */
    CLIENT_DO_OFFSET,    /* status.offset_ms has changed: tell the cache */
    CLIENT_DO_SIGNED_IN, /* err, code, text of the sign-in */
};
struct client_effect {
    enum client_effect_kind kind;
    enum client_request request;
    int batch_max; /* push: at most so many commands */
    bool again;    /* push: the same bytes as before */
    int wait_s;    /* feed */
    bool first;    /* snapshot: from the start */
    int64_t rev, epoch;
    enum err err;
};
enum { CLIENT_EFFECTS_MAX = 16 };
struct client_effects {
    struct client_effect items[CLIENT_EFFECTS_MAX];
    int count;
};

/* The network is there, but work does not go through. */
enum client_hold { HOLD_NONE, HOLD_HALL_FULL, HOLD_TOO_OLD, HOLD_DISK };
enum client_link { CLIENT_LINK_NEW, CLIENT_LINK_UP, CLIENT_LINK_DOWN };
/* A request and its answer: nothing, sent, or being stored. */
enum client_phase { CLIENT_IDLE, CLIENT_SENT, CLIENT_STORING };

struct client_core {
    struct rng *rng;
    struct sync_status status;
    bool signed_in, expired, disabled, frozen, unexpected;
    bool another_hall; /* answers where this one should */
    enum client_link link;
    enum client_hold hold;
    char why[300]; /* of a link that is down, a hold or frozen: particulars, "" none */
    enum client_phase phase[CLIENT_REQUESTS];
    int64_t retry_at_ms[CLIENT_REQUESTS]; /* monotonic: not before; 0 at once */
    int64_t retry_told_ms;                /* that of status.retry_ms */
    int failures;                         /* in a row, of the link or of a hold */
    int batch_max;
    bool push_again;   /* the last push has no answer yet: its bytes stay as they are */
    bool copying;      /* the first copy, or another */
    bool copy_started; /* its first page is here */
    bool copy_last;    /* so is its last: the swap is under way */
    int64_t copy_rev, copy_epoch;
    int64_t unsent;
    bool training;
    bool knows_history; /* the cache has an epoch: there is a history to write to */
};

void client_init(struct client_core *core, struct rng *rng);
void client_step(struct client_core *core, const struct client_event *event, struct client_effects *effects);
/* Monotonic time at which CLIENT_TIME is due; -1 never. */
int64_t client_due_ms(const struct client_core *core);
