/* screens/person_screen.c: who is it: found by number, name, birth or phone; recorded when nobody is; and what
 * this person had here before. Opened by the desk with a ticket, it says who stands there. */
#include <stdlib.h>
#include <string.h>

#include "core/model/role.h"
#include "screens/person.h"
#include "screens/show.h"

enum { REVEAL_MS = 15 * 1000, PAUSE_MS = 1000, PAGE = 50 }; /* rows of the query "person" */

static void *person_new(const struct json *args)
{
    struct person *self = xcalloc(1, sizeof *self);
    field_init(&self->find, PERSON_FIND_BYTES);
    field_set(&self->find, json_text_or(args, "q", ""));
    sheet_init(&self->sheet);
    str_copy(self->ticket, sizeof self->ticket, json_text_or(args, "ticket", ""));
    str_copy(self->id, sizeof self->id, json_text_or(args, "person", ""));
    if (*self->id)
        self->place = PERSON_HISTORY;
    return self;
}

static void person_free(void *data)
{
    struct person *self = data;
    field_deinit(&self->find);
    sheet_deinit(&self->sheet);
    person_find_clear(self);
    json_free(&self->history);
    json_free(&self->given);
    json_free(&self->visits);
    for (int i = 0; i < PERSON_PANES; i++)
        json_free(&self->from[i]);
    free(self->purpose_text);
    free(self);
}

const struct json *person_shown(const struct person *self)
{
    const struct json *person = json_get(self->history, "person");
    return json_is_object(person) ? person : self->given;
}

const struct json *person_pane_rows(const struct person *self, enum person_pane pane)
{
    return pane == PERSON_CASES ? json_get(self->history, "cases") : self->visits;
}

const struct json *person_case(const struct person *self)
{
    if (self->place != PERSON_HISTORY || self->pane != PERSON_CASES)
        return NULL;
    return json_at(person_pane_rows(self, PERSON_CASES), (size_t)self->lists[PERSON_CASES].selected);
}

bool person_revealed(const struct person *self, const struct ui *ui, const struct json *person)
{
    const char *id = json_text(person, "id");
    return self->reveal_until > ui->now_ms && id &&
           (str_equal(id, self->revealed[0]) || str_equal(id, self->revealed[1]));
}

/* --- data --- */

static const char *const pane_names[PERSON_PANES] = {[PERSON_CASES] = "cases", [PERSON_VISITS] = "tickets"};

static const struct json *page_key(const struct person *self, enum person_pane pane, const char *which)
{
    char member[32];
    str_format(member, sizeof member, "%s_%s", pane_names[pane], which);
    const struct json *key = json_get(self->history, member);
    return json_is_object(key) ? key : NULL;
}

void person_load_history(const struct person *self, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "person", self->id);
    if (self->place == PERSON_COMPARE && *self->other)
        json_set_text(args, "with", self->other);
    for (int i = 0; i < PERSON_PANES; i++) {
        char member[32];
        str_format(member, sizeof member, "%s_from", pane_names[i]);
        if (self->from[i])
            json_set(args, member, json_copy(self->from[i]));
    }
    effects_load(effects, "person", args);
}

static void load(struct person *self, const struct ui *ui, struct effects *effects)
{
    person_find_load(self, ui, effects);
    person_find_ask(self, ui, effects);
    if (*self->id)
        person_load_history(self, effects);
    if (!self->recovered)
        effects_load(effects, "journal", NULL);
}

/* What is booked for another day stands before the newest visits. */
static void list_visits(struct person *self)
{
    json_free(&self->visits);
    self->visits = json_new_array();
    for (const struct json *row = self->from[PERSON_VISITS] ? NULL
                                                            : json_first(json_get(self->history, "bookings"));
         row; row = json_next(row))
        json_add(self->visits, json_copy(row));
    for (const struct json *row = json_first(json_get(self->history, "tickets")); row; row = json_next(row))
        json_add(self->visits, json_copy(row));
}

static void on_data(struct person *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "persons"))
        return person_find_data(self, msg->json);
    if (str_equal(msg->what, "journal"))
        return person_record_recover(self, json_get(msg->json, "rows"));
    json_free(&self->history);
    self->history = json_copy(msg->json);
    /* One that was merged is answered as the record that goes on. */
    if (json_text(json_get(self->history, "person"), "id"))
        str_copy(self->id, sizeof self->id, json_text(json_get(self->history, "person"), "id"));
    list_visits(self);
    person_compare_data(self, ui, effects);
    for (int i = 0; i < PERSON_PANES; i++)
        list_set_count(&self->lists[i], (int)json_count(person_pane_rows(self, (enum person_pane)i)));
}

void person_open(struct person *self, const struct json *row, struct effects *effects)
{
    str_copy(self->id, sizeof self->id, json_text_or(row, "id", ""));
    json_free(&self->history);
    json_free(&self->given);
    json_free(&self->visits);
    self->given = row && person_only_archive(row) ? json_copy(row) : NULL;
    self->place = PERSON_HISTORY;
    self->pane = PERSON_CASES;
    self->marked[0] = self->other[0] = '\0';
    self->compare_due = false;
    self->reveal_until = 0;
    for (int i = 0; i < PERSON_PANES; i++) {
        json_free(&self->from[i]);
        list_set_count(&self->lists[i], 0);
    }
    person_load_history(self, effects);
}

/* At the end of a page the next begins, at its top the one before. */
static bool turn_page(struct person *self, struct key key, struct effects *effects)
{
    struct list *list = &self->lists[self->pane];
    bool down = key_is(key, "Down") || key_is(key, "j") || key_is(key, "PgDn");
    bool up = key_is(key, "Up") || key_is(key, "k") || key_is(key, "PgUp");
    bool at_end = down ? list->selected >= list->count - 1 : up && list->selected == 0;
    const struct json *place = at_end ? page_key(self, self->pane, down ? "next" : "before") : NULL;
    if (!place)
        return false;
    json_free(&self->from[self->pane]);
    self->from[self->pane] = json_copy(place);
    if (up)
        list_set_count(list, PAGE);
    list_select(list, down ? 0 : PAGE - 1);
    person_load_history(self, effects);
    return true;
}

/* --- actions --- */

/* The one that is meant: the history's, or the one under the finder's cursor. */
static const struct json *meant(const struct person *self)
{
    if (self->place == PERSON_RECORD)
        return NULL;
    return self->place == PERSON_FIND ? person_row(self) : person_shown(self);
}

/* Of whom this copy has no row the body says what the hall's archive showed, so that the visit has a name here at once. */
static void put_known(const struct json *row, struct json *body)
{
    enum { NUMBERS = 5 }; /* from here on: hidden from some */
    static const char *const members[] = {"name", "given", "father", "family", "born", "fin", "nik", "phone"};
    struct json *known = json_new_object();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        if (!str_empty(json_text(row, members[i])) && !(i >= NUMBERS && json_bool(row, "masked", false)))
            json_set_text(known, members[i], json_text(row, members[i]));
    json_set(body, "known", known);
}

static void choose(const struct person *self, struct effects *effects)
{
    const struct json *row = meant(self);
    struct json *body = json_new_object();
    json_set_text(body, "person", json_text_or(row, "id", ""));
    json_set_text(body, "ticket", self->ticket);
    if (person_only_archive(row))
        put_known(row, body);
    effects_command(effects, "person.record", body);
}

static void open_case(const struct person *self, enum screen_id screen, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "case", json_text_or(person_case(self), "id", ""));
    effects_open(effects, screen, args);
}

static void ask_service(const struct ui *ui, struct effects *effects)
{
    struct json *question = question_new("service", tr(ui->lang, TR("Which service? Type a few letters.")));
    question_search(question, "services", "");
    effects_ask(effects, question);
}

static void add_case(const struct person *self, const char *service, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "service", service);
    if (*self->ticket)
        json_set_text(body, "ticket", self->ticket);
    json_set_text(body, "person", self->id);
    json_set_text(body, "channel", "walk_in");
    effects_command(effects, "case.open", body);
}

static bool is_duplicate(const struct json *c)
{
    return json_has_text(json_get(c, "flags"), "duplicate") || !str_empty(json_text(c, "duplicate_of"));
}

static void mark_duplicate(struct person *self, struct effects *effects)
{
    const struct json *c = person_case(self);
    struct json *body = json_new_object();
    json_set_text(body, "case", json_text_or(c, "id", ""));
    json_set_text(body, "of", is_duplicate(c) ? NULL : self->marked);
    self->marked[0] = '\0';
    effects_command(effects, "case.duplicate", body);
}

static void back(struct person *self, struct effects *effects)
{
    if (self->place == PERSON_RECORD && sheet_close(&self->sheet))
        return;
    if (self->place == PERSON_RECORD) {
        person_record_keep(self, effects);
        self->place = *self->edited ? PERSON_HISTORY : PERSON_FIND;
    } else if (self->place == PERSON_COMPARE)
        self->place = PERSON_HISTORY;
    else if (self->place == PERSON_HISTORY)
        self->place = PERSON_FIND;
    else if (*self->first)
        self->first[0] = '\0';
    else
        effects_back(effects);
}

/* The visit by which this person stands at one's own desk: of that a look is part. "" none. */
static const char *served(const struct person *self, const struct ui *ui)
{
    static const char *const open[] = {"called", "serving", "held"};
    if (*self->ticket || self->place == PERSON_FIND)
        return self->ticket;
    for (const struct json *row = json_first(self->visits); row; row = json_next(row))
        for (size_t i = 0; i < sizeof open / sizeof *open; i++)
            if (str_equal(json_text(row, "state"), open[i]) &&
                str_equal(json_text(row, "user"), ui->session.user))
                return json_text_or(row, "id", "");
    return "";
}

static void ask_reveal(const struct person *self, const struct ui *ui, const struct json *row,
                       struct effects *effects)
{
    struct json *body = json_new_object();
    const char *ticket = served(self, ui);
    json_set_text(body, "person", json_text_or(row, "id", ""));
    bool comparing = self->place == PERSON_COMPARE; /* why is plain */
    if (*ticket)
        json_set_text(body, "ticket", ticket);
    else
        json_set_text(body, "purpose", comparing ? "same_person" : self->purpose);
    if (!*ticket && !comparing && self->purpose_text)
        json_set_text(body, "text", self->purpose_text);
    effects_command(effects, "person.reveal", body);
}

/* Nobody at the desk brought one here: why is kept with the look, and asked once for each person. */
static void ask_purpose(const struct ui *ui, struct effects *effects)
{
    static const struct {
        const char *key, *label, *value;
    } purposes[] = {{"1", TR("they asked"), "asked"},        {"2", TR("a complaint"), "complaint"},
                    {"3", TR("to correct"), "correction"},   {"4", TR("same person?"), "same_person"},
                    {"5", TR("supervision"), "supervision"}, {"6", TR("other: say it"), "other"}};
    struct json *question = question_new("purpose", tr(ui->lang, TR("Why do you look? It is kept.")));
    for (size_t i = 0; i < sizeof purposes / sizeof *purposes; i++)
        question_choice(question, purposes[i].key, tr(ui->lang, purposes[i].label), purposes[i].value, NULL);
    effects_ask(effects, question);
}

/* Shown for a moment, once it is recorded in the hall's book who looked at whom: on_saved. */
static void reveal(struct person *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = meant(self);
    bool hide = person_revealed(self, ui, row);
    self->reveal_until = 0;
    memset(self->revealed, 0, sizeof self->revealed);
    if (hide || !json_text(row, "id"))
        return;
    if (!*served(self, ui) && self->place != PERSON_COMPARE &&
        !str_equal(self->looked_at, json_text(row, "id")))
        return ask_purpose(ui, effects);
    ask_reveal(self, ui, row, effects);
    if (self->place == PERSON_COMPARE && person_other(self))
        ask_reveal(self, ui, person_other(self), effects);
}

/* text: what was said to "other"; NULL: a purpose of the list. */
static void on_purpose(struct person *self, const struct ui *ui, const char *purpose, const char *text,
                       struct effects *effects)
{
    if (str_equal(purpose, "other") && !text) {
        struct json *question = question_new("purpose_text", tr(ui->lang, TR("Why? No names.")));
        question_field(question, "", false);
        return effects_ask(effects, question);
    }
    str_copy(self->purpose, sizeof self->purpose, purpose);
    str_copy(self->looked_at, sizeof self->looked_at, json_text_or(meant(self), "id", ""));
    free(self->purpose_text);
    self->purpose_text = text ? xstrdup(text) : NULL;
    reveal(self, ui, effects);
}

static void on_revealed(struct person *self, const struct ui *ui, const struct msg *msg)
{
    const char *id = json_text_or(json_get(msg->json, "body"), "person", "");
    int place = *self->revealed[0] && self->reveal_until > ui->now_ms;
    str_copy(self->revealed[place], sizeof self->revealed[place], id);
    self->reveal_until = ui->now_ms + REVEAL_MS;
}

static void act(struct person *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, effects);
    case ACTION_FILTER:
        self->place = PERSON_FIND;
        return;
    case ACTION_REVEAL:
        return reveal(self, ui, effects);
    case ACTION_RECORD_PERSON:
        return person_record_begin(self, ui, self->place == PERSON_FIND ? NULL : person_shown(self), effects);
    case ACTION_SAVE_PERSON:
        return person_record_save(self, ui, effects);
    case ACTION_CHOOSE_PERSON:
        return choose(self, effects);
    case ACTION_OPEN_FORM:
        return open_case(self, SCREEN_FORM, effects);
    case ACTION_DECIDE:
        return open_case(self, SCREEN_DECISION, effects);
    case ACTION_ADD_CASE:
        return ask_service(ui, effects);
    case ACTION_DUPLICATE:
        return mark_duplicate(self, effects);
    case ACTION_COMPARE:
        return person_compare_begin(self, ui, effects);
    case ACTION_MERGE:
        return person_merge_ask(self, ui, effects);
    case ACTION_UNDO:
        return person_apart_ask(self, ui, NULL, effects);
    default:
        return;
    }
}

/* --- what the hall and this computer say --- */

static void tell_duplicates(const struct ui *ui, const struct json *data, struct effects *effects)
{
    const struct json *twin = json_first(json_get(data, "duplicates"));
    if (twin)
        effects_toast(effects, TOAST_WARN, tr(ui->lang, TR("Possibly the same person as %s: compare them.")),
                      json_text_or(twin, "name", "?"));
}

static void on_recorded(struct person *self, const struct ui *ui, const struct msg *msg,
                        struct effects *effects)
{
    const struct json *body = json_get(msg->json, "body");
    bool ticket = !str_empty(json_text(body, "ticket"));
    struct json *body_row = json_new_object();
    json_set_text(body_row, "id", json_text_or(body, "person", ""));
    if (self->place == PERSON_RECORD) {
        person_record_clear(self);
        person_record_forget(self, effects);
    }
    self->place = PERSON_FIND;
    self->ticket[0] = '\0';
    effects_toast(
        effects, TOAST_GOOD, "%s",
        tr(ui->lang, ticket ? TR("This person is taken for the visit.") : TR("The person is saved.")));
    tell_duplicates(ui, json_get(msg->json, "data"), effects);
    if (ticket)
        effects_back(effects);
    else
        person_open(self, body_row, effects);
    json_free(&body_row);
}

static void on_saved(struct person *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "person.record"))
        return on_recorded(self, ui, msg, effects);
    if (str_equal(msg->what, "person.reveal"))
        return on_revealed(self, ui, msg);
    if (!str_equal(msg->what, "case.open"))
        return;
    struct json *args = json_new_object();
    json_set_text(args, "case", json_text_or(json_get(msg->json, "body"), "case", ""));
    effects_open(effects, SCREEN_FORM, args);
}

/* --- keys --- */

static void key_to_find(struct person *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (key_is(key, "Enter") && person_row(self))
        return person_open(self, person_row(self), effects);
    if (key_is(key, "Enter") && *field_text(&self->find))
        return effects_do(effects, ACTION_RECORD_PERSON);
    if (list_key_below_field(&self->list, key)) {
        self->reveal_until = 0;
        return;
    }
    if (field_key(&self->find, key) != EDIT_CHANGED)
        return;
    person_find_typed(self, ui, effects);
}

static void toggle_mark(struct person *self)
{
    const char *id = json_text_or(person_case(self), "id", "");
    str_copy(self->marked, sizeof self->marked, strcmp(self->marked, id) == 0 ? "" : id);
}

static void enter_case(const struct person *self, struct effects *effects)
{
    const char *state = json_text_or(person_case(self), "state", "");
    bool draft = strcmp(state, "draft") == 0 || strcmp(state, "returned") == 0;
    if (person_case(self))
        effects_do(effects, draft ? ACTION_OPEN_FORM : ACTION_DECIDE);
}

static void key_to_history(struct person *self, struct key key, struct effects *effects)
{
    if (key_is(key, "Tab") || key_is(key, "S-Tab"))
        self->pane = self->pane == PERSON_CASES ? PERSON_VISITS : PERSON_CASES;
    else if (key_is(key, "Space"))
        toggle_mark(self);
    else if (key_is(key, "Enter"))
        enter_case(self, effects);
    else if (!turn_page(self, key, effects))
        list_key(&self->lists[self->pane], key);
}

static void on_key(struct person *self, const struct ui *ui, struct key key, struct effects *effects)
{
    switch (self->place) {
    case PERSON_FIND:
        return key_to_find(self, ui, key, effects);
    case PERSON_HISTORY:
        return key_to_history(self, key, effects);
    case PERSON_RECORD:
        return person_record_key(self, ui, key, effects);
    case PERSON_COMPARE:
        return person_compare_key(self, key, effects);
    }
}

static void on_paste(struct person *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (self->place == PERSON_RECORD)
        return person_record_paste(self, ui, text);
    if (self->place != PERSON_FIND)
        return;
    field_paste(&self->find, text, strlen(text));
    person_find_typed(self, ui, effects);
}

static void on_answered(struct person *self, const struct ui *ui, const struct msg *msg,
                        struct effects *effects)
{
    const char *text = msg->text ? msg->text : "";
    if (str_equal(msg->what, "merge"))
        return person_merge_send(self, effects);
    if (str_equal(msg->what, "apart"))
        return person_apart_ask(self, ui, text, effects);
    if (str_equal(msg->what, "apart_y"))
        return person_apart(text, effects);
    if (str_equal(msg->what, "purpose"))
        return on_purpose(self, ui, text, NULL, effects);
    if (str_equal(msg->what, "purpose_text"))
        return on_purpose(self, ui, "other", text, effects);
    add_case(self, text, effects);
}

static void on_result(struct person *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (str_equal(msg->what, "person.merge") || str_equal(msg->what, "person.unmerge"))
        return person_told(self, ui, msg, effects);
    tell_duplicates(ui, json_get(msg->json, "data"), effects);
}

static void person_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct person *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, ui, effects);
    case MSG_DATA:
        return on_data(self, ui, msg, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        return on_paste(self, ui, msg->text, effects);
    case MSG_HIDE:
        self->ticket[0] = '\0'; /* who comes back later may have another visitor at the desk */
        return person_record_keep(self, effects);
    case MSG_KEEP:
        return person_record_keep(self, effects);
    case MSG_TICK:
        if (ui->now_ms - self->typed_ms >= PAUSE_MS)
            person_record_keep(self, effects);
        return;
    case MSG_ANSWERED:
        return on_answered(self, ui, msg, effects);
    case MSG_FETCHED:
        return person_find_fetched(self, ui, msg, effects);
    case MSG_STATUS:
        return person_find_ask(self, ui, effects);
    case MSG_REFUSED:
        self->merging = false;
        return;
    case MSG_SAVED:
        return on_saved(self, ui, msg, effects);
    case MSG_RESULT:
        return on_result(self, ui, msg, effects);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    enum person_place place = ((const struct person *)data)->place;
    return place == PERSON_FIND || place == PERSON_RECORD;
}

static const char *need_history(const struct person *self)
{
    return self->place == PERSON_HISTORY && person_shown(self) ? NULL : TR("Open a person first (Enter).");
}

static const char *need_case(const struct person *self)
{
    return person_case(self) ? NULL : TR("Choose an application in the history first.");
}

static const char *need_merged(const struct person *self, const struct ui *ui)
{
    if (!(ui->session.roles & (ROLE_CLERK | ROLE_APPROVER | ROLE_SUPERVISOR)))
        return TR("Your roles do not include this.");
    return self->place == PERSON_HISTORY && json_count(json_get(self->history, "merged"))
               ? NULL
               : TR("No other record was merged into this one.");
}

static const char *person_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct person *self = data;
    switch (action) {
    case ACTION_SAVE_PERSON:
        return self->place == PERSON_RECORD ? NULL : TR("F4 records a person first.");
    case ACTION_RECORD_PERSON:
        return self->place == PERSON_RECORD ? TR("You are recording a person already.") : NULL;
    case ACTION_CHOOSE_PERSON:
        if (!*self->ticket)
            return TR("Nobody at the desk waits to be identified: press i there.");
        return meant(self) ? NULL : TR("Choose a person first.");
    case ACTION_REVEAL:
        return meant(self) ? NULL : TR("Choose a person first.");
    case ACTION_OPEN_FORM:
    case ACTION_DECIDE:
        return need_case(self);
    case ACTION_DUPLICATE:
        if (need_case(self))
            return need_case(self);
        if (is_duplicate(person_case(self)))
            return NULL;
        return *self->marked && !str_equal(self->marked, json_text(person_case(self), "id"))
                   ? NULL
                   : TR("Mark one application with Space, then choose the other.");
    case ACTION_ADD_CASE:
        return need_history(self);
    case ACTION_FILTER:
        return self->place == PERSON_COMPARE ? TR("Two records stand side by side: Esc goes back.") : NULL;
    case ACTION_COMPARE:
        return self->place == PERSON_COMPARE ? TR("Two records stand side by side already.")
                                             : person_compare_why(self);
    case ACTION_MERGE:
        return person_merge_why(self);
    case ACTION_UNDO:
        return need_merged(self, ui);
    default:
        return NULL;
    }
}

static void view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    person_view(data, ui, frame, area);
}

const struct screen_ops person_screen = {.id = SCREEN_PERSON,
                                         .new = person_new,
                                         .free = person_free,
                                         .update = person_update,
                                         .view = view,
                                         .enabled = person_enabled,
                                         .typing = typing};
