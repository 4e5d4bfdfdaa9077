/* screens/why_screen.c: why any ticket of today was called: by which rule, who was passed over, by whom and where; and of
 * somebody who still waits why not yet: who is before them and when it is foreseen. Decides nothing. */
#include <stdlib.h>

#include "core/model/rule.h"
#include "screens/show.h"
#include "tui/text.h"

enum { LABEL_W = 14, NUMBER_W = 8 };

struct why_view {
    struct json *data; /* the query "why"; NULL before the first */
    char ticket[64];   /* asked for; "" then number */
    char number[32];
};

static void *why_new(const struct json *args)
{
    struct why_view *self = xcalloc(1, sizeof *self);
    str_copy(self->ticket, sizeof self->ticket, json_text_or(args, "ticket", ""));
    return self;
}

static void why_free(void *data)
{
    struct why_view *self = data;
    json_free(&self->data);
    free(self);
}

/* Two of them tell about two tickets. */
static const char *why_object(const void *data)
{
    const struct why_view *self = data;
    return self->ticket;
}

static const struct json *ticket_of(const struct why_view *self)
{
    const struct json *ticket = json_get(self->data, "ticket");
    return json_is_object(ticket) ? ticket : NULL;
}

/* --- messages --- */

static void ask_number(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("number", tr(ui->lang, TR("Which number of today?")));
    question_field(question, "", false);
    effects_ask(effects, question);
}

static void load(const struct why_view *self, const struct ui *ui, struct effects *effects)
{
    struct json *args;
    if (!*self->ticket && !*self->number)
        return ask_number(ui, effects);
    args = json_new_object();
    json_set_text(args, *self->ticket ? "ticket" : "number", *self->ticket ? self->ticket : self->number);
    effects_load(effects, "why", args);
}

static void why_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct why_view *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, ui, effects);
    case MSG_DATA:
        json_free(&self->data);
        self->data = json_copy(msg->json);
        return;
    case MSG_ANSWERED:
        self->ticket[0] = '\0';
        str_copy(self->number, sizeof self->number, msg->text ? msg->text : "");
        return load(self, ui, effects);
    case MSG_ACTION:
        if (msg->action == ACTION_BACK)
            return effects_back(effects);
        if (msg->action == ACTION_WHY_OTHER)
            ask_number(ui, effects);
        return;
    default:
        return;
    }
}

/* --- drawing --- */

struct view {
    const struct why_view *self;
    const struct ui *ui;
    struct frame *frame;
};

static void fact(const struct view *view, struct rect *area, const char *label, const char *value,
                 unsigned look)
{
    struct rect line = rect_cut_top(area, 1), name = rect_cut_left(&line, LABEL_W);
    rect_cut_right(&name, 1);
    text_draw(view->frame, name, label, STYLE_DIM);
    text_draw(view->frame, line, value, look);
}

/* "P014  Population                     serving" */
static void head_view(const struct view *view, const struct json *ticket, struct rect *area)
{
    const struct json *queue = json_get(view->self->data, "queue");
    const char *state = show_ticket_state(view->ui, json_text_or(ticket, "state", ""));
    struct rect line = rect_cut_top(area, 1), number = rect_cut_left(&line, NUMBER_W);
    struct rect at = rect_cut_right(&line, text_width(state));
    char arrived[SHOW_TEXT];
    text_draw(view->frame, number, json_text_or(ticket, "number", "…"), STYLE_ACCENT | ATTR_BOLD);
    text_draw(view->frame, at, state, STYLE_TEXT);
    text_draw(view->frame, line, show_name(view->ui, json_get(queue, "name")), STYLE_TEXT | ATTR_BOLD);
    rect_cut_top(area, 1);
    fact(view, area, tr(view->ui->lang, TR("arrived")), show_clock(json_text(ticket, "arrived_at"), arrived),
         STYLE_TEXT);
}

static void passed_view(const struct view *view, const struct json *call, struct rect *area)
{
    const struct json *passed = json_get(call, "passed_over");
    int more = (int)json_int(call, "passed_all", 0) - (int)json_count(passed);
    const char *label = tr(view->ui->lang, TR("passed over"));
    if (!json_count(passed))
        return fact(view, area, label, tr(view->ui->lang, TR("nobody")), STYLE_DIM);
    for (const struct json *one = json_first(passed); one && area->h > 0; one = json_next(one)) {
        char text[SHOW_TEXT];
        str_format(text, sizeof text, "%-6s %s", json_text_or(one, "number", ""),
                   show_why(view->ui, json_text(one, "reason")));
        fact(view, area, label, text, STYLE_TEXT);
        label = "";
    }
    if (more > 0) {
        char text[SHOW_TEXT];
        str_format(text, sizeof text, tr(view->ui->lang, TR("and %d more")), more);
        fact(view, area, "", text, STYLE_DIM);
    }
}

static void call_view(const struct view *view, const struct json *call, struct rect *area)
{
    const struct ui *ui = view->ui;
    bool named = str_equal(json_text(call, "rule"), "named");
    const char *counter = json_text(call, "counter_name"), *words = json_text(call, "words");
    char clock[SHOW_TEXT], place[SHOW_TEXT], text[3 * SHOW_TEXT];
    str_format(place, sizeof place, tr(ui->lang, TR("counter %s")), counter ? counter : "…");
    str_format(text, sizeof text, "%s · %s · %s", show_clock(json_text(call, "at"), clock), place,
               json_text_or(call, "user_name", "…"));
    fact(view, area, tr(ui->lang, TR("called")), text, STYLE_TEXT | ATTR_BOLD);
    fact(view, area, tr(ui->lang, TR("rule")), show_rule(ui, json_text_or(call, "rule", "")),
         named ? STYLE_WARN : STYLE_TEXT);
    fact(view, area, tr(ui->lang, TR("because")), named ? words : show_why(ui, json_text(call, "reason")),
         named ? STYLE_WARN : STYLE_ACCENT);
    if (!named)
        passed_view(view, call, area);
    rect_cut_top(area, 1);
}

static const char *because_text(const struct ui *ui, const char *code)
{
    static const char *const texts[][2] = {
        {"arrived", TR("came earlier")},
        {"class", TR("has lawful priority")},
        {"booked", TR("is booked, and the time has come")},
        {"turn", TR("has an ordinary turn after priority calls")},
        {"share", TR("its queue has its share")},
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
        if (str_equal(texts[i][0], code))
            return tr(ui->lang, texts[i][1]);
    return "";
}

/* "4 of 12 · about 22 min, near 10:24" */
static void place_view(const struct view *view, const struct json *line, struct rect *area)
{
    const struct ui *ui = view->ui;
    const struct json *wait = json_get(line, "wait_min");
    char place[SHOW_TEXT], text[2 * SHOW_TEXT], minutes[SHOW_TEXT], clock[CLOCK_TEXT];
    str_format(place, sizeof place, tr(ui->lang, TR("%d of %d who wait")), (int)json_int(line, "place", 0),
               (int)json_int(line, "waiting", 0));
    fact(view, area, tr(ui->lang, TR("place")), place, STYLE_TEXT | ATTR_BOLD);
    if (json_is_integer(wait)) {
        int64_t wait_ms = json_as_int(wait, 0) * 60000;
        time_clock(ui->now_ms + wait_ms, clock);
        str_format(text, sizeof text, tr(ui->lang, TR("in about %s, near %s")),
                   show_minutes(ui, wait_ms, minutes), clock);
    } else {
        str_copy(text, sizeof text, tr(ui->lang, TR("No counter is open: nobody can say how long.")));
    }
    fact(view, area, tr(ui->lang, TR("foreseen")), text, json_is_integer(wait) ? STYLE_ACCENT : STYLE_WARN);
}

static void ahead_view(const struct view *view, const struct json *line, struct rect *area)
{
    const struct json *ahead = json_get(line, "ahead");
    const char *label = tr(view->ui->lang, TR("before"));
    int left = (int)json_int(line, "place", 1) - 1;
    char text[SHOW_TEXT];
    if (!left)
        return fact(view, area, label, tr(view->ui->lang, TR("nobody: comes next")), STYLE_GOOD);
    for (const struct json *one = json_first(ahead); one && (area->h > 1 || left == 1);
         one = json_next(one)) {
        str_format(text, sizeof text, "%-6s %s", json_text_or(one, "number", ""),
                   because_text(view->ui, json_text(one, "because")));
        fact(view, area, label, text, STYLE_TEXT);
        label = "";
        left--;
    }
    if (left > 0) {
        str_format(text, sizeof text, tr(view->ui->lang, TR("and %d more")), left);
        fact(view, area, label, text, STYLE_DIM);
    }
}

static void line_view(const struct view *view, const struct json *line, struct rect *area)
{
    const struct ui *ui = view->ui;
    const struct json *to = json_get(line, "sent_to"), *rule = json_get(line, "rule");
    char words[SHOW_TEXT];
    if (to) {
        const char *counter = json_text(to, "counter_name"), *user = json_text(to, "user_name");
        str_format(words, sizeof words, tr(ui->lang, counter ? TR("counter %s") : TR("%s alone")),
                   counter ? counter
                   : user  ? user
                           : "…");
        fact(view, area, tr(ui->lang, TR("sent to")), words, STYLE_ACCENT);
        return;
    }
    if (json_bool(line, "not_here", false)) {
        fact(view, area, tr(ui->lang, TR("place")), tr(ui->lang, TR("booked, and not here yet")), STYLE_WARN);
        return;
    }
    if (!json_get(line, "place"))
        return;
    place_view(view, line, area);
    fact(view, area, tr(ui->lang, TR("rule")), show_rule(ui, json_text_or(rule, "kind", "")), STYLE_TEXT);
    if (json_text(line, "passed"))
        fact(view, area, tr(ui->lang, TR("not yet")), show_why(ui, json_text(line, "passed")), STYLE_TEXT);
    ahead_view(view, line, area);
    rect_cut_top(area, 1);
}

static void nothing_view(const struct view *view, struct rect area)
{
    const char *number = json_text(view->self->data, "number");
    if (number)
        text_drawf(view->frame, area, STYLE_WARN,
                   tr(view->ui->lang, TR("No ticket of today has the number %s.")), number);
}

static void why_draw(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui, frame};
    const struct json *ticket = ticket_of(view.self), *calls = json_get(view.self->data, "calls");
    area = rect_inset(area, 2, 0);
    if (!view.self->data)
        return;
    if (!ticket)
        return nothing_view(&view, area);
    head_view(&view, ticket, &area);
    line_view(&view, json_get(view.self->data, "line"), &area);
    for (const struct json *call = json_first(calls); call && area.h > 2; call = json_next(call))
        call_view(&view, call, &area);
}

const struct screen_ops why_screen = {.id = SCREEN_WHY,
                                      .new = why_new,
                                      .free = why_free,
                                      .update = why_update,
                                      .view = why_draw,
                                      .object = why_object};
