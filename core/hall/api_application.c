/* core/hall/api_application.c: POST /v1/applications and GET /v1/applications/REFERENCE: what another system leaves here,
 * by its key, and asks about. Runs in the group of the turn as a push does: answered after its commit and never before. */
#include <stdlib.h>
#include <string.h>

#include "core/hall/api_partner.h"
#include "core/hall/applications.h"
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/writer.h"

enum {
    LEAVES_A_SECOND = 20, /* of one key; each is a write among everybody's */
    ASKS_A_SECOND = 50,
    LANGUAGES_TEXT = 200,
};

struct leaving {
    struct hall *hall;
    struct http_request *request;
    struct partner partner;
    char reference[APPLICATION_REFERENCE_MAX + 2]; /* one too long stays so; "": the body says it */
    char languages[LANGUAGES_TEXT];
    struct json *body;
    struct server_answer answer;
};

static enum err run_leaving(void *ctx, const struct server_env *env)
{
    struct leaving *leaving = ctx;
    const struct application_request request = {
        .from = &leaving->partner,
        .reference = *leaving->reference ? leaving->reference : NULL,
        .languages = leaving->languages,
    };
    json_free(&leaving->answer.body); /* of a group that was run before */
    return application_receive(env, &request, leaving->body, &leaving->answer);
}

static void left(void *ctx, enum err err)
{
    struct leaving *leaving = ctx;
    if (err == ERR_OK) {
        leaving->hall->metrics.commands += leaving->answer.commands;
        api_answer_json(leaving->hall, leaving->request, leaving->answer.status, leaving->answer.body);
    } else {
        const char *lang = application_lang(leaving->languages);
        api_store_failed_in(leaving->hall, leaving->request, err,
                            lang ? lang : application_lang(json_text(leaving->body, "language")));
    }
    json_free(&leaving->answer.body);
    json_free(&leaving->body);
    free(leaving);
}

/* As the draft of Idempotency-Key has it, the text may stand in double quotes. */
static void read_key(const char *header, char out[APPLICATION_REFERENCE_MAX + 2])
{
    size_t length = header ? strlen(header) : 0;
    if (length >= 2 && header[0] == '"' && header[length - 1] == '"') {
        header++;
        length -= 2;
    }
    if (header)
        str_format(out, APPLICATION_REFERENCE_MAX + 2, "%.*s", (int)(length < 200 ? length : 200), header);
}

void call_leave(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct partner partner;
    (void)actor; /* nobody signs in here */
    if (!api_partner(hall, request, PARTNER_APPLIES, LEAVES_A_SECOND, &partner))
        return;
    struct json *body = api_body(hall, request);
    if (!body)
        return;
    struct leaving *leaving = xcalloc(1, sizeof *leaving);
    *leaving = (struct leaving){.hall = hall, .request = request, .partner = partner, .body = body};
    read_key(http_header(request, "Idempotency-Key"), leaving->reference);
    const char *languages = http_header(request, "Accept-Language");
    str_copy(leaving->languages, sizeof leaving->languages, languages ? languages : "");
    writer_add(hall->writer, run_leaving, left, leaving);
}

void call_left(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct partner partner;
    struct server_answer answer;
    (void)actor;
    if (!api_partner(hall, request, PARTNER_APPLIES, ASKS_A_SECOND, &partner))
        return;
    const struct application_request asked = {.from = &partner,
                                              .reference = api_path_part(request),
                                              .languages = http_header(request, "Accept-Language")};
    enum err err = application_tell(hall->db, &asked, hall->wall_ms, &answer);
    if (err == ERR_OK)
        api_answer_json(hall, request, answer.status, answer.body);
    else
        api_store_failed(hall, request, err);
    json_free(&answer.body);
}
