/* core/hall/demo_desk.c: simulated clerks, each at a counter: they look, call, serve and rest. */
#include "core/hall/demo_inside.h"
#include "core/model/rule.h"

enum {
    RECALL_S = 35,
    MISSING_TAKES = 40, /* percent of a visit until a missing paper is found */
    SURVEYED = 30       /* of a hundred */
};

int demo_visit_of(const struct demo *d, const char *ticket)
{
    for (int i = 0; i < d->visit_count; i++)
        if (str_equal(d->visits[i].ticket, ticket))
            return i;
    return -1;
}

enum err demo_open_counter(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *body = json_new_object(), *data = NULL;
    json_set_text(body, "counter", clerk->counter);
    bool applied;
    enum err err = demo_say(d, &clerk->actor, "counter.open", body, &applied, &data);
    clerk->fence = json_int(data, "fence", 0);
    json_free(&data);
    if (applied) {
        clerk->doing = DEMO_IDLE;
        demo_later(d, d->now_s + DEMO_OPENING_S, MOMENT_LOOK, who);
    }
    return err;
}

static enum err rest(struct demo *d, int who, const char *reason, int64_t for_s)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *body = demo_about_counter(clerk);
    char until[TIME_TEXT];
    time_text(d->midnight_ms + (d->now_s + for_s) * 1000, until);
    json_set_text(body, "reason", reason);
    json_set_text(body, "until", until);
    clerk->doing = DEMO_PAUSED;
    demo_later(d, d->now_s + for_s, MOMENT_BACK, who);
    return demo_say(d, &clerk->actor, "counter.pause", body, NULL, NULL);
}

enum err demo_come_back(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    clerk->doing = DEMO_IDLE;
    demo_later(d, d->now_s + 5, MOMENT_LOOK, who);
    return demo_say(d, &clerk->actor, "counter.resume", demo_about_counter(clerk), NULL, NULL);
}

enum err demo_shut(struct demo *d, struct demo_clerk *clerk)
{
    clerk->doing = DEMO_SHUT;
    return demo_say(d, &clerk->actor, "counter.close", demo_about_counter(clerk), NULL, NULL);
}

void demo_note_wait(struct demo *d, struct demo_visit *visit)
{
    struct demo_figures *f = d->figures;
    int64_t waited_s = d->now_s - visit->citizen->comes_s;
    visit->called_s = d->now_s;
    if (visit->citizen == &d->stranger)
        return;
    f->waits_s = xrealloc(f->waits_s, (size_t)(f->wait_count + 1) * sizeof *f->waits_s);
    f->waits_s[f->wait_count++] = waited_s;
}

static void greet(struct demo *d, int who, int found)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[found];
    clerk->doing = DEMO_BUSY;
    clerk->visit = found;
    visit->calls++;
    if (visit->here && !visit->gone) {
        demo_note_wait(d, visit);
        demo_later(d, d->now_s + demo_within(d, 8, 40), MOMENT_BEGIN, who);
    } else {
        d->figures->early += visit->citizen->booked_s > d->now_s + RULE_CLOCK_LEAD_MS / 1000;
        demo_later(d, d->now_s + RECALL_S, MOMENT_AGAIN, who);
    }
}

/* When the line is away nobody new is called; what is under way goes on. */
static int64_t held_back_s(const struct demo *d)
{
    int64_t until_s = d->outage_until_s > d->power_until_s ? d->outage_until_s : d->power_until_s;
    return until_s > d->now_s ? until_s - d->now_s : 0;
}

/* What keeps a clerk who has nobody from looking for the next. *kept: then nothing is left to do now. */
static enum err keep_from_calling(struct demo *d, int who, bool *kept)
{
    struct demo_clerk *clerk = &d->clerks[who];
    int64_t again_s = held_back_s(d), away_s = clerk->away_s;
    bool may = true;
    enum err err = ERR_OK;
    *kept = true;
    if (again_s > 0)
        again_s += demo_within(d, 1, 10);
    else if (away_s > 0)
        clerk->away_s = 0;
    if (again_s == 0 && away_s > 0)
        return rest(d, who, "called away", away_s);
    if (again_s == 0 && clerk->break_s >= 0 && d->now_s >= clerk->break_s) {
        clerk->break_s = -1;
        return rest(d, who, "meal", DEMO_REST_S);
    }
    if (again_s == 0 && d->trainee_count > 0)
        err = demo_may_call(d, clerk, &may);
    if (!may)
        again_s = DEMO_MINUTE_S;
    *kept = again_s > 0;
    if (*kept) {
        clerk->woken = true;
        demo_later(d, d->now_s + again_s, MOMENT_LOOK, who);
    }
    return err;
}

static enum err call_next(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct json *data = NULL;
    enum err err = demo_say(d, &clerk->actor, "ticket.call_next", demo_about_counter(clerk), NULL, &data);
    const struct json *ticket = json_get(data, "ticket");
    const char *id = json_text_or(ticket, "id", "-");
    int found = demo_visit_of(d, id);
    if (found < 0 && json_is_object(ticket))
        found = demo_stranger(d, id);
    if (found >= 0) {
        d->visits[found].gen = json_int(ticket, "gen", 0);
        greet(d, who, found);
    } else if (err == ERR_OK && d->now_s >= (int64_t)d->scenario->close_min * DEMO_MINUTE_S) {
        err = demo_shut(d, clerk);
    }
    json_free(&data);
    return err;
}

enum err demo_look(struct demo *d, int who)
{
    bool kept;
    if (d->clerks[who].doing != DEMO_IDLE)
        return ERR_OK;
    d->clerks[who].woken = false;
    enum err err = keep_from_calling(d, who, &kept);
    if (err == ERR_OK && !kept)
        err = demo_quarrel(d, who, &kept);
    return err == ERR_OK && !kept ? call_next(d, who) : err;
}

static void free_again(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    d->visits[clerk->visit].gone = true;
    clerk->visit = -1;
    clerk->doing = DEMO_IDLE;
    clerk->woken = true;
    demo_later(d, d->now_s + demo_within(d, 5, 25), MOMENT_LOOK, who);
}

/* Twice and half a minute, as the packs ask; then not there. */
enum err demo_call_again(struct demo *d, int who)
{
    enum { CALLS = 2 };
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[clerk->visit];
    if (visit->here && !visit->gone) {
        demo_note_wait(d, visit);
        demo_later(d, d->now_s + demo_within(d, 8, 40), MOMENT_BEGIN, who);
        return ERR_OK;
    }
    if (visit->calls++ < CALLS) {
        demo_later(d, d->now_s + RECALL_S, MOMENT_AGAIN, who);
        return demo_say(d, &clerk->actor, "ticket.recall", demo_about_ticket(visit), NULL, NULL);
    }
    enum err err = demo_say(d, &clerk->actor, "ticket.no_show", demo_about_ticket(visit), NULL, NULL);
    d->figures->no_shows++;
    free_again(d, who);
    return err;
}

enum err demo_begin(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[clerk->visit];
    int64_t takes_s = visit->citizen->takes_s;
    if (visit->citizen->forgot)
        takes_s = takes_s * MISSING_TAKES / 100;
    demo_later(d, d->now_s + takes_s, MOMENT_DONE, who);
    enum err err = demo_say(d, &clerk->actor, "ticket.start", demo_about_ticket(visit), NULL, NULL);
    return err == ERR_OK && demo_applies(d, visit) ? demo_apply(d, who) : err;
}

static enum err ask_how_it_was(struct demo *d, const struct demo_clerk *clerk, const struct demo_visit *visit)
{
    enum { ELEMENTS = 9 };
    struct json *body = json_new_object(), *scores = json_new_array();
    bool long_wait = visit->called_s - visit->citizen->comes_s > DEMO_HOUR_S,
         angry = visit->citizen->temper == TEMPER_ANGRY;
    for (int i = 0; i < ELEMENTS; i++) {
        int64_t score = demo_within(d, 3, 4) - (angry ? 1 : 0) - (long_wait && demo_within(d, 0, 1) ? 1 : 0);
        json_add(scores, json_new_int(score > 0 ? score : 1));
    }
    json_set_text(body, "ticket", visit->ticket);
    json_set(body, "scores", scores);
    return demo_say(d, &clerk->actor, "survey.record", body, NULL, NULL);
}

/* Of a service with a form the whole application is judged; of any other it is known what is at home. */
static enum err find_missing(struct demo *d, int who, struct json *missing)
{
    const struct demo_visit *visit = &d->visits[d->clerks[who].visit];
    struct truth truth = {0};
    if (!demo_applies(d, visit)) {
        if (visit->citizen->forgot)
            json_add_text(missing, visit->citizen->forgot);
        return ERR_OK;
    }
    enum err err = demo_decide(d, who, &truth);
    for (const struct json *code = json_first(truth.missing); code; code = json_next(code))
        json_add_text(missing, json_as_text(code));
    truth_free(&truth);
    return err;
}

enum err demo_finish(struct demo *d, int who)
{
    struct demo_clerk *clerk = &d->clerks[who];
    struct demo_visit *visit = &d->visits[clerk->visit];
    if (d->power_until_s > d->now_s) { /* the visit stands still with everything else */
        demo_later(d, d->power_until_s + demo_within(d, 60, 180), MOMENT_DONE, who);
        return ERR_OK;
    }
    struct json *missing = json_new_array();
    enum err err = find_missing(d, who, missing);
    bool is_missing = json_count(missing) > 0;
    struct json *body = demo_about_ticket(visit);
    json_set_text(body, "outcome", is_missing ? "papers_missing" : "served");
    if (is_missing)
        json_set(body, "missing", json_copy(missing));
    json_free(&missing);
    if (err == ERR_OK)
        err = demo_say(d, &clerk->actor, "ticket.finish", body, NULL, NULL);
    else
        json_free(&body);
    d->figures->served += !is_missing;
    d->figures->missing += is_missing;
    if (err == ERR_OK && rng_below(&d->rng, 100) < SURVEYED)
        err = ask_how_it_was(d, clerk, visit);
    if (err == ERR_OK)
        err = demo_complain(d, visit);
    free_again(d, who);
    return err;
}
