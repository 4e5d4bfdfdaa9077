/* screens/app.c: which screen is told what. Drawing is in app_view.c, what a key means in app_keys.c. */
#include "screens/app.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"
#include "screens/link.h"
#include "screens/show.h"
#include "screens/training_word.h"

/* Effects that a screen's answer to an effect asks for in turn: more than this is a circle. */
enum { EFFECTS_MAX = 512 };

static char *words_of(enum action action)
{
    struct buf words = {0};
    const struct action_info *info = action_info(action);
    for (int lang = 0; lang < LANG_COUNT; lang++)
        buf_addf(&words, "%s %s ", tr((enum lang)lang, info->label), tr((enum lang)lang, info->help));
    return buf_take(&words);
}

struct app *app_new(const struct keymap *keys, enum lang lang)
{
    struct app *app = xcalloc(1, sizeof *app);
    app->ui = (struct ui){.keys = keys, .lang = lang};
    palette_init(&app->palette);
    for (int i = 0; i < ACTION_COUNT; i++) {
        app->words[i] = words_of((enum action)i);
        struct key key = keymap_key(keys, i, 0);
        if (i && key.code != K_NONE)
            key_label(key, app->keys[i]);
    }
    return app;
}

static void layer_free(struct layer *layer)
{
    layer->ops->free(layer->self);
    *layer = (struct layer){0};
}

void app_free(struct app **app)
{
    if (!*app)
        return;
    for (int i = 0; i < (*app)->layer_count; i++)
        layer_free(&(*app)->layers[i]);
    ask_free(&(*app)->ask);
    lock_free(&(*app)->lock);
    json_free(&(*app)->kept);
    app_notice_forget(*app);
    app_training_forget(*app);
    json_free(&(*app)->unprinted);
    palette_deinit(&(*app)->palette);
    app_ahead_forget(*app);
    for (int i = 0; i < ACTION_COUNT; i++)
        free((*app)->words[i]);
    free(*app);
    *app = NULL;
}

struct ui *app_ui(struct app *app)
{
    return &app->ui;
}

struct layer *app_top(struct app *app)
{
    return app->layer_count ? &app->layers[app->layer_count - 1] : NULL;
}

const struct layer *app_shown(const struct app *app)
{
    return app->layer_count ? &app->layers[app->layer_count - 1] : NULL;
}

enum screen_id app_screen(const struct app *app)
{
    return app->layer_count ? app_shown(app)->ops->id : SCREEN_COUNT;
}

static const char *object_of(const struct layer *layer)
{
    const char *object = layer->ops->object ? layer->ops->object(layer->self) : NULL;
    return object ? object : "";
}

const char *app_object(const struct app *app)
{
    return app->layer_count ? object_of(app_shown(app)) : "";
}

bool app_secret(const struct app *app)
{
    const struct layer *top = app_shown(app);
    return app->lock || (top && top->ops->secret && top->ops->secret(top->self));
}

bool app_handed(const struct app *app)
{
    return app->layer_count && app_shown(app)->ops->handed;
}

bool app_typing(const struct app *app)
{
    const struct layer *top = app_shown(app);
    return app->lock || (top && top->ops->typing && top->ops->typing(top->self));
}

/* --- telling screens --- */

static void tell(struct app *app, struct layer *layer, const struct msg *msg, struct effects *effects)
{
    int before = effects->count;
    layer->ops->update(layer->self, &app->ui, msg, effects);
    for (int i = before; i < effects->count; i++)
        effects->items[i].from = layer->serial;
}

void app_tell_top(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (app->layer_count)
        tell(app, app_top(app), msg, effects);
}

/* What the tour and the talk with a citizen of a training hall leave of the terminal. */
static void room(const struct app *app, int *w, int *h)
{
    app_tour_room(app, w, h);
    app_talk_room(app, w);
}

static void tell_kind(struct app *app, struct layer *layer, enum msg_kind kind, struct effects *effects)
{
    struct msg msg = {.kind = kind, .now_ms = app->ui.now_ms};
    room(app, &msg.w, &msg.h);
    tell(app, layer, &msg, effects);
}

static void tell_all(struct app *app, const struct msg *msg, struct effects *effects)
{
    for (int i = 0; i < app->layer_count; i++)
        tell(app, &app->layers[i], msg, effects);
}

static struct layer *layer_find(struct app *app, unsigned serial)
{
    for (int i = 0; i < app->layer_count; i++)
        if (app->layers[i].serial == serial)
            return &app->layers[i];
    return NULL;
}

/* To the one that asked; to nobody when it is gone. */
static void tell_asker(struct app *app, const struct msg *msg, struct effects *effects)
{
    struct layer *layer = layer_find(app, msg->to);
    if (layer)
        tell(app, layer, msg, effects);
}

void app_answer(struct app *app, const struct msg *msg, struct effects *effects)
{
    struct msg routed = *msg;
    routed.to = app->ask_from;
    routed.now_ms = app->ui.now_ms;
    tell_asker(app, &routed, effects);
}

/* --- the stack of screens --- */

static void layer_remove(struct app *app, int index)
{
    layer_free(&app->layers[index]);
    memmove(&app->layers[index], &app->layers[index + 1],
            (size_t)(app->layer_count - index - 1) * sizeof *app->layers);
    app->layer_count--;
}

/* Moves an existing layer to the top: what was typed there is still there. */
static void layer_raise(struct app *app, int index)
{
    struct layer layer = app->layers[index];
    memmove(&app->layers[index], &app->layers[index + 1],
            (size_t)(app->layer_count - index - 1) * sizeof *app->layers);
    app->layers[app->layer_count - 1] = layer;
}

static int layer_like(const struct app *app, const struct screen_ops *ops, const char *object)
{
    for (int i = 0; i < app->layer_count; i++)
        if (app->layers[i].ops == ops && str_equal(object_of(&app->layers[i]), object))
            return i;
    return -1;
}

static void hide_top(struct app *app, struct effects *effects)
{
    app_keep(app, false, effects);
    ask_free(&app->ask);
    app->help_open = false;
    if (app->layer_count)
        tell_kind(app, app_top(app), MSG_HIDE, effects);
}

void app_leave(struct app *app, struct effects *effects)
{
    hide_top(app, effects);
}

static void show_top(struct app *app, struct effects *effects)
{
    if (!app->layer_count)
        return;
    tell_kind(app, app_top(app), MSG_RESIZE, effects);
    tell_kind(app, app_top(app), MSG_LOAD, effects);
}

void app_push(struct app *app, enum screen_id screen, const struct json *args, struct effects *effects)
{
    const struct screen_ops *ops = screen_ops(screen);
    if (!ops)
        return;
    hide_top(app, effects);
    struct layer layer = {.ops = ops, .self = ops->new (args), .serial = ++app->serial};
    int same = layer_like(app, ops, object_of(&layer));
    if (same >= 0 && !json_count(args)) {
        layer_free(&layer);
        layer_raise(app, same);
    } else {
        if (same >= 0)
            layer_remove(app, same); /* MSG_HIDE has put what was typed there into the journal */
        else if (app->layer_count == LAYERS_MAX)
            layer_remove(app, 0);
        app->layers[app->layer_count++] = layer;
    }
    show_top(app, effects);
}

/* What was said meanwhile is for the clerk, who reads it now. */
static void tell_clerk(struct app *app)
{
    if (app->toast.until_ms == TOAST_WAITS && !app_handed(app))
        app_toast_begin(app);
}

/* The bottom screen stays. */
static void pop(struct app *app, struct effects *effects)
{
    if (app->layer_count < 2)
        return;
    hide_top(app, effects);
    layer_remove(app, app->layer_count - 1);
    tell_clerk(app);
    show_top(app, effects);
}

static void clear(struct app *app, struct effects *effects)
{
    hide_top(app, effects);
    while (app->layer_count)
        layer_remove(app, app->layer_count - 1);
}

/* --- effects that stay inside --- */

void app_toast(struct app *app, enum toast_kind kind, const char *text)
{
    static const unsigned looks[] = {[TOAST_PLAIN] = STYLE_TEXT,
                                     [TOAST_GOOD] = STYLE_GOOD,
                                     [TOAST_WARN] = STYLE_WARN,
                                     [TOAST_DANGER] = STYLE_DANGER};
    app->toast_stays = false;
    toast_show(&app->toast, looks[kind], text, TOAST_WAITS);
    if (!app_handed(app) && !app->lock)
        app_toast_begin(app);
}

void app_toast_begin(struct app *app)
{
    app->toast_read_ms = app->ui.now_ms + TOAST_MS;
    app->toast_beats = TOAST_MS / 1000;
    app->toast.until_ms = app->toast_stays   ? TOAST_STAYS
                          : app->ui.training ? TOAST_BEATS
                                             : app->toast_read_ms;
}

/* What went wrong by itself, such as a printer, comes when nobody may be looking; a refusal answers a key. */
static void tell_from_outside(struct app *app, const struct msg *msg)
{
    app_toast(app, msg->toast, msg->text ? msg->text : "");
    app->toast_stays = msg->toast == TOAST_DANGER;
    if (app->toast.until_ms != TOAST_WAITS)
        app_toast_begin(app);
}

void app_toast_key(struct app *app)
{
    if (app->toast.until_ms == TOAST_STAYS)
        app->toast.until_ms = app->toast_read_ms;
}

static void ask(struct app *app, struct effect *effect, struct effects *effects)
{
    ask_free(&app->ask);
    app_kept_into(app, effect->from, effect->json);
    app->ask = ask_new(effect->json);
    app->ask_from = effect->from;
    effect->json = NULL;
    app_ask_search(app, effects);
}

void app_ask_search(struct app *app, struct effects *effects)
{
    if (!ask_search_what(app->ask))
        return;
    effects_load(effects, ask_search_what(app->ask), ask_search_args(app->ask, &app->ui));
    effects->items[effects->count - 1].from = ASK_SERIAL;
}

/* What another screen, or an answer that comes late, would open or ask over a screen in a citizen's hands. */
static bool is_kept_out(struct app *app, const struct effect *effect)
{
    bool shows = effect->kind == EFFECT_OPEN || effect->kind == EFFECT_BACK || effect->kind == EFFECT_ASK ||
                 effect->kind == EFFECT_DO;
    return shows && app_handed(app) && effect->from != app_top(app)->serial;
}

/* True: carried out here. The effect's own memory is then freed by the caller. */
static bool carry_out(struct app *app, struct effect *effect, struct effects *effects)
{
    if (is_kept_out(app, effect))
        return true;
    switch (effect->kind) {
    case EFFECT_OPEN:
        app_push(app, effect->screen, effect->json, effects);
        return true;
    case EFFECT_BACK:
        pop(app, effects);
        return true;
    case EFFECT_TOAST:
        app_toast(app, effect->toast, effect->text);
        return true;
    case EFFECT_ASK:
        ask(app, effect, effects);
        return true;
    case EFFECT_DO:
        if (effect->what)
            app_attend_to(app, effect->what, effects);
        else
            app_do(app, effect->action, effects);
        return true;
    case EFFECT_COMMAND:
        app_strokes_into(app, effect);
        app_wait_for(app, effect);
        return false;
    case EFFECT_SIGN_IN:
        app->signing_in = true;
        return false;
    case EFFECT_SETTING:
        if (str_equal(effect->what, "counter"))
            str_copy(app->ui.session.counter, sizeof app->ui.session.counter, effect->text);
        return false;
    default:
        return false;
    }
}

/* Carries out what stays inside, which may ask for more; the rest goes to the edges in the order it was
 * asked. */
static void settle(struct app *app, struct effects *asked, struct effects *out)
{
    for (int i = 0; i < asked->count; i++) {
        assert(asked->count < EFFECTS_MAX);
        struct effect effect = asked->items[i]; /* the list may move */
        asked->items[i] = (struct effect){.kind = EFFECT_TOAST};
        if (carry_out(app, &effect, asked)) {
            struct effects done = {.items = xmalloc(sizeof effect), .count = 1, .capacity = 1};
            done.items[0] = effect;
            effects_deinit(&done);
        } else {
            if (app->ui.training)
                training_mark(app->ui.lang, &effect);
            effects_move(out, &effect);
        }
    }
    asked->count = 0;
    effects_deinit(asked);
}

/* --- messages --- */

static void remember_command(struct app *app, const struct msg *msg)
{
    struct pending *pending = &app->pending[app->pending_next++ % PENDING_MAX];
    *pending = (struct pending){.seq = msg->seq, .to = msg->to, .turn = app_awaited(app, msg)};
    str_copy(pending->type, sizeof pending->type, msg->what ? msg->what : "");
}

static void on_saved(struct app *app, const struct msg *msg, struct effects *effects)
{
    remember_command(app, msg);
    app_kept_saved(app, effects);
    app_tour_saved(app, msg->what, NULL);
    app_strokes_saved(app, msg->what, json_get(msg->json, "body"), effects);
    tell_asker(app, msg, effects);
    if (app->layer_count)
        tell_kind(app, app_top(app), MSG_LOAD, effects);
}

static void on_refused(struct app *app, const struct msg *msg, struct effects *effects)
{
    char told[SHOW_REFUSED];
    const char *why = show_refusal_told(&app->ui, msg->code, msg->text, told);
    app_toast(app, TOAST_DANGER, why);
    app_kept_refused(app);
    app_notice_refused(app, msg->what);
    tell_asker(app, msg, effects);
    app_ahead_drop(app, TOAST_DANGER, why);
}

/* Of a screen on which the reason stands it is said only there. */
static const char *why_refused(struct app *app, const struct msg *msg, char out[SHOW_REFUSED])
{
    for (int i = 0; i < PENDING_MAX; i++) {
        const struct pending *pending = &app->pending[i];
        const struct layer *asker = layer_find(app, pending->to);
        if (pending->type[0] && pending->seq == msg->seq && asker && asker->ops->tells_why)
            return tr(app->ui.lang, TR("Nothing was changed: the reason stands above."));
    }
    return show_refused(&app->ui, msg->json, out);
}

/* What was typed ahead counted on another answer. */
static void hear(struct app *app, const struct pending *pending, const struct msg *msg, const char *why)
{
    const struct json *error = json_get(msg->json, "error");
    bool awaited = pending->turn && pending->turn == app->waiting.turn;
    app_heard(app, pending->turn, json_int(msg->json, "rev", 0));
    if (awaited && json_is_object(error))
        app_ahead_drop(app, TOAST_DANGER, why);
}

static void on_result(struct app *app, const struct msg *msg, struct effects *effects)
{
    char text[SHOW_REFUSED];
    const char *why = why_refused(app, msg, text);
    if (json_text(json_get(msg->json, "error"), "message"))
        app_toast(app, TOAST_DANGER, why);
    for (int i = 0; i < PENDING_MAX; i++) {
        struct pending *pending = &app->pending[i];
        if (!pending->type[0] || pending->seq != msg->seq)
            continue;
        struct msg routed = *msg;
        routed.to = pending->to;
        routed.what = pending->type;
        tell_asker(app, &routed, effects);
        app_notice_heard(app, pending->type, msg->json);
        app_tour_saved(app, pending->type, msg->json);
        app_strokes_heard(app, pending->type, msg->json);
        app_moves_heard(app, pending->type, msg->json, effects);
        hear(app, pending, msg, why);
        pending->type[0] = '\0';
    }
}

static void on_data(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (msg->to == KEPT_SERIAL) {
        app_strokes_recover(app, json_get(msg->json, "rows"));
        return app_kept_recover(app, json_get(msg->json, "rows"), effects);
    }
    if (msg->to == TRAINING_SERIAL)
        return msg->kind == MSG_DATA ? app_training_take(app, msg->json, effects)
                                     : app_training_fetched(app, msg);
    if (msg->to == TOUR_SERIAL)
        return app_tour_read(app, msg->json);
    if (msg->to != ASK_SERIAL) {
        tell_asker(app, msg, effects);
        app_palette_arrived(app, msg->to, effects);
    } else if (app->ask)
        ask_data(app->ask, &app->ui, msg->json);
}

static void take_session(struct session *session, const struct json *json)
{
    const struct json *user = json_get(json, "user"), *hall = json_get(json, "hall");
    *session = (struct session){.signed_in = true};
    str_copy(session->user, sizeof session->user, json_text_or(user, "id", ""));
    str_copy(session->login, sizeof session->login, json_text_or(user, "login", ""));
    str_copy(session->name, sizeof session->name, json_text_or(user, "name", session->login));
    str_copy(session->agency, sizeof session->agency, json_text_or(user, "agency", ""));
    for (const struct json *role = json_first(json_get(user, "roles")); role; role = json_next(role))
        session->roles |= role_find(json_as_text(role));
    str_copy(session->counter, sizeof session->counter, json_text_or(json, "counter", ""));
    str_copy(session->counter_name, sizeof session->counter_name, json_text_or(json, "counter_name", ""));
    str_copy(session->hall_name, sizeof session->hall_name, json_text_or(hall, "name", ""));
    str_copy(session->pack, sizeof session->pack, json_text_or(hall, "pack", ""));
}

static void take_seat(struct link *link, const struct json *seat)
{
    str_copy(link->seat, sizeof link->seat, json_text_or(seat, "name", ""));
    str_copy(link->seat_user, sizeof link->seat_user, json_text_or(seat, "user", ""));
    str_copy(link->seat_name, sizeof link->seat_name, json_text_or(seat, "user_name", ""));
    str_copy(link->seat_at, sizeof link->seat_at, json_text_or(seat, "at", ""));
}

static void take_status(struct app *app, const struct json *json)
{
    int64_t state = json_int(json, "state", LINK_NONE), err = json_int(json, "err", ERR_OFFLINE);
    app->ui.practice = json_bool(json, "practice", false);
    app->ui.training = app->ui.practice || json_bool(json, "training", false);
    app->lock_after_min = (int)json_int(json, "lock_after_min", 0);
    str_copy(app->ui.hall_fault, sizeof app->ui.hall_fault, json_text_or(json, "hall_fault", ""));
    app->ui.link = (struct link){
        .state = state >= LINK_NONE && state <= LINK_FROZEN ? (enum link_state)state : LINK_NONE,
        .since_ms = json_int(json, "since_ms", 0),
        .offset_ms = json_int(json, "offset_ms", 0),
        .done = json_int(json, "done", 0),
        .total = json_int(json, "total", 0),
        .unsent = json_int(json, "unsent", 0),
        .unsent_others = json_int(json, "unsent_others", 0),
        .disputes = json_int(json, "disputes", 0),
        .contested = json_int(json, "contested", 0),
        .open = json_int(json, "open", 0),
        .retry_ms = json_int(json, "retry_ms", 0),
        .epoch = json_int(json, "epoch", 0),
        .resent = json_int(json, "resent", 0),
        .err = err >= 0 && err < ERR_COUNT ? (enum err)err : ERR_OK,
    };
    str_copy(app->ui.link.text, sizeof app->ui.link.text, json_text_or(json, "text", ""));
    take_seat(&app->ui.link, json_get(json, "seat"));
    app->ui.flash = json_bool(json, "flash", false);
    app->ui.calm = json_bool(json, "calm", false);
}

/* What goes wrong is said once when it begins; the outbox keeps the sentence. */
static void on_status(struct app *app, const struct msg *msg, struct effects *effects)
{
    char trouble[LINK_SENTENCE];
    struct link before = app->ui.link;
    take_status(app, msg->json);
    app_notice_status(app, msg->json, effects);
    app->ui.link.seat_lost = link_lost_counter(&app->ui, &before);
    tell_all(app, msg, effects);
    if (link_turned(&before, &app->ui.link) && *link_sentence(&app->ui, trouble))
        app_toast(app, app->ui.link.state == LINK_FROZEN ? TOAST_DANGER : TOAST_WARN, trouble);
    if (app->waiting.to && app->ui.link.state != LINK_ONLINE)
        app_ahead_drop(app, TOAST_WARN, link_sentence(&app->ui, trouble));
    if (*link_news(&app->ui, &before, trouble) ||
        *link_settled(&app->ui, json_get(msg->json, "settled"), trouble))
        app_toast(app, TOAST_WARN, trouble);
}

/* Who only confirms begins with what waits for that, who answers for the hall with what runs out. */
static void open_home(struct app *app, struct effects *effects)
{
    enum screen_id home = app_home(app);
    struct json *args = home == SCREEN_WORKLIST ? json_new_object() : NULL;
    if (args)
        json_set_text(args, "filter", app->ui.session.roles & ROLE_APPROVER ? "confirm" : "due");
    app_push(app, home, args, effects);
    json_free(&args);
}

/* Somebody else signs in at a locked workstation: the screens go without a word, since what was typed stands in its
 * author's journal and the cache is another's by now. */
static void give_way(struct app *app, const struct json *json, struct effects *effects)
{
    if (!app->lock || str_equal(json_text(json_get(json, "user"), "id"), app->ui.session.user))
        return;
    app_unlock(app, effects);
    ask_free(&app->ask);
    app_ahead_forget(app);
    toast_clear(&app->toast);
    app->help_open = app->palette_open = false;
    while (app->layer_count)
        layer_remove(app, app->layer_count - 1);
    app_push(app, SCREEN_SIGN_IN, NULL, effects);
}

/* An administrator gave this person other roles: a screen that is not theirs any more goes, with what is typed there in
 * the journal; the others stay as they are. */
static void follow_roles(struct app *app, struct effects *effects)
{
    bool all = true;
    for (int i = 0; i < app->layer_count; i++) {
        unsigned roles = screen_info(app->layers[i].ops->id)->roles;
        all = all && (!roles || (roles & app->ui.session.roles));
    }
    if (all) {
        tell_kind(app, app_top(app), MSG_LOAD, effects);
    } else {
        clear(app, effects);
        open_home(app, effects);
    }
    app_toast(app, TOAST_WARN,
              tr(app->ui.lang,
                 TR("An administrator changed your roles: you see and do from now on what they allow. "
                    "Nothing of yours is lost.")));
}

/* Signed in: to the place that fits the person best. Refused: the sign-in screen says why. */
static void on_signed_in(struct app *app, const struct msg *msg, struct effects *effects)
{
    const struct session before = app->ui.session;
    if (msg->json) {
        give_way(app, msg->json, effects);
        take_session(&app->ui.session, msg->json);
        /* Where a trainer begins: at a start it is told before the first status. */
        app->ui.training |= json_bool(json_get(msg->json, "hall"), "practice", false);
        app_kept_load(effects);
        app_training_load(app, effects);
    }
    tell_all(app, msg, effects);
    if (app->typed_ahead)
        app_toast(app, TOAST_WARN,
                  tr(app->ui.lang, TR("What you typed while the hall was asked was not taken.")));
    app->signing_in = app->typed_ahead = false;
    if (!msg->json || !app->layer_count)
        return;
    bool same = before.signed_in && str_equal(before.user, app->ui.session.user);
    if (same && before.roles != app->ui.session.roles)
        return follow_roles(app, effects);
    if (app_screen(app) != SCREEN_SIGN_IN && app_screen(app) != SCREEN_START)
        return tell_kind(app, app_top(app), MSG_LOAD, effects);
    clear(app, effects);
    open_home(app, effects);
}

static void on_signed_out(struct app *app, struct effects *effects)
{
    clear(app, effects);
    app_unlock(app, effects); /* there is nothing left to hide */
    app_ahead_forget(app);
    app->signing_in = app->typed_ahead = false;
    toast_clear(&app->toast); /* it was said to who has left */
    app_notice_forget(app);
    app_training_forget(app);
    app->strokes = (struct strokes){0};
    app->ui.session = (struct session){0};
    app_push(app, SCREEN_SIGN_IN, NULL, effects);
}

static void beat(struct app *app)
{
    if (app->toast.until_ms == TOAST_BEATS && --app->toast_beats <= 0)
        toast_clear(&app->toast);
}

static void on_tick(struct app *app, const struct msg *msg, struct effects *effects)
{
    beat(app);
    tell_all(app, msg, effects);
    app_keep(app, false, effects); /* a second after the last letter at most */
    app_notice_tick(app, effects);
    app_training_tick(app, effects);
    app_strokes_tick(app, effects);
    app_lock_tick(app, effects);
}

/* What a tour leaves of the terminal. */
static void tell_room(struct app *app, struct effects *effects)
{
    struct msg msg = {.kind = MSG_RESIZE, .now_ms = app->ui.now_ms};
    room(app, &msg.w, &msg.h);
    app->told_w = msg.w;
    app->told_h = msg.h;
    tell_all(app, &msg, effects);
}

/* The tour begins or ends, and its words take room or give it back. */
static void follow_tour(struct app *app, const struct msg *msg, struct effects *effects)
{
    int w, h;
    app_tour_follow(app, msg, effects);
    room(app, &w, &h);
    if (w != app->told_w || h != app->told_h)
        tell_room(app, effects);
}

static void on_resize(struct app *app, const struct msg *msg, struct effects *effects)
{
    app->w = msg->w;
    app->h = msg->h;
    tell_room(app, effects);
}

/* The clock that is shown over a lock may be of a screen below. */
static void on_load(struct app *app, const struct msg *msg, struct effects *effects)
{
    app_training_load(app, effects);
    app_tell_top(app, msg, effects);
    for (int i = 0; app->lock && i < app->layer_count - 1; i++)
        if (app->layers[i].ops->locked)
            tell(app, &app->layers[i], msg, effects);
}

static void handle(struct app *app, const struct msg *msg, struct effects *effects)
{
    switch (msg->kind) {
    case MSG_KEY:
        app_strokes_count(app);
        return app_key(app, msg->key, effects);
    case MSG_PASTE:
        app_strokes_count(app);
        return app_paste(app, msg, effects);
    case MSG_ACTION:
        return app->lock ? (void)0 : app_do(app, msg->action, effects);
    case MSG_LOCK:
        return app_lock(app, msg->json, effects);
    case MSG_UNLOCKED:
        return app_lock_answered(app, msg, effects);
    case MSG_SAVED:
        return on_saved(app, msg, effects);
    case MSG_REFUSED:
        return on_refused(app, msg, effects);
    case MSG_RESULT:
        return on_result(app, msg, effects);
    case MSG_DATA:
    case MSG_FETCHED:
        return on_data(app, msg, effects);
    case MSG_SIGNED_IN:
        return on_signed_in(app, msg, effects);
    case MSG_SIGNED_OUT:
        return on_signed_out(app, effects);
    case MSG_TICK:
        return on_tick(app, msg, effects);
    case MSG_RESIZE:
        return on_resize(app, msg, effects);
    case MSG_TOAST:
        return tell_from_outside(app, msg);
    case MSG_STATUS:
        return on_status(app, msg, effects);
    case MSG_UNPRINTED:
        return app_unprinted(app, msg->json, effects);
    case MSG_READY:
        return app_go_on(app, msg->seq, effects);
    case MSG_LOAD:
        return on_load(app, msg, effects);
    case MSG_POINT:
        return app_point(app, msg, effects);
    case MSG_HIDE:
    case MSG_KEEP:
    case MSG_ANSWERED:
        return app_tell_top(app, msg, effects);
    }
}

void app_update(struct app *app, const struct msg *msg, struct effects *effects)
{
    struct effects asked = {0};
    if (msg->now_ms)
        app->ui.now_ms = msg->now_ms;
    handle(app, msg, &asked);
    settle(app, &asked, effects);
    follow_tour(app, msg, &asked);
    settle(app, &asked, effects);
    app->key = (struct key){0};
}

void app_open(struct app *app, enum screen_id screen, const struct json *args, struct effects *effects)
{
    struct effects asked = {0};
    app_push(app, screen, args, &asked);
    settle(app, &asked, effects);
}
