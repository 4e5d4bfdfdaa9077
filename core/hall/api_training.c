/* core/hall/api_training.c: /v1/training: what a trainer does to the day and reads of it. A real hall knows none of it. */
#include <stdlib.h>
#include <string.h>

#include "core/demo/talk.h"
#include "core/hall/calls.h"
#include "core/hall/demo_files.h"
#include "core/hall/inside.h"
#include "core/hall/training_act.h"
#include "core/hall/writer.h"
#include "core/model/role.h"

/* --- who may --- */

static bool is_training(struct hall *hall, struct http_request *request)
{
    if (hall->training)
        return true;
    api_error(hall, request, 404, "not_training", NULL,
              "This is a real hall: nobody is trained in it. Start a practice hall to train in.");
    return false;
}

static bool is_trainer(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    if (actor->roles & ROLE_TRAINER)
        return true;
    api_error(hall, request, 403, "not_your_role", NULL,
              "The day of a training hall is made by its trainer. Nothing was changed.");
    return false;
}

/* --- POST --- */

struct errand {
    struct hall *hall;
    struct http_request *request;
    struct training_act act;
};

static enum err run(void *ctx, const struct server_env *env)
{
    struct errand *errand = ctx;
    errand->act.refusal.status = 0;
    return training_act_run(&errand->act, env);
}

static void answer_rev(struct errand *errand)
{
    struct json *answer = errand->act.answer ? json_copy(errand->act.answer) : json_new_object();
    json_set_int(answer, "rev", errand->hall->state.rev);
    api_answer_json(errand->hall, errand->request, 200, answer);
    json_free(&answer);
}

static void done(void *ctx, enum err err)
{
    struct errand *errand = ctx;
    training_act_done(&errand->act, err);
    if (err == ERR_OK)
        answer_rev(errand);
    else if (err == ERR_REFUSED && errand->act.refusal.status)
        api_error(errand->hall, errand->request, errand->act.refusal.status, errand->act.refusal.code,
                  errand->act.refusal.field, errand->act.refusal.info.text);
    else
        api_store_failed(errand->hall, errand->request, err);
    json_free(&errand->act.asked);
    json_free(&errand->act.answer);
    free(errand);
}

void call_train(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    if (!is_training(hall, request) || !is_trainer(hall, request, actor))
        return;
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    if (!training_act_known(json_text(body, "do"))) {
        api_error(hall, request, 422, "unknown_task", "do",
                  "\"do\" is begin, pace, step, rewind, trouble, hint, freeze, take, hand_back or finish. "
                  "Nothing was changed.");
        json_free(&body);
        return;
    }
    struct errand *errand = xcalloc(1, sizeof *errand);
    *errand = (struct errand){.hall = hall, .request = request};
    errand->act = (struct training_act){.training = hall->training, .actor = *actor, .asked = body};
    writer_add(hall->writer, run, done, errand);
}

/* --- GET --- */

static struct json *in_languages(const char texts[], size_t size)
{
    struct json *json = json_new_object();
    for (int i = 0; i < SCENARIO_LANGS; i++)
        json_set_text(json, scenario_langs[i], texts + (size_t)i * size);
    return json;
}

static enum err add_scenario(void *ctx, const struct scenario *scenario)
{
    struct json *row = json_new_object();
    json_set_text(row, "id", scenario->id);
    json_set(row, "names", in_languages(scenario->name[0], sizeof scenario->name[0]));
    json_set(row, "abouts", in_languages(scenario->about[0], sizeof scenario->about[0]));
    json_set_text(row, "pack", *scenario->pack ? scenario->pack : "any");
    json_add(ctx, row);
    return ERR_OK;
}

static void answer_rows(struct hall *hall, struct http_request *request, struct json *rows)
{
    struct json *answer = json_new_object();
    json_set(answer, "rows", rows);
    api_answer_json(hall, request, 200, answer);
    json_free(&answer);
}

void call_scenarios(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct err_info info = {0};
    if (!is_training(hall, request) || !is_trainer(hall, request, actor))
        return;
    struct json *rows = json_new_array();
    if (demo_scenarios(add_scenario, rows, &info) == ERR_OK || json_count(rows) > 0) {
        answer_rows(hall, request, rows);
        return;
    }
    json_free(&rows);
    api_error(hall, request, 503, "no_scenarios", NULL, info.text);
}

void call_moments(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    if (is_training(hall, request) && is_trainer(hall, request, actor))
        answer_rows(hall, request, training_moments(hall->training));
}

/* --- who stands at a counter --- */

/* The visit of a ticket that this person serves, or that a trainer looks at; NULL: the request is answered. */
static const struct demo_visit *visit_of(struct hall *hall, struct http_request *request,
                                         const struct actor *actor, const char *ticket)
{
    struct training *t = hall->training;
    struct json *row = NULL;
    if (!t->playing) {
        api_error(hall, request, 409, "no_day", NULL, "No day is played here yet. A trainer begins one.");
        return NULL;
    }
    enum err err = row_get(hall->db, TABLE_TICKET, ticket, &row);
    bool may = (actor->roles & ROLE_TRAINER) || str_equal(json_text_or(row, "user", ""), actor->user);
    json_free(&row);
    int found = err == ERR_OK && may ? demo_visit_of(&t->demo, ticket) : -1;
    if (err != ERR_OK && err != ERR_ABSENT)
        api_store_failed(hall, request, err);
    else if (err == ERR_OK && !may)
        api_error(hall, request, 403, "not_your_ticket", "ticket",
                  "Another clerk has this visitor, who answers nobody else.");
    else if (found < 0)
        api_error(hall, request, 404, "unknown_ticket", "ticket",
                  "Nobody of this training day has that ticket. Look it up again.");
    return found >= 0 ? &t->demo.visits[found] : NULL;
}

void call_visitor(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    const char *ticket = http_query(request, "ticket");
    if (!is_training(hall, request))
        return;
    const struct demo_visit *visit = visit_of(hall, request, actor, ticket ? ticket : "");
    if (!visit)
        return;
    struct json *answer = training_visitor(hall->training, visit);
    api_answer_json(hall, request, 200, answer);
    json_free(&answer);
}

/* That somebody said sorry is kept: it is what no complaint comes of. */
struct apology {
    struct hall *hall;
    struct http_request *request;
    char ticket[64];
};

static enum err run_apology(void *ctx, const struct server_env *env)
{
    struct apology *apology = ctx;
    return training_say_sorry(apology->hall->training, env, apology->ticket);
}

static void apology_done(void *ctx, enum err err)
{
    struct apology *apology = ctx;
    struct json *answer = talk_answer_sorry();
    apology->hall->training->lost = err != ERR_OK;
    if (err == ERR_OK)
        api_answer_json(apology->hall, apology->request, 200, answer);
    else
        api_store_failed(apology->hall, apology->request, err);
    json_free(&answer);
    free(apology);
}

static void say_sorry(struct hall *hall, struct http_request *request, const struct demo_visit *visit)
{
    struct apology *apology = xcalloc(1, sizeof *apology);
    *apology = (struct apology){.hall = hall, .request = request};
    str_copy(apology->ticket, sizeof apology->ticket, visit->ticket);
    writer_add(hall->writer, run_apology, apology_done, apology);
}

static void answer_question(struct hall *hall, struct http_request *request, const struct demo_visit *visit,
                            const char *question)
{
    if (training_is_here(hall->training, visit) != TRAINING_HERE)
        return api_error(hall, request, 409, "nobody_here", "ticket",
                         "Nobody stands at the counter who could be asked. Call again, or wait for them.");
    if (training_is_offended(visit) && strcmp(question, talk_sorry) == 0)
        return say_sorry(hall, request, visit);
    struct json *answer = training_ask(hall->training, visit, question);
    if (answer)
        api_answer_json(hall, request, 200, answer);
    else
        api_error(hall, request, 422, "unknown_question", "question",
                  "They do not understand that question. Ask one of GET /v1/training/visitor.");
    json_free(&answer);
}

void call_ask(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    if (!is_training(hall, request))
        return;
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    const struct demo_visit *visit = visit_of(hall, request, actor, json_text_or(body, "ticket", ""));
    if (visit)
        answer_question(hall, request, visit, json_text_or(body, "question", ""));
    json_free(&body);
}
