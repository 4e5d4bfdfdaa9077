/* core/hall/training.c: see training.h. The clock, and when what is due is played. */
#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/hall/leases.h"
#include "core/hall/polls.h"
#include "core/hall/training_inside.h"
#include "core/hall/writer.h"
#include "core/model/role.h"

enum {
    LOOK_MS = 2000,     /* who is signed in changes no row */
    FAILED_MAX = 3,     /* plays in a row, then the day ends */
    HURRY_MS = 100,     /* at a pace, moments of so long are played together */
    SLOW_MIN_MS = 2000, /* an answer over a slow network */
    SLOW_MORE_MS = 6000
};

enum err training_open(struct training **out, struct hall *hall, const char *data, struct err_info *info)
{
    struct training *training = xcalloc(1, sizeof *training);
    *out = training;
    training->hall = hall;
    training->data = xstrdup(data);
    training->pace = 1;
    training->people = json_new_object();
    rng_seed(&training->chance, (uint64_t)hall->mono_ms);
    enum err err = training_recall(training, info);
    if (err == ERR_ABSENT)
        return ERR_OK;
    if (err != ERR_OK &&
        !store_broken(err)) { /* a day that cannot be gone on with is no reason to serve nobody */
        log_write(LOG_WARN, "training: the day does not go on: %s", info->text);
        info->text[0] = '\0';
        return ERR_OK;
    }
    return err;
}

void training_free(struct training **slot)
{
    struct training *training = *slot;
    if (!training)
        return;
    training_forget(training);
    training_slow_free(training);
    training_end_moment(training);
    json_free(&training->people);
    free(training->rewind);
    free(training->data);
    free(training);
    *slot = NULL;
}

/* --- the clock --- */

int64_t training_wall_ms(const struct training *t, int64_t wall_ms, int64_t mono_ms)
{
    if (!t || !t->playing)
        return wall_ms;
    return t->base_ms + (t->paused ? 0 : (mono_ms - t->base_mono_ms) * t->pace);
}

void training_set_clock(struct training *t, int64_t ms)
{
    t->base_ms = ms;
    t->base_mono_ms = t->hall->mono_ms;
}

int64_t training_now_s(const struct training *t)
{
    return (t->hall->wall_ms - t->demo.midnight_ms) / 1000;
}

/* --- playing --- */

static enum err run_play(void *ctx, const struct server_env *env)
{
    struct training *t = ctx;
    enum err err = t->lost ? training_recall(t, &(struct err_info){0}) : ERR_OK;
    t->lost = true; /* until it is committed */
    return err == ERR_OK ? training_play(t, env) : err;
}

/* A day that an earlier version kept has other people now, and what happens next in it cannot be. */
static void give_up(struct training *t, enum err err)
{
    log_write(
        LOG_WARN,
        "training: the day does not go on, for what is kept of it fits no day of this program (%s); the hall "
        "serves without it, and a trainer may begin another",
        err_text(err));
    training_forget(t);
    t->lost = false;
}

static void play_done(void *ctx, enum err err)
{
    struct training *t = ctx;
    t->queued = false;
    t->lost = err != ERR_OK;
    t->failed = err == ERR_OK || store_broken(err) ? 0 : t->failed + 1;
    if (t->failed >= FAILED_MAX)
        return give_up(t, err);
    if (err == ERR_OK && t->copy_due)
        training_copy_moment(t);
}

static void queue_play(struct training *t)
{
    t->queued = true;
    writer_add_first(t->hall->writer, run_play, play_done, t); /* what was before comes before what is now */
}

/* Whoever is simulated is there, though no workstation of theirs is heard. */
static void hear_clerks(struct training *t)
{
    for (int i = 0; i < t->demo.clerk_count; i++)
        leases_heard(t->hall->leases, t->demo.clerks[i].actor.user, t->hall->mono_ms);
}

static bool is_due(const struct training *t)
{
    int64_t next_s = demo_next_s(&t->demo);
    if (t->finished)
        return false;
    return next_s < 0 || t->demo.midnight_ms + next_s * 1000 <= t->hall->wall_ms;
}

static bool has_news(struct training *t)
{
    bool differ = false;
    const char *left = NULL;
    if (t->hall->mono_ms - t->looked_ms < LOOK_MS)
        return false;
    t->looked_ms = t->hall->mono_ms;
    if (training_taker_left(t, t->hall->db, &left) == ERR_OK && left)
        return true;
    return training_rows(t, t->hall->db, NULL, &differ) == ERR_OK && differ;
}

void training_follow(struct hall *hall)
{
    struct training *t = hall->training;
    if (t)
        training_slow_follow(t);
    if (!t || !t->playing || t->queued || hall->full || hall->fatal != ERR_OK)
        return;
    hear_clerks(t);
    if (is_due(t) || hall->state.rev != t->seen_rev || has_news(t))
        queue_play(t);
}

static int64_t real_ms(const struct training *t, int64_t ms)
{
    int64_t real = (ms + t->pace - 1) / t->pace;
    return t->pace > 1 && real < HURRY_MS ? HURRY_MS : real > 0 ? real : 0;
}

int training_timeout_ms(const struct hall *hall)
{
    const struct training *t = hall->training;
    if (!t || !t->playing)
        return -1;
    int64_t look_ms = t->looked_ms + LOOK_MS - hall->mono_ms, next_s = demo_next_s(&t->demo),
            slow_ms = training_slow_left_ms(t);
    if (slow_ms >= 0 && slow_ms < look_ms)
        look_ms = slow_ms;
    if (look_ms < 0)
        look_ms = 0;
    if (t->paused || t->finished || next_s < 0 || hall->full)
        return (int)look_ms;
    int64_t next_ms = real_ms(t, t->demo.midnight_ms + next_s * 1000 - hall->wall_ms);
    return (int)(next_ms < look_ms ? next_ms : look_ms);
}

int training_wait_s(const struct hall *hall, int wait_s)
{
    const struct training *t = hall->training;
    bool other = t && t->playing && (t->paused || t->pace != 1);
    return other && wait_s > 1 ? 1 : wait_s;
}

/* --- trouble --- */

static bool is_taught(const struct training *t, const struct actor *actor)
{
    return t && t->playing && !t->finished && !(actor->roles & ROLE_TRAINER);
}

bool training_cuts(const struct hall *hall, const struct actor *actor)
{
    const struct training *t = hall->training;
    return is_taught(t, actor) && t->demo.outage_until_s > training_now_s(t);
}

int training_slow_ms(struct hall *hall, const struct actor *actor)
{
    struct training *t = hall->training;
    if (!is_taught(t, actor) || t->slow_until_s <= training_now_s(t))
        return 0;
    return SLOW_MIN_MS + (int)rng_below(&t->chance, SLOW_MORE_MS + 1);
}

/* --- the start --- */

struct start {
    struct training *training;
    const char *scenario;
    uint64_t seed;
    struct err_info info;
};

static enum err run_start(void *ctx, const struct server_env *env)
{
    struct start *start = ctx;
    return training_begin_day(start->training, env, start->scenario, start->seed, &start->info);
}

static void start_done(void *ctx, enum err err)
{
    struct start *start = ctx;
    if (err == ERR_OK)
        training_begun(start->training);
    else
        log_write(LOG_ERROR, "training: %s could not begin: %s", start->scenario,
                  start->info.text[0] ? start->info.text : err_text(err));
    free(start);
}

void training_start(struct hall *hall, const char *scenario, const char *seed)
{
    struct training *t = hall->training;
    if (!t || (t->playing && !t->finished && str_equal(t->scenario.id, scenario)))
        return;
    struct start *start = xcalloc(1, sizeof *start);
    *start = (struct start){.training = t, .scenario = scenario};
    if (!seed)
        rng_seed_from_system(&t->chance);
    start->seed = seed ? strtoull(seed, NULL, 10) : rng_below(&t->chance, 1000000);
    writer_add(hall->writer, run_start, start_done, start);
}

char *training_take_rewind(struct hall *hall)
{
    char *rewind = hall->training ? hall->training->rewind : NULL;
    if (hall->training)
        hall->training->rewind = NULL;
    return rewind;
}
