/* screens/app_training.c: a training hall at a workstation: the trainer's hint, a screen that stands still, a counter that a
 * trainer has taken over, a power cut, and the talk with whoever stands at the counter. What the hall says of this person is
 * their row of the query "training"; at a trainer's workstation it is the row of whoever's counter they have. In a real
 * hall there is none, and none of this. Knows no screen. */
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"
#include "screens/show.h"
#include "tui/funcbar.h"
#include "tui/text.h"

enum {
    SIDE_FROM = 100, /* columns from which on the talk stands beside what is filled in */
    SIDE_W = 34,
    SIDE_WIDER = 46,
    WIDER_FROM = 140,
    BELOW_ROWS = 9,
    COMING_MS = 2000, /* between two looks whether somebody has come */
    LOOK_MS = 10000,
};

static const struct json *mine(const struct app *app)
{
    return app->training.mine;
}

/* --- what the hall says --- */

void app_training_load(struct app *app, struct effects *effects)
{
    if (!app->ui.training || !app->ui.session.signed_in)
        return;
    effects_load(effects, "training", NULL);
    effects->items[effects->count - 1].from = TRAINING_SERIAL;
}

void app_training_forget(struct app *app)
{
    json_free(&app->training.mine);
    json_free(&app->training.visit);
    visitor_forget(&app->training.visitor);
    app->training = (struct app_training){.visitor = app->training.visitor};
    app->ui.taken = false;
}

static bool is_trainer(const struct app *app)
{
    return app->ui.session.roles & ROLE_TRAINER;
}

static const char *hint_at(const struct json *row)
{
    return json_text_or(json_get(row, "hint"), "at", "");
}

static bool has_hint(const struct app *app)
{
    return !is_trainer(app) && *hint_at(mine(app)) && !str_equal(hint_at(mine(app)), app->training.hint_read);
}

/* This counter is in a trainer's hands, who is at a place of their own. */
static bool is_taken(const struct app *app)
{
    return app->ui.session.signed_in && !is_trainer(app) && json_text(mine(app), "taken_by");
}

bool app_is_held(const struct app *app)
{
    const struct json *row = app->ui.session.signed_in && !is_trainer(app) ? mine(app) : NULL;
    return json_bool(row, "frozen", false) || is_taken(app);
}

/* Everything stands from now on: what is typed is in the journal before. */
static void begin_to_hold(struct app *app, struct effects *effects)
{
    struct msg msg = {.kind = MSG_KEEP, .now_ms = app->ui.now_ms};
    app->training.dropped = 0;
    app_tell_top(app, &msg, effects);
    app_keep(app, false, effects);
}

static void tell_of_keys(struct app *app, bool taken)
{
    char text[300];
    if (taken)
        str_format(text, sizeof text,
                   tr(app->ui.lang, TR("The counter is yours again; what you typed is as you left it. Keys "
                                       "that were not carried out: %d.")),
                   app->training.dropped);
    if (taken)
        return app_toast(app, TOAST_GOOD, text);
    if (!app->training.dropped)
        return app_toast(app, TOAST_GOOD,
                         tr(app->ui.lang, TR("You can go on: everything is as you left it.")));
    str_format(text, sizeof text,
               tr(app->ui.lang,
                  TR("You can go on: everything is as you left it. Keys that were not carried out: %d.")),
               app->training.dropped);
    app_toast(app, TOAST_WARN, text);
}

/* As by a cut: nothing more is asked or kept than was. By the hall's clock, so only while that is heard. Whoever starts the
 * program may find the power away. */
static void cut_power(struct app *app, struct effects *effects)
{
    int64_t until_ms;
    char clock[SHOW_TEXT], text[300];
    const char *until = json_text(mine(app), "power_until");
    if (!mine(app) || is_trainer(app) || app->ui.link.state != LINK_ONLINE)
        return;
    if (!until || !time_parse(until, &until_ms) || until_ms <= app->ui.now_ms) {
        app->training.powered = true;
        return;
    }
    str_format(
        text, sizeof text,
        tr(app->ui.lang,
           app->training.powered
               ? TR("Training: the power is cut until %s. Start loket again: what you typed is there.")
               : TR("Training: the power is still away until %s. What you typed is kept; start loket then.")),
        show_clock(until, clock));
    effects_add(effects, EFFECT_QUIT, NULL, text);
}

static void fetch_visitor(struct app *app, struct effects *effects)
{
    char *path;
    if (!*app->training.visitor.ticket || *app->training.asked || app->ui.link.state != LINK_ONLINE)
        return;
    path = xasprintf("/v1/training/visitor?ticket=%s", app->training.visitor.ticket);
    str_copy(app->training.asked, sizeof app->training.asked, path);
    app->training.asked_ms = app->ui.now_ms;
    effects_add(effects, EFFECT_FETCH, path, NULL);
    effects->items[effects->count - 1].from = TRAINING_SERIAL;
    free(path);
}

/* Whose counter a trainer has here. */
static const struct json *taken_here(const struct app *app, const struct json *answer)
{
    for (const struct json *row = json_first(json_get(answer, "rows")); row; row = json_next(row))
        if (str_equal(json_text(row, "taken_user"), app->ui.session.user))
            return row;
    return NULL;
}

static void keep_row(struct json **place, const struct json *row)
{
    json_free(place);
    *place = json_is_object(row) ? json_copy(row) : NULL;
}

void app_training_take(struct app *app, const struct json *answer, struct effects *effects)
{
    const struct json *row = is_trainer(app) ? taken_here(app, answer) : json_get(answer, "mine");
    bool held = app_is_held(app), taken = is_taken(app), had = has_hint(app);
    char before[TIME_TEXT];
    str_copy(before, sizeof before, hint_at(mine(app)));
    keep_row(&app->training.mine, row);
    keep_row(&app->training.visit, json_get(answer, "visit"));
    app->ui.taken = is_taken(app);
    visitor_turn_to(&app->training.visitor, is_taken(app) ? "" : json_text_or(mine(app), "ticket", ""));
    if (!app->training.visitor.who)
        fetch_visitor(app, effects);
    if (has_hint(app) && (!had || !str_equal(before, hint_at(mine(app)))))
        app_notice_ring(app, effects);
    if (!held && app_is_held(app))
        begin_to_hold(app, effects);
    if (held && !app_is_held(app))
        tell_of_keys(app, taken);
    cut_power(app, effects);
}

void app_training_tick(struct app *app, struct effects *effects)
{
    int64_t since_ms = app->ui.now_ms - app->training.asked_ms;
    bool here = visitor_is_here(&app->training.visitor);
    if (since_ms < 0 || since_ms >= (here ? LOOK_MS : COMING_MS))
        fetch_visitor(app, effects);
    cut_power(app, effects);
}

/* --- a screen that stands still --- */

/* True: the key went no further. */
bool app_training_key(struct app *app, struct key key, struct effects *effects)
{
    static const enum action still[] = {ACTION_QUIT,      ACTION_SUSPEND,    ACTION_REDRAW, ACTION_LOCK,
                                        ACTION_NEXT_LANG, ACTION_NEXT_THEME, ACTION_RETRY};
    int found = key_types(key) ? ACTION_NONE : keymap_find(app->ui.keys, app_context(app), key, 0);
    if (!app_is_held(app))
        return false;
    for (size_t i = 0; i < sizeof still / sizeof *still; i++)
        if ((int)still[i] == found)
            return app_do(app, still[i], effects), true;
    app->training.dropped++;
    return true;
}

/* In place of the action line and of a question that waits. */
void app_held_view(const struct app *app, struct frame *frame, struct rect line)
{
    char text[SHOW_TEXT], quit[KEY_NAME];
    key_label(keymap_key(app->ui.keys, ACTION_QUIT, 0), quit);
    str_copy(text, sizeof text, tr(app->ui.lang, TR("Keys do nothing now")));
    if (app->training.dropped)
        str_format(text, sizeof text, tr(app->ui.lang, TR("Keys do nothing now; not carried out: %d")),
                   app->training.dropped);
    const struct funcbar_item items[] = {
        {.key = "!", .label = text, .priority = 1},
        {.key = quit, .label = tr(app->ui.lang, action_info(ACTION_QUIT)->label)}};
    funcbar_draw(items, sizeof items / sizeof *items, frame, line);
}

/* "P-014 · being served since 09:41" */
static void visit_text(const struct app *app, char out[SHOW_TEXT])
{
    const struct json *visit = app->training.visit;
    const char *state = json_text_or(visit, "state", "");
    bool serving = str_equal(state, "serving"), called = str_equal(state, "called");
    char clock[SHOW_TEXT];
    if (serving || called)
        str_format(out, SHOW_TEXT,
                   tr(app->ui.lang, serving ? TR("%s: is served since %s") : TR("%s: is called since %s")),
                   json_text_or(visit, "number", "…"),
                   show_clock(json_text(visit, serving ? "started_at" : "called_at"), clock));
    else
        str_copy(out, SHOW_TEXT, tr(app->ui.lang, TR("Nobody stands at your counter now.")));
}

void app_taken_view(const struct app *app, struct frame *frame, struct rect *area)
{
    char text[SHOW_TEXT];
    if (!is_taken(app) || app->help_open || app->palette_open || area->h < 4)
        return;
    visit_text(app, text);
    text_draw(frame, rect_inset(rect_cut_top(area, 1), 1, 0), text, STYLE_ACCENT | ATTR_BOLD);
}

/* --- what stands in the rule below the title --- */

bool app_training_notice(const struct app *app, struct buf *text, unsigned *look, enum action *key)
{
    const struct json *row = mine(app), *hint = json_get(row, "hint");
    *key = ACTION_NONE;
    *look = STYLE_WARN;
    if (is_taken(app)) {
        buf_addf(text, tr(app->ui.lang, TR("%s works at your counter; you watch. What you typed is kept.")),
                 json_text(row, "taken_by"));
    } else if (app_is_held(app)) {
        buf_addf(text, tr(app->ui.lang, TR("%s has stopped everything. What you typed is kept.")),
                 json_text_or(row, "frozen_by", tr(app->ui.lang, TR("The trainer"))));
    } else if (row && is_trainer(app)) {
        char place[KEY_NAME], key_back[KEY_NAME];
        key_label(keymap_key(app->ui.keys, ACTION_PLACE_TRAINER, app_typing(app) ? 1 : 0), place);
        key_label(keymap_key(app->ui.keys, ACTION_TRAIN_HAND_BACK, 0), key_back);
        buf_addf(text, tr(app->ui.lang, TR("You have the counter of %s; %s and then %s hands it back.")),
                 json_text_or(row, "name", "…"), place, key_back);
    } else if (has_hint(app)) {
        *key = ACTION_ATTENTION;
        buf_addf(text, "%s: %s", json_text_or(hint, "from", tr(app->ui.lang, TR("The trainer"))),
                 json_text_or(hint, "text", ""));
    } else {
        return false;
    }
    return true;
}

/* True: there was a hint, which is asked about whole; Enter has read it. */
bool app_training_attend(struct app *app, struct effects *effects)
{
    const struct json *hint = json_get(mine(app), "hint");
    if (!has_hint(app))
        return false;
    char *text = xasprintf("%s: %s", json_text_or(hint, "from", tr(app->ui.lang, TR("The trainer"))),
                           json_text_or(hint, "text", ""));
    struct json *question = question_new("training_hint", text);
    question_choice(question, "Enter", tr(app->ui.lang, TR("read")), hint_at(mine(app)), NULL);
    effects_ask(effects, question);
    free(text);
    return true;
}

bool app_training_has_hint(const struct app *app)
{
    return has_hint(app);
}

/* --- the talk --- */

static bool is_talk_screen(const struct app *app)
{
    return action_info(ACTION_TALK)->screens & app_context(app);
}

static bool has_talk(const struct app *app)
{
    return mine(app) && *app->training.visitor.ticket;
}

/* In a real hall nobody is told of keys that have nobody to talk to. */
bool app_is_of_training(const struct app *app, enum action action)
{
    return (action == ACTION_TALK || action == ACTION_TALK_SHOW) && !app->ui.training;
}

const char *app_talk_why_not(const struct app *app, enum action action)
{
    const struct visitor *visitor = &app->training.visitor;
    if (!has_talk(app))
        return TR("Nobody is at your counter: whom could you ask?");
    if (action == ACTION_TALK_SHOW)
        return NULL;
    if (app->ui.link.state != LINK_ONLINE)
        return TR("Hall not reachable: the person cannot answer now. What they said stands here.");
    if (!visitor->who)
        return TR("The hall is asked who stands there…");
    return visitor_is_here(visitor) ? NULL : TR("They have not come to the counter yet.");
}

void app_talk_do(struct app *app, enum action action, struct effects *effects)
{
    struct visitor *visitor = &app->training.visitor;
    struct json *question;
    if (action == ACTION_TALK_SHOW) {
        if (app->w < SIDE_FROM)
            app->training.below = !app->training.below;
        else
            visitor->away = !visitor->away;
        return;
    }
    question = visitor_question(visitor, &app->ui);
    if (!question)
        return app_toast(app, TOAST_WARN, tr(app->ui.lang, TR("There is nothing to ask them.")));
    effects_ask(effects, question);
}

static void ask_them(struct app *app, const char *question, struct effects *effects)
{
    struct json *request = json_new_object();
    json_set_text(request, "ticket", app->training.visitor.ticket);
    json_set_text(request, "question", question);
    char *text = json_print(request);
    str_copy(app->training.question, sizeof app->training.question, question);
    effects_add(effects, EFFECT_FETCH, "/v1/training/ask", text);
    effects->items[effects->count - 1].from = TRAINING_SERIAL;
    free(text);
    json_free(&request);
}

bool app_training_answered(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "training_hint")) {
        str_copy(app->training.hint_read, sizeof app->training.hint_read, msg->text);
        return true;
    }
    if (!str_equal(msg->what, "talk"))
        return false;
    ask_them(app, msg->text, effects);
    return true;
}

static bool is_drawn(const struct app *app, int w)
{
    if (!has_talk(app) || !is_talk_screen(app) || app->help_open || app->palette_open)
        return false;
    return w >= SIDE_FROM ? !app->training.visitor.away : app->training.below;
}

/* Where it has no room of its own, the answer is told as a sentence. */
static void take_answer(struct app *app, const struct msg *msg)
{
    const struct json *error = json_get(msg->json, "error");
    if (msg->text || !visitor_take_answer(&app->training.visitor, app->training.question, msg->json)) {
        const char *why = json_text(error, "message");
        return app_toast(app, TOAST_WARN,
                         why ? show_refusal(&app->ui, json_text_or(error, "code", ""), why)
                             : tr(app->ui.lang, TR("No answer came. Ask once more.")));
    }
    if (is_drawn(app, app->w))
        return;
    if (json_count(json_get(msg->json, "shows"))) { /* there is something to read beside the form */
        app->training.below = app->w < SIDE_FROM;
        app->training.visitor.away = false;
        return;
    }
    char *text = visitor_sentence(&app->ui, msg->json);
    app_toast(app, TOAST_PLAIN, text);
    free(text);
}

void app_training_fetched(struct app *app, const struct msg *msg)
{
    if (str_equal(msg->what, "/v1/training/ask"))
        return take_answer(app, msg);
    if (!str_equal(msg->what, app->training.asked))
        return;
    const char *ticket = strchr(app->training.asked, '=');
    bool same = ticket && str_equal(ticket + 1, app->training.visitor.ticket);
    app->training.asked[0] = '\0';
    if (!msg->text && same)
        visitor_take(&app->training.visitor, msg->json);
}

/* --- room --- */

static int side_w(int w)
{
    return w >= WIDER_FROM ? SIDE_WIDER : SIDE_W;
}

void app_talk_room(const struct app *app, int *w)
{
    if (is_drawn(app, *w) && *w >= SIDE_FROM)
        *w -= side_w(*w) + 2;
}

void app_talk_view(const struct app *app, struct frame *frame, struct rect *area)
{
    const struct visitor *visitor = &app->training.visitor;
    if (!is_drawn(app, area->w))
        return;
    if (area->w >= SIDE_FROM) {
        struct rect side = rect_cut_right(area, side_w(area->w));
        frame_pillar(frame, rect_cut_right(area, 1));
        rect_cut_right(area, 1);
        rect_cut_left(&side, 1);
        return visitor_view(visitor, &app->ui, frame, side);
    }
    int rows = visitor_rows(visitor, &app->ui, area->w - 2),
        most = area->h / 2 < BELOW_ROWS ? area->h / 2 : BELOW_ROWS;
    struct rect below = rect_cut_bottom(area, rows < most ? rows : most);
    frame_rule(frame, rect_cut_bottom(area, 1));
    visitor_view(visitor, &app->ui, frame, rect_inset(below, 1, 0));
}
