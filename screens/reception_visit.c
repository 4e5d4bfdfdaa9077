/* screens/reception_visit.c: several services of one citizen before the number is given: F2 adds the one that is found, the
 * stops stand in a sensible order with the reason of each (the query "visit"), and the clerk may move or drop one. */
#include <stdlib.h>
#include <string.h>

#include "screens/reception.h"
#include "screens/service_view.h"
#include "screens/visit_view.h"
#include "tui/text.h"

enum { SERVICES_MAX = 8, WHY_W = 26, SIGN_W = 2, PLACE_W = 3 };

static bool has_service(const struct json *services, const char *id)
{
    for (const struct json *one = json_first(services); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            return true;
    return false;
}

bool visit_is_begun(const struct reception *self)
{
    return json_count(self->visit) > 0;
}

static const struct json *found(const struct reception *self)
{
    return json_at(self->found, (size_t)self->services.selected);
}

/* What is typed or moved to goes along with those that were added: it is what F10 is pressed for. */
static bool goes_along(const struct reception *self)
{
    return self->chosen && found(self) && json_count(self->visit) < SERVICES_MAX &&
           !has_service(self->visit, json_text(found(self), "id"));
}

static struct json *wished(const struct reception *self)
{
    struct json *ids = json_new_array();
    for (const struct json *one = json_first(self->visit); one; one = json_next(one))
        json_add_text(ids, json_text_or(one, "id", ""));
    if (goes_along(self))
        json_add_text(ids, json_text_or(found(self), "id", ""));
    return ids;
}

void visit_load(const struct reception *self, struct effects *effects)
{
    if (!visit_is_begun(self) || self->issued)
        return;
    struct json *args = json_new_object();
    json_set(args, "services", wished(self));
    json_set_text(args, "order", self->ordered ? "given" : "sensible");
    if (self->priority)
        json_set_int(args, "priority_class", json_int(self->priority, "class", 0));
    if (*self->booked)
        json_set_text(args, "appointment_at", self->booked);
    effects_load(effects, "visit", args);
}

void visit_data(struct reception *self, const struct json *answer)
{
    struct json *now = wished(self);
    if (json_equal(now, json_get(answer, "services"))) { /* else it was asked before something was typed */
        json_free(&self->plan);
        self->plan = json_copy(answer);
        list_set_count(&self->stops, (int)json_count(json_get(self->plan, "stops")));
    }
    json_free(&now);
}

void visit_forget(struct reception *self)
{
    json_free(&self->visit);
    json_free(&self->plan);
    self->ordered = false;
    list_set_count(&self->stops, 0);
    if (self->place == VISIT)
        self->place = FINDER;
}

static void absorb(struct reception *self)
{
    if (!goes_along(self))
        return;
    if (!self->visit)
        self->visit = json_new_array();
    json_add(self->visit, json_copy(found(self)));
}

const char *visit_why_not_add(const struct reception *self)
{
    if (!found(self))
        return TR("Choose a service first.");
    if (has_service(self->visit, json_text(found(self), "id")))
        return TR("This service is in the visit already.");
    return json_count(self->visit) < SERVICES_MAX ? NULL : TR("A visit has eight services at most.");
}

void visit_add(struct reception *self)
{
    self->chosen = true;
    absorb(self);
    self->chosen = false;
}

/* --- the clerk's own order --- */

static const struct json *service_row(const struct reception *self, const char *id)
{
    for (const struct json *one = json_first(self->visit); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            return one;
    return NULL;
}

/* The services again in the order of the stops, one of them left out (-1: none). */
static void take_order(struct reception *self, const struct json *stops, int without)
{
    struct json *again = json_new_array();
    int place = 0;
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop), place++) {
        const struct json *services = json_get(stop, "services");
        for (const struct json *one = json_first(services); one && place != without; one = json_next(one))
            if (service_row(self, json_as_text(one)))
                json_add(again, json_copy(service_row(self, json_as_text(one))));
    }
    json_free(&self->visit);
    self->visit = again;
}

const char *visit_why_not_move(const struct reception *self, int by)
{
    int to = self->stops.selected + by;
    if (self->place != VISIT || self->stops.count == 0)
        return TR("Choose a stop of the visit first (Tab).");
    return to >= 0 && to < self->stops.count ? NULL : TR("It stands at the end already.");
}

void visit_move(struct reception *self, int by)
{
    int from = self->stops.selected, to = from + by;
    const struct json *stops = json_get(self->plan, "stops");
    struct json *moved = json_new_array();
    absorb(self);
    self->chosen = false;
    for (int i = 0; i < self->stops.count; i++) {
        int of = i == to ? from : i == from ? to : i;
        json_add(moved, json_copy(json_at(stops, (size_t)of)));
    }
    take_order(self, moved, -1);
    json_free(&moved);
    self->ordered = true;
    list_select(&self->stops, to);
}

void visit_drop(struct reception *self)
{
    int which = self->stops.selected;
    absorb(self);
    self->chosen = false;
    struct json *stops = json_copy(json_get(self->plan, "stops"));
    take_order(self, stops, which);
    json_free(&stops);
    if (!visit_is_begun(self))
        visit_forget(self);
}

/* Esc: the one that was added last. */
void visit_drop_last(struct reception *self)
{
    const struct json *last = json_at(self->visit, json_count(self->visit) - 1);
    struct json *out = json_take(self->visit, last);
    json_free(&out);
    if (!visit_is_begun(self))
        visit_forget(self);
}

/* --- what is sent --- */

void visit_put(const struct reception *self, struct json *body)
{
    struct json *ids = wished(self);
    if (json_count(ids) == 1) {
        json_set_text(body, "service", json_as_text(json_first(ids)));
        json_free(&ids);
        return;
    }
    bool shown = json_equal(ids, json_get(self->plan, "services"));
    if (shown) { /* in the order that the citizen was told */
        struct json *told = json_new_array();
        const struct json *stops = json_get(self->plan, "stops");
        for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
            const struct json *services = json_get(stop, "services");
            for (const struct json *one = json_first(services); one; one = json_next(one))
                json_add_text(told, json_as_text(one));
        }
        json_free(&ids);
        ids = told;
    }
    json_set(body, "services", ids);
    json_set_text(body, "order", shown || self->ordered ? "given" : "sensible");
}

/* --- drawing --- */

struct view {
    const struct reception *self;
    const struct ui *ui;
};

static void stop_row(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    const struct json *stop = json_at(json_get(view->self->plan, "stops"), (size_t)row);
    char why[SHOW_TEXT];
    struct rect sign = rect_cut_left(&area, SIGN_W), place = rect_cut_left(&area, PLACE_W);
    text_draw(frame, sign, look == STYLE_SELECTED ? "›" : " ", look);
    text_drawf(frame, place, look == STYLE_TEXT ? STYLE_ACCENT : look, "%d", row + 1);
    visit_stop_why(view->ui, stop, why);
    if (str_equal(json_text(stop, "why"), "nobody")) /* the way there says it */
        why[0] = '\0';
    struct rect reason = rect_cut_right(&area, text_width(why) < WHY_W ? text_width(why) : WHY_W);
    text_draw(frame, reason, why, look == STYLE_TEXT ? STYLE_DIM : look);
    rect_cut_right(&area, 1);
    visit_stop_view(view->ui, stop, frame, area, look);
}

/* Of the stop that the cursor is on. */
static void services_line(const struct view *view, struct frame *frame, struct rect line)
{
    const struct json *stops = json_get(view->self->plan, "stops");
    char text[SHOW_TEXT];
    rect_cut_left(&line, SIGN_W + PLACE_W);
    text_draw(frame, line, visit_services(view->ui, json_at(stops, (size_t)view->self->stops.selected), text),
              STYLE_DIM);
}

/* Why F10 would be refused, as far as this computer knows. */
static void refused_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct json *refused = json_get(view->self->plan, "refused");
    if (!refused)
        return;
    const char *text =
        show_refusal(view->ui, json_text_or(refused, "code", ""), json_text_or(refused, "message", ""));
    rect_cut_top(area, text_draw_wrapped(frame, *area, text, STYLE_WARN, 0));
}

/* "Services of this visit: 3 · about 20 to 45 min in all" */
static void heading_view(const struct view *view, struct frame *frame, struct rect line)
{
    char text[2 * SHOW_TEXT], minutes[SHOW_TEXT], in_all[SHOW_TEXT];
    const struct json *plan = view->self->plan;
    str_format(text, sizeof text, tr(view->ui->lang, TR("Services of this visit: %d")),
               (int)json_count(json_get(plan, "services")));
    rect_cut_left(&line, text_draw(frame, line, text, STYLE_TITLE));
    if (!reception_minutes(view->ui, json_get(plan, "visit_min"), minutes))
        return;
    str_format(in_all, sizeof in_all, tr(view->ui->lang, TR("%s in all")), minutes);
    text_drawf(frame, line, STYLE_TEXT, " · %s", in_all);
}

void visit_view(const struct reception *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    const struct view view = {self, ui};
    int count = (int)json_count(json_get(self->plan, "stops"));
    bool here = self->place == VISIT;
    struct list list = {.count = count, .selected = here ? self->stops.selected : -1};
    struct list_rows rows = {.draw = stop_row, .self = &view, .empty = ""};
    if (!count || !visit_is_begun(self))
        return;
    heading_view(&view, frame, rect_cut_top(area, 1));
    list_draw(&list, &rows, frame, rect_cut_top(area, count), here);
    if (here)
        services_line(&view, frame, rect_cut_top(area, 1));
    refused_view(&view, frame, area);
    text_draw(frame, rect_cut_top(area, 1),
              tr(ui->lang, here ? TR("K earlier · J later · x leave out · Tab back")
                                : TR("F2 adds one · Tab to the stops · F10 gives the number")),
              STYLE_DIM);
    rect_cut_top(area, 1);
}

/* On the ticket's picture: where first, and how long in all. */
void visit_told_view(const struct reception *self, const struct ui *ui, struct frame *frame,
                     struct rect *words)
{
    char text[2 * SHOW_TEXT] = "", name[SHOW_TEXT], minutes[SHOW_TEXT];
    const struct json *stops = json_get(self->plan, "stops");
    for (const struct json *stop = json_first(stops); stop; stop = json_next(stop)) {
        size_t length = strlen(text);
        str_format(text + length, sizeof text - length, "%s%s", stop == json_first(stops) ? "" : " → ",
                   visit_stop_name(ui, stop, name));
    }
    text_draw_as(frame, rect_cut_top(words, 1), text, STYLE_TEXT, TEXT_CENTRE);
    if (!reception_minutes(ui, json_get(self->answer, "visit_min"), minutes))
        return;
    str_format(text, sizeof text, tr(ui->lang, TR("%s in all")), minutes);
    text_draw_as(frame, rect_cut_top(words, 1), text, STYLE_DIM, TEXT_CENTRE);
}
