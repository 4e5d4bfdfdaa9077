/* core/hall/api_training_score.c: GET /v1/training/score, results and certificate. A trainer sees anybody's, everybody else
 * their own. */
#include <string.h>

#include "core/demo/score.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/training_inside.h"
#include "core/hall/training_score.h"
#include "core/model/role.h"
#include "core/wire/csv.h"

static bool is_training(struct hall *hall, struct http_request *request)
{
    if (!hall->training)
        api_error(hall, request, 404, "not_training", NULL,
                  "This is a real hall: nobody is trained in it. Start a practice hall to train in.");
    return hall->training != NULL;
}

static bool is_trainer(const struct actor *actor)
{
    return (actor->roles & ROLE_TRAINER) != 0;
}

/* Whose score is asked for and may be seen: their row, which the caller frees; NULL: the request is answered. */
static struct json *find_user(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    const char *asked = http_query(request, "user");
    const char *user = str_empty(asked) ? actor->user : asked;
    struct json *row = NULL;
    if (!is_training(hall, request))
        return NULL;
    if (!is_trainer(actor) && !str_equal(user, actor->user)) {
        api_error(hall, request, 403, "not_your_role", "user",
                  "The score of somebody else is for trainers. Your own is yours to see.");
        return NULL;
    }
    if (!hall->training->playing) {
        api_error(hall, request, 409, "no_day", NULL, "No day is played here yet. A trainer begins one.");
        return NULL;
    }
    enum err err = row_get(hall->db, TABLE_USER, user, &row);
    if (err == ERR_ABSENT)
        api_error(hall, request, 404, "unknown_user", "user",
                  "There is no account of that identity here. Look it up again.");
    else if (err != ERR_OK)
        api_store_failed(hall, request, err);
    return row;
}

/* The score with whose it is; NULL: the request is answered. */
static struct json *score_user(struct hall *hall, struct http_request *request, const struct json *user)
{
    struct json *score = NULL;
    struct training *t = hall->training;
    enum err err = training_score(&t->demo, t, hall->db, json_text_or(user, "id", ""), &score);
    if (err == ERR_OK) {
        training_note_score(t, json_text_or(user, "id", ""),
                            score); /* what was looked at is what stands there */
        json_set_text(score, "user", json_text(user, "id"));
    } else
        api_store_failed(hall, request, err);
    return score;
}

void call_score(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct json *user = find_user(hall, request, actor),
                *score = user ? score_user(hall, request, user) : NULL;
    if (score)
        api_answer_json(hall, request, 200, score);
    json_free(&score);
    json_free(&user);
}

/* --- results --- */

static void answer_csv(struct hall *hall, struct http_request *request, const struct json *rows)
{
    struct buf text = {0};
    const char *lang = http_query(request, "lang");
    struct json *columns = training_results_columns(),
                *table = training_results_table(rows, str_empty(lang) ? "en" : lang);
    csv_write(columns, table, &text);
    json_free(&table);
    api_answer(hall, request, 200, "text/csv; charset=utf-8", buf_text(&text), text.length);
    json_free(&columns);
    buf_free(&text);
}

void call_results(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    const char *format = http_query(request, "format");
    bool csv = str_equal(format, "csv");
    struct json *rows = NULL;
    struct err_info info = {0};
    if (!is_training(hall, request))
        return;
    if (!is_trainer(actor))
        return api_error(hall, request, 403, "not_your_role", NULL,
                         "The results of everybody are for trainers. Your own score is yours to see.");
    if (!str_empty(format) && !csv && !str_equal(format, "json"))
        return api_error(hall, request, 400, "invalid_query", "format", "\"format\" is json or csv.");
    if (training_results(hall->training, &rows, &info) != ERR_OK) {
        api_error(hall, request, 503, "results_unreadable", NULL, info.text);
    } else if (csv) {
        answer_csv(hall, request, rows);
    } else {
        struct json *answer = json_new_object();
        json_set(answer, "rows", rows);
        rows = NULL;
        api_answer_json(hall, request, 200, answer);
        json_free(&answer);
    }
    json_free(&rows);
}

/* --- the paper --- */

static struct json *scenario_names(const struct scenario *scenario)
{
    struct json *names = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(names, scenario_langs[i], scenario->name[i]);
    return names;
}

static void answer_paper(struct hall *hall, struct http_request *request, const struct json *user,
                         const struct json *score)
{
    const struct training *t = hall->training;
    const struct json *figures = json_get(score, "figures");
    struct json *names = scenario_names(&t->scenario);
    struct buf text = {0};
    const char *lang = http_query(request, "lang");
    const struct score_certificate certificate = {.lang = str_empty(lang) ? json_text(user, "lang") : lang,
                                                  .name = json_text_or(user, "name", ""),
                                                  .hall = hall->name,
                                                  .scenario = names,
                                                  .day = t->demo.figures->day,
                                                  .date_order = json_text(t->demo.pack.about, "date_order"),
                                                  .score = score,
                                                  .served = json_int(figures, "served", 0),
                                                  .decided = json_int(figures, "decided", 0)};
    score_certificate(&certificate, &text);
    api_answer(hall, request, 200, "text/plain; charset=utf-8", buf_text(&text), text.length);
    buf_free(&text);
    json_free(&names);
}

void call_certificate(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct json *user = find_user(hall, request, actor),
                *score = user ? score_user(hall, request, user) : NULL;
    if (score)
        answer_paper(hall, request, user, score);
    json_free(&score);
    json_free(&user);
}
