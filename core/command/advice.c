/* core/command/advice.c: advice.answer: a supervisor takes or refuses what the next hour advises (core/model/hour.h).
 *
 * Nothing is moved by it: the move is a command of its own. The hall keeps the answer and measures afterwards what became of
 * the wait (core/hall/forecasts.h). What is refused stands at the counter until its time is over, so that no supervisor is
 * told it again: counter "advice_refused" [{"queue","beside","until","by"}]; the reason stays with the hall. */
#include "core/command/rules.h"

enum { ADVICE_MIN_MAX = 24 * 60, REFUSED_MAX = 16 /* at one counter; the oldest gives way */ };

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

static bool is_same(const struct json *one, const struct json *advice)
{
    return str_equal(json_text(one, "queue"), json_text(advice, "queue")) &&
           json_bool(one, "beside", false) == json_bool(advice, "beside", false);
}

static enum err keep_refusal(struct call *c, const struct json *advice)
{
    struct json *counter, *kept = json_new_array(), *one = json_new_object();
    const struct json *before;
    enum err err = load(c, TABLE_COUNTER, "advice", json_text(advice, "counter"), &counter);
    if (err != ERR_OK) {
        json_free(&kept);
        json_free(&one);
        return err;
    }
    before = json_get(counter, "advice_refused");
    size_t spare = json_count(before) < REFUSED_MAX ? 0 : json_count(before) - REFUSED_MAX + 1;
    for (const struct json *was = json_first(before); was; was = json_next(was))
        if (spare)
            spare--;
        else if (row_time(was, "until") > c->tx->now_ms && !is_same(was, advice))
            json_add(kept, json_copy(was));
    json_set_text(one, "queue", json_text(advice, "queue"));
    json_set_bool(one, "beside", json_bool(advice, "beside", false));
    row_set_time(one, "until", row_time(advice, "until"));
    json_set_text(one, "by", c->actor->user);
    json_add(kept, one);
    json_set(counter, "advice_refused", kept);
    return save(c, TABLE_COUNTER, counter);
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
    if (!json_as_bool(taken, false))
        TRY(keep_refusal(c, advice));
    json_set_bool(answer(c), "taken", json_as_bool(taken, false));
    json_set(answer(c), "advice", json_copy(advice));
    return ERR_OK;
}
