/* core/demo/citizen.h: who comes on a day of a training hall, with what they need, bring, forgot and bear. The same seed
 * makes the same day, on every machine: all chance is in whole numbers.
 *
 * Nobody in it exists: names come from the pack's lists, every NIK is of province 99, which there is not, every
 * telephone has a number that is never given out. Knows no hall, clock or file. */
#pragma once
#include "core/base/rng.h"
#include "core/catalogue/pack.h"
#include "core/demo/scenario.h"

struct birth {
    int year, month, day;
    bool woman;
};
/* {"given","father"?,"family","born","fin" or "nik","phone"}; the caller frees. */
struct json *citizen_person(const struct pack *pack, struct rng *rng, struct birth *born);
/* The same of somebody whose birth is known. */
struct json *citizen_person_born(const struct pack *pack, struct rng *rng, const struct birth *born);
/* A class of the pack that fits somebody born then, from a random one on; NULL: none does. */
const char *citizen_priority(const struct pack *pack, struct rng *rng, const struct birth *born, int year);

#define TEMPER_LIST(X)                          \
    X(CALM, "calm")                             \
    X(CONFUSED, "confused") /* takes longer */  \
    X(ANGRY, "angry")       /* leaves sooner */ \
    X(FRAUD, "fraud")       /* comes again as somebody else, another day */
enum temper {
#define X(name, text) TEMPER_##name,
    TEMPER_LIST(X)
#undef X
        TEMPER_COUNT
};

struct citizen {
    int64_t comes_s;  /* since midnight, at the reception; of one who stays away, when they would have */
    int64_t booked_s; /* -1: without a booking */
    int64_t patience_s, takes_s; /* waits so long; is served for so long */
    const char *service;         /* borrowed from the pack */
    const char *priority;        /* borrowed; NULL: none */
    const char *language;        /* borrowed */
    const char *forgot;          /* code of a paper that is at home, borrowed; NULL: has all */
    enum temper temper;
    bool stays_away; /* of a booking: does not come */
    struct json *person;
    uint64_t home;     /* those who come together live there; 0: comes alone */
    struct json *with; /* [{"name","age"}] of those with them who have no ticket; NULL: nobody */
};
struct citizens {
    struct citizen *list; /* by comes_s */
    int count;
};

/* Services that somebody may ask for today: their queue is served. */
typedef bool citizens_served(const void *context, const char *queue);

/* The nth day (from 0) of a scenario by a seed; year is the day's, for ages. No service is served: nobody comes. */
void citizens_make(const struct scenario *scenario, const struct pack *pack, uint64_t seed, int day, int year,
                   citizens_served *served, const void *context, struct citizens *out);
void citizens_free(struct citizens *citizens);
