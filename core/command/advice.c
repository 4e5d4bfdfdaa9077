/* core/command/advice.c: advice.answer: a supervisor takes or refuses what the next hour advises (core/model/hour.h).
 *
 * Nothing is moved by it: the move is a command of its own. The hall keeps the answer and measures afterwards what became of
 * the wait (core/hall/forecasts.h); rows do not change, so nothing travels. */
#include "core/command/rules.h"

enum { ADVICE_MIN_MAX = 24 * 60 };

static enum err need_minutes(struct call *c, const struct json *advice, const char *name, bool needed)
{
    const struct json *value = json_get(advice, name);
    int64_t minutes = value && json_is_integer(value) ? json_as_int(value, -1) : -1;
    if ((!needed && (!value || json_is_null(value))) || (minutes >= 0 && minutes <= ADVICE_MIN_MAX))
        return ERR_OK;
    return refuse(c, "invalid_body", "advice",
                  "\"%s\" of the advice must be minutes, 0 to %d. Nothing was recorded.", name,
                  ADVICE_MIN_MAX);
}

static enum err need_row(struct call *c, const struct json *advice, const char *member, enum table table)
{
    struct json *row;
    const char *id = json_text(advice, member);
    if (str_empty(id))
        return refuse(c, "invalid_body", "advice",
                      "The advice names its \"%s\" by its id. Nothing was recorded.", member);
    TRY(load(c, table, "advice", id, &row));
    return need_agency(c, json_text(row, "agency"));
}

enum err advice_answer(struct call *c)
{
    static const char *const costs[] = {"cost_before_min", "cost_after_min"};
    const struct json *advice, *taken = json_get(c->body, "taken");
    const char *reason;
    struct json *row;
    TRY(body_object(c, "advice", &advice));
    if (!advice)
        return refuse(c, "invalid_body", "advice",
                      "\"advice\" is missing: which advice is it? Nothing was recorded.");
    if (!taken || !json_is_bool(taken))
        return refuse(c, "invalid_body", "taken", "\"taken\" must be true or false. Nothing was recorded.");
    TRY(body_text(c, "reason", &reason));
    TRY(need_row(c, advice, "counter", TABLE_COUNTER));
    TRY(need_row(c, advice, "queue", TABLE_QUEUE));
    if (row_time(advice, "until") < 0)
        return refuse(c, "invalid_body", "advice",
                      "\"until\" of the advice must be a time (UTC). Nothing was recorded.");
    TRY(need_minutes(c, advice, "longest_before_min", true));
    TRY(need_minutes(c, advice, "longest_after_min", true));
    if (!str_empty(json_text(advice, "cost_queue")))
        TRY(load(c, TABLE_QUEUE, "advice", json_text(advice, "cost_queue"), &row));
    for (size_t i = 0; i < sizeof costs / sizeof *costs; i++)
        TRY(need_minutes(c, advice, costs[i], !str_empty(json_text(advice, "cost_queue"))));
    json_set_bool(answer(c), "taken", json_as_bool(taken, false));
    json_set(answer(c), "advice", json_copy(advice));
    return ERR_OK;
}
