/* screens/desk_screen.c: the clerk's home: the messages. Steps are in desk_steps.c, drawing in desk_view.c.
 */
#include <stdlib.h>

#include "screens/desk.h"
#include "screens/show.h"

static void *desk_new(const struct json *args)
{
    (void)args;
    return xcalloc(1, sizeof(struct desk));
}

static void desk_free(void *self)
{
    struct desk *desk = self;
    json_free(&desk->data);
    json_free(&desk->step);
    json_free(&desk->missing);
    free(desk);
}

const struct json *desk_rows(const struct desk *desk, enum desk_pane pane)
{
    static const char *const members[DESK_PANES] = {"cases", "queues", "tray", "next"};
    return json_get(desk->data, members[pane]);
}

const struct json *desk_row(const struct desk *desk, enum desk_pane pane)
{
    return json_at(desk_rows(desk, pane), (size_t)desk->cursor[pane]);
}

const struct json *desk_ticket(const struct desk *desk)
{
    const struct json *ticket = json_get(desk->data, "ticket");
    return json_is_object(ticket) ? ticket : NULL;
}

const struct json *desk_why(const struct desk *desk)
{
    const struct json *ticket = desk_ticket(desk), *why = json_get(ticket ? ticket : desk->data, "why");
    return json_is_object(why) ? why : NULL;
}

bool desk_ticket_is(const struct desk *desk, const char *state)
{
    return str_equal(json_text(desk_ticket(desk), "state"), state);
}

static bool case_is_one_of(const struct json *c, const char *const states[])
{
    for (; *states; states++)
        if (str_equal(json_text(c, "state"), *states))
            return true;
    return false;
}

bool desk_case_is_draft(const struct json *c)
{
    static const char *const states[] = {"draft", "returned", NULL};
    return case_is_one_of(c, states);
}

bool desk_case_is_undecided(const struct json *c)
{
    static const char *const states[] = {"submitted", "complete", "in_review", "referred", NULL};
    return case_is_one_of(c, states);
}

int64_t desk_due_in_ms(const struct json *ticket, int64_t now_ms)
{
    int64_t until_ms;
    return time_parse(json_text_or(ticket, "held_until", ""), &until_ms) ? until_ms - now_ms : INT64_MAX;
}

/* --- messages --- */

static void load(const struct ui *ui, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "counter", ui->session.counter);
    effects_load(effects, "desk", args);
}

static void keep_cursors(struct desk *desk)
{
    for (int pane = 0; pane < DESK_PANES; pane++) {
        int count = (int)json_count(desk_rows(desk, (enum desk_pane)pane));
        if (desk->cursor[pane] >= count)
            desk->cursor[pane] = count ? count - 1 : 0;
    }
}

/* Another person is at the desk: what was looked at for the one before is over. */
static void turn_to(struct desk *desk, const char *ticket)
{
    if (str_equal(desk->ticket, ticket))
        return;
    str_copy(desk->ticket, sizeof desk->ticket, ticket);
    if (*ticket)
        json_free(&desk->missing); /* of the visit before */
    desk->why = false;
    desk->pane = DESK_CASES;
    desk->cursor[DESK_CASES] = 0;
}

/* The tray: one's own parked, then colleagues'. */
static void put_tray(struct json *data)
{
    static const char *const members[] = {"parked", "others"};
    struct json *tray = json_new_array();
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        const struct json *list = json_get(data, members[i]);
        for (const struct json *row = json_first(list); row; row = json_next(row))
            json_add(tray, json_copy(row));
    }
    json_set(data, "tray", tray);
}

bool desk_is_colleagues(const struct json *ticket)
{
    return json_get(ticket, "user_name") != NULL;
}

/* Whose citizen was taken is told once, with the reason. */
static void tell_taken(struct desk *desk, const struct ui *ui, struct effects *effects)
{
    const struct json *told = json_get(desk->data, "told");
    int64_t newest_ms = desk->told_ms;
    for (const struct json *row = json_first(told); row; row = json_next(row)) {
        const struct json *taken = json_get(row, "taken");
        int64_t at_ms;
        if (!time_parse(json_text_or(taken, "at", ""), &at_ms) || at_ms <= desk->told_ms)
            continue;
        effects_toast(effects, TOAST_WARN, tr(ui->lang, TR("%s went on with %s: %s")),
                      json_text_or(row, "by_name", "…"), json_text_or(row, "number", ""),
                      desk_take_reason(ui, json_text(taken, "reason")));
        newest_ms = at_ms > newest_ms ? at_ms : newest_ms;
    }
    desk->told_ms = newest_ms;
}

static void take_data(struct desk *desk, const struct json *data)
{
    json_free(&desk->data);
    desk->data = json_copy(data);
    put_tray(desk->data);
    turn_to(desk, json_text_or(desk_ticket(desk), "id", ""));
    keep_cursors(desk);
}

static void move(struct desk *desk, int by)
{
    int count = (int)json_count(desk_rows(desk, desk->pane)), to = desk->cursor[desk->pane] + by;
    desk->cursor[desk->pane] = to < 0 || !count ? 0 : to >= count ? count - 1 : to;
}

/* The next pane that has rows; without any, the applications. */
static void turn_pane(struct desk *desk, int by)
{
    for (int i = 1; i <= DESK_PANES; i++) {
        enum desk_pane pane = (enum desk_pane)(((int)desk->pane + i * by + i * DESK_PANES) % DESK_PANES);
        if (json_count(desk_rows(desk, pane))) {
            desk->pane = pane;
            return;
        }
    }
    desk->pane = DESK_CASES;
}

/* Enter goes on with what the cursor is on; it does nothing that could not be taken back at once. */
static void enter(const struct desk *desk, struct effects *effects)
{
    if (desk->pane == DESK_PARKED && desk_row(desk, DESK_PARKED))
        effects_do(effects, ACTION_RESUME);
    else if (desk->pane == DESK_NEXT && desk_row(desk, DESK_NEXT))
        effects_do(effects, ACTION_WHY);
    else if (desk_row(desk, DESK_CASES))
        effects_do(effects, ACTION_OPEN_FORM);
}

static void on_key(struct desk *desk, struct key key, struct effects *effects)
{
    enum { FAR = 1000000, PAGE = 10 };
    static const struct {
        const char *key;
        int by;
    } moves[] = {{"Down", 1},     {"j", 1},     {"Up", -1}, {"k", -1},      {"PgDn", PAGE},
                 {"PgUp", -PAGE}, {"End", FAR}, {"G", FAR}, {"Home", -FAR}, {"g", -FAR}};
    for (size_t i = 0; i < sizeof moves / sizeof *moves; i++)
        if (key_is(key, moves[i].key))
            move(desk, moves[i].by);
    if (key_is(key, "Tab"))
        turn_pane(desk, 1);
    else if (key_is(key, "S-Tab"))
        turn_pane(desk, -1);
    else if (key_is(key, "Enter"))
        enter(desk, effects);
}

/* Whose time has come is under the cursor of the tray, so that the key that the alarm names takes that one back. */
static void turn_to_due(struct desk *desk, const struct ui *ui)
{
    const struct json *parked = desk_rows(desk, DESK_PARKED);
    int at = 0;
    for (const struct json *row = json_first(parked); row; row = json_next(row), at++) {
        int64_t until_ms;
        if (desk_is_colleagues(row) || !time_parse(json_text_or(row, "held_until", ""), &until_ms))
            continue;
        if (until_ms <= ui->now_ms && until_ms > desk->alarm_ms && desk->pane != DESK_PARKED) {
            desk->cursor[DESK_PARKED] = at;
            break;
        }
    }
    desk->alarm_ms = ui->now_ms;
}

/* Either nobody waits, or who waits was called lately and is left out for a while. */
static void tell_nobody(const struct ui *ui, const struct json *why, struct effects *effects)
{
    const struct json *passed = json_first(json_get(why, "passed_over"));
    char key[KEY_NAME];
    if (!passed)
        return effects_toast(effects, TOAST_PLAIN, "%s", tr(ui->lang, TR("Nobody is waiting.")));
    key_label(keymap_key(ui->keys, ACTION_CALL_NAMED, 0), key);
    effects_toast(effects, TOAST_WARN,
                  tr(ui->lang, TR("%s was called a few minutes ago and is left out; %s calls out of turn")),
                  json_text_or(passed, "number", "…"), key);
}

static void on_result(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    const struct json *error = json_get(msg->json, "error");
    if (desk->waiting_for && str_equal(desk->waiting_for, msg->what))
        desk->waiting_for = NULL;
    if (str_equal(msg->what, "ticket.call_next") && !error &&
        !json_is_object(json_get(json_get(msg->json, "data"), "ticket")))
        tell_nobody(ui, json_get(json_get(msg->json, "data"), "why"), effects);
    if (str_equal(json_text(error, "code"), "counter_taken")) {
        struct json *question =
            question_new("takeover", show_refusal(ui, "counter_taken", json_text_or(error, "message", "")));
        question_choice(question, "y", tr(ui->lang, TR("take the counter over")), "yes", NULL);
        effects_ask(effects, question);
    }
}

enum { NEWEST = 1000 }; /* beyond every list: brought back to its last row */

static void on_saved(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    desk_tell_visit(desk, ui, msg, effects);
    if (!str_equal(msg->what, "case.open"))
        return;
    desk->cursor[DESK_CASES] = NEWEST; /* the newest, as soon as it is here */
    struct json *args = json_new_object();
    json_set_text(args, "case", json_text_or(json_get(msg->json, "body"), "case", ""));
    effects_open(effects, SCREEN_FORM, args);
}

static void on_data(struct desk *desk, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "desk")) {
        take_data(desk, msg->json);
        tell_taken(desk, ui, effects);
    } else if (str_equal(msg->what, "accounts") && !desk_asks_target(desk)) {
        desk_choose_counter(desk, ui, msg->json, effects);
    } else {
        desk_ask_target(desk, ui, msg, effects);
    }
}

static void desk_update(void *self, const struct ui *ui, const struct msg *msg, struct effects *effects)
{
    struct desk *desk = self;
    switch (msg->kind) {
    case MSG_LOAD:
        return load(ui, effects);
    case MSG_DATA:
        return on_data(desk, ui, msg, effects);
    case MSG_ACTION:
        if (msg->action == ACTION_BACK)
            desk->why = false;
        return desk_act(desk, ui, msg->action, effects);
    case MSG_KEY:
        return on_key(desk, msg->key, effects);
    case MSG_TICK:
        return turn_to_due(desk, ui);
    case MSG_ANSWERED:
        return desk_answered(desk, ui, msg, effects);
    case MSG_SAVED:
        return on_saved(desk, ui, msg, effects);
    case MSG_REFUSED:
        desk->waiting_for = NULL;
        return;
    case MSG_RESULT:
        return on_result(desk, ui, msg, effects);
    default:
        return;
    }
}

static const char *enabled(const void *self, const struct ui *ui, enum action action)
{
    return desk_enabled(self, ui, action);
}

static void view(const void *self, const struct ui *ui, struct frame *frame, struct rect area)
{
    desk_view(self, ui, frame, area);
}

static void locked(const void *self, const struct ui *ui, struct frame *frame, struct rect *area)
{
    desk_locked_view(self, ui, frame, area);
}

/* "Counter 7 · Population, Civil registry" */
static char *title(const void *self, const struct ui *ui)
{
    const struct desk *desk = self;
    const char *counter = json_text(json_get(desk->data, "counter"), "name");
    struct buf text = {0};
    if (!counter)
        return NULL;
    buf_addf(&text, tr(ui->lang, TR("Counter %s")), counter);
    const char *separator = " · ";
    for (const struct json *q = json_first(desk_rows(desk, DESK_QUEUES)); q; q = json_next(q)) {
        buf_addf(&text, "%s%s", separator, json_name_in(json_get(q, "name"), lang_code(ui->lang)));
        separator = ", ";
    }
    return buf_take(&text);
}

const struct screen_ops desk_screen = {
    .id = SCREEN_DESK,
    .new = desk_new,
    .free = desk_free,
    .update = desk_update,
    .view = view,
    .enabled = enabled,
    .title = title,
    .locked = locked,
    .awaits = true,
};
