/* screens/app_palette.c: what the palette offers: what was chosen last, the actions of the screen on top, then those of
 * other places. An action of another place goes there and is done as soon as its rows are here; a dangerous one
 * asks its question there as by its key. */
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"

/* The first place that this person may go to and that has the action; SCREEN_COUNT: none. */
static enum screen_id place_of(const struct app *app, enum action action)
{
    enum screen_id best = SCREEN_COUNT;
    for (int i = 0; i < SCREEN_COUNT; i++) {
        const struct screen_info *info = screen_info((enum screen_id)i);
        bool fits =
            info->place && action_info(action)->screens & 1U << i && app_may_go(app, (enum screen_id)i);
        if (fits && (best == SCREEN_COUNT || info->place < screen_info(best)->place))
            best = (enum screen_id)i;
    }
    return best;
}

static bool is_here(const struct app *app, enum action action)
{
    return action_info(action)->screens & app_context(app);
}

static bool is_elsewhere(const struct app *app, enum action action)
{
    const struct action_info *info = action_info(action);
    return !is_here(app, action) && !app_is_of_training(app, action) &&
           info->screens & IN_WORK & ~app_context(app) && action_is_built(action) &&
           (!info->roles || info->roles & app->ui.session.roles);
}

static bool is_offered(const struct app *app, enum action action)
{
    for (int i = 0; i < app->offered_count; i++)
        if (app->offered[i] == action)
            return true;
    return false;
}

static void offer(struct app *app, enum action action)
{
    if (!is_offered(app, action))
        app->offered[app->offered_count++] = action;
}

/* Of equal fits the first one stands first. */
static void offer_all(struct app *app)
{
    enum action here[ACTION_COUNT];
    int count = app_help_actions(app, here);
    app->offered_count = 0;
    for (int i = 0; i < RECENT_MAX && app->recent[i]; i++)
        if (is_here(app, app->recent[i]) || is_elsewhere(app, app->recent[i]))
            offer(app, app->recent[i]);
    for (int i = 0; i < count; i++)
        offer(app, here[i]);
    for (int i = 1; i < ACTION_COUNT && app->ui.session.signed_in; i++)
        if (is_elsewhere(app, (enum action)i))
            offer(app, (enum action)i);
}

/* That place, or the screen of an application, to which no key leads from here. */
static enum screen_id screen_with(const struct app *app, enum action action)
{
    enum screen_id place = place_of(app, action);
    for (int i = 0; i < SCREEN_COUNT && place == SCREEN_COUNT; i++)
        if (action_info(action)->screens & IN_WORK & 1U << i)
            place = (enum screen_id)i;
    return place;
}

static const char *why_not(const struct app *app, enum action action)
{
    if (is_here(app, action))
        return app_enabled(app, action);
    return place_of(app, action) != SCREEN_COUNT
               ? NULL
               : tr(app->ui.lang, TR("This is done within an application: open one first."));
}

static void entry(const void *self, int index, struct palette_entry *out)
{
    const struct app *app = self;
    enum action action = index < app->offered_count ? app->offered[index] : ACTION_NONE;
    enum screen_id place = is_here(app, action) ? SCREEN_COUNT : screen_with(app, action);
    *out = (struct palette_entry){.label = tr(app->ui.lang, action_info(action)->label),
                                  .place = place != SCREEN_COUNT ? tr(app->ui.lang, screen_info(place)->title)
                                                                 : NULL,
                                  .keys = app->keys[action],
                                  .also = app->words[action],
                                  .why_not = why_not(app, action)};
}

static struct palette_source source_of(const struct app *app)
{
    return (struct palette_source){.count = app->offered_count, .entry = entry, .self = app};
}

void app_palette_open(struct app *app)
{
    offer_all(app);
    struct palette_source source = source_of(app);
    app->palette_open = true;
    palette_open(&app->palette, &source);
}

static void remember(struct app *app, enum action action)
{
    int at = 0;
    while (at < RECENT_MAX - 1 && app->recent[at] && app->recent[at] != action)
        at++;
    memmove(&app->recent[1], &app->recent[0], (size_t)at * sizeof *app->recent);
    app->recent[0] = action;
}

static void choose(struct app *app, enum action action, struct effects *effects)
{
    remember(app, action);
    if (is_here(app, action))
        return app_do(app, action, effects);
    app_push(app, place_of(app, action), NULL, effects);
    app->then = action; /* its rows are asked for */
    app->then_to = app_top(app)->serial;
}

void app_palette_key(struct app *app, struct key key, struct effects *effects)
{
    struct palette_source source = source_of(app);
    int chosen = 0;
    enum palette_step step = palette_key(&app->palette, &source, key, &chosen);
    if (step == PALETTE_CHOSEN || step == PALETTE_CANCELLED)
        app->palette_open = false;
    if (step == PALETTE_CHOSEN && chosen < app->offered_count)
        choose(app, app->offered[chosen], effects);
}

void app_palette_paste(struct app *app, const char *text)
{
    struct palette_source source = source_of(app);
    palette_paste(&app->palette, &source, text, strlen(text));
}

void app_palette_view(const struct app *app, struct frame *frame, struct rect area)
{
    struct palette_source source = source_of(app);
    palette_draw(&app->palette, &source, tr(app->ui.lang, TR("Type what you want to do")), frame, area);
}

void app_palette_arrived(struct app *app, unsigned to, struct effects *effects)
{
    enum action action = app->then;
    if (!action || to != app->then_to)
        return;
    app->then = ACTION_NONE;
    if (app_top(app)->serial == to && !app->lock)
        app_do(app, action, effects);
}
