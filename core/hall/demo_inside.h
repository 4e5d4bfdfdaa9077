/* core/hall/demo_inside.h: what the files of demo.h share: a training hall without a screen, whose clerks, reception and
 * supervisor are simulated. What they do are the protocol's own commands, decided by the hall's own rules. */
#pragma once
#include "core/demo/truth.h"
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
    int visit;   /* of whom it has; -1 nobody */
    int64_t seq; /* of what was pushed from a workstation */
    bool woken;  /* looks for somebody already, in a moment */
};

/* Whoever may sit at a counter for real: simulated clerks leave it to them, and people for them. */
struct demo_trainee {
    char user[UUID_TEXT], counter[64];
    const struct json *queues; /* of the pack, as above; NULL: has no counter */
    bool approves;
};

/* What became of a citizen. */
struct demo_visit {
    const struct citizen *citizen; /* demo.stranger: took a number by somebody's hand at the real reception */
    char ticket[64];
    int64_t gen, called_s;  /* -1: never called while there */
    int64_t desk_s;         /* when they reach the counter of a trainee who called; -1: are not on the way */
    bool here, gone;        /* gone: tired of waiting, or served */
    bool taken;             /* by a trainee: they called, serve or hold */
    bool forgets, offended; /* a trainer let it be so */
    bool calmed;            /* somebody said sorry, and they had not to wait again since */
    bool rushed;            /* of demo.rushes */
    int calls;
};

/* While workstations had no hall, a slow one or no power: nobody is blamed for what they did not do then. */
struct demo_cut {
    int kind; /* of its trouble; TROUBLE_COUNT: slow */
    int64_t from_s, until_s;
};

/* People more, of a trainer's making. */
struct demo_rush {
    int people, from_min, within_min;
    struct citizens who;
};
enum { DEMO_RUSHES_MAX = 64, DEMO_RUSH_PEOPLE_MAX = 500, DEMO_RUSH_WITHIN_MAX = 600 };

struct demo_event {
    int64_t at_s, order;
    int what, who;
};

enum {
    DEMO_MINUTE_S = 60,
    DEMO_HOUR_S = 3600,
    DEMO_EVE_S = 18 * DEMO_HOUR_S - 24 * DEMO_HOUR_S, /* bookings are made on the evening before */
    DEMO_OPENING_S = 5 * DEMO_MINUTE_S,               /* counters open so long before the doors */
    DEMO_REST_S = 30 * DEMO_MINUTE_S                  /* a break */
};

enum moment {
    MOMENT_OPEN,   /* who: a clerk */
    MOMENT_ARRIVE, /* who: a visit */
    MOMENT_TIRED,  /* who: a visit */
    MOMENT_LOOK,   /* a clerk looks for somebody */
    MOMENT_AGAIN,  /* a clerk calls once more, or gives up */
    MOMENT_BEGIN,  /* whoever was called is at the counter */
    MOMENT_DONE,
    MOMENT_BACK,      /* from a break */
    MOMENT_TROUBLE,   /* who: its number */
    MOMENT_HELPED,    /* whoever called for help has it */
    MOMENT_EXPECT,    /* the time of bookings has come */
    MOMENT_REVIEW,    /* what a trainee had better do is another now */
    MOMENT_CONFIRM,   /* who: a visit, whose decision wants a second person */
    MOMENT_SETTLE,    /* who: a visit, with two decisions */
    MOMENT_QUARREL,   /* who: a clerk, in front of whom somebody claims to go first */
    MOMENT_BUS_LEAVE, /* who: for how many minutes */
    MOMENT_BUS_BACK
};

/* Of one day. */
struct demo_figures {
    char day[DATE_TEXT];
    int visitors, booked, came, issued, served, missing, no_shows, left, refused;
    int applications, approved, refusals, returned, referred; /* opened; decided */
    int confirmed, contested, notices, quarrels;
    int trips, bus_served; /* of a bus that came home; also among served */
    int early;             /* bookings that were called before their time, when nobody was there */
    int64_t *waits_s;      /* of each who was called while there */
    int wait_count;
    char feed[SHA256_TEXT]; /* the head of the feed's chain at its end */
};

struct demo_bus {
    bool away;
    int clerk; /* who goes along; -1: no bus is to leave */
    char queue[64];
    int64_t left_s, until_s;
    int *visits; /* who came to it, in the order of coming */
    int count;
};

struct demo {
    const struct scenario *scenario;
    struct pack pack;
    struct calendar calendar;
    uint64_t seed;
    int32_t first_day;
    char *folder; /* the store's, unless that is in PostgreSQL; goes with the demo */
    struct server_env env;
    struct rng rng;
    struct actor reception, supervisor, approver; /* approver: without a user there is none */
    struct form **forms;                          /* of pack.services, once they are needed: demo_case.c */
    struct demo_clerk *clerks;
    int clerk_count;
    int staffed; /* whole days: so many counters has the scenario, whoever works at how many; 0: a hall at work */
    struct demo_trainee *trainees; /* of a hall at work */
    int trainee_count;
    struct citizen stranger;
    /* of the day under way */
    int64_t midnight_ms, now_s, end_s;
    struct citizens citizens;
    struct demo_rush *rushes;
    int rush_count;
    struct demo_visit *visits; /* of the citizens in their order, then strangers and those of a rush */
    int visit_count, visit_capacity;
    struct demo_event *events;
    int event_count, event_capacity;
    int64_t orders;
    int64_t outage_until_s, power_until_s;
    struct demo_cut *cuts; /* those that are over as well */
    int cut_count;
    int64_t ended_s; /* since then the day is over; 0: it goes on */
    int contests;    /* so many applications are still to be decided twice */
    int quarrels;    /* so many people will still claim to go first */
    struct demo_bus bus;
    char alert[UUID_TEXT];
    struct demo_figures *figures;
    char refusal[300]; /* the first of the day */
};

/* A hall in a folder of its own below the system's place for such, with accounts and counters. clerks: 0 the scenario's. */
enum err demo_open(struct demo *demo, const struct scenario *scenario, const char *pack, uint64_t seed,
                   int clerks, struct err_info *info) MUST_USE;
/* The same, kept at that address, in a schema that holds nothing yet and is the caller's; NULL: as above. */
enum err demo_open_at(struct demo *demo, const char *address, const struct scenario *scenario,
                      const char *pack, uint64_t seed, int clerks, struct err_info *info) MUST_USE;
void demo_close(struct demo *demo);
/* Below the system's place for such, as whatever goes when it was used. The second frees, NULL-safe. */
enum err demo_make_folder(char **folder, struct err_info *info) MUST_USE;
void demo_remove_folder(char **folder);
void demo_calendar(struct demo *demo); /* the pack's weekend and holidays */
/* The nth day, from 0. figures: demo_figures_free. */
enum err demo_day(struct demo *demo, int day, struct demo_figures *figures, struct err_info *info) MUST_USE;
void demo_figures_free(struct demo_figures *figures);

/* --- the engine, which two callers have: whole days in no time, and a hall at work --- */

/* Who comes on that day, the nth of the seed; nobody has done anything yet. False: there is no such day in the hall's zone.
 * demo_drop_day frees. */
bool demo_make_day(struct demo *demo, int32_t day, int nth);
void demo_drop_day(struct demo *demo);
/* Whoever comes on such a day of the hall's, the nth of its seed. */
void demo_make_citizens(struct demo *demo, const struct scenario *scenario, int nth, struct citizens *out);
/* Those with a booking make it at at_s (since midnight, so before it is negative); then the day turns. */
enum err demo_book(struct demo *demo, int64_t at_s) MUST_USE;
void demo_plan(struct demo *demo); /* the day's first moments */
/* Plays all moments up to that one, in the transaction of demo->env. */
enum err demo_play_until(struct demo *demo, int64_t until_s) MUST_USE;
int64_t demo_next_s(const struct demo *demo); /* when the next moment is; -1: none is left */
/* Counters whose clerks had nobody to look for when the doors closed, and those that are still open at the end. */
enum err demo_shut_all(struct demo *demo) MUST_USE;
/* The day is over before its end: whoever is at a simulated counter is served, all of them close. */
enum err demo_go_home(struct demo *demo) MUST_USE;

/* demo_state.c: all of the day under way, to be gone on with by a demo whose scenario, pack, seed, clerks and trainees are the
 * same. The caller frees. */
struct json *demo_state(const struct demo *demo);
bool demo_go_on(struct demo *demo, const struct json *state); /* false: it is no such text */
/* demo_check.c: its numbers and places are of this day, whose citizens are made. */
bool demo_state_holds(const struct demo *demo, const struct json *state);

/* demo_trainee.c: looks at what trainees did by their tickets: whoever they called comes, and goes when they are done. changed:
 * somebody else wrote since the last look, so that clerks with nothing to do look as well. */
enum err demo_watch(struct demo *demo, bool changed) MUST_USE;
/* Somebody of whom nothing is known but the ticket: their place among the visits. */
int demo_stranger(struct demo *demo, const char *ticket);
/* There is somebody for the clerk to call whom they need not leave to a trainee. */
enum err demo_may_call(struct demo *demo, const struct demo_clerk *clerk, bool *may) MUST_USE;

/* demo_moments.c */
void demo_later(struct demo *demo, int64_t at_s, enum moment what, int who);
void demo_keep(struct demo *demo, const struct demo_event *event); /* as it is, in its order */
struct demo_event demo_next(struct demo *demo);
int64_t demo_within(struct demo *demo, int64_t least_s, int64_t most_s); /* by chance */

/* demo_people.c */
/* Runs one command now; body goes. *data may be NULL. A refusal is counted and otherwise passed: *applied says so. */
enum err demo_say(struct demo *demo, const struct actor *actor, const char *type, struct json *body,
                  bool *applied, struct json **data) MUST_USE;
struct json *demo_about_ticket(const struct demo_visit *visit);
struct json *demo_about_counter(const struct demo_clerk *clerk);
enum err demo_issue(struct demo *demo, struct demo_visit *visit) MUST_USE;
enum err demo_arrive(struct demo *demo, int visit) MUST_USE;
void demo_tire(struct demo *demo, int visit);
/* They came together, each with a ticket. */
bool demo_is_family(const struct demo_visit *one, const struct demo_visit *other);
/* Somebody waits whom clerks with nothing to do may call. */
void demo_wake(struct demo *demo, const char *service);

/* demo_desk.c; clerk: its number */
int demo_visit_of(const struct demo *demo, const char *ticket); /* -1: nobody's of today */
enum err demo_open_counter(struct demo *demo, int clerk) MUST_USE;
enum err demo_look(struct demo *demo, int clerk) MUST_USE;
enum err demo_call_again(struct demo *demo, int clerk) MUST_USE;
enum err demo_begin(struct demo *demo, int clerk) MUST_USE;
enum err demo_finish(struct demo *demo, int clerk) MUST_USE;
enum err demo_come_back(struct demo *demo, int clerk) MUST_USE;
enum err demo_shut(struct demo *demo, struct demo_clerk *clerk) MUST_USE;
void demo_note_wait(struct demo *demo, struct demo_visit *visit); /* until now, when they are called */

/* demo_case.c */
/* What truth_make needs of somebody of the day; the same for whoever asks, at whatever time. about borrows from demo. */
void demo_about(struct demo *demo, const struct citizen *citizen, struct truth_about *about);
void demo_drop_forms(struct demo *demo);                                    /* before its pack goes */
bool demo_applies(const struct demo *demo, const struct demo_visit *visit); /* the service has a form */
enum err demo_apply(struct demo *demo, int clerk) MUST_USE;
/* Everything from the form to the decision. truth: what was true; the caller frees it, whatever is answered. */
enum err demo_decide(struct demo *demo, int clerk, struct truth *truth) MUST_USE;
enum err demo_decide_by(struct demo *demo, int clerk,
                        const struct truth *truth) MUST_USE; /* as if that were true */
enum err demo_confirm(struct demo *demo, int visit) MUST_USE;
enum err demo_settle(struct demo *demo, int visit) MUST_USE;

/* demo_complaint.c: what somebody does who went away offended: a complaint about what was decided, or a survey. */
enum err demo_complain(struct demo *demo, const struct demo_visit *visit) MUST_USE;

/* demo_quarrel.c */
/* When one is due and possible for this clerk, who then calls nobody else: *began. */
enum err demo_quarrel(struct demo *demo, int clerk, bool *began) MUST_USE;
enum err demo_end_quarrel(struct demo *demo, int clerk) MUST_USE;

/* demo_bus.c */
enum err demo_bus_leave(struct demo *demo, int minutes) MUST_USE;
enum err demo_bus_back(struct demo *demo) MUST_USE;
bool demo_goes_to_bus(const struct demo *demo, const struct demo_visit *visit);
/* The day ends while it is away: it comes at once, with whoever was served by now. */
enum err demo_bus_early(struct demo *demo) MUST_USE;
void demo_drop_bus(struct demo *demo);
void demo_bus_visit(struct demo *demo, int visit); /* comes to the bus */

/* demo_trouble.c */
enum err demo_strike(struct demo *demo, int trouble) MUST_USE;
/* What a trouble of that kind takes away is away from now until then, and no longer, if it was already. */
void demo_cut_off(struct demo *demo, int kind, int64_t until_s);
enum err demo_help(struct demo *demo) MUST_USE;
enum err demo_call_for_help(struct demo *demo) MUST_USE; /* a clerk, whoever it is */

/* demo_rush.c */
void demo_rush(struct demo *demo, int people, int within_min); /* from now on */
/* One that was, with who came; they have no visits yet. Good until the next. */
struct demo_rush *demo_add_rush(struct demo *demo, int people, int from_min, int within_min);
int demo_newcomer(struct demo *demo, const struct citizen *citizen); /* their place among the visits */
void demo_drop_rushes(struct demo *demo);
