/* core/hall/training_state.c: what is kept of a training day beside its rows: where the day stands (demo_state.c), the clock
 * and what the trainer set. One row, written with what was played, so that both are there or neither. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/demo_files.h"
#include "core/hall/training_inside.h"

static const char unreadable[] =
    "what is kept of it is damaged; the hall serves without it, and a trainer may begin another";

enum err training_keep(struct training *t, struct db *db, int64_t now_ms)
{
    static const char sql[] =
        "INSERT INTO training_state (id, now_ms, state) VALUES (1, $1, $2)"
        " ON CONFLICT (id) DO UPDATE SET now_ms = excluded.now_ms, state = excluded.state";
    char seed[24];
    struct json *state = json_new_object();
    str_format(seed, sizeof seed, "%llu", (unsigned long long)t->demo.seed);
    json_set_text(state, "scenario", t->scenario.id);
    json_set_text(state, "seed", seed);
    json_set_int(state, "pace", t->pace);
    json_set_bool(state, "paused", t->paused);
    json_set_bool(state, "finished", t->finished);
    json_set_int(state, "slow", t->slow_until_s);
    json_set_int(state, "copied", t->copied_s);
    json_set_int(state, "rev", t->seen_rev);
    json_set(state, "people", json_copy(t->people));
    json_set(state, "day", demo_state(&t->demo));
    char *text = json_print(state);
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, now_ms);
    db_bind_text(s, 2, text);
    free(text);
    json_free(&state);
    return db_run(s);
}

static enum err read_state(struct db *db, int64_t *now_ms, struct json **state, struct err_info *info)
{
    static const char sql[] = "SELECT now_ms, state FROM training_state WHERE id = 1"; /* primary key */
    struct stmt *s = db_query(db, sql);
    enum err err = db_step(s);
    if (err == ERR_OK) {
        const char *text = db_text(s, 1);
        *now_ms = db_int(s, 0);
        if (json_parse(text ? text : "", text ? strlen(text) : 0, state, NULL) != ERR_OK)
            err = err_set(info, ERR_INVALID, "%s", unreadable);
    }
    db_done(s);
    return err;
}

void training_forget(struct training *t)
{
    struct demo *d = &t->demo;
    demo_drop_day(d);
    demo_figures_free(&t->figures);
    demo_drop_forms(d);
    pack_free(&d->pack);
    free(d->clerks);
    free(d->trainees);
    free(d->events);
    *d = (struct demo){.scenario = &t->scenario, .figures = &t->figures};
    t->playing = false;
}

/* What a trainer did: {USER: {"hint"?: object, "taken_by"?: text, …}}. */
static bool person_holds(const struct json *person)
{
    static const char *const texts[] = {"taken_by", "taken_user", "taken_counter", "frozen_by"};
    bool hold =
        json_is_object(person) && (!json_get(person, "hint") || json_is_object(json_get(person, "hint")));
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        hold = hold && (!json_get(person, texts[i]) || json_is_text(json_get(person, texts[i])));
    return hold;
}

static bool people_hold(const struct json *people)
{
    bool hold = !people || json_is_object(people);
    for (const struct json *one = json_first(people); hold && one; one = json_next(one))
        hold = person_holds(one);
    return hold;
}

/* A row may be damaged, or edited by hand; the day is made already. */
static bool is_sound(const struct training *t, const struct json *state, int64_t now_ms)
{
    static const int64_t ages_s = (int64_t)100 * 366 * 24 * DEMO_HOUR_S;
    bool clock = now_ms >= 0 && now_ms / 1000 <= 3 * ages_s;
    int64_t now_s = clock ? (now_ms - t->demo.midnight_ms) / 1000 : -ages_s,
            pace = json_int(state, "pace", 1), slow_s = json_int(state, "slow", 0),
            copied_s = json_int(state, "copied", 0);
    return now_s >= -48 * DEMO_HOUR_S && now_s <= ages_s && pace >= 1 && pace <= TRAINING_PACE_MAX &&
           slow_s >= 0 && slow_s <= ages_s && copied_s >= 0 && copied_s <= ages_s &&
           json_int(state, "rev", 0) >= 0 && people_hold(json_get(state, "people"));
}

static enum err go_on(struct training *t, const struct json *state, int64_t now_ms, struct err_info *info)
{
    struct demo *d = &t->demo;
    /* What was kept last may be a while ago; the hall's time never goes back. */
    int64_t clock_ms = t->base_ms > 0 && t->hall->wall_ms > now_ms ? t->hall->wall_ms : now_ms;
    const char *name = json_text_or(state, "scenario", "");
    bool listed = *name && !strpbrk(name, "/."); /* no path of this computer */
    enum err err = listed ? demo_scenario(name, &t->scenario, info) : ERR_ABSENT;
    if (err == ERR_ABSENT)
        err = err_set(info, ERR_INVALID, "its scenario \"%s\" is not among those of this program", name);
    training_forget(t);
    d->seed = strtoull(json_text_or(state, "seed", "0"), NULL, 10);
    if (err == ERR_OK)
        err = training_know_people(t, t->hall->db, info);
    if (err == ERR_OK && !(demo_go_on(d, json_get(state, "day")) && is_sound(t, state, now_ms)))
        err = err_set(info, ERR_INVALID, "%s", unreadable);
    if (err != ERR_OK)
        return err;
    t->pace = (int)json_int(state, "pace", 1);
    t->paused = json_bool(state, "paused", false);
    t->finished = json_bool(state, "finished", false);
    t->slow_until_s = json_int(state, "slow", 0);
    t->copied_s = json_int(state, "copied", 0);
    t->seen_rev = json_int(state, "rev", 0);
    json_free(&t->people);
    t->people = json_get(state, "people") ? json_copy(json_get(state, "people")) : json_new_object();
    t->playing = true;
    training_set_clock(t, clock_ms);
    return ERR_OK;
}

enum err training_recall(struct training *t, struct err_info *info)
{
    struct json *state = NULL;
    int64_t now_ms = 0;
    enum err err = read_state(t->hall->db, &now_ms, &state, info);
    if (err == ERR_OK)
        err = go_on(t, state, now_ms, info);
    json_free(&state);
    return err;
}
