/* core/hall/morning.c: see morning.h. Everybody comes in through the commands that reception uses. */
#include "core/hall/morning.h"

#include <stdlib.h>
#include <string.h>

#include "core/base/log.h"
#include "core/catalogue/catalogue.h"
#include "core/demo/citizen.h"
#include "core/hall/admin.h"

enum {
    PEOPLE_MIN = 44,
    PEOPLE_MORE = 25, /* and up to so many besides */
    ONLINE = 4,
    SPREAD_MS = 90 * 60 * 1000,
    STEP_MS = 10 * 60 * 1000, /* bookings stand at whole ten minutes */
    BOOKED_PERCENT = 15,
    PRIORITY_PERCENT = 12,
    FORM_PERCENT = 75, /* services with a form are asked for so often */
};

/* --- accounts --- */

static enum err admin(const struct server_env *env, const struct json *request, struct err_info *info)
{
    struct json *answer = NULL;
    enum err err = admin_apply(env, request, &answer, info);
    json_free(&answer);
    return err;
}

static const struct json *agency_of(const struct pack *pack, const char *id)
{
    const struct json *agencies = json_get(pack->about, "agencies");
    for (const struct json *agency = json_first(agencies); agency; agency = json_next(agency))
        if (str_equal(json_text(agency, "id"), id))
            return agency;
    return NULL;
}

static struct json *account_row(const struct pack *pack, const struct json *user, const char *password)
{
    static const char *const members[] = {"login", "name", "roles", "agency", "counter"};
    struct json *row = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (json_get(user, members[i]))
            json_set(row, members[i], json_copy(json_get(user, members[i])));
    const struct json *agency = agency_of(pack, json_text_or(user, "agency", ""));
    if (agency)
        json_set(row, "agency_name", json_copy(json_get(agency, "name")));
    json_set_text(row, "password", password);
    return row;
}

static enum err make_account(const struct server_env *env, const struct pack *pack, const struct json *user,
                             struct json *rows, struct err_info *info)
{
    char password[TOKEN_TEXT], hash[PASSWORD_HASH];
    token_new(password);
    if (!password_hash(password, hash))
        return err_set(info, ERR_SYSTEM, "There is not enough memory to store a password.");
    struct json *request = json_copy(user);
    json_set_text(request, "hash", hash);
    json_set_text(request, "do", "user.password");
    enum err err = admin(env, request, info);
    if (err == ERR_ABSENT) {
        json_set_text(request, "do", "user.add");
        info->text[0] = '\0';
        err = admin(env, request, info);
    }
    json_free(&request);
    if (err == ERR_OK)
        json_add(rows, account_row(pack, user, password));
    return err;
}

/* The pack writes a queue and its weight apart; one that is there stays as it is. */
static enum err make_counter(const struct server_env *env, const struct json *counter, struct err_info *info)
{
    struct json *request = json_copy(counter), *queues = json_new_array();
    const struct json *named = json_get(counter, "queues");
    for (const struct json *queue = json_first(named); queue; queue = json_next(queue)) {
        char text[80];
        str_format(text, sizeof text, "%s:%d", json_text_or(queue, "queue", ""),
                   (int)json_int(queue, "weight", 1));
        json_add_text(queues, text);
    }
    json_set(request, "queues", queues);
    json_set_text(request, "do", "counter.add");
    enum err err = admin(env, request, info);
    if (err == ERR_CONFLICT) {
        info->text[0] = '\0';
        err = ERR_OK;
    }
    json_free(&request);
    return err;
}

enum err morning_counters(const struct server_env *env, const struct pack *pack, struct err_info *info)
{
    const struct json *counters = json_get(json_get(pack->about, "practice"), "counters");
    enum err err = ERR_OK;
    for (const struct json *counter = json_first(counters); counter && err == ERR_OK;
         counter = json_next(counter))
        err = make_counter(env, counter, info);
    return err;
}

enum err morning_accounts(const struct server_env *env, const struct pack *pack, struct json **rows,
                          struct err_info *info)
{
    const struct json *practice = json_get(pack->about, "practice");
    const struct json *users = json_get(practice, "users");
    enum err err = ERR_OK;
    *rows = json_new_array();
    for (const struct json *user = json_first(users); user && err == ERR_OK; user = json_next(user))
        err = make_account(env, pack, user, *rows, info);
    if (err == ERR_OK)
        err = morning_counters(env, pack, info);
    if (err != ERR_OK)
        json_free(rows);
    return err;
}

/* --- people --- */

struct morning {
    const struct server_env *env;
    const struct pack *pack;
    struct rng *rng;
    struct err_info *info;
    int with_form; /* services that have a form and a queue */
    int served;    /* services that have a queue */
    int issued, refused;
};

static int below(struct morning *m, int limit)
{
    return (int)rng_below(m->rng, (uint64_t)limit);
}

static bool chance(struct morning *m, int percent)
{
    return below(m, 100) < percent;
}

/* The nth service that has a queue, counted as with_form and served are. */
static const struct json *nth_service(const struct morning *m, int n, bool with_form)
{
    for (int i = 0; i < m->pack->service_count; i++) {
        const struct json *service = m->pack->services[i];
        if (!setup_queue_of(m->pack, json_text(service, "id")))
            continue;
        if ((!with_form || catalogue_has_form(service)) && n-- == 0)
            return service;
    }
    return NULL;
}

static const struct json *choose_service(struct morning *m)
{
    bool with_form = m->with_form > 0 && chance(m, FORM_PERCENT);
    return nth_service(m, below(m, with_form ? m->with_form : m->served), with_form);
}

static void count_services(struct morning *m)
{
    for (int i = 0; i < m->pack->service_count; i++) {
        const struct json *service = m->pack->services[i];
        if (!setup_queue_of(m->pack, json_text(service, "id")))
            continue;
        m->served++;
        m->with_form += catalogue_has_form(service);
    }
}

/* --- tickets --- */

static void set_booking(struct morning *m, int64_t arrived_ms, struct json *body)
{
    char at[TIME_TEXT];
    int64_t booked_ms = arrived_ms / STEP_MS * STEP_MS + (1 + below(m, 6)) * (int64_t)STEP_MS;
    time_text(booked_ms, at);
    json_set_text(body, "channel", "booked");
    json_set_text(body, "appointment_at", at);
}

static int year_of(int64_t now_ms)
{
    char today[DATE_TEXT];
    time_date(now_ms, today);
    return (int)strtol(today, NULL, 10);
}

static struct json *ticket_body(struct morning *m, int64_t arrived_ms)
{
    struct json *body = json_new_object();
    const struct json *languages = json_get(m->pack->about, "languages");
    struct birth born;
    json_set_text(body, "service", json_text(choose_service(m), "id"));
    json_set_text(body, "channel", "walk_in");
    json_set_text(body, "language", json_as_text(json_first(languages)));
    json_set(body, "person", citizen_person(m->pack, m->rng, &born));
    if (chance(m, BOOKED_PERCENT))
        set_booking(m, arrived_ms, body);
    else if (json_count(json_get(m->pack->about, "priorities")) > 0 && chance(m, PRIORITY_PERCENT))
        json_set_text(body, "priority", citizen_priority(m->pack, m->rng, &born, year_of(m->env->now_ms)));
    return body;
}

/* Runs one command of the hall's own at a time of this morning. A refusal is an error of the pack: told, passed. */
static enum err run(struct morning *m, const char *type, int64_t at_ms, struct json *body)
{
    struct server_env env = *m->env;
    struct outcome outcome = {0};
    env.now_ms = at_ms;
    enum err err = server_command(&env, NULL, type, body, &outcome);
    if (err == ERR_OK && outcome.applied)
        m->issued++;
    else if (err == ERR_OK && m->refused++ == 0)
        log_write(LOG_WARN, "practice: %s was refused: %s %s", type, outcome.code, outcome.message);
    if (err == ERR_OK && !outcome.applied)
        err_set(m->info, ERR_INVALID, "The practice hall could not be filled: %s", outcome.message);
    json_free(&outcome.data);
    json_free(&body);
    return err;
}

static int compare_times(const void *a, const void *b)
{
    int64_t left = *(const int64_t *)a, right = *(const int64_t *)b;
    return (left > right) - (left < right);
}

static enum err issue_all(struct morning *m, int64_t from_ms)
{
    int64_t arrivals[PEOPLE_MIN + PEOPLE_MORE] = {0};
    int count = PEOPLE_MIN + below(m, PEOPLE_MORE);
    enum err err = ERR_OK;
    for (int i = 0; i < count; i++)
        arrivals[i] = from_ms + (int64_t)rng_below(m->rng, (uint64_t)(m->env->now_ms - from_ms) + 1);
    qsort(arrivals, (size_t)count, sizeof *arrivals, compare_times);
    for (int i = 0; i < count && err == ERR_OK; i++)
        err = run(m, "ticket.issue", arrivals[i], ticket_body(m, arrivals[i]));
    return err;
}

static enum err open_online(struct morning *m)
{
    enum err err = ERR_OK;
    for (int i = 0; i < ONLINE && m->with_form > 0 && err == ERR_OK; i++) {
        char id[UUID_TEXT];
        struct birth born;
        struct json *body = json_new_object();
        uuid_v7(m->env->now_ms, m->rng, id);
        json_set_text(body, "case", id);
        json_set_text(body, "service", json_text(nth_service(m, below(m, m->with_form), true), "id"));
        json_set_text(body, "channel", "online");
        json_set(body, "person", citizen_person(m->pack, m->rng, &born));
        err = run(m, "case.open", m->env->now_ms, body);
    }
    return err;
}

enum err morning_online(const struct server_env *env, const struct pack *pack, struct rng *rng,
                        struct err_info *info)
{
    struct morning m = {.env = env, .pack = pack, .rng = rng, .info = info};
    count_services(&m);
    return open_online(&m);
}

enum err morning_is_made(struct db *db, int64_t now_ms, bool *made)
{
    static const char sql[] = "SELECT id FROM tickets WHERE day = $1 LIMIT 1"; /* tickets_number */
    char day[DATE_TEXT];
    time_date(now_ms, day);
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, day);
    enum err err = db_step(s);
    *made = err == ERR_OK;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err morning_make(const struct server_env *env, const struct pack *pack, struct rng *rng,
                      struct err_info *info)
{
    struct morning m = {.env = env, .pack = pack, .rng = rng, .info = info};
    int64_t midnight_ms = time_day_start(env->now_ms), from_ms = env->now_ms - SPREAD_MS;
    count_services(&m);
    if (m.served == 0)
        return err_set(info, ERR_INVALID, "The pack %s has no service with a queue.",
                       json_text_or(pack->about, "id", "?"));
    enum err err = issue_all(&m, from_ms > midnight_ms ? from_ms : midnight_ms);
    if (err == ERR_OK)
        err = open_online(&m);
    if (err == ERR_OK && m.issued == 0)
        return ERR_INVALID; /* info has the refusal */
    if (err == ERR_OK)
        info->text[0] = '\0';
    return err;
}
