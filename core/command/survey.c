/* core/command/survey.c: survey.record: nine scores of one visit (core/model/survey.h). */
#include "core/model/survey.h"
#include "core/command/rules.h"

static int score(const struct json *json)
{
    int64_t value = json_is_integer(json) ? json_as_int(json, 0) : 0;
    return value >= 1 && value <= SURVEY_SCORE_MAX ? (int)value : 0;
}

static enum err read_scores(struct call *c, int scores[SURVEY_ELEMENTS], int *count)
{
    const struct json *array;
    *count = 0;
    TRY(body_array(c, "scores", &array));
    for (const struct json *s = json_first(array); s && *count < SURVEY_ELEMENTS; s = json_next(s))
        scores[(*count)++] = score(s);
    if (json_count(array) > SURVEY_ELEMENTS)
        *count = (int)json_count(array); /* too many is said by the model */
    return ERR_OK;
}

static enum err need_first(struct call *c, const char *ticket)
{
    static const char sql_survey[] =
        "SELECT row, id FROM surveys WHERE ticket = $1 LIMIT 1"; /* surveys_ticket */
    struct json *row = NULL;
    struct stmt *s = tx_list(c->tx, sql_survey, TABLE_SURVEY, "ticket", ticket);
    enum err err = rows_first(s, &row);
    if (err == ERR_ABSENT)
        return ERR_OK;
    TRY(err);
    keep(c, row);
    return refuse(c, "already_recorded", "ticket",
                  "This visit has been scored before. Nothing was changed: each visit counts once.");
}

/* The part of the visit that the clerk who asks has ended last: it may be with a colleague by now. NULL: the ticket as it is. */
static const struct json *own_stop(const struct call *c, const struct json *ticket)
{
    const struct json *stops = json_get(ticket, "stops"), *own = NULL;
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop))
        if (str_equal(json_text(stop, "state"), "done") && is_me(c, json_text(stop, "user")))
            own = stop;
    return is_me(c, json_text(ticket, "user")) ? NULL : own;
}

static enum err of_stop(struct call *c, const struct json *stop, struct json *row)
{
    struct json *queue;
    TRY(peek(c, TABLE_QUEUE, json_text(stop, "queue"), &queue));
    json_set_text(row, "queue", json_text(stop, "queue"));
    json_set_text(row, "service", json_as_text(json_at(json_get(stop, "services"), 0)));
    json_set_text(row, "agency", json_text(queue, "agency"));
    return ERR_OK;
}

enum err survey_record(struct call *c)
{
    static const char *const copied[] = {"queue", "service", "agency"};
    struct json *ticket;
    struct refusal refusal;
    const char *id, *text;
    char own[UUID_TEXT];
    int scores[SURVEY_ELEMENTS], count;
    TRY(body_need(c, "ticket", &id));
    TRY(load(c, TABLE_TICKET, "ticket", id, &ticket));
    TRY(body_text(c, "text", &text));
    TRY(read_scores(c, scores, &count));
    if (!survey_check(scores, count, &refusal))
        return refuse(c, refusal.code, "scores", "%s", refusal.text);
    TRY(need_first(c, row_id(ticket)));
    TRY(new_id(c, TABLE_SURVEY, own));
    struct json *row = row_new(c, own);
    json_set_text(row, "ticket", row_id(ticket));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        json_set_text(row, copied[i], json_text(ticket, copied[i]));
    if (own_stop(c, ticket))
        TRY(of_stop(c, own_stop(c, ticket), row));
    json_set(row, "scores", json_copy(json_get(c->body, "scores")));
    json_set_text(row, "text", text);
    row_set_time(row, "at", c->at_ms);
    TRY(save(c, TABLE_SURVEY, row));
    json_set(answer(c), "survey", json_copy(row));
    return ERR_OK;
}
