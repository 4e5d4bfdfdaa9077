/* core/command/hour_rows.h: a hall's rows as the snapshot that core/model/hour.h plays forward: the same at the hall, for a
 * command's preview, and on a workstation's copy, for a query. Reads by indexes alone.
 *
 * What changes slowly (how long services take, how many people come, who stays away) is read apart, so that a screen that
 * is drawn each second can keep it for a minute. */
#pragma once
#include "core/base/arena.h"
#include "core/db/db.h"
#include "core/model/hour.h"

enum {
    HOUR_QUEUES_MAX = 500,
    HOUR_DESKS_MAX = 2000,
    HOUR_PEOPLE_MAX = 20000,
    HOUR_WHOLE_MAX =
        2000, /* of so many the whole row is read; of who comes after them what its columns say */
};

/* --- habits --- */

struct hour_habit {
    const char *queue;  /* id */
    int64_t service_ms; /* mean of those finished lately, 0: none was */
    double arrivals;    /* expected in ten minutes of the next hour, without bookings */
    double no_show;     /* of bookings */
    int64_t came,
        usually; /* in the hour before now; on the same weekdays before, on average; -1: not known */
};
struct hour_service {
    const char *service; /* id */
    int64_t service_ms;  /* mean of those finished lately, at least a few */
};
struct hour_habits {
    int64_t at_ms; /* read at; 0: not read */
    struct hour_habit *queues;
    int queue_count;
    struct hour_service *services;
    int service_count;
    struct arena kept;
};
enum { HOUR_HABITS_MS = 60 * 1000 }; /* old enough to be read again */
enum err hour_habits_read(struct db *db, int64_t now_ms, struct hour_habits *out) MUST_USE;
/* Reads them when they are older than HOUR_HABITS_MS, or were never read. */
enum err hour_habits_refresh(struct db *db, int64_t now_ms, struct hour_habits *habits) MUST_USE;
void hour_habits_free(struct hour_habits *habits);

/* --- the snapshot --- */

struct hour_hall {
    struct hour hour; /* of what stands below, ids in it too */
    struct hour_queue *queues;
    struct hour_desk *desks;
    struct hour_person *people;
    bool cut; /* more wait than HOUR_PEOPLE_MAX: the last ones are left out */
    /* Moves for a time that end, rules that end or begin by the clock, within HOUR_MIN_MAX. hour.known points to them;
     * whoever looks at the ends themselves takes them out of it. */
    struct hour_change *ends;
    int end_count;
    struct arena kept;
};
/* habits NULL: read for this once. Queues in order of their ids, counters by name, people by queue and arrival. A queue that
 * a bus has is there with nobody in it, and no counter serves it. */
enum err hour_rows(struct db *db, int64_t now_ms, const struct hour_habits *habits,
                   struct hour_hall *out) MUST_USE;
void hour_hall_free(struct hour_hall *hall);

/* Indices by id; HOUR_NOBODY: none such. */
int hour_find_queue(const struct hour *hour, const char *id);
int hour_find_desk(const struct hour *hour, const char *id);
int hour_find_person(const struct hour *hour, const char *id);
