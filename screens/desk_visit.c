/* screens/desk_visit.c: a visit of several stops at the desk: where it goes on, said before it does; the stops that are still to
 * come, in another order, less or more; and what became of it, in a sentence. */
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/visit_view.h"
#include "tui/text.h"

static const char end_value[] = "end_visit";

static const struct json *stops(const struct desk *desk)
{
    return json_get(json_get(desk->data, "visit"), "stops");
}

bool desk_has_visit(const struct desk *desk)
{
    return json_count(stops(desk)) > 0;
}

static int stops_to_come(const struct desk *desk)
{
    int count = 0;
    while (visit_to_come(stops(desk), count))
        count++;
    return count;
}

static const struct json *stop_in(const struct desk *desk, const char *state)
{
    const struct json *all = stops(desk);
    for (const struct json *stop = json_first(all); stop; stop = json_next(stop))
        if (str_equal(json_text(stop, "state"), state))
            return stop;
    return NULL;
}

/* What is done at this desk: the first service without an application, so that Enter opens it. */
const char *desk_service_to_open(const struct desk *desk)
{
    const struct json *services = json_get(stop_in(desk, "now"), "services");
    for (const struct json *one = json_first(services); one; one = json_next(one)) {
        bool opened = false;
        for (const struct json *c = json_first(desk_rows(desk, DESK_CASES)); c; c = json_next(c))
            opened = opened || str_equal(json_text(c, "service"), json_as_text(one));
        if (!opened)
            return json_as_text(one);
    }
    return json_text(desk_ticket(desk), "service");
}

/* "visit   2 of 3 · next: T Tax · counters 4–6 · waiting: 3" */
void desk_visit_view(const struct desk *desk, const struct ui *ui, struct frame *frame, struct rect line)
{
    int over = 0, all = 0;
    const struct json *list = stops(desk), *next = visit_to_come(list, 0);
    for (const struct json *stop = json_first(list); stop; stop = json_next(stop)) {
        over += str_equal(json_text(stop, "state"), "done") || str_equal(json_text(stop, "state"), "now");
        all += !str_equal(json_text(stop, "state"), "dropped");
    }
    rect_cut_left(&line, 2);
    struct rect sign = rect_cut_left(&line, 8);
    text_draw(frame, sign, tr(ui->lang, TR("stops")), STYLE_DIM);
    rect_cut_left(&line, text_drawf(frame, line, STYLE_TEXT, tr(ui->lang, TR("%d of %d")), over, all));
    rect_cut_left(&line, text_draw(frame, line, " · ", STYLE_DIM));
    if (!next) {
        text_draw(frame, line, tr(ui->lang, TR("this is the last one")), STYLE_DIM);
        return;
    }
    rect_cut_left(&line, 1 + text_draw(frame, line, tr(ui->lang, TR("next:")), STYLE_DIM));
    visit_stop_view(ui, next, frame, line, STYLE_TEXT);
}

/* --- finishing --- */

/* The question says where the person is sent; what ends the whole visit is another key. */
const char *desk_finish_words(const struct desk *desk, const struct ui *ui, int drafts, char out[300])
{
    const char *number = json_text_or(desk_ticket(desk), "number", "…");
    const struct json *next = visit_to_come(stops(desk), 0);
    char way[SHOW_TEXT], first[SHOW_TEXT] = "", words[300];
    if (!next)
        return NULL;
    if (drafts)
        str_format(first, sizeof first, tr(ui->lang, TR("Not submitted yet: %d.")), drafts);
    if (json_bool(desk->step, end_value, false))
        str_format(words, sizeof words,
                   tr(ui->lang, TR("Finish %s and the whole visit, stops that fall away: %d. As")), number,
                   stops_to_come(desk));
    else
        str_format(words, sizeof words, tr(ui->lang, TR("Finish %s, who goes on to %s. As")), number,
                   visit_stop_way(ui, next, way));
    str_format(out, 300, "%s%s%s", first, drafts ? " " : "", words);
    return out;
}

void desk_add_end_visit(const struct desk *desk, const struct ui *ui, struct json *question)
{
    bool ends = json_bool(desk->step, end_value, false);
    if (visit_to_come(stops(desk), 0))
        question_choice(question, "v",
                        tr(ui->lang, ends ? TR("go on all the same") : TR("end the whole visit")), end_value,
                        NULL);
}

bool desk_turns_end(struct desk *desk, const struct msg *msg)
{
    if (!desk->step || !str_equal(msg->what, "outcome") || !str_equal(msg->text, end_value))
        return false;
    if (json_bool(desk->step, end_value, false))
        json_remove(desk->step, end_value);
    else
        json_set_bool(desk->step, end_value, true);
    return true;
}

static const struct json *stop_of_queue(const struct desk *desk, const char *queue)
{
    const struct json *all = stops(desk);
    for (const struct json *stop = json_first(all); stop; stop = json_next(stop))
        if (str_equal(json_text(stop, "queue"), queue))
            return stop;
    return NULL;
}

static int dropped(const struct json *ticket)
{
    int count = 0;
    const struct json *all = json_get(ticket, "stops");
    for (const struct json *stop = json_first(all); stop; stop = json_next(stop))
        count += str_equal(json_text(stop, "state"), "dropped");
    return count;
}

/* Nobody is sent on, and no stop falls away, without a word. */
void desk_tell_visit(const struct desk *desk, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    const struct json *ticket = json_get(json_get(msg->json, "data"), "ticket");
    const char *number = json_text_or(ticket, "number", "…");
    bool waits = str_equal(json_text(ticket, "state"), "waiting");
    int before = dropped(desk_ticket(desk)), now = dropped(ticket);
    char way[SHOW_TEXT];
    if (!json_get(ticket, "stops"))
        return;
    const struct json *next = stop_of_queue(desk, json_text(ticket, "queue"));
    if (str_equal(msg->what, "ticket.finish") && waits && next)
        effects_toast(effects, TOAST_GOOD, tr(ui->lang, TR("%s goes on: %s. u takes it back")), number,
                      visit_stop_way(ui, next, way));
    else if (!waits && now > before)
        effects_toast(effects, TOAST_WARN,
                      tr(ui->lang, TR("%s: the visit is over, stops that fell away: %d. u "
                                      "takes it back")),
                      number, now - before);
}

/* --- what is still to come --- */

void desk_ask_stops(const struct desk *desk, const struct ui *ui, struct effects *effects)
{
    char label[2 * SHOW_TEXT], name[SHOW_TEXT], value[SHOW_TEXT];
    struct json *question = question_new("stops", tr(ui->lang, TR("What is still to come of this visit:")));
    const struct json *stop;
    for (int i = 0; (stop = visit_to_come(stops(desk), i)); i++) {
        visit_stop_name(ui, stop, name);
        if (i > 0) {
            str_format(label, sizeof label, tr(ui->lang, TR("%s: go there next")), name);
            str_format(value, sizeof value, "next %s", json_text_or(stop, "queue", ""));
            question_item(question, label, value, NULL);
        }
        str_format(label, sizeof label, tr(ui->lang, TR("%s: leave it out")), name);
        str_format(value, sizeof value, "drop %s", json_text_or(stop, "queue", ""));
        question_item(question, label, value, NULL);
    }
    question_item(question, tr(ui->lang, TR("one more service …")), "add", NULL);
    effects_ask(effects, question);
}

static void add_services(struct json *list, const struct json *stop)
{
    const struct json *services = json_get(stop, "services");
    for (const struct json *one = json_first(services); one; one = json_next(one))
        json_add_text(list, json_as_text(one));
}

/* The services to come: first the stop at place `first` (-1: as they stand), without the one at `without`. */
static struct json *services_to_come(const struct desk *desk, int first, int without)
{
    struct json *list = json_new_array();
    const struct json *stop;
    if (first >= 0)
        add_services(list, visit_to_come(stops(desk), first));
    for (int i = 0; (stop = visit_to_come(stops(desk), i)); i++)
        if (i != first && i != without)
            add_services(list, stop);
    return list;
}

static void send_stops(const struct desk *desk, struct json *services, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", json_text_or(desk_ticket(desk), "id", ""));
    json_set_int(body, "gen", json_int(desk_ticket(desk), "gen", 0));
    json_set(body, "services", services);
    effects_command(effects, "ticket.stops", body);
}

/* By its queue: what stood at that place may have changed since it was asked. -1: it is not to come any more. */
static int place_of_stop(const struct desk *desk, const char *queue)
{
    const struct json *stop;
    for (int i = 0; (stop = visit_to_come(stops(desk), i)); i++)
        if (str_equal(json_text(stop, "queue"), queue))
            return i;
    return -1;
}

bool desk_stops_answered(const struct desk *desk, const struct ui *ui, const struct msg *msg,
                         struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    if (str_equal(msg->what, "stop_service")) {
        struct json *list = services_to_come(desk, -1, -1);
        json_add_text(list, text);
        send_stops(desk, list, effects);
        return true;
    }
    if (!str_equal(msg->what, "stops"))
        return false;
    if (strcmp(text, "add") == 0) {
        struct json *question =
            question_new("stop_service", tr(ui->lang, TR("Which service? Type a few letters.")));
        question_search(question, "services", "");
        effects_ask(effects, question);
        return true;
    }
    enum { VERB = 5 };
    int place = strlen(text) > VERB ? place_of_stop(desk, text + VERB) : -1;
    if (place < 0)
        desk_ask_stops(desk, ui, effects);
    else if (str_starts(text, "next "))
        send_stops(desk, services_to_come(desk, place, -1), effects);
    else
        send_stops(desk, services_to_come(desk, -1, place), effects);
    return true;
}
