/* screens/app_tour.c: the guided tour on the frame: tells the engine (tour.h) what was done, keeps where it is, and draws
 * what it says: above the rule of the action line, on a wide screen at the right. It takes its room from the screen, never
 * a key that was not its own. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "screens/app_state.h"
#include "tui/text.h"

enum {
    SIDE_FROM = 120, /* columns */
    SIDE_W = 38,
    ROWS = 1 + TOUR_LINES, /* its rule and the text */
    ROOM_W = 60,           /* smaller, and the work has all of it */
    ROOM_H = 20,
    BODY_H = 6, /* a question leaves so little that the tour is silent */
};

/* --- the scene --- */

static const char *scene_why_not(const void *self, enum action action)
{
    return app_enabled(self, action);
}

/* While typing, a letter would not act. */
static const char *scene_key(const void *self, enum action action, char out[64])
{
    const struct app *app = self;
    struct key key = keymap_key(app->ui.keys, action, 0);
    for (int nth = 1; nth < KEYMAP_KEYS && app_typing(app) && key_types(key); nth++) {
        struct key other = keymap_key(app->ui.keys, action, nth);
        if (other.code != K_NONE)
            key = other;
    }
    if (key.code == K_NONE)
        str_format(out, 64, "“%s”", tr(app->ui.lang, action_info(action)->label));
    else
        key_label(key, out);
    return out;
}

static struct tour_scene scene_of(const struct app *app)
{
    return (struct tour_scene){.lang = app->ui.lang,
                               .screen = app_screen(app),
                               .signed_in = app->ui.session.signed_in,
                               .named = app->ui.practice,
                               .roles = app->ui.session.roles,
                               .cover = app->ask            ? COVER_QUESTION
                                        : app->help_open    ? COVER_HELP
                                        : app->palette_open ? COVER_PALETTE
                                                            : COVER_NONE,
                               .self = app,
                               .why_not = scene_why_not,
                               .key = scene_key};
}

static void tell(struct app *app, struct tour_msg msg)
{
    struct tour_scene scene = scene_of(app);
    tour_tell(&app->tour, &msg, &scene);
}

/* --- its actions --- */

bool app_is_tour(enum action action)
{
    return action == ACTION_TOUR || action == ACTION_TOUR_LEAVE || action == ACTION_TOUR_AGAIN;
}

const char *app_tour_why_not(const struct app *app, enum action action)
{
    if (!app->ui.training)
        return TR("The tour shows a training hall, where nothing is real; this hall is not one.");
    if (action == ACTION_TOUR_LEAVE && app->tour.state != TOUR_ON)
        return TR("No tour is under way.");
    return NULL;
}

static void toast_with_key(struct app *app, const char *msgid)
{
    char text[TOUR_TEXT];
    struct tour_scene scene = scene_of(app);
    tour_fill(tr(app->ui.lang, msgid), &scene, text);
    app_toast(app, TOAST_PLAIN, text);
}

void app_tour_do(struct app *app, enum action action)
{
    static const enum tour_kind kinds[] = {
        [ACTION_TOUR] = TOUR_GO_ON, [ACTION_TOUR_LEAVE] = TOUR_LEAVE, [ACTION_TOUR_AGAIN] = TOUR_AGAIN};
    enum tour_state before = app->tour.state;
    tell(app, (struct tour_msg){.kind = kinds[action]});
    if (app->tour.state == TOUR_ASIDE && before == TOUR_ON)
        toast_with_key(app, TR("The tour waits where you left it; {tour} goes on with it."));
    if (app->tour.state == TOUR_OVER && before == TOUR_ON)
        toast_with_key(app, TR("The tour is over. {tour_again} begins it again."));
}

/* --- what happened --- */

void app_tour_did(struct app *app, enum action action)
{
    tell(app, (struct tour_msg){.kind = TOUR_DID, .action = action});
}

/* What needs the hall counts when the hall has applied it. */
void app_tour_saved(struct app *app, const char *type, const struct json *result)
{
    bool online = type && command_class(type) == COMMAND_ONLINE;
    if (type && online == (result != NULL) && (!result || str_equal(json_text(result, "status"), "applied")))
        tell(app, (struct tour_msg){.kind = TOUR_SAVED, .type = type});
}

void app_tour_read(struct app *app, const struct json *settings)
{
    const char *kept = json_text(settings, "tour");
    tour_read(&app->tour, kept);
    tour_kept(&app->tour, app->tour_kept);
    app->tour_offer = json_bool(settings, "tour_offer", false) && !kept;
}

/* Once, and only over what waits for somebody. */
static void offer(struct app *app, struct effects *effects)
{
    if (!app->tour_offer || !app->ui.training || app->ask || app->lock || app_handed(app) ||
        app_screen(app) == SCREEN_START || app_screen(app) == SCREEN_COUNT)
        return;
    app->tour_offer = false;
    if (app->tour.state != TOUR_NEVER)
        return;
    struct json *question = question_new(
        "tour",
        tr(app->ui.lang, TR("New here? A tour of ten minutes shows you around, on these very screens.")));
    question_choice(question, "1", tr(app->ui.lang, TR("yes, begin the tour")), "yes", NULL);
    question_choice(question, "2", tr(app->ui.lang, TR("later")), "later", NULL);
    effects_ask(effects, question);
    effects_setting(effects, "tour", "never");
}

bool app_tour_answered(struct app *app, const char *id, const char *text)
{
    if (!str_equal(id, "tour"))
        return false;
    if (str_equal(text, "yes"))
        tell(app, (struct tour_msg){.kind = TOUR_AGAIN});
    else
        toast_with_key(app, TR("{tour} begins the tour whenever you like."));
    return true;
}

static void keep(struct app *app, struct effects *effects)
{
    char kept[TOUR_KEPT];
    tour_kept(&app->tour, kept);
    if (!*app->tour_kept || str_equal(kept, app->tour_kept)) /* "": it was not read yet */
        return;
    str_copy(app->tour_kept, sizeof app->tour_kept, kept);
    effects_setting(effects, "tour", kept);
}

void app_tour_follow(struct app *app, const struct msg *msg, struct effects *effects)
{
    enum screen_id now = app_screen(app);
    if (!app->ui.training)
        return;
    if (!app->tour_asked) {
        app->tour_asked = true;
        effects_load(effects, "settings", NULL);
        effects->items[effects->count - 1].from = TOUR_SERIAL;
    }
    offer(app, effects);
    if (now != app->tour_screen && now < SCREEN_COUNT)
        tell(app, (struct tour_msg){.kind = TOUR_SHOWN, .screen = now});
    app->tour_screen = now;
    tell(app, (struct tour_msg){.kind = msg->kind == MSG_TICK ? TOUR_TICK : TOUR_LOOKED});
    keep(app, effects);
}

/* --- its room --- */

static bool has_room(const struct app *app)
{
    return app->tour.state == TOUR_ON && app->w >= ROOM_W && app->h >= ROOM_H;
}

static bool is_side(const struct app *app, int w)
{
    return w >= SIDE_FROM && !app->ui.column;
}

void app_tour_room(const struct app *app, int *w, int *h)
{
    *w = app->w - (has_room(app) && is_side(app, app->w) ? SIDE_W : 0);
    *h = app->h - (has_room(app) && !is_side(app, app->w) ? ROWS : 0);
}

/* --- drawing --- */

static void head_text(const struct app *app, char out[64])
{
    str_format(out, 64, tr(app->ui.lang, TR("Tour %d of %d")), (int)app->tour.step + 1, (int)STEP_COUNT);
}

static int key_view(const struct app *app, enum action action, const char *label, struct frame *frame,
                    struct rect line)
{
    char key[64];
    struct rect all = line;
    rect_cut_left(&line, text_draw(frame, line, scene_key(app, action, key), STYLE_ACCENT | ATTR_BOLD) + 1);
    int w = text_width(key) + 1 + text_draw(frame, line, tr(app->ui.lang, label), STYLE_DIM);
    frame_target_key(frame, rect_cut_left(&all, w), keymap_key(app->ui.keys, action, 0), 1);
    return w;
}

static const char go_label[] = TR("go on"), leave_label[] = TR("leave the tour");

static int keys_w(const struct app *app)
{
    char go[64], leave[64];
    scene_key(app, ACTION_TOUR, go);
    scene_key(app, ACTION_TOUR_LEAVE, leave);
    return text_width(go) + text_width(leave) + text_width(tr(app->ui.lang, go_label)) +
           text_width(tr(app->ui.lang, leave_label)) + 4;
}

static void keys_view(const struct app *app, struct frame *frame, struct rect line)
{
    rect_cut_left(&line, key_view(app, ACTION_TOUR, go_label, frame, line) + 2);
    key_view(app, ACTION_TOUR_LEAVE, leave_label, frame, line);
}

/* "── Tour 4 of 23 ──────────────── A-g go on  A-x leave the tour ─" */
static void head_view(const struct app *app, struct frame *frame, struct rect line)
{
    char head[64];
    head_text(app, head);
    frame_rule(frame, line);
    rect_cut_left(&line, 1);
    struct rect left = rect_cut_left(&line, text_width(head) + 2);
    frame_blank(frame, left, STYLE_TEXT);
    text_draw(frame, rect_inset(left, 1, 0), head, STYLE_TITLE | ATTR_BOLD);
    rect_cut_right(&line, 1);
    struct rect right = rect_cut_right(&line, keys_w(app) + 2);
    frame_blank(frame, right, STYLE_TEXT);
    keys_view(app, frame, rect_inset(right, 1, 0));
}

static void below_view(const struct app *app, const char *text, struct frame *frame, struct rect area)
{
    head_view(app, frame, rect_cut_top(&area, 1));
    text_draw_wrapped(frame, rect_inset(area, 1, 0), text, STYLE_TEXT, 0);
}

static void side_view(const struct app *app, const char *text, const char *hint, struct frame *frame,
                      struct rect area)
{
    char head[64];
    head_text(app, head);
    frame_pillar(frame, rect_cut_left(&area, 1));
    area = rect_inset(area, 1, 0);
    text_draw(frame, rect_cut_top(&area, 1), head, STYLE_TITLE | ATTR_BOLD);
    rect_cut_top(&area, 1);
    rect_cut_top(&area, text_draw_wrapped(frame, area, text, STYLE_TEXT, 0) + 1);
    if (*hint)
        rect_cut_top(&area, text_draw_wrapped(frame, area, hint, STYLE_DIM, 0) + 1);
    if (keys_w(app) <= area.w)
        return keys_view(app, frame, rect_cut_top(&area, 1));
    key_view(app, ACTION_TOUR, go_label, frame, rect_cut_top(&area, 1));
    key_view(app, ACTION_TOUR_LEAVE, leave_label, frame, rect_cut_top(&area, 1));
}

/* Where somebody signs in, whoever does not know the tour reads of it. */
static void invitation_view(const struct app *app, struct frame *frame, struct rect *area)
{
    char text[TOUR_TEXT];
    struct tour_scene scene = scene_of(app);
    if (!app->ui.training || app_screen(app) != SCREEN_SIGN_IN || app->ask || app->tour.state == TOUR_OVER ||
        area->h < ROOM_H - ROWS)
        return;
    tour_fill(
        tr(app->ui.lang, app->tour.state == TOUR_NEVER
                             ? TR("New here? {tour} begins a tour of ten minutes, on these very screens.")
                             : TR("A tour waits where you left it: {tour} goes on with it.")),
        &scene, text);
    text_draw(frame, rect_inset(rect_cut_bottom(area, 1), 1, 0), text, STYLE_ACCENT);
}

void app_tour_view(const struct app *app, struct frame *frame, struct rect *area)
{
    char text[TOUR_TEXT], hint[TOUR_TEXT];
    struct tour_scene scene = scene_of(app);
    if (app_is_held(app)) /* a trainer's word stands there alone */
        return;
    if (!has_room(app) || !tour_say(&app->tour, &scene, text, hint))
        return invitation_view(app, frame, area);
    if (is_side(app, frame->w))
        return side_view(app, text, hint, frame, rect_cut_right(area, SIDE_W));
    if (area->h < ROWS + BODY_H)
        return;
    bool turn = *hint && (app->tour.ticks - TOUR_LONG_S) / TOUR_TURN_S % 2 == 0;
    if (app->ui.column) { /* read first, and always there */
        frame->head = 1 + 1 + ROWS;
        return below_view(app, turn ? hint : text, frame, rect_cut_top(area, ROWS));
    }
    below_view(app, turn ? hint : text, frame, rect_cut_bottom(area, ROWS));
}
