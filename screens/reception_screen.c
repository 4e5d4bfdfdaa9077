/* screens/reception_screen.c: what do people need, which papers must they have before they wait, and the
 * ticket. Places to stand: the finder, where letters search, those who wait in the queue of the chosen
 * service, the stops of a visit to several (reception_visit.c), and those who have booked (reception_bookings.c). */
#include <stdlib.h>
#include <string.h>

#include "core/model/person.h"
#include "core/model/role.h"
#include "screens/print_text.h"
#include "screens/reception.h"
#include "screens/service_view.h"
#include "tui/big.h"
#include "tui/text.h"

enum {
    FIND_BYTES = 200,
    WAITING_MAX = 200,
    WIDE = 100,     /* columns from which the details stand at the right */
    LIST_ROWS = 6,  /* of the finder when they stand below */
    RIGHT_W = 42,   /* fees and place, beside the papers */
    TYPED_W = 12,   /* what is typed stays readable */
    UNDO_MS = 60000 /* PROTOCOL.md section 4 */
};

static void *reception_new(const struct json *args)
{
    struct reception *self = xcalloc(1, sizeof *self);
    field_init(&self->find, FIND_BYTES);
    field_set(&self->find, json_text_or(args, "q", ""));
    field_init(&self->find_booking, FIND_BYTES);
    return self;
}

static void reception_free(void *data)
{
    struct reception *self = data;
    field_deinit(&self->find);
    field_deinit(&self->find_booking);
    struct json **all[] = {&self->found,       &self->calendar,  &self->queue,  &self->classes,
                           &self->priority,    &self->person,    &self->ticket, &self->answer,
                           &self->booked_list, &self->other_day, &self->event,  &self->visit,
                           &self->plan};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        json_free(all[i]);
    free(self);
}

static const struct json *service(const struct reception *self)
{
    return json_at(self->found, (size_t)self->services.selected);
}

static const struct json *waiting_row(const struct reception *self)
{
    return json_at(json_get(self->queue, "rows"), (size_t)self->waiting.selected);
}

static void take(struct json **place, const struct json *json)
{
    json_free(place);
    *place = json ? json_copy(json) : NULL;
}

/* --- data --- */

static void load_services(const struct reception *self, const struct ui *ui, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "q", field_text(&self->find));
    json_set_text(args, "lang", lang_code(ui->lang));
    effects_load(effects, "services", args);
}

static void load_queue(const struct reception *self, struct effects *effects)
{
    const char *queue = json_text(service(self), "queue");
    if (!queue)
        return;
    struct json *args = json_new_object();
    json_set_text(args, "queue", queue);
    json_set_int(args, "limit", WAITING_MAX);
    effects_load(effects, "queue", args);
}

static void take_services(struct reception *self, const struct json *answer, struct effects *effects)
{
    if (!str_equal(json_text_or(answer, "q", ""), field_text(&self->find)))
        return; /* an answer to what was typed before */
    take(&self->found, json_get(answer, "rows"));
    take(&self->calendar, json_get(answer, "calendar"));
    take(&self->event, json_get(answer, "event"));
    self->more = json_bool(answer, "more", false);
    list_set_count(&self->services, (int)json_count(self->found));
    load_queue(self, effects);
    visit_load(self, effects);
}

static void on_data(struct reception *self, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "services")) {
        take_services(self, msg->json, effects);
    } else if (str_equal(msg->what, "queue")) {
        take(&self->queue, msg->json);
        list_set_count(&self->waiting, (int)json_count(json_get(self->queue, "rows")));
    } else if (str_equal(msg->what, "priorities")) {
        take(&self->classes, json_get(msg->json, "rows"));
    } else if (str_equal(msg->what, "visit")) {
        visit_data(self, msg->json);
    } else if (str_equal(msg->what, "bookings")) {
        bookings_data(self, msg->json);
    }
}

/* --- the next visitor --- */

static void forget_visitor(struct reception *self)
{
    json_free(&self->priority);
    json_free(&self->person);
    self->booked[0] = '\0';
}

static void next_visitor(struct reception *self, const struct ui *ui, struct effects *effects)
{
    self->issued = NOT_ISSUED;
    self->chosen = false;
    json_free(&self->ticket);
    json_free(&self->answer);
    visit_forget(self);
    field_set(&self->find, "");
    list_select(&self->services, 0);
    load_services(self, ui, effects);
}

/* --- issuing --- */

static void issue(struct reception *self, const char *late_reason, struct effects *effects)
{
    const char *person = json_text(self->person, "id");
    struct json *body = json_new_object();
    if (visit_is_begun(self))
        visit_put(self, body);
    else
        json_set_text(body, "service", json_text_or(service(self), "id", ""));
    json_set_text(body, "channel", *self->booked ? "booked" : "walk_in");
    if (self->priority)
        json_set_text(body, "priority", json_text_or(self->priority, "code", ""));
    if (person)
        json_set_text(body, "person", person);
    else if (self->person)
        json_set(body, "person", json_copy(self->person));
    if (*self->booked)
        json_set_text(body, "appointment_at", self->booked);
    if (late_reason)
        json_set_text(body, "late_reason", late_reason);
    effects_command(effects, "ticket.issue", body);
}

/* The queue's last ticket is given: whoever may give one more says why. */
static void on_refused(struct reception *self, const struct ui *ui, const struct msg *msg,
                       struct effects *effects)
{
    char next[SHOW_TEXT], text[SHOW_TEXT];
    bool may = (ui->session.roles & (ROLE_RECEPTION | ROLE_SUPERVISOR)) != 0;
    if (!str_equal(msg->code, "last_ticket_over") || !str_equal(msg->what, "ticket.issue"))
        return;
    if (!may || self->late_asked)
        return;
    self->late_asked = true;
    service_numbers_next(ui, json_get(self->queue, "queue"), self->calendar, next);
    str_format(text, sizeof text, "%s%s%s",
               tr(ui->lang, TR("Why is a number given now all the same? It stays on the ticket.")),
               *next ? " · " : "", next);
    struct json *question = question_new("late", text);
    question_field(question, "", false);
    effects_ask(effects, question);
}

static const char *number_of(const struct json *result)
{
    return json_text_or(json_get(json_get(result, "data"), "ticket"), "number", "");
}

static void copy_member(struct json *to, const char *name, const struct json *from)
{
    if (from)
        json_set(to, name, json_copy(from));
}

/* answer: of ticket.issue or a check-in; service: its row, NULL where it is another visitor's. */
static struct json *ticket_facts(const struct reception *self, const struct json *answer,
                                 const struct json *service_row)
{
    static const char *const copied[] = {"ahead", "estimate_min"};
    const struct json *ticket = json_get(answer, "ticket");
    struct json *facts = json_new_object();
    json_set_text(facts, "number", json_text_or(ticket, "number", ""));
    json_set_text(facts, "at", json_text(ticket, "arrived_at"));
    json_set_text(facts, "booked_at", json_text(ticket, "appointment_at"));
    copy_member(facts, "service", json_get(service_row, "name"));
    for (const struct json *one = json_first(self->classes); one; one = json_next(one))
        if (json_text(ticket, "priority") && str_equal(json_text(one, "code"), json_text(ticket, "priority")))
            copy_member(facts, "priority", json_get(one, "name"));
    for (size_t i = 0; i < sizeof copied / sizeof *copied; i++)
        copy_member(facts, copied[i], json_get(answer, copied[i]));
    return facts;
}

/* kind: see print_send. Nothing without a number, which only the hall may give. */
static void print_number(const struct reception *self, const struct ui *ui, const char *kind,
                         const struct json *answer, const struct json *service_row, struct effects *effects)
{
    const struct ui reader = print_reader(ui, json_text(json_get(answer, "ticket"), "language"));
    struct json *facts = ticket_facts(self, answer, service_row);
    const char *number = json_text(facts, "number");
    if (!str_empty(number))
        print_send(effects, kind, number, print_ticket(&reader, facts));
    json_free(&facts);
}

/* A ticket is printed once by itself, as soon as it has its number. */
static void print_issued(struct reception *self, const struct ui *ui, const struct json *answer,
                         const struct json *service_row, struct effects *effects)
{
    const char *number = json_text_or(json_get(answer, "ticket"), "number", "");
    if (!*number || str_equal(number, self->printed))
        return;
    str_copy(self->printed, sizeof self->printed, number);
    print_number(self, ui, "issued", answer, service_row, effects);
}

static void on_saved(struct reception *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    const struct json *body = json_get(msg->json, "body");
    if (str_equal(msg->what, "ticket.cancel")) {
        str_copy(self->left, sizeof self->left, json_text_or(body, "ticket", ""));
        self->left_ms = ui->now_ms;
        return effects_toast(effects, TOAST_PLAIN,
                             tr(ui->lang, TR("%s is out of the queue; u takes it back")), self->left_number);
    }
    if (str_equal(msg->what, "ticket.check_in") || str_equal(msg->what, "ticket.rebook"))
        return bookings_saved(self, ui, msg, effects);
    if (!str_equal(msg->what, "ticket.issue"))
        return;
    self->issued = ISSUED_HERE;
    self->seq = msg->seq;
    take(&self->ticket, visit_is_begun(self) ? json_first(self->visit) : service(self));
    take(&self->answer, json_get(msg->json, "data")); /* as this computer expects it */
    forget_visitor(self);
    print_issued(self, ui, self->answer, self->ticket, effects);
}

static void on_result(struct reception *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    bool applied = str_equal(json_text(msg->json, "status"), "applied");
    bool shown = self->issued && msg->seq == self->seq;
    if (!str_equal(msg->what, "ticket.issue") && !str_equal(msg->what, "ticket.check_in"))
        return;
    if (shown && applied) {
        self->issued = ISSUED_BY_HALL;
        take(&self->answer, json_get(msg->json, "data"));
        if (str_equal(msg->what, "ticket.issue"))
            print_issued(self, ui, self->answer, self->ticket, effects);
    } else if (shown) {
        self->issued = NOT_ISSUED;
    } else if (applied && str_equal(msg->what, "ticket.issue")) {
        effects_toast(effects, TOAST_GOOD, tr(ui->lang, TR("The number of an earlier visitor: %s")),
                      number_of(msg->json));
        print_issued(self, ui, json_get(msg->json, "data"), NULL, effects);
    }
}

/* --- questions --- */

static void ask_priority(const struct reception *self, const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("priority", tr(ui->lang, TR("Which lawful priority? Type to search.")));
    question_item(question, tr(ui->lang, TR("none: in turn")), "", NULL);
    for (const struct json *row = json_first(self->classes); row; row = json_next(row)) {
        char label[SHOW_TEXT];
        const char *legal = show_name(ui, json_get(row, "legal"));
        str_format(label, sizeof label, "%s%s%s", show_name(ui, json_get(row, "name")), *legal ? " · " : "",
                   legal);
        question_item(question, label, json_text_or(row, "code", ""), json_copy(row));
    }
    effects_ask(effects, question);
}

static void ask_person(const struct ui *ui, struct effects *effects)
{
    struct json *question =
        question_new("person", tr(ui->lang, TR("Who is it? FIN, NIK, name, phone or date of birth")));
    question_search(question, "persons", "");
    effects_ask(effects, question);
}

/* Someone whom the hall does not know yet travels with the ticket as what is known. */
static struct json *person_typed(const char *typed)
{
    static const enum identity kinds[] = {IDENTITY_FIN, IDENTITY_NIK, IDENTITY_PHONE_AZ, IDENTITY_PHONE_ID};
    static const char *const members[] = {"fin", "nik", "phone", "phone"};
    char normal[IDENTITY_TEXT];
    struct json *person = json_new_object();
    bool digit = typed[strcspn(typed, "0123456789")] != '\0';
    for (size_t i = 0; digit && i < sizeof kinds / sizeof *kinds; i++) {
        if (identity_normal(kinds[i], typed, normal)) {
            json_set_text(person, members[i], normal);
            return person;
        }
    }
    json_set_text(person, "name", typed);
    return person;
}

static void answered(struct reception *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    if (bookings_answered(self, ui, msg, effects))
        return;
    if (str_equal(msg->what, "late"))
        return issue(self, text, effects);
    if (str_equal(msg->what, "priority")) {
        take(&self->priority, *text ? msg->json : NULL);
        visit_load(self, effects);
    } else if (str_equal(msg->what, "person")) {
        json_free(&self->person);
        self->person = msg->json ? json_copy(msg->json) : *text ? person_typed(text) : NULL;
    }
}

/* --- actions and keys --- */

static void cancel(const struct reception *self, struct effects *effects)
{
    const struct json *row = waiting_row(self);
    struct json *body = json_new_object();
    json_set_text(body, "ticket", json_text_or(row, "id", ""));
    json_set_int(body, "gen", json_int(row, "gen", 0));
    effects_command(effects, "ticket.cancel", body);
}

static void undo(struct reception *self, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", self->left);
    json_set_int(body, "gen", -1); /* not compared */
    effects_command(effects, "ticket.undo", body);
    self->left[0] = '\0';
}

static void copy_papers(const struct reception *self, const struct ui *ui, struct effects *effects)
{
    char *text = service_summary(ui, service(self));
    effects_add(effects, EFFECT_COPY, NULL, text);
    effects_toast(effects, TOAST_GOOD, "%s", tr(ui->lang, TR("The list of papers is copied.")));
    free(text);
}

static void print_shown(const struct reception *self, const struct ui *ui, struct effects *effects)
{
    if (self->issued)
        return print_number(self, ui, "ticket", self->answer, self->ticket, effects);
    print_send(effects, "paper", show_name(ui, json_get(service(self), "name")),
               print_papers(ui, service(self)));
}

static void clear_find(struct reception *self, const struct ui *ui, struct effects *effects)
{
    self->chosen = false;
    field_set(&self->find, "");
    list_select(&self->services, 0);
    load_services(self, ui, effects);
}

static void add_service(struct reception *self, const struct ui *ui, struct effects *effects)
{
    visit_add(self);
    clear_find(self, ui, effects);
}

static void drop_last(struct reception *self, struct effects *effects)
{
    visit_drop_last(self);
    visit_load(self, effects);
}

static void change_stops(struct reception *self, enum action action, struct effects *effects)
{
    if (action == ACTION_STOP_DROP)
        visit_drop(self);
    else
        visit_move(self, action == ACTION_STOP_EARLIER ? -1 : 1);
    visit_load(self, effects);
}

/* One step: from those who wait to the finder, from the ticket to the next visitor, then out of here. */
static void back(struct reception *self, const struct ui *ui, struct effects *effects)
{
    if (self->place != FINDER)
        self->place = FINDER;
    else if (self->issued)
        next_visitor(self, ui, effects);
    else if (self->priority || self->person || *self->booked)
        forget_visitor(self);
    else if (*field_text(&self->find))
        clear_find(self, ui, effects);
    else if (visit_is_begun(self))
        drop_last(self, effects);
    else
        effects_back(effects);
}

static void act(struct reception *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_FILTER:
        self->place = FINDER;
        return;
    case ACTION_ISSUE:
        self->late_asked = false;
        return issue(self, NULL, effects);
    case ACTION_ADD_SERVICE:
        return add_service(self, ui, effects);
    case ACTION_STOP_EARLIER:
    case ACTION_STOP_LATER:
    case ACTION_STOP_DROP:
        return change_stops(self, action, effects);
    case ACTION_PRIORITY:
        return ask_priority(self, ui, effects);
    case ACTION_CHECK_IN:
        if (self->place != BOOKINGS)
            return bookings_open(self, effects);
        self->place = FINDER;
        return;
    case ACTION_IDENTIFY:
        return ask_person(ui, effects);
    case ACTION_COPY:
        return copy_papers(self, ui, effects);
    case ACTION_PRINT:
        return print_shown(self, ui, effects);
    case ACTION_LEFT:
        str_copy(self->left_number, sizeof self->left_number, json_text_or(waiting_row(self), "number", ""));
        return cancel(self, effects);
    case ACTION_UNDO:
        return undo(self, effects);
    default:
        return;
    }
}

static void enter(struct reception *self, const struct ui *ui, struct effects *effects)
{
    if (self->issued)
        next_visitor(self, ui, effects);
    else if (self->chosen && service(self))
        effects_do(effects, ACTION_ISSUE);
}

static void key_to_finder(struct reception *self, const struct ui *ui, struct key key,
                          struct effects *effects)
{
    if (key_is(key, "Enter"))
        return enter(self, ui, effects);
    if (list_key_below_field(&self->services, key)) {
        self->chosen = true;
        self->issued = NOT_ISSUED;
        load_queue(self, effects);
        return visit_load(self, effects);
    }
    if (self->issued && key_types(key))
        next_visitor(self, ui, effects); /* whoever types has the next one before them */
    if (field_key(&self->find, key) != EDIT_CHANGED)
        return;
    self->chosen = *field_text(&self->find) != '\0';
    list_select(&self->services, 0);
    load_services(self, ui, effects);
}

/* Beside the finder what is of use now: the stops of a visit that has begun, else those who wait. */
static void turn_place(struct reception *self)
{
    bool stops = visit_is_begun(self) && !self->issued;
    self->place = self->place != FINDER ? FINDER : stops ? VISIT : WAITING;
}

static void on_key(struct reception *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (key_is(key, "Tab") || key_is(key, "S-Tab"))
        turn_place(self);
    else if (self->place == BOOKINGS)
        bookings_key(self, ui, key, effects);
    else if (self->place == WAITING)
        list_key(&self->waiting, key);
    else if (self->place == VISIT)
        list_key(&self->stops, key);
    else
        key_to_finder(self, ui, key, effects);
}

static void on_paste(struct reception *self, const struct ui *ui, const struct msg *msg,
                     struct effects *effects)
{
    if (self->place == BOOKINGS)
        return bookings_paste(self, msg->text, effects);
    if (self->place != FINDER)
        return;
    field_paste(&self->find, msg->text, strlen(msg->text));
    self->chosen = true;
    load_services(self, ui, effects);
}

static void reception_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct reception *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        effects_load(effects, "priorities", NULL);
        if (self->place == BOOKINGS)
            bookings_load(self, effects);
        return load_services(self, ui, effects);
    case MSG_DATA:
        return on_data(self, msg, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        return on_paste(self, ui, msg, effects);
    case MSG_ANSWERED:
        return answered(self, ui, msg, effects);
    case MSG_SAVED:
        return on_saved(self, ui, msg, effects);
    case MSG_RESULT:
        return on_result(self, ui, msg, effects);
    case MSG_REFUSED:
        return on_refused(self, ui, msg, effects);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    enum reception_place place = ((const struct reception *)data)->place;
    return place != WAITING && place != VISIT;
}

static bool chooses(const void *data)
{
    return ((const struct reception *)data)->place == FINDER;
}

static const char *reception_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct reception *self = data;
    switch (action) {
    case ACTION_ISSUE:
        if (self->issued)
            return TR("The ticket is issued: Enter goes on to the next visitor.");
        if (self->place == BOOKINGS)
            return TR("Enter checks the booking in. Esc goes back to the services.");
        return service(self) || visit_is_begun(self) ? NULL : TR("Choose a service first.");
    case ACTION_ADD_SERVICE:
        if (self->issued)
            return TR("The ticket is issued: Enter goes on to the next visitor.");
        return self->place == BOOKINGS ? TR("Enter checks the booking in. Esc goes back to the services.")
                                       : visit_why_not_add(self);
    case ACTION_STOP_EARLIER:
        return visit_why_not_move(self, -1);
    case ACTION_STOP_LATER:
        return visit_why_not_move(self, 1);
    case ACTION_STOP_DROP:
        return visit_why_not_move(self, 0);
    case ACTION_COPY:
        return service(self) ? NULL : TR("Choose a service first.");
    case ACTION_PRINT:
        if (self->issued && !*json_text_or(json_get(self->answer, "ticket"), "number", ""))
            return TR("The ticket has no number yet.");
        return self->issued || service(self) ? NULL : TR("Choose a service first.");
    case ACTION_PRIORITY:
        return json_count(self->classes) ? NULL : TR("This hall names no priority classes.");
    case ACTION_LEFT:
        return self->place == WAITING && waiting_row(self) ? NULL : TR("Choose one who waits (Tab).");
    case ACTION_UNDO:
        return *self->left && ui->now_ms - self->left_ms < UNDO_MS
                   ? NULL
                   : TR("There is nothing to undo, or it is more than a minute ago.");
    default:
        return NULL;
    }
}

/* --- drawing --- */

struct view {
    const struct reception *self;
    const struct ui *ui;
};

static void service_row(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    const struct json *found = json_at(view->self->found, (size_t)row);
    struct rect sign = rect_cut_left(&area, 2), code = rect_cut_left(&area, 4);
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    text_draw(frame, code, json_text_or(found, "queue_code", ""), look == STYLE_TEXT ? STYLE_ACCENT : look);
    struct rect waiting = rect_cut_right(&area, 5);
    text_drawf(frame, waiting, look, "%4d", (int)json_int(found, "waiting", 0));
    rect_cut_right(&area, 1);
    int used = text_draw(frame, area, show_name(view->ui, json_get(found, "name")), look);
    rect_cut_left(&area, used);
    const struct json *why = json_get(found, "life_event"); /* found by it: it says more than the agency */
    const char *after = show_name(view->ui, why ? why : json_get(found, "agency_name"));
    if (*after && area.w > 8)
        text_drawf(frame, area, look == STYLE_TEXT ? STYLE_DIM : look, " · %s", after);
}

static void waiting_line(const void *data, int row, struct frame *frame, struct rect area, unsigned look)
{
    const struct view *view = data;
    const struct json *ticket = json_at(json_get(view->self->queue, "rows"), (size_t)row);
    char clock[SHOW_TEXT], wait[SHOW_TEXT];
    struct rect sign = rect_cut_left(&area, 2), number = rect_cut_left(&area, 8),
                minutes = rect_cut_right(&area, 10);
    text_draw(frame, sign, look == STYLE_TEXT ? " " : "›", look);
    text_draw(frame, number, json_text_or(ticket, "number", "…"), look);
    text_draw_as(frame, minutes,
                 show_minutes(view->ui, show_since_ms(view->ui, json_text(ticket, "arrived_at")), wait), look,
                 TEXT_RIGHT);
    const char *appointment = show_clock(json_text(ticket, "appointment_at"), clock);
    if (*appointment)
        text_drawf(frame, area, look, tr(view->ui->lang, TR("booked %s")), appointment);
    else
        text_drawf(frame, area, look, tr(view->ui->lang, TR("arrived %s")),
                   show_clock(json_text(ticket, "arrived_at"), clock));
}

static const char *queue_name(const struct reception *self, const struct ui *ui)
{
    return show_name(ui, json_get(json_get(self->queue, "queue"), "name"));
}

/* The bus that has the queue now; "" when it is here. */
static const char *queue_bus(const struct reception *self)
{
    return json_text_or(json_get(self->queue, "queue"), "home_name", "");
}

/* No open counter calls whoever comes to this queue now: none is there, or the last one closes. Without the hall it is not
 * known who is there. */
static bool is_called_by_nobody(const struct reception *self, const struct ui *ui, const char *queue_id)
{
    const struct json *queue = json_get(self->queue, "queue"), *counters = json_get(queue, "counters");
    return ui->link.state == LINK_ONLINE && counters && !json_count(counters) &&
           str_equal(json_text(queue, "id"), queue_id) && !*queue_bus(self);
}

static void waiting_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct reception *self = view->self;
    struct list_rows rows = {
        .draw = waiting_line, .self = view, .empty = tr(view->ui->lang, TR("Nobody is waiting."))};
    struct rect head = rect_cut_top(&area, 1);
    text_drawf(frame, head, STYLE_TITLE, tr(view->ui->lang, TR("Waiting in %s %s: %d")),
               json_text_or(service(self), "queue_code", ""), queue_name(self, view->ui),
               (int)json_count(json_get(self->queue, "rows")));
    struct rect hint = rect_cut_bottom(&area, 1);
    text_draw(frame, hint, tr(view->ui->lang, TR("x has left · Tab back to the finder")), STYLE_DIM);
    list_draw(&self->waiting, &rows, frame, area, true);
}

bool reception_minutes(const struct ui *ui, const struct json *range, char out[SHOW_TEXT])
{
    int low = (int)json_as_int(json_at(range, 0), -1), high = (int)json_as_int(json_at(range, 1), -1);
    if (low < 0 || high < low)
        return false;
    if (low == high)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("about %d min")), high);
    else
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("about %d to %d min")), low, high);
    return true;
}

void reception_line(struct frame *frame, struct rect *area, unsigned look, const char *text)
{
    struct rect line = rect_cut_top(area, 1);
    rect_cut_left(&line, 1);
    text_draw(frame, line, text, look);
}

/* Where, how many, and what the last one who came was promised: this computer promises nothing itself. */
static void where_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct reception *self = view->self;
    const struct json *tickets = json_get(self->queue, "rows");
    const struct json *last = json_at(tickets, json_count(tickets) ? json_count(tickets) - 1 : 0);
    char text[SHOW_TEXT], minutes[SHOW_TEXT];
    show_heading(frame, rect_cut_top(area, 1), tr(view->ui->lang, TR("Where")));
    str_format(text, sizeof text, tr(view->ui->lang, TR("queue %s %s")),
               json_text_or(service(self), "queue_code", ""), queue_name(self, view->ui));
    reception_line(frame, area, STYLE_TEXT, text);
    if (*queue_bus(self)) {
        str_format(text, sizeof text, tr(view->ui->lang, TR("now with %s")), queue_bus(self));
        reception_line(frame, area, STYLE_WARN | ATTR_BOLD, text);
        reception_line(frame, area, STYLE_WARN, tr(view->ui->lang, TR("no number is given here")));
    }
    str_format(text, sizeof text, tr(view->ui->lang, TR("%d people are waiting now")),
               (int)json_int(service(self), "waiting", 0));
    reception_line(frame, area, STYLE_TEXT, text);
    rect_cut_top(
        area, service_numbers_view(view->ui, json_get(self->queue, "queue"), self->calendar, frame, *area));
    if (is_called_by_nobody(self, view->ui, json_text(service(self), "queue")))
        reception_line(frame, area, STYLE_WARN, tr(view->ui->lang, TR("! nobody calls new numbers now")));
    else if (reception_minutes(view->ui, json_get(last, "promise_min"), minutes)) {
        str_format(text, sizeof text, tr(view->ui->lang, TR("last ticket told: %s")), minutes);
        reception_line(frame, area, STYLE_DIM, text);
    }
}

/* What is added to the ticket: priority with its ground, the booking, the person. */
static void extras_view(const struct view *view, struct frame *frame, struct rect *area)
{
    const struct reception *self = view->self;
    char text[SHOW_TEXT], clock[SHOW_TEXT];
    if (!self->priority && !self->person && !*self->booked)
        return;
    show_heading(frame, rect_cut_top(area, 1), tr(view->ui->lang, TR("For this ticket")));
    if (self->priority) {
        str_format(text, sizeof text, "! %s", show_name(view->ui, json_get(self->priority, "name")));
        reception_line(frame, area, STYLE_WARN, text);
        struct rect ground = *area;
        rect_cut_left(&ground, 3);
        rect_cut_top(area,
                     text_draw_wrapped(frame, ground, show_name(view->ui, json_get(self->priority, "legal")),
                                       STYLE_DIM, 0));
    }
    if (*self->booked) {
        str_format(text, sizeof text, tr(view->ui->lang, TR("booked %s")),
                   show_moment(view->ui, self->booked, clock));
        reception_line(frame, area, STYLE_TEXT, text);
    }
    if (self->person)
        reception_line(frame, area, STYLE_TEXT, show_person(view->ui, self->person, text));
}

static void right_view(const struct view *view, struct frame *frame, struct rect area)
{
    extras_view(view, frame, &area);
    where_view(view, frame, &area);
    rect_cut_top(&area, service_hours_view(view->ui, service(view->self), view->self->calendar, frame, area));
    service_fees_view(view->ui, service(view->self), frame, area);
}

static void details_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct json *chosen = service(view->self);
    const char *agency = show_name(view->ui, json_get(chosen, "agency_name"));
    struct rect head = rect_cut_top(&area, 1);
    rect_cut_left(
        &head, text_draw(frame, head, show_name(view->ui, json_get(chosen, "name")), STYLE_TEXT | ATTR_BOLD));
    if (*agency)
        text_drawf(frame, head, STYLE_DIM, " · %s", agency);
    if (area.h > 14)
        rect_cut_top(&area, 1);
    if (area.w < 2 * RIGHT_W - 16) {
        rect_cut_top(&area, service_papers_view(view->ui, chosen, frame, area));
        return right_view(view, frame, area);
    }
    struct rect right = rect_cut_right(&area, RIGHT_W);
    frame_pillar(frame, rect_cut_left(&right, 2));
    service_papers_view(view->ui, chosen, frame, area);
    right_view(view, frame, right);
}

/* "3 people before · about 20 to 35 min"; "" when nobody knows yet. */
static const char *ahead_text(const struct view *view, char out[SHOW_TEXT])
{
    const struct json *answer = view->self->answer;
    char minutes[SHOW_TEXT];
    int ahead = (int)json_int(answer, "ahead", -1);
    if (ahead > 0)
        str_format(out, SHOW_TEXT, tr(view->ui->lang, TR("%d people before")), ahead);
    else
        str_copy(out, SHOW_TEXT, ahead == 0 ? tr(view->ui->lang, TR("next in turn")) : "");
    size_t length = strlen(out);
    if (ahead >= 0 &&
        is_called_by_nobody(view->self, view->ui, json_text(json_get(answer, "ticket"), "queue")))
        str_format(out + length, SHOW_TEXT - length, " · %s",
                   tr(view->ui->lang, TR("! nobody calls new numbers now")));
    else if (ahead >= 0 && reception_minutes(view->ui, json_get(answer, "estimate_min"), minutes))
        str_format(out + length, SHOW_TEXT - length, " · %s", minutes);
    return out;
}

/* Whoever came early and is called at the time booked need not be told how many wait. */
static bool is_kept(const struct reception *self)
{
    return json_int(self->answer, "early_min", 0) > 0 &&
           str_equal(json_text(self->answer, "place"), "booked");
}

/* This computer has no numbers of its own: the hall must give one. */
static void no_number_view(const struct view *view, struct frame *frame, struct rect middle,
                           struct rect below)
{
    bool online = view->ui->link.state == LINK_ONLINE;
    text_draw_as(frame, middle, tr(view->ui->lang, TR("○ The ticket is saved on this computer.")),
                 STYLE_TEXT | ATTR_BOLD, TEXT_CENTRE);
    text_draw_as(frame, below,
                 tr(view->ui->lang, online ? TR("The hall gives it a number…")
                                           : TR("The number comes when the hall is reached.")),
                 online ? STYLE_DIM : STYLE_WARN, TEXT_CENTRE);
}

/* The number, large enough to be read across the desk: the hall's, or while it is away one of this computer's own. */
static void number_view(const struct view *view, struct frame *frame, struct rect area)
{
    enum { WORDS_H = 6, SCALE_MAX = 2, H_MAX = 18 };
    const struct reception *self = view->self;
    const struct json *ticket = json_get(self->answer, "ticket");
    char text[SHOW_TEXT], key[SHOW_TEXT];
    if (area.h > H_MAX) {
        rect_cut_top(&area, (area.h - H_MAX) / 2);
        area.h = H_MAX;
    }
    struct rect words = rect_cut_bottom(&area, area.h > 2 * WORDS_H ? WORDS_H : WORDS_H - 1);
    const char *number = json_text_or(ticket, "number", "");
    bool of_hall = self->issued == ISSUED_BY_HALL;
    if (of_hall || *number)
        big_draw(frame, area, number, STYLE_ACCENT | ATTR_BOLD, SCALE_MAX);
    if (!of_hall && *number)
        text_draw_as(frame, rect_cut_top(&words, 1),
                     tr(view->ui->lang, TR("○ Saved on this computer. The number holds.")), STYLE_TEXT,
                     TEXT_CENTRE);
    else if (!of_hall)
        no_number_view(view, frame, rect_row(area, area.h / 2), rect_cut_top(&words, 1));
    if (*bookings_told(self, view->ui, text))
        text_draw_as(frame, rect_cut_top(&words, 1), text, STYLE_WARN | ATTR_BOLD, TEXT_CENTRE);
    if (!is_kept(self))
        text_draw_as(frame, rect_cut_top(&words, 1), ahead_text(view, text), STYLE_TEXT | ATTR_BOLD,
                     TEXT_CENTRE);
    if (json_count(json_get(ticket, "stops")))
        visit_told_view(self, view->ui, frame, &words);
    else
        text_draw_as(frame, rect_cut_top(&words, 1), show_name(view->ui, json_get(self->ticket, "name")),
                     STYLE_DIM, TEXT_CENTRE);
    char print[KEY_NAME];
    str_format(key, sizeof key, "Enter  %s   %s  %s", tr(view->ui->lang, TR("next visitor")),
               key_label(keymap_key(view->ui->keys, ACTION_PRINT, 0), print),
               tr(view->ui->lang, action_info(ACTION_PRINT)->label));
    text_draw_as(frame, rect_cut_bottom(&words, 1), key, STYLE_ACCENT, TEXT_CENTRE);
}

/* The visit as it is so far stands above what is found now. */
static void visit_or_details_view(const struct view *view, struct frame *frame, struct rect area)
{
    visit_view(view->self, view->ui, frame, &area);
    if (service(view->self))
        details_view(view, frame, area);
}

static void lower_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct reception *self = view->self;
    if (self->issued)
        number_view(view, frame, area);
    else if (self->place == WAITING)
        waiting_view(view, frame, area);
    else if (self->place == BOOKINGS)
        bookings_details_view(self, view->ui, frame, area);
    else if (service(self) || visit_is_begun(self))
        visit_or_details_view(view, frame, area);
}

/* What has happened in the visitor's life, and how much there is to do for it: "Birth of a child: 5". */
static void event_view(const struct json *event, const struct ui *ui, struct frame *frame, struct rect *line)
{
    char text[SHOW_TEXT];
    if (!event)
        return;
    str_format(text, sizeof text, "%s: %d", show_name(ui, json_get(event, "name")),
               (int)json_int(event, "services", 0));
    int width = text_width(text);
    if (width + TYPED_W < line->w)
        text_draw(frame, rect_cut_right(line, width), text, STYLE_ACCENT);
}

static void finder_view(const struct view *view, struct frame *frame, struct rect area)
{
    const struct reception *self = view->self;
    char position[32];
    struct list_rows rows = {.draw = service_row,
                             .self = view,
                             .empty = tr(view->ui->lang, TR("No service is called so in any language."))};
    struct rect line = rect_cut_top(&area, 1);
    rect_cut_left(&line, 1);
    rect_cut_left(
        &line, text_draw(frame, line, tr(view->ui->lang, TR("What is needed?")), STYLE_TEXT | ATTR_BOLD) + 2);
    struct rect count = rect_inset(rect_cut_right(&line, 8), 1, 0);
    if (self->more) /* "1/60+" */
        text_draw(frame, rect_cut_right(&count, 1), "+", STYLE_DIM);
    text_draw_as(frame, count, list_position(&self->services, position), STYLE_DIM, TEXT_RIGHT);
    event_view(self->event, view->ui, frame, &line);
    list_draw(&self->services, &rows, frame, area, false);
    /* What stands first is chosen by the first press, as by an arrow; the next gives the number, as Enter does. */
    if (self->place == FINDER)
        list_target(&self->services, frame, area, (struct key){.code = self->chosen ? K_ENTER : K_UP});
    field_draw(&self->find, frame, line, tr(view->ui->lang, TR("three letters in any language")),
               self->place == FINDER);
}

static void reception_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct view view = {data, ui};
    struct rect finder = area;
    if (area.w >= WIDE) {
        finder = rect_cut_left(&area, area.w * 2 / 5);
        frame_pillar(frame, rect_cut_left(&area, 1));
        area = rect_inset(area, 1, 0);
    } else {
        finder = rect_cut_top(&area, area.h > 2 * LIST_ROWS ? 1 + LIST_ROWS : area.h / 2);
        frame_rule(frame, rect_cut_top(&area, 1));
        area = rect_inset(area, 1, 0);
    }
    lower_view(&view, frame, area);
    if (view.self->place == BOOKINGS)
        bookings_list_view(view.self, ui, frame, finder);
    else
        finder_view(&view, frame, finder);
}

/* Keys wait for what is undone alone: a ticket needs no hall. */
const struct screen_ops reception_screen = {.id = SCREEN_RECEPTION,
                                            .new = reception_new,
                                            .free = reception_free,
                                            .update = reception_update,
                                            .view = reception_view,
                                            .enabled = reception_enabled,
                                            .typing = typing,
                                            .chooses = chooses,
                                            .awaits = true};
