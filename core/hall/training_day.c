/* core/hall/training_day.c: a day of a training hall begins, goes on and ends. All of it in the transaction of a write. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_files.h"
#include "core/hall/morning.h"
#include "core/hall/training_inside.h"
#include "core/hall/training_score.h"

enum {
    WAITING_MIN = 4, /* the day is entered when so many wait, and somebody for each who learns, … */
    HEAD_START_S = DEMO_HOUR_S / 2, /* … or so long after the opening */
    STEP_S = DEMO_MINUTE_S,
    COPY_S = 5 * DEMO_MINUTE_S, /* between two moments to return to … */
    COPY_PAUSE_MS = 10000       /* … and really, as a copy is a whole file */
};

/* --- which day --- */

static enum err last_day(const struct server_env *env, int32_t *day)
{
    struct json *hall = NULL;
    char today[DATE_TEXT];
    int32_t now;
    enum err err = store_hall(env->db, &hall);
    time_date(env->now_ms, today);
    if (!day_parse(json_text_or(hall, "business_day", ""), day))
        *day = 0;
    if (day_parse(today, &now) && now > *day)
        *day = now;
    json_free(&hall);
    return err;
}

static int32_t next_day(const struct demo *d, int32_t after)
{
    enum { YEAR = 366 };
    for (int32_t day = after + 1; day < after + YEAR; day++)
        if ((d->scenario->weekday < 0 || d->scenario->weekday == day_weekday(day)) &&
            day_is_worked(&d->calendar, day))
            return day;
    return after + 1;
}

/* --- it begins --- */

static enum err count_waiting(struct demo *d, const struct demo_trainee *trainee, int64_t *count)
{
    static const char sql[] = "SELECT count(*) FROM tickets WHERE queue = $1 AND state = 'waiting'"
                              " AND arrived_at > ''"; /* tickets_arrival; the first hour of a day */
    enum err err = ERR_OK;
    for (const struct json *q = json_first(trainee->queues); q && err == ERR_OK; q = json_next(q)) {
        struct stmt *s = db_query(d->env.db, sql);
        db_bind_text(s, 1, json_text_or(q, "queue", ""));
        err = db_step(s);
        *count += err == ERR_OK ? db_int(s, 0) : 0;
        db_done(s);
    }
    return err;
}

/* Whoever signs in finds somebody who waits. */
static enum err is_full(struct demo *d, bool *full)
{
    int64_t all = 0;
    enum err err = ERR_OK;
    *full = true;
    for (int i = 0; i < d->trainee_count && err == ERR_OK; i++) {
        int64_t count = 0;
        err = count_waiting(d, &d->trainees[i], &count);
        all += count;
        *full = *full && (count > 0 || !d->trainees[i].queues);
    }
    *full = *full && all >= WAITING_MIN;
    return err;
}

/* From the opening on until there is something to do. */
static enum err open_doors(struct demo *d)
{
    int64_t open_s = (int64_t)d->scenario->open_min * DEMO_MINUTE_S, at_s = open_s;
    bool full = false;
    enum err err = demo_play_until(d, at_s);
    while (err == ERR_OK && !full && at_s < open_s + HEAD_START_S) {
        at_s += STEP_S;
        err = demo_play_until(d, at_s);
        if (err == ERR_OK)
            err = is_full(d, &full);
    }
    d->now_s = at_s;
    return err;
}

static enum err play_from_the_eve(struct training *t, const struct server_env *env, struct err_info *info)
{
    struct demo *d = &t->demo;
    int64_t before_s = (env->now_ms - d->midnight_ms) / 1000; /* negative: an earlier day */
    enum err err = demo_book(d, before_s > DEMO_EVE_S ? before_s : DEMO_EVE_S);
    if (err != ERR_OK)
        return err;
    demo_plan(d);
    err = open_doors(d);
    d->env.now_ms = d->midnight_ms + d->now_s * 1000;
    return err == ERR_OK ? morning_online(&d->env, &d->pack, &d->rng, info) : err;
}

static enum err note_rev(struct training *t, struct db *db)
{
    struct hall_state state;
    enum err err = store_state(db, &state);
    t->seen_rev = state.rev;
    return err;
}

static void reset(struct training *t)
{
    json_free(&t->people);
    t->people = json_new_object();
    t->pace = 1;
    t->paused = t->finished = false;
    t->slow_until_s = 0;
    t->copied_s = t->demo.now_s;
}

static enum err read_scenario(struct training *t, const char *name, struct err_info *info)
{
    struct scenario scenario;
    struct json *hall = NULL;
    enum err err = demo_scenario(name, &scenario, info);
    if (err == ERR_OK)
        err = store_hall(t->hall->db, &hall);
    if (err == ERR_OK && *scenario.pack && !str_equal(scenario.pack, json_text(hall, "pack")))
        err = err_set(info, ERR_USAGE, "The scenario \"%s\" is for the pack %s.", scenario.id, scenario.pack);
    json_free(&hall);
    bool goes_on = t->playing && !t->finished;
    if (err == ERR_OK && t->playing)
        err = training_give_all_back(t, &t->demo.env);
    if (err == ERR_OK && goes_on)
        err = demo_go_home(&t->demo);
    if (err == ERR_OK && goes_on)
        err = training_results_keep(t, t->demo.env.db);
    if (err == ERR_OK) {
        training_forget(t);
        t->scenario = scenario;
    }
    return err;
}

enum err training_begin_day(struct training *t, const struct server_env *env, const char *scenario,
                            uint64_t seed, struct err_info *info)
{
    struct demo *d = &t->demo;
    int32_t day = 0;
    bool differ;
    d->env = *env;
    enum err err = read_scenario(t, scenario, info);
    if (err != ERR_OK)
        return err;
    t->lost = true; /* until it is committed */
    d->seed = seed;
    d->env = *env;
    err = training_people(t, env, info);
    if (err == ERR_OK)
        err = last_day(env, &day);
    if (err == ERR_OK && !demo_make_day(d, next_day(d, day), 0))
        err = err_set(info, ERR_INVALID, "There is no such day in the hall's time zone.");
    if (err == ERR_OK)
        err = play_from_the_eve(t, env, info);
    if (err != ERR_OK)
        return err;
    reset(t);
    t->copied_mono_ms = env->mono_ms;
    err = training_rows(t, env->db, &d->env, &differ);
    if (err == ERR_OK)
        err = note_rev(t, env->db);
    return err == ERR_OK ? training_keep(t, env->db, d->env.now_ms) : err;
}

void training_begun(struct training *t)
{
    struct hall *hall = t->hall;
    t->lost = false;
    t->playing = true;
    hall->wall_ms = t->demo.midnight_ms + t->demo.now_s * 1000;
    training_set_clock(t, hall->wall_ms);
    hall->day_clock = (struct day_clock){0}; /* nobody turned the clock by mistake */
    str_copy(hall->day, sizeof hall->day, t->figures.day);
    training_drop_moments(t);
    training_copy_moment(t);
}

/* --- it goes on --- */

static enum err end_day(struct training *t)
{
    t->finished = true;
    t->slow_until_s = 0;
    t->demo.ended_s = t->demo.now_s;
    enum err err = training_give_all_back(t, &t->demo.env);
    if (err == ERR_OK)
        err = demo_shut_all(&t->demo);
    return err == ERR_OK ? training_results_keep(t, t->demo.env.db) : err;
}

/* A step that was taken in this very group of writes is ahead of the group's clock. */
static int64_t latest_ms(const struct demo *d, int64_t now_ms)
{
    int64_t played_ms = d->midnight_ms + d->now_s * 1000;
    return played_ms > now_ms ? played_ms : now_ms;
}

/* People, not the hall itself, which renews leases at its own times. */
static enum err others_wrote(const struct training *t, struct db *db, bool *wrote)
{
    static const char sql[] = "SELECT 1 FROM change WHERE rev > $1 AND by_ > '' LIMIT 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, t->seen_rev);
    enum err err = db_step(s);
    *wrote = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err training_play(struct training *t, const struct server_env *env)
{
    struct demo *d = &t->demo;
    bool differ, changed = false;
    int64_t now_s = (env->now_ms - d->midnight_ms) / 1000;
    d->env = *env;
    enum err err = others_wrote(t, env->db, &changed);
    if (err == ERR_OK && !t->finished)
        err = demo_play_until(d, now_s);
    d->now_s = now_s > d->now_s ? now_s : d->now_s;
    if (err == ERR_OK && !t->finished)
        err = demo_watch(d, changed);
    if (err == ERR_OK)
        err = training_follow_takers(t, env);
    if (err == ERR_OK)
        err = training_bring(t, env->db);
    if (err == ERR_OK && !t->finished && demo_next_s(d) < 0)
        err = end_day(t);
    if (err == ERR_OK)
        err = training_rows(t, env->db, env, &differ);
    t->copy_due =
        !t->finished && now_s - t->copied_s >= COPY_S && env->mono_ms - t->copied_mono_ms >= COPY_PAUSE_MS;
    if (t->copy_due) {
        t->copied_s = now_s;
        t->copied_mono_ms = env->mono_ms;
    }
    if (err == ERR_OK)
        err = note_rev(t, env->db);
    return err == ERR_OK ? training_keep(t, env->db, latest_ms(d, env->now_ms)) : err;
}
