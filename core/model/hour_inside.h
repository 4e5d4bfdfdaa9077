/* core/model/hour_inside.h: what hour.c and hour_advice.c share; nobody else includes it. */
#pragma once
#include "core/model/hour.h"

/* Who waits and who comes in the time looked at: made once for a snapshot and played as often as wanted. */
struct hour_cast {
    const struct hour *hour;
    int64_t end_ms;
    struct hour_person
        *people;         /* the snapshot's, then the expected newcomers, then one who asks in each queue */
    int count, asking;   /* asking: index of the first of the last */
    char (*numbers)[24]; /* of those who are not the snapshot's */
    char (*names)[8];    /* of the queues, short for the rules to compare */
    bool *stays_away;    /* of the snapshot's people */
    int *present, present_count; /* by (arrival, number) */
    int *coming, coming_count;   /* by comes_ms */
    int *lately, lately_count;   /* present people who may not be called yet for a while, by when that ends */
};
void hour_cast_make(const struct hour *hour, int minutes, struct hour_cast *cast);
void hour_cast_free(struct hour_cast *cast);

/* Plays the cast with changes. out is made and has no newcomer figures; calls false: out->people stays NULL. */
void hour_play(const struct hour_cast *cast, const struct hour_change *changes, int count, bool calls,
               struct hour_run *out);
