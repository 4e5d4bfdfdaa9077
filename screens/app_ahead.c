/* screens/app_ahead.c: keys that are typed while the hall is asked. They wait for its answer and for the rows that come
 * of it, and are then carried out in order, each wholly before the next, as if they were typed only now. When the
 * answer is another than was counted on, those that are left would do something else than was meant: they are
 * dropped, and it is said which. Knows no screen. */
#include <stdlib.h>
#include <string.h>

#include "core/command/command.h"
#include "screens/app_state.h"

enum { KEYS_NAMED = 8 }; /* of those that were dropped; the rest is counted */

/* --- whose answer is waited for --- */

void app_wait_for(struct app *app, const struct effect *command)
{
    const struct layer *top = app_shown(app);
    if (!top || !top->ops->awaits || command->from != top->serial ||
        command_class(command->what) != COMMAND_ONLINE)
        return;
    if (app->waiting.to != top->serial)
        app->waiting = (struct waiting){
            .to = top->serial, .key = app->key, .turn = ++app->turns, .gives_way = top->ops->gives_way};
    app->waiting.asked++;
}

unsigned app_awaited(const struct app *app, const struct msg *msg)
{
    bool awaited =
        msg->to && app->waiting.to == msg->to && msg->what && command_class(msg->what) == COMMAND_ONLINE;
    return awaited ? app->waiting.turn : 0;
}

void app_heard(struct app *app, unsigned turn, int64_t rev)
{
    if (!app->waiting.to || app->waiting.turn != turn)
        return;
    app->waiting.asked--;
    if (rev > app->waiting.rev)
        app->waiting.rev = rev;
}

int app_ahead_count(const struct app *app)
{
    return app->ahead_count;
}

bool app_waits(const struct app *app)
{
    return app->waiting.to || app->ahead_count;
}

/* --- keeping --- */

static void put(struct app *app, struct key key, const char *text)
{
    if (app->ahead_count == AHEAD_MAX)
        return app_toast(
            app, TOAST_WARN,
            tr(app->ui.lang,
               TR("The hall is still answering. No more keys are kept; Esc drops those that wait.")));
    app->ahead[app->ahead_count++] = (struct ahead){key, text ? xstrdup(text) : NULL};
}

/* The key that asked, pressed again at once, is the same question: a key that bounces undoes nothing twice. */
bool app_ahead_key(struct app *app, struct key key)
{
    bool any = app->ahead_count > 0;
    if (!app_waits(app))
        return false;
    if (key_is(key, "Esc")) {
        app_ahead_drop(app, TOAST_PLAIN, "");
        return any;
    }
    if (any || !key_equal(key, app->waiting.key))
        put(app, key, NULL);
    return true;
}

bool app_ahead_paste(struct app *app, const char *text)
{
    if (!app_waits(app))
        return false;
    put(app, (struct key){0}, text);
    return true;
}

const char *app_ahead_names(const struct app *app, char out[AHEAD_NAMES])
{
    char name[KEY_NAME];
    size_t length = 0;
    out[0] = '\0';
    for (int i = 0; i < app->ahead_count && i < KEYS_NAMED; i++) {
        const struct ahead *one = &app->ahead[i];
        str_format(out + length, AHEAD_NAMES - length, "%s%s", i ? " " : "",
                   one->text ? tr(app->ui.lang, TR("(pasted text)")) : key_label(one->key, name));
        length = strlen(out);
    }
    if (app->ahead_count > KEYS_NAMED)
        str_format(out + length, AHEAD_NAMES - length, " … (%d)", app->ahead_count);
    return out;
}

/* --- dropping --- */

void app_ahead_forget(struct app *app)
{
    for (int i = 0; i < app->ahead_count; i++)
        free(app->ahead[i].text);
    app->ahead_count = 0;
    app->waiting = (struct waiting){0};
}

void app_ahead_drop(struct app *app, enum toast_kind kind, const char *why)
{
    char names[AHEAD_NAMES], which[AHEAD_NAMES + 100], text[sizeof app->toast.text];
    bool any = app->ahead_count > 0;
    str_format(which, sizeof which, tr(app->ui.lang, TR("Not carried out: %s")), app_ahead_names(app, names));
    str_format(text, sizeof text, "%s%s%s", why, *why ? " " : "", which);
    app_ahead_forget(app);
    if (any)
        app_toast(app, kind, text);
}

/* --- going on --- */

bool app_can_go_on(const struct app *app, int64_t rev)
{
    if (app->waiting.to)
        return app->waiting.asked <= 0 && rev >= app->waiting.rev;
    return app->ahead_count > 0;
}

static void carry_out_first(struct app *app, struct effects *effects)
{
    struct ahead first = app->ahead[0];
    memmove(&app->ahead[0], &app->ahead[1], (size_t)--app->ahead_count * sizeof *app->ahead);
    if (first.text) {
        struct msg msg = {.kind = MSG_PASTE, .text = first.text, .now_ms = app->ui.now_ms};
        app_take_paste(app, &msg, effects);
    } else {
        app->key = first.key;
        app_take_key(app, first.key, effects);
    }
    free(first.text);
}

/* What was typed is for the screen that asked, or for the one below when it has closed as was hoped for. */
static bool is_meant(const struct app *app)
{
    const struct layer *top = app_shown(app);
    return top &&
           (top->serial == app->waiting.to || (app->waiting.gives_way && top->serial < app->waiting.to));
}

void app_go_on(struct app *app, int64_t rev, struct effects *effects)
{
    if (!app_can_go_on(app, rev))
        return;
    if (!app->waiting.to)
        return carry_out_first(app, effects);
    if (!is_meant(app))
        app_ahead_drop(app, TOAST_WARN, tr(app->ui.lang, TR("The answer led to another screen.")));
    app->waiting = (struct waiting){0};
}
