/* core/hall/training.h: a training hall at work: the practice hall in which a scripted day is played. Only citizens, the
 * hall's clock and trouble are simulated; everything else is the hall itself, and whoever is signed in does as on any day.
 *
 * The day goes on by the engine of demo_inside.h, in a write of its own: its next moment bounds the time-out of the loop.
 * What is kept of it beside the rows (training_state) is written in that very transaction, so that a hall that was killed,
 * or put back to a moment, plays on as if nothing had been.
 *
 * Rows of the table training, for the workstations (others than trainers see "hall" and their own, without better and score):
 *   "hall"  {"scenario","names":{az,id,en,ru},"seed","day","pace","paused","opens","closes","outage","slow","finished"}
 *   USER    {"user","name","counter"?,"doing","since","ticket"?,"served","hint":{"text","at","from"}?,"frozen","frozen_by"?,
 *            "taken_by"?,"taken_user"?,"power_until"?,"score"?,"better":{"code","args"}?}
 *          for everybody who can sign in and is no trainer. While a trainer has their counter (taken_by a name, taken_user the
 *          account), counter, ticket and doing are of that counter, whoever serves there.
 *   doing: out shut free called serving paused
 *   better: what a good clerk would do now instead: call_next recall no_show start ask_paper finish resume open */
#pragma once
#include "core/command/command.h"
#include "core/hall/server_core.h"

struct hall;
struct training;
struct http_request;

enum { TRAINING_PACE_MAX = 60, TRAINING_HINT_MAX = 200 };

/* Goes on with the day in the store, if there is one. In a real hall *out stays NULL, and all below do nothing. */
enum err training_open(struct training **out, struct hall *hall, const char *data,
                       struct err_info *info) MUST_USE;
void training_free(struct training **training); /* NULL-safe */

/* The hall's wall time by the computer's clocks; training may be NULL. */
int64_t training_wall_ms(const struct training *training, int64_t wall_ms, int64_t mono_ms);
/* Adds the write that plays what is due, before all that others write, and once more after what they wrote; call in each
 * turn, last of all. */
void training_follow(struct hall *hall);
int training_timeout_ms(const struct hall *hall); /* until that is due; -1: never */
/* Polls wait no longer than so, that workstations follow the hall's clock. */
int training_wait_s(const struct hall *hall, int wait_s);

/* Trouble: whether this person's requests get no answer now; whether this one waits, and is handed over again later. */
bool training_cuts(const struct hall *hall, const struct actor *actor);
bool training_delays(struct hall *hall, struct http_request *request, const struct actor *actor);

/* After a push that was run, in its transaction: keeps how many keys the visits took that it ended ("keys" of their commands).
 * before_rev: of the store before it. answer: as server_push made it. */
enum err training_hear_keys(const struct server_env *env, const struct actor *actor, const struct json *push,
                            int64_t before_rev, const struct json *answer) MUST_USE;

/* A start with --demo: plays the scenario unless its day is under way. */
void training_start(struct hall *hall, const char *scenario, const char *seed);

/* The moment that the hall ends for, to be put back to it; NULL: it ends for good. The caller frees. */
char *training_take_rewind(struct hall *hall);
/* Puts the hall in data, at which nothing works, back to that file. One that cannot be gone back to is told to the log, and the
 * hall stays as it was. */
enum err training_go_back(const char *data, const char *file, struct err_info *info) MUST_USE;
