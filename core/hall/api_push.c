/* core/hall/api_push.c: POST /v1/push: read here, run in the group of this turn, answered after its commit. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/training.h"
#include "core/hall/writer.h"

struct push {
    struct hall *hall;
    struct http_request *request;
    struct actor actor;
    struct json *body;
    struct server_answer answer;
};

static enum err run_push(void *ctx, const struct server_env *env)
{
    struct push *push = ctx;
    struct hall_state before = {0};
    bool trains = push->hall->training != NULL;
    enum err err = trains ? store_state(env->db, &before) : ERR_OK;
    if (err == ERR_OK)
        err = server_push(env, &push->actor, push->body, &push->answer);
    return err == ERR_OK && trains
               ? training_hear_keys(env, &push->actor, push->body, before.rev, push->answer.body)
               : err;
}

static void pushed(void *ctx, enum err err)
{
    struct push *push = ctx;
    if (err == ERR_OK) {
        push->hall->metrics.commands += push->answer.commands;
        api_answer_json(push->hall, push->request, push->answer.status, push->answer.body);
    } else {
        api_store_failed(push->hall, push->request, err);
    }
    json_free(&push->answer.body);
    json_free(&push->body);
    free(push);
}

/* --- workstations that are too old to call (426) ---
 * A workstation names itself "loket/MAJOR.MINOR.PATCH". Older ones than these may hand over what they have
 * recorded, but call nobody. Programs that do not name themselves so are taken as new. */
enum { OLDEST_MAJOR = 0, OLDEST_MINOR = 1 };

static bool too_old(const struct http_request *request)
{
    const char *agent = http_header(request, "User-Agent");
    char *end;
    if (!agent || !str_starts(agent, "loket/"))
        return false;
    long major = strtol(agent + 6, &end, 10);
    long minor = *end == '.' ? strtol(end + 1, NULL, 10) : 0;
    return major < OLDEST_MAJOR || (major == OLDEST_MAJOR && minor < OLDEST_MINOR);
}

static bool calls(const struct json *push)
{
    const struct json *commands = json_get(push, "commands");
    for (const struct json *command = json_first(commands); command; command = json_next(command))
        if (str_starts(json_text_or(command, "type", ""), "ticket.call"))
            return true;
    return false;
}

/* Each record says for which hall it was made, wherever it was carried since. Of another hall's nothing is kept here, not
 * even as a dispute: it holds people's data. */
static bool refuse_other_hall(struct hall *hall, struct http_request *request, const struct json *push)
{
    const struct json *commands = json_get(push, "commands");
    char message[400];
    if (!*hall->which.identity)
        return false;
    for (const struct json *command = json_first(commands); command; command = json_next(command)) {
        const char *made_for = json_text(command, "hall");
        if (str_empty(made_for) || hall_is_of_one_home(made_for, hall->which.identity))
            continue;
        bool differ = hall_kinds_differ(hall_kind_of(made_for), hall->which.kind);
        str_format(message, sizeof message,
                   "These records were made for another hall than %s. None was taken; send them to the hall "
                   "that they are "
                   "for.",
                   hall->code);
        api_error(hall, request, 409,
                  !differ                             ? "another_hall"
                  : hall->which.kind == HALL_TRAINING ? "hall_is_training"
                                                      : "hall_is_real",
                  NULL, message);
        return true;
    }
    return false;
}

void call_push(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    if (too_old(request) && calls(body)) {
        json_free(&body);
        api_error(hall, request, 426, "too_old", NULL,
                  "This program is too old to call citizens here. What it recorded is taken; update it.");
        return;
    }
    if (refuse_other_hall(hall, request, body)) {
        json_free(&body);
        return;
    }
    struct push *push = xcalloc(1, sizeof *push);
    *push = (struct push){.hall = hall, .request = request, .actor = *actor, .body = body};
    writer_add(hall->writer, run_push, pushed, push);
}
