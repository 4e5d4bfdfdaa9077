/* core/hall/training_act.c: see training_act.h. One table of words; what each does is a change of the engine or of what is kept
 * beside it, and then the day is played on, so that rows and what is kept follow in the same transaction. */
#include "core/hall/training_act.h"

#include <string.h>

#include "core/hall/demo_files.h"

enum { MINUTES_MAX = 600, SEED_MAX = 1000000000 };

enum err training_refuse(struct training_act *act, int status, const char *code, const char *field,
                         const char *message)
{
    act->refusal.status = status;
    str_copy(act->refusal.code, sizeof act->refusal.code, code);
    str_copy(act->refusal.field, sizeof act->refusal.field, field);
    if (!act->refusal.info.text[0])
        err_set(&act->refusal.info, ERR_REFUSED, "%s", message);
    return ERR_REFUSED;
}

/* --- the day --- */

static enum err begin(struct training_act *act)
{
    struct training *t = act->training;
    struct scenario scenario;
    const char *name = json_text_or(act->asked, "scenario", "");
    int64_t seed = json_int(act->asked, "seed", (int64_t)rng_below(&t->chance, SEED_MAX));
    if (strchr(name, '/') || strchr(name, '.') || /* files of this computer are for whoever sits at it */
        demo_scenario(name, &scenario, &act->refusal.info) != ERR_OK)
        return training_refuse(act, 422, "unknown_scenario", "scenario",
                               "There is no such scenario. Nothing was changed; choose one of the list.");
    act->begins = true;
    enum err err = training_begin_day(t, &act->env, name, seed < 0 ? 0 : (uint64_t)seed, &act->refusal.info);
    return err == ERR_USAGE || err == ERR_INVALID ? training_refuse(act, 422, "cannot_begin", "scenario", "")
                                                  : err;
}

static enum err set_pace(struct training_act *act)
{
    struct training *t = act->training;
    int64_t pace = json_int(act->asked, "pace", -1);
    if (pace < 0 || pace > TRAINING_PACE_MAX)
        return training_refuse(
            act, 422, "invalid_pace", "pace",
            "The pace is a whole number from 0, which is a pause, to 60. Nothing was changed.");
    training_set_clock(t, t->hall->wall_ms);
    t->paused = pace == 0;
    if (pace > 0)
        t->pace = (int)pace;
    return ERR_OK;
}

static enum err step(struct training_act *act)
{
    struct training *t = act->training;
    int64_t next_s = demo_next_s(&t->demo);
    t->paused = true;
    training_set_clock(t, t->hall->wall_ms);
    if (next_s >= 0)
        act->play_ms = t->demo.midnight_ms + next_s * 1000;
    return ERR_OK;
}

static enum err finish(struct training_act *act)
{
    struct training *t = act->training;
    if (t->finished)
        return ERR_OK;
    return demo_go_home(&t->demo); /* playing on finds the day at its end */
}

static enum err rewind_to(struct training_act *act)
{
    struct training *t = act->training;
    char *path = NULL;
    if (!training_moment_path(t, json_text_or(act->asked, "to", ""), &path))
        return training_refuse(
            act, 422, "no_moment", "to",
            "There is no moment to go back to at or before that time. Nothing was changed; GET "
            "/v1/training/moments names those that there are.");
    t->rewind = path; /* the hall ends and starts again from it, once this is answered */
    return ERR_OK;
}

/* --- a person --- */

static const char *person_of(const struct training_act *act)
{
    const struct demo *d = &act->training->demo;
    const char *user = json_text_or(act->asked, "user", "");
    for (int i = 0; i < d->trainee_count; i++)
        if (str_equal(d->trainees[i].user, user))
            return user;
    return NULL;
}

/* What is kept of the person, made when there is nothing yet; NULL: refused. */
static struct json *edit_person(struct training_act *act)
{
    const char *user = person_of(act);
    struct json *people = act->training->people;
    if (!user) {
        (void)training_refuse(act, 422, "unknown_user", "user",
                              "Nobody of that identity learns here. Nothing was changed.");
        return NULL;
    }
    if (!json_get(people, user))
        json_set(people, user, json_new_object());
    return json_edit(people, user);
}

static enum err hint(struct training_act *act)
{
    const char *text = json_text_or(act->asked, "text", "");
    char at[TIME_TEXT];
    if (strlen(text) > 4 * TRAINING_HINT_MAX)
        return training_refuse(act, 422, "too_long", "text",
                               "A hint has 200 letters at most. Nothing was sent.");
    struct json *person = edit_person(act);
    if (!person)
        return ERR_REFUSED;
    json_remove(person, "hint");
    if (!*text)
        return ERR_OK;
    struct json *line = json_new_object();
    time_text(act->env.now_ms, at);
    json_set_text(line, "text", text);
    json_set_text(line, "at", at);
    json_set_text(line, "from", act->actor.name);
    json_set(person, "hint", line);
    return ERR_OK;
}

/* As the hall's clock says; the engine's is that of the last moment that it played. */
static int64_t day_ms(const struct training_act *act)
{
    return act->env.now_ms - act->training->demo.midnight_ms;
}

static enum err freeze(struct training_act *act)
{
    struct json *person = edit_person(act);
    if (!person)
        return ERR_REFUSED;
    bool on = json_bool(act->asked, "on", true), was = json_bool(person, "frozen", false);
    json_set_bool(person, "frozen", on);
    if (on)
        json_set_text(person, "frozen_by", act->actor.name);
    else
        json_remove(person, "frozen_by");
    if (on && !was)
        training_stop_begin(person, day_ms(act));
    if (was && !on)
        training_stop_end(person, day_ms(act));
    return ERR_OK;
}

/* A line of its own in the audit: who had the counter when is asked about afterwards. */
static enum err note(struct training_act *act, const char *type)
{
    int64_t rev;
    struct json *detail = json_new_object();
    json_set_text(detail, "user", person_of(act));
    enum err err = server_note_by(&act->env, &act->actor, type, detail, &rev);
    json_free(&detail);
    return err;
}

/* The trainee's counter is the trainer's, with whoever stands at it: what is done there is not the trainee's. */
static enum err take(struct training_act *act)
{
    char counter[64];
    const char *user = person_of(act);
    bool taken = json_text(json_get(act->training->people, user), "taken_user") != NULL;
    enum err err = user ? training_take(act, user, counter) : ERR_OK;
    struct json *person = err == ERR_OK ? edit_person(act) : NULL;
    if (!person || taken)
        return person ? ERR_OK : err == ERR_OK ? ERR_REFUSED : err;
    training_taken_begin(person, day_ms(act), &act->actor, counter);
    return note(act, "training.take");
}

static enum err hand_back(struct training_act *act)
{
    struct json *person = edit_person(act);
    if (!person)
        return ERR_REFUSED;
    if (!json_text(person, "taken_user"))
        return ERR_OK;
    enum err err = training_give_back(act->training, &act->env, person_of(act));
    if (err == ERR_REFUSED)
        return training_refuse(
            act, 409, "trainee_busy", "user",
            "They serve somebody at another counter now. Nothing was changed: hand it back "
            "when that visit is over.");
    if (err != ERR_OK)
        return err;
    training_taken_end(person, day_ms(act));
    return note(act, "training.hand_back");
}

/* --- trouble --- */

static int64_t number_of(const struct training_act *act, size_t at, int64_t otherwise, int64_t most)
{
    int64_t number = json_as_int(json_at(json_get(act->asked, "numbers"), at), otherwise);
    return number < 0 ? 0 : number > most ? most : number;
}

static int64_t until_s(const struct training_act *act, int64_t otherwise_min)
{
    struct demo *d = &act->training->demo;
    int64_t at_s = d->now_s + number_of(act, 0, otherwise_min, MINUTES_MAX) * DEMO_MINUTE_S;
    demo_later(d, at_s, MOMENT_REVIEW, 0);
    return at_s;
}

static enum err cut(struct training_act *act)
{
    struct demo *d = &act->training->demo;
    d->outage_until_s = until_s(act, 20);
    demo_cut_off(d, TROUBLE_OUTAGE, d->outage_until_s);
    return ERR_OK;
}

static enum err cut_power(struct training_act *act)
{
    struct demo *d = &act->training->demo;
    d->power_until_s = until_s(act, 10);
    demo_cut_off(d, TROUBLE_POWER, d->power_until_s);
    return ERR_OK;
}

static enum err slow_down(struct training_act *act)
{
    struct training *t = act->training;
    t->slow_until_s = until_s(act, 20);
    demo_cut_off(&t->demo, TROUBLE_COUNT, t->slow_until_s);
    return ERR_OK;
}

static enum err rush(struct training_act *act)
{
    struct demo *d = &act->training->demo;
    if (act->training->finished)
        return ERR_OK; /* the doors are closed */
    if (d->rush_count >= DEMO_RUSHES_MAX)
        return training_refuse(
            act, 422, "too_many_rushes", "kind",
            "So many people came today already that no more are let in. Nothing was changed.");
    demo_rush(d, (int)number_of(act, 0, 20, DEMO_RUSH_PEOPLE_MAX),
              (int)number_of(act, 1, 20, DEMO_RUSH_WITHIN_MAX));
    return ERR_OK;
}

static enum err send_away(struct training_act *act)
{
    struct demo *d = &act->training->demo;
    int64_t count = number_of(act, 0, 1, d->clerk_count),
            for_s = number_of(act, 1, 30, MINUTES_MAX) * DEMO_MINUTE_S;
    for (int i = 0; i < count && i < d->clerk_count; i++)
        d->clerks[i].away_s = for_s;
    return ERR_OK;
}

static enum err call_for_help(struct training_act *act)
{
    struct demo *d = &act->training->demo;
    return d->clerk_count > 0 ? demo_call_for_help(d) : ERR_OK;
}

static enum err forget_paper(struct training_act *act)
{
    struct json *person = edit_person(act);
    if (!person)
        return ERR_REFUSED;
    json_set_bool(person, "papers", true);
    return ERR_OK;
}

static enum err offend(struct training_act *act)
{
    struct json *person = edit_person(act);
    if (!person)
        return ERR_REFUSED;
    json_set_bool(person, "offended", true);
    return ERR_OK;
}

typedef enum err act_run(struct training_act *act);

static enum err trouble(struct training_act *act)
{
    static const struct {
        const char *kind;
        act_run *run;
    } kinds[] = {{"outage", cut},          {"power", cut_power}, {"slow", slow_down},
                 {"rush", rush},           {"away", send_away},  {"emergency", call_for_help},
                 {"papers", forget_paper}, {"offended", offend}};
    const char *kind = json_text_or(act->asked, "kind", "");
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (str_equal(kinds[i].kind, kind))
            return kinds[i].run(act);
    return training_refuse(
        act, 422, "unknown_trouble", "kind",
        "\"kind\" is outage, power, slow, rush, away, emergency, papers or offended. Nothing was "
        "changed.");
}

/* --- the words --- */

static const struct word {
    const char *what;
    act_run *run;
} words[] = {{"begin", begin},         {"pace", set_pace}, {"step", step},     {"rewind", rewind_to},
             {"trouble", trouble},     {"hint", hint},     {"freeze", freeze}, {"take", take},
             {"hand_back", hand_back}, {"finish", finish}};

static const struct word *find_word(const char *what)
{
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (str_equal(words[i].what, what))
            return &words[i];
    return NULL;
}

bool training_act_known(const char *what)
{
    return find_word(what) != NULL;
}

enum err training_act_run(struct training_act *act, const struct server_env *env)
{
    struct training *t = act->training;
    const struct word *word = find_word(json_text(act->asked, "do"));
    enum err err = t->lost ? training_recall(t, &act->refusal.info) : ERR_OK;
    if (err != ERR_OK && err != ERR_ABSENT)
        return err;
    act->env = *env;
    t->demo.env = *env;
    if (!t->playing && word->run != begin)
        return training_refuse(act, 409, "no_day", "do", "No day is played here yet. Begin one first.");
    t->lost = true; /* until it is committed */
    err = word->run(act);
    if (err != ERR_OK || act->begins || t->rewind)
        return err;
    if (act->play_ms > act->env.now_ms)
        act->env.now_ms = act->play_ms;
    return training_play(t, &act->env);
}

void training_act_done(struct training_act *act, enum err err)
{
    struct training *t = act->training;
    bool untouched =
        err == ERR_REFUSED && !act->begins; /* what is refused changed nothing in memory either */
    t->lost = err != ERR_OK && t->playing && !untouched;
    if (err != ERR_OK && act->begins && !t->playing) /* the day of before goes on */
        t->lost = training_recall(t, &(struct err_info){0}) != ERR_OK;
    if (err == ERR_OK && act->begins) {
        training_begun(t);
    } else if (err == ERR_OK && act->play_ms > 0) {
        if (act->play_ms > t->hall->wall_ms)
            t->hall->wall_ms = act->play_ms;
        training_set_clock(t, t->hall->wall_ms);
    }
    if (err == ERR_OK && t->rewind)
        t->hall->stopping = true;
    if (err == ERR_OK && t->copy_due)
        training_copy_moment(t);
}
