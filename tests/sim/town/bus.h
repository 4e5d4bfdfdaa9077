/* tests/sim/town/bus.h: one trip of a mobile hall, as its person in charge (bus.c) and the checker (check_bus.c) see it. */
#pragma once
#include "tests/sim/town/town.h"

enum { CREW_MAX = 5, MERGES_MAX = 8 };

struct merged {
    int64_t to_rev; /* of the bus: up to here it is at home */
    int64_t first_rev,
        last_rev; /* of the home: what it wrote; first_rev 0: nobody heard, it was done by last_rev */
};

struct trip {
    char code[8], queue[8];
    int crew[CREW_MAX], crew_count; /* of people[] */
    char *departure, *parcel;       /* the files on the stick; NULL: not there yet */
    char *older;                    /* the parcel before that one; NULL: there was none */
    int64_t loaded_rev;             /* of the bus: up to here it came along */
    int64_t packed_rev;             /* of the bus: up to here it is in the parcel */
    struct json
        *must; /* {commands: {id: status}, tickets: {id: number}}: what has to be at home in the end */
    struct json *touched; /* applications that went on at home meanwhile: each merge finds them so */
    bool in_doubt;        /* a hall ended while it was asked to merge: perhaps it did */
    /* Of the home's history as it is now. */
    int64_t departed_rev; /* 0: a backup of before it was restored */
    struct merged merges[MERGES_MAX];
    int merge_count;
};

int64_t trip_merged_rev(const struct trip *trip); /* of the bus: what is at home; 0: nothing */

/* --- check_bus.c --- */
/* Within the transaction of a merge: as it was before. */
struct before;
struct before *before_merge(const struct trip *trip, struct db *db);
void before_free(struct before **before);
/* What the merge made of it. */
void check_merge(struct town *town, const struct trip *trip, const struct before *before, struct db *db,
                 const struct json *answer);
/* On the road: the parcel holds what was answered and what was committed. */
void check_parcel(struct town *town, struct trip *trip);
/* On the road: everything that was saved there is in it. */
void check_whole_parcel(struct town *town, const struct trip *trip);
/* The end: it is, once. */
void check_trip_at_end(struct town *town, const struct trip *trip);
