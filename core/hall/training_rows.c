/* core/hall/training_rows.c: the rows of a training day: how it stands, what each who learns is doing, and what a good clerk
 * would do now instead. They are made anew from the hall's rows and the engine, and written when they are another. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/training_inside.h"
#include "core/hall/training_score.h"
#include "core/model/counter.h"
#include "core/model/ticket.h"

enum { RECALL_S = 35, CALLS = 2 };

/* --- the hall --- */

static void set_minute(struct json *row, const char *name, int minute)
{
    char text[8];
    str_format(text, sizeof text, "%02d:%02d", minute / 60 % 100, minute % 60);
    json_set_text(row, name, text);
}

static struct json *hall_row(const struct training *t)
{
    struct json *row = json_new_object(), *names = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(names, scenario_langs[i], t->scenario.name[i]);
    json_set_text(row, "scenario", t->scenario.id);
    json_set(row, "names", names);
    json_set_int(row, "seed", (int64_t)t->demo.seed);
    json_set_text(row, "day", t->figures.day);
    json_set_int(row, "pace", t->pace);
    json_set_bool(row, "paused", t->paused);
    set_minute(row, "opens", t->scenario.open_min);
    set_minute(row, "closes", t->scenario.close_min);
    json_set_bool(row, "outage", !t->finished && t->demo.outage_until_s > t->demo.now_s);
    json_set_bool(row, "slow", !t->finished && t->slow_until_s > t->demo.now_s);
    json_set_bool(row, "finished", t->finished);
    return row;
}

/* --- somebody --- */

struct look {
    struct training *t;
    struct db *db;
    const struct demo_trainee *trainee;
    const char *taker; /* the trainer who has their counter; NULL: they have it themselves */
    struct json *user, *counter, *ticket; /* rows; NULL: none */
    const struct demo_visit *visit;       /* of that ticket */
    int64_t now_ms;
    bool writes;
};

/* What is shown is who is at the trainee's counter, whoever serves them. */
static const char *at_desk(const struct look *look)
{
    return look->taker ? look->taker : look->trainee->user;
}

static enum err read_counter(struct look *look)
{
    static const char sql[] = "SELECT row FROM counters WHERE user_ = $1 AND state <> 'closed' LIMIT 1";
    struct stmt *s = db_query(look->db, sql); /* counters_user */
    db_bind_text(s, 1, at_desk(look));
    enum err err = rows_first(s, &look->counter);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err read_ticket(struct look *look)
{
    static const char sql[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                              " ORDER BY called_at DESC LIMIT 1"; /* tickets_user */
    static const enum ticket_state states[] = {TICKET_SERVING, TICKET_CALLED};
    enum err err = ERR_ABSENT;
    for (size_t i = 0; i < sizeof states / sizeof *states && err == ERR_ABSENT; i++) {
        struct stmt *s = db_query(look->db, sql);
        db_bind_text(s, 1, at_desk(look));
        db_bind_text(s, 2, ticket_state_text(states[i]));
        err = rows_first(s, &look->ticket);
    }
    int found = err == ERR_OK ? demo_visit_of(&look->t->demo, json_text_or(look->ticket, "id", "")) : -1;
    look->visit = found >= 0 ? &look->t->demo.visits[found] : NULL;
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err count_served(struct look *look, int64_t *served)
{
    static const char sql[] = "SELECT count(*) FROM tickets WHERE user_ = $1 AND state = 'done'"
                              " AND called_at >= $2"; /* tickets_user */
    char from[TIME_TEXT];
    time_text(look->t->demo.midnight_ms, from);
    struct stmt *s = db_query(look->db, sql);
    db_bind_text(s, 1, look->trainee->user);
    db_bind_text(s, 2, from);
    enum err err = db_step(s);
    *served = err == ERR_OK ? db_int(s, 0) : 0;
    db_done(s);
    return err;
}

static enum err is_signed_in(struct look *look, bool *in)
{
    static const char sql[] = "SELECT client FROM session WHERE user_ = $1 LIMIT 1"; /* session_user */
    struct stmt *s = db_query(look->db, sql);
    db_bind_text(s, 1, look->trainee->user);
    enum err err = db_step(s);
    *in = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

static bool is_in(const struct json *row, const char *state)
{
    return str_equal(json_text(row, "state"), state);
}

static enum err find_doing(struct look *look, const char **doing)
{
    bool in = false;
    enum err err = is_signed_in(look, &in);
    *doing = is_in(look->ticket, "serving")   ? "serving"
             : is_in(look->ticket, "called")  ? "called"
             : !look->counter                 ? (in ? "shut" : "out")
             : is_in(look->counter, "paused") ? "paused"
                                              : "free";
    return err;
}

/* --- what a good clerk would do --- */

static enum err anybody_waits(struct look *look, bool *waits)
{
    static const char sql[] = "SELECT id FROM tickets WHERE queue = $1 AND state = 'waiting'"
                              " AND arrived_at > '' LIMIT 1"; /* tickets_arrival */
    const struct json *queues = look->counter ? json_get(look->counter, "queues") : look->trainee->queues;
    enum err err = ERR_OK;
    *waits = false;
    for (const struct json *q = json_first(queues); q && !*waits && err == ERR_OK; q = json_next(q)) {
        struct stmt *s = db_query(look->db, sql);
        db_bind_text(s, 1, json_text_or(q, "queue", ""));
        err = db_step(s);
        *waits = err == ERR_OK;
        db_done(s);
        err = err == ERR_ABSENT ? ERR_OK : err;
    }
    return err;
}

static const char *better_when_called(const struct look *look)
{
    const struct demo *d = &look->t->demo;
    int64_t called_ms = 0;
    if (!look->visit || (look->visit->desk_s >= 0 && look->visit->desk_s <= d->now_s))
        return "start";
    if (look->visit->desk_s >= 0)
        return NULL; /* they are on their way */
    if (!time_parse(json_text_or(look->ticket, "called_at", ""), &called_ms) ||
        look->now_ms - called_ms < RECALL_S * 1000)
        return NULL;
    return json_int(look->ticket, "calls", 1) < CALLS ? "recall" : "no_show";
}

static const char *better_when_serving(const struct look *look, const char **paper)
{
    int64_t started_ms = 0;
    if (!look->visit || !time_parse(json_text_or(look->ticket, "started_at", ""), &started_ms))
        return NULL;
    struct citizen citizen = training_citizen(look->t, look->visit);
    *paper = citizen.forgot;
    if (citizen.forgot)
        return "ask_paper";
    return (look->now_ms - started_ms) / 1000 >= citizen.takes_s ? "finish" : NULL;
}

static enum err find_better(struct look *look, const char *doing, const char **code, const char **paper)
{
    const struct training *t = look->t;
    bool waits = false;
    int64_t open_s = (int64_t)t->scenario.open_min * DEMO_MINUTE_S - DEMO_OPENING_S;
    *code = *paper = NULL;
    if (t->finished || look->taker || str_equal(doing, "out") || !look->trainee->counter[0])
        return ERR_OK;
    if (str_equal(doing, "called"))
        *code = better_when_called(look);
    else if (str_equal(doing, "serving"))
        *code = better_when_serving(look, paper);
    if (str_equal(doing, "called") || str_equal(doing, "serving"))
        return ERR_OK;
    enum err err = anybody_waits(look, &waits);
    if (waits && str_equal(doing, "free"))
        *code = "call_next";
    else if (waits && str_equal(doing, "paused"))
        *code = "resume";
    else if (str_equal(doing, "shut") && (waits || t->demo.now_s >= open_s))
        *code = "open";
    return err;
}

/* By its name: nobody reads a code. */
static void set_paper(const struct look *look, const char *code, struct json *args)
{
    const struct demo *d = &look->t->demo;
    const struct json *service = pack_service(&d->pack, look->visit->citizen->service),
                      *documents = json_get(service, "documents");
    for (const struct json *one = json_first(documents); one; one = json_next(one))
        if (str_equal(json_text(one, "code"), code) && json_is_object(json_get(one, "name")))
            json_set(args, "paper", json_copy(json_get(one, "name")));
    if (!json_get(args, "paper"))
        json_set_text(args, "paper", code);
}

static enum err set_better(struct look *look, const char *doing, struct json *row)
{
    const char *code, *paper;
    enum err err = find_better(look, doing, &code, &paper);
    if (!code)
        return err;
    struct json *better = json_new_object(), *args = json_new_object();
    json_set_text(better, "code", code);
    if (paper)
        set_paper(look, paper, args);
    json_set(better, "args", args);
    json_set(row, "better", better);
    return err;
}

/* --- the row --- */

/* What a trainer did, as it stands with the day. */
static void set_done(const struct look *look, struct json *row)
{
    static const char *const members[] = {"hint", "taken_by", "taken_user", "frozen_by", "score"};
    const struct json *done = json_get(look->t->people, look->trainee->user);
    json_set_bool(row, "frozen", json_bool(done, "frozen", false));
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(done, members[i]))
            json_set(row, members[i], json_copy(json_get(done, members[i])));
    if (look->t->demo.power_until_s > look->t->demo.now_s) {
        char until[TIME_TEXT];
        time_text(look->t->demo.midnight_ms + look->t->demo.power_until_s * 1000, until);
        json_set_text(row, "power_until", until);
    }
}

static enum err count_decided(struct look *look, int64_t *decided)
{
    static const char sql[] = "SELECT row FROM cases WHERE ticket = $1 ORDER BY opened_at LIMIT 50";
    struct json *rows = json_new_array(); /* cases_ticket */
    enum err err = ERR_OK;
    *decided = 0;
    if (look->ticket) {
        struct stmt *s = db_query(look->db, sql);
        db_bind_text(s, 1, json_text_or(look->ticket, "id", ""));
        err = rows_collect(s, rows);
    }
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        *decided += json_text(row, "decided_at") != NULL;
    json_free(&rows);
    return err;
}

/* A score is read from the whole day, so only when a visit has ended or something was decided. */
static enum err find_score(struct look *look, const struct json *before)
{
    struct training *t = look->t;
    const char *ticket = json_text_or(look->ticket, "id", "");
    const struct json *person = json_get(t->people, look->trainee->user);
    struct json *score = NULL;
    int64_t decided = 0;
    enum err err = look->writes ? count_decided(look, &decided) : ERR_OK;
    bool ended = json_text(before, "ticket") && !str_equal(json_text(before, "ticket"), ticket);
    if (err != ERR_OK || !look->writes || (!ended && decided <= json_int(person, "decided", 0)))
        return err;
    err = training_score(&t->demo, t, look->db, look->trainee->user, &score);
    if (err == ERR_OK) {
        training_note_score(t, look->trainee->user, score);
        json_set_int(json_edit(t->people, look->trainee->user), "decided", decided);
    }
    json_free(&score);
    return err;
}

void training_note_score(struct training *t, const char *user, const struct json *score)
{
    if (!json_get(t->people, user))
        json_set(t->people, user, json_new_object());
    json_set_int(json_edit(t->people, user), "score", json_int(score, "total", 0));
}

/* Since when is known from the row that there is. */
static void set_since(const struct look *look, const struct json *before, const char *doing, struct json *row)
{
    char now[TIME_TEXT];
    time_text(look->now_ms, now);
    bool same = str_equal(json_text(before, "doing"), doing) &&
                str_equal(json_text_or(before, "ticket", ""), json_text_or(look->ticket, "id", ""));
    json_set_text(row, "doing", doing);
    json_set_text(row, "since", same ? json_text_or(before, "since", now) : now);
}

static enum err person_row(struct look *look, const struct json *before, struct json **out)
{
    struct json *row = json_new_object();
    const char *doing = "out";
    int64_t served = 0;
    *out = row;
    enum err err = find_doing(look, &doing);
    if (err == ERR_OK)
        err = count_served(look, &served);
    if (err == ERR_OK)
        err = find_score(look, before);
    json_set_text(row, "user", look->trainee->user);
    json_set_text(row, "name", json_text_or(look->user, "name", ""));
    if (look->counter || look->trainee->counter[0])
        json_set_text(row, "counter", json_text_or(look->counter, "name", look->trainee->counter));
    set_since(look, before, doing, row);
    if (look->ticket)
        json_set_text(row, "ticket", json_text(look->ticket, "id"));
    json_set_int(row, "served", served);
    set_done(look, row);
    return err == ERR_OK ? set_better(look, doing, row) : err;
}

static enum err read_person(struct look *look, struct json **row, const struct json *before)
{
    enum err err = row_get(look->db, TABLE_USER, look->trainee->user, &look->user);
    if (err == ERR_OK)
        err = read_counter(look);
    if (err == ERR_OK)
        err = read_ticket(look);
    if (err == ERR_OK)
        err = person_row(look, before, row);
    json_free(&look->user);
    json_free(&look->counter);
    json_free(&look->ticket);
    return err;
}

/* --- all of them --- */

static enum err before_of(struct db *db, const char *id, struct json **row)
{
    enum err err = row_get(db, TABLE_TRAINING, id, row);
    json_remove(*row, "row_rev");
    json_remove(*row, "id");
    return err == ERR_ABSENT ? ERR_OK : err;
}

static enum err make_row(struct training *t, struct db *db, bool writes, int at, const struct json *before,
                         struct json **row)
{
    if (at < 0) {
        *row = hall_row(t);
        return ERR_OK;
    }
    struct look look = {.t = t, .db = db, .trainee = &t->demo.trainees[at], .writes = writes};
    look.taker = json_text(json_get(t->people, look.trainee->user), "taken_user");
    look.now_ms = t->demo.midnight_ms + t->demo.now_s * 1000;
    return read_person(&look, row, before);
}

/* Those that are another than they were into changed, {ID: row}. */
static enum err find_changed(struct training *t, struct db *db, bool writes, struct json *changed)
{
    enum err err = ERR_OK;
    for (int i = -1; i < t->demo.trainee_count && err == ERR_OK; i++) {
        const char *id = i < 0 ? "hall" : t->demo.trainees[i].user;
        struct json *before = NULL, *row = NULL;
        err = before_of(db, id, &before);
        if (err == ERR_OK)
            err = make_row(t, db, writes, i, before, &row);
        if (err == ERR_OK && !(before && json_equal(before, row)))
            json_set(changed, id, json_copy(row));
        json_free(&before);
        json_free(&row);
    }
    return err;
}

static enum err write_rows(struct tx *tx, void *ctx)
{
    struct json *changed = ctx;
    enum err err = ERR_OK;
    for (const struct json *row = json_first(changed); row && err == ERR_OK; row = json_next(row)) {
        struct json *copy = json_copy(row);
        err = tx_put(tx, TABLE_TRAINING, json_name(row), copy);
        json_free(&copy);
    }
    return err;
}

enum err training_rows(struct training *t, struct db *db, const struct server_env *env, bool *differ)
{
    struct json *changed = json_new_object();
    enum err err = find_changed(t, db, env != NULL, changed);
    *differ = json_count(changed) > 0;
    if (err == ERR_OK && *differ && env)
        err = server_change(env, "training.rows", NULL, write_rows, changed);
    json_free(&changed);
    return err;
}
