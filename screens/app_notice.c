/* screens/app_notice.c: what someone must hear of whatever screen is before them (the query "status", "notices"): calls
 * from desks, requests to close a counter, parked people whose time has come, a break that is over. It stands in the
 * rule below the title, so that it takes no row from a screen and no key from anybody. Also the questions that belong
 * to it: calling everyone, and a supervisor's answer. Knows no screen. */
#include <string.h>

#include "core/model/role.h"
#include "screens/app_state.h"
#include "screens/show.h"
#include "tui/text.h"

enum {
    MINUTE_MS = 60 * 1000,
    AGAIN_MS = 5 * MINUTE_MS, /* an alarm that nobody heeds rings again */
    FLASH_MS = 4000,
    NO_ANSWER_MS = 5000,           /* of the hall, to a call for help */
    LATE_NEWS_MS = 60 * MINUTE_MS, /* an answer as old as this is no news after a start */
    WORDS_MAX = 200,
};

static const struct json *list_of(const struct app *app, const char *name)
{
    return json_get(app->notices, name);
}

static int64_t ms_of(const struct json *row, const char *name)
{
    int64_t ms;
    return time_parse(json_text_or(row, name, ""), &ms) ? ms : -1;
}

static bool is_kind(const struct json *alert, const char *kind)
{
    return str_equal(json_text(alert, "kind"), kind);
}

static bool is_mine(const struct app *app, const struct json *alert)
{
    return str_equal(json_text(alert, "user"), app->ui.session.user);
}

/* --- ringing --- */

/* Heard, seen or both, as was chosen. Who wants little to move gets a steady mark in place of the flash. */
void app_notice_ring(struct app *app, struct effects *effects)
{
    app->flash_ms = app->ui.now_ms + FLASH_MS;
    effects_add(effects, EFFECT_BELL, NULL, NULL);
}

static bool flashes(const struct app *app, int64_t now_ms)
{
    bool lately = app->ui.flash && now_ms < app->flash_ms;
    return lately && (app->ui.calm || (app->flash_ms - now_ms) / 1000 % 2);
}

/* --- which one is shown --- */

static bool was_seen(const struct app *app, const struct json *alert)
{
    const struct json *seen = json_get(alert, "seen");
    if (json_has_text(app->heeded, json_text_or(alert, "id", "")))
        return true;
    for (const struct json *one = json_first(seen); one; one = json_next(one))
        if (str_equal(json_text(one, "user"), app->ui.session.user))
            return true;
    return false;
}

/* Whoever knows of it works on, but for what everybody must leave for. */
static bool is_shown(const struct app *app, const struct json *alert)
{
    return is_kind(alert, "fire") || is_mine(app, alert) ? !is_kind(alert, "message") || !was_seen(app, alert)
                                                         : !was_seen(app, alert);
}

static int rank_of(const struct json *alert)
{
    return is_kind(alert, "fire") ? 0 : is_kind(alert, "message") ? 2 : 1;
}

/* The weightiest call of that rank at most; others counts those beside it. */
static const struct json *first_alert(const struct app *app, int *others)
{
    const struct json *first = NULL;
    *others = 0;
    for (const struct json *one = json_first(list_of(app, "alerts")); one; one = json_next(one)) {
        if (!is_shown(app, one))
            continue;
        *others += first != NULL;
        if (!first || rank_of(one) < rank_of(first))
            first = one;
    }
    return first;
}

static bool is_due(const struct app *app, const struct json *held)
{
    int64_t until_ms = ms_of(held, "until");
    return until_ms >= 0 && until_ms <= app->ui.now_ms;
}

static const struct json *first_due(const struct app *app, int *others)
{
    const struct json *first = NULL;
    *others = 0;
    for (const struct json *one = json_first(list_of(app, "held")); one; one = json_next(one)) {
        if (!is_due(app, one))
            continue;
        *others += first != NULL;
        if (!first || ms_of(one, "until") < ms_of(first, "until"))
            first = one;
    }
    return first;
}

static bool break_is_over(const struct app *app)
{
    int64_t until_ms = ms_of(app->notices, "break_until");
    return until_ms >= 0 && until_ms <= app->ui.now_ms;
}

/* --- in words --- */

static void add_part(struct buf *out, const char *text)
{
    if (!str_empty(text))
        buf_addf(out, "%s%s", out->length ? " · " : "", text);
}

/* "Medical emergency · counter 7 · Siti R. · 10:02 · Adi comes · somebody has fainted" */
static void alert_text(const struct app *app, const struct json *alert, struct buf *out)
{
    enum lang lang = app->ui.lang;
    char part[SHOW_TEXT];
    const struct json *seen = json_first(json_get(alert, "seen"));
    if (!is_kind(alert, "message"))
        add_part(out, show_alert_kind(&app->ui, json_text_or(alert, "kind", "")));
    if (json_text(alert, "counter_name")) {
        str_format(part, sizeof part, tr(lang, TR("counter %s")), json_text(alert, "counter_name"));
        add_part(out, part);
    }
    add_part(out, json_text(alert, "user_name"));
    add_part(out, show_clock(json_text(alert, "at"), part));
    if (seen && !is_kind(alert, "message")) {
        str_format(part, sizeof part, tr(lang, TR("%s comes")), json_text_or(seen, "name", "…"));
        add_part(out, part);
    }
    add_part(out, json_text(alert, "text"));
}

static void held_text(const struct app *app, const struct json *held, struct buf *out)
{
    char until[SHOW_TEXT];
    buf_addf(out, tr(app->ui.lang, TR("%s waits to be taken back since %s: %s")),
             json_text_or(held, "number", "…"), show_clock(json_text(held, "until"), until),
             show_hold_reason(&app->ui, json_text(held, "reason")));
}

static void break_text(const struct app *app, struct buf *out)
{
    char until[SHOW_TEXT];
    buf_addf(out, tr(app->ui.lang, TR("Your break was until %s")),
             show_clock(json_text(app->notices, "break_until"), until));
}

/* "Counter 7, Siti R. wants to close at 13:00: not well" */
static void closure_text(const struct app *app, const struct json *closure, struct buf *out)
{
    char from[SHOW_TEXT];
    const char *clock = show_clock(json_text(closure, "from"), from),
               *counter = json_text_or(closure, "counter_name", ""),
               *name = json_text_or(closure, "user_name", "…"),
               *reason = show_close_reason(&app->ui, json_text(closure, "reason"));
    if (*clock)
        buf_addf(out, tr(app->ui.lang, TR("Counter %s, %s wants to close at %s: %s")), counter, name, clock,
                 reason);
    else
        buf_addf(out, tr(app->ui.lang, TR("Counter %s, %s wants to close now: %s")), counter, name, reason);
}

/* "Counter 7 has closed: 3 wait in P, and nobody calls them" */
static void left_text(const struct app *app, const struct json *left, struct buf *out)
{
    buf_addf(out, tr(app->ui.lang, TR("Counter %s has closed; nobody calls queue %s, where %d wait")),
             json_text_or(left, "counter_name", ""), json_text_or(left, "code", "…"),
             (int)json_int(left, "waiting", 0));
}

/* What is shown, how it looks, whose key leads on; how many there are. */
static int choose(const struct app *app, struct buf *text, unsigned *look, enum action *key)
{
    int alerts, held, closures = (int)json_count(list_of(app, "closures")),
                      left = (int)json_count(list_of(app, "left"));
    const struct json *alert = first_alert(app, &alerts), *due = first_due(app, &held);
    bool late = break_is_over(app), urgent = alert && !is_kind(alert, "message");
    if (!urgent && app_training_notice(app, text, look, key))
        return true;
    int all = alerts + (alert != NULL) + held + (due != NULL) + closures + left + late + app_moves_count(app);
    *look = STYLE_WARN;
    if (urgent) {
        alert_text(app, alert, text);
        *look = STYLE_DANGER;
        *key = ACTION_ALERT;
    } else if (due) {
        held_text(app, due, text);
        *key = ACTION_RESUME;
    } else if (late) {
        break_text(app, text);
        *key = ACTION_COUNTER_RESUME;
    } else if (closures) {
        closure_text(app, json_first(list_of(app, "closures")), text);
        *key = ACTION_ATTENTION;
    } else if (left) {
        left_text(app, json_first(list_of(app, "left")), text);
        *key = ACTION_PLACE_BOARD;
    } else if (app_moves_count(app)) {
        app_moves_text(app, text);
        *key = ACTION_ATTENTION;
    } else if (alert) {
        alert_text(app, alert, text);
        *key = ACTION_ALERT;
    }
    return all;
}

/* The key counts where it acts: of the desk's it is said from elsewhere that it is the desk's. */
static void way_text(const struct app *app, enum action action, char out[SHOW_TEXT])
{
    char key[KEY_NAME], desk[KEY_NAME];
    bool here = action == ACTION_ALERT || action == ACTION_ATTENTION || action == ACTION_PLACE_BOARD ||
                app_screen(app) == SCREEN_DESK;
    int nth = app_typing(app) && keymap_key(app->ui.keys, action, 1).code != K_NONE;
    key_label(keymap_key(app->ui.keys, action, nth), key);
    key_label(keymap_key(app->ui.keys, ACTION_PLACE_DESK, app_typing(app) ? 1 : 0), desk);
    if (here)
        str_copy(out, SHOW_TEXT, key);
    else
        str_format(out, SHOW_TEXT, "%s %s", desk, key);
}

/* Over a lock, from which everyone may read, only what is urgent. */
static bool is_told(const struct app *app, unsigned look)
{
    return app->ui.session.signed_in && (!app->lock || look == STYLE_DANGER);
}

/* Words that are too long are cut, not how many more there are. */
static void words_view(const char *text, int all, unsigned look, struct frame *frame, struct rect line)
{
    char more[24] = "";
    if (all > 1)
        str_format(more, sizeof more, "  (+%d)", all - 1);
    int w = text_width(text) + text_width(more) + 4;
    line.w = w < line.w ? w : line.w;
    frame_fill(frame, line, " ", look);
    rect_cut_left(&line, 1);
    struct rect sign = rect_cut_left(&line, 2);
    rect_cut_right(&line, 1);
    text_draw(frame, sign, "!", look);
    text_draw(frame, rect_cut_right(&line, text_width(more)), more, look);
    text_draw(frame, line, text, look);
}

/* The key at the right; what is left of the line is for the words. */
static void way_view(const char *key, struct frame *frame, struct rect *line)
{
    struct rect place = rect_cut_right(line, text_width(key) + 3);
    rect_cut_left(line, 1);
    rect_cut_right(&place, 1);
    frame_fill(frame, place, " ", STYLE_ACCENT);
    rect_cut_left(&place, 1);
    text_draw(frame, place, key, STYLE_ACCENT | ATTR_BOLD);
}

void app_notice_view(const struct app *app, int64_t now_ms, struct frame *frame, struct rect line)
{
    struct buf text = {0};
    unsigned look = STYLE_WARN, flash = flashes(app, now_ms) ? ATTR_REVERSE : 0;
    enum action key = ACTION_NONE;
    char name[SHOW_TEXT];
    int all = choose(app, &text, &look, &key);
    bool told = all > 0 && is_told(app, look);
    if (flash)
        frame_fill(frame, line, " ", look | flash);
    else
        frame_rule(frame, line);
    if (told) {
        if (key) {
            way_text(app, key, name);
            way_view(name, frame, &line);
        } else {
            rect_cut_left(&line, 1);
        }
        words_view(buf_text(&text), all, look | ATTR_BOLD | flash, frame, line);
    }
    buf_free(&text);
}

/* A citizen has the keyboard: that there is something for the clerk, and whose key leads there; no names, and nothing that can
 * wait until the clerk has it again. Fire is everybody's. */
static bool choose_handed(const struct app *app, const char **text, unsigned *look)
{
    int others;
    const struct json *alert = first_alert(app, &others);
    bool urgent = alert && !is_kind(alert, "message");
    *look = urgent ? STYLE_DANGER : STYLE_WARN;
    if (urgent && is_kind(alert, "fire"))
        *text = show_alert_kind(&app->ui, "fire");
    else if (urgent)
        *text = tr(app->ui.lang, TR("For the clerk: an emergency call"));
    else
        *text = tr(app->ui.lang, TR("For the clerk: an alarm"));
    return urgent || first_due(app, &others) || break_is_over(app);
}

void app_notice_handed_view(const struct app *app, int64_t now_ms, struct frame *frame, struct rect line)
{
    const char *text;
    unsigned look, flash = flashes(app, now_ms) ? ATTR_REVERSE : 0;
    char name[KEY_NAME];
    if (!choose_handed(app, &text, &look))
        return;
    frame_rule(frame, line);
    key_label(keymap_key(app->ui.keys, ACTION_SURVEY_END, 0), name);
    way_view(name, frame, &line);
    words_view(text, 1, look | ATTR_BOLD | flash, frame, line);
}

/* --- news --- */

static bool knew(const struct json *before, const char *list, const char *id)
{
    for (const struct json *one = json_first(json_get(before, list)); one; one = json_next(one))
        if (str_equal(json_text(one, "id"), id))
            return true;
    return false;
}

/* Another counter has left people: they have no identity of their own, their counter and queue tell them apart. */
static bool has_new_left(const struct app *app, const struct json *before)
{
    for (const struct json *one = json_first(list_of(app, "left")); one; one = json_next(one)) {
        bool known = false;
        for (const struct json *was = json_first(json_get(before, "left")); was; was = json_next(was))
            known |= str_equal(json_text(was, "counter_name"), json_text(one, "counter_name")) &&
                     str_equal(json_text(was, "code"), json_text(one, "code"));
        if (!known)
            return true;
    }
    return false;
}

static bool has_new(const struct app *app, const struct json *before, const char *list)
{
    for (const struct json *one = json_first(list_of(app, list)); one; one = json_next(one))
        if (!is_mine(app, one) && !knew(before, list, json_text_or(one, "id", "")))
            return true;
    return false;
}

/* What a supervisor answered to this clerk is said once. */
static bool tell_answer(struct app *app, const struct json *before)
{
    const struct json *now = json_get(app->notices, "closing"), *was = json_get(before, "closing");
    const char *state = json_text_or(now, "state", ""), *by = json_text_or(now, "by", "…");
    bool approved = str_equal(state, "approved");
    char text[400], from[SHOW_TEXT];
    int64_t at_ms = ms_of(now, "answered_at");
    if ((!approved && !str_equal(state, "rejected")) || str_equal(state, json_text(was, "state")) ||
        at_ms < app->ui.now_ms - LATE_NEWS_MS)
        return false;
    if (approved)
        str_format(text, sizeof text, tr(app->ui.lang, TR("%s approved: your counter closes from %s on.")),
                   by, show_clock(json_text(now, "from"), from));
    else
        str_format(text, sizeof text, tr(app->ui.lang, TR("%s did not approve closing your counter: %s")), by,
                   json_text_or(now, "answer", "–"));
    app_toast(app, TOAST_WARN, text);
    return true;
}

void app_notice_status(struct app *app, const struct json *status, struct effects *effects)
{
    struct json *before = app->notices;
    const struct json *now = json_get(status, "notices");
    app->notices = json_is_object(now) ? json_copy(now) : NULL;
    bool told = tell_answer(app, before);
    if (told || has_new(app, before, "alerts") || has_new(app, before, "closures") ||
        has_new_left(app, before))
        app_notice_ring(app, effects);
    json_free(&before);
}

/* An alarm rings when its time comes, and again until it is heeded; after a start at once. */
void app_notice_tick(struct app *app, struct effects *effects)
{
    int others;
    bool due = first_due(app, &others) || break_is_over(app);
    int count = due ? others + 1 + break_is_over(app) : 0;
    if (count > app->rung || (due && app->ui.now_ms >= app->rung_ms + AGAIN_MS)) {
        app->rung_ms = app->ui.now_ms;
        app_notice_ring(app, effects);
    }
    app->rung = count;
    if (app->alert_ms && app->ui.now_ms >= app->alert_ms + NO_ANSWER_MS) {
        app->alert_ms = 0;
        app_toast(
            app, TOAST_DANGER,
            tr(app->ui.lang, TR("The hall does not answer: perhaps nobody sees your call. Call out loud, "
                                "or phone 112.")));
    }
}

void app_notice_forget(struct app *app)
{
    json_free(&app->notices);
    json_free(&app->alert);
    json_free(&app->heeded);
    app->alert_ms = app->flash_ms = app->rung_ms = 0;
    app->rung = 0;
}

/* --- calling everyone --- */

static bool is_supervisor(const struct app *app)
{
    return app->ui.session.roles & ROLE_SUPERVISOR;
}

/* What can be done about the one that is shown. */
static void add_answers(const struct app *app, struct json *question, const struct json *alert)
{
    bool message = is_kind(alert, "message");
    if (!is_mine(app, alert) && !was_seen(app, alert))
        question_choice(question, "a", tr(app->ui.lang, message ? TR("read") : TR("I come, I know of it")),
                        "seen", json_copy(alert));
    if (is_mine(app, alert) || is_supervisor(app))
        question_choice(question, "e", tr(app->ui.lang, TR("it is over")), "end", json_copy(alert));
}

void app_alert(struct app *app, struct effects *effects)
{
    int others;
    const struct json *alert = first_alert(app, &others);
    struct buf text = {0};
    if (app->ui.link.state != LINK_ONLINE)
        return app_toast(app, TOAST_DANGER,
                         tr(app->ui.lang, TR("The hall cannot be reached: nobody sees your call. Call out "
                                             "loud, or phone 112.")));
    json_free(&app->alert);
    app->alert = json_new_object();
    if (alert)
        alert_text(app, alert, &text);
    else
        buf_adds(&text, tr(app->ui.lang, TR("Call everyone in the hall:")));
    struct json *question = question_new("alert", buf_text(&text));
    if (alert)
        add_answers(app, question, alert);
    show_add_alert_kinds(&app->ui, question);
    if (is_supervisor(app))
        question_choice(question, "m", tr(app->ui.lang, TR("a message to all")), "message", NULL);
    buf_free(&text);
    effects_ask(effects, question);
}

static void ask_words(struct app *app, struct effects *effects)
{
    struct json *question =
        question_new("alert_words", tr(app->ui.lang, TR("In a few words, for everyone:")));
    question_field(question, json_text_or(app->alert, "text", ""), false);
    effects_ask(effects, question);
}

/* Another key than the one before: nobody empties a hall by a slip of the finger. */
static void ask_sure(struct app *app, struct effects *effects)
{
    const char *kind = json_text_or(app->alert, "kind", ""), *words = json_text_or(app->alert, "text", "");
    bool message = str_equal(kind, "message");
    char text[400];
    str_format(text, sizeof text, tr(app->ui.lang, TR("Everyone reads: %s%s%s")),
               message ? "" : show_alert_kind(&app->ui, kind), !message && *words ? " · " : "", words);
    struct json *question = question_new("alert_sure", text);
    question_choice(question, "y", tr(app->ui.lang, message ? TR("send it") : TR("call everyone")), "yes",
                    NULL);
    question_choice(question, "w", tr(app->ui.lang, *words ? TR("other words") : TR("with words")), "words",
                    NULL);
    effects_ask(effects, question);
}

static void send(const char *type, const char *member, const char *id, struct effects *effects)
{
    struct json *body = json_new_object();
    json_set_text(body, member, id);
    effects_command(effects, type, body);
}

static void heed(struct app *app, const struct json *alert, struct effects *effects)
{
    const char *id = json_text_or(alert, "id", "");
    if (!app->heeded)
        app->heeded = json_new_array();
    json_add_text(app->heeded, id);
    if (!is_kind(alert, "message")) /* whoever called sees who comes */
        send("hall.alert_seen", "alert", id, effects);
}

static void chosen(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->text, "seen"))
        return heed(app, msg->json, effects);
    if (str_equal(msg->text, "end"))
        return send("hall.alert_end", "alert", json_text_or(msg->json, "id", ""), effects);
    json_set_text(app->alert, "kind", msg->text);
    if (str_equal(msg->text, "message"))
        ask_words(app, effects);
    else
        ask_sure(app, effects);
}

static void take_words(struct app *app, const char *text, struct effects *effects)
{
    char words[4 * WORDS_MAX + 1];
    str_copy(words, sizeof words, text ? text : "");
    json_set_text(app->alert, "text", words);
    ask_sure(app, effects);
}

static void call(struct app *app, const struct msg *msg, struct effects *effects)
{
    struct json *body = app->alert;
    if (!str_equal(msg->text, "yes"))
        return ask_words(app, effects);
    app->alert = NULL;
    if (*app->ui.session.counter && !str_equal(json_text(body, "kind"), "message"))
        json_set_text(body, "counter", app->ui.session.counter);
    app->alert_ms = app->ui.now_ms;
    effects_command(effects, "hall.alert", body);
}

/* --- a supervisor's answer to a request to close --- */

static const struct json *closure_at(const struct app *app)
{
    const struct json *closures = list_of(app, "closures");
    int count = (int)json_count(closures);
    return count ? json_at(closures, (size_t)(app->closure_at % count)) : NULL;
}

bool app_has_closures(const struct app *app)
{
    return json_count(list_of(app, "closures")) > 0;
}

static void ask_closure(struct app *app, struct effects *effects)
{
    const struct json *closure = closure_at(app), *depending = json_get(closure, "depending");
    struct buf text = {0};
    char counter[SHOW_TEXT], from[SHOW_TEXT];
    str_format(counter, sizeof counter, tr(app->ui.lang, TR("counter %s")),
               json_text_or(closure, "counter_name", ""));
    add_part(&text, counter);
    add_part(&text, json_text(closure, "user_name"));
    add_part(&text, show_clock(json_text(closure, "from"), from));
    add_part(&text, show_close_reason(&app->ui, json_text(closure, "reason")));
    for (const struct json *q = json_first(depending); q; q = json_next(q)) {
        char alone[SHOW_TEXT];
        str_format(alone, sizeof alone, tr(app->ui.lang, TR("only there: %s, %d wait")),
                   json_text_or(q, "code", "…"), (int)json_int(q, "waiting", 0));
        add_part(&text, alone);
    }
    struct json *question = question_new("closure", buf_text(&text));
    question_choice(question, "y", tr(app->ui.lang, TR("approve")), "approve", json_copy(closure));
    question_choice(question, "n", tr(app->ui.lang, TR("not now, with a reason")), "reject",
                    json_copy(closure));
    if (json_count(list_of(app, "closures")) > 1)
        question_choice(question, "o", tr(app->ui.lang, TR("the next request")), "next", NULL);
    if (app->ui.link.disputes)
        question_choice(question, "d", tr(app->ui.lang, TR("refused records")), "disputes", NULL);
    buf_free(&text);
    effects_ask(effects, question);
}

void app_attend(struct app *app, struct effects *effects)
{
    if (app_training_attend(app, effects))
        return;
    if (!app_has_closures(app) && app_moves_attend(app, effects))
        return;
    if (!app_has_closures(app))
        return app_push(app, SCREEN_DISPUTES, NULL, effects);
    app->closure_at = 0;
    ask_closure(app, effects);
}

void app_attend_to(struct app *app, const char *closure, struct effects *effects)
{
    const struct json *closures = list_of(app, "closures");
    int at = 0;
    for (const struct json *one = json_first(closures); one; one = json_next(one), at++)
        if (str_equal(json_text(one, "id"), closure)) {
            app->closure_at = at;
            return ask_closure(app, effects);
        }
    app_toast(app, TOAST_PLAIN, tr(app->ui.lang, TR("This was answered already. Nothing was changed.")));
}

static void closure_answered(struct app *app, const struct msg *msg, struct effects *effects)
{
    const char *id = json_text_or(msg->json, "id", "");
    if (str_equal(msg->text, "disputes"))
        return app_push(app, SCREEN_DISPUTES, NULL, effects);
    if (str_equal(msg->text, "approve"))
        return send("closure.approve", "closure", id, effects);
    if (str_equal(msg->text, "next")) {
        app->closure_at++;
        return ask_closure(app, effects);
    }
    struct json *question =
        question_new("closure_why", tr(app->ui.lang, TR("Why not now? The clerk reads it:")));
    json_free(&app->alert);
    app->alert = json_new_object();
    json_set_text(app->alert, "closure", id);
    question_field(question, "", false);
    effects_ask(effects, question);
}

static void reject(struct app *app, const char *reason, struct effects *effects)
{
    struct json *body = app->alert;
    app->alert = NULL;
    json_set_text(body, "reason", reason);
    effects_command(effects, "closure.reject", body);
}

/* --- what came of it --- */

bool app_notice_answered(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (str_equal(msg->what, "closure"))
        return closure_answered(app, msg, effects), true;
    if (app_training_answered(app, msg, effects))
        return true;
    if (app_moves_answered(app, msg, effects))
        return true;
    if (!app->alert)
        return false;
    if (str_equal(msg->what, "alert"))
        chosen(app, msg, effects);
    else if (str_equal(msg->what, "alert_words"))
        take_words(app, msg->text, effects);
    else if (str_equal(msg->what, "alert_sure"))
        call(app, msg, effects);
    else if (str_equal(msg->what, "closure_why"))
        reject(app, msg->text, effects);
    else
        return false;
    return true;
}

void app_notice_refused(struct app *app, const char *type)
{
    if (!str_equal(type, "hall.alert"))
        return;
    app->alert_ms = 0;
    app_toast(
        app, TOAST_DANGER,
        tr(app->ui.lang, TR("The hall cannot be reached: nobody sees your call. Call out loud, or phone "
                            "112.")));
}

void app_notice_heard(struct app *app, const char *type, const struct json *result)
{
    static const struct {
        const char *type, *text;
    } good[] = {{"hall.alert", TR("Everyone in the hall sees it now.")},
                {"hall.alert_seen", TR("Whoever called sees that you come.")},
                {"hall.alert_end", TR("It is over; nobody sees it any more.")},
                {"closure.approve", TR("Approved; the clerk is told.")},
                {"closure.reject", TR("Not approved; the clerk is told why.")}};
    if (str_equal(type, "hall.alert"))
        app->alert_ms = 0;
    for (size_t i = 0; i < sizeof good / sizeof *good; i++)
        if (str_equal(good[i].type, type) && str_equal(json_text(result, "status"), "applied"))
            app_toast(app, TOAST_GOOD, tr(app->ui.lang, good[i].text));
}
