/* core/cache/floor.h: what the query "floor" (queries.h) works with, for load_board.c, load_level.c and floor*.c alone: the day's pictures
 * and the counters' rows are remembered between two refreshes, so that a refresh costs what has changed and not what is
 * there. All of it is in memory and may be thrown away at any time. */
#pragma once
#include "core/cache/load.h"

enum {
    FLOOR_SLOT_MS = 10 * 60 * 1000, /* a bar of the day's picture */
    FLOOR_SLOTS = 26 * 6,           /* of the longest day */
    FLOOR_ID = 64,
    FLOOR_NAME = 128,
    FLOOR_SOON_MS = 5 * 60 * 1000, /* a promise is about to break */
};

struct floor_queue {
    char id[FLOOR_ID], code[16];
    const struct json *row; /* borrowed for one refresh */
    int64_t waiting, late, soon, served, no_show;
    int64_t oldest_ms; /* arrival of whoever waits longest; 0 nobody waits */
    int open, assigned, spare;
    bool away;               /* with a bus */
    int series[FLOOR_SLOTS]; /* who waited at the end of each slot, from midnight on */
};

enum floor_doing {
    FLOOR_CLOSED,
    FLOOR_BUS, /* all its queues are with a bus */
    FLOOR_UNATTENDED,
    FLOOR_PAUSED,
    FLOOR_SERVING,
    FLOOR_CALLED,
    FLOOR_FREE,
    FLOOR_DOINGS
};

struct floor_counter {
    char id[FLOOR_ID];
    char *text;                                 /* of row, as it is stored */
    struct json *row;                           /* parsed when the text changes */
    char user[FLOOR_ID], user_name[FLOOR_NAME]; /* who sits there; "" nobody */
    char ticket[FLOOR_ID], number[FLOOR_ID];    /* called or served there; "" none */
    int64_t from_ms;                            /* since when it does what it does; 0 not known */
    int64_t free_ms; /* since when nobody is at it; 0 somebody is; -1 not looked at yet */
    enum floor_doing doing;
    bool seen; /* in this refresh */
    int parked, overdue;
    int64_t unsent, unsent_ms; /* of its clerk's workstation, as the hall was told last; since when */
};

struct floor {
    char day[DATE_TEXT];
    int64_t epoch, start_ms, slot; /* the day's midnight; the slot in which it was made */
    int64_t looked_ms;             /* the last refresh; 0: none yet */
    struct floor_queue *queues;    /* in id order */
    int queue_count;
    struct floor_counter *counters; /* in id order */
    int counter_count, counter_capacity;
    struct floor_hour *hour; /* floor_hour.c; NULL: not looked ahead yet */
};

/* --- floor.c --- */
/* The memory for this moment of the hall's day; made anew with the day's pictures when a slot is over. Queues are those
 * of the copy, their figures 0. */
enum err floor_ready(struct cache *cache, const struct json *hall, const struct json *queue_rows,
                     int64_t now_ms, struct floor **out) MUST_USE;
struct floor_queue *floor_queue(struct floor *floor, const char *id);     /* NULL: none */
struct floor_counter *floor_counter(struct floor *floor, const char *id); /* NULL: none */
struct floor_counter *floor_counter_of(struct floor *floor,
                                       const char *user); /* where that person sits; NULL */
/* Takes the counters' rows over; parses those that changed. */
enum err floor_read_counters(struct cache *cache, struct floor *floor) MUST_USE;
int floor_slot(const struct floor *floor, int64_t wall_ms); /* within the day's slots */

/* --- floor_hour.c --- */
/* Plays the next hour, when the last time is long enough ago. */
enum err floor_look_ahead(struct cache *cache, struct floor *floor, int64_t now_ms) MUST_USE;
const struct json *floor_ahead(const struct floor *floor,
                               const char *queue);          /* its members of the answer; NULL */
const struct json *floor_advice(const struct floor *floor); /* an array; NULL */
/* How long services take and how many come, as the board read them less than HOUR_HABITS_MS ago: reading them costs more
 * than the play. NULL, also of no floor: not read, or too long ago. Until the next query. */
struct hour_habits;
const struct hour_habits *floor_habits(const struct floor *floor, int64_t now_ms);
void floor_hour_free(struct floor *floor);

/* For tests: the nth statement that is asked at each refresh; NULL: there is none. Left out is the one that walks the
 * overlay, which is this person's unsent work and no more. */
const char *floor_statement(int nth);
