/* core/hall/training_inside.h: what the files of training.h share. */
#pragma once
#include "core/hall/demo_inside.h"
#include "core/hall/inside.h"
#include "core/hall/training.h"

struct delayed;

struct training {
    struct hall *hall;
    char *data;
    bool playing; /* a day is known; else the hall's clock is the computer's */
    bool queued;  /* a write of ours is among the writes */
    bool lost;    /* one failed: what is in memory is not what the store has */
    int failed;   /* plays in a row that could not be, with a store that is whole */
    struct scenario scenario;
    struct demo demo; /* of this store; its people are accounts that nobody can sign in with */
    struct demo_figures figures;
    /* the hall's clock: base_ms at base_mono_ms, then pace times as fast */
    int64_t base_ms, base_mono_ms;
    int pace;
    bool paused;
    int64_t slow_until_s; /* since midnight, as of everything of the day */
    bool finished;
    int64_t seen_rev;  /* of the last look */
    int64_t looked_ms; /* monotonic */
    struct json *
        people; /* {USER: {"hint"?,"frozen"?,"frozen_by"?,"taken_by"?: the trainer's name,"taken_user"?: their account,
                 * "taken_counter"?,"papers"?,"offended"?, and the spans of training_free.c}}: what a trainer did */
    int64_t copied_s; /* the last moment to return to; since midnight */
    int64_t copied_mono_ms;
    bool copy_due;
    struct moment_copy *copying; /* a moment that is being copied beside the hall; NULL: none */
    char *rewind;
    struct delayed *delayed; /* requests over a slow network */
    struct rng chance;       /* of answers that wait; not the day's */
};

int64_t training_now_s(const struct training *training); /* since midnight, by the hall's clock */
void training_set_clock(struct training *training, int64_t ms);

/* training_day.c; in the transaction of env */
enum err training_begin_day(struct training *training, const struct server_env *env, const char *scenario,
                            uint64_t seed, struct err_info *info) MUST_USE;
enum err training_play(struct training *training, const struct server_env *env) MUST_USE;
void training_begun(struct training *training); /* after the commit of the first */

/* training_state.c */
enum err training_keep(struct training *training, struct db *db, int64_t now_ms) MUST_USE;
/* Reads what is kept. ERR_ABSENT: no day was ever begun. */
enum err training_recall(struct training *training, struct err_info *info) MUST_USE;
void training_forget(struct training *training); /* the day, as it is in memory */

/* training_people.c: accounts for the simulated, and the list of those who learn */
enum err training_people(struct training *training, const struct server_env *env,
                         struct err_info *info) MUST_USE;
/* The same when all are there already. */
enum err training_know_people(struct training *training, struct db *db, struct err_info *info) MUST_USE;

/* training_slow.c */
int training_slow_ms(struct hall *hall,
                     const struct actor *actor); /* so much later this person is answered; 0: at once */
void training_slow_free(struct training *training);
void training_slow_follow(struct training *training);           /* those whose time has come go on */
int64_t training_slow_left_ms(const struct training *training); /* until then; -1: none waits */

/* training_free.c: when a trainer worked at somebody's counter ("taken" of what is kept of them) or had stopped their screen
 * ("stopped"): [[FROM, UNTIL?]…] in ms since midnight. at_ms: since midnight as well. */
void training_taken_begin(struct json *person, int64_t at_ms, const struct actor *trainer,
                          const char *counter);
void training_taken_end(struct json *person, int64_t at_ms);
void training_stop_begin(struct json *person, int64_t at_ms);
void training_stop_end(struct json *person, int64_t at_ms);
/* Whether a trainer had the counter in a part of from … to: what was done there is not the account's. training NULL: never. */
bool training_was_taken(const struct training *training, const char *user, int64_t from_ms, int64_t to_ms);
/* When the first such time begins that is not over at ms; INT64_MAX: none does. */
int64_t training_taken_from(const struct training *training, const char *user, int64_t ms);
/* From when on, at ms or later, the account could act: not while the line, a fast network or the power was away, and not in
 * those spans. *until_ms: when that ends; INT64_MAX: it has not. training NULL: of no hall at work. */
int64_t training_free_from(const struct demo *demo, const struct training *training, const char *user,
                           int64_t ms, int64_t *until_ms);
/* The account was free to act all the time from … to. */
bool training_was_free(const struct demo *demo, const struct training *training, const char *user,
                       int64_t from_ms, int64_t to_ms);

/* training_take.c: the other half of training_take in training_act.h. The counter goes to the trainee with whoever stands
 * at it, when it is still the trainer's or nobody's; what is kept of the person is left as it is. ERR_REFUSED: they serve
 * somebody at another counter; nothing was changed. */
enum err training_give_back(struct training *training, const struct server_env *env,
                            const char *user) MUST_USE;
/* The day is over: of all, and what is kept says so. */
enum err training_give_all_back(struct training *training, const struct server_env *env) MUST_USE;
/* Whose counter a trainer has who signed out since; NULL: nobody's. */
enum err training_taker_left(const struct training *training, struct db *db, const char **user) MUST_USE;
/* Whoever signed out has handed back. */
enum err training_follow_takers(struct training *training, const struct server_env *env) MUST_USE;

/* training_visitor.c */
/* What a trainer asked for comes upon whoever was called since. */
enum err training_bring(struct training *training, struct db *db) MUST_USE;
struct citizen training_citizen(const struct training *training,
                                const struct demo_visit *visit); /* with it */
enum training_here { TRAINING_COMING, TRAINING_HERE, TRAINING_NOBODY };
enum training_here training_is_here(const struct training *training, const struct demo_visit *visit);
/* Answers of GET visitor and POST ask; the second NULL: no such question. The caller frees. */
struct json *training_visitor(struct training *training, const struct demo_visit *visit);
struct json *training_ask(struct training *training, const struct demo_visit *visit, const char *question);
bool training_is_offended(const struct demo_visit *visit); /* and nobody said sorry */
/* Somebody did: a write as any, after which t->lost is whether it failed. */
enum err training_say_sorry(struct training *training, const struct server_env *env,
                            const char *ticket) MUST_USE;

/* training_rows.c: writes the rows that are another now, in a change of its own; *wrote: there was one. env NULL: asks only. */
enum err training_rows(struct training *training, struct db *db, const struct server_env *env,
                       bool *differ) MUST_USE;

/* The score that the person's row has from now on. */
void training_note_score(struct training *training, const char *user, const struct json *score);

/* training_moments.c: copies to return to */
bool training_moment_path(struct training *training, const char *at,
                          char **path);               /* of "HH:MM"; the caller frees */
void training_copy_moment(struct training *training); /* outside a transaction */
void training_drop_moments(struct training *training);
void training_end_moment(struct training *training);      /* waits for a copy that is being made */
struct json *training_moments(struct training *training); /* [{"at","text"}] */
