/* screens/person_screen.c: who is it: found by number, name, birth or phone; recorded when nobody is; and what
 * this person had here before. Opened by the desk with a ticket, it says who stands there. */
#include <stdlib.h>
#include <string.h>

#include "screens/person.h"
#include "screens/show.h"

enum { REVEAL_MS = 15 * 1000, FIND_BYTES = 200 };

static void *person_new(const struct json *args)
{
    struct person *self = xcalloc(1, sizeof *self);
    field_init(&self->find, FIND_BYTES);
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
    json_free(&self->found);
    json_free(&self->history);
    free(self);
}

const struct json *person_row(const struct person *self)
{
    return json_at(json_get(self->found, "rows"), (size_t)self->list.selected);
}

const struct json *person_shown(const struct person *self)
{
    const struct json *person = json_get(self->history, "person");
    return json_is_object(person) ? person : NULL;
}

static const struct json *pane_rows(const struct person *self, enum person_pane pane)
{
    return json_get(self->history, pane == PERSON_CASES ? "cases" : "tickets");
}

const struct json *person_case(const struct person *self)
{
    if (self->place != PERSON_HISTORY || self->pane != PERSON_CASES)
        return NULL;
    return json_at(pane_rows(self, PERSON_CASES), (size_t)self->rows[PERSON_CASES].selected);
}

bool person_revealed(const struct person *self, const struct ui *ui)
{
    return self->reveal_until > ui->now_ms;
}

/* --- possible duplicates --- */

static bool same_member(const struct json *a, const struct json *b, const char *member)
{
    const char *text = json_text(a, member);
    return !str_empty(text) && str_equal(text, json_text(b, member));
}

/* Spellings of one name meet; whole false: its first word alone. */
static bool same_name(const struct json *a, const struct json *b, bool whole)
{
    struct buf one = {0}, other = {0};
    utf8_fold(&one, json_text_or(a, "name", ""));
    utf8_fold(&other, json_text_or(b, "name", ""));
    const char *left = buf_text(&one), *right = buf_text(&other);
    size_t length = whole ? strlen(left) : strcspn(left, " ");
    bool same = length && strcspn(right, whole ? "" : " ") == length && strncmp(left, right, length) == 0;
    buf_free(&one);
    buf_free(&other);
    return same;
}

static bool is_twin(const struct json *a, const struct json *b)
{
    if (same_member(a, b, "fin") || same_member(a, b, "nik") || same_name(a, b, true))
        return true;
    return same_name(a, b, false) && (same_member(a, b, "born") || same_member(a, b, "phone"));
}

const struct json *person_twin(const struct person *self)
{
    const struct json *chosen = person_row(self);
    for (const struct json *row = json_first(json_get(self->found, "rows")); row; row = json_next(row))
        if (row != chosen && is_twin(row, chosen))
            return row;
    return NULL;
}

/* --- data --- */

static void load_found(const struct person *self, const struct ui *ui, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "q", field_text(&self->find));
    json_set_text(args, "lang", lang_code(ui->lang));
    effects_load(effects, "persons", args);
}

static void load_history(const struct person *self, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "person", self->id);
    effects_load(effects, "person", args);
}

static void load(const struct person *self, const struct ui *ui, struct effects *effects)
{
    load_found(self, ui, effects);
    if (*self->id)
        load_history(self, effects);
}

static void on_data(struct person *self, const struct msg *msg)
{
    bool found = str_equal(msg->what, "persons");
    if (found && !str_equal(json_text_or(msg->json, "q", ""), field_text(&self->find)))
        return; /* an answer to what was typed before */
    struct json **place = found ? &self->found : &self->history;
    json_free(place);
    *place = json_copy(msg->json);
    list_set_count(&self->list, (int)json_count(json_get(self->found, "rows")));
    for (int i = 0; i < PERSON_PANES; i++)
        list_set_count(&self->rows[i], (int)json_count(pane_rows(self, (enum person_pane)i)));
}

static void open_history(struct person *self, const char *id, struct effects *effects)
{
    str_copy(self->id, sizeof self->id, id);
    json_free(&self->history);
    self->place = PERSON_HISTORY;
    self->pane = PERSON_CASES;
    self->marked[0] = '\0';
    self->reveal_until = 0;
    load_history(self, effects);
}

/* --- actions --- */

/* The one that is meant: the history's, or the one under the finder's cursor. */
static const struct json *meant(const struct person *self)
{
    if (self->place == PERSON_RECORD)
        return NULL;
    return self->place == PERSON_HISTORY ? person_shown(self) : person_row(self);
}

static void choose(const struct person *self, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "person", json_text_or(meant(self), "id", ""));
    json_set_text(body, "ticket", self->ticket);
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
    if (self->place == PERSON_RECORD)
        self->place = *self->edited ? PERSON_HISTORY : PERSON_FIND;
    else if (self->place == PERSON_HISTORY)
        self->place = PERSON_FIND;
    else
        effects_back(effects);
}

/* Shown for a moment; who looked is recorded in the hall's book. */
static void reveal(struct person *self, const struct ui *ui, struct effects *effects)
{
    const struct json *row = self->place == PERSON_FIND ? person_row(self) : person_shown(self);
    bool hide = person_revealed(self, ui);
    self->reveal_until = hide ? 0 : ui->now_ms + REVEAL_MS;
    if (hide || !json_text(row, "id"))
        return;
    struct json *body = json_new_object();
    json_set_text(body, "person", json_text(row, "id"));
    effects_command(effects, "person.reveal", body);
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
        return person_record_begin(self, ui, self->place == PERSON_HISTORY ? person_shown(self) : NULL);
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
    if (self->place == PERSON_RECORD)
        person_record_clear(self);
    self->place = PERSON_FIND;
    self->ticket[0] = '\0';
    effects_toast(
        effects, TOAST_GOOD, "%s",
        tr(ui->lang, ticket ? TR("This person is taken for the visit.") : TR("The person is saved.")));
    tell_duplicates(ui, json_get(msg->json, "data"), effects);
    if (ticket)
        effects_back(effects);
    else
        open_history(self, json_text_or(body, "person", ""), effects);
}

static void on_saved(struct person *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "person.record"))
        return on_recorded(self, ui, msg, effects);
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
        return open_history(self, json_text_or(person_row(self), "id", ""), effects);
    if (key_is(key, "Enter") && *field_text(&self->find))
        return effects_do(effects, ACTION_RECORD_PERSON);
    if (list_key_below_field(&self->list, key)) {
        self->reveal_until = 0;
        return;
    }
    if (field_key(&self->find, key) != EDIT_CHANGED)
        return;
    list_select(&self->list, 0);
    load_found(self, ui, effects);
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
    else
        list_key(&self->rows[self->pane], key);
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
    }
}

static void on_paste(struct person *self, const struct ui *ui, const char *text, struct effects *effects)
{
    if (self->place == PERSON_RECORD)
        return person_record_paste(self, ui, text);
    if (self->place != PERSON_FIND)
        return;
    field_paste(&self->find, text, strlen(text));
    load_found(self, ui, effects);
}

static void person_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct person *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, ui, effects);
    case MSG_DATA:
        return on_data(self, msg);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        return on_paste(self, ui, msg->text, effects);
    case MSG_HIDE:
        self->ticket[0] = '\0'; /* who comes back later may have another visitor at the desk */
        return;
    case MSG_ANSWERED:
        return add_case(self, msg->text ? msg->text : "", effects);
    case MSG_SAVED:
        return on_saved(self, ui, msg, effects);
    case MSG_RESULT:
        return tell_duplicates(ui, json_get(msg->json, "data"), effects);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    return ((const struct person *)data)->place != PERSON_HISTORY;
}

static const char *need_history(const struct person *self)
{
    return self->place == PERSON_HISTORY && person_shown(self) ? NULL : TR("Open a person first (Enter).");
}

static const char *need_case(const struct person *self)
{
    return person_case(self) ? NULL : TR("Choose an application in the history first.");
}

static const char *person_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct person *self = data;
    (void)ui;
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
