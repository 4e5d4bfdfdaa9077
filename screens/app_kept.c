/* screens/app_kept.c: words that were typed into a question in place of the action line. Esc never loses
 * text: it stands there when the same is asked of the same object again, until the command is sent that it was for. */
#include <stdlib.h>

#include "screens/app_state.h"

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

void app_keep(struct app *app, bool answered)
{
    if (!app->ask || !ask_keeps(app->ask))
        return;
    char *name = name_of(app, app->ask_from, ask_id(app->ask));
    struct json *one = json_new_object();
    json_set_text(one, "text", ask_text(app->ask));
    json_set_bool(one, "answered", answered);
    if (!app->kept)
        app->kept = json_new_object();
    json_set(app->kept, name, one);
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

void app_kept_sent(struct app *app)
{
    struct json *left = json_new_object();
    for (const struct json *one = json_first(app->kept); one; one = json_next(one))
        if (!json_bool(one, "answered", false))
            json_set(left, json_name(one), json_copy(one));
    json_free(&app->kept);
    app->kept = left;
}
