/* tests/sim/town/town.h: a whole hall in one process, from a seed: its backend, its workstations with the people at them,
 * the network between, their clocks and disks, and everything that goes wrong in a year.
 *
 * The code of both programs is the shipped code, linked as it is. What it asks of the world it gets here: disks from
 * tests/sim/disk.h, curl from curl.c, connections of the hall from http.c, passwords from hasher.c, clocks and chance
 * by the linker (TOWN_WRAP in the Makefile). Time is a number that jumps from one thing to the next.
 *
 * A run is (seed, plan). The same run is the same to the last bit. Each kind of chance has a stream of its own, so that
 * one fault less leaves the others where they were, and a run can be made smaller. */
#pragma once
#include "core/cache/cache.h"
#include "core/hall/turn.h"
#include "core/sync/sync.h"
#include "tests/sim/disk.h"

enum {
    STATIONS_MAX = 5,
    BUS_STATIONS = 2,
    SEATS = STATIONS_MAX + BUS_STATIONS, /* those of the bus come last */
    HALL = 0,                            /* machine and disk of the hall */
    SPARE = 1, /* stands by: after a fail-over it is the hall, and the old one may still run */
    BUS = 2,   /* the laptop of a mobile hall, while one is away */
    HALLS = 3,
    FIRST_STATION = HALLS,
    MACHINES = FIRST_STATION + SEATS,
    BACKUP = MACHINES + 1,  /* a disk in a safe, with the newest backup */
    OUTSIDE = MACHINES + 2, /* another office's computer, of which only letters are known */
    TOWN_DAY_MS = 24 * 60 * 60 * 1000,
    KEPT_MS = 3 * 60 * 1000, /* the quiet end: everything must have come right by then */
};

/* What may go wrong; each can be left out (--without NAME). */
#define FAULTS(X)                                                                                 \
    X(LOSE, "lose")           /* a request or an answer never arrives */                          \
    X(TWICE, "twice")         /* a request arrives twice */                                       \
    X(LATE, "late")           /* by minutes, and out of order */                                  \
    X(CUT, "cut")             /* an answer ends in its middle */                                  \
    X(PAGE, "page")           /* a proxy answers 200 or 502 with HTML */                          \
    X(PART, "part")           /* a workstation has no network for a while */                      \
    X(HALL_KILL, "hall-kill") /* kill -9 */                                                       \
    X(HALL_POWER, "hall-power")                                                                   \
    X(HALL_FULL, "hall-full")                                                                     \
    X(HALL_SYNC, "hall-sync") /* fsync fails */                                                   \
    X(HALL_CLOCK, "hall-clock")                                                                   \
    X(RESTORE, "restore")   /* from a backup that is older than the hall */                       \
    X(FAILOVER, "failover") /* a standby goes on; the old one may live */                         \
    X(KILL, "kill")         /* of a workstation, from here */                                     \
    X(POWER, "power")                                                                             \
    X(FULL, "full")                                                                               \
    X(SYNC, "sync")                                                                               \
    X(EIO, "eio")   /* a few reads or writes of any disk fail, the next are well */               \
    X(AWAY, "away") /* the hall's whole disk, for up to minutes: a cable */                       \
    X(CLOCK, "clock")                                                                             \
    X(CLONE, "clone")       /* its disk is copied into another computer */                        \
    X(SHIFT, "shift")       /* another person sits down */                                        \
    X(EXPIRE, "expire")     /* the hall forgets every sign-in */                                  \
    X(PRUNE, "prune")       /* the hall forgets old changes: whoever was off needs a snapshot */  \
    X(BUS, "bus")           /* a queue leaves with a mobile hall, and comes home */               \
    X(BUS_LOST, "bus-lost") /* … is taken back while it is away; at times it comes after all */ \
    X(LETTERS, "letters")   /* an outside system leaves applications */
enum fault {
#define X(name, word) FAULT_##name,
    FAULTS(X)
#undef X
        FAULT_COUNT
};

struct plan {
    uint64_t seed;
    int64_t events; /* until the quiet end */
    int stations;
    unsigned without; /* bits of enum fault; beside what the seed leaves out anyway */
};

enum event_kind {
    EVENT_REQUEST, /* arrives at the hall */
    EVENT_ANSWER,  /* arrives at a workstation */
    EVENT_DUE,     /* sync of a workstation wanted to be called now */
    EVENT_TURN,    /* of the hall */
    EVENT_PERSON,  /* does something */
    EVENT_START,   /* a machine's program starts */
    EVENT_TROUBLE, /* the next thing goes wrong */
    EVENT_NIGHT,   /* what the hall does of itself when nobody is there */
    EVENT_RECOVER, /* something ends: no network, a full disk */
    EVENT_CHECK,   /* of what is too dear to be checked at each step */
    EVENT_BUS,     /* whoever is in charge of a departure does the next thing */
    EVENT_LETTER,  /* the outside system does */
    EVENT_KINDS
};
const char *event_name(enum event_kind kind);

struct event {
    int64_t at_ms;
    uint64_t order; /* of those at the same time */
    enum event_kind kind;
    int machine;
    unsigned life; /* of that machine when it was planned; another: nothing happens. 0: whatever its life */
    void *data;
};

/* A computer: its disk is its own number, its program is that of a hall or a workstation. */
struct machine {
    int number;
    struct disk *disk;
    bool running;          /* its program */
    unsigned life;         /* grows with each start and each end */
    int64_t wall_wrong_ms; /* its clock minus the true one */
    int64_t mono_start_ms; /* true time when its monotonic clock was 0 */
    int ops_to_end;        /* disk operations until its power is cut or it is killed; -1: none planned */
    bool cut_power;        /* … and which of both */
    int64_t due_ms;        /* for which EVENT_DUE or EVENT_TURN is planned; -1 */
};

struct person {
    const char *login, *user;
    const char *does; /* what kind of work */
};

enum { KNOWN_MAX = 12 };
struct station {
    struct machine machine;
    struct cache *cache;
    struct sync *sync;
    struct rng rng;       /* what the program takes for chance */
    int person;           /* of people[], who sits here */
    bool signed_in, copy; /* copy: its disk was cloned, or is a clone */
    bool gone;            /* taken down with its bus */
    bool cut_off;         /* no network */
    bool black_hole;      /* … and nothing even says so */
    char counter[UUID_TEXT];
    int64_t fence;
    int64_t asked_ms;     /* since then … */
    int asked;            /* … so many requests */
    bool wants_answer;    /* an online command has no answer yet */
    char form[UUID_TEXT]; /* of an application, which stands open here; "" none … */
    int64_t form_rev;     /* … and the row_rev that it was opened at */
    char tickets[KNOWN_MAX][UUID_TEXT], cases[KNOWN_MAX][UUID_TEXT], persons[KNOWN_MAX][UUID_TEXT];
    int ticket_count, case_count, person_count; /* made here; a ring: the newest KNOWN_MAX */
};

struct backend {
    struct machine machine;
    struct hall hall;
    bool open;  /* hall holds something to be closed */
    bool stale; /* the world has gone on without it */
};

/* Where something happens: at the hall with its workstations, or at the mobile hall with its own. Each has its checker. */
enum side { AT_HOME, ON_ROAD, SIDES };

/* What there is most of to do. */
enum day { DAY_MIXED, DAY_OF_VISITORS, DAY_OF_FORMS };

struct check;
struct bus;
struct channel;
struct wire_request;
struct wire_answer;
struct town {
    struct plan plan;
    unsigned faults; /* bits: what may go wrong in this run */
    int64_t now_ms;  /* true time, UTC */
    int at_once;     /* events since it last moved */
    struct event *heap;
    int event_count, event_capacity;
    uint64_t planned; /* events so far */

    uint64_t done[EVENT_KINDS];
    struct rng net, trouble, people, disks, starts, tokens, trips, letters;
    enum day day;
    bool rush;            /* most come for one queue, and most of them are of a class that goes first */
    int pace;             /* so many times as long as elsewhere people take, and trouble stays away */
    int next_fault;       /* what comes of the last one, soon after it; -1: any */
    int64_t congested_ms; /* until then half of all messages take seconds */
    bool quiet;           /* the end: nothing goes wrong any more */
    struct backend halls[HALLS]; /* HALL, SPARE, BUS */
    int serving;                 /* HALL or SPARE: which of them is the hall */
    int64_t backup_rev;          /* of the copy on disk BACKUP; -1 none */
    struct station stations[SEATS];
    uint64_t exchanges;
    struct bus *bus;         /* NULL: this run has none */
    struct channel *channel; /* … */
    struct machine outside;
    struct check *checks[SIDES]; /* ON_ROAD: while a bus is away */
    enum side side;              /* of what happens just now … */
    struct check *check;         /* … and its checker */
    char violation[600];         /* "" so far */
    uint64_t digest;             /* over everything that happened: two runs agree */
    bool tell;                   /* every event on standard error */
};

/* --- town.c: time, events, the run --- */
/* The caller frees with town_free. *violation and counts are in the town. */
struct town *town_run(const struct plan *plan, bool tell);
void town_free(struct town **town);
uint64_t town_events(const struct town *town); /* scheduled ones and disk operations */
void town_plan(struct town *town, int64_t in_ms, enum event_kind kind, int machine, void *data);
bool town_chance(struct rng *rng, unsigned of_1000);
int64_t town_between(struct rng *rng, int64_t low, int64_t high);
bool town_may(const struct town *town, enum fault fault);
void town_violated(struct town *town, const char *format, ...) PRINTF(2, 3);
void town_tell(const struct town *town, const char *format, ...) PRINTF(2, 3);
const char *fault_name(int fault); /* NULL after the last */

enum side town_go(struct town *town, enum side side); /* returns where it was before */
/* The workstations of the place where something happens. */
struct station *town_stations(struct town *town, int *count);

/* Whose code runs just now: the stand-ins need to know. There is one town a process at a time. */
struct here {
    struct town *town;
    struct machine *machine;
};
extern struct here here; /* defined in town.c: what the linker's stand-ins stand on */
struct machine *town_enter(struct machine *machine); /* returns who ran before */
void town_leave(struct machine *before);

/* --- new.c: what every run begins with --- */
/* Disks made once a process and copied from then on: a hall that was just set up, a workstation that was just
 * installed, an empty one. */
void new_prepare(void);
void new_hall(struct disk *disk);
void new_station(struct disk *disk);
void new_laptop(struct disk *disk);

/* --- machine.c --- */
void machine_init(struct town *town, struct machine *machine, int number);
/* Chooses, once in a while, that the end comes at one of the next disk operations and not between two events. */
void machine_end_soon(struct town *town, struct machine *machine, bool power);
bool machine_down(const struct machine *machine); /* it ended within this very event */

/* --- backend.c --- */
void backend_prepare(struct town *town);     /* a new hall on the first machine */
void backend_close(struct backend *backend); /* what its program holds */
void backend_start(struct town *town, struct backend *backend);
void backend_end(struct town *town, struct backend *backend,
                 bool power); /* kill or power cut, then start again soon */
void backend_bury(struct town *town,
                  struct backend *backend); /* its program ended: close it, plan its start */
void backend_turn(struct town *town, struct backend *backend);
void backend_due(struct town *town, struct backend *backend);
struct backend *backend_serving(struct town *town); /* of the place where something happens */
struct backend *backend_home(struct town *town);    /* the hall, wherever that is */
void backend_backup(struct town *town);
void backend_restore(struct town *town);
void backend_failover(struct town *town);

/* --- station.c --- */
void station_start(struct town *town, struct station *station);
void station_end(struct town *town, struct station *station, bool power);
void station_bury(struct town *town, struct station *station);
void station_close(struct station *station);
void station_step(struct town *town, struct station *station);
void station_plan(struct town *town, struct station *station); /* its next EVENT_DUE */
struct station *station_of(struct town *town, int machine);
/* Confirms a command; true when it is saved. body is taken over. */
bool station_confirm(struct town *town, struct station *station, const char *type, struct json *body);
void station_sign_in(struct town *town, struct station *station, int person);
void station_sign_out(struct town *town, struct station *station);

/* --- people.c: what people do, all of it sensible or at least possible --- */
enum { PEOPLE = 6 };
extern const struct person people[PEOPLE];
void people_choose(struct town *town); /* how this seed's are */
void people_act(struct town *town, struct station *station);
void people_result(struct town *town, struct station *station, int64_t seq, const struct json *result);

/* --- trouble.c --- */
void trouble_choose(struct town *town); /* which faults this seed has */
void trouble_next(struct town *town);   /* makes one, plans the next */
void trouble_night(struct town *town);  /* a backup, and then what is old and in it is shortened */
void trouble_recover(struct town *town, int machine);
void trouble_end(struct town *town);      /* everything is mended: the quiet end */
void trouble_end_here(struct town *town); /* … at the place where something happens */

/* --- bus.c: a departure, days on the road, the way home; and who is in charge of it --- */
void bus_choose(struct town *town);           /* whether this seed has one, and when the first leaves */
void bus_step(struct town *town);             /* the next thing */
bool bus_is_out(const struct town *town);     /* there is a mobile hall, at work or trying to be */
bool bus_is_closing(const struct town *town); /* its people have stopped: what they saved is sent */
bool bus_may_suffer(const struct town *town); /* what goes wrong may go wrong there */
const int *bus_crew(const struct town *town, int *count); /* of people[]: who is there */
const char *bus_service(const struct town *town);         /* one that its queue serves */
bool bus_is_over(struct town *town);                      /* the quiet end: whatever comes home is home */
void bus_restored(struct town *town, int64_t rev);        /* the hall went back to rev */
void bus_check_at_end(struct town *town);
void bus_free(struct bus **bus);

/* --- channel.c: an outside system leaves applications --- */
#define CHANNEL_KEY "the key of the portal" /* new.c makes it known to the hall */
void channel_choose(struct town *town);     /* whether this seed has one */
void channel_step(struct town *town);
void channel_answered(struct town *town, const struct wire_answer *answer); /* reached it */
bool channel_is_over(const struct town *town);
/* … and its part of the checker */
void channel_told(struct town *town, const struct backend *backend, const struct wire_request *request,
                  int status, const char *body, size_t length); /* left the hall */
void channel_follow(struct town *town, const char *id, const struct json *row, int64_t rev); /* of a case */
void channel_received(struct town *town, const struct json *lines, int64_t rev); /* an application.receive */
void channel_hold(struct town *town);   /* everything committed was followed */
void channel_forget(struct town *town); /* the rows are read again from the first on */
void channel_restored(struct town *town, int64_t rev);
/* That application came from there, and the hall's history, or who knows it up to cursor, has it no more, or not yet. */
bool channel_lacks(const struct town *town, const char *application, int64_t cursor);
void channel_check_at_end(struct town *town);
void channel_free(struct channel **channel);

/* --- curl.c: the workstations' side of the network --- */
struct wire_request {
    uint64_t exchange;
    int from, to;  /* machines */
    unsigned life; /* of the one that asks */
    char method[8];
    char *path, *query, *token, *agent, *body;
    size_t length;
};
struct wire_answer {
    uint64_t exchange;
    int to;
    int status, retry_after_s;
    bool broken;  /* the connection ended first; body is what came until then */
    bool refused; /* nobody listens */
    char *body;
    size_t length;
};
void wire_request_free(struct wire_request *request);
void wire_answer_free(struct wire_answer *answer);
/* An answer arrives at the station whose turn it is. */
void curl_arrived(const struct wire_answer *answer);
/* --- net.c: what happens on the way --- */
void net_request(struct town *town, struct wire_request *request);      /* takes it over */
void net_from_outside(struct town *town, struct wire_request *request); /* takes it over */
void net_arrived(struct town *town, struct wire_request *request);      /* takes it over */
/* The connection ends before the answer. */
void net_broken(struct town *town, const struct wire_request *to);
void net_answer(struct town *town, const struct wire_request *to, int status, int retry_after_s,
                const char *body, size_t length);

/* --- http.c: the hall's side --- */
void http_arrived(struct http *http, struct wire_request *request); /* takes it over */

/* --- check.c: PROTOCOL.md section 8 --- */
struct check *check_new(struct town *town);
void check_free(struct check **check);
/* A station's local commit returned: from now on this command is never lost. */
void check_confirmed(struct town *town, struct station *station, const struct saved *saved, const char *type,
                     const struct json *body);
/* The program or its disk failed within a confirm: nobody was told "saved", and it may be there all the same. */
void check_unsure(struct town *town, struct station *station, const struct json *body);
/* Somebody's words are in the journal of the form of that application; NULL: nobody knows which. */
void check_typed(struct town *town, struct station *station, const char *object, const struct json *words);
/* A push answer left the hall's commit for that client (it may never arrive). */
void check_answered(struct town *town, struct backend *backend, const struct wire_request *request,
                    int status, const char *body, size_t length);
/* A result reached the workstation. */
void check_result(struct town *town, struct station *station, int64_t seq, const struct json *result);
void check_hall_started(struct town *town, struct backend *backend);
void check_failed_over(struct town *town, struct backend *old);
void check_cloned(struct town *town, struct station *from, struct station *to);
void check_hall_stepped(struct town *town, struct backend *backend); /* after each turn */
/* recovered: as of cache_open. */
void check_station_started(struct town *town, struct station *station,
                           int recovered); /* its cache is open again */
void check_station_stepped(struct town *town, struct station *station);
/* After a step during which the disk was well. */
void check_hall_opened(struct town *town, const struct backend *backend);
void check_station_opened(struct town *town, const struct station *station);
void check_restored(struct town *town, int64_t rev, int64_t safe_through); /* the hall went back to rev */
void check_now_and_then(struct town *town);
bool check_settled(struct town *town);  /* the quiet end: nothing is left to do: liveness */
bool check_is_level(struct town *town); /* every workstation of the place has sent and fetched everything */
void check_at_end(struct town *town);
