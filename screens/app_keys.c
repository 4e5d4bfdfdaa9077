/* screens/app_keys.c: what a key means here and now, and what is possible. Draws nothing. */
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"

unsigned app_context(const struct app *app)
{
    return app->layer_count ? 1U << app_screen(app) : 0;
}

/* --- what is possible --- */

static bool role_fits(const struct app *app, unsigned roles)
{
    return !roles || (roles & app->ui.session.roles);
}

static const char *place_enabled(const struct app *app, enum screen_id place)
{
    if (!screen_ops(place))
        return TR("This program was built without that screen.");
    return role_fits(app, screen_info(place)->roles) ? NULL : TR("Your roles do not include this.");
}

bool app_may_go(const struct app *app, enum screen_id place)
{
    return !place_enabled(app, place);
}

/* These need nobody's name. */
static bool is_free(enum action action)
{
    static const enum action free_actions[] = {
        ACTION_QUIT,      ACTION_HELP,  ACTION_BACK, ACTION_REDRAW,     ACTION_SUSPEND,   ACTION_NEXT_THEME,
        ACTION_NEXT_LANG, ACTION_RETRY, ACTION_TOUR, ACTION_TOUR_LEAVE, ACTION_TOUR_AGAIN};
    for (size_t i = 0; i < sizeof free_actions / sizeof *free_actions; i++)
        if (free_actions[i] == action)
            return true;
    return false;
}

static const char *why_not(const struct app *app, enum action action)
{
    const struct action_info *info = action_info(action);
    const struct layer *top = app_shown(app);
    if (!top || !(info->screens & app_context(app)))
        return TR("That is for another screen.");
    if (!app->ui.session.signed_in && info->screens & IN_DESK && !is_free(action))
        return TR("Sign in first.");
    if (!role_fits(app, info->roles))
        return TR("Your roles do not include this.");
    enum screen_id place = screen_place(action);
    if (place != SCREEN_COUNT)
        return place_enabled(app, place);
    if (app_is_tour(action))
        return app_tour_why_not(app, action);
    if (action == ACTION_TALK || action == ACTION_TALK_SHOW)
        return app_talk_why_not(app, action);
    if (action == ACTION_ATTENTION)
        return app->ui.link.disputes || app_has_closures(app) || app_moves_count(app) ||
                       app_training_has_hint(app)
                   ? NULL
                   : TR("Nothing needs attention.");
    return top->ops->enabled ? top->ops->enabled(top->self, &app->ui, action) : NULL;
}

const char *app_enabled(const struct app *app, enum action action)
{
    const char *reason = why_not(app, action);
    return reason ? tr(app->ui.lang, reason) : NULL;
}

enum screen_id app_home(const struct app *app)
{
    /* Where a role's work is; the desk is also open to approvers, but they have no counter. */
    static const struct {
        enum screen_id screen;
        unsigned roles;
    } homes[] = {{SCREEN_DESK, ROLE_CLERK},       {SCREEN_RECEPTION, ROLE_RECEPTION},
                 {SCREEN_BOARD, ROLE_SUPERVISOR}, {SCREEN_WORKLIST, ROLE_APPROVER | ROLE_SUPERVISOR},
                 {SCREEN_TRAINER, ROLE_TRAINER},  {SCREEN_PEOPLE, ROLE_ADMINISTRATOR}};
    bool trains =
        app->ui.training && (app->ui.session.roles & ROLE_TRAINER); /* a counter is their trainees' there */
    if (trains && !place_enabled(app, SCREEN_TRAINER))
        return SCREEN_TRAINER;
    for (size_t i = 0; i < sizeof homes / sizeof *homes; i++)
        if (homes[i].roles & app->ui.session.roles && !place_enabled(app, homes[i].screen))
            return homes[i].screen;
    return screen_ops(SCREEN_OUTBOX) ? SCREEN_OUTBOX : SCREEN_DESK;
}

int app_help_actions(const struct app *app, enum action out[ACTION_COUNT])
{
    int count = 0;
    for (int pass = 0; pass < 2; pass++) { /* the screen's own first, then those of every screen */
        for (int i = 1; i < ACTION_COUNT; i++) {
            unsigned screens = action_info((enum action)i)->screens;
            bool everywhere = (screens & IN_WORK) == IN_WORK;
            bool no_tour = app_is_tour((enum action)i) && !app->ui.training;
            if (screens & app_context(app) && everywhere == (pass == 1) && action_is_built((enum action)i) &&
                !no_tour && !app_is_of_training(app, (enum action)i))
                out[count++] = (enum action)i;
        }
    }
    return count;
}

enum app_types app_types(const struct app *app)
{
    const struct layer *top = app_shown(app);
    if (app->lock)
        return APP_WORDS;
    if (app->ask)
        return !ask_types(app->ask) ? APP_ACTS : ask_chooses(app->ask) ? APP_CHOOSES : APP_WORDS;
    if (app->palette_open)
        return APP_CHOOSES;
    if (app->help_open || !app_typing(app))
        return APP_ACTS;
    return top->ops->chooses && top->ops->chooses(top->self) ? APP_CHOOSES : APP_WORDS;
}

/* --- actions of every screen --- */

static void next_lang(struct app *app, struct effects *effects)
{
    app->ui.lang = (enum lang)((app->ui.lang + 1) % LANG_COUNT);
    effects_setting(effects, "lang", lang_code(app->ui.lang));
    app_toast(app, TOAST_PLAIN, lang_name(app->ui.lang));
}

/* Who leaves while the hall is away does not come back in before it is there again. */
static const char *danger_text(const struct app *app, enum action action)
{
    if (action == ACTION_SIGN_OUT && app->ui.link.open && app_screen(app) == SCREEN_LEAVING)
        return TR("Sign out? Who is still open stays yours and waits for you.");
    if (action == ACTION_SIGN_OUT && app->ui.link.state == LINK_OFFLINE)
        return TR("Sign out? Signing in again needs the hall, which is not reachable.");
    return action_info(action)->danger;
}

static void ask_danger(struct app *app, enum action action, struct effects *effects)
{
    const struct action_info *info = action_info(action);
    struct json *question = question_new("danger", tr(app->ui.lang, danger_text(app, action)));
    question_choice(question, "y", tr(app->ui.lang, info->label), info->id, NULL);
    effects_ask(effects, question);
    app->danger = action;
}

static void perform(struct app *app, enum action action, struct effects *effects)
{
    enum screen_id place = screen_place(action);
    app_tour_did(app, action);
    if (place != SCREEN_COUNT)
        return app_push(app, place, NULL, effects);
    switch (action) {
    case ACTION_TOUR:
    case ACTION_TOUR_LEAVE:
    case ACTION_TOUR_AGAIN:
        return app_tour_do(app, action);
    case ACTION_HELP:
        app->help_open = true;
        app->help = (struct help){0};
        return;
    case ACTION_PALETTE:
        return app_palette_open(app);
    case ACTION_ATTENTION:
        return app_attend(app, effects);
    case ACTION_TALK:
    case ACTION_TALK_SHOW:
        return app_talk_do(app, action, effects);
    case ACTION_ALERT:
        return app_alert(app, effects);
    case ACTION_NEXT_LANG:
        return next_lang(app, effects);
    case ACTION_NEXT_THEME:
        return effects_setting(effects, "theme", "next");
    case ACTION_REDRAW:
        return effects_add(effects, EFFECT_REDRAW, NULL, NULL);
    case ACTION_SUSPEND:
        return effects_add(effects, EFFECT_SUSPEND, NULL, NULL);
    case ACTION_RETRY:
        return effects_add(effects, EFFECT_RETRY, NULL, NULL);
    case ACTION_QUIT:
        return effects_add(effects, EFFECT_QUIT, NULL, NULL);
    case ACTION_LOCK:
        return app_lock(app, NULL, effects);
    case ACTION_SIGN_OUT:
        return effects_add(effects, EFFECT_SIGN_OUT, NULL, NULL);
    default:
        break;
    }
    struct msg msg = {.kind = MSG_ACTION, .action = action, .now_ms = app->ui.now_ms};
    app_tell_top(app, &msg, effects);
}

/* Nobody leaves past people who are open at the counter: first it is shown who they are. The same key there goes on. */
static bool leaves_people(const struct app *app, enum action action)
{
    static const enum action leaving[] = {ACTION_SIGN_OUT, ACTION_QUIT, ACTION_COUNTER_CLOSE};
    bool leaves = false;
    for (size_t i = 0; i < sizeof leaving / sizeof *leaving; i++)
        leaves = leaves || leaving[i] == action;
    return leaves && app->ui.session.signed_in && app->ui.link.open > 0 &&
           app_screen(app) != SCREEN_LEAVING && role_fits(app, screen_info(SCREEN_LEAVING)->roles);
}

static void show_people(struct app *app, enum action then, struct effects *effects)
{
    struct json *args = json_new_object();
    json_set_text(args, "then", action_info(then)->id);
    app_push(app, SCREEN_LEAVING, args, effects);
    json_free(&args);
}

void app_do(struct app *app, enum action action, struct effects *effects)
{
    const char *reason = app_enabled(app, action);
    if (reason) {
        app_toast(app, TOAST_WARN, reason);
        return app_ahead_drop(app, TOAST_WARN, reason);
    }
    if (app->toast.look != STYLE_DANGER)
        toast_clear(&app->toast); /* what it said is over */
    if (leaves_people(app, action))
        return show_people(app, action, effects);
    if (action_info(action)->danger)
        return ask_danger(app, action, effects);
    perform(app, action, effects);
}

/* --- keys --- */

static void answered(struct app *app, struct effects *effects)
{
    struct ask *ask = app->ask;
    app_keep(app, true, effects);
    app->ask = NULL;
    if (app->danger && str_equal(ask_id(ask), "danger")) {
        enum action action = app->danger;
        app->danger = ACTION_NONE;
        perform(app, action, effects);
    } else if (!app_unprinted_answered(app, ask_id(ask), ask_text(ask), effects) &&
               !app_tour_answered(app, ask_id(ask), ask_text(ask))) {
        struct msg msg = {
            .kind = MSG_ANSWERED, .what = ask_id(ask), .text = ask_text(ask), .json = ask_row(ask)};
        if (app->ask_from || !app_notice_answered(app, &msg, effects))
            app_answer(app, &msg, effects);
    }
    ask_free(&ask);
}

static void key_to_ask(struct app *app, struct key key, struct effects *effects)
{
    switch (ask_key(app->ask, key)) {
    case ASK_ANSWERED:
        return answered(app, effects);
    case ASK_CANCELLED:
        app_keep(app, false, effects);
        app->danger = ACTION_NONE;
        return ask_free(&app->ask);
    case ASK_SEARCH:
        return app_ask_search(app, effects);
    case ASK_OPEN:
        return;
    }
}

static void key_to_help(struct app *app, struct key key)
{
    if (key_is(key, "Esc") || keymap_find(app->ui.keys, app_context(app), key, 0) == ACTION_HELP)
        app->help_open = false;
    else
        help_key(&app->help, key);
}

/* The first possible action on the key; else the first, so that it can say why not. */
static enum action action_of(const struct app *app, struct key key)
{
    enum action first = ACTION_NONE;
    int found;
    for (int nth = 0; (found = keymap_find(app->ui.keys, app_context(app), key, nth)); nth++) {
        if (!app_enabled(app, (enum action)found))
            return (enum action)found;
        if (!first && !app_is_of_training(app, (enum action)found))
            first = (enum action)found;
    }
    return first;
}

/* Leaving, locking, the shell, drawing again, a call for help and the tour work over a question, the palette and the help
 * too, and wait for nobody. */
static bool key_over_all(struct app *app, struct key key, struct effects *effects)
{
    enum action action = key_types(key) ? ACTION_NONE : action_of(app, key);
    bool tour = app_is_tour(action) && app->tour.state == TOUR_ON;
    if (action != ACTION_QUIT && action != ACTION_SUSPEND && action != ACTION_REDRAW &&
        action != ACTION_LOCK && action != ACTION_ALERT && !tour)
        return false;
    if (app->ask && action == ACTION_ALERT)
        app_keep(app, false, effects);
    app_do(app, action, effects);
    return true;
}

void app_key(struct app *app, struct key key, struct effects *effects)
{
    app->key = key;
    app_toast_key(app);
    if (app_lock_key(app, key, effects) || app_training_key(app, key, effects))
        return;
    if (app_waits(app) && (key_over_all(app, key, effects) || app_ahead_key(app, key)))
        return;
    app_take_key(app, key, effects);
}

void app_take_key(struct app *app, struct key key, struct effects *effects)
{
    app->then = ACTION_NONE; /* a key is a wish of its own */
    if ((app->ask || app->palette_open || app->help_open) && key_over_all(app, key, effects))
        return;
    if (app->ask)
        return key_to_ask(app, key, effects);
    if (app->palette_open)
        return app_palette_key(app, key, effects);
    if (app->help_open)
        return key_to_help(app, key);
    enum action action = app_typing(app) && key_types(key) ? ACTION_NONE : action_of(app, key);
    if (action)
        return app_do(app, action, effects);
    app->typed_ahead |= app->signing_in;
    struct msg msg = {.kind = MSG_KEY, .key = key, .now_ms = app->ui.now_ms};
    app_tell_top(app, &msg, effects);
}

void app_paste(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (app_lock_paste(app, msg->text ? msg->text : "", effects))
        return;
    if (app_is_held(app)) {
        app->training.dropped++;
        return;
    }
    if (!app_ahead_paste(app, msg->text ? msg->text : ""))
        app_take_paste(app, msg, effects);
}

void app_take_paste(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (!app->ask && !app->palette_open)
        return app_tell_top(app, msg, effects);
    if (app->palette_open)
        return app_palette_paste(app, msg->text);
    ask_paste(app->ask, msg->text);
    app_ask_search(app, effects);
}

/* Only into what is on top and has the keys. */
void app_point(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (app->lock || app_is_held(app) || app->ask || app->palette_open || app->help_open || app_waits(app))
        return;
    app->idle_s = 0;
    app_tell_top(app, msg, effects);
}
