/* core/hall/api_push.c: POST /v1/push: read here, run in the group of this turn, answered after its commit. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/calls.h"
#include "core/hall/inside.h"
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
    return server_push(env, &push->actor, push->body, &push->answer);
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
    struct push *push = xcalloc(1, sizeof *push);
    *push = (struct push){.hall = hall, .request = request, .actor = *actor, .body = body};
    writer_add(hall->writer, run_push, pushed, push);
}
