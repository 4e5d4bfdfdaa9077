/* screens/leaving_screen.c: before a clerk leaves: everyone who is still called, served or parked, and for each, or for
 * many at once, what becomes of them. Nothing here needs the hall: it is kept and sent like all work. */
#include <stdlib.h>
#include <string.h>

#include "screens/desk.h"
#include "screens/show.h"
#include "tui/grid.h"
#include "tui/text.h"

enum { HEAD_ROWS = 3 };

struct leaving {
    struct json *data;   /* the query "open"; NULL before the first */
    struct json *marked; /* ids */
    enum action then;    /* what the clerk wanted to do: goes on when nobody is left */
    char colleague[64];  /* to whom they are handed; a note is asked for */
    bool asks_colleague; /* the query "users" is on its way */
    struct list list;
};

static void *leaving_new(const struct json *args)
{
    struct leaving *self = xcalloc(1, sizeof *self);
    self->marked = json_new_array();
    if (!action_find(json_text_or(args, "then", ""), &self->then))
        self->then = ACTION_NONE;
    return self;
}

static void leaving_free(void *data)
{
    struct leaving *self = data;
    json_free(&self->data);
    json_free(&self->marked);
    free(self);
}

static const struct json *rows(const struct leaving *self)
{
    return json_get(self->data, "rows");
}

static const struct json *row_at(const struct leaving *self, int index)
{
    return json_at(rows(self), (size_t)index);
}

static const char *id_of(const struct json *row)
{
    return json_text_or(row, "id", "");
}

static bool is_in(const struct json *row, const char *state)
{
    return str_equal(json_text(row, "state"), state);
}

/* --- who is meant: the marked, or else the one under the cursor --- */

static void mark(struct leaving *self, const char *id, bool on)
{
    struct json *kept = json_new_array();
    for (const struct json *one = json_first(self->marked); one; one = json_next(one))
        if (!str_equal(json_as_text(one), id))
            json_add_text(kept, json_as_text(one));
    if (on)
        json_add_text(kept, id);
    json_free(&self->marked);
    self->marked = kept;
}

static bool is_marked(const struct leaving *self, const struct json *row)
{
    return json_has_text(self->marked, id_of(row));
}

static bool is_meant(const struct leaving *self, const struct json *row)
{
    return json_count(self->marked) ? is_marked(self, row) : row == row_at(self, self->list.selected);
}

static int count_meant(const struct leaving *self)
{
    int count = 0;
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row))
        count += is_meant(self, row);
    return count;
}

/* All of them; when they are, none. */
static void mark_all(struct leaving *self)
{
    bool all = json_count(self->marked) == json_count(rows(self));
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row))
        mark(self, id_of(row), !all);
}

/* Whoever was settled is marked no more. */
static void forget_gone(struct leaving *self)
{
    struct json *kept = json_new_array();
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row))
        if (is_marked(self, row))
            json_add_text(kept, id_of(row));
    json_free(&self->marked);
    self->marked = kept;
}

/* --- what becomes of them --- */

static struct json *body_of(const struct json *row)
{
    struct json *body = json_new_object();
    json_set_text(body, "ticket", id_of(row));
    json_set_int(body, "gen", json_int(row, "gen", 0));
    return body;
}

static void give_back(const struct leaving *self, struct effects *effects)
{
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row))
        if (is_meant(self, row))
            effects_command(effects, "ticket.return", body_of(row));
}

/* Who was called and not begun has no visit that could end. */
static void finish(const struct leaving *self, const char *outcome, struct effects *effects)
{
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row)) {
        if (!is_meant(self, row) || is_in(row, "called"))
            continue;
        struct json *body = body_of(row);
        json_set_text(body, "outcome", outcome);
        effects_command(effects, "ticket.finish", body);
    }
}

static void hand(const struct leaving *self, const char *note, struct effects *effects)
{
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row)) {
        if (!is_meant(self, row))
            continue;
        struct json *body = body_of(row), *to = json_new_object();
        json_set_text(to, "user", self->colleague);
        json_set(body, "to", to);
        json_set_text(body, "place", "keep");
        if (!str_empty(note))
            json_set_text(body, "note", note);
        effects_command(effects, "ticket.transfer", body);
    }
}

/* The one at the desk is there already; a parked one comes back to it. */
static void take_back(const struct leaving *self, struct effects *effects)
{
    const struct json *row = row_at(self, self->list.selected);
    if (is_in(row, "held"))
        effects_command(effects, "ticket.resume", body_of(row));
    effects_back(effects);
    effects_open(effects, SCREEN_DESK, NULL);
}

/* "P014", or "3 people" */
static const char *who_is_meant(const struct leaving *self, const struct ui *ui, char out[SHOW_TEXT])
{
    int count = count_meant(self);
    if (count > 1)
        str_format(out, SHOW_TEXT, tr(ui->lang, TR("%d people")), count);
    for (const struct json *row = json_first(rows(self)); row && count == 1; row = json_next(row))
        if (is_meant(self, row))
            str_copy(out, SHOW_TEXT, json_text_or(row, "number", "…"));
    return out;
}

static void ask_outcome(const struct leaving *self, const struct ui *ui, struct effects *effects)
{
    char who[SHOW_TEXT] = "", text[2 * SHOW_TEXT];
    str_format(text, sizeof text, tr(ui->lang, TR("Finish %s:")), who_is_meant(self, ui, who));
    struct json *question = question_new("outcome", text);
    desk_add_outcomes(question, ui);
    effects_ask(effects, question);
}

static void ask_colleague(struct leaving *self, const struct ui *ui, const struct json *users,
                          struct effects *effects)
{
    char who[SHOW_TEXT] = "", text[2 * SHOW_TEXT];
    str_format(text, sizeof text, tr(ui->lang, TR("Hand over %s to:")), who_is_meant(self, ui, who));
    struct json *question = question_new("colleague", text);
    self->asks_colleague = false;
    desk_add_colleagues(question, users, ui);
    effects_ask(effects, question);
}

static void ask_note(struct leaving *self, const struct ui *ui, const char *colleague,
                     struct effects *effects)
{
    struct json *question = question_new("note", tr(ui->lang, TR("Note for them (may stay empty)")));
    str_copy(self->colleague, sizeof self->colleague, colleague);
    question_field(question, "", true);
    effects_ask(effects, question);
}

/* --- messages --- */

static void close_counter(const struct ui *ui, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, "counter", ui->session.counter);
    effects_command(effects, "counter.close", body);
    effects_back(effects);
    effects_open(effects, SCREEN_DESK, NULL);
}

/* When nobody is left, what the clerk wanted goes on, from here: how many are open is told elsewhere a little later. */
static void go_on(const struct leaving *self, struct effects *effects)
{
    if (self->then)
        effects_do(effects, self->then);
}

static void take_data(struct leaving *self, const struct json *data, struct effects *effects)
{
    bool had = json_count(rows(self)) > 0;
    json_free(&self->data);
    self->data = json_copy(data);
    list_set_count(&self->list, (int)json_count(rows(self)));
    forget_gone(self);
    if (had && !json_count(rows(self)))
        go_on(self, effects);
}

static void on_key(struct leaving *self, struct key key)
{
    const struct json *row = row_at(self, self->list.selected);
    if (key_is(key, "Space") && row) {
        mark(self, id_of(row), !is_marked(self, row));
        list_select(&self->list, self->list.selected + 1 < self->list.count ? self->list.selected + 1
                                                                            : self->list.selected);
    } else if (key_is(key, "*")) {
        mark_all(self);
    } else {
        list_key(&self->list, key);
    }
}

static void act(struct leaving *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_BACK:
        return effects_back(effects);
    case ACTION_RESUME:
        return take_back(self, effects);
    case ACTION_COUNTER_CLOSE:
        return close_counter(ui, effects);
    case ACTION_RETURN:
        return give_back(self, effects);
    case ACTION_FINISH:
        return ask_outcome(self, ui, effects);
    case ACTION_TRANSFER:
        self->asks_colleague = true;
        return effects_load(effects, "users", NULL);
    default:
        return;
    }
}

static void leaving_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct leaving *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return effects_load(effects, "open", NULL);
    case MSG_DATA:
        if (str_equal(msg->what, "open"))
            return take_data(self, msg->json, effects);
        if (self->asks_colleague)
            ask_colleague(self, ui, json_get(msg->json, "rows"), effects);
        return;
    case MSG_KEY:
        return on_key(self, msg->key);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_ANSWERED:
        if (str_equal(msg->what, "outcome"))
            return finish(self, msg->text, effects);
        if (str_equal(msg->what, "colleague"))
            return ask_note(self, ui, msg->text, effects);
        return hand(self, msg->text, effects);
    default:
        return;
    }
}

static bool any_meant(const struct leaving *self, bool begun)
{
    for (const struct json *row = json_first(rows(self)); row; row = json_next(row))
        if (is_meant(self, row) && (!begun || !is_in(row, "called")))
            return true;
    return false;
}

static bool someone_at_desk(const struct leaving *self)
{
    const struct json *first = row_at(self, 0);
    return is_in(first, "serving") || is_in(first, "called");
}

static const char *leaving_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct leaving *self = data;
    switch (action) {
    case ACTION_COUNTER_CLOSE:
        if (json_count(rows(self)))
            return TR("People are still open here: finish, hand over or return them first.");
        return ui->link.state == LINK_ONLINE
                   ? NULL
                   : TR("Hall not reachable: this waits. Work here is kept; F5 tries again.");
    case ACTION_RETURN:
    case ACTION_TRANSFER:
        return any_meant(self, false) ? NULL : TR("Nobody is open any more.");
    case ACTION_FINISH:
        if (!any_meant(self, false))
            return TR("Nobody is open any more.");
        return any_meant(self, true) ? NULL : TR("Called, and not begun: b puts them back into the queue.");
    case ACTION_RESUME:
        if (!any_meant(self, false))
            return TR("Nobody is open any more.");
        return someone_at_desk(self) && is_in(row_at(self, self->list.selected), "held")
                   ? TR("Finish, hold, transfer or return this person first.")
                   : NULL;
    default:
        return NULL;
    }
}

/* --- drawing --- */

enum { NUMBER, STATE, SINCE, UNTIL, WHO, WHY, COLUMNS };
struct view {
    const struct leaving *self;
    const struct ui *ui;
};

/* Of a parked one why; else for which service. */
static const char *why(const struct ui *ui, const struct json *row)
{
    return is_in(row, "held") ? show_hold_reason(ui, json_text(row, "hold_reason"))
                              : show_name(ui, json_get(row, "service_name"));
}

static void cell(const void *data, int index, int column, char out[GRID_CELL], unsigned *look)
{
    const struct view *view = data;
    const struct ui *ui = view->ui;
    const struct json *row = row_at(view->self, index);
    const char *since = is_in(row, "held")     ? json_text(row, "held_at")
                        : is_in(row, "called") ? json_text(row, "called_at")
                                               : json_text(row, "started_at");
    char text[SHOW_TEXT];
    switch (column) {
    case NUMBER:
        if (*look == STYLE_TEXT)
            *look = STYLE_ACCENT;
        str_copy(out, GRID_CELL, json_text_or(row, "number", "…"));
        return;
    case STATE:
        str_copy(out, GRID_CELL, show_ticket_state(ui, json_text_or(row, "state", "")));
        return;
    case SINCE:
        str_copy(out, GRID_CELL, show_minutes(ui, show_since_ms(ui, since), text));
        return;
    case UNTIL:
        str_copy(out, GRID_CELL, show_clock(json_text(row, "held_until"), text));
        return;
    case WHO:
        str_copy(out, GRID_CELL, json_text_or(row, "person_name", tr(ui->lang, TR("not identified yet"))));
        return;
    default:
        str_copy(out, GRID_CELL, why(ui, row));
        return;
    }
}

static bool row_is_marked(const void *data, int index)
{
    const struct view *view = data;
    return is_marked(view->self, row_at(view->self, index));
}

static void list_view(const struct leaving *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct grid_column columns[COLUMNS] = {
        [NUMBER] = {.title = tr(ui->lang, TR("number")), .w = 7},
        [STATE] = {.title = tr(ui->lang, TR("state")), .w = 14},
        [SINCE] = {.title = tr(ui->lang, TR("since")), .w = 8, .align = TEXT_RIGHT},
        [UNTIL] = {.title = tr(ui->lang, TR("until")), .w = 8, .align = TEXT_RIGHT},
        [WHO] = {.title = tr(ui->lang, TR("who")), .w_min = 12},
        [WHY] = {.title = tr(ui->lang, TR("what for")), .w_min = 12},
    };
    struct view view = {self, ui};
    const struct grid grid = {.columns = columns,
                              .count = COLUMNS,
                              .cell = cell,
                              .marked = row_is_marked,
                              .self = &view,
                              .empty = tr(ui->lang, TR("Nobody is open any more."))};
    grid_draw(&grid, &self->list, frame, area, true);
}

/* What happens to those about whom nothing is said, and the key that goes on all the same. */
static void rest_view(const struct leaving *self, const struct ui *ui, struct frame *frame, struct rect line)
{
    char key[KEY_NAME];
    if (self->then != ACTION_SIGN_OUT && self->then != ACTION_QUIT)
        return;
    key_label(keymap_key(ui->keys, self->then, 0), key);
    rect_cut_left(&line, text_draw(frame, line, key, STYLE_ACCENT | ATTR_BOLD) + 1);
    text_draw(frame, line,
              tr(ui->lang, TR("leaves all the same: who is open stays yours, and waits for you")), STYLE_DIM);
}

static void view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    const struct leaving *self = data;
    struct rect head = rect_inset(rect_cut_top(&area, HEAD_ROWS), 2, 0);
    int count = (int)json_count(rows(self));
    if (!self->data)
        return;
    text_drawf(frame, rect_cut_top(&head, 1), STYLE_TEXT | ATTR_BOLD,
               tr(ui->lang, count ? TR("Still with you: %d. What becomes of them?")
                                  : TR("Nobody is with you any more.")),
               count);
    text_draw(frame, rect_cut_top(&head, 1),
              tr(ui->lang, TR("Space marks one, * all; without a mark the chosen one is meant.")), STYLE_DIM);
    rest_view(self, ui, frame, rect_inset(rect_cut_bottom(&area, 1), 2, 0));
    rect_cut_left(&area, 1);
    rect_cut_right(&area, 1);
    list_view(self, ui, frame, area);
}

const struct screen_ops leaving_screen = {
    .id = SCREEN_LEAVING,
    .new = leaving_new,
    .free = leaving_free,
    .update = leaving_update,
    .view = view,
    .enabled = leaving_enabled,
    .awaits = true, /* a counter that is being closed calls nobody any more */
    .gives_way = true,
};
