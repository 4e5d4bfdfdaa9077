/* core/wire/which_hall.h: which hall it is that speaks, and whether it is a real one. A hall has an identity from the day it is
 * made, in its row and in its answer to a sign-in, which goes with its file and its backups and never changes; that of a training
 * hall says so in its first letters, so that one word tells both. What a workstation asks carries the identity of its own hall
 * (HALL_HEADER) and each record of its outbox too ("hall"), so that neither side goes by an address. */
#pragma once
#include "core/wire/json.h"

#define HALL_HEADER        "Loket-Hall"
#define IDLE_HEADER        "Loket-Idle" /* seconds since the last key at a workstation that is locked */
#define HALL_TRAINING_MARK "training-"
enum { HALL_IDENTITY = 64 };

enum hall_kind { HALL_UNKNOWN, HALL_REAL, HALL_TRAINING };

struct which_hall {
    char code[64], identity[HALL_IDENTITY]; /* identity "": of a hall from before there were such */
    enum hall_kind kind;                    /* unknown: an older hall's answer to a sign-in does not say it */
};
/* hall: the row of table hall, or "hall" of the answer to a sign-in; NULL: nothing is known. */
void which_hall_read(const struct json *hall, struct which_hall *out);
/* Of an identity, or of the word that stands for one where a workstation knows no more; "" is unknown. */
enum hall_kind hall_kind_of(const char *identity);
/* "real", "training"; "" of one that is not known. */
const char *hall_kind_text(enum hall_kind kind);
/* "TRAINING" for what the hall itself writes for people; of no language that we have, in all four. */
const char *hall_training_word(const char *lang);
/* Both are known, and they are two. */
bool hall_kinds_differ(enum hall_kind a, enum hall_kind b);
/* By identity where both have one, else by code. */
bool hall_is_another(const struct which_hall *a, const struct which_hall *b);
/* A bus's identity is its home's, a slash and its code: two halls, of which each knows the other's records. */
bool hall_is_of_one_home(const char *identity, const char *other);
