/* core/hall/api_notice.c: GET /v1/verify/CODE: anyone who holds a notice asks whether it stands. Needs no sign-in, so
 * guessing is slowed down: whoever asks for codes that are none must wait. */
#include "core/hall/calls.h"
#include "core/hall/inside.h"
#include "core/hall/notices.h"

static bool asks_too_often(struct hall *hall, struct http_request *request)
{
    int64_t wait_ms = throttle_wait_ms(&hall->throttle, THROTTLE_CODE, http_address(request), hall->mono_ms);
    if (wait_ms == 0)
        return false;
    char seconds[24], message[160];
    str_format(seconds, sizeof seconds, "%lld", (long long)(wait_ms + 999) / 1000);
    str_format(message, sizeof message,
               "Too many codes were asked for that are none. Try again in %s seconds.", seconds);
    http_add_header(request, "Retry-After", seconds);
    api_error(hall, request, 429, "too_many_attempts", NULL, message);
    return true;
}

/* The same for what is no code at all, so that nobody learns the shape of a right one. */
static void answer_unknown(struct hall *hall, struct http_request *request)
{
    throttle_count(&hall->throttle, THROTTLE_CODE, http_address(request), hall->mono_ms);
    api_error(hall, request, 404, "unknown_code", "code",
              "The hall knows no notice with this code. Compare it with the paper; a notice that was given "
              "without network becomes known once its workstation or bus has reached the hall.");
}

void call_verify(struct hall *hall, struct http_request *request, const struct actor *actor)
{
    struct json *answer;
    (void)actor;
    if (asks_too_often(hall, request))
        return;
    http_add_header(request, "Cache-Control", "no-store"); /* it may stand no more tomorrow */
    enum err err = notices_ask(hall->db, api_path_part(request), &answer);
    if (err == ERR_ABSENT)
        return answer_unknown(hall, request);
    if (err != ERR_OK)
        return api_store_failed(hall, request, err);
    if (hall->which.kind == HALL_TRAINING) { /* nobody may take such a paper for one that counts */
        json_set_bool(answer, "stands", false);
        json_set_text(answer, "standing", "training");
    }
    api_answer_json(hall, request, 200, answer);
    json_free(&answer);
}
