/* screens/worklist_screen.c: applications by what is to be done with them: mine, my agency's, arrived online, returned, to
 * be confirmed, ready, and by the legal clock. It holds a window of the list around the cursor and asks for another when
 * the cursor comes near its end, so that a list of a million rows is as near as one of ten. */
#include <stdlib.h>
#include <string.h>

#include "screens/away.h"
#include "screens/worklist.h"

enum {
    WINDOW = 200, /* rows */
    NEAR = 60,    /* rows before an end of the window at which the next is asked for */
    EDGES = 5,    /* lines of the terminal that are no rows */
    FILTER_BYTES = 100
};

const struct worklist_view worklist_views[] = {
    {"mine", TR("mine")},         {"agency", TR("my agency")},   {"online", TR("online")},
    {"returned", TR("returned")}, {"confirm", TR("to confirm")}, {"ready", TR("ready")},
    {"due", TR("deadlines")},
};
enum { VIEWS = sizeof worklist_views / sizeof *worklist_views, MINE = 0, CONFIRM = 4, DUE = 6 };
const int worklist_view_count = VIEWS;

static void *worklist_new(const struct json *args)
{
    struct worklist *self = xcalloc(1, sizeof *self);
    field_init(&self->filter, FILTER_BYTES);
    for (int i = 0; i < VIEWS; i++)
        if (str_equal(worklist_views[i].filter, json_text(args, "filter")))
            self->view = i;
    return self;
}

static void worklist_free(void *data)
{
    struct worklist *self = data;
    field_deinit(&self->filter);
    json_free(&self->data);
    json_free(&self->queues);
    json_free(&self->marks);
    json_free(&self->sent);
    json_free(&self->taken);
    free(self);
}

const struct json *worklist_row(const struct worklist *self, int index)
{
    if (index < 0 || index >= self->list.count)
        return NULL;
    return json_at(json_get(self->data, "rows"), (size_t)index);
}

static const struct json *chosen(const struct worklist *self)
{
    return worklist_row(self, self->list.selected);
}

/* --- the window --- */

static struct json *place_of(const struct json *row)
{
    struct json *place = json_new_object();
    json_set_text(place, "key", json_text_or(row, "key", ""));
    json_set_text(place, "id", json_text_or(row, "id", ""));
    return place;
}

static struct json *window_args(const struct worklist *self, const struct ui *ui)
{
    static const char *const orders[SORTS] = {[SORT_AGE] = "age", [SORT_DUE] = "due"};
    struct json *args = json_new_object();
    json_set_text(args, "filter", worklist_views[self->view].filter);
    if (orders[self->sort])
        json_set_text(args, "sort", orders[self->sort]);
    worklist_filter(ui, field_text(&self->filter), args);
    json_set_int(args, "limit", WINDOW);
    return args;
}

static void load_window(struct worklist *self, const struct ui *ui, int wanted, struct effects *effects)
{
    struct json *args = window_args(self, ui);
    const struct json *row = chosen(self);
    self->wanted = wanted == AT_CURSOR && !row ? AT_FIRST : wanted;
    if (self->wanted == AT_CURSOR)
        json_set(args, "around", place_of(row));
    else if (self->wanted == AT_LAST)
        json_set_bool(args, "end", true);
    str_copy(self->cursor, sizeof self->cursor, json_text_or(row, "id", ""));
    effects_load(effects, "worklist", args);
}

static void load(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    /* Who has none of their own answers for the hall: what runs out comes first. */
    if (!self->begun && self->view == MINE && !(ui->session.roles & (ROLE_CLERK | ROLE_APPROVER)))
        self->view = DUE;
    self->begun = true;
    load_window(self, ui, AT_CURSOR, effects);
    if (ui->session.roles & ROLE_SUPERVISOR)
        effects_load(effects, "queues", NULL);
}

/* How many rows there are before or after the window; -1: more than are counted. */
static int64_t beyond(const struct worklist *self, const char *side)
{
    return json_get(self->data, side) ? json_int(self->data, side, -1) : 0;
}

static int index_of(const struct worklist *self, const char *id)
{
    int at = 0;
    for (const struct json *row = json_first(json_get(self->data, "rows")); row; row = json_next(row), at++)
        if (str_equal(json_text(row, "id"), id))
            return at;
    return -1;
}

/* The row at the cursor stays where it is on the screen, whatever came before it; where it is gone, the next is there. */
static void place_cursor(struct worklist *self, int count)
{
    int was = self->list.selected, line = self->list.selected - self->list.top;
    bool from_top = self->list.top == 0 && beyond(self, "before") == 0;
    list_set_count(&self->list, count);
    if (self->wanted != AT_CURSOR)
        return list_select(&self->list, self->wanted == AT_LAST ? count - 1 : 0);
    int at = index_of(self, self->cursor);
    if (at < 0)
        at = (int)json_int(self->data, "at", was);
    self->list.top = from_top ? 0 : at - line;
    list_select(&self->list, at);
}

static void on_data(struct worklist *self, const struct ui *ui, const struct msg *msg,
                    struct effects *effects)
{
    if (str_equal(msg->what, "accounts")) {
        if (self->asking)
            worklist_ask_target(self, ui, msg->json, effects);
        self->asking = false;
        return;
    }
    struct json **place = str_equal(msg->what, "queues") ? &self->queues : &self->data;
    json_free(place);
    *place = json_copy(msg->json);
    if (place == &self->data)
        place_cursor(self, (int)json_count(json_get(self->data, "rows")));
}

static void start_again(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    json_free(&self->data);
    list_set_count(&self->list, 0);
    load_window(self, ui, AT_FIRST, effects);
}

static void turn_view(struct worklist *self, const struct ui *ui, int by, struct effects *effects)
{
    json_free(&self->marks);
    worklist_forget_refused(self);
    self->view = (self->view + by + VIEWS) % VIEWS;
    self->sort = SORT_OWN;
    start_again(self, ui, effects);
}

/* What it is sorted by now; the copy may have its own mind, where one order has no index. */
static bool by_due(const struct worklist *self)
{
    return str_equal(json_text(self->data, "sort"), "due");
}

static void turn_order(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    self->sort = by_due(self) ? SORT_AGE : SORT_DUE;
    start_again(self, ui, effects);
    effects_toast(effects, TOAST_PLAIN, "%s",
                  tr(ui->lang, self->sort == SORT_DUE ? TR("What is due first comes first.")
                                                      : TR("The oldest comes first.")));
}

/* Whoever takes one goes on with it: it is under the cursor among one's own, where the next of this list would be. */
static void follow_taken(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    struct json *place = self->taken, *args;
    bool by_age = !by_due(self) && self->view != CONFIRM; /* as one's own are */
    self->taken = NULL;
    if (self->view != MINE) {
        self->view = MINE;
        self->sort = SORT_OWN;
        field_set(&self->filter, "");
        args = window_args(self, ui);
        self->wanted = AT_CURSOR;
        str_copy(self->cursor, sizeof self->cursor, json_text_or(place, "id", ""));
        if (by_age)
            json_set(args, "around", json_copy(place));
        effects_load(effects, "worklist", args);
    }
    json_free(&place);
}

/* A key of the list, which goes beyond the window where the list does. */
static bool move(struct worklist *self, const struct ui *ui, struct key key, bool typed,
                 struct effects *effects)
{
    bool first = !typed && (key_is(key, "Home") || key_is(key, "g"));
    bool last = !typed && (key_is(key, "End") || key_is(key, "G"));
    if (typed ? !list_key_below_field(&self->list, key) : !list_key(&self->list, key))
        return false;
    int selected = self->list.selected, left = self->list.count - 1 - selected;
    if ((first && beyond(self, "before")) || (last && beyond(self, "after")))
        load_window(self, ui, first ? AT_FIRST : AT_LAST, effects);
    else if ((selected < NEAR && beyond(self, "before")) || (left < NEAR && beyond(self, "after")))
        load_window(self, ui, AT_CURSOR, effects);
    return true;
}

/* --- actions --- */

static void open_screen(const struct worklist *self, enum screen_id screen, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "case", json_text_or(chosen(self), "id", ""));
    effects_open(effects, screen, args);
}

static void take(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    json_free(&self->taken);
    if (!worklist_mark_count(self))
        self->taken = place_of(chosen(self));
    worklist_take(self, ui, effects);
}

static void pass_on(struct worklist *self, struct effects *effects)
{
    self->asking = true;
    effects_load(effects, "accounts", NULL);
}

static void mark(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    worklist_mark(self, ui, effects);
    move(self, ui, key_of("Down"), false, effects);
}

/* One step: what was refused is read, the filter goes, then the marks. */
static void back(struct worklist *self, const struct ui *ui, struct effects *effects)
{
    if (!self->filtering && worklist_refused(self))
        return worklist_forget_refused(self);
    if (!self->filtering && !*field_text(&self->filter) && worklist_mark_count(self)) {
        json_free(&self->marks);
        return;
    }
    if (!self->filtering && !*field_text(&self->filter))
        return effects_back(effects);
    self->filtering = false;
    if (!*field_text(&self->filter))
        return;
    field_set(&self->filter, "");
    load_window(self, ui, AT_CURSOR, effects);
}

static void act(struct worklist *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return back(self, ui, effects);
    case ACTION_FILTER:
        self->filtering = true;
        return;
    case ACTION_NEXT_VIEW:
        return turn_view(self, ui, 1, effects);
    case ACTION_SORT:
        return turn_order(self, ui, effects);
    case ACTION_OPEN_FORM:
        return open_screen(self, SCREEN_FORM, effects);
    case ACTION_DECIDE:
        return open_screen(self, SCREEN_DECISION, effects);
    case ACTION_PAPERS:
        return open_screen(self, SCREEN_DOCUMENTS, effects);
    case ACTION_TAKE:
        return take(self, ui, effects);
    case ACTION_PASS_ON:
        return pass_on(self, effects);
    case ACTION_MARK:
        return mark(self, ui, effects);
    case ACTION_MARK_SHOWN:
        return worklist_mark_shown(self, ui, effects);
    case ACTION_QUEUE_BACK:
        return away_ask(self->queues, ui, effects);
    default:
        return;
    }
}

static bool is_draft(const struct json *row)
{
    return str_equal(json_text(row, "state"), "draft") || str_equal(json_text(row, "state"), "returned");
}

static void on_key(struct worklist *self, const struct ui *ui, struct key key, struct effects *effects)
{
    if (self->filtering) {
        if (key_is(key, "Enter") || key_is(key, "Tab"))
            self->filtering = false;
        else if (!move(self, ui, key, true, effects) && field_key(&self->filter, key) == EDIT_CHANGED)
            load_window(self, ui, AT_FIRST, effects);
    } else if (key_is(key, "Tab") || key_is(key, "S-Tab")) {
        turn_view(self, ui, key_is(key, "Tab") ? 1 : -1, effects);
    } else if (key_is(key, "Enter") && chosen(self)) {
        effects_do(effects, is_draft(chosen(self)) ? ACTION_OPEN_FORM : ACTION_DECIDE);
    } else {
        move(self, ui, key, false, effects);
    }
}

static void on_result(struct worklist *self, const struct ui *ui, const struct msg *msg,
                      struct effects *effects)
{
    if (str_equal(msg->what, "case.assign"))
        worklist_on_answer(self, ui, msg, effects);
    if (self->taken && worklist_has_given(self, json_text_or(self->taken, "id", "")))
        follow_taken(self, ui, effects);
    if (str_equal(msg->what, "queue.home") && str_equal(json_text(msg->json, "status"), "applied"))
        effects_toast(effects, TOAST_GOOD, "%s",
                      tr(ui->lang, TR("The queue is back. What its bus did is taken in when it comes. If the "
                                      "laptop is lost, its people need new passwords.")));
}

static void worklist_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct worklist *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(self, ui, effects);
    case MSG_DATA:
        return on_data(self, ui, msg, effects);
    case MSG_ANSWERED:
        if (!away_answered(self->queues, ui, msg, effects) && str_equal(msg->what, "assign"))
            worklist_hand_to(self, msg->text, effects);
        return;
    case MSG_SAVED:
    case MSG_REFUSED:
        if (str_equal(msg->what, "case.assign"))
            worklist_on_stored(self, msg);
        return;
    case MSG_RESULT:
        return on_result(self, ui, msg, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, ui, msg->key, effects);
    case MSG_PASTE:
        if (!self->filtering)
            return;
        field_paste(&self->filter, msg->text, strlen(msg->text));
        return load_window(self, ui, AT_FIRST, effects);
    case MSG_RESIZE:
        return list_fit(&self->list, msg->h - EDGES);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    return ((const struct worklist *)data)->filtering;
}

static const char *worklist_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct worklist *self = data;
    switch (action) {
    case ACTION_OPEN_FORM:
        return is_draft(chosen(self)) ? NULL : TR("Choose a draft or a returned application.");
    case ACTION_DECIDE:
        return chosen(self) && !is_draft(chosen(self)) ? NULL : TR("Choose a submitted application.");
    case ACTION_PAPERS:
        return chosen(self) ? NULL : TR("Choose an application.");
    case ACTION_MARK:
    case ACTION_MARK_SHOWN:
        return chosen(self) ? NULL : TR("Choose an application.");
    case ACTION_TAKE:
    case ACTION_PASS_ON:
        if (!chosen(self) && !worklist_mark_count(self))
            return TR("Choose an application.");
        if (action == ACTION_TAKE && !worklist_mark_count(self) &&
            str_equal(json_text(chosen(self), "user"), ui->session.user))
            return TR("This application is yours already.");
        return ui->link.state == LINK_ONLINE
                   ? NULL
                   : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
    case ACTION_SORT:
        return self->view == CONFIRM
                   ? TR("What waits for a second person comes in the order in which it was asked.")
                   : NULL;
    case ACTION_QUEUE_BACK:
        if (!away_count(self->queues))
            return TR("No queue is with a bus.");
        return ui->link.state == LINK_ONLINE
                   ? NULL
                   : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
    default:
        return NULL;
    }
}

static void worklist_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    worklist_draw(data, ui, frame, area);
}

const struct screen_ops worklist_screen = {.id = SCREEN_WORKLIST,
                                           .new = worklist_new,
                                           .free = worklist_free,
                                           .update = worklist_update,
                                           .view = worklist_view,
                                           .enabled = worklist_enabled,
                                           .typing = typing,
                                           .awaits = true};
