/* screens/board_screen.c: the supervisor's board: the whole hall on one screen, as it is at this moment. Tab goes from the
 * queues to the counters and to the people of what is looked into; what is marked there is moved. Drawing is in
 * board_view.c. */
#include <stdlib.h>
#include <string.h>

#include "screens/board.h"

enum {
    FILTER_BYTES = 100,
    LEVELS_MS = 15 * 1000,
    PAUSE_MS = 400, /* between two refreshes: a hall that changes ten times a second is not read ten times */
    REFRESH_MS = 20 * 1000, /* promises break by the clock alone */
    PEOPLE_ROWS = 60,
};

static void *board_new(const struct json *args)
{
    struct board *self = xcalloc(1, sizeof *self);
    (void)args;
    field_init(&self->filter, FILTER_BYTES);
    self->beside = BOARD_QUEUES;
    self->w = 80;
    self->h = 24;
    return self;
}

static void board_free(void *data)
{
    struct board *self = data;
    json_free(&self->levels);
    json_free(&self->refusing);
    json_free(&self->refused);
    board_drop_lists(self);
    field_deinit(&self->filter);
    json_free(&self->data);
    json_free(&self->people);
    json_free(&self->moves);
    free(self);
}

/* --- what is shown --- */

static bool shows_people(const struct board *self)
{
    return !self->heat && (board_is_wide(self) || self->detail);
}

static void load_people(struct board *self, struct effects *effects)
{
    const struct json *row = board_chosen(self, self->beside);
    const char *who = json_text(row, self->beside == BOARD_QUEUES ? "id" : "user");
    struct json *args;
    if (!shows_people(self))
        return;
    if (str_empty(who)) {
        json_free(&self->people);
        return board_make_lists(self);
    }
    args = json_new_object();
    json_set_text(args, self->beside == BOARD_QUEUES ? "queue" : "user", who);
    json_set_int(args, "limit", PEOPLE_ROWS);
    effects_load(effects, "floor_people", args);
}

/* They play the next hours forward: every so often is enough to see one break coming. */
static void load_levels_now_and_then(struct board *self, const struct ui *ui, struct effects *effects)
{
    int64_t since_ms = ui->now_ms - self->levels_ms;
    if (self->levels_ms && since_ms >= 0 && since_ms < LEVELS_MS)
        return;
    self->levels_ms = ui->now_ms;
    effects_load(effects, "levels", NULL);
}

static void take_levels(struct board *self, const struct json *levels)
{
    json_free(&self->levels);
    self->levels = json_copy(levels);
}

static void load(struct board *self, const struct ui *ui, struct effects *effects)
{
    load_levels_now_and_then(self, ui, effects);
    self->loaded_ms = ui->now_ms;
    self->stale = false;
    effects_load(effects, "floor", NULL);
    effects_load(effects, "moves", NULL);
}

/* The first change is shown at once; those that follow on it, with the next second. */
static void load_soon(struct board *self, const struct ui *ui, struct effects *effects)
{
    int64_t since_ms = ui->now_ms - self->loaded_ms;
    if (!self->data || since_ms < 0 || since_ms >= PAUSE_MS)
        return load(self, ui, effects);
    self->stale = true;
    effects_load(effects, "moves", NULL); /* few rows; u means the last of them */
}

static void tick(struct board *self, const struct ui *ui, struct effects *effects)
{
    int64_t since_ms = ui->now_ms - self->loaded_ms;
    if (self->stale || since_ms >= REFRESH_MS || since_ms < 0)
        load(self, ui, effects);
}

static void on_data(struct board *self, const struct msg *msg, struct effects *effects)
{
    bool people = str_equal(msg->what, "floor_people");
    if (str_equal(msg->what, "moves")) {
        json_free(&self->moves);
        self->moves = json_copy(msg->json);
    }
    if (!people && !str_equal(msg->what, "floor"))
        return;
    struct json **place = people ? &self->people : &self->data;
    json_free(place);
    *place = json_copy(msg->json);
    board_make_lists(self);
    if (!people)
        load_people(self, effects);
}

/* --- keys --- */

static void look_into(struct board *self, struct effects *effects)
{
    if (self->pane != BOARD_PEOPLE) {
        self->beside = self->pane;
        board_make_lists(self);
    }
    load_people(self, effects);
}

static enum board_pane next_pane(const struct board *self, int by)
{
    int panes = shows_people(self) ? BOARD_PANES : BOARD_PEOPLE;
    return (enum board_pane)((self->pane + by + panes) % panes);
}

static void turn_pane(struct board *self, int by, struct effects *effects)
{
    if (self->detail && !board_is_wide(self))
        return;
    self->pane = self->heat ? BOARD_QUEUES : next_pane(self, by);
    look_into(self, effects);
}

static void open_detail(struct board *self, struct effects *effects)
{
    if (!board_chosen(self, self->pane) || self->heat)
        return;
    if (self->pane != BOARD_PEOPLE) {
        self->beside = self->pane;
        self->detail = !board_is_wide(self);
        self->pane = BOARD_PEOPLE;
        json_free(&self->people);
        board_make_lists(self);
    }
    load_people(self, effects);
}

static void on_key(struct board *self, struct key key, struct effects *effects)
{
    if (self->filtering) {
        if (key_is(key, "Enter") || key_is(key, "Tab"))
            self->filtering = false;
        else if (list_key_below_field(&self->lists[self->pane].list, key))
            look_into(self, effects);
        else if (field_key(&self->filter, key) == EDIT_CHANGED)
            board_make_lists(self);
    } else if (key_is(key, "Tab") || key_is(key, "S-Tab")) {
        turn_pane(self, key_is(key, "Tab") ? 1 : -1, effects);
    } else if (key_is(key, "Enter")) {
        open_detail(self, effects);
    } else if (board_move_cursor(self, self->pane, key)) {
        look_into(self, effects);
    }
}

/* One step: the filter goes, then what is looked into, the picture, the marks. */
static void back(struct board *self, struct effects *effects)
{
    if (self->filtering || *field_text(&self->filter)) {
        self->filtering = false;
        field_set(&self->filter, "");
        return board_make_lists(self);
    }
    if (self->pane == BOARD_PEOPLE) {
        self->detail = false;
        self->pane = self->beside;
        return;
    }
    if (self->heat) {
        self->heat = false;
        return load_people(self, effects);
    }
    if (board_mark_count(self))
        return board_unmark(self);
    effects_back(effects);
}

static void turn_view(struct board *self, struct effects *effects)
{
    self->heat = !self->heat;
    self->detail = false;
    if (self->heat || self->pane == BOARD_PEOPLE)
        self->pane = BOARD_QUEUES;
    look_into(self, effects);
    board_make_lists(self);
}

/* Back at the first row: what is worst, or where everything has its place. */
static void turn_order(struct board *self, const struct ui *ui, struct effects *effects)
{
    self->worst = !self->worst;
    for (int i = 0; i < BOARD_PEOPLE; i++) {
        self->lists[i].cursor[0] = '\0';
        list_select(&self->lists[i].list, 0);
    }
    board_make_lists(self);
    look_into(self, effects);
    effects_toast(effects, TOAST_PLAIN, "%s",
                  tr(ui->lang, self->worst ? TR("What needs somebody comes first.")
                                           : TR("In the order of their codes.")));
}

static void mark(struct board *self, const struct ui *ui, struct effects *effects)
{
    board_mark(self, ui);
    if (board_move_cursor(self, self->pane, key_of("Down")))
        look_into(self, effects);
}

/* The rules of the queue at the cursor. */
static void open_rules(const struct board *self, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "queue", json_text(board_chosen(self, BOARD_QUEUES), "id"));
    effects_open(effects, SCREEN_RULES, args);
}

/* Of the person at the cursor; else the screen asks for a number. */
static void open_why(const struct board *self, struct effects *effects)
{
    struct json *args = json_new_object();
    if (self->pane == BOARD_PEOPLE && board_chosen(self, BOARD_PEOPLE))
        json_set_text(args, "ticket", json_text(board_chosen(self, BOARD_PEOPLE), "id"));
    effects_open(effects, SCREEN_WHY, args);
}

static void act(struct board *self, const struct ui *ui, enum action action, struct effects *effects)
{
    switch (action) {
    case ACTION_HOLDS:
    case ACTION_CLOSURES:
        return effects_open(effects, SCREEN_HOLDS, NULL);
    case ACTION_PEOPLE:
        return effects_open(effects, SCREEN_PEOPLE, NULL);
    case ACTION_AUDIT:
        return effects_open(effects, SCREEN_AUDIT, NULL);
    case ACTION_MOVE:
        return board_open_move(self, ui, effects);
    case ACTION_ADVICE:
        return board_open_advice(self, ui, effects);
    case ACTION_ADVICE_NOT:
        return board_ask_refusal(self, ui, effects);
    case ACTION_UNDO:
        return board_ask_undo(self, ui, effects);
    case ACTION_RULES:
        return open_rules(self, effects);
    case ACTION_WHY:
        return open_why(self, effects);
    case ACTION_BACK:
        return back(self, effects);
    case ACTION_FILTER:
        self->filtering = true;
        self->filters_people = self->pane == BOARD_PEOPLE;
        return board_make_lists(self);
    case ACTION_NEXT_VIEW:
        return turn_view(self, effects);
    case ACTION_SORT:
        return turn_order(self, ui, effects);
    case ACTION_MARK:
        return mark(self, ui, effects);
    case ACTION_MARK_SHOWN:
        return board_mark_shown(self, ui);
    default:
        return;
    }
}

static void resize(struct board *self, const struct msg *msg, struct effects *effects)
{
    self->w = msg->w;
    self->h = msg->h;
    if (board_is_wide(self))
        self->detail = false;
    else if (self->pane == BOARD_PEOPLE && !self->detail)
        self->pane = self->beside;
    board_make_lists(self);
    if (self->data)
        load_people(self, effects);
}

static void board_update(void *data, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct board *self = data;
    switch (msg->kind) {
    case MSG_LOAD:
        return load_soon(self, ui, effects);
    case MSG_TICK:
        return tick(self, ui, effects);
    case MSG_DATA:
        if (str_equal(msg->what, "levels"))
            return take_levels(self, msg->json);
        return on_data(self, msg, effects);
    case MSG_ACTION:
        return act(self, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(self, msg->key, effects);
    case MSG_PASTE:
        if (!self->filtering)
            return;
        field_paste(&self->filter, msg->text, strlen(msg->text));
        return board_make_lists(self);
    case MSG_ANSWERED:
        if (str_equal(msg->what, "move_undo"))
            board_undo(msg->text ? msg->text : "", effects);
        if (str_equal(msg->what, "advice_not"))
            board_refuse(self, msg->text ? msg->text : "", effects);
        return;
    case MSG_RESULT:
        board_advice_answered(self, msg);
        return board_moved(ui, msg, effects);
    case MSG_RESIZE:
        return resize(self, msg, effects);
    default:
        return;
    }
}

static bool typing(const void *data)
{
    return ((const struct board *)data)->filtering;
}

static const char *board_enabled(const void *data, const struct ui *ui, enum action action)
{
    const struct board *self = data;
    switch (action) {
    case ACTION_MARK:
    case ACTION_MARK_SHOWN:
        return board_chosen(self, self->pane) ? NULL : TR("Choose a queue, a counter or a person.");
    case ACTION_RULES:
        return board_chosen(self, BOARD_QUEUES) ? NULL : TR("There is no queue.");
    case ACTION_MOVE:
        return board_why_no_move(self);
    case ACTION_ADVICE:
        return board_why_no_advice(self, ui);
    case ACTION_ADVICE_NOT:
        return board_why_no_refusal(self, ui);
    case ACTION_UNDO:
        return board_why_no_undo(self, ui);
    default:
        return NULL;
    }
}

static void board_view(const void *data, const struct ui *ui, struct frame *frame, struct rect area)
{
    board_draw(data, ui, frame, area);
}

const struct screen_ops board_screen = {.id = SCREEN_BOARD,
                                        .new = board_new,
                                        .free = board_free,
                                        .update = board_update,
                                        .view = board_view,
                                        .enabled = board_enabled,
                                        .typing = typing,
                                        .title = board_title,
                                        .awaits = true};
