/* core/hall/training_take.c: a trainer takes a trainee's counter over, with whoever stands at it, and hands it back. Both are the
 * commands with which anybody takes a counter over from a colleague, by the account that has it then, in the transaction
 * of what the trainer asked: fence and generation grow, stamps and audit say who it was, and no rule is another. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/session.h"
#include "core/hall/training_act.h"
#include "core/model/counter.h"
#include "core/model/role.h"
#include "core/model/ticket.h"

enum { TICKETS_MAX = 50 };
static const char reason[] = "training";

struct hand {
    const struct server_env *env;
    struct actor to, from;
    struct json *counter; /* its row, as it was before */
    int64_t fence;
    char ticket[64];    /* of whoever went along; "" nobody */
    struct outcome out; /* of what was refused */
};

static void hand_free(struct hand *hand)
{
    json_free(&hand->counter);
    json_free(&hand->out.data);
}

static const char *counter_id(const struct hand *hand)
{
    return json_text_or(hand->counter, "id", "");
}

/* Body goes. ERR_REFUSED: hand->out says why. */
static enum err say(struct hand *hand, const struct actor *actor, const char *type, struct json *body)
{
    json_free(&hand->out.data);
    enum err err = server_command(hand->env, actor, type, body, &hand->out);
    json_free(&body);
    return err == ERR_OK && !hand->out.applied ? ERR_REFUSED : err;
}

/* --- what goes over --- */

static enum err read_tickets(struct hand *hand, enum ticket_state state, struct json *rows)
{
    static const char sql[] = "SELECT row, called_at FROM tickets WHERE user_ = $1 AND state = $2"
                              " ORDER BY called_at LIMIT $3"; /* tickets_user */
    struct stmt *s = db_query(hand->env->db, sql);
    db_bind_text(s, 1, hand->from.user);
    db_bind_text(s, 2, ticket_state_text(state));
    db_bind_int(s, 3, TICKETS_MAX);
    return rows_collect(s, rows);
}

static struct json *about(const struct json *ticket)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", json_text_or(ticket, "id", ""));
    json_set_int(body, "gen", json_int(ticket, "gen", 0));
    return body;
}

static enum err give_ticket(struct hand *hand, const struct json *ticket)
{
    struct json *body = about(ticket);
    json_set_text(body, "counter", counter_id(hand));
    json_set_int(body, "fence", hand->fence);
    json_set_text(body, "reason", reason);
    str_copy(hand->ticket, sizeof hand->ticket, json_text_or(ticket, "id", ""));
    return say(hand, &hand->to, "ticket.take", body);
}

/* Whoever was parked stays so, in the other's tray. */
static enum err give_parked(struct hand *hand, const struct json *ticket)
{
    struct json *body = about(ticket), *to = json_new_object();
    json_set_text(to, "user", hand->to.user);
    json_set(body, "to", to);
    return say(hand, &hand->from, "ticket.transfer", body);
}

static enum err give_tickets(struct hand *hand, enum ticket_state state)
{
    struct json *rows = json_new_array();
    enum err err = read_tickets(hand, state, rows);
    for (const struct json *row = json_first(rows); row && err == ERR_OK; row = json_next(row))
        if (str_equal(json_text(row, "counter"), counter_id(hand)))
            err = state == TICKET_HELD ? give_parked(hand, row) : give_ticket(hand, row);
    json_free(&rows);
    return err;
}

static enum err give_counter(struct hand *hand)
{
    struct json *body = json_new_object();
    json_set_text(body, "counter", counter_id(hand));
    json_set_bool(body, "takeover", true);
    enum err err = say(hand, &hand->to, "counter.open", body);
    hand->fence = json_int(hand->out.data, "fence", 0);
    return err;
}

/* The counter, and whoever was called to it or is served at it. */
static enum err give(struct hand *hand)
{
    enum err err = give_counter(hand);
    if (err == ERR_OK)
        err = give_tickets(hand, TICKET_CALLED);
    if (err == ERR_OK)
        err = give_tickets(hand, TICKET_SERVING);
    return err;
}

/* --- who --- */

static enum err read_actor(const struct server_env *env, const char *user, struct actor *actor)
{
    char client[UUID_TEXT], *text = xasprintf("training %s", user);
    struct json *row = NULL;
    enum err err = row_get(env->db, TABLE_USER, user, &row);
    server_id(text, client);
    actor_read(row, client, actor);
    json_free(&row);
    free(text);
    return err;
}

/* The counter that the account has; ERR_ABSENT: none. */
static enum err read_counter(const struct server_env *env, const char *user, struct json **row)
{
    static const char sql[] = "SELECT row FROM counters WHERE user_ = $1 AND state <> 'closed' LIMIT 1";
    struct stmt *s = db_query(env->db, sql); /* counters_user */
    db_bind_text(s, 1, user);
    return rows_first(s, row);
}

static const char *taker_of(const struct training *t, const char *user)
{
    return json_text(json_get(t->people, user), "taken_user");
}

/* Of whom the trainer has a counter already; NULL: nobody's. */
static const struct json *taken_by(const struct training *t, const char *trainer)
{
    for (const struct json *one = json_first(t->people); one; one = json_next(one))
        if (str_equal(json_text(one, "taken_user"), trainer))
            return one;
    return NULL;
}

/* --- refusals --- */

static enum err refuse_said(struct training_act *act, const struct hand *hand)
{
    err_set(&act->refusal.info, ERR_REFUSED, "%s", hand->out.message);
    return training_refuse(act, 409, hand->out.code, "user", "");
}

static enum err may_take(struct training_act *act, const char *user)
{
    const struct training *t = act->training;
    const char *taker = taker_of(t, user);
    const struct json *other = taken_by(t, act->actor.user);
    if (!(act->actor.roles & ROLE_CLERK))
        return training_refuse(
            act, 403, "trainer_no_clerk", "user",
            "Your account may not serve at a counter. Nothing was changed: an administrator "
            "gives it the role clerk beside that of a trainer.");
    if (taker && !str_equal(taker, act->actor.user)) {
        err_set(&act->refusal.info, ERR_REFUSED,
                "%s has that counter already. Nothing was changed: hand it back first.",
                json_text_or(json_get(t->people, user), "taken_by", "?"));
        return training_refuse(act, 409, "taken_already", "user", "");
    }
    if (other && !str_equal(json_name(other), user))
        return training_refuse(act, 409, "have_another", "user",
                               "You have another trainee's counter still. Nothing was changed: hand that one "
                               "back first.");
    return ERR_OK;
}

/* --- take --- */

static void answer_take(struct training_act *act, const struct hand *hand)
{
    struct json *counter = json_new_object();
    act->answer = json_new_object();
    json_set_text(counter, "id", counter_id(hand));
    json_set_text(counter, "name", json_text_or(hand->counter, "name", ""));
    json_set(act->answer, "counter", counter);
    json_set_int(act->answer, "fence", hand->fence);
    json_set_int(act->answer, "lease_s", json_int(hand->out.data, "lease_s", COUNTER_LEASE_MS / 1000));
    if (*hand->ticket)
        json_set_text(act->answer, "ticket", hand->ticket);
}

/* An answer that was lost is asked for again: what the trainer has is told once more, or got back. */
static enum err find_counter(const struct training_act *act, const char *user, struct json **row)
{
    const struct json *person = json_get(act->training->people, user);
    bool again = json_text(person, "taken_user") != NULL;
    enum err err = read_counter(&act->env, again ? act->actor.user : user, row);
    if (err != ERR_OK || !again ||
        str_equal(json_text(*row, "id"), json_text_or(person, "taken_counter", "")))
        return err;
    json_free(row); /* they have gone to another since */
    return ERR_ABSENT;
}

static enum err take_from(struct training_act *act, const char *user)
{
    struct hand hand = {.env = &act->env, .to = act->actor};
    enum err err = find_counter(act, user, &hand.counter);
    if (err == ERR_ABSENT)
        err = training_refuse(act, 409, "no_counter", "user",
                              "They sit at no counter: there is nothing to take over. Nothing was changed.");
    if (err == ERR_OK)
        err = read_actor(&act->env, user, &hand.from);
    if (err == ERR_OK) {
        err = give(&hand);
        if (err == ERR_REFUSED)
            err = refuse_said(act, &hand);
    }
    if (err == ERR_OK)
        answer_take(act, &hand);
    hand_free(&hand);
    return err;
}

enum err training_take(struct training_act *act, const char *user, char counter[64])
{
    enum err err = may_take(act, user);
    if (err == ERR_OK)
        err = take_from(act, user);
    str_copy(counter, 64, json_text_or(json_get(act->answer, "counter"), "id", ""));
    return err;
}

/* --- hand back --- */

/* Nobody but the trainer, or nobody at all, has it: a third person's hands are left alone. */
static bool is_trainers(const struct hand *hand)
{
    return str_equal(json_text(hand->counter, "state"), "closed") ||
           str_equal(json_text_or(hand->counter, "user", ""), hand->from.user);
}

/* Whoever serves somebody elsewhere cannot have it now; any other refusal is for ever (the counter is no longer used, the
 * account may not serve): then the trainee is free all the same. */
static bool may_be_later(const struct outcome *out)
{
    return str_equal(out->code, "other_counter_open") || str_equal(out->code, "still_serving");
}

static enum err give_all(struct hand *hand, const struct json *person, const char *user)
{
    const char *counter = json_text_or(person, "taken_counter", "");
    enum err err = row_get(hand->env->db, TABLE_COUNTER, counter, &hand->counter);
    if (err == ERR_OK)
        err = read_actor(hand->env, json_text_or(person, "taken_user", ""), &hand->from);
    if (err == ERR_OK)
        err = read_actor(hand->env, user, &hand->to);
    if (err == ERR_OK && is_trainers(hand))
        err = give(hand);
    if (err == ERR_OK)
        err = give_tickets(hand, TICKET_HELD);
    return err;
}

enum err training_give_back(struct training *t, const struct server_env *env, const char *user)
{
    struct hand hand = {.env = env};
    enum err err = give_all(&hand, json_get(t->people, user), user);
    bool later = err == ERR_REFUSED && may_be_later(&hand.out);
    hand_free(&hand);
    return err == ERR_ABSENT || (err == ERR_REFUSED && !later) ? ERR_OK : err;
}

static enum err give_back_unasked(struct training *t, const struct server_env *env, const char *user)
{
    struct json *detail = json_new_object();
    json_set_text(detail, "user", user);
    enum err err = training_give_back(t, env, user);
    err = err == ERR_REFUSED ? ERR_OK : err; /* they sit elsewhere by now */
    training_taken_end(json_edit(t->people, user), env->now_ms - t->demo.midnight_ms);
    if (err == ERR_OK)
        err = server_note(env, "training.hand_back", detail);
    json_free(&detail);
    return err;
}

enum err training_give_all_back(struct training *t, const struct server_env *env)
{
    enum err err = ERR_OK;
    for (const struct json *one = json_first(t->people); one && err == ERR_OK; one = json_next(one))
        if (taker_of(t, json_name(one)))
            err = give_back_unasked(t, env, json_name(one));
    return err;
}

/* Whose program died is signed in still. */
static enum err has_left(struct db *db, const char *user, bool *left)
{
    static const char sql[] = "SELECT client FROM session WHERE user_ = $1 LIMIT 1"; /* session_user */
    struct stmt *s = db_query(db, sql);
    db_bind_text(s, 1, user);
    enum err err = db_step(s);
    *left = err == ERR_ABSENT;
    db_done(s);
    return err == ERR_ABSENT ? ERR_OK : err;
}

enum err training_taker_left(const struct training *t, struct db *db, const char **user)
{
    enum err err = ERR_OK;
    bool left = false;
    *user = NULL;
    for (const struct json *one = json_first(t->people); one && !*user && err == ERR_OK;
         one = json_next(one)) {
        const char *taker = taker_of(t, json_name(one));
        err = taker ? has_left(db, taker, &left) : ERR_OK;
        if (taker && left)
            *user = json_name(one);
    }
    return err;
}

enum err training_follow_takers(struct training *t, const struct server_env *env)
{
    for (;;) {
        const char *user;
        enum err err = training_taker_left(t, env->db, &user);
        if (err == ERR_OK && user)
            err = give_back_unasked(t, env, user);
        if (err != ERR_OK || !user)
            return err;
    }
}
