/* screens/app_kept.c: words that were typed into a question in place of the action line. Neither Esc nor a kill loses
 * text: it stands there when the same is asked of the same object again, until the command is saved that it was for. They
 * are in the journal a second after they were typed. */
#include <stdlib.h>
#include <string.h>

#include "screens/app_state.h"

static const char journal[] = "question";
#define FORGOTTEN_MS ((int64_t)14 * 24 * 60 * 60 * 1000) /* words that nobody asked for again */

/* "USER QUESTION OBJECT": nobody meets another's words. The caller frees. */
static char *name_of(const struct app *app, unsigned from, const char *question)
{
    const char *object = "";
    for (int i = 0; i < app->layer_count; i++) {
        const struct layer *layer = &app->layers[i];
        if (layer->serial == from && layer->ops->object)
            object = layer->ops->object(layer->self);
    }
    return xasprintf("%s %s %s", app->ui.session.user, question, object ? object : "");
}

/* In the journal, where each has rows of their own. */
static const char *without_user(const char *name)
{
    const char *rest = strchr(name, ' ');
    return rest ? rest + 1 : name;
}

static void put(struct app *app, const char *name, const char *text, bool answered)
{
    struct json *one = json_new_object();
    json_set_text(one, "text", text);
    json_set_bool(one, "answered", answered);
    if (!app->kept)
        app->kept = json_new_object();
    json_set(app->kept, name, one);
}

static void put_journal(const char *name, const char *text, struct effects *effects)
{
    if (str_empty(text)) {
        effects_journal_drop(effects, journal, without_user(name));
        return;
    }
    struct json *typed = json_new_object();
    json_set_text(typed, "text", text);
    effects_journal_put(effects, journal, without_user(name), typed);
}

void app_keep(struct app *app, bool answered, struct effects *effects)
{
    if (!app->ask || !ask_keeps(app->ask))
        return;
    char *name = name_of(app, app->ask_from, ask_id(app->ask));
    const struct json *was = json_get(app->kept, name);
    const char *text = ask_text(app->ask), *before = was ? json_text(was, "text") : ask_given(app->ask);
    bool changed = !str_equal(text, before);
    if (changed)
        put_journal(name, text, effects);
    if (changed || was)
        put(app, name, text, answered);
    free(name);
}

void app_kept_into(const struct app *app, unsigned from, struct json *question)
{
    struct json *field = json_edit(question, "field");
    if (!field || !json_bool(question, "keep", false))
        return;
    char *name = name_of(app, from, json_text_or(question, "id", ""));
    const char *text = json_text(json_get(app->kept, name), "text");
    if (!str_empty(text))
        json_set_text(field, "typed", text);
    free(name);
}

void app_kept_saved(struct app *app, struct effects *effects)
{
    struct json *left = json_new_object();
    for (const struct json *one = json_first(app->kept); one; one = json_next(one)) {
        if (json_bool(one, "answered", false))
            effects_journal_drop(effects, journal, without_user(json_name(one)));
        else
            json_set(left, json_name(one), json_copy(one));
    }
    json_free(&app->kept);
    app->kept = left;
}

void app_kept_refused(struct app *app)
{
    struct json *all = json_new_object();
    for (const struct json *one = json_first(app->kept); one; one = json_next(one)) {
        struct json *again = json_copy(one);
        json_set_bool(again, "answered", false);
        json_set(all, json_name(one), again);
    }
    json_free(&app->kept);
    app->kept = all;
}

void app_kept_load(struct effects *effects)
{
    effects_load(effects, "journal", NULL);
    effects->items[effects->count - 1].from = KEPT_SERIAL;
}

static bool is_forgotten(const struct app *app, const struct json *row)
{
    int64_t at_ms;
    return time_parse(json_text_or(row, "at", ""), &at_ms) && app->ui.now_ms - at_ms > FORGOTTEN_MS;
}

void app_kept_recover(struct app *app, const struct json *rows, struct effects *effects)
{
    for (const struct json *row = json_first(rows); row; row = json_next(row)) {
        const char *object = json_text_or(row, "object", "");
        if (!str_equal(json_text(row, "screen"), journal))
            continue;
        if (is_forgotten(app, row)) {
            effects_journal_drop(effects, journal, object);
            continue;
        }
        char *name = xasprintf("%s %s", app->ui.session.user, object);
        if (!json_get(app->kept, name)) /* what is typed since is newer */
            put(app, name, json_text_or(json_get(row, "typed"), "text", ""), false);
        free(name);
    }
}
