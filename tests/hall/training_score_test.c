/* tests/hall/training_score_test.c: the score of a training day over real HTTP: a trainer sees anybody's, everybody else
 * their own; what came of a day that ended stays, whatever begins after it. A real hall knows none of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "core/base/str.h"
#include "tests/support/classroom.h"
#include "tests/support/test.h"

static struct json *get(struct hall_client *client, const char *path, int want)
{
    int status;
    struct json *answer = hall_ask(client, "GET", path, NULL, &status);
    CHECK_INT(status, want);
    return answer;
}

static void refused(struct hall_client *client, const char *path, int status, const char *code)
{
    struct json *answer = get(client, path, status);
    CHECK_TEXT(json_text(json_get(answer, "error"), "code"), code);
    CHECK(strlen(json_text_or(json_get(answer, "error"), "message", "")) > 20);
    json_free(&answer);
}

static char *get_text(struct classroom *class, struct hall_client *client, const char *path)
{
    int status;
    char *text = hall_request_text(&class->hall, "GET", path, client->token, NULL, &status);
    CHECK_INT(status, 200);
    return text;
}

static char *of_clerk(const struct classroom *class, const char *what, const char *more)
{
    return xasprintf("/v1/training/%s?user=%s%s", what, class->clerk.user, more);
}

/* The clerk calls and serves one with far too many keys, and takes it back: two points. last: then sends them away without an application. */
static void work(struct classroom *class, bool last)
{
    struct json *opened = hall_do(&class->clerk, "counter.open", "{\"counter\":\"1\"}");
    char *counter = xasprintf("{\"counter\":\"1\",\"fence\":%d}", (int)json_int(opened, "fence", 0));
    struct json *called = hall_do(&class->clerk, "ticket.call_next", counter);
    const struct json *ticket = json_get(called, "ticket");
    char *about = xasprintf("{\"ticket\":\"%s\",\"gen\":%d}", json_text_or(ticket, "id", ""),
                            (int)json_int(ticket, "gen", 0));
    char *done = xasprintf("{\"ticket\":\"%s\",\"gen\":%d,\"outcome\":\"served\",\"keys\":400}",
                           json_text_or(ticket, "id", ""), (int)json_int(ticket, "gen", 0));
    json_free(&(struct json *){hall_do(&class->clerk, "ticket.start", about)});
    json_free(&(struct json *){hall_do(&class->clerk, "ticket.finish", done)});
    json_free(&(struct json *){hall_do(&class->clerk, "ticket.undo", about)});
    if (last)
        json_free(&(struct json *){hall_do(&class->clerk, "ticket.finish", done)});
    json_free(&opened);
    json_free(&called);
    free(counter);
    free(about);
    free(done);
}

/* What the trainer's list has of the clerk; -1: nothing yet. */
static int64_t listed_score(struct classroom *class)
{
    int64_t score = -1;
    char *path = xstrdup("/v1/snapshot");
    while (path) {
        struct json *page = get(&class->trainer, path, 200);
        for (const struct json *line = json_first(json_get(page, "rows")); line; line = json_next(line))
            if (str_equal(json_text(line, "t"), "training") &&
                str_equal(json_text(line, "id"), class->clerk.user))
                score = json_int(json_get(line, "row"), "score", -1);
        const char *next = json_text(page, "next");
        free(path);
        path = next ? xasprintf("/v1/snapshot?after=%s", next) : NULL;
        json_free(&page);
    }
    return score;
}

/* Waits for it with the news of the hall. */
static void comes_to(struct classroom *class, int64_t score)
{
    enum { TIMES = 20 };
    int64_t listed = listed_score(class);
    for (int i = 0; i < TIMES && listed != score; i++) {
        char *path = xasprintf("/v1/feed?cursor=%lld&epoch=%lld&wait=1", (long long)class->trainer.rev,
                               (long long)class->trainer.epoch);
        struct json *news = get(&class->trainer, path, 200);
        class->trainer.rev = json_int(news, "to", class->trainer.rev);
        json_free(&news);
        free(path);
        listed = listed_score(class);
    }
    CHECK_INT(listed, score);
}

TEST(training_score_stands_in_the_trainers_list)
{
    struct classroom class;
    classroom_open(&class, "first-day");
    CHECK_INT(listed_score(&class), -1);
    work(&class, true);
    comes_to(&class, 88); /* the visit ended */
    classroom_close(&class);
}

TEST(training_score_is_ones_own_and_the_trainers)
{
    struct classroom class;
    classroom_open(&class, "first-day");
    char *clerks = of_clerk(&class, "score", ""), *paper = of_clerk(&class, "certificate", "&lang=en");
    struct json *score = get(&class.clerk, "/v1/training/score", 200);
    CHECK_INT(json_int(score, "total", 0), 100);
    CHECK_TEXT(json_text(score, "user"), class.clerk.user);
    json_free(&score);
    work(&class, false);
    score = get(&class.trainer, clerks, 200);
    CHECK_INT(json_int(score, "total", 0), 98);
    CHECK_TEXT(json_text(json_pointer(score, "/lines/0"), "code"), "keystrokes");
    CHECK_INT(json_int(json_pointer(score, "/lines/0/args"), "is", 0), 400);
    CHECK_TEXT(json_text(json_pointer(score, "/lines/1"), "code"), "undone");
    CHECK_INT(json_int(json_get(score, "figures"), "called", 0), 1);
    json_free(&score);
    comes_to(&class, 98); /* as the trainer saw it */
    struct hall_client other;
    classroom_sign_in(&class, &other, "adi");
    refused(&other, clerks, 403, "not_your_role");
    refused(&other, paper, 403, "not_your_role");
    refused(&other, "/v1/training/results", 403, "not_your_role");
    hall_sign_out(&other);
    refused(&class.trainer, "/v1/training/score?user=01900000-0000-7000-8000-00000000ffff", 404,
            "unknown_user");
    refused(&class.trainer, "/v1/training/results?format=xml", 400, "invalid_query");
    char *text = get_text(&class, &class.trainer, paper);
    CHECK(str_starts(text, "TRAINING\n"));
    CHECK(strstr(text, "Siti Rahmawati") && strstr(text, "Score: 98 of 100"));
    free(text);
    free(clerks);
    free(paper);
    classroom_close(&class);
}

TEST(training_results_outlive_their_day)
{
    struct classroom class;
    struct stat stat_of;
    int status;
    classroom_open(&class, "first-day");
    work(&class, true);
    struct json *results = get(&class.trainer, "/v1/training/results", 200);
    CHECK_INT(json_count(json_get(results, "rows")), 0);
    json_free(&results);
    json_free(
        &(struct json *){hall_ask(&class.trainer, "POST", "/v1/training", "{\"do\":\"finish\"}", &status)});
    CHECK_INT(status, 200);
    results = get(&class.trainer, "/v1/training/results", 200);
    const struct json *row = json_pointer(results, "/rows/0");
    CHECK_INT(json_count(json_get(results, "rows")), 1);
    CHECK_TEXT(json_text(row, "login"), "siti");
    CHECK_TEXT(json_text(row, "scenario"), "first-day");
    CHECK_TEXT(json_text(json_get(row, "names"), "en"), "First day");
    CHECK_INT(json_int(row, "undone", 0), -1);
    CHECK_INT(json_int(row, "wrong_decision", 0), -10);
    CHECK_INT(json_int(row, "total", 0), 88);
    CHECK_INT(json_int(row, "keystrokes", 0), -1);
    CHECK_INT(json_int(row, "keys", 0), 800);
    json_free(&results);
    char *path = xasprintf("%s/results.jsonl", class.folder);
    REQUIRE(stat(path, &stat_of) == 0);
    CHECK_INT(stat_of.st_mode & 0777, 0600);
    FILE *file = fopen(path, "a"); /* as a cut leaves it */
    REQUIRE(file && fputs("{\"at\":\"2026", file) > 0 && fclose(file) == 0);
    json_free(
        &(struct json *){hall_ask(&class.trainer, "POST", "/v1/training",
                                  "{\"do\":\"begin\",\"scenario\":\"first-day\",\"seed\":4}", &status)});
    CHECK_INT(status, 200);
    work(&class, true);
    json_free(
        &(struct json *){hall_ask(&class.trainer, "POST", "/v1/training",
                                  "{\"do\":\"begin\",\"scenario\":\"quiet-day\",\"seed\":4}", &status)});
    CHECK_INT(status, 200); /* a day that another begins over has ended, too */
    char *csv = get_text(&class, &class.trainer, "/v1/training/results?format=csv");
    CHECK(str_starts(
        csv, "at,day,scenario,scenario_name,seed,user,login,name,total,called,served,no_shows,decided,keys,"
             "keys_least,waited_too_long"));
    int lines = 0;
    CHECK(strstr(csv, ",first-day,First day,4,"));
    for (const char *at = csv; (at = strstr(at, ",siti,")) != NULL; at++)
        lines++;
    CHECK_INT(lines, 2);
    free(csv);
    free(path);
    classroom_close(&class);
}

TEST(training_score_is_unknown_to_a_real_hall)
{
    static const char *const paths[] = {"/v1/training/score", "/v1/training/results",
                                        "/v1/training/certificate"};
    struct test_hall hall;
    struct hall_client admin;
    hall_open(&hall);
    CHECK_INT(hall_sign_in(&admin, &hall, "admin", TEST_PASSWORD), 200);
    for (size_t i = 0; i < sizeof paths / sizeof *paths; i++)
        refused(&admin, paths[i], 404, "not_training");
    hall_sign_out(&admin);
    CHECK_INT(hall_stop(&hall), 0);
}
