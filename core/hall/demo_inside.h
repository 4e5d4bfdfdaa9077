/* core/hall/demo_inside.h: what the files of demo.h share: a training hall without a screen, whose clerks, reception and
 * supervisor are simulated. What they do are the protocol's own commands, decided by the hall's own rules. */
#pragma once
#include "core/demo/citizen.h"
#include "core/hall/setup.h"
#include "core/model/calendar.h"

enum demo_doing {
    DEMO_SHUT,  /* the counter is not open */
    DEMO_IDLE,  /* nobody to call */
    DEMO_BUSY,  /* with somebody */
    DEMO_PAUSED /* on a break */
};
struct demo_clerk {
    struct actor actor;
    char counter[64];          /* its name, as commands have it */
    const struct json *queues; /* of the pack: [{queue, weight}] */
    int64_t fence, break_s;    /* since midnight; -1: had it */
    int64_t away_s;            /* called away for so long as soon as nobody sits there; 0: not */
    enum demo_doing doing;
    int visit;  /* of whom it has; -1 nobody */
    bool woken; /* looks for somebody already, in a moment */
};

/* What became of a citizen. */
struct demo_visit {
    const struct citizen *citizen;
    char ticket[64];
    int64_t gen, called_s; /* -1: never called while there */
    bool here, gone;       /* gone: tired of waiting, or served */
    int calls;
};

struct demo_event {
    int64_t at_s, order;
    int what, who;
};

/* Of one day. */
struct demo_figures {
    char day[DATE_TEXT];
    int visitors, booked, came, issued, served, missing, no_shows, left, refused;
    int early;        /* bookings that were called before their time, when nobody was there */
    int64_t *waits_s; /* of each who was called while there */
    int wait_count;
    char feed[SHA256_TEXT]; /* the head of the feed's chain at its end */
};

struct demo {
    const struct scenario *scenario;
    struct pack pack;
    struct calendar calendar;
    uint64_t seed;
    int32_t first_day;
    char *folder; /* the store's; goes with the demo */
    struct server_env env;
    struct rng rng;
    struct actor reception, supervisor;
    struct demo_clerk *clerks;
    int clerk_count;
    /* of the day under way */
    int64_t midnight_ms, now_s, end_s;
    struct citizens citizens;
    struct demo_visit *visits;
    struct demo_event *events;
    int event_count, event_capacity;
    int64_t orders;
    int64_t outage_until_s, power_until_s;
    char alert[UUID_TEXT];
    struct demo_figures *figures;
    char refusal[300]; /* the first of the day */
};

/* A hall in a folder of its own below the system's place for such, with accounts and counters. clerks: 0 the scenario's. */
enum err demo_open(struct demo *demo, const struct scenario *scenario, const char *pack, uint64_t seed,
                   int clerks, struct err_info *info) MUST_USE;
void demo_close(struct demo *demo);
/* The nth day, from 0. figures: demo_figures_free. */
enum err demo_day(struct demo *demo, int day, struct demo_figures *figures, struct err_info *info) MUST_USE;
void demo_figures_free(struct demo_figures *figures);
