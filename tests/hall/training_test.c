/* tests/hall/training_test.c: a training hall over real HTTP: who may do what to its day, what of it whom is told, that the
 * day goes on with trainees in it, and back. A real hall knows none of it. */
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/base/clock.h"
#include "core/base/str.h"
#include "tests/support/classroom.h"
#include "tests/support/test.h"

/* It is kept as it was typed (tests/support/kept.c), whatever a spreadsheet or a terminal would make of it. */
#define HINT "=1+1; <b>\u202e\u200d\U00007530'; Ask for the family card."

/* --- asking --- */

/* The refusal's code into code[40], "" for none; its status. */
static int train_as(struct hall_client *client, const char *body, char code[40])
{
    int status;
    struct json *answer = hall_ask(client, "POST", "/v1/training", body, &status);
    const struct json *error = json_get(answer, "error");
    str_copy(code, 40, json_text_or(error, "code", ""));
    if (error)
        CHECK(strlen(json_text_or(error, "message", "")) > 20);
    json_free(&answer);
    return status;
}

static void train(struct classroom *class, const char *body)
{
    char code[40];
    CHECK_INT(train_as(&class->trainer, body, code), 200);
    CHECK_TEXT(code, "");
}

static void refused(struct hall_client *client, const char *body, int status, const char *code)
{
    char said[40];
    CHECK_INT(train_as(client, body, said), status);
    CHECK_TEXT(said, code);
}

/* The row of the table training as the client may see it; NULL: does not. The caller frees. id "": how many it sees. */
static struct json *row_of(struct hall_client *client, const char *id, int *count)
{
    struct json *found = NULL;
    char *path = xstrdup("/v1/snapshot");
    *count = 0;
    while (path) {
        int status;
        struct json *page = hall_ask(client, "GET", path, NULL, &status);
        const struct json *rows = json_get(page, "rows");
        CHECK_INT(status, 200);
        free(path);
        for (const struct json *line = json_first(rows); line; line = json_next(line)) {
            if (!str_equal(json_text(line, "t"), "training"))
                continue;
            ++*count;
            if (str_equal(json_text(line, "id"), id))
                found = json_copy(json_get(line, "row"));
        }
        const char *next = json_text(page, "next");
        path = next ? xasprintf("/v1/snapshot?after=%s", next) : NULL;
        json_free(&page);
    }
    return found;
}

static bool row_says(struct hall_client *client, const char *id, const char *pointer, const char *text)
{
    int count;
    struct json *row = row_of(client, id, &count);
    const char *said = json_as_text(json_pointer(row, pointer));
    bool same = said && str_equal(said, text);
    json_free(&row);
    return same;
}

/* Waits for it with the news of the hall. */
static bool comes_true(struct hall_client *client, const char *id, const char *pointer, const char *text)
{
    enum { TIMES = 20 };
    for (int i = 0; i < TIMES; i++) {
        int status;
        if (row_says(client, id, pointer, text))
            return true;
        char *path = xasprintf("/v1/feed?cursor=%lld&epoch=%lld&wait=1", (long long)client->rev,
                               (long long)client->epoch);
        struct json *news = hall_ask(client, "GET", path, NULL, &status);
        client->rev = json_int(news, "to", client->rev);
        json_free(&news);
        free(path);
    }
    return false;
}

static int64_t hall_time_ms(const struct classroom *class)
{
    int status;
    int64_t ms = 0;
    struct json *health = hall_request(&class->hall, "GET", "/v1/health", NULL, NULL, &status);
    CHECK(time_parse(json_text_or(health, "server_time", ""), &ms));
    json_free(&health);
    return ms;
}

/* --- a real hall --- */

TEST(training_is_unknown_to_a_real_hall)
{
    struct test_hall hall;
    struct hall_client admin;
    int status;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&admin, &hall, "admin", TEST_PASSWORD), 200);
    refused(&admin, "{\"do\":\"pace\",\"pace\":60}", 404, "not_training");
    static const char *const paths[] = {"/v1/training/scenarios", "/v1/training/moments"};
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++) {
        struct json *answer = hall_ask(&admin, "GET", paths[i], NULL, &status);
        CHECK_INT(status, 404);
        CHECK_TEXT(json_text(json_get(answer, "error"), "code"), "not_training");
        json_free(&answer);
    }
    hall_sign_out(&admin);
    CHECK_INT(hall_stop(&hall), 0);
}

/* --- roles --- */

TEST(training_is_the_trainers_and_each_learns_of_themselves)
{
    struct classroom class;
    struct json *row;
    int status, count;
    classroom_open(&class, "first-day");
    refused(&class.clerk, "{\"do\":\"pace\",\"pace\":60}", 403, "not_your_role");
    refused(&class.clerk, "{\"do\":\"begin\",\"scenario\":\"exam\"}", 403, "not_your_role");
    json_free(&(struct json *){hall_ask(&class.clerk, "GET", "/v1/training/scenarios", NULL, &status)});
    CHECK_INT(status, 403);
    struct json *scenarios = hall_ask(&class.trainer, "GET", "/v1/training/scenarios", NULL, &status);
    CHECK_INT(status, 200);
    CHECK(json_count(json_get(scenarios, "rows")) >= 10);
    CHECK(json_text(json_pointer(scenarios, "/rows/0/names"), "ru") != NULL);
    json_free(&scenarios);
    row = row_of(&class.trainer, class.clerk.user, &count);
    CHECK(count >= 7); /* the day, and six who learn */
    CHECK_TEXT(json_text(row, "name"), "Siti Rahmawati");
    json_free(&row);
    row = row_of(&class.clerk, "hall", &count);
    CHECK_INT(count, 2);
    CHECK_TEXT(json_text(row, "scenario"), "first-day");
    CHECK_INT(json_int(row, "seed", 0), 4);
    json_free(&row);
    classroom_close(&class);
}

TEST(training_refuses_what_it_does_not_know)
{
    struct classroom class;
    classroom_open(&class, NULL);
    refused(&class.trainer, "{\"do\":\"dance\"}", 422, "unknown_task");
    refused(&class.trainer, "{\"do\":\"step\"}", 409, "no_day");
    refused(&class.trainer, "{\"do\":\"begin\",\"scenario\":\"no-such\"}", 422, "unknown_scenario");
    refused(&class.trainer, "{\"do\":\"begin\",\"scenario\":\"../../etc/passwd\"}", 422, "unknown_scenario");
    train(&class, "{\"do\":\"begin\",\"scenario\":\"quiet-day\",\"seed\":2}");
    CHECK(row_says(&class.clerk, "hall", "/scenario", "quiet-day"));
    refused(&class.trainer, "{\"do\":\"pace\",\"pace\":61}", 422, "invalid_pace");
    refused(&class.trainer, "{\"do\":\"trouble\",\"kind\":\"flood\"}", 422, "unknown_trouble");
    refused(&class.trainer, "{\"do\":\"freeze\",\"user\":\"nobody\",\"on\":true}", 422, "unknown_user");
    char *take = xasprintf("{\"do\":\"take\",\"user\":\"%s\"}", class.clerk.user);
    refused(&class.trainer, take, 409, "no_counter");
    free(take);
    refused(&class.trainer, "{\"do\":\"rewind\",\"to\":\"00:01\"}", 422, "no_moment");
    train(&class, "{\"do\":\"finish\"}");
    classroom_close(&class);
}

/* --- a clerk in it --- */

static char *serve_somebody(struct classroom *class)
{
    struct json *opened = hall_do(&class->clerk, "counter.open", "{\"counter\":\"1\"}"), *called;
    char body[200];
    str_format(body, sizeof body, "{\"counter\":\"1\",\"fence\":%d}", (int)json_int(opened, "fence", 0));
    called = hall_do(&class->clerk, "ticket.call_next", body);
    const struct json *ticket = json_get(called, "ticket");
    CHECK(json_is_object(ticket)); /* whoever signs in finds people waiting */
    char *about = xasprintf("{\"ticket\":\"%s\",\"gen\":%d}", json_text_or(ticket, "id", ""),
                            (int)json_int(ticket, "gen", 0));
    json_free(&opened);
    json_free(&called);
    return about;
}

TEST(training_follows_a_clerk_and_says_what_a_good_one_would_do)
{
    struct classroom class;
    char *freeze, *hint;
    classroom_open(&class, "first-day");
    const char *user = class.clerk.user;
    CHECK(comes_true(&class.trainer, user, "/better/code", "open"));
    char *ticket = serve_somebody(&class);
    CHECK(comes_true(&class.trainer, user, "/doing", "called"));
    train(&class, "{\"do\":\"pace\",\"pace\":60}");
    CHECK(comes_true(&class.trainer, user, "/better/code", "start"));
    CHECK(!row_says(&class.clerk, user, "/better/code", "start")); /* that is the trainer's to know */
    train(&class, "{\"do\":\"pace\",\"pace\":0}");
    json_free(&(struct json *){hall_do(&class.clerk, "ticket.start", ticket)});
    CHECK(comes_true(&class.trainer, user, "/doing", "serving"));
    freeze = xasprintf("{\"do\":\"freeze\",\"user\":\"%s\",\"on\":true}", user);
    hint = xasprintf("{\"do\":\"hint\",\"user\":\"%s\",\"text\":\"" HINT "\"}", user);
    train(&class, freeze);
    train(&class, hint);
    int count;
    struct json *row = row_of(&class.clerk, user, &count);
    CHECK(json_bool(row, "frozen", false));
    CHECK_TEXT(json_as_text(json_pointer(row, "/hint/text")), HINT);
    CHECK_TEXT(json_as_text(json_pointer(row, "/hint/from")), "Agus Prasetyo");
    CHECK_TEXT(json_text(row, "frozen_by"), "Agus Prasetyo");
    json_free(&row);
    free(freeze);
    free(hint);
    free(ticket);
    classroom_close(&class);
}

static int64_t total_of(struct classroom *class)
{
    int status;
    char *path = xasprintf("/v1/training/score?user=%s", class->clerk.user);
    struct json *score = hall_ask(&class->trainer, "GET", path, NULL, &status);
    int64_t total = json_int(score, "total", -1);
    json_free(&score);
    free(path);
    return total;
}

static void train_clerk(struct classroom *class, const char *what)
{
    char *act = xasprintf("{\"do\":\"%s\",\"user\":\"%s\"}", what, class->clerk.user);
    train(class, act);
    free(act);
}

/* What is undone costs somebody points. gen: of the ticket that was called so many times and taken back. */
static void hold_and_undo(struct hall_client *client, const char *ticket, int gen)
{
    int upto = (int)(strstr(ticket, ",\"gen\"") - ticket);
    char *undo = xasprintf("%.*s,\"gen\":%d}", upto, ticket, gen),
         *hold = xasprintf("%.*s,\"gen\":%d,\"reason\":\"a paper is fetched\"}", upto, ticket, gen);
    json_free(&(struct json *){hall_do(client, "ticket.hold", hold)});
    json_free(&(struct json *){hall_do(client, "ticket.undo", undo)});
    free(undo);
    free(hold);
}

static int64_t lines_of(struct classroom *class, const char *type)
{
    struct hall_client supervisor;
    int status;
    char *path = xasprintf("/v1/audit?type=%s", type);
    classroom_sign_in(class, &supervisor, "budi");
    struct json *page = hall_ask(&supervisor, "GET", path, NULL, &status);
    int64_t count = (int64_t)json_count(json_get(page, "lines"));
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(json_pointer(page, "/lines/0"), "login"), "agus");
    json_free(&page);
    free(path);
    hall_sign_out(&supervisor);
    return count;
}

/* What a workstation needs to work there: counter, fence, lease, and who stands at it. */
static void take_over(struct classroom *class, const char *ticket)
{
    int status;
    char *act = xasprintf("{\"do\":\"take\",\"user\":\"%s\"}", class->clerk.user), id[40];
    struct json *answer = hall_ask(&class->trainer, "POST", "/v1/training", act, &status);
    str_format(id, sizeof id, "%.36s", ticket + strlen("{\"ticket\":\""));
    CHECK_INT(status, 200);
    CHECK_TEXT(json_as_text(json_pointer(answer, "/counter/name")), "1");
    CHECK_INT(json_int(answer, "fence", 0), 2);
    CHECK_INT(json_int(answer, "lease_s", 0), 90);
    CHECK_TEXT(json_text(answer, "ticket"), id);
    CHECK(json_int(answer, "rev", 0) > 0);
    json_free(&answer);
    free(act);
}

TEST(training_blames_nobody_for_what_the_trainer_did_at_their_counter)
{
    struct classroom class;
    classroom_open(&class, "first-day");
    char *ticket = serve_somebody(&class);
    json_free(&(struct json *){hall_do(&class.clerk, "ticket.start", ticket)});
    take_over(&class, ticket);
    CHECK(comes_true(&class.clerk, class.clerk.user, "/taken_by", "Agus Prasetyo"));
    hold_and_undo(&class.trainer, ticket, 2);
    CHECK_INT(total_of(&class), 100);
    train_clerk(&class, "hand_back");
    train_clerk(&class, "hand_back"); /* done already */
    CHECK(!row_says(&class.clerk, class.clerk.user, "/taken_by", "Agus Prasetyo"));
    CHECK_INT(total_of(&class), 100); /* nor afterwards */
    hold_and_undo(&class.clerk, ticket, 4);
    CHECK(total_of(&class) < 100);
    CHECK_INT(lines_of(&class, "training.take"), 1);
    CHECK_INT(lines_of(&class, "training.hand_back"), 1);
    free(ticket);
    classroom_close(&class);
}

static bool offers(struct hall_client *client, const char *path, const char *question)
{
    int status;
    bool found = false;
    struct json *visitor = hall_ask(client, "GET", path, NULL, &status);
    const struct json *questions = json_get(visitor, "questions");
    for (const struct json *one = json_first(questions); one; one = json_next(one))
        found = found || str_equal(json_text(one, "id"), question);
    json_free(&visitor);
    return found;
}

/* Whoever is offended may be told so, once; then they are as before. */
static void say_sorry(struct classroom *class, const char *path, const char *ticket)
{
    int status;
    char *offend = xasprintf("{\"do\":\"trouble\",\"kind\":\"offended\",\"user\":\"%s\"}", class->clerk.user),
         *sorry = xasprintf("{\"ticket\":\"%s\",\"question\":\"sorry\"}", ticket);
    train(class, offend);
    CHECK(offers(&class->clerk, path, "sorry"));
    struct json *answer = hall_ask(&class->clerk, "POST", "/v1/training/ask", sorry, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(answer, "code"), "calmed");
    json_free(&answer);
    CHECK(!offers(&class->clerk, path, "sorry"));
    json_free(&(struct json *){hall_ask(&class->clerk, "POST", "/v1/training/ask", sorry, &status)});
    CHECK_INT(status, 422);
    free(offend);
    free(sorry);
}

TEST(training_visitor_answers_whoever_serves_them)
{
    struct classroom class;
    struct hall_client other;
    int status;
    classroom_open(&class, "first-day");
    char *ticket = serve_somebody(&class), id[64] = "";
    str_format(id, sizeof id, "%.36s", ticket + strlen("{\"ticket\":\""));
    char *path = xasprintf("/v1/training/visitor?ticket=%s", id);
    char *ask = xasprintf("{\"ticket\":\"%s\",\"question\":\"name\"}", id),
         *nonsense = xasprintf("{\"ticket\":\"%s\",\"question\":\"weather\"}", id);
    train(&class, "{\"do\":\"pace\",\"pace\":60}");
    CHECK(comes_true(&class.trainer, class.clerk.user, "/better/code", "start"));
    struct json *visitor = hall_ask(&class.clerk, "GET", path, NULL, &status);
    CHECK_INT(status, 200);
    CHECK_TEXT(json_text(visitor, "here"), "here");
    CHECK(json_count(json_get(visitor, "says")) == 1);
    CHECK(json_count(json_get(visitor, "questions")) > 0);
    json_free(&visitor);
    CHECK(!offers(&class.clerk, path, "sorry"));
    struct json *answer = hall_ask(&class.clerk, "POST", "/v1/training/ask", ask, &status);
    CHECK_INT(status, 200);
    CHECK(json_text(answer, "answer") != NULL);
    json_free(&answer);
    json_free(&(struct json *){hall_ask(&class.clerk, "POST", "/v1/training/ask", nonsense, &status)});
    CHECK_INT(status, 422);
    json_free(&(struct json *){hall_ask(&class.trainer, "GET", path, NULL, &status)});
    CHECK_INT(status, 200);
    say_sorry(&class, path, id);
    classroom_sign_in(&class, &other, "adi");
    json_free(&(struct json *){hall_ask(&other, "GET", path, NULL, &status)});
    CHECK_INT(status, 403);
    hall_sign_out(&other);
    free(ticket);
    free(path);
    free(ask);
    free(nonsense);
    classroom_close(&class);
}

/* --- the clock --- */

TEST(training_clock_stands_runs_and_steps)
{
    struct classroom class;
    classroom_open(&class, "first-day");
    train(&class, "{\"do\":\"pace\",\"pace\":0}");
    int64_t stood_ms = hall_time_ms(&class);
    CHECK_INT(hall_time_ms(&class), stood_ms);
    train(&class, "{\"do\":\"step\"}");
    int64_t stepped_ms = hall_time_ms(&class);
    CHECK(stepped_ms > stood_ms);
    CHECK_INT(hall_time_ms(&class), stepped_ms);
    train(&class, "{\"do\":\"pace\",\"pace\":60}");
    CHECK(row_says(&class.clerk, "hall", "/scenario", "first-day"));
    int64_t real_ms = clock_mono_now_ms(), from_ms = hall_time_ms(&class);
    while (clock_mono_now_ms() - real_ms < 1500)
        CHECK(hall_time_ms(&class) >= from_ms);
    CHECK(hall_time_ms(&class) - from_ms > 60 * 1000);
    from_ms = hall_time_ms(&class);
    refused(&class.trainer, "{\"do\":\"trouble\",\"kind\":\"flood\"}", 422, "unknown_trouble");
    refused(&class.trainer, "{\"do\":\"begin\",\"scenario\":\"no-such\"}", 422, "unknown_scenario");
    CHECK(hall_time_ms(&class) >= from_ms); /* never back */
    classroom_close(&class);
}

static void kill_hall(struct classroom *class)
{
    char text[200] = "", *path = xasprintf("%s/hall.url", class->folder);
    struct err_info info = {0};
    FILE *file = fopen(path, "re");
    REQUIRE(file && fgets(text, sizeof text, file));
    fclose(file);
    free(path);
    const char *pid = strstr(text, "\"pid\":");
    REQUIRE(pid);
    kill((pid_t)atoi(pid + strlen("\"pid\":")), SIGKILL);
    while (embedded_step(class->embedded, &info) == EMBEDDED_READY &&
           str_equal(embedded_url(class->embedded), class->hall.url)) {
        struct pollfd fd = {.fd = embedded_fd(class->embedded), .events = POLLIN};
        poll(&fd, 1, -1);
    }
    classroom_wait_ready(class);
}

TEST(training_day_goes_on_after_its_hall_was_killed)
{
    struct classroom class;
    int count;
    classroom_open(&class, "first-day");
    train(&class, "{\"do\":\"pace\",\"pace\":0}");
    train(&class, "{\"do\":\"step\"}");
    int64_t stood_ms = hall_time_ms(&class);
    struct json *before = row_of(&class.trainer, "hall", &count), *after;
    kill_hall(&class);
    CHECK_INT(hall_time_ms(&class), stood_ms);
    hall_sign_out(&class.trainer);
    classroom_sign_in(&class, &class.trainer, "agus");
    after = row_of(&class.trainer, "hall", &count);
    CHECK(json_equal(before, after));
    train(&class, "{\"do\":\"step\"}");
    CHECK(hall_time_ms(&class) > stood_ms);
    json_free(&before);
    json_free(&after);
    classroom_close(&class);
}

/* --- back --- */

static int64_t epoch_of(const struct classroom *class)
{
    int status;
    struct json *health = hall_request(&class->hall, "GET", "/v1/health", NULL, NULL, &status);
    int64_t epoch = status == 200 ? json_int(health, "epoch", 0) : 0;
    json_free(&health);
    return epoch;
}

TEST(training_goes_back_to_a_moment_under_a_new_epoch)
{
    struct classroom class;
    int status;
    classroom_open(&class, "first-day");
    int64_t epoch = epoch_of(&class), began_ms = hall_time_ms(&class);
    struct json *moments = hall_ask(&class.trainer, "GET", "/v1/training/moments", NULL, &status);
    const char *first = json_as_text(json_pointer(moments, "/rows/0/at"));
    REQUIRE(first);
    char *ticket = serve_somebody(&class);
    char *back = xasprintf("{\"do\":\"rewind\",\"to\":\"%s\"}", first);
    train(&class, back);
    int64_t now = 0, until_ms = clock_mono_now_ms() + 20000;
    while (now <= epoch && clock_mono_now_ms() < until_ms)
        now = epoch_of(&class);
    CHECK_INT(now, epoch + 1);
    CHECK(hall_time_ms(&class) - began_ms < 60 * 1000);
    json_free(&(struct json *){hall_ask(&class.trainer, "GET", "/v1/training/moments", NULL, &status)});
    CHECK_INT(status, 200); /* whoever is signed in stays so */
    hall_sign_out(&class.clerk);
    classroom_sign_in(&class, &class.clerk, "siti");
    char *again = serve_somebody(&class); /* the counter is shut again and the same person waits */
    CHECK_TEXT(again, ticket);
    free(again);
    free(back);
    free(ticket);
    json_free(&moments);
    classroom_close(&class);
}

/* --- trouble --- */

TEST(training_network_is_cut_for_all_but_the_trainer)
{
    struct classroom class;
    int status;
    classroom_open(&class, "first-day");
    train(&class, "{\"do\":\"trouble\",\"kind\":\"outage\",\"numbers\":[10]}");
    json_free(&(struct json *){hall_ask(&class.clerk, "GET", "/v1/snapshot", NULL, &status)});
    CHECK_INT(status, 0);
    CHECK(row_says(&class.trainer, "hall", "/scenario", "first-day"));
    train(&class, "{\"do\":\"trouble\",\"kind\":\"outage\",\"numbers\":[0]}");
    json_free(&(struct json *){hall_ask(&class.clerk, "GET", "/v1/snapshot", NULL, &status)});
    CHECK_INT(status, 200);
    classroom_close(&class);
}

TEST(training_network_is_slow_for_all_but_the_trainer)
{
    struct classroom class;
    int status;
    classroom_open(&class, "first-day");
    train(&class, "{\"do\":\"trouble\",\"kind\":\"slow\",\"numbers\":[10]}");
    int64_t from_ms = clock_mono_now_ms();
    json_free(&(struct json *){hall_ask(&class.clerk, "GET", "/v1/snapshot", NULL, &status)});
    CHECK_INT(status, 200);
    CHECK(clock_mono_now_ms() - from_ms >= 2000);
    train(&class, "{\"do\":\"trouble\",\"kind\":\"slow\",\"numbers\":[0]}");
    from_ms = clock_mono_now_ms();
    json_free(&(struct json *){hall_ask(&class.clerk, "GET", "/v1/snapshot", NULL, &status)});
    CHECK(clock_mono_now_ms() - from_ms < 2000);
    classroom_close(&class);
}
