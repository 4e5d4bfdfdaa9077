/* core/hall/training_people.c: who is in a training hall: simulated clerks at the counters of nobody who can sign in, a
 * reception and a supervisor, all with accounts without a password; and those who learn. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/training_inside.h"
#include "core/model/role.h"

static const char reception_login[] = "sim-reception", supervisor_login[] = "sim-supervisor",
                  approver_login[] = "sim-approver";

/* --- those who learn --- */

static const struct json *practice_of(const struct training *t)
{
    return json_get(t->demo.pack.about, "practice");
}

static const struct json *counter_named(const struct training *t, const char *name)
{
    const struct json *counters = json_get(practice_of(t), "counters");
    for (const struct json *counter = json_first(counters); counter; counter = json_next(counter))
        if (str_equal(json_text(counter, "name"), name))
            return counter;
    return NULL;
}

static const char *usual_counter(const struct training *t, const char *login)
{
    const struct json *users = json_get(practice_of(t), "users");
    for (const struct json *user = json_first(users); user; user = json_next(user))
        if (str_equal(json_text(user, "login"), login))
            return json_text_or(user, "counter", "");
    return "";
}

static void add_trainee(struct training *t, const struct json *user)
{
    struct demo *d = &t->demo;
    const char *counter = usual_counter(t, json_text(user, "login"));
    if (json_has_text(json_get(user, "roles"), role_text(ROLE_TRAINER)))
        return;
    d->trainees = xrealloc(d->trainees, (size_t)(d->trainee_count + 1) * sizeof *d->trainees);
    struct demo_trainee *trainee = &d->trainees[d->trainee_count++];
    *trainee =
        (struct demo_trainee){.queues = json_get(counter_named(t, counter), "queues"),
                              .approves = json_has_text(json_get(user, "roles"), role_text(ROLE_APPROVER))};
    str_copy(trainee->user, sizeof trainee->user, json_text_or(user, "id", ""));
    str_copy(trainee->counter, sizeof trainee->counter, counter);
}

static enum err read_trainees(struct training *t, struct db *db)
{
    enum { TRAINEES_MAX = 200 };
    static const char sql[] = "SELECT users.row FROM credential JOIN users ON users.id = credential.user_"
                              " ORDER BY users.id LIMIT $1"; /* primary keys */
    struct json *rows = json_new_array();
    struct stmt *s = db_query(db, sql);
    db_bind_int(s, 1, TRAINEES_MAX);
    enum err err = rows_collect(s, rows);
    for (const struct json *row = json_first(rows); err == ERR_OK && row; row = json_next(row))
        add_trainee(t, row);
    json_free(&rows);
    return err;
}

static bool is_left_free(const struct training *t, const char *counter)
{
    for (int i = 0; i < t->demo.trainee_count; i++)
        if (str_equal(t->demo.trainees[i].counter, counter))
            return false;
    return true;
}

/* --- the simulated --- */

static enum err find_user(struct db *db, const char *login, struct json **row)
{
    static const char sql[] = "SELECT row FROM users WHERE login = $1 LIMIT 1"; /* users_login */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, login);
    return rows_first(s, row);
}

static void be(struct actor *actor, const char *login, const char *role, const struct json *row)
{
    char text[96];
    *actor = (struct actor){.roles = role_find(role)};
    str_copy(actor->user, sizeof actor->user, json_text_or(row, "id", ""));
    str_copy(actor->login, sizeof actor->login, login);
    str_copy(actor->name, sizeof actor->name, json_text_or(row, "name", login));
    str_copy(actor->agency, sizeof actor->agency, json_text_or(row, "agency", ""));
    str_format(text, sizeof text, "simulated %s", login);
    server_id(text, actor->client);
}

/* env NULL: must be there. */
static enum err somebody(struct training *t, struct db *db, const struct server_env *env, const char *login,
                         const char *role, const char *agency, struct actor *actor, struct err_info *info)
{
    struct json *row = NULL, *request = NULL, *answer = NULL;
    struct birth born;
    enum err err = find_user(db, login, &row);
    if (err == ERR_ABSENT && env) {
        struct json *roles = json_new_array(), *person = citizen_person(&t->demo.pack, &t->demo.rng, &born);
        char name[200];
        str_format(name, sizeof name, "%s %s", json_text_or(person, "given", ""),
                   json_text_or(person, "family", ""));
        request = json_new_object();
        json_add_text(roles, role);
        json_set_text(request, "do", "user.add");
        json_set_text(request, "login", login);
        json_set_text(request, "name", name);
        json_set(request, "roles", roles);
        json_set_text(request, "agency", agency);
        err = admin_apply(env, request, &answer, info);
        json_free(&person);
        row = json_get(answer, "row") ? json_copy(json_get(answer, "row")) : NULL;
    }
    if (err == ERR_OK)
        be(actor, login, role, row);
    json_free(&row);
    json_free(&request);
    json_free(&answer);
    return err;
}

static enum err seat(struct training *t, struct db *db, const struct server_env *env,
                     const struct json *counter, struct err_info *info)
{
    struct demo *d = &t->demo;
    struct demo_clerk *clerk = &d->clerks[d->clerk_count];
    char login[80];
    *clerk = (struct demo_clerk){.queues = json_get(counter, "queues"), .visit = -1};
    str_copy(clerk->counter, sizeof clerk->counter, json_text_or(counter, "name", ""));
    str_format(login, sizeof login, "sim-%s", clerk->counter);
    enum err err =
        somebody(t, db, env, login, "clerk", json_text_or(counter, "agency", ""), &clerk->actor, info);
    d->clerk_count += err == ERR_OK;
    return err;
}

/* Whoever learns to be the second pair of eyes has something to look at. */
static bool has_approver(const struct training *t)
{
    for (int i = 0; i < t->demo.trainee_count; i++)
        if (t->demo.trainees[i].approves)
            return true;
    return false;
}

/* The pack's first counters, as many as the scenario has clerks; those who learn are among them. */
static enum err seat_all(struct training *t, struct db *db, const struct server_env *env,
                         struct err_info *info)
{
    struct demo *d = &t->demo;
    const struct json *counters = json_get(practice_of(t), "counters");
    int at = 0;
    enum err err = ERR_OK;
    d->clerks = xcalloc(json_count(counters) + 1, sizeof *d->clerks);
    for (const struct json *counter = json_first(counters); counter && err == ERR_OK;
         counter = json_next(counter)) {
        if (t->scenario.clerks > 0 && at++ >= t->scenario.clerks)
            break;
        if (is_left_free(t, json_text_or(counter, "name", "")))
            err = seat(t, db, env, counter, info);
    }
    return err;
}

static enum err gather(struct training *t, struct db *db, const struct server_env *env, struct err_info *info)
{
    struct demo *d = &t->demo;
    struct json *hall = NULL;
    enum err err = store_hall(db, &hall);
    if (err == ERR_OK)
        err = setup_pack(json_text_or(hall, "pack", ""), &d->pack, info);
    json_free(&hall);
    if (err != ERR_OK)
        return err;
    demo_calendar(d);
    rng_seed(&d->rng, d->seed);
    err = somebody(t, db, env, reception_login, "reception", "", &d->reception, info);
    if (err == ERR_OK)
        err = somebody(t, db, env, supervisor_login, "supervisor", "", &d->supervisor, info);
    if (err == ERR_OK)
        err = read_trainees(t, db);
    if (err == ERR_OK && !has_approver(t))
        err = somebody(t, db, env, approver_login, "approver", "", &d->approver, info);
    return err == ERR_OK ? seat_all(t, db, env, info) : err;
}

enum err training_people(struct training *t, const struct server_env *env, struct err_info *info)
{
    return gather(t, env->db, env, info);
}

enum err training_know_people(struct training *t, struct db *db, struct err_info *info)
{
    enum err err = gather(t, db, NULL, info);
    return err == ERR_ABSENT ? err_set(info, ERR_INVALID, "somebody of it is missing") : err;
}
