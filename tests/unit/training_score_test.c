/* tests/unit/training_score_test.c: a clerk who does everything as it should be, by real commands in a real hall, scores
 * 100; each mistake that is planted costs what the table says, and nothing else. */
#include "core/hall/training_score.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/demo/score.h"
#include "core/hall/training_inside.h"
#include "core/model/role.h"
#include "tests/support/test.h"

struct hall_day {
    struct scenario scenario;
    struct demo demo;
    struct demo_figures figures;
    struct demo_clerk *clerk;
};

/* A day under way until the time, in its transaction. */
static void begin(struct hall_day *h, const char *more, int64_t until_s)
{
    struct err_info info = {0};
    char *text = xasprintf(
        "name.az A\nname.id A\nname.en A\nname.ru A\nabout.az B\nabout.id B\nabout.en B\nabout.ru B\n"
        "doors 08:00 15:00\nbookings 8\npatience 400 500\n%s",
        more);
    *h = (struct hall_day){0};
    REQUIRE(scenario_read("t.scenario", text, strlen(text), NULL, NULL, &h->scenario, &info) == ERR_OK);
    free(text);
    REQUIRE(demo_open(&h->demo, &h->scenario, "az", 5, 0, &info) == ERR_OK);
    h->demo.figures = &h->figures;
    h->clerk = &h->demo.clerks[0];
    REQUIRE(demo_make_day(&h->demo, h->demo.first_day, 0));
    REQUIRE(db_begin(h->demo.env.db) == ERR_OK);
    REQUIRE(demo_book(&h->demo, DEMO_EVE_S) == ERR_OK);
    demo_plan(&h->demo);
    REQUIRE(demo_play_until(&h->demo, until_s) == ERR_OK);
    CHECK_TEXT(h->demo.refusal, "");
}

static void end(struct hall_day *h)
{
    CHECK(db_commit(h->demo.env.db) == ERR_OK);
    demo_drop_day(&h->demo);
    demo_close(&h->demo);
    demo_figures_free(&h->figures);
}

static struct json *score_of_clerk(struct hall_day *h)
{
    struct json *score = NULL;
    REQUIRE(training_score(&h->demo, NULL, h->demo.env.db, h->clerk->actor.user, &score) == ERR_OK);
    return score;
}

static void tell(const struct json *score)
{
    char *text = json_print(score);
    printf("  %s\n", text);
    free(text);
}

/* 100 but for what one rule costs, so often. */
static void expect(struct hall_day *h, enum score_rule rule, int times)
{
    struct json *score = score_of_clerk(h);
    int lines = 0, points = times * score_rule_points(rule);
    for (const struct json *line = json_first(json_get(score, "lines")); line; line = json_next(line)) {
        lines += json_int(line, "points", 0) != 0;
        CHECK_TEXT(json_text(line, "rule"), score_rule_text(rule));
        CHECK(!str_empty(json_text(line, "at")));
    }
    if (!CHECK_INT(json_int(score, "total", -1), SCORE_FULL - points) || !CHECK(lines > 0))
        tell(score);
    json_free(&score);
}

enum { NOON_S = 12 * DEMO_HOUR_S, EVENING_S = 20 * DEMO_HOUR_S };

/* --- nobody at fault --- */

TEST(perfect_clerk_scores_a_hundred)
{
    struct hall_day h;
    begin(&h, "people 65\nbusiest 100\nat 09:00 outage 20\nat 11:00 power 10\nat 10:00 away 3 20\n",
          EVENING_S);
    int judged = 0;
    for (int i = 0; i < h.demo.clerk_count; i++) {
        h.clerk = &h.demo.clerks[i];
        struct json *score = score_of_clerk(&h);
        const struct json *figures = json_get(score, "figures");
        if (!CHECK_INT(json_int(score, "total", -1), SCORE_FULL) ||
            !CHECK_INT(json_count(json_get(score, "lines")), 0))
            tell(score);
        judged += (int)json_int(figures, "decided", 0);
        CHECK(json_int(figures, "served", 0) <= json_int(figures, "called", 0));
        json_free(&score);
    }
    CHECK(judged > 20);
    CHECK_INT(judged, h.figures.approved + h.figures.refusals + h.figures.returned + h.figures.referred);
    end(&h);
}

/* --- mistakes, planted one by one --- */

/* Whoever is at the clerk's counter now, with an application open; plays on until there is somebody. */
static struct demo_visit *meet(struct hall_day *h)
{
    for (int64_t at_s = h->demo.now_s; at_s < NOON_S; at_s += 10) {
        REQUIRE(demo_play_until(&h->demo, at_s) == ERR_OK);
        h->demo.now_s = at_s;
        for (int i = 0; i < h->demo.clerk_count; i++) {
            struct demo_clerk *clerk = &h->demo.clerks[i];
            struct demo_visit *visit = clerk->visit >= 0 ? &h->demo.visits[clerk->visit] : NULL;
            struct json *row = NULL;
            if (!visit || !demo_applies(&h->demo, visit) || clerk->doing != DEMO_BUSY)
                continue;
            REQUIRE(row_get(h->demo.env.db, TABLE_TICKET, visit->ticket, &row) == ERR_OK);
            bool serving = str_equal(json_text(row, "state"), "serving");
            json_free(&row);
            h->clerk = clerk;
            if (serving)
                return visit;
        }
    }
    REQUIRE(false);
    return NULL;
}

static void does(struct hall_day *h, const struct actor *actor, const char *type, struct json *body)
{
    bool applied;
    REQUIRE(demo_say(&h->demo, actor, type, body, &applied, NULL) == ERR_OK);
    CHECK_TEXT(h->demo.refusal, "");
    CHECK(applied);
}

/* What the visitor's truth is; the clerk then does otherwise, by changing it. */
static void decide_otherwise(struct hall_day *h, void (*change)(struct truth *truth))
{
    struct truth truth;
    struct truth_about about;
    struct err_info info = {0};
    struct demo_visit *visit = meet(h);
    int who = (int)(h->clerk - h->demo.clerks);
    demo_about(&h->demo, visit->citizen, &about);
    REQUIRE(truth_make(&about, &truth, &info) == ERR_OK);
    CHECK_TEXT(truth.outcome, "approve");
    change(&truth);
    REQUIRE(demo_decide_by(&h->demo, who, &truth) == ERR_OK);
    CHECK_TEXT(h->demo.refusal, "");
    truth_free(&truth);
    struct json *body = demo_about_ticket(visit);
    json_set_text(body, "outcome", "served");
    does(h, &h->clerk->actor, "ticket.finish", body);
}

static const char granted[] =
    "people 90\nbusiest 100\nforgot 0\nfalse_paper 0\nstale 0\nno_right 0\nelsewhere 0\n";

static void refuse(struct truth *truth)
{
    truth->outcome = "refuse";
    json_free(&truth->reasons);
    truth->reasons = json_new_array();
    json_add_text(truth->reasons, "R02");
}

TEST(wrong_decision_costs_what_the_table_says)
{
    struct hall_day h;
    begin(&h, granted, 8 * DEMO_HOUR_S);
    decide_otherwise(&h, refuse);
    expect(&h, SCORE_RULE_WRONG_DECISION, 1);
    end(&h);
}

static char asked_for[64];

/* For want of a paper that is there. */
static void send_back(struct truth *truth)
{
    truth->outcome = "return";
    json_free(&truth->reasons);
    truth->reasons = json_new_array();
    json_add_text(truth->reasons, "T01");
    json_free(&truth->missing);
    truth->missing = json_new_array();
    json_add_text(truth->missing, truth->papers[0].code);
    str_copy(asked_for, sizeof asked_for, truth->papers[0].code);
}

static struct json *about_case_of(struct hall_day *h, const char *ticket)
{
    struct json *rows = json_new_array(), *body = json_new_object();
    struct stmt *s = db_query(h->demo.env.db, "SELECT row FROM cases WHERE ticket = $1");
    db_bind_text(s, 1, ticket);
    REQUIRE(rows_collect(s, rows) == ERR_OK && json_count(rows) == 1);
    json_set_text(body, "case", json_text(json_first(rows), "id"));
    json_free(&rows);
    return body;
}

static void decide_again(struct hall_day *h, const char *ticket, const char *id, const char *outcome,
                         const char *reason)
{
    struct json *body = about_case_of(h, ticket), *reasons = json_new_array();
    json_add_text(reasons, reason);
    json_set_text(body, "decision", id);
    json_set_text(body, "outcome", outcome);
    json_set(body, "reasons", reasons);
    does(h, &h->clerk->actor, "case.decide", body);
}

/* Each decision is judged, not the first alone: one that is mended costs less than one that stands. */
TEST(decision_that_its_clerk_mended_costs_what_the_table_says)
{
    struct hall_day h;
    begin(&h, granted, 8 * DEMO_HOUR_S);
    decide_otherwise(&h, send_back);
    const char *ticket = h.demo.visits[h.clerk->visit].ticket;
    expect(&h, SCORE_RULE_WRONG_DECISION, 1);
    does(&h, &h.clerk->actor, "case.submit", about_case_of(&h, ticket));
    struct json *paper = about_case_of(&h, ticket);
    json_set_text(paper, "document", asked_for);
    json_set_text(paper, "state", "seen");
    does(&h, &h.clerk->actor, "case.check_document", paper);
    REQUIRE(db_run(db_query(h.demo.env.db, "SAVEPOINT decided")) == ERR_OK);
    decide_again(&h, ticket, "01900000-0000-7000-8000-00000000d001", "approve", "A01");
    expect(&h, SCORE_RULE_DECISION_MENDED, 1);
    REQUIRE(db_run(db_query(h.demo.env.db, "ROLLBACK TO decided")) == ERR_OK);
    decide_again(&h, ticket, "01900000-0000-7000-8000-00000000d002", "refuse", "R02");
    expect(&h, SCORE_RULE_WRONG_DECISION, 2);
    end(&h);
}

/* --- keys --- */

static void nothing(struct truth *truth)
{
    (void)truth;
}

/* As a push brings them: a record that came before brings none. */
static void hear_keys(struct hall_day *h, unsigned roles, const char *ticket, int64_t keys, bool fresh)
{
    struct err_info info = {0};
    struct json *push = NULL, *answer = NULL;
    struct actor actor = h->clerk->actor;
    char *text =
        xasprintf("{\"commands\":[{\"seq\":4,\"type\":\"ticket.start\",\"body\":{\"ticket\":\"%s\","
                  "\"keys\":9000}},{\"seq\":5,\"type\":\"ticket.finish\",\"body\":{\"ticket\":\"%s\","
                  "\"keys\":%lld}}]}",
                  ticket, ticket, (long long)keys);
    static const char told[] = "{\"results\":[{\"seq\":4,\"status\":\"applied\",\"rev\":9},"
                               "{\"seq\":5,\"status\":\"applied\",\"rev\":10}]}";
    actor.roles = roles;
    REQUIRE(json_parse(text, strlen(text), &push, &info) == ERR_OK);
    REQUIRE(json_parse(told, strlen(told), &answer, &info) == ERR_OK);
    CHECK(training_hear_keys(&h->demo.env, &actor, push, fresh ? 8 : 10, answer) == ERR_OK);
    json_free(&push);
    json_free(&answer);
    free(text);
}

static int64_t figure(struct hall_day *h, const char *name)
{
    struct json *score = score_of_clerk(h);
    int64_t value = json_int(json_get(score, "figures"), name, -1);
    CHECK_INT(json_int(score, "total", -1), SCORE_FULL);
    json_free(&score);
    return value;
}

/* Of a whole visit: form, papers, fee and decision. Up to twice the least nothing is lost, and one more costs. */
TEST(keys_beyond_twice_the_least_cost_what_the_table_says)
{
    struct hall_day h;
    begin(&h, granted, 8 * DEMO_HOUR_S);
    decide_otherwise(&h, nothing);
    const char *ticket = h.demo.visits[h.clerk->visit].ticket;
    CHECK_INT(figure(&h, "keys"), 0);
    hear_keys(&h, ROLE_CLERK, ticket, 1, true);
    int64_t least = figure(&h, "keys_least");
    CHECK(least > 40 && least < 400);
    hear_keys(&h, ROLE_CLERK, ticket, 2 * least - 1, true); /* after a hold, say */
    hear_keys(&h, ROLE_CLERK, ticket, 500, false);
    hear_keys(&h, ROLE_CLERK | ROLE_TRAINER, ticket, 500, true);
    hear_keys(&h, ROLE_CLERK, ticket, -3, true);
    CHECK_INT(figure(&h, "keys"), 2 * least);
    hear_keys(&h, ROLE_CLERK, ticket, 1, true);
    expect(&h, SCORE_RULE_KEYSTROKES, 1);
    struct json *score = score_of_clerk(&h);
    const struct json *args = json_pointer(score, "/lines/0/args");
    CHECK_INT(json_int(args, "is", 0), 2 * least + 1);
    CHECK_INT(json_int(args, "should", 0), least);
    CHECK(!str_empty(json_text(args, "number")));
    json_free(&score);
    end(&h);
}

static int mistyped;

static void mistype(struct truth *truth)
{
    static const char *const names[] = {"/family",       "/given",       "/father",
                                        "/child_family", "/child_given", "/name"};
    mistyped = 0;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (json_has_text(truth->answers, names[i])) {
            json_set_pointer(truth->draft, names[i], json_new_text("Yanlış"));
            mistyped++;
        }
    CHECK(mistyped >= 2);
}

TEST(wrong_fields_cost_what_the_table_says)
{
    struct hall_day h;
    begin(&h, granted, 8 * DEMO_HOUR_S);
    decide_otherwise(&h, mistype);
    expect(&h, SCORE_RULE_FIELD_WRONG, mistyped);
    struct json *score = score_of_clerk(&h);
    const struct json *fields = json_pointer(score, "/lines/0/args/fields");
    CHECK_INT(json_count(fields), mistyped);
    for (const struct json *one = json_first(fields); one; one = json_next(one))
        for (int i = 0; i < SCENARIO_LANGS; i++) /* by name, not by its place in the form */
            CHECK(json_text_or(one, scenario_langs[i], "/")[0] != '/');
    json_free(&score);
    end(&h);
}

/* Everybody here has no right: the outcome is the same, the reason another. */
static void other_reason(struct truth *truth)
{
    json_free(&truth->reasons);
    truth->reasons = json_new_array();
    json_add_text(truth->reasons, "R04");
}

TEST(wrong_reason_costs_what_the_table_says)
{
    struct hall_day h;
    struct truth truth;
    struct truth_about about;
    struct err_info info = {0};
    begin(&h, "people 90\nbusiest 100\nforgot 0\nfalse_paper 0\nno_right 100\n", 8 * DEMO_HOUR_S);
    struct demo_visit *visit = meet(&h);
    demo_about(&h.demo, visit->citizen, &about);
    REQUIRE(truth_make(&about, &truth, &info) == ERR_OK);
    CHECK_TEXT(truth.outcome, "refuse");
    other_reason(&truth);
    REQUIRE(demo_decide_by(&h.demo, (int)(h.clerk - h.demo.clerks), &truth) == ERR_OK);
    truth_free(&truth);
    expect(&h, SCORE_RULE_WRONG_REASON, 1);
    end(&h);
}

static struct json *about_person(const struct json *row)
{
    struct json *body = json_new_object();
    json_set_text(body, "person", json_text(row, "person"));
    return body;
}

/* A person of today who is at nobody's counter. */
static struct json *somebody_else(struct hall_day *h)
{
    struct json *rows = json_new_array(), *found = NULL;
    REQUIRE(rows_collect(db_query(h->demo.env.db,
                                  "SELECT row FROM tickets WHERE state = 'waiting' AND user_ IS NULL "
                                  "ORDER BY id LIMIT 1"),
                         rows) == ERR_OK);
    REQUIRE(json_count(rows) == 1);
    found = json_take(rows, json_first(rows));
    json_free(&rows);
    return found;
}

TEST(look_without_need_costs_what_the_table_says_and_one_with_need_nothing)
{
    struct hall_day h;
    struct json *row = NULL;
    begin(&h, granted, 8 * DEMO_HOUR_S);
    struct demo_visit *visit = meet(&h);
    REQUIRE(row_get(h.demo.env.db, TABLE_TICKET, visit->ticket, &row) == ERR_OK);
    does(&h, &h.clerk->actor, "person.reveal", about_person(row));
    json_free(&row);
    struct json *score = score_of_clerk(&h);
    CHECK_INT(json_int(score, "total", -1), SCORE_FULL);
    json_free(&score);
    row = somebody_else(&h);
    does(&h, &h.clerk->actor, "person.reveal", about_person(row));
    json_free(&row);
    expect(&h, SCORE_RULE_LOOKED_NEEDLESSLY, 1);
    end(&h);
}

TEST(undo_costs_what_the_table_says)
{
    struct hall_day h;
    begin(&h, granted, 8 * DEMO_HOUR_S);
    decide_otherwise(&h, nothing);
    struct json *body = demo_about_ticket(&h.demo.visits[h.clerk->visit]);
    does(&h, &h.clerk->actor, "ticket.undo", body);
    expect(&h, SCORE_RULE_UNDONE, 1);
    end(&h);
}

TEST(dispute_costs_what_the_table_says)
{
    struct hall_day h;
    begin(&h,
          "people 40\nbusiest 100\nforgot 0\nfalse_paper 0\nstale 0\nno_right 0\nelsewhere 0\nat 08:05 "
          "contested 1\n",
          EVENING_S);
    CHECK_INT(h.figures.contested, 1);
    int lost = 0;
    for (int i = 0; i < h.demo.clerk_count; i++) {
        h.clerk = &h.demo.clerks[i];
        struct json *score = score_of_clerk(&h);
        /* whoever decided without the hall decided wrongly, too */
        int64_t points = SCORE_FULL - json_int(score, "total", 0);
        if (points > 0 && !CHECK_INT(points, score_rule_points(SCORE_RULE_DISPUTED) +
                                                 score_rule_points(SCORE_RULE_WRONG_DECISION)))
            tell(score);
        lost += points > 0;
        json_free(&score);
    }
    CHECK_INT(lost, 1);
    end(&h);
}

/* --- at the queue --- */

/* Plays on until the clerk of the first counter is free while so many wait whom they may call. */
static void wait_for(struct hall_day *h, int people)
{
    static const char sql[] =
        "SELECT row FROM tickets WHERE queue = 'p' AND state = 'waiting' ORDER BY arrived_at";
    struct demo_clerk *clerk = h->clerk = &h->demo.clerks[0];
    for (int64_t at_s = h->demo.now_s; at_s < NOON_S; at_s++) {
        REQUIRE(demo_play_until(&h->demo, at_s) == ERR_OK);
        h->demo.now_s = at_s;
        struct json *rows = json_new_array();
        REQUIRE(rows_collect(db_query(h->demo.env.db, sql), rows) == ERR_OK);
        int here = 0;
        for (const struct json *row = json_first(rows); row; row = json_next(row))
            here += str_equal(json_text(row, "channel"), "walk_in");
        json_free(&rows);
        if (clerk->doing == DEMO_IDLE && here >= people)
            return;
    }
    REQUIRE(false);
}

static const char crowded[] = "people 200\nbusiest 100\npriority 0\nforgot 0\nfalse_paper 0\nstale 0\n";

static struct json *last_waiting(struct hall_day *h)
{
    struct json *rows = json_new_array(), *row;
    REQUIRE(rows_collect(db_query(h->demo.env.db,
                                  "SELECT row FROM tickets WHERE queue = 'p' AND state = 'waiting' "
                                  "ORDER BY arrived_at DESC, number DESC LIMIT 1"),
                         rows) == ERR_OK);
    row = json_take(rows, json_first(rows));
    json_free(&rows);
    return row;
}

TEST(call_out_of_order_costs_what_the_table_says)
{
    struct hall_day h;
    begin(&h, crowded, 8 * DEMO_HOUR_S);
    wait_for(&h, 3);
    struct json *row = last_waiting(&h), *body = demo_about_counter(h.clerk);
    json_set_text(body, "ticket", json_text(row, "id"));
    json_set_text(body, "reason", "an acquaintance");
    does(&h, &h.clerk->actor, "ticket.call", body);
    json_free(&row);
    expect(&h, SCORE_RULE_PASSED_OVER, 1);
    end(&h);
}

static void call_next(struct hall_day *h, int64_t later_s)
{
    h->demo.now_s += later_s;
    does(h, &h->clerk->actor, "ticket.call_next", demo_about_counter(h->clerk));
}

TEST(letting_somebody_wait_costs_what_the_table_says)
{
    struct hall_day h;
    begin(&h, crowded, 8 * DEMO_HOUR_S);
    wait_for(&h, 3);
    call_next(&h, 10);
    struct json *score = score_of_clerk(&h);
    CHECK_INT(json_int(score, "total", -1), SCORE_FULL);
    json_free(&score);
    end(&h);
    begin(&h, crowded, 8 * DEMO_HOUR_S);
    wait_for(&h, 3);
    call_next(&h, SCORE_WAIT_S + 1);
    expect(&h, SCORE_RULE_WAITED_TOO_LONG, 1);
    end(&h);
}

TEST(calling_nobody_costs_what_the_table_says_each_time_anew)
{
    struct hall_day h;
    begin(&h, crowded, 8 * DEMO_HOUR_S);
    wait_for(&h, 3);
    h.demo.now_s += 2 * SCORE_DAWDLE_S + 60;
    expect(&h, SCORE_RULE_DAWDLED, 2);
    h.demo.ended_s = h.demo.now_s; /* nobody need call when the day is over */
    h.demo.now_s += 4 * SCORE_DAWDLE_S;
    expect(&h, SCORE_RULE_DAWDLED, 2);
    struct json *body = demo_about_counter(h.clerk);
    json_set_text(body, "reason", "meal");
    does(&h, &h.clerk->actor, "counter.pause", body);
    h.demo.ended_s = 0;
    h.demo.now_s += 4 * SCORE_DAWDLE_S;
    expect(&h, SCORE_RULE_DAWDLED, 6); /* on a break nobody need, either */
    end(&h);
}

static void check_total(struct hall_day *h, int64_t total)
{
    struct json *score = score_of_clerk(h);
    if (!CHECK_INT(json_int(score, "total", -1), total))
        tell(score);
    json_free(&score);
}

/* As a hall that was killed goes on. */
static void go_on(struct hall_day *h)
{
    struct json *state = demo_state(&h->demo);
    demo_drop_day(&h->demo);
    REQUIRE(demo_go_on(&h->demo, state));
    json_free(&state);
}

TEST(waiting_is_nobodys_fault_while_a_trainer_takes_something_away)
{
    struct hall_day h;
    begin(&h, crowded, 8 * DEMO_HOUR_S);
    wait_for(&h, 3);
    demo_cut_off(&h.demo, TROUBLE_COUNT, h.demo.now_s + 3 * SCORE_DAWDLE_S);
    demo_cut_off(&h.demo, TROUBLE_COUNT, h.demo.now_s); /* it is given back at once … */
    h.demo.now_s += SCORE_DAWDLE_S + 30;
    expect(&h, SCORE_RULE_DAWDLED, 1);
    h.demo.now_s -= SCORE_DAWDLE_S + 30;
    demo_cut_off(&h.demo, TROUBLE_COUNT, h.demo.now_s + 3 * SCORE_DAWDLE_S); /* … or not */
    h.demo.now_s += 3 * SCORE_DAWDLE_S + SCORE_WAIT_S;
    check_total(&h, SCORE_FULL);
    go_on(&h);
    call_next(&h, 0);
    check_total(&h, SCORE_FULL);
    end(&h);
}

TEST(giving_somebody_up_after_one_call_costs_what_the_table_says)
{
    struct hall_day h;
    struct json *rows = json_new_array();
    begin(&h, crowded, 8 * DEMO_HOUR_S);
    wait_for(&h, 3);
    call_next(&h, 10);
    REQUIRE(rows_collect(db_query(h.demo.env.db,
                                  "SELECT row FROM tickets WHERE state = 'called' ORDER BY called_at "
                                  "DESC LIMIT 20"),
                         rows) == ERR_OK);
    for (const struct json *row = json_first(rows); row; row = json_next(row))
        if (str_equal(json_text(row, "user"), h.clerk->actor.user)) {
            struct json *body = json_new_object();
            json_set_text(body, "ticket", json_text(row, "id"));
            json_set_int(body, "gen", json_int(row, "gen", 0));
            json_set_bool(body, "early", true);
            does(&h, &h.clerk->actor, "ticket.no_show", body);
        }
    json_free(&rows);
    expect(&h, SCORE_RULE_NOBODY_RECALLED, 1);
    end(&h);
}

/* --- results --- */

static void check_result(const struct json *rows, size_t at, const char *user, int64_t total)
{
    CHECK_TEXT(json_text(json_at(rows, at), "user"), user);
    CHECK_INT(json_int(json_at(rows, at), "total", -1), total);
}

TEST(a_day_that_was_put_back_and_ends_again_is_one_result)
{
    static const char kept[] =
        "{\"day\":\"2026-03-02\",\"scenario\":\"a\",\"seed\":4,\"user\":\"siti\",\"total\":50}\n"
        "{\"day\":\"2026-03-02\",\"scenario\":\"a\",\"seed\":4,\"user\":\"adi\",\"total\":60}\n"
        "{\"day\":\"2026-03-02\",\"scenario\":\"a\",\"seed\":4,\"user\":\"siti\",\"total\":80}\n"
        "{\"day\":\"2026-03-03\",\"scenario\":\"a\",\"seed\":4,\"user\":\"siti\",\"total\":70}\n";
    struct training training = {.data = xstrdup(test_folder())};
    struct json *rows = NULL;
    struct err_info info = {0};
    char *path = xasprintf("%s/results.jsonl", training.data);
    FILE *file = fopen(path, "w");
    REQUIRE(file && fputs(kept, file) >= 0 && fclose(file) == 0);
    REQUIRE(training_results(&training, &rows, &info) == ERR_OK);
    CHECK_INT(json_count(rows), 3);
    check_result(rows, 0, "adi", 60);
    check_result(rows, 1, "siti", 80);
    check_result(rows, 2, "siti", 70);
    json_free(&rows);
    free(path);
    free(training.data);
}
