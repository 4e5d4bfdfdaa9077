/* screens/app_strokes.c: in a training hall, how many keys a visit takes, from the call to the command that ends it, whose body
 * brings the number ("keys") with the record, so that it waits and travels as that does. Only their number is known, never
 * which. A real hall's workstation counts nothing.
 *
 * Not counted are keys of a trainer, of a citizen who has the screen in hand, of the tour, and of a screen that is locked or
 * stands still. What is counted is in the journal a second later. Knows no screen. */
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"

static const char journal[] = "keys";

static bool is_one_of(const char *type, const char *const types[])
{
    for (; type && *types; types++)
        if (strcmp(type, *types) == 0)
            return true;
    return false;
}

static bool ends_visit(const char *type)
{
    static const char *const types[] = {"ticket.finish",   "ticket.no_show", "ticket.hold", "ticket.return",
                                        "ticket.transfer", "ticket.cancel",  NULL};
    return is_one_of(type, types);
}

static bool is_trainee(const struct app *app)
{
    return app->ui.training && app->ui.session.signed_in && !(app->ui.session.roles & ROLE_TRAINER);
}

void app_strokes_count(struct app *app)
{
    bool others = app->lock || app_is_held(app) || app_handed(app) || app->tour.state == TOUR_ON ||
                  json_text(app->training.mine, "taken_by");
    if (*app->strokes.ticket && is_trainee(app) && !others)
        app->strokes.count++;
}

static void begin(struct app *app, const char *ticket)
{
    if (str_empty(ticket) || !is_trainee(app) || str_equal(app->strokes.ticket, ticket))
        return;
    app->strokes = (struct strokes){0};
    str_copy(app->strokes.ticket, sizeof app->strokes.ticket, ticket);
}

void app_strokes_into(const struct app *app, struct effect *command)
{
    if (*app->strokes.ticket && is_trainee(app) && app->strokes.count > 0 && ends_visit(command->what) &&
        str_equal(json_text(command->json, "ticket"), app->strokes.ticket))
        json_set_int(command->json, "keys", app->strokes.count);
}

void app_strokes_saved(struct app *app, const char *type, const struct json *body, struct effects *effects)
{
    static const char *const begins[] = {"ticket.start", "ticket.resume", NULL};
    const char *ticket = json_text(body, "ticket");
    if (is_one_of(type, begins))
        return begin(app, ticket);
    if (!ends_visit(type) || !str_equal(ticket, app->strokes.ticket))
        return;
    if (app->strokes.kept)
        effects_journal_drop(effects, journal, "");
    app->strokes = (struct strokes){0};
}

void app_strokes_heard(struct app *app, const char *type, const struct json *result)
{
    static const char *const calls[] = {"ticket.call_next", "ticket.call", "ticket.take", NULL};
    if (is_one_of(type, calls))
        begin(app, json_text(json_get(json_get(result, "data"), "ticket"), "id"));
}

void app_strokes_tick(struct app *app, struct effects *effects)
{
    if (app->strokes.count == app->strokes.kept)
        return;
    struct json *typed = json_new_object();
    json_set_text(typed, "ticket", app->strokes.ticket);
    json_set_int(typed, "count", app->strokes.count);
    effects_journal_put(effects, journal, "", typed);
    app->strokes.kept = app->strokes.count;
}

void app_strokes_recover(struct app *app, const struct json *rows)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const struct json *typed = json_get(row, "typed");
        if (!str_equal(json_text(row, "screen"), journal) || *app->strokes.ticket)
            continue;
        str_copy(app->strokes.ticket, sizeof app->strokes.ticket, json_text_or(typed, "ticket", ""));
        app->strokes.count = app->strokes.kept = (int)json_int(typed, "count", 0);
    }
}
