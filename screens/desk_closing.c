/* screens/desk_closing.c: what the desk asks and says when a counter shall close while people wait for it alone. Draws
 * nothing and sends nothing; the rules are core/command/closure.c. */
#include <stdio.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"

static const struct json *closing_of(const struct desk *desk)
{
    const struct json *closing = json_get(desk->data, "closing");
    return json_is_object(closing) ? closing : NULL;
}

static bool closing_is(const struct desk *desk, const char *state)
{
    return str_equal(json_text(closing_of(desk), "state"), state);
}

static int left(const struct desk *desk)
{
    return (int)json_int(closing_of(desk), "left", 0);
}

/* Approved from a time that has not come: until then everyone is called. */
static bool is_ahead(const struct desk *desk, int64_t now_ms)
{
    int64_t from_ms;
    return time_parse(json_text_or(closing_of(desk), "from", ""), &from_ms) && from_ms > now_ms;
}

bool desk_is_done(const struct desk *desk, const struct ui *ui)
{
    return closing_is(desk, "approved") && !left(desk) && !is_ahead(desk, ui->now_ms);
}

bool desk_must_ask(const struct desk *desk)
{
    if (closing_is(desk, "open"))
        return true;
    if (closing_is(desk, "approved"))
        return left(desk) > 0;
    return json_count(json_get(desk->data, "depending")) > 0;
}

const char *desk_why_not_closing(const struct desk *desk)
{
    if (closing_is(desk, "open"))
        return TR("A supervisor has not answered yet. C again takes the request back.");
    if (closing_is(desk, "approved"))
        return TR("People with a number still wait for you: n calls them.");
    return TR("People wait for your counter alone: C asks a supervisor.");
}

const char *desk_alone(const struct desk *desk, const struct ui *ui, char out[160])
{
    const struct json *lines = json_get(desk->data, "depending");
    struct buf queues = {0};
    int64_t waiting = 0;
    for (const struct json *q = json_first(lines); q; q = json_next(q)) {
        buf_addf(&queues, "%s%s", queues.length ? ", " : "", json_text_or(q, "code", "…"));
        waiting += json_int(q, "waiting", 0);
    }
    out[0] = '\0';
    if (waiting)
        str_format(out, 160, tr(ui->lang, TR("Only you serve %s, where %d wait.")), buf_text(&queues),
                   (int)waiting);
    buf_free(&queues);
    return out;
}

/* --- asking --- */

static void ask_back(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("close_withdraw", tr(ui->lang, TR("A supervisor was asked to close your counter.")));
    question_choice(question, "w", tr(ui->lang, TR("take it back, I go on")), "yes", NULL);
    effects_ask(effects, question);
}

void desk_ask_closing(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    char alone[160], text[400];
    if (closing_is(desk, "open") || closing_is(desk, "approved"))
        return ask_back(ui, effects);
    str_format(text, sizeof text, "%s %s", desk_alone(desk, ui, alone),
               tr(ui->lang, TR("Ask a supervisor to close it:")));
    struct json *question = question_new("close_when", text);
    question_choice(question, "1", tr(ui->lang, TR("from now on")), "now", NULL);
    question_choice(question, "2", tr(ui->lang, TR("after those who wait")), "waiting", NULL);
    question_choice(question, "3", tr(ui->lang, TR("at a time")), "time", NULL);
    effects_ask(effects, question);
}

static void ask_reason(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("close_reason", tr(ui->lang, TR("Why? The supervisor reads it:")));
    show_add_close_reasons(ui, question);
    question_choice(question, "0", tr(ui->lang, TR("another reason")), "", NULL);
    effects_ask(effects, question);
}

static void ask_clock(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("close_at", tr(ui->lang, TR("At what time today? 13:00")));
    question_field(question, "", false);
    effects_ask(effects, question);
}

void desk_put_close_time(struct desk *desk, const struct ui *ui, const char *when, struct effects *effects)
{
    if (strcmp(when, "time") == 0)
        return ask_clock(ui, effects);
    if (strcmp(when, "waiting") == 0)
        json_set_text(desk->step, "serve", when);
    ask_reason(ui, effects);
}

/* "13:00", "13.00", "1300" or "13" of today; what is over already or no time is asked again. */
static bool read_clock(const char *text, int64_t now_ms, int64_t *at_ms)
{
    enum { MINUTE_MS = 60 * 1000 };
    int hour = 0, minute = 0, digits = 0;
    for (const char *c = text; *c; c++) {
        if (*c < '0' || *c > '9')
            continue;
        if (digits < 2)
            hour = 10 * hour + (*c - '0');
        else if (digits < 4)
            minute = 10 * minute + (*c - '0');
        digits++;
    }
    *at_ms = time_day_start(now_ms) + (int64_t)(60 * hour + minute) * MINUTE_MS;
    return (digits == 2 || digits == 4) && hour < 24 && minute < 60 && *at_ms > now_ms;
}

void desk_put_close_clock(struct desk *desk, const struct ui *ui, const char *clock, struct effects *effects)
{
    int64_t at_ms;
    char from[TIME_TEXT];
    if (!read_clock(clock, ui->now_ms, &at_ms)) {
        effects_toast(effects, TOAST_WARN, "%s",
                      tr(ui->lang, TR("Say a time of today that is still to come.")));
        return ask_clock(ui, effects);
    }
    time_text(at_ms, from);
    json_set_text(desk->step, "from", from);
    ask_reason(ui, effects);
}

bool desk_put_close_reason(struct desk *desk, const struct ui *ui, const char *reason,
                           struct effects *effects)
{
    if (*reason) {
        json_set_text(desk->step, "reason", reason);
        return true;
    }
    struct json *question = question_new("close_words", tr(ui->lang, TR("Why? The supervisor reads it:")));
    question_field(question, "", false);
    effects_ask(effects, question);
    return false;
}

/* --- how it stands --- */

static void approved_text(const struct desk *desk, const struct ui *ui, char out[160])
{
    const struct json *closing = closing_of(desk);
    char from[SHOW_TEXT];
    show_clock(json_text(closing, "from"), from);
    if (is_ahead(desk, ui->now_ms))
        str_format(out, 160, tr(ui->lang, TR("Your counter closes at %s.")), from);
    else if (left(desk))
        str_format(out, 160, tr(ui->lang, TR("Closing since %s: last ticket %s, %d left.")), from,
                   json_text_or(closing, "last", "…"), left(desk));
    else
        str_format(out, 160, tr(ui->lang, TR("Closing since %s: nobody is left. C closes your counter.")),
                   from);
}

static void break_text(const struct desk *desk, const struct ui *ui, char out[160])
{
    const struct json *counter = json_get(desk->data, "counter");
    char until[SHOW_TEXT];
    if (!str_equal(json_text(counter, "state"), "paused") ||
        !str_equal(json_text(counter, "user"), ui->session.user) || !json_text(counter, "pause_until"))
        return;
    str_format(out, 160, tr(ui->lang, TR("Break until %s: %s")),
               show_clock(json_text(counter, "pause_until"), until),
               show_pause_reason(ui, json_text(counter, "pause_reason")));
}

const char *desk_standing(const struct desk *desk, const struct ui *ui, char out[160])
{
    out[0] = '\0';
    if (closing_is(desk, "open"))
        str_copy(out, 160, tr(ui->lang, TR("Closing asked for; waits for a supervisor. C takes it back.")));
    else if (closing_is(desk, "approved"))
        approved_text(desk, ui, out);
    else
        break_text(desk, ui, out);
    return out;
}
