/* core/hall/others.h: the other loketd that serve the same hall, where its store is shared (DB_SHARED): what they did is
 * followed, what one does for all has one that does it, and a commit whose answer was lost is asked after.
 *
 * Everything here is nothing where hall->others is NULL: a hall in a folder, a training hall. */
#pragma once
#include "core/hall/server_core.h"

struct hall;
struct others;

enum {
    OTHERS_LOOK_MS = 1000, /* whoever waits for news is not late by more than this, though no word came */
};

struct others *others_new(struct hall *hall);
void others_free(struct others **others); /* NULL-safe */

/* In the transaction of a group, first of all: waits for this program's turn, and knows then what the others did. ERR_CONFLICT:
 * the hall's history is another one. */
enum err others_turn(struct hall *hall) MUST_USE;
/* Commits the group. An answer that was lost on the way is asked after, for a while: ERR_OK and ERR_DISK are then what became
 * of it, or (ERR_DISK after that while) nobody knows yet. */
enum err others_commit(struct hall *hall) MUST_USE;

/* Outside of a transaction: what the others did is known now. */
void others_look(struct hall *hall);
/* Once a turn: looks when it is time. True: this program has just become the first. */
bool others_follow(struct hall *hall);
/* This program does what is done once for all. */
bool others_first(const struct hall *hall);
/* A connection that was lost, made again. */
void others_mend(struct hall *hall);
/* At the end: where the history was replaced by one that lacks what was read here, it gets a new epoch. */
void others_end(struct hall *hall);
int others_fd(const struct hall *hall); /* readable: others_hear; -1: none */
void others_hear(struct hall *hall);
int others_timeout_ms(const struct hall *hall); /* until there is something to do; -1: never */
