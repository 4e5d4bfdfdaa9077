/* screens/app_lock.c: a workstation nobody sits at: when it locks, and what goes on under a lock. The screens stay as
 * they are, with the field and cursor in hand; the feed, clocks and alarms go on; no key reaches them. What was typed
 * ahead before it locked is carried out yet. Who signs in instead gets screens of their own. */
#include <stdlib.h>

#include "screens/app_state.h"

/* The screens before a sign-in, the hall's display and what is in a citizen's hands show nobody's work. */
static bool lockable(const struct app *app)
{
    return app->ui.session.signed_in && IN_WORK & app_context(app) && !app_handed(app);
}

/* For the next start: whoever ends the program does not come past the password. */
static void keep(const struct app *app, struct effects *effects)
{
    struct json *kept = app->lock ? lock_kept(app->lock) : NULL;
    char *text = kept ? json_print(kept) : xstrdup("");
    effects_setting(effects, "locked", text);
    free(text);
    json_free(&kept);
}

void app_lock(struct app *app, const struct json *kept, struct effects *effects)
{
    if (app->lock || !lockable(app))
        return;
    struct msg msg = {.kind = MSG_KEEP, .now_ms = app->ui.now_ms};
    app_tell_top(app, &msg, effects);
    app_keep(app, false, effects); /* the words in an open question */
    app->lock = lock_new(&app->ui, kept);
    keep(app, effects);
}

void app_unlock(struct app *app, struct effects *effects)
{
    if (!app->lock)
        return;
    lock_free(&app->lock);
    app->idle_s = 0;
    keep(app, effects);
}

static bool is_idle(const struct app *app)
{
    return app->lock_after_min > 0 && app->idle_s >= app->lock_after_min * 60;
}

void app_lock_tick(struct app *app, struct effects *effects)
{
    app->idle_s++;
    if (app->lock)
        lock_tick(app->lock, &app->ui);
    else if (is_idle(app))
        app_lock(app, NULL, effects);
}

/* --- keys --- */

/* What shows and changes nothing of anybody's. */
static bool key_past_lock(struct app *app, struct key key, struct effects *effects)
{
    int action = key_types(key) ? ACTION_NONE : keymap_find(app->ui.keys, app_context(app), key, 0);
    if (action != ACTION_NEXT_LANG && action != ACTION_REDRAW && action != ACTION_RETRY)
        return false;
    app_do(app, (enum action)action, effects);
    return true;
}

static void key_to_lock(struct app *app, struct key key, struct effects *effects)
{
    if (key_past_lock(app, key, effects) || !lock_key(app->lock, &app->ui, key))
        return;
    effects_add(effects, EFFECT_UNLOCK, lock_login(app->lock), lock_password(app->lock));
}

/* The first key after a long time belongs to nobody who looked at the screen: it only locks. Nor does one under the lock: for
 * the hall nobody is there until it opens. */
static bool touched(struct app *app)
{
    if (!app->lock)
        app->idle_s = 0;
    return app->lock;
}

int app_away_s(const struct app *app)
{
    return !app->lock ? 0 : app->idle_s > 0 ? app->idle_s : 1;
}

bool app_lock_key(struct app *app, struct key key, struct effects *effects)
{
    if (app->lock)
        key_to_lock(app, key, effects);
    else if (is_idle(app))
        app_lock(app, NULL, effects);
    return touched(app);
}

bool app_lock_paste(struct app *app, const char *text, struct effects *effects)
{
    if (app->lock)
        lock_paste(app->lock, &app->ui, text);
    else if (is_idle(app))
        app_lock(app, NULL, effects);
    return touched(app);
}

/* --- answers --- */

void app_lock_answered(struct app *app, const struct msg *msg, struct effects *effects)
{
    if (!app->lock)
        return;
    if (msg->code || msg->text) {
        if (lock_refused(app->lock, &app->ui, msg->code, msg->text ? msg->text : ""))
            keep(app, effects);
        return;
    }
    app_unlock(app, effects);
    if (app->toast.until_ms == TOAST_WAITS) /* what was said meanwhile was seen by nobody */
        app_toast_begin(app);
    struct msg load = {.kind = MSG_LOAD, .now_ms = app->ui.now_ms};
    app_tell_top(app, &load, effects);
}

/* --- drawing --- */

/* What may be seen of a screen: the one that has such a thing need not be on top. */
static void open_work_view(const struct app *app, struct frame *frame, struct rect *area)
{
    for (int i = app->layer_count - 1; i >= 0; i--) {
        const struct layer *layer = &app->layers[i];
        if (layer->ops->locked)
            return layer->ops->locked(layer->self, &app->ui, frame, area);
    }
}

void app_lock_view(const struct app *app, struct frame *frame, struct rect area, struct rect bottom)
{
    area = rect_inset(area, area.w > 70 ? 6 : 1, area.h > 15 ? 2 : 0);
    open_work_view(app, frame, &area);
    lock_view(app->lock, &app->ui, frame, area);
    lock_bar(app->lock, &app->ui, frame, bottom);
}
