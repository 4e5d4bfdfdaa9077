/* tests/unit/training_take_test.c: a trainer takes a trainee's counter over, with whoever stands at it, and hands it back, in
 * a hall at work: who has what afterwards, what is refused, whatever dies meanwhile; and nobody is blamed for time in which
 * they could not act. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/hall/admin.h"
#include "core/hall/morning.h"
#include "core/hall/session.h"
#include "core/hall/training_act.h"
#include "core/hall/training_score.h"
#include "core/hall/turn.h"
#include "core/hall/writer.h"
#include "core/model/role.h"
#include "tests/support/test.h"

static const int64_t made_ms = 1790000000000;

struct class
{
    struct hall *hall;
    char *folder;
    int64_t mono_ms;
    struct actor trainer, other, clerk, colleague;
    char *answer; /* of the last act or command; NULL: none */
    char code[40];
};

/* --- a hall --- */

static void add_user(const struct server_env *env, const char *login, const char *roles, const char *agency)
{
    struct err_info info = {0};
    struct json *request = NULL, *answer = NULL;
    char *text =
        xasprintf("{\"do\":\"user.add\",\"login\":\"%s\",\"name\":\"%s\",\"roles\":[%s],\"agency\":\"%s\"}",
                  login, login, roles, agency);
    REQUIRE(json_parse(text, strlen(text), &request, NULL) == ERR_OK);
    if (!CHECK(admin_apply(env, request, &answer, &info) == ERR_OK))
        CHECK_TEXT(info.text, "");
    static const char sql[] = "INSERT INTO credential (user_, hash) VALUES ($1, 'x')";
    struct stmt *s = db_query(env->db, sql);
    db_bind_text(s, 1, json_text(json_get(answer, "row"), "id"));
    CHECK(db_run(s) == ERR_OK);
    json_free(&request);
    json_free(&answer);
    free(text);
}

static void make_file(const struct class *class)
{
    struct err_info info = {0};
    struct pack pack;
    struct db *db = NULL;
    const struct setup setup = {
        .data = class->folder, .code = "T", .name = "Training", .practice = true, .now_ms = made_ms};
    REQUIRE(setup_pack("az", &pack, &info) == ERR_OK);
    REQUIRE(setup_hall(&setup, &pack, &db, &info) == ERR_OK);
    struct server_env env = {.db = db, .epoch = 1, .now_ms = made_ms, .mono_ms = 1};
    REQUIRE(db_begin(db) == ERR_OK);
    CHECK(morning_counters(&env, &pack, &info) == ERR_OK);
    add_user(&env, "rauf", "\"trainer\",\"clerk\"", "");
    add_user(&env, "leyla", "\"trainer\",\"clerk\"", "");
    add_user(&env, "aysel", "\"clerk\"", "az.din");
    add_user(&env, "orxan", "\"clerk\"", "az.edliyye");
    REQUIRE(db_commit(db) == ERR_OK);
    db_close(&db);
    pack_free(&pack);
}

static void turn(struct class *class, int64_t ms)
{
    class->mono_ms += ms;
    hall_clock_says(class->hall,
                    training_wall_ms(class->hall->training, made_ms + class->mono_ms, class->mono_ms),
                    class->mono_ms);
    hall_end_turn(class->hall, true);
}

static void unlock(struct class *class)
{
    struct err_info info = {0};
    class->hall = xcalloc(1, sizeof *class->hall);
    if (!CHECK(hall_unlock(class->hall, class->folder, true, &info) == ERR_OK))
        CHECK_TEXT(info.text, "");
    class->hall->session_ms = 0;
    if (class->hall->training->playing)
        class->hall->training->base_mono_ms = class->mono_ms;
    turn(class, 0);
}

static void lock_up(struct class *class)
{
    hall_lock_up(class->hall);
    free(class->hall);
}

/* As a workstation of theirs at which they are signed in. */
static void signs_in(struct class *class, const struct actor *actor)
{
    static const char sql[] =
        "INSERT INTO session (token_sha256, user_, client, expires_at) VALUES ($1, $1, $2, $3)";
    struct stmt *s = db_query(class->hall->db, sql);
    db_bind_text(s, 1, actor->user);
    db_bind_text(s, 2, actor->client);
    db_bind_int(s, 3, INT64_MAX / 2);
    CHECK(db_run(s) == ERR_OK);
}

static void find(struct class *class, const char *login, struct actor *actor)
{
    struct json *row = NULL;
    struct stmt *s = db_query(class->hall->db, "SELECT row FROM users WHERE login = $1");
    char client[UUID_TEXT];
    db_bind_text(s, 1, login);
    REQUIRE(rows_first(s, &row) == ERR_OK);
    server_id(login, client);
    actor_read(row, client, actor);
    json_free(&row);
}

static void open_class(struct class *class)
{
    *class = (struct class){.folder = xasprintf("%s/class", test_folder()), .mono_ms = 1000};
    make_file(class);
    unlock(class);
    training_start(class->hall, "first-day", "4");
    turn(class, 0);
    REQUIRE(class->hall->training->playing);
    find(class, "rauf", &class->trainer);
    find(class, "leyla", &class->other);
    find(class, "aysel", &class->clerk);
    find(class, "orxan", &class->colleague);
    signs_in(class, &class->trainer);
    signs_in(class, &class->other);
}

static void close_class(struct class *class)
{
    lock_up(class);
    free(class->folder);
    free(class->answer);
}

/* --- doing --- */

struct errand {
    struct training_act act;
    struct class *class;
    enum err err;
};

static enum err run_act(void *ctx, const struct server_env *env)
{
    struct errand *errand = ctx;
    return training_act_run(&errand->act, env);
}

static void act_done(void *ctx, enum err err)
{
    struct errand *errand = ctx;
    training_act_done(&errand->act, err);
    errand->err = err;
}

static void keep_answer(struct class *class, const struct json *answer, const char *code)
{
    free(class->answer);
    class->answer = answer ? json_print(answer) : NULL;
    str_copy(class->code, sizeof class->code, code);
}

/* The code of its refusal; "": done. */
static const char *train(struct class *class, const struct actor *actor, const char *what,
                         const struct actor *whom, const char *more)
{
    char *text = xasprintf("{\"do\":\"%s\",\"user\":\"%s\"%s}", what, whom ? whom->user : "", more);
    struct errand errand = {.class = class, .act = {.training = class->hall->training, .actor = *actor}};
    REQUIRE(json_parse(text, strlen(text), &errand.act.asked, NULL) == ERR_OK);
    writer_add(class->hall->writer, run_act, act_done, &errand);
    turn(class, 0);
    CHECK(errand.err == ERR_OK || errand.act.refusal.status >= 400);
    if (errand.err != ERR_OK)
        CHECK(strlen(errand.act.refusal.info.text) > 20);
    keep_answer(class, errand.act.answer, errand.err == ERR_OK ? "" : errand.act.refusal.code);
    json_free(&errand.act.asked);
    json_free(&errand.act.answer);
    free(text);
    return class->code;
}

struct order {
    const struct actor *actor;
    const char *type;
    struct json *body;
    struct outcome out;
};

static enum err run_order(void *ctx, const struct server_env *env)
{
    struct order *order = ctx;
    return server_command(env, order->actor, order->type, order->body, &order->out);
}

static void order_done(void *ctx, enum err err)
{
    (void)ctx;
    CHECK(err == ERR_OK);
}

/* A command of a workstation; the code of its refusal, "": applied. */
static const char *does(struct class *class, const struct actor *actor, const char *type, const char *body)
{
    struct order order = {.actor = actor, .type = type};
    REQUIRE(json_parse(body, strlen(body), &order.body, NULL) == ERR_OK);
    writer_add(class->hall->writer, run_order, order_done, &order);
    turn(class, 0);
    turn(class, 0); /* the day follows it */
    keep_answer(class, order.out.data, order.out.applied ? "" : order.out.code);
    json_free(&order.body);
    json_free(&order.out.data);
    return class->code;
}

/* A member of the last answer, as a text; the caller frees. */
static char *answered(const struct class *class, const char *pointer)
{
    struct json *answer = NULL;
    REQUIRE(class->answer && json_parse(class->answer, strlen(class->answer), &answer, NULL) == ERR_OK);
    const struct json *found = json_pointer(answer, pointer);
    char *text =
        json_is_text(found) ? xstrdup(json_as_text(found)) : xasprintf("%d", (int)json_as_int(found, -1));
    json_free(&answer);
    return text;
}

static void opens(struct class *class, const struct actor *actor, const char *counter)
{
    char *body = xasprintf("{\"counter\":\"%s\"}", counter);
    CHECK_TEXT(does(class, actor, "counter.open", body), "");
    free(body);
}

static struct json *counter_row(struct class *class, const char *name)
{
    struct json *row = NULL;
    struct stmt *s = db_query(class->hall->db, "SELECT row FROM counters WHERE name = $1");
    db_bind_text(s, 1, name);
    REQUIRE(rows_first(s, &row) == ERR_OK);
    return row;
}

/* Of a ticket about which the last answer was; the caller frees both. */
static char *calls(struct class *class, const struct actor *actor, const char *counter)
{
    struct json *row = counter_row(class, counter);
    char *body = xasprintf("{\"counter\":\"%s\",\"fence\":%d}", counter, (int)json_int(row, "fence", 0));
    CHECK_TEXT(does(class, actor, "ticket.call_next", body), "");
    free(body);
    json_free(&row);
    return answered(class, "/ticket/id");
}

static struct json *ticket_row(struct class *class, const char *id)
{
    struct json *row = NULL;
    REQUIRE(row_get(class->hall->db, TABLE_TICKET, id, &row) == ERR_OK);
    return row;
}

/* With the generation that the ticket has now. */
static const char *about(struct class *class, const struct actor *actor, const char *type, const char *id,
                         const char *more)
{
    struct json *row = ticket_row(class, id);
    char *body = xasprintf("{\"ticket\":\"%s\",\"gen\":%d%s}", id, (int)json_int(row, "gen", 0), more);
    (void)does(class, actor, type, body);
    free(body);
    json_free(&row);
    return class->code;
}

/* --- looking --- */

static void check_ticket(struct class *class, const char *id, const struct actor *actor, const char *state)
{
    struct json *row = ticket_row(class, id);
    CHECK_TEXT(json_text(row, "user"), actor->user);
    CHECK_TEXT(json_text(row, "state"), state);
    json_free(&row);
}

static void check_counter(struct class *class, const char *name, const struct actor *actor)
{
    struct json *row = counter_row(class, name);
    CHECK_TEXT(json_text_or(row, "user", ""), actor ? actor->user : "");
    CHECK_TEXT(json_text(row, "state"), actor ? "open" : "closed");
    json_free(&row);
}

/* Of the row that workstations see; "" absent. */
static void check_row(struct class *class, const struct actor *of, const char *member, const char *text)
{
    struct json *row = NULL;
    REQUIRE(row_get(class->hall->db, TABLE_TRAINING, of->user, &row) == ERR_OK);
    CHECK_TEXT(json_text_or(row, member, ""), text);
    json_free(&row);
}

static int64_t total(struct class *class, const struct actor *of)
{
    struct json *score = NULL;
    struct training *t = class->hall->training;
    REQUIRE(training_score(&t->demo, t, class->hall->db, of->user, &score) == ERR_OK);
    int64_t total = json_int(score, "total", -1);
    if (total != 100) {
        char *text = json_print(score);
        printf("  %s\n", text);
        free(text);
    }
    json_free(&score);
    return total;
}

/* --- the tests --- */

static void refuses_before_anything_is_open(struct class *class)
{
    struct actor no_clerk = class->trainer;
    no_clerk.roles = ROLE_TRAINER;
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "no_counter");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->trainer, ""), "unknown_user");
    CHECK_TEXT(train(class, &no_clerk, "take", &class->clerk, ""), "trainer_no_clerk");
    CHECK_TEXT(train(class, &class->trainer, "hand_back", &class->clerk, ""), ""); /* done already */
}

static void takes_with_whoever_stands_there(struct class *class, const char *ticket)
{
    struct json *before = ticket_row(class, ticket), *after;
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    char *counter = answered(class, "/counter/name"), *fence = answered(class, "/fence"),
         *lease = answered(class, "/lease_s"), *with = answered(class, "/ticket");
    struct json *row = counter_row(class, "1");
    CHECK_TEXT(counter, "1");
    CHECK_TEXT(with, ticket);
    CHECK_TEXT(lease, "90");
    CHECK_INT(atoi(fence), json_int(row, "fence", 0));
    check_counter(class, "1", &class->trainer);
    check_ticket(class, ticket, &class->trainer, "serving");
    after = ticket_row(class, ticket);
    CHECK_INT(json_int(after, "gen", 0), json_int(before, "gen", 0) + 1);
    CHECK_TEXT(
        json_text(json_at(json_get(after, "stamps"), json_count(json_get(after, "stamps")) - 1), "event"),
        "take");
    CHECK_TEXT(json_text(json_get(after, "taken"), "from"), class->clerk.user);
    json_free(&row);
    json_free(&before);
    json_free(&after);
    free(counter);
    free(fence);
    free(lease);
    free(with);
}

static void shows_it_in_the_row(struct class *class, const char *ticket)
{
    check_row(class, &class->clerk, "taken_by", "rauf");
    check_row(class, &class->clerk, "taken_user", class->trainer.user);
    check_row(class, &class->clerk, "ticket", ticket);
    check_row(class, &class->clerk, "doing", "serving");
    check_row(class, &class->clerk, "counter", "1");
}

static void refuses_a_second_hand(struct class *class, const char *ticket)
{
    char *old = xasprintf("{\"ticket\":\"%s\",\"gen\":1,\"outcome\":\"served\"}", ticket);
    CHECK(*does(class, &class->clerk, "ticket.finish", old)); /* typed before, sent after */
    opens(class, &class->colleague, "4");
    CHECK_TEXT(train(class, &class->other, "take", &class->clerk, ""), "taken_already");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->colleague, ""), "have_another");
    check_counter(class, "4", &class->colleague);
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), ""); /* the answer was lost */
    check_counter(class, "1", &class->trainer);
    free(old);
}

TEST(training_take_gives_the_counter_with_whoever_stands_there_and_hand_back_returns_both)
{
    struct class class;
    open_class(&class);
    refuses_before_anything_is_open(&class);
    opens(&class, &class.clerk, "1");
    char *ticket = calls(&class, &class.clerk, "1");
    CHECK_TEXT(about(&class, &class.clerk, "ticket.start", ticket, ""), "");
    takes_with_whoever_stands_there(&class, ticket);
    shows_it_in_the_row(&class, ticket);
    refuses_a_second_hand(&class, ticket);

    /* the trainer parks one and calls another; then their program dies, and the hall with it */
    CHECK_TEXT(about(&class, &class.trainer, "ticket.hold", ticket, ",\"reason\":\"a paper is fetched\""),
               "");
    char *next = calls(&class, &class.trainer, "1");
    check_row(&class, &class.clerk, "ticket", next);
    check_row(&class, &class.clerk, "doing", "called");
    lock_up(&class);
    unlock(&class);
    turn(&class, 200 * 1000); /* nothing is heard of them for more than a lease */
    check_row(&class, &class.clerk, "taken_by", "rauf");

    CHECK_TEXT(train(&class, &class.other, "hand_back", &class.clerk, ""), "");
    check_counter(&class, "1", &class.clerk);
    check_ticket(&class, next, &class.clerk, "called");
    check_ticket(&class, ticket, &class.clerk, "held");
    check_row(&class, &class.clerk, "taken_by", "");
    check_row(&class, &class.clerk, "ticket", next);
    CHECK_TEXT(about(&class, &class.clerk, "ticket.start", next, ""), "");
    CHECK_INT(total(&class, &class.clerk), 100);
    free(next);
    free(ticket);
    close_class(&class);
}

static void settles_where_the_trainee_went(struct class *class)
{
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    opens(class, &class->clerk, "2"); /* by another program than the workstation, whose keys are dead */
    char *ticket = calls(class, &class->clerk, "2");
    CHECK_TEXT(train(class, &class->trainer, "hand_back", &class->clerk, ""), "trainee_busy");
    check_counter(class, "1", &class->trainer);
    check_row(class, &class->clerk, "taken_by", "rauf");
    CHECK_TEXT(about(class, &class->clerk, "ticket.return", ticket, ""), "");
    CHECK_TEXT(train(class, &class->trainer, "hand_back", &class->clerk, ""), "");
    check_counter(class, "1", &class->clerk);
    check_counter(class, "2", NULL); /* an account has one counter */
    free(ticket);
}

static void settles_the_trainers_own_counter(struct class *class)
{
    opens(class, &class->trainer, "7");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    check_counter(class, "7", NULL);
    CHECK_TEXT(train(class, &class->trainer, "hand_back", &class->clerk, ""), "");
    opens(class, &class->trainer, "2");
    char *ticket = calls(class, &class->trainer, "2");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "other_counter_open");
    check_counter(class, "1", &class->clerk); /* nothing of it was done */
    check_row(class, &class->clerk, "taken_by", "");
    CHECK_TEXT(about(class, &class->trainer, "ticket.return", ticket, ""), "");
    free(ticket);
}

static void leaves_a_third_persons_hands_alone(struct class *class)
{
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    CHECK_TEXT(does(class, &class->other, "counter.open", "{\"counter\":\"1\",\"takeover\":true}"), "");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "no_counter");
    CHECK_TEXT(train(class, &class->trainer, "hand_back", &class->clerk, ""), "");
    check_counter(class, "1", &class->other);
    check_row(class, &class->clerk, "taken_by", "");
    opens(class, &class->clerk, "2");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    CHECK_TEXT(does(class, &class->trainer, "counter.close", "{\"counter\":\"2\",\"fence\":-1}"), "");
    CHECK_TEXT(train(class, &class->trainer, "hand_back", &class->clerk, ""), "");
    check_counter(class, "2", &class->clerk); /* it was theirs, and is open again */
}

static void gives_back_whoever_signs_out(struct class *class)
{
    static const char sql[] = "DELETE FROM session WHERE user_ = $1";
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    turn(class, 5000);
    turn(class, 0);
    check_counter(class, "2", &class->trainer);
    struct stmt *s = db_query(class->hall->db, sql);
    db_bind_text(s, 1, class->trainer.user);
    CHECK(db_run(s) == ERR_OK);
    turn(class, 5000);
    turn(class, 0);
    check_counter(class, "2", &class->clerk);
    check_row(class, &class->clerk, "taken_by", "");
    signs_in(class, &class->trainer);
}

static void gives_back_at_the_end_of_the_day(struct class *class)
{
    CHECK_TEXT(does(class, &class->clerk, "counter.open", "{\"counter\":\"1\",\"takeover\":true}"), "");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    CHECK_TEXT(train(class, &class->trainer, "finish", NULL, ""), "");
    CHECK(class->hall->training->finished);
    check_counter(class, "1", &class->clerk);
    check_row(class, &class->clerk, "taken_by", "");
    CHECK_TEXT(train(class, &class->trainer, "take", &class->clerk, ""), "");
    CHECK_TEXT(train(class, &class->trainer, "begin", NULL, ",\"scenario\":\"quiet-day\",\"seed\":2"), "");
    check_counter(class, "1", &class->clerk);
    check_row(class, &class->clerk, "taken_by", "");
}

TEST(training_take_and_hand_back_settle_whoever_went_elsewhere)
{
    struct class class;
    open_class(&class);
    opens(&class, &class.clerk, "1");
    settles_where_the_trainee_went(&class);
    settles_the_trainers_own_counter(&class);
    leaves_a_third_persons_hands_alone(&class);
    gives_back_whoever_signs_out(&class);
    gives_back_at_the_end_of_the_day(&class);
    close_class(&class);
}

/* --- nobody is blamed for time in which they could not act --- */

enum { MINUTE_MS = 60 * 1000 };

static struct json *parsed(const char *text)
{
    struct json *json = NULL;
    REQUIRE(json_parse(text, strlen(text), &json, NULL) == ERR_OK);
    return json;
}

TEST(training_free_time_is_without_cuts_taken_and_stopped_spans)
{
    struct demo_cut cuts[] = {{.from_s = 600, .until_s = 900}, {.from_s = 5000, .until_s = 5100}};
    struct training t = {.demo = {.midnight_ms = made_ms, .cuts = cuts, .cut_count = 2}};
    int64_t until_ms;
    t.people = parsed("{\"a\":{\"taken\":[[900000,1000000],[9000000]],\"stopped\":[[300000,600000]]}}");
    CHECK(training_was_free(&t.demo, &t, "a", made_ms, made_ms + 300000));
    CHECK(!training_was_free(&t.demo, &t, "a", made_ms, made_ms + 300001));
    CHECK(!training_was_free(&t.demo, &t, "a", made_ms + 400000, made_ms + 400001)); /* stopped */
    CHECK(training_was_free(&t.demo, &t, "b", made_ms, made_ms + 600000)); /* another's is not theirs */
    CHECK(training_was_free(&t.demo, NULL, "a", made_ms, made_ms + 600000));
    /* one leads into the next: stopped, the line away, taken */
    CHECK_INT(training_free_from(&t.demo, &t, "a", made_ms + 300000, &until_ms) - made_ms, 1000000);
    CHECK_INT(until_ms - made_ms, 5000000);
    CHECK_INT(training_free_from(&t.demo, &t, "a", made_ms + 5100000, &until_ms) - made_ms, 5100000);
    CHECK_INT(until_ms - made_ms, 9000000);
    CHECK(training_free_from(&t.demo, &t, "a", made_ms + 9000000, &until_ms) == INT64_MAX); /* it goes on */
    CHECK(training_was_taken(&t, "a", made_ms + 950000, made_ms + 950000));
    CHECK(!training_was_taken(&t, "a", made_ms + 400000, made_ms + 400000)); /* stopped is not taken */
    CHECK_INT(training_taken_from(&t, "a", made_ms + 1) - made_ms, 900000);
    json_free(&t.people);
}

static int points_of(struct class *class, const struct actor *of, const char *rule)
{
    struct json *score = NULL;
    struct training *t = class->hall->training;
    int points = 0;
    REQUIRE(training_score(&t->demo, t, class->hall->db, of->user, &score) == ERR_OK);
    for (const struct json *line = json_first(json_get(score, "lines")); line; line = json_next(line))
        if (str_equal(json_text(line, "rule"), rule))
            points -= (int)json_int(line, "points", 0);
    json_free(&score);
    return points;
}

static void passes(struct class *class, int minutes)
{
    for (int i = 0; i < minutes; i++)
        turn(class, MINUTE_MS);
}

/* Frozen, and under a trainer's hands, with people waiting; then idle by themselves. */
TEST(training_blames_nobody_for_idling_while_frozen_or_taken_over)
{
    struct class class;
    open_class(&class);
    opens(&class, &class.clerk, "1");
    CHECK_TEXT(train(&class, &class.trainer, "freeze", &class.clerk, ",\"on\":true"), "");
    passes(&class, 8);
    CHECK_INT(points_of(&class, &class.clerk, "dawdled"), 0);
    CHECK_TEXT(train(&class, &class.trainer, "freeze", &class.clerk, ",\"on\":false"), "");
    CHECK_TEXT(train(&class, &class.trainer, "take", &class.clerk, ""), "");
    passes(&class, 8);
    CHECK_INT(points_of(&class, &class.clerk, "dawdled"), 0);
    CHECK_TEXT(train(&class, &class.trainer, "hand_back", &class.clerk, ""), "");
    CHECK_INT(points_of(&class, &class.clerk, "dawdled"), 0);
    free(calls(&class, &class.clerk, "1"));
    CHECK_INT(total(&class, &class.clerk), 100); /* nor for waiting */
    close_class(&class);
}

TEST(training_blames_for_idling_before_a_trainer_took_over_and_not_for_after)
{
    struct class class;
    open_class(&class);
    opens(&class, &class.clerk, "1");
    passes(&class, 8);
    int blamed = points_of(&class, &class.clerk, "dawdled");
    CHECK(blamed > 0);
    CHECK_TEXT(train(&class, &class.trainer, "take", &class.clerk, ""), "");
    passes(&class, 8);
    CHECK_INT(points_of(&class, &class.clerk, "dawdled"), blamed);
    CHECK_TEXT(train(&class, &class.trainer, "hand_back", &class.clerk, ""), "");
    CHECK_INT(points_of(&class, &class.clerk, "dawdled"), blamed);
    close_class(&class);
}

TEST(training_blames_nobody_for_giving_up_after_one_call_when_they_were_stopped_between)
{
    struct class class;
    open_class(&class);
    opens(&class, &class.clerk, "1");
    char *ticket = calls(&class, &class.clerk, "1");
    CHECK_TEXT(train(&class, &class.trainer, "freeze", &class.clerk, ",\"on\":true"), "");
    passes(&class, 1);
    CHECK_TEXT(train(&class, &class.trainer, "freeze", &class.clerk, ",\"on\":false"), "");
    CHECK_TEXT(about(&class, &class.clerk, "ticket.no_show", ticket, ",\"early\":true"), "");
    CHECK_INT(points_of(&class, &class.clerk, "nobody_recalled"), 0);
    free(ticket);
    ticket = calls(&class, &class.clerk, "1");
    CHECK_TEXT(about(&class, &class.clerk, "ticket.no_show", ticket, ",\"early\":true"), "");
    CHECK(points_of(&class, &class.clerk, "nobody_recalled") > 0);
    free(ticket);
    close_class(&class);
}
