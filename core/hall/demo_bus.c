/* core/hall/demo_bus.c: a queue leaves a simulated hall with a bus and comes home: the departure's parcel, a store of its own
 * on the road, a clerk and a reception whose workstations push there, the way back and the merge are the real ones. Whoever
 * wants that queue meanwhile comes to the bus; whoever waited for it goes along. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/bus.h"
#include "core/hall/demo_inside.h"
#include "core/hall/store.h"

enum {
    AGAIN_S = DEMO_MINUTE_S,
    CALLED_S = 20,
    SHORT = 50, /* percent of a visit */
    EPOCH =
        2 /* of the bus's own store; the hall's grows when it is put back to a moment, and the trip is the same */
};

struct road { /* what there is on the bus while it is away */
    struct demo *demo;
    struct server_env env;
    int64_t reception_seq, clerk_seq;
    char counter[64]; /* a bus has its own */
    char *folder;
    int64_t last_s; /* nobody is served so late that it would be over after then */
    int64_t done_s; /* whoever came to the bus is served */
};

/* --- what it takes along --- */

/* Beside what is kept of the day, so that a hall that was killed, or put back to a moment, has it: row 2. */
static enum err keep_parcel(struct demo *d, const char *parcel)
{
    static const char sql[] =
        "INSERT INTO training_state (id, now_ms, state) VALUES (2, $1, $2)"
        " ON CONFLICT (id) DO UPDATE SET now_ms = excluded.now_ms, state = excluded.state";
    struct stmt *s = db_query(d->env.db, sql);
    db_bind_int(s, 1, d->env.now_ms);
    db_bind_text(s, 2, parcel);
    return db_run(s);
}

static enum err drop_parcel(struct demo *d)
{
    return db_run(db_query(d->env.db, "DELETE FROM training_state WHERE id = 2"));
}

static enum err read_parcel(struct demo *d, struct parcel *parcel, struct err_info *info)
{
    struct stmt *s = db_query(d->env.db, "SELECT state FROM training_state WHERE id = 2"); /* primary key */
    enum err err = db_step(s);
    const char *text = err == ERR_OK ? db_text(s, 0) : NULL;
    if (err == ERR_OK)
        err = parcel_read(text ? text : "", text ? strlen(text) : 0, "departure", parcel, info);
    else if (err == ERR_ABSENT)
        err_set(info, err, "What the bus took along is not known any more.");
    db_done(s);
    return err;
}

/* --- leaving --- */

static const char *queue_of(const struct demo *d, const struct citizen *citizen)
{
    return json_text_or(setup_queue_of(&d->pack, citizen->service), "id", "");
}

static int servers_of(const struct demo *d, const char *queue)
{
    int count = 0;
    for (int i = 0; i < d->clerk_count; i++)
        for (const struct json *q = json_first(d->clerks[i].queues); q; q = json_next(q))
            count += str_equal(json_text(q, "queue"), queue);
    for (int i = 0; i < d->trainee_count; i++)
        for (const struct json *q = json_first(d->trainees[i].queues); q; q = json_next(q))
            count += str_equal(json_text(q, "queue"), queue);
    return count;
}

/* A queue that nobody booked, with a clerk who has no other; the most asked for. -1: there is none. */
static int choose_clerk(const struct demo *d)
{
    int best = -1, most = 0;
    for (int i = 0; i < d->clerk_count; i++) {
        const char *queue = json_text_or(json_first(d->clerks[i].queues), "queue", "");
        int asked = 0, booked = 0;
        for (int v = 0; v < d->citizens.count; v++) {
            bool wants = str_equal(queue_of(d, &d->citizens.list[v]), queue);
            asked += wants;
            booked += wants && d->citizens.list[v].booked_s >= 0;
        }
        if (json_count(d->clerks[i].queues) == 1 && servers_of(d, queue) == 1 && booked == 0 &&
            asked > most) {
            best = i;
            most = asked;
        }
    }
    return best;
}

static struct json *departure(struct demo *d, const struct demo_clerk *clerk)
{
    struct json *request = json_new_object(), *queues = json_new_array(), *users = json_new_array();
    char id[UUID_TEXT], code[24];
    uuid_v7(d->env.now_ms, &d->rng, id);
    str_format(code, sizeof code, "BUS-%s", d->bus.queue);
    json_add_text(queues, d->bus.queue);
    json_add_text(users, clerk->actor.login);
    json_add_text(users, d->reception.login);
    json_set_text(request, "code", code);
    json_set_text(request, "name", "Bus");
    json_set(request, "queues", queues);
    json_set(request, "users", users);
    json_set_text(request, "id", id);
    json_set_text(request, "secret", "a simulated secret of a bus");
    return request;
}

/* What goes wrong is a refusal of the day, as any other. */
static enum err note_refusal(struct demo *d, const char *what, enum err err, const struct err_info *info)
{
    if (err == ERR_OK || store_broken(err))
        return err;
    if (d->figures->refused++ == 0)
        str_format(d->refusal, sizeof d->refusal, "%s: %s", what, info->text);
    return ERR_OK;
}

static enum err leave(struct demo *d, struct demo_clerk *clerk)
{
    struct err_info info = {0};
    struct json *request = departure(d, clerk), *answer = NULL;
    d->env.now_ms = d->env.mono_ms = d->midnight_ms + d->now_s * 1000;
    enum err err = bus_depart(&d->env, request, &answer, &info);
    d->bus.away = err == ERR_OK;
    d->bus.left_s = d->now_s;
    if (err == ERR_OK)
        err = keep_parcel(d, json_text_or(answer, "parcel", ""));
    json_free(&request);
    json_free(&answer);
    if (err == ERR_OK)
        demo_later(d, d->bus.until_s, MOMENT_BUS_BACK, 0);
    return note_refusal(d, "bus.depart", err, &info);
}

enum err demo_bus_leave(struct demo *d, int minutes)
{
    if (d->bus.clerk < 0) { /* asked for the first time */
        int found = choose_clerk(d);
        if (found < 0)
            return ERR_OK; /* nothing that a bus could take along */
        d->bus.clerk = found;
        d->bus.until_s = d->now_s + (int64_t)minutes * DEMO_MINUTE_S;
        str_copy(d->bus.queue, sizeof d->bus.queue,
                 json_text_or(json_first(d->clerks[found].queues), "queue", ""));
    }
    struct demo_clerk *clerk = &d->clerks[d->bus.clerk];
    if (clerk->doing != DEMO_IDLE) { /* whoever is at the counter is served to the end */
        demo_later(d, d->now_s + AGAIN_S, MOMENT_BUS_LEAVE, minutes);
        return ERR_OK;
    }
    enum err err = demo_shut(d, clerk);
    return err == ERR_OK ? leave(d, clerk) : err;
}

bool demo_goes_to_bus(const struct demo *d, const struct demo_visit *visit)
{
    return d->bus.away && visit->citizen != &d->stranger &&
           str_equal(queue_of(d, visit->citizen), d->bus.queue);
}

/* --- on the road --- */

/* As a workstation on the bus pushes it; body goes. data may be NULL. */
static enum err push(struct road *r, int64_t at_s, const struct actor *actor, int64_t *seq, const char *type,
                     struct json *body, struct json **data)
{
    struct demo *d = r->demo;
    struct json *request = json_new_object(), *list = json_new_array(), *command = json_new_object(),
                *at = json_new_object();
    struct server_answer answer = {0};
    char id[UUID_TEXT], wall[TIME_TEXT];
    r->env.now_ms = r->env.mono_ms = d->midnight_ms + at_s * 1000;
    uuid_v7(r->env.now_ms, &d->rng, id);
    time_text(r->env.now_ms, wall);
    json_set_text(at, "wall", wall);
    json_set_int(at, "offset_ms", 0);
    json_set_int(command, "seq", ++*seq);
    json_set_text(command, "id", id);
    json_set_text(command, "type", type);
    json_set_int(command, "v", 1);
    json_set(command, "at", at);
    json_set(command, "base", json_new_object());
    json_set(command, "body", body);
    json_add(list, command);
    json_set_text(request, "client", actor->client);
    json_set_int(request, "epoch", r->env.epoch);
    json_set(request, "commands", list);
    enum err err = server_push(&r->env, actor, request, &answer);
    const struct json *result = json_first(json_get(answer.body, "results"));
    if (err == ERR_OK && !str_equal(json_text(result, "status"), "applied") && d->figures->refused++ == 0)
        str_format(
            d->refusal, sizeof d->refusal, "bus: %s: %s", type,
            json_text_or(json_get(result ? result : answer.body, "error"), "message", "was not taken"));
    if (data)
        *data = json_get(result, "data") ? json_copy(json_get(result, "data")) : NULL;
    json_free(&answer.body);
    json_free(&request);
    return err;
}

static enum err begin_road(struct road *r, struct err_info *info)
{
    struct parcel parcel = {0};
    char instance[UUID_TEXT];
    struct demo *d = r->demo;
    uuid_v7(d->env.now_ms, &d->rng, instance);
    const struct bus_begin begin = {.instance = instance, .epoch = EPOCH};
    enum err err = read_parcel(d, &parcel, info);
    if (err == ERR_OK)
        err = demo_make_folder(&r->folder, info);
    if (err == ERR_OK)
        err = store_open(&r->env.db, r->folder, true, info);
    if (err == ERR_OK)
        err = db_begin(r->env.db);
    r->env.epoch = begin.epoch;
    r->env.now_ms = r->env.mono_ms = d->midnight_ms + d->bus.left_s * 1000;
    if (err == ERR_OK)
        err = bus_begin(&r->env, &parcel, &begin, info);
    parcel_free(&parcel);
    return err;
}

static struct json *words(const char *name, const char *text, const char *number, int64_t value)
{
    struct json *body = json_new_object();
    json_set_text(body, name, text);
    json_set_int(body, number, value);
    return body;
}

/* Calls whoever is next and serves them; *any false: nobody waits, or it is too late for one more. */
static enum err serve_next(struct road *r, int64_t fence, int64_t *at_s, int64_t takes_s, bool *any)
{
    struct demo *d = r->demo;
    const struct demo_clerk *clerk = &d->clerks[d->bus.clerk];
    struct json *data = NULL;
    *any = false;
    if (*at_s + CALLED_S + takes_s > r->last_s)
        return ERR_OK;
    enum err err = push(r, *at_s, &clerk->actor, &r->clerk_seq, "ticket.call_next",
                        words("counter", r->counter, "fence", fence), &data);
    const struct json *ticket = json_get(data, "ticket");
    *any = err == ERR_OK && json_is_object(ticket);
    const char *id = json_text_or(ticket, "id", "");
    int64_t gen = json_int(ticket, "gen", 0);
    int visit = demo_visit_of(d, id);
    if (*any && visit >= 0)
        d->visits[visit].gone = true;
    if (*any)
        err = push(r, *at_s + CALLED_S, &clerk->actor, &r->clerk_seq, "ticket.start",
                   words("ticket", id, "gen", gen), NULL);
    *at_s += *any ? CALLED_S + takes_s : 0;
    if (*any && err == ERR_OK) {
        struct json *body = words("ticket", id, "gen", gen);
        json_set_text(body, "outcome", "served");
        err = push(r, *at_s, &clerk->actor, &r->clerk_seq, "ticket.finish", body, NULL);
        d->figures->bus_served++;
        d->figures->served++;
    }
    json_free(&data);
    return err;
}

static enum err issue(struct road *r, int64_t at_s, const struct citizen *citizen)
{
    struct json *body = json_new_object();
    json_set_text(body, "service", citizen->service);
    json_set_text(body, "language", citizen->language);
    json_set_text(body, "channel", "walk_in");
    json_set_text(body, "priority", citizen->priority);
    json_set(body, "person", json_copy(citizen->person));
    return push(r, at_s, &r->demo->reception, &r->reception_seq, "ticket.issue", body, NULL);
}

static enum err find_counter(struct road *r)
{
    static const char sql[] =
        "SELECT row FROM counters WHERE name > '' ORDER BY name LIMIT 1"; /* counters_name */
    struct json *row = NULL;
    enum err err = rows_first(db_query(r->env.db, sql), &row);
    str_copy(r->counter, sizeof r->counter, json_text_or(row, "name", ""));
    json_free(&row);
    return err;
}

static enum err work(struct road *r)
{
    struct demo *d = r->demo;
    const struct demo_clerk *clerk = &d->clerks[d->bus.clerk];
    struct json *body = json_new_object(), *data = NULL;
    int64_t at_s = d->bus.left_s + AGAIN_S < r->last_s ? d->bus.left_s + AGAIN_S : r->last_s;
    bool any = true;
    json_set_text(body, "counter", r->counter);
    enum err err = push(r, at_s, &clerk->actor, &r->clerk_seq, "counter.open", body, &data);
    int64_t fence = json_int(data, "fence", 0);
    json_free(&data);
    while (any && err == ERR_OK) /* whoever waited at home and went along */
        err = serve_next(r, fence, &at_s, DEMO_MINUTE_S, &any);
    for (int i = 0; i < d->bus.count && err == ERR_OK; i++) {
        const struct citizen *citizen = d->visits[d->bus.visits[i]].citizen;
        at_s = citizen->comes_s > at_s ? citizen->comes_s : at_s;
        any = at_s + CALLED_S + citizen->takes_s * SHORT / 100 <= r->last_s;
        if (any)
            err = issue(r, at_s, citizen);
        if (any && err == ERR_OK)
            err = serve_next(r, fence, &at_s, citizen->takes_s * SHORT / 100, &any);
        if (!any)
            break;
    }
    r->done_s = at_s;
    if (err == ERR_OK)
        err = push(r, at_s, &clerk->actor, &r->clerk_seq, "counter.close",
                   words("counter", r->counter, "fence", fence), NULL);
    return err;
}

/* --- home --- */

static enum err merge(struct road *r, struct err_info *info)
{
    struct demo *d = r->demo;
    struct json *packed = NULL, *request = json_new_object(), *answer = NULL;
    r->env.now_ms = r->env.mono_ms = d->env.now_ms = d->env.mono_ms = d->midnight_ms + d->now_s * 1000;
    enum err err = bus_parcel(&r->env, &packed, info);
    json_set_text(request, "parcel", json_text_or(packed, "parcel", ""));
    if (err == ERR_OK)
        err = bus_merge(&d->env, request, &answer, info);
    d->figures->trips += err == ERR_OK;
    json_free(&packed);
    json_free(&request);
    json_free(&answer);
    return err;
}

void demo_drop_bus(struct demo *d)
{
    free(d->bus.visits);
    d->bus = (struct demo_bus){.clerk = -1};
}

void demo_bus_visit(struct demo *d, int who)
{
    d->bus.visits = xrealloc(d->bus.visits, (size_t)(d->bus.count + 1) * sizeof *d->bus.visits);
    d->bus.visits[d->bus.count++] = who;
}

/* What the trip draws and counts, to be put back when the bus stays on. */
struct before {
    struct rng rng;
    int refused, served, bus_served;
};

static void put_back(struct demo *d, const struct before *before)
{
    d->rng = before->rng;
    d->figures->refused = before->refused;
    d->figures->served = before->served;
    d->figures->bus_served = before->bus_served;
}

/* The laptop is emptied at home. */
static void end_road(struct road *r)
{
    if (r->env.db) {
        db_rollback(r->env.db);
        db_close(&r->env.db);
    }
    demo_remove_folder(&r->folder);
}

/* The whole trip is played when the bus is back: nobody at home could have known of it before. Nobody is left standing in the
 * village: while somebody is, it comes when they are served, and then the same trip is played again. */
static enum err come_home(struct demo *d, int64_t last_s)
{
    struct err_info info = {0};
    struct road r = {.demo = d, .last_s = last_s};
    const struct before before = {d->rng, d->figures->refused, d->figures->served, d->figures->bus_served};
    int clerk = d->bus.clerk;
    enum err err = begin_road(&r, &info);
    if (err == ERR_OK)
        err = find_counter(&r);
    if (err == ERR_OK)
        err = work(&r);
    bool stays = err == ERR_OK && r.done_s > d->now_s;
    if (err == ERR_OK && !stays)
        err = merge(&r, &info);
    end_road(&r);
    if (stays) {
        put_back(d, &before);
        demo_later(d, r.done_s, MOMENT_BUS_BACK, 0);
        return ERR_OK;
    }
    demo_drop_bus(d);
    if (err == ERR_OK)
        err = drop_parcel(d);
    if (d->now_s < (int64_t)d->scenario->close_min * DEMO_MINUTE_S)
        demo_later(d, d->now_s + AGAIN_S, MOMENT_OPEN, clerk);
    return note_refusal(d, "bus.merge", err, &info);
}

enum err demo_bus_back(struct demo *d)
{
    return d->bus.away ? come_home(d, INT64_MAX) : ERR_OK;
}

enum err demo_bus_early(struct demo *d)
{
    return come_home(d, d->now_s);
}
