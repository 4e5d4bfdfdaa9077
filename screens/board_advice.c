/* screens/board_advice.c: the move that the next hour advises (core/model/hour.h): looked at as it would be made, or refused
 * with a reason. The hall keeps either answer beside what came of the wait. */
#include <string.h>

#include "screens/board.h"

/* --- which one --- */

/* The same move is the same advice, however the minutes change. */
static const char *name_of(const struct json *advice, char out[200])
{
    str_format(out, 200, "%s %s %s", json_text_or(advice, "counter", ""), json_text_or(advice, "queue", ""),
               json_bool(advice, "beside", false) ? "also" : "only");
    return out;
}

/* What was refused is not said again in the time that it was advised for. */
static bool is_refused(const struct board *self, const struct ui *ui, const struct json *advice)
{
    char name[200];
    int64_t until_ms;
    const char *until = json_text(self->refused, name_of(advice, name));
    return until && time_parse(until, &until_ms) && ui->now_ms < until_ms;
}

/* The counter serves the queue already: moved since the hour was played last. */
static bool is_made(const struct board *self, const struct json *advice)
{
    const char *codes =
        json_text_or(board_counter_row(self, json_text_or(advice, "counter", "")), "codes", "");
    const char *code = json_text_or(board_queue_row(self, json_text_or(advice, "queue", "")), "code", "");
    size_t length = strlen(code);
    if (!json_bool(advice, "beside", false))
        return length && str_equal(codes, code);
    for (; length && *codes; codes += strcspn(codes, " "), codes += *codes == ' ')
        if (strcspn(codes, " ") == length && !memcmp(codes, code, length))
            return true;
    return false;
}

const struct json *board_advice(const struct board *self, const struct ui *ui)
{
    for (const struct json *one = json_first(json_get(self->data, "advice")); one; one = json_next(one))
        if (!is_refused(self, ui, one) && !is_made(self, one))
            return one;
    return NULL;
}

const char *board_why_no_advice(const struct board *self, const struct ui *ui)
{
    return board_advice(self, ui) ? NULL : TR("No move is advised now.");
}

const char *board_why_no_refusal(const struct board *self, const struct ui *ui)
{
    if (!board_advice(self, ui))
        return board_why_no_advice(self, ui);
    return ui->link.state == LINK_ONLINE
               ? NULL
               : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
}

/* --- looked at --- */

/* What was said, as advice.answer takes it. */
static struct json *said(const struct json *advice)
{
    static const char *const same[] = {"counter",    "queue",           "beside",        "until",
                                       "cost_queue", "cost_before_min", "cost_after_min"};
    struct json *body = json_new_object();
    for (size_t i = 0; i < sizeof same / sizeof *same; i++)
        if (json_get(advice, same[i]))
            json_set(body, same[i], json_copy(json_get(advice, same[i])));
    json_set_int(body, "longest_before_min", json_int(advice, "before_min", 0));
    json_set_int(body, "longest_after_min", json_int(advice, "after_min", 0));
    return body;
}

void board_open_advice(const struct board *self, const struct ui *ui, struct effects *effects)
{
    const struct json *advice = board_advice(self, ui);
    const char *counter = json_text_or(advice, "counter", "");
    const struct json *row = board_counter_row(self, counter);
    struct json *args = json_new_object(), *counters = json_new_object();
    json_set_text(counters, counter, json_text_or(row, "name", "?"));
    json_set(args, "counters", counters);
    json_set_text(args, "to", json_text(advice, "queue"));
    json_set_text(args, "how", json_bool(advice, "beside", false) ? "also" : "only");
    json_set_text(args, "until", json_text(advice, "until"));
    json_set(args, "advice", said(advice));
    if (!str_empty(json_text(row, "user"))) {
        json_set_text(args, "user", json_text(row, "user"));
        json_set_text(args, "user_name", json_text(row, "user_name"));
    }
    effects_open(effects, SCREEN_MOVE, args);
}

/* --- refused --- */

/* What is asked about stays what is answered, whatever a refresh brings while the reason is typed. */
void board_ask_refusal(struct board *self, const struct ui *ui, struct effects *effects)
{
    const struct json *advice = board_advice(self, ui);
    char text[300];
    json_free(&self->refusing);
    self->refusing = said(advice);
    str_format(text, sizeof text, tr(ui->lang, TR("Why not counter %s to %s?")),
               json_text_or(board_counter_row(self, json_text_or(advice, "counter", "")), "name", "?"),
               json_text_or(board_queue_row(self, json_text_or(advice, "queue", "")), "code", "?"));
    struct json *question = question_new("advice_not", text);
    question_field(question, "", false);
    question_keep(question);
    effects_ask(effects, question);
}

void board_refuse(struct board *self, const char *reason, struct effects *effects)
{
    struct json *body = json_new_object();
    if (!self->refusing) {
        json_free(&body);
        return;
    }
    json_set(body, "advice", self->refusing);
    self->refusing = NULL;
    json_set_bool(body, "taken", false);
    json_set_text(body, "reason", reason);
    effects_command(effects, "advice.answer", body);
}

void board_advice_answered(struct board *self, const struct msg *msg)
{
    const struct json *data = json_get(msg->json, "data"), *advice = json_get(data, "advice");
    char name[200];
    if (!str_equal(msg->what, "advice.answer") || !str_equal(json_text(msg->json, "status"), "applied"))
        return;
    if (json_bool(data, "taken", true))
        return;
    if (!self->refused)
        self->refused = json_new_object();
    json_set_text(self->refused, name_of(advice, name), json_text(advice, "until"));
}
